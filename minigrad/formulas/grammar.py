"""The grammar of formulas and small programs that a user types. They are parsed, never evaluated.

    program     lines, or parts between `;`. A line with more indentation, or inside open brackets,
                continues the one before; `#` begins a comment
    line        NAME = formula  |  NAME ~ normal  |  NAME ~ Normal(formula, …)  |  formula
    formula     numbers, names, + - * / ** and ^ (a power), < <= > >= == !=, FUNCTION(formula, …)
                and what pictures show: · × − ² ³ ≤ ≥ ≠

Operators bind as in Python, `^` as `**`. The result of each line is a list of steps for a stack
machine (reverse Polish notation), so neither parsing nor computing a long sum is recursive. The
live page reads the same grammar in JavaScript.
"""

import unicodedata
from typing import NamedTuple

from .tokens import (
    DEEPEST,
    LONGEST,
    LONGEST_NAME,
    WORDS,
    ExpressionError,
    Token,
    float_of,
    program_lines,
    tokens_of,
)

RESERVED = frozenset("and as def else for if import in is lambda not or True False None".split())
OPERATORS = {
    **{"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"},
    **{"==": "equal", "!=": "not_equal", "+": "add", "-": "subtract"},
    **{"*": "multiply", "/": "divide", "**": "power"},
}
_LEVELS = {**dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 1), "+": 2, "-": 2, "*": 3, "/": 3}


class Instruction(NamedTuple):
    """One step of the stack machine, made from the text at `column`.

    `kind` is "number", which pushes `number`; "name", which pushes what `text` means; or
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
    steps: tuple[Instruction, ...]
    text: str

    def refused(self, why: str, column: int) -> ExpressionError:
        """The error that points to a place in this line."""
        return ExpressionError(why, self.text, column)


def statements_of(text: str) -> list[Statement]:
    """The lines of a program, an ExpressionError where one is wrong."""
    if len(text) > LONGEST:
        why = WORDS["long"].format(f"{len(text):,}", f"{LONGEST:,}")
        raise ExpressionError(why, f"{text[:60]} …", 62)
    found = [_Line(line).statement() for line in program_lines(text)]
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


class _Line:
    """A line being parsed: its tokens, the position, the steps so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens_of(text))
        self.at = 0
        self.depth = 0
        self.steps: list[Instruction] = []

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
            reserved = token.text in RESERVED
            raise self._error("foreign" if reserved else words.get(token.text, "between"), token)

    @property
    def _now(self) -> Token:
        return self.tokens[self.at]

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _is(self, *signs: str) -> bool:
        return self._now.kind == "sign" and self._now.text in signs

    def _error(self, word: str, token: Token, *parts: object) -> ExpressionError:
        return ExpressionError(WORDS[word].format(*parts), self.text, token.start)

    def _call(self, function: str, token: Token, count: int) -> None:
        self.steps.append(Instruction("call", function, token.start, count))

    def _formula(self, least: int) -> None:
        """Operands, and the operators between them that bind at least as tightly as `least`."""
        self._signed()
        compared = False
        while self._now.kind == "sign" and (level := _LEVELS.get(self._now.text, 0)) >= least:
            token = self._take()
            if level == 1 and compared:
                raise self._error("chain", token)
            compared = level == 1
            self._formula(level + 1)
            self._call(OPERATORS[token.text], token, 2)

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
                    self.steps[start] = Instruction("number", "", token.start, number=-number)
                else:
                    self._call("negative", token, 1)

    def _power(self) -> None:
        self._operand()
        while self._is("²", "³"):
            token = self._take()
            self.steps.append(
                Instruction("number", "", token.start, number=2.0 + (token.text == "³"))
            )
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
            self.steps.append(Instruction("number", "", token.start, number=self._number(token)))
        elif token.kind == "name":
            name = self._named(token)
            if self._is("("):
                self._call(name, token, self._arguments())
            else:
                self.steps.append(Instruction("name", name, token.start))
        elif token.kind == "sign" and token.text == "(":
            self.at -= 1
            count = self._arguments()
            if count != 1:
                raise self._error("foreign" if count else "missing", token)
        else:
            raise self._error("foreign" if token.text == "," else "missing", token)

    def _arguments(self) -> int:
        """The formulas in brackets, between commas; returns how many."""
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

    def _deepen(self, token: Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error("deep", token, DEEPEST)

    def _number(self, token: Token) -> float:
        number, wrong = float_of(token.text)
        if wrong:
            raise self._error(wrong, token)
        return number

    def _named(self, token: Token) -> str:
        """A name normalised as in Python, so that ₁ is 1; Python's own words are refused."""
        name = unicodedata.normalize("NFKC", token.text)
        if name in RESERVED or not name.isidentifier():
            raise self._error("foreign", token)
        if len(name) > LONGEST_NAME:
            raise self._error("name", token, LONGEST_NAME)
        return name
