"""Categorical: the number of one of K choices. It has no rsample, as its draws jump."""

import math

import numpy as np
from numpy.typing import NDArray

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    cumsum,
    divide,
    equal,
    expand_dims,
    greater,
    index,
    less,
    less_equal,
    log_softmax,
    multiply,
    negative,
    softmax,
    square,
    subtract,
    where,
)
from ..ops import max as max_
from ..ops import sum as sum_
from ..ops.tails import times_log
from .base import Distribution
from .kl import register_kl
from .laws import UNIFORM
from .odds import check_choices, expected, probability, safe_log, the_given
from .parameters import Numbers, as_outcome, unless_nan
from .support import Support


def one_hot_of_largest(x: Numbers) -> Var:
    """1 where x is largest along the last axis, at the first of a tie, else 0."""
    largest = equal(x, max_(x, -1, True))
    return multiply(largest, equal(cumsum(largest, -1), 1.0))


class Categorical(Distribution):
    """One of 0, 1, …, K - 1: `probs` (..., K) are scaled to the sum 1, or `logits` are given.

    logits are the logs of the probabilities plus any constant; -inf is a choice never made. The
    leading axes make the batch shape. A draw is the number of choice k for which a noise u, uniform
    on (0, 1], lies in the k-th of K intervals as long as their probabilities.

    >>> q = mg.Categorical(probs=[1.0, 1.0, 2.0])
    >>> mg.exp(q.log_prob([0.0, 1.0, 2.0])).round(4)
    array([0.25, 0.25, 0.5 ])
    """

    has_rsample = False
    _law = UNIFORM
    _parameters = {"_given": 1}

    def __init__(self, probs: object = None, logits: object = None) -> None:
        self._given, self._is_probs = the_given("Categorical", probs, logits)
        self._check()
        *batch_shape, self._choices = shape_of(self._given)
        self.batch_shape = tuple(batch_shape)

    def _shown(self) -> dict[str, object]:
        return {"probs" if self._is_probs else "logits": self._given}

    @property
    def support(self) -> Support:
        """0, 1, …, K - 1."""
        return Support(0.0, self._choices - 1.0, "integers")

    def _check(self) -> None:
        check_choices("Categorical", self._given, self._is_probs)

    @property
    def probs(self) -> Numbers:
        """The K probabilities."""
        x = self._given
        return divide(x, sum_(x, -1, True)) if self._is_probs else softmax(x)

    @property
    def logits(self) -> Numbers:
        """Their logs."""
        return safe_log(self.probs) if self._is_probs else log_softmax(self._given)

    def _transform(self, eps: Var) -> Var:
        ends = cumsum(self.probs, -1)
        # The last end is 1 up to rounding; scaled to it, no u falls beyond the last choice.
        scaled = multiply(eps, index(ends, (..., -1)))
        return sum_(less(ends, expand_dims(scaled, -1)), -1)

    def log_prob(self, z: object) -> Var:
        """The log-probability of choice z; -inf where z isn't one of 0, 1, …, K - 1."""
        z = as_outcome("Categorical", z, self.batch_shape, ())
        chosen = equal(expand_dims(z, -1), np.arange(float(self._choices)))
        found = sum_(where(chosen, self.logits, 0.0), -1)
        return where(sum_(chosen, -1), found, unless_nan(z, -math.inf))

    def entropy(self) -> Var:
        """-Σ p log p; of probs its slope is ∞ where one is 0."""
        each = expected(self.probs, self.logits)
        if self._is_probs:  # 0 log 0 = 0, with that slope
            never = equal(self._given, 0.0)
            each = add(each, times_log(multiply(never, self._given), where(never, 0.0, 1.0)))
        return negative(sum_(each, -1))

    @property
    def _numbers(self) -> NDArray[np.float64]:
        return np.arange(float(self._choices))

    @property
    def mean(self) -> Var:
        """Σ k p, the mean of the number of the choice."""
        return sum_(multiply(self.probs, self._numbers), -1)

    @property
    def variance(self) -> Var:
        """Σ (k - mean)² p."""
        gaps = subtract(self._numbers, expand_dims(self.mean, -1))
        return sum_(multiply(self.probs, square(gaps)), -1)

    @property
    def mode(self) -> Var:
        """The choice of the largest probability, the first of several."""
        return sum_(multiply(one_hot_of_largest(self.probs), self._numbers), -1)

    def cdf(self, z: object) -> Var:
        """Σ p of the choices up to z."""
        z = as_outcome("Categorical", z, self.batch_shape, ())
        return unless_nan(z, self._sum_where(less_equal(self._numbers, expand_dims(z, -1))))

    def log_survival(self, z: object) -> Var:
        """log Σ p of the choices above z."""
        z = as_outcome("Categorical", z, self.batch_shape, ())
        above = self._sum_where(greater(self._numbers, expand_dims(z, -1)))
        return unless_nan(z, safe_log(above))

    def _sum_where(self, chosen: Numbers) -> Var:
        return sum_(multiply(self.probs, chosen), -1)

    def icdf(self, u: object) -> Var:
        """The smallest z with cdf(z) ≥ u."""
        return self._transform(probability("Categorical", u))  # type: ignore[arg-type]


@register_kl(Categorical, Categorical)
def _categorical(p: Categorical, q: Categorical) -> Var:
    """Σ p (log p - log q): inf where p gives probability to a choice that q rules out."""
    if p._choices != q._choices:
        raise ValueError(f"KL of Categorical: one has {p._choices} choices, the other {q._choices}")
    own, other = expected(p.probs, p.logits), expected(p.probs, q.logits)
    return sum_(subtract(own, other), -1)
