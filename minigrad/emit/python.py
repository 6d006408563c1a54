"""A program written in Python, with `math` for floats and NumPy for arrays."""

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..engine.op import OPS
from ..engine.values import Array, size_of
from . import numba_loops, rescue
from .copies import NAME, copied_text, helpers_of, renamed_of
from .in_place import in_place
from .layout import Assignment, Layout, laid_out
from .names import free_name, names_of, result_names
from .numba_text import for_numba
from .steps import LITERAL, Code, Step
from .templates import ATOM, SIGNED, Language, Text

LARGEST_CONSTANT = 10_000  # numbers written out in a source
LARGEST_TOTAL = 50_000  # of all constants together: some megabyte
LONGEST_COMMENT = 100

Style = Literal["plain", "rescued", "numba"]


class Pieces(NamedTuple):
    """A function in pieces: what precedes it, its lines, what it returns and calls."""

    name: str
    parameters: list[str]
    constants: dict[str, str]
    lines: list[Assignment]
    results: list[str]
    helpers: dict[str, str]
    value_alone: bool

    def body(self, indent: str) -> str:
        """The lines, a comment where a scope begins, and the return."""
        text, scope = [], None
        scopes = {line.scope for line in self.lines}
        for name, expression, now, sign in self.lines:
            if now != scope and scopes != {""}:
                text.append(f"# {now or 'forward'}")
            scope = now
            text.append(f"{name} {sign}= {expression}")
        text.append(f"return {self.returned()}")
        return "".join(f"{indent}{line}\n" for line in text)

    def returned(self) -> str:
        """The value, and the gradients as a tuple."""
        value, *gradients = self.results
        both = f"{value}, ({', '.join(gradients)}{',' if len(gradients) == 1 else ''})"
        return value if self.value_alone else both

    def function(self, doc: str, raises: Sequence[str] = ()) -> str:
        """The straight-line function: a definition of its own."""
        head = f"def {self.name}({', '.join(self.parameters)}):\n"
        return f'{head}    """{doc}"""\n{_warning(raises)}{self.body("    ")}'

    def listing(self, doc: str, raises: Sequence[str] = ()) -> str:
        """The whole text, valid on its own."""
        constants = "".join(f"{name} = {text}\n" for name, text in self.constants.items())
        parts = [constants] if constants else []
        parts += [self.function(doc, raises), *self.helpers.values()]
        text = "\n\n".join(parts)
        needed = [m for m in ("math", "numpy as np") if f"{m.split()[-1]}." in text]
        imports = "\n".join(f"import {module}\n" for module in needed)
        return imports + ("\n" if constants else "\n\n") * bool(needed) + text


def _warning(raises: Sequence[str]) -> str:
    """One line that says where Python's floats raise; shorter where that is in many places."""
    line = "    # Raises where IEEE 754 has inf or nan: "
    where = ", ".join(raises)
    if len(line + where) > LONGEST_COMMENT:
        names = [text.partition(" ")[0].removeprefix("math.") for text in raises]
        where = textwrap.shorten(", ".join(names), LONGEST_COMMENT - len(line))
    return f"{line}{where}\n" if where else ""


def python_source(
    name: str, code: Code, value_alone: bool = False, style: Style = "plain"
) -> Pieces:
    """`code` as a function of that name; its first output is the value, the others gradients.

    "rescued": each op of floats that can raise goes through the function of that name. "numba":
    arrays are written as numba compiles them.
    """
    functions: dict[str, object] = {}
    templates = [_styled(step, code, style, functions) if step.op else "" for step in code.steps]
    room = functions | vars(numba_loops) if style == "numba" else {}
    copied = helpers_of(templates, {step.op for step in code.steps if step.op}, room)
    renamed = renamed_of(copied, {step.name for step in code.steps if step.name})
    helpers = {renamed.get(k, k): copied_text(thing, renamed, k) for k, thing in copied.items()}
    names = names_of(code, {*helpers, name})
    constants = _constants(name, code, names)

    def template(i: int) -> str:
        text = templates[i]
        return NAME.sub(lambda m: renamed.get(m[0], m[0]), text) if renamed else text

    def static(step: Step) -> Mapping[str, str]:
        return _statics(step, constants, names)

    over = {} if style == "numba" else in_place(code, templates)
    language = Language(template, _python_number, static, _TRUTH, "{}", indent=4, over=over)
    layout = laid_out(code, language, names, result_names(code))
    return Pieces(
        name=name,
        parameters=[names[i] for i, s in enumerate(code.steps) if not s.op and s.kind != LITERAL],
        constants=constants,
        lines=layout.lines,
        results=_results(code, layout),
        helpers=helpers,
        value_alone=value_alone,
    )


_TRUTH = re.compile(r"1\.0 if (.*) else 0\.0|\((.*)\)\.astype\((?:np\.)?float(?:64)?\)")


