"""How log Γ bends, for variances of narrow distributions and divergences of close ones."""

import numpy as np

from ..engine.values import Array, Value, plain
from ..ops import digamma, lgamma, polygamma
from ..ops.row import each
from .parameters import Numbers

_BEND_POINTS, _BEND_WEIGHTS = np.polynomial.legendre.leggauss(10)  # on (-1, 1)


def _derivative(x: Numbers, order: int) -> Numbers:
    """Of log Γ."""
    if order < 2:
        return digamma(x) if order else lgamma(x)
    return polygamma(x, order - 1)


def _by_c(g: Numbers, y: Numbers, c: Numbers, x: Numbers, order: int) -> Numbers:
    bend: Numbers = lgamma_bend(c, x, order=order + 1)
    return g * bend


def _by_x(g: Numbers, y: Numbers, c: Numbers, x: Numbers, order: int) -> Numbers:
    return 2.0 * g * (_derivative(c + 2.0 * x, order + 1) - _derivative(c + x, order + 1))


@each(
    _by_c,
    _by_x,
    symbol="Δ² log Γ",
    numpy="lgamma_bend({all}{static})",
    javascript="lgamma_bend({all}, {order})",
)
def lgamma_bend(c: Value, x: Value, order: int = 0) -> Value:
    """f(c + 2x) - 2 f(c + x) + f(c) for c > 0 and x ≥ 0, f the derivative of log Γ of that order.

    For a small x it is x² ∫ (1 - |t|) f″(c + x + xt) dt from -1 to 1, in which nothing cancels.
    """
    c, x = np.broadcast_arrays(c, x)
    far = np.maximum(x, 0.5 * c)  # where x is small, any x that is not
    direct = _derivative(c + 2.0 * far, order) + _derivative(c, order)
    direct = direct - 2.0 * np.asarray(_derivative(c + far, order))
    total = np.zeros_like(x)
    near = np.minimum(x, 0.5 * c)
    for t, weight in zip(0.5 * (1.0 + _BEND_POINTS), 0.5 * _BEND_WEIGHTS):
        both = _sum(c + near * (1.0 + t), c + near * (1.0 - t), order + 2)
        total = total + weight * (1.0 - t) * both
    return plain(np.where(x > 0.5 * c, direct, np.square(x) * total))


def _sum(a: Value, b: Value, order: int) -> Numbers:
    return _derivative(a, order) + _derivative(b, order)


def _by_p(g: Numbers, y: Numbers, p: Numbers, q: Numbers, order: int) -> Numbers:
    return g * (p - q) * _derivative(p, order + 2)


def _by_q(g: Numbers, y: Numbers, p: Numbers, q: Numbers, order: int) -> Numbers:
    further: Numbers = above_tangent(p, q, order=order + 1)
    return g * (further + (q - p) * _derivative(p, order + 2))


@each(
    _by_p,
    _by_q,
    symbol="log Γ above its tangent",
    numpy="above_tangent({all}{static})",
    javascript="above_tangent({all}, {order})",
)
def above_tangent(p: Value, q: Value, order: int = 0) -> Value:
    """f(q) - f(p) - (q - p) f′(p), f the derivative of log Γ of that order: 0 at p = q.

    For a q near p it is (q - p)² ∫ (1 - t) f″(p + (q - p)t) dt from 0 to 1: nothing cancels.
    """
    p, q = np.broadcast_arrays(p, q)
    found, is_near = np.empty(p.shape), np.abs(q - p) <= 0.4 * p
    for rows, rest in ((is_near, _by_integral), (~is_near, _direct)):
        if rows.any():
            found[rows] = rest(p[rows], q[rows], order)
    return plain(found)


def _direct(p: Array, q: Array, order: int) -> Array:
    rise = np.subtract(_derivative(q, order), _derivative(p, order))
    return rise - (q - p) * _derivative(p, order + 1)


def _by_integral(p: Array, q: Array, order: int) -> Array:
    total = np.zeros_like(p)
    for t, weight in zip(0.5 * (1.0 + _BEND_POINTS), 0.5 * _BEND_WEIGHTS):
        total = total + weight * (1.0 - t) * _derivative(p + (q - p) * t, order + 2)
    return np.square(q - p) * total
