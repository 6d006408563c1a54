"""The normal distribution function and its inverse, with all digits in both tails."""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from ..engine.values import Value
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    digamma,
    divide,
    erfc,
    exp,
    greater,
    lgamma,
    log,
    log1p,
    multiply,
    square,
    subtract,
    where,
)
from ..ops.row import each
from .parameters import Numbers

_ROOT_HALF = math.sqrt(0.5)
_LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
_LARGE = 50.0  # above, half_step is its series
_FAR = -30.0  # below, the asymptotic series is exact to rounding
_NORMAL = NormalDist()


def _each(function: Callable[[float], float], x: Value) -> Value:
    """A function of floats, applied to a float or to each element."""
    if isinstance(x, float):
        return function(x)
    return np.fromiter(map(function, x.ravel().tolist()), float, x.size).reshape(x.shape)


def normal_cdf(x: Numbers) -> Var:
    """Φ(x), the probability that a standard normal number is below x."""
    return multiply(0.5, erfc(multiply(-_ROOT_HALF, x)))


@each(
    lambda g, y, x: -g * y * where(x < -1e6, -1.0 / where(x < -1e6, x, -1.0), x + y),
    symbol="φ/Φ",
    numpy="_each(_normal_hazard, {0})",
)
def normal_hazard(x: Value) -> Value:
    """φ(x)/Φ(x), the slope of log Φ."""
    return _each(_normal_hazard, x)


def _normal_hazard(x: float) -> float:
    if x > _FAR or x != x:
        return math.exp(-0.5 * x * x - _LOG_ROOT_2PI) / (0.5 * math.erfc(-_ROOT_HALF * x))
    return -x / _mills(x)


def _mills(x: float) -> float:
    """-x Φ(x)/φ(x) for x far below 0: 1 - 1/x² + 3/x⁴ - …"""
    r = 1.0 / (x * x)
    return 1.0 - r * (1.0 - 3.0 * r * (1.0 - 5.0 * r * (1.0 - 7.0 * r * (1.0 - 9.0 * r))))


@each(
    lambda g, y, x: g * normal_hazard(x),
    symbol="log Φ",
    numpy="_each(_log_normal_cdf, {0})",
)
def log_normal_cdf(x: Value) -> Value:
    """log Φ(x), finite down to x = -1e154."""
    return _each(_log_normal_cdf, x)


def _log_normal_cdf(x: float) -> float:
    if x > 0.0:
        return math.log1p(-0.5 * math.erfc(_ROOT_HALF * x))
    if x > _FAR or x != x:
        return math.log(0.5 * math.erfc(-_ROOT_HALF * x))
    return -0.5 * x * x - _LOG_ROOT_2PI - math.log(-x) + math.log(_mills(x))


@each(
    lambda g, y, u: g * exp(0.5 * square(y) + _LOG_ROOT_2PI),
    symbol="Φ⁻¹",
    numpy="_each(_normal_quantile, {0})",
)
def normal_quantile(u: Value) -> Value:
    """The x with Φ(x) = u; ±inf at 0 and 1. Digits near u = 1 are those that 1 - u still has."""
    return _each(_normal_quantile, u)


def _normal_quantile(u: float) -> float:
    if 0.0 < u < 1.0:
        return _NORMAL.inv_cdf(u)
    return -math.inf if u == 0.0 else math.inf if u == 1.0 else math.nan


@each(
    lambda g, y, c, z: g * log(z),
    lambda g, y, c, z: g * c / where(multiply(c == 0.0, z == 0.0), 1.0, z),
    symbol="× log",
    python="0.0 * {1} if {0} == 0.0 else {0} * math.log({1})",
    numpy="np.where({0} == 0.0, 0.0 * {1}, {0} * np.log({1}))",
    javascript="{0} === 0 ? 0 * {1} : {0} * Math.log({1})",
)
def times_log(c: Value, z: Value) -> Value:
    """c log z for z ≥ 0, and 0 where c is 0, even at z = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(c, 0.0), 0.0 * np.asarray(z), c * np.log(z))


@each(
    lambda g, y, c, x: g * log1p(x),
    lambda g, y, c, x: g * c / where(multiply(c == 0.0, x == -1.0), 1.0, 1.0 + x),
    symbol="× log1p",
    python="0.0 * {1} if {0} == 0.0 else {0} * math.log1p({1})",
    numpy="np.where({0} == 0.0, 0.0 * {1}, {0} * np.log1p({1}))",
    javascript="{0} === 0 ? 0 * {1} : {0} * Math.log1p({1})",
)
def times_log1p(c: Value, x: Value) -> Value:
    """c log(1 + x) for x ≥ -1, and 0 where c is 0, even at x = -1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(c, 0.0), 0.0 * np.asarray(x), c * np.log1p(x))


# --------------------------------------------------- differences that plain subtraction would lose


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


def log1p_square(x: Numbers) -> Var:
    """log(1 + x²), of x whose square overflows as well: there 2 log |x| + log(1 + 1/x²)."""
    far = greater(abs_(x), 1.0)
    large = where(far, x, 1.0)
    small = divide(where(far, 1.0, x), large)
    return add(multiply(2.0, log(abs_(large))), log1p(square(small)))
