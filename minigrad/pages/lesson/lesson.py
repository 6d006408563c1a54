"""`step_through`: a page that walks through a graph, step by step, forward and back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine import context
from ...engine.variable import Var
from ...equations import Equations
from ...pictures.digraph import direction_of
from ...pictures.labels import heading, text
from ...pictures.picture import drawable
from ..document import Page, framed
from .chosen import images_of, knobs_of
from .composing import Asked, Contents, page_of
from .frames import frames_of
from .ledger import PHASES, Record
from .pane import Knob, Pane
from .sources import Source, lines_by_node, lines_of
from .widget import widget_of

if TYPE_CHECKING:
    from anywidget import AnyWidget


class Lesson(Page):
    """A walk through one graph, or through several side by side.

    `.html` is the page, `save` writes it; `.steps` is the same as data, `.text()` as a table;
    `frames` writes one picture for each step. It shows inline in Jupyter.

    >>> lesson = mg.step_through((mg.Var(3.0, "x") ** 2).named("L"))
    >>> print(lesson.text())
    step  phase     rule                  numbers
       0  leaves    x                     +3.0000 (parameter)
       1  forward   L = x²                3.0000² = +9.0000
       2  seed      ∂L/∂L                 +1.0000
       3  backward  ∂L/∂x += ∂L/∂L × 2·x  +1.0000 × +6.0000 = +6.0000
    """

    _what, _height = "lesson", 800

    def __init__(
        self,
        title: str,
        panes: Sequence[Pane],
        lines: Sequence[str],
        knobs: Sequence[list[Knob]],
        asked: Asked | None = None,
        live: bool = False,
    ) -> None:
        self.title, self._panes, self._lines, self._knobs = title, panes, lines, knobs
        self._asked, self._live = asked, live

    def __repr__(self) -> str:
        nodes = sum(len(pane.equations) for pane in self._panes)
        return f"Lesson({self.title!r}, {nodes} nodes)"

    @cached_property
    def html(self) -> str:
        """The page: one HTML file that needs no network."""
        return self._page("")

    def _repr_html_(self) -> str:
        return framed(self._page_with_text(), self.title, self._height)

    def _page_with_text(self) -> str:
        """The page for a frame: until its scripts run, the steps as text."""
        return self._page(self.text())

    def _page(self, ledger: str) -> str:
        given = self._panes, self._knobs, self._lines, self._sent_timeline()
        return page_of(Contents(self.title, *given, self._asked, self._live, ledger))

    def widget(self) -> "AnyWidget":
        """The page as a widget of a notebook (`pip install 'minigrad[widget]'`).

        Its traits `step`, `seed` and `knobs`, a number by name, follow the page and lead it: assign
        to them, or `observe` them. ImportError where anywidget is not installed.

        >>> walk = mg.step_through((mg.Var(3.0, "x") ** 2).named("L")).widget()
        >>> walk.step, walk.steps, walk.knobs
        (0, 3, {'x': 3.0})
        >>> walk.knobs = {"x": 2.0}
        """
        steps = len(self._timeline) - 1
        return widget_of(self.title, self._page_with_text(), self.text(), steps, self._starts())

    def _starts(self) -> dict[str, float]:
        """The number of each parameter whose name stands for one; the page knows the others."""
        starts: dict[str, set[float]] = {}
        for pane in self._panes:
            rows = [row for row in pane.equations if row.kind == "parameter"]
            counts = Counter(row.name for row in rows)
            for row in rows:
                if isinstance(row.value, float) and row.name and counts[row.name] == 1:
                    starts.setdefault(row.name, set()).add(row.value)
        return {name: found.pop() for name, found in starts.items() if len(found) == 1}

    def asking(self, asked: Asked) -> "Lesson":
        """The same walk with a question before it; the way back opens when it is answered."""
        return Lesson(self.title, self._panes, self._lines, self._knobs, asked, self._live)

    @cached_property
    def steps(self) -> list[Record]:
        """The ledger as data: a record a leaf, an op forward, the seed, and a share backward."""
        found: list[Record] = []
        for i, pane in enumerate(self._panes):
            found += pane.ledger.records(self._steps_of(i), i)
        return found

    def text(self) -> str:
        """The ledger as a table for a terminal."""
        tables = [pane.ledger.text(self._steps_of(i)) for i, pane in enumerate(self._panes)]
        if len(tables) == 1:
            return tables[0]
        titled = (f"{p.title}\n{table}" for p, table in zip(self._panes, tables, strict=True))
        return "\n\n".join(titled)

    def frames(self, folder: str | Path, kind: str = "svg", *, seconds: float = 1.0) -> list[Path]:
        """Write the steps as pictures; makes the folder if it is missing. Returns the paths.

        `kind` "svg" or "png": a file a step, step_00.svg, step_01.svg, … "pdf": steps.pdf, a page a
        step. "gif" or "webp": an animation, steps.gif, which shows each step for `seconds`. All but
        SVG need matplotlib (`pip install 'minigrad[pictures]'`). Of several graphs each has its
        own: step_00_graph_1.svg, …
        """
        return frames_of(self._panes, self._timeline, Path(folder), kind, seconds)

    @cached_property
    def _timeline(self) -> list[tuple[int, ...]]:
        """For each step of the page the stage that each pane has then reached.

        The phases begin together; a pane that has fewer steps in one waits at its last.
        """
        counts = [Counter(stage.phase for stage in pane.ledger.stages) for pane in self._panes]
        steps, now = [], [-1] * len(counts)
        for phase in PHASES:
            start = now
            for offset in range(1, max(count[phase] for count in counts) + 1):
                now = [i + min(offset, n[phase]) for i, n in zip(start, counts, strict=True)]
                steps.append(tuple(now))
        return steps

    def _sent_timeline(self) -> list[dict[str, object]]:
        """The timeline with the phase of each step: that of the panes that do not wait."""
        steps: list[dict[str, object]] = []
        for places in self._timeline:
            phases = [p.ledger.stages[i].phase for p, i in zip(self._panes, places, strict=True)]
            steps.append({"phase": max(phases, key=PHASES.index), "at": places})
        return steps

    def _steps_of(self, pane: int) -> list[int]:
        """The page's step at which each stage of a pane comes."""
        first: dict[int, int] = {}
        for step, places in enumerate(self._timeline):
            first.setdefault(places[pane], step)
        return list(first.values())


