"""What happened to a gradient, in words: the sentences of `explain`."""

from collections.abc import Callable, Sequence

import numpy as np

from ..engine.values import Mask, Value
from ..equations import Equation, Equations
from ..pictures.labels import finite, named, number, numbers, right_side, short, text
from .flow import DeadEnd, GradientFlow, compares, is_sampled

_LONGEST = 60  # characters of an equation
_LONGEST_NAME = 40  # of a formula that serves as a name: a report has more room than a picture


class Wording:
    """Equations, their names and the flow of a gradient; the methods put parts of it in words."""

    def __init__(self, equations: Equations, flow: GradientFlow) -> None:
        self.equations, self.flow = equations, flow
        self._formulas = named(equations, _LONGEST_NAME)
        self.names = [text(formula.text) for formula in self._formulas]

    def name(self, row: Equation) -> str:
        """The name, or the formula that serves as one, short."""
        return short(self.names[row.position])

    def full(self, row: Equation) -> str:
        """`h = clip(x, −1, 1)`; the name alone where that is a formula already, and of a leaf."""
        name = self.name(row)
        numbered = name[:1] == "v" and name[1:].isdecimal()
        place = row.line and f" ({row.line})"
        if not row.op or not (row.name or numbered):
            return name + place
        right = right_side(row, self._formulas)
        return f"{name} = {right if len(right) <= _LONGEST else right[: _LONGEST - 1] + '…'}{place}"

    def at(self, row: Equation) -> str:
        """`x = −1.0000`; a plain number by itself."""
        name = self.name(row)
        return name if row.is_literal else f"{name} = {numbers(row.value)}"

    def inputs(self, row: Equation) -> str:
        """The inputs with their values, each once."""
        return ", ".join(dict.fromkeys(self.at(x) for x in self.equations.inputs_of(row)))

    def given(self, i: int) -> str:
        """What the equation at `i` made its input's gradient from."""
        row, g = self.equations[i], self.flow.gradients[i]
        came = "" if g is None else f"its own, {numbers(g) if finite(g) else self.bad(g)}, "
        return f"{came}at {self.inputs(row)}"

    def bad(self, value: Value, at_fault: Mask | None = None) -> str:
        """Which number is not finite, and its position in an array."""
        wrong = np.logical_not(np.isfinite(value)) if at_fault is None else at_fault
        if isinstance(value, float):
            return number(value)
        place = tuple(int(n) for n in np.argwhere(wrong)[0])
        count = f"{int(wrong.sum())} of {value.size} numbers not finite"
        return f"{number(float(value[place]))} at position {place} ({count})"

    def chooses(self, stop: DeadEnd) -> bool:
        """Whether the gradient ended in a where's condition: unimportant beside other stops."""
        return self.equations[stop.row].op == "where" and stop.operand == 0

    def stops(self, stops: Sequence[DeadEnd]) -> str:
        """All of them, with those that stop a gradient for the same reason in one sentence."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for stop in stops:
            who, where, why = self._stop(stop)
            whos = groups.setdefault(why, [])
            if (who, where) not in whos:
                whos.append((who, where))
        return "; ".join(_joined(whos, why) for why, whos in groups.items())

    def _stop(self, stop: DeadEnd) -> tuple[str, str, str]:
        """Where a gradient ended: the equation, how much of it at which input, and why."""
        row = self.equations[stop.row]
        full = self.full(row)
        if stop.kind == "zero":
            x = self.equations[row.inputs[stop.operand]]
            whose = f"{stop.lost} of {np.size(row.value)} numbers" if stop.lost else "it"
            why = _ZEROS.get(row.op, _flat)(self, row, x)
            return full, f" stops {whose} at {self.at(x)}", f": {why}"
        if stop.kind == "cancel":
            return f"what reaches {full} in several ways adds up to 0", "", ""
        reasons = {
            "sample": ", a wall made by .sample()",
            "wall": ", a wall",
            "comparison": ": a comparison is 1 or 0 and flat between its jumps",
        }
        if stop.kind in reasons:
            return full, " stops it", reasons[stop.kind]
        if self.chooses(stop):
            return full, " stops it", ": a where passes no gradient to its condition"
        return full, " stops it", f": {row.op} has slope 0 everywhere"


def _joined(whos: Sequence[tuple[str, str]], why: str) -> str:
    """One place with its numbers, or up to three by their names."""
    if len(whos) == 1:
        return "".join((*whos[0], why))
    names = [who for who, _ in whos]
    if not why:
        return "; ".join(names)
    more = f" and {len(names) - 2} more" if len(names) > 3 else ""
    shown = names[:2] if more else names
    listed = f"{', '.join(shown)}{more}" if more else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{listed} stop it{why.replace(', a wall', ', walls')}"


def why_none(equations: Equations, row: Equation, x: Equation) -> str:
    """Why `row` hands its input `x` no share of its gradient."""
    if x.requires_grad:
        whose = "its condition" if row.op == "where" else x.op or x.kind
        return f"{row.op} passes no gradient to {whose}"
    if x.kind == "stop":
        made = " made by .sample()" if is_sampled(x, equations[x.inputs[0]]) else ""
        return f"a wall{made} takes no gradient"
    if not x.op:
        return f"{'noise' if x.kind == 'noise' else 'a constant'} takes no gradient"
    if compares(x):
        return "a comparison is 1 or 0 and flat between its jumps"
    return "it depends on no parameter, or only through walls"


def _clip(say: Wording, row: Equation, x: Equation) -> str:
    _, low, high = (say.name(each) for each in say.equations.inputs_of(row))
    return f"clip is flat outside {low} … {high}; mg.soft_clip keeps a gradient"


def _product(say: Wording, row: Equation, x: Equation) -> str:
    other = next((each for each in say.equations.inputs_of(row) if each is not x), x)
    return f"the other factor is {say.at(other)}"


def _kink(say: Wording, row: Equation, x: Equation) -> str:
    if np.all(row.value):
        return _flat(say, row, x)
    return f"{row.op} has a kink at 0, where the subgradient 0 is taken"


def _flat(say: Wording, row: Equation, x: Equation) -> str:
    return f"{row.op} has slope 0 there, or one too small for a float"


_ZEROS: dict[str, Callable[[Wording, Equation, Equation], str]] = {
    "relu": lambda say, row, x: "relu is flat where its input is not above 0",
    "clip": _clip,
    "maximum": lambda say, row, x: "the other input is larger",
    "minimum": lambda say, row, x: "the other input is smaller",
    "where": lambda say, row, x: "the condition chose the other branch",
    "multiply": _product,
    "logsumexp": lambda say, row, x: (
        "all inputs are -inf, so none has a share and the subgradient 0 is taken"
    ),
    **dict.fromkeys(("abs", "hypot", "norm", "std"), _kink),
}
