"""Ten times the accuracy costs a hundred times the draws, but no more memory if they are streamed.

The error of a mean over S draws falls like S^-½: for ∂μ of E z² it is 2σ/√S exactly. Time grows
like S, and with the dimension like d for a diagonal covariance and, once the products outweigh the
rest, like d² for a full one. Memory grows like S·d where all draws form one batch, and stays that
of a chunk where they stream. Times are the best of seven on one core; memory is the peak that
Python allocates.
"""

import math
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Row, alone, print_rows, print_table, progress, rows, save
from ._plots import LINES, line_and_marks, panels

PICTURES = {
    "cost.svg": "On these axes a power is a slope: −½ for the error, 1 for time and for the "
    "memory of one batch over S, 0 for that of a stream. In one batch the full covariance needs "
    "the memory of the diagonal one",
    "cost_batch.svg": "One batch as a graph: from ε to z·z every box holds S × d numbers",
}

MU, SIGMA = 0.5, 1.5
SIZES = (64, 512, 4_096, 32_768)  # over which the error is followed
COUNTS = (4_000, 12_000, 36_000)  # S, at d = 8
DIMENSIONS = (4, 16, 64)  # d, at S = 4,000
CHUNK = 100


class Cost(NamedTuple):
    """Seconds, and bytes at the peak."""

    seconds: float
    memory: float


Problem = Callable[..., tuple[mg.distributions.Distribution, Callable[[mg.Var], mg.Var]]]


def squares(z: mg.Var) -> mg.Var:
    """‖z‖² of each draw."""
    return mg.sum(z * z, axis=-1)


def one(mu: mg.Var) -> tuple[mg.Normal, Callable[[mg.Var], mg.Var]]:
    """E z² of one number."""
    return mg.Normal(mu, SIGMA), mg.square


def diagonal(mu: mg.Var, sigma: mg.Var) -> tuple[mg.Independent, Callable[[mg.Var], mg.Var]]:
    """E‖z‖², a σ for each number."""
    return mg.Independent(mg.Normal(mu, sigma), 1), squares


def full(mu: mg.Var, factor: mg.Var) -> tuple[mg.MultivariateNormal, Callable[[mg.Var], mg.Var]]:
    """E‖z‖², the covariance LLᵀ."""
    return mg.MultivariateNormal(mu, scale_tril=factor), squares


