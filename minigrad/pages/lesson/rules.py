"""A closure as a formula. It is recorded on the tape, once, cleaned up like a program, and
written with the names of what it reads. Only where that would read like code does the op's row say
in words what its closure makes of arrays.
"""

from collections.abc import Sequence

from ...emit.closures import Given, closure_code
from ...emit.steps import LITERAL, Code, Step
from ...engine.op import OPS, Words
from ...engine.values import Shape
from ...equations import Equation, Equations
from ...equations.shares import Share
from ...pictures.labels import Formula, closed, dimensions, formula_of, known, literal

_LONGEST = 160  # letters; a rule that would take more is shown by the name of its op


def slope_of(
    equations: Equations, row: Equation, operand: int, names: Sequence[Formula]
) -> Formula:
    """The local derivative of a scalar equation as a formula of `names`: `cos(z)`, `ε`."""
    inputs = equations.inputs_of(row)
    return _formula(_recorded(row, operand, inputs, 1.0), row, inputs, names, [])


def share_of(
    equations: Equations, share: Share, names: Sequence[Formula], upstream: str
) -> Formula:
    """All that a closure makes of the gradient called `upstream`, of arrays: `xᵀ @ ∂L/∂y`."""
    row = equations[share.source]
    inputs = equations.inputs_of(row)
    if shown := OPS[row.op].shown:
        formula = _in_words(shown[share.operand], row, inputs, names, upstream)
    else:
        program = _recorded(row, share.operand, inputs, row.shape)
        formula = _formula(program, row, inputs, names, [Formula(upstream, 4)])
    return _fitted(formula, share.handed, inputs[share.operand].shape)


def _in_words(
    shown: Words, row: Equation, inputs: list[Equation], names: Sequence[Formula], upstream: str
) -> Formula:
    """What the op's row says."""
    text = shown if isinstance(shown, str) else shown(tuple(x.shape for x in inputs), **row.static)
    parts = [closed(names[x.position], 5) for x in inputs]
    return Formula(text.format(*parts, g=upstream, y=closed(names[row.position], 5)), 0)


def _fitted(formula: Formula, have: Shape, shape: Shape) -> Formula:
    """Broadcasting's adjoint, as `sweep.fit` applies it to what a closure handed over."""
    text, extra = formula.text, len(have) - len(shape)
    axes = [i for i, n in enumerate(have) if i < extra or shape[i - extra] == 1 != n]
    if axes:
        over = f" over axis {' and '.join(map(str, axes))}" if len(axes) < len(have) else ""
        return Formula(f"{text}, summed{over}", 0)
    return formula if have == shape else Formula(f"{text}, repeated to {dimensions(shape)}", 0)


def _recorded(row: Equation, operand: int, inputs: list[Equation], upstream: float | Shape) -> Code:
    """What the closure makes of an upstream gradient of that value, or of any of that shape."""
    given: list[Given] = [
        x.value if isinstance(x.value, float) and x.is_literal else x.shape for x in inputs
    ]
    return closure_code(row.op, operand, row.static, given, upstream, row.shape)


def _formula(
    program: Code,
    row: Equation,
    inputs: list[Equation],
    names: Sequence[Formula],
    upstream: list[Formula],
) -> Formula:
    """The program with the names of what it reads."""
    read = [x for x in inputs if not x.is_literal]
    leaves = iter([*upstream, *(names[x.position] for x in (*read, row))])
    parts: list[Formula] = []
    for step in program.steps:
        if step.op:
            parts.append(formula_of(step, [parts[i] for i in step.inputs]))
        else:
            parts.append(_literal_of(step) if step.kind == LITERAL else next(leaves))
        if len(parts[-1].text) > _LONGEST:
            arguments = ", ".join(formula.text for formula in [*upstream, names[row.position]])
            return Formula(f"(rule of {row.op})({arguments})", 5)
    return parts[program.outputs[0]]


def _literal_of(step: Step) -> Formula:
    if step.shape:
        return Formula(f"[{dimensions(step.shape)} numbers]", 5)
    return known(step.value) or literal(f"{step.value:.4g}")
