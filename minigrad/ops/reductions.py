"""Reductions, and what is normalised by one. `axis` is None (all), an int or several."""

import numpy as np

from ..engine.arrays import ones
from ..engine.values import Shape, Value, as_axes, as_axis, shape_of, size_of
from ..engine.variable import Var
from .choices import _along, equal, where
from .elementwise import exp
from .joining import concatenate
from .row import op
from .shapes import flip, index, reshape, transpose

Axis = int | tuple[int, ...] | None


def _spread(v: Var, x: Var, axis: Axis) -> Var:
    """`v`, an x that was reduced over `axis`, in a shape that broadcasts against x again."""
    shape = shape_of(x)
    if axis is None or not shape_of(v):
        return v
    axes = as_axes(axis, len(shape))
    kept = tuple(1 if i in axes else n for i, n in enumerate(shape))
    return v if shape_of(v) == kept else v.reshape(kept)


def _count(x: object, axis: Axis) -> int:
    shape = shape_of(x)
    return size_of(tuple(shape[i] for i in as_axes(axis, len(shape))))


def _some(name: str, x: object, axis: Axis) -> int:
    """How many elements are reduced to one, at least 1."""
    count = _count(x, axis)
    if not count:
        raise ValueError(f"{name} of no elements: shape {shape_of(x)}, axis {axis}")
    return count


# Of a matrix: BLAS adds its rows, or short columns.
_ROWS_OR_COLUMNS = (0, (0,), 1, (1,), -1, (-1,))

# The rules hand back a gradient with axes of length 1; the sweep spreads it to the input's shape.


def _sum_in_program(shapes: tuple[Shape], axis: Axis, keepdims: bool) -> str:
    (shape,) = shapes
    if len(shape) == 1 and not keepdims:
        return "np.sum({0})"
    if len(shape) != 2 or axis not in _ROWS_OR_COLUMNS:
        return "np.sum({0}{static})"
    rows, columns = shape
    y = f"np.ones({rows}) @ {{0}}" if axis in (0, (0,)) else f"{{0}} @ np.ones({columns})"
    return f"np.expand_dims({y}, {{axis}})" if keepdims else y


