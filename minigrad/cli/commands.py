"""What each command of the command line does with a typed formula."""

import argparse
import re
import unicodedata
import webbrowser
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..derivatives.checking import check_gradients, compared
from ..distributions.laws import LAWS
from ..distributions.randomness import noise_leaf
from ..emit.tracing import program_of
from ..engine.op import OPS
from ..engine.variable import Var
from ..formulas.expressions import CONSTANTS, Expression
from ..formulas.tokens import typed_number
from ..pages.lesson.lesson import step_through
from ..pages.play.live import playground
from ..pictures.labels import short
from ..pictures.picture import draw
from ..reports.reasons import explain

LONGEST_TITLE = 80  # characters of a formula above its page


class UsageError(ValueError):
    """The command is not understood; the message says where."""


class Typed(NamedTuple):
    """What every command works on: a typed formula, its leaves by name, its value on the tape."""

    expression: Expression
    leaves: dict[str, Var]
    output: Var


def typed(text: str, values: Sequence[str], seed: int) -> Typed:
    """The formula or program in `text`, its names given values like "x=1.5" and "eps~normal"."""
    expression = Expression(text)
    rng = np.random.default_rng(seed)
    leaves = _leaves(expression, values, rng)
    output = expression.compute(leaves, rng)
    return Typed(expression, leaves | expression.draws, output)


def _leaves(
    expression: Expression, values: Sequence[str], rng: np.random.Generator
) -> dict[str, Var]:
    """A leaf for each name: first those given on the command line, then those of the program."""
    leaves: dict[str, Var] = {}
    known = {*expression.names, *expression.given, *expression.data, *expression.laws}
    for text in map(str.strip, values):
        mark = min((text.find(c) for c in "=~" if c in text), default=0)
        name = unicodedata.normalize("NFKC", text[:mark].strip())
        if not name.isidentifier():
            raise UsageError(f"{short(text)!r} is neither NAME=NUMBER nor NAME~normal")
        if name in leaves:
            raise UsageError(f"{name} is given twice")
        if name not in known and (name in CONSTANTS or name in OPS):
            raise UsageError(f"{name} has a fixed meaning in formulas: choose another name")
        if name not in known:
            raise UsageError(f"{name} does not occur in {short(expression.text, LONGEST_TITLE)}")
        leaves[name] = _leaf(name, text[mark], text[mark + 1 :].strip(), rng)
    for name, x in expression.given.items():
        leaves.setdefault(name, Var(x, name))
    for name, law in expression.laws.items():
        if name not in leaves:
            leaves[name] = noise_leaf(LAWS[law].draw(rng, ()), name, "", law)
    return leaves


def _leaf(name: str, mark: str, value: str, rng: np.random.Generator) -> Var:
    if mark == "~":
        if value not in LAWS:
            raise UsageError(f"{name}~{value}: noise is {name}~{f', {name}~'.join(LAWS)}")
        return noise_leaf(LAWS[value].draw(rng, ()), name, "", value)
    try:
        return Var(typed_number(value), name)
    except ValueError as error:
        raise UsageError(f"{name}={short(value)}: {error}") from None


def write_lesson(formula: Typed, options: argparse.Namespace) -> None:
    """The page, the steps as text, a picture of each step: whatever the flags ask for."""
    lesson = step_through(formula.output, title=_title(formula), live=options.live)
    if options.text:
        print(lesson.text())
    if options.frames:
        count = len(lesson.frames(options.frames, options.kind))
        print(f"wrote {count} picture{'s' * (count != 1)} into {options.frames}")
    if options.file or options.open or not (options.text or options.frames):
        _wrote(lesson.save(options.file or Path("lesson.html")), options)


def write_picture(formula: Typed, options: argparse.Namespace) -> None:
    """The graph, printed or in a file; gradients are in it where there are any."""
    if formula.output.requires_grad:
        formula.output.backward()
    drawing = draw(formula.output, title=_title(formula))
    if options.dot:
        print(drawing.dot)
    if options.file or options.open:
        _wrote(drawing.save(options.file or Path("graph.html")), options)
    elif not options.dot:
        print(drawing.svg)


def _title(formula: Typed) -> str:
    return short(formula.expression.text, LONGEST_TITLE)


def _wrote(path: Path, options: argparse.Namespace) -> None:
    print(f"wrote {path}")
    if options.open and not webbrowser.open(path.resolve().as_uri()):
        raise OSError(f"found no browser to open: open {path} yourself")


def write_playground(formula: Typed, options: argparse.Namespace) -> None:
    """The live page; the program in it is the formula, with the values given beside it."""
    given = (re.sub("([=~])", r" \1 ", value.strip(), count=1) for value in options.values)
    program = "\n".join([*given, *formula.expression.text.split("; ")])
    _wrote(playground(program).save(options.file or Path("play.html")), options)


def write_course(options: argparse.Namespace) -> None:
    """The course in a folder, made by the demos: those that an installed minigrad brings along."""
    installed = find_spec("minigrad.demos") is not None  # in a clone they are beside the package
    demos = import_module("minigrad.demos.__main__" if installed else "demos.__main__")
    quick = [] if options.all else ["--quick"]
    if status := demos.main([*quick, "--out", str(options.folder)]):
        raise SystemExit(status)
    index = (options.folder / "index.html").resolve()
    if not options.no_open and not webbrowser.open(index.as_uri()):
        raise OSError(f"found no browser to open: open {index} yourself")


def print_check(formula: Typed, options: argparse.Namespace) -> None:
    """The gradient by backward and by differences; GradientError where the two differ."""
    leaves = list(formula.leaves.values())
    wanted = [i for i, leaf in enumerate(leaves) if leaf.requires_grad]
    if not wanted:
        raise ValueError("there is no parameter to check: give a name a number, like x=1.5")

    def again(*values: Var) -> Var:
        return formula.expression.compute(dict(zip(formula.leaves, values, strict=True)))

    width = max(len("parameter"), *(len(leaves[i].name) for i in wanted))
    print(f"{'parameter':<{width}}{'by backward':>20}{'by differences':>20}{'error':>10}")
    for i, found in zip(wanted, compared(again, leaves, wanted), strict=True):
        numbers = f"{found.backward:>20.11g}{found.differences:>20.11g}{found.error:>10.1e}"
        print(f"{leaves[i].name:<{width}}{numbers}")
    check_gradients(again, *leaves)


def print_code(formula: Typed, options: argparse.Namespace) -> None:
    """The derivative program."""
    program = program_of(formula.output, list(formula.leaves.values()))
    print(program.listing(options.language, rescued=options.rescued), end="")


def print_reasons(formula: Typed, options: argparse.Namespace) -> None:
    """What `mg.explain` says."""
    print(explain(formula.output))
