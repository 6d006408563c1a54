"""Run demos, all or those named, and write every picture and an index.html into one folder."""

import argparse
import importlib
import pkgutil
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from . import __path__ as here
from ._common import add_common_flags, add_own_flags
from ._page import Section, page


def known() -> list[str]:
    """The demos, in the order of their names, which is that of the lesson."""
    return sorted(m.name for m in pkgutil.iter_modules(here) if not m.name.startswith("_"))


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


def run(name: str, out: Path, seed: int, flags: dict[str, int]) -> str:
    """Run one demo; returns "", or in one line why it failed."""
    start = time.monotonic()
    try:
        demo = load(name)
        print(claim(demo), end="\n\n", flush=True)
        demo.main(out, seed, **flags)
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
    """The page of all pictures in the folder, those of earlier runs too."""
    sections = []
    for name in known():
        try:
            demo = load(name)
        except Exception:  # it says so when it is run
            continue
        if name in failed or any((out / file).is_file() for file in demo.PICTURES):
            sections.append(Section(name, claim(demo), demo.PICTURES, failed.get(name, "")))
    index = out / "index.html"
    index.write_text(page(sections, out), encoding="utf-8")
    return index


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
        print(f"can't write into {out}: {error.strerror}: name another folder with --out",
              file=sys.stderr)  # fmt: skip
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
