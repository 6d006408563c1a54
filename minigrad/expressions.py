"""Floor 2: a formula of scalars, typed by a user, computed on the tape.

It is parsed, never evaluated as Python: names, numbers, operators, comparisons and calls of
elementwise ops, and nothing else.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from .registry import OPS
from .variable import Var, constant

LONGEST = 10_000  # characters
CONSTANTS = {"pi": math.pi, "π": math.pi}

_BINARY: dict[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], Callable[..., object]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


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
            raise ExpressionError("too deeply nested: split it", self.text, 0) from None

    def _parsed(self) -> ast.expr:
        if len(self.text) > LONGEST:
            raise ExpressionError(
                f"the expression has {len(self.text):,} characters, at most {LONGEST:,} are taken",
                f"{self.text[:60]} …",
                62,
            )
        if "#" in self.text:  # Python would take the rest for a comment, of several lines as well
            raise ExpressionError("a formula has no comments", self.text, self.text.index("#"))
        try:
            return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            column = min(error.offset - 1 if error.offset else len(self.text), len(self.text))
            raise ExpressionError(f"this is no formula: {error.msg}", self.text, column) from None
        except (ValueError, MemoryError, RecursionError):  # a null byte; thousands of brackets
            raise ExpressionError("this is no formula, or too deep", self.text[:60], 0) from None

    def _walk_in_order(self) -> list[ast.AST]:
        found = [node for node in ast.walk(self._tree) if hasattr(node, "col_offset")]
        return sorted(found, key=lambda node: int(node.col_offset))

    def _refuse(self, why: str, node: ast.AST) -> ExpressionError:
        offset = getattr(node, "col_offset", 0)  # in bytes of UTF-8
        return ExpressionError(why, self.text, len(self.text.encode()[:offset].decode()))

    def _value(self, node: ast.expr, known: Mapping[str, Var]) -> Var:
        match node:
            case ast.Name(id=name) if name in known:
                return known[name]
            case ast.Name(id=name):
                raise self._refuse(f"{name} has no value: add {name}=1.0 or {name}~normal", node)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self._number(number, node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return self._apply(_BINARY[type(op)], node, left, right, known=known)
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return self._apply(operator.neg, node, x, known=known)
            case ast.UnaryOp(op=ast.UAdd(), operand=x):
                return self._value(x, known)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
                return self._apply(_COMPARED[type(op)], node, left, right, known=known)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._apply(self._function(name, node, len(args)), node, *args, known=known)
        raise self._refuse(
            "a formula has numbers, names, + - * / **, comparisons and functions, not this", node
        )

    def _number(self, number: int | float, node: ast.expr) -> Var:
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
            raise self._refuse(f"{name} takes {len(row.rules)} inputs, not {count}", node)
        return row.function

    def _apply(
        self,
        function: Callable[..., object],
        node: ast.expr,
        *inputs: ast.expr,
        known: Mapping[str, Var],
    ) -> Var:
        values = [self._value(x, known) for x in inputs]
        try:
            return function(*values)  # type: ignore[return-value]
        except ValueError as error:
            raise self._refuse(str(error), node) from None
