"""The words in a picture: numbers of fixed width, values, formulas of unnamed nodes."""

import math
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape, Value
from ..equations import Applied, Equation, Equations, written

LONGEST = 28  # characters of a formula that serves as a name
KNOWN = {  # numbers that densities are full of, and what they are
    0.5 * math.log(2.0 * math.pi): "½ log 2π",
    math.log(2.0 * math.pi): "log 2π",
    0.5 * math.log(2.0 * math.pi) + 0.5: "½ log 2πe",
    0.5 + 0.5 * math.log(2.0 * math.pi): "½ log 2πe",
    0.5 * math.log(0.5 * math.pi): "½ log π/2",
    math.log(math.pi): "log π",
    0.5 * math.log(math.pi): "½ log π",
    math.log(2.0): "log 2",
    math.pi: "π",
    2.0 * math.pi: "2π",
    math.e: "e",
    math.sqrt(2.0): "√2",
    1.0 / math.sqrt(2.0): "1/√2",
    math.sqrt(2.0 / math.pi): "√(2/π)",
    math.sqrt(2.0 * math.pi): "√(2π)",
}
_ROUNDING = 1e-13  # of the largest number: what is left of a mean that is 0
_WORDS = 40  # characters of a user's name that a box shows; its tooltip shows them all


def text(given: str) -> str:
    """`given` on one line: newlines, control and invisible characters become spaces."""
    if given.isprintable():
        return given
    return "".join(c if c.isprintable() else " " for c in given)


def heading(title: str | None, usual: str) -> str:
    """The user's title on one line; the usual one if it is None."""
    if not isinstance(title, str | None):
        raise TypeError(f"a title is a string, not {title!r}")
    return text(usual if title is None else title)


def short(given: str, longest: int = _WORDS) -> str:
    """`given` cut, by default to what a box can hold."""
    return given if len(given) <= longest else given[: longest - 1] + "…"


def number(x: float, digits: int = 4) -> str:
    """`x` with its sign, always digits + 3 wide: +0.5000, −12.346, +1.23e8; or nan, +inf, −inf.

    >>> [number(x) for x in (0.5, -12.3456, 123456.0, 1.234e8, -2e-5)]
    ['+0.5000', '−12.346', '+123456', '+1.23e8', '−2.0e−5']
    """
    if math.isnan(x):
        return "nan"
    sign, size = "−" if x < 0.0 else "+", abs(x)
    if math.isinf(x):
        return f"{sign}inf"
    if size == 0.0 or size >= 0.001:
        for decimals in range(digits, -1, -1):
            if len(figures := f"{size:.{decimals}f}") <= digits + 2:
                return sign + figures
    for decimals in range(digits - 2, -1, -1):
        mantissa, exponent = f"{size:.{decimals}e}".split("e")
        figures = f"{mantissa}e{int(exponent)}".replace("-", "−")
        if len(figures) <= digits + 2:
            break
    return sign + figures


def numbers(value: Value) -> str:
    """A number; an array of up to 6, with `;` between rows; of a larger one, its range and mean."""
    if isinstance(value, float):
        return number(value)
    if value.size == 0:
        return "empty"
    if value.size <= 6:
        rows = value.reshape(-1, value.shape[-1]).tolist()
        return "[" + "; ".join(" ".join(number(x, 3) for x in row) for row in rows) + "]"
    bad = value.size - int(np.isfinite(value).sum())
    if bad:
        kinds = "nan" if np.isnan(value).any() else "inf"
        return f"{kinds}: {bad} of {value.size} not finite"
    with np.errstate(over="ignore"):  # the mean of huge numbers may be inf, and is shown as inf
        low, mean, high = map(float, (value.min(), value.mean(), value.max()))
    if abs(mean) < _ROUNDING * max(abs(low), abs(high)):
        mean = 0.0
    return f"min {number(low, 3)}  mean {number(mean, 3)}  max {number(high, 3)}"


