"""Finite differences of the mean of f, with the same noise at both ends or without."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from ..distributions.randomness import Generator
from ..engine.context import no_grad
from ..engine.values import Array, Value, plain
from .moments import Chunk
from .problem import Problem, Setting, check_rsample, draw, draw_noise
from .results import Estimate
from .streaming import Task, stream


def finite_difference(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    step: float = 1e-4,
    common_noise: bool = True,
    chunk: int | None = None,
    antithetic: bool = False,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient by central differences; arguments as in `pathwise`.

    Each number of the parameters moves by `step` to both sides: the error is of order step². With
    `common_noise` both ends take the same noise, which needs a distribution with rsample (any other
    raises TypeError); without it each end draws its own, and the variance grows like 1 / step².

    >>> def problem(mu):
    ...     return mg.Normal(mu, 1.0), mg.square
    >>> estimate = mg.finite_difference(problem, (0.5,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 1
    (0.983, 0.021)
    """
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0.0 < step < math.inf:
        raise ValueError(f"finite_difference: step must be a positive number, not {step!r}")
    rule = _common if common_noise else _fresh
    return stream(
        "finite differences, " + ("common noise" if common_noise else "fresh noise"),
        partial(rule, step=float(step), antithetic=antithetic),
        Task(problem, params, samples, rng, chunk, executor, progress),
        antithetic=antithetic,
        apart=True,
    )


def _common(setting: Setting, rng: Generator, count: int, step: float, antithetic: bool) -> Chunk:
    check_rsample("finite_difference with common noise", setting.q)
    eps = draw_noise(setting.q, rng, count, antithetic)

    def mean(there: Setting) -> Value:
        with no_grad():
            return there.mean_at(there.q.transform(eps))

    with no_grad():
        values = setting.values_at(setting.q.transform(eps))
    return Chunk(values, tuple(_slopes(setting, step, mean)))


def _fresh(setting: Setting, rng: Generator, count: int, step: float, antithetic: bool) -> Chunk:
    def mean(there: Setting) -> Value:
        return there.mean_at(draw(there.q, rng, count, antithetic))

    values = setting.values_at(draw(setting.q, rng, count, antithetic))
    return Chunk(values, tuple(_slopes(setting, step, mean)))


def _slopes(setting: Setting, step: float, mean) -> Iterator[Value]:  # type: ignore[no-untyped-def]
    """The central difference in each number of each parameter."""
    lanes = (slice(None),) * len(setting.lanes)
    for i, param in enumerate(setting.params):
        center = np.asarray(param, dtype=np.float64)
        slope = np.zeros(center.shape)
        for index in np.ndindex(center.shape[len(lanes) :]):
            place = (*lanes, *index)
            high, low = (_moved(center, place, h) for h in (step, -step))
            width = high[place] - low[place]  # as rounded
            if not np.all(width):
                here = float(np.max(np.abs(center[place])))
                raise ValueError(
                    f"finite_difference: step {step:g} is lost in rounding at {here:g}, parameter "
                    f"{i}: floats are {math.ulp(here):g} apart there, take a step far above that"
                )
            ends = (mean(_shifted(setting, i, end)) for end in (high, low))
            slope[place] = (next(ends) - next(ends)) / width
        yield plain(slope)


def _moved(center: Array, place: tuple[int | slice, ...], by: float) -> Array:
    moved = center.copy()
    moved[place] += by
    return moved


def _shifted(setting: Setting, i: int, param: Array) -> Setting:
    params = list(setting.params)
    params[i] = plain(param)
    return Setting(setting.problem, params)
