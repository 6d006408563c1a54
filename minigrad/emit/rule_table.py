"""The rows of `ops/` as a table in JavaScript: what a page needs to run any tape.

    sin: { run: (a) => Math.sin(a), back: [(g, y, a) => g * Math.cos(a)] }

`run` is the row's own text, `back` has for each input the closure as it records itself. Nothing is
written twice: an op that gets a row in Python has its entry here. An elementwise entry is of
numbers, and serves arrays as well. Any other op of arrays has an entry for each shape that it
meets, since its closures depend on it; that one is `whole`: it takes the arrays themselves.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape, Value
from ..ops import __all__ as PUBLIC
from .closures import closure_code
from .javascript import array_functions, called_by
from .javascript_arrays import array_text, static_text
from .steps import Code, Step

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NEEDED = "each(fitted(array()))"  # what a page of arrays itself calls
_LONGEST_KEY = 60


class Use(NamedTuple):
    """An op as a tape uses it; `shapes` are those of its inputs, () for numbers alone."""

    op: str
    static: Mapping[str, object]
    shapes: tuple[Shape, ...] = ()
    shape: Shape = ()

    @property
    def is_whole(self) -> bool:
        """Whether it needs an entry for these shapes."""
        row = OPS[self.op]
        return not row.elementwise and any((*self.shapes, self.shape, not row.javascript))

    @property
    def why_not(self) -> str:
        """Why a page can't run it; "" where it can."""
        row = OPS[self.op]
        known = row.name in array_functions() if self.is_whole else row.javascript
        return "" if known else f"{self.op} has no JavaScript"


def rule_key(use: Use) -> str:
    """What the entry of an op is called: `sin`, `polygamma order=2`, `matmul (2, 3) (3,)`."""
    if not use.is_whole:
        return " ".join([use.op, *(f"{name}={x!r}" for name, x in use.static.items())])
    static = static_text(use.static, [*use.shapes])
    words = [use.op, *(f"{name}={x}" for name, x in static.items()), *map(str, use.shapes)]
    key = " ".join(words)
    return key if len(key) <= _LONGEST_KEY else f"{use.op} {zlib.crc32(key.encode()):08x}"


def rule_table(uses: Iterable[Use], name: str = "RULES", arrays: bool = False) -> str:
    """A JavaScript constant of that name with an entry for each op; before it stand the functions
    that it calls and JavaScript lacks, with `arrays` also what a page of arrays calls.

    ValueError where an op has no JavaScript.
    """
    by_key = {rule_key(use): use for use in uses}
    lines = "".join(f"  {json.dumps(key)}: {_entry(by_key[key])},\n" for key in sorted(by_key))
    table = f"const {name} = {{\n{lines}}};\n"
    return "\n".join([*called_by(table + _NEEDED * arrays), table])


def scalar_ops() -> list[Use]:
    """Each op that a typed formula may call, with its static arguments: none."""
    rows = (op for op in OPS.values() if op.elementwise and op.javascript and not op.defaults)
    return [Use(op.name, {}) for op in rows if op.name in PUBLIC]


def _entry(use: Use) -> str:
    return _made(use) if use.is_whole or use.static else _entry_of_numbers(use.op)


@cache
def _entry_of_numbers(op: str) -> str:
    return _made(Use(op, {}))


def _made(use: Use) -> str:
    row = OPS[use.op]
    shapes = use.shapes if use.is_whole else ((),) * len(row.rules)
    shape = use.shape if use.is_whole else ()
    names = [*_LETTERS[: len(shapes)]] if len(shapes) < 6 else [f"x{i}" for i in range(len(shapes))]
    run = _function(names, _forward(use, names, shapes, shape), names)
    rules = row.rules * len(shapes) if row.variadic else row.rules
    back = []
    for k, rule in enumerate(rules):
        code = rule and closure_code(use.op, k, use.static, shapes, shape, shape)
        back.append(_function(["g", "y", *names], code, ["g", *names, "y"]) if code else "null")
    whole = "whole: true, " * use.is_whole
    return f"{{ {whole}run: {run}, back: [{', '.join(back)}] }}"


def _forward(use: Use, names: list[str], shapes: tuple[Shape, ...], shape: Shape) -> Code:
    leaves = [
        Step("", (), {}, _any_of(one), "parameter", name)
        for name, one in zip(names, shapes, strict=True)
    ]
    count = len(names)
    return Code(
        [*leaves, Step(use.op, (*range(count),), use.static, _any_of(shape), "op")], (count,)
    )


def _any_of(shape: Shape) -> Value:
    return np.broadcast_to(0.5, shape) if shape else 0.5


def _function(parameters: list[str], code: Code, leaves: list[str]) -> str:
    """An arrow function of the code, whose leaves, in order, have these names."""
    given = iter(leaves)
    called = ["" if step.op or step.kind == "literal" else next(given) for step in code.steps]
    lines, result = array_text(code, called, _of_numbers)
    if lines and lines[-1].startswith(f"const {result} = "):
        result = lines.pop().removeprefix(f"const {result} = ").removesuffix(";")
    head = f"({', '.join(parameters)}) =>"
    return f"{head} {{ {' '.join(lines)} return {result}; }}" if lines else f"{head} {result}"


def _of_numbers(op: str, static: Mapping[str, object]) -> str:
    """The row of an elementwise op as a function of numbers: `(a, b) => a * b`."""
    names = [*_LETTERS[: len(OPS[op].rules)]]
    use = Use(op, static)
    return _function(names, _forward(use, names, ((),) * len(names), ()), names)
