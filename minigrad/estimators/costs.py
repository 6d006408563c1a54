"""A cost in parts: which of them depends on which draw, and on which sample of it.

A part that does not depend on a draw is not multiplied by its score, nor is the cost of one sample
by the score of another: both would add noise and nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..engine.variable import Var
from .axes import Axes


class Wall(NamedTuple):
    """A draw behind a wall, its log-density, and where its axes are in the nodes it decides on."""

    z: Var
    log_q: Var
    dependent: Mapping[Var, Axes]


class Outcomes(NamedTuple):
    """A draw with outcomes side by side, their weights, and where its axes are further down."""

    z: Var
    weights: Var
    dependent: Mapping[Var, Axes]


class Term(NamedTuple):
    """A part of a cost: the sum of its numbers times `weight` is what it adds."""

    node: Var
    weight: float


_SIGNS = {"add": (1.0, 1.0), "subtract": (1.0, -1.0), "negative": (-1.0,)}
_SIGNS |= {"sum": (1.0,), "mean": (1.0,)}


def repeats(cost: Var, sets: Sequence[Outcomes]) -> int:
    """How many outcomes, of all draws that have them side by side, a cost holds."""
    its = [found for found in sets if cost in found.dependent]
    count, taken = 1, set[int | None]()
    for found in its:
        axes = found.dependent[cost]
        if None in axes or axes[0] in taken:
            raise ValueError(
                f"surrogate: the outcomes of {found.z!r} are side by side along its first axis, "
                f"and the cost of shape {cost.shape} has not kept its axes apart: keep them, give "
                'another such draw an axis of its own, or draw by estimator="score"'
            )
        taken.add(axes[0])
        count *= found.z.shape[0]
    if cost.ndim > 1 + len(its):
        what = f"a cost of shape {cost.shape} has more than one number per sample"
        raise ValueError(f"surrogate: {what}: sum over its other axes, or take the mean of all")
    return count


def split(cost: Var, walls: Sequence[Wall], repeats: int) -> list[Term]:
    """The cost in parts, if they depend on fewer draws, or on single samples; else in one.

    With `repeats` outcomes side by side it stays in one: a part may not have them.
    """
    whole = Term(cost, repeats / cost.size)
    if repeats > 1:
        return [whole]
    terms: list[Term] = []
    queue = [whole]
    for term in queue:  # the list grows as we go
        parts = _parts(term) if any(term.node in wall.dependent for wall in walls) else []
        (queue if parts else terms).extend(parts or [term])
    return terms if any(_gains(cost, terms, wall) for wall in walls) else [whole]


def _gains(cost: Var, terms: Sequence[Term], wall: Wall) -> bool:
    if cost not in wall.dependent:
        return False
    whole = _known(wall.dependent[cost])
    inside = [wall.dependent.get(term.node) for term in terms]
    return any(axes is None or _known(axes) > whole for axes in inside)


def _known(axes: Axes) -> int:
    return sum(p is not None for p in axes)


def _parts(term: Term) -> list[Term]:
    """The operands of an op that adds up, or scales by a plain number; else none."""
    node, weight = term
    if node.op in ("multiply", "divide"):
        return _unscaled(term)
    if node.op not in _SIGNS:
        return []
    repeated = node.op != "sum"
    return [
        Term(x, weight * sign * (node.size / x.size if repeated else 1.0))
        for x, sign in zip(node.inputs, _SIGNS[node.op], strict=False)
    ]


def _unscaled(term: Term) -> list[Term]:
    node, weight = term
    for i, x in enumerate(node.inputs):
        other = node.inputs[1 - i]
        if not other.op and other.kind == "constant" and not other.shape:
            factor = float(other.value)
            if node.op == "multiply":
                return [Term(x, weight * factor)]
            if i == 0 and factor:
                return [Term(x, weight / factor)]
    return []
