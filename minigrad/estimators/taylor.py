"""Control variates of the pathwise estimator: f's Taylor expansion around the mean of z.

The expansion f̃ has an expectation in closed form. So E[f] = E[f - f̃] + E[f̃], where the first part
scatters less, the closer f is to its expansion (Miller, Foti, D'Amour and Adams, 2017). Any
coefficients keep the mean right; those at the parameters' values are used, as constants.
"""

from typing import Literal, NamedTuple

import numpy as np

from ..distributions import Distribution, Independent, MultivariateNormal
from ..distributions.parameters import Numbers, spread, value_of
from ..engine.gradients import grad
from ..engine.values import Array
from ..engine.variable import Var
from ..ops import add, diag, matmul, multiply, reshape, subtract
from ..ops import sum as sum_
from .problem import Setting

ControlVariate = Literal["linear", "quadratic"]


class Expansion(NamedTuple):
    """f̃(z) = value + slope · (z - centre) + ½ (z - centre)ᵀ bend (z - centre), of a flat z."""

    centre: Array
    value: float
    slope: Array
    bend: Array | None

    def at(self, z: Var) -> Var:
        """At samples z, one number each."""
        off = subtract(reshape(z, (z.shape[0], len(self.centre))), self.centre)
        return add(self.value, self._rest(off))

    def mean(self, q: Distribution) -> Var:
        """Under q: its expectation, differentiable in q's parameters."""
        size = (len(self.centre),)
        shape = q.batch_shape + q.event_shape
        off = subtract(reshape(spread(q.mean, shape), size), self.centre)
        total = add(self.value, self._rest(off))
        if self.bend is None:
            return total
        return add(total, multiply(0.5, sum_(multiply(self.bend, _covariance(q)))))

    def _rest(self, off: Var) -> Var:
        first = matmul(off, self.slope)
        if self.bend is None:
            return first
        return add(first, multiply(0.5, sum_(multiply(matmul(off, self.bend), off), -1)))


def expansion_of(setting: Setting, order: ControlVariate) -> Expansion:
    """f around the mean of its distribution, whose parameters are as they are."""
    shape = setting.outcome_shape
    centre = np.broadcast_to(value_of(setting.q.mean), shape)
    if not np.all(np.isfinite(centre)):
        raise ValueError(
            "control_variate= expands f around the mean of z, which is not finite: leave it out"
        )
    z = Var(centre.reshape(1, *shape))
    y = setting.f(z)
    slope: Var
    (slope,) = grad(y, [z], seed=np.ones(1), create_graph=True, allow_unused=True)  # type: ignore[assignment]
    bend = None
    if order == "quadratic":
        _covariance(setting.q)  # refused before the work
        rows = np.eye(centre.size).reshape(-1, 1, *shape)
        bend = np.array(
            [np.ravel(grad(slope, [z], seed=row, allow_unused=True)[0]) for row in rows]
        )
    value = float(np.sum(y.value))
    return Expansion(centre.ravel(), value, np.ravel(slope.value), bend)


def _covariance(q: Distribution) -> Numbers:
    """Of all numbers of an outcome, flat: known where they are independent, or Gaussian."""
    shape = q.batch_shape + q.event_shape
    base = q
    while isinstance(base, Independent):
        base = base.base
    if isinstance(base, MultivariateNormal) and not base.batch_shape:
        return base.covariance_matrix
    if base.event_shape:
        raise TypeError(
            f'control_variate="quadratic" needs the covariance of {type(base).__name__}, which is '
            'known of independent numbers and of one MultivariateNormal: take "linear"'
        )
    return diag(reshape(spread(q.variance, shape), (int(np.prod(shape)),)))
