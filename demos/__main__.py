"""Run demos, all or those named, and write every picture and an index.html into one folder."""

import argparse
import contextlib
import importlib
import inspect
import io
import pkgutil
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from . import __path__ as here
from ._common import add_common_flags, add_own_flags
from ._order import ordered
from ._page import Section, page


def known() -> list[str]:
    """The demos, in the order in which they are read."""
    return ordered([m.name for m in pkgutil.iter_modules(here) if not m.name.startswith("_")])


def load(name: str) -> ModuleType:
    """A demo's module; importing it runs nothing."""
    return importlib.import_module(f"{__package__}.{name}")


def claim(demo: ModuleType) -> str:
    """The first paragraph of its docstring, on one line."""
    return " ".join((demo.__doc__ or "").split("\n\n")[0].split())


def arguments(given: Sequence[str]) -> tuple[argparse.Namespace, dict[str, int]]:
    """What is common to all demos, and the flags of the one demo that is named, if one is."""
    parser = argparse.ArgumentParser(
        prog="python -m demos",
        description=__doc__,
        epilog="One demo by itself takes flags of its own: python -m demos NAME --help",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known())}")
    parser.add_argument("--list", action="store_true", help="say what each claims, and run nothing")
    add_common_flags(parser)
    named = [word for word in given if word in known()]
    own = add_own_flags(parser, load(named[0]).main) if len(named) == 1 else []
    options = parser.parse_args(given)
    for name in options.names:
        if name not in known():
            parser.error(f"there is no demo {name!r}, there are {', '.join(known())}")
    return options, {flag: getattr(options, flag) for flag in own}


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


def recorded(name: str, out: Path, seed: int, flags: dict[str, int]) -> object:
    """What the demo returns. What it prints is kept in NAME.txt, its source beside it."""
    demo, shown = load(name), _Shown()
    (out / f"{name}.py.txt").write_text(inspect.getsource(demo), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(shown):
            return demo.main(out, seed, **flags)
    finally:
        (out / f"{name}.txt").write_text(shown.getvalue(), encoding="utf-8")


def run(name: str, out: Path, seed: int, flags: dict[str, int]) -> str:
    """Run one demo; returns "", or in one line why it failed."""
    start = time.monotonic()
    try:
        print(claim(load(name)), end="\n\n", flush=True)
        recorded(name, out, seed, flags)
    except Exception as error:
        traceback.print_exc()
        remedy = ": pip install '.[demos]'" if isinstance(error, ModuleNotFoundError) else ""
        return f"{type(error).__name__}: {error}{remedy}"
    print(f"\n{name} took {time.monotonic() - start:.1f} s", flush=True)
    return ""


def run_all(names: Sequence[str], out: Path, seed: int, flags: dict[str, int]) -> dict[str, str]:
    """Run one after the other, whatever becomes of them; returns those that failed, and why."""
    failed = {}
    for i, name in enumerate(names, 1):
        print(f"\n======== {i} of {len(names)}: {name}", flush=True)
        if failure := run(name, out, seed, flags):
            print(f"\n{name} failed: {failure}", file=sys.stderr, flush=True)
            failed[name] = failure
    return failed


def write_index(out: Path, failed: dict[str, str]) -> Path:
    """The gallery of all that is in the folder, from earlier runs too."""
    sections = [section for name in known() if (section := _section(name, out, failed))]
    index = out / "index.html"
    index.write_text(page(sections, out), encoding="utf-8")
    return index


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
    told = printed.read_text(encoding="utf-8") if printed.is_file() else ""
    return Section(name, claim(demo), pictures, files, told, failed.get(name, ""))


def main(given: Sequence[str]) -> int:
    """The exit status: 0, or 1 if a demo failed or nothing can be written."""
    options, flags = arguments(given)
    if options.list:
        for name in known():
            print(f"{name}: {claim(load(name))}")
        return 0
    out: Path = options.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "index.html").touch()
    except OSError as error:
        print(
            f"can't write into {out}: {error.strerror}: name another folder with --out",
            file=sys.stderr,
        )
        return 1
    names = options.names or known()
    failed = run_all(names, out, options.seed, flags)
    print(f"\nPictures: {write_index(out, failed)}")
    if failed:
        print(f"{len(failed)} of {len(names)} failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console without Greek shows ? and goes on
    sys.exit(main(sys.argv[1:]))
