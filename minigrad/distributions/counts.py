"""Counts: what they share, and Poisson. They jump, so they have no rsample.

A draw is the smallest count whose distribution function reaches a uniform noise u; draws and
distribution functions need SciPy.
"""

import math
from abc import abstractmethod
from collections.abc import Callable

import numpy as np

from ..engine import context
from ..engine.values import Value
from ..engine.variable import Var
from ..ops import (
    add,
    equal,
    exp,
    expm1,
    floor,
    greater_equal,
    less,
    less_equal,
    lgamma,
    log,
    multiply,
    negative,
    subtract,
    where,
)
from ..ops import sum as sum_
from ..ops.tails import times_log
from .base import Distribution
from .counting import poisson_quantile
from .kl import register_kl
from .laws import UNIFORM
from .odds import expected, probability
from .parameters import Numbers, as_outcome, spread, unless_nan, value_of
from .probabilities import gamma_log_survival, log_gamma_cdf
from .support import COUNTS

_MOST = 1 << 22  # counts that an entropy is summed over


class Counts(Distribution):
    """What these families share: outcomes 0, 1, 2, …, and expectations that are sums over them."""

    has_rsample = False
    _no_rsample = (
        "its outcomes jump, so no gradient can pass: take the score function (mg.score_function) "
        "or stochastic triples (mg.triples)"
    )
    _law = UNIFORM
    support = COUNTS

    def log_prob(self, z: object) -> Var:
        """The log-probability of the count z; -inf where z is impossible."""
        z = as_outcome(type(self).__name__, z, self.batch_shape, ())
        inside = multiply(greater_equal(z, 0.0), less_equal(z, self.support.upper))
        possible = multiply(multiply(inside, less(z, math.inf)), equal(z, floor(z)))
        found = self._log_mass(where(possible, z, 0.0))
        return where(possible, found, unless_nan(z, -math.inf))

    @abstractmethod
    def _log_mass(self, z: Numbers) -> Var:
        """The log-probability of a possible count."""

    def cdf(self, z: object) -> Var:
        """The probability of z or less; it steps, so no gradient passes to z."""
        return self._at_count(z, self._up_to, 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """The log of the probability of more than z."""
        return self._at_count(z, self._log_beyond, 0.0, -math.inf)

    def _at_count(
        self, z: object, curve: Callable[[Numbers], Var], below: float, above: float
    ) -> Var:
        z = as_outcome(type(self).__name__, z, self.batch_shape, ())
        k = floor(z)
        low, high = less(k, 0.0), greater_equal(k, self.support.upper)
        return where(low, below, where(high, above, curve(where(add(low, high), 0.0, k))))

    @abstractmethod
    def _up_to(self, k: Numbers) -> Var:
        """The probability of k or less."""

    @abstractmethod
    def _log_beyond(self, k: Numbers) -> Var:
        """The log of the probability of more than k."""

    def icdf(self, u: object) -> Var:
        """The smallest count z with cdf(z) ≥ u."""
        held = probability(type(self).__name__, u)
        found = self._transform(held)  # type: ignore[arg-type]
        return where(np.equal(value_of(held), 1.0), self.support.upper, found)

    def entropy(self) -> Var:
        """-Σ p log p, summed over all counts that matter; ValueError if they are millions."""
        self._fix_range()
        if 0 in self.batch_shape:
            return self.mean
        low, middle, high = (self._quantile(u) for u in (0.0, 0.5, 1.0))
        high = np.minimum(high + (high - middle), value_of(self.support.upper))
        size = int(np.max(high - low)) + 1
        if size * np.size(low) > _MOST:
            raise ValueError(
                f"{type(self).__name__}: the entropy is a sum over {size:,} counts here: estimate "
                "it by the mean of -log_prob over draws"
            )
        logs = self.log_prob(low + np.arange(float(size)).reshape(-1, *(1,) * np.ndim(low)))
        return negative(sum_(expected(exp(logs), logs), 0))

    def _fix_range(self) -> None:
        """Tell who traces a program that the counts in the sum are those of now."""
        if (watch := context.watcher()) is not None:
            held = [x for x in vars(self).values() if isinstance(x, Var)]
            if any(watch.keeps(x) for x in held):
                watch.freezes(
                    f"the entropy of {type(self).__name__} is a sum over the counts that matter, "
                    "and the program keeps which these are now: estimate it by draws instead"
                )

    def _quantile(self, u: float) -> Value:
        return value_of(self._transform(np.full(self.batch_shape, u)))  # type: ignore[arg-type]


class Poisson(Counts):
    """The number of events in a unit of time, `rate` on average; `rate` is positive.

    >>> q = mg.Poisson(3.0)
    >>> q.mean, q.variance, round(q.log_prob(0.0), 4)
    (3.0, 3.0, -3.0)
    """

    _parameters = {"rate": 0}
    _positive = ("rate",)
    rate: Numbers

    def __init__(self, rate: object) -> None:
        self._hold(rate=rate)

    def _transform(self, eps: Var) -> Var:
        return poisson_quantile(self.rate, eps)

    def _log_mass(self, z: Numbers) -> Var:
        """z log rate - rate - log z!."""
        return subtract(subtract(times_log(z, self.rate), self.rate), lgamma(add(z, 1.0)))

    def _up_to(self, k: Numbers) -> Var:
        return exp(gamma_log_survival(add(k, 1.0), log(self.rate)))

    def _log_beyond(self, k: Numbers) -> Var:
        return log_gamma_cdf(add(k, 1.0), log(self.rate))

    @property
    def mean(self) -> Var:
        """rate."""
        return spread(self.rate, self.batch_shape)

    @property
    def variance(self) -> Var:
        """rate."""
        return self.mean

    @property
    def mode(self) -> Var:
        """The largest whole number up to rate."""
        return floor(self.mean)


@register_kl(Poisson, Poisson)
def _poisson(p: Poisson, q: Poisson) -> Var:
    """rate₁ (expm1(r) - r), r = log(rate₂/rate₁)."""
    r = subtract(log(q.rate), log(p.rate))
    return multiply(p.rate, subtract(expm1(r), r))
