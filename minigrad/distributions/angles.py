"""Integrals of the density exp(κ cos x) of angles x from -π to π, and its quantiles.

They are Gauss-Legendre quadratures over the stretch where exp(κ cos t) is within a factor
exp(-40) of its largest there: exact to rounding for every κ.
"""

import math

import numpy as np

from ..engine.values import Array, Value, plain
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    exp,
    multiply,
    sign,
    sin,
    square,
)
from ..ops.row import op
from .parameters import Numbers
from .quantiles import _probability

_NEGLIGIBLE = 40.0
_ARC_POINTS, _ARC_WEIGHTS = np.polynomial.legendre.leggauss(64)  # on (-1, 1)


def fall(x: Numbers) -> Var:
    """cos x - 1, with its digits near 0."""
    return multiply(-2.0, square(sin(multiply(0.5, x))))


@op(
    lambda g, y, x, k, order=0: -g * _score(x, order) * exp(k * fall(x)),
    lambda g, y, x, k, order=0: g * angle_tail(x, k, order=order + 1),
    elementwise=True,
    symbol="∫",
    numpy="angle_tail({all}{static})",
    javascript="angle_tail({all}, {order})",
)
def angle_tail(x: Value, k: Value, order: int = 0) -> Value:
    """∫ (cos t - 1)ⁿ exp(k (cos t - 1)) dt for t from x to π; n is the order, x in [0, π]."""
    _, weights, falls = _on_arc(x, k)
    return plain((weights * falls**order).sum(0))


def _on_arc(x: Value, k: Value) -> tuple[Array, Array, Array]:
    """The points t of the quadrature from x on, their weights with exp(k (cos t - 1)) in them, and
    cos t - 1, along a further axis at the front."""
    low = np.square(np.sin(0.5 * x))
    with np.errstate(divide="ignore"):
        end = 2.0 * np.arcsin(np.sqrt(np.minimum(1.0, low + 0.5 * _NEGLIGIBLE / k)))
    half = 0.5 * (end - x)
    shape = (-1, *(1,) * np.ndim(half))
    t = x + half * (1.0 + _ARC_POINTS.reshape(shape))
    falls: Array = -2.0 * np.square(np.sin(0.5 * t))
    return t, half * _ARC_WEIGHTS.reshape(shape) * np.exp(k * falls), falls


@op(
    lambda g, y, k, order=1: g * (angle_mean(k, order=order + 1) - y * angle_mean(k)),
    elementwise=True,
    symbol="E",
    numpy="angle_mean({all}{static})",
    javascript="angle_mean({all}, {order})",
)
def angle_mean(k: Value, order: int = 1) -> Value:
    """E (cos t - 1)ⁿ of an angle t around 0; n is the order."""
    _, weights, falls = _on_arc(0.0, k)
    return plain((weights / weights.sum(0) * falls**order).sum(0))


@op(
    lambda g, y, k, order=0: g * (angle_spread(k, order=order + 1) - y * angle_mean(k)),
    elementwise=True,
    symbol="E",
    numpy="angle_spread({all}{static})",
    javascript="angle_spread({all}, {order})",
)
def angle_spread(k: Value, order: int = 0) -> Value:
    """E t² (cos t - 1)ⁿ of an angle t around 0; n is the order."""
    t, weights, falls = _on_arc(0.0, k)
    return plain((weights / weights.sum(0) * np.square(t) * falls**order).sum(0))


@op(
    lambda g, y, k: g * angle_mean(k),
    elementwise=True,
    symbol="log ∫",
    numpy="log_angle_mass({all})",
    javascript="log_angle_mass({all})",
)
def log_angle_mass(k: Value) -> Value:
    """log ∫ exp(k (cos t - 1)) dt for t from -π to π: log 2π I₀(k), less k."""
    return plain(np.log(2.0 * _on_arc(0.0, k)[1].sum(0)))


def _score(x: Numbers, n: int) -> Numbers:
    """(cos x - 1)ⁿ."""
    y: Numbers = 1.0
    for _ in range(n):
        y = y * fall(x)
    return y


def _moved(y: Numbers, k: Numbers) -> Var:
    """d/dk of the quantile where that is y: the tail beyond |y| grows by its excess of cos t."""
    x = abs_(y)
    share = angle_tail(0.0, k, order=1) / angle_tail(0.0, k)
    excess = angle_tail(x, k, order=1) - share * angle_tail(x, k)
    return sign(y) * excess * exp(-k * fall(x))


@op(
    lambda g, y, k, u: g * _moved(y, k),
    lambda g, y, k, u: g * 2.0 * angle_tail(0.0, k) * exp(-k * fall(y)),
    elementwise=True,
    symbol="von Mises⁻¹",
    numpy="angle_quantile({all})",
    javascript="angle_quantile({all})",
)
def angle_quantile(k: Value, u: Value) -> Value:
    """The angle from -π to π below which the probability is u: by Newton's steps in a bracket."""
    k, u = np.broadcast_arrays(k, _probability(u))
    rest = np.ravel(np.minimum(u, 1.0 - u) * 2.0 * angle_tail(0.0, k))
    found = np.minimum(0.5 * math.pi, 1.0 / np.sqrt(np.ravel(k)))
    open_ = np.arange(found.size)
    low, high = np.zeros_like(found), np.full_like(found, math.pi)
    for _ in range(60):
        x, of, wanted = found[open_], np.ravel(k)[open_], rest[open_]
        tail = np.asarray(angle_tail(x, of))
        low[open_] = np.where(tail >= wanted, x, low[open_])
        high[open_] = np.where(tail >= wanted, high[open_], x)
        with np.errstate(all="ignore"):
            step = tail * np.log(tail / wanted) / np.exp(-2.0 * of * np.square(np.sin(0.5 * x)))
        inside = (x + step > low[open_]) & (x + step < high[open_])
        moved = np.where(inside, x + step, 0.5 * (low[open_] + high[open_]))
        there = np.abs(tail - wanted) <= 4e-16 * wanted  # nearer than that is rounding
        found[open_] = np.where(there, x, moved)
        open_ = open_[np.abs(found[open_] - x) > 1e-14 * x]
        if not open_.size:
            break
    size = found.reshape(u.shape)
    return plain(np.where(u < 0.5, -size, size))
