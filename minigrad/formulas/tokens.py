"""Lines and tokens of what a user types, and the errors that point to a place in it.

The live page reads the same in JavaScript: limits, signs and the words of errors go there as data.
"""

import math
import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 10_000  # characters of a program
DEEPEST = 90  # brackets inside one another
LONGEST_NAME = 60
SHOWN = 100  # letters of a line that an error shows

WORDS = {
    "long": "the program has {} characters, at most {} are taken",
    "empty": "the formula is empty",
    "deep": "brackets nest more than {} deep: give a part of it a name on a line of its own",
    "open": "'(' was never closed",
    "closed": "this ')' closes nothing",
    "missing": "a number, a name or a function is missing here",
    "between": "an operator is missing here: 2x is written 2*x",
    "foreign": "a formula has numbers, names, + - * / **, comparisons and functions, not this",
    "name": "a name has at most {} letters",
    "large": "this number is too large: a float is at most 1.8e308",
    "small": "this number is too near to 0: a float is 0, or at least 5e-324",
    "chain": "write two comparisons as (1 < x) * (x < 2)",
    "equals": "= gives a name its value at the beginning of a line; to compare, write ==",
    "tilde": "~ follows a name at the beginning of a line, as in eps ~ normal",
    "again": "{} has its value already: give this one another name",
    "unused": "this line's value goes nowhere: give it a name, as in y = …",
}

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})"
    r"|(?P<name>(?:(?![²³0-9])[\w\u0300-\u036f])(?:(?![²³])[\w\u0300-\u036f])*)"
    r"|(?P<sign>\*\*|[<>=!]=|[-+*/^()<>=~,²³·×−≤≥≠])"
)
SAME_SIGN = {"^": "**", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">=", "≠": "!="}


def float_of(digits: str) -> tuple[float, str]:
    """The float that stands for a number, and what is wrong with it: a key of `WORDS`, or ""."""
    number = float(digits)
    lost = number == 0.0 and re.match("[^eE]*[1-9]", digits)
    return number, "large" if math.isinf(number) else "small" if lost else ""


def typed_number(text: str) -> float:
    """A number with a sign, inf or nan, as a user gives it; anything else raises ValueError."""
    digits = text[1:] if text[:1] in ("+", "-", "−") else text
    if digits in ("inf", "nan"):
        number, wrong = float(digits), ""
    elif re.fullmatch(_NUMBER, digits):
        number, wrong = float_of(digits)
    else:
        raise ValueError("write a number like -1.5e3, inf or nan")
    if wrong:
        raise ValueError(WORDS[wrong])
    return -number if text[:1] in ("-", "−") else number


class ExpressionError(ValueError):
    """A place in a program that is refused; `str` has the line and a caret below the place."""

    def __init__(self, why: str, text: str, column: int) -> None:
        start = max(0, min(column - SHOWN // 2, len(text) - SHOWN))
        shown = text[start : start + SHOWN]
        self.why, self.text, self.column = why, text, column
        super().__init__(f"{why}\n  {shown}\n  {' ' * (column - start)}^")


class Token(NamedTuple):
    kind: str  # "number", "name", "sign" or "end"
    text: str
    start: int


def program_lines(text: str) -> Iterator[str]:
    """Each line by itself, spaces made single, comments dropped, continued lines joined."""
    joined: list[str] = []
    opened = 0
    for line in textwrap.dedent(text.expandtabs()).splitlines():
        line = line.partition("#")[0]
        if not line.strip():
            continue
        continued = joined and (opened > 0 or line[0] == " ") and not joined[-1].endswith(";")
        joined[-1:] = [f"{joined[-1]} {line}"] if continued else [*joined[-1:], line]
        opened = (opened if continued else 0) + line.count("(") - line.count(")")
    for line in ";".join(joined).split(";"):
        if words := " ".join(line.split()):
            yield words


def tokens_of(line: str) -> Iterator[Token]:
    """The tokens of one line, then an "end"; an ExpressionError at a letter that begins none."""
    start = 0
    while start < len(line):
        if line[start] == " ":
            start += 1
            continue
        found = _TOKEN.match(line, start)
        if not found:
            raise ExpressionError(WORDS["foreign"], line, start)
        kind = str(found.lastgroup)
        yield Token(kind, SAME_SIGN.get(found[0], found[0]), start)
        start = found.end()
    yield Token("end", "", len(line))
