"""The command line, `minigrad step "sin(mu + sigma*eps)" mu=0.7 sigma=1.2 eps~normal`.

The exit status is 0; or 1 where the formula is understood but the check fails, or it has no
program, or a file can't be written; or 2 for a command that is not understood.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .checking import GradientError
from .commands import (
    Typed,
    print_check,
    print_code,
    print_reasons,
    typed,
    write_lesson,
    write_picture,
    write_playground,
)
from .expressions import LAWS
from .pages.play.presets import START
from .pictures.render import RendererError

_MORE = """\
a formula has numbers, pi, names, + - * / **, comparisons and functions like exp or where

examples:
  minigrad step "sin(mu + sigma*eps)" mu=0.7 sigma=1.2 eps~normal -o page.html --open
  minigrad check "x**2 * exp(-x)" x=1.5
  echo "log(x)/x" | minigrad draw - x=2 > graph.svg

exit status: 0 good; 1 the check failed, there is no program, or a file can't be written;
2 the command or the formula is not understood"""


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Greek shows ? and goes on
    options = _options(sys.argv[1:] if given is None else given)
    try:
        text = sys.stdin.read() if options.expression == "-" else options.expression
        formula = typed(text, options.values, options.seed)
    except ValueError as error:
        print(f"minigrad: {error}", file=sys.stderr)
        return 2
    try:
        options.run(formula, options)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; at its end Python would try once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError, GradientError, RendererError) as error:
        print(f"minigrad: {error}", file=sys.stderr)
        return 1
    return 0


# ------------------------------------------------------------------------------- what is asked for


def _options(given: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    # With a space before it argparse takes a formula, or a file, that begins with - for no flag.
    options, others = parser.parse_known_args([f" {w}" if _is_text(w) else w for w in given])
    # argparse takes all values at once: those that stand after a flag come here.
    if unknown := [word for word in others if word.startswith("-")]:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    options.values += others
    return options


def _is_text(word: str) -> bool:
    """Whether it begins with a minus, as `-omega` does, and is no flag, as `-oa.html` is."""
    is_file = word.startswith("-o") and Path(word).suffix in (".html", ".svg", ".dot")
    return re.match("-[^-]", word) is not None and word not in ("-h", "-o") and not is_file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="minigrad",
        description="Gradients of a formula: each step, a picture, a check, a program.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    step = _command(commands, "step", write_lesson, "make a page that steps through the graph")
    _add_file(step, "page to write, default lesson.html", ".html")
    step.add_argument("--text", action="store_true", help="print the steps, and write no page")
    step.add_argument("--frames", metavar="FOLDER", type=Path, help="write one SVG a step into it")
    picture = _command(commands, "draw", write_picture, "draw the graph, as SVG or DOT")
    _add_file(picture, "picture to write; without it the SVG is printed", ".svg", ".dot", ".html")
    picture.add_argument("--dot", action="store_true", help="print the DOT text, not the SVG")
    _command(commands, "check", print_check, "compare its gradient with differences of its values")
    code = _command(commands, "code", print_code, "print the program of its value and gradients")
    code.add_argument("--language", choices=("python", "javascript"), default="python")
    code.add_argument("--rescued", action="store_true", help="inf or nan where Python would raise")
    _command(commands, "explain", print_reasons, "say where no gradient comes, and why")
    play = _command(commands, "play", write_playground, "make the live page: type, and see", "?")
    _add_file(play, "page to write, default play.html", ".html")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[Typed, argparse.Namespace], None],
    what: str,
    how_many: str | None = None,
) -> argparse.ArgumentParser:
    """A command, and what every one takes: a formula, values for its names, a seed."""
    command = commands.add_parser(name, help=what, description=f"minigrad {name}: {what}.")
    command.add_argument(
        "expression",
        nargs=how_many,
        default=START,
        help='formula like "sin(mu + sigma*eps)", or - to read it from standard input',
    )
    command.add_argument(
        "values", nargs="*", metavar="NAME=NUMBER", help=f"or noise: NAME~{', NAME~'.join(LAWS)}"
    )
    command.add_argument("--seed", type=_seed, default=0, help="of the noise, default 0")
    command.set_defaults(run=run)
    return command


def _add_file(command: argparse.ArgumentParser, what: str, *suffixes: str) -> None:
    """Flags for the file that a command writes, and for a look at it."""

    def path(text: str) -> Path:
        text = text.removeprefix(" ") if text.startswith(" -") else text  # see _options
        if Path(text).suffix not in suffixes:
            raise argparse.ArgumentTypeError(f"{text!r} does not end in {' or '.join(suffixes)}")
        return Path(text)

    command.add_argument("-o", dest="file", metavar="FILE", type=path, help=what)
    command.add_argument("--open", action="store_true", help="show the file in the browser")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text.strip()!r} is not a whole number from 0")
    return int(text)