@op(
    lambda g, y, x, axis, keepdims: _spread(g, x, axis),
    symbol="Σ",
    numpy=_sum_in_program,
    javascript="{0}",
)
def sum(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The sum over `axis`; `keepdims` keeps the axes with length 1.

    >>> mg.sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    array([4., 6.])
    """
    if axis is not None:
        as_axes(axis, np.ndim(x))
    if isinstance(x, np.ndarray) and x.ndim == 2 and axis in _ROWS_OR_COLUMNS:
        y = ones(len(x)) @ x if axis in (0, (0,)) else x @ ones(x.shape[1])
        return np.expand_dims(y, axis) if keepdims else y
    return np.add.reduce(x, axis=axis, keepdims=keepdims)  # type: ignore # np.sum, unwrapped


def _mean_in_program(shapes: tuple[Shape], axis: Axis, keepdims: bool) -> str:
    return f"{_sum_in_program(shapes, axis, keepdims)} / {_count(np.empty(shapes[0]), axis)}"


@op(
    lambda g, y, x, axis, keepdims: _spread(g, x, axis) / _count(x, axis),
    numpy=_mean_in_program,
    javascript="{0}",
)
def mean(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The mean over `axis`; `keepdims` keeps the axes with length 1.

    >>> x = mg.Var([1.0, 2.0, 3.0, 6.0])
    >>> mg.mean(x).value, mg.grad(mg.mean(x), x)
    (3.0, (array([0.25, 0.25, 0.25, 0.25]),))
    """
    return sum(x, axis, keepdims) / _some("mean", x, axis)


def _share(g: Var, y: Var, x: Var, axis: Axis, keepdims: bool) -> Var:
    """Elements that are equal to the extreme share its gradient."""
    ties = equal(x, _spread(y, x, axis))
    return _spread(g, x, axis) * ties / sum(ties, axis, True)


@op(_share, javascript="{0}")
def max(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The largest element over `axis`, nan if one is. Ties share the gradient equally.

    >>> x = mg.Var([1.0, 3.0, 3.0])
    >>> mg.max(x).value, mg.grad(mg.max(x), x)
    (3.0, (array([0. , 0.5, 0.5]),))
    """
    _some("max", x, axis)
    return np.max(x, axis=axis, keepdims=keepdims)


@op(_share, javascript="{0}")
def min(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The smallest element over `axis`, nan if one is. Ties share the gradient equally.

    >>> mg.min(np.array([[3.0, 1.0], [2.0, 4.0]]), axis=0)
    array([2., 1.])
    """
    _some("min", x, axis)
    return np.min(x, axis=axis, keepdims=keepdims)


@op(
    lambda g, y, x, axis, keepdims: _spread(g, x, axis) * _along(x, _spread(y, x, axis)),
    symbol="‖ ‖",
    numpy="norm({0}{static})",
)
def norm(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The root of the sum of squares over `axis`: the length of a vector, Frobenius' norm.

    Its gradient is x / norm(x), a unit vector. At 0, where it has a kink, that is 0.

    >>> x = mg.Var([3.0, 4.0])
    >>> mg.norm(x).value, mg.grad(mg.norm(x), x)
    (5.0, (array([0.6, 0.8]),))
    """
    with np.errstate(over="ignore", under="ignore"):
        y = np.sqrt(np.sum(np.square(x), axis=axis, keepdims=True))
    if np.any((y < 1e-150) | (y > 1e150)):  # squares that leave the floats: scaled before
        top = np.max(np.abs(x), axis=axis, keepdims=True, initial=0.0)
        top = np.where((top > 0.0) & (top < np.inf), top, 1.0)
        y = top * np.sqrt(np.sum(np.square(x / top), axis=axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


def _others(x: object) -> object:
    """For each element the product of the others on the last axis, with no division by a zero.

    Pair by pair up a binary tree: an element's others are its partner times the others of the pair.
    """
    *rest, n = shape_of(x)
    if n < 2:
        return np.ones((*rest, n))
    if n % 2:
        x = concatenate((x, np.ones((*rest, 1))), -1)
    half = (n + 1) // 2
    pairs = reshape(x, (*rest, half, 2))
    partners = index(pairs, (..., slice(None, None, -1)))
    of_pairs = _others(index(pairs, (..., 0)) * index(pairs, (..., 1)))
    others = partners * index(of_pairs, (..., None))
    return index(reshape(others, (*rest, 2 * half)), (..., slice(0, n)))


def _times_others(g: Var, y: Var, x: Var, axis: Axis, keepdims: bool) -> Var:
    """The reduced axes are moved to the end and made one, and moved back after."""
    shape = shape_of(x)
    axes = as_axes(axis, len(shape))
    order = (*(i for i in range(len(shape)) if i not in axes), *axes)
    moved = transpose(x, order)
    lined = reshape(moved, (*(shape[i] for i in order[: len(shape) - len(axes)]), _count(x, axis)))
    others = reshape(_others(lined), shape_of(moved))
    return _spread(g, x, axis) * transpose(others, tuple(np.argsort(order).tolist()))


@op(_times_others, symbol="Π", shown=("{g} times the other factors of {y}",))
def prod(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The product over `axis`. Right at zeros too, to every order.

    >>> x = mg.Var([0.0, 2.0, 3.0])
    >>> mg.prod(x).value, mg.grad(mg.prod(x), x)
    (0.0, (array([6., 0., 0.]),))
    """
    as_axes(axis, np.ndim(x))
    return np.prod(x, axis=axis, keepdims=keepdims)


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


@op(
    # Beside anything finite, -inf has no share; so it has none where all are -inf.
    lambda g, y, x, axis, keepdims: (
        _spread(g, x, axis) * exp(x - _spread(where(equal(y, -np.inf), 0.0, y), x, axis))
    ),
    numpy="logsumexp({0}{static})",
    javascript="{0}",
)
def logsumexp(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """log(sum(exp(x))) over `axis`, without overflow.

    Where all are -inf (a sum of impossible events), or there are none, the result is -inf, and no
    gradient passes.

    >>> round(mg.logsumexp(np.array([1000.0, 1000.0])), 4)
    1000.6931
    """
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        y = top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


def _total(x: object, axis: Axis) -> object:
    """The sum that broadcasts against x; a scalar is its own."""
    return sum(x, axis, True) if shape_of(x) else x


@op(
    lambda g, y, x, axis: y * (g - _total(g * y, axis)),
    numpy="softmax({0}{static})",
)
def softmax(x: Value, axis: Axis = -1) -> Value:
    """exp(x) / sum(exp(x)) over `axis`, the last by default, without overflow; of a scalar 1.

    >>> mg.softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    y = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return y / np.sum(y, axis=axis, keepdims=True)


@op(
    lambda g, y, x, axis: g - exp(y) * _total(g, axis),
    numpy="log_softmax({0}{static})",
)
def log_softmax(x: Value, axis: Axis = -1) -> Value:
    """x - logsumexp(x) over `axis`, the last by default.

    >>> mg.log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    below = x - top  # first: the sum would lose what is small in x
    return below - logsumexp(below, axis, True)
