"""Closed forms of KL(p ‖ q) between two families. Importing this registers them."""

import math

import numpy as np

from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    equal,
    erf,
    exp,
    expand_dims,
    expm1,
    greater,
    less,
    log,
    log1p,
    multiply,
    square,
    subtract,
    where,
)
from ..ops.tails import HALF_LOG_2PI
from .base import Distribution
from .bends import above_tangent
from .families import Gumbel, Laplace, Logistic
from .gaussian import Normal
from .halves import HalfNormal
from .implicit import Beta, Gamma
from .independent import Independent
from .kl import kl_divergence, register_kl
from .multivariate import MultivariateNormal
from .parameters import Numbers, minus, over
from .positive import Exponential, LogNormal
from .transformed import Transformed
from .uniform import Uniform
from .weibull import Weibull

# ----------------------------------------------------------------------- p against a simple log q


@register_kl(Laplace, Normal)
@register_kl(Logistic, Normal)
@register_kl(Gumbel, Normal)
@register_kl(Uniform, Normal)
@register_kl(Exponential, Normal)
@register_kl(HalfNormal, Normal)
@register_kl(LogNormal, Normal)
@register_kl(Weibull, Normal)
@register_kl(Gamma, Normal)
@register_kl(Beta, Normal)
def _to_normal(p: Distribution, q: Normal) -> Var:
    """log σ + ½ log 2π + ½(Var z + (E z - μ)²)/σ² - H(p): log q has only z² in it."""
    gap = over(minus(p.mean, q.loc), q.scale)
    spread = divide(p.variance, square(q.scale))
    return 0.5 * add(spread, square(gap)) + add(q.log_scale, HALF_LOG_2PI) - p.entropy()


@register_kl(HalfNormal, Exponential)
@register_kl(LogNormal, Exponential)
@register_kl(Weibull, Exponential)
@register_kl(Beta, Exponential)
def _to_exponential(p: Distribution, q: Exponential) -> Var:
    """rate · E z - log rate - H(p)."""
    return subtract(subtract(multiply(q.rate, p.mean), log(q.rate)), p.entropy())


@register_kl(Beta, Uniform)
def _to_uniform(p: Distribution, q: Uniform) -> Var:
    """log(high - low) - H(p); inf where q does not cover (0, 1)."""
    beyond = add(greater(q.low, 0.0), less(q.high, 1.0))
    return where(beyond, math.inf, subtract(log(q._width), p.entropy()))


# -------------------------------------------------------------------------------------- two by two


@register_kl(Normal, Laplace)
def _normal_to_laplace(p: Normal, q: Laplace) -> Var:
    """log 2b + E|z - m|/b - H(p), with E|z - m| = σ√(2/π) exp(-½g²) + |μ - m| erf(g/√2),
    g = |μ - m|/σ, the mean of a folded normal number."""
    gap = abs_(minus(p.loc, q.loc))
    g = over(gap, p.scale)
    near = multiply(multiply(p.scale, math.sqrt(2.0 / math.pi)), exp(-0.5 * square(g)))
    size = add(near, multiply(gap, erf(multiply(g, math.sqrt(0.5)))))
    return over(size, q.scale) + add(log(q.scale), math.log(2.0)) - p.entropy()


def _between_gammas(a1: Numbers, b1: Numbers, a2: Numbers, b2: Numbers) -> Var:
    """KL of Gamma(a₁, b₁) to Gamma(a₂, b₂), written so that it is exact near equality as well."""
    r = subtract(log(b2), log(b1))
    rates = subtract(multiply(a1, expm1(r)), multiply(a2, r))
    return add(above_tangent(a1, a2), rates)


@register_kl(Exponential, Gamma)
def _exponential_to_gamma(p: Exponential, q: Gamma) -> Var:
    """An Exponential is a Gamma of concentration 1."""
    return _between_gammas(1.0, p.rate, q.concentration, q.rate)


@register_kl(Gamma, Exponential)
def _gamma_to_exponential(p: Gamma, q: Exponential) -> Var:
    """The other way round."""
    return _between_gammas(p.concentration, p.rate, 1.0, q.rate)


@register_kl(Uniform, Exponential)
def _uniform_to_exponential(p: Uniform, q: Exponential) -> Var:
    """rate · E z - log rate - H(p); inf where p reaches below 0."""
    return where(less(p.low, 0.0), math.inf, _to_exponential(p, q))


def _mean_log(low: Numbers, high: Numbers) -> Var:
    """E log z for z uniform from low ≥ 0 to high: log high - 1 + low log(high/low)/(high - low)."""
    width = subtract(high, low)
    at_0 = equal(low, 0.0)
    ratio = where(at_0, 1.0, divide(width, where(at_0, 1.0, low)))  # high/low - 1
    return log(high) - 1.0 + where(at_0, 0.0, divide(log1p(ratio), ratio))


@register_kl(Uniform, Beta)
def _uniform_to_beta(p: Uniform, q: Beta) -> Var:
    """log B(a, b) - (a - 1) E log z - (b - 1) E log(1 - z) - H(p); inf beyond [0, 1]."""
    beyond = add(less(p.low, 0.0), greater(p.high, 1.0))
    low, high = where(beyond, 0.0, p.low), where(beyond, 1.0, p.high)
    left = multiply(subtract(q.concentration1, 1.0), _mean_log(low, high))
    upper, lower = subtract(1.0, low), subtract(1.0, high)
    right = multiply(subtract(q.concentration0, 1.0), _mean_log(lower, upper))
    inside = subtract(subtract(q._log_norm, add(left, right)), p.entropy())
    return where(beyond, math.inf, inside)


# ------------------------------------------------------------------------- vectors, and their maps


def _as_vectors(p: Independent) -> MultivariateNormal:
    """Independent Normal numbers as vectors with a diagonal covariance."""
    base = p.base
    while isinstance(base, Independent) and base.n == 0:
        base = base.base
    if not isinstance(base, Normal) or p.n != 1:
        raise NotImplementedError(
            f"KL between Independent and MultivariateNormal has a closed form for "
            f"mg.Independent(mg.Normal(…), 1), not for {p.base!r} with n={p.n}: estimate it with "
            "mg.kl_monte_carlo(p, q, samples, rng)"
        )
    d = p.event_shape[0]
    columns = add(base.stddev, np.zeros((d,)))  # as many numbers as the vectors
    factor = multiply(expand_dims(columns, -1), np.eye(d))
    return MultivariateNormal(base.mean, scale_tril=factor)


@register_kl(Independent, MultivariateNormal)
def _diagonal_to_full(p: Independent, q: MultivariateNormal) -> Var:
    """As between two MultivariateNormal."""
    return kl_divergence(_as_vectors(p), q)


@register_kl(MultivariateNormal, Independent)
def _full_to_diagonal(p: MultivariateNormal, q: Independent) -> Var:
    """As between two MultivariateNormal."""
    return kl_divergence(p, _as_vectors(q))


@register_kl(Transformed, Transformed)
def _transformed(p: Transformed, q: Transformed) -> Var:
    """The KL of the bases if the maps are the same: an invertible map does not change it."""
    if len(p.transforms) != len(q.transforms) or not all(
        f.same_as(g) for f, g in zip(p.transforms, q.transforms)
    ):
        raise NotImplementedError(
            "KL between two Transformed has a closed form where their maps are the same, with the "
            "same Vars or equal numbers as parameters: these differ, so estimate it with "
            "mg.kl_monte_carlo(p, q, samples, rng)"
        )
    return kl_divergence(p.base, q.base)
