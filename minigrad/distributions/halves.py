"""The size |z| of a number that is symmetric around 0: HalfNormal and HalfCauchy."""

import math
from typing import ClassVar

from ..engine.variable import Var
from ..ops import add, divide, less, log, multiply, square, where
from ..ops.tails import HALF_LOG_2PI
from .base import Distribution
from .families import LOG_2, Cauchy
from .gaussian import Normal
from .kl import kl_divergence, register_kl
from .laws import HALF_CAUCHY, HALF_NORMAL
from .parameters import Numbers, as_outcome, spread
from .support import POSITIVE


class Half(Distribution):
    """What both share: z = scale · ε with ε ≥ 0, and twice the density of the whole family."""

    _parameters = {"scale": 0}
    _positive = ("scale",)
    _whole: ClassVar[type[Normal] | type[Cauchy]]
    scale: Numbers
    support = POSITIVE

    def __init__(self, scale: object) -> None:
        self._hold(scale=scale)

    def _transform(self, eps: Var) -> Var:
        return multiply(self.scale, eps)

    def _noise_of(self, z: Numbers) -> Var:
        return divide(z, self.scale)

    def log_prob(self, z: object) -> Var:
        """log 2 + the log-density of the whole family; z ≥ 0."""
        z = as_outcome(type(self).__name__, z, self.batch_shape, ())
        below = less(z, 0.0)
        full = self._whole(0.0, self.scale).log_prob(where(below, 0.0, z))
        return where(below, -math.inf, add(full, LOG_2))

    @property
    def mode(self) -> Var:
        """0."""
        return multiply(0.0, self.scale)


class HalfNormal(Half):
    """The size |z| of a Normal number with mean 0 and standard deviation `scale`.

    >>> q = mg.HalfNormal(1.0)
    >>> round(q.mean, 4), round(q.mean**2 + q.variance, 4)
    (0.7979, 1.0)
    """

    _law = HALF_NORMAL
    _whole = Normal

    def entropy(self) -> Var:
        """The entropy of the Normal, less log 2."""
        return add(log(self.scale), HALF_LOG_2PI + 0.5 - LOG_2)

    @property
    def mean(self) -> Var:
        """scale √(2/π)."""
        return multiply(self.scale, math.sqrt(2.0 / math.pi))

    @property
    def variance(self) -> Var:
        """scale² (1 - 2/π)."""
        return multiply(square(self.scale), 1.0 - 2.0 / math.pi)


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: HalfNormal, q: HalfNormal) -> Var:
    """The KL of the Normal numbers whose sizes they are: both densities are doubled."""
    return kl_divergence(Normal(0.0, p.scale), Normal(0.0, q.scale))


class HalfCauchy(Half):
    """The size |z| of a Cauchy number around 0: half of the numbers are below `scale`.

    Its mean and variance are inf.

    >>> mg.HalfCauchy(2.0).cdf(2.0)
    0.5
    """

    _law = HALF_CAUCHY
    _whole = Cauchy

    def entropy(self) -> Var:
        """log 2π scale."""
        return add(log(self.scale), math.log(2.0 * math.pi))

    @property
    def mean(self) -> Var:
        """inf."""
        return spread(math.inf, self.batch_shape)

    @property
    def variance(self) -> Var:
        """inf."""
        return spread(math.inf, self.batch_shape)
