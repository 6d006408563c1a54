"""Control variates of the pathwise estimator: f's Taylor expansion around the mean of z.

The expansion f̃ has an expectation in closed form. So E[f] = E[f - f̃] + E[f̃], where the first part
scatters less, the closer f is to its expansion (Miller, Foti, D'Amour and Adams, 2017). Any
coefficients keep the mean right; those at the parameters' values are used, as constants.

Where f is nothing like its expansion, that would add scatter. So only a share of it is subtracted,
for E[f] and for each number of the gradients the best one, found on draws of its own: then it takes
variance away or leaves it as it was, but for what an estimated share costs, 1/64 of what is left.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from ..distributions import Distribution, Independent, MultivariateNormal
from ..distributions.parameters import Numbers, spread, value_of
from ..engine.gradients import grad
from ..engine.values import Array, Value, plain
from ..engine.variable import Var
from ..ops import add, diag, matmul, multiply, reshape, subtract
from ..ops import sum as sum_
from .problem import Setting

ControlVariate = Literal["linear", "quadratic"]
TRIED, SET = 64, 16  # sets of noise that choose the shares, and the samples of each
_ROUNDING = 1e-24  # of the squares of a gradient: below, an expansion has no slope of its own


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
        _check_covariance(setting.q)
        rows = np.eye(centre.size).reshape(-1, 1, *shape)
        bend = np.array(
            [np.ravel(grad(slope, [z], seed=row, allow_unused=True)[0]) for row in rows]
        )
    value = float(np.sum(y.value))
    return Expansion(centre.ravel(), value, np.ravel(slope.value), bend)


class Variate(NamedTuple):
    """An expansion, and the shares of it that are subtracted from f and from each gradient."""

    expansion: Expansion
    of_value: float
    of_grads: tuple[Value, ...]


def centred(setting: Setting, expansion: Expansion, z: Var) -> Var:
    """The expansion at samples z less its expectation."""
    return subtract(expansion.at(z), expansion.mean(setting.q))


def variate_of(setting: Setting, order: ControlVariate, noise: Callable[[], Var]) -> Variate:
    """With the shares of least variance on `TRIED` small sets of noise."""
    expansion = expansion_of(setting, order)
    rows: list[tuple[Array, Array]] = []
    for _ in range(TRIED):
        z = setting.q.transform(noise())
        both = (setting.f(z), centred(setting, expansion, z))
        rows.append(tuple(_row(setting, y) for y in both))  # type: ignore[arg-type]
    shares = _shares(*map(np.array, zip(*rows, strict=True)))
    ends = np.cumsum([1, *map(np.size, setting.params)])
    parts = np.split(shares, ends[:-1])[1:]
    grads = (plain(x.reshape(np.shape(p))) for x, p in zip(parts, setting.params, strict=True))
    return Variate(expansion, float(shares[0]), tuple(grads))


def _shares(of_f: Array, of_variate: Array) -> Array:
    """Cov/Var of each column; 0 where the variate is flat, or f not finite: found later."""
    x, y = (each - each.mean(axis=0) for each in (of_variate, of_f))
    power, own = (np.sum(np.square(each), axis=0) for each in (x, y))
    found: Array = np.sum(x * y, axis=0) / power
    return np.where(np.isfinite(found) & (power > _ROUNDING * own), found, 0.0)


def _row(setting: Setting, y: Var) -> Array:
    """The mean of y and all numbers of its gradients."""
    return np.concatenate([[np.mean(y.value)], *map(np.ravel, setting.gradient_of_mean(y))])


def _check_covariance(q: Distribution) -> None:
    """Refused before the work: one that is not known, or not finite."""
    if not np.all(np.isfinite(value_of(_covariance(q)))):
        raise ValueError(
            'control_variate="quadratic" takes the variance of z, which is not finite for '
            f'{type(q).__name__}: take "linear"'
        )


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
