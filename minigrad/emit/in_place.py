"""Which steps of a program write over an operand: `v1 += b` where v1 is not read again.

A large array takes longer to be given memory, far from the processor, than to be computed. Small
ones keep a formula in one line.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..engine.op import OPS
from ..engine.values import size_of
from .steps import Code, Step

LARGE = 1_000  # numbers from which on an array is written over


class Over(NamedTuple):
    """The operand that a step's result takes the place of, and how that is written.

    `call` is a template such as `np.multiply({0}, {1}, out={0})`. Where it may be `v *= w` as well,
    `sign` is the *, else "", and `rest` says which operand is w.
    """

    operand: int
    call: str
    sign: str = ""
    rest: int = 0


def in_place(code: Code, templates: Sequence[str]) -> dict[int, Over]:
    """The steps that may write over an operand, by position.

    That is new memory of the result's shape and layout, and neither it nor a view of it is read
    again or returned: so no input, constant or result is ever written to.
    """
    steps = code.steps
    memory = _memory(steps)
    last: dict[int, int] = {}  # where an array is read last, itself or in a view
    for i, step in enumerate(steps):
        last.update((root, i) for j in step.inputs for root in memory[j])
    last.update((root, len(steps)) for i in code.outputs for root in memory[i])
    found = {}
    for i, step in enumerate(steps):
        if not memory[i] == {i}:
            continue
        for k, j in enumerate(step.inputs):
            if j in memory[j] and last[j] == i and steps[j].shape == step.shape:
                if over := _over(templates[i], k):
                    found[i] = over
                    break
    return found


def _memory(steps: Sequence[Step]) -> list[set[int]]:
    """The large new arrays that a step's memory may be part of, its own among them."""
    memory: list[set[int]] = []
    for i, step in enumerate(steps):
        if not step.op or not step.shape:
            memory.append(set())
        elif _is_new(step):
            memory.append({i} if _is_large(step) else set())
        else:
            memory.append(set().union(*(memory[j] for j in step.inputs)))
    return memory


def _is_new(step: Step) -> bool:
    """Whether its result shares no memory: others may give a view; a user's, what it is given."""
    row = OPS[step.op]
    ours = row.kind == "op" and row.forward.__module__.startswith("minigrad.")
    return ours and (row.elementwise or row.name == "matmul")


def _is_large(step: Step) -> bool:
    return size_of(step.shape) >= LARGE and step.value.flags.c_contiguous  # type: ignore


_INFIX = re.compile(r"\{0\} ([-+*/]) \{([01])\}")
_CALL = re.compile(r"np\.(\w+)\(.*\)")
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def _over(template: str, operand: int) -> Over | None:
    """How a step of that template is written over an operand; None where NumPy has no way."""
    call, sign, rest = template, "", 0
    if infix := _INFIX.fullmatch(template):
        sign, second = infix[1], int(infix[2])
        call = f"np.{_NAMES[sign]}({{0}}, {{{second}}})"
        rest = second if operand == 0 else 0
        sign = sign if operand == 0 or sign in "+*" else ""
    elif template == "-{0}":
        call = "np.negative({0})"
    match = _CALL.fullmatch(call)
    if match and isinstance(getattr(np, match[1], None), np.ufunc):
        return Over(operand, f"{call[:-1]}, out={{{operand}}})", sign, rest)
    return None
