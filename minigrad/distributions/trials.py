"""Trials that succeed or fail; Binomial, the number of successes in a fixed number of trials."""

import numpy as np

from ..engine.variable import Var
from ..ops import add, floor, lgamma, maximum, minimum, multiply, negative, subtract
from ..ops.tails import times_log, times_log1p
from .bernoulli import Bernoulli
from .counting import binomial_quantile
from .counts import Counts
from .kl import kl_divergence, register_kl
from .odds import check_all, the_given
from .parameters import Numbers, spread, value_of
from .probabilities import beta_cdf, log_beta_cdf
from .support import Support


class Trials(Counts):
    """Counts in trials that succeed with probability p: `probs` is p, or `logits` log p/(1 - p)."""

    _given: Numbers

    def _hold_trials(self, probs: object, logits: object, **others: object) -> None:
        given, self._is_probs = the_given(type(self).__name__, probs, logits)
        self._hold(**others, _given=given)

    def _shown(self) -> dict[str, object]:
        return {**super()._shown(), "probs" if self._is_probs else "logits": self._given}

    def _check(self) -> None:
        super()._check()
        value, name = value_of(self._given), type(self).__name__
        if self._is_probs:
            good = np.greater_equal(value, 0.0) & np.less_equal(value, 1.0)
            rule = "from 0 to 1 (logits= takes any number)"
            check_all(good, f"{name}: probs", self._given, rule)
        else:
            check_all(np.isfinite(value), f"{name}: logits", self._given, "finite")

    @property
    def _trial(self) -> Bernoulli:
        return Bernoulli(**{"probs" if self._is_probs else "logits": self._given})

    @property
    def probs(self) -> Numbers:
        """p."""
        return self._trial.probs

    @property
    def logits(self) -> Numbers:
        """log p/(1 - p)."""
        return self._trial.logits

    def _log_of(self, successes: Numbers, failures: Numbers) -> Var:
        """log of p^successes (1 - p)^failures; 0⁰ is 1."""
        if self._is_probs:
            on, off = times_log(successes, self._given), times_log1p(failures, -self._given)
            return add(on, off)
        log_on, log_off = self._trial._log_probs()
        return add(multiply(successes, log_on), multiply(failures, log_off))


class Binomial(Trials):
    """The number of successes in `total_count` trials, each with probability p.

    total_count is 0, 1, 2, …; `probs` is p in [0, 1], or `logits` is log p/(1 - p), finite;
    anything else raises ValueError.

    >>> q = mg.Binomial(4, probs=0.5)
    >>> q.mean, q.variance, round(mg.exp(q.log_prob(2.0)), 4)
    (2.0, 1.0, 0.375)
    """

    _parameters = {"total_count": 0, "_given": 0}
    total_count: Numbers

    def __init__(
        self, total_count: object = 1, probs: object = None, logits: object = None
    ) -> None:
        self._hold_trials(probs, logits, total_count=total_count)

    def _check(self) -> None:
        super()._check()
        n = value_of(self.total_count)
        good = np.greater_equal(n, 0.0) & np.equal(n, np.floor(n)) & np.isfinite(n)
        check_all(good, "Binomial: total_count", self.total_count, "a whole number, 0 or more")

    @property
    def support(self) -> Support:  # type: ignore[override]
        """From 0 to total_count."""
        return Support(0.0, value_of(self.total_count), "integers")

    def _transform(self, eps: Var) -> Var:
        return binomial_quantile(self.total_count, self.probs, eps)

    def _log_mass(self, z: Numbers) -> Var:
        """log n!/(z! (n - z)!) + z log p + (n - z) log(1 - p)."""
        n, failures = self.total_count, subtract(self.total_count, z)
        ways = subtract(lgamma(add(n, 1.0)), add(lgamma(add(z, 1.0)), lgamma(add(failures, 1.0))))
        return add(ways, self._log_of(z, failures))

    def _up_to(self, k: Numbers) -> Var:
        return beta_cdf(self._left(k), add(k, 1.0), negative(self.logits))

    def _log_beyond(self, k: Numbers) -> Var:
        return log_beta_cdf(add(k, 1.0), self._left(k), self.logits)

    def _left(self, k: Numbers) -> Var:
        return maximum(subtract(self.total_count, k), 1.0)

    @property
    def mean(self) -> Var:
        """np."""
        return spread(multiply(self.total_count, self.probs), self.batch_shape)

    @property
    def variance(self) -> Var:
        """np(1 - p)."""
        return spread(multiply(self.total_count, self._trial.variance), self.batch_shape)

    @property
    def mode(self) -> Var:
        """The largest whole number up to (n + 1)p, and up to n."""
        top = floor(multiply(add(self.total_count, 1.0), self.probs))
        return spread(minimum(top, self.total_count), self.batch_shape)


@register_kl(Binomial, Binomial)
def _binomial(p: Binomial, q: Binomial) -> Var:
    """n times that of one trial; NotImplementedError where the numbers of trials differ."""
    if not np.all(np.equal(value_of(p.total_count), value_of(q.total_count))):
        raise NotImplementedError(
            "KL between two Binomial has a closed form where they have the same total_count, not "
            f"{p.total_count!r} and {q.total_count!r}"
        )
    return multiply(p.total_count, kl_divergence(p._trial, q._trial))
