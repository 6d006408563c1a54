"""LogNormal and Exponential: numbers above 0.

Below, their log-density is -inf, and no gradient comes from there.
"""

import math

from ..engine.variable import Var
from ..ops import add, divide, exp, expm1, less, log, multiply, negative, square, subtract, where
from .base import Distribution
from .gaussian import Normal
from .kl import kl_divergence, register_kl
from .laws import EXPONENTIAL
from .parameters import Numbers, as_outcome
from .support import POSITIVE
from .unrounded import at_positive, log_of


class LogNormal(Distribution):
    """exp of a Normal number: `loc` and `scale` are the mean and deviation of log z, not of z.

    >>> q = mg.LogNormal(0.0, 1.0)
    >>> round(q.mean, 4), q.cdf(1.0)
    (1.6487, 0.5)
    """

    _parameters = {"loc": 0, "scale": 0}
    _positive = ("scale",)
    loc: Numbers
    scale: Numbers
    support = POSITIVE

    def __init__(self, loc: object, scale: object) -> None:
        self._hold(loc=loc, scale=scale)

    @property
    def _of_log(self) -> Normal:
        return Normal(self.loc, self.scale)

    def _transform(self, eps: Var) -> Var:
        return exp(add(self.loc, multiply(self.scale, eps)))

    def _noise_of(self, z: Numbers) -> Var:
        return self._of_log._noise_of(log_of(z))

    def log_prob(self, z: object) -> Var:
        """The Normal log-density of log z, less log z; z > 0."""
        z = as_outcome("LogNormal", z, self.batch_shape, ())
        return at_positive(z, self._log_density)

    def _log_density(self, z: Numbers) -> Var:
        y = log_of(z)
        return subtract(self._of_log.log_prob(y), y)

    def entropy(self) -> Var:
        """The entropy of the Normal, + loc."""
        return add(self._of_log.entropy(), self.loc)

    @property
    def mean(self) -> Var:
        """exp(loc + ½ scale²)."""
        return exp(add(self.loc, 0.5 * square(self.scale)))

    @property
    def variance(self) -> Var:
        """(exp(scale²) - 1) · mean², as (scale exp(loc + scale²))² · (1 - exp(-scale²))/scale²."""
        narrow = less(self.scale, 1e-8)
        x = square(where(narrow, 1.0, self.scale))
        share = where(narrow, 1.0, divide(expm1(negative(x)), negative(x)))
        size = multiply(self.scale, exp(add(self.loc, square(self.scale))))
        return multiply(square(size), share)

    @property
    def mode(self) -> Var:
        """exp(loc - scale²)."""
        return exp(subtract(self.loc, square(self.scale)))


@register_kl(LogNormal, LogNormal)
def _log_normal(p: LogNormal, q: LogNormal) -> Var:
    """The KL of the logs: exp does not change it."""
    return kl_divergence(p._of_log, q._of_log)


class Exponential(Distribution):
    """Waiting times for events, `rate` per unit of time: z = ε/rate, ε standard exponential.

    >>> q = mg.Exponential(rate=2.0)
    >>> q.mean, q.variance, round(q.cdf(np.log(2.0) / 2.0), 4)
    (0.5, 0.25, 0.5)
    """

    _law = EXPONENTIAL
    _parameters = {"rate": 0}
    _positive = ("rate",)
    rate: Numbers
    support = POSITIVE

    def __init__(self, rate: object) -> None:
        self._hold(rate=rate)

    def _transform(self, eps: Var) -> Var:
        return divide(eps, self.rate)

    def _noise_of(self, z: Numbers) -> Var:
        return multiply(self.rate, z)

    def log_prob(self, z: object) -> Var:
        """log rate - rate · z; z ≥ 0."""
        z = as_outcome("Exponential", z, self.batch_shape, ())
        return where(less(z, 0.0), -math.inf, subtract(log(self.rate), multiply(self.rate, z)))

    def entropy(self) -> Var:
        """1 - log rate."""
        return subtract(1.0, log(self.rate))

    @property
    def mean(self) -> Var:
        """1/rate."""
        return divide(1.0, self.rate)

    @property
    def variance(self) -> Var:
        """1/rate²."""
        return square(self.mean)

    @property
    def mode(self) -> Var:
        """0."""
        return multiply(0.0, self.rate)


@register_kl(Exponential, Exponential)
def _exponential(p: Exponential, q: Exponential) -> Var:
    """expm1(Δ) - Δ with Δ = log(rate₂/rate₁)."""
    ratio = subtract(log(q.rate), log(p.rate))
    return subtract(expm1(ratio), ratio)
