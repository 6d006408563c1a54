"""What a user types, computed on the tape: a formula, or a small program of several lines.

`mu = 0.7` makes a parameter, `x = data(1.2)` a constant, `eps ~ normal` noise, `z = mu + sigma*eps`
a named node. `q ~ Normal(mu, sigma)` names a distribution: where a number is wanted, as in
`sin(q)`, it stands for one reparameterised draw, always the same. `kl(q)`, `kl(q, p)`,
`log_prob(q, 1.5)`, `entropy(q)` and so on ask the distribution. Parameters, constants and noise may
stand anywhere; the last of the other lines is the output. The grammar stands in `grammar`.
"""

import difflib
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .. import distributions, ops
from ..distributions.base import Distribution
from ..distributions.kl import kl_divergence
from ..distributions.laws import (
    CAUCHY,
    EXPONENTIAL,
    GUMBEL,
    HALF_CAUCHY,
    HALF_NORMAL,
    LAPLACE,
    LOGISTIC,
    NORMAL,
    UNIFORM,
)
from ..engine.op import OPS
from ..engine.variable import Var, constant
from .grammar import Statement, Step, statements_of

_OF_MORE = frozenset(  # outcomes, or parameters, that are no single numbers
    "Categorical Dirichlet Distribution Independent LKJCholesky LowRankMultivariateNormal "
    "MixtureSameFamily MultivariateNormal OneHotCategorical RelaxedOneHotCategorical "
    "Transformed".split()
)
_LAWS = NORMAL, UNIFORM, EXPONENTIAL, LAPLACE, LOGISTIC, GUMBEL, CAUCHY, HALF_NORMAL, HALF_CAUCHY
Item = Var | Distribution
LAWS = {law.name: law for law in _LAWS}
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
_STANDARD = distributions.Normal(0.0, 1.0)
_DRAWN = "e"  # a constant that a program may use for something else, such as noise
_SAME = {"max": "maximum", "min": "minimum", "stop": "stop_gradient"}
_MEANT = {
    **{"ln": "log", "logarithm": "log", "sgn": "sign", "asin": "arcsin", "acos": "arccos"},
    **{"atan": "arctan", "atan2": "arctan2", "gammaln": "lgamma", "logistic": "sigmoid"},
    **{"expit": "sigmoid", "sqr": "square", "neg": "negative", "pow": "power", "psi": "digamma"},
    **{"normal": "Normal", "gaussian": "Normal", "kl_divergence": "kl", "detach": "stop_gradient"},
}
_ASKED: dict[str, Callable[..., Var]] = {
    "kl": lambda q, p=_STANDARD: kl_divergence(q, p),
    "log_prob": lambda q, x: q.log_prob(x),
    "entropy": lambda q: q.entropy(),
    "mean": lambda q: q.mean,
    "stddev": lambda q: q.stddev,
    "variance": lambda q: q.variance,
}


def functions() -> list[str]:
    """The functions that a formula may call on numbers."""
    rows = (op for op in OPS.values() if op.elementwise and not op.defaults and not op.infix)
    return sorted({op.name for op in rows} & set(ops.__all__))


def families() -> list[str]:
    """The distributions of numbers that a program may name."""
    return sorted(name for name in distributions.__all__ if _family(name) is not None)


def _family(name: str) -> type[Distribution] | None:
    known = getattr(distributions, name, None) if name in distributions.__all__ else None
    is_one = isinstance(known, type) and issubclass(known, Distribution)
    return known if is_one and name not in _OF_MORE else None


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
            self._lines = [last._replace(name="", mark="", steps=(Step("name", last.name, 0),))]
        self.names = self._free_names()

    def compute(self, values: Mapping[str, Var], rng: np.random.Generator | None = None) -> Var:
        """The output for these Vars, an ExpressionError where the program says what it may not.

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
        """Whether the line makes a leaf; if so, note it."""
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
        if line.name in CONSTANTS and line.name != _DRAWN:
            raise line.refused(f"{line.name} has a fixed value: choose another name", 0)
        return True

    def _free_names(self) -> list[str]:
        """Names that no line before gives a value, in order of their first use."""
        known = {*self.given, *self.data, *self.laws}
        later = {line.name: None for line in self._lines if line.name}
        free: dict[str, None] = {}
        for line in self._lines:
            for step in line.steps:
                if step.kind == "name" and step.text not in known:
                    if step.text in later:
                        why = f"{step.text} gets its value further down: move that line up"
                        raise line.refused(why, step.column)
                    if step.text not in CONSTANTS or step.text == _DRAWN:
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
        """What the line computes, kept by its name."""
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
            if isinstance(item, Var) and len(line.steps) > 1:  # y = x leaves x its name
                item.named(line.name)
        return item

    def number(self, line: Statement, step: Step, item: Item) -> Var:
        """The item as a number: a distribution's draw, made when it is first asked for."""
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

    def _named(self, line: Statement, step: Step) -> Item:
        if step.text in self.known:
            return self.known[step.text]
        why = f"add {step.text}=1.0 or {step.text}~normal"
        raise line.refused(f"{step.text} has no value: {why}", step.column)

    def _called(self, line: Statement, step: Step, items: list[Item]) -> Item:
        function = _function(line, step)
        if not function.least <= len(items) <= len(function.wanted):
            count = f"{len(items)} input{'s' * (len(items) != 1)}"
            wanted = ", ".join(function.wanted)
            raise line.refused(f"{step.text} takes ({wanted}), not {count}", step.column)
        given = [
            self._distribution(line, step, item) if name in "pq" else self.number(line, step, item)
            for name, item in zip(function.wanted, items, strict=False)
        ]
        try:
            item: Item = function.call(*given)
            return item
        except (ValueError, TypeError, NotImplementedError) as error:
            raise line.refused(str(error), step.column) from None

    def _distribution(self, line: Statement, step: Step, item: Item) -> Distribution:
        if isinstance(item, Distribution):
            return item
        why = f"{step.text} takes a distribution: name one, as in q ~ Normal(mu, sigma)"
        raise line.refused(why, step.column)


class _Function(NamedTuple):
    """What a call calls: the names of its inputs, p and q for distributions; how many it needs."""

    call: Callable[..., Any]
    wanted: list[str]
    least: int


def _function(line: Statement, step: Step) -> _Function:
    name = _SAME.get(step.text, step.text)
    row = OPS.get(name)
    if row is not None and row.elementwise and not row.defaults:
        code = row.forward.__code__
        return _Function(row.function, list(code.co_varnames[: len(row.rules)]), len(row.rules))
    call = _ASKED.get(name) or _family(name)
    if call is None:
        raise line.refused(_unknown(step.text), step.column)
    parameters = inspect.signature(call).parameters.values()
    least = sum(parameter.default is parameter.empty for parameter in parameters)
    return _Function(call, [parameter.name for parameter in parameters], least)


def _unknown(name: str) -> str:
    """Why there is no such function, and which was meant."""
    known = [*functions(), *_ASKED, *families()]
    near = _MEANT.get(name) or next(iter(difflib.get_close_matches(name, known, 1, 0.75)), "")
    meant = f": did you mean {near}?" if near else ""
    if name == "data":
        meant = ": it makes a constant on a line of its own, x = data(1.2)"
    return f"{name} is not a function here{meant or ': ' + ' '.join(known)}"
