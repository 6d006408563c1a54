"""Are the errors of every estimator true? `python -m tests.calibration`, some minutes.

For each, on a problem with closed forms, two million draws or more: how z-scores of 500 estimates
spread (1 ± 0.1 is asked), the bias in standard errors (below 5), the variance of one sample's
gradient over its formula (within 5 %), and the time for as many samples beside pathwise. A name, or
a part of one, chooses; `--repeats`, `--chunks` and `--size` make it smaller, `--seed` makes other
draws. It exits with 1 if anything is off. The tests run a small size of the same.
"""

import argparse
import sys
import time

import numpy as np

from minigrad.engine.values import Array
from tests.support.calibration import CASES, Case, measured

SPREAD, BIAS, VARIANCE = 0.1, 5.0, 0.05


def seconds(case: Case) -> float:
    """Of one sample, in chunks of the usual size."""
    start = time.perf_counter()
    case.run(case.problem, case.params, case.timed, 0)
    return (time.perf_counter() - start) / case.timed


def beside_pathwise(case: Case) -> float:
    """The time of one sample over that of pathwise: the best of five each, in turns."""
    found = np.array([(seconds(case), seconds(CASES["pathwise"])) for _ in range(5)])
    mine, unit = found.min(axis=0)
    return float(mine / unit)


def cell(numbers: Array | None, digits: int) -> str:
    """The numbers of a cell, one for each parameter."""
    return "" if numbers is None else ", ".join(f"{x:.{digits}f}" for x in numbers)


def row(name: str, repeats: int, chunks: int, size: int, seed: int) -> bool:
    """Measure, print, and say whether all is as it should be."""
    case = CASES[name]
    found = measured(case, repeats, chunks, case.size or size, seed)
    off = (
        np.any(np.abs(found.spread - 1.0) > SPREAD)
        or np.any(np.abs(found.bias) > BIAS)
        or (found.ratio is not None and np.any(np.abs(found.ratio - 1.0) > VARIANCE))
    )
    cells = cell(found.spread, 3), cell(found.bias, 1), cell(found.ratio, 3)
    cost = f"{beside_pathwise(case):.1f}"
    print(f"| {name}{' *' * bool(off)} | {' | '.join(cells)} | {cost} |", flush=True)
    return not off


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--repeats", type=int, default=500)
    parser.add_argument("--chunks", type=int, default=40, help="of each repeat")
    parser.add_argument("--size", type=int, default=100, help="samples of a chunk")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    names = [n for n in CASES if not given.names or any(part in n for part in given.names)]
    print("| estimator | spread of z | bias, in errors | variance / formula | time / pathwise |")
    print("|---|---|---|---|---|")
    sizes = given.repeats, given.chunks, given.size
    right = [row(name, *sizes, given.seed) for name in names]
    return int(not all(right))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
