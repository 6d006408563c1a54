"""LKJCholesky: random correlation matrices, as their lower triangular factors."""

import math
import operator

import numpy as np

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    concatenate,
    cumsum,
    digamma,
    divide,
    equal,
    exp,
    expand_dims,
    expm1,
    greater,
    greater_equal,
    index,
    less_equal,
    lgamma,
    log,
    log1p,
    multiply,
    negative,
    softplus,
    square,
    stop_gradient,
    subtract,
    tanh,
    triu,
    where,
)
from ..ops import min as min_
from ..ops import sum as sum_
from .base import Distribution
from .bends import lgamma_bend
from .families import LOG_2
from .laws import UNIFORM
from .parameters import Numbers, as_outcome, unless_nan
from .quantiles import beta_quantile
from .support import SUM_ERROR, Support

HALF_LOG_PI = 0.5 * math.log(math.pi)


class LKJCholesky(Distribution):
    """The factors L of correlation matrices C = L Lᵀ with density proportional to |C|^(η - 1).

    `dim` is 2 or more, `concentration` η is positive (else a ValueError): 1 makes all correlation
    matrices equally likely, a large one brings them near the identity. An outcome is lower
    triangular, (dim, dim), its rows have length 1, its diagonal is positive. `log_prob` is the
    density of the numbers below the diagonal.

    A draw is made of partial correlations tanh(½y), y the logit of a Beta(α, α) number with
    α = η + (dim - 2 - j)/2 in column j, from a uniform noise for each of the dim (dim - 1)/2
    numbers below the diagonal (Lewandowski, Kurowicka and Joe, 2009, section 2.4). It needs SciPy.

    >>> factor = mg.LKJCholesky(3).rsample(np.random.default_rng(0))
    >>> mg.diag(factor @ factor.T).value.round(4)
    array([1., 1., 1.])
    """

    _law = UNIFORM
    _parameters = {"concentration": 0}
    _positive = ("concentration",)
    concentration: Numbers
    support = Support(-1.0, 1.0, "matrices")

    def __init__(self, dim: int, concentration: object = 1.0) -> None:
        self.dim = operator.index(dim)
        if self.dim < 2:
            raise ValueError(f"LKJCholesky: dim must be 2 or more, not {dim}")
        self._hold(concentration=concentration)
        self.event_shape = (self.dim, self.dim)

    def _shown(self) -> dict[str, object]:
        return {"dim": self.dim, "concentration": self.concentration}

    @property
    def noise_shape(self) -> Shape:
        return (self.dim * (self.dim - 1) // 2,)

    @property
    def _shapes(self) -> Var:
        """α of each column but the last."""
        return add(expand_dims(self.concentration, -1), 0.5 * np.arange(self.dim - 2.0, -1.0, -1.0))

    def _transform(self, eps: Var) -> Var:
        rows, columns = np.tril_indices(self.dim, -1)
        shapes = index(self._shapes, (..., columns))
        y = beta_quantile(shapes, shapes, eps)
        place = np.full((self.dim, self.dim), len(rows))  # that of a 0, on the diagonal and above
        place[rows, columns] = np.arange(len(rows))
        y = index(concatenate([y, np.zeros((*y.shape[:-1], 1))], -1), (..., place))
        # log √(1 - r²) with r = tanh ½y; L is r times the length left by the columns before.
        rests = subtract(LOG_2, multiply(0.5, add(softplus(y), softplus(negative(y)))))
        left = subtract(cumsum(rests, -1), rests)
        return multiply(add(tanh(multiply(0.5, y)), np.eye(self.dim)), exp(left))

    @property
    def _powers(self) -> Var:
        """Of the diagonal in the density, from its second number on: dim - 2 - j + 2(η - 1)."""
        steps = np.arange(self.dim - 2.0, -1.0, -1.0)
        return add(steps, multiply(2.0, expand_dims(subtract(self.concentration, 1.0), -1)))

    @property
    def _log_norm(self) -> Var:
        """Σ ½ j log π + log Γ(α) - log Γ(η + ½(dim - 1)) over the columns j = 1, 2, …"""
        largest = add(expand_dims(self.concentration, -1), 0.5 * (self.dim - 1))
        each = subtract(lgamma(self._shapes), lgamma(largest))
        halves = HALF_LOG_PI * np.arange(1.0, self.dim)
        return sum_(add(each, halves), -1)

    def log_prob(self, z: object) -> Var:
        """Σ (dim - i + 2(η - 1)) log Lᵢᵢ less its constant, i from 2; -inf where z is no factor."""
        z = as_outcome("LKJCholesky", z, self.batch_shape, self.event_shape)
        known = _logs_of_diagonal(z)
        possible = _is_factor(z, known is not None)
        if known is None:
            spots = np.arange(1, self.dim)
            inside = where(expand_dims(possible, -1), index(z, (..., spots, spots)), 1.0)
            known = log(inside)
        found = sum_(multiply(self._powers, known), -1)
        nowhere = unless_nan(sum_(z, (-2, -1)), -math.inf)
        return where(possible, subtract(found, self._log_norm), nowhere)

    # ----------------------------------------------- moments: r² is of Beta(½, α), column by column

    def _by_row(self, each: Numbers) -> Var:
        """For each row the sum over the columns before it, 0 for the first."""
        zero = np.zeros((*self.batch_shape, 1))
        return concatenate([zero, cumsum(each, -1)], -1)

    def entropy(self) -> Var:
        """The log of the constant - Σ power · E log Lᵢᵢ, E log(1 - r²) = log 4 + 2ψ(α) - 2ψ(2α)."""
        a = self._shapes
        each = add(LOG_2, subtract(digamma(a), digamma(multiply(2.0, a))))
        logs = index(self._by_row(each), (..., slice(1, None)))
        return subtract(self._log_norm, sum_(multiply(self._powers, logs), -1))

    @property
    def _log_mean_diagonal(self) -> Var:
        """log E Lᵢᵢ: Σ log E √(1 - r²) = log Γ(α + ½)² Γ(2α) 2/(Γ(α)² Γ(2α + 1))."""
        a = self._shapes
        rise = subtract(lgamma(add(a, 0.5)), lgamma(a))
        return self._by_row(subtract(multiply(2.0, rise), log(a)))

    @property
    def mean(self) -> Var:
        """0 off the diagonal."""
        return multiply(np.eye(self.dim), expand_dims(exp(self._log_mean_diagonal), -1))

    @property
    def variance(self) -> Var:
        """E Lᵢⱼ², less the mean² on the diagonal."""
        a = self._shapes
        rests = negative(log1p(divide(0.5, a)))  # log E(1 - r²)
        left = self._by_row(rests)
        spare = subtract(multiply(2.0, lgamma_bend(a, 0.5)), lgamma_bend(multiply(2.0, a), 1.0))
        diagonal = multiply(exp(multiply(2.0, self._log_mean_diagonal)), expm1(self._by_row(spare)))
        own = negative(log(add(multiply(2.0, a), 1.0)))  # log E r²
        squares = exp(add(index(left, (..., slice(None, -1))), own))
        squares = concatenate([squares, np.zeros((*self.batch_shape, 1))], -1)
        below = multiply(expand_dims(squares, -2), np.tri(self.dim, k=-1))
        return add(below, multiply(expand_dims(diagonal, -1), np.eye(self.dim)))

    @property
    def mode(self) -> Var:
        """The identity; nan for η < 1, where the density has no bound."""
        peaked = expand_dims(expand_dims(greater_equal(self.concentration, 1.0), -1), -1)
        return where(peaked, np.eye(self.dim), math.nan)


def _logs_of_diagonal(z: Numbers) -> Var | None:
    """The logs of the diagonal from its second number on, where z was drawn as a · exp(left) with
    ones on the diagonal of a: exact even where z has rounded to 0. A wall stays a wall."""
    source = z.inputs[0] if isinstance(z, Var) and z.op == "stop_gradient" else z
    if not isinstance(source, Var) or source.op != "multiply" or source.inputs[1].op != "exp":
        return None
    ones, left = source.inputs[0], source.inputs[1].inputs[0]
    if ones.shape != left.shape or np.any(np.diagonal(ones.value, axis1=-2, axis2=-1) != 1.0):
        return None
    spots = np.arange(1, ones.shape[-1])
    return index(left if source is z else stop_gradient(left), (..., spots, spots))


def _is_factor(z: Numbers, with_0: bool) -> Var:
    """Whether matrices are factors of correlation matrices, up to rounding."""
    spots = np.arange(shape_of(z)[-1])
    diagonal = index(z, (..., spots, spots))
    above_0 = greater_equal(diagonal, 0.0) if with_0 else greater(diagonal, 0.0)
    lengths = less_equal(abs_(subtract(sum_(square(z), -1), 1.0)), SUM_ERROR)
    lower = equal(sum_(abs_(triu(z, 1)), -1), 0.0)
    return min_(multiply(multiply(lower, above_0), lengths), -1)
