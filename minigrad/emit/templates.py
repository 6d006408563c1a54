"""How an op is written: a template of its row, such as `math.exp({0})` or `{0} + {1}`, filled."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from .in_place import Over
from .steps import Step

# How tightly an expression binds: one that is looser than its place requires is put in parentheses.
LOOSE, COMPARED, ADDED, MULTIPLIED, SIGNED, ATOM = range(6)
_RANKS = {"+": ADDED, "-": ADDED, "*": MULTIPLIED, "/": MULTIPLIED, "@": MULTIPLIED}


class Text(NamedTuple):
    """An expression. `truth` is the comparison that it turns into 0 or 1, if it does."""

    text: str
    rank: int = ATOM
    truth: str = ""

    def within(self, rank: int) -> str:
        return self.text if self.rank >= rank else f"({self.text})"


class Language(NamedTuple):
    """What differs between languages: the template of the step at a position, numbers, static
    arguments, how a template says 0 or 1, how a program tests for a number that is not 0, and
    which steps write over an operand."""

    template: Callable[[int], str]
    number: Callable[[float], Text]
    static: Callable[[Step], Mapping[str, str]]
    truth: re.Pattern[str]
    nonzero: str
    indent: int
    over: Mapping[int, Over] = {}


class _Slot(NamedTuple):
    """A place in a template: the text before it, what it is for, how tight that must hold.

    It is for an input, as a number or as a `truth`, else for a static argument or for "all" inputs.
    """

    before: str
    operand: int | None
    truth: bool
    name: str
    rank: int


class Template(NamedTuple):
    """Its places, the text after them, how tight it is, and the inputs that it mentions again."""

    slots: tuple[_Slot, ...]
    after: str
    rank: int
    repeated: set[int | None]


_FIELD = re.compile(r"\{(\w+(?::truth)?)\}")
_INFIX = re.compile(r"\{0\} ([-+*/@]) \{[01]\}")


@lru_cache(maxsize=1000)
def parsed(template: str) -> Template:
    """The template in pieces; what an op's row says is looked at once."""
    infix = _INFIX.fullmatch(template)
    rank = _RANKS[infix[1]] if infix else None
    slots, end = [], 0
    for match in _FIELD.finditer(template):
        before, after = template[: match.start()], template[match.end() :]
        enclosed = re.search(r"[(\[]$|, $", before) and re.match(r"[)\],]|\{static\}", after)
        chosen = re.search(r"(^|else |[?:] )$", before) and re.match(r" if | \? | : |$", after)
        if rank is not None:
            place = rank + (match.start() > 0)
        else:
            place = SIGNED if template == "-{0}" else LOOSE if enclosed else ATOM
            place = COMPARED if chosen and len(template) > 3 and not enclosed else place
        name, _, truth = match[1].partition(":")
        operand = int(name) if name.isdigit() else None
        slots.append(_Slot(template[end : match.start()], operand, bool(truth), name, place))
        end = match.end()
    whole = ATOM if _is_atom(template) else SIGNED if template == "-{0}" else LOOSE
    mentioned = [slot.operand for slot in slots]
    repeated = {i for i in mentioned if mentioned.count(i) > 1}
    return Template(tuple(slots), template[end:], whole if rank is None else rank, repeated)


def _is_atom(template: str) -> bool:
    """A name, a call, a subscript: nothing but names once the contents of brackets are removed."""
    left, text = "", _FIELD.sub("x", template)
    while left != text:
        left, text = text, re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text)
    return re.fullmatch(r"[\w.]*", text) is not None


def filled(
    template: Template, operands: list[Text], static: Mapping[str, str], language: Language
) -> Text:
    """The template with its inputs and static arguments, in parentheses where they need them."""
    parts: list[str] = []
    for before, k, truth, name, rank in template.slots:
        if k is not None and not truth:
            text = operands[k].within(rank)
        elif k is not None:
            text = operands[k].truth or language.nonzero.format(operands[k].within(ATOM))
        elif name == "all":
            text = ", ".join(operand.text for operand in operands)
        else:
            text = static[name]
        parts += before, text
    text = "".join(parts) + template.after
    match = language.truth.fullmatch(text)
    return Text(text, template.rank, match[1] if match else "")
