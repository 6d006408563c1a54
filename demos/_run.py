"""Run demos: the quick ones at once, then the others on every core. After each the gallery is
written again, so there is always something to look at.
"""

import contextlib
import importlib
import inspect
import io
import multiprocessing
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from . import __path__ as here
from ._gallery import Section, write_gallery
from ._order import QUICK, ordered


class Done(NamedTuple):
    """A demo that has run: what it printed, and "" or in one line why it failed."""

    name: str
    printed: str
    failure: str
    seconds: float


def known() -> list[str]:
    """The demos, in the order in which they are read."""
    return ordered([m.name for m in pkgutil.iter_modules(here) if not m.name.startswith("_")])


def load(name: str) -> ModuleType:
    """A demo's module; importing it runs nothing."""
    return importlib.import_module(f"{__package__}.{name}")


def claim(demo: ModuleType) -> str:
    """The first paragraph of its docstring, on one line."""
    return " ".join((demo.__doc__ or "").split("\n\n")[0].split())


class _Shown(io.StringIO):
    """What is printed, kept and shown at once."""

    def __init__(self) -> None:
        super().__init__()
        self.through = sys.stdout

    def write(self, text: str) -> int:
        self.through.write(text)
        return super().write(text)

    def flush(self) -> None:
        self.through.flush()


def recorded(name: str, out: Path, seed: int, flags: dict[str, int], shown: io.StringIO) -> object:
    """What the demo returns. What it prints is kept in NAME.txt, its source beside it."""
    demo = load(name)
    (out / f"{name}.py.txt").write_text(inspect.getsource(demo), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(shown):
            return demo.main(out, seed, **flags)
    finally:
        (out / f"{name}.txt").write_text(shown.getvalue(), encoding="utf-8")


def run(name: str, out: Path, seed: int, flags: dict[str, int]) -> Done:
    """Run one demo here; what it prints is seen as it comes."""
    print(claim(load(name)), end="\n\n", flush=True)
    return _run(name, out, seed, flags, _Shown())


def run_aside(name: str, out: Path, seed: int) -> Done:
    """Run one demo in a worker, silently: no bars, and what it prints is returned."""
    sys.stderr = io.StringIO()  # no terminal, so tqdm draws nothing
    done = _run(name, out, seed, {}, io.StringIO())
    return done._replace(printed=f"{claim(load(name))}\n\n{done.printed}{sys.stderr.getvalue()}")


def _run(name: str, out: Path, seed: int, flags: dict[str, int], shown: io.StringIO) -> Done:
    start, failure = time.monotonic(), ""
    try:
        recorded(name, out, seed, flags, shown)
    except Exception as error:
        traceback.print_exc()
        remedy = ": pip install '.[demos]'" if isinstance(error, ModuleNotFoundError) else ""
        failure = f"{type(error).__name__}: {error}{remedy}"
    return Done(name, shown.getvalue(), failure, time.monotonic() - start)


def run_all(names: Sequence[str], out: Path, seed: int, flags: dict[str, int]) -> dict[str, str]:
    """Run them all, even if some fail; returns those that failed, and why."""
    failed: dict[str, str] = {}
    quick = [name for name in names if name in QUICK or len(names) == 1]
    later = [name for name in names if name not in quick]
    for i, name in enumerate(quick, 1):
        print(f"\n======== {i} of {len(names)}: {name}", flush=True)
        try:
            done = run(name, out, seed, flags)
        except Exception as error:  # it can't even be loaded
            done = Done(name, "", f"{type(error).__name__}: {error}", 0.0)
        _report(done, failed)
    index = write_index(out, failed)
    if not later:
        return failed
    print(f"\nReady to look at: {index}\n{len(later)} more follow, on every core …", flush=True)
    for i, done in enumerate(_on_every_core(later, out, seed), len(quick) + 1):
        print(f"\n======== {i} of {len(names)}: {done.name}\n{done.printed}", end="", flush=True)
        _report(done, failed)
        write_index(out, failed)
    return failed


def _report(done: Done, failed: dict[str, str]) -> None:
    print(f"\n{done.name} took {done.seconds:.1f} s", flush=True)
    if done.failure:
        print(f"\n{done.name} failed: {done.failure}", file=sys.stderr, flush=True)
        failed[done.name] = done.failure


def _on_every_core(names: Sequence[str], out: Path, seed: int) -> Iterator[Done]:
    """Each demo in a process of its own, in the order in which they end."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the workers share the cores already
    context = multiprocessing.get_context("spawn")
    workers = min(len(names), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, context, max_tasks_per_child=None) as pool:
        waiting = {pool.submit(run_aside, name, out, seed): name for name in names}
        try:
            yield from _as_they_end(waiting)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _as_they_end(waiting: dict[Future[Done], str]) -> Iterator[Done]:
    start = time.monotonic()
    while waiting:
        ended, _ = wait(waiting, 0.5, FIRST_COMPLETED)
        for future in ended:
            name = waiting.pop(future)
            error = future.exception()
            why = f"{type(error).__name__}: {error}"
            yield future.result() if error is None else Done(name, "", why, 0.0)
        if sys.stdout.isatty() and waiting:
            running = ", ".join(name for f, name in waiting.items() if f.running())
            line = f"{time.monotonic() - start:.0f} s, {len(waiting)} to go: {running}"
            print(f"\r\033[K{line[:78]}", end="" if not ended else "\n", flush=True)


def write_index(out: Path, failed: dict[str, str]) -> Path:
    """The gallery of all that is in the folder, from earlier runs too."""
    return write_gallery([s for name in known() if (s := _section(name, out, failed))], out)


def _section(name: str, out: Path, failed: dict[str, str]) -> Section | None:
    """A demo with those of its files that are there; None where it has neither run nor failed."""
    try:
        demo = load(name)
    except Exception:  # it says so when it is run
        return None
    files = {
        **getattr(demo, "PAGES", {}),
        f"{name}.py.txt": "the source of this experiment",
        f"{name}.txt": "all that it printed",
    }
    pictures, files = (
        {file: words for file, words in table.items() if (out / file).is_file()}
        for table in (demo.PICTURES, files)
    )
    if not (pictures or files or name in failed):
        return None
    printed = out / f"{name}.txt"
    text = printed.read_text(encoding="utf-8") if printed.is_file() else ""
    return Section(name, claim(demo), pictures, files, text, failed.get(name, ""))
