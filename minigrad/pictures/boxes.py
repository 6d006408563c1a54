"""What a picture is made of: boxes with their lines, arrows, and both together as a graph."""

from dataclasses import dataclass
from typing import NamedTuple

STOPPED = "⊘ no gradient"
SCORED = "⊘ scored instead"  # from a wall into its log-density, which mg.surrogate added
NO_GRADIENT_YET = "grad ·"


class BoxLine(NamedTuple):
    """A line in a box. `role` is "name", "value", "grad", "none" (no gradient) or "note"."""

    role: str
    words: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node. `id` is "n7" for the equation at position 7, "s0" for a scope folded into one box.

    `kind` is a key of `palette.LOOKS`; `title` has everything on one line; `marks` are among
    "result" (an output), "again" (a leaf drawn once more, see `repeats`: its id is "n7-2"), "bad"
    (something in it is at fault, see `faults`), "first" (the first at fault).
    """

    id: str
    kind: str
    lines: tuple[BoxLine, ...]
    title: str
    scope: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """An operand. `id` is "e7-1" for the second operand of equation 7; `tail`, `head` are boxes.

    `kind` is "flow" where the gradient comes back this way, "halt" where it is stopped on purpose
    (at noise, into and out of a wall), "still" where nothing wants a gradient.
    """

    id: str
    tail: str
    head: str
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture's content. `summary` describes it in a sentence or two; `places` has the id of the
    box in which each equation stands. `alone` as in `graph_of`. `direction` is "LR", "TB", or ""
    for what fits the graph."""

    boxes: list[Box]
    arrows: list[Arrow]
    summary: str
    places: list[str]
    alone: bool = False
    direction: str = ""
