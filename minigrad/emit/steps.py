"""Equations as the steps of a program, and the walk by which rules change them."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np

from ..engine.values import Shape, Value, shape_of
from ..equations import Equations

LITERAL = "literal"


class Step(NamedTuple):
    """An input of the program, a literal, or `op` of earlier steps; `value` is what tracing saw."""

    op: str
    inputs: tuple[int, ...]
    static: Mapping[str, object]
    value: Value
    kind: str
    name: str = ""
    scope: str = ""

    @property
    def shape(self) -> Shape:
        return shape_of(self.value)

    def reading(self, inputs: tuple[int, ...]) -> "Step":
        """The same step with other inputs, like `_replace` in half of its time."""
        op, _, static, value, kind, name, scope = self
        return Step(op, inputs, static, value, kind, name, scope)

    @property
    def is_filled(self) -> bool:
        """Whether it repeats a number in memory of its own, as a constant array did on the tape.

        BLAS adds up such an array in another order than one whose numbers are all in one place.
        """
        return self.op == "broadcast_to" and self.value.flags.c_contiguous  # type: ignore

    def __reduce__(self) -> tuple[Callable[..., "Step"], tuple[object, ...]]:
        """Pickled and deep-copied arrays hold every repeat: `is_filled` would change."""
        value = self.value
        if self.op != "broadcast_to" or not isinstance(value, np.ndarray) or self.is_filled:
            return Step, tuple(self)
        once = value[tuple([slice(1) if step == 0 else slice(None) for step in value.strides])]
        return _repeated, (self._replace(value=once.copy()), value.shape)

    def is_number(self, number: float) -> bool:
        """Whether it is this very number: 0.0 is not -0.0."""
        return (
            self.kind == LITERAL
            and isinstance(self.value, float)
            and self.value == number
            and math.copysign(1.0, self.value) == math.copysign(1.0, number)
        )


def _repeated(step: Step, shape: Shape) -> Step:
    """The step with its numbers repeated to that shape, without memory of their own."""
    return step._replace(value=np.broadcast_to(step.value, shape))


class Code(NamedTuple):
    """Steps, each after its inputs, and the positions of the results."""

    steps: list[Step]
    outputs: tuple[int, ...]


Rule = Callable[[Step, list[Step]], Step | int]
"""What becomes of a step: another one, or the position of an earlier step that equals it."""


def code_of(
    equations: Equations, arguments: Collection[int] = (), backward: int | None = None
) -> Code:
    """The equations as steps; constants become literals, unless they are `arguments`.

    Steps made by the backward pass are put into a scope "backward".
    """
    steps = [
        Step(
            row.op,
            row.inputs,
            row.static,
            row.value,
            LITERAL if row.kind == "constant" and row.position not in arguments else row.kind,
            row.name,
            "backward" if backward is not None and row.order >= backward else _line(row.scope),
        )
        for row in equations
    ]
    return Code(steps, equations.outputs)


def rewritten(code: Code, *rules: Rule) -> Code:
    """The walk of all rules: what one of them makes of a step is given to the next."""
    steps: list[Step] = []
    moved: list[int] = []
    shifted = False  # whether any step so far has another position than before
    for step in code.steps:
        if shifted:
            inputs = tuple([moved[i] for i in step.inputs])
            if inputs != step.inputs:  # a copy costs more than the rest of the walk
                step = step.reading(inputs)
        for rule in rules:
            result = rule(step, steps)
            if result is step:  # most often
                continue
            if isinstance(result, int):
                steps[result] = _for_both(steps[result], step)
                moved.append(result)
                shifted = True
                break
            step = result
        else:
            shifted = shifted or len(steps) != len(moved)  # where a rule put a literal before it
            moved.append(len(steps))
            steps.append(step)
    return Code(steps, tuple(moved[i] for i in code.outputs))


def _for_both(kept: Step, step: Step) -> Step:
    """`kept`, which takes the place of `step`, and its name if it has none."""
    if step.name and not kept.name and kept.kind != LITERAL and kept.scope == step.scope:
        return kept._replace(name=step.name)
    return kept


def _line(scope: str) -> str:
    """A comment is one line."""
    return "".join(c if c.isprintable() else " " for c in scope) if scope else ""
