"""What the demos share: a measured number beside the exact one, tables, pictures, flags."""

import argparse
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

Array = NDArray[np.float64]

OUT = Path(__file__).with_name("out")


class Row(NamedTuple):
    """A sampled number, its standard error, and what it should be."""

    what: str
    measured: float
    se: float
    exact: float

    @property
    def z(self) -> float:
        """How many standard errors the measured number is off; beyond 5 something is wrong."""
        return (self.measured - self.exact) / self.se


def rows(names: Sequence[str], measured: object, samples: Array, exact: object) -> Iterator[Row]:
    """A row for each name; `samples` holds, one line a draw, what the measured numbers average."""
    if len(samples) < 2:
        raise ValueError(f"a standard error needs 2 samples or more, not {len(samples)}")
    numbers, truths = np.ravel(measured), np.ravel(exact)
    each = np.reshape(samples, (len(samples), -1))
    errors = each.std(axis=0, ddof=1) / math.sqrt(len(each))
    for name, number, error, truth in zip(names, numbers, errors, truths, strict=True):
        yield Row(name, float(number), float(error), float(truth))


def print_rows(measured: Iterable[Row]) -> None:
    """The table of measured against exact."""
    lines = [(r.what, r.measured, r.se, r.exact, f"{r.z:+.2f}") for r in measured]
    print_table(("", "measured", "std error", "exact", "z"), lines)


def print_table(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Columns under their headings: the first to the left, the others to the right."""
    cells = [list(headings), *([_cell(x) for x in line] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        right = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        print("  ".join((first.ljust(widths[0]), *right)).rstrip())


def _cell(x: object) -> str:
    return f"{x:z.6f}" if isinstance(x, float) else str(x)


def save(drawing: mg.Drawing, out: Path, name: str) -> None:
    """Write a graph's picture into the folder, which is made if it isn't there."""
    out.mkdir(parents=True, exist_ok=True)
    drawing.save(out / name)


def add_own_flags(parser: argparse.ArgumentParser, main: Callable[..., object]) -> list[str]:
    """A flag for each number that a demo's `main` takes besides `out` and `seed`; their names."""
    _, _, *own = inspect.signature(main).parameters.values()
    for p in own:
        flag = f"--{p.name.replace('_', '-')}"
        parser.add_argument(flag, type=positive, default=p.default, help=f"default {p.default:,}")
    return [p.name for p in own]


def add_common_flags(parser: argparse.ArgumentParser) -> None:
    """What every demo takes."""
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write, default demos/out")
    parser.add_argument("--seed", type=natural, default=0, help="of all random numbers, default 0")


def natural(text: str) -> int:
    """An int from 0, or argparse's error."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def positive(text: str) -> int:
    """An int from 1, or argparse's error."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def alone(main: Callable[..., object]) -> None:
    """Run one demo from the command line, `python -m demos.NAME`, with its flags."""
    parser = argparse.ArgumentParser()
    add_common_flags(parser)
    add_own_flags(parser, main)
    main(**vars(parser.parse_args()))
