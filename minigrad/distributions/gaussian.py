"""Normal: z = μ + σε, ε standard normal."""

from typing import Self

from ..engine.variable import Var
from ..ops import (
    add,
    exp,
    expm1,
    log,
    multiply,
    softplus,
    square,
)
from ..ops.tails import HALF_LOG_2PI
from .base import Distribution
from .kl import register_kl
from .parameters import (
    Numbers,
    as_outcome,
    minus,
    over,
    spread,
)
from .support import REAL

_FREE_SCALE = (
    "use Normal.from_log_variance or Normal.from_softplus; if their scale rounds to 0, bound the "
    "parameter with mg.soft_clip"
)


class Normal(Distribution):
    """Gaussian numbers with mean `loc` and standard deviation `scale`: not the variance or its log.

    The batch shape is what loc and scale broadcast to, which must be the shape of one of them. A
    scale that is 0, negative or nan raises ValueError.

    >>> mu, sigma = mg.Var(1.0), mg.Var(2.0)
    >>> z = mg.Normal(mu, sigma).transform(0.5)
    >>> z.value, mg.grad(z, [mu, sigma])
    (2.0, (1.0, 0.5))
    >>> round(mg.Normal(0.0, 1.0).log_prob(0.0), 4)
    -0.9189
    """

    _parameters = {"loc": 0, "scale": 0, "_log_scale": 0}
    _positive = ("scale",)
    _remedy = _FREE_SCALE
    loc: Numbers
    scale: Numbers
    support = REAL

    def __init__(self, loc: object, scale: object) -> None:
        self._log_scale: Numbers | None = None
        self._hold(loc=loc, scale=scale)

    @classmethod
    def from_log_variance(cls, loc: object, logvar: object) -> Self:
        """From log σ², any number above -1490: scale is exp(½ logvar)."""
        log_scale = multiply(0.5, logvar)
        normal = cls(loc, exp(log_scale))
        normal._log_scale = log_scale
        return normal

    @classmethod
    def from_softplus(cls, loc: object, rho: object) -> Self:
        """From ρ, any number above -745: scale is softplus(ρ) = log(1 + exp(ρ))."""
        return cls(loc, softplus(rho))

    @property
    def log_scale(self) -> Numbers:
        """log σ: for `from_log_variance` ½ logvar itself, with all its digits."""
        return log(self.scale) if self._log_scale is None else self._log_scale

    def _transform(self, eps: Var) -> Var:
        return add(self.loc, multiply(self.scale, eps))

    def _noise_of(self, z: Numbers) -> Var:
        return over(minus(z, self.loc), self.scale)

    def log_prob(self, z: object) -> Var:
        """-½((z - μ)/σ)² - log σ - ½ log 2π, for each number in z."""
        z = as_outcome("Normal", z, self.batch_shape, ())
        return minus(-0.5 * square(self._noise_of(z)), self.log_scale) - HALF_LOG_2PI

    def entropy(self) -> Var:
        """log σ + ½ log 2πe."""
        return spread(add(self.log_scale, HALF_LOG_2PI + 0.5), self.batch_shape)

    @property
    def mean(self) -> Var:
        """μ."""
        return spread(self.loc, self.batch_shape)

    @property
    def mode(self) -> Var:
        """μ."""
        return self.mean

    @property
    def stddev(self) -> Var:
        """σ."""
        return spread(self.scale, self.batch_shape)

    @property
    def variance(self) -> Var:
        """σ²."""
        return square(self.stddev)


@register_kl(Normal, Normal)
def _normal(p: Normal, q: Normal) -> Var:
    """½((μ₁ - μ₂)/σ₂)² + ½ expm1(2Δ) - Δ, Δ = log σ₁ - log σ₂.

    The textbook's ½(σ₁²/σ₂² - 1) - log σ₁/σ₂ with σ₁/σ₂ = exp(Δ): exact near p = q as well.
    """
    gap = over(minus(p.loc, q.loc), q.scale)
    ratio = minus(p.log_scale, q.log_scale)
    return 0.5 * (square(gap) + expm1(multiply(2.0, ratio))) - ratio
