"""A distribution whose draws are another's, put through invertible maps."""

import math
from collections.abc import Iterable, Sequence
from typing import Self

from ..engine.variable import Var, orders
from ..ops import add, equal, exp, log, multiply, square, subtract, where
from .base import Distribution
from .independent import Wrapped
from .marks import mark
from .parameters import Numbers, as_outcome, sum_last
from .support import Support
from .transforms import AffineTransform, Transform


class Transformed(Wrapped):
    """z = fₙ(… f₁(x)), x drawn from `base`; log q(z) = log p(x) - Σ log |det ∂fᵢ|.

    `transforms` is a `Transform`, or a list of them, the first to be applied first. The shapes are
    the base's, but for maps such as `StickBreakingTransform` that change the event shape. Maps of
    vectors need a base of vectors: `Independent(base, 1)` makes one.

    `log_prob(z)` finds x by the inverses, so with `PlanarTransform` it is an error. For draws of
    its own `rsample_with_log_prob` needs no inverse, and its digits survive where z has rounded to
    the edge of what a sigmoid or tanh can reach.

    >>> q = mg.Transformed(mg.Normal(0.0, 1.0), mg.ExpTransform())
    >>> round(q.log_prob(2.0), 4), round(mg.LogNormal(0.0, 1.0).log_prob(2.0), 4)
    (-1.8523, -1.8523)
    """

    def __init__(self, base: Distribution, transforms: Sequence[Transform] | Transform) -> None:
        if not isinstance(base, Distribution):
            raise TypeError(f"Transformed takes a distribution first, not {type(base).__name__}")
        self.base = base
        self.transforms = tuple(transforms) if isinstance(transforms, Iterable) else (transforms,)
        shape = base.event_shape
        self._sums = []  # over how many axes the log-determinants of each map are summed
        for f in self.transforms:
            if not isinstance(f, Transform):
                raise TypeError(f"Transformed takes maps like mg.AffineTransform(0, 2), not {f!r}")
            if f.vectors and not shape:
                raise ValueError(
                    f"{type(f).__name__} moves vectors, and the base {base!r} has numbers: "
                    "mg.Independent(base, 1) makes its last batch axis a vector"
                )
            self._sums.append(len(shape) - f.vectors)
            shape = f.outcome_shape(shape)
        self.batch_shape, self.event_shape = base.batch_shape, shape
        self.has_rsample = base.has_rsample

    def transform_with_log_prob(self, eps: object) -> tuple[Var, Var]:
        """The outcome z of `transform(eps)` and log q(z): exact for every map.

        Differentiated, this log q is a function of the parameters, on which z depends as well: its
        gradient is the whole one. It does not pass through z.
        """
        x, log_p = self.base.transform_with_log_prob(eps)
        start = next(orders)
        z, log_det = self._forward(x)
        return mark(z, start, "sample"), subtract(log_p, log_det)

    def _forward(self, x: Var) -> tuple[Var, Numbers]:
        total: Numbers = 0.0
        for f, axes in zip(self.transforms, self._sums):
            x, log_det = f.forward(x)
            total = add(total, sum_last(log_det, axes))
        return x, total

    def _transform(self, eps: Var) -> Var:
        return self._forward(self.base._transform(eps))[0]

    def stopped(self) -> Self:
        """The same distribution, its parameters behind walls, those of the maps included."""
        other = super().stopped()
        other.transforms = tuple(f.stopped() for f in self.transforms)
        return other

    def log_prob(self, z: object) -> Var:
        """log p(x) - Σ log |det ∂fᵢ| with x = f₁⁻¹(… fₙ⁻¹(z)); -inf where there is no such x."""
        x, total = self._back(as_outcome("Transformed", z, self.batch_shape, self.event_shape))
        density = subtract(self.base.log_prob(x), total)
        if all(f.onto for f in self.transforms):
            return density
        return where(equal(total, math.inf), -math.inf, density)  # and no gradient from there

    def _back(self, z: Numbers) -> tuple[Numbers, Numbers]:
        """x, and Σ log |det ∂fᵢ|."""
        total: Numbers = 0.0
        for f, axes in zip(reversed(self.transforms), reversed(self._sums)):
            z, log_det = f.inverse(z)
            total = add(total, sum_last(log_det, axes))
        return z, total

    @property
    def support(self) -> Support:
        """The base's, put through the maps."""
        support = self.base.support
        for f in self.transforms:
            support = f.image(support)
        return support

    def _rising(self) -> bool:
        """Whether z grows with x, if all maps are of numbers."""
        if self.event_shape or any(f.vectors for f in self.transforms):
            self._unknown("distribution function")
        return sum(not f.rising for f in self.transforms) % 2 == 0

    def cdf(self, z: object) -> Var:
        """The base's at x, or where z falls with x what is left above x."""
        if self._rising():
            return self._curve(z, self.base.cdf, 0.0, 1.0)
        return self._curve(z, lambda x: exp(self.base.log_survival(x)), 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """The base's at x, or where z falls with x the log of its cdf."""
        if self._rising():
            return self._curve(z, self.base.log_survival, 0.0, -math.inf)
        return self._curve(z, lambda x: log(self.base.cdf(x)), 0.0, -math.inf)

    def _noise_of(self, z: Numbers) -> Numbers:
        """x, of which the base has curves."""
        return self._back(z)[0]

    def icdf(self, u: object) -> Var:
        """The base's, put through the maps: of 1 - u where z falls with x."""
        rising, u = self._rising(), self._probability(u)
        x = self.base.icdf(u if rising else subtract(1.0, u))
        return self._forward(x)[0]

    def _affine(self, what: str, instead: str) -> list[AffineTransform]:
        """The maps, if all are affine."""
        maps = [f for f in self.transforms if isinstance(f, AffineTransform)]
        if len(maps) < len(self.transforms):
            raise NotImplementedError(
                f"Transformed has no {what} in closed form unless all maps are affine: "
                f"estimate it by {instead} over draws of rsample_with_log_prob(rng, (1000,))"
            )
        return maps

    def entropy(self) -> Var:
        """The base's + Σ log |scale|, if all maps are affine; else a NotImplementedError."""
        total = self.base.entropy()
        for f in self._affine("entropy", "the mean of -log_q"):
            total = add(total, sum_last(f.forward(self.base.mean)[1], len(self.event_shape)))
        return total

    @property
    def mean(self) -> Var:
        """The base's mean, put through the maps, if all are affine; else a NotImplementedError."""
        mean = self.base.mean
        for f in self._affine("mean", "the mean of z"):
            mean, _ = f.forward(mean)
        return mean

    @property
    def variance(self) -> Var:
        """The base's times every scale², if all are affine; else a NotImplementedError."""
        variance = self.base.variance
        for f in self._affine("variance", "the variance of z"):
            variance = multiply(variance, square(f.scale))
        return variance

    def __repr__(self) -> str:
        return f"Transformed({self.base!r}, {list(self.transforms)!r})"
