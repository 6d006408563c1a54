"""Outcomes that jump: Bernoulli and Categorical. They have samples and log-probabilities,
and no rsample: between two jumps a draw does not move with the parameters, its gradient is 0.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..engine.values import shape_of
from ..engine.variable import Var
from ..equations import nan_below
from ..ops import abs as abs_
from ..ops import (
    add,
    cumsum,
    divide,
    equal,
    expand_dims,
    expm1,
    greater,
    index,
    less,
    less_equal,
    log,
    log1p,
    log_softmax,
    multiply,
    negative,
    sigmoid,
    softmax,
    softplus,
    square,
    subtract,
    where,
)
from ..ops import sum as sum_
from ..ops.tails import times_log, times_log1p
from .base import Distribution
from .kl import register_kl
from .laws import UNIFORM
from .parameters import Numbers, as_outcome, as_parameter, first_where, spread, value_of
from .support import Support


def the_given(name: str, probs: object, logits: object) -> tuple[Numbers, bool]:
    """The one of the two that was given, and whether it is probs."""
    if (probs is None) == (logits is None):
        what = "neither was" if probs is None else "both were"
        raise ValueError(f"{name} takes probs= or logits=, {what} given")
    return as_parameter(logits if probs is None else probs), probs is not None


def check_all(good: np.bool_ | NDArray[np.bool_], name: str, x: Numbers, rule: str) -> None:
    """A ValueError that names the first number of x where `good` is not true."""
    if not np.all(good):
        number, place = first_where(~np.asarray(good), value_of(x))
        why = f": {nan_below(x)}" if math.isnan(number) else ""
        raise ValueError(f"{name} must be {rule}, not {number}{place}{why}")


def check_choices(name: str, x: Numbers, is_probs: bool) -> None:
    """Refuse probs and logits of choices that aren't, and choices without any that can be made."""
    value, shape = value_of(x), shape_of(x)
    if not shape or not shape[-1]:
        what = "probs" if is_probs else "logits"
        raise ValueError(f"{name}: {what} of shape {shape} need a last axis, one number per choice")
    if is_probs:
        good = np.greater_equal(value, 0.0) & np.isfinite(value)
        check_all(good, f"{name}: probs", x, "0 or more and finite (logits= takes any number)")
        possible = np.sum(value, -1)
        check_all(np.greater(possible, 0.0), f"{name}: the sum of probs", possible, "above 0")
    else:
        rule = "finite, or -inf for a choice that is never made"
        check_all(np.less(value, math.inf), f"{name}: logits", x, rule)
        top = np.max(value, -1)
        check_all(np.isfinite(top), f"{name}: the largest of logits", top, "finite")


def safe_log(x: Numbers) -> Var:
    """log x for x ≥ 0; at 0 it is -inf with the gradient 0, where that of log is inf."""
    never = equal(x, 0.0)
    return where(never, -math.inf, log(where(never, 1.0, x)))


def probability(name: str, u: object) -> Numbers:
    """u, which must be a probability."""
    held = as_parameter(u)
    value = value_of(held)
    good = np.greater_equal(value, 0.0) & np.less_equal(value, 1.0)
    check_all(good, f"{name}: u", held, "a probability, from 0 to 1")
    return held


def expected(p: Numbers, x: Numbers) -> Var:
    """p · x, and 0 where p is 0, even if x is infinite there."""
    return multiply(p, where(equal(p, 0.0), 0.0, x))


