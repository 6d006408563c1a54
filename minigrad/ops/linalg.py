"""Linear algebra, on matrices and stacks of matrices (the last two axes)."""

import numpy as np

from ..engine.values import Array, Shape, Value, shape_of
from ..engine.variable import Var
from .diagonals import tril, triu
from .products import outer
from .row import op
from .shapes import reshape

# --------------------------------------------------------------------- solving and factorising


def _square(name: str, a: object) -> None:
    shape = shape_of(a)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"{name} takes a square matrix, not shape {shape}")


def _transposed(x: Var) -> Var:
    return x.swapaxes(-1, -2)


def _outer_with(d: Var, y: Var, b_is_vector: bool) -> Var:
    """d yᵀ, for columns or for a single vector."""
    return outer(d, y) if b_is_vector else d @ _transposed(y)


def _solved_shown(shapes: tuple[Shape, Shape]) -> str:
    return "outer({0}⁻ᵀ @ {g}, {y})" if len(shapes[1]) == 1 else "{0}⁻ᵀ @ {g} @ {y}ᵀ"


@op(
    lambda g, y, a, b: -_outer_with(solve(_transposed(a), g), y, len(shape_of(b)) == 1),
    lambda g, y, a, b: solve(_transposed(a), g),
    numpy="np.linalg.solve({all})",
    shown=(lambda shapes: f"−{_solved_shown(shapes)}", "{0}⁻ᵀ @ {g}"),
)
def solve(a: Array, b: Array) -> Value:
    """The x with a @ x = b, for a square a, a vector or matrix b; a singular a raises ValueError.

    >>> mg.solve(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([4.0, 5.0]))
    array([2., 3.])
    """
    _square("solve", a)
    _rows("solve", a, b)
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"solve: the matrix of shape {a.shape} is singular: it has no inverse"
        ) from None


def _rows(name: str, a: Array, b: Value) -> None:
    shape = np.shape(b)
    if (
        not shape
        or shape[max(len(shape) - 2, 0)] != a.shape[-1]
        or (len(shape) == 1 and a.ndim > 2)
    ):
        raise ValueError(
            f"{name}: a of shape {a.shape} needs b with {a.shape[-1]} rows, not shape {shape}"
        )
    try:
        np.broadcast_shapes(a.shape[:-2], shape[:-2])
    except ValueError:
        raise ValueError(
            f"{name}: the leading axes of {a.shape} and {shape} do not broadcast"
        ) from None


def _triangle(x: object, lower: bool) -> Var:
    return tril(x) if lower else triu(x)


def _triangle_shown(shapes: tuple[Shape, Shape], lower: bool) -> str:
    triangle = "tril" if lower else "triu"
    return f"−{triangle}({_solved_shown(shapes).replace('{0}', triangle + '({0})')})"


def _solve_triangular_back(g: Var, a: Var, lower: bool) -> Var:
    return solve_triangular(_transposed(a), g, not lower)


@op(
    lambda g, y, a, b, lower: (
        -_triangle(
            _outer_with(_solve_triangular_back(g, a, lower), y, len(shape_of(b)) == 1), lower
        )
    ),
    lambda g, y, a, b, lower: _solve_triangular_back(g, a, lower),
    numpy=lambda shapes, lower: f"np.linalg.solve(np.{'tril' if lower else 'triu'}({{0}}), {{1}})",
    shown=(
        _triangle_shown,
        lambda shapes, lower: f"{'tril' if lower else 'triu'}({{0}})⁻ᵀ @ {{g}}",
    ),
)
def solve_triangular(a: Array, b: Array, lower: bool = True) -> Value:
    """The x with T @ x = b, T the lower (or upper) triangle of a; the rest of a is not read.

    >>> mg.solve_triangular(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([4.0, 5.0]))
    array([2., 3.])
    """
    _square("solve_triangular", a)
    _rows("solve_triangular", a, b)
    triangle = np.tril(a) if lower else np.triu(a)
    if not np.all(np.diagonal(triangle, axis1=-2, axis2=-1)):
        raise ValueError("solve_triangular: the diagonal holds a 0, so the matrix has no inverse")
    return np.linalg.solve(triangle, b)


@op(
    lambda g, y, x: -(_transposed(y) @ g @ _transposed(y)),
    numpy="np.linalg.inv({0})",
    shown=("−{y}ᵀ @ {g} @ {y}ᵀ",),
)
def inv(x: Array) -> Value:
    """The inverse of a square matrix. A singular one raises ValueError.

    >>> mg.inv(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    _square("inv", x)
    try:
        return np.linalg.inv(x)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"inv: the matrix of shape {x.shape} is singular: it has no inverse"
        ) from None


@op(
    lambda g, y, x: reshape(g, (*shape_of(g), 1, 1)) * _transposed(inv(x)),
    numpy="logdet({0})",
    shown=("{g}·{0}⁻ᵀ",),
)
def logdet(x: Array) -> Value:
    """log of the determinant of a square matrix; nan where that is negative, -inf where it is 0.

    >>> round(mg.logdet(np.diag([2.0, 3.0])), 4), round(mg.log(6.0), 4)
    (1.7918, 1.7918)
    """
    _square("logdet", x)
    sign, y = np.linalg.slogdet(x)
    return np.where(sign < 0.0, np.nan, y)


def _cholesky_rule(g: Var, y: Var, x: Var) -> object:
    """½(S + Sᵀ), S = L⁻ᵀ Φ(LᵀG) L⁻¹, Φ the lower triangle with half of its diagonal.

    Murray, "Differentiation of the Cholesky decomposition" (2016), section 4. Symmetrised, so that
    the gradient is right for any symmetric path, to second order as well.
    """
    n = shape_of(x)[-1]
    phi = (_transposed(y) @ tril(g)) * (np.tri(n) - 0.5 * np.eye(n))
    # One inverse takes a third of two systems; of an upper triangle, where no rows are exchanged.
    inverse = inv(_transposed(y))
    s = inverse @ phi @ _transposed(inverse)
    return 0.5 * (s + _transposed(s))


@op(_cholesky_rule, numpy="cholesky({0})", shown=("sym({y}⁻ᵀ @ Φ({y}ᵀ @ {g}) @ {y}⁻¹)",))
def cholesky(x: Array) -> Value:
    """The lower triangular L with L @ Lᵀ = x, for a symmetric positive definite x.

    In its rule Φ keeps the lower triangle and half of the diagonal, sym(S) is (S + Sᵀ) / 2.
    Anything else raises ValueError, which names the smallest eigenvalue or the largest asymmetry.

    >>> mg.cholesky(np.array([[4.0, 2.0], [2.0, 5.0]]))
    array([[2., 0.],
           [1., 2.]])
    """
    _square("cholesky", x)
    gaps = np.abs(x - x.swapaxes(-1, -2))
    if gaps.any() and (gap := gaps.max()) > 1e-8 * np.abs(x).max():
        raise ValueError(
            f"cholesky: the matrix is not symmetric, entries differ by {gap:.3g}: use (x + x.T) / 2"
        )
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        lowest = np.min(np.linalg.eigvalsh(x))
        raise ValueError(
            f"cholesky: the matrix is not positive definite, smallest eigenvalue {lowest:.3g}: "
            "add a small multiple of the identity, or give the factor itself (scale_tril)"
        ) from None
