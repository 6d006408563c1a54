"""A lesson as a widget: in a notebook its step, coin and knobs are Python's as well."""

from functools import cache
from typing import TYPE_CHECKING

from ..document import page_file

if TYPE_CHECKING:
    from anywidget import AnyWidget

Bundle = tuple[dict[str, object], dict[str, object]]  # what a notebook may show, and about it


def widget_of(
    title: str, page: str, ledger: str, steps: int, knobs: dict[str, float]
) -> "AnyWidget":
    """The widget that shows this page; ImportError names the extra where anywidget is missing."""
    more = {"names": sorted(knobs), "knobs": knobs}
    made: AnyWidget = _class()(title=title, page=page, ledger=ledger, steps=steps, **more)
    return made


@cache
def _class() -> type:
    """Made when it is first wanted: minigrad itself does without anywidget."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise ImportError(
            "a widget takes anywidget, which is not installed: pip install 'minigrad[widget]'"
        ) from None

    class LessonWidget(anywidget.AnyWidget):
        """A lesson whose `step`, `seed` (of the noise; 0 is Python's draw) and `knobs`, by name,
        follow the page and lead it. `observe` them as any traits."""

        _esm = page_file("lesson/widget.js")
        title = traitlets.Unicode().tag(sync=True)
        page = traitlets.Unicode().tag(sync=True)
        ledger = traitlets.Unicode().tag(sync=True)
        steps = traitlets.Int(0).tag(sync=True)
        step = traitlets.Int(0).tag(sync=True)
        seed = traitlets.Int(0, min=0, max=2**31 - 1).tag(sync=True)
        names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of knobs, once it is shown all
        knobs = traitlets.Dict(value_trait=traitlets.Float(), key_trait=traitlets.Unicode()).tag(
            sync=True
        )

        @traitlets.validate("step")
        def _is_step(self, proposal: dict[str, int]) -> int:
            step = proposal["value"]
            if not 0 <= step <= self.steps:
                raise traitlets.TraitError(f"a step is 0 to {self.steps} here, not {step}")
            return step

        @traitlets.validate("knobs")
        def _are_knobs(self, proposal: dict[str, dict[str, float]]) -> dict[str, float]:
            """Those that are not named stay where they are."""
            knobs = proposal["value"]
            if unknown := sorted({*knobs} - {*self.names}):
                names = ", ".join(self.names) or "none"
                raise traitlets.TraitError(f"there is no knob {unknown[0]!r}: there are {names}")
            return {**self.knobs, **knobs}

        def _repr_mimebundle_(self, **given: dict[str, object]) -> Bundle | None:
            """Where no widget can be shown, as in a notebook that runs no scripts, the ledger."""
            bundle = super()._repr_mimebundle_(**given)
            if bundle is None:
                return None
            data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
            why = "No widgets are shown here, so the steps stand as text."
            return {**data, "text/plain": f"{self.title}\n{why}\n\n{self.ledger}"}, metadata

    return LessonWidget
