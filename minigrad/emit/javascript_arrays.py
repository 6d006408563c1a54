"""Steps of arrays written in JavaScript: calls of the functions in `ops/arrays.js`, and `each`,
which takes the text of an elementwise row over the cells.

    (g, y, a, b) => matmul(g, transpose(b, [1, 0]))
"""

from collections.abc import Callable, Mapping

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape, Value
from .javascript import TRUTH, array_functions, javascript_number
from .layout import laid_out
from .steps import LITERAL, Code, Step
from .templates import Language

Written = Callable[[str, Mapping[str, object]], str]
"""An elementwise op, with its static arguments, as a function of numbers."""


def array_text(code: Code, names: list[str], of_numbers: Written) -> tuple[list[str], str]:
    """The lines before the result of `code`, and the result, of numbers and arrays; `names` are
    those of its leaves.

    ValueError where an op has no JavaScript.
    """
    called = [
        _literal(step.value) if step.kind == LITERAL and step.shape else name
        for step, name in zip(code.steps, names, strict=True)
    ]

    def template(i: int) -> str:
        step = code.steps[i]
        row = OPS[step.op]
        is_of_arrays = step.shape or any(code.steps[i].shape for i in step.inputs)
        if row.javascript and not is_of_arrays:
            return row.javascript
        if row.javascript and row.elementwise:
            return f"each({of_numbers(step.op, step.static)}, {{all}})"
        if step.op not in array_functions():
            raise ValueError(f'{step.op} has no JavaScript: use listing("python")')
        static = "".join(f", {{{name}}}" for name in step.static)
        return f"{step.op}({'[{all}]' if row.variadic else '{all}'}{static})"

    def static(step: Step) -> dict[str, str]:
        return static_text(step.static, [code.steps[i].shape for i in step.inputs])

    language = Language(template, javascript_number, static, TRUTH, "{} !== 0", 2)
    layout = laid_out(Code(code.steps, ()), language, called, [])
    lines = [f"const {line.name} = {line.text};" for line in layout.lines]
    return lines, layout.texts[code.outputs[0]].text


def static_text(static: Mapping[str, object], shapes: list[Shape]) -> dict[str, str]:
    """The static arguments in JavaScript, of an op whose inputs have these shapes."""
    said = {name: _text(x) for name, x in static.items() if name != "key"}
    if "key" in static:
        of = static.get("shape", shapes[0])
        assert isinstance(of, tuple)
        said["key"] = _key(static["key"], of)
    return said


def _text(x: object) -> str:
    if isinstance(x, tuple | list):
        return f"[{', '.join(map(_text, x))}]"
    if isinstance(x, np.generic):
        x = x.item()
    if isinstance(x, bool) or x is None:
        return {True: "true", False: "false", None: "null"}[x]
    return javascript_number(x).text if isinstance(x, float) else repr(x).replace("'", '"')


def _key(key: object, shape: Shape) -> str:
    """What `x[key]` picks of an x of that shape: NumPy itself says where the numbers stand."""
    numbered = np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)
    picked = np.asarray(numbered[key])  # type: ignore[call-overload]
    head = f"{{ shape: {_text(picked.shape)}"
    if np.shares_memory(picked, numbered) or not picked.ndim:
        strides = [stride // numbered.itemsize for stride in picked.strides]
        return f"{head}, strides: {_text(strides)}, at: {picked.flat[0] if picked.size else 0} }}"
    return f"{head}, places: {_text(picked.ravel().tolist())} }}"


def _literal(value: Value) -> str:
    array = np.asarray(value)
    return f"array({_text(array.shape)}, {_text(array.ravel().tolist())})"