def _results(code: Code, layout: Layout) -> list[str]:
    """What is returned: an array that is an input as well, or another result, is copied."""
    texts: list[str] = []
    for k, (i, text) in enumerate(zip(code.outputs, layout.results, strict=True)):
        step, value = code.steps[i], code.steps[i].value
        held = step.op in ("", "broadcast_to") or i in code.outputs[:k]
        if isinstance(value, np.ndarray) and (held or value.base is not None):
            text = f"np.copy({text})"
        texts.append(text)
    return texts


def _constants(name: str, code: Code, names: list[str]) -> dict[str, str]:
    """The arrays among the literals as text, by name; a ValueError where they are too many."""
    total = sum(size_of(s.shape) for s in code.steps if s.kind == LITERAL and s.shape)
    if total > LARGEST_TOTAL:
        raise ValueError(
            f"the constants of {name} hold {total:,} numbers, at most {LARGEST_TOTAL:,} are "
            "written into a program: pass the larger arrays as arguments of f"
        )
    return {
        names[i]: _array(step.value, step.name)
        for i, step in enumerate(code.steps)
        if step.kind == LITERAL and isinstance(step.value, np.ndarray)
    }


def _styled(step: Step, code: Code, style: Style, functions: dict[str, object]) -> str:
    """The template of an op in this style; functions that it needs besides are added."""
    if style == "numba":
        return _for_numba(step, code, functions)
    if style == "rescued" and rescue.may_raise(step, code.steps):
        return _rescued(step)
    return _template(step, code)


def _template(step: Step, code: Code) -> str:
    """The row's template: for floats, or for arrays; a float that comes from arrays is made one."""
    row = OPS[step.op]
    shapes = tuple([code.steps[i].shape for i in step.inputs])
    if row.python and not step.shape and not any(shapes):
        return row.python if isinstance(row.python, str) else row.python(_known(step, code))
    text = row.numpy if isinstance(row.numpy, str) else row.numpy(shapes, **step.static)
    if step.is_filled:
        text = "np.full({shape}, {0})"
    if not text:
        raise ValueError(
            f"the op {row.name} has no text for a program: give its row python= and numpy="
        )
    return text if step.shape else f"float({text})"


def _rescued(step: Step) -> str:
    """The op's own function, which is copied into the listing, called with care."""
    return f"rescued({OPS[step.op].forward.__name__}, {{all}}{{static}})"


def _for_numba(step: Step, code: Code, functions: dict[str, object]) -> str:
    """The row's template, or what numba compiles in its place; functions for it are added."""
    inputs = [code.steps[i] for i in step.inputs]
    written = None
    if step.shape or any(x.shape for x in inputs):
        written = for_numba(step, inputs)
    if written is None:
        return _template(step, code)
    functions.update(written.functions)
    return written.template


def _known(step: Step, code: Code) -> tuple[bool, ...]:
    """Which inputs are numbers written into the program, and not nan."""
    inputs = [code.steps[i] for i in step.inputs]
    return tuple([x.kind == LITERAL and x.value == x.value for x in inputs])


def _python_number(value: float) -> Text:
    text = repr(value) if math.isfinite(value) else f"{'-' * (value < 0)}math.{abs(value)!r}"
    return Text(text, SIGNED if text.startswith("-") else ATOM)


# ------------------------------------------------------------- arrays and static arguments


def _array(value: Array, name: str = "") -> str:
    if value.size > LARGEST_CONSTANT:
        raise ValueError(
            f"the constant {name or 'array'} of shape {value.shape} is too large to be written "
            f"into a program, at most {LARGEST_CONSTANT:,} numbers: pass it as an argument of f"
        )
    if not value.size:
        return f"np.zeros({value.shape})"
    return f"np.array({_array_text(value.tolist())})"


def _array_text(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_array_text, value))}]"
    if isinstance(value, float):
        return repr(float(value)) if math.isfinite(value) else _python_number(value).text
    return repr(value)


def _statics(step: Step, constants: dict[str, str], names: list[str]) -> Mapping[str, str]:
    """The static arguments as text; `static` has those that differ from their defaults."""
    row = OPS[step.op]
    found = {name: _static(x, constants, names) for name, x in step.static.items()}
    unusual = [k for k, x in step.static.items() if row.defaults.get(k, ...) is not x]
    given = [f", {k}={found[k]}" for k in unusual]
    return {**found, "static": "".join(given)}


def _static(x: object, constants: dict[str, str], names: list[str]) -> str:
    if isinstance(x, np.ndarray):  # of an index: it gets a name, so that it is made once
        empty = f"np.zeros({x.shape}, {x.dtype.name!r})"
        text = f"np.array({x.tolist()})" if x.size else empty
        known = [name for name, other in constants.items() if other == text]
        name = known[0] if known else free_name("k", {*names, *constants})
        constants[name] = text
        return name
    if isinstance(x, tuple) and any(not isinstance(part, int) for part in x):
        parts = [_static(part, constants, names) for part in x]
        return ", ".join(parts) + "," * (len(parts) == 1)
    if isinstance(x, slice):
        start, stop = ("" if end is None else str(end) for end in (x.start, x.stop))
        return f"{start}:{stop}" + ("" if x.step is None else f":{x.step}")
    return "..." if x is Ellipsis else repr(x)