def at(problem: Problem, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Parameters for d numbers."""
    return np.zeros(d), np.eye(d) if problem is full else np.ones(d)


# ------------------------------------------------------------------------------------ measurements


def errors(repeats: int, seed: int) -> list[Row]:
    """The mean squared error of ∂μ at each S, against 4σ²/S."""
    found = []
    for size in progress(SIZES, "errors"):
        grads = [mg.pathwise(one, (MU,), size, seed + i).grads[0] for i in range(repeats)]
        squared = (np.array(grads) - 2.0 * MU) ** 2
        found += rows([f"error², S = {size:,}"], squared.mean(), squared, 4.0 * SIGMA**2 / size)
    return found


def slope_of(found: list[Row], repeats: int) -> Row:
    """The slope of log error over log S; a log of a mean of n squares scatters by √(2/n)."""
    x = np.log(SIZES)
    y = 0.5 * np.log([row.measured for row in found])
    centred = x - x.mean()
    spread = float(centred @ centred)
    se = 0.5 * math.sqrt(2.0 / repeats) / math.sqrt(spread)
    return Row("slope of log error over log S", float(centred @ y) / spread, se, -0.5)


def streamed(problem: Problem, d: int, samples: int) -> None:
    """The gradients from chunks, one after the other."""
    mg.pathwise(problem, at(problem, d), samples, 0, chunk=CHUNK)


def one_batch(problem: Problem, d: int, samples: int) -> None:
    """The gradients from one graph of all draws."""
    params = [mg.Var(p) for p in at(problem, d)]
    q, f = problem(*params)
    f(q.rsample(np.random.default_rng(0), samples)).mean().backward()


def cost(run: Callable[[], None], times: int) -> Cost:
    """The best of some times, and the peak of a run apart, which being watched takes longer."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Cost(min(taken), float(peak))


WAYS = {
    f"{problem.__name__}, {name}": partial(way, problem)
    for problem in (diagonal, full)
    for name, way in (("streamed", streamed), ("one batch", one_batch))
}


def power(x: Sequence[int], y: Sequence[float]) -> float:
    """The slope on logarithmic axes, between the last two."""
    return math.log(y[-1] / y[-2]) / math.log(x[-1] / x[-2])


def costs(times: int) -> dict[str, tuple[list[Cost], list[Cost]]]:
    """For each way: over COUNTS, then over DIMENSIONS."""
    from threadpoolctl import threadpool_limits  # scikit-learn brings it along

    found = {}
    with threadpool_limits(1):  # or times would depend on how busy the other cores are
        for name, way in progress(WAYS.items(), "costs"):
            found[name] = (
                [cost(partial(way, 8, samples), times) for samples in COUNTS],
                [cost(partial(way, d, COUNTS[0]), times) for d in DIMENSIONS],
            )
    return found


# ------------------------------------------------------------------------------------ the pictures


def plot_costs(
    path: Path, error: list[Row], found: dict[str, tuple[list[Cost], list[Cost]]]
) -> None:
    """Error, and time and memory over S and over d."""
    with panels(path, "Error, time and memory, each on logarithmic axes", 3, 2) as drawn:
        line, marks = (np.sqrt([getattr(r, of) for r in error]) for of in ("exact", "measured"))
        line_and_marks(drawn[0], LINES[0], "", (SIZES, line), (SIZES, marks))
        drawn[0].set(title="error of ∂μ; line: 2σ/√S", xlabel="S", ylim=(0.01, 1.0))
        drawn[0].loglog()
        views = [(i, j) for i in (0, 1) for j in (0, 1)]
        at = ("S, at d = 8", f"d, at S = {COUNTS[0]:,}")
        for axes, (i, j) in zip((drawn[1], drawn[2], drawn[4], drawn[5]), views):
            x, unit = (COUNTS, DIMENSIONS)[i], (1e3, 1e-6)[j]
            for (name, both), look in zip(found.items(), LINES):
                axes.plot(x, [unit * each[j] for each in both[i]], **look, label=name)
            axes.set(title=("time (ms)", "peak memory (MB)")[j], xlabel=at[i])
            axes.loglog()
            axes.set_xticks(x, [f"{each:,}" for each in x])
            axes.set_xticks([], minor=True)
        handles = drawn[1].get_legend_handles_labels()
        drawn[3].axis("off")
        drawn[3].legend(*handles, loc="center")


def draw_batch() -> mg.Drawing:
    """The graph of one batch of 1,000 draws."""
    mu, sigma = mg.Var(np.zeros(8), "μ"), mg.Var(np.ones(8), "σ")
    z = mg.Normal(mu, sigma).rsample(np.random.default_rng(0), 1_000).named("z")
    output = squares(z).mean().named("mean")
    output.backward()
    return mg.draw(output, title="One batch: 1,000 draws of 8 numbers at once")


def main(out: Path, seed: int = 0, repeats: int = 100, times: int = 7) -> dict[str, object]:
    """Returns the rows of errors with their slope, and the costs."""
    error = errors(repeats, seed)
    found = costs(times)
    plot_costs(out / "cost.svg", error, found)
    save(draw_batch(), out, "cost_batch.svg")
    lines = [
        (
            name,
            *(
                f"{power(x, [c[j] for c in each]):.2f}"
                for j in (0, 1)
                for x, each in zip((COUNTS, DIMENSIONS), both)
            ),
        )
        for name, both in found.items()
    ]
    print("the powers of S and d with which each grows, from the last two sizes (times are noisy)")
    print_table(("", "time in S", "time in d", "memory in S", "memory in d"), lines)
    table = [*error, slope_of(error, repeats)]
    print()
    print_rows(table)
    return {"rows": table, "costs": found}


if __name__ == "__main__":
    alone(main)
