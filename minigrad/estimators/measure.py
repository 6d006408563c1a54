"""Measure-valued gradients: the derivative of a density as a difference of two densities, f
evaluated in both. The densities of each family are in `distributions/weak.py`.
"""

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from ..distributions import Distribution, Independent
from ..distributions.randomness import Generator
from ..distributions.weak import Arms, arms_of, known
from ..engine.values import Array, Shape, Value
from ..engine.variable import constant
from .moments import Chunk
from .problem import Problem, Setting, draw, plus
from .results import Estimate
from .streaming import Task, stream


def measure_valued(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient, without a derivative of f; arguments as in `pathwise`.

    Each sample takes two evaluations of f for every number in z and every parameter of its law. z
    is a batch of `Normal`, `Exponential`, `Gamma` (rate alone), `Weibull` (scale alone),
    `Bernoulli`, `Categorical`, `Poisson`, `Binomial` or `Geometric` numbers, or an `Independent`
    one; any other raises TypeError.

    >>> estimate = mg.measure_valued(lambda rate: (mg.Poisson(rate), mg.square), (2.0,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 5
    (5.0, 0.031)
    """
    return stream(
        "measure-valued",
        _rule,
        Task(problem, params, samples, rng, chunk, executor, progress),
        apart=True,
    )


def _rule(setting: Setting, rng: Generator, count: int) -> Chunk:
    z = draw(setting.q, rng, count, antithetic=False)
    y = setting.f(z)
    base: Array = z.value  # type: ignore[assignment]
    values: Array = y.value  # type: ignore[assignment]
    # What the parameters do to f itself, then what they do to the distribution.
    grads = setting.gradient_of_mean(y)
    for arms in _arms(setting.q, rng, base):
        slope = np.zeros(np.shape(arms.parameter.value))  # type: ignore[union-attr]
        _differences(slope, setting, base, values, arms)
        grads = plus(grads, setting, arms.parameter, slope)
    return Chunk(values, grads)


def _arms(q: Distribution, rng: Generator, z: Array) -> list[Arms]:
    base = q
    while isinstance(base, Independent):
        base = base.base
    arms = arms_of(base, rng, z)
    if arms is None:
        raise TypeError(
            f"measure_valued knows {known()} and Independent of these, not {type(base).__name__}: "
            "use mg.pathwise or mg.score_function"
        )
    return arms


def _differences(slope: Array, setting: Setting, z: Array, values: Array, arms: Arms) -> None:
    """For each number in z: the mean difference of f between the arms, all others as drawn."""
    lanes = (slice(None),) * len(setting.lanes)
    for place in np.ndindex(z.shape[1 + len(lanes) :]):
        column = (slice(None), *lanes, *place)
        ends: list[Value] = []
        for arm in (arms.plus, arms.minus):
            if arm is z:
                ends.append(values.mean(axis=0))
                continue
            moved = z.copy()
            moved[column] = arm[column]
            ends.append(setting.mean_at(constant(moved)))
        own = _index(slope.shape[len(lanes) :], (*place, *arms.place))
        slope[lanes + own] += (ends[0] - ends[1]) * arms.weight[lanes + place]


def _index(shape: Shape, place: tuple[int, ...]) -> tuple[int, ...]:
    """The place in a parameter that may broadcast: it has fewer axes, or some of length 1."""
    last = place[len(place) - len(shape) :]
    return tuple(0 if n == 1 else i for i, n in zip(last, shape, strict=True))
