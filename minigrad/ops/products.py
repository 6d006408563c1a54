"""Products of vectors, matrices and stacks of matrices, and those that are made of them."""

from collections.abc import Sequence

import numpy as np

from ..engine.values import Array, Shape, Value, as_axes, as_axis, shape_of, size_of
from ..engine.variable import Var
from .arithmetic import multiply, subtract
from .joining import stack
from .row import op
from .shapes import index, reshape, transpose


def _matmul_left(g: Var, y: Var, a: Var, b: Var) -> object:
    if a.ndim == b.ndim == 1:
        return b * g
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return (b @ g[..., None])[..., 0]
    return g @ b.swapaxes(-1, -2)


def _matmul_right(g: Var, y: Var, a: Var, b: Var) -> object:
    if a.ndim == b.ndim == 1:
        return a * g
    if a.ndim == 1:
        return a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return (a.swapaxes(-1, -2) @ g[..., None])[..., 0]
    return a.swapaxes(-1, -2) @ g


def _left_shown(shapes: tuple[Shape, Shape]) -> str:
    a, b = map(len, shapes)
    return "{g} @ {1}ᵀ" if b > 1 else "outer({g}, {1})" if a > 1 else "{g}·{1}"


def _right_shown(shapes: tuple[Shape, Shape]) -> str:
    a, b = map(len, shapes)
    return "{0}ᵀ @ {g}" if a > 1 else "outer({0}, {g})" if b > 1 else "{g}·{0}"


@op(_matmul_left, _matmul_right, infix="@", operator="matmul", shown=(_left_shown, _right_shown))
def matmul(a: Array, b: Array) -> Value:
    """The matrix product over the last two axes; leading axes broadcast, vectors as in NumPy.

    >>> mg.matmul(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0]))
    array([3., 7.])
    """
    left, right = shape_of(a), shape_of(b)
    if not left or not right:
        raise ValueError(f"matmul needs arrays, not shapes {left} and {right}: use * for a scalar")
    rows = right[0] if len(right) == 1 else right[-2]
    if left[-1] != rows:
        raise ValueError(
            f"matmul: shapes {left} and {right} do not fit: {left[-1]} columns meet {rows} rows"
        )
    try:
        return np.matmul(a, b)
    except ValueError:
        raise ValueError(
            f"matmul: the leading axes of {left} and {right} do not broadcast"
        ) from None


@op(
    lambda g, y, a, b: g @ b,
    lambda g, y, a, b: a @ g,
)
def _outer(a: Value, b: Value) -> Value:
    """The matrix of products of two vectors, a[i] * b[j]."""
    return np.outer(a, b)


def outer(a: object, b: object) -> Var:
    """The matrix of all products of an element of a and one of b; arrays are flattened first.

    >>> mg.outer(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([[3., 4.],
           [6., 8.]])
    """
    return _outer(*(x if len(shape_of(x)) == 1 else reshape(x, -1) for x in (a, b)))


def dot(a: object, b: object) -> Var:
    """Sums of products over the last axis of a and the last but one, or only, axis of b.

    A scalar multiplies an array. In two dimensions or fewer this is the matrix product. Beyond,
    unlike `matmul`, every matrix of a meets every matrix of b.

    >>> mg.dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    left, right = len(shape_of(a)), len(shape_of(b))
    if not left or not right:
        return multiply(a, b)
    if left < 3 and right < 3:
        return matmul(a, b)
    return tensordot(a, b, (-1, -2 if right > 1 else -1))


def inner(a: object, b: object) -> Var:
    """Sums of products over the last axes of both; a scalar multiplies an array.

    >>> mg.inner(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    if not shape_of(a) or not shape_of(b):
        return multiply(a, b)
    return tensordot(a, b, (-1, -1))


def tensordot(a: object, b: object, axes: int | Sequence[int | Sequence[int]] = 2) -> Var:
    """Products summed over axes of a that meet axes of b: the last n of a and the first n of b for
    an int n, or a pair of axes, or of lists of axes. The other axes of a come first, then b's.

    >>> mg.tensordot(np.ones((2, 3)), np.ones((3, 4)), 1).shape
    (2, 4)
    """
    left, right = shape_of(a), shape_of(b)
    if isinstance(axes, int):
        given = tuple(range(len(left) - axes, len(left))), tuple(range(axes))
    else:
        given = tuple(tuple(x) if isinstance(x, Sequence) else (x,) for x in axes)  # type: ignore
    mine, theirs = as_axes(given[0], len(left)), as_axes(given[1], len(right))
    if [left[i] for i in mine] != [right[i] for i in theirs]:
        raise ValueError(
            f"tensordot: shapes {left} and {right} do not fit over axes {mine} and {theirs}"
        )
    rows = tuple(i for i in range(len(left)) if i not in mine)
    columns = tuple(i for i in range(len(right)) if i not in theirs)
    shape = tuple(left[i] for i in rows) + tuple(right[i] for i in columns)
    count = size_of(tuple(left[i] for i in mine))
    rows_of = size_of(tuple(left[i] for i in rows))
    columns_of = size_of(tuple(right[i] for i in columns))
    x = reshape(transpose(a, rows + mine), (rows_of, count))
    z = reshape(transpose(b, theirs + columns), (count, columns_of))
    return reshape(matmul(x, z), shape)


def kron(a: object, b: object) -> Var:
    """Kronecker's product: every element of a times all of b, as one array.

    >>> mg.kron(np.array([1.0, 10.0]), np.array([1.0, 2.0]))
    array([ 1.,  2., 10., 20.])
    """
    ndim = max(len(shape_of(a)), len(shape_of(b)))
    left, right = ((1,) * (ndim - len(shape_of(x))) + shape_of(x) for x in (a, b))
    x = reshape(a, tuple(n for pair in zip(left, (1,) * ndim) for n in pair))
    z = reshape(b, tuple(n for pair in zip((1,) * ndim, right) for n in pair))
    return reshape(multiply(x, z), tuple(n * m for n, m in zip(left, right)))


def cross(a: object, b: object, axis: int = -1) -> Var:
    """The cross product of vectors of three numbers along `axis`.

    >>> mg.cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    array([0., 0., 1.])
    """
    parts = []
    for x in (a, b):
        i = as_axis(axis, len(shape_of(x)))
        if shape_of(x)[i] != 3:
            raise ValueError(f"cross takes vectors of three numbers, not shape {shape_of(x)}")
        parts.append([index(x, (*(slice(None),) * i, k)) for k in range(3)])
    (a0, a1, a2), (b0, b1, b2) = parts
    pairs = ((a1, b2, a2, b1), (a2, b0, a0, b2), (a0, b1, a1, b0))
    return stack([subtract(multiply(p, q), multiply(r, s)) for p, q, r, s in pairs], axis)
