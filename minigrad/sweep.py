"""Floor 0: how a gradient flows back from an output.

The nodes below the output, newest first (a node is always younger than its inputs), each hand
their inputs what their closures make of the gradient. No recursion: a chain may have a million ops.
"""

import operator
from typing import Any

from .registry import OPS
from .values import Shape, Value, ieee, plain, shape_of
from .var import Fixed, Inner, Var

WAITING: Value = float("nan")  # told by identity: the sweep was here, no gradient has come yet
_order_of = operator.attrgetter("_order")

Before = list[tuple[Var, Value]]


def reach(output: Var) -> tuple[list[Var], list[Var], Before]:
    """The inner nodes that want a gradient, newest first; the leaves; gradients found on them."""
    inner: list[Var] = []
    leaves: list[Var] = []
    before: Before = []
    _mark(output, inner if type(output) is Inner else leaves, before)
    a: Any
    b: Any
    for node in inner:  # which grows meanwhile
        a, b = node._a, node._b
        kind, other = type(a), type(b)
        if kind is Inner and a._grad is None:  # as _visit does, without the call
            a._grad = WAITING
            inner.append(a)
        elif kind is not float:
            _visit(a, node, inner, leaves, before)
        if other is Inner and b._grad is None:
            b._grad = WAITING
            inner.append(b)
        elif b is not None and other is not float:
            _visit(b, node, inner, leaves, before)
    inner.sort(key=_order_of, reverse=True)
    return inner, leaves, before


def _visit(
    x: Any,  # noqa: ANN401
    node: Var,
    inner: list[Var],
    leaves: list[Var],
    before: Before,
) -> None:
    """Any input of `node`: mark what wants a gradient, notice a leaf with a new value."""
    kind = type(x)
    if kind is Inner or kind is Var:
        if x._grad is not WAITING:
            _mark(x, inner if kind is Inner else leaves, before)
    elif kind is tuple:
        for each in x:
            _visit(each, node, inner, leaves, before)
    if (kind is Var or kind is Fixed) and x._order > node._order:
        put_back(inner, leaves, before)
        raise ValueError(
            f"{x!r} was given a new value after this graph was recorded: "
            "run the forward code again, then differentiate"
        )


def _mark(x: Var, found: list[Var], before: Before) -> None:
    if x._grad is not None:
        before.append((x, x._grad))
    x._grad = WAITING
    found.append(x)


def put_back(inner: list[Var], leaves: list[Var], before: Before) -> None:
    for x in inner:
        x._grad = None
    for x in leaves:
        x._grad = None
    for x, old in before:
        x._grad = old


def sweep(
    output: Var,
    start: object,
    inner: list[Any],
    record: bool = False,
    wanted: set[Var] | None = None,
) -> None:
    """Give every node its gradient; with `wanted`, drop the others' once they are used.

    Ops whose inputs stand in the two slots are most of any graph: their step is written out here,
    the others take `_step`.
    """
    output._grad = start  # type: ignore[assignment]
    for node in inner:
        g, call = node._grad, node._call
        if g is WAITING:  # reached only where no gradient passes
            node._grad = None
            continue
        if record or not call.in_slots:
            _step(node, record)
        else:
            y, rules, a, b = node._value, call.rules, node._a, node._b
            kind, other = type(a), type(b)
            u = a if kind is float else a._value
            d = e = None
            try:
                if b is None:
                    d = rules[0](g, y, u)
                else:
                    v = b if other is float else b._value
                    if kind is Inner or kind is Var:
                        d = rules[0](g, y, u, v)
                    if other is Inner or other is Var:
                        e = rules[1](g, y, u, v)
            except (ArithmeticError, ValueError):
                _step(node)
                d = e = None
            if d is not None:
                if type(d) is not float or type(u) is not float:
                    d = fit(d, shape_of(u))
                old = a._grad
                a._grad = d if old is WAITING else old + d
            if e is not None:
                if type(e) is not float or type(v) is not float:
                    e = fit(e, shape_of(v))
                old = b._grad
                b._grad = e if old is WAITING else old + e
        if wanted is not None and node not in wanted:
            node._grad = None


def _step(node: Any, record: bool = False) -> None:  # noqa: ANN401
    """Hand each input its share: `record` calls the closures on Vars, otherwise on values."""
    g = node._grad
    edges = node.inputs if record else node._edges()
    seen = edges if record else [x._value if isinstance(x, Var) else x for x in edges]
    y = node if record else node._value
    for x, back in zip(edges, node._call.rules):
        kind = type(x)
        if back is None or (kind is not Inner and kind is not Var):
            continue
        try:
            d = back(g, y, *seen)
        except (ArithmeticError, ValueError):  # Python's floats raise where IEEE 754 has an answer
            d = ieee(back, g, y, *seen)
        d = fit(d, shape_of(x._value))
        x._grad = d if x._grad is WAITING else x._grad + d


def fit(d: object, shape: Shape) -> object:
    """`d`, summed over what broadcasting added, or spread to `shape`: broadcasting's adjoint."""
    have = shape_of(d)
    if have == shape:
        return d
    extra = max(len(have) - len(shape), 0)
    new = tuple(range(extra))
    stretched = tuple(i for i in range(extra, len(have)) if shape[i - len(have)] == 1 != have[i])
    if new:
        d = _apply("sum", d, new, False)
    if stretched:
        d = _apply("sum", d, tuple(i - extra for i in stretched), True)
    return d if shape_of(d) == shape else _apply("broadcast_to", d, shape)


def _apply(name: str, x: object, *static: object) -> object:
    """An op, recorded on a Var; on values its bare forward, which costs a third."""
    op = OPS[name]
    return op.function(x, *static) if isinstance(x, Var) else plain(op.forward(x, *static))
