"""A program of scalars written in JavaScript."""

import math
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from ..engine.op import OPS
from .layout import Layout, laid_out
from .names import free_name, names_of, result_names
from .steps import LITERAL, Code, Step
from .templates import ATOM, SIGNED, Language, Text

TRUTH = re.compile(r"(.*) \? 1 : 0")
OF_NUMBERS = (
    "ops/functions.js",
    "distributions/integrals.js",
    "distributions/quantiles.js",
)
OF_ARRAYS = "ops/broadcasting.js", "ops/arrays.js", "ops/matrices.js"
_CALLED = re.compile(r"(?<![\w.])(\w+(?=\()|[A-Z]+\b)")  # functions, where called; constants
_LANGUAGE_INDENT = 2


def javascript_source(name: str, code: Code) -> str:
    """A function of that name that returns the value and the gradients, `[value, [d_x, …]]`.

    It is preceded by the functions that it calls and JavaScript lacks.
    """
    name = free_name(name, _functions())
    names = names_of(code, {*_functions(), name})
    layout = layout_of(code, names, result_names(code))
    parameters = [names[i] for i, s in enumerate(code.steps) if not s.op and s.kind != LITERAL]
    lines, scope = [], None
    scopes = {line.scope for line in layout.lines}
    for variable, text, now, _ in layout.lines:
        if now != scope and scopes != {""}:
            lines.append(f"// {now or 'forward'}")
        scope = now
        lines.append(f"const {variable} = {text};")
    value, *gradients = layout.results
    lines.append(f"return [{value}, [{', '.join(gradients)}]];")
    body = "".join(f"  {line}\n" for line in lines)
    function = f"function {name}({', '.join(parameters)}) {{\n{body}}}\n"
    return "\n".join([*called_by(function), function])


def layout_of(code: Code, names: list[str], results: list[str]) -> Layout:
    """The lines of `code` in JavaScript; ValueError where it has arrays or an op without."""
    for step in code.steps:
        if step.shape:
            raise ValueError(
                "JavaScript listings are for scalars only, but "
                f"{step.name or step.op or 'an input'} "
                f'has shape {step.shape}: use listing("python")'
            )
        if step.op and not OPS[step.op].javascript:
            raise ValueError(f'{step.op} has no JavaScript: use listing("python")')

    def template(i: int) -> str:
        return OPS[code.steps[i].op].javascript

    language = Language(template, javascript_number, _static, TRUTH, "{} !== 0", _LANGUAGE_INDENT)
    return laid_out(code, language, names, results)


def javascript_number(value: float) -> Text:
    text = repr(value).removesuffix(".0")
    if not math.isfinite(value):
        text = "NaN" if value != value else f"{'-' * (value < 0)}Infinity"
    return Text(text, SIGNED if text.startswith("-") else ATOM)


def _static(step: Step) -> dict[str, str]:
    return {key: repr(value) for key, value in step.static.items()}


@cache
def _functions(*names: str) -> dict[str, str]:
    """The functions and constants of these files by name, each with its comment."""
    found = {}
    for name in names or OF_NUMBERS:
        text = files("minigrad").joinpath(*name.split("/")).read_text(encoding="utf-8")
        _, *parts = text.strip().split("\n\n")
        for part in parts:
            if match := re.search(r"^(?:function|const) (\w+)", part, re.MULTILINE):
                found[match[1]] = f"{part}\n"
    return found


def array_functions() -> Collection[str]:
    """The names of the functions of arrays; an op of arrays is called by its own."""
    return _functions(*OF_ARRAYS)


def called_by(text: str) -> list[str]:
    """Those of the functions that `text` calls, and what they call in turn, in the files' order."""
    known = _functions(*OF_NUMBERS, *OF_ARRAYS)
    needed: set[str] = set()
    todo = [text]
    for part in todo:  # the list grows as we go
        for name in {*_CALLED.findall(part)} & {*known} - needed:
            needed.add(name)
            todo.append(known[name])
    return [known[name] for name in known if name in needed]
