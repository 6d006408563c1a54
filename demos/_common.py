"""What the demos share: a measured number beside the exact one, tables, pictures, flags."""

import argparse
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

Array = NDArray[np.float64]
T = TypeVar("T")

ROUNDING = 1e-12  # relative: what a mean of many floats may be off by

OUT = Path(__file__).with_name("out")


class Row(NamedTuple):
    """A sampled number, its standard error, and what it should be."""

    what: str
    measured: float
    se: float
    exact: float

    @property
    def z(self) -> float:
        """How many standard errors the measured number is off; beyond 5 something is wrong.

        Where nothing scatters but by rounding it is 0, or infinite if the number is wrong.
        """
        gap, rounding = self.measured - self.exact, ROUNDING * abs(self.exact)
        if self.se > rounding:
            return gap / self.se
        return math.copysign(math.inf, gap) if abs(gap) > rounding else 0.0


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
    print_table(("", "measured", "std error", "exact", "errors off"), lines)


def print_table(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Columns under their headings: the first to the left, the others to the right."""
    cells = [list(headings), *([_cell(x) for x in line] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        right = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        print("  ".join((first.ljust(widths[0]), *right)).rstrip())


def _cell(x: object) -> str:
    return f"{x:z.6f}" if isinstance(x, float) else str(x)


class Savable(Protocol):
    """What writes itself into a file, as its suffix says: a drawing, a lesson."""

    def save(self, path: Path) -> object: ...


def save(picture: Savable, out: Path, name: str) -> None:
    """Write a picture or a page into the folder, which is made if it isn't there."""
    out.mkdir(parents=True, exist_ok=True)
    picture.save(out / name)


def save_listing(program: mg.Program, out: Path, name: str) -> None:
    """Write the program's text into the folder, which is made if it isn't there."""
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_text(program.source, encoding="utf-8")


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar that shows how far they are, from the second second on."""
    if find_spec("tqdm") is None:  # as in a bare installation
        return iter(items)
    from tqdm import tqdm  # here: the index reads the captions without it

    how = {"delay": 1.0, "mininterval": 0.5, "leave": False, "disable": None}  # no terminal: none
    return iter(tqdm(items, desc=what, total=total, **how))


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


def settling(optimizer: mg.Adam, steps: int, what: str) -> Iterator[int]:
    """Count the steps, with a bar; in the second half the rate falls to 0, so the noise settles."""
    rate = optimizer.lr
    for i in progress(range(steps), what):
        optimizer.lr = rate * min(1.0, 2.0 - 2.0 * i / steps)
        yield i


def descend(program: mg.Program, optimizer: mg.Adam, *data: Array) -> float:
    """One step by a program of the optimiser's parameters and of data; its value before."""
    params = optimizer.params
    value, grads = program.value_and_grad(*(p.value for p in params), *data)
    for p, grad in zip(params, grads, strict=True):
        p.grad = grad
    optimizer.step()
    return value


def save_all(
    output: mg.Var,
    title: str,
    program: mg.Program,
    out: Path,
    name: str,
    images: Mapping[str, tuple[int, int]] | None = None,
) -> None:
    """The graph of `output`, a page that steps through it, and a program's text."""
    save(mg.draw(output, title=title), out, f"{name}.svg")
    save(mg.step_through(output, title=title, images=images, live=True), out, f"{name}.html")
    save_listing(program, out, f"{name}.program.txt")
