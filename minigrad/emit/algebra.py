"""The rule that knows algebra: x * 1, x / 1, x + 0, -(-x), a + (-b), a known choice …

Every rule is exact in floating point, with two harmless exceptions: `x + 0.0` becomes
`x`, which is -0.0 for -0.0, unless something downstream turns the sign of a zero into another
number; and 2 * (0.5 * x) becomes x, which keeps the digits that a subnormal 0.5 * x has lost.
"""

import math
from collections.abc import Callable

from .steps import LITERAL, Code, Rule, Step


def simplifying(code: Code) -> Rule:
    """x * 1, x / 1, x + 0, -(-x), a + (-b), a choice that is known, a sum of one number …

    The rule for one walk over `code`: it is asked about each step, in order.
    """
    seen = _zero_sign_seen(code)
    position = iter(range(len(code.steps)))

    def rule(step: Step, steps: list[Step]) -> Step | int:
        here = next(position)
        simplify = _ALGEBRA.get(step.op)
        if simplify is None:
            return step
        result = simplify(step, steps, seen[here])
        if isinstance(result, int) and steps[result].shape != step.shape:
            return step  # x * 1 where the 1 is an array that repeats x
        return result

    return rule


def _zero_sign_seen(code: Code) -> list[bool]:
    """Whether the sign of a step's zero can make a difference: 1 / -0.0 is -inf."""
    seen = [False] * len(code.steps)
    for i in reversed(range(len(code.steps))):
        step = code.steps[i]
        if seen[i] or step.op in _SEE_ZERO_SIGN:
            for j in step.inputs:
                seen[j] = True
        elif step.op == "divide":
            seen[step.inputs[1]] = True
    return seen


_SEE_ZERO_SIGN = ("arctan2", "power")


def _add(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    a, b = step.inputs
    for zero, x in ((a, b), (b, a)):
        if steps[zero].is_number(-0.0) or (steps[zero].is_number(0.0) and not sign_seen):
            return x
    for x, y in ((a, b), (b, a)):
        if steps[y].op == "negative":
            return step._replace(op="subtract", inputs=(x, *steps[y].inputs))
    return step


def _subtract(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    a, b = step.inputs
    if steps[b].is_number(0.0):
        return a
    if steps[b].op == "negative":
        return step._replace(op="add", inputs=(a, *steps[b].inputs))
    return step


def _multiply(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    a, b = step.inputs
    for one, x in ((a, b), (b, a)):
        if steps[one].is_number(1.0):
            return x
        if steps[one].is_number(-1.0):
            return step._replace(op="negative", inputs=(x,))
        if steps[one].is_number(0.0) and steps[x].op in COMPARISONS and not step.shape:
            return one  # only there: 0 * inf is nan, and 0 * -1 is -0.0
    if steps[a].op == steps[b].op == "negative":
        return step._replace(inputs=steps[a].inputs + steps[b].inputs)
    return _scaled_twice(step, steps)


def _times(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    """0·∞ is nothing special where a factor is known and is neither."""
    for x in (steps[i] for i in step.inputs):
        if x.kind == LITERAL and not x.shape and x.value and math.isfinite(x.value):
            return _multiply(step._replace(op="multiply"), steps, sign_seen)
    return step


def _scaled_twice(step: Step, steps: list[Step]) -> Step:
    """2 * (0.5 / x) is 1 / x, and 2 * (0.5 * x) is x, while 0.5 / x and 0.5 * x are not subnormal.

    This holds for powers of two from 1 on: scaling up by one is exact.
    """
    for two, y in (step.inputs, step.inputs[::-1]):
        if not (steps[two].kind == LITERAL and not steps[two].shape and steps[y].op in _SCALINGS):
            continue
        scale, half = steps[two].value, steps[y].inputs[0]
        if math.frexp(scale)[0] != 0.5 or scale < 1.0 or steps[half].kind != LITERAL:
            continue
        both = steps[half].value * scale
        if not steps[half].shape and math.isfinite(both):
            steps.append(steps[half]._replace(value=both, name=""))
            inputs = (len(steps) - 1, steps[y].inputs[1])
            return step._replace(op=steps[y].op, inputs=inputs)
    return step


_SCALINGS = ("multiply", "divide")


COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def _by_one(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    a, b = step.inputs
    return a if steps[b].is_number(1.0) else step


def _negative(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    (a,) = step.inputs
    return steps[a].inputs[0] if steps[a].op == "negative" else step


def _where(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    condition, a, b = step.inputs
    if steps[condition].kind == LITERAL and not steps[condition].shape:
        return a if steps[condition].value else b
    return step


def _same(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    """What leaves its input as it is: a wall, a reshape to the same shape, a sum of one number."""
    return step.inputs[0]


def _of_a_number(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    return step if steps[step.inputs[0]].shape else step.inputs[0]


def _transpose(step: Step, steps: list[Step], sign_seen: bool) -> Step | int:
    axes = step.static["axes"]
    return step.inputs[0] if axes == tuple(range(len(step.shape))) else step


_ALGEBRA: dict[str, Callable[[Step, list[Step], bool], Step | int]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "times": _times,
    "divide": _by_one,
    "power": _by_one,
    "negative": _negative,
    "where": _where,
    "transpose": _transpose,
    **dict.fromkeys(("stop_gradient", "reshape", "broadcast_to"), _same),
    **dict.fromkeys(("sum", "mean", "max", "min", "prod", "logsumexp"), _of_a_number),
}
