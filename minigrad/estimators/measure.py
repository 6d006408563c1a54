"""Measure-valued gradients of Gaussians: the derivative of a density as a difference of
two densities, f evaluated in both.

∂/∂μ of N(μ, σ²) is 1/(σ√(2π)) times that of μ + σW less that of μ - σW, W Weibull (shape 2, scale
√2). ∂/∂σ is 1/σ times that of μ + σM, M double-sided Maxwell, less that of N(μ, σ²) itself, drawn
as μ + σMU with U uniform: the arms share W, or M, and their difference scatters less (Pflug, 1996;
Mohamed, Rosca, Figurnov and Mnih, 2020).
"""

import math
from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from ..distributions import Distribution, Independent, Normal
from ..distributions.randomness import Generator
from ..engine.gradients import grad
from ..engine.values import Array, Value, plain
from ..engine.variable import Var, constant
from ..ops import mean
from .problem import Problem, Setting, draw
from .results import Estimate
from .streaming import Chunk, stream


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

    Each sample takes four evaluations of f for every number in z, which must be a `Normal`, or an
    `Independent` one; another distribution is a TypeError.
    """
    return stream(
        "measure-valued",
        _rule,
        problem,
        params,
        samples,
        rng,
        chunk=chunk,
        executor=executor,
        progress=progress,
    )


def _normal(q: Distribution) -> Normal:
    base = q
    while isinstance(base, Independent):
        base = base.base
    if not isinstance(base, Normal):
        raise TypeError(
            f"measure_valued knows Normal and Independent(Normal), not {type(base).__name__}: "
            "use mg.pathwise or mg.score_function"
        )
    return base


def _rule(setting: Setting, rng: Generator, count: int) -> Chunk:
    normal = _normal(setting.q)
    z = draw(setting.q, rng, count, antithetic=False)
    y = setting.f(z)
    grads = grad(mean(y), setting.theta)  # what the parameters do to f itself
    mu, sigma = normal.mean, normal.stddev
    for parameter, arms in ((mu, _location_arms), (sigma, _scale_arms)):
        if isinstance(parameter, Var) and parameter.requires_grad:
            slope = _differences(setting, z, arms(normal, rng, count))
            parts = grad(parameter, setting.theta, seed=slope)
            grads = tuple(a + b for a, b in zip(grads, parts, strict=True))
    return Chunk(y.value, grads)  # type: ignore[arg-type]


Arms = tuple[Array, Array, Array]


def _numbers(normal: Normal) -> tuple[Array, Array]:
    mu, sigma = normal.mean, normal.stddev
    return tuple(np.asarray(x.value if isinstance(x, Var) else x) for x in (mu, sigma))  # type: ignore


def _location_arms(normal: Normal, rng: Generator, count: int) -> Arms:
    """z of both arms for ∂μ, of shape (count,) + batch_shape, and the weight."""
    mu, sigma = _numbers(normal)
    w = rng.rayleigh(size=(count, *mu.shape))  # the Weibull law of shape 2 and scale √2
    return mu + sigma * w, mu - sigma * w, 1.0 / (sigma * math.sqrt(2.0 * math.pi))


def _scale_arms(normal: Normal, rng: Generator, count: int) -> Arms:
    """Likewise for ∂σ."""
    mu, sigma = _numbers(normal)
    shape = count, *mu.shape
    m = np.sqrt(rng.chisquare(3.0, size=shape)) * rng.choice((-1.0, 1.0), size=shape)
    return mu + sigma * m, mu + sigma * m * rng.random(shape), 1.0 / sigma


def _differences(setting: Setting, z: Var, arms: Arms) -> Value:
    """For each number in z: the mean difference of f between the arms, all others as drawn."""
    plus, minus, weight = arms
    slope = np.zeros(weight.shape)
    base: Array = z.value  # type: ignore[assignment]
    for place in np.ndindex(weight.shape):
        column = (slice(None), *place)
        ends = []
        for arm in (plus, minus):
            moved = base.copy()
            moved[column] = arm[column]
            ends.append(setting.mean_at(constant(moved)))
        slope[place] = ends[0] - ends[1]
    return plain(slope * weight)
