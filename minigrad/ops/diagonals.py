"""Diagonals and triangles. `k`, or `offset`, counts diagonals upward from the main one."""

import numpy as np

from ..engine import arrays
from ..engine.values import Value, as_axes, shape_of
from ..engine.variable import Var
from .reductions import sum
from .row import op
from .shapes import index, transpose


def _no_scalar(name: str, x: Value) -> None:
    if not np.ndim(x):
        raise ValueError(f"{name} takes a matrix, not a scalar")


def _within(k: int) -> int:
    """A diagonal's number that fits NumPy's integers: further out there is nothing either."""
    return sorted((-(1 << 31), k, 1 << 31))[1]


@op(lambda g, y, x, k: tril(g, k))
def tril(x: Value, k: int = 0) -> Value:
    """The lower triangle of the last two axes, up to the k-th diagonal; zeros above it.

    >>> mg.tril(np.ones((2, 2)))
    array([[1., 0.],
           [1., 1.]])
    """
    _no_scalar("tril", x)
    return arrays.tril(x, _within(k))  # type: ignore[arg-type]


@op(lambda g, y, x, k: triu(g, k))
def triu(x: Value, k: int = 0) -> Value:
    """The upper triangle of the last two axes, from the k-th diagonal on; zeros below it.

    >>> mg.triu(np.ones((2, 2)))
    array([[1., 1.],
           [0., 1.]])
    """
    _no_scalar("triu", x)
    return np.triu(x, _within(k))


@op(lambda g, y, x, k: _diag(g, k))
def _diag(x: Value, k: int = 0) -> Value:
    """A vector as a diagonal of a square matrix; of a square matrix a diagonal."""
    return np.diag(x, k)


def diag(x: object, k: int = 0) -> Var:
    """A square matrix with a vector on its k-th diagonal; or the k-th diagonal of a matrix.

    >>> mg.diag(np.array([1.0, 2.0]))
    array([[1., 0.],
           [0., 2.]])
    >>> mg.diag(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1., 4.])
    """
    shape = shape_of(x)
    if len(shape) not in (1, 2):
        raise ValueError(f"diag takes a vector or a matrix, not shape {shape}: use diagonal")
    return _diag(x, k) if shape[0] == shape[-1] else diagonal(x, k)


def diagonal(x: object, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Var:
    """The diagonals of the matrices on two axes, `offset` above the main one, as a last axis.

    >>> mg.diagonal(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1., 4.])
    """
    shape = shape_of(x)
    if len(shape) < 2:
        raise ValueError(f"diagonal takes a matrix or more, not shape {shape}")
    i, j = as_axes((axis1, axis2), len(shape))
    others = tuple(a for a in range(len(shape)) if a not in (i, j))
    down, right = max(-offset, 0), max(offset, 0)
    place = np.arange(max(min(shape[i] - down, shape[j] - right), 0))
    return index(transpose(x, (*others, i, j)), (..., down + place, right + place))


def trace(x: object, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Var:
    """The sum of `diagonal`."""
    return sum(diagonal(x, offset, axis1, axis2), -1)
