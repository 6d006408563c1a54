"""Stochastic triples: discrete programs, differentiated by a coupled finite perturbation.

A small change of a parameter moves a discrete draw with a small probability, and then by a whole
step. So the derivative is a rate times the difference that the step makes: the program runs twice,
with one draw another and the noise of all others the same, and what the step changes further down
is in the difference (Arya, Schauer, Schäfer and Rackauckas, 2022).
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from ..distributions.base import Distribution
from ..distributions.parameters import is_wanted
from ..distributions.randomness import Generator
from ..distributions.weak import Move, movable, move_of
from ..engine.context import no_grad
from ..engine.gradients import grad
from ..engine.values import Value, plain
from ..engine.variable import Var, constant
from ..ops import add, multiply
from .moments import Chunk
from .problem import Problem
from .results import Estimate
from .scripts import Program, Script, check_cost, check_law
from .streaming import Task, stream


def triples(
    program: Program | Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    *,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Estimate:
    """E[cost] of a program that draws as it goes, and its gradient, by stochastic triples.

    `program(*params)` is a generator function: it yields a distribution and receives a draw, as
    often as it likes, may branch on draws, and returns the cost, a scalar:

        def walk(p):
            x = 0.0
            for _ in range(3):
                step = yield mg.Bernoulli(p)
                x = x + (1.0 if step else -1.0)
            return mg.square(x + p)

    Draws are single numbers. `Bernoulli`, `Categorical`, `Poisson`, `Binomial` and `Geometric`
    numbers are perturbed; what has an rsample is differentiated along its path; any
    other raises TypeError. Each sample tries one of all perturbations, so that it takes two
    runs. A problem (distribution, integrand) is accepted as well. Other arguments as in `pathwise`.

    >>> def program(p):
    ...     tails = yield mg.Bernoulli(p)
    ...     lost = yield mg.Bernoulli(p if tails else 0.5)
    ...     return tails + lost
    >>> estimate = mg.triples(program, (0.5,), 300, 0)
    >>> round(estimate.grads[0], 2), round(estimate.grad_ses[0], 2)  # the truth is 1.5
    (1.5, 0.03)
    """
    return stream(
        "stochastic triples",
        _rule,
        Task(program, params, samples, rng, chunk, executor, progress),
        script=True,
    )


class Draw(NamedTuple):
    """A draw that a run received: from what, by which noise, and what it was."""

    q: Distribution
    eps: Var
    x: Var


class Run(NamedTuple):
    """What a program returned, and the draws that it received."""

    cost: Var
    draws: list[Draw]


def _rule(setting: Script, rng: Generator, count: int) -> Chunk:
    values, total = np.empty(count), [np.zeros(np.shape(p)) for p in setting.params]
    for i in range(count):
        run = _run(setting, rng, [], [])
        values[i] = run.cost.value
        for sum_so_far, d in zip(total, _derivative(setting, rng, run), strict=True):
            sum_so_far += d
    return Chunk(values, tuple(plain(d / count) for d in total))


def _run(setting: Script, rng: Generator, given: Sequence[Var], before: Sequence[Draw]) -> Run:
    """Run the program: it receives what is `given` first, then draws by the noise of `before`."""
    running, draws = setting.start(), list[Draw]()
    try:
        q = check_law(next(running))
        while True:
            i = len(draws)
            same = i < len(before) and type(before[i].q) is type(q)
            eps = before[i].eps if same else q.noise(rng)
            x = given[i] if i < len(given) else _outcome(q, eps)
            draws.append(Draw(q, eps, x))
            q = check_law(running.send(x))
    except StopIteration as end:
        return Run(check_cost(end.value), draws)


def _outcome(q: Distribution, eps: Var) -> Var:
    return q.transform(eps) if q.has_rsample else constant(q._outcome(eps).value)


def _derivative(setting: Script, rng: Generator, run: Run) -> Sequence[Value]:
    """Along the paths of this run, and by one of its draws moved."""
    surrogate = run.cost
    moves = [(i, m) for i, draw in enumerate(run.draws) if (m := _move(draw, rng)) is not None]
    rates = np.array([abs(move.rate) for _, move in moves])
    if rates.any():
        share = rates / rates.sum()
        i, move = moves[rng.choice(len(moves), p=share)]
        given = [*(draw.x for draw in run.draws[:i]), constant(move.to)]
        with no_grad():
            moved = _run(setting, rng, given, run.draws)
        gap = float(moved.cost.value) - float(run.cost.value)
        chosen = float(share[[k for k, _ in moves].index(i)])
        surrogate = add(surrogate, multiply(gap * move.rate / chosen, move.parameter))
    return grad(surrogate, setting.theta, allow_unused=True)  # type: ignore[return-value]


def _move(draw: Draw, rng: Generator) -> Move | None:
    """How the draw moves with its parameter; None where it moves along a path, or not at all."""
    if draw.q.has_rsample:
        return None
    move = move_of(draw.q, float(draw.x.value), rng)
    if move is None:
        raise TypeError(
            f"triples knows how {movable()} move, not {type(draw.q).__name__}: use mg.surrogate, "
            "whose score function needs a log_prob alone"
        )
    return move if is_wanted(move.parameter) and move.rate else None
