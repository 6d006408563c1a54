"""MixtureSameFamily: numbers or vectors, each from one of several components of one family."""

import math
from typing import Self

import numpy as np

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    broadcast_to,
    equal,
    exp,
    expand_dims,
    index,
    less,
    logsumexp,
    minimum,
    multiply,
    negative,
    reshape,
    square,
    stop_gradient,
    subtract,
    where,
)
from ..ops import max as max_
from ..ops import min as min_
from ..ops import sum as sum_
from .base import Distribution
from .categorical import Categorical
from .implied import implied, log_slope, widest_gap
from .laws import UNIFORM
from .parameters import Numbers, as_outcome, as_parameter, check_expansion, spread, value_of
from .randomness import as_sample_shape
from .support import Support
from .unrounded import before_rounding

_LAST_BELOW_1 = 1.0 - 2.0**-53
_TAIL = 1e-3  # of a component: further out, it counts as out of reach of the others


class MixtureSameFamily(Distribution):
    """Outcomes of one of K components, component k with the probability of choice k.

    `mixture_distribution` is a Categorical of K choices with the batch shape (...,);
    `component_distribution` has the batch shape (..., K), and its event shape is the outcome's.

    In one dimension a draw z is reparameterised implicitly: it moves as its quantile does,
    dz/dθ = -(∂F/∂θ)/q, F and q the mixture's distribution function and density, so for a weight w
    of two components dz/dw = -(F₁ - F₂)/q (Graves, 2016). Where components are so far apart that no
    draws fall between them, the gradient would miss what jumps the gap, so gradients of the weights
    are refused there. It has no rsample for vectors or counts.

    >>> weights = mg.Categorical(probs=[0.75, 0.25])
    >>> mg.MixtureSameFamily(weights, mg.Normal([0.0, 4.0], 1.0)).mean
    1.0
    """

    _law = UNIFORM

    def __init__(
        self, mixture_distribution: Categorical, component_distribution: Distribution
    ) -> None:
        mixture, component = mixture_distribution, component_distribution
        if not (isinstance(mixture, Categorical) and isinstance(component, Distribution)):
            raise TypeError(
                "MixtureSameFamily takes a Categorical, then the distribution of the components, "
                f"not {type(mixture).__name__} and {type(component).__name__}"
            )
        batch = (*mixture.batch_shape, shape_of(mixture.probs)[-1])
        if component.batch_shape != batch:
            raise ValueError(
                f"MixtureSameFamily: the components have the batch shape {component.batch_shape}, "
                f"not {batch}, that of the mixture and its {batch[-1]} choices"
            )
        self.mixture_distribution, self.component_distribution = mixture, component
        self.batch_shape, self.event_shape = mixture.batch_shape, component.event_shape
        self.has_rsample = component.has_rsample and not component.event_shape

    @property
    def _no_rsample(self) -> str:  # type: ignore[override]
        return (
            "between components an outcome of more than one number has no path of its own, and a "
            "count jumps: take the score function (mg.score_function)"
        )

    def _check(self) -> None:
        self.mixture_distribution._check()
        self.component_distribution._check()

    def _shown(self) -> dict[str, object]:
        return {
            "mixture_distribution": self.mixture_distribution,
            "component_distribution": self.component_distribution,
        }

    # ---------------------------------------------------------------------------------- draws

    @property
    def noise_shape(self) -> Shape:
        """(n,): a number for the choice, then those of a component."""
        return (1 + math.prod(self.component_distribution.noise_shape),)

    def transform(self, eps: object) -> Var:
        """The outcome of the noise; NotImplementedError where it has no rsample, or where weights
        want a gradient and components lie too far apart to give it."""
        weights = self.mixture_distribution._given
        if self.has_rsample and isinstance(weights, Var) and weights.requires_grad:
            self._refuse_gaps()
        return super().transform(eps)

    def _refuse_gaps(self) -> None:
        try:
            shape = self.component_distribution.batch_shape
            ends = [np.full(shape, x) for x in (_TAIL, 1.0 - _TAIL)]
            low, high = (np.asarray(value_of(self.component_distribution.icdf(u))) for u in ends)
        except NotImplementedError:
            return
        if (gap := widest_gap(low, high)) > 0.0:
            raise NotImplementedError(
                "MixtureSameFamily: the components are so far apart that no draws fall between "
                f"them, over a stretch of {gap:.3g}: the gradient would miss what a weight moves "
                "across it, so take the score function (mg.score_function), or weights without "
                "gradient"
            )

    def _transform(self, eps: Var) -> Var:
        component, choice = self.component_distribution, index(eps, (..., 0))
        lead, inner = eps.shape[: eps.ndim - 1], component.noise_shape
        shared = reshape(index(eps, (..., slice(1, None))), (*lead, 1, *inner))
        one_each = broadcast_to(shared, (*lead, component.batch_shape[-1], *inner))
        noise = component._law.quantile(minimum(one_each, _LAST_BELOW_1))
        each = component._transform(noise)
        chosen = self._at_choice(self.mixture_distribution._transform(choice))

        def picked(y: Var) -> Var:
            return sum_(where(chosen, y, 0.0), -1 - len(self.event_shape))

        if not self.has_rsample:
            return before_rounding(each, picked)
        return before_rounding(each, lambda y: self._implied(each, stop_gradient(picked(y))))

    def _at_choice(self, choice: Var) -> Var:
        """1 for the component chosen, else 0, along the axis of the components."""
        numbers = np.arange(float(self.component_distribution.batch_shape[-1]))
        chosen = equal(expand_dims(choice, -1), numbers)
        for _ in self.event_shape:
            chosen = expand_dims(chosen, -1)
        return chosen

    def _implied(self, each: Var, y: Var) -> Var:
        """y, the number that the draw is rounded from as `each` was, with its derivatives."""
        z = before_rounding(each, lambda _: y)
        source = z.inputs[0] if z.op == "clip" else z
        log_density = self.log_prob(z)
        if source is not y:
            log_density = add(log_density, log_slope(source.op, y))
        return implied(y, self._mass(z), log_density)

    def _mass(self, z: Numbers) -> Var:
        """cdf(z), less 1 in the upper half: the same slope, with the digits of the tail."""
        below = self.cdf(z)
        return where(less(value_of(below), 0.5), below, negative(exp(self.log_survival(z))))

    # --------------------------------------------------------------------- densities, quantiles

    def _for_each(self, z: object) -> Var:
        """z, for each of the components."""
        z = as_outcome("MixtureSameFamily", z, self.batch_shape, self.event_shape)
        z = expand_dims(z, -1 - len(self.event_shape))
        kept = len(shape_of(z)) - len(self.event_shape) - 1
        last = self.component_distribution.batch_shape[-1:]
        return broadcast_to(z, shape_of(z)[:kept] + last + self.event_shape)

    @property
    def support(self) -> Support:
        """From the lowest end of a component to the highest."""
        own, shape = self.component_distribution.support, self.component_distribution.batch_shape
        low, high = (
            x if isinstance(x, float) else reduce(spread(x, shape), -1)
            for x, reduce in ((own.lower, min_), (own.upper, max_))
        )
        return Support(low, high, own.kind, also_moves=own.moves)

    def log_prob(self, z: object) -> Var:
        """log Σ wₖ pₖ(z)."""
        logs = self.component_distribution.log_prob(self._for_each(z))
        return logsumexp(add(self.mixture_distribution.logits, logs), -1)

    def cdf(self, z: object) -> Var:
        """Σ wₖ Fₖ(z), of one dimension."""
        shares = self.component_distribution.cdf(self._for_each(z))
        return sum_(multiply(self.mixture_distribution.probs, shares), -1)

    def log_survival(self, z: object) -> Var:
        """log Σ wₖ (1 - Fₖ(z)), of one dimension."""
        logs = self.component_distribution.log_survival(self._for_each(z))
        return logsumexp(add(self.mixture_distribution.logits, logs), -1)

    def icdf(self, u: object) -> Var:
        """The z with cdf(z) = u, of one dimension: by bisection between those of the components."""
        held = self._probability(u)
        value = np.asarray(value_of(held))
        each = value[..., None] + np.zeros(self.component_distribution.batch_shape)
        ends = np.asarray(value_of(self.component_distribution.icdf(each)))
        low, high = np.min(ends, -1), np.max(ends, -1)
        for _ in range(200):
            z = low + 0.5 * (high - low)
            if np.all((z == low) | (z == high)):
                break
            below = np.asarray(value_of(self.cdf(z))) < value
            low, high = np.where(below, z, low), np.where(below, high, z)
        z = as_parameter(np.where(np.isfinite(ends).all(-1), high, ends[..., 0]))
        return implied(z, subtract(self._mass(z), held), self.log_prob(z))

    # -------------------------------------------------------------------------------- moments

    def _expected(self, each: Numbers) -> Var:
        """Σ wₖ times the value for component k."""
        weights = self.mixture_distribution.probs
        for _ in self.event_shape:
            weights = expand_dims(weights, -1)
        return sum_(multiply(weights, each), -1 - len(self.event_shape))

    def entropy(self) -> Var:
        """NotImplementedError: it has no closed form."""
        self._unknown("entropy")

    @property
    def mean(self) -> Var:
        """Σ wₖ meanₖ."""
        return self._expected(self.component_distribution.mean)

    @property
    def variance(self) -> Var:
        """Σ wₖ (varianceₖ + (meanₖ - mean)²)."""
        gaps = subtract(self.component_distribution.mean, self._for_each(self.mean))
        return self._expected(add(self.component_distribution.variance, square(gaps)))

    def expand(self, batch_shape: int | Shape) -> Self:
        """The same of the mixture and of the components, expanded."""
        shape = as_sample_shape(batch_shape)
        check_expansion(self, self.batch_shape, shape)
        other, last = self._copy(), self.component_distribution.batch_shape[-1:]
        other.mixture_distribution = self.mixture_distribution.expand(shape)
        other.component_distribution = self.component_distribution.expand(shape + last)
        other.batch_shape = shape
        return other
