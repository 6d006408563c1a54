"""Score function with a control variate that is learned first: REBAR and RELAX.

b = [z > 0] with z = φ + ε is a coin, and c(z) any smooth function. With z̃ drawn afresh given b,

    (f(b) - c(z̃)) ∇ log p(b) + ∇c(z) - ∇c(z̃)

has the right mean whatever c is, and little variance where c(z) is like f(b). Here c is chosen on
draws of its own, before and apart from those of the estimate: so the estimate stays unbiased, and
its samples independent.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

import numpy as np

from ..distributions.parameters import value_of
from ..distributions.randomness import Generator, sample_count
from ..engine.gradients import grad
from ..engine.values import Array, Value
from ..engine.variable import Var, constant
from ..ops import add, divide, matmul, mean, multiply, reshape, sigmoid, square, subtract, tanh
from ..ops import sum as sum_
from ..optim import Adam
from .coins import check_temperature, coins_of
from .conditional import relaxed_given
from .moments import Chunk
from .problem import Problem, Setting, plus
from .results import Estimate
from .streaming import Rule, Task, stream

TEMPERATURES = (0.1, 0.25, 0.5, 1.0, 2.0)
HIDDEN, RATE, BATCH = 16, 0.02, 64  # of RELAX's network and its training


def rebar(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    pilot: int = 1_000,
    temperature: float | None = None,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient for Bernoulli z; other arguments as in `pathwise`.

    The control variate is η f(sigmoid(z/λ)), f itself between its corners: f must be defined and
    differentiable there. `pilot` draws choose λ, unless it is given as `temperature`, and the best
    η (Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein, 2017). f is evaluated three times per
    sample. For f = b, λ = 1 and one coin of p = ½ the variance is (1 - η)²/16 + η²/90: 1/106 at the
    best η, where the score function has 1/16. A distribution other than Bernoulli or
    Independent(Bernoulli) raises TypeError.

    >>> def problem(p):
    ...     return mg.Bernoulli(p), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.rebar(problem, (0.3,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 3)  # the truth is 0.2
    (0.202, 0.007)
    """
    if temperature is not None:
        check_temperature("rebar", temperature)
    known = TEMPERATURES if temperature is None else (float(temperature),)
    return stream(
        "REBAR",
        partial(_choose, count=sample_count(pilot), temperatures=known),
        Task(problem, params, samples, rng, chunk, executor, progress),
        prepared=True,
    )


