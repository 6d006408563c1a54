"""The ledger of a graph: every value, then every share of a gradient, in the order in
which they are made, as data and as text. Stepping through it is the chain rule done by hand.

    leaves     the numbers that everything starts from, all in one step
    forward    one op a step, oldest first
    seed       ∂L/∂L = 1, where L is the output
    backward   one op a step, newest first: it hands each input its share, upstream × slope
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ...engine.values import Value
from ...equations import Equation, Equations
from ...equations.shares import Share, shares_of
from ...pictures.labels import (
    Formula,
    closed,
    formula_of,
    named,
    number,
    numbers,
    right_side,
    short,
    text,
)
from ...reports.flow import compares
from ...reports.wording import why_none
from .rules import share_of, slope_of

PHASES = ("leaves", "forward", "seed", "backward")
NOWHERE = "no gradient flows: it depends on no parameter, or only through walls"
_WIDEST = 48  # columns of a table that line up its rules


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One leaf, one op forward, the seed, or one share of a gradient.

    `step` counts the page's steps, `phase` is "leaves", "forward", "seed" or "backward". `node` is
    the id of the equation that the step is about ("n7"), `name` its name, `rule` the mathematics
    with the numbers put in; `value` is that of the node (of the seed, 1). A share has instead the
    `target` that gets it, as input number `operand` of `node`; `upstream`, the gradient of
    `node`; `local`, its derivative by that input (None for arrays); their product, the
    `contribution`; and `total`, the gradient of the target so far. `pane` counts graphs side by
    side.
    """

    step: int
    phase: str
    node: str
    name: str
    rule: str
    value: Value | None = None
    target: str | None = None
    operand: int | None = None
    upstream: Value | None = None
    local: float | None = None
    contribution: Value | None = None
    total: Value | None = None
    pane: int = 0


class NoShare(NamedTuple):
    """An input that gets no share, and why."""

    target: int
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A step of the page, about the equation at `node` (None: all leaves), with its `shares`."""

    phase: str
    node: int | None
    shares: list[int] = field(default_factory=list)
    stops: list[NoShare] = field(default_factory=list)


class Words(NamedTuple):
    """A share as mathematics: `to` += `upstream` × `slope`; of arrays `slope` is "". `rule` is the
    whole right side."""

    to: str
    upstream: str
    slope: str
    rule: str


def _stages(equations: Equations, output: int, made: Sequence[Share]) -> Iterator[Stage]:
    yield Stage("leaves", None)
    yield from (Stage("forward", row.position) for row in equations if row.op)
    nowhere = [] if equations[output].requires_grad else [NoShare(output, NOWHERE)]
    yield Stage("seed", output, stops=nowhere)
    shares: dict[int, list[int]] = defaultdict(list)
    for k, share in enumerate(made):
        shares[share.source].append(k)
    for source, given in shares.items():
        taken = {made[k].operand for k in given}
        yield Stage("backward", source, given, _stops(equations, source, taken))


def _stops(equations: Equations, source: int, taken: set[int]) -> list[NoShare]:
    """The inputs that get no share, `taken` being those that do; plain numbers are not worth a
    word."""
    row = equations[source]
    stops = [
        NoShare(x.position, why_none(equations, row, x))
        for operand, x in enumerate(equations.inputs_of(row))
        if operand not in taken and not x.is_literal
    ]
    return list(dict.fromkeys(stops))


def _earlier(shares: Sequence[Share]) -> dict[int, int]:
    """For each share that is not its target's first, the one that came there before."""
    before: dict[int, int] = {}
    newest: dict[int, int] = {}
    for k, share in enumerate(shares):
        if share.target in newest:
            before[k] = newest[share.target]
        newest[share.target] = k
    return before


def _gradient(name: Formula) -> str:
    return f"∂L/∂{closed(name, 5)}"


def _words(equations: Equations, share: Share, names: Sequence[Formula]) -> Words:
    row, upstream = equations[share.source], _gradient(names[share.source])
    target = _gradient(names[share.target])
    if share.slope is None:
        return Words(target, upstream, "", share_of(equations, share, names, upstream).text)
    factor = closed(slope_of(equations, row, share.operand, names), 2, after=True)
    return Words(target, upstream, factor, f"{upstream} × {factor}")


