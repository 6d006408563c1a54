"""What every distribution has: z = transform(noise), a density, moments, shapes.

Shapes, stated once for all: a draw has the shape `sample_shape + batch_shape + event_shape`.
`sample_shape` is what the caller asks for, `batch_shape` comes from the parameters (several
distributions side by side), and `event_shape` is that of one outcome: () for a number, (d,) for a
vector. `log_prob` and `entropy` give one number per outcome: they have no event axes.

What is computed from plain numbers alone is a plain number, as with the ops; draws are always Vars.
"""

import copy
import operator
from abc import ABC, abstractmethod
from typing import NamedTuple, Self

from ..engine import context
from ..engine.values import Shape, Value, as_value
from ..engine.variable import PLAIN, Note, Var, next_order
from ..ops import sqrt, stop_gradient
from .parameters import as_outcome, sum_last
from .randomness import NORMAL, Generator, Law, as_sample_shape, check_generator, noise_leaf


class Distribution(ABC):
    """The base class: a subclass sets the shapes and gives `_transform`, the density, the moments.

    Its parameters are its attributes; `stopped` finds them there.
    """

    batch_shape: Shape = ()
    event_shape: Shape = ()
    has_rsample = True
    _law: Law = NORMAL  # of its noise

    def noise(self, rng: Generator, shape: int | Shape = ()) -> Var:
        """A draw from the base, which has no parameters: a noise leaf for `transform`.

        Its shape is `shape` + batch_shape + event_shape. `rng` is a `numpy.random.Generator`, made
        once and passed on; anything else is a TypeError.
        """
        check_generator(rng)
        whole = as_sample_shape(shape) + self.batch_shape + self.event_shape
        return self._leaf(self._law.drawn(rng, whole))

    def transform(self, eps: object) -> Var:
        """The outcome z that the noise `eps` becomes, differentiable in the parameters.

        The same `eps`, a Var or its numbers, gives the same outcome: replay a frozen one to move
        a parameter while the coin flips stay. Its shape must end in batch_shape + event_shape, so
        that every outcome has noise of its own; another is a ValueError. Where `has_rsample` is
        False it is a NotImplementedError.
        """
        if not self.has_rsample:
            raise NotImplementedError(
                f"{type(self).__name__} has no rsample and no transform: its outcomes jump, so no "
                "gradient can pass: take its relaxation (mg.RelaxedBernoulli, "
                "mg.RelaxedOneHotCategorical) or the score function (mg.score_function)"
            )
        return self._outcome(eps)

    def mirrored(self, eps: object) -> Var:
        """Noise as likely as `eps`, at the other end: the partner of an antithetic pair.

        -eps where the base is symmetric, else what stands at 1 - u where eps stands at u of the
        base's cumulative distribution. Mirrored twice it is `eps` again, up to rounding.
        """
        value = eps._value if isinstance(eps, Var) else as_value(eps)
        return self._leaf(self._law.mirror(value))

    def _outcome(self, eps: object) -> Var:
        """What the noise becomes, whether or not gradients can pass."""
        self._check()
        if not isinstance(eps, Var):
            eps = self._leaf(as_value(eps))
        outcome = self.batch_shape + self.event_shape
        if outcome and eps.shape[-len(outcome) :] != outcome:
            raise ValueError(
                f"{type(self).__name__}: eps of shape {eps.shape} must end in batch_shape + "
                f"event_shape = {outcome}, noise for each outcome: draw it with .noise(rng, shape)"
            )
        start = next_order()
        return _mark(self._transform(eps), start, "sample")

    def rsample(self, rng: Generator, shape: int | Shape = ()) -> Var:
        """A reparameterised draw of `shape` + batch_shape + event_shape: gradients pass."""
        return self.transform(self.noise(rng, shape))

    def rsample_with_log_prob(self, rng: Generator, shape: int | Shape = ()) -> tuple[Var, Var]:
        """A draw z, as `rsample` gives, and log q(z), of shape sample_shape + batch_shape."""
        return self.transform_with_log_prob(self.noise(rng, shape))

    def transform_with_log_prob(self, eps: object) -> tuple[Var, Var]:
        """The outcome z of `transform(eps)` and log q(z): flows know it without an inverse."""
        z = self.transform(eps)
        return z, self.log_prob(z)

    def sample(self, rng: Generator, shape: int | Shape = ()) -> Var:
        """The draw that `rsample` makes, behind a wall: no gradient passes to the parameters.

        What made it stays in the graph, so the broken picture shows beside the repaired one. The
        wall knows this distribution: `mg.surrogate(cost)` carries the gradient around it.
        """
        z = self._outcome(self.noise(rng, shape))
        start = next_order()
        wall = _mark(stop_gradient(z), start, "stop")
        wall._note = wall._note._replace(site=Site(self))
        return wall

    def stopped(self) -> Self:
        """The same distribution, its parameters behind walls: its `log_prob` is flat in them."""
        other = copy.copy(self)
        for name, x in vars(self).items():
            if isinstance(x, Var) and x.requires_grad:
                setattr(other, name, stop_gradient(x))
            elif isinstance(x, Distribution):
                setattr(other, name, x.stopped())
        return other

    def _leaf(self, value: Value) -> Var:
        return noise_leaf(value, "eps", _sampling(), self._law.name)

    def _check(self) -> None:  # noqa: B027, most have nothing that could go wrong after __init__
        """Refuse parameters outside their domain; at every draw, as an optimiser may move them."""

    @abstractmethod
    def _transform(self, eps: Var) -> Var:
        """`transform`, of noise whose shape was checked."""

    @abstractmethod
    def log_prob(self, z: object) -> Var:
        """The log-density at z, of shape sample_shape + batch_shape."""

    @abstractmethod
    def entropy(self) -> Var:
        """The expectation of -log_prob, of shape batch_shape."""

    @property
    @abstractmethod
    def mean(self) -> Var:
        """The expectation, of shape batch_shape + event_shape."""

    @property
    @abstractmethod
    def variance(self) -> Var:
        """The variance of each number, of shape batch_shape + event_shape."""

    @property
    def stddev(self) -> Var:
        """The square root of the variance."""
        return sqrt(self.variance)

    def __repr__(self) -> str:
        shapes = f"batch_shape={self.batch_shape}, event_shape={self.event_shape}"
        return f"{type(self).__name__}({shapes})"


