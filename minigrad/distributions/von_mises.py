"""VonMises: angles around a direction."""

import math

from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    equal,
    greater_equal,
    less,
    log,
    minimum,
    multiply,
    negative,
    subtract,
    where,
)
from .angles import (
    angle_mean,
    angle_quantile,
    angle_spread,
    angle_tail,
    fall,
    log_angle_mass,
)
from .base import Distribution
from .kl import register_kl
from .laws import UNIFORM
from .parameters import Numbers, as_outcome, minus, spread, where_possible
from .support import Support


class VonMises(Distribution):
    """Angles in radians around `loc`, with density proportional to exp(κ cos(z - loc)).

    `concentration` is κ, positive; anything else raises ValueError. For a large one it is nearly
    Normal(loc, 1/√κ). Draws are from loc - π to loc + π, and `variance` is that of these numbers;
    what torch calls variance is `circular_variance`. The density has the period 2π, so z may be any
    number. Moving loc moves the ends of that interval: for a function without the period 2π the
    score function would miss what crosses them, so `support.moves` is true.

    >>> q = mg.VonMises(0.0, 4.0)
    >>> q.mean, round(q.cdf(0.0), 4)
    (0.0, 0.5)
    """

    _law = UNIFORM
    _parameters = {"loc": 0, "concentration": 0}
    _positive = ("concentration",)
    loc: Numbers
    concentration: Numbers

    def __init__(self, loc: object, concentration: object) -> None:
        self._hold(loc=loc, concentration=concentration)

    @property
    def support(self) -> Support:
        """All angles; the interval of draws moves with loc."""
        moved = isinstance(self.loc, Var) and self.loc.requires_grad
        return Support(kind="angles", also_moves=moved)

    def _transform(self, eps: Var) -> Var:
        return add(self.loc, angle_quantile(self.concentration, eps))

    def _noise_of(self, z: Numbers) -> Var:
        return minus(z, self.loc)

    def _share_beyond(self, x: Numbers) -> Var:
        """The probability of an angle beyond |x|, on one side."""
        inside, k = minimum(abs_(x), math.pi), self.concentration
        return divide(angle_tail(inside, k), multiply(2.0, angle_tail(0.0, k)))

    def cdf(self, z: object) -> Var:
        """From 0 at loc - π to 1 at loc + π."""

        def curve(x: Numbers) -> Var:
            tail = self._share_beyond(x)
            return where(less(x, 0.0), tail, subtract(1.0, tail))

        return self._curve(z, curve, 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log(1 - cdf(z)); -inf from loc + π on."""

        def curve(x: Numbers) -> Var:
            tail, below = self._share_beyond(x), less(x, 0.0)
            beyond = greater_equal(x, math.pi)
            rest = where(below, subtract(1.0, tail), where(beyond, 1.0, tail))
            return where(beyond, -math.inf, log(rest))

        return self._curve(z, curve, 0.0, -math.inf)

    def log_prob(self, z: object) -> Var:
        """κ cos(z - loc) - log 2π I₀(κ); no angle is infinite."""
        z = as_outcome("VonMises", z, self.batch_shape, ())
        return where_possible(equal(abs_(z), math.inf), z, self._log_density)

    def _log_density(self, z: Numbers) -> Var:
        kernel = multiply(self.concentration, fall(minus(z, self.loc)))
        return subtract(kernel, log_angle_mass(self.concentration))

    def entropy(self) -> Var:
        """log 2π I₀(κ) - κ I₁(κ)/I₀(κ)."""
        spare = multiply(self.concentration, self._fallen)
        return spread(add(log_angle_mass(self.concentration), spare), self.batch_shape)

    @property
    def _fallen(self) -> Var:
        """1 - I₁(κ)/I₀(κ)."""
        return negative(angle_mean(self.concentration))

    @property
    def mean(self) -> Var:
        """loc."""
        return spread(self.loc, self.batch_shape)

    @property
    def variance(self) -> Var:
        """E (z - loc)²."""
        return spread(angle_spread(self.concentration), self.batch_shape)

    @property
    def circular_variance(self) -> Var:
        """1 - E cos(z - loc) = 1 - I₁(κ)/I₀(κ), from 0 to 1."""
        return spread(self._fallen, self.batch_shape)

    @property
    def mode(self) -> Var:
        """loc."""
        return self.mean


@register_kl(VonMises, VonMises)
def _von_mises(p: VonMises, q: VonMises) -> Var:
    """log I₀(κ₂)/I₀(κ₁) + A (κ₁ - κ₂ cos(loc₁ - loc₂)), A = I₁(κ₁)/I₀(κ₁), all less exp(κ)."""
    norms = subtract(log_angle_mass(q.concentration), log_angle_mass(p.concentration))
    fallen = multiply(q.concentration, fall(minus(p.loc, q.loc)))
    spare = multiply(p._fallen, subtract(add(q.concentration, fallen), p.concentration))
    return add(norms, subtract(spare, fallen))
