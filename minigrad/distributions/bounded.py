"""Numbers between two bounds: Kumaraswamy in (0, 1), and TruncatedNormal."""

import math

import numpy as np

from ..engine.variable import Var
from ..ops import (
    add,
    digamma,
    divide,
    equal,
    exp,
    expm1,
    greater,
    greater_equal,
    less,
    less_equal,
    lgamma,
    log,
    log1p,
    maximum,
    minimum,
    multiply,
    negative,
    power,
    sigmoid,
    square,
    subtract,
    where,
)
from .base import Distribution
from .bends import lgamma_bend
from .families import EULER
from .gaussian import HALF_LOG_2PI
from .laws import EXPONENTIAL, UNIFORM, log_of_rest
from .parameters import (
    Numbers,
    as_outcome,
    as_parameter,
    check_positive,
    minus,
    over,
    spread,
    value_of,
    where_possible,
)
from .support import UNIT, Support
from .truncation import (
    normal_log_mass,
    truncated_cdf,
    truncated_mean,
    truncated_quantile,
    truncated_variance,
)
from .unrounded import at_unit, is_inside_unit, kept_inside, log_complement_of, log_of, times_log_of

_UNDERFLOW = 1e-290


class Kumaraswamy(Distribution):
    """Numbers in (0, 1) with 1 - (1 - z^a)^b as distribution function: like Beta, in closed form.

    `concentration1` is a, `concentration0` is b: positive; anything else raises ValueError. A draw
    that would round to 0 or 1 stays inside.

    >>> round(mg.Kumaraswamy(2.0, 3.0).cdf(0.5), 4), round(1.0 - (1.0 - 0.5**2.0) ** 3.0, 4)
    (0.5781, 0.5781)
    """

    _law = EXPONENTIAL
    _parameters = {"concentration1": 0, "concentration0": 0}
    _positive = ("concentration1", "concentration0")
    concentration1: Numbers
    concentration0: Numbers
    support = UNIT

    def __init__(self, concentration1: object, concentration0: object) -> None:
        self._hold(concentration1=concentration1, concentration0=concentration0)

    def _transform(self, eps: Var) -> Var:
        """With s = -ε/b = log(1 - z^a): the logit of z, both of its logs from what is small."""
        a = self.concentration1
        s = divide(negative(eps), self.concentration0)
        log_z = divide(log_of_rest(s), a)
        at_1 = greater(log_z, -_UNDERFLOW)
        log_rest = where(at_1, subtract(s, log(a)), log_of_rest(where(at_1, -1.0, log_z)))
        return kept_inside(sigmoid(subtract(log_z, log_rest)))

    def _log_rest(self, z: Numbers) -> Var:
        """log(1 - z^a): about log a(1 - z) where log z has underflowed."""
        a = self.concentration1
        if is_inside_unit(z):
            log_z = log_of(z)
            at_1 = greater(log_z, -_UNDERFLOW)
            between = log_of_rest(multiply(a, where(at_1, -1.0, log_z)))
            return where(at_1, add(log(a), log_complement_of(z)), between)
        low = less(power(z, a), 0.5)
        near_0 = log1p(negative(power(where(low, z, 0.0), a)))
        return where(low, near_0, log_of_rest(multiply(a, log(where(low, 0.5, z)))))

    def _noise_of(self, z: Numbers) -> Var:
        return multiply(negative(self.concentration0), self._log_rest(z))

    def log_prob(self, z: object) -> Var:
        """log ab + (a - 1) log z + (b - 1) log(1 - z^a); 0 ≤ z ≤ 1."""
        z = as_outcome("Kumaraswamy", z, self.batch_shape, ())
        return at_unit(z, self._log_density)

    def _log_density(self, z: Numbers) -> Var:
        a, b = self.concentration1, self.concentration0
        left, falls = times_log_of(subtract(a, 1.0), z), subtract(b, 1.0)
        flat = add(equal(falls, 0.0), multiply(equal(z, 0.0), less(a, 1.0)))  # or drowned by `left`
        inside = z if is_inside_unit(z) else where(flat, 0.5, z)
        right = where(flat, 0.0, multiply(falls, self._log_rest(inside)))
        return add(add(log(a), log(b)), add(left, right))

    def entropy(self) -> Var:
        """1 - 1/b + (1 - 1/a)(ψ(b + 1) + γ) - log ab."""
        a, b = self.concentration1, self.concentration0
        spare = multiply(subtract(1.0, divide(1.0, a)), add(digamma(add(b, 1.0)), EULER))
        return add(subtract(1.0, divide(1.0, b)), subtract(spare, add(log(a), log(b))))

    @property
    def mean(self) -> Var:
        """b B(1 + 1/a, b)."""
        x, b = add(divide(1.0, self.concentration1), 1.0), self.concentration0
        return exp(subtract(add(lgamma(x), lgamma(add(b, 1.0))), lgamma(add(x, b))))

    @property
    def variance(self) -> Var:
        """Mean² · expm1(log E z² - 2 log E z), that difference taken without cancellation."""
        x, b = divide(1.0, self.concentration1), self.concentration0
        gap = subtract(lgamma_bend(1.0, x), lgamma_bend(add(b, 1.0), x))
        return multiply(square(self.mean), expm1(gap))

    @property
    def mode(self) -> Var:
        """((a - 1)/(ab - 1))^(1/a) for a, b ≥ 1, not both 1; else the end where the density is
        largest; ½ for a = b = 1, nan where both ends are alike infinite."""
        a, b = self.concentration1, self.concentration0
        rises, falls = subtract(a, 1.0), subtract(b, 1.0)
        peaked = multiply(greater(rises, 0.0), greater(falls, 0.0))
        top = where(peaked, rises, 1.0)
        inside = power(divide(top, where(peaked, subtract(multiply(a, b), 1.0), 2.0)), 1.0 / a)
        flat = multiply(equal(rises, 0.0), equal(falls, 0.0))
        at_0 = multiply(greater_equal(falls, 0.0), less_equal(rises, 0.0))
        both = multiply(less(rises, 0.0), less(falls, 0.0))
        end = where(both, math.nan, where(flat, 0.5, where(at_0, 0.0, 1.0)))
        return where(peaked, inside, end)


