"""A normal number between two bounds, measured from its likeliest place between them.

There the standard number is c, and s away from it the density is as exp(-s(½s + c)). So neither
a bound 1e8 σ out nor a narrow stretch costs digits, as c² would. p ≤ 0 ≤ q are the bounds less c,
±inf where there is none. Values come from Gauss-Legendre quadrature over the stretch where the
density is within a factor exp(-40) of its largest.
"""

import math

import numpy as np

from ..engine.values import Array, Value, plain
from ..ops import abs as abs_
from ..ops import exp, less, where
from ..ops.row import op
from .parameters import Numbers
from .quantiles import _probability, scipy_special

_NEGLIGIBLE = 40.0
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(80)  # on (-1, 1)
_FAR_OUT, _NARROW = 30.0, 1e-2  # where log Φ has too few digits to be turned around


def _falls(c: Numbers, s: Numbers) -> Numbers:
    """The log of how far the density has fallen from c to c + s."""
    return s * (0.5 * s + c)


def _edge(c: Numbers, s: Numbers, log_room: Numbers) -> Numbers:
    """The density at the bound s; 0 at an infinite one."""
    finite = less(abs_(s), math.inf)
    return finite * exp(-_falls(c, where(finite, s, 0.0)) - log_room)


def _gap(s: Numbers, order: int, y: Numbers) -> Numbers:
    """sⁿ - y, and 0 for an infinite s."""
    finite = less(abs_(s), math.inf)
    inside = where(finite, s, 0.0)
    grown: Numbers = inside
    for _ in range(order - 1):
        grown = grown * inside
    return where(finite, grown, y) - y


def _on_points(c: Value, p: Value, q: Value) -> tuple[Array, Array, Array]:
    """The log of the largest density from p to q; the points s of the quadrature, and their weights
    times the density over the largest, along a further axis at the front."""
    top = np.clip(np.negative(c), p, q)
    slope = c + np.where(np.abs(top) < math.inf, top, 0.0)
    reach = _NEGLIGIBLE / (0.5 * np.abs(slope) + 0.5 * np.hypot(slope, math.sqrt(2 * _NEGLIGIBLE)))
    with np.errstate(invalid="ignore"):  # an empty stretch beyond an infinite s
        low, high = np.maximum(p - top, -reach), np.minimum(q - top, reach)
    shape = (-1, *(1,) * np.ndim(slope))
    half = 0.5 * (high - low)
    r = low + half * (1.0 + _POINTS.reshape(shape))
    weights = half * _WEIGHTS.reshape(shape) * np.exp(-r * (0.5 * r + slope))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(-top * (0.5 * top + c)), top + r, weights


@op(
    lambda g, y, c, p, q: -g * truncated_moment(c, p, q),
    lambda g, y, c, p, q: -g * _edge(c, p, y),
    lambda g, y, c, p, q: g * _edge(c, q, y),
    elementwise=True,
    symbol="log ∫",
    numpy="log_room({all})",
    javascript="log_room({all})",
)
def log_room(c: Value, p: Value, q: Value) -> Value:
    """The log of ∫ exp(-s(½s + c)) ds from p to q."""
    top, _, weights = _on_points(c, p, q)
    with np.errstate(all="ignore"):
        return plain(np.where(p >= q, -np.inf, top + np.log(weights.sum(0))))


@op(
    lambda g, y, c, p, q, order=1: (
        -g * (truncated_moment(c, p, q, order=order + 1) - y * truncated_moment(c, p, q))
    ),
    lambda g, y, c, p, q, order=1: -g * _edge(c, p, log_room(c, p, q)) * _gap(p, order, y),
    lambda g, y, c, p, q, order=1: g * _edge(c, q, log_room(c, p, q)) * _gap(q, order, y),
    elementwise=True,
    symbol="E",
    numpy="truncated_moment({all}{static})",
    javascript="truncated_moment({all}, {order})",
)
def truncated_moment(c: Value, p: Value, q: Value, order: int = 1) -> Value:
    """E sⁿ; n is the order. Where q is p, that is pⁿ."""
    _, s, weights = _on_points(c, p, q)
    weights = np.where(weights.sum(0) == 0.0, 1.0, weights)
    return plain((weights * s**order).sum(0) / weights.sum(0))


