"""A formula of scalars, typed by a user, computed on the tape.

It is parsed, never evaluated as Python: names, numbers, operators, comparisons and calls of
elementwise ops, and nothing else.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import TypeGuard

from .engine.op import OPS
from .engine.variable import Var, constant

LONGEST = 10_000  # characters
_TOO_DEEP = (
    "too deeply nested for Python's parser: give parts of a long sum or product brackets of their "
    "own, as in (a + b) + (c + d)"
)
CONSTANTS = {"pi": math.pi, "π": math.pi}

_BINARY: dict[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# The ops by name: Python's own x > c asks a constant first, and so turns into c < x.
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
_ALLOWED = "a formula has numbers, names, + - * / **, comparisons and functions, not this"


class ExpressionError(ValueError):
    """A place in an expression that is refused; `str` has the line and a caret below the place."""

    def __init__(self, why: str, text: str, column: int) -> None:
        super().__init__(f"{why}\n  {text}\n  {' ' * column}^")


class Expression:
    """A parsed formula: its `names`, in order, and its value on the tape by `compute`."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        self._tree = self._parsed()
        self.names: list[str] = []
        called = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        for node in self._walk_in_order():
            if isinstance(node, ast.Name) and id(node) not in called:
                if node.id not in (*self.names, *CONSTANTS):
                    self.names.append(node.id)

    def compute(self, values: Mapping[str, Var]) -> Var:
        """The value for these Vars, an ExpressionError where the formula says what it may not."""
        known = {**{name: constant(x) for name, x in CONSTANTS.items()}, **values}
        try:
            return self._value(self._tree, known)
        except RecursionError:
            raise ExpressionError(_TOO_DEEP, f"{self.text[:60]} …", 62) from None

    def _parsed(self) -> ast.expr:
        if len(self.text) > LONGEST:
            raise ExpressionError(
                f"the expression has {len(self.text):,} characters, at most {LONGEST:,} are taken",
                f"{self.text[:60]} …",
                62,
            )
        if not self.text:
            raise ExpressionError("the formula is empty", "", 0)
        if "#" in self.text:  # Python would take the rest for a comment, of several lines as well
            raise ExpressionError("a formula has no comments", self.text, self.text.index("#"))
        try:
            return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            column = min(error.offset - 1 if error.offset else len(self.text), len(self.text))
            raise ExpressionError(f"this is no formula: {error.msg}", self.text, column) from None
        except ValueError:  # a null byte
            raise ExpressionError("this is no formula", self.text[:60], 0) from None
        except (MemoryError, RecursionError):
            raise ExpressionError(_TOO_DEEP, f"{self.text[:60]} …", 62) from None

    def _walk_in_order(self) -> list[ast.AST]:
        found = [node for node in ast.walk(self._tree) if hasattr(node, "col_offset")]
        return sorted(found, key=lambda node: int(node.col_offset))

    def _refuse(self, why: str, node: ast.expr, after: bool = False) -> ExpressionError:
        """An error whose caret stands at the node, or at the sign that follows it."""
        text = self.text.encode()
        column = len(text[: node.end_col_offset if after else node.col_offset].decode())
        while after and self.text[column] in " )":
            column += 1
        return ExpressionError(why, self.text, column)

    def _value(self, node: ast.expr, known: Mapping[str, Var]) -> Var:
        match node:
            case ast.Name(id=name) if name in known:
                return known[name]
            case ast.Name(id=name):
                raise self._refuse(f"{name} has no value: add {name}=1.0 or {name}~normal", node)
            case ast.Constant(value=x) if _is_number(x):
                return self._constant_of(x, node)
            case ast.BinOp():
                return self._chain(node, known)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=x)) if _is_number(x):
                return self._constant_of(-x, node)
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return self._apply(operator.neg, node, self._value(x, known))
            case ast.UnaryOp(op=ast.UAdd(), operand=x):
                return self._value(x, known)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
                values = self._value(left, known), self._value(right, known)
                return self._apply(OPS[_COMPARED[type(op)]].function, node, *values)
            case ast.Compare(ops=[_, _, *_], comparators=[middle, *_]):
                raise self._refuse("write two comparisons as (1 < x) * (x < 2)", middle, after=True)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                function = self._function(name, node, len(args))
                return self._apply(function, node, *(self._value(x, known) for x in args))
            case ast.Attribute(value=x) | ast.Compare(left=x):
                raise self._refuse(_ALLOWED, x, after=True)
        raise self._refuse(_ALLOWED, node)

    def _chain(self, node: ast.expr, known: Mapping[str, Var]) -> Var:
        """`a + b - c + …`: a loop, since Python nests each sign of it in the next."""
        rest: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp):
            rest.append(node)
            node = node.left
        value = self._value(node, known)
        for part in reversed(rest):
            if isinstance(part.op, ast.BitXor):
                raise self._refuse("a power is written **, as in x**2", part.left, after=True)
            if type(part.op) not in _BINARY:
                raise self._refuse(_ALLOWED, part.left, after=True)
            right = self._value(part.right, known)
            value = self._apply(_BINARY[type(part.op)], part, value, right)
        return value

    def _constant_of(self, number: int | float, node: ast.expr) -> Var:
        try:
            return constant(float(number))
        except OverflowError:
            raise self._refuse("this number is too large for a float", node) from None

    def _function(self, name: str, node: ast.expr, count: int) -> Callable[..., object]:
        row = OPS.get(name)
        if row is None or not row.elementwise or row.defaults:
            known = sorted(op.name for op in OPS.values() if op.elementwise and not op.defaults)
            raise self._refuse(f"{name} is no function here: {' '.join(known)}", node)
        if count != len(row.rules):
            inputs = "1 input" if len(row.rules) == 1 else f"{len(row.rules)} inputs"
            raise self._refuse(f"{name} takes {inputs}, not {count}", node)
        return row.function

    def _apply(self, function: Callable[..., object], node: ast.expr, *values: Var) -> Var:
        try:
            return function(*values)  # type: ignore[return-value]
        except ValueError as error:
            raise self._refuse(str(error), node) from None


def _is_number(x: object) -> TypeGuard[float]:
    return isinstance(x, int | float) and not isinstance(x, bool)
