"""Families whose shape has no closed transform: here Gamma and Beta.

Their noise is uniform and z its quantile; the gradient comes from implicit differentiation, once:
see `quantiles`. Draws need SciPy (`pip install 'minigrad[special]'`), nothing else does.
"""

from typing import ClassVar

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    clip,
    digamma,
    divide,
    exp,
    expm1,
    greater_equal,
    less_equal,
    lgamma,
    log,
    log1p,
    multiply,
    sigmoid,
    subtract,
)
from .base import Distribution
from .families import ANY_NUMBER
from .kl import register_kl
from .parameters import (
    Numbers,
    as_outcome,
    as_parameter,
    check_positive,
    joint_shape,
    over,
    spread,
    where_possible,
)
from .quantiles import beta_quantile, gamma_quantile
from .randomness import UNIFORM


class Implicit(Distribution):
    """What these families share: uniform noise, one number for each number of an outcome."""

    _positive: ClassVar[tuple[str, ...]]  # the parameters that must be
    _law = UNIFORM

    def _check(self) -> None:
        for name in self._positive:
            check_positive(f"{type(self).__name__}: {name}", getattr(self, name), ANY_NUMBER)


class Gamma(Implicit):
    """Positive numbers with density proportional to z^(α - 1) exp(-βz): the mean is α/β.

    `concentration` is α, `rate` is β (1/scale): positive, or else it is a ValueError. The batch
    shape is what they broadcast to, which must be the shape of one of them.
    """

    _positive = ("concentration", "rate")

    def __init__(self, concentration: object, rate: object) -> None:
        self.concentration = as_parameter(concentration)
        self.rate = as_parameter(rate)
        self._check()
        shapes = shape_of(self.concentration), shape_of(self.rate)
        self.batch_shape = joint_shape("Gamma: concentration and rate", *shapes)

    def _transform(self, eps: Var) -> Var:
        return over(exp(gamma_quantile(self.concentration, eps)), self.rate)

    def log_prob(self, z: object) -> Var:
        """α log β + (α - 1) log z - βz - log Γ(α); z > 0."""
        z = as_outcome("Gamma", z, self.batch_shape, ())
        a, b = self.concentration, self.rate

        def log_density(z: Numbers) -> Var:
            kernel = subtract(multiply(subtract(a, 1.0), log(z)), multiply(b, z))
            return add(kernel, subtract(multiply(a, log(b)), lgamma(a)))

        return where_possible(less_equal(z, 0.0), z, log_density)

    def entropy(self) -> Var:
        """α - log β + log Γ(α) + (1 - α) ψ(α)."""
        a = self.concentration
        standard = add(add(a, lgamma(a)), multiply(subtract(1.0, a), digamma(a)))
        return spread(subtract(standard, log(self.rate)), self.batch_shape)

    @property
    def mean(self) -> Var:
        """α/β."""
        return divide(self.concentration, self.rate)

    @property
    def variance(self) -> Var:
        """α/β²."""
        return divide(self.mean, self.rate)


class Beta(Implicit):
    """Numbers in (0, 1) with density proportional to z^(a - 1) (1 - z)^(b - 1); mean a/(a + b).

    `concentration1` is a, `concentration0` is b: positive, or else it is a ValueError; shapes as
    for `Gamma`. A draw that would round to 0 or 1, where densities are 0 or infinite, stays inside.
    """

    _positive = ("concentration1", "concentration0")

    def __init__(self, concentration1: object, concentration0: object) -> None:
        self.concentration1 = as_parameter(concentration1)
        self.concentration0 = as_parameter(concentration0)
        self._check()
        shapes = shape_of(self.concentration1), shape_of(self.concentration0)
        self.batch_shape = joint_shape("Beta: concentrations", *shapes)

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
        return sigmoid(clip(logit, -708.0, 36.7))  # the ends of where a float is inside (0, 1)

    def log_prob(self, z: object) -> Var:
        """(a - 1) log z + (b - 1) log(1 - z) - log B(a, b); 0 < z < 1."""
        z = as_outcome("Beta", z, self.batch_shape, ())

        def log_density(z: Numbers) -> Var:
            left = multiply(subtract(self.concentration1, 1.0), log(z))
            right = multiply(subtract(self.concentration0, 1.0), log1p(multiply(-1.0, z)))
            return subtract(add(left, right), self._log_norm)

        outside = add(less_equal(z, 0.0), greater_equal(z, 1.0))
        return where_possible(outside, z, log_density, inside=0.5)

    def entropy(self) -> Var:
        """log B(a, b) - (a - 1) ψ(a) - (b - 1) ψ(b) + (a + b - 2) ψ(a + b)."""
        total = multiply(subtract(self._total, 2.0), digamma(self._total))
        for x in (self.concentration1, self.concentration0):
            total = subtract(total, multiply(subtract(x, 1.0), digamma(x)))
        return add(self._log_norm, total)

    @property
    def mean(self) -> Var:
        """a/(a + b)."""
        return divide(self.concentration1, self._total)

    @property
    def variance(self) -> Var:
        """Mean times (1 - mean)/(a + b + 1)."""
        other = divide(self.concentration0, self._total)
        return divide(multiply(self.mean, other), add(self._total, 1.0))


# ------------------------------------------------------------------------------------- divergences


def above_tangent(p: Numbers, q: Numbers) -> Var:
    """log Γ(q) less its tangent at p: 0 at p = q, else positive."""
    rise = subtract(lgamma(q), lgamma(p))
    return add(rise, multiply(subtract(p, q), digamma(p)))


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