def ledger_of(equations: Equations, output: int) -> "Ledger":
    """The steps through the graph below the equation at `output`; an array is taken as its sum."""
    names = [Formula(short(text(name.text)), name.binds) for name in named(equations)]
    shape = equations[output].shape
    seed: Value = np.ones(shape) if shape else 1.0
    values = [row.value for row in equations]
    with np.errstate(all="ignore"):
        shares = list(shares_of(equations, output, values, seed))
        words = [_words(equations, share, names) for share in shares]
    stages = list(_stages(equations, output, shares))
    return Ledger(equations, output, names, seed, shares, words, _earlier(shares), stages)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """The steps through a graph; `ledger_of` makes one.

    `stages` are the steps, `shares` what flows back in them, `words` the shares as mathematics,
    `names` those of the equations. `before` says of a share which one came to its target before.
    """

    equations: Equations
    output: int
    names: list[Formula]
    seed: Value
    shares: list[Share]
    words: list[Words]
    before: dict[int, int]
    stages: list[Stage]

    def gradient(self, i: int) -> str:
        """How the gradient of the equation at `i` is written: `∂L/∂σ`, `∂L/∂(σ·ε)`."""
        return _gradient(self.names[i])

    def says(self, i: int) -> str:
        """What the equation at `i` computes; "" for a leaf."""
        row = self.equations[i]
        return short(right_side(row, self.names)) if row.op else ""

    def records(self, steps: Sequence[int], pane: int) -> list[Record]:
        """The ledger as data; `steps` has the page's step for each stage."""
        found = []
        for step, stage in zip(steps, self.stages, strict=True):
            found += [self._record(step, stage, i, pane) for i in self._shown(stage)]
            found += [self._contribution(step, k, pane) for k in stage.shares]
        return found

    def text(self, steps: Sequence[int]) -> str:
        """The ledger as a table for a terminal; `steps` has the page's step for each stage."""
        lines = [("step", "phase", "rule", "numbers")]
        for i, stage in zip(steps, self.stages, strict=True):
            entries = [self._described(stage, node) for node in self._shown(stage)]
            entries += [self._multiplied(k) for k in stage.shares]
            entries += [(f"⊘ {self.names[node].text}: {why}", "") for node, why in stage.stops]
            heads = [(str(i), stage.phase), *[("", "")] * len(entries)]
            lines += [
                (*head, *line) for head, line in zip(heads, entries or [("", "")], strict=False)
            ]
        width = min(max(_columns(rule) for *_, rule, right in lines if right), _WIDEST)
        table = []
        for step, phase, rule, right in lines:
            space = " " * (width - _columns(rule))
            table.append(f"{step:>4}  {phase:<8}  {rule}{space}  {right}".rstrip())
        return "\n".join(table)

    def _shown(self, stage: Stage) -> list[int]:
        """The equations whose value, or whose seed, the step shows."""
        if stage.node is None:
            rows = (row for row in self.equations if not row.op and not row.is_literal)
            return [row.position for row in rows]
        is_seeded = stage.phase == "seed" and not stage.stops  # which say why it has no seed
        return [stage.node] if stage.phase == "forward" or is_seeded else []

    def _described(self, stage: Stage, i: int) -> tuple[str, str]:
        """The rule of a leaf, of an op, or of the seed, and its numbers."""
        row, name = self.equations[i], self.names[i].text
        if stage.phase == "seed":
            return self.gradient(i), numbers(self.seed)
        if not row.op:
            return name, f"{numbers(row.value)} ({row.kind})"
        says = self.says(i)
        rule = name if says == name else f"{name} = {says}"
        inputs = self.equations.inputs_of(row)
        if any(x.shape for x in (row, *inputs)):
            return rule, numbers(row.value)
        put_in = formula_of(row, [_put_in(row, x, self.names[x.position]) for x in inputs])
        if compares(row):
            return rule, f"{put_in.text} is {_truth(row)}, {numbers(row.value)}"
        return rule, f"{put_in.text} = {numbers(row.value)}"

    def _multiplied(self, k: int) -> tuple[str, str]:
        """The rule of a share and its numbers; where others came before, also the sum."""
        share, words = self.shares[k], self.words[k]
        rule, amount = f"{words.to} += {words.rule}", numbers(share.amount)
        if share.slope is None:
            so_far = f", in all {numbers(share.total)}" if k in self.before else ""
            return rule, amount + so_far
        sum_up = ""
        if k in self.before:
            sign, size = (amount[0], amount[1:]) if amount[0] in "+−" else ("+", amount)
            old = number(self.shares[self.before[k]].total)
            sum_up = f"; {old} {sign} {size} = {number(share.total)}"
        return rule, f"{number(share.upstream)} × {number(share.slope)} = {amount}{sum_up}"

    def _record(self, step: int, stage: Stage, i: int, pane: int) -> Record:
        row, described = self.equations[i], self._described(stage, i)
        rule = (": " if " is " in described[1] else " = ").join(described)
        value = self.seed if stage.phase == "seed" else row.value
        return Record(step, stage.phase, f"n{i}", self.names[i].text, rule, value, pane=pane)

    def _contribution(self, step: int, k: int, pane: int) -> Record:
        share = self.shares[k]
        return Record(
            step,
            "backward",
            f"n{share.source}",
            self.names[share.source].text,
            " = ".join(self._multiplied(k)),
            target=f"n{share.target}",
            operand=share.operand,
            upstream=share.upstream,
            local=share.slope,
            contribution=share.amount,
            total=share.total,
            pane=pane,
        )


def _columns(words: str) -> int:
    """How wide a terminal shows it: a mark over a letter takes no room."""
    return sum(not unicodedata.combining(c) for c in words)


def _truth(row: Equation) -> str:
    return "true" if row.value else "false"


def _put_in(row: Equation, x: Equation, name: Formula) -> Formula:
    """`x` as a number for `row`; one that the user wrote stays as it is."""
    if row.op == "where" and compares(x):
        return Formula(_truth(x), 5)
    digits = number(x.value).removeprefix("+") if isinstance(x.value, float) else ""
    return name if x.is_literal else Formula(digits, 3 if digits.startswith("−") else 5)
