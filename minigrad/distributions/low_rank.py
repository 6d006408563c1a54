"""LowRankMultivariateNormal: Gaussian vectors whose covariance is W Wᵀ + D, W tall, D diagonal."""

import numpy as np

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    cholesky,
    divide,
    expand_dims,
    index,
    log,
    matmul,
    multiply,
    solve_triangular,
    sqrt,
    square,
    squeeze,
    subtract,
    swapaxes,
)
from ..ops import sum as sum_
from ..ops.tails import HALF_LOG_2PI
from .base import Distribution
from .kl import kl_divergence, register_kl
from .multivariate import MultivariateNormal
from .parameters import Numbers, as_outcome, spread
from .support import REAL
from .triangular import half_logdet


def _row_times(x: Numbers, matrix: Numbers) -> Var:
    """Each vector along the last axis of x, times the matrix of its batch member."""
    if len(shape_of(matrix)) == 2:
        return matmul(x, matrix)
    return squeeze(matmul(expand_dims(x, -2), matrix), -2)


class LowRankMultivariateNormal(Distribution):
    """Gaussian vectors z = loc + W ε + √D ε′: r shared numbers ε, and d numbers ε′, one each.

    `loc` has shape (..., d), `cov_factor` (..., d, r) is W, `cov_diag` (..., d) is the diagonal of
    D, positive. Time and memory go with d r², not with d³. Another shape, or a cov_diag that isn't
    positive, raises ValueError. The noise of a draw has r + d numbers.

    >>> q = mg.LowRankMultivariateNormal(np.zeros(2), np.array([[1.0], [2.0]]), np.ones(2))
    >>> q.variance
    array([2., 5.])
    """

    _parameters = {"loc": 1, "cov_factor": 2, "cov_diag": 1}
    _positive = ("cov_diag",)
    loc: Numbers
    cov_factor: Numbers
    cov_diag: Numbers
    support = REAL

    def __init__(self, loc: object, cov_factor: object, cov_diag: object) -> None:
        self._hold(loc=loc, cov_factor=cov_factor, cov_diag=cov_diag)
        shapes = tuple(shape_of(x) for x in (self.loc, self.cov_factor, self.cov_diag))
        (*_, d), (*_, d_of_factor, self._rank), (*_, d_of_diag) = shapes
        if not d == d_of_factor == d_of_diag:
            raise ValueError(
                "LowRankMultivariateNormal takes loc (..., d), cov_factor (..., d, r) and cov_diag "
                f"(..., d), not shapes {shapes[0]}, {shapes[1]} and {shapes[2]}"
            )
        self.event_shape = (d,)

    @property
    def noise_shape(self) -> Shape:
        return (self._rank + self.event_shape[0],)

    def _transform(self, eps: Var) -> Var:
        shared, own = (
            index(eps, (..., slice(None, self._rank))),
            index(eps, (..., slice(self._rank, None))),
        )
        moved = _row_times(shared, swapaxes(self.cov_factor, -1, -2))
        return add(self.loc, add(moved, multiply(sqrt(self.cov_diag), own)))

    @property
    def _capacity(self) -> tuple[Var, Var]:
        """D⁻¹ W, and the Cholesky factor of I + Wᵀ D⁻¹ W."""
        scaled = divide(self.cov_factor, expand_dims(self.cov_diag, -1))
        inner = matmul(swapaxes(self.cov_factor, -1, -2), scaled)
        return scaled, cholesky(add(inner, np.eye(self._rank)))

    def _half_logdet(self, capacity: Numbers) -> Var:
        return add(half_logdet(capacity), multiply(0.5, sum_(log(self.cov_diag), -1)))

    def log_prob(self, z: object) -> Var:
        """-½ δᵀΣ⁻¹δ - ½ log |Σ| - ½ d log 2π with δ = z - loc.

        δᵀΣ⁻¹δ is the least ‖D^-½ (δ - W w)‖² + ‖w‖² over w. That is a sum of squares; Woodbury's
        formula is a difference of large numbers where D is small.
        """
        z = as_outcome("LowRankMultivariateNormal", z, self.batch_shape, self.event_shape)
        scaled, capacity = self._capacity
        gap = subtract(z, self.loc)
        inverse = solve_triangular(
            capacity, np.broadcast_to(np.eye(self._rank), shape_of(capacity))
        )
        w = _row_times(_row_times(_row_times(gap, scaled), swapaxes(inverse, -1, -2)), inverse)
        rest = subtract(gap, _row_times(w, swapaxes(self.cov_factor, -1, -2)))
        own = sum_(divide(square(rest), self.cov_diag), -1)
        distance = add(own, sum_(square(w), -1))
        constant = self.event_shape[0] * HALF_LOG_2PI
        return subtract(-0.5 * distance, add(self._half_logdet(capacity), constant))

    def entropy(self) -> Var:
        """½ log |Σ| + ½ d log 2πe."""
        constant = self.event_shape[0] * (HALF_LOG_2PI + 0.5)
        return spread(add(self._half_logdet(self._capacity[1]), constant), self.batch_shape)

    @property
    def covariance_matrix(self) -> Var:
        """W Wᵀ + D."""
        own = multiply(expand_dims(self.cov_diag, -1), np.eye(self.event_shape[0]))
        return add(matmul(self.cov_factor, swapaxes(self.cov_factor, -1, -2)), own)

    @property
    def mean(self) -> Var:
        """loc."""
        return spread(self.loc, self.batch_shape + self.event_shape)

    @property
    def variance(self) -> Var:
        """The diagonal of Σ."""
        found = add(sum_(square(self.cov_factor), -1), self.cov_diag)
        return spread(found, self.batch_shape + self.event_shape)

    @property
    def mode(self) -> Var:
        """loc."""
        return self.mean


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _low_rank(
    p: LowRankMultivariateNormal | MultivariateNormal,
    q: LowRankMultivariateNormal | MultivariateNormal,
) -> Var:
    """As between two MultivariateNormal."""
    return kl_divergence(_in_full(p), _in_full(q))


def _in_full(p: LowRankMultivariateNormal | MultivariateNormal) -> MultivariateNormal:
    if isinstance(p, MultivariateNormal):
        return p
    return MultivariateNormal(p.loc, covariance_matrix=p.covariance_matrix)
