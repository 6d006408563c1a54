"""Which lines a program has. A step that is read once is written where it is read, as long
as the line stays readable; every other step gets a line, and a name.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .in_place import Over
from .names import free_name
from .steps import LITERAL, Code, Step
from .templates import LOOSE, Language, Template, Text, filled, parsed

WIDTH = 80  # columns that an expression may take a line to, once something is written inside it


class Assignment(NamedTuple):
    """`name` gets the value of `text`, or with a sign that of both: `name += text`."""

    name: str
    text: str
    scope: str
    sign: str = ""


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
        static = self.language.static(step) if step.static else {"static": ""}
        if over := self.language.over.get(i):
            self._write_over(i, step, over, static)
            return
        template = parsed(self.language.template(i))
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

    def _write_over(self, i: int, step: Step, over: Over, static: Mapping[str, str]) -> None:
        """A line that changes an operand. What waits may read that, so it gets its line before."""
        target = step.inputs[over.operand]
        inlined = self._waiting.intersection(step.inputs) - {target}
        if target in self._waiting:
            self.names[target] = self.names[i]
        for j in sorted(self._waiting - inlined):
            self._give_line(j)
        named = self.code.steps[target].name  # by the user: it goes on meaning what it says
        name = self.names[i] or (self._fresh() if named else self.names[target])
        if over.sign and name == self.names[target]:
            text, sign = self.texts[step.inputs[over.rest]], over.sign
        else:
            text, sign = self._fitted(i, step, parsed(over.call), static), ""
        self.names[i], self.texts[i] = name, Text(name)
        self.lines.append(Assignment(name, text.text, step.scope, sign))
        self._waiting -= inlined

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
