"""The sweep over equations, share by share: what every equation hands to each of its inputs."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..engine.sweep import fit
from ..engine.values import Shape, careful, shape_of
from .rows import Equations


class Share(NamedTuple):
    """What the equation at `source` hands to its input number `operand`, the one at `target`.

    `upstream` is the gradient of `source`, `slope` the local derivative (None where arrays take
    part), `amount` the share and `total` the gradient of `target` up to it. All are numbers, or
    Vars where the sweep ran on Vars. `handed` is the shape of what the closure made, before the
    sweep fitted it to the target's.
    """

    source: int
    operand: int
    target: int
    upstream: Any
    slope: Any
    amount: Any
    total: Any
    handed: Shape


def shares_of(
    equations: Equations, output: int, values: Sequence[object], seed: object
) -> Iterator[Share]:
    """Each share of the gradient of the equation at `output`, in the order of minigrad's own sweep.

    `values` has one for each equation: numbers, or Vars, on which the closures then record.
    """
    totals: dict[int, Any] = {output: seed} if equations[output].requires_grad else {}
    for row in reversed(equations.rows[: output + 1]):
        if row.position not in totals:
            continue
        upstream, y = totals[row.position], values[row.position]
        inputs = [values[i] for i in row.inputs]
        is_scalar = not any(equations[i].shape for i in (row.position, *row.inputs))
        for operand, (i, back) in enumerate(zip(row.inputs, row.closures, strict=True)):
            if back is not None and equations[i].requires_grad:
                handed: Any = careful(back, upstream, y, *inputs)
                amount = fit(handed, equations[i].shape)
                slope = careful(back, 1.0, y, *inputs) if is_scalar else None
                totals[i] = totals[i] + amount if i in totals else amount
                shape = shape_of(handed)
                yield Share(row.position, operand, i, upstream, slope, amount, totals[i], shape)
