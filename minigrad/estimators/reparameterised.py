"""The pathwise estimator: the gradient flows through z = transform(noise)."""

import math
import warnings
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from ..distributions.randomness import Generator
from ..ops import add, subtract
from .points import Points, name_suffix
from .problem import Problem, Setting, check_rsample, draw_noise
from .results import Estimate
from .streaming import Chunk, Preparation, Rule, Task, stream
from .taylor import ControlVariate, Expansion, expansion_of


def pathwise(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    antithetic: bool = False,
    points: Points | None = None,
    control_variate: ControlVariate | None = None,
    replay: bool = False,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient with respect to `params`, by differentiating the samples.

    `problem(*params)` returns the distribution of z and the integrand f: for samples z of shape
    (n,) + batch_shape + event_shape, f(z) is a Var of shape (n,). `params` holds floats or arrays;
    `rng` is a Generator, an int seed, or None for fresh randomness.

    `antithetic` draws pairs of opposite noise, so `samples` must be even. `points` takes noise that
    is spread evenly, through its quantile function: "stratified" (one point in each cell of a
    grid), "latin" (one in each row and column) or "sobol" (SciPy), in sets that are chunks; errors
    come from the scatter of the sets, and `samples` must be a multiple of a set.

    `control_variate` subtracts f's Taylor expansion around the mean of z, "linear" or "quadratic",
    and adds its exact expectation: of (z - k)² the variances of ∂μ and ∂σ, 4σ² and 4m² + 8σ² with m
    = μ - k, become 4σ² and 8σ², or 0 and 0. "quadratic" takes as many gradients as z has numbers,
    once, and needs their covariance: a TypeError where it is not known.

    `replay` traces one chunk and runs its program for the others, as `mg.compiled` does: it pays if
    a chunk has many small steps and there are some hundred chunks. The results differ in the last
    digits at most. It has no effect with `points`, a `control_variate`, or where z is rounded to
    the edge of its support.

    `chunk` bounds how many samples are in memory at a time. `executor` computes chunks elsewhere,
    with the same result; for processes the problem must be importable. A worker that dies
    raises RuntimeError; under dask only when its scheduler gives up (`allowed-failures`, and
    `no-workers-timeout`, which has no limit unless you set one). `progress` shows a bar (tqdm).

    f must be continuous: a jump has no gradient on either side, so pathwise misses it. A
    warning says so where every gradient is exactly 0. A distribution without rsample
    raises TypeError; an f that is not finite raises ValueError, which names the sample.

    >>> def problem(mu):  # E[z²] = μ² + 1, so its slope is 2μ
    ...     return mg.Normal(mu, 1.0), mg.square
    >>> print(mg.pathwise(problem, (0.5,), 10_000, 0))
    pathwise, 10,000 samples
    E[f]             1.23524 ± 0.015
    d/d param 0     0.982753 ± 0.021
    """
    if control_variate not in (None, "linear", "quadratic"):
        raise ValueError(
            f'control_variate is None, "linear" or "quadratic", not {control_variate!r}'
        )
    plain = partial(_rule, antithetic=antithetic, points=points, replay=replay)
    rule: Rule | Preparation = plain
    if control_variate:
        rule = partial(_expanded, rule=plain, order=control_variate)
    estimate = stream(
        "pathwise"
        + name_suffix(points)
        + (f", {control_variate} control variate" * bool(control_variate)),
        rule,
        Task(problem, params, samples, rng, chunk, executor, progress),
        antithetic=antithetic,
        points=points,
        prepared=control_variate is not None,
        apart=not (points or control_variate or replay),
    )
    if estimate.grads and not any(np.any(d) for d in estimate.grads):
        warnings.warn(
            "pathwise: every gradient is exactly 0: the integrand is flat wherever it has a "
            "derivative, or the parameters do not reach it; for a function with jumps use "
            "mg.score_function",
            stacklevel=2,
        )
    return estimate


def _expanded(setting: Setting, rng: Generator, rule: Rule, order: ControlVariate) -> Rule:
    check_rsample("pathwise", setting.q)
    return partial(rule, expansion=expansion_of(setting, order))


def _rule(
    setting: Setting,
    rng: Generator,
    count: int,
    antithetic: bool,
    points: Points | None,
    expansion: Expansion | None = None,
    replay: bool = False,
) -> Chunk:
    check_rsample("pathwise", setting.q)
    eps = draw_noise(setting.q, rng, count, antithetic, points)
    plain = points is None and expansion is None and not setting.q.rounds
    if replay and plain and setting.is_tried:
        total, grads = setting.total.value_and_grad(*setting.params, eps)
        if math.isfinite(total):  # else the tape says which sample it is
            return Chunk(np.array([total]), tuple(d / count for d in grads))
    setting.is_tried = True
    z = setting.q.transform(eps)
    y = setting.f(z)
    if expansion is not None:
        y = add(subtract(y, expansion.at(z)), expansion.mean(setting.q))
    return Chunk(y.value, setting.gradient_of_mean(y))  # type: ignore[arg-type]
