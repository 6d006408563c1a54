"""What a user chooses of a graph: the knobs of its page, and which arrays are images."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from ...engine.values import size_of
from ...engine.variable import Var
from ...equations import Equation, Equations, equations_of
from .pane import Knob

MOST_KNOBS = 12  # that are made where none are asked for


def images_of(equations: Equations, sizes: Mapping[str, tuple[int, int]]) -> dict[int, list[int]]:
    """Height and width of the images that each array of such a name holds, by position."""
    found = {}
    for row in equations:
        if row.name not in sizes:
            continue
        height, width = sizes[row.name]
        size = size_of(row.shape)
        if not row.shape:
            raise ValueError(f"images: {row.name!r} is a number, not an array")
        if height < 1 or width < 1 or size % (height * width):
            raise ValueError(
                f"images: {row.name!r} holds {size} numbers, which are no images of "
                f"{height}×{width}"
            )
        found[row.position] = [height, width]
    return found


def knobs_of(
    outputs: Sequence[Var], panes: Sequence[Equations], wanted: Sequence[str | Var] | None
) -> list[list[Knob]]:
    """What has a slider in each pane; by default numbers, and cells of small arrays."""
    if wanted is None:
        return [_usual(each) for each in panes]
    if isinstance(wanted, str | Var):
        raise TypeError(f"knobs is a list of names or of Vars: knobs=[{wanted!r}]")
    found: list[list[Knob]] = [[] for _ in panes]
    for knob in wanted:
        here = [_places(knob, *pane) for pane in zip(outputs, panes, strict=True)]
        if not any(here):
            known = {_shown(row) for each in panes for row in each if row.kind == "parameter"}
            raise ValueError(
                f"knobs: {knob!r} is no scalar parameter of this graph, nor a cell of an array: "
                f"it has {', '.join(sorted(known)) or 'none'}"
            )
        for positions, more in zip(found, here, strict=True):
            positions += [i for i in more if i not in positions]
    return found


def _usual(equations: Equations) -> list[Knob]:
    """Of the parameters those that are numbers come first; then arrays that fit whole."""
    rows = [row for row in equations if row.kind == "parameter"]
    numbers = [row.position for row in rows if not row.shape]
    found: list[Knob] = [*numbers[:MOST_KNOBS]]
    for row in rows:
        if row.shape and len(found) + size_of(row.shape) <= MOST_KNOBS:
            found += _cells(row)
    return found


def _places(knob: str | Var, output: Var, equations: Equations) -> list[Knob]:
    """Where the parameters of that name, or that very one, stand: of an array each cell, or the
    one that the name goes on to say, `z[1]`."""
    if isinstance(knob, str):
        name, _, place = knob.partition("[")
        rows = [row for row in equations if row.kind == "parameter"]
        exact = [row for row in rows if row.name == knob]
        if exact or not place:
            return [cell for row in exact for cell in _cells(row)]
        return [cell for row in rows if row.name == name for cell in _cells(row, place)]
    if not isinstance(knob, Var):
        raise TypeError(f"a knob is a name or a Var, not {type(knob).__name__}")
    both = equations_of(output, knob)
    row = both[both.outputs[1]]
    return _cells(row) if len(both) == len(equations) and row.kind == "parameter" else []


def _cells(row: Equation, place: str = "") -> list[Knob]:
    """The knob of a number, or those of an array's cells; `place` says which, "0, 1]"."""
    if not row.shape:
        return [] if place else [row.position]
    cells = range(size_of(row.shape))
    wanted = re.sub(r"[\s\]]", "", place)
    places = [",".join(map(str, np.unravel_index(cell, row.shape))) for cell in cells]
    return [(row.position, cell) for cell in cells if not place or places[cell] == wanted]


def _shown(row: Equation) -> str:
    """`mu`, `S[2×2]`."""
    name = row.name or "(unnamed)"
    return f"{name}[{'×'.join(map(str, row.shape))}]" if row.shape else name
