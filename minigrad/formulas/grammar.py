"""The grammar of formulas and small programs that a user types. They are parsed, never evaluated.

    program     lines, or parts between `;`. A line with more indentation, or inside open brackets,
                continues the one before; `#` begins a comment
    line        NAME = formula  |  NAME ~ normal  |  NAME ~ Normal(formula, …)  |  formula
    formula     numbers, names, + - * / ** and ^ (a power), < <= > >= == !=, FUNCTION(formula, …)
                and what pictures show: · × − ² ³ ≤ ≥ ≠

Operators bind as in Python, `^` as `**`. The result of each line is a list of steps for a stack
machine (reverse Polish notation), so neither parsing nor computing a long sum is recursive. The
live page reads the same grammar in JavaScript: the words of errors stand in `WORDS` for both.
"""

import math
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 10_000  # characters of a program
DEEPEST = 90  # brackets inside one another
LONGEST_NAME = 60
_SHOWN = 100  # letters of a line that an error shows

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
    "large": "this number is too large for a float",
    "chain": "write two comparisons as (1 < x) * (x < 2)",
    "equals": "= gives a name its value at the beginning of a line; to compare, write ==",
    "tilde": "~ follows a name at the beginning of a line, as in eps ~ normal",
    "again": "{} has its value already: give this one another name",
    "unused": "this line's value goes nowhere: give it a name, as in y = …",
}
_RESERVED = frozenset("and as def else for if import in is lambda not or True False None".split())

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>(?:(?![²³0-9])[\w\u0300-\u036f])(?:(?![²³])[\w\u0300-\u036f])*)"
    r"|(?P<sign>\*\*|[<>=!]=|[-+*/^()<>=~,²³·×−≤≥≠])"
)
_SAME = {"^": "**", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">=", "≠": "!="}
_OPS = {
    **{"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"},
    **{"==": "equal", "!=": "not_equal", "+": "add", "-": "subtract"},
    **{"*": "multiply", "/": "divide", "**": "power"},
}
_LEVELS = {**dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 1), "+": 2, "-": 2, "*": 3, "/": 3}


