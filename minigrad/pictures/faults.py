"""Which numbers that are not finite do harm. A value that nothing uses is not a fault: the branch
that a `where` did not choose, the −inf that `exp` turns into 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.op import OPS
from ..engine.sweep import fit
from ..engine.values import Mask, Value, careful
from ..equations import Equation, Equations
from .labels import finite

_CHOOSERS = set("clip logaddexp logsumexp max maximum min minimum".split())
_MOVERS = set(
    "broadcast_to concatenate diag index reshape scatter stack transpose tril triu where".split()
)


@dataclass(frozen=True, slots=True)
class Faults:
    """The positions of values at fault, with which of their numbers are; those of gradients."""

    values: dict[int, Mask]
    gradients: set[int]

    def __contains__(self, position: object) -> bool:
        return position in self.values or position in self.gradients

    @property
    def first(self) -> int | None:
        """The oldest value at fault, else the gradient that the sweep met first, else None."""
        return min(self.values) if self.values else max(self.gradients, default=None)


def faults_of(
    equations: Equations,
    outputs: Sequence[int],
    gradients: Sequence[Value | None],
    wanted: Sequence[int] = (),
) -> Faults:
    """The faults of `outputs`, of the leaves' gradients and of those at `wanted`.

    `gradients` has one for each equation, None where none came.
    """
    with np.errstate(all="ignore"):
        return Faults(_values(equations, outputs), _gradients(equations, gradients, wanted))


def _values(equations: Equations, outputs: Sequence[int]) -> dict[int, Mask]:
    """From the outputs downward: a number that is not finite, used by another that isn't."""
    bad = {i: _not_finite(equations[i].value) for i in outputs if not finite(equations[i].value)}
    for row in reversed(equations.rows[: max(bad, default=-1) + 1]):
        for operand, i in enumerate(row.inputs if row.position in bad else ()):
            if not finite(equations[i].value):
                taken = _taken(equations, row, operand, bad[row.position])
                here = taken & _not_finite(equations[i].value)
                if here.any():
                    bad[i] = bad[i] | here if i in bad else here
    return bad


def _gradients(
    equations: Equations, gradients: Sequence[Value | None], wanted: Sequence[int]
) -> set[int]:
    """From the leaves upward: gradients that are not finite and made a leaf's gradient so."""
    bad: set[int] = set()
    for row in equations:
        ends = not row.inputs or row.position in wanted
        if not finite(gradients[row.position]) and (ends or not bad.isdisjoint(row.inputs)):
            bad.add(row.position)
    return bad


def _not_finite(value: Value) -> Mask:
    return np.logical_not(np.isfinite(value))


def _taken(equations: Equations, row: Equation, operand: int, bad: Mask) -> Mask:
    """Which numbers of an input the bad ones of `row` come from.

    An op that chooses or moves numbers sends a gradient back to where it took them from.
    """
    x, back = equations[row.inputs[operand]], row.closures[operand]
    marks: object = bad.astype(float) if row.shape else float(bad)
    if row.op in _CHOOSERS | _MOVERS and back is not None:
        marks = careful(back, marks, row.value, *(each.value for each in equations.inputs_of(row)))
    elif not OPS[row.op].elementwise:
        return np.full(x.shape, bad.any())
    taken: Mask = np.asarray(fit(marks, x.shape)) != 0.0
    # No comparison with nan is true, yet nan comes through whatever was compared.
    return np.logical_or(taken, np.isnan(x.value)) if row.op in _CHOOSERS else taken
