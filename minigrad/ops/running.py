"""Running sums and products along an axis."""

import numpy as np

from ..engine.values import Value, as_axis, shape_of
from ..engine.variable import Var
from .arithmetic import _times
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


def _slices(x: object, axis: int, *ends: slice) -> list[Var]:
    return [index(x, (*(slice(None),) * axis, end) if axis else end) for end in ends]


def _before(x: object, axis: int) -> Var:
    """The products of all elements before each: log₂ n steps, which double their length."""
    shape, step = list(shape_of(x)), 1
    n, shape[axis] = shape[axis], 1
    y = concatenate([np.ones(shape), *_slices(x, axis, slice(None, -1))], axis)
    while step < n:
        near, far = _slices(y, axis, slice(None, step), slice(None, -step))
        y = concatenate([near, _times(*_slices(y, axis, slice(step, None)), far)], axis)
        step *= 2
    return y


def _after(g: object, x: object, axis: int) -> Var:
    """Of each element, the sum over those from it on of g times what is multiplied in between."""
    shape, step = list(shape_of(x)), 1
    n, shape[axis] = shape[axis], 1
    factors = concatenate([*_slices(x, axis, slice(1, None)), np.zeros(shape)], axis)
    while step < n:
        kept, last = slice(None, -step), slice(-step, None)
        (far,), (here, end) = _slices(g, axis, slice(step, None)), _slices(g, axis, kept, last)
        near, over = _slices(factors, axis, kept, slice(step, None))
        g = concatenate([here + _times(near, far), end], axis)
        factors = concatenate([_times(near, over), *_slices(factors, axis, last)], axis)
        step *= 2
    return g


@op(
    lambda g, y, x, axis: _times(_before(x, axis), _after(g, x, axis)),
    shown=("{g} times the other factors, in the products that {0} is in",),
)
def _cumprod(x: Value, axis: int) -> Value:
    """Running products along `axis`."""
    return np.cumprod(x, axis=axis)


def cumprod(x: object, axis: int | None = None) -> Var:
    """Running products along `axis`; without one, those of the flattened x.

    Its gradient is right at zeros too, though other factors overflow.

    >>> mg.cumprod(np.array([2.0, 3.0, 4.0]))
    array([ 2.,  6., 24.])
    """
    if axis is None:
        return _cumprod(reshape(x, -1), 0)
    return _cumprod(x, as_axis(axis, len(shape_of(x))))