class ExpressionError(ValueError):
    """A place in a program that is refused; `str` has the line and a caret below the place."""

    def __init__(self, why: str, text: str, column: int) -> None:
        start = max(0, min(column - _SHOWN // 2, len(text) - _SHOWN))
        shown = text[start : start + _SHOWN]
        self.why, self.text, self.column = why, text, column
        super().__init__(f"{why}\n  {shown}\n  {' ' * (column - start)}^")


class Step(NamedTuple):
    """One step of the stack machine, made of what stands at `column`.

    `kind` is "number", which pushes `number`; "name", which pushes what `text` stands for; or
    "call", which takes `inputs` values from the stack and pushes what the function `text` makes.
    """

    kind: str
    text: str
    column: int
    inputs: int = 0
    number: float = 0.0


class Statement(NamedTuple):
    """A line: `name = steps` (`mark` "="), `name ~ steps` ("~"), or steps alone (name and mark "").

    Noise, `eps ~ normal`, is one step: a name. `text` is the line as errors show it.
    """

    name: str
    mark: str
    steps: tuple[Step, ...]
    text: str

    def refused(self, why: str, column: int) -> ExpressionError:
        """The error that points to a place in this line."""
        return ExpressionError(why, self.text, column)


def statements_of(text: str) -> list[Statement]:
    """The lines of a program, an ExpressionError where it says what it may not."""
    if len(text) > LONGEST:
        why = WORDS["long"].format(f"{len(text):,}", f"{LONGEST:,}")
        raise ExpressionError(why, f"{text[:60]} …", 62)
    found = [_Line(line).statement() for line in _lines(text)]
    if not found:
        raise ExpressionError(WORDS["empty"], "", 0)
    named: set[str] = set()
    for i, statement in enumerate(found):
        if statement.name in named:
            raise statement.refused(WORDS["again"].format(statement.name), 0)
        if not statement.mark and i < len(found) - 1:
            raise statement.refused(WORDS["unused"], 0)
        named.add(statement.name)
    return found


def _lines(text: str) -> Iterator[str]:
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


class _Token(NamedTuple):
    kind: str  # "number", "name", "sign" or "end"
    text: str
    start: int


class _Line:
    """One line on its way from text to steps."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0
        self.depth = 0
        self.steps: list[Step] = []

    def statement(self) -> Statement:
        """The line, parsed to its end."""
        name = mark = ""
        first, second = (*self.tokens, self.tokens[-1])[:2]
        if first.kind == "name" and second.kind == "sign" and second.text in "=~":
            name, mark = self._named(first), second.text
            self.at = 2
        self._formula(1)
        self._stops_here()
        return Statement(name, mark, tuple(self.steps), self.text)

    def _stops_here(self) -> None:
        token = self._now
        if token.kind != "end":
            words = {")": "closed", "=": "equals", "~": "tilde", ",": "foreign"}
            reserved = token.text in _RESERVED
            raise self._error("foreign" if reserved else words.get(token.text, "between"), token)

    def _tokens(self) -> Iterator[_Token]:
        start = 0
        while start < len(self.text):
            if self.text[start] == " ":
                start += 1
                continue
            found = _TOKEN.match(self.text, start)
            if not found:
                raise ExpressionError(WORDS["foreign"], self.text, start)
            kind = str(found.lastgroup)
            yield _Token(kind, _SAME.get(found[0], found[0]), start)
            start = found.end()
        yield _Token("end", "", len(self.text))

    @property
    def _now(self) -> _Token:
        return self.tokens[self.at]

    def _take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _is(self, *signs: str) -> bool:
        return self._now.kind == "sign" and self._now.text in signs

    def _error(self, word: str, token: _Token, *parts: object) -> ExpressionError:
        return ExpressionError(WORDS[word].format(*parts), self.text, token.start)

    def _call(self, function: str, token: _Token, count: int) -> None:
        self.steps.append(Step("call", function, token.start, count))

    def _formula(self, least: int) -> None:
        """Operands and the operators between them that bind at least so tightly."""
        self._signed()
        compared = False
        while self._now.kind == "sign" and (level := _LEVELS.get(self._now.text, 0)) >= least:
            token = self._take()
            if level == 1 and compared:
                raise self._error("chain", token)
            compared = level == 1
            self._formula(level + 1)
            self._call(_OPS[token.text], token, 2)

    def _signed(self) -> None:
        """A power with signs before it: −x² is −(x²). A minus before a number belongs to it."""
        signs = []
        while self._is("+", "-"):
            signs.append(self._take())
        start = len(self.steps)
        self._power()
        for token in reversed(signs):
            if token.text == "-":
                alone = len(self.steps) == start + 1 and self.steps[start].kind == "number"
                if alone and token is signs[-1]:
                    number = self.steps[start].number
                    self.steps[start] = Step("number", "", token.start, number=-number)
                else:
                    self._call("negative", token, 1)

    def _power(self) -> None:
        self._operand()
        while self._is("²", "³"):
            token = self._take()
            self.steps.append(Step("number", "", token.start, number=2.0 + (token.text == "³")))
            self._call("power", token, 2)
        if self._is("**"):
            token = self._take()
            self._deepen(token)
            self._signed()
            self.depth -= 1
            self._call("power", token, 2)

    def _operand(self) -> None:
        token = self._take()
        if token.kind == "number":
            self.steps.append(Step("number", "", token.start, number=self._number(token)))
        elif token.kind == "name":
            name = self._named(token)
            if self._is("("):
                self._call(name, token, self._arguments())
            else:
                self.steps.append(Step("name", name, token.start))
        elif token.kind == "sign" and token.text == "(":
            self.at -= 1
            count = self._arguments()
            if count != 1:
                raise self._error("foreign" if count else "missing", token)
        else:
            raise self._error("foreign" if token.text == "," else "missing", token)

    def _arguments(self) -> int:
        """What stands in brackets, parted by commas: how many."""
        opening = self._take()
        self._deepen(opening)
        count = 0
        while count or not self._is(")"):
            self._formula(1)
            count += 1
            if not self._is(","):
                break
            self._take()
        if self._now.kind == "end":
            raise self._error("open", opening)
        if not self._is(")"):
            self._stops_here()
        self._take()
        self.depth -= 1
        return count

    def _deepen(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error("deep", token, DEEPEST)

    def _number(self, token: _Token) -> float:
        number = float(token.text)
        if math.isinf(number):
            raise self._error("large", token)
        return number

    def _named(self, token: _Token) -> str:
        """A name as Python would hold it: ₁ is 1, and no word of Python's own."""
        name = unicodedata.normalize("NFKC", token.text)
        if name in _RESERVED or not name.isidentifier():
            raise self._error("foreign", token)
        if len(name) > LONGEST_NAME:
            raise self._error("name", token, LONGEST_NAME)
        return name
