"""Kumaraswamy: numbers in (0, 1)."""

import math

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
    multiply,
    negative,
    power,
    sigmoid,
    square,
    subtract,
    where,
)
from ..ops.tails import times_log1p
from .base import Distribution
from .bends import above_tangent, lgamma_bend
from .families import EULER
from .laws import EXPONENTIAL, log_of_rest
from .parameters import (
    Numbers,
    as_outcome,
)
from .support import UNIT
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
        """With s = -ε/b = log(1 - z^a): the logit of z, from numbers that keep their digits."""
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
        if is_inside_unit(z):
            right = multiply(falls, self._log_rest(z))
        else:
            at_1, lost = equal(z, 1.0), multiply(equal(z, 0.0), less(a, 1.0))  # beside `left`
            end = times_log1p(falls, negative(where(at_1, z, 0.0)))  # 1 - z^a is about a(1 - z)
            inside = multiply(falls, self._log_rest(where(add(at_1, lost), 0.5, z)))
            right = where(at_1, add(multiply(falls, log(a)), end), where(lost, 0.0, inside))
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
        y, total = add(b, 1.0), add(x, b)
        large = greater(y, x)  # the rise of log Γ from there to x + b is as if along its tangent
        start, other = where(large, y, x), where(large, x, y)
        rise = add(above_tangent(start, total), multiply(subtract(other, 1.0), digamma(start)))
        return exp(subtract(lgamma(other), rise))

    @property
    def variance(self) -> Var:
        """Mean² · expm1(log E z² - 2 log E z), that difference taken without cancellation."""
        x, b = divide(1.0, self.concentration1), self.concentration0
        gap = subtract(lgamma_bend(1.0, x), lgamma_bend(add(b, 1.0), x))
        return multiply(square(self.mean), expm1(gap))

    @property
    def mode(self) -> Var:
        """((a - 1)/(ab - 1))^(1/a) for a, b ≥ 1, not both 1; else the end where the density is
        largest; ½ for a = b = 1, nan where it is infinite at both ends."""
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
