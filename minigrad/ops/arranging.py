"""Ops that repeat, shift and pad. Most are an index: numbers move and none is computed."""

import operator
from collections.abc import Sequence

import numpy as np

from ..engine.values import as_axes, as_axis, shape_of
from ..engine.variable import Var
from .arithmetic import add, subtract
from .shapes import Axes, _scatter, broadcast_to, flip, index, reshape, swapaxes, take, transpose

Widths = int | Sequence[int] | Sequence[Sequence[int]]


def moveaxis(x: object, source: Axes, destination: Axes) -> Var:
    """The axes `source` moved to the positions `destination`; the others keep their order.

    >>> mg.moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    ndim = len(shape_of(x))
    if source is None or destination is None:
        raise TypeError("moveaxis: source and destination are ints or tuples of ints, not None")
    starts, ends = as_axes(source, ndim), as_axes(destination, ndim)
    if len(starts) != len(ends):
        raise ValueError(f"moveaxis: {len(starts)} axes do not fit {len(ends)} places")
    order = [i for i in range(ndim) if i not in starts]
    for end, start in sorted(zip(ends, starts, strict=True)):
        order.insert(end, start)
    return transpose(x, tuple(order))


def rot90(x: object, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Var:
    """A quarter turn, k times, from the first of the two axes towards the second.

    >>> mg.rot90(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[2., 4.],
           [1., 3.]])
    """
    if not isinstance(axes, tuple | list) or len(axes) != 2:
        raise TypeError(f"rot90: axes are two ints, not {axes!r}")
    i, j = as_axes(tuple(axes), len(shape_of(x)))
    if k % 4 == 0:
        return reshape(x, shape_of(x))
    if k % 4 == 2:
        return flip(x, (i, j))
    return swapaxes(flip(x, j), i, j) if k % 4 == 1 else flip(swapaxes(x, i, j), j)


def repeat(x: object, repeats: int | Sequence[int], axis: int | None = None) -> Var:
    """Each element `repeats` times in a row along `axis`; without one, those of the flattened x.

    >>> mg.repeat(np.array([1.0, 2.0]), 2)
    array([1., 1., 2., 2.])
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    i = as_axis(axis, len(shape_of(x)))
    return take(x, np.repeat(np.arange(shape_of(x)[i]), repeats), i)


def tile(x: object, reps: int | Sequence[int]) -> Var:
    """x as a whole, `reps` times along each axis; too few reps are for the last axes.

    >>> mg.tile(np.array([1.0, 2.0]), 2)
    array([1., 2., 1., 2.])
    """
    times = (reps,) if isinstance(reps, int | np.integer) else tuple(map(operator.index, reps))
    shape = shape_of(x)
    ndim = max(len(shape), len(times))
    shape = (1,) * (ndim - len(shape)) + shape
    times = (1,) * (ndim - len(times)) + times
    return _picked(reshape(x, shape), [np.tile(np.arange(n), r) for n, r in zip(shape, times)])


def _picked(x: object, places: Sequence[object]) -> Var:
    """Along each axis the elements at those places."""
    return index(x, np.ix_(*places)) if places else reshape(x, ())


def roll(x: object, shift: int | Sequence[int], axis: int | tuple[int, ...] | None = None) -> Var:
    """The elements moved along by `shift`; what leaves one end comes back at the other.

    >>> mg.roll(np.array([1.0, 2.0, 3.0]), 1)
    array([3., 1., 2.])
    """
    shape = shape_of(x)
    if axis is None:
        return reshape(roll(reshape(x, -1), shift, 0), shape)
    places = [np.arange(n) for n in shape]
    axes = tuple(as_axis(a, len(shape)) for a in (axis if isinstance(axis, tuple) else (axis,)))
    for by, i in np.broadcast(shift, axes):
        places[i] = np.roll(places[i], by)
    return _picked(x, places)


def pad(
    x: object, pad_width: Widths, mode: str = "constant", constant_values: float | Widths = 0.0
) -> Var:
    """x with `pad_width` elements added before and after it along each axis.

    `pad_width` is one int, a pair (before, after) for all axes, or a pair for each. The elements
    are `constant_values` (given in one of these forms as well), or taken from x, by `mode` "edge",
    "reflect", "symmetric" or "wrap", as in NumPy.

    >>> mg.pad(np.array([1.0, 2.0]), 1)
    array([0., 1., 2., 0.])
    >>> mg.pad(np.array([1.0, 2.0]), (0, 2), "edge")
    array([1., 2., 2., 2.])
    """
    shape = shape_of(x)
    widths = np.broadcast_to(np.asarray(pad_width, dtype=int), (len(shape), 2)).tolist()
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        places = [np.pad(np.arange(n), w, mode) for n, w in zip(shape, widths)]  # type: ignore
        return _picked(x, places)
    if mode != "constant":
        raise ValueError(f"pad: mode {mode!r} is none of constant, edge, reflect, symmetric, wrap")
    padded = tuple(n + low + high for n, (low, high) in zip(shape, widths))
    inside = tuple(slice(low, low + n) for n, (low, _) in zip(shape, widths))
    y = _scatter(x, inside, padded)
    if not np.any(constant_values):
        return y
    return add(y, np.pad(np.zeros(shape), widths, constant_values=constant_values))


def diff(x: object, n: int = 1, axis: int = -1) -> Var:
    """Each element minus the one before it along `axis`, taken n times.

    >>> mg.diff(np.array([1.0, 4.0, 9.0, 16.0]))
    array([3., 5., 7.])
    """
    i = as_axis(axis, len(shape_of(x)))
    if n < 0:
        raise ValueError(f"diff: n is how often to take differences, 0 or more, not {n}")
    y = reshape(x, shape_of(x))
    before = (slice(None),) * i
    for _ in range(n):
        y = subtract(index(y, (*before, slice(1, None))), index(y, (*before, slice(None, -1))))
    return y


def full(shape: int | tuple[int, ...], fill_value: object) -> Var:
    """An array of that shape filled with a number, or with an array repeated; either may be a Var.

    >>> mg.full((2, 2), mg.Var(3.0))
    Var([[3., 3.], [3., 3.]], op='broadcast_to')
    """
    return broadcast_to(fill_value, shape)


def linspace(start: object, stop: object, num: int = 50, endpoint: bool = True) -> Var:
    """`num` numbers in equal steps from `start` to `stop`, on a new first axis.

    >>> mg.linspace(0.0, 1.0, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    ramp = np.linspace(0.0, 1.0, operator.index(num), endpoint)
    gap = subtract(stop, start)
    return add(start, reshape(ramp, (num,) + (1,) * len(shape_of(gap))) * gap)


def atleast(ndim: int, x: object) -> Var:
    """x with axes of length 1 added, as NumPy's atleast_1d, atleast_2d and atleast_3d add them."""
    shape = shape_of(x)
    if len(shape) >= ndim:
        return reshape(x, shape)
    if ndim == 3 and shape:
        return reshape(x, (*((1, *shape) if len(shape) == 1 else shape), 1))
    return reshape(x, (1,) * (ndim - len(shape)) + shape)