def finite(value: Value | None) -> bool:
    """Whether all numbers are finite; true of None."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or bool(np.isfinite(value).all())


class Formula(NamedTuple):
    """A text, and how tightly its loosest operator binds; 5 for a word or a text in brackets."""

    text: str
    binds: int


_BINDS = {"+": 1, "-": 1, "@": 2, "*": 3, "/": 3, "**": 4}  # @ is looser than · to the eye
_SIGNS = {"*": "·", "/": "/", "**": "^"}
_AROUND = {"negative": ("−", 4, "", 3), "square": ("", 5, "²", 4), "sqrt": ("√", 5, "", 4)}
_LAST_TWO = {2: (1, 0), 3: (0, 2, 1)}  # the order of the axes of a transposed matrix, of a stack
_RESHAPED = {"reshape": "as", "broadcast_to": "repeated to"}


def formulas(equations: Equations, longest: int = LONGEST) -> list[str]:
    """A name for every row: the user's; else a formula of its inputs' names; else v1, v2, …"""
    return [text(formula.text) for formula in named(equations, longest)]


def named(equations: Equations, longest: int = LONGEST) -> list[Formula]:
    """The names that `formulas` gives, not yet plain text, of formulas up to `longest`."""
    formulas: list[Formula] = []
    for row, name in zip(equations, equations.names(), strict=True):
        if row.name:
            formulas.append(Formula(name, 5 if _is_word(name) else 0))
        elif row.is_literal:
            formulas.append(known(row.value) or literal(name))
        elif row.kind == "constant" and not row.op:
            formulas.append(_data(row.value))
        else:
            formula = formula_of(row, [formulas[i] for i in row.inputs]) if row.op else None
            formulas.append(
                formula if formula and len(formula.text) <= longest else Formula(name, 5)
            )
    return formulas


def literal(written: str) -> Formula:
    """A number in a formula, as Python writes it."""
    return Formula(written.replace("-", "−"), 3 if written.startswith("-") else 5)


def known(value: Value) -> Formula | None:
    """A number that has a name of its own, with its sign; None for any other."""
    if not isinstance(value, float) or abs(value) not in KNOWN:
        return None
    words = KNOWN[abs(value)]
    return Formula(f"−{words}" if value < 0.0 else words, 3 if len(words) > 1 or value < 0.0 else 5)


def right_side(row: Equation, formulas: Sequence[Formula]) -> str:
    """What `row` computes, however long, of the names that `named` gives its inputs."""
    return text(formula_of(row, [formulas[i] for i in row.inputs]).text)


def formula_of(row: Applied, inputs: Sequence[Formula]) -> Formula:
    """What an op of these inputs is written as."""
    op = OPS[row.op]
    if op.infix and len(inputs) == 2:
        binds = _BINDS.get(op.infix, 0)
        sign = _SIGNS.get(op.infix, f" {op.symbol} ")
        right_to_left = op.infix == "**"
        left = closed(inputs[0], binds + right_to_left)
        return Formula(left + sign + closed(inputs[1], binds + 1, after=True), binds)
    if row.op in _AROUND:
        before, inside, after, binds = _AROUND[row.op]
        return Formula(before + closed(inputs[0], inside) + after, binds)
    if row.op == "abs":
        return Formula(f"|{inputs[0].text}|", 5)
    if row.op == "index":
        return Formula(f"{closed(inputs[0], 5)}[{_index(row.static['key'])}]", 5)
    if row.op == "scatter":
        return Formula(f"scatter({inputs[0].text} at [{_index(row.static['key'])}])", 5)
    if row.op == "transpose" and row.static["axes"] == _LAST_TWO.get(len(row.shape)):
        return Formula(closed(inputs[0], 5) + "ᵀ", 5)
    if row.op in _RESHAPED:
        return Formula(f"{closed(inputs[0], 1)} {_RESHAPED[row.op]} {dimensions(row.shape)}", 0)
    return Formula(written(row, [x.text for x in inputs]), 5)


def dimensions(shape: Shape) -> str:
    """2×3; of a vector or a number, in words."""
    if len(shape) < 2:
        return f"a vector of {shape[0]}" if shape else "a number"
    return "×".join(map(str, shape))


def closed(x: Formula, binds: int, after: bool = False) -> str:
    """`x` as an operand: in parentheses where it binds less than that, or begins with a minus."""
    loose = x.binds < binds or (after and x.text.startswith("−"))
    return f"({x.text})" if loose else x.text


def _data(value: Value) -> Formula:
    """What an unnamed array is called: its numbers if they are few and short, else its shape."""
    if np.ndim(value) == 1 and np.size(value) <= 4:
        written = [f"{x:.4g}" for x in np.ravel(value)]
        if all(map(float.__eq__, map(float, written), np.ravel(value).tolist())):
            return Formula(f"[{' '.join(written)}]".replace("-", "−"), 5)
    return Formula(f"data {'×'.join(map(str, np.shape(value)))}", 0)


def _is_word(name: str) -> bool:
    return all(c.isalnum() or unicodedata.combining(c) or c in "_.[]′'" for c in name)  # as in x̂


def _index(key: object) -> str:
    if isinstance(key, tuple):
        return ", ".join(_index(part) for part in key)
    if isinstance(key, slice):
        ends = (key.start, key.stop) if key.step is None else (key.start, key.stop, key.step)
        return ":".join("" if end is None else str(end) for end in ends)
    return "…" if key is Ellipsis or isinstance(key, np.ndarray) else str(key)
