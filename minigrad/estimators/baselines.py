"""Baselines of a draw: what its costs are compared with, from the other samples or given."""

from collections.abc import Sequence

import numpy as np

from ..engine.gradients import grad
from ..engine.values import Array, Value, plain
from ..engine.variable import Var
from .axes import Axes, oldest_first
from .costs import Term, Wall
from .score import mean_of_others


def estimated(how: str, wall: Wall, log_q: Var, axes: Axes, terms: Sequence[Term]) -> Array:
    """From the other samples along the first axis of the draw."""
    if how not in ("mean", "leave-one-out", "optimal"):
        raise ValueError(f'surrogate: baseline is "mean", "optimal" or a number, not {how!r}')
    if not axes or axes[0] is None or log_q.shape[0] < 2:
        raise ValueError(
            f'surrogate: baseline="{how}" takes the mean over other samples, and {wall.z!r} has '
            "none with costs of their own: draw .sample(rng, n) with n of 2 or more, keep their "
            "axis in the costs, or give a number"
        )
    costs = np.zeros(log_q.shape)
    for term in terms:
        costs += _downstream(term, wall.dependent[term.node], axes)
    return mean_of_others(costs, np.ones(costs.shape) if how != "optimal" else _squares(log_q))


def _downstream(term: Term, way: Axes, axes: Axes) -> Array:
    """What the part adds for each number of log q that is kept, in the order of its axes."""
    value = np.asarray(term.node.value) * term.weight
    places = [p % value.ndim for p, kept in zip(way, axes, strict=True) if kept and p is not None]
    others = tuple(i for i in range(value.ndim) if i not in places)
    return np.transpose(value, [*places, *others]).sum(  # type: ignore[no-any-return]
        axis=tuple(range(len(places), value.ndim))
    )


def _squares(log_q: Var) -> Array:
    """|∇ log q|² of each sample, over all parameters, in log q's shape."""
    leaves = [x for x in oldest_first([log_q]) if not x.op and x.requires_grad]
    squares = np.zeros(log_q.shape)
    for place in np.ndindex(log_q.shape):
        seed = np.zeros(log_q.shape)
        seed[place] = 1.0
        squares[place] = sum(
            float(np.sum(np.square(d))) for d in grad(log_q, leaves, seed=seed, allow_unused=True)
        )
    return squares


def scaled(given: object, wall: Wall, log_q: Var, terms: Sequence[Term]) -> Value:
    """A baseline that was given, in the weight of the parts it is compared with."""
    b = np.asarray(given.value if isinstance(given, Var) else given, dtype=np.float64)
    weights = {term.weight for term in terms} or {0.0}
    if len(weights) > 1:
        raise ValueError(
            f"surrogate: {wall.z!r} has costs of different weights, {sorted(weights)}, so a number "
            'does not say which it is for: give baseline="mean", or costs of equal weights'
        )
    fits = all(n in (1, m) for n, m in zip(b.shape[::-1], log_q.shape[::-1], strict=False))
    if b.ndim > log_q.ndim or not fits:
        raise ValueError(
            f"surrogate: a baseline of shape {b.shape} for {wall.z!r}, whose costs have shape "
            f"{log_q.shape}: give a number, or one for each of them"
        )
    return plain(np.broadcast_to(b, log_q.shape) * weights.pop())
