"""What every distribution has: z = transform(noise), a density, a support, moments, shapes.

Shapes, stated once for all: a draw has the shape `sample_shape + batch_shape + event_shape`.
`sample_shape` is the shape requested, `batch_shape` comes from the parameters (several
distributions side by side), and `event_shape` is that of one outcome: () for a number, (d,) for a
vector. `log_prob` and `entropy` give one number per outcome: they have no event axes.

Anything computed from plain numbers alone is a plain number, as with the ops; draws are always
Vars.

A family is a short class. It declares

    _law = EXPONENTIAL                              the law of its noise, a row of `laws`
    _parameters = {"scale": 0, "concentration": 0}  each with the number of its event axes
    _positive = ("scale", "concentration")          those that must be
    support = POSITIVE                              or a property, where a parameter moves an end

and calls `self._hold(scale=scale, …)`, which keeps the parameters, checks them and sets the batch
shape. `_transform(eps)` is a draw. Where z is near an edge of its support it rounds, so its last op
is exp, sigmoid, tanh, softplus or softmax of something that does not, and `log_prob(z)` calls
`log_of(z)`, `logit_of(z)` … (module `unrounded`), which find that something in the graph. So the
density of a draw is exact even where z itself has rounded to 0 or 1. `_noise_of(z)`, the noise that
leads to z, gives `cdf` and `log_survival` by the law's own.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, NoReturn

from ..engine import context
from ..engine.values import Shape, Value, as_value, shape_of
from ..engine.variable import Var, orders
from ..ops import sqrt
from .copies import Copies
from .curves import Curves
from .habits import no_such, with_hint
from .law import Law
from .laws import NORMAL
from .marks import mark, recording, sampling_scope
from .parameters import (
    as_parameter,
    check_positive,
    described,
    joint_batch,
)
from .randomness import REQUIRED, Generator, as_sample_shape, check_generator, noise_leaf
from .shown import as_html
from .sites import strategy_of, usual
from .unrounded import rounded_again

ANY_NUMBER = "mg.exp or mg.softplus of any number is"


class Distribution(Curves, Copies):
    """The base class: a subclass sets the shapes and gives `_transform`, the density, the moments.

    Its parameters are its attributes; `stopped` finds them there.
    """

    batch_shape: Shape = ()
    event_shape: Shape = ()
    has_rsample = True
    _no_rsample: ClassVar[str] = (
        "its outcomes jump, so no gradient can pass: take its relaxation (mg.RelaxedBernoulli, "
        "mg.RelaxedOneHotCategorical) or the score function (mg.score_function)"
    )
    _law: Law = NORMAL  # of its noise
    _parameters: ClassVar[dict[str, int]] = {}
    _positive: ClassVar[tuple[str, ...]] = ()
    _remedy: ClassVar[str] = ANY_NUMBER  # for those that must be positive

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "__init__" in vars(cls):
            setattr(cls, "__init__", with_hint(cls.__init__))  # noqa: B010

    if not TYPE_CHECKING:  # a type checker would accept every name as an attribute

        def __getattr__(self, name: str) -> NoReturn:
            raise no_such(self, name)

    def _hold(self, **given: object) -> None:
        """Keep the parameters, checked, and set the batch shape that they broadcast to."""
        for name, x in given.items():
            setattr(self, name, as_parameter(x))
        shapes = {}
        for name in given:
            whole = shape_of(getattr(self, name))
            shapes[name] = whole[: len(whole) - self._parameters[name]]
        self.batch_shape = joint_batch(type(self).__name__, shapes)
        self._check()

    def _check(self) -> None:
        """Refuse parameters outside their domain; at every draw, as an optimiser may move them."""
        for name in self._positive:
            check_positive(f"{type(self).__name__}: {name}", getattr(self, name), self._remedy)

    # ------------------------------------------------------------------------------------ draws

    @property
    def noise_shape(self) -> Shape:
        """The shape of the noise of one outcome."""
        return self.event_shape

    def noise(self, rng: Generator = REQUIRED, shape: int | Shape = ()) -> Var:
        """A draw from the base, which has no parameters: a noise leaf for `transform`.

        Its shape is `shape` + batch_shape + event_shape; a family whose outcome takes more noise or
        less than it has numbers puts the shape of that noise in place of event_shape. `rng` is a
        `numpy.random.Generator`, made once and passed on; anything else raises TypeError.
        """
        check_generator(rng)
        whole = as_sample_shape(shape) + self.batch_shape + self.noise_shape
        return self._leaf(self._law.drawn(rng, whole))

    def transform(self, eps: object) -> Var:
        """The outcome z that the noise `eps` becomes, differentiable in the parameters.

        The same `eps`, a Var or its numbers, gives the same outcome: replay a frozen one to move
        a parameter while the coin flips stay. Its shape must end in batch_shape + event_shape, so
        that every outcome has noise of its own; any other raises ValueError. NotImplementedError
        where `has_rsample` is False.
        """
        if not self.has_rsample:
            name = type(self).__name__
            raise NotImplementedError(f"{name} has no rsample and no transform: {self._no_rsample}")
        return self._outcome(eps)

    def mirrored(self, eps: object) -> Var:
        """Noise as likely as `eps`, at the other end: the partner of an antithetic pair.

        -eps where the base is symmetric, else the noise at 1 - u where eps is at u of the base's
        cumulative distribution. Mirrored twice it is `eps` again, up to rounding.
        """
        value = eps._value if isinstance(eps, Var) else as_value(eps)
        return self._leaf(self._law.mirror(value))

    def _outcome(self, eps: object) -> Var:
        """What the noise becomes, whether or not gradients can pass."""
        self._check()
        if not isinstance(eps, Var):
            eps = self._leaf(as_value(eps))
        outcome = self.batch_shape + self.noise_shape
        if outcome and eps.shape[-len(outcome) :] != outcome:
            what = "event_shape" if self.noise_shape == self.event_shape else "its noise's shape"
            raise ValueError(
                f"{type(self).__name__}: eps of shape {eps.shape} must end in batch_shape + "
                f"{what} = {outcome}, noise for each outcome: draw it with .noise(rng, shape)"
            )
        start = next(orders)
        if context.blocks and self.rounds and not context.current().recording:
            with recording:
                z = rounded_again(self._transform(eps))
        else:
            z = self._transform(eps)
        return mark(z, start, "sample")

    @property
    def rounds(self) -> bool:
        """Whether draws have an edge to round to."""
        return self.has_rsample and self.support.has_ends

    def rsample(self, rng: Generator = REQUIRED, shape: int | Shape = ()) -> Var:
        """A reparameterised draw of `shape` + batch_shape + event_shape: gradients pass."""
        return self.transform(self.noise(rng, shape))

    def rsample_with_log_prob(
        self, rng: Generator = REQUIRED, shape: int | Shape = ()
    ) -> tuple[Var, Var]:
        """A draw z, as `rsample` gives, and log q(z), of shape sample_shape + batch_shape."""
        return self.transform_with_log_prob(self.noise(rng, shape))

    def transform_with_log_prob(self, eps: object) -> tuple[Var, Var]:
        """The outcome z of `transform(eps)` and log q(z): flows know it without an inverse."""
        z = self.transform(eps)
        return z, self.log_prob(z)

    def sample(
        self,
        rng: Generator = REQUIRED,
        shape: int | Shape = (),
        *,
        estimator: str | None = None,
        **options: object,
    ) -> Var:
        """The draw that `rsample` makes, behind a wall: no gradient passes to the parameters.

        What made it stays in the graph, so the broken picture shows beside the repaired one. The
        wall knows this distribution: `mg.surrogate(cost)` carries the gradient around it.

        `estimator`, or a block `with mg.strategy(…)`, chooses how; each has its options:

        - "score": the score function, the default; `baseline` as in `mg.surrogate`.
        - "pathwise": the draw of `rsample`.
        - "enumeration": all outcomes side by side along a new first axis, which costs keep: exact.
          Of unbounded counts, those up to a `tail` of probability, 1e-12.
        - "measure-valued": likewise the draw and the arms of its weak derivatives; a second
          derivative raises NotImplementedError.
        - "straight-through": the draw with the gradient of its mean, biased.
        - "relaxed": a draw of its relaxation, `temperature` 0.5, `hard=True` rounded; biased.

        The names of the functions, "score_function", "measure_valued" and "straight_through", will
        do too; any other raises ValueError.
        """
        name, given = (estimator, options) if estimator else usual.get()
        return strategy_of(name)(self, rng, shape, **{**given, **options})

    def _leaf(self, value: Value) -> Var:
        return noise_leaf(value, "eps", sampling_scope(), self._law.name)

    # ------------------------------------------------------------------- densities and quantiles

    @abstractmethod
    def log_prob(self, z: object) -> Var:
        """The log-density at z, of shape sample_shape + batch_shape: -inf where no outcome is, nan
        where z is nan.

        At a draw, it uses the number that z was rounded from, where the graph has it.
        """

    @property
    def moving_ends(self) -> str:
        """Why the score function fails where the support moves, in words."""
        return (
            f"the parameters move the ends of {type(self).__name__} ({self.support}), where its "
            "density jumps and log q has no derivative"
        )

    # -------------------------------------------------------------------------------- moments

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
    def mode(self) -> Var:
        """Where the density is largest, of shape batch_shape + event_shape."""
        self._unknown("mode")

    @property
    def stddev(self) -> Var:
        """The square root of the variance."""
        return sqrt(self.variance)

    def _shown(self) -> dict[str, object]:
        """What the constructor was given, by name."""
        return {name: getattr(self, name) for name in self._parameters if name[0] != "_"}

    def __repr__(self) -> str:
        return described(type(self).__name__, self._shown())

    def _repr_html_(self) -> str:
        """In Jupyter: the density or the masses of one number, else the text."""
        return as_html(self)