class Bernoulli(Distribution):
    """1 with probability p, else 0: `probs` is p in [0, 1], or `logits` is log p/(1 - p), finite.

    A draw is made from a noise u, uniform on (0, 1]: it is 1 where u ≤ p.

    >>> q = mg.Bernoulli(probs=0.25)
    >>> q.mean, q.variance, round(q.log_prob(1.0), 4)
    (0.25, 0.1875, -1.3863)
    """

    has_rsample = False
    _law = UNIFORM
    _parameters = {"_given": 0}
    support = Support(0.0, 1.0, "integers")

    def __init__(self, probs: object = None, logits: object = None) -> None:
        self._given, self._is_probs = the_given("Bernoulli", probs, logits)
        self._check()
        self.batch_shape = shape_of(self._given)

    def _shown(self) -> dict[str, object]:
        return {"probs" if self._is_probs else "logits": self._given}

    def _check(self) -> None:
        value = value_of(self._given)
        if self._is_probs:
            good = np.greater_equal(value, 0.0) & np.less_equal(value, 1.0)
            rule = "from 0 to 1 (logits= takes any number)"
            check_all(good, "Bernoulli: probs", self._given, rule)
        else:
            check_all(np.isfinite(value), "Bernoulli: logits", self._given, "finite")

    @property
    def probs(self) -> Numbers:
        """p."""
        return self._given if self._is_probs else sigmoid(self._given)

    @property
    def logits(self) -> Numbers:
        """log p/(1 - p)."""
        return subtract(*self._log_probs()) if self._is_probs else self._given

    def _log_probs(self) -> tuple[Var, Var]:
        """log p and log(1 - p), each with all its digits."""
        x = self._given
        if not self._is_probs:
            return negative(softplus(negative(x))), negative(softplus(x))
        never = equal(x, 1.0)
        return safe_log(x), where(never, -math.inf, log1p(negative(where(never, 0.0, x))))

    def _transform(self, eps: Var) -> Var:
        return less_equal(eps, self.probs)

    def log_prob(self, z: object) -> Var:
        """log p at 1, log(1 - p) at 0, -inf elsewhere."""
        z = as_outcome("Bernoulli", z, self.batch_shape, ())
        on, off = self._log_probs()
        return where(equal(z, 1.0), on, where(equal(z, 0.0), off, -math.inf))

    @property
    def _others(self) -> Numbers:
        """1 - p."""
        return subtract(1.0, self._given) if self._is_probs else sigmoid(negative(self._given))

    def entropy(self) -> Var:
        """-p log p - (1 - p) log(1 - p); its slope is ∞ at p = 0 and -∞ at p = 1."""
        if self._is_probs:
            return negative(self._mean_of_logs(self._given))
        on, off = self._log_probs()
        return negative(add(multiply(self.probs, on), multiply(self._others, off)))

    def _mean_of_logs(self, q: Numbers) -> Var:
        """The expectation of the log-probability that the probability q gives to an outcome."""
        return add(times_log(self.probs, q), times_log1p(self._others, negative(q)))

    @property
    def mean(self) -> Var:
        """p."""
        return spread(self.probs, self.batch_shape)

    @property
    def variance(self) -> Var:
        """p(1 - p)."""
        return multiply(self.probs, self._others)

    @property
    def mode(self) -> Var:
        """1 where p > ½, else 0."""
        return greater(self.probs, 0.5)

    def cdf(self, z: object) -> Var:
        """1 - p from 0 on, 1 from 1 on."""
        z = as_outcome("Bernoulli", z, self.batch_shape, ())
        return where(less(z, 0.0), 0.0, where(less(z, 1.0), self._others, 1.0))

    def log_survival(self, z: object) -> Var:
        """log p from 0 on, -inf from 1 on."""
        z = as_outcome("Bernoulli", z, self.batch_shape, ())
        on, _ = self._log_probs()
        return where(less(z, 0.0), 0.0, where(less(z, 1.0), on, -math.inf))

    def icdf(self, u: object) -> Var:
        """1 where u is above 1 - p, else 0: the smallest z with cdf(z) ≥ u."""
        return greater(probability("Bernoulli", u), self._others)


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
        # The last end is 1 but for rounding: scaled to it, no u falls beyond the last choice.
        scaled = multiply(eps, index(ends, (..., -1)))
        return sum_(less(ends, expand_dims(scaled, -1)), -1)

    def log_prob(self, z: object) -> Var:
        """The log-probability of choice z; -inf where z isn't one of 0, 1, …, K - 1."""
        z = as_outcome("Categorical", z, self.batch_shape, ())
        chosen = equal(expand_dims(z, -1), np.arange(float(self._choices)))
        found = sum_(where(chosen, self.logits, 0.0), -1)
        return where(sum_(chosen, -1), found, -math.inf)

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
        return as_parameter(np.argmax(value_of(self.probs), -1))  # type: ignore[return-value]

    def cdf(self, z: object) -> Var:
        """Σ p of the choices up to z."""
        z = as_outcome("Categorical", z, self.batch_shape, ())
        return self._sum_where(less_equal(self._numbers, expand_dims(z, -1)))

    def log_survival(self, z: object) -> Var:
        """log Σ p of the choices above z."""
        z = as_outcome("Categorical", z, self.batch_shape, ())
        return safe_log(self._sum_where(greater(self._numbers, expand_dims(z, -1))))

    def _sum_where(self, chosen: Numbers) -> Var:
        return sum_(multiply(self.probs, chosen), -1)

    def icdf(self, u: object) -> Var:
        """The smallest z with cdf(z) ≥ u."""
        return self._transform(probability("Categorical", u))  # type: ignore[arg-type]


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Bernoulli, q: Bernoulli) -> Var:
    """p (log p - log q) + (1 - p)(log(1 - p) - log(1 - q)): inf where p can what q can't.

    Of logits a, b it is softplus(b) - softplus(a) - p (b - a), written for a ≤ 0, where p is small
    (KL is the same of -a, -b); with d = b - a near 0 it is log1p(p expm1(d)) - p d.
    """
    if p._is_probs or q._is_probs:
        return subtract(p._mean_of_logs(p.probs), p._mean_of_logs(q.probs))
    turn = where(greater(p._given, 0.0), -1.0, 1.0)
    a, b = multiply(turn, p._given), multiply(turn, q._given)
    gap, small = subtract(b, a), sigmoid(a)
    close = less(abs_(gap), 1.0)
    near = log1p(multiply(small, expm1(where(close, gap, 0.0))))
    grown = where(close, near, subtract(softplus(b), softplus(a)))
    return subtract(grown, multiply(small, gap))


@register_kl(Categorical, Categorical)
def _categorical(p: Categorical, q: Categorical) -> Var:
    """Σ p (log p - log q): inf where p can choose what q can't."""
    if p._choices != q._choices:
        raise ValueError(f"KL of Categorical: one has {p._choices} choices, the other {q._choices}")
    own, other = expected(p.probs, p.logits), expected(p.probs, q.logits)
    return sum_(subtract(own, other), -1)
