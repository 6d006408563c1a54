"""OneHotCategorical: the choice as a vector of zeros with a single 1."""

import math

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import add, equal, multiply, subtract, where
from ..ops import sum as sum_
from .base import Distribution
from .categorical import Categorical, one_hot_of_largest
from .kl import kl_divergence, register_kl
from .laws import GUMBEL
from .parameters import Numbers, as_outcome, unless_nan
from .support import Support


class OneHotCategorical(Distribution):
    """Vectors of K numbers, 1 for the choice and 0 for the others: `probs` or `logits` as for
    Categorical. The event shape is (K,).

    A draw has its 1 where logits + ε is largest, ε standard Gumbel: the noise of
    `RelaxedOneHotCategorical`, whose draw of the same noise approaches this one as its temperature
    falls.

    >>> q = mg.OneHotCategorical(probs=[0.25, 0.75])
    >>> q.mean, round(q.log_prob([0.0, 1.0]), 4)
    (array([0.25, 0.75]), -0.2877)
    """

    has_rsample = False
    _law = GUMBEL
    _parameters = {"_given": 1}
    support = Support(0.0, 1.0, "simplex")

    def __init__(self, probs: object = None, logits: object = None) -> None:
        choice = Categorical(probs, logits)
        self._given, self._is_probs = choice._given, choice._is_probs
        self.batch_shape, self.event_shape = choice.batch_shape, shape_of(self._given)[-1:]

    @property
    def _choice(self) -> Categorical:
        return Categorical(**{"probs" if self._is_probs else "logits": self._given})

    def _check(self) -> None:
        self._choice  # which refuses what is impossible  # noqa: B018

    def _shown(self) -> dict[str, object]:
        return {"probs" if self._is_probs else "logits": self._given}

    @property
    def probs(self) -> Numbers:
        """The K probabilities."""
        return self._choice.probs

    @property
    def logits(self) -> Numbers:
        """Their logs."""
        return self._choice.logits

    def _transform(self, eps: Var) -> Var:
        return one_hot_of_largest(add(self.logits, eps))

    def log_prob(self, z: object) -> Var:
        """The log-probability of the choice; -inf where z isn't a single 1 among zeros."""
        z = as_outcome("OneHotCategorical", z, self.batch_shape, self.event_shape)
        chosen = equal(z, 1.0)
        ones, zeros = sum_(chosen, -1), sum_(equal(z, 0.0), -1)
        fits = multiply(equal(ones, 1.0), equal(zeros, self.event_shape[0] - 1.0))
        found = sum_(where(chosen, self.logits, 0.0), -1)
        return where(fits, found, unless_nan(sum_(z, -1), -math.inf))

    def entropy(self) -> Var:
        """-Σ p log p."""
        return self._choice.entropy()

    @property
    def mean(self) -> Var:
        """The K probabilities."""
        return add(self.probs, 0.0)

    @property
    def variance(self) -> Var:
        """p(1 - p)."""
        return multiply(self.probs, subtract(1.0, self.probs))

    @property
    def mode(self) -> Var:
        """1 at the largest probability, the first of several."""
        return one_hot_of_largest(self.probs)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p: OneHotCategorical, q: OneHotCategorical) -> Var:
    """That of the choices."""
    return kl_divergence(p._choice, q._choice)
