"""Where Python's floats raise: 1 / 0 is inf in IEEE 754, log(0) is -inf, as on the tape.

A program runs as straight-line code. Where a line of it raises, `answered` computes the steps one
by one as the tape does; `rescued` is copied into a listing that should do so on its own.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from ..engine.op import OPS
from ..engine.tape import apply
from ..engine.values import Value
from .steps import LITERAL, Code, Step

# Where Python's functions raise, and a number there.
RAISES = {
    "divide": ("/ by 0", 0.0),
    "exp": ("math.exp above 709.78", 710.0),
    "expm1": ("math.expm1 above 709.78", 710.0),
    "log": ("math.log at 0 and below", 0.0),
    "log1p": ("math.log1p at -1 and below", -1.0),
    "sqrt": ("math.sqrt below 0", -1.0),
    "sin": ("math.sin of ±inf", math.inf),
    "cos": ("math.cos of ±inf", -math.inf),
    "tan": ("math.tan of ±inf", math.inf),
    "arcsin": ("math.asin beyond ±1", 2.0),
    "arccos": ("math.acos beyond ±1", -2.0),
    "sinh": ("math.sinh beyond ±710.47", 711.0),
    "cosh": ("math.cosh beyond ±710.47", -711.0),
    "arccosh": ("math.acosh below 1", 0.0),
    "arctanh": ("math.atanh at ±1 and beyond", 1.0),
    "fmod": ("math.fmod of ±inf, or by 0", 0.0),
    "remainder": ("% by 0", 0.0),
    "floor_divide": ("// by 0", 0.0),
    "logit": ("math.log of 0 and below, or above 1", 0.0),
    "power": ("math.pow of a negative base, of 0, or beyond 1.8e308", 0.0),
}
_EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e3, -1e3, 1e308, -1e308, math.inf, -math.inf, math.nan)


def answered(code: Code, arguments: Sequence[Value]) -> list[object]:
    """The results for these arguments, step by step with the rules of the tape."""
    given = iter(arguments)
    found: list[object] = []
    for step in code.steps:
        if step.op:
            inputs = [found[i] for i in step.inputs]
            made = apply(OPS[step.op], inputs, dict(step.static))
            found.append(
                np.array(made) if step.is_filled and isinstance(made, np.ndarray) else made
            )
        else:
            found.append(step.value if step.kind == LITERAL else next(given))
    return [found[i] for i in code.outputs]


def where_raises(code: Code) -> list[str]:
    """In words, for a comment: the places where a step of floats may raise, each kind once."""
    ops = dict.fromkeys(s.op for s in code.steps if s.op and may_raise(s, code.steps))
    return [RAISES[op][0] if op in RAISES else op for op in ops]


def may_raise(step: Step, steps: Sequence[Step]) -> bool:
    """Whether a step of floats raises for any number: found by trying, at the edges of floats."""
    inputs = [steps[i] for i in step.inputs]
    if step.shape or any(x.shape for x in inputs):
        return False
    # repr, so that nan is found again and 0.0 is not -0.0
    known = tuple(repr(x.value) if x.kind == LITERAL else "" for x in inputs)
    return _raises(step.op, known, tuple(step.static.items()))


@cache
def _raises(op: str, known: tuple[str, ...], static: tuple[tuple[str, object], ...]) -> bool:
    forward, fixed = OPS[op].forward, dict(static)
    choices = [(float(text),) if text else _EDGES for text in known]
    return any(_raises_at(forward, point, fixed) for point in itertools.product(*choices))


def _raises_at(
    forward: Callable[..., object], point: tuple[float, ...], static: dict[str, object]
) -> bool:
    try:
        with np.errstate(all="ignore"):
            forward(*point, **static)
    except (ArithmeticError, ValueError):
        return True
    return False


def rescued(function: Callable[..., float], *floats: float, **static: object) -> float:
    """`function`, run again on NumPy's numbers where Python's raise: 1 / 0 is inf, log(0) -inf."""
    try:
        return float(function(*floats, **static))
    except (ArithmeticError, ValueError):
        with np.errstate(all="ignore"):
            return float(function(*[np.float64(x) for x in floats], **static))
