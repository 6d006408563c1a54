"""Running sums and products along an axis."""

import numpy as np

from ..engine.values import Value, as_axis, shape_of
from ..engine.variable import Var
from .joining import concatenate
from .row import op
from .shapes import flip, index, reshape


@op(
    lambda g, y, x, axis: flip(_cumsum(flip(g, axis), axis), axis),
    shown=(lambda shapes, axis: f"sums of {{g}} from the end of axis {axis}",),
)
def _cumsum(x: Value, axis: int) -> Value:
    """Running sums along `axis`."""
    return np.cumsum(x, axis=axis)


def cumsum(x: object, axis: int | None = None) -> Var:
    """Running sums along `axis`; without one, those of the flattened x.

    >>> mg.cumsum(np.array([1.0, 2.0, 3.0]))
    array([1., 3., 6.])
    """
    if axis is None:
        return _cumsum(reshape(x, -1), 0)
    return _cumsum(x, as_axis(axis, len(shape_of(x))))


def cumprod(x: object, axis: int | None = None) -> Var:
    """Running products along `axis`; without one, those of the flattened x. Right at zeros too.

    It takes log₂ n steps, each of which doubles the length of the products so far. Where a
    part of the product overflows and another part is 0, the result is nan.

    >>> mg.cumprod(np.array([2.0, 3.0, 4.0]))
    array([ 2.,  6., 24.])
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    shape = shape_of(x)
    i = as_axis(axis, len(shape))
    y, before, step = reshape(x, shape), (slice(None),) * i, 1
    while step < shape[i]:
        ones = np.ones((*shape[:i], step, *shape[i + 1 :]))
        y = y * concatenate([ones, index(y, (*before, slice(None, -step)))], i)
        step *= 2
    return y
