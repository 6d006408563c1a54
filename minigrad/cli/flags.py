"""The words of the command line: its commands, their flags, and what `--help` says."""

import argparse
import re
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from .. import __version__
from ..distributions.laws import LAWS
from ..formulas.calls import families, functions
from ..pages.lesson.frames import KINDS
from ..pages.play.presets import START
from ..pictures.labels import short
from ..pictures.picture import SUFFIXES
from .commands import (
    Typed,
    print_check,
    print_code,
    print_reasons,
    write_course,
    write_lesson,
    write_picture,
    write_playground,
)

_MORE = """\
a formula has numbers, pi, e, names, + - * / ** (or ^), comparisons and functions; a program is
several lines, or parts between ; such as z = mu + sigma*eps, mu = 0.7, eps ~ normal,
q ~ Normal(mu, sigma), x = data(2): its last line is the output

examples:
  minigrad step "sin(mu + sigma*eps)" mu=0.7 sigma=1.2 eps~normal -o page.html --open
  minigrad step "q ~ Normal(mu, sigma); (q - 2)^2 + kl(q)" mu=0.7 sigma=1.2 --text
  minigrad check "x**2 * exp(-x)" x=1.5
  echo "log(x)/x" | minigrad draw - x=2 > graph.svg

functions:
{functions}
of distributions: kl(q), kl(q, p), log_prob(q, x), entropy(q), mean(q), stddev(q), variance(q)
distributions:
{families}

exit status: 0 good; 1 the check failed, there is no program, or a file can't be written;
2 the command or the formula is not understood; 130 interrupted"""
LONGEST_SENTENCE = 300  # characters of an error about words that are not understood


def options_of(given: Sequence[str]) -> argparse.Namespace:
    """The command that these words name, with what it takes; argparse says what is wrong."""
    parser = make_parser()
    # With a space before it, argparse does not take a formula or file that begins with - for a
    # flag.
    words = [f" {word}" if i and _is_text(word) else word for i, word in enumerate(given)]
    options, others = parser.parse_known_args(words)
    # argparse takes all values at once: those after a flag end up here.
    if unknown := [word for word in others if word.startswith("-")]:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    options.values += others
    return options


def _is_text(word: str) -> bool:
    """Whether it begins with a minus but is not a flag: `-omega`, unlike `-oa.html`."""
    is_file = word.startswith("-o") and Path(word).suffix in (*SUFFIXES, ".html")
    return re.match("-[^-]", word) is not None and word not in ("-h", "-o") and not is_file


class _Parser(argparse.ArgumentParser):
    """Its errors cut long words short."""

    def error(self, message: str) -> NoReturn:
        super().error(short(message, LONGEST_SENTENCE))


def make_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="minigrad",
        description="Gradients of a formula: each step, a picture, a check, a program.",
        epilog=_MORE.format(functions=_listed(functions()), families=_listed(families())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"minigrad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    step = _command(commands, "step", write_lesson, "make a page that steps through the graph")
    _add_file(step, "page to write, default lesson.html", ".html")
    step.add_argument(
        "--text", action="store_true", help="print the steps instead of writing a page"
    )
    step.add_argument(
        "--frames", metavar="FOLDER", type=Path, help="write a picture of each step into it"
    )
    step.add_argument(
        "--kind", choices=KINDS, default="svg", help="of the frames: a file a step, or one of all"
    )
    step.add_argument(
        "--live",
        action="store_true",
        help="a page with Graphviz in it: folds lay out anew, plots of large graphs",
    )
    picture = _command(commands, "draw", write_picture, "draw the graph, as SVG, DOT, PNG or PDF")
    _add_file(picture, "picture to write; without it the SVG is printed", *SUFFIXES)
    picture.add_argument("--dot", action="store_true", help="print the DOT text, not the SVG")
    _command(commands, "check", print_check, "compare its gradient with differences of its values")
    code = _command(commands, "code", print_code, "print the program of its value and gradients")
    code.add_argument("--language", choices=("python", "javascript"), default="python")
    code.add_argument("--rescued", action="store_true", help="inf or nan where Python would raise")
    _command(commands, "explain", print_reasons, "say what gets no gradient, and why")
    play = _command(commands, "play", write_playground, "make the live page: type, and see", "?")
    _add_file(play, "page to write, default play.html", ".html")
    demo = commands.add_parser(
        "demo",
        help="write the course, and open it",
        description="minigrad demo: write the course with its live pages, and open it.",
    )
    demo.add_argument(
        "-o", dest="folder", metavar="FOLDER", type=Path, default=Path("minigrad-course")
    )
    demo.add_argument("--all", action="store_true", help="also run what trains, a minute")
    demo.add_argument("--no-open", action="store_true", help="write it without opening it")
    demo.set_defaults(expression=None, run=write_course, values=[])
    return parser


def _command(
    commands: "argparse._SubParsersAction[_Parser]",
    name: str,
    run: Callable[[Typed, argparse.Namespace], None],
    what: str,
    how_many: str | None = None,
) -> argparse.ArgumentParser:
    """A command with what every command takes: a formula, values for its names, a seed."""
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
    """Flags for the file that a command writes, and for opening it."""

    def path(text: str) -> Path:
        text = text.removeprefix(" ") if text.startswith(" -") else text  # see options_of
        if Path(text).suffix not in suffixes:
            raise argparse.ArgumentTypeError(
                f"{short(text)!r} does not end in {' or '.join(suffixes)}"
            )
        return Path(text)

    command.add_argument("-o", dest="file", metavar="FILE", type=path, help=what)
    command.add_argument("--open", action="store_true", help="show the file in the browser")


def _listed(names: Sequence[str]) -> str:
    return textwrap.fill(" ".join(names), 98, initial_indent="  ", subsequent_indent="  ")


def _seed(text: str) -> int:
    if not text.isdecimal() or len(text) > 1000:
        raise argparse.ArgumentTypeError(f"{short(text.strip())!r} is not a whole number from 0")
    return int(text)
