"""Reductions: many numbers made one. `axis` is None (all of them), an int, or several."""

import numpy as np

from ..engine.arrays import ones
from ..engine.values import Shape, Value, as_axes, shape_of, size_of
from ..engine.variable import Var
from .arithmetic import _times
from .choices import _along, equal
from .joining import concatenate
from .row import op
from .shapes import index, reshape, transpose

Axis = int | tuple[int, ...] | None


def _spread(v: Var, x: Var, axis: Axis) -> Var:
    """`v`, an x that was reduced over `axis`, in a shape that broadcasts against x again."""
    shape = shape_of(x)
    if axis is None or not shape_of(v):
        return v
    axes = as_axes(axis, len(shape))
    kept = tuple([1 if i in axes else n for i, n in enumerate(shape)])
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

# The rules return a gradient with axes of length 1; the sweep spreads it to the input's shape.


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
        if axis in (0, (0,)):
            y = ones(len(x)) @ x
            return y[None] if keepdims else y
        y = x @ ones(x.shape[1])
        return y[:, None] if keepdims else y
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
    if n == 2:
        return index(x, (..., slice(None, None, -1)))
    if n % 2:
        x = concatenate((x, np.ones((*rest, 1))), -1)
    half = (n + 1) // 2
    pairs = reshape(x, (*rest, half, 2))
    partners = index(pairs, (..., slice(None, None, -1)))
    of_pairs = _others(_times(index(pairs, (..., 0)), index(pairs, (..., 1))))
    others = _times(partners, index(of_pairs, (..., None)))
    return index(reshape(others, (*rest, 2 * half)), (..., slice(0, n)))


def _times_others(g: Var, y: Var, x: Var, axis: Axis, keepdims: bool) -> Var:
    """The reduced axes are moved to the end, merged into one, and moved back afterwards."""
    shape = shape_of(x)
    axes = as_axes(axis, len(shape))
    order = (*(i for i in range(len(shape)) if i not in axes), *axes)
    moved = transpose(x, order)
    lined = reshape(moved, (*(shape[i] for i in order[: len(shape) - len(axes)]), _count(x, axis)))
    others = reshape(_others(lined), shape_of(moved))
    return _times(_spread(g, x, axis), transpose(others, tuple(np.argsort(order).tolist())))


@op(_times_others, symbol="Π", shown=("{g} times the other factors of {y}",))
def prod(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """The product over `axis`. Right at zeros too, to every order, though others overflow.

    >>> x = mg.Var([0.0, 2.0, 3.0])
    >>> mg.prod(x).value, mg.grad(mg.prod(x), x)
    (0.0, (array([6., 0., 0.]),))
    """
    as_axes(axis, np.ndim(x))
    return np.prod(x, axis=axis, keepdims=keepdims)
