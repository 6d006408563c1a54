"""A problem of one number z, for the coin-flip lab: checked, measured, in JavaScript."""

import inspect
import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...distributions.base import Distribution
from ...emit.tracing import program_of
from ...engine.context import Watch, watched
from ...engine.gradients import grad
from ...engine.values import as_value
from ...engine.variable import Var, constant

Problem = Callable[..., tuple[Distribution, Callable[[Var], Var]]]

_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)


class Flip(NamedTuple):
    """One ε: the outcome z, f(z), f′(z), and by parameter what it adds to the two estimates."""

    eps: float
    z: float
    f: float
    slope: float
    pathwise: tuple[float, ...]
    score: tuple[float, ...]


class Experiment:
    """A problem of one number z at its parameters, which are leaves p0, p1, …, and E[f] if known.

    TypeError or ValueError, with the remedy, for a problem that the page cannot show.
    """

    def __init__(
        self, problem: Problem, values: Sequence[float], exact: Callable[..., object] | None
    ) -> None:
        self.values, self._problem, self._exact = values, problem, exact
        self.theta = [Var(x, f"p{i}") for i, x in enumerate(self.values)]
        made: object = problem(*self.theta)
        if not (
            isinstance(made, tuple)
            and len(made) == 2
            and callable(made[1])
            and isinstance(made[0], Distribution)
        ):
            raise TypeError(
                "a problem returns (distribution, integrand), like (mg.Normal(mu, sigma), mg.sin), "
                f"not {made!r}"
            )
        self.q: Distribution = made[0]
        self._integrand: Callable[[Var], object] = made[1]
        _check(self.q)

    def at(self, values: Sequence[float]) -> "Experiment":
        """The same problem at other parameters."""
        return Experiment(self._problem, values, self._exact)

    def f(self, z: Var) -> Var:
        """The integrand at one outcome, checked to be one number on the tape."""
        with watched(_NoBranch()):
            y = self._integrand(z)
        if not isinstance(y, Var) or y.shape:
            what = f"shape {y.shape}" if isinstance(y, Var) else type(y).__name__
            raise TypeError(
                f"coin_flip_lab: the integrand returned {what} for one number z: "
                "it must compute one number from z by ops"
            )
        if not y.requires_grad and z.requires_grad:
            raise TypeError(
                "coin_flip_lab: no gradient passes the integrand, a comparison or a wall stops it, "
                "so no dot has a slope: take a smooth one such as mg.sigmoid, or mg.where"
            )
        return y

    def flip(self, eps: float) -> Flip:
        """What becomes of one ε, by backward passes; the page finds the same by its own way."""
        z = self.q.transform(eps)
        y = self.f(z)
        *pathwise, slope = grad(y, [*self.theta, z], allow_unused=True)
        there = z.detach()
        again = self.f(there)
        direct = grad(again, self.theta, allow_unused=True)
        scores = grad(self.q.log_prob(there), self.theta, allow_unused=True)
        score = [y.value * s + d for s, d in zip(scores, direct, strict=True)]
        return Flip(eps, z.value, y.value, slope, tuple(pathwise), tuple(score))  # type: ignore

    def exact(self) -> Var | None:
        """E[f(z)] in closed form."""
        if self._exact is None:
            return None
        mean = self._exact(*self.theta)
        if not isinstance(mean, Var) or mean.shape or not mean.requires_grad:
            raise TypeError(
                f"exact returned {mean!r}: it must compute the number E[f(z)] from the parameters, "
                "by minigrad's functions such as mg.exp"
            )
        return mean

    def measured(self, eps: Sequence[float]) -> dict[str, object]:
        """Python's numbers at these parameters, against which the page checks its own."""
        mean = self.exact()
        exact: list[object] = []
        if mean is not None:
            exact = [mean.value, *grad(mean, self.theta, allow_unused=True)]
        return {
            "knobs": self.values,
            "flips": [self.flip(each)._asdict() for each in eps],
            "exact": exact,
        }

    def programs(self) -> str:
        """A JavaScript object of functions, each giving [value, gradients by the parameters].

        `transform(p0, …, eps)`, `integrand(p0, …, z)`, where z is one more parameter, `density(p0,
        …, z)`, its logarithm, and `exact(p0, …)`, or null.
        """
        eps, z = constant(0.5, "eps", "noise"), Var(self.q.transform(0.5).value, "z")
        outcome = constant(z.value, "z")
        listed = {
            "transform": _listing("transform", self.q.transform(eps), [*self.theta, eps]),
            "integrand": _listing("integrand", self.f(z), [*self.theta, z]),
            "density": _listing("density", self.q.log_prob(outcome), [*self.theta, outcome]),
        }
        mean = self.exact()
        listed["exact"] = "null" if mean is None else _listing("exact", mean, self.theta)
        return "{\n" + "".join(f"{name}: {text},\n" for name, text in listed.items()) + "}"


