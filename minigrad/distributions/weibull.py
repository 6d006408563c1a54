"""Weibull: lifetimes, a power of an exponential number."""

from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    equal,
    exp,
    expm1,
    greater,
    less,
    lgamma,
    log,
    multiply,
    power,
    sqrt,
    square,
    subtract,
    where,
)
from ..ops.tails import times_log
from .base import Distribution
from .families import EULER
from .laws import EXPONENTIAL
from .parameters import Numbers, as_outcome, spread
from .support import POSITIVE
from .tails import polynomial
from .unrounded import at_positive, is_positive, log_of

# ζ(n) (-1)ⁿ (2ⁿ - 2)/n from n = 2 on
_ZETA = (
    1.6449340668482264,
    1.2020569031595942,
    1.0823232337111382,
    1.03692775514337,
    1.0173430619844491,
    1.008349277381923,
    1.0040773561979444,
    1.0020083928260822,
)
_LOG_RATIO = [z * (-1) ** n * (2**n - 2) / n for n, z in enumerate(_ZETA, 2)]


class Weibull(Distribution):
    """Lifetimes z = scale · ε^(1/concentration), ε standard exponential.

    Both parameters are positive; anything else raises ValueError.

    >>> q = mg.Weibull(scale=2.0, concentration=1.0)
    >>> q.mean, round(q.log_prob(1.0), 4), round(mg.Exponential(0.5).log_prob(1.0), 4)
    (2.0, -1.1931, -1.1931)
    """

    _law = EXPONENTIAL
    _parameters = {"scale": 0, "concentration": 0}
    _positive = ("scale", "concentration")
    scale: Numbers
    concentration: Numbers
    support = POSITIVE

    def __init__(self, scale: object, concentration: object) -> None:
        self._hold(scale=scale, concentration=concentration)

    def _transform(self, eps: Var) -> Var:
        return exp(add(log(self.scale), divide(log(eps), self.concentration)))

    def _quotient(self, z: Numbers) -> tuple[Var, Var, Var]:
        """x = z/λ; where it is near the ends of the floats, or beyond them; log x there, else 0."""
        positive = greater(z, 0.0)
        log_x = subtract(log(where(positive, z, 1.0)), log(self.scale))
        far = multiply(positive, greater(abs_(log_x), 700.0))
        return divide(where(far, self.scale, z), self.scale), far, where(far, log_x, 0.0)

    def _noise_of(self, z: Numbers) -> Var:
        x, far, log_x = self._quotient(z)
        k = self.concentration
        return where(far, exp(multiply(k, log_x)), power(x, k))

    def log_prob(self, z: object) -> Var:
        """log(k/λ) + (k - 1) log x - x^k with x = z/λ, λ the scale, k the concentration; z ≥ 0."""
        z = as_outcome("Weibull", z, self.batch_shape, ())
        return at_positive(z, self._log_density, edge=True)

    def _log_density(self, z: Numbers) -> Var:
        k = self.concentration
        if is_positive(z):
            log_x = subtract(log_of(z), log(self.scale))
            rise, rest = multiply(subtract(k, 1.0), log_x), exp(multiply(k, log_x))
        else:
            rise = self._rise(z)
            lost = multiply(equal(z, 0.0), less(k, 1.0))  # beside the slope of `rise`
            rest = where(lost, 0.0, self._noise_of(where(lost, 1.0, z)))
        return add(subtract(log(k), log(self.scale)), rise) - rest

    def _rise(self, z: Numbers) -> Var:
        """(k - 1) log x; at z = 0, where only log z is infinite, (k - 1) log z - (k - 1) log λ."""
        x, far, log_x = self._quotient(z)
        rises, at_0 = subtract(self.concentration, 1.0), equal(z, 0.0)
        edge = subtract(
            times_log(rises, where(at_0, z, 1.0)),
            multiply(rises, where(at_0, log(self.scale), 0.0)),
        )
        return add(add(edge, multiply(rises, log_x)), times_log(rises, where(at_0, 1.0, x)))

    def entropy(self) -> Var:
        """γ(1 - 1/k) + log(λ/k) + 1."""
        k = self.concentration
        spare = multiply(EULER, subtract(1.0, divide(1.0, k)))
        return add(spare, subtract(log(self.scale), log(k))) + 1.0

    @property
    def mean(self) -> Var:
        """λ Γ(1 + 1/k)."""
        return multiply(self.scale, exp(lgamma(add(1.0, divide(1.0, self.concentration)))))

    @property
    def variance(self) -> Var:
        """λ² (Γ(1 + 2/k) - Γ(1 + 1/k)²), as (mean · √expm1(…))²: narrow ones keep their digits."""
        x = divide(1.0, self.concentration)
        tiny = less(x, 1e-9)
        narrow = multiply(x, sqrt(polynomial(where(tiny, x, 0.0), *_LOG_RATIO)))
        share = where(tiny, narrow, sqrt(expm1(self._log_ratio(where(tiny, 0.02, x)))))
        return square(multiply(self.mean, share))

    def _log_ratio(self, x: Numbers) -> Var:
        """log Γ(1 + 2x) - 2 log Γ(1 + x), x = 1/k; for small x the sum of ζ(n)(-x)ⁿ (2ⁿ - 2)/n."""
        narrow = less(x, 0.02)
        small = where(narrow, x, 0.02)
        series = multiply(square(small), polynomial(small, *_LOG_RATIO))
        wide = where(narrow, 0.02, x)
        direct = subtract(
            lgamma(add(1.0, multiply(2.0, wide))), multiply(2.0, lgamma(add(1.0, wide)))
        )
        return where(narrow, series, direct)

    @property
    def mode(self) -> Var:
        """λ ((k - 1)/k)^(1/k); 0 for k ≤ 1."""
        k = self.concentration
        peaked = greater(k, 1.0)
        safe = where(peaked, k, 2.0)
        inside = power(divide(subtract(safe, 1.0), safe), divide(1.0, safe))
        return spread(multiply(self.scale, where(peaked, inside, 0.0)), self.batch_shape)
