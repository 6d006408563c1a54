"""Floor 4: a closure as a formula. It is recorded on the tape, once, cleaned up like a program, and
written with the names of what it reads: no op has a second rule for the reader's eyes.
"""

from collections.abc import Sequence
from functools import lru_cache

from ..emit.passes import cleaned
from ..emit.steps import LITERAL, Code, Step, code_of
from ..equations import Equation, Equations, equations_of
from ..registry import OPS, Closure
from ..sweep import fit
from ..variable import Var, constant
from .labels import Formula, formula_of, literal

_LONGEST = 160  # letters; a rule that would take more is told by the name of its op


def slope_of(
    equations: Equations, row: Equation, operand: int, names: Sequence[Formula]
) -> Formula:
    """The local derivative of a scalar equation as a formula of `names`: `cos(z)`, `ε`."""
    inputs = equations.inputs_of(row)
    numbers = tuple(x.value if x.is_literal else None for x in inputs)
    program = _slope(row.op, operand, tuple(row.static.items()), numbers)
    return _formula(program, row, inputs, names, [])


def share_of(
    equations: Equations, row: Equation, operand: int, names: Sequence[Formula], upstream: str
) -> Formula:
    """All that a closure makes of the gradient called `upstream`, of arrays: `xᵀ @ ∂L/∂y`."""
    inputs, back = equations.inputs_of(row), row.closures[operand]
    assert back is not None
    gradient = Var(row.value)  # any of that shape does
    xs = [constant(x.value) if x.is_literal else Var(x.value) for x in inputs]
    program = _program(back, gradient, Var(row.value), xs, operand)
    return _formula(program, row, inputs, names, [Formula(upstream, 5)])


@lru_cache(maxsize=1000)
def _slope(
    op: str, operand: int, static: tuple[tuple[str, object], ...], numbers: tuple[object, ...]
) -> Code:
    """The closure for an upstream gradient of 1: it differs by the op and the numbers in it."""
    back = OPS[op].bind(len(numbers), dict(static)).rules[operand]
    assert back is not None
    xs = [Var(0.5) if number is None else constant(number) for number in numbers]
    return _program(back, 1.0, Var(0.5), xs, operand)


def _program(
    back: Closure, upstream: Var | float, y: Var, xs: Sequence[Var], operand: int
) -> Code:
    """What the closure records. Its leaves, by age: upstream, the inputs but for numbers, y."""
    share = fit(back(upstream, y, *xs), xs[operand].shape)
    leaves = [x for x in (upstream, *xs, y) if isinstance(x, Var) and x.requires_grad]
    code = code_of(equations_of(share if isinstance(share, Var) else constant(share), *leaves))
    return cleaned(Code(code.steps, code.outputs[:1]))


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
    told: list[Formula] = []
    for step in program.steps:
        if step.op:
            told.append(formula_of(step, [told[i] for i in step.inputs]))
        else:
            told.append(_number(step) if step.kind == LITERAL else next(leaves))
        if len(told[-1].text) > _LONGEST:
            arguments = ", ".join(formula.text for formula in [*upstream, names[row.position]])
            return Formula(f"(rule of {row.op})({arguments})", 5)
    return told[program.outputs[0]]


def _number(step: Step) -> Formula:
    shape = "×".join(map(str, step.shape))
    return Formula(f"[{shape} numbers]", 5) if shape else literal(f"{step.value:.4g}")
