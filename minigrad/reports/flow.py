"""How far the gradient of an output gets, equation by equation, and where it stops.

The sweep again, but on equations: it touches no `.grad`, and it keeps what went wrong on the way.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..engine.op import OPS
from ..engine.sweep import fit
from ..engine.values import Array, Value, careful, plain
from ..equations import Equation, Equations
from ..pictures.labels import finite

STEEP_OPS = ("divide", "log", "sqrt", "power")  # whose slopes grow without bound near 0
_COMPARISON_SIGNS = ("<", "<=", ">", ">=", "==", "!=")
_MOST = 6  # stops that are remembered above a node: a wide graph may have thousands


class DeadEnd(NamedTuple):
    """The gradient ends in the equation at `row`, on its way to input number `operand`.

    `kind` is "sample" (a wall made by `.sample()`), "wall" (any other), "comparison", "no rule" (no
    gradient passes by definition), "zero" (the slope is 0 there; for `lost` numbers of an array,
    or 0 for all of them) or "cancel" (what reaches `row` itself adds up to 0).
    """

    row: int
    operand: int
    kind: str
    lost: int = 0


class Steep(NamedTuple):
    """The closure of the equation at `row` that magnified a gradient most, by `factor`."""

    row: int
    operand: int
    factor: float


@dataclass(slots=True)
class GradientFlow:
    """What reached each equation, by position.

    `gradients` has None where none came. `connected` is whether the output was computed from it at
    all, `reached` whether a gradient that is not 0 gets there, or would if one were wanted.
    `stops` are the places above it where gradients end on some path. `makers` has the equation that
    handed over the first gradient that was not finite, None where there was none. `steep` is
    the steepest of the STEEP_OPS. `largest` has the size of the largest share that reached an
    equation, and which equation handed it over.
    """

    gradients: list[Value | None]
    connected: list[bool]
    reached: list[bool]
    stops: list[tuple[DeadEnd, ...]]
    makers: list[int | None]
    steep: Steep = Steep(-1, -1, 0.0)
    largest: dict[int, tuple[float, int]] = field(default_factory=dict)


def flow_of(equations: Equations, output: int) -> GradientFlow:
    """Follow the gradient of the equation at `output`, or of the sum of its numbers, downward."""
    n, last = len(equations), equations[output]
    flow = GradientFlow([None] * n, [False] * n, [False] * n, [()] * n, [None] * n)
    flow.connected[output] = flow.reached[output] = True
    if last.requires_grad:
        flow.gradients[output] = np.ones(last.shape) if last.shape else 1.0
    with np.errstate(all="ignore"):
        for row in reversed(equations.rows[: output + 1]):
            if flow.connected[row.position]:
                _settle(flow, row)
                for operand, i in enumerate(row.inputs):
                    flow.connected[i] = True
                    _remember(flow, i, flow.stops[row.position])
                    _hand_down(flow, equations, row, operand)
    return flow


def _settle(flow: GradientFlow, row: Equation) -> None:
    """Everything has reached `row`: did it cancel out?"""
    i, g = row.position, flow.gradients[row.position]
    if flow.reached[i] and g is not None and not np.any(g):
        flow.reached[i] = False
        _remember(flow, i, (DeadEnd(i, -1, "cancel"),))


def _hand_down(flow: GradientFlow, equations: Equations, row: Equation, operand: int) -> None:
    """What `row` gives to one input. A gradient of 0 is passed on as well, since 0 · ∞ is nan."""
    i = row.inputs[operand]
    x, back, g = equations[i], row.closures[operand], flow.gradients[row.position]
    reached = flow.reached[row.position]
    if back is None:
        _remember(flow, i, (DeadEnd(row.position, operand, _kind(row, x)),) * reached)
    elif x.requires_grad:
        if g is not None:
            d = _handed(equations, row, operand, g)
            _look(flow, row, operand, np.asarray(d), np.asarray(g))
            _add(flow, row, x, plain(fit(d, x.shape)))
    elif reached:
        flow.reached[i] = True  # not wanted here, but it would reach a wall further down


def _handed(equations: Equations, row: Equation, operand: int, g: Value) -> object:
    back = row.closures[operand]
    assert back is not None
    return careful(back, g, row.value, *(each.value for each in equations.inputs_of(row)))


def _add(flow: GradientFlow, row: Equation, x: Equation, d: Value) -> None:
    if flow.makers[x.position] is None and not finite(d):
        flow.makers[x.position] = row.position
    size = float(np.max(np.abs(d))) if np.size(d) else 0.0
    if size >= flow.largest.get(x.position, (0.0, 0))[0]:
        flow.largest[x.position] = size, row.position
    before = flow.gradients[x.position]
    flow.gradients[x.position] = d if before is None else before + d


def _look(flow: GradientFlow, row: Equation, operand: int, d: Array, g: Array) -> None:
    """Note where a closure made 0 of the gradient `g`, in all or in part, or magnified it most."""
    i, reached = row.inputs[operand], flow.reached[row.position]
    if not np.any(d):
        _remember(flow, i, (DeadEnd(row.position, operand, "zero"),) * reached)
        return
    flow.reached[i] = True
    if row.shape and OPS[row.op].elementwise:
        lost = int(np.sum((d == 0.0) & (g != 0.0)))
        _remember(flow, i, (DeadEnd(row.position, operand, "zero", lost),) * (lost > 0))
    if row.op in STEEP_OPS:
        factor = float(np.max(np.abs(d)) / np.max(np.abs(g)))
        if factor > flow.steep.factor:
            flow.steep = Steep(row.position, operand, factor)


def _remember(flow: GradientFlow, i: int, stops: tuple[DeadEnd, ...]) -> None:
    if stops and stops != flow.stops[i]:
        flow.stops[i] = tuple(dict.fromkeys((*flow.stops[i], *stops)))[:_MOST]


def _kind(row: Equation, x: Equation) -> str:
    if row.kind == "stop":
        return "sample" if is_sampled(row, x) else "wall"
    return "comparison" if compares(row) else "no rule"


def compares(row: Equation) -> bool:
    """Whether it is <, ==, …: 1 or 0, which pages call true or false."""
    return bool(row.op) and OPS[row.op].infix in _COMPARISON_SIGNS


def is_sampled(wall: Equation, x: Equation) -> bool:
    """Whether a wall before `x` was made by `.sample()`."""
    return x.kind == "sample" and wall.scope.split("/")[-1] == "sampling"
