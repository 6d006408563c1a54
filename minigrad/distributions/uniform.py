"""Uniform: numbers between two bounds."""

import math

import numpy as np

from ..engine.variable import Var
from ..ops import (
    add,
    divide,
    equal,
    greater,
    less,
    log,
    multiply,
    negative,
    square,
    subtract,
    where,
)
from .base import Distribution
from .kl import register_kl
from .laws import UNIFORM
from .parameters import Numbers, as_outcome, check_positive, minus, spread, value_of
from .support import Support


class Uniform(Distribution):
    """Numbers from `low` to `high`, all equally likely: z = low + (high - low) · u, u from (0, 1].

    A high that isn't above low raises ValueError. Beyond [low, high] the log-density is -inf.

    >>> q = mg.Uniform(2.0, 6.0)
    >>> q.mean, q.cdf(3.0), q.log_prob(7.0)
    (4.0, 0.25, -inf)
    """

    _law = UNIFORM
    _parameters = {"low": 0, "high": 0}
    low: Numbers
    high: Numbers

    def __init__(self, low: object, high: object) -> None:
        self._hold(low=low, high=high)

    def _check(self) -> None:
        check_positive("Uniform: high - low", self._width, "high must be above low")
        if np.any(np.isinf(value_of(self._width))):
            raise ValueError(
                "Uniform: high - low is beyond the largest float: give finite bounds that are "
                "nearer to each other"
            )

    @property
    def _width(self) -> Var:
        return minus(self.high, self.low)

    @property
    def support(self) -> Support:
        """From low to high."""
        return Support(self.low, self.high)

    def _transform(self, eps: Var) -> Var:
        return add(self.low, multiply(self._width, eps))

    def _noise_of(self, z: Numbers) -> Var:
        return divide(minus(z, self.low), self._width)

    def log_prob(self, z: object) -> Var:
        """-log(high - low), on [low, high]."""
        z = as_outcome("Uniform", z, self.batch_shape, ())
        outside = add(less(z, self.low), greater(z, self.high))
        possible = where(equal(z, z), negative(log(self._width)), math.nan)
        return where(outside, -math.inf, possible)

    def entropy(self) -> Var:
        """log(high - low)."""
        return spread(log(self._width), self.batch_shape)

    @property
    def mean(self) -> Var:
        """½(low + high)."""
        return multiply(0.5, add(self.low, self.high))

    @property
    def variance(self) -> Var:
        """(high - low)²/12."""
        return square(subtract(self.high, self.low)) / 12.0

    @property
    def mode(self) -> Var:
        """½(low + high): the density is the same everywhere, so the middle is as good as any."""
        return self.mean


@register_kl(Uniform, Uniform)
def _uniform(p: Uniform, q: Uniform) -> Var:
    """log of the ratio of their widths; inf where p reaches beyond q."""
    beyond = add(less(p.low, q.low), greater(p.high, q.high))
    return where(beyond, math.inf, subtract(log(q._width), log(p._width)))
