"""Relaxations of Bernoulli and Categorical: smooth draws near the corners 0 and 1.

As the temperature falls to 0 they become the discrete draws, and their gradients ever noisier.
`hard=True` is the straight-through trick: the value of a draw is rounded to its corner, while its
gradient is that of the smooth one; a wall in the graph shows where the two differ.

Sources: Maddison, Mnih and Teh (2017), Jang, Gu and Poole (2017), for the densities as well.
"""

import math

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
    less,
    less_equal,
    lgamma,
    log,
    logaddexp,
    logsumexp,
    maximum,
    multiply,
    negative,
    sigmoid,
    softmax,
    stop_gradient,
    subtract,
    where,
)
from ..ops import max as max_
from ..ops import min as min_
from ..ops import sum as sum_
from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical
from .laws import GUMBEL, LOGISTIC
from .odds import check_all
from .parameters import Numbers, as_outcome, value_of
from .support import SIMPLEX, SUM_ERROR, UNIT
from .unrounded import (
    is_inside_unit,
    is_positive,
    log_complement_of,
    log_of,
    logit_of,
    times_log_complement_of,
    times_log_of,
)


class Relaxed(Distribution):
    """What both share: a positive temperature, one for all or one per row, and straight-through
    draws.

    What it is the relaxation of, a Bernoulli or a Categorical, checks and converts probs or logits.
    """

    _positive = ("temperature",)
    _remedy = "0.1 to 1 is usual"
    temperature: Numbers
    probs: Numbers
    logits: Numbers

    def _hold_odds(self, temperature: object, odds: Bernoulli | Categorical, hard: bool) -> None:
        name, self.hard, self._is_probs = type(self).__name__, bool(hard), odds._is_probs
        what, shown = ("probs", odds.probs) if odds._is_probs else ("logits", odds.logits)
        rule = "strictly between 0 and 1" if odds._is_probs else "finite"
        check_all(np.isfinite(value_of(odds.logits)), f"{name}: {what}", shown, rule)
        self._hold(temperature=temperature, probs=odds.probs, logits=odds.logits)

    def _shown(self) -> dict[str, object]:
        given = ("probs", self.probs) if self._is_probs else ("logits", self.logits)
        return {"temperature": self.temperature, **dict([given]), "hard": self.hard}

    def _straight_through(self, soft: Var, hard: Numbers) -> Var:
        """The value of `hard`, exactly, with the gradient of `soft`."""
        if not self.hard:
            return soft
        return soft.named("soft") + stop_gradient(subtract(hard, soft))

    def _need_soft(self) -> None:
        if self.hard:
            raise NotImplementedError(
                f"{type(self).__name__}: a draw with hard=True has no density: take the log_prob "
                "of the discrete distribution, or hard=False"
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


class RelaxedBernoulli(Relaxed):
    """z = sigmoid((logits + ε)/temperature) in (0, 1), ε standard logistic.

    z > ½ has the probability p exactly, whatever the temperature: a `hard` draw is a Bernoulli one.
    `probs` lie strictly between 0 and 1, as `logits` are finite; exactly one of the two is given.

    >>> q = mg.RelaxedBernoulli(temperature=0.5, probs=0.5)
    >>> [round(q.transform(eps).value, 4) for eps in (0.0, 1.0)]
    [0.5, 0.8808]
    """

    _law = LOGISTIC
    _parameters = {"temperature": 0, "probs": 0, "logits": 0}
    support = UNIT

    def __init__(
        self, temperature: object, probs: object = None, logits: object = None, hard: bool = False
    ) -> None:
        self._hold_odds(temperature, Bernoulli(probs, logits), hard)

    def _transform(self, eps: Var) -> Var:
        moved = add(self.logits, eps)
        soft = sigmoid(divide(moved, self.temperature))
        return self._straight_through(soft, greater(moved, 0.0)) if self.hard else soft

    def _noise_of(self, z: Numbers) -> Var:
        self._need_soft()
        return subtract(multiply(self.temperature, logit_of(z)), self.logits)

    def log_prob(self, z: object) -> Var:
        """The log-density at z; at 0 and 1 it is ∞ for a temperature below 1, and -∞ above.

        It is that of the Logistic number logit z, with scale 1/temperature, over z(1 - z).
        """
        self._need_soft()
        z = as_outcome("RelaxedBernoulli", z, self.batch_shape, ())
        if is_inside_unit(z):
            return self._log_density(z)
        outside = add(less_equal(z, 0.0), greater_equal(z, 1.0))
        smooth = where(less(z, 0.5), negative(self.logits), self.logits)
        tends = where(greater(self.temperature, 1.0), -math.inf, smooth)
        tends = where(less(self.temperature, 1.0), math.inf, tends)
        beyond = add(less(z, 0.0), greater(z, 1.0))
        found = self._log_density(where(outside, 0.5, z))
        return where(beyond, -math.inf, where(outside, tends, found))

    def _log_density(self, z: Numbers) -> Var:
        """log T + l + (T - 1)(log z + log(1 - z)) - 2 log(eˡ (1 - z)ᵀ + zᵀ), l the logits."""
        power = subtract(self.temperature, 1.0)
        kernel = add(times_log_of(power, z), times_log_complement_of(power, z))
        on = multiply(self.temperature, log_of(z))
        off = add(self.logits, multiply(self.temperature, log_complement_of(z)))
        top = add(add(log(self.temperature), self.logits), kernel)
        return subtract(top, multiply(2.0, logaddexp(off, on)))


class RelaxedOneHotCategorical(Relaxed):
    """z = softmax((logits + ε)/temperature), ε standard Gumbel: K positive numbers with sum 1.

    `probs` or `logits` as for Categorical, none of them impossible. The event shape is (K,). The
    largest of the K is choice k with the probability pₖ exactly, whatever the temperature.

    >>> q = mg.RelaxedOneHotCategorical(0.5, probs=[0.25, 0.75], hard=True)
    >>> q.transform(np.zeros(2)).value
    array([0., 1.])
    """

    _law = GUMBEL
    _parameters = {"temperature": 0, "probs": 1, "logits": 1}
    support = SIMPLEX

    def __init__(
        self, temperature: object, probs: object = None, logits: object = None, hard: bool = False
    ) -> None:
        self._hold_odds(temperature, Categorical(probs, logits), hard)
        self.event_shape = shape_of(self.probs)[-1:]

    @property
    def _each_temperature(self) -> Numbers:
        """The temperature, beside the K numbers of its row."""
        t = self.temperature
        return expand_dims(t, -1) if shape_of(t) else t

    def _transform(self, eps: Var) -> Var:
        soft = softmax(divide(add(self.logits, eps), self._each_temperature))
        if not self.hard:
            return soft
        largest = equal(soft, max_(soft, -1, True))
        first = multiply(largest, equal(cumsum(largest, -1), 1.0))  # of a tie
        return self._straight_through(soft, first)

    def log_prob(self, z: object) -> Var:
        """The log-density at z, with respect to its first K - 1 numbers (Maddison et al., eq. 10).

        -inf where a number is below 0, or where they differ from the sum 1 by more than 1e-6; where
        some are 0, what it tends to: -inf or inf, or nan where that is neither.
        """
        self._need_soft()
        z = as_outcome("RelaxedOneHotCategorical", z, self.batch_shape, self.event_shape)
        if is_positive(z):
            return self._log_density(z)
        (n,) = self.event_shape
        off = greater(abs_(subtract(sum_(z, -1), 1.0)), SUM_ERROR)
        impossible = maximum(off, less(min_(z, -1), 0.0))
        zeros = sum_(equal(z, 0.0), -1)  # they all tend to 0 at the same rate
        order = multiply(n, self.temperature) - multiply(zeros, add(self.temperature, 1.0))
        edge = where(less(order, 0.0), math.inf, math.nan)
        edge = where(maximum(impossible, greater(order, 0.0)), -math.inf, edge)
        outside = maximum(impossible, zeros)
        inside = where(expand_dims(outside, -1), 1.0 / n, z)
        return where(outside, edge, self._log_density(inside))

    def _log_density(self, z: Numbers) -> Var:
        (n,) = self.event_shape
        y = log_of(z)
        x = subtract(self.logits, multiply(self._each_temperature, y))
        volume = add(lgamma(float(n)), multiply(n - 1.0, log(self.temperature)))
        return volume + sum_(subtract(x, y), -1) - multiply(n, logsumexp(x, -1))
