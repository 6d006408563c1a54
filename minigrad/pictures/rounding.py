"""Numbers that are 0 but for rounding, as 0.1 + 0.2 − 0.3 = 6e−17: a picture shows them as 0."""

from collections import defaultdict
from collections.abc import Iterable

from ..equations import Equation, Equations

_SMALL = 1e-14  # of what cancelled
_SCALED = ("divide", "multiply", "negative")


def rounded_away(equations: Equations) -> tuple[set[int], set[int]]:
    """The positions whose value, and those whose gradient, is the rounding of a 0; scalars alone.

    The terms that cancelled show it: the parts of a sum, or the shares of a gradient, are 1e14
    times as large. A multiple of such a number is one too.
    """
    values: set[int] = set()
    for row in equations:
        inputs = equations.inputs_of(row)
        if isinstance(row.value, float) and row.value and all(not x.shape for x in inputs):
            is_sum = row.op in ("add", "subtract")
            if is_sum and _cancels(row.value, [_size(x, values) for x in inputs]):
                values.add(row.position)
            elif row.op in _SCALED and inputs[0].position in values:
                values.add(row.position)
            elif row.op == "multiply" and inputs[1].position in values:
                values.add(row.position)
    return values, _gradients(equations)


def _gradients(equations: Equations) -> set[int]:
    found: set[int] = set()
    shares: dict[int, list[float]] = defaultdict(list)
    for row in reversed(equations.rows):
        if not isinstance(row.grad, float):
            continue
        came = shares[row.position]
        if row.grad and len(came) > 0 and _cancels(row.grad, came):
            found.add(row.position)
        for operand, i in enumerate(row.inputs):
            slope = equations.local_derivative(row, operand)
            if slope is not None:
                shares[i].append(0.0 if row.position in found else slope * row.grad)
    return found


def _cancels(total: float, parts: Iterable[float]) -> bool:
    """Whether a sum is nothing but the rounding of its parts; also where no part counts."""
    return abs(total) <= _SMALL * max(map(abs, parts)) or not any(parts)


def _size(x: Equation, values: set[int]) -> float:
    return 0.0 if x.position in values else float(x.value)
