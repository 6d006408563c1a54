"""Which lines a program has. A step that is read once is written where it is read, as long
as the line stays readable; every other step gets a line, and a name.

How an op is written is a template of its row, such as `math.exp({0})` or `{0} + {1}`.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from .names import free_name
from .steps import LITERAL, Code, Step

WIDTH = 80  # columns that an expression may take a line to, once something is written inside it

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


class Assignment(NamedTuple):
    """`name` gets the value of `text`."""

    name: str
    text: str
    scope: str


class Language(NamedTuple):
    """What differs between languages: the template of the step at a position, numbers, static
    arguments, how a template says 0 or 1, and how a program tests for a number that is not 0."""

    template: Callable[[int], str]
    number: Callable[[float], Text]
    static: Callable[[Step], Mapping[str, str]]
    truth: re.Pattern[str]
    nonzero: str
    indent: int


# ------------------------------------------------------------------------------------- templates


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


# ----------------------------------------------------------------------------------------- lines


class Layout(NamedTuple):
    """The lines of a program, what is returned after them, and the text that each step goes by."""

    lines: list[Assignment]
    results: list[str]
    texts: dict[int, Text]


def laid_out(code: Code, language: Language, names: list[str], results: list[str]) -> Layout:
    """The lines of `code`. Steps without a name get one in `names` where they get a line.

    `results` has a name for each output, to go by where its step has none.
    """
    writer = _Writer(code, language, list(names))
    wanted = writer.name_outputs(results)
    for i, step in enumerate(code.steps):
        writer.write(i, step)
    found = [writer.result(i, name) for i, name in zip(code.outputs, wanted, strict=True)]
    return Layout(writer.lines, found, writer.texts)


class _Writer:
    """What is known so far while lines are being written."""

    def __init__(self, code: Code, language: Language, names: list[str]) -> None:
        self.code, self.language, self.names = code, language, names
        self.lines: list[Assignment] = []
        self.texts: dict[int, Text] = {}
        self._waiting: set[int] = set()  # written, but in no line yet
        self._taken = {name for name in names if name}
        self._count = 0
        self._uses = _uses(code)

    def name_outputs(self, wanted: list[str]) -> list[str]:
        """Names for the outputs that no other step has; the value and gradients go by them."""
        free = []
        for k, i in enumerate(self.code.outputs):
            free.append(free_name(wanted[k], self._taken))
            self._taken.add(free[k])
            step = self.code.steps[i]
            if not self.names[i] and step.op and (k == 0 or step.scope == "backward"):
                self.names[i] = free[k]
        return free

    def result(self, i: int, wanted: str) -> str:
        """The text of a result; what has no name of its own is called `wanted` at the end."""
        text, step = self.texts[i].text, self.code.steps[i]
        if step.name or not step.op or text == wanted:
            return text
        self.lines.append(Assignment(wanted, text, self.lines[-1].scope))
        return wanted

    def write(self, i: int, step: Step) -> None:
        if not step.op:
            if isinstance(step.value, float) and step.kind == LITERAL:
                self.texts[i] = self.language.number(step.value)
            else:
                self.texts[i] = Text(self.names[i])
            return
        template = parsed(self.language.template(i))
        static = self.language.static(step) if step.static else {"static": ""}
        for k, j in enumerate(step.inputs):
            if k in template.repeated and j in self._waiting:
                self._give_line(j)
        text = self._fitted(i, step, template, static)
        self.texts[i] = text
        self._waiting.add(i)
        for j in step.inputs:
            self._waiting.discard(j)
        if self.names[i] or self._uses[i] != 1 or (text.rank == LOOSE and not text.truth):
            self._give_line(i)

    def _fitted(self, i: int, step: Step, template: Template, static: Mapping[str, str]) -> Text:
        """The text of a step; inputs that make the line too long get lines of their own."""
        room = WIDTH - self.language.indent - len(self.names[i] or "v99") - len(" = ")
        while True:
            operands = [self.texts[j] for j in step.inputs]
            text = filled(template, operands, static, self.language)
            if len(text.text) <= room:
                return text
            inside = [j for j in step.inputs if j in self._waiting]
            if not inside:
                return text
            self._give_line(max(inside, key=lambda j: len(self.texts[j].text)))

    def _give_line(self, i: int) -> None:
        name = self.names[i] or self._fresh()
        self.names[i] = name
        self.lines.append(Assignment(name, self.texts[i].text, self.code.steps[i].scope))
        self.texts[i] = Text(name)
        self._waiting.discard(i)

    def _fresh(self) -> str:
        while True:
            self._count += 1
            if (name := f"v{self._count}") not in self._taken:
                return name


def _uses(code: Code) -> list[int]:
    """How often each step is read."""
    uses = [0] * len(code.steps)
    for step in code.steps:
        for i in step.inputs:
            uses[i] += 1
    for i in code.outputs:
        uses[i] += 2  # a result has a line
    return uses
