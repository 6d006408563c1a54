"""What `.sample` does about the gradient of a draw: one strategy per site, by name.

"score" builds a wall, around which `mg.surrogate` carries the gradient by the score function.
"enumeration" and "measure-valued" put several outcomes side by side along a new first axis, each
with a weight that knows its derivative: costs keep that axis, and `mg.surrogate` adds them up.
"pathwise", "relaxed" and "straight-through" give a draw that a gradient passes, the last two a
biased one.
"""

import itertools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from ..engine.op import ABOVE
from ..engine.values import Array, Shape, Value
from ..engine.variable import Var, constant, orders
from ..ops import add, exp, index, multiply, negative, stack, stop_gradient, subtract
from ..ops.row import each
from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical
from .counts import Counts
from .independent import Independent
from .marks import mark
from .one_hot import OneHotCategorical
from .parameters import Numbers, is_wanted, spread, value_of
from .randomness import Generator
from .relaxed import RelaxedBernoulli, RelaxedOneHotCategorical
from .sites import STRATEGIES, Site, strategy_of, usual
from .weak import arms_of, known

MOST = 100_000  # outcomes side by side


@contextmanager
def strategy(name: str, **options: object) -> Iterator[None]:
    """`with mg.strategy("score", baseline="mean"):` how `.sample` draws where a call does not say.

    `name` and `options` are those of `Distribution.sample`; blocks nest, the innermost counts.

    >>> rng = np.random.default_rng(0)
    >>> with mg.strategy("pathwise"):
    ...     z = mg.Normal(mg.Var(0.0), 1.0).sample(rng)
    >>> z.kind
    'sample'
    """
    strategy_of(name)  # refused here, not at the first draw
    before = usual.set((name, options))
    try:
        yield
    finally:
        usual.reset(before)


def _score(q: Distribution, rng: Generator, shape: int | Shape, baseline: object = None) -> Var:
    return _walled(q, rng, shape, Site(q, baseline=baseline))


def _walled(q: Distribution, rng: Generator, shape: int | Shape, site: Site) -> Var:
    """A draw behind a wall that knows how it was made."""
    return _with_site(q._outcome(q.noise(rng, shape)), site)


def _with_site(z: Var, site: Site) -> Var:
    """z behind a wall that knows how it was made."""
    start = next(orders)
    wall = mark(stop_gradient(z), start, "stop")
    if wall._call is not None:  # recorded, not under no_grad
        wall._note = wall._note._replace(site=site)
    return wall


def _pathwise(q: Distribution, rng: Generator, shape: int | Shape) -> Var:
    return q.rsample(rng, shape)


def _straight_through(q: Distribution, rng: Generator, shape: int | Shape) -> Var:
    """The draw, with the gradient of its mean."""
    if isinstance(q, Categorical):
        raise TypeError(
            "straight-through: the index of a choice has no meaningful mean: draw a one-hot "
            "vector with mg.OneHotCategorical"
        )
    z = _walled(q, rng, shape, Site(q, "straight-through"))
    return add(z, subtract(q.mean, stop_gradient(q.mean)))


def _relaxed(
    q: Distribution,
    rng: Generator,
    shape: int | Shape,
    temperature: Numbers = 0.5,
    hard: bool = False,
) -> Var:
    """A draw from the relaxation of q."""
    n, base = 0, q
    while isinstance(base, Independent):
        n, base = n + base.n, base.base
    if type(base) not in RELAXATIONS:
        names = ", ".join(sorted(family.__name__ for family in RELAXATIONS))
        raise TypeError(f"relaxed: {type(base).__name__} has no relaxation, only {names} have")
    soft = RELAXATIONS[type(base)](temperature, logits=base.logits, hard=hard)  # type: ignore
    return (Independent(soft, n) if n else soft).rsample(rng, shape)


RELAXATIONS: dict[type[Distribution], Callable[..., Distribution]] = {
    Bernoulli: RelaxedBernoulli,
    OneHotCategorical: RelaxedOneHotCategorical,
}


# ------------------------------------------------------------------------- outcomes side by side


def _enumeration(q: Distribution, rng: Generator, shape: int | Shape, tail: float = 1e-12) -> Var:
    """All outcomes, weighed by their probabilities; of a count those up to a tail of `tail`."""
    if shape not in ((), []):
        raise ValueError(
            f"enumeration: every outcome appears exactly once, so shape is (), not {shape!r}: "
            "there is nothing to repeat"
        )
    values, beyond = outcomes(q, tail)
    axes = (len(values), *(1,) * len(q.batch_shape), *q.event_shape)
    whole = len(values), *q.batch_shape, *q.event_shape
    z = constant(np.broadcast_to(values.reshape(axes), whole))
    weights = exp(q.log_prob(z))
    return _with_site(z, Site(q, "enumeration", weights=weights, tail=beyond))


