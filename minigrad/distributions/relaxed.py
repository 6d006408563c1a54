"""Relaxations of Bernoulli and Categorical: smooth draws near the corners 0 and 1.

As the temperature falls to 0 they become the discrete draws, and their gradients ever noisier.
`hard=True` is the straight-through trick: the value of a draw is rounded to its corner, while its
gradient is that of the smooth one; a wall in the graph shows where the two part.

Sources: Maddison, Mnih and Teh (2017), Jang, Gu and Poole (2017), for the densities as well.
"""

import math
from typing import NoReturn

import numpy as np

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    cumsum,
    divide,
    equal,
    expand_dims,
    greater,
    greater_equal,
    less_equal,
    lgamma,
    log,
    log1p,
    logsumexp,
    maximum,
    multiply,
    sigmoid,
    softmax,
    softplus,
    stop_gradient,
    subtract,
    where,
)
from ..ops import max as max_
from ..ops import min as min_
from ..ops import sum as sum_
from .base import Distribution
from .discrete import Bernoulli, Categorical, check_all
from .parameters import Numbers, as_outcome, as_parameter, check_positive, value_of, where_possible
from .randomness import GUMBEL, LOGISTIC


class Relaxed(Distribution):
    """What both share: the temperature, one positive number, and straight-through draws."""

    def __init__(self, temperature: object, hard: bool) -> None:
        self.temperature, self.hard = as_parameter(temperature), bool(hard)
        if shape_of(self.temperature):
            name = type(self).__name__
            raise ValueError(f"{name}: temperature is one number, not {self.temperature!r}")
        self._check()

    def _check(self) -> None:
        name = f"{type(self).__name__}: temperature"
        check_positive(name, self.temperature, "0.1 to 1 is usual")

    def _straight_through(self, soft: Var, hard: Numbers) -> Var:
        """The value of `hard`, exactly, with the gradient of `soft`."""
        return soft + stop_gradient(subtract(hard, soft)) if self.hard else soft

    def _need_soft(self) -> None:
        if self.hard:
            raise NotImplementedError(
                f"{type(self).__name__}: a draw with hard=True has no density: take the log_prob "
                "of the discrete distribution, or hard=False"
            )

    def _unknown(self, what: str) -> NoReturn:
        raise NotImplementedError(
            f"{type(self).__name__} has no {what} in closed form: estimate it with draws, "
            "d.rsample(rng, 10_000)"
        )

    def entropy(self) -> Var:
        """NotImplementedError: it has no closed form."""
        self._unknown("entropy")

    @property
    def mean(self) -> Var:
        """NotImplementedError: it has no closed form."""
        self._unknown("mean")

    @property
    def variance(self) -> Var:
        """NotImplementedError: it has no closed form."""
        self._unknown("variance")


def _refuse_certainty(name: str, d: Bernoulli | Categorical) -> None:
    what, shown = ("probs", d.probs) if d._is_probs else ("logits", d.logits)
    rule = "strictly between 0 and 1" if d._is_probs else "finite"
    check_all(np.isfinite(value_of(d.logits)), f"{name}: {what}", shown, rule)


class RelaxedBernoulli(Relaxed):
    """z = sigmoid((logits + ε)/temperature) in (0, 1), ε standard logistic.

    z > ½ has the probability p exactly, whatever the temperature: a `hard` draw is a Bernoulli one.
    `probs` lie strictly between 0 and 1, as `logits` are finite; exactly one of the two is given.
    """

    _law = LOGISTIC

    def __init__(
        self, temperature: object, probs: object = None, logits: object = None, hard: bool = False
    ) -> None:
        super().__init__(temperature, hard)
        odds = Bernoulli(probs, logits)
        _refuse_certainty("RelaxedBernoulli", odds)
        self.probs, self.logits = odds.probs, odds.logits
        self.batch_shape = odds.batch_shape

    def _transform(self, eps: Var) -> Var:
        moved = add(self.logits, eps)
        soft = sigmoid(divide(moved, self.temperature))
        return self._straight_through(soft, greater(moved, 0.0)) if self.hard else soft

    def log_prob(self, z: object) -> Var:
        """The log-density at z, -inf outside (0, 1): a z that rounded to 0 or 1 has none.

        It is that of the Logistic number logit z, with scale 1/temperature, over z(1 - z).
        """
        self._need_soft()
        z = as_outcome("RelaxedBernoulli", z, self.batch_shape, ())

        def log_density(z: Numbers) -> Var:
            on, off = log(z), log1p(multiply(-1.0, z))
            x = subtract(self.logits, multiply(self.temperature, subtract(on, off)))
            logistic = add(log(self.temperature), x) - multiply(2.0, softplus(x))
            return logistic - add(on, off)

        impossible = add(less_equal(z, 0.0), greater_equal(z, 1.0))
        return where_possible(impossible, z, log_density, 0.5)


class RelaxedOneHotCategorical(Relaxed):
    """z = softmax((logits + ε)/temperature), ε standard Gumbel: K positive numbers with sum 1.

    `probs` or `logits` as for Categorical, none of them impossible. The event shape is (K,). The
    largest of the K is choice k with the probability pₖ exactly, whatever the temperature.
    """

    _law = GUMBEL

    def __init__(
        self, temperature: object, probs: object = None, logits: object = None, hard: bool = False
    ) -> None:
        super().__init__(temperature, hard)
        choices = Categorical(probs, logits)
        _refuse_certainty("RelaxedOneHotCategorical", choices)
        self.probs, self.logits = choices.probs, choices.logits
        self.batch_shape, self.event_shape = choices.batch_shape, shape_of(self.probs)[-1:]

    def _transform(self, eps: Var) -> Var:
        soft = softmax(divide(add(self.logits, eps), self.temperature))
        if not self.hard:
            return soft
        largest = equal(soft, max_(soft, -1, True))
        first = multiply(largest, equal(cumsum(largest, -1), 1.0))  # of a tie
        return self._straight_through(soft, first)

    def log_prob(self, z: object) -> Var:
        """The log-density at z, with respect to its first K - 1 numbers (Maddison et al., eq. 10).

        -inf where a number is 0 or less, or where they differ from the sum 1 by more than 1e-6.
        """
        self._need_soft()
        z = as_outcome("RelaxedOneHotCategorical", z, self.batch_shape, self.event_shape)
        (n,) = self.event_shape

        def log_density(z: Numbers) -> Var:
            x = subtract(self.logits, multiply(self.temperature, log(z)))
            volume = add(lgamma(float(n)), multiply(n - 1.0, log(self.temperature)))
            return volume + sum_(subtract(x, log(z)), -1) - multiply(n, logsumexp(x, -1))

        off = greater(abs_(subtract(sum_(z, -1), 1.0)), 1e-6)
        impossible = maximum(off, less_equal(min_(z, -1), 0.0))
        inside = where(expand_dims(impossible, -1), 1.0 / n, z)
        return where(impossible, -math.inf, log_density(inside))
