"""How a gradient flows back from an output.

The nodes below the output, newest first (a node is always younger than its inputs), each hand
their inputs what their closures make of the gradient. No recursion: a chain may have a million ops.
"""

import operator
from typing import Any

from .op import OPS
from .values import Shape, Value, ieee, plain, shape_of
from .variable import Inner, Var, newest_renewal

WAITING: Value = float("nan")  # told by identity: the sweep was here, no gradient has come yet
_order_of = operator.attrgetter("_order")


class Reached:
    """What a sweep has marked, and the gradients that were there (lists: tuples cost memory)."""

    def __init__(self) -> None:
        self.inner: list[Var] = []
        self.leaves: list[Var] = []
        self.leaf_grads: list[Value | None] = []  # that of each leaf, in the same order
        self.before: list[tuple[Var, Value]] = []  # those of inner nodes, where one was

    def put_back(self) -> None:
        """Leave no trace, wherever the sweep was interrupted."""
        for x in self.inner:
            x._grad = None
        for x, old in (*zip(self.leaves, self.leaf_grads), *self.before):
            x._grad = old


def reach(output: Var, reached: Reached) -> None:
    """Mark what wants a gradient below `output`; sort the inner nodes, newest first."""
    inner, leaves, leaf_grads = reached.inner, reached.leaves, reached.leaf_grads
    _mark(output, reached)
    a: Any
    b: Any
    for node in inner:  # which grows meanwhile; the usual cases as in _mark, without the call
        a, b = node._a, node._b
        kind, other = type(a), type(b)
        if kind is Inner and a._grad is None:
            inner.append(a)
            a._grad = WAITING
        elif kind is Var and a._grad is not WAITING:
            leaf_grads.append(a._grad)
            leaves.append(a)
            a._grad = WAITING
        elif kind is tuple or kind is Inner:
            _mark(a, reached)
        if other is Inner and b._grad is None:
            inner.append(b)
            b._grad = WAITING
        elif other is Var and b._grad is not WAITING:
            leaf_grads.append(b._grad)
            leaves.append(b)
            b._grad = WAITING
        elif other is Inner:
            _mark(b, reached)
    inner.sort(key=_order_of, reverse=True)
    if inner and newest_renewal[0] > inner[-1]._order:
        _refuse_stale(output)


def _mark(x: Any, reached: Reached) -> None:  # noqa: ANN401
    """Note x, or each of a tuple of inputs, once; first on the list, then marked: see put_back."""
    kind = type(x)
    if kind is tuple:
        for each in x:
            _mark(each, reached)
    elif kind is Var and x._grad is not WAITING:
        reached.leaf_grads.append(x._grad)
        reached.leaves.append(x)
        x._grad = WAITING
    elif kind is Inner and x._grad is not WAITING:
        if x._grad is not None:
            reached.before.append((x, x._grad))
        reached.inner.append(x)
        x._grad = WAITING


def _refuse_stale(output: Var) -> None:
    """Some leaf has a new value: refuse if it lies below `output` and was used with the old one."""
    nodes = {output: None}
    queue = [output]
    for node in queue:  # which grows meanwhile
        for x in node._edges():
            if isinstance(x, Var):
                if x._order > node._order:
                    raise ValueError(
                        f"{x!r} was given a new value after this graph was recorded: "
                        "run the forward code again, then differentiate"
                    )
                if x not in nodes:
                    nodes[x] = None
                    queue.append(x)


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
