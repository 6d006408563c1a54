"""The rows of `ops/` as a table in JavaScript: what a page needs to run any tape of scalars.

    sin: { run: (a) => Math.sin(a), back: [(g, y, a) => g * Math.cos(a)] }

`run` is the row's own text, `back` has for each input the closure as it records itself. Nothing is
written twice: an op that gets a row in Python has its entry here.
"""

import json
from collections.abc import Iterable, Mapping

from ..engine.op import OPS
from ..ops import __all__ as PUBLIC
from .closures import closure_code
from .javascript import called_by, layout_of
from .steps import Code, Step

_LETTERS = "abcdefgh"


def rule_key(op: str, static: Mapping[str, object]) -> str:
    """What the entry of an op with these static arguments is called: `sin`, `polygamma order=2`."""
    return " ".join([op, *(f"{name}={x!r}" for name, x in static.items())])


def rule_table(ops: Iterable[tuple[str, Mapping[str, object]]], name: str = "RULES") -> str:
    """A JavaScript constant of that name with an entry for each op of scalars; before it stand the
    functions that it calls and JavaScript lacks. ValueError where an op has no JavaScript."""
    entries = {rule_key(op, static): _entry(op, static) for op, static in ops}
    lines = "".join(f"  {json.dumps(key)}: {entry},\n" for key, entry in sorted(entries.items()))
    table = f"const {name} = {{\n{lines}}};\n"
    return "\n".join([*called_by(table), table])


def scalar_ops() -> list[tuple[str, Mapping[str, object]]]:
    """Each op that a typed formula may call, with its static arguments: none."""
    rows = (op for op in OPS.values() if op.elementwise and op.javascript and not op.defaults)
    return [(op.name, {}) for op in rows if op.name in PUBLIC]


def _entry(op: str, static: Mapping[str, object]) -> str:
    row = OPS[op]
    count = len(row.rules)
    names = [*_LETTERS[:count]]
    leaves = [Step("", (), {}, 0.5, "parameter", name) for name in names]
    forward = Code([*leaves, Step(op, (*range(count),), static, 0.5, "op")], (count,))
    back = [_back(op, static, k, names) if rule else "null" for k, rule in enumerate(row.rules)]
    return f"{{ run: {_function(names, forward, names)}, back: [{', '.join(back)}] }}"


def _back(op: str, static: Mapping[str, object], operand: int, names: list[str]) -> str:
    code = closure_code(op, operand, static, [()] * len(names), (), ())
    return _function(["g", "y", *names], code, ["g", *names, "y"])


def _function(parameters: list[str], code: Code, leaves: list[str]) -> str:
    """An arrow function of the code, whose leaves, in order, have these names."""
    given = iter(leaves)
    called = ["" if step.op or step.kind == "literal" else next(given) for step in code.steps]
    layout = layout_of(Code(code.steps, ()), called, [])
    lines = list(layout.lines)
    result = layout.texts[code.outputs[0]].text
    if lines and lines[-1].name == result:
        result = lines.pop().text
    head = f"({', '.join(parameters)}) =>"
    if not lines:
        return f"{head} {result}"
    body = " ".join(f"const {line.name} = {line.text};" for line in lines)
    return f"{head} {{ {body} return {result}; }}"
