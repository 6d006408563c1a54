"""The public interface as text: every name a user may write, with its parameters and defaults.

`python -m tests.support.interface` writes it to tests/interface.txt, which a test compares with the
code. Types of parameters are left out: mypy holds them.
"""

import argparse
import ast
import functools
import inspect
import textwrap
import types
from collections.abc import Iterator, Mapping
from pathlib import Path

import minigrad as mg
from minigrad.cli.flags import make_parser
from minigrad.distributions import Distribution, Transform
from minigrad.engine.habits import Habit

FILE = Path(__file__).parents[1] / "interface.txt"
ACCEPT = "python -m tests.support.interface"
MODULES = (mg, mg.distributions, mg.estimators, mg.extend, mg.ops)
BASES = (Distribution, Transform)  # a class of theirs lists only what it has besides
NOT_CALLED_BY_USERS = set(
    """
    __class__ __delattr__ __getattr__ __getnewargs__ __getstate__ __hash__ __init__ __new__
    __repr__ __setattr__ __setstate__ __str__
    """.split()
)


def interface() -> str:
    """All of it: each module's names, then the command line."""
    lines: list[str] = []
    first_in: dict[int, str] = {}
    for module in MODULES:
        lines += ["", f"# {module.__name__}", *lines_of(module, first_in)]
    return "\n".join([*lines[1:], "", "# the command line", *command_lines()]) + "\n"


def lines_of(module: types.ModuleType, first_in: dict[int, str]) -> Iterator[str]:
    """A module's names; those that an earlier module has as well are only named."""
    again = []
    for name in sorted(module.__all__):
        thing = getattr(module, name)
        if first_in.setdefault(id(thing), module.__name__) == module.__name__:
            yield from described(name, thing)
        else:
            again.append(name)
    if again:
        yield from textwrap.wrap(f"as above: {' '.join(again)}", 98, subsequent_indent="    ")


def described(name: str, thing: object) -> Iterator[str]:
    """A name's line and, of a class, a line for each public member."""
    if isinstance(thing, types.ModuleType):
        yield f"module {name}"
    elif inspect.isclass(thing):
        base = next((b for b in BASES if issubclass(thing, b) and thing is not b), None)
        yield f"class {name}{parameters(thing)}{f' is a {base.__name__}' if base else ''}"
        inherited = set(members(base)) if base else set()
        yield from (f"    {line}" for line in members(thing) if line not in inherited)
    elif callable(thing):
        yield f"{name}{parameters(thing)}"
    else:
        yield f"{name} is a {type(thing).__name__}"


def members(cls: type) -> Iterator[str]:
    """Public methods and attributes, its own and inherited; of operators the names alone."""
    own = [base for base in reversed(cls.__mro__) if base.__module__.startswith("minigrad")]
    found = dict.fromkeys(name for base in own for name in attributes(base))
    found |= {name: value for base in own for name, value in vars(base).items()}
    special = sorted(n for n, value in found.items() if n.startswith("__") and callable(value))
    if operators := [name for name in special if name not in NOT_CALLED_BY_USERS]:
        yield " ".join(operators)
    for name, value in sorted(found.items()):
        if name.startswith("_") or isinstance(value, Habit):  # which is what a Var doesn't have
            continue
        if isinstance(value, classmethod | staticmethod):
            yield f".{name}{parameters(getattr(cls, name))} of the class"
        else:
            yield f".{name}{parameters(value, 1) if inspect.isfunction(value) else ''}"


@functools.cache
def attributes(cls: type) -> set[str]:
    """What it declares, as fields or as parameters of a distribution, or sets on `self`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    set_on_self = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return {*inspect.get_annotations(cls), *vars(cls).get("_parameters", ()), *set_on_self}


def parameters(thing, skipped: int = 0) -> str:
    """Names and defaults, without types: `(value, name='')`; `skipped` is 1 for what has a self."""
    if (getattr(thing, "__module__", "") or "").split(".")[0] == "numpy":
        return "(as NumPy's)"  # whose parameters are no concern of this list
    try:
        signature = inspect.signature(thing)
    except ValueError:  # an exception takes what any exception takes
        return ""
    kept = [
        parameter.replace(annotation=inspect.Parameter.empty, default=readable(parameter.default))
        for parameter in list(signature.parameters.values())[skipped:]
    ]
    return str(inspect.Signature(kept))


def readable(default: object) -> object:
    """A default whose text is the same in every run: functions by name, tables by their keys."""
    if inspect.isfunction(default):
        return _Text(default.__name__)
    if isinstance(default, Mapping):
        return _Text(f"{{{', '.join(map(repr, default))}}}")
    return default


class _Text(str):
    """Words that stand in a signature without quotes."""

    __repr__ = str.__str__


def command_lines() -> Iterator[str]:
    """Each command, its words and its flags, with defaults."""
    parser = make_parser()
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in {"": parser, **commands.choices}.items():
        yield f"minigrad {name}".rstrip()
        for action in command._actions:
            if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
                yield f"    {flag_line(action)}"


def flag_line(action: argparse.Action) -> str:
    """A flag or a word of a command: how it is written, what it may be, its default."""
    how = ", ".join(action.option_strings) or action.dest
    takes = "" if action.nargs == 0 else action.metavar or "|".join(action.choices or ["VALUE"])
    many = action.nargs if action.nargs in ("?", "*") else ""
    has_default = action.option_strings and action.default not in (None, False, argparse.SUPPRESS)
    default = f"(default {action.default})" if has_default else ""
    return " ".join(f"{how} {takes}{many} {default}".split())


if __name__ == "__main__":
    FILE.write_text(interface(), encoding="utf-8")
    print(f"wrote {FILE}")
