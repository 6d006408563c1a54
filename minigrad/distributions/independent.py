"""Distributions made of another: `Wrapped`, and `Independent`."""

import operator
from typing import Self

from ..engine.values import Shape
from ..engine.variable import Var
from .base import Distribution
from .law import Law
from .parameters import as_outcome, check_expansion, sum_last
from .randomness import as_sample_shape
from .support import Support


class Wrapped(Distribution):
    """A distribution made of another, `base`, whose noise and checks are its own."""

    base: Distribution

    @property
    def _law(self) -> Law:  # type: ignore[override]
        return self.base._law

    def _check(self) -> None:
        self.base._check()

    @property
    def noise_shape(self) -> Shape:
        return (self.base.batch_shape + self.base.noise_shape)[len(self.batch_shape) :]

    def expand(self, batch_shape: int | Shape) -> Self:
        """The same of the base, expanded."""
        shape = as_sample_shape(batch_shape)
        check_expansion(self, self.batch_shape, shape)
        other = self._copy()
        kept = self.base.batch_shape[len(self.batch_shape) :]
        other.base, other.batch_shape = self.base.expand(shape + kept), shape
        return other


class Independent(Wrapped):
    """`base` with the last `n` of its batch axes taken as event axes: their log-densities add up.

    `Independent(Normal(loc, scale), 1)` with a loc of shape (d,) is one Gaussian vector with a
    diagonal covariance, where the Normal alone is d Gaussian numbers. An n that is not in
    0..len(batch_shape) raises ValueError.

    >>> normal = mg.Normal(np.zeros(3), 1.0)
    >>> normal.log_prob(np.zeros(3)).round(4)
    array([-0.9189, -0.9189, -0.9189])
    >>> round(mg.Independent(normal, 1).log_prob(np.zeros(3)), 4)
    -2.7568
    """

    def __init__(self, base: Distribution, n: int) -> None:
        if not isinstance(base, Distribution):
            raise TypeError(f"Independent takes a distribution, not {type(base).__name__}")
        self.base, self.n = base, operator.index(n)
        kept = len(base.batch_shape) - self.n
        if self.n < 0 or kept < 0:
            raise ValueError(
                f"Independent: n is {n}, not in 0..{len(base.batch_shape)}, batch axes of {base!r}"
            )
        self.batch_shape = base.batch_shape[:kept]
        self.event_shape = base.batch_shape[kept:] + base.event_shape
        self.has_rsample = base.has_rsample

    def _transform(self, eps: Var) -> Var:
        return self.base._transform(eps)

    def transform_with_log_prob(self, eps: object) -> tuple[Var, Var]:
        """Those of the base, the log-densities summed over the n axes."""
        z, log_q = self.base.transform_with_log_prob(eps)
        return z, sum_last(log_q, self.n)

    @property
    def support(self) -> Support:
        """The base's, for each of its outcomes."""
        return self.base.support

    def log_prob(self, z: object) -> Var:
        """The base's log-densities at z, summed over the n axes."""
        z = as_outcome("Independent", z, self.batch_shape, self.event_shape)
        return sum_last(self.base.log_prob(z), self.n)

    def entropy(self) -> Var:
        """The base's entropies, summed over the n axes."""
        return sum_last(self.base.entropy(), self.n)

    @property
    def mean(self) -> Var:
        """The base's mean."""
        return self.base.mean

    @property
    def variance(self) -> Var:
        """The base's variance."""
        return self.base.variance

    @property
    def mode(self) -> Var:
        """The base's mode."""
        return self.base.mode

    def __repr__(self) -> str:
        return f"Independent({self.base!r}, {self.n})"
