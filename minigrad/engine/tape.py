"""How an operation on a `Var` is recorded.

A node knows the op that made it and its inputs (`variable.py`), and that is the whole tape: no list
of nodes, no children, no reference cycle. What an op computes, and its closures, are in `ops/`,
one row per op; how a gradient flows back is in `sweep.py`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray

from . import context
from .op import Call, Op
from .places import located
from .values import FLOAT64, Array, Value, as_axes, as_value, ieee, is_value, plain, shape_of
from .variable import CONSTANT, PLAIN, Fixed, Tracked, Var, fresh_note, leaf, orders

Function = Callable[..., Var]


# The two makers below are the scalar path: a float operation and one small object. They fill the
# node's slots themselves, since one more call would cost as much as the multiplication.


def unary(row: Op) -> Function:
    """The function of an op of one input and no static arguments."""
    call, (only,) = row.call, row.lanes

    def function(x):  # type: ignore[no-untyped-def]
        kind = type(x)
        if kind is float or (kind is ndarray and is_value(x) and not context.blocks):
            value = x
        elif context.blocks or not isinstance(x, Var):
            return apply(row, (x,), {})
        else:
            value = x._value
        made = call
        try:
            if type(value) is float:
                value, made = row.number(value), only
            else:
                value = row.forward(value)
        except (ArithmeticError, ValueError) as error:
            value = _rescue(row, error, (value,))
        if type(value) is not float and not is_value(value):
            value = plain(value)
        if kind is float or kind is ndarray:
            return value
        node = Fixed() if kind is Fixed else Tracked()
        node._value = value
        node._mark = node._b = None
        node._a = x
        node._call = made
        node._order = next(orders)
        node._note = PLAIN
        return node

    return own(function)


def binary(row: Op) -> Function:
    """The function of an op of two inputs and no static arguments, and so the operators + - * /."""
    call, (both, left, right) = row.call, row.lanes

    def function(a, b):  # type: ignore[no-untyped-def]
        kind, other = type(a), type(b)
        if kind is Tracked:
            x = a._value
            if other is Tracked:
                y, made = b._value, both
            elif other is float:
                y, made = b, left
            elif other is Fixed:
                y, made = b._value, left
            elif other is ndarray and is_value(b):
                return function(a, _as_constant(b))  # type: ignore[no-untyped-call]
            else:
                return apply(row, (a, b), {})
        elif other is Tracked:
            y, made = b._value, right
            if kind is float:
                x = a
            elif kind is Fixed:
                x = a._value
            elif kind is ndarray and is_value(a):
                return function(_as_constant(a), b)  # type: ignore[no-untyped-call]
            else:
                return apply(row, (a, b), {})
        elif kind is other is float:
            return _of_floats(row, a, b)
        else:
            return apply(row, (a, b), {})
        if context.blocks:
            return apply(row, (a, b), {})
        try:
            value = row.number(x, y)
        except (ArithmeticError, ValueError) as error:
            value = _rescue(row, error, (x, y))
        if type(value) is not float:
            value = value if is_value(value) else plain(value)
            made = made if type(value) is float else call
        node = Tracked()
        node._value = value
        node._mark = None
        node._a = a
        node._b = b
        node._call = made
        node._order = next(orders)
        node._note = PLAIN
        return node

    return own(function)


def _of_floats(row: Op, x: float, y: float) -> Value:
    try:
        return plain(row.number(x, y))
    except (ArithmeticError, ValueError) as error:
        return _rescue(row, error, (x, y))


def own(function: Callable[..., Any]) -> Callable[..., Any]:
    """With a code object of its own, and so with the interpreter's inline caches to itself."""
    function.__code__ = function.__code__.replace()
    return function


def general(row: Op) -> Function:
    """The function of any other op: its inputs first, then its static arguments."""

    def function(*given, **static):  # type: ignore[no-untyped-def]
        if row.variadic:
            return apply(row, given, static)
        count = len(row.rules)
        if static or len(given) > count:
            return apply(row, given[:count], _static(row, given[count:], static))
        return apply(row, given, row.defaults)

    return function