def relax(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    steps: int = 300,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[f(z)] and its gradient for Bernoulli z; other arguments as in `pathwise`.

    The control variate is a small network of z, trained for `steps` steps to have the least
    variance (Grathwohl, Choi, Wu, Roeder and Duvenaud, 2018). f is evaluated once per sample, at 0s
    and 1s, and may be a black box. For one coin the best has none: c = (1 - p) f(1) + p f(0). A
    distribution other than Bernoulli or Independent(Bernoulli)
    raises TypeError.

    >>> def problem(p):
    ...     return mg.Bernoulli(p), lambda z: (z - 0.4) ** 2
    >>> estimate = mg.relax(problem, (0.3,), 10_000, 0)
    >>> round(estimate.grads[0], 3), round(estimate.grad_ses[0], 4)  # the truth is 0.2
    (0.2, 0.0004)
    """
    return stream(
        "RELAX",
        partial(_train, steps=sample_count(steps)),
        Task(problem, params, samples, rng, chunk, executor, progress),
        prepared=True,
    )


class Draws(NamedTuple):
    """A leaf with a logit φ per sample and coin; the coins b, z and z̃, differentiable in φ."""

    phi: Var
    p: Array
    b: Array
    z: Var
    again: Var


def _draw(name: str, setting: Setting, rng: Generator, count: int) -> Draws:
    coins = coins_of(name, setting.q)
    logits = np.asarray(value_of(coins.logits))
    shape = count, *logits.shape
    phi = Var(np.broadcast_to(logits, shape))
    z = add(phi, rng.logistic(size=shape))
    b = np.asarray(np.greater(z.value, 0.0), dtype=float)
    p = np.broadcast_to(value_of(coins.probs), shape)
    return Draws(phi, p, b, z, relaxed_given(b, phi, rng.logistic(size=shape)))


def _columns(values: Array, like: Array) -> Array:
    """One number per sample, repeated for each of its coins."""
    return values.reshape(-1, *(1,) * (like.ndim - 1))


def _chunk(setting: Setting, coins: str, y: Var, each: Array) -> Chunk:
    """Of the gradient with respect to φ of each sample."""
    grads: tuple[Value, ...] = grad(mean(y), setting.theta, allow_unused=True)  # type: ignore[assignment]
    logits = coins_of(coins, setting.q).logits
    return Chunk(y.value, plus(grads, setting, logits, each.mean(axis=0)))  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------ REBAR


def _choose(setting: Setting, rng: Generator, count: int, temperatures: Sequence[float]) -> Rule:
    """The temperature and the η that leave the least variance on `count` draws."""
    found = []
    for temperature in temperatures:
        draws = _draw("rebar", setting, rng, count)
        score, variate = _rebar(setting, setting.f(constant(draws.b)), draws, temperature)
        score, variate = (x - x.mean(axis=0) for x in (score, variate))
        power = float(np.sum(variate * variate))
        eta = float(np.sum(score * variate)) / power if power > 0.0 else 0.0
        found.append((float(np.sum(np.square(score - eta * variate))), temperature, eta))
    _, temperature, eta = min(found)
    return partial(_rebar_rule, temperature=temperature, eta=eta)


def _rebar_rule(
    setting: Setting, rng: Generator, count: int, temperature: float, eta: float
) -> Chunk:
    draws = _draw("rebar", setting, rng, count)
    y = setting.f(constant(draws.b))
    score, variate = _rebar(setting, y, draws, temperature)
    return _chunk(setting, "rebar", y, score - eta * variate)


def _rebar(setting: Setting, y: Var, draws: Draws, temperature: float) -> tuple[Array, Array]:
    """f(b) ∇ log p(b) of each sample, and the control variate, whose mean is 0."""
    s = draws.b - draws.p
    ends: list[tuple[Array, Array]] = []
    for z in (draws.z, draws.again):
        c = setting.f(sigmoid(divide(z, temperature)))
        (slope,) = grad(c, [draws.phi], seed=np.ones(c.shape), allow_unused=True)
        ends.append((np.asarray(c.value), np.asarray(slope)))
    (_, free), (again, given) = ends
    return _columns(y.value, s) * s, _columns(again, s) * s - free + given  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------ RELAX

Network = tuple[Array, Array, Array]


def _network(z: Var, weights: Sequence[Var | Array]) -> Var:
    """c(z) = w · tanh(V z + a), one number per sample."""
    first, shift, last = weights
    flat = reshape(z, (z.shape[0], int(np.prod(z.shape[1:]))))
    return matmul(tanh(add(matmul(flat, first), shift)), last)


def _relax(values: Array, draws: Draws, weights: Sequence[Var | Array], record: bool) -> Var:
    """The gradient with respect to φ of each sample, itself differentiable in the weights."""
    s = draws.b - draws.p
    ends: list[tuple[Var, Var]] = []
    for z in (draws.z, draws.again):
        c = _network(z, weights)
        (slope,) = grad(
            c, [draws.phi], seed=np.ones(c.shape), create_graph=record, allow_unused=True
        )
        ends.append((c, slope))  # type: ignore[arg-type]
    (_, free), (c, given) = ends
    gap = reshape(subtract(values, c), (-1, *(1,) * (s.ndim - 1)))
    return add(multiply(gap, s), subtract(free, given))


def _train(setting: Setting, rng: Generator, steps: int) -> Rule:
    size = int(np.prod(setting.outcome_shape))
    weights = [
        Var(rng.standard_normal((size, HIDDEN)) / np.sqrt(size)),
        Var(rng.standard_normal(HIDDEN)),
        Var(np.zeros(HIDDEN)),
    ]
    optimiser = Adam(weights, RATE)
    for _ in range(steps):
        draws = _draw("relax", setting, rng, BATCH)
        values = setting.values_at(constant(draws.b))
        loss = mean(sum_(square(reshape(_relax(values, draws, weights, True), (BATCH, size))), 1))
        for w, d in zip(weights, grad(loss, weights, allow_unused=True), strict=True):
            w.grad = d
        optimiser.step()
    found: Network = tuple(np.asarray(w.value) for w in weights)  # type: ignore[assignment]
    return partial(_relax_rule, weights=found)


def _relax_rule(setting: Setting, rng: Generator, count: int, weights: Network) -> Chunk:
    draws = _draw("relax", setting, rng, count)
    y = setting.f(constant(draws.b))
    each = _relax(y.value, draws, weights, False)  # type: ignore[arg-type]
    return _chunk(setting, "relax", y, np.asarray(value_of(each)))
