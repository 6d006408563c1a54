"""Outcomes that jump: Bernoulli and Categorical. They have samples and log-probabilities,
and no rsample: between two jumps a draw does not move with the parameters, its gradient is 0.
"""

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
from .base import Distribution
from .kl import register_kl
from .parameters import Numbers, as_outcome, as_parameter, first_where, spread, value_of
from .randomness import UNIFORM


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
        raise ValueError(f"{name} must be {rule}, not {number}{place}")


def check_choices(name: str, x: Numbers, is_probs: bool) -> None:
    """Refuse probs and logits of choices that aren't, and choices without any that can be made."""
    value, shape = value_of(x), shape_of(x)
    if not shape or not shape[-1]:
        what = "probs" if is_probs else "logits"
        raise ValueError(f"{name}: {what} of shape {shape} need a last axis, one number a choice")
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


def expected(p: Numbers, x: Numbers) -> Var:
    """p · x, and 0 where p is 0, even if x is infinite there."""
    return multiply(p, where(equal(p, 0.0), 0.0, x))


class Bernoulli(Distribution):
    """1 with probability p, else 0: `probs` is p in [0, 1], or `logits` is log p/(1 - p), finite.

    A draw is made from a noise u, uniform on (0, 1]: it is 1 where u ≤ p.
    """

    has_rsample = False
    _law = UNIFORM

    def __init__(self, probs: object = None, logits: object = None) -> None:
        self._given, self._is_probs = the_given("Bernoulli", probs, logits)
        self._check()
        self.batch_shape = shape_of(self._given)

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

    def entropy(self) -> Var:
        """-p log p - (1 - p) log(1 - p)."""
        on, off = self._log_probs()
        return negative(self._mean_of(on, off))

    def _mean_of(self, on: Numbers, off: Numbers) -> Var:
        """The expectation of what is `on` at 1 and `off` at 0."""
        p = self.probs
        return add(expected(p, on), expected(subtract(1.0, p), off))

    @property
    def mean(self) -> Var:
        """p."""
        return spread(self.probs, self.batch_shape)

    @property
    def variance(self) -> Var:
        """p(1 - p)."""
        return multiply(self.probs, subtract(1.0, self.probs))


class Categorical(Distribution):
    """One of 0, 1, …, K - 1: `probs` (..., K) are scaled to the sum 1, or `logits` are given.

    logits are the logs of the probabilities plus any constant; -inf is a choice never made. The
    leading axes make the batch shape. A draw is the number of choice k for which a noise u, uniform
    on (0, 1], lies in the k-th of K intervals as long as their probabilities.
    """

    has_rsample = False
    _law = UNIFORM

    def __init__(self, probs: object = None, logits: object = None) -> None:
        self._given, self._is_probs = the_given("Categorical", probs, logits)
        self._check()
        *batch_shape, self._choices = shape_of(self._given)
        self.batch_shape = tuple(batch_shape)

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
        """-Σ p log p."""
        return negative(sum_(expected(self.probs, self.logits), -1))

    def _moment(self, n: int) -> Var:
        return sum_(multiply(self.probs, np.arange(float(self._choices)) ** n), -1)

    @property
    def mean(self) -> Var:
        """Σ k p, the mean of the number of the choice."""
        return self._moment(1)

    @property
    def variance(self) -> Var:
        """Σ k² p - mean²."""
        return subtract(self._moment(2), square(self.mean))


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Bernoulli, q: Bernoulli) -> Var:
    """p (log p - log q) + (1 - p)(log(1 - p) - log(1 - q)): inf where p can what q can't."""
    return subtract(p._mean_of(*p._log_probs()), p._mean_of(*q._log_probs()))


@register_kl(Categorical, Categorical)
def _categorical(p: Categorical, q: Categorical) -> Var:
    """Σ p (log p - log q): inf where p can choose what q can't."""
    if p._choices != q._choices:
        raise ValueError(f"KL of Categorical: one has {p._choices} choices, the other {q._choices}")
    own, other = expected(p.probs, p.logits), expected(p.probs, q.logits)
    return sum_(subtract(own, other), -1)
