"""A program's text, run, and compiled by numba where that is installed."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..engine.values import Shape
from .python import Pieces

_AT_LINE = re.compile(r'(?:File "<program>", line |at <program> \()(\d+)')


def executed(source: Pieces, function: str, known: dict[str, object]) -> dict[str, object]:
    """The namespace `known` after running a function's text, its helpers and constants."""
    exec(compile(_whole(source, function), "<program>", "exec"), known)
    return known


def _whole(source: Pieces, function: str) -> str:
    head = "import math\nimport numpy as np\n"
    constants = "".join(f"{name} = {text}\n" for name, text in source.constants.items())
    return "\n".join([head, constants, *source.helpers.values(), function])


def compiled_by_numba(source: Pieces, shapes: Sequence[Shape]) -> Callable[..., Any]:
    """The function of `source`, compiled for floats and arrays of these shapes."""
    try:
        import numba
    except ImportError:
        raise ImportError(
            "jit needs numba, which is not installed: pip install 'minigrad[fast]'"
        ) from None
    njit: Callable[..., Any] = numba.njit(error_model="numpy")
    function = _guarded(source, shapes)
    space = executed(source, function, {})
    for name in source.helpers:
        if callable(space[name]):
            space[name] = njit(space[name])
    step = njit(space[source.name])
    number = numba.float64
    given = [numba.types.Array(number, len(shape), "C") if shape else number for shape in shapes]
    try:
        step.compile(tuple(given))
    except numba.core.errors.NumbaError as error:
        line = _line_of(error, _whole(source, function), source.name)
        raise NotImplementedError(
            f"jit: numba does not compile the line {line}: "
            "call the program without .jit(), or leave that to the tape"
        ) from error
    return step  # type: ignore[no-any-return]


def _guarded(source: Pieces, shapes: Sequence[Shape]) -> str:
    """The function with a check of its arguments' shapes: loops would read beyond an array."""
    checks = [
        f"    if {name}.shape != {shape}:\n"
        f"        raise ValueError('{name} does not have the traced shape {shape}: trace "
        f"again')\n"
        for name, shape in zip(source.parameters, shapes, strict=True)
        if shape
    ]
    head = f"def {source.name}({', '.join(source.parameters)}):\n"
    return f"{head}{''.join(checks)}{source.body('    ')}"


def _line_of(error: Exception, text: str, name: str) -> str:
    """The equation at which numba stopped: the last line of the function that its error names."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"def {name}("))
    named = [int(number) - 1 for number in _AT_LINE.findall(str(error))]
    own = [lines[n].strip() for n in named if start < n < len(lines)]
    return own[-1] if own else f"a line of {name}"
