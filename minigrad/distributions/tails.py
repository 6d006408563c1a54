"""Differences of special functions that plain subtraction would lose."""

from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    digamma,
    divide,
    greater,
    lgamma,
    log,
    log1p,
    multiply,
    square,
    subtract,
    where,
)
from ..ops.tails import HALF_LOG_2PI
from .parameters import Numbers

_LARGE = 50.0  # above, half_step is its series


def polynomial(x: Numbers, *coefficients: float) -> Var:
    """Σ cₖ xᵏ, the constant first."""
    *rest, total = coefficients
    value: Numbers = total
    for c in reversed(rest):
        value = add(multiply(value, x), c)
    return value  # type: ignore[return-value]


def half_step(a: Numbers) -> Var:
    """log Γ(a + ½) - log Γ(a) - ½ log a; its asymptotic series for large a."""
    large = greater(a, _LARGE)
    r = divide(1.0, where(large, a, _LARGE))
    series = multiply(r, polynomial(square(r), -1 / 8, 1 / 192, -1 / 640, 17 / 14336))
    b = where(large, _LARGE, a)
    direct = subtract(subtract(lgamma(add(b, 0.5)), lgamma(b)), multiply(0.5, log(b)))
    return where(large, series, direct)


def half_step_slope(a: Numbers) -> Var:
    """Its derivative, ψ(a + ½) - ψ(a) - 1/(2a)."""
    large = greater(a, _LARGE)
    r = divide(1.0, where(large, a, _LARGE))
    s = square(r)
    series = multiply(s, polynomial(s, 1 / 8, -1 / 64, 1 / 128, -17 / 2048))
    b = where(large, _LARGE, a)
    direct = subtract(subtract(digamma(add(b, 0.5)), digamma(b)), divide(0.5, b))
    return where(large, series, direct)


def gamma_entropy(a: Numbers) -> Var:
    """a + log Γ(a) + (1 - a) ψ(a), the entropy of Gamma(a, 1).

    For large a by the series of log Γ and ψ, from which a and a log a have cancelled.
    """
    large = greater(a, _LARGE)
    b = where(large, a, _LARGE)
    r = divide(1.0, b)
    s = square(r)
    log_gamma = multiply(r, polynomial(s, 1 / 12, -1 / 360, 1 / 1260, -1 / 1680))
    slope = multiply(s, polynomial(s, -1 / 12, 1 / 120, -1 / 252, 1 / 240))
    rest = add(subtract(log_gamma, multiply(0.5, r)), multiply(subtract(1.0, b), slope))
    series = add(multiply(0.5, log(b)), add(HALF_LOG_2PI + 0.5, rest))
    c = where(large, _LARGE, a)
    direct = add(add(c, lgamma(c)), multiply(subtract(1.0, c), digamma(c)))
    return where(large, series, direct)


def log1p_square(d: Numbers, scale: Numbers) -> Var:
    """log(1 + x²) of x = d/scale, which may be beyond the floats as well.

    Where |x| > 1 it is 2 log |x| + log(1 + 1/x²).
    """
    far = greater(abs_(d), scale)
    log_x = subtract(log(abs_(where(far, d, scale))), log(scale))
    small = divide(where(far, scale, d), where(far, d, scale))
    return add(multiply(2.0, log_x), log1p(square(small)))
