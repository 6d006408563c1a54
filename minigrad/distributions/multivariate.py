"""MultivariateNormal: z = μ + Lε, ε standard normal."""

from typing import Self

import numpy as np

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    matmul,
    softplus,
    solve_triangular,
    square,
    subtract,
    swapaxes,
    tril,
    where,
)
from ..ops.tails import HALF_LOG_2PI
from .base import Distribution
from .kl import register_kl
from .parameters import (
    Numbers,
    as_outcome,
    as_parameter,
    joint_batch,
    spread,
    sum_last,
)
from .support import REAL
from .triangular import (
    factor_given,
    factor_of,
    factor_of_inverse,
    half_logdet,
    inverse_of_square,
    jittered,
    square_matrix,
    squared_length,
    times_each,
)


class MultivariateNormal(Distribution):
    """Gaussian vectors with mean `loc` and covariance Σ = L Lᵀ, given in one of three ways.

    `loc` has shape (..., d). `scale_tril`, (..., d, d), is L: lower triangular, its diagonal
    positive. Anything but 0 above the diagonal raises ValueError, and the gradient there is exactly
    0. `covariance_matrix`, (..., d, d), is Σ: symmetric, positive definite; `jitter` is added to
    its diagonal first. `precision_matrix`, (..., d, d), is Σ⁻¹, also symmetric and positive
    definite. The leading axes make the batch shape, as for `Normal`; the event shape is (d,).

    >>> q = mg.MultivariateNormal(np.zeros(2), covariance_matrix=np.array([[4.0, 2.0], [2.0, 5.0]]))
    >>> q.scale_tril
    array([[2., 0.],
           [1., 2.]])
    >>> round(q.entropy(), 4)
    4.2242
    """

    _parameters = {"loc": 1, "scale_tril": 2, "_covariance": 2, "_precision": 2}
    support = REAL

    def __init__(
        self,
        loc: object,
        *unnamed: object,
        scale_tril: object = None,
        covariance_matrix: object = None,
        precision_matrix: object = None,
        jitter: float = 0.0,
    ) -> None:
        ways = "scale_tril=, covariance_matrix= or precision_matrix="
        if unnamed:
            raise TypeError(f"MultivariateNormal: which matrix is it? Write {ways}")
        given = sum(x is not None for x in (scale_tril, covariance_matrix, precision_matrix))
        if given != 1:
            said = "none was" if not given else f"{given} were"
            raise ValueError(f"MultivariateNormal takes one of {ways}, {said} given")
        if jitter and covariance_matrix is None:
            raise ValueError("MultivariateNormal: jitter= is for covariance_matrix= alone")
        self.loc = as_parameter(loc)
        self._covariance: Numbers | None = None
        self._precision: Numbers | None = None
        if scale_tril is not None:
            self.scale_tril = factor_given(scale_tril)
        elif precision_matrix is not None:
            self._precision = square_matrix("precision_matrix", precision_matrix)
            self.scale_tril = factor_of_inverse(self._precision)
        else:
            self._covariance = jittered(covariance_matrix, jitter)
            self.scale_tril = factor_of(self._covariance)
        shape, (*stack, d, _) = shape_of(self.loc), shape_of(self.scale_tril)
        if shape[-1:] != (d,):
            raise ValueError(
                f"MultivariateNormal: loc of shape {shape} does not fit matrices of {d}×{d}: "
                f"its last axis must have length {d}"
            )
        batches = {"batches of loc": shape[:-1], "matrix": tuple(stack)}
        self.batch_shape = joint_batch("MultivariateNormal", batches)
        self.event_shape = (d,)

    @classmethod
    def from_unconstrained(cls, loc: object, free: object) -> Self:
        """From any numbers (..., d, d): L has their strictly lower part, softplus of the diagonal.

        Numbers above the diagonal are ignored.
        """
        lower = tril(square_matrix("free", free))
        on_diagonal = np.eye(shape_of(lower)[-1])
        return cls(loc, scale_tril=where(on_diagonal, softplus(lower), lower))

    @property
    def covariance_matrix(self) -> Numbers:
        """Σ, with its jitter; L Lᵀ where L was given."""
        if self._covariance is not None:
            return self._covariance
        return matmul(self.scale_tril, swapaxes(self.scale_tril, -1, -2))

    @property
    def precision_matrix(self) -> Numbers:
        """Σ⁻¹."""
        if self._precision is not None:
            return self._precision
        return inverse_of_square(self.scale_tril)

    def _transform(self, eps: Var) -> Var:
        return add(self.loc, times_each(self.scale_tril, eps))

    def log_prob(self, z: object) -> Var:
        """-½‖L⁻¹(z - μ)‖² - log |L| - ½ d log 2π, for each vector along the last axis of z."""
        z = as_outcome("MultivariateNormal", z, self.batch_shape, self.event_shape)
        distance = squared_length(self.scale_tril, subtract(z, self.loc))
        constant = self.event_shape[0] * HALF_LOG_2PI
        return -0.5 * distance - half_logdet(self.scale_tril) - constant

    def entropy(self) -> Var:
        """log |L| + ½ d log 2πe."""
        constant = self.event_shape[0] * (HALF_LOG_2PI + 0.5)
        return spread(add(half_logdet(self.scale_tril), constant), self.batch_shape)

    @property
    def mean(self) -> Var:
        """μ."""
        return spread(self.loc, self.batch_shape + self.event_shape)

    @property
    def variance(self) -> Var:
        """The diagonal of Σ."""
        rows = sum_last(square(self.scale_tril), 1)
        return spread(rows, self.batch_shape + self.event_shape)

    @property
    def mode(self) -> Var:
        """μ."""
        return self.mean


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate(p: MultivariateNormal, q: MultivariateNormal) -> Var:
    """½(‖L₂⁻¹L₁‖² + ‖L₂⁻¹(μ₁ - μ₂)‖² - d) + log |L₂| - log |L₁|.

    The first norm is Frobenius', tr(Σ₂⁻¹Σ₁) = ‖L₂⁻¹L₁‖²; and log |Σ| = 2 log |L|.
    """
    trace = sum_last(square(solve_triangular(q.scale_tril, p.scale_tril)), 2)
    distance = squared_length(q.scale_tril, subtract(p.loc, q.loc))
    volume = half_logdet(q.scale_tril) - half_logdet(p.scale_tril)
    return 0.5 * (trace + distance - float(p.event_shape[0])) + volume
