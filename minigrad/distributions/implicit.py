"""Families whose shape has no closed transform: here Gamma and Beta.

Their noise is uniform and z its quantile; the gradient comes from implicit differentiation, once:
see `quantiles`. Draws and distribution functions need SciPy (`pip install 'minigrad[special]'`).
"""

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
    less,
    lgamma,
    log,
    maximum,
    multiply,
    negative,
    sigmoid,
    subtract,
    where,
)
from .base import Distribution
from .bends import above_tangent
from .kl import register_kl
from .laws import UNIFORM
from .parameters import Numbers, as_outcome, minus, spread
from .probabilities import beta_cdf, gamma_cdf, gamma_log_survival, log_beta_cdf
from .quantiles import beta_quantile, gamma_quantile
from .support import POSITIVE, UNIT
from .tails import gamma_entropy
from .unrounded import (
    at_positive,
    at_unit,
    kept_inside,
    log_of,
    logit_of,
    times_log_complement_of,
    times_log_of,
)


class Implicit(Distribution):
    """What these families share: uniform noise, one number for each number of an outcome."""

    _law = UNIFORM


class Gamma(Implicit):
    """Positive numbers with density proportional to z^(α - 1) exp(-βz): the mean is α/β.

    `concentration` is α, `rate` is β (1/scale): positive; anything else raises ValueError.

    >>> q = mg.Gamma(concentration=3.0, rate=2.0)
    >>> q.mean, q.variance, round(q.log_prob(1.0), 4)
    (1.5, 0.75, -0.6137)
    """

    _parameters = {"concentration": 0, "rate": 0}
    _positive = ("concentration", "rate")
    concentration: Numbers
    rate: Numbers
    support = POSITIVE

    def __init__(self, concentration: object, rate: object) -> None:
        self._hold(concentration=concentration, rate=rate)

    def _transform(self, eps: Var) -> Var:
        return exp(minus(gamma_quantile(self.concentration, eps), log(self.rate)))

    def cdf(self, z: object) -> Var:
        """The regularised incomplete gamma function P(α, βz). It needs SciPy."""
        return self._curve(z, lambda y: gamma_cdf(self.concentration, y), 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log Q(α, βz). It needs SciPy."""
        return self._curve(z, lambda y: gamma_log_survival(self.concentration, y), 0.0, -math.inf)

    def _noise_of(self, z: Numbers) -> Var:
        """log of the standard number, for the curves."""
        return add(log_of(z), log(self.rate))

    def log_prob(self, z: object) -> Var:
        """α log β + (α - 1) log z - βz - log Γ(α); z ≥ 0."""
        z = as_outcome("Gamma", z, self.batch_shape, ())
        return at_positive(z, self._log_density, edge=True)

    def _log_density(self, z: Numbers) -> Var:
        a, b = self.concentration, self.rate
        kernel = subtract(times_log_of(subtract(a, 1.0), z), multiply(b, z))
        return add(kernel, subtract(multiply(a, log(b)), lgamma(a)))

    def entropy(self) -> Var:
        """α - log β + log Γ(α) + (1 - α) ψ(α)."""
        standard = gamma_entropy(self.concentration)
        return spread(subtract(standard, log(self.rate)), self.batch_shape)

    @property
    def mean(self) -> Var:
        """α/β."""
        return divide(self.concentration, self.rate)

    @property
    def variance(self) -> Var:
        """α/β²."""
        return divide(self.mean, self.rate)

    @property
    def mode(self) -> Var:
        """(α - 1)/β; 0 for α ≤ 1."""
        return divide(maximum(subtract(self.concentration, 1.0), 0.0), self.rate)


class Beta(Implicit):
    """Numbers in (0, 1) with density proportional to z^(a - 1) (1 - z)^(b - 1); mean a/(a + b).

    `concentration1` is a, `concentration0` is b: positive; anything else raises ValueError. A draw
    that would round to 0 or 1 stays inside; `mg.log_complement_of(z)` has the digits that 1 - z
    lost.

    >>> q = mg.Beta(2.0, 3.0)
    >>> q.mean, q.variance, round(q.log_prob(0.5), 4)
    (0.4, 0.04, 0.4055)
    """

    _parameters = {"concentration1": 0, "concentration0": 0}
    _positive = ("concentration1", "concentration0")
    concentration1: Numbers
    concentration0: Numbers
    support = UNIT

    def __init__(self, concentration1: object, concentration0: object) -> None:
        self._hold(concentration1=concentration1, concentration0=concentration0)

    @property
    def _total(self) -> Var:
        return add(self.concentration1, self.concentration0)

    @property
    def _log_norm(self) -> Var:
        """log B(a, b)."""
        logs = add(lgamma(self.concentration1), lgamma(self.concentration0))
        return subtract(logs, lgamma(self._total))

    def _transform(self, eps: Var) -> Var:
        logit = beta_quantile(self.concentration1, self.concentration0, eps)
        return kept_inside(sigmoid(logit))

    def cdf(self, z: object) -> Var:
        """The regularised incomplete beta function. It needs SciPy."""
        a, b = self.concentration1, self.concentration0
        return self._curve(z, lambda y: beta_cdf(a, b, y), 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log of the cdf of 1 - z, which is of Beta(b, a). It needs SciPy."""
        a, b = self.concentration1, self.concentration0
        return self._curve(z, lambda y: log_beta_cdf(b, a, negative(y)), 0.0, -math.inf)

    def _noise_of(self, z: Numbers) -> Var:
        """log z/(1 - z), for the curves."""
        return logit_of(z)

    def log_prob(self, z: object) -> Var:
        """(a - 1) log z + (b - 1) log(1 - z) - log B(a, b); 0 ≤ z ≤ 1."""
        z = as_outcome("Beta", z, self.batch_shape, ())
        return at_unit(z, self._log_density)

    def _log_density(self, z: Numbers) -> Var:
        left = times_log_of(subtract(self.concentration1, 1.0), z)
        right = times_log_complement_of(subtract(self.concentration0, 1.0), z)
        return subtract(add(left, right), self._log_norm)

    def entropy(self) -> Var:
        """log B(a, b) - (a - 1) ψ(a) - (b - 1) ψ(b) + (a + b - 2) ψ(a + b)."""
        each = add(gamma_entropy(self.concentration1), gamma_entropy(self.concentration0))
        return subtract(each, add(gamma_entropy(self._total), digamma(self._total)))

    @property
    def mean(self) -> Var:
        """a/(a + b)."""
        return divide(self.concentration1, self._total)

    @property
    def variance(self) -> Var:
        """Mean times (1 - mean)/(a + b + 1)."""
        other = divide(self.concentration0, self._total)
        return divide(multiply(self.mean, other), add(self._total, 1.0))

    @property
    def mode(self) -> Var:
        """(a - 1)/(a + b - 2) for a, b > 1; else the end where the density is largest.

        ½ for a = b = 1, nan where it is infinite at both ends.
        """
        a, b = (maximum(subtract(x, 1.0), 0.0) for x in (self.concentration1, self.concentration0))
        flat = equal(add(a, b), 0.0)
        between = divide(a, where(flat, 1.0, add(a, b)))
        alike = where(equal(self.concentration1, 1.0), 0.5, math.nan)
        upper = where(greater(self.concentration1, self.concentration0), 1.0, alike)
        end = where(less(self.concentration1, self.concentration0), 0.0, upper)
        return where(flat, end, between)


# ------------------------------------------------------------------------------------- divergences


@register_kl(Gamma, Gamma)
def _gamma(p: Gamma, q: Gamma) -> Var:
    """log Γ above its tangent + α₁ expm1(r) - α₂ r, r = log β₂/β₁."""
    r = subtract(log(q.rate), log(p.rate))
    rates = subtract(multiply(p.concentration, expm1(r)), multiply(q.concentration, r))
    return add(above_tangent(p.concentration, q.concentration), rates)


@register_kl(Beta, Beta)
def _beta(p: Beta, q: Beta) -> Var:
    """As for Dirichlet with k = 2."""
    first = above_tangent(p.concentration1, q.concentration1)
    second = above_tangent(p.concentration0, q.concentration0)
    return subtract(add(first, second), above_tangent(p._total, q._total))
