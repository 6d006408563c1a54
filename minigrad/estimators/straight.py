"""Straight-through estimators: a draw is discrete, and its gradient that of something smooth.

They need the derivative of f between its corners, take one evaluation, and are biased: exact in the
mean for linear f (straight-through) or quadratic f (ReinMax), for others not.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from ..distributions import Bernoulli, Distribution, Independent, OneHotCategorical
from ..distributions.parameters import value_of
from ..distributions.randomness import Generator, sample_count
from ..engine.gradients import grad
from ..engine.values import Array
from ..engine.variable import Var
from ..ops import divide, sigmoid, softmax
from .coins import check_temperature, coins_of
from .conditional import gumbels_given, relaxed_given
from .moments import Chunk
from .problem import Problem, Setting, draw, plus
from .results import Estimate
from .streaming import Task, stream

Choice = Bernoulli | OneHotCategorical
# What each logit gets: of the law, its probabilities, the draws, f's slopes at them, a generator.
Slope = Callable[[Choice, Array, Array, Array, Generator], Array]


def straight_through(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and a biased gradient for Bernoulli or one-hot z; arguments as in `pathwise`.

    f′(z) at the draw times the slope of the probability, p(1 - p) for a logit (Bengio, Léonard and
    Courville, 2013). The mean is exact for linear f alone: for (z - t)² it is off by
    p(1 - p)(2p - 1). A distribution other than Bernoulli, OneHotCategorical or an Independent one
    raises TypeError.

    >>> def problem(logit):
    ...     return mg.Bernoulli(logits=logit), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.straight_through(problem, (1.0,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 0.039
    (0.132, 0.002)
    """
    task = Task(problem, params, samples, rng, chunk, executor, progress)
    return _stream("straight-through", _by_mean, task)


def reinmax(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and a gradient for Bernoulli or one-hot z, of small bias; arguments as in `pathwise`.

    f′(z) [2π(1 - π) - p(1 - p)/2] with π = (p + z)/2, which is Heun's method where straight-through
    is Euler's (Liu, Dong, Liu, Yu and Gao, 2023). The mean is exact for linear and quadratic f,
    not for a cubic. A distribution other than Bernoulli, OneHotCategorical or an Independent one
    raises TypeError.

    >>> def problem(p):
    ...     return mg.Bernoulli(p), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.reinmax(problem, (0.3,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 0.2
    (0.203, 0.012)
    """
    task = Task(problem, params, samples, rng, chunk, executor, progress)
    return _stream("ReinMax", _by_heun, task)


def gumbel_rao(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    temperature: float = 0.5,
    draws: int = 10,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and a biased gradient for Bernoulli or one-hot z; other arguments as in `pathwise`.

    f′(z) times the slope of the relaxed number at `temperature`, which rounds to z, as that of
    `RelaxedBernoulli(hard=True)`, averaged over `draws` of them given z: the mean stays, and
    the variance falls, the more of them there are (Paulus, Maddison and Krause, 2021). A
    distribution other than Bernoulli, OneHotCategorical or an Independent one raises TypeError.

    >>> def problem(logit):
    ...     return mg.Bernoulli(logits=logit), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.gumbel_rao(problem, (1.0,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 0.039
    (0.084, 0.002)
    """
    check_temperature("gumbel_rao", temperature)
    slope = partial(_by_relaxing, temperature=float(temperature), draws=sample_count(draws))
    task = Task(problem, params, samples, rng, chunk, executor, progress)
    return _stream("Gumbel-Rao", slope, task)


def _stream(
    name: str,
    slope: Slope,
    task: Task,
) -> Estimate:
    return stream(name, partial(_rule, name=name, slope=slope), task, apart=True)


def _rule(setting: Setting, rng: Generator, count: int, name: str, slope: Slope) -> Chunk:
    choice = _choice_of(name, setting.q)
    z = Var(draw(setting.q, rng, count, antithetic=False).value)
    y = setting.f(z)
    each = np.full(y.shape, 1.0 / count)
    found = grad(y, [z, *setting.theta], seed=each, allow_unused=True)
    of_z, *direct = map(value_of, found)
    b: Array = z.value  # type: ignore[assignment]
    p = np.broadcast_to(value_of(choice.probs), b.shape)
    total = slope(choice, p, b, np.asarray(of_z), rng).sum(axis=0)
    return Chunk(y.value, plus(direct, setting, choice.logits, total))  # type: ignore[arg-type]


def _choice_of(name: str, q: Distribution) -> Choice:
    base = q
    while isinstance(base, Independent):
        base = base.base
    return base if isinstance(base, OneHotCategorical) else coins_of(name, q)


def _through(choice: Choice, p: Array, g: Array) -> Array:
    """g, back through the probabilities to the logits: a sigmoid, or a softmax."""
    if isinstance(choice, Bernoulli):
        return p * (1.0 - p) * g
    mean: Array = np.sum(p * g, axis=-1, keepdims=True)
    return p * (g - mean)


def _by_mean(choice: Choice, p: Array, b: Array, g: Array, rng: Generator) -> Array:
    return _through(choice, p, g)


def _by_heun(choice: Choice, p: Array, b: Array, g: Array, rng: Generator) -> Array:
    return 2.0 * _through(choice, 0.5 * (p + b), g) - 0.5 * _through(choice, p, g)


def _by_relaxing(
    choice: Choice,
    p: Array,
    b: Array,
    g: Array,
    rng: Generator,
    temperature: float,
    draws: int,
) -> Array:
    total = np.zeros(b.shape)
    for _ in range(draws):
        if isinstance(choice, Bernoulli):
            z = relaxed_given(b, choice.stopped().logits, rng.logistic(size=b.shape))
            soft = sigmoid(divide(z, temperature))
        else:
            soft = softmax(gumbels_given(b, p, rng.standard_exponential(b.shape)) / temperature)
        total += _through(choice, np.asarray(value_of(soft)), g)
    return total / (draws * temperature)
