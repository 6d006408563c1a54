"""Determinants, eigenvalues and singular values, of matrices and stacks of them (last two axes).

An op gives one array: `eigh` and `svd` put together what an op each gives. Where two eigenvalues or
singular values are equal, vectors have no derivative, and it comes out inf or nan.
"""

import numpy as np

from ..engine.values import Array, Value, shape_of
from ..engine.variable import Var
from .arithmetic import add, divide, multiply
from .choices import where
from .linalg import _square, _transposed, inv
from .products import matmul
from .row import op
from .shapes import expand_dims, reshape


def _spread_over_matrix(g: object) -> object:
    return reshape(g, (*shape_of(g), 1, 1))


@op(
    lambda g, y, x: _spread_over_matrix(g * y) * _transposed(inv(x)),
    numpy="np.linalg.det({0})",
    shown=("{g}·{y}·{0}⁻ᵀ",),
)
def det(x: Array) -> Value:
    """The determinant of a square matrix. The gradient needs its inverse.

    >>> round(mg.det(np.array([[2.0, 1.0], [4.0, 5.0]])), 4)
    6.0
    """
    _square("det", x)
    return np.linalg.det(x)


@op(None, numpy="_sign_of_det({0})")
def _sign_of_det(x: Array) -> Value:
    """1, 0 or -1, the sign of the determinant. Flat, so no gradient passes."""
    return np.linalg.slogdet(x)[0]


@op(
    lambda g, y, x: _spread_over_matrix(g) * _transposed(inv(x)),
    numpy="_log_size_of_det({0})",
    shown=("{g}·{0}⁻ᵀ",),
)
def _log_size_of_det(x: Array) -> Value:
    """log |det x|, -inf where that is 0."""
    return np.linalg.slogdet(x)[1]


def slogdet(x: object) -> tuple[Var, Var]:
    """The sign of the determinant, which passes no gradient, and the logarithm of its size.

    >>> sign, log_size = mg.slogdet(np.diag([-2.0, 3.0]))
    >>> sign, round(log_size, 4)
    (-1.0, 1.7918)
    """
    _square("slogdet", x)
    return _sign_of_det(x), _log_size_of_det(x)


def matrix_power(x: object, n: int) -> Var:
    """x @ x @ …, n times; for a negative n, that power of the inverse.

    >>> mg.matrix_power(np.array([[1.0, 1.0], [0.0, 1.0]]), 3)
    array([[1., 3.],
           [0., 1.]])
    """
    _square("matrix_power", x)
    base, n = (inv(x), -n) if n < 0 else (x, n)
    if not n:
        return add(np.eye(shape_of(x)[-1]), multiply(0.0, base))
    if n == 1:
        return reshape(base, shape_of(base))
    y = None
    while n:  # by squaring: the bits of n say which squares are in it
        if n % 2:
            y = base if y is None else matmul(y, base)
        n //= 2
        base = matmul(base, base) if n else base
    return y


def _pinv_rule(g: Var, y: Var, x: Var) -> Var:
    """-YᵀGYᵀ + (I - XY) GᵀYYᵀ + YᵀYGᵀ (I - YX): Golub and Pereyra (1973), for a rank that stays."""
    yt, gt = _transposed(y), _transposed(g)
    rows, columns = gt @ (y @ yt), (yt @ y) @ gt
    return rows - x @ (y @ rows) + columns - columns @ y @ x - yt @ g @ yt


@op(_pinv_rule, numpy="np.linalg.pinv({0})")
def pinv(x: Array) -> Array:
    """The pseudo-inverse; its gradient is right while the rank does not change.

    >>> mg.pinv(np.array([[2.0], [0.0]])).round(4)
    array([[0.5, 0. ]])
    """
    return np.linalg.pinv(x)


# -------------------------------------------------------------------- eigenvalues, singular values


def _columns(v: object, weights: object) -> Var:
    """v with its columns multiplied by weights."""
    return multiply(v, expand_dims(weights, -2))


def _gaps(values: object) -> object:
    """1 / (values[j] - values[i]) in row i, column j, and 0 on the diagonal."""
    apart = expand_dims(values, -2) - expand_dims(values, -1)
    same = np.eye(shape_of(values)[-1])
    return divide(1.0 - same, where(same, 1.0, apart))


