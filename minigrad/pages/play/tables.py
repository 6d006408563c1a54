"""What the page knows of ops, of formulas and of pictures, as data: all of it out of the places
where Python has it, so that a typed program looks the same in the page and in Python.
"""

import inspect
from collections.abc import Callable

from ...distributions.laws import LAWS
from ...distributions.randomness import noise_leaf
from ...emit.closures import closure_code
from ...emit.rule_table import Use, rule_key, scalar_ops
from ...emit.steps import LITERAL, Code
from ...engine.op import OPS
from ...engine.variable import Var, constant
from ...equations import equations_of
from ...formulas import calls, expressions, grammar, tokens
from ...ops import stop_gradient, where
from ...pictures import labels
from ...reports.wording import why_none
from ..layout import dot_pieces
from ..lesson.ledger import NOWHERE
from .families import families, no_closed_form, uses


def tables() -> dict[str, object]:
    """All of it: `ops`, `formulas`, `grammar`, `functions`, `families`, `dot`, `stops`."""
    return {
        "ops": {rule_key(use): _op(use) for use in _known()},
        "formulas": {
            "binds": labels._BINDS,
            "signs": labels._SIGNS,
            "around": labels._AROUND,
            "longest": labels.LONGEST,
            "words": labels._WORDS,
            "known": {repr(x): words for x, words in labels.KNOWN.items()},
        },
        "families": families(),
        "noClosedForm": no_closed_form(),
        "grammar": _grammar(),
        "functions": _functions(),
        "dot": dot_pieces(),
        "stops": stops(),
    }


def rules() -> list[Use]:
    """Each op that the page runs: what a formula may call, what distributions record, and what a
    slope is written with."""
    found = {rule_key(use): use for use in _known()}
    for use in _known():
        for operand, rule in enumerate(OPS[use.op].rules):
            steps = _slope_code(use, operand).steps if rule else []
            more = (Use(step.op, step.static) for step in steps if step.op)
            found |= {rule_key(each): each for each in more if _is_differentiable(each)}
    return [*found.values()]


def _is_differentiable(use: Use) -> bool:
    """The slope of a quantile has no derivative; no node of a program is one."""
    try:
        return all(_slope_code(use, k) for k, rule in enumerate(OPS[use.op].rules) if rule)
    except NotImplementedError:
        return False


def _known() -> list[Use]:
    """Each op that a node of the page may have."""
    found = {rule_key(use): use for use in [*scalar_ops(), *uses()]}
    return [*found.values()]


def _grammar() -> dict[str, object]:
    return {
        "words": tokens.WORDS,
        "longest": tokens.LONGEST,
        "deepest": tokens.DEEPEST,
        "longestName": tokens.LONGEST_NAME,
        "shown": tokens.SHOWN,
        "ops": grammar.OPERATORS,
        "same": tokens.SAME_SIGN,
        "reserved": sorted(grammar.RESERVED),
    }


def _functions() -> dict[str, object]:
    asked = {name: _inputs_of(call) for name, call in calls.QUERIES.items()}
    return {
        "constants": expressions.CONSTANTS,
        "drawn": expressions.DRAWN,
        "laws": [*LAWS],
        "same": calls.SAME_FUNCTION,
        "meant": calls.MEANT,
        "asked": asked,
        "squares": _records_squares(),
        "known": [*calls.functions(), *asked, *calls.families()],
    }


def _records_squares() -> bool:
    """Whether `x**2` in a formula is a square on the tape, as it is in Python."""
    output = expressions.Expression("x**2").compute({"x": Var(0.5)})
    return output.op == "square"


def _inputs_of(call: Callable[..., object]) -> dict[str, object]:
    parameters = inspect.signature(call).parameters.values()
    least = sum(each.default is each.empty for each in parameters)
    return {"wanted": [each.name for each in parameters], "least": least}


def stops() -> dict[str, str]:
    """Why an input gets no share of a gradient, by what it is, in `explain`'s words."""

    def why(make: Callable[[Var], Var], operand: int) -> str:
        equations = equations_of(make(Var(0.5)))
        row = equations[equations.outputs[0]]
        return why_none(equations, row, equations.inputs_of(row)[operand])

    return {
        "nowhere": NOWHERE,
        "noise": why(lambda x: x * noise_leaf(0.5, "eps", ""), 1),
        "constant": why(lambda x: x * constant(0.5, "c"), 1),
        "stop": why(lambda x: x * stop_gradient(x), 1),
        "comparison": why(lambda x: x * (x > 0.0), 1),
        "behind": why(lambda x: x * (constant(2.0, "c") * 3.0), 1),
        "condition": why(lambda x: where(x, x, 0.0), 0),
        "op": why(lambda x: stop_gradient(x * 1.0), 0),
    }


def _op(use: Use) -> dict[str, object]:
    row = OPS[use.op]
    slopes = [_slope(use, k) if rule else None for k, rule in enumerate(row.rules)]
    wanted = row.forward.__code__.co_varnames[: len(row.rules)]
    looks: dict[str, object] = {"infix": row.infix, "symbol": row.symbol, "kind": row.kind}
    if use.static:  # those that a formula shows
        shown = {x: v for x, v in use.static.items() if row.defaults.get(x, ...) != v}
        looks["statics"] = [f"{x}={v!r}" for x, v in shown.items()]
    return {**looks, "wanted": wanted, "slopes": slopes}


def _slope_code(use: Use, operand: int) -> Code:
    count = len(OPS[use.op].rules)
    return closure_code(use.op, operand, use.static, [()] * count, 1.0, ())


def _slope(use: Use, operand: int) -> list[object]:
    """The local derivative as steps: "a", "b", … for the inputs, "y" for the output, a number, or
    an op and the positions of its inputs; last the position of the result."""
    code = _slope_code(use, operand)
    leaves = iter([*"abcdefgh"[: len(OPS[use.op].rules)], "y"])
    steps: list[object] = []
    for step in code.steps:
        if step.op:
            steps.append([rule_key(Use(step.op, step.static)), *step.inputs])
        else:
            steps.append(step.value if step.kind == LITERAL else next(leaves))
    return [*steps, code.outputs[0]]
