"""Ops that move numbers about: reshape, transpose, index, join. None of them computes."""

import operator
from collections.abc import Sequence

import numpy as np

from ..engine.op import ABOVE
from ..engine.values import Shape, Value, as_axes, as_axis, as_key, shape_of, size_of
from ..engine.variable import Var
from .row import op

Axes = int | tuple[int, ...]


@op(
    lambda g, y, x, shape: _reshape(g, shape_of(x)),
    numpy="np.reshape({0}, {shape})",
    javascript="{0}",
)
def _reshape(x: Value, shape: Shape) -> Value:
    """The same numbers, row by row, in `shape`."""
    return x.reshape(shape) if type(x) is np.ndarray else np.reshape(x, shape)


def reshape(x: object, *shape: int | Shape) -> Var:
    """The same numbers, row by row, in another shape; a length of -1 is worked out.

    >>> mg.reshape(np.arange(6.0), (2, -1))
    array([[0., 1., 2.],
           [3., 4., 5.]])
    """
    wanted = _as_shape(*shape)
    size = size_of(shape_of(x))
    if wanted.count(-1) == 1:
        known = -size_of(wanted)
        wanted = tuple(size // known if n == -1 and known else n for n in wanted)
    if size_of(wanted) != size or min(wanted, default=0) < 0:
        raise ValueError(
            f"reshape: {shape_of(x)} holds {size} numbers, which do not fill {_as_shape(*shape)}"
        )
    return _reshape(x, wanted)


def _as_shape(*shape: int | Shape) -> Shape:
    """A shape given as a tuple or as separate ints."""
    given = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    if bool in map(type, given):
        raise TypeError(f"a shape is made of ints, not {given!r}")
    return tuple(map(operator.index, given))  # type: ignore[arg-type]


@op(
    lambda g, y, x, axes: _transpose(g, tuple(map(axes.index, range(len(axes))))),
    numpy=lambda shapes, axes: "{0}.T" if axes == (1, 0) else "np.transpose({0}, {axes})",
)
def _transpose(x: Value, axes: Axes) -> Value:
    """The axes in the order `axes`."""
    return x.transpose(axes) if type(x) is np.ndarray else np.transpose(x, axes)


def transpose(
    x: object, *order: int | Sequence[int] | None, axes: Sequence[int] | None = None
) -> Var:
    """The axes in another order, given as a tuple or as separate ints; by default reversed.

    >>> x = np.zeros((2, 3, 4))
    >>> mg.transpose(x).shape, mg.transpose(x, (0, 2, 1)).shape
    ((4, 3, 2), (2, 4, 3))
    """
    ndim = len(shape_of(x))
    given: object = order[0] if len(order) == 1 and not isinstance(order[0], int) else order or axes
    if given is None:
        return _transpose(x, tuple(range(ndim))[::-1])
    wanted = as_axes(tuple(given), ndim)  # type: ignore
    if sorted(wanted) != list(range(ndim)):
        raise ValueError(f"transpose: axes {given} do not name each of the {ndim} axes once")
    return _transpose(x, wanted)


def swapaxes(x: object, axis1: int, axis2: int) -> Var:
    """x with two axes exchanged.

    >>> mg.swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    ndim = len(shape_of(x))
    i, j = as_axis(axis1, ndim), as_axis(axis2, ndim)
    order = list(range(ndim))
    order[i], order[j] = j, i
    return _transpose(x, tuple(order))


@op(
    lambda g, y, x, shape: g,  # the sweep sums it back
    numpy="np.broadcast_to({0}, {shape})",
    javascript="{0}",
)
def _broadcast_to(x: Value, shape: Shape) -> Value:
    """x repeated to fill `shape`."""
    if size_of(shape) > 10_000:
        return np.broadcast_to(x, shape)
    y = np.empty(shape)  # at a fifth of that function's cost; every sum calls this
    y[...] = x
    return y


def broadcast_to(x: object, shape: int | Shape) -> Var:
    """x repeated along new leading axes and along axes of length 1, to fill `shape`.

    >>> x = mg.Var(2.0)
    >>> mg.grad(mg.sum(mg.broadcast_to(x, (3, 2))), x)
    (6.0,)
    """
    try:
        fits = np.broadcast_shapes(shape_of(x), _as_shape(shape)) == _as_shape(shape)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"broadcast_to: shape {shape_of(x)} does not broadcast to {_as_shape(shape)}"
        )
    return _broadcast_to(x, _as_shape(shape))


def squeeze(x: object, axis: Axes | None = None) -> Var:
    """x without its axes of length 1, or without those named, which must have length 1.

    >>> mg.squeeze(np.zeros((1, 3, 1))).shape
    (3,)
    """
    shape = shape_of(x)
    axes = (
        as_axes(axis, len(shape))
        if axis is not None
        else tuple(i for i, n in enumerate(shape) if n == 1)
    )
    if any(shape[i] != 1 for i in axes):
        raise ValueError(f"squeeze: shape {shape} does not have length 1 along axis {axis}")
    return reshape(x, tuple(n for i, n in enumerate(shape) if i not in axes))


def expand_dims(x: object, axis: Axes) -> Var:
    """x with a new axis of length 1 at each position in `axis`, counted in the result.

    >>> mg.expand_dims(np.array([1.0, 2.0]), 0).shape
    (1, 2)
    """
    if axis is None:
        raise TypeError("expand_dims: axis is an int or a tuple of ints, not None")
    shape = list(shape_of(x))
    axes = as_axes(axis, len(shape) + (len(axis) if isinstance(axis, tuple) else 1))
    for i in sorted(axes):
        shape.insert(i, 1)
    return reshape(x, tuple(shape))


# -------------------------------------------------------------------------------------- choosing


@op(
    lambda g, y, x, key: _scatter(g, key, shape_of(x)),
    numpy=lambda shapes, key: "{0}[{key}]" if shapes[0] else "np.asarray({0})[{key}]",
)
def _index(x: Value, key: object) -> Value:
    """x[key]."""
    return (x if type(x) is np.ndarray else np.asarray(x))[key]  # type: ignore[call-overload]


@op(
    lambda g, y, x, key, shape: _index(g, key),
    numpy="_scatter({0}, np.s_[{key}], {shape})",
)
def _scatter(x: Value, key: object, shape: Shape) -> Value:
    """Zeros of `shape` with x added at `key`, however often that names a place: index's adjoint."""
    y = np.zeros(shape)
    parts = key if isinstance(key, tuple) else (key,)
    if np.ndarray in map(type, parts):
        np.add.at(y, key, x)  # type: ignore
    else:
        y[key] = x  # type: ignore[call-overload]
    return y


def index(x: object, key: object) -> Var:
    """x[key]: integers, slices, None, Ellipsis, arrays of integers or booleans.

    >>> x = mg.Var([1.0, 2.0, 3.0])
    >>> mg.grad(mg.index(x, 1), x)
    (array([0., 1., 0.]),)
    """
    return _index(x, as_key(key))


def take(x: object, indices: object, axis: int | None = None) -> Var:
    """The elements at the integer `indices` along `axis`; without one, those of the flattened x.

    True and False are the integers 1 and 0, as in NumPy: a mask is an index, `x[mask]`.

    >>> x = mg.Var([10.0, 20.0, 30.0])
    >>> mg.grad(mg.sum(mg.take(x, [0, 2, 2])), x)
    (array([1., 0., 2.]),)
    """
    key = np.asarray(indices)
    empty = not key.size and isinstance(indices, list | tuple)  # which NumPy holds for floats
    key = key.astype(int) if key.dtype.kind == "b" or empty else key
    if axis is None:
        return index(reshape(x, -1), key)
    i = as_axis(axis, len(shape_of(x)))
    return index(x, (*(slice(None),) * i, key))


def flip(x: object, axis: Axes | None = None) -> Var:
    """The elements in reverse order along `axis` (all by default).

    >>> mg.flip(np.array([1.0, 2.0, 3.0]))
    array([3., 2., 1.])
    """
    ndim = len(shape_of(x))
    axes = as_axes(axis, ndim)
    return index(x, tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(ndim)))


ABOVE.update(index=index, transpose=transpose)
