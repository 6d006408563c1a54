"""Distribution functions of Gamma and Beta, of y = log z and y = log z/(1 - z). They need SciPy.

They move with a shape as their quantiles do: ∂F/∂α = -q(y) ∂y/∂α, with q the density of y.
"""

from collections.abc import Callable

import numpy as np

from ..engine.values import Array, Value
from ..engine.variable import Var
from ..ops import exp, lgamma, softplus
from ..ops.row import each
from .parameters import Numbers
from .quantiles import beta_slope, gamma_slope, scipy_special


@each(
    lambda g, y, a, x: -g * exp(a * x - exp(x) - lgamma(a)) * gamma_slope(a, x),
    lambda g, y, a, x: g * exp(a * x - exp(x) - lgamma(a)),
    symbol="Γ(α) cdf",
    numpy="gamma_cdf({all})",
)
def gamma_cdf(a: Value, x: Value) -> Value:
    """The probability that the log of a Gamma number of concentration a is below x."""
    special = scipy_special()
    with np.errstate(all="ignore"):
        left = a * x - special.gammaln(a + 1.0)  # log F where exp(x) is negligible
        found: Array = np.where(x < -37.0, np.exp(left), special.gammainc(a, np.exp(x)))
    return found


@each(
    lambda g, y, a, x: g * exp(a * x - exp(x) - lgamma(a) - y) * gamma_slope(a, x),
    lambda g, y, a, x: -g * exp(a * x - exp(x) - lgamma(a) - y),
    symbol="Γ(α) log survival",
    numpy="gamma_log_survival({all})",
)
def gamma_log_survival(a: Value, x: Value) -> Value:
    """log of the probability that the log of a Gamma number of concentration a is above x."""
    special = scipy_special()
    with np.errstate(all="ignore"):
        z = np.exp(x)
        left = special.gammainc(a, z)
        right = special.gammaincc(a, z)
        usual = np.where(left < 0.5, np.log1p(-left), np.log(right))
        far = a * x - z - special.gammaln(a) - np.log(_fraction(a, z))
        found: Array = np.where((right < 1e-290) & (z < np.inf), far, usual)
    return found


def _fraction(a: Value, z: Value) -> Value:
    """z^a exp(-z)/Γ(a, z) for z well above a: Legendre's continued fraction, by Lentz's method."""
    b = np.maximum(z + 1.0 - a, 1e-300)
    whole, c, d = b, b, 0.0 * b
    for i in range(1, 400):
        b = b + 2.0
        step = i * (a - i)
        d = 1.0 / (b + step * d)
        c = b + step / c
        whole = whole * c * d
        if np.all(np.abs(c * d - 1.0) < 1e-15):
            break
    return whole


@each(
    lambda g, y, a, b, x: -g * _density(a, b, x) * beta_slope(a, b, x),
    lambda g, y, a, b, x: g * _density(a, b, x) * beta_slope(b, a, -x),
    lambda g, y, a, b, x: g * _density(a, b, x),
    symbol="B(a, b) cdf",
    numpy="beta_cdf({all})",
)
def beta_cdf(a: Value, b: Value, x: Value) -> Value:
    """The probability that log z/(1 - z) of a Beta number z is below x."""
    special = scipy_special()
    with np.errstate(all="ignore"):
        left = a * x - np.log(a) - special.betaln(a, b)  # log F where z is negligible
        near = np.where(
            b * np.exp(x) < 1e-17, np.exp(left), special.betainc(a, b, special.expit(x))
        )
        beyond = special.betainc(b, a, special.expit(-x))
        found: Array = np.where((x < 0.0) | (beyond > 0.5), near, 1.0 - beyond)
    return found


def _density(a: Numbers, b: Numbers, x: Numbers, log_mass: Numbers = 0.0) -> Var:
    """Of x = log z/(1 - z), over the exponential of `log_mass`."""
    norm = lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(norm - a * softplus(-x) - b * softplus(x) - log_mass)


# ------------------------------------------------- their logs, also where they are below 1e-308

_TINY = 1e-280


@each(
    lambda g, y, a, x: -g * exp(a * x - exp(x) - lgamma(a) - y) * gamma_slope(a, x),
    lambda g, y, a, x: g * exp(a * x - exp(x) - lgamma(a) - y),
    symbol="log Γ(α) cdf",
    numpy="log_gamma_cdf({all})",
)
def log_gamma_cdf(a: Value, x: Value) -> Value:
    """log of `gamma_cdf`: where that is tiny by its series (DLMF 8.7.1)."""
    special = scipy_special()
    with np.errstate(all="ignore"):
        z = np.exp(x)
        below, above = special.gammainc(a, z), special.gammaincc(a, z)
        tiny = np.where(below < _TINY, z, 0.0)
        series = _series(lambda n: tiny / (a + n))
        far = a * x - z - special.gammaln(np.add(a, 1.0)) + np.log(series)
        usual = np.where(below < 0.5, np.log(below), np.log1p(-above))
        found: Array = np.where(below < _TINY, far, usual)
    return found


@each(
    lambda g, y, a, b, x: -g * _density(a, b, x, y) * beta_slope(a, b, x),
    lambda g, y, a, b, x: g * _density(a, b, x, y) * beta_slope(b, a, -x),
    lambda g, y, a, b, x: g * _density(a, b, x, y),
    symbol="log B(a, b) cdf",
    numpy="log_beta_cdf({all})",
)
def log_beta_cdf(a: Value, b: Value, x: Value) -> Value:
    """log of `beta_cdf`: where that is tiny by its series (DLMF 8.17.8)."""
    special = scipy_special()
    with np.errstate(all="ignore"):
        p, q = special.expit(x), special.expit(np.negative(x))
        below, above = special.betainc(a, b, p), special.betainc(b, a, q)
        tiny = np.where(below < _TINY, p, 0.0)
        series = _series(lambda n: tiny * (a + b + n - 1.0) / (a + n))
        powers = a * special.log_expit(x) + b * special.log_expit(np.negative(x))
        far = powers - np.log(a) - special.betaln(a, b) + np.log(series)
        usual = np.where(below < 0.5, np.log(below), np.log1p(-above))
        found: Array = np.where(below < _TINY, far, usual)
    return found


def _series(ratio: Callable[[int], Value]) -> Value:
    """1 + r₁ + r₁r₂ + …, whose ratios fall below 1."""
    term: Value = 1.0
    total: Value = 1.0
    for n in range(1, 100_000):
        term = term * ratio(n)
        total = total + term
        if not np.any(term > 1e-17 * total):  # nor is nan: more terms would not change it
            break
    return total
