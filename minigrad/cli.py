"""Floor 5: the command line, `minigrad code "sin(mu + sigma*eps)" mu=0.7 sigma=1.2 eps~normal`.

The exit status is 0, or 1 for a formula that is understood but has no program, or 2 for a command
that is not understood.
"""

import argparse
import sys
import unicodedata
from collections.abc import Sequence

import numpy as np

from .distributions.randomness import noise
from .emit.tracing import program_of
from .expressions import Expression
from .variable import Var


class UsageError(ValueError):
    """The command is not understood; the sentence says where."""


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Greek shows ? and goes on
    words = list(sys.argv[1:] if given is None else given)
    # A formula may begin with a minus; with a space before it argparse takes it for no flag.
    words = [f" {w}" if w[:1] == "-" and w[1:2] not in ("-", "h", "o", "") else w for w in words]
    options = _parser().parse_args(words)
    try:
        expression = Expression(options.expression)
        leaves = leaves_of(expression, options.values, options.seed)
        output = expression.compute(leaves)
    except ValueError as error:
        print(f"minigrad: {error}", file=sys.stderr)
        return 2
    try:
        print(options.run(output, leaves, options), end="")
    except ValueError as error:
        print(f"minigrad: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="minigrad", description="Gradients of a formula.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    code = commands.add_parser("code", help="print the program of its value and gradients")
    _add_formula(code)
    code.add_argument("--language", choices=("python", "javascript"), default="python")
    code.set_defaults(run=_code)
    return parser


def _add_formula(command: argparse.ArgumentParser) -> None:
    """What every command takes: a formula, values for its names, a seed."""
    command.add_argument("expression", help='like "sin(mu + sigma*eps)"')
    command.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="or NAME~normal")
    command.add_argument("--seed", type=_seed, default=0, help="of what is ~normal, default 0")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def leaves_of(expression: Expression, values: Sequence[str], seed: int) -> dict[str, Var]:
    """A leaf for each name in the formula, in the order given: parameters, and noise drawn."""
    rng = np.random.default_rng(seed)
    leaves: dict[str, Var] = {}
    for text in values:
        mark = min((text.find(c) for c in "=~" if c in text), default=0)
        name = unicodedata.normalize("NFKC", text[:mark].strip())
        if not name.isidentifier():
            raise UsageError(f"{text!r} is neither NAME=NUMBER nor NAME~normal")
        if name in leaves:
            raise UsageError(f"{name} is given twice")
        if name not in expression.names:
            raise UsageError(f"{name} does not occur in {expression.text}")
        leaves[name] = _leaf(name, text[mark], text[mark + 1 :].strip(), rng)
    return leaves


def _leaf(name: str, mark: str, value: str, rng: np.random.Generator) -> Var:
    if mark == "~":
        if value != "normal":
            raise UsageError(f"{name}~{value}: the only noise is {name}~normal")
        return noise(rng, name=name)
    try:
        return Var(float(value), name)
    except ValueError:
        raise UsageError(f"{name}={value}: {value!r} is no number") from None


def _code(output: Var, leaves: dict[str, Var], options: argparse.Namespace) -> str:
    return program_of(output, list(leaves.values())).listing(options.language)
