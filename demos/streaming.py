"""A billion draws need no more memory than a thousand: an estimate streams, chunk by chunk.

E sin z for z ~ N(0.7, 1.2²) and its slopes, by `mg.pathwise`, from a thousand draws on, ten times
as many each time. Once there are more of them than fit in a chunk, time grows like S and memory
stays as it is. The error falls like S^-½: three digits more take a million times as long. Pass
`--largest 1000000000` for the row that was measured once and is quoted here.
"""

import math
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import minigrad as mg

from ._common import Row, alone, print_rows, print_table, progress
from ._plots import COLOURS, LINES, line_and_marks, panels

PICTURES = {
    "streaming.svg": "On these axes a power is a slope: time rises by 1 once there are several "
    "chunks, the error falls by −½, and memory stays. The hollow marks are of a billion draws",
}

MU, SIGMA = 0.7, 1.2
DAMPED = math.exp(-0.5 * SIGMA**2)
EXACT = (
    DAMPED * math.sin(MU),
    DAMPED * math.cos(MU),
    -SIGMA * DAMPED * math.sin(MU),
)
DEVIATION = math.sqrt(0.5 * (1.0 - DAMPED**4 * math.cos(2.0 * MU)) - EXACT[0] ** 2)  # of sin z
CHUNK = 10_000
WATCHED = 10_000_000  # draws up to which memory is watched: that takes time, so in a run apart


class Run(NamedTuple):
    """How many draws, what they gave, the seconds, and the bytes at the peak (nan: not watched)."""

    draws: int
    numbers: tuple[float, ...]
    errors: tuple[float, ...]
    seconds: float
    memory: float = math.nan

    @property
    def rows(self) -> list[Row]:
        """E sin z and its slopes, beside the exact ones."""
        names = (f"{name}, S = {self.draws:,}" for name in ("E sin z", "∂μ", "∂σ"))
        return [Row(*row) for row in zip(names, self.numbers, self.errors, EXACT, strict=True)]


# Measured on 2026-11-28, on two cores so busy with other work that it had a third of one: 99 s of
# processor time. The memory is what the whole process grew by.
BILLION = Run(
    1_000_000_000,
    (0.3135622703985135, 0.3722934805577248, -0.37627070667153545),
    (1.9854476981231706e-05, 1.9141381077718255e-05, 1.8294063569878207e-05),
    325.8,
    2.6e6,
)


def sine(mu: mg.Var, sigma: mg.Var) -> tuple[mg.Normal, Callable[[mg.Var], mg.Var]]:
    """The problem."""
    return mg.Normal(mu, sigma), mg.sin


def estimate(draws: int, seed: int, chunk: int) -> mg.estimators.Estimate:
    """Of that many draws, with a bar where it takes long."""
    long = draws > WATCHED
    return mg.pathwise(sine, (MU, SIGMA), draws, seed, chunk=chunk, progress=long)


def run(draws: int, seed: int, chunk: int) -> Run:
    """Timed; then watched, if it is short."""
    start = time.perf_counter()
    found = estimate(draws, seed, chunk)
    seconds = time.perf_counter() - start
    peak = math.nan
    if draws <= WATCHED:
        tracemalloc.start()
        estimate(draws, seed, chunk)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        peak = float(most)
    numbers, errors = (found.value, *found.grads), (found.value_se, *found.grad_ses)
    return Run(draws, numbers, errors, seconds, peak)  # type: ignore[arg-type]


def plot_runs(path: Path, runs: list[Run]) -> None:
    """Time, error and memory over S, and the billion."""
    draws = [r.draws for r in runs]
    hollow = {"marker": "o", "linestyle": "", "markerfacecolor": "none"}
    far = {**hollow, "color": COLOURS["output"][0]}
    with panels(path, "Time, error and memory over the number of draws S", 3) as drawn:
        drawn[0].plot(draws, [r.seconds for r in runs], **LINES[0])
        drawn[0].plot([BILLION.draws], [BILLION.seconds], **far)
        drawn[0].set(title="seconds")
        wide = [draws[0], BILLION.draws]
        theory = [DEVIATION / math.sqrt(s) for s in wide]
        off = [abs(r.numbers[0] - EXACT[0]) for r in runs]
        line_and_marks(drawn[1], LINES[0], "", (wide, theory), (draws, [r.errors[0] for r in runs]))
        drawn[1].plot(draws, off, **{**hollow, "marker": "x", "color": COLOURS["bad"][0]})
        drawn[1].plot([BILLION.draws], [BILLION.errors[0]], **far)
        drawn[1].set(title="error of E sin z; ×: how far it was off")
        watched = [r for r in runs if r.memory == r.memory]
        drawn[2].plot([r.draws for r in watched], [1e-6 * r.memory for r in watched], **LINES[0])
        drawn[2].plot([BILLION.draws], [1e-6 * BILLION.memory], **far)
        drawn[2].set(title="peak memory (MB)", ylim=(0.01, 100.0))
        for axes in drawn:
            axes.loglog()
            axes.set_xlabel("S")


def main(out: Path, seed: int = 0, largest: int = WATCHED, chunk: int = CHUNK) -> dict[str, object]:
    """Returns the runs, and the rows of the largest."""
    sizes = [s for s in (10**i for i in range(3, 12)) if s < largest] + [largest]
    runs = [run(size, seed, chunk) for size in progress(sizes, "draws")]
    plot_runs(out / "streaming.svg", runs)
    lines = [
        (
            f"{r.draws:,}",
            f"{r.seconds:.3g}",
            f"{1e9 * r.seconds / r.draws:.0f}",
            f"{r.errors[0]:.1e}",
            f"{abs(r.numbers[0] - EXACT[0]):.1e}",
            "" if math.isnan(r.memory) else f"{1e-6 * r.memory:.2f}",
        )
        for r in (*runs, BILLION)
    ]
    head = ("draws", "seconds", "ns a draw", "std error of E sin z", "off by", "peak MB")
    print_table(head, lines)
    print("The last row was measured once, on 2026-11-28: 99 of its seconds were processor time.\n")
    found = [*runs[-1].rows, *BILLION.rows]
    print_rows(found)
    return {"runs": runs, "rows": found}


if __name__ == "__main__":
    alone(main)
