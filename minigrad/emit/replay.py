"""Floor 3: the sweep over equations, share by share, on numbers and on the tape: a tape of scalars
as a JavaScript function that computes every value and every share of a gradient anew.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..equations import Equations, equations_of
from ..registry import OPS
from ..sweep import fit
from ..values import Shape, careful, shape_of
from ..variable import Var, constant
from .javascript import called_by, layout_of
from .steps import LITERAL, Code, code_of


class Share(NamedTuple):
    """What the equation at `source` hands to its input number `operand`, the one at `target`.

    `upstream` is the gradient of `source`, `slope` the local derivative (None where arrays take
    part), `amount` the share and `total` the gradient of `target` up to it. All are numbers, or
    Vars where the sweep ran on Vars. `handed` is the shape of what the closure made, before the
    sweep fitted it to the target's.
    """

    source: int
    operand: int
    target: int
    upstream: Any
    slope: Any
    amount: Any
    total: Any
    handed: Shape


def shares_of(
    equations: Equations, output: int, values: Sequence[object], seed: object
) -> Iterator[Share]:
    """Each share of the gradient of the equation at `output`, in the order of minigrad's own sweep.

    `values` has one for each equation: numbers, or Vars, on which the closures then record.
    """
    totals: dict[int, Any] = {output: seed} if equations[output].requires_grad else {}
    for row in reversed(equations.rows[: output + 1]):
        if row.position not in totals:
            continue
        upstream, y = totals[row.position], values[row.position]
        inputs = [values[i] for i in row.inputs]
        is_scalar = not any(equations[i].shape for i in (row.position, *row.inputs))
        for operand, (i, back) in enumerate(zip(row.inputs, row.closures, strict=True)):
            if back is not None and equations[i].requires_grad:
                handed: Any = careful(back, upstream, y, *inputs)
                amount = fit(handed, equations[i].shape)
                slope = careful(back, 1.0, y, *inputs) if is_scalar else None
                totals[i] = totals[i] + amount if i in totals else amount
                shape = shape_of(handed)
                yield Share(row.position, operand, i, upstream, slope, amount, totals[i], shape)


def replayed_leaves(equations: Equations) -> list[int]:
    """The leaves that `replay_source` takes as arguments: all but plain numbers in arithmetic."""
    return [row.position for row in equations if not row.op and not row.is_literal]


def replay_source(equations: Equations, output: int) -> str:
    """A JavaScript function of the leaves that gives {values, slopes, shares, sums}.

    `values` has a number for each equation, the others one for each share of the gradient of
    `output`, in the order of `shares_of`. No name in it is a user's. ValueError where an equation
    holds an array, or an op that JavaScript does not know.
    """
    leaves = replayed_leaves(equations)
    values = _recorded(equations)
    shares = list(shares_of(equations, output, values, 1.0))
    results = {
        "values": values,
        "slopes": [share.slope for share in shares],
        "shares": [share.amount for share in shares],
        "sums": [share.total for share in shares],
    }
    lines, texts = _written(results)
    told = [f"{name}: [{', '.join(part)}]" for name, part in texts.items()]
    body = "".join(f"  {line}\n" for line in [*lines, f"return {{ {', '.join(told)} }};"])
    function = f"({', '.join(f'n{i}' for i in leaves)}) => {{\n{body}}}"
    helpers = called_by(body)
    if not helpers:
        return function
    return "\n".join(["(() => {", *helpers, f"return {function};", "})()"])


def _recorded(equations: Equations) -> list[Var]:
    """The equations, recorded once more on leaves of their own."""
    values: list[Var] = []
    for row in equations:
        if row.shape:
            which = row.name or row.op or "one"
            raise ValueError(f"arrays take part: {which} has shape {row.shape}")
        if row.op and not OPS[row.op].javascript:
            raise ValueError(f"{row.op} has no JavaScript")
        if row.op:
            inputs = [values[i] for i in row.inputs]
            values.append(OPS[row.op].function(*inputs, **row.static))  # type: ignore[arg-type]
        else:
            values.append(constant(row.value) if row.is_literal else Var(row.value))
    return values


def _written(results: dict[str, list[Any]]) -> tuple[list[str], dict[str, list[str]]]:
    """The lines, and what each result is called in them.

    n7 is the value of equation 7, as in the picture; of share 7 d7 is the amount, g7 the sum up to
    it, k7 the slope. Without clean-up: a value that nothing reads is to be seen as well.
    """
    asked = {part: [_on_tape(x) for x in found] for part, found in results.items()}
    equations = equations_of(*(x for found in asked.values() for x in found))
    code = code_of(equations)
    names = [""] * len(equations)
    place = iter(equations.outputs)
    places = {part: [next(place) for _ in found] for part, found in asked.items()}
    for part, letter in (("values", "n"), ("sums", "g"), ("shares", "d"), ("slopes", "k")):
        for i, p in enumerate(places[part]):
            if code.steps[p].kind != LITERAL and not names[p]:
                names[p] = f"{letter}{i}"
    layout = layout_of(Code(code.steps, ()), names, [])
    lines = [f"const {name} = {text};" for name, text, _ in layout.lines]
    return lines, {part: [layout.texts[p].text for p in found] for part, found in places.items()}


def _on_tape(x: object) -> Var:
    """A closure that needs no input, such as that of a sum, gives a plain number."""
    return x if isinstance(x, Var) else constant(x)
