"""The score function estimator, f(z) ∇ log q(z): f need not have a derivative.

A baseline b, in (f(z) - b) ∇ log q(z), reduces variance and leaves the mean as it is, as long as
b does not depend on z. So the baseline of each sample is computed from the others in its chunk.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Literal

import numpy as np

from ..distributions import Distribution
from ..distributions.parameters import sum_last
from ..distributions.randomness import Generator
from ..engine.gradients import grad
from ..engine.values import Array, Value, plain
from ..engine.variable import Var
from ..ops import index, multiply
from ..ops import sum as sum_
from .apart import scores_of_each
from .moments import Chunk
from .points import Points, name_suffix
from .problem import Problem, Setting, draw
from .results import Estimate
from .streaming import Task, stream

Baseline = Literal["mean", "optimal"]


def score_function(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    baseline: Baseline | None = None,
    chunk: int | None = None,
    antithetic: bool = False,
    points: Points | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient, by differentiating log q instead of f; arguments as in `pathwise`.

    `baseline="mean"` subtracts the mean of f over the other samples of the chunk. "optimal"
    subtracts Σ f s² / Σ s² over them, with s the score, for each number in the parameters: the
    baseline of least variance (Greensmith, Bartlett and Baxter, 2004), reached with some hundred
    samples in a chunk. It needs the score of each sample on its own: all at once where the problem
    takes parameters with one more axis in front, else some 20 µs per sample. With a baseline
    `samples` must be 2 or more, and not antithetic: the partner would reveal the sample.

    A distribution without a log_prob raises TypeError, and so does one whose range the parameters
    move: at the ends log q has no derivative, and the estimate would be wrong.

    >>> def problem(mu):
    ...     return mg.Normal(mu, 1.0), mg.square
    >>> estimate = mg.score_function(problem, (0.5,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 1
    (0.939, 0.04)
    """
    if baseline not in (None, "mean", "optimal"):
        raise ValueError(f'baseline is None, "mean" or "optimal", not {baseline!r}')
    if baseline and (antithetic or points):
        raise ValueError(
            "score_function: a baseline leaves one sample out, and its partners would bring it "
            "back and bias the gradient: choose one of baseline=, antithetic= and points="
        )
    rule = partial(
        _optimal if baseline == "optimal" else _rule, antithetic=antithetic, points=points
    )
    if baseline != "optimal":
        rule = partial(rule, centred=baseline == "mean")
    name = "score function" + name_suffix(points) + (f", {baseline} baseline" if baseline else "")
    return stream(
        name,
        rule,
        Task(problem, params, samples, rng, chunk, executor, progress),
        smallest=2 if baseline else 1,
        antithetic=antithetic,
        points=points,
        apart=not points,
    )


def _log_prob(setting: Setting, z: Var) -> Var:
    """log q(z) for each sample in z, or of one outcome: the log-densities of a batch add up."""
    own = len(setting.q.batch_shape) - len(setting.lanes)
    return sum_last(scored("score_function", setting.q, z), own)


def scored(name: str, q: Distribution, z: Var | Value) -> Var:
    """log q(z), whose gradient is the score: refused where that would not be all."""
    _check_range(name, q)
    try:
        return q.log_prob(z)
    except NotImplementedError as error:
        raise TypeError(
            f"{name} needs the density, and {type(q).__name__} has no log_prob "
            f"({error}): use mg.pathwise"
        ) from None


def _check_range(name: str, q: Distribution) -> None:
    if q.support.moves:
        raise TypeError(f"{name}: {q.moving_ends}: use mg.pathwise, or keep the ends fixed")


def _rule(
    setting: Setting,
    rng: Generator,
    count: int,
    antithetic: bool,
    points: Points | None,
    centred: bool,
) -> Chunk:
    z = draw(setting.q, rng, count, antithetic, points)
    y = setting.f(z)
    values: Array = y.value  # type: ignore[assignment]
    # f - (mean of the others) is (f - mean of all) times n / (n - 1).
    weights = (values - values.mean(axis=0)) * (count / (count - 1)) if centred else values
    surrogate = multiply(weights, _log_prob(setting, z)) + y  # y: f may use the parameters
    return Chunk(values, setting.gradient_of_mean(surrogate))


def _optimal(
    setting: Setting, rng: Generator, count: int, antithetic: bool, points: Points | None
) -> Chunk:
    z = draw(setting.q, rng, count, antithetic, points)
    y = setting.f(z)
    values: Array = y.value  # type: ignore[assignment]
    scores = scores_of_each(setting, z, _log_prob(setting, z)) or _one_by_one(setting, z)
    direct = setting.gradient_of_mean(y)
    grads = (plain(_weighted(values, s) + d) for s, d in zip(scores, direct, strict=True))
    return Chunk(values, tuple(grads))


def _one_by_one(setting: Setting, z: Var) -> list[Array]:
    log_q = (sum_(_log_prob(setting, index(z, i))) for i in range(len(z)))
    scores = (grad(x, setting.theta, allow_unused=True) for x in log_q)
    return [np.array(each) for each in zip(*scores, strict=True)]


def _weighted(values: Array, scores: Array) -> Value:
    """The mean of (f - b) s, each b from the other samples; scores has shape (n,) + param's."""
    f = values.reshape(*values.shape, *(1,) * (scores.ndim - values.ndim))
    baselines = mean_of_others(f, scores * scores)
    return ((f - baselines) * scores).mean(axis=0)  # type: ignore[no-any-return]


def mean_of_others(values: Array, weights: Array) -> Array:
    """For each entry along the first axis the weighted mean of the others."""
    others = weights.sum(axis=0) - weights
    products = (values * weights).sum(axis=0) - values * weights
    means: Array = np.divide(products, others, out=np.zeros_like(products), where=others > 0.0)
    return means
