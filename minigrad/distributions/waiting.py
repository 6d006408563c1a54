"""Trials until something happens: Geometric waits for a success, NegativeBinomial for failures."""

import numpy as np

from ..engine.variable import Var
from ..ops import add, divide, expm1, floor, lgamma, maximum, multiply, negative, subtract
from .counting import geometric_quantile, negative_binomial_quantile
from .kl import kl_divergence, register_kl
from .odds import check_all
from .parameters import Numbers, spread, value_of
from .probabilities import beta_cdf, log_beta_cdf
from .trials import Trials


class Geometric(Trials):
    """The number of failures before the first success: 0, 1, 2, …, as in torch; SciPy starts at 1.

    `probs` is p in (0, 1], or `logits` is log p/(1 - p), finite; anything else raises ValueError.

    >>> q = mg.Geometric(probs=0.5)
    >>> q.mean, mg.exp(q.log_prob([0.0, 1.0, 2.0])).round(4)
    (1.0, array([0.5  , 0.25 , 0.125]))
    """

    _parameters = {"_given": 0}

    def __init__(self, probs: object = None, logits: object = None) -> None:
        self._hold_trials(probs, logits)

    def _check(self) -> None:
        super()._check()
        if self._is_probs:
            good = np.greater(value_of(self._given), 0.0)
            check_all(good, "Geometric: probs", self._given, "above 0")

    def _transform(self, eps: Var) -> Var:
        return geometric_quantile(self._log_failure, eps)

    @property
    def _log_failure(self) -> Var:
        return self._trial._log_probs()[1]

    def _log_mass(self, z: Numbers) -> Var:
        """log p + z log(1 - p)."""
        return self._log_of(1.0, z)

    def _up_to(self, k: Numbers) -> Var:
        return negative(expm1(self._log_beyond(k)))

    def _log_beyond(self, k: Numbers) -> Var:
        return multiply(add(k, 1.0), self._log_failure)

    def entropy(self) -> Var:
        """The entropy of one trial, over p."""
        return divide(self._trial.entropy(), self.probs)

    @property
    def mean(self) -> Var:
        """(1 - p)/p."""
        return divide(self._trial._others, self.probs)

    @property
    def variance(self) -> Var:
        """(1 - p)/p²."""
        return divide(self.mean, self.probs)

    @property
    def mode(self) -> Var:
        """0."""
        return spread(0.0, self.batch_shape)


@register_kl(Geometric, Geometric)
def _geometric(p: Geometric, q: Geometric) -> Var:
    """The KL of one trial over p₁, since there are 1/p₁ trials on average."""
    return divide(kl_divergence(p._trial, q._trial), p.probs)


class NegativeBinomial(Trials):
    """The number of successes before `total_count` failures, as in torch; SciPy's p is 1 - p here.

    total_count is any positive number; `probs` is p in [0, 1), or `logits` is log p/(1 - p),
    finite; anything else raises ValueError. A Poisson whose rate is a Gamma number is one.

    >>> q = mg.NegativeBinomial(3.0, probs=0.5)
    >>> q.mean, q.variance
    (3.0, 6.0)
    """

    _parameters = {"total_count": 0, "_given": 0}
    _positive = ("total_count",)
    total_count: Numbers

    def __init__(self, total_count: object, probs: object = None, logits: object = None) -> None:
        self._hold_trials(probs, logits, total_count=total_count)

    def _check(self) -> None:
        super()._check()
        finite = np.isfinite(value_of(self.total_count))
        check_all(finite, "NegativeBinomial: total_count", self.total_count, "finite")
        if self._is_probs:
            good = np.less(value_of(self._given), 1.0)
            check_all(good, "NegativeBinomial: probs", self._given, "below 1")

    def _transform(self, eps: Var) -> Var:
        return negative_binomial_quantile(self.total_count, self._trial._others, eps)

    def _log_mass(self, z: Numbers) -> Var:
        """log Γ(n + z)/(Γ(n) z!) + z log p + n log(1 - p)."""
        n = self.total_count
        ways = subtract(subtract(lgamma(add(n, z)), lgamma(n)), lgamma(add(z, 1.0)))
        return add(ways, self._log_of(z, n))

    def _up_to(self, k: Numbers) -> Var:
        return beta_cdf(self.total_count, add(k, 1.0), negative(self.logits))

    def _log_beyond(self, k: Numbers) -> Var:
        return log_beta_cdf(add(k, 1.0), self.total_count, self.logits)

    @property
    def _odds(self) -> Var:
        return divide(self.probs, self._trial._others)

    @property
    def mean(self) -> Var:
        """np/(1 - p)."""
        return spread(multiply(self.total_count, self._odds), self.batch_shape)

    @property
    def variance(self) -> Var:
        """np/(1 - p)²."""
        return divide(self.mean, self._trial._others)

    @property
    def mode(self) -> Var:
        """The largest whole number up to (n - 1)p/(1 - p); 0 for n ≤ 1."""
        others = maximum(subtract(self.total_count, 1.0), 0.0)
        return spread(floor(multiply(others, self._odds)), self.batch_shape)
