"""The names that a program's steps go by: the user's, made legal and distinct."""

import keyword
import re
import unicodedata
from collections.abc import Iterable

from .steps import LITERAL, Code

# What a name must not hide: words of Python and of JavaScript, and what listings call.
_JAVASCRIPT = """
arguments await case catch class const continue debugger default delete do enum eval export extends
false function implements import in instanceof interface let new null package private protected
public static super switch this throw true typeof undefined var void with yield Infinity NaN Math
"""
_CALLED = "math np float abs max min type rescued _converted _answered _ndarray _float64"
RESERVED = {*keyword.kwlist, *_JAVASCRIPT.split(), *_CALLED.split()}


def names_of(code: Code, taken: Iterable[str] = ()) -> list[str]:
    """A name for each step that the user named, each input and each array of numbers, else "".

    Inputs are named first. A name met before is given a number, a reserved word an underscore.
    """
    used = {*taken}
    names = [""] * len(code.steps)
    leaves = [i for i, step in enumerate(code.steps) if not step.op]
    named = [i for i, step in enumerate(code.steps) if step.op and step.name]
    for i in leaves + named:
        step = code.steps[i]
        if step.kind != LITERAL or step.shape:
            names[i] = free_name(step.name or ("c" if step.kind == LITERAL else "x"), used)
            used.add(names[i])
    return names


def free_name(wanted: str, used: Iterable[str]) -> str:
    """`wanted` as an identifier that is not reserved and not among `used`."""
    name = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", wanted)).strip("_") or "v"
    if not name.isidentifier():
        name = f"v_{name}"
    if name in RESERVED:
        name = f"{name}_"
    number, first = 1, name
    while name in used:
        number += 1
        name = f"{first}_{number}"
    return name


def result_names(code: Code) -> list[str]:
    """What the results are called where they have no other name: value, d_x, d_y, …"""
    leaves = [step.name for step in code.steps if not step.op and step.kind == "parameter"]
    return ["value", *(f"d_{name}" for name in leaves)][: len(code.outputs)]
