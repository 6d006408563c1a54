"""The pathwise estimator: the gradient flows through z = transform(noise)."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

import numpy as np

from ..distributions import Distribution
from ..distributions.randomness import Generator
from ..engine.variable import Var
from .doubts import MANY
from .jumps import jump_of
from .moments import Chunk
from .points import Points, name_suffix
from .problem import Batch, Problem, Setting, check_rsample, draw_noise
from .replaying import replayed
from .results import Estimate
from .streaming import Preparation, Rule, Task, stream, values_of
from .taylor import SET, ControlVariate, Variate, centred, variate_of


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
    = μ - k, become 4σ² and 8σ², or 0 and 0. A thousand draws of its own choose how much of it, for
    each number: so it never adds variance, but 1/64 at most, even where f is nothing like it.
    "quadratic" takes as many gradients as z has numbers, once, and needs their covariance: a
    TypeError where it is not known.

    `replay` traces a second chunk, or a block of it, and runs its program from then on, as
    `mg.compiled` does. The last programs are kept, so that in a loop all calls but the first have
    theirs already: pass the same function each time. The results differ in the last digits at most;
    what an estimate says of rare, large values of f comes from the chunks on the tape. It has no
    effect with `points`, a `control_variate`, or where z is rounded to the edge of its support.

    `chunk` bounds how many samples are in memory at a time. `executor` computes chunks elsewhere,
    with the same result; for processes the problem must be importable. A worker that dies
    raises RuntimeError; under dask only when its scheduler gives up (`allowed-failures`, and
    `no-workers-timeout`, which has no limit unless you set one). `progress` shows a bar (tqdm).

    f must be continuous: a jump has no gradient on either side, so pathwise misses it. Where f
    compares or rounds and one of 64 stretches between draws crosses a jump, the estimate says so,
    and a warning where every gradient is exactly 0. A distribution without rsample raises
    TypeError; an f that is not finite raises ValueError, which names the sample.

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
    noise = partial(draw_noise, antithetic=antithetic, points=points)
    plain = partial(_rule, noise=noise, replay=replay and not points)
    rule: Rule | Preparation = plain
    if control_variate:
        rule = partial(_expanded, rule=plain, order=control_variate, noise=noise)
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
    if samples >= MANY and not isinstance(problem, Batch):
        with np.errstate(all="ignore"):
            said = jump_of(Setting(problem, values_of("pathwise", params)))
        if said:
            return replace(estimate, warnings=(*estimate.warnings, said))
    return estimate


Noise = Callable[[Distribution, Generator, int], Var]


def _expanded(
    setting: Setting, rng: Generator, rule: Rule, order: ControlVariate, noise: Noise
) -> Rule:
    check_rsample("pathwise", setting.q)
    return partial(rule, variate=variate_of(setting, order, lambda: noise(setting.q, rng, SET)))


def _rule(
    setting: Setting,
    rng: Generator,
    count: int,
    noise: Noise,
    replay: bool,
    variate: Variate | None = None,
) -> Chunk:
    check_rsample("pathwise", setting.q)
    eps = noise(setting.q, rng, count)
    if replay and variate is None and not setting.q.rounds and setting.is_tried:
        chunk = replayed(setting, eps)
        if chunk is not None:  # else the tape says which sample it is
            return chunk
    setting.is_tried = True
    z = setting.q.transform(eps)
    y = setting.f(z)
    values, grads = np.asarray(y.value), setting.gradient_of_mean(y)
    if variate is not None:
        other = centred(setting, variate.expansion, z)
        values = values - variate.of_value * np.asarray(other.value)
        slopes = zip(grads, variate.of_grads, setting.gradient_of_mean(other), strict=True)
        grads = tuple(d - share * slope for d, share, slope in slopes)
    return Chunk(values, grads)
