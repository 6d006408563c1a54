"""The lower triangular factor L of a covariance Σ = L Lᵀ: its checks and its uses."""

import numpy as np

from ..engine.values import Array, shape_of
from ..engine.variable import Var
from ..equations import nan_below
from ..ops import (
    add,
    cholesky,
    diag,
    expand_dims,
    flip,
    index,
    log,
    matmul,
    reshape,
    solve_triangular,
    square,
    squeeze,
    swapaxes,
    transpose,
    tril,
)
from ..ops import sum as sum_
from .parameters import Numbers, as_parameter, check_positive, first_where, sum_last, value_of


def square_matrix(name: str, given: object) -> Numbers:
    """A parameter of shape (..., d, d) without nan; anything else raises ValueError."""
    x = as_parameter(given)
    shape = shape_of(x)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"MultivariateNormal: {name} must have shape (..., d, d), not {shape}")
    value = value_of(x)
    if np.any(np.isnan(value)):
        _, place = first_where(np.isnan(value), value)
        raise ValueError(f"MultivariateNormal: {name} is nan{place}: {nan_below(x)}")
    return x


def factor_given(scale_tril: object) -> Numbers:
    """L, checked. A Var passes through `tril`: whatever is above the diagonal gets gradient 0."""
    factor = square_matrix("scale_tril", scale_tril)
    value = value_of(factor)
    upper = np.triu(value, 1) != 0.0
    if np.any(upper):
        number, place = first_where(upper, value)
        raise ValueError(
            f"MultivariateNormal: scale_tril must be 0 above its diagonal, not {number}{place}: "
            "pass mg.tril of it, or pass it as covariance_matrix= if that is what it is"
        )
    check_positive(
        "MultivariateNormal: the diagonal of scale_tril",
        np.diagonal(value, axis1=-2, axis2=-1).copy(),
        "MultivariateNormal.from_unconstrained takes any numbers",
    )
    return tril(factor) if isinstance(factor, Var) else factor


def jittered(covariance_matrix: object, jitter: float) -> Numbers:
    """Σ with `jitter` added to its diagonal."""
    covariance = square_matrix("covariance_matrix", covariance_matrix)
    if not 0.0 <= jitter < np.inf:
        raise ValueError(f"MultivariateNormal: jitter must be 0 or a small number, not {jitter}")
    return add(covariance, jitter * np.eye(shape_of(covariance)[-1])) if jitter else covariance


def factor_of(covariance: Numbers) -> Var:
    """The L with L Lᵀ = Σ; a ValueError if Σ is not symmetric positive definite."""
    try:
        return cholesky(covariance)
    except ValueError as error:
        what = "MultivariateNormal: covariance_matrix (jitter= adds to its diagonal)"
        raise ValueError(f"{what}: {error}") from None


def factor_of_inverse(precision: Numbers) -> Var:
    """The L with L Lᵀ = P⁻¹; a ValueError if P is not symmetric positive definite.

    With rows and columns turned round, P is C Cᵀ; L is C⁻ᵀ turned round, lower triangular again.
    """
    try:
        turned = cholesky(flip(precision, (-1, -2)))
    except ValueError as error:
        raise ValueError(f"MultivariateNormal: precision_matrix: {error}") from None
    return flip(swapaxes(solve_triangular(turned, _unit(turned)), -1, -2), (-1, -2))


def inverse_of_square(factor: Numbers) -> Var:
    """(L Lᵀ)⁻¹."""
    inverse = solve_triangular(factor, _unit(factor))
    return matmul(swapaxes(inverse, -1, -2), inverse)


def _unit(like: Numbers) -> Array:
    """The unit matrix, as many as there are in `like`."""
    return np.broadcast_to(np.eye(shape_of(like)[-1]), shape_of(like))


# Below, a vector lies along the last axis of x. One L for many vectors is one matrix product;
# only a stack of L takes the slower way, column by column.


def times_each(factor: Numbers, x: Var) -> Var:
    """L times each vector of x."""
    if len(shape_of(factor)) > 2:
        return squeeze(matmul(factor, expand_dims(x, -1)), -1)
    if x.ndim == 1:
        return matmul(factor, x)
    flipped = swapaxes(factor, -1, -2)
    if x.ndim == 2:
        return matmul(x, flipped)
    return reshape(matmul(reshape(x, (-1, x.shape[-1])), flipped), x.shape)


def squared_length(factor: Numbers, x: Numbers) -> Var:
    """‖L⁻¹x‖² = xᵀΣ⁻¹x for each vector of x."""
    shape = shape_of(x)
    if len(shape_of(factor)) > 2:
        return sum_last(square(solve_triangular(factor, expand_dims(x, -1))), 2)
    if len(shape) == 1:
        return sum_(square(solve_triangular(factor, x)))
    columns = transpose(reshape(x, (-1, shape[-1])))
    return reshape(sum_(square(solve_triangular(factor, columns)), 0), shape[:-1])


def half_logdet(factor: Numbers) -> Var:
    """log |L| = ½ log |Σ|."""
    i = np.arange(shape_of(factor)[-1])
    stacked = len(shape_of(factor)) > 2
    return sum_(log(index(factor, (..., i, i)) if stacked else diag(factor)), -1)
