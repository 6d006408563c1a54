"""Distribution functions and quantiles of a number that grows with its noise.

They are those of the noise's law, at the noise that leads to the number. A family whose draws don't
grow with their noise has `cdf` and `icdf` of its own, or none.
"""

from abc import ABC, abstractmethod
from typing import NoReturn

import numpy as np

from ..engine.values import Shape
from ..engine.variable import Var
from ..ops import add, greater_equal, less_equal, where
from .law import Curve, Law
from .parameters import Numbers, as_outcome, as_parameter, value_of
from .support import Support


class Curves(ABC):
    """What follows from a law, a support, and the way from the noise to the outcome and back."""

    batch_shape: Shape
    event_shape: Shape
    has_rsample: bool
    _law: Law

    @property
    @abstractmethod
    def support(self) -> Support:
        """Where outcomes lie: the bounds, and whether a parameter moves them."""

    @abstractmethod
    def _transform(self, eps: Var) -> Var:
        """`transform`, of noise whose shape was checked."""

    def cdf(self, z: object) -> Var:
        """The probability that an outcome is at most z, differentiable in z and the parameters."""
        return self._curve(z, self._law.cdf, 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log(1 - cdf(z)), with all digits where the cdf has rounded to 1."""
        return self._curve(z, self._law.log_survival, 0.0, -np.inf)

    def icdf(self, u: object) -> Var:
        """The z with cdf(z) = u, for u from 0 to 1: the reparameterisation, of the noise at u."""
        u = self._probability(u)
        at = value_of(u)
        low, high = np.equal(at, 0.0), np.equal(at, 1.0)
        if not np.any(low | high):
            return self._transform(self._law.quantile(u))
        z = self._transform(self._law.quantile(where(low | high, 0.5, u)))  # the noise is infinite
        return where(low, self.support.lower, where(high, self.support.upper, z))

    def _probability(self, u: object) -> Numbers:
        """u, checked."""
        held = as_parameter(u)
        if self.event_shape or not self.has_rsample:
            self._unknown("quantile")
        value = np.asarray(value_of(held))
        if not np.all((value >= 0.0) & (value <= 1.0)):
            raise ValueError(
                f"{type(self).__name__}: icdf takes probabilities from 0 to 1, but u ranges from "
                f"{np.min(value):.6g} to {np.max(value):.6g}"
            )
        return held

    def _curve(self, z: object, curve: Curve, below: float, above: float) -> Var:
        """A curve of the law at the noise that leads to z; `below`, `above` from the ends on."""
        name, support = type(self).__name__, self.support
        x = as_outcome(name, z, self.batch_shape, self.event_shape)
        if not support.has_ends:
            return curve(self._noise_of(x))
        low, high = less_equal(x, support.lower), greater_equal(x, support.upper)
        found = curve(self._noise_of(where(add(low, high), support.inside, x)))
        return where(low, below, where(high, above, found))

    def _noise_of(self, z: Numbers) -> Numbers:
        """The noise that leads to z, the inverse of a `_transform` that grows with the noise."""
        self._unknown("distribution function")

    def _unknown(self, what: str) -> NoReturn:
        draw = "rsample" if self.has_rsample else "sample"
        raise NotImplementedError(
            f"{type(self).__name__} has no {what} in closed form: estimate it with draws, "
            f"d.{draw}(rng, 10_000)"
        )
