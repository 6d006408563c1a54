"""Floor 4: the walk as pictures: the finished drawing, with what is not computed yet left blank."""

from collections.abc import Iterable
from xml.etree import ElementTree

from ..values import Value
from .labels import number, numbers
from .pane import Pane
from .svg import SVG


class Frames:
    """The drawing of a pane; `after(step)` is its SVG after that step of the pane.

    All have the same layout. Class `mg-now` marks the node of the step, and the arrows that its
    gradient goes back along.
    """

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._svg = ElementTree.fromstring(pane.drawing.svg)
        self._groups = {group.get("id", ""): group for group in self._svg.iter()}
        self._arrows = [share["edge"] for share in pane.shares()]

    def after(self, step: int) -> str:
        """The SVG, with values, gradients and local derivatives as far as they are known."""
        stages = self._pane.ledger.stages[: step + 1]
        self._show_values({stage.node for stage in stages if stage.phase == "forward"})
        made = [k for stage in stages for k in stage.shares]
        self._show_gradients(made, any(stage.phase == "seed" for stage in stages))
        marked = [f"n{stages[-1].node}", *(str(self._arrows[k]) for k in stages[-1].shares)]
        self._mark(marked)
        return ElementTree.tostring(self._svg, encoding="unicode")

    def _show_values(self, computed: set[int | None]) -> None:
        for row in self._pane.equations:
            known = row.value if row.position in computed or not row.op else None
            self._write(f"n{row.position}", "mg-value", "value", known)

    def _show_gradients(self, made: list[int], is_seeded: bool) -> None:
        ledger = self._pane.ledger
        totals: dict[int, Value] = {ledger.shares[k].target: ledger.shares[k].total for k in made}
        if is_seeded:
            totals[ledger.output] = ledger.seed
        for row in self._pane.equations:
            self._write(f"n{row.position}", "mg-grad", "grad", totals.get(row.position))
            self._retitle(f"n{row.position}")
        for k, arrow in enumerate(self._arrows):
            slope = ledger.shares[k].slope
            for words in self._texts(str(arrow)):
                words.text = f"× {number(slope)}" if k in made and slope is not None else ""

    def _write(self, id: str, role: str, what: str, value: Value | None) -> None:
        for words in self._texts(id):
            if words.get("class") == role:
                words.text = f"{what} {'·' if value is None else numbers(value)}"

    def _retitle(self, id: str) -> None:
        """The tooltip says what the box does now, not what the finished drawing did."""
        group = self._groups.get(f"{self._pane.drawing.prefix}-{id}")
        title = None if group is None else group.find(f"{SVG}title")
        if title is not None:
            title.text = "; ".join(words.text or "" for words in self._texts(id))

    def _texts(self, id: str) -> Iterable[ElementTree.Element]:
        group = self._groups.get(f"{self._pane.drawing.prefix}-{id}")
        return () if group is None else group.iter(f"{SVG}text")

    def _mark(self, ids: list[str]) -> None:
        """Class `mg-now` for these, and for these alone."""
        now = {f"{self._pane.drawing.prefix}-{id}" for id in ids}
        for id, group in self._groups.items():
            words = [word for word in group.get("class", "").split() if word != "mg-now"]
            if words:
                group.set("class", " ".join([*words, "mg-now"] if id in now else words))
