"""Problems side by side: a first axis of the parameters, and whether it is kept apart all the way.

A problem written for parameters of some shape often takes them with one more axis in front as well,
and then computes as many problems at once. Whether it does so is seen in its graph, axis by axis,
and the numbers of two of the problems are compared with those of each alone.
"""

from collections.abc import Sequence

import numpy as np

from ..distributions.base import Distribution
from ..distributions.parameters import sum_last
from ..distributions.randomness import Generator
from ..engine.gradients import grad
from ..engine.values import Array, Value
from ..engine.variable import Var, constant
from .axes import followed, oldest_first
from .problem import Batch, Setting

TRIED = 3  # samples


class NotApart(Exception):
    """The problems of a batch can't be computed side by side: compute one after another."""


def side_by_side(batch: Batch, params: Sequence[Value], apart: bool) -> Setting:
    """The setting of all problems at once; NotApart where the rule or the problem does not fit."""
    try:
        setting = Setting(batch, params)
        seen = apart and _are_apart(setting, batch, np.random.default_rng(0))
    except Exception as error:  # of a problem that takes no further axis: alone it may be right
        raise NotApart from error
    if not seen:
        raise NotApart
    return Setting(batch, params)


def _are_apart(setting: Setting, batch: Batch, rng: Generator) -> bool:
    q = setting.q
    if setting.outcome_shape[:1] != setting.lanes:
        return False
    eps = q.noise(rng, (TRIED,))
    z = q._outcome(eps)
    draws = Var(z.value)
    made = [setting.f(draws), *_log_prob(q, draws)]
    if not all(_kept(draws, 2, y) and _all_kept(setting, y) for y in made):
        return False
    if q.has_rsample and not _all_kept(setting, z):
        return False
    for b in {0, batch.count - 1}:
        alone = Setting(batch.problem, [p[b] for p in setting.params])  # type: ignore[index]
        own = constant(draws.value[:, b])  # type: ignore[index]
        again = [alone.f(own), *_log_prob(alone.q, own), alone.q._outcome(eps.value[:, b])]  # type: ignore[index]
        for x, y in zip(again, [*made, z], strict=True):
            if not np.allclose(x.value, y.value[:, b], rtol=1e-9, atol=1e-12, equal_nan=True):  # type: ignore[index]
                return False
    return True


def _log_prob(q: Distribution, z: Var) -> list[Var]:
    try:
        return [q.log_prob(z)]
    except NotImplementedError:
        return []


def _all_kept(setting: Setting, y: Var) -> bool:
    """Whether the first axis of all parameters is the second of y, after that of the samples."""
    return all(_kept(p, 1, y, 1) for p in setting.theta)


def _kept(source: Var, count: int, y: Var, first: int = 0) -> bool:
    """Whether the first axes of a node are those of y from `first` on, if y depends on it."""
    places = tuple(range(first - y.ndim, first + count - y.ndim))
    return followed(source, count, oldest_first([y])).get(y, places) == places


def scores_of_each(setting: Setting, z: Var, log_q: Var) -> tuple[Array, ...] | None:
    """∇ log q of each sample, by parameters of its own: all samples side by side.

    `log_q` is what they have together, of shape (n,) and a batch's. None where samples can't be
    kept apart.
    """
    count = len(z)
    own = [np.broadcast_to(p, (count, *np.shape(p))) for p in setting.params]
    try:
        each = Setting(setting.problem, own)
        found = sum_last(each.q.log_prob(z), z.ndim - len(each.q.event_shape) - log_q.ndim)
    except Exception:  # of a problem that takes no further axis
        return None
    same = found.shape == log_q.shape and np.allclose(found.value, log_q.value, rtol=1e-9)
    if not (same and all(_kept(p, 1, found) for p in each.theta)):
        return None
    seed = np.ones(found.shape)
    return grad(found, each.theta, seed=seed, allow_unused=True)  # type: ignore[return-value]
