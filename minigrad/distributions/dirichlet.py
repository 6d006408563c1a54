"""Dirichlet: proportions, which are positive and add up to 1."""

import math

import numpy as np

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    digamma,
    divide,
    greater,
    lgamma,
    matmul,
    multiply,
    softmax,
    subtract,
    where,
)
from ..ops import min as min_
from ..ops import sum as sum_
from .bends import above_tangent
from .implicit import Implicit
from .kl import register_kl
from .parameters import Numbers, as_outcome, value_of
from .quantiles import gamma_quantile
from .support import SIMPLEX
from .tails import gamma_entropy
from .unrounded import at_positive, times_log_of


class Dirichlet(Implicit):
    """Vectors of positive numbers that add up to 1: Gamma numbers, divided by their sum.

    `concentration`, of shape (..., k) with k at least 2, is positive; anything else
    raises ValueError. The event shape is (k,), the axes before it are the batch.

    >>> q = mg.Dirichlet([1.0, 1.0, 2.0])
    >>> q.mean, round(q.log_prob([0.2, 0.3, 0.5]), 4)
    (array([0.25, 0.25, 0.5 ]), 1.0986)
    """

    _parameters = {"concentration": 1}
    _positive = ("concentration",)
    concentration: Numbers
    support = SIMPLEX

    def __init__(self, concentration: object) -> None:
        self._hold(concentration=concentration)
        shape = shape_of(self.concentration)
        if not shape or shape[-1] < 2:
            raise ValueError(
                f"Dirichlet: concentration must have shape (..., k), k ≥ 2, not {shape}"
            )
        self.event_shape = shape[-1:]

    @property
    def _total(self) -> Var:
        return sum_(self.concentration, -1)

    @property
    def _log_norm(self) -> Var:
        return subtract(sum_(lgamma(self.concentration), -1), lgamma(self._total))

    def _transform(self, eps: Var) -> Var:
        return softmax(gamma_quantile(self.concentration, eps), -1)

    def log_prob(self, z: object) -> Var:
        """Σ (αᵢ - 1) log zᵢ + log Γ(Σ αᵢ) - Σ log Γ(αᵢ), all zᵢ ≥ 0; their sum must be 1."""
        z = as_outcome("Dirichlet", z, self.batch_shape, self.event_shape)
        sums = np.sum(value_of(z), axis=-1)
        errors = np.abs(sums - 1.0)
        if np.any(errors >= 1e-6):  # nan is none
            worst = np.ravel(sums)[np.nanargmax(errors)]
            raise ValueError(
                f"Dirichlet: z must sum to 1, not to {worst:.9g}: divide it by its sum"
            )

        each = at_positive(z, self._log_kernel, edge=True)
        return subtract(sum_(each, -1), self._log_norm)

    def _log_kernel(self, z: Numbers) -> Var:
        return times_log_of(subtract(self.concentration, 1.0), z)

    def entropy(self) -> Var:
        """log B(α) + (A - k) ψ(A) - Σ (αᵢ - 1) ψ(αᵢ) with A = Σ αᵢ."""
        each, spare = sum_(gamma_entropy(self.concentration), -1), self.event_shape[0] - 1.0
        whole = add(gamma_entropy(self._total), multiply(spare, digamma(self._total)))
        return subtract(each, whole)

    @property
    def mean(self) -> Var:
        """α/A."""
        return divide(self.concentration, sum_(self.concentration, -1, True))

    @property
    def variance(self) -> Var:
        """Mean times (1 - mean)/(A + 1), where 1 - mean is the sum of the others over A."""
        total = sum_(self.concentration, -1, True)
        (k,) = self.event_shape
        others = divide(matmul(self.concentration, 1.0 - np.eye(k)), total)
        return divide(multiply(self.mean, others), add(total, 1.0))

    @property
    def mode(self) -> Var:
        """(αᵢ - 1)/(A - k), where all αᵢ > 1; else nan."""
        peaked = greater(min_(self.concentration, -1, True), 1.0)
        spare = subtract(where(peaked, self.concentration, 2.0), 1.0)
        return where(peaked, divide(spare, sum_(spare, -1, True)), math.nan)


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Dirichlet, q: Dirichlet) -> Var:
    """Σ (log Γ(αᵢ) above its tangent), less that of the sums."""
    each = sum_(above_tangent(p.concentration, q.concentration), -1)
    return subtract(each, above_tangent(p._total, q._total))