class Site(NamedTuple):
    """How a draw behind a wall was made: `z.site` of a z from `.sample()`."""

    distribution: Distribution


class Wrapped(Distribution):
    """A distribution made of another, `base`, whose noise and checks are its own."""

    base: Distribution

    def _check(self) -> None:
        self.base._check()


class Independent(Wrapped):
    """`base` with the last `n` of its batch axes taken as event axes: their log-densities add up.

    `Independent(Normal(loc, scale), 1)` with a loc of shape (d,) is one Gaussian vector with a
    diagonal covariance, where the Normal alone is d Gaussian numbers. An n that is not in
    0..len(batch_shape) is a ValueError.
    """

    def __init__(self, base: Distribution, n: int) -> None:
        if not isinstance(base, Distribution):
            raise TypeError(f"Independent takes a distribution, not {type(base).__name__}")
        self.base, self.n, self._law = base, operator.index(n), base._law
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


# ------------------------------------------------------------------------------ the sampling scope


def _sampling() -> str:
    """The scope that noise and transform join: "sampling", within the caller's."""
    scope = context.current().scope
    if not scope:
        return "sampling"
    return scope if scope.split("/")[-1] == "sampling" else f"{scope}/sampling"


def _mark(z: Var, start: int, kind: str) -> Var:
    """Put the nodes younger than `start` that lead to z into the scope, and call z by its kind.

    Afterwards and by hand, since ops leave their fast path inside a `with scope(...)` block: a
    scalar draw would take three times as long.
    """
    if z._call is None:  # under no_grad: a constant
        return z
    scope = _sampling()
    recorded = Note("", scope, "op")
    found: list[Var] = [z]
    z._note = Note("", scope, kind)
    for node in found:  # which grows meanwhile
        for x in node._edges():
            if isinstance(x, Var) and x._order > start and x._note.scope != scope:
                x._note = recorded if x._note is PLAIN else x._note._replace(scope=scope)
                found.append(x)
    return z
