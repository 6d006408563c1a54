"""Sorting, and what is read off sorted numbers. The order is found again at each call, also in a
program; it jumps where numbers are equal. The gradient goes back to each number's place.
"""

import math
from collections.abc import Sequence

import numpy as np

from ..engine.values import Array, as_axes, as_axis, shape_of
from ..engine.variable import Var
from .arithmetic import add, multiply
from .choices import not_equal, where
from .reductions import Axis, max
from .row import op
from .shapes import index, reshape, transpose


@op(
    lambda g, y, v, x, axis: _unsorted_like(g, x, axis),
    None,
    numpy="_sorted_like({0}, {1}, {axis})",
)
def _sorted_like(v: Array, x: Array, axis: int) -> Array:
    """v in the order in which x would be sorted along `axis`."""
    return np.take_along_axis(v, np.argsort(x, axis, kind="stable"), axis)


@op(
    lambda g, y, v, x, axis: _sorted_like(g, x, axis),
    None,
    numpy="_unsorted_like({0}, {1}, {axis})",
)
def _unsorted_like(v: Array, x: Array, axis: int) -> Array:
    """The inverse of sorted_like, which is also its adjoint."""
    order = np.argsort(x, axis, kind="stable")
    return np.take_along_axis(v, np.argsort(order, axis), axis)


def sort(x: object, axis: int | None = -1) -> Var:
    """The elements in rising order along `axis`, nan last; for None those of the flattened x.

    >>> x = mg.Var([3.0, 1.0, 2.0])
    >>> mg.grad(mg.sort(x)[0], x)
    (array([0., 1., 0.]),)
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    i = as_axis(axis, len(shape_of(x)))
    return _sorted_like(x, x, i)


def quantile(
    x: object, q: float | Sequence[float], axis: Axis = None, keepdims: bool = False
) -> Var:
    """The number below which a share q of the elements lies, linear between the two nearest.

    Where q is an array, its axes come first in the result. nan where an element is nan.

    >>> mg.quantile(np.array([0.0, 1.0, 2.0, 4.0]), [0.5, 1.0])
    array([1.5, 4. ])
    """
    shares = np.asarray(q, dtype=float)
    if not np.all((shares >= 0.0) & (shares <= 1.0)):
        raise ValueError(f"quantile: q must be between 0 and 1, not {q}")
    lined, kept = _lined_up(x, axis)
    n = shape_of(lined)[-1]
    if not n:
        raise ValueError(f"quantile of no elements: shape {shape_of(x)}, axis {axis}")
    place = shares * (n - 1)
    low = np.floor(place).astype(int)
    part = place - low
    high = np.minimum(low + 1, n - 1)
    y = sort(lined)
    below, above = index(y, (..., low)), index(y, (..., high))
    between = add(multiply(below, 1.0 - part), multiply(above, part))
    y = where(part > 0.0, between, below)  # 0·inf of an infinite one would be nan
    spoiled = max(not_equal(lined, lined), -1)
    y = where(reshape(spoiled, shape_of(spoiled) + (1,) * shares.ndim), math.nan, y)
    if shares.ndim:  # to the front
        axes = tuple(range(y.ndim))
        y = transpose(y, axes[len(axes) - shares.ndim :] + axes[: len(axes) - shares.ndim])
    return reshape(y, (*shares.shape, *kept)) if keepdims else y


def _lined_up(x: object, axis: Axis) -> tuple[Var, tuple[int, ...]]:
    """x with the axes to reduce made one, the last, and the shape that keepdims wants."""
    shape = shape_of(x)
    axes = as_axes(axis, len(shape))
    others = tuple(i for i in range(len(shape)) if i not in axes)
    count = math.prod(shape[i] for i in axes)
    lined = reshape(transpose(x, (*others, *axes)), (*(shape[i] for i in others), count))
    return lined, tuple(1 if i in axes else n for i, n in enumerate(shape))


def median(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The middle element over `axis`, or the mean of the middle two.

    >>> mg.median(np.array([5.0, 1.0, 2.0]))
    2.0
    """
    return quantile(x, 0.5, axis, keepdims)