@op(
    lambda g, y, c, p, q, s: g * y * (truncated_moment(c, p, q) - truncated_moment(c, p, s)),
    lambda g, y, c, p, q, s: -g * _edge(c, p, log_room(c, p, q)) * (1.0 - y),
    lambda g, y, c, p, q, s: -g * _edge(c, q, log_room(c, p, q)) * y,
    lambda g, y, c, p, q, s: g * _edge(c, s, log_room(c, p, q)),
    elementwise=True,
    symbol="∫/∫",
    numpy="truncated_cdf({all})",
    javascript="truncated_cdf({all})",
)
def truncated_cdf(c: Value, p: Value, q: Value, s: Value) -> Value:
    """The probability from p to s, for s from p to q."""
    whole = log_room(c, p, q)
    low, high = log_room(c, p, s) - whole, log_room(c, s, q) - whole
    return plain(np.where(low < high, np.exp(low), -np.expm1(high)))


@op(
    lambda g, y, c, p, q, u: (
        -g * u * (truncated_moment(c, p, q) - truncated_moment(c, p, y)) * _spread(c, p, q, y)
    ),
    lambda g, y, c, p, q, u: g * (1.0 - u) * _edge(c, p, -_falls(c, y)),
    lambda g, y, c, p, q, u: g * u * _edge(c, q, -_falls(c, y)),
    lambda g, y, c, p, q, u: g * _spread(c, p, q, y),
    elementwise=True,
    symbol="Φ⁻¹",
    numpy="truncated_quantile({all})",
    javascript="truncated_quantile({all})",
)
def truncated_quantile(c: Value, p: Value, q: Value, u: Value) -> Value:
    """The s with probability u from p to s."""
    c, p, q, u = np.broadcast_arrays(c, p, q, _probability(u))
    s = np.empty(u.shape)
    steep = (np.abs(c) > _FAR_OUT) | (q - p < _NARROW)
    for place, found in ((steep, _by_newton), (~steep, _by_log_ndtr)):
        if place.any():
            s[place] = found(c[place], p[place], q[place], u[place])
    return plain(np.clip(s, p, q))


def _spread(c: Numbers, p: Numbers, q: Numbers, s: Numbers) -> Numbers:
    """One over the density at s."""
    return exp(_falls(c, s) + log_room(c, p, q))


def _by_log_ndtr(c: Array, p: Array, q: Array, u: Array) -> Array:
    """Φ(x) = (1 - u) Φ(c + p) + u Φ(c + q), turned around on the side where Φ is small."""
    special = scipy_special()

    def log_below(a: Array, b: Array, log_u: Array, log_rest: Array) -> Array:
        left, right = special.log_ndtr(a) + log_rest, special.log_ndtr(b) + log_u
        return np.asarray(np.logaddexp(left, right))

    with np.errstate(all="ignore"):
        low = log_below(c + p, c + q, np.log(u), np.log1p(-u))
        high = log_below(-c - q, -c - p, np.log1p(-u), np.log(u))
        x = np.where(low < high, special.ndtri_exp(low), -special.ndtri_exp(high))
    return np.asarray(x - c)


def _by_newton(c: Array, p: Array, q: Array, u: Array) -> Array:
    """From the quantile of exp(-c s) on, which is near where c is large or the bounds close."""
    sign = np.where(c < 0.0, -1.0, 1.0)
    far, width = np.abs(c), q - p
    start = np.where(c < 0.0, -q, p)
    below, above = np.where(c < 0.0, (1.0 - u, u), (u, 1.0 - u))
    log_all = np.asarray(log_room(far, start, start + width))
    with np.errstate(all="ignore"):
        left = np.exp(-far * width)
        fallen = np.where(
            below < 0.5, -np.log1p(below * (left - 1.0)), -np.log(above + below * left)
        )
        curved = 2.0 * fallen / (far + np.sqrt(far) * np.sqrt(far + 2.0 * fallen / far))
        s = start + np.where(far * width > 1e-3, curved, below * width)
        for _ in range(4):
            s = np.clip(s, start, start + width)
            low = below - np.exp(log_room(far, start, s) - log_all)
            high = np.exp(log_room(far, s, start + width) - log_all) - above
            s = s + np.where(below < 0.5, low, high) * np.exp(s * (0.5 * s + far) + log_all)
    return np.asarray(sign * s)
