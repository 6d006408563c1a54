"""Which numbers that are not finite do harm. A value that no one takes is no fault: the branch that
a `where` did not choose, the −inf that `exp` turns into 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.op import OPS
from ..engine.sweep import fit
from ..engine.values import Value, careful
from ..equations import Equation, Equations
from .labels import finite

Mask = NDArray[np.bool_]

_CHOOSERS = ("clip", "logaddexp", "logsumexp", "max", "maximum", "min", "minimum", "where")
_MOVERS = ("broadcast_to", "concatenate", "diag", "index", "reshape", "scatter", "stack")
_MOVERS += ("transpose", "tril", "triu")
_TOLD_BY_RULE = frozenset(_CHOOSERS + _MOVERS)  # whose gradient goes where the value came from


class Faults(NamedTuple):
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
    """From the outputs downward: a number that is not finite, taken by one that is not either."""
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
    """From the leaves upward: what made a leaf's gradient not finite and is not finite itself."""
    bad: set[int] = set()
    for row in equations:
        ends = not row.inputs or row.position in wanted
        if not finite(gradients[row.position]) and (ends or not bad.isdisjoint(row.inputs)):
            bad.add(row.position)
    return bad


def _not_finite(value: Value) -> Mask:
    return np.logical_not(np.isfinite(value))


def _taken(equations: Equations, row: Equation, operand: int, mask: Mask) -> Mask:
    """Which numbers of an input the masked numbers of `row` are made of."""
    x, back = equations[row.inputs[operand]], row.closures[operand]
    if row.op in _TOLD_BY_RULE and back is not None:
        g = mask.astype(float) if row.shape else float(mask)
        inputs = (each.value for each in equations.inputs_of(row))
        found = np.asarray(fit(careful(back, g, row.value, *inputs), x.shape)) != 0.0
        # Where nan was compared, no branch was open; and nan comes through whatever was chosen.
        return found | np.isnan(x.value) if row.op in _CHOOSERS[:-1] else found
    if OPS[row.op].elementwise:
        taken = fit(mask.astype(float) if row.shape else float(mask), x.shape)
        return np.asarray(taken) != 0.0
    return np.full(x.shape, bool(mask.any()))