def _on_lower(s: Var) -> object:
    """For the lower triangle, which represents both: the shares of the two halves together."""
    n = shape_of(s)[-1]
    return (s + _transposed(s)) * (np.tril(np.ones((n, n))) - 0.5 * np.eye(n))


@op(
    lambda g, y, x: _on_lower(_columns(_eigenvectors(x), g) @ _transposed(_eigenvectors(x))),
    numpy="np.linalg.eigvalsh({0})",
)
def eigvalsh(x: Array) -> Array:
    """The eigenvalues of a symmetric matrix, rising; only its lower triangle is read.

    >>> mg.eigvalsh(np.array([[0.0, 1.0], [1.0, 0.0]])).round(4)
    array([-1.,  1.])
    """
    _square("eigvalsh", x)
    return np.linalg.eigvalsh(x)


def _eigenvectors_rule(g: Var, y: Var, x: Var) -> object:
    """V (F ∘ VᵀG) Vᵀ, F the gaps of the eigenvalues: Giles, "Collected matrix derivative results
    for forward and reverse mode" (2008), 3.1. All of it lands on the triangle that is read."""
    inside = _gaps(eigvalsh(x)) * (_transposed(y) @ g)
    return _on_lower(y @ inside @ _transposed(y))


@op(_eigenvectors_rule, numpy="np.linalg.eigh({0})[1]")
def _eigenvectors(x: Array) -> Array:
    """The eigenvectors of a symmetric matrix as columns, in the order of the eigenvalues."""
    return np.linalg.eigh(x)[1]


def eigh(x: object) -> tuple[Var, Var]:
    """The eigenvalues of a symmetric matrix, rising, and its eigenvectors as columns.

    >>> values, vectors = mg.eigh(np.array([[2.0, 0.0], [0.0, 1.0]]))
    >>> values
    array([1., 2.])
    """
    return eigvalsh(x), _eigenvectors(x)


@op(
    lambda g, y, x: _columns(_left_vectors(x), g) @ _right_vectors(x),
    numpy="np.linalg.svd({0}, compute_uv=False)",
)
def svdvals(x: Array) -> Array:
    """The singular values of a matrix, falling.

    >>> mg.svdvals(np.array([[0.0, 2.0], [3.0, 0.0]])).round(4)
    array([3., 2.])
    """
    return np.linalg.svd(x, compute_uv=False)


def _left_rule(g: Var, u: Var, s: Var, vt: Var) -> Var:
    """[U (F ∘ (UᵀG - GᵀU)) S + (I - UUᵀ) G S⁻¹] Vᵀ, F the gaps of the squared singular values.

    From Giles' differentials (2008, 3.2), for the left vectors alone.
    """
    ut = _transposed(u)
    inside = _gaps(s * s) * (ut @ g - _transposed(g) @ u)
    beyond = _columns(g - u @ (ut @ g), 1.0 / s)
    return (_columns(u @ inside, s) + beyond) @ vt


@op(
    lambda g, y, x: _left_rule(g, y, svdvals(x), _right_vectors(x)),
    numpy="np.linalg.svd({0}, full_matrices=False)[0]",
)
def _left_vectors(x: Array) -> Array:
    """The left singular vectors, as columns."""
    return np.linalg.svd(x, full_matrices=False)[0]


@op(
    # They are the left ones of the transpose of x.
    lambda g, y, x: _transposed(
        _left_rule(_transposed(g), _transposed(y), svdvals(x), _transposed(_left_vectors(x)))
    ),
    numpy="np.linalg.svd({0}, full_matrices=False)[2]",
)
def _right_vectors(x: Array) -> Array:
    """The right singular vectors, as rows."""
    return np.linalg.svd(x, full_matrices=False)[2]


def svd(x: object) -> tuple[Var, Var, Var]:
    """U, s, Vᵀ with x = (U * s) @ Vᵀ: U and V have orthonormal columns, s falls (NumPy's
    `full_matrices=False`).

    >>> u, s, vt = mg.svd(np.array([[0.0, 2.0], [3.0, 0.0]]))
    >>> s.round(4), ((u * s) @ vt).round(4)
    (array([3., 2.]), array([[0., 2.],
           [3., 0.]]))
    """
    if len(shape_of(x)) < 2:
        raise ValueError(f"svd takes a matrix, not shape {shape_of(x)}")
    return _left_vectors(x), svdvals(x), _right_vectors(x)
