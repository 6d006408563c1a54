"""What makes a program shorter.

A rule says what becomes of a step, by another step or an earlier one that computes the same number
to the last bit, with two exceptions explained in `algebra.py`: the sign of a zero, and the last
digits of subnormal numbers.
"""

import numpy as np

from ..engine.op import OPS
from .algebra import simplifying
from .steps import LITERAL, Code, Rule, Step, rewritten


def cleaned(code: Code) -> Code:
    """All rules in one walk, and without what is not needed then; until nothing changes."""
    before = None
    while before != (now := [step.inputs for step in code.steps]):
        code = live(rewritten(code, fold, spread_by_the_reader, simplifying(code), sharing()))
        before = now
    return code


# ----------------------------------------------------------------------------- constants folded


def fold(step: Step, steps: list[Step]) -> Step:
    """What is computed from literals alone becomes the literal that the tape found."""
    if step.op and step.op != "broadcast_to":
        for i in step.inputs:
            if not _is_constant(steps[i], steps):
                return step
        step = step._replace(op="", inputs=(), static={}, kind=LITERAL)
    return _one_number(step, steps) if step.kind == LITERAL and step.shape else step


def _one_number(step: Step, steps: list[Step]) -> Step:
    """An array that holds one number over and over as that number, repeated."""
    values = np.asarray(step.value)
    if not values.size or np.any(values != values.flat[0]):
        return step
    if np.count_nonzero(np.signbit(values)) not in (0, values.size):
        return step  # zeros of both signs
    number = float(values.flat[0])
    steps.append(Step("", (), {}, number, LITERAL))
    static = {"shape": step.shape}
    return step._replace(op="broadcast_to", inputs=(len(steps) - 1,), static=static, kind="op")


def _is_constant(step: Step, steps: list[Step]) -> bool:
    return step.kind == LITERAL or (
        step.op == "broadcast_to" and steps[step.inputs[0]].kind == LITERAL
    )


# --------------------------------------------------------- repeating left to who reads the result


def spread_by_the_reader(step: Step, steps: list[Step]) -> Step:
    """An elementwise op repeats a smaller operand by itself: no `broadcast_to` before it."""
    if type(step.value) is float or not step.op or not OPS[step.op].elementwise:
        return step
    inputs = list(step.inputs)
    for k, i in enumerate(inputs):
        if steps[i].op == "broadcast_to":
            tried = [*inputs[:k], steps[i].inputs[0], *inputs[k + 1 :]]
            if np.broadcast_shapes(*(steps[j].shape for j in tried)) == step.shape:
                inputs = tried
                step = step._replace(inputs=tuple(inputs))
    return step


# ----------------------------------------------------------------- common subexpressions, dead code


def sharing() -> Rule:
    """Two steps that compute the same become one."""
    known: dict[object, int] = {}

    def rule(step: Step, steps: list[Step]) -> Step | int:
        key = _key(step)
        if key is None:
            return step
        found = known.setdefault(key, len(steps))
        return step if found == len(steps) else found

    return rule


def _key(step: Step) -> object:
    """Equal for steps that compute the same; None for an input, which only equals itself."""
    if step.kind == LITERAL:
        return _frozen(step.value)
    if not step.op:
        return None
    inputs = sorted(step.inputs) if step.op in ("add", "multiply") else step.inputs
    static = [(name, _frozen(x)) for name, x in step.static.items()] if step.static else ()
    return step.op, step.is_filled, *inputs, *static


def _frozen(x: object) -> object:
    """`x` as something to look up, 0.0 and -0.0 apart, 1 and 1.0 and True apart."""
    if isinstance(x, np.ndarray):
        return x.shape, x.dtype.str, x.tobytes()
    if isinstance(x, tuple):
        return tuple(map(_frozen, x))
    return repr(x)


def live(code: Code) -> Code:
    """Without the steps that no result needs; inputs stay."""
    needed = [False] * len(code.steps)
    for i in code.outputs:
        needed[i] = True
    for i in reversed(range(len(code.steps))):
        step = code.steps[i]
        needed[i] = needed[i] or not (step.op or step.kind == LITERAL)
        if needed[i]:
            for j in step.inputs:
                needed[j] = True
    if all(needed):
        return code
    moved: dict[int, int] = {}
    steps: list[Step] = []
    for i, step in enumerate(code.steps):
        if needed[i]:
            moved[i] = len(steps)
            inputs = tuple([moved[j] for j in step.inputs])
            steps.append(step if inputs == step.inputs else step.reading(inputs))
    return Code(steps, tuple(moved[i] for i in code.outputs))