class TruncatedNormal(Distribution):
    """A Normal(loc, scale) number, given that it is from `low` to `high`; ±inf is no bound.

    loc and scale are those of the Normal, not the moments. A scale that isn't positive, or a high
    that isn't above low, raises ValueError. Exact however far out the bounds are, 30 scales and
    more. Draws need SciPy.

    >>> q = mg.TruncatedNormal(0.0, 1.0, low=0.0, high=np.inf)
    >>> round(q.mean, 4), q.log_prob(-1.0)
    (0.7979, -inf)
    """

    _law = UNIFORM
    _parameters = {"loc": 0, "scale": 0, "low": 0, "high": 0}
    _positive = ("scale",)
    loc: Numbers
    scale: Numbers
    low: Numbers
    high: Numbers

    def __init__(self, loc: object, scale: object, low: object, high: object) -> None:
        self._hold(loc=loc, scale=scale, low=low, high=high)

    def _check(self) -> None:
        super()._check()
        width = np.subtract(value_of(self.high), value_of(self.low))
        check_positive("TruncatedNormal: high - low", as_parameter(width), "high must be above low")

    @property
    def support(self) -> Support:
        """From low to high."""
        return Support(self.low, self.high)

    def _noise_of(self, z: Numbers) -> Numbers:
        """The standard number at z, which the curves take; an infinite z stays as it is."""
        finite = np.isfinite(value_of(z))
        if np.all(finite):
            return over(minus(z, self.loc), self.scale)
        inside = over(minus(where(finite, z, 0.0), self.loc), self.scale)
        return where(finite, inside, value_of(z))

    @property
    def _bounds(self) -> tuple[Numbers, Numbers]:
        return self._noise_of(self.low), self._noise_of(self.high)

    def _transform(self, eps: Var) -> Var:
        x = truncated_quantile(*self._bounds, eps)
        z = add(self.loc, multiply(self.scale, x))
        return minimum(maximum(z, self.low), self.high)  # it may round across a bound

    def cdf(self, z: object) -> Var:
        """(Φ(x) - Φ(a))/(Φ(b) - Φ(a)) at x = (z - loc)/scale, a and b those of low and high."""
        return self._curve(z, lambda x: truncated_cdf(*self._bounds, x), 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log (Φ(b) - Φ(x))/(Φ(b) - Φ(a))."""
        a, b = self._bounds

        def curve(x: Numbers) -> Var:
            return subtract(normal_log_mass(x, b), normal_log_mass(a, b))

        return self._curve(z, curve, 0.0, -math.inf)

    def log_prob(self, z: object) -> Var:
        """The Normal log-density, less log(Φ(b) - Φ(a)), from low to high."""
        z = as_outcome("TruncatedNormal", z, self.batch_shape, ())
        outside = add(less(z, self.low), greater(z, self.high))
        return where_possible(outside, z, self._log_density, self.support.inside)

    def _log_density(self, z: Numbers) -> Var:
        constant = add(add(log(self.scale), HALF_LOG_2PI), normal_log_mass(*self._bounds))
        return subtract(-0.5 * square(self._noise_of(z)), constant)

    def entropy(self) -> Var:
        """log scale + ½ log 2π + log(Φ(b) - Φ(a)) + ½ E x²."""
        a, b = self._bounds
        second = add(truncated_variance(a, b), square(truncated_mean(a, b)))
        constant = add(add(log(self.scale), HALF_LOG_2PI), normal_log_mass(a, b))
        return add(constant, multiply(0.5, second))

    @property
    def mean(self) -> Var:
        """loc + scale (φ(a) - φ(b))/(Φ(b) - Φ(a))."""
        return add(self.loc, multiply(self.scale, truncated_mean(*self._bounds)))

    @property
    def variance(self) -> Var:
        """scale² · the variance of x, which is below 1."""
        return multiply(square(self.scale), truncated_variance(*self._bounds))

    @property
    def mode(self) -> Var:
        """loc, or the bound that is nearest to it."""
        return spread(minimum(maximum(self.loc, self.low), self.high), self.batch_shape)
