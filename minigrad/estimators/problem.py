"""A problem, a function of the parameters that returns a distribution and an integrand.

`def problem(mu, sigma): return mg.Normal(mu, sigma), mg.sin`. The integrand takes samples of shape
(n,) + batch_shape + event_shape and returns n numbers, a Var of shape (n,); it may use the
parameters itself.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ..distributions.base import Distribution
from ..distributions.parameters import Numbers, value_of
from ..distributions.randomness import Generator, noise_leaf
from ..engine.context import no_grad
from ..engine.gradients import grad
from ..engine.values import Array, Shape, Value, as_value, plain
from ..engine.variable import Var
from ..ops import concatenate
from .doubts import Doubts, look_at_edges
from .points import Points, spread_points
from .results import Estimate

Integrand = Callable[[Var], Var]
Problem = Callable[..., tuple[Distribution, Integrand]]


class Batch:
    """A problem whose parameters have one more axis in front: `count` problems side by side."""

    estimates: tuple[Estimate, ...] = ()

    def __init__(self, problem: Problem, count: int) -> None:
        self.problem, self.count = problem, count

    def __call__(self, *params: Var) -> tuple[Distribution, Integrand]:
        """The problem, of all parameters at once."""
        return self.problem(*params)


class Setting:
    """A problem at its parameters, which are leaves: what an estimator's rule works on.

    `lanes` is () for one problem, (count,) for a batch: the integrand then gives count numbers per
    sample, each of which stands for itself.
    """

    def __init__(self, problem: Problem | Batch, params: Sequence[Value]) -> None:
        if not callable(problem):
            raise TypeError(f"a problem is a function of the parameters, not {_kind(problem)}")
        self.problem, self.params = problem, params
        self.lanes: Shape = (problem.count,) if isinstance(problem, Batch) else ()
        self.theta = tuple(Var(p) for p in params)
        made: object = problem(*self.theta)
        if isinstance(made, Var):
            raise TypeError(
                "a problem returns a pair, the distribution and the integrand as a function, "
                "(mg.Normal(mu, sigma), mg.sin), not a value, a Var"
            )
        if not (isinstance(made, tuple) and len(made) == 2):
            raise TypeError(f"a problem returns (distribution, integrand), not {_kind(made)}")
        q, integrand = made
        if isinstance(integrand, Var):
            raise TypeError(
                "the integrand is a function of z, mg.sin or lambda z: mg.sin(z), not its value, a "
                "Var: leave out the call"
            )
        if not isinstance(q, Distribution) or not callable(integrand):
            raise TypeError(
                "a problem returns (distribution, integrand), like (mg.Normal(mu, sigma), mg.sin), "
                f"not ({_kind(q)}, {_kind(integrand)})"
            )
        self.q: Distribution = q
        self.integrand: Integrand = integrand
        self.doubts = Doubts()
        self.is_tried = False  # whether the integrand was found to be one number per sample

    @property
    def outcome_shape(self) -> Shape:
        """The shape of one draw."""
        return self.q.batch_shape + self.q.event_shape

    @property
    def noise_shape(self) -> Shape:
        """The shape of the noise of one draw."""
        return self.q.batch_shape + self.q.noise_shape

    def f(self, z: Var) -> Var:
        """The integrand at the samples z, on the tape: checked to be one number per sample."""
        y: object = self.integrand(z)
        if not isinstance(y, Var):
            raise TypeError(
                f"the integrand returned {_kind(y)}, not a Var: "
                "compute it from z by ops, not from z.value, so that gradients can pass"
            )
        if y.shape != z.shape[:1] + self.lanes:
            raise ValueError(
                f"the integrand returned shape {y.shape} for samples of shape {z.shape}: it must "
                f"be {z.shape[:1]}, one number per sample; sum over the other axes only"
            )
        if self.q.rounds:
            look_at_edges(self.doubts, self.q, z, y, self.integrand)
        return y

    def mean_at(self, z: Var) -> Value:
        """The mean of the integrand at z, off the tape; of each lane."""
        return plain(self.values_at(z).sum(axis=0) / len(z))

    def gradient_of_mean(self, y: Var) -> tuple[Value, ...]:
        """Of the mean of y over the samples, by the parameters; of the sum of all lanes, each of
        which has parameters of its own."""
        each = np.full(y.shape, 1.0 / len(y))
        return grad(y, self.theta, seed=each, allow_unused=True)  # type: ignore[return-value]

    def values_at(self, z: Var) -> Array:
        """The integrand at each of the samples z, off the tape."""
        with no_grad():
            return self.f(z).value  # type: ignore[return-value]


def _kind(x: object) -> str:
    return type(x).__name__


def plus(
    grads: Sequence[Value], setting: Setting, parameter: Numbers, slope: object
) -> tuple[Value, ...]:
    """`grads`, plus what a slope with respect to a distribution's parameter adds."""
    if not (isinstance(parameter, Var) and parameter.requires_grad):
        return tuple(grads)
    parts: tuple[Value, ...] = grad(parameter, setting.theta, seed=slope, allow_unused=True)  # type: ignore[assignment]
    return tuple(a + b for a, b in zip(grads, parts, strict=True))


def draw_noise(
    q: Distribution, rng: Generator, count: int, antithetic: bool, points: Points | None = None
) -> Var:
    """Base noise for `count` samples; antithetic noise comes in pairs, first halves first."""
    if points is not None:
        return _spread_noise(q, rng, count, points)
    if not antithetic:
        return q.noise(rng, (count,))
    eps = q.noise(rng, (count // 2,))
    with no_grad():
        both = concatenate([eps, q.mirrored(eps)])
    return noise_leaf(both.value, "eps", "")


def _spread_noise(q: Distribution, rng: Generator, count: int, points: Points) -> Var:
    """Noise at points that are spread evenly, through its quantile function."""
    shape = q.batch_shape + q.noise_shape
    u = spread_points(points, rng, count, int(np.prod(shape)))
    eps = value_of(q._law.quantile(u.reshape(count, *shape)))
    return noise_leaf(as_value(eps), "eps", "")


def draw(
    q: Distribution, rng: Generator, count: int, antithetic: bool, points: Points | None = None
) -> Var:
    """`count` samples that pass no gradient to the parameters."""
    with no_grad():
        if q.has_rsample:
            return q.transform(draw_noise(q, rng, count, antithetic, points))
        if antithetic:
            raise TypeError(
                f"antithetic=True: {type(q).__name__} has no noise to mirror, since it has no "
                "rsample: leave antithetic=False"
            )
        if points is not None:
            return q._outcome(_spread_noise(q, rng, count, points))
        return q.sample(rng, (count,))


def check_rsample(name: str, q: Distribution) -> None:
    """Refuse a distribution whose draws are no function of noise and parameters."""
    if not q.has_rsample:
        raise TypeError(
            f"{name} moves samples with the parameters, but {type(q).__name__} has no rsample: "
            "use mg.score_function, or a relaxation such as mg.RelaxedBernoulli"
        )
