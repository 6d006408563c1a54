"""Run demos, all or those named, and write every picture and an index.html into one folder."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ._common import add_common_flags, add_own_flags
from ._order import QUICK
from ._run import claim, known, load, run_all, write_index


def arguments(given: Sequence[str]) -> tuple[argparse.Namespace, dict[str, int]]:
    """What is common to all demos, and the flags of the one demo that is named, if one is."""
    parser = argparse.ArgumentParser(
        prog="python -m demos",
        description=__doc__,
        epilog="One demo by itself takes flags of its own: python -m demos NAME --help",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known())}")
    parser.add_argument("--list", action="store_true", help="say what each claims, and run nothing")
    parser.add_argument("--quick", action="store_true", help="those alone that take no training")
    add_common_flags(parser)
    named = [word for word in given if word in known()]
    own = add_own_flags(parser, load(named[0]).main) if len(named) == 1 else []
    options = parser.parse_args(given)
    for name in options.names:
        if name not in known():
            parser.error(f"there is no demo {name!r}, there are {', '.join(known())}")
    return options, {flag: getattr(options, flag) for flag in own}


def main(given: Sequence[str]) -> int:
    """The exit status: 0; 1 if a demo failed or nothing can be written; 130 after Ctrl-C."""
    options, flags = arguments(given)
    if options.list:
        for name in known():
            print(f"{name}: {claim(load(name))}")
        return 0
    out: Path = options.out
    names = options.names or [n for n in known() if n in QUICK or not options.quick]
    try:
        out.mkdir(parents=True, exist_ok=True)
        index = write_index(out, {})
    except OSError as error:
        print(
            f"can't write into {out}: {error.strerror}: name another folder with --out",
            file=sys.stderr,
        )
        return 1
    try:
        failed = run_all(names, out, options.seed, flags)
    except KeyboardInterrupt:
        print(f"\nStopped. What was finished is in {index}", file=sys.stderr)
        return 130
    print(f"\nOpen {index}")
    if failed:
        print(f"{len(failed)} of {len(names)} failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console without Greek shows ? and goes on
    sys.exit(main(sys.argv[1:]))
