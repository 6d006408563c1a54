"""The pathwise estimator: the gradient flows through z = transform(noise)."""

import warnings
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from ..distributions.randomness import Generator
from ..engine.gradients import grad
from .problem import Problem, Setting, check_rsample, draw_noise
from .results import Estimate
from .streaming import Chunk, stream


def pathwise(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    antithetic: bool = False,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient with respect to `params`, by differentiating the samples.

    `problem(*params)` returns the distribution of z and the integrand f: for samples z of shape
    (n,) + batch_shape + event_shape, f(z) is a Var of shape (n,). `params` holds floats or arrays;
    `rng` is a Generator, an int seed, or None for fresh randomness.

    `antithetic` draws pairs of opposite noise, so `samples` must be even. `chunk` bounds how many
    samples are in memory at a time. `executor` computes chunks elsewhere, with the same result;
    for processes the problem must be importable. A worker that dies is a RuntimeError; under dask
    only when its scheduler gives up (`allowed-failures`, and `no-workers-timeout`, which has no
    limit unless you set one). `progress` shows a bar (tqdm).

    f must be continuous: what jumps has a gradient of 0 between jumps, and pathwise misses them. A
    warning says so where every gradient is exactly 0. A distribution without rsample is a
    TypeError, an f that is not finite a ValueError that names the sample.
    """
    rule = partial(_rule, antithetic=antithetic)
    estimate = stream(
        "pathwise",
        rule,
        problem,
        params,
        samples,
        rng,
        chunk=chunk,
        executor=executor,
        progress=progress,
        unit=2 if antithetic else 1,
        smallest=2 if antithetic else 1,
    )
    if estimate.grads and not any(np.any(d) for d in estimate.grads):
        warnings.warn(
            "pathwise: every gradient is exactly 0: the integrand is flat wherever it has a "
            "derivative, or the parameters do not reach it; for a function with jumps use "
            "mg.score_function",
            stacklevel=2,
        )
    return estimate


def _rule(setting: Setting, rng: Generator, count: int, antithetic: bool) -> Chunk:
    check_rsample("pathwise", setting.q)
    y = setting.f(setting.q.transform(draw_noise(setting.q, rng, count, antithetic)))
    each = np.full(count, 1.0 / count)
    return Chunk(y.value, grad(y, setting.theta, seed=each, allow_unused=True))  # type: ignore[arg-type]
