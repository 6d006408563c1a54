"""Location and scale: z = loc + scale · ε with a standard ε.

Each family is its standard distribution (loc 0, scale 1): how to draw it, its log-density, moments.
"""

import math
import sys
from typing import ClassVar

from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    exp,
    expm1,
    lgamma,
    log,
    maximum,
    multiply,
    negative,
    softplus,
    square,
    subtract,
)
from .base import Distribution
from .kl import register_kl
from .laws import CAUCHY, GUMBEL, LAPLACE, LOGISTIC
from .parameters import Numbers, as_outcome, minus, over, spread
from .support import REAL
from .tails import log1p_square

LOG_2 = math.log(2.0)
LARGEST = sys.float_info.max
EULER = 0.5772156649015329  # γ, the mean of a standard Gumbel number


class LocationScale(Distribution):
    """What these families share: `loc` moves the standard distribution, `scale` stretches it.

    The batch shape is what loc and scale broadcast to. A scale that is 0, negative or nan
    raises ValueError.
    """

    _parameters = {"loc": 0, "scale": 0}
    _positive = ("scale",)
    _mean: ClassVar[float] = 0.0  # of the standard distribution, as are the two below
    _variance: ClassVar[float]
    _entropy: ClassVar[float]
    loc: Numbers
    scale: Numbers
    support = REAL

    def __init__(self, loc: object, scale: object) -> None:
        self._hold(loc=loc, scale=scale)

    def _transform(self, eps: Var) -> Var:
        return add(self.loc, multiply(self.scale, eps))

    def _noise_of(self, z: Numbers) -> Var:
        return over(minus(z, self.loc), self.scale)

    def log_prob(self, z: object) -> Var:
        """The standard log-density at (z - loc)/scale, less log scale."""
        z = as_outcome(type(self).__name__, z, self.batch_shape, ())
        return minus(self._standard_density(z), log(self.scale))

    def _standard_density(self, z: Numbers) -> Var:
        """The standard log-density at (z - loc)/scale."""
        return self._log_density(self._noise_of(z))

    def _log_density(self, x: Numbers) -> Var:
        """The log-density of the standard distribution; Cauchy has `_standard_density` instead."""
        raise NotImplementedError

    def entropy(self) -> Var:
        """log scale + the entropy of the standard distribution."""
        return spread(add(log(self.scale), self._entropy), self.batch_shape)

    @property
    def mean(self) -> Var:
        """loc + scale · the standard mean."""
        moved = add(self.loc, multiply(self._mean, self.scale)) if self._mean else self.loc
        return spread(moved, self.batch_shape)

    @property
    def variance(self) -> Var:
        """scale² · the standard variance."""
        return spread(multiply(self._variance, square(self.scale)), self.batch_shape)

    @property
    def mode(self) -> Var:
        """loc."""
        return spread(self.loc, self.batch_shape)


class Laplace(LocationScale):
    """Density exp(-|x|)/2 of x = (z - loc)/scale: the mean absolute deviation is scale.

    >>> q = mg.Laplace(0.0, 1.0)
    >>> q.variance, round(q.log_prob(0.0), 4)
    (2.0, -0.6931)
    """

    _variance, _entropy = 2.0, 1.0 + LOG_2
    _law = LAPLACE

    def _log_density(self, x: Numbers) -> Var:
        return -abs_(x) - LOG_2


@register_kl(Laplace, Laplace)
def _laplace(p: Laplace, q: Laplace) -> Var:
    """expm1(Δ) - Δ + exp(Δ)(expm1(-t) + t), Δ = log(scale₁/scale₂), t = |loc₁ - loc₂|/scale₁.

    The usual log(s₂/s₁) + (s₁ exp(-t) + |loc₁ - loc₂|)/s₂ - 1, exact near p = q as well.
    """
    ratio = minus(log(p.scale), log(q.scale))
    gap = over(abs_(minus(p.loc, q.loc)), p.scale)
    return expm1(ratio) - ratio + exp(ratio) * add(expm1(negative(gap)), gap)


class Logistic(LocationScale):
    """Cumulative distribution sigmoid(x), x = (z - loc)/scale.

    >>> q = mg.Logistic(0.0, 1.0)
    >>> q.cdf(0.0), round(q.variance, 4)
    (0.5, 3.2899)
    """

    _variance, _entropy = math.pi**2 / 3.0, 2.0
    _law = LOGISTIC

    def _log_density(self, x: Numbers) -> Var:
        return -softplus(x) - softplus(-x)


class Gumbel(LocationScale):
    """Cumulative distribution exp(-exp(-x)), x = (z - loc)/scale: the largest of many numbers.

    >>> q = mg.Gumbel(0.0, 1.0)
    >>> round(q.mean, 4), round(q.cdf(0.0), 4)
    (0.5772, 0.3679)
    """

    _mean, _variance, _entropy = EULER, math.pi**2 / 6.0, 1.0 + EULER
    _law = GUMBEL

    def _log_density(self, x: Numbers) -> Var:
        return -maximum(x, -LARGEST) - exp(-x)


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Gumbel, q: Gumbel) -> Var:
    """expm1(t) - t + log Γ(r) + γ(r - 1) with r = scale₁/scale₂ and t = log Γ(1 + r) - gap,
    gap = (loc₁ - loc₂)/scale₂. Under p, E exp(-(z - loc₂)/scale₂) = exp(-gap) Γ(1 + r).
    """
    r = divide(p.scale, q.scale)
    t = subtract(lgamma(add(r, 1.0)), over(minus(p.loc, q.loc), q.scale))
    return expm1(t) - t + add(lgamma(r), multiply(EULER, subtract(r, 1.0)))


class Cauchy(LocationScale):
    """Density 1/(π(1 + x²)), x = (z - loc)/scale: the mean is nan, the variance inf.

    >>> q = mg.Cauchy(0.0, 1.0)
    >>> q.mean, q.variance, round(q.cdf(1.0), 4)
    (nan, inf, 0.75)
    """

    _mean, _variance, _entropy = math.nan, math.inf, math.log(4.0 * math.pi)
    _law = CAUCHY

    def _standard_density(self, z: Numbers) -> Var:
        return subtract(-math.log(math.pi), log1p_square(minus(z, self.loc), self.scale))