def _static(row: Op, given: tuple[object, ...], named: dict[str, object]) -> dict[str, object]:
    """The static arguments: by position, by name, or by default; the row's own dict if all are."""
    known = row.defaults
    if len(given) > len(known):
        listed = ", ".join(known) or "nothing"
        raise TypeError(f"{row.name} takes {len(row.rules)} inputs, then {listed}: too many given")
    static = dict(zip(known, given))
    for name, value in named.items():
        if name in static:
            raise TypeError(f"{row.name} was given {name!r} twice, by position and by name")
        if name not in known:
            code = row.forward.__code__
            inputs = ", ".join(code.co_varnames[: len(row.rules)])
            listed = ", ".join(known) or f"none, its inputs go in order, {row.name}({inputs})"
            raise TypeError(f"{row.name} takes no argument {name!r}: it knows {listed}")
        static[name] = value
    for name, value in static.items():
        if value is not known[name]:
            return known | static if named or len(static) < len(known) else static
    return known


def apply(row: Op, inputs: Sequence[object], static: dict[str, object]) -> object:
    """Compute `row` on anything; record it if a Var takes part and this thread records."""
    held: list[Any] = []
    values: list[Any] = []
    taped = False
    for x in inputs:
        kind = type(x)
        if kind is Tracked or kind is Fixed:
            taped = True
            values.append(x._value)  # type: ignore[attr-defined]
        else:
            if kind is not float and not (is_value(x) and x.flags.c_contiguous):  # type: ignore[attr-defined]
                x = as_value(x)  # as it will be held: BLAS adds up another layout in another order
            values.append(x)
        held.append(x)
    forward = located(row.forward, row.name) if context.blocks else row.forward
    try:
        value = forward(*values, **static)
    except (ArithmeticError, ValueError) as error:
        value = _rescue(row, error, values, static)
    if type(value) is not ndarray or value.dtype is not FLOAT64 or not value.ndim:
        value = plain(value)
    if not taped:
        return value
    call = row.call if static is row.defaults and not row.variadic else row.bind(len(held), static)
    if not context.blocks and not context.watches:
        return record(call, value, held, recording=True)
    settings = context.current()
    watch = settings.watch
    kept = watch is not None and any(isinstance(x, Var) and watch.keeps(x) for x in held)
    if not (settings.recording or kept):
        return leaf(value, CONSTANT)
    return record(call, value, held, settings.recording)


def record(call: Call, value: Value, held: list[object], recording: bool) -> Var:
    wants, i = False, 0
    for rule in call.rules:
        kind = type(held[i])
        if kind is Tracked:
            if rule is not None:
                wants = recording
        elif kind is not Fixed and kind is not float:
            held[i] = _as_constant(held[i])  # type: ignore[arg-type]
        i += 1
    a: object = held[0] if call.in_slots else tuple(held)
    b: object = held[1] if call.in_slots and i > 1 else None
    what = call.op.kind
    note = fresh_note(what) if context.blocks or what != "op" else PLAIN
    node: Var = Tracked() if wants else Fixed()
    return node._fill(value, a, b, call, note)


def _as_constant(array: Array) -> Var:
    """A constant of an array met in arithmetic: a copy, which nobody else can write to."""
    return leaf(array.copy(), fresh_note("constant") if context.blocks else CONSTANT)


def _rescue(
    row: Op, error: Exception, values: Sequence[object], static: dict[str, object] | None = None
) -> Value:
    """The IEEE answer where Python's floats raise; a sentence where arrays do not broadcast."""
    if isinstance(error, np.exceptions.AxisError) and static:
        as_axes(static.get("axis"), len(shape_of(values[0])))  # type: ignore[arg-type]
    if not row.elementwise:
        raise error
    if all(type(v) is float for v in values):
        return ieee(partial(row.forward, **(static or {})), *values)
    shapes = [shape_of(v) for v in values]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"{row.name}: shapes {' and '.join(map(str, shapes))} do not broadcast: "
            "give equal shapes, or reshape so that each dimension is equal or 1"
        ) from None
    raise error