def outcomes(q: Distribution, tail: float) -> tuple[Array, float]:
    """All outcomes of one draw, along the first axis, and the probability of those left out."""
    if isinstance(q, Independent):
        single, beyond = outcomes(q.base, tail)
        size = int(np.prod(q.event_shape))
        if len(single) ** size > MOST:
            raise ValueError(
                f"enumeration: {len(single)} outcomes of each of {size} numbers are "
                f'{len(single) ** size:.1e} in all, more than {MOST:,}: take estimator="score"'
            )
        joint = np.array(list(itertools.product(single, repeat=size)))
        return joint.reshape(-1, *q.event_shape), 1.0 - (1.0 - beyond) ** size
    if isinstance(q, Bernoulli):
        return np.arange(2.0), 0.0
    if isinstance(q, Categorical):
        return np.arange(float(q._choices)), 0.0
    if isinstance(q, OneHotCategorical):
        return np.eye(q.event_shape[0]), 0.0
    if isinstance(q, Counts):
        last = int(np.max(value_of(q.icdf(1.0 - tail))))
        if last >= MOST:
            raise ValueError(f"enumeration: {last + 1:,} outcomes, more than {MOST:,}: raise tail=")
        left = np.max(np.exp(value_of(q.log_survival(float(last)))))
        return np.arange(last + 1.0), float(left)
    raise TypeError(
        f'enumeration: {type(q).__name__} has no list of outcomes: take estimator="score"'
    )


def _no_second(*_: object) -> object:
    raise NotImplementedError(
        "measure-valued draws can be differentiated only once, and this takes a second derivative: "
        'draw by estimator="score" or "enumeration", which are right to any order'
    )


@each(_no_second, _no_second, symbol="once", python="{0}", numpy="{0}")
def _to_first_order(d: Value, x: Value) -> Value:
    """The derivative d by x, which itself has none."""
    return d


@each(lambda g, y, x: _to_first_order(g, x), symbol="Δ", python="0.0 * {0}", numpy="0.0 * {0}")
def _change(x: Value) -> Value:
    """0, which moves as x does, once: how the arms move with x is not in the graph."""
    return 0.0 * x


def _measure_valued(q: Distribution, rng: Generator, shape: int | Shape) -> Var:
    """The draw, weighed 1, and the arms of its weak derivatives, weighed 0 with a slope."""
    z = q._outcome(q.noise(rng, shape)).value
    whole = np.shape(z)
    flat = np.reshape(z, (-1, *q.batch_shape))
    arms = arms_of(q, rng, flat)
    if arms is None:
        raise TypeError(f"measure-valued: known are {known()}, not {type(q).__name__}")
    worlds = [flat]
    weights: list[object] = [constant(np.ones(whole))]
    for arm in arms:
        parameter = index(arm.parameter, (..., *arm.place)) if arm.place else arm.parameter
        slope = spread(multiply(arm.weight, _change(parameter)), whole)
        worlds += [arm.plus, arm.minus]
        weights += [slope, negative(slope)]
    side_by_side = constant(np.stack([np.reshape(x, whole) for x in worlds]))
    return _with_site(side_by_side, Site(q, "measure-valued", weights=stack(weights)))


STRATEGIES.update(
    {
        "score": _score,
        "pathwise": _pathwise,
        "straight-through": _straight_through,
        "relaxed": _relaxed,
        "enumeration": _enumeration,
        "measure-valued": _measure_valued,
    }
)


# ------------------------------------------------------------------------- branches on a draw


def _branched(z: Var) -> None:
    """Say that a branch on a draw hides from `mg.surrogate` what depends on the draw."""
    site = z.site
    if isinstance(site, Site) and site.estimator == "score" and _wants(site.distribution):
        warnings.warn(
            f"a branch on a draw, {z!r}, does not show in the graph, so mg.surrogate can't know "
            "which costs depend on it: choose by mg.where(z, a, b), or write the program as a "
            "generator function for mg.triples",
            stacklevel=4,
        )


def _wants(q: Distribution) -> bool:
    """Whether a parameter of q wants a gradient."""
    held = vars(q).values()
    return any(_wants(x) if isinstance(x, Distribution) else is_wanted(x) for x in held)


ABOVE["branched"] = _branched
