"""Weak derivatives: the derivative of a density as a weight times the difference of two densities.

For a law with parameter θ, ∂E[f(z)]/∂θ = c (E[f(z₊)] - E[f(z₋)]): f is evaluated and never
differentiated. The two arms share their randomness, so their difference scatters less (Pflug, 1996;
Mohamed, Rosca, Figurnov and Mnih, 2020, table 1). One function a family, by its class.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from ..engine.values import Array
from ..ops import index
from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical
from .counts import Poisson
from .gaussian import Normal
from .implicit import Gamma
from .parameters import Numbers, is_wanted, value_of
from .positive import Exponential
from .randomness import Generator
from .trials import Binomial
from .waiting import Geometric
from .weibull import Weibull


class Arms(NamedTuple):
    """What to add to the slope of a parameter: weight · (f at plus - f at minus).

    `plus` and `minus` have shape (count,) + batch_shape, `weight` batch_shape. `place` is the index
    along the axes that the parameter has beyond batch_shape, as the K of a Categorical.
    """

    parameter: Numbers
    plus: Array
    minus: Array
    weight: Array
    place: tuple[int, ...] = ()


Q = TypeVar("Q", bound=Distribution)
Weak = Callable[[Q, Generator, Array], list[Arms]]
_WEAK: dict[type[Distribution], Weak[Distribution]] = {}


def weak_derivative(family: type[Q]) -> Callable[[Weak[Q]], Weak[Q]]:
    """Register the arms of a family: a function of it, a generator and its draws z."""

    def register(arms: Weak[Q]) -> Weak[Q]:
        _WEAK[family] = arms  # type: ignore[assignment]
        return arms

    return register


def arms_of(q: Distribution, rng: Generator, z: Array) -> list[Arms] | None:
    """The arms of each parameter that wants a gradient; None of a family without any.

    z has shape (count,) + batch_shape: independent draws of q, which an arm may take up.
    """
    find = _WEAK.get(type(q))
    return None if find is None else [a for a in find(q, rng, z) if is_wanted(a.parameter)]


def known() -> str:
    """The families with weak derivatives, listed."""
    return ", ".join(sorted(family.__name__ for family in _WEAK))


def _values(z: Array, *parameters: Numbers) -> list[Array]:
    """In the shape of one draw."""
    return [np.broadcast_to(value_of(x), z.shape[1:]) for x in parameters]


@weak_derivative(Normal)
def _normal(q: Normal, rng: Generator, z: Array) -> list[Arms]:
    """∂μ: μ ± σW, W Weibull (shape 2, scale √2), 1/(σ√(2π)). ∂σ: μ + σM, M double-sided Maxwell,
    and the Gaussian itself, drawn as μ + σMU with U uniform, 1/σ."""
    mu, sigma = _values(z, q.mean, q.stddev)
    w = rng.rayleigh(size=z.shape)
    m = np.sqrt(rng.chisquare(3.0, size=z.shape)) * rng.choice((-1.0, 1.0), size=z.shape)
    u = rng.random(z.shape)
    rate = 1.0 / (sigma * math.sqrt(2.0 * math.pi))
    return [
        Arms(q.mean, mu + sigma * w, mu - sigma * w, rate),
        Arms(q.stddev, mu + sigma * m, mu + sigma * m * u, 1.0 / sigma),
    ]


@weak_derivative(Exponential)
def _exponential(q: Exponential, rng: Generator, z: Array) -> list[Arms]:
    """∂λ: the number itself, and one more added to it, which is Gamma(2, λ); 1/λ."""
    (rate,) = _values(z, q.rate)
    return [Arms(q.rate, z, z + rng.standard_exponential(z.shape) / rate, 1.0 / rate)]


@weak_derivative(Gamma)
def _gamma(q: Gamma, rng: Generator, z: Array) -> list[Arms]:
    """∂β: Gamma(α, β), and an exponential number added to it: Gamma(α + 1, β); α/β."""
    if is_wanted(q.concentration):
        raise TypeError(
            "measure_valued knows the weak derivative of Gamma in its rate alone: those in the "
            "concentration come from no law that can be drawn from; use mg.pathwise or "
            "mg.score_function"
        )
    shape, rate = _values(z, q.concentration, q.rate)
    return [Arms(q.rate, z, z + rng.standard_exponential(z.shape) / rate, shape / rate)]


@weak_derivative(Weibull)
def _weibull(q: Weibull, rng: Generator, z: Array) -> list[Arms]:
    """∂λ: (z/λ)^k is exponential; with one more added to it, and as it is; k/λ."""
    if is_wanted(q.concentration):
        raise TypeError(
            "measure_valued knows the weak derivative of Weibull in its scale alone: for the "
            "concentration use mg.pathwise or mg.score_function"
        )
    k, scale = _values(z, q.concentration, q.scale)
    more = (z / scale) ** k + rng.standard_exponential(z.shape)
    return [Arms(q.scale, scale * more ** (1.0 / k), z, k / scale)]


@weak_derivative(Bernoulli)
def _bernoulli(q: Bernoulli, rng: Generator, z: Array) -> list[Arms]:
    """∂p: 1 and 0; 1."""
    return [Arms(q.probs, np.ones(z.shape), np.zeros(z.shape), np.ones(z.shape[1:]))]


@weak_derivative(Categorical)
def _categorical(q: Categorical, rng: Generator, z: Array) -> list[Arms]:
    """∂log pₖ: choice k, and the draw; pₖ. With logits that is ∂ of the logit."""
    p = np.asarray(value_of(q.probs))
    return [
        Arms(q.logits, np.full(z.shape, float(k)), z, p[..., k], (k,)) for k in range(p.shape[-1])
    ]


@weak_derivative(Poisson)
def _poisson(q: Poisson, rng: Generator, z: Array) -> list[Arms]:
    """∂rate: one more, and the draw; 1."""
    return [Arms(q.rate, z + 1.0, z, np.ones(z.shape[1:]))]


@weak_derivative(Binomial)
def _binomial(q: Binomial, rng: Generator, z: Array) -> list[Arms]:
    """∂p: one trial a success, or a failure, and the others drawn; the number of trials."""
    trials, p = _values(z, q.total_count, q.probs)
    others = rng.binomial(np.maximum(trials - 1.0, 0.0).astype(int), p, z.shape).astype(float)
    return [Arms(q.probs, others + 1.0, others, trials)]


@weak_derivative(Geometric)
def _geometric(q: Geometric, rng: Generator, z: Array) -> list[Arms]:
    """∂p: the draw, and the failures before a second success, one more added; 1/p."""
    (p,) = _values(z, q.probs)
    return [Arms(q.probs, z, z + rng.geometric(p, z.shape).astype(float), 1.0 / p)]


# ------------------------------------------------------- a single draw, moved by a whole step


class Move(NamedTuple):
    """How a discrete draw x moves: ∂E[f]/∂parameter is E[rate · (f(to) - f(x))]."""

    parameter: Numbers
    to: float
    rate: float


Moves = Callable[[Q, float, Generator], Move]
_MOVES: dict[type[Distribution], Moves[Distribution]] = {}


def moves(family: type[Q]) -> Callable[[Moves[Q]], Moves[Q]]:
    """Register how a draw of the family moves: a function of it, the draw and a generator."""

    def register(move: Moves[Q]) -> Moves[Q]:
        _MOVES[family] = move  # type: ignore[assignment]
        return move

    return register


def move_of(q: Distribution, x: float, rng: Generator) -> Move | None:
    """How a draw x of q moves; None where the family is not known."""
    find = _MOVES.get(type(q))
    return None if find is None else find(q, x, rng)


def movable() -> str:
    """The families whose draws move, listed."""
    return ", ".join(sorted(family.__name__ for family in _MOVES))


@moves(Bernoulli)
def _flip(q: Bernoulli, x: float, rng: Generator) -> Move:
    return Move(q.probs, 1.0 - x, 1.0 - 2.0 * x)


@moves(Categorical)
def _choose(q: Categorical, x: float, rng: Generator) -> Move:
    """To any other choice: the slopes of the probabilities add up to 0."""
    others = q._choices - 1
    k = int(rng.integers(others))
    k += k >= x
    return Move(index(q.probs, (..., k)), float(k), float(others))


@moves(Poisson)
def _one_more(q: Poisson, x: float, rng: Generator) -> Move:
    return Move(q.rate, x + 1.0, 1.0)


@moves(Binomial)
def _one_more_success(q: Binomial, x: float, rng: Generator) -> Move:
    """Each failure turns into a success."""
    p, trials = (float(value_of(each)) for each in (q.probs, q.total_count))
    return Move(q.probs, x + 1.0, (trials - x) / (1.0 - p) if x < trials else 0.0)


@moves(Geometric)
def _one_more_failure(q: Geometric, x: float, rng: Generator) -> Move:
    """As p falls: -∂F(x)/∂p over the probability of x."""
    return Move(q.probs, x + 1.0, -(x + 1.0) / float(value_of(q.probs)))
