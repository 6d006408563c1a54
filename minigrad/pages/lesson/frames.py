"""The walk as pictures: the finished drawing, with what is not computed yet left blank."""

import cmath
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from ...engine.values import Value
from ...pictures.files import make_folder, write
from ...pictures.films import FILMS, film
from ...pictures.labels import number, numbers
from ...pictures.printing import printed
from ...pictures.svg import SVG
from .pane import Pane

ElementTree.register_namespace("", SVG.strip("{}"))  # or it would write each tag with a prefix
KINDS = ("svg", "png", *(suffix[1:] for suffix in FILMS))
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


def frames_of(
    panes: Sequence[Pane],
    timeline: Sequence[tuple[int, ...]],
    folder: Path,
    kind: str,
    seconds: float,
) -> list[Path]:
    """Write the panes' pictures at each step of the timeline, as `Lesson.frames` says."""
    if kind not in KINDS:
        raise ValueError(f"frames are of kind {', '.join(KINDS)}, not {kind!r}")
    if not 0.02 <= seconds <= 60.0:
        raise ValueError(f"seconds is how long a step is shown, 0.02 to 60, not {seconds!r}")
    make_folder(folder)
    digits = max(2, len(str(len(timeline) - 1)))
    steps: list[tuple[Path, str]] = []
    films: list[tuple[Path, list[str]]] = []
    for i, pane in enumerate(panes):
        which = f"_graph_{i + 1}" if len(panes) > 1 else ""
        drawn = Frames(pane)
        svgs = [drawn.after(places[i]) for places in timeline]
        films.append((folder / f"steps{which}.{kind}", svgs))
        names = (f"step_{step:0{digits}}{which}.{kind}" for step in range(len(svgs)))
        steps += [(folder / name, svg) for name, svg in zip(names, svgs, strict=True)]
    if f".{kind}" in FILMS:
        return [write(path, film(svgs, f".{kind}", seconds)) for path, svgs in films]
    steps.sort(key=lambda step: step[0].name)
    return [
        write(path, f"{svg}\n" if kind == "svg" else printed(svg, ".png")) for path, svg in steps
    ]


class Frames:
    """The drawing of a pane; `after(step)` is its SVG after that step of the pane.

    All have the same layout. Class `mg-now` marks the node of a step forward; `mg-back` the node of
    a step backward and the arrows that its gradient goes along, which then point backward.
    """

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._svg = ElementTree.fromstring(pane.drawing.svg)
        self._groups = {group.get("id", ""): group for group in self._svg.iter()}
        self._marked: list[ElementTree.Element] = []
        self._arrows = [share["edge"] for share in pane.shares()]

    def after(self, step: int) -> str:
        """The SVG, with values, gradients and local derivatives as far as they are known."""
        self._unmark()
        stages = self._pane.ledger.stages[: step + 1]
        self._show_values({stage.node for stage in stages if stage.phase == "forward"})
        made = [k for stage in stages for k in stage.shares]
        self._show_gradients(made, any(stage.phase == "seed" for stage in stages))
        now = stages[-1]
        self._mark("mg-now" if now.phase == "forward" else "mg-back", [f"n{now.node}"])
        self._mark("mg-back", [str(self._arrows[k]) for k in now.shares])
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
            if role in words.get("class", "").split():
                words.text = f"{what} {'·' if value is None else numbers(value)}"
                words.set("class", f"{role} mg-empty" if value is None else role)

    def _retitle(self, id: str) -> None:
        """The tooltip says what the box does now, not what the finished drawing did."""
        group = self._groups.get(f"{self._pane.drawing.prefix}-{id}")
        title = None if group is None else group.find(f"{SVG}title")
        if title is not None:
            title.text = "; ".join(words.text or "" for words in self._texts(id))

    def _texts(self, id: str) -> Iterable[ElementTree.Element]:
        group = self._groups.get(f"{self._pane.drawing.prefix}-{id}")
        return () if group is None else group.iter(f"{SVG}text")

    def _unmark(self) -> None:
        for group in self._marked:
            group.set("class", " ".join(group.get("class", "").split()[:-1]))
            for head in group.iter(f"{SVG}polygon"):
                head.attrib.pop("transform", None)
        self._marked = []

    def _mark(self, mark: str, ids: list[str]) -> None:
        """A class for these; an arrow's head is turned about."""
        for id in dict.fromkeys(ids):
            group = self._groups.get(f"{self._pane.drawing.prefix}-{id}")
            if group is not None:
                group.set("class", f"{group.get('class')} {mark}")
                self._marked.append(group)
                if id.startswith("e"):
                    _turn(group)


def _turn(arrow: ElementTree.Element) -> None:
    """Move an arrow's head to where it starts, twice as large, to point the other way."""
    path, head = arrow.find(f"{SVG}path"), arrow.find(f"{SVG}polygon")
    if path is not None and head is not None:
        start, follows = _points(path.get("d", ""))[:2]
        base, tip, other = _points(head.get("points", ""))[:3]
        angle = math.degrees(cmath.phase((start - follows) / (tip - (base + other) / 2)))
        move = f"translate({start.real} {start.imag}) rotate({angle:.1f}) scale(2)"
        head.set("transform", f"{move} translate({-tip.real} {-tip.imag})")


def _points(text: str) -> list[complex]:
    """The points in an attribute, x + iy."""
    return [complex(float(x), float(y)) for x, y in _POINT.findall(text)]
