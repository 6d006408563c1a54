"""A tape of scalars as a JavaScript function that computes every value and every share of a
gradient anew: the program that the page runs.
"""

from typing import Any

from ...emit.javascript import called_by, layout_of
from ...emit.steps import LITERAL, Code, code_of
from ...engine.op import OPS
from ...engine.variable import Var, constant
from ...equations import Equations, equations_of
from ...shares import shares_of


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
