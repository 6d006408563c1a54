"""A standard normal number between two bounds: how likely it is to be there, moments, quantiles.

Values come from Gauss-Legendre quadrature over the stretch where the density is within a factor
exp(-40) of its largest, so that a narrow stretch and one 30 σ out keep their digits. An infinite
bound is none.
"""

import math

import numpy as np

from ..engine.values import Array, Value, plain
from ..ops import abs as abs_
from ..ops import exp, less, square, where
from ..ops.row import each
from .parameters import Numbers
from .quantiles import _probability, scipy_special

_LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
_NEGLIGIBLE = 40.0
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(80)  # on (-1, 1)


def _edge(x: Numbers, log_mass: Numbers) -> Numbers:
    """The density of the truncated number at the bound x; 0 at an infinite one."""
    finite = less(abs_(x), math.inf)
    inside = where(finite, x, 0.0)
    return finite * exp(-0.5 * square(inside) - _LOG_ROOT_2PI - log_mass)


def _gap(x: Numbers, y: Numbers) -> Numbers:
    """x - y, and 0 for an infinite x."""
    return where(less(abs_(x), math.inf), x, y) - y


def _on_points(a: Value, b: Value) -> tuple[Array, Array, Array]:
    """The likeliest place c; the points s of the quadrature, from c on; and their weights times
    the density over that at c, along a further axis at the front."""
    c = np.clip(0.0, a, b)
    reach = 2.0 * _NEGLIGIBLE / (np.abs(c) + np.sqrt(c * c + 2.0 * _NEGLIGIBLE))
    low, high = np.maximum(a - c, -reach), np.minimum(b - c, reach)
    shape = (-1, *(1,) * np.ndim(c))
    half = 0.5 * (high - low)
    s = low + half * (1.0 + _POINTS.reshape(shape))
    return c, s, half * _WEIGHTS.reshape(shape) * np.exp(-s * (0.5 * s + c))


@each(
    lambda g, y, a, b: -g * _edge(a, y),
    lambda g, y, a, b: g * _edge(b, y),
    symbol="log ΔΦ",
    numpy="normal_log_mass({all})",
)
def normal_log_mass(a: Value, b: Value) -> Value:
    """log(Φ(b) - Φ(a)), for a < b."""
    c, _, weights = _on_points(a, b)
    with np.errstate(divide="ignore"):
        return plain(np.log(weights.sum(0)) - 0.5 * c * c - _LOG_ROOT_2PI)


@each(
    lambda g, y, a, b: -g * _edge(a, normal_log_mass(a, b)) * _gap(a, y),
    lambda g, y, a, b: g * _edge(b, normal_log_mass(a, b)) * _gap(b, y),
    symbol="E",
    numpy="truncated_mean({all})",
)
def truncated_mean(a: Value, b: Value) -> Value:
    """The mean of a standard normal number between a and b."""
    c, s, weights = _on_points(a, b)
    return plain(c + (weights * s).sum(0) / weights.sum(0))


@each(
    lambda g, y, a, b: (
        g * _edge(a, normal_log_mass(a, b)) * (y - square(_gap(a, truncated_mean(a, b))))
    ),
    lambda g, y, a, b: (
        -g * _edge(b, normal_log_mass(a, b)) * (y - square(_gap(b, truncated_mean(a, b))))
    ),
    symbol="Var",
    numpy="truncated_variance({all})",
)
def truncated_variance(a: Value, b: Value) -> Value:
    """Its variance."""
    _, s, weights = _on_points(a, b)
    mean = (weights * s).sum(0) / weights.sum(0)
    return plain((weights * np.square(s - mean)).sum(0) / weights.sum(0))


@each(
    lambda g, y, a, b, x: -g * _edge(a, normal_log_mass(a, b)) * (1.0 - y),
    lambda g, y, a, b, x: -g * _edge(b, normal_log_mass(a, b)) * y,
    lambda g, y, a, b, x: g * _edge(x, normal_log_mass(a, b)),
    symbol="ΔΦ/ΔΦ",
    numpy="truncated_cdf({all})",
)
def truncated_cdf(a: Value, b: Value, x: Value) -> Value:
    """(Φ(x) - Φ(a))/(Φ(b) - Φ(a)), for x from a to b."""
    low = normal_log_mass(a, x) - normal_log_mass(a, b)
    high = normal_log_mass(x, b) - normal_log_mass(a, b)
    return plain(np.where(low < high, np.exp(low), -np.expm1(high)))


def _ratio(bound: Numbers, y: Numbers) -> Numbers:
    """φ(bound)/φ(y); 0 at an infinite bound."""
    finite = less(abs_(bound), math.inf)
    x = where(finite, bound, y)
    return finite * exp(0.5 * (y - x) * (y + x))


@each(
    lambda g, y, a, b, u: g * (1.0 - u) * _ratio(a, y),
    lambda g, y, a, b, u: g * u * _ratio(b, y),
    lambda g, y, a, b, u: g * exp(0.5 * square(y) + _LOG_ROOT_2PI + normal_log_mass(a, b)),
    symbol="Φ⁻¹",
    numpy="truncated_quantile({all})",
)
def truncated_quantile(a: Value, b: Value, u: Value) -> Value:
    """The x with Φ(x) = (1 - u) Φ(a) + u Φ(b), found on the side where Φ is small."""
    special, u = scipy_special(), _probability(u)

    def log_below(a: Value, b: Value, log_u: Value, log_rest: Value) -> Value:
        left, right = special.log_ndtr(a) + log_rest, special.log_ndtr(b) + log_u
        return np.asarray(np.logaddexp(left, right))

    with np.errstate(invalid="ignore"):
        low = log_below(a, b, np.log(u), np.log1p(-u))
        high = log_below(np.negative(b), np.negative(a), np.log1p(-u), np.log(u))
        x = np.where(low < high, special.ndtri_exp(low), -special.ndtri_exp(high))
    return plain(np.clip(x, a, b))
