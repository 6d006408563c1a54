"""Pareto: numbers from `scale` on, with a heavy tail."""

import math

from ..engine.variable import Var
from ..ops import add, divide, exp, expm1, greater, less, log, multiply, square, subtract, where
from .base import Distribution
from .kl import register_kl
from .laws import EXPONENTIAL
from .parameters import Numbers, as_outcome, spread
from .support import Support
from .unrounded import is_positive, log_of


class Pareto(Distribution):
    """Numbers of at least `scale`, of which a share (scale/z)^alpha exceeds z.

    Both parameters are positive; anything else raises ValueError. The mean is inf for alpha ≤ 1,
    the variance for alpha ≤ 2.

    >>> q = mg.Pareto(scale=1.0, alpha=3.0)
    >>> q.mean, q.cdf(2.0)
    (1.5, 0.875)
    """

    _law = EXPONENTIAL
    _parameters = {"scale": 0, "alpha": 0}
    _positive = ("scale", "alpha")
    scale: Numbers
    alpha: Numbers

    def __init__(self, scale: object, alpha: object) -> None:
        self._hold(scale=scale, alpha=alpha)

    @property
    def support(self) -> Support:
        """From scale on."""
        return Support(self.scale)

    def _transform(self, eps: Var) -> Var:
        return exp(add(log(self.scale), divide(eps, self.alpha)))

    def _noise_of(self, z: Numbers) -> Var:
        return multiply(self.alpha, subtract(log_of(z), log(self.scale)))

    def log_prob(self, z: object) -> Var:
        """log(alpha/scale) - (alpha + 1) log(z/scale); z ≥ scale."""
        z = as_outcome("Pareto", z, self.batch_shape, ())
        low = log(self.scale)
        if is_positive(z):  # then z may be an ulp below scale, its log is not
            below, log_z = less(log_of(z), low), log_of(z)
        else:
            below = less(z, self.scale)
            log_z = log(where(below, self.scale, z))
        rise = multiply(add(self.alpha, 1.0), subtract(log_z, low))
        return where(below, -math.inf, subtract(subtract(log(self.alpha), log(self.scale)), rise))

    def entropy(self) -> Var:
        """log(scale/alpha) + 1 + 1/alpha."""
        gap = subtract(log(self.scale), log(self.alpha))
        return add(gap, divide(1.0, self.alpha)) + 1.0

    @property
    def mean(self) -> Var:
        """scale · alpha/(alpha - 1)."""
        finite = greater(self.alpha, 1.0)
        a = where(finite, self.alpha, 2.0)
        return where(finite, multiply(self.scale, divide(a, subtract(a, 1.0))), math.inf)

    @property
    def variance(self) -> Var:
        """scale² · alpha/((alpha - 1)² (alpha - 2))."""
        finite = greater(self.alpha, 2.0)
        a = where(finite, self.alpha, 3.0)
        size = square(divide(self.scale, subtract(a, 1.0)))
        return where(finite, multiply(size, divide(a, subtract(a, 2.0))), math.inf)

    @property
    def mode(self) -> Var:
        """scale."""
        return spread(self.scale, self.batch_shape)


@register_kl(Pareto, Pareto)
def _pareto(p: Pareto, q: Pareto) -> Var:
    """expm1(r) - r + alpha₂ log(scale₁/scale₂), r = log(alpha₂/alpha₁).

    inf where q starts later than p.
    """
    r = subtract(log(q.alpha), log(p.alpha))
    later = greater(q.scale, p.scale)
    shift = multiply(q.alpha, subtract(log(p.scale), log(q.scale)))
    return where(later, math.inf, add(subtract(expm1(r), r), shift))
