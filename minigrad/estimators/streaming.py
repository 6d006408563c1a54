"""An estimate as a stream of chunks, so memory stays that of one chunk.

Chunk i draws from child i of one `SeedSequence`, and the chunks' means are added up in one order.
So the numbers do not depend on who computes a chunk: this process, its threads or another machine.

Standard errors come from how the chunks' means scatter: it needs no gradient of a single sample,
and it is right for estimators whose samples share something within a chunk.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

import numpy as np

from ..distributions.randomness import Generator, check_order, sample_count
from ..engine.values import Array, Shape, Value, as_value, plain, readonly, shape_of, size_of
from ..engine.variable import Var
from .apart import side_by_side
from .doubts import Doubts
from .moments import Chunk, Moments, check_finite, moments_of
from .points import Points, size_of_set
from .problem import Batch, Problem, Setting
from .results import ENOUGH, Estimate
from .scripts import Program, Script, is_program
from .workers import each_block

# Numbers in one array of a chunk, 1.6 MB. Measured at d = 1,000: smaller arrays stay in a nearer
# cache, but then recording the chunks' operations costs more than that saves.
CACHED = 200_000
MOST_BLOCKS = 64  # of chunks, each one task for an executor: many enough to share out evenly

Entropy = int | list[int]


Rule = Callable[..., Chunk]  # of a Setting or Script, a Generator, and the number of samples
Preparation = Callable[[Setting, Generator], Rule]
PILOT = 1 << 32  # the child of the seed that a preparation draws from: beyond all chunks


class Task(NamedTuple):
    """What is asked of every estimator: the arguments that all take, explained at `pathwise`."""

    problem: Problem | Program | Batch
    params: Sequence[object]
    samples: int
    rng: Generator | int | None
    chunk: int | None
    executor: Executor | None
    progress: bool


class Plan(NamedTuple):
    """All that a worker must know; it can be pickled if the problem can."""

    rule: Rule
    problem: Problem | Program | Batch
    params: tuple[Value, ...]
    samples: int
    unit: int
    chunks: int
    entropy: Entropy
    script: bool

    def start(self, i: int) -> int:
        """The first sample of chunk i: sizes are multiples of `unit`, one unit apart at most."""
        return self.samples // self.unit * i // self.chunks * self.unit

    def block(self, span: range, setting: "Setting | Script | None" = None) -> Moments:
        """The moments of some chunks; a worker builds the problem, once for all of them."""
        setting = setting or _setting("", self.problem, self.params, self.script)
        moments = Moments()
        with np.errstate(all="ignore"):  # what is not finite is reported with its sample
            for i in span:
                rng = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(i,)))
                start, stop = self.start(i), self.start(i + 1)
                moments.merge(moments_of(self.rule(setting, rng, stop - start), start, stop))
        if isinstance(setting, Setting):
            moments.doubts.merge(setting.doubts)
            setting.doubts = Doubts()
        return moments


def _parts(row: Array, params: Sequence[Value], lanes: Shape) -> tuple[Value, tuple[Value, ...]]:
    """E[f], and the gradients in the shapes of the parameters, out of one row."""
    shapes = [lanes, *map(shape_of, params)]
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    value, *grads = (
        readonly(plain(row[end - math.prod(shape) : end].reshape(shape)))
        for shape, end in zip(shapes, ends, strict=True)
    )
    return value, tuple(grads)


def stream(
    name: str,
    rule: Rule | Preparation,
    task: Task,
    *,
    smallest: int = 1,
    antithetic: bool = False,
    points: Points | None = None,
    prepared: bool = False,
    script: bool = False,
    apart: bool = False,
) -> Estimate:
    """The estimate that `rule` makes of `samples` samples in chunks of at most `chunk`.

    A chunk has at least `smallest` samples, whole pairs of `antithetic` ones, one set of `points`;
    there are `ENOUGH` of them or more if that can be. With `prepared`, `rule` gives the rule, from
    draws of its own. A `script` rule runs programs, which draw as they go. One that keeps problems
    `apart` takes a Batch, which keeps the estimates of its problems: the first is returned.
    """
    problem, params, samples, rng, chunk, executor, progress = task
    check_order(f"{name}(problem, params, samples, rng)", rng, samples)
    unit = 2 if antithetic else 1
    smallest = max(smallest, unit)
    if sample_count(samples) % unit or samples < smallest:
        least = f"a multiple of {unit}" if unit > 1 else f"{smallest} or more"
        raise ValueError(f"{name}: samples is {samples}, and must be {least} here")
    values = values_of(name, params)
    if isinstance(problem, Batch):
        setting: Setting | Script = side_by_side(problem, values, apart)
    else:
        setting = _setting(name, problem, values, script)
    numbers = max(size_of(setting.outcome_shape), 1)
    if points is not None:
        if antithetic:
            raise ValueError(f"{name}: choose one of points= and antithetic=")
        most = None if chunk is None else _chunk_size(chunk)
        size = max(size_of(setting.noise_shape), 1)
        unit = smallest = chunk = size_of_set(name, points, samples, size, most)
    most = max(CACHED // numbers, 1) if chunk is None else _chunk_size(chunk)
    chunks = min(max(-(-samples // most), ENOUGH), samples // smallest)
    entropy = _entropy(rng)
    if prepared:
        pilot = np.random.SeedSequence(entropy, spawn_key=(PILOT,))
        with np.errstate(all="ignore"):
            rule = rule(setting, np.random.default_rng(pilot))  # type: ignore[assignment, arg-type]
    plan = Plan(rule, problem, values, samples, unit, chunks, entropy, script)  # type: ignore[arg-type]
    total = Moments()
    work = partial(plan.block, setting=setting) if executor is None else plan.block
    for moments in each_block(work, _spans(chunks), executor, samples, progress):
        total.merge(moments)
    check_finite(name, total, samples)
    lanes = () if isinstance(setting, Script) else setting.lanes
    found = _parts(total.means, values, lanes), _parts(total.standard_errors(), values, lanes)
    if isinstance(problem, Batch):
        problem.estimates = tuple(
            _estimate(name, _lane(i, found[0]), _lane(i, found[1]), total.doubts.of_lane(i), total)
            for i in range(problem.count)
        )
        return problem.estimates[0]
    return _estimate(name, *found, total.doubts, total)


Found = tuple[Value, tuple[Value, ...]]  # E[f] and its gradients, or their errors


def _lane(i: int, found: Found) -> Found:
    value, grads = ((x[i] for x in part) for part in ([found[0]], found[1]))  # type: ignore[index]
    return plain(*value), tuple(map(plain, grads))


def _estimate(name: str, means: Found, errors: Found, doubts: Doubts, total: Moments) -> Estimate:
    value, value_se = float(means[0]), float(errors[0])
    words = doubts.words(value_se)
    return Estimate(name, value, value_se, means[1], errors[1], total.count, total.chunks, words)


def _setting(
    name: str, problem: Problem | Program | Batch, values: tuple[Value, ...], script: bool
) -> Setting | Script:
    if script:
        return Script(problem, values)
    if is_program(problem):
        raise TypeError(f"{name}: a program that draws as it goes is for mg.triples")
    return Setting(problem, values)  # type: ignore[arg-type]


def values_of(name: str, params: Sequence[object]) -> tuple[Value, ...]:
    if not isinstance(params, tuple | list):
        what = type(params).__name__
        raise TypeError(
            f"{name}: params is a tuple, not {what}: (mu, sigma) for problem(mu, sigma)"
        )
    return tuple(p.value if isinstance(p, Var) else as_value(p) for p in params)


def _chunk_size(chunk: object) -> int:
    try:
        return sample_count(chunk)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("samples", "chunk")) from None


def _spans(chunks: int) -> list[range]:
    """The chunks in blocks: the same whoever computes them, since the order of adding counts."""
    blocks = min(chunks, MOST_BLOCKS)
    return [range(chunks * i // blocks, chunks * (i + 1) // blocks) for i in range(blocks)]


def _entropy(rng: object) -> Entropy:
    """What seeds the chunks. A generator is asked, and so moves on: the next call draws afresh."""
    if rng is None:
        return _entropy(np.random.default_rng())
    if isinstance(rng, Generator):
        return [int(x) for x in rng.integers(1 << 32, size=4)]
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise TypeError(
            f"rng is a numpy.random.Generator, a seed of 0 or more, or None, not {rng!r}"
        )
    return int(rng)
