"""The error function, logit, cube root, sinc, and a smooth bound, without SciPy."""

import math

import numpy as np

from ..engine.values import Value
from .arithmetic import multiply, square
from .choices import abs, less, where
from .exponentials import _softplus, exp, expm1, sigmoid, softplus
from .row import each
from .trigonometry import cos

_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)


def _each(function, x: Value) -> Value:  # type: ignore[no-untyped-def]
    """A function of floats, applied to a float or to each element."""
    if isinstance(x, float):
        return function(x)
    return np.fromiter(map(function, x.ravel().tolist()), float, x.size).reshape(x.shape)


@each(
    lambda g, y, x: _TWO_OVER_ROOT_PI * g * exp(-square(x)),
    python="_erf({0})",
    numpy="_each(_erf, {0})",
    javascript="erf({0})",
)
def erf(x: Value) -> Value:
    """The error function, 2/√π ∫₀ˣ exp(-t²) dt.

    >>> mg.erf(0.0), round(mg.erf(1.0), 4)
    (0.0, 0.8427)
    """
    return _each(_erf, x)


def _erf(x: float) -> float:
    return math.erf(x)


@each(
    lambda g, y, x: -_TWO_OVER_ROOT_PI * g * exp(-square(x)),
    python="_erfc({0})",
    numpy="_each(_erfc, {0})",
    javascript="erfc({0})",
)
def erfc(x: Value) -> Value:
    """1 - erf(x), which keeps its digits where that is small.

    >>> f"{mg.erfc(10.0):.4g}", 1.0 - mg.erf(10.0)
    ('2.088e-45', 0.0)
    """
    return _each(_erfc, x)


def _erfc(x: float) -> float:
    return math.erfc(x)


@each(
    lambda g, y, x: g * exp(square(y)) / _TWO_OVER_ROOT_PI,
    python="_erfinv({0})",
    numpy="_each(_erfinv, {0})",
    javascript="erfinv({0})",
)
def erfinv(x: Value) -> Value:
    """The y with erf(y) = x; ±inf at ±1, nan beyond.

    >>> round(mg.erfinv(mg.erf(0.5)), 4)
    0.5
    """
    return _each(_erfinv, x)


def _erfinv(x: float) -> float:
    """Winitzki's approximation, then Halley's method on erf, or on erfc where x is near ±1."""
    size = math.fabs(x)
    if not size < 1.0:
        return math.copysign(math.inf, x) if size == 1.0 else math.nan
    if size < 1e-8:
        return x / _TWO_OVER_ROOT_PI
    log = math.log1p(-size) + math.log1p(size)
    half = 2.0 / (math.pi * 0.147) + 0.5 * log
    y = math.sqrt(math.sqrt(half * half - log / 0.147) - half)
    for _ in range(3):
        gap = math.erf(y) - size if size < 0.5 else 1.0 - size - math.erfc(y)
        step = gap / (_TWO_OVER_ROOT_PI * math.exp(-y * y))
        y -= step / (1.0 + y * step)
    return math.copysign(y, x)


@each(
    lambda g, y, x: g / (x * (1.0 - x)),
    python="_logit({0})",
    numpy="logit({0})",
    javascript="logit({0})",
)
def logit(x: Value) -> Value:
    """log(x / (1 - x)), the inverse of sigmoid; ∓inf at 0 and 1, nan outside.

    >>> mg.logit(0.5), round(mg.sigmoid(mg.logit(0.2)), 4)
    (0.0, 0.2)
    """
    if type(x) is float:
        return _logit(x)
    middle = np.abs(x - 0.5) < 0.25  # where x/(1 - x) is near 1, so that its logarithm is small
    with np.errstate(all="ignore"):
        return np.where(middle, np.log1p((2.0 * x - 1.0) / (1.0 - x)), np.log(x) - np.log1p(-x))


def _logit(x: float) -> float:
    if math.fabs(x - 0.5) < 0.25:
        return math.log1p((2.0 * x - 1.0) / (1.0 - x))
    return math.log(x) - math.log1p(-x)


@each(lambda g, y, x: g / (3.0 * square(y)), symbol="∛")
def cbrt(x: Value) -> Value:
    """The cube root, of negative numbers too; infinite slope at 0.

    >>> mg.cbrt(-8.0)
    -2.0
    """
    return math.cbrt(x) if type(x) is float else np.cbrt(x)


def _sinc_slope(x: object) -> object:
    """sinc'(x) = (cos πx - sinc x) / x; near 0, where that cancels, the slope of the series."""
    near = less(abs(x), 0.25)
    t = square(multiply(math.pi, where(near, x, 0.0)))
    series: object = 0.0
    for k in range(10, 0, -1):  # 2k (-1)ᵏ t^(k-1) / (2k + 1)!
        series = 2.0 * k * (-1) ** k / math.factorial(2 * k + 1) + t * series
    safe = where(near, 1.0, x)
    far = (cos(math.pi * safe) - sinc(safe)) / safe
    return where(near, math.pi**2 * where(near, x, 0.0) * series, far)


@each(
    lambda g, y, x: g * _sinc_slope(x),
    python="_sinc({0})",
    javascript="sinc({0})",
)
def sinc(x: Value) -> Value:
    """sin(πx) / (πx), 1 at 0, as in NumPy.

    >>> mg.sinc(0.0), round(mg.sinc(0.5), 4)
    (1.0, 0.6366)
    """
    return _sinc(x) if type(x) is float else np.sinc(x)


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


@each(
    lambda g, y, x, low, high: g * sigmoid(x - low) * sigmoid(high - x) * -expm1(low - high),
    lambda g, y, x, low, high: g * sigmoid(low - x),
    lambda g, y, x, low, high: g * sigmoid(x - high),
    python="_soft_clip({all})",
    numpy="soft_clip({all})",
    javascript="soft_clip({all})",
)
def soft_clip(x: Value, low: Value, high: Value) -> Value:
    """x bounded to (low, high) by low + softplus(x - low) - softplus(x - high).

    Close to x in the middle of a wide interval, and its slope is nowhere 0: a bound for a
    log-variance that still learns its way back. A hard `clip` has slope 0 outside its interval.

    >>> round(mg.soft_clip(0.5, -10.0, 10.0), 4), round(mg.soft_clip(100.0, -10.0, 10.0), 4)
    (0.5, 10.0)
    """
    if type(x) is type(low) is type(high) is float:
        return _soft_clip(x, low, high)
    if not np.all(np.less(low, high)):
        raise ValueError(f"soft_clip needs low < high, not {low} and {high}")
    # The two forms are equal; each keeps its digits on its own side.
    below = low + softplus(x - low) - softplus(x - high)
    above = high - softplus(high - x) + softplus(low - x)
    return np.where(x < 0.5 * (low + high), below, above)


def _soft_clip(x: float, low: float, high: float) -> float:
    if not low < high:
        raise ValueError(f"soft_clip needs low < high, not {low} and {high}")
    if x < 0.5 * (low + high):
        return low + _softplus(x - low) - _softplus(x - high)
    return high - _softplus(high - x) + _softplus(low - x)
