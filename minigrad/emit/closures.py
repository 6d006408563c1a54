"""What a closure records, as a program: its share of a gradient, or its slope, as steps.

A closure is recorded on the tape, once, and cleaned up like any other program. Formulas shown to a
reader, and the table of rules that a page runs, are both written out of these steps.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape
from ..engine.variable import Var, constant
from ..equations import equations_of
from .passes import cleaned
from .steps import LITERAL, Code, Step, code_of

Given = float | Shape
"""A number written into the program, or the shape of an input that it reads."""


def closure_code(
    op: str,
    operand: int,
    static: Mapping[str, object],
    inputs: Sequence[Given],
    upstream: Given,
    shape: Shape,
) -> Code:
    """The steps of the closure for input number `operand` of an op whose output has that `shape`.

    Its leaves, by age: upstream unless it is a number, the inputs but for numbers, the output.
    """
    what = op, operand, tuple(static.items()), tuple(inputs), upstream, shape
    try:
        return _recorded(*what)
    except TypeError:  # a slice or an array among the static arguments can't be a key
        return _recorded.__wrapped__(*what)


@lru_cache(maxsize=1000)
def _recorded(
    op: str,
    operand: int,
    static: tuple[tuple[str, object], ...],
    inputs: tuple[Given, ...],
    upstream: Given,
    shape: Shape,
) -> Code:
    back = OPS[op].bind(len(inputs), dict(static)).rules[operand]
    assert back is not None
    g, *xs, y = (_leaf(each) for each in (upstream, *inputs, shape))
    with np.errstate(all="ignore"):
        share = back(g, y, *xs)
    leaves = [x for x in (g, *xs, y) if isinstance(x, Var) and x.requires_grad]
    code = code_of(equations_of(share if isinstance(share, Var) else constant(share), *leaves))
    steps, outputs = cleaned(Code(code.steps, code.outputs[:1]))
    return Code([step if step.kind == LITERAL else _light(step) for step in steps], outputs)


def _leaf(given: object) -> Var:
    """A number, or any array of that shape; matrices have an inverse."""
    if not isinstance(given, tuple):
        return constant(given)
    is_square = len(given) > 1 and given[-1] == given[-2]
    return Var(np.full(given, 0.5) + (np.eye(given[-1]) if is_square else 0.0))


def _light(step: Step) -> Step:
    """With its shape alone, since the cache would keep large arrays alive."""
    return step._replace(value=np.broadcast_to(0.0, step.shape)) if step.shape else step
