"""Bernoulli: a coin, 1 or 0. It has no rsample: between two jumps a draw does not move with p."""

import math

import numpy as np

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    equal,
    expm1,
    greater,
    less,
    less_equal,
    log1p,
    multiply,
    negative,
    sigmoid,
    softplus,
    subtract,
    where,
)
from ..ops.tails import times_log, times_log1p
from .base import Distribution
from .kl import register_kl
from .laws import UNIFORM
from .odds import check_all, probability, safe_log, the_given
from .parameters import Numbers, as_outcome, spread, unless_nan, value_of
from .support import Support


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
        return where(equal(z, 1.0), on, where(equal(z, 0.0), off, unless_nan(z, -math.inf)))

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
        steps = where(less(z, 0.0), 0.0, where(less(z, 1.0), self._others, 1.0))
        return unless_nan(z, steps)

    def log_survival(self, z: object) -> Var:
        """log p from 0 on, -inf from 1 on."""
        z = as_outcome("Bernoulli", z, self.batch_shape, ())
        on, _ = self._log_probs()
        steps = where(less(z, 0.0), 0.0, where(less(z, 1.0), on, -math.inf))
        return unless_nan(z, steps)

    def icdf(self, u: object) -> Var:
        """1 where u is above 1 - p, else 0: the smallest z with cdf(z) ≥ u."""
        return greater(probability("Bernoulli", u), self._others)


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Bernoulli, q: Bernoulli) -> Var:
    """p (log p - log q) + (1 - p)(log(1 - p) - log(1 - q)): inf where p gives probability to an
    outcome that q rules out.

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