def step_through(
    output: Var | Sequence[Var],
    *,
    names: Mapping[str, object] | None = None,
    title: str | None = None,
    source: Source = None,
    knobs: Sequence[str | Var] | None = None,
    images: Mapping[str, tuple[int, int]] | None = None,
    max_nodes: int = 300,
    live: bool = False,
) -> Lesson:
    """A walk through the graph of `output`: leaves, forward op by op, then the gradient back.

    A list of outputs puts their graphs side by side. `names=locals()` names nodes by variable.
    `source`, a text, its lines or a function, is shown with the line that made the current node.
    `knobs` are the parameters that sliders move: a number, an array (a slider for each cell), one
    cell ("z[1]"); by default numbers and small arrays, at most 12 sliders. `images` says which
    arrays hold images, by name: `{"x": (8, 8)}` is drawn in ink, 64 numbers an image. Past
    `max_nodes` each scope is drawn as one box; ValueError if there are still more. A graph of
    numbers has curves, densities and draws beside it where the page keeps within 150 KB. A `live`
    page is half a megabyte larger, for it has Graphviz in it: it lays the graph out from left to
    right or downward, as it gets larger in its window, opens of a large one only the scopes that
    the step is about, and any graph of numbers has its curves.

    >>> mu, sigma, eps = mg.Var(0.7, "μ"), mg.Var(1.2, "σ"), mg.constant(0.83, "ε", "noise")
    >>> lesson = mg.step_through(mg.sin(mu + sigma * eps).named("f"))
    >>> lesson.steps[-1].rule
    '∂L/∂σ += ∂L/∂(σ·ε) × ε = −0.1249 × +0.8300 = −0.1036'
    """
    outputs: list[Var] = list(output) if isinstance(output, list | tuple) else [output]  # type: ignore
    if not outputs:
        raise ValueError("step_through got an empty list: give it a Var, or several to compare")
    if not context.current().recording:
        raise ValueError("step_through records the backward pass: call it outside mg.no_grad()")
    lines = lines_of(source)
    equations = [drawable(each, "step_through", names, max_nodes) for each in outputs]
    titles = _titles(equations)
    panes = [
        Pane(each, name, lines_by_node(each, lines), max_nodes, images_of(each, images or {}))
        for each, name in zip(equations, titles, strict=True)
    ]
    if any(direction_of(pane.graph) == "TB" for pane in panes):  # graphs side by side run alike
        for pane in panes:
            pane.graph = replace(pane.graph, direction="TB")
    missing = {*(images or {})} - {row.name for each in equations for row in each}
    if missing:
        raise ValueError(f"images: no array of this graph is called {min(missing)!r}")
    head = heading(title, f"Step through {' and '.join(titles)}")
    return Lesson(head, panes, lines, knobs_of(outputs, equations, knobs), live=live)


def _titles(panes: Sequence[Equations]) -> list[str]:
    """The outputs' names if they distinguish the graphs."""
    names = [text(each[each.outputs[0]].name) for each in panes]
    if len(panes) == 1:
        return [names[0] or "the output"]
    if all(names) and len({*names}) == len(names):
        return names
    return [f"graph {i}" for i in range(1, len(panes) + 1)]
