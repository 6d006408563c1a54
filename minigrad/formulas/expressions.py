"""What a user types, computed on the tape: a formula, or a small program of several lines.

`mu = 0.7` makes a parameter, `x = data(1.2)` a constant, `eps ~ normal` noise, `z = mu + sigma*eps`
a named node. `q ~ Normal(mu, sigma)` names a distribution: where a number is wanted, as in
`sin(q)`, it stands for one reparameterised draw, always the same. `kl(q)`, `kl(q, p)`, `log_prob(q,
1.5)`, `entropy(q)` and so on query the distribution. Lines for parameters, constants and noise may
be anywhere; the last of the other lines is the output. The grammar is in `grammar`.
"""

import math
from collections.abc import Mapping

import numpy as np

from ..distributions.base import Distribution
from ..distributions.laws import LAWS
from ..engine.variable import Var, constant
from .calls import function_of
from .grammar import Instruction, Statement, statements_of

Item = Var | Distribution
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
DRAWN = "e"  # a constant that a program may use for something else, such as noise


class Expression:
    """A parsed formula or program.

    `names` are those that need a value from outside, in order; `given` are the parameters and
    `data` the constants that the program sets itself, `laws` the noise that it draws. `draws` has
    the noise of each distribution drawn from: made by the first `compute`, used by all.
    """

    def __init__(self, text: str) -> None:
        self.statements = statements_of(text)
        self.text = "; ".join(statement.text for statement in self.statements)
        self.given: dict[str, float] = {}
        self.data: dict[str, float] = {}
        self.laws: dict[str, str] = {}
        self.draws: dict[str, Var] = {}
        self._lines = [line for line in self.statements if not self._is_leaf(line)]
        if not self._lines:
            last = self.statements[-1]
            self._lines = [
                last._replace(name="", mark="", steps=(Instruction("name", last.name, 0),))
            ]
        self.names = self._free_names()

    def compute(self, values: Mapping[str, Var], rng: np.random.Generator | None = None) -> Var:
        """The output for these Vars, an ExpressionError where the program is wrong.

        `values` has a Var for each of `names`, and may have others for what the program sets.
        `rng` draws the noise of its distributions, by default that of seed 0.
        """
        known: dict[str, Item] = {name: constant(x) for name, x in CONSTANTS.items()}
        known |= {name: constant(x, name) for name, x in self.data.items()}
        known |= {name: Var(x, name) for name, x in self.given.items()}
        machine = _Machine(known | dict(values), self, rng or np.random.default_rng(0))
        items = [machine.run(line) for line in self._lines]
        last = self._lines[-1]
        return machine.number(last, last.steps[-1], items[-1])

    def _is_leaf(self, line: Statement) -> bool:
        """Whether the line makes a leaf; if so, record it."""
        step = line.steps[0]
        alone = len(line.steps) == 1
        if line.mark == "=" and alone and step.kind == "number":
            self.given[line.name] = step.number
        elif line.mark == "=" and len(line.steps) == 2 and line.steps[1].text == "data":
            if step.kind != "number":
                raise line.refused("data takes a number, as in x = data(1.2)", step.column)
            self.data[line.name] = step.number
        elif line.mark == "~" and alone and step.text in LAWS:
            self.laws[line.name] = step.text
        else:
            return False
        if line.name in CONSTANTS and line.name != DRAWN:
            raise line.refused(f"{line.name} has a fixed value: choose another name", 0)
        return True

    def _free_names(self) -> list[str]:
        """Names that no earlier line gives a value, in order of first use."""
        known = {*self.given, *self.data, *self.laws}
        later = {line.name: None for line in self._lines if line.name}
        free: dict[str, None] = {}
        for line in self._lines:
            for step in line.steps:
                if step.kind == "name" and step.text not in known:
                    if step.text in later:
                        why = f"{step.text} gets its value further down: move that line up"
                        raise line.refused(why, step.column)
                    if step.text not in CONSTANTS or step.text == DRAWN:
                        free[step.text] = None
            known.add(line.name)
            later.pop(line.name, None)
        return list(free)


class _Machine:
    """Computes the lines of a program on a stack of Vars and distributions."""

    def __init__(
        self, known: dict[str, Item], program: Expression, rng: np.random.Generator
    ) -> None:
        self.known, self.program, self.rng = known, program, rng
        self.drawn: dict[str, Var] = {}  # the draw of each distribution that has a name

    def run(self, line: Statement) -> Item:
        """What the line computes, kept under its name."""
        stack: list[Item] = []
        for step in line.steps:
            if step.kind == "number":
                stack.append(constant(step.number))
            elif step.kind == "name":
                stack.append(self._named(line, step))
            else:
                first = len(stack) - step.inputs
                stack[first:] = [self._called(line, step, stack[first:])]
        (item,) = stack
        if line.mark == "~" and not isinstance(item, Distribution):
            kinds = f", {line.name} ~ ".join(LAWS)
            why = f"noise is {line.name} ~ {kinds}; a draw is {line.name} ~ Normal(loc, scale)"
            raise line.refused(why, line.text.index("~"))
        if line.name:
            self.known[line.name] = item
            if isinstance(item, Var) and len(line.steps) > 1:  # after y = x, x keeps its name
                item.named(line.name)
        return item

    def number(self, line: Statement, step: Instruction, item: Item) -> Var:
        """The item as a number: of a distribution its draw, made on first use."""
        if isinstance(item, Var):
            return item
        name = next((name for name, known in self.known.items() if known is item), "")
        if not name:
            raise line.refused(
                "a draw needs a name: z ~ Normal(0, 1) on a line before", step.column
            )
        if name not in self.drawn:
            draws = self.program.draws
            if name not in draws:
                draws[name] = item.noise(self.rng).named(f"eps_{name}")
            try:
                self.drawn[name] = item.transform(draws[name]).named(name)
            except (NotImplementedError, ValueError, ImportError) as error:
                raise line.refused(str(error), step.column) from None
        return self.drawn[name]

    def _named(self, line: Statement, step: Instruction) -> Item:
        if step.text in self.known:
            return self.known[step.text]
        why = f"add {step.text}=1.0 or {step.text}~normal"
        raise line.refused(f"{step.text} has no value: {why}", step.column)

    def _called(self, line: Statement, step: Instruction, items: list[Item]) -> Item:
        function = function_of(line, step)
        if not function.least <= len(items) <= len(function.wanted):
            count = f"{len(items)} input{'s' * (len(items) != 1)}"
            wanted = ", ".join(function.wanted)
            raise line.refused(f"{step.text} takes ({wanted}), not {count}", step.column)
        given = [
            self._distribution(line, step, item) if name in "pq" else self.number(line, step, item)
            for name, item in zip(function.wanted, items, strict=False)
        ]
        try:
            item: Item | float = function.call(*given)
            return constant(item) if isinstance(item, float) else item  # as an infinite mean
        except (ValueError, TypeError, NotImplementedError) as error:
            raise line.refused(str(error), step.column) from None

    def _distribution(self, line: Statement, step: Instruction, item: Item) -> Distribution:
        if isinstance(item, Distribution):
            return item
        why = f"{step.text} takes a distribution: name one, as in q ~ Normal(mu, sigma)"
        raise line.refused(why, step.column)
