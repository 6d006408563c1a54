"""Estimators for vectors of Bernoulli numbers: two antithetic draws, and f at both.

With logit φ and u uniform, b = [u > σ(-φ)] and b̃ = [1 - u > σ(-φ)] are both draws of the coin.
ARM (Yin and Zhou, 2019) takes (f(b) - f(b̃)) (u - ½), DisARM (Dong, Mnih and Tucker, 2020) its mean
over all u that give the same b and b̃. Both need values of f alone, two however long the vector is.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from ..distributions import Bernoulli, Distribution, Independent
from ..distributions.parameters import value_of
from ..distributions.randomness import Generator
from ..engine.values import Array
from ..engine.variable import constant
from ..ops import multiply
from .moments import Chunk
from .problem import Problem, Setting, plus
from .results import Estimate
from .streaming import Task, stream


def arm(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient for Bernoulli z, from antithetic pairs; arguments as in `pathwise`.

    A sample is a pair of draws: f is evaluated twice, only at 0s and 1s. For one coin, with
    Δ = f(1) - f(0) and m = min(p, 1 - p), the variance is Δ² [(1 - (1 - 2m)³)/12 - (p(1 - p))²];
    that of `disarm` is always less. A distribution other than Bernoulli or Independent(Bernoulli)
    raises TypeError.

    >>> def problem(p):
    ...     return mg.Bernoulli(p), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.arm(problem, (0.3,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 0.2
    (0.2, 0.002)
    """
    rule = partial(_rule, weigh=_by_arm)
    return stream(
        "ARM",
        rule,
        Task(problem, params, samples, rng, chunk, executor, progress),
        apart=True,
    )


def disarm(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient for Bernoulli z, from antithetic pairs; arguments as in `pathwise`.

    A sample is a pair of draws: f is evaluated twice, only at 0s and 1s. For one coin, with
    Δ = f(1) - f(0), the variance is Δ² p(1 - p) [max(p, 1 - p)/2 - p(1 - p)], 0 at p = ½. A
    distribution other than Bernoulli or Independent(Bernoulli) raises TypeError.

    >>> def problem(p):
    ...     return mg.Bernoulli(p), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.disarm(problem, (0.3,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 0.2
    (0.199, 0.002)
    """
    rule = partial(_rule, weigh=_by_disarm)
    return stream(
        "DisARM",
        rule,
        Task(problem, params, samples, rng, chunk, executor, progress),
        apart=True,
    )


def coins_of(name: str, q: Distribution) -> Bernoulli:
    """The Bernoulli numbers that q is; any other raises TypeError."""
    base = q
    while isinstance(base, Independent):
        base = base.base
    if not isinstance(base, Bernoulli):
        raise TypeError(
            f"{name} is for Bernoulli and Independent(Bernoulli), not {type(base).__name__}: "
            "use mg.score_function or mg.measure_valued"
        )
    return base


def check_temperature(name: str, temperature: object) -> None:
    """That of a relaxation is positive."""
    if not (isinstance(temperature, int | float) and 0.0 < temperature < np.inf):
        raise ValueError(f"{name}: temperature must be a positive number, not {temperature!r}")


def _by_arm(u: Array, b: Array, other: Array, p: Array) -> Array:
    return u - 0.5


def _by_disarm(u: Array, b: Array, other: Array, p: Array) -> Array:
    return 0.5 * (b - other) * np.maximum(p, 1.0 - p)


def _rule(setting: Setting, rng: Generator, count: int, weigh) -> Chunk:  # type: ignore[no-untyped-def]
    coins = coins_of("disarm" if weigh is _by_disarm else "arm", setting.q)
    p = np.asarray(value_of(coins.probs))
    u = rng.random((count, *p.shape))
    b, other = (np.asarray(x > 1.0 - p, dtype=float) for x in (u, 1.0 - u))
    first, second = setting.f(constant(b)), setting.f(constant(other))
    y = multiply(0.5, first + second)
    gaps: Array = first.value - second.value  # type: ignore[assignment]
    weights = weigh(u, b, other, p)
    each = gaps.reshape(*gaps.shape, *(1,) * (weights.ndim - gaps.ndim)) * weights
    grads = plus(setting.gradient_of_mean(y), setting, coins.logits, each.mean(axis=0))
    return Chunk(y.value, grads)  # type: ignore[arg-type]
