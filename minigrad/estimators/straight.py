"""Straight-through estimators: a draw is discrete, and its gradient that of something smooth.

They need the derivative of f between its corners, take one evaluation, and are biased: exact in the
mean for linear f (straight-through) or quadratic f (ReinMax), for others not.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from ..distributions.discrete import Bernoulli
from ..distributions.parameters import value_of
from ..distributions.randomness import Generator, sample_count
from ..engine.gradients import grad
from ..engine.values import Array, Value
from ..engine.variable import Var
from ..ops import sigmoid
from .coins import coins_of
from .conditional import relaxed_given
from .problem import Problem, Setting, draw, plus
from .results import Estimate
from .streaming import Chunk, stream

# The slope of a smooth stand-in in each logit: of the coins, their p, the draws, and a generator.
Slope = Callable[[Bernoulli, Array, Array, Generator], Array]


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
    """E[f(z)] and a biased gradient for Bernoulli z; arguments as in `pathwise`.

    f′(z) at the draw times the slope of the probability, p(1 - p) for a logit (Bengio, Léonard and
    Courville, 2013). The mean is exact for linear f alone: of (z - t)² it is off by
    p(1 - p)(2p - 1). A distribution other than Bernoulli or Independent(Bernoulli) is a TypeError.
    """
    return _stream(
        "straight-through", _by_mean, problem, params, samples, rng, chunk, executor, progress
    )


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
    """E[f(z)] and a gradient for Bernoulli z, biased to second order; arguments as in `pathwise`.

    f′(z) [2π(1 - π) - p(1 - p)/2] with π = (p + z)/2, which is Heun's method where straight-through
    is Euler's (Liu, Dong, Liu, Yu and Gao, 2023). The mean is exact for linear and quadratic f, for
    a cubic not. A distribution other than Bernoulli or Independent(Bernoulli) is a TypeError.
    """
    return _stream("ReinMax", _by_heun, problem, params, samples, rng, chunk, executor, progress)


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
    """E[f(z)] and a biased gradient for Bernoulli z; other arguments as in `pathwise`.

    f′(z) times the slope of the relaxed number at `temperature`, which rounds to z, as that of
    `RelaxedBernoulli(hard=True)`, averaged over `draws` of them given z: the mean stays, and
    the variance falls, the more of them there are (Paulus, Maddison and Krause, 2021). A
    distribution other than Bernoulli or Independent(Bernoulli) is a TypeError.
    """
    if not (isinstance(temperature, int | float) and 0.0 < temperature < np.inf):
        raise ValueError(f"gumbel_rao: temperature must be a positive number, not {temperature!r}")
    slope = partial(_by_relaxing, temperature=float(temperature), draws=sample_count(draws))
    return _stream("Gumbel-Rao", slope, problem, params, samples, rng, chunk, executor, progress)


def _stream(
    name: str,
    slope: Slope,
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None,
    chunk: int | None,
    executor: Executor | None,
    progress: bool,
) -> Estimate:
    return stream(
        name,
        partial(_rule, name=name, slope=slope),
        problem,
        params,
        samples,
        rng,
        chunk=chunk,
        executor=executor,
        progress=progress,
    )


def _rule(setting: Setting, rng: Generator, count: int, name: str, slope: Slope) -> Chunk:
    coins = coins_of(name, setting.q)
    z = Var(draw(setting.q, rng, count, antithetic=False).value)
    y = setting.f(z)
    each = np.full(count, 1.0 / count)
    of_z: Array
    of_z, *direct = grad(y, [z, *setting.theta], seed=each, allow_unused=True)  # type: ignore[assignment]
    b: Array = z.value  # type: ignore[assignment]
    p = np.broadcast_to(value_of(coins.probs), b.shape)
    total = (of_z * slope(coins, p, b, rng)).sum(axis=0)
    grads: list[Value] = direct  # type: ignore[assignment]
    return Chunk(y.value, plus(grads, setting, coins.logits, total))  # type: ignore[arg-type]


def _by_mean(coins: Bernoulli, p: Array, b: Array, rng: Generator) -> Array:
    return p * (1.0 - p)


def _by_heun(coins: Bernoulli, p: Array, b: Array, rng: Generator) -> Array:
    between = 0.5 * (p + b)
    return 2.0 * between * (1.0 - between) - 0.5 * p * (1.0 - p)


def _by_relaxing(
    coins: Bernoulli, p: Array, b: Array, rng: Generator, temperature: float, draws: int
) -> Array:
    logits, total = value_of(coins.logits), np.zeros(b.shape)
    for _ in range(draws):
        z = value_of(relaxed_given(b, logits, rng.logistic(size=b.shape)))
        soft = value_of(sigmoid(np.asarray(z) / temperature))
        total += np.multiply(soft, np.subtract(1.0, soft)) / temperature
    return total / draws
