"""`explain`: which leaves get a gradient, what stops the others, where numbers go bad."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.values import Value
from ..engine.variable import Var
from ..equations import Equation, count_below, equations_of
from ..pictures.faults import Faults, faults_of
from ..pictures.labels import finite, numbers, short
from .flow import DeadEnd, flow_of
from .hints import hints_of
from .wording import Wording

_MOST = 40  # leaves listed in the text; `.leaves` has them all
_HINTS = 10
_MOST_EQUATIONS = 20_000  # half a second: as long as an error message may take


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A leaf, or a node named in `wrt`, and what reached it.

    `status` is "arrives"; or "zero": a gradient came, and it is 0; "stopped"; "not connected";
    "noise" and "constant", which want none. `gradient` is None where none arrived; `stops` are
    the places where it ended on some path, and `words` says all this in a sentence.
    """

    name: str
    status: str
    gradient: Value | None
    stops: tuple[DeadEnd, ...]
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Trouble:
    """The first node whose value, or whose gradient, is not finite. `value` is that."""

    row: Equation
    name: str
    value: Value
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What `explain` found; `str` is the text, and Jupyter shows it.

    `first_value` and `first_gradient` are None where all that count are finite: `harmless` names
    nodes that are not finite and that nothing takes, as the branch that a `where` did not choose.
    `hints` name what looks like a classic mistake, and its remedy.
    """

    output: str
    leaves: tuple[Leaf, ...]
    first_value: Trouble | None
    first_gradient: Trouble | None
    hints: tuple[str, ...]
    harmless: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = self.leaves
        if len(shown) > _MOST:  # the problematic ones first
            shown = tuple(sorted(shown, key=lambda leaf: leaf.status == "arrives"))[:_MOST]
        width = max((len(short(leaf.name)) for leaf in shown), default=0)
        lines = [self.output]
        lines += [f"  {short(leaf.name):<{width}}  {leaf.words}" for leaf in shown]
        if len(shown) < len(self.leaves):
            lines.append(f"  … and {len(self.leaves) - len(shown)} more, in .leaves")
        for what, trouble in (("value", self.first_value), ("gradient", self.first_gradient)):
            if trouble is not None:
                lines.append(f"first {what} that is not finite: {trouble.words}")
        if self.first_value is None and self.first_gradient is None:
            without = ", ".join(map(short, self.harmless[:3])) + ", …" * (len(self.harmless) > 3)
            effect = f"; not finite, but without effect: {without}" if without else ""
            lines.append(
                f"all values and gradients{' that count' * bool(effect)} are finite{effect}"
            )
        lines += [f"hint: {hint}" for hint in self.hints[:_HINTS]]
        if len(self.hints) > _HINTS:
            lines.append(f"… and {len(self.hints) - _HINTS} more, in .hints")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def explain(
    output: Var,
    wrt: Sequence[Var] | Var | None = None,
    *,
    names: Mapping[str, object] | None = None,
) -> Report:
    """Say which leaves below `output` get its gradient and, where not, which node stops it and why.

    Also the first node whose value is not finite, in order of computing, and the first whose
    gradient is not, in order of the sweep. If the output is not a scalar, gradients are those of
    the sum of its numbers. `wrt` restricts the report to these Vars; `names=locals()` names nodes
    by variable. Touches no `.grad`. What left the tape earlier (`.value`, `.detach()`, `no_grad`)
    is not in the graph: it shows as a constant, or as not connected.

    >>> x, w = mg.Var(3.0, "x"), mg.Var(2.0, "w")
    >>> print(mg.explain(x * mg.stop_gradient(w)))
    x·stop_gradient(w) is +6.0000
      x  gradient +2.0000
      w  no gradient: stop_gradient(w) stops it, a wall
    all values and gradients are finite
    """
    asked = list(wrt or ()) if wrt is None or isinstance(wrt, Sequence) else [wrt]
    for x in (output, *asked):
        if not isinstance(x, Var):
            raise TypeError(f"explain needs Vars, not {type(x).__name__}: compute it from a Var")
    equations = equations_of(output, *asked, names=names)
    top, *wanted = equations.outputs
    flow = flow_of(equations, top)
    say = Wording(equations, flow)
    faults = faults_of(equations, [top], flow.gradients, equations.outputs[1:])
    if wrt is None:
        wanted = [row.position for row in equations if not row.op and not row.is_literal]
    return Report(
        _output(say, equations[top]),
        tuple(_leaf(say, i) for i in wanted),
        _first_value(say, faults),
        _first_gradient(say, faults),
        tuple(hints_of(say)),
        _harmless(say, faults),
    )


def reason(output: Var, x: Var) -> str:
    """Why no gradient of `output` reaches `x`, as a clause of the error that `grad` raises."""
    if count_below(output) > _MOST_EQUATIONS:
        return "the output does not depend on it, or only through walls (mg.explain says which)"
    (leaf,) = explain(output, [x]).leaves
    return leaf.words.removeprefix("no gradient: ")


def _output(say: Wording, row: Equation) -> str:
    name = "the output" if row.is_literal else say.full(row)
    summary = f"{name} is {numbers(row.value)}"
    if row.op or row.requires_grad:
        shape = "×".join(map(str, row.shape))
        return f"{summary}; below, the gradient of its sum ({shape})" if row.shape else summary
    return (
        f"{summary}, a {row.kind} leaf with nothing below it: made under mg.no_grad(), "
        "by .detach() or from plain numbers"
    )


def _leaf(say: Wording, i: int) -> Leaf:
    flow, row, name = say.flow, say.equations[i], say.names[i]
    g = flow.gradients[i] if row.requires_grad else None
    stops = flow.stops[i]
    why = say.stops([stop for stop in stops if not say.chooses(stop)] or stops)
    if not flow.connected[i]:
        words = (
            "not connected: the output was not computed from it, or only off the tape "
            "(.value, .item(), .detach(), mg.no_grad())"
        )
        return Leaf(name, "not connected", None, (), words)
    if not row.requires_grad:
        return Leaf(name, *_wants_none(say, row))
    if g is None:
        return Leaf(name, "stopped", None, stops, f"no gradient: {why}")
    if not np.any(g):
        return Leaf(name, "zero", g, stops, f"gradient 0: {why}")
    return Leaf(name, "arrives", g, stops, _arrival(say, g, stops))


def _wants_none(say: Wording, row: Equation) -> tuple[str, None, tuple[DeadEnd, ...], str]:
    if row.kind == "noise":
        words = "noise: it takes no gradient, on purpose"
        return "noise", None, (), words
    if not row.op:
        words = "a constant: it wants no gradient (mg.Var makes a parameter)"
        return "constant", None, (), words
    what = (
        "it is a wall"
        if row.kind == "stop"
        else "it depends on no parameter, or only through walls"
    )
    return "stopped", None, (), f"no gradient: {what}"


def _arrival(say: Wording, g: Value, stops: tuple[DeadEnd, ...]) -> str:
    zeros = int(np.size(g) - np.count_nonzero(g))
    parts = [f"gradient {numbers(g)}" + (f", 0 in {zeros} of {np.size(g)} numbers" * (zeros > 0))]
    # Slopes of 0 and comparisons are in every network: they count where they explain a 0.
    kinds = ("sample", "wall", "zero", "cancel") if zeros else ("sample", "wall")
    why = say.stops([stop for stop in stops if stop.kind in kinds])
    if why:
        parts.append(f"in part, {why}")
    return "; ".join(parts)


def _first_value(say: Wording, faults: Faults) -> Trouble | None:
    if not faults.values:
        return None
    row = say.equations[min(faults.values)]
    made = f", from {say.inputs(row)}" if row.op else f", a {row.kind} leaf"
    words = f"{say.full(row)} is {say.bad(row.value, faults.values[row.position])}{made}"
    return Trouble(row, say.names[row.position], row.value, words)


def _harmless(say: Wording, faults: Faults) -> tuple[str, ...]:
    """Values of ops that are not finite and do no harm; an infinite constant is intended."""
    reached = [row for row in say.equations if row.op and say.flow.connected[row.position]]
    rows = [row for row in reached if not finite(row.value) and row.position not in faults.values]
    return tuple(say.names[row.position] for row in rows)


def _first_gradient(say: Wording, faults: Faults) -> Trouble | None:
    """The newest: the sweep meets the newest node first."""
    if not faults.gradients:
        return None
    row = say.equations[max(faults.gradients)]
    g, maker = say.flow.gradients[row.position], say.flow.makers[row.position]
    assert g is not None
    words = f"that of {say.name(row)} is {say.bad(g)}: "
    if maker is None:
        words += "its finite parts add up to more than a float can hold"
    else:
        words += f"{say.full(say.equations[maker])} makes it from {say.given(maker)}"
    return Trouble(row, say.names[row.position], g, words)