def numbers(params: Sequence[object]) -> list[float]:
    """The parameters as finite numbers."""
    if not isinstance(params, tuple | list) or not params:
        raise TypeError(
            f"coin_flip_lab: params is a tuple like (mu, sigma) for problem(mu, sigma), "
            f"not {params!r}"
        )
    values = [p.value if isinstance(p, Var) else as_value(p) for p in params]
    for i, value in enumerate(values):
        if not isinstance(value, float) or not math.isfinite(value):
            what = value if isinstance(value, float) else f"an array of shape {value.shape}"
            raise ValueError(f"coin_flip_lab: parameter {i} is {what}: give finite numbers")
    return values  # type: ignore[return-value]


def _check(q: Distribution) -> None:
    name = type(q).__name__
    if q.batch_shape or q.event_shape:
        raise ValueError(
            f"coin_flip_lab draws f over the line of z, and z ~ {name} has shape "
            f"{q.batch_shape + q.event_shape}: take a problem of one number"
        )
    if not q.has_rsample:
        raise TypeError(
            f"coin_flip_lab: {name} has no rsample, so its outcomes jump and no dot can slide: "
            "take a relaxation such as mg.RelaxedBernoulli"
        )
    if q.support.moves:
        raise TypeError(
            f"coin_flip_lab: {q.moving_ends}, so the score function is wrong here: keep the ends "
            "fixed, or take mg.Normal or mg.Logistic"
        )
    try:
        log_q = q.log_prob(q.transform(0.5).detach())
    except NotImplementedError as error:
        raise TypeError(f"coin_flip_lab needs the density of {name}: {error}") from None
    if not isinstance(log_q, Var) or not log_q.requires_grad:
        raise ValueError(f"coin_flip_lab: no parameter reaches {name}, so no dot would slide")


class _NoBranch(Watch):
    def branches(self, v: object) -> None:
        raise TypeError(
            "coin_flip_lab: Python branches on a value of the integrand, and the page would keep "
            "the branch taken now: choose by mg.where"
        )


def _listing(name: str, output: Var, leaves: Sequence[Var]) -> str:
    """A function in JavaScript, with what it calls; comments go, for they hold names of scopes."""
    program = program_of(output, leaves, name)
    if len(program.inputs) > len(leaves):
        raise ValueError(f"coin_flip_lab: {name} draws noise of its own: draw nothing but z")
    try:
        text = program.listing("javascript")
    except ValueError as error:
        raise ValueError(
            f"coin_flip_lab runs its {name} in the page, and an op in it has no JavaScript: "
            "take another distribution or integrand"
        ) from error
    return f"(() => {{\n{_COMMENT.sub('', text)}return {name}_and_grad;\n}})()"


def argument_names(problem: Problem, count: int) -> list[str]:
    """What the problem calls its parameters, or p0, p1, …"""
    try:
        known = list(inspect.signature(problem).parameters.values())
    except (TypeError, ValueError):
        known = []
    simple = [p.name for p in known if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    return simple[:count] if len(simple) >= count else [f"p{i}" for i in range(count)]


def reach_of(problem: Problem, values: Sequence[float], i: int) -> tuple[float, float]:
    """From where to where parameter `i` may be turned: as far as the distribution allows it."""

    def allowed(x: float) -> bool:
        try:
            problem(*map(Var, [*values[:i], x, *values[i + 1 :]]))
        except ValueError:
            return False
        return True

    ends = []
    for reach in (-1.0, 1.0):
        reach *= max(2.0, abs(values[i]))
        while not allowed(values[i] + reach):
            reach *= 0.5
        ends.append(values[i] + reach)
    return ends[0], ends[1]
