"""A chunk by a program: its samples go through the trace of a few of them, block by block."""

import math
import threading
from functools import lru_cache, wraps

import numpy as np

from ..distributions.randomness import noise_leaf
from ..emit.compiling import Compiled
from ..engine.values import size_of
from ..engine.variable import Var
from .moments import Chunk
from .problem import Problem, Setting

# Numbers in an array of a block, 400 KB: with all its arrays it stays in the second-level cache.
BLOCK = 50_000


def replayed(setting: Setting, eps: Var) -> Chunk | None:
    """What the rule of `pathwise` makes of that noise, f as its sum; None where that isn't finite.

    The programs of a problem serve the next estimate as well: in a loop they are traced once.
    """
    noise, count = eps.value, len(eps)
    rows = max(BLOCK // max(size_of(setting.noise_shape), 1), 1)
    total, sums = 0.0, [0.0] * len(setting.params)
    for start in range(0, count, rows):
        block = noise[start : start + rows]  # type: ignore[index]
        program = _total_of(setting.problem, len(block))
        part, grads = program.value_and_grad(*setting.params, noise_leaf(block, "eps", ""))
        total += part
        sums = [a + d for a, d in zip(sums, grads, strict=True)]  # type: ignore[misc]
    if not math.isfinite(total):
        return None
    return Chunk(np.array([total]), tuple(d / count for d in sums), summed=True)


def _total_of(problem: Problem, count: int) -> Compiled:
    thread = threading.get_ident()
    try:
        return _kept(problem, count, thread)
    except TypeError:  # a problem that can't be a key
        return _kept.__wrapped__(problem, count, thread)


@lru_cache(maxsize=16)
def _kept(problem: Problem, count: int, thread: int) -> Compiled:
    """Σ f(z) over `count` samples as a function of the parameters and the noise; of one thread."""

    @wraps(problem)  # as the user's function it is watched: what it refers to may change
    def total(*given: Var) -> Var:
        *theta, eps = given
        q, integrand = problem(*theta)
        return integrand(q.transform(eps)).sum()

    return Compiled(total)
