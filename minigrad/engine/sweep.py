"""How a gradient flows back from an output.

The nodes below the output, newest first (a node is always younger than its inputs), each hand
their inputs what their closures make of the gradient. No recursion: a chain may have a million ops.
"""

import itertools
import operator
from typing import Any

import numpy as np

from .ages import nodes_below, refuse_renewed
from .arrays import ones
from .marks import Mark
from .op import OPS
from .values import Shape, ieee, plain, shape_of
from .variable import Fixed, Tracked, Var, newest_renewal

_order_of = operator.attrgetter("_order")


def reach(output: Var, mark: Mark) -> tuple[list[Any], list[Any]]:
    """Mark what a gradient reaches below `output`: inner nodes, newest first, and leaves.

    The mark and the gradient are in the nodes' own slots, where no hash is needed to find them.
    """
    inner: list[Any] = []
    leaves: list[Any] = []
    walls: list[Any] = []
    before = mark.before = {}
    _reach_one(output, mark, inner, leaves, walls)
    # The usual cases of _reach_one are written out: with the calls, a backward of a 1-D VAE takes
    # 1.16 times as long, of a wide graph 1.37 times.
    for node in inner:  # which grows meanwhile
        a, b = node._a, node._b
        kind = type(a)
        if kind is Tracked:
            was = a._mark
            if was is not mark:
                if a._call is None:
                    if was is not None and was.done:
                        a._b = a._flow
                    leaves.append(a)
                else:
                    if was is not None and (was.done or was.before):
                        before[id(a)] = a._flow if was.done else a._kept()
                    inner.append(a)
                a._mark, a._flow = mark, None
        elif kind is tuple:
            for x, rule in zip(a, node._call.rules):
                if rule is not None or type(x) is Fixed:  # where no gradient passes, none comes
                    _reach_one(x, mark, inner, leaves, walls)
        elif kind is not float:
            _reach_one(a, mark, inner, leaves, walls)
        if b is None:
            continue
        kind = type(b)
        if kind is Tracked:
            was = b._mark
            if was is not mark:
                if b._call is None:
                    if was is not None and was.done:
                        b._b = b._flow
                    leaves.append(b)
                else:
                    if was is not None and (was.done or was.before):
                        before[id(b)] = b._flow if was.done else b._kept()
                    inner.append(b)
                b._mark, b._flow = mark, None
        elif kind is not float:
            _reach_one(b, mark, inner, leaves, walls)
    inner.sort(key=_order_of, reverse=True)
    newest = newest_renewal[0]
    if newest >= 0 and (walls or (inner and inner[-1]._order < newest)):
        _refuse_stale(mark, inner, walls)
    return inner, leaves


def _reach_one(x: Any, mark: Mark, inner: list[Any], leaves: list[Any], walls: list[Any]) -> None:  # noqa: ANN401
    kind = type(x)
    if kind is Fixed:
        if x._call is not None:
            walls.append(x)
    elif kind is not float and x._mark is not mark:
        if x._mark is not None:
            mark.remember(x)
        x._mark = mark
        x._flow = None
        (leaves if x._call is None else inner).append(x)


def _refuse_stale(mark: Mark, inner: list[Any], walls: list[Any]) -> None:
    """Refuse a graph that mixes values: a leaf was given a new one after a node used the old.

    What no gradient passes is looked at as well: walls, comparisons, functions of constants.
    """
    newest = newest_renewal[0]
    old = list(itertools.takewhile(lambda node: node._order < newest, reversed(inner)))
    seen = set(walls)
    behind = list(seen)
    for node in behind:  # the list grows as we go
        for x in node._edges():
            if isinstance(x, Var) and x._call is not None and x._mark is not mark:
                if x not in seen:
                    seen.add(x)
                    behind.append(x)
    for node in (*old, *behind):
        for x in node._edges():
            if isinstance(x, Var) and x._order > node._order:
                refuse_renewed(x)


def sweep(output: Var, start: object, inner: list[Any], wanted: set[Var] | None = None) -> None:
    """Give every node its gradient; with `wanted`, drop the others' once they are used."""
    output._flow = start  # type: ignore[assignment]
    for node in inner:
        call = node._call
        (call.step or (_in_slots if call.in_slots else step))(node)
        if wanted is not None and node not in wanted:
            node._flow = None


def _in_slots(node: Any) -> None:  # noqa: ANN401
    """Hand the inputs their shares; of a node that holds them in its slots, as most of them do."""
    g, y, a, b, rules = node._flow, node._value, node._a, node._b, node._call.rules
    kind, other = type(a), type(b)
    u = a if kind is float else a._value
    d = e = None
    try:
        if b is None:
            d = rules[0](g, y, u)
        else:
            v = b if other is float else b._value
            if kind is Tracked:
                d = rules[0](g, y, u, v)
            if other is Tracked:
                e = rules[1](g, y, u, v)
    except (ArithmeticError, ValueError):
        return step(node)
    if d is not None:  # most shares have their input's shape: to ask here costs less than `fit`
        if type(d) is not type(u) or (type(d) is not float and d.shape != u.shape):
            d = fit(d, shape_of(u))
        old = a._flow
        a._flow = d if old is None else old + d
    if e is not None:
        if type(e) is not type(v) or (type(e) is not float and e.shape != v.shape):
            e = fit(e, shape_of(v))
        old = b._flow
        b._flow = e if old is None else old + e


def step(node: Any) -> None:  # noqa: ANN401
    """The same for any node."""
    edges = node._edges()
    seen = [x._value if isinstance(x, Var) else x for x in edges]
    for x, back in zip(edges, node._call.rules):
        kind = type(x)
        if back is None or kind is not Tracked:
            continue
        try:
            d = back(node._flow, node._value, *seen)
        except (ArithmeticError, ValueError):  # Python's floats raise where IEEE 754 has an answer
            d = ieee(back, node._flow, node._value, *seen)
        d = fit(d, shape_of(x._value))
        x._flow = d if x._flow is None else x._flow + d


def copied(output: Var, record: bool = False) -> tuple[Var, dict[Var, Var]]:
    """The graph that a gradient takes below `output`, on nodes of its own, and which is whose copy.

    A sweep on it leaves the nodes themselves alone. With `record` the values of the copies are the
    nodes themselves, so the closures are handed Vars, and record.
    """
    if newest_renewal[0] >= 0:
        nodes_below(output)  # refuses
    copies: dict[Var, Any] = {output: _copy(output, record)}
    queue: list[Any] = [output]
    for node in queue:  # the list grows as we go
        if node._call is None:
            continue
        edges = []
        for x, rule in zip(node.inputs if record else node._edges(), node._call.rules):
            if isinstance(x, Var):
                if type(x) is Tracked and rule is not None:
                    if x not in copies:
                        copies[x] = _copy(x, record)
                        queue.append(x)
                    x = copies[x]
                elif record:
                    x = _copy(x, record, Fixed)
            edges.append(x)
        copies[node]._hold(edges)
    return copies[output], copies


def _copy(x: Var, record: bool, kind: type[Var] | None = None) -> Var:
    copy: Var = object.__new__(kind or type(x))
    copy._fill(x if record else x._value, None, None, None if kind else x._call, x._note)  # type: ignore[arg-type]
    copy._order = x._order
    return copy


def fit(d: object, shape: Shape) -> object:
    """`d`, summed over what broadcasting added, or spread to `shape`: broadcasting's adjoint."""
    have = shape_of(d)
    if have == shape:
        return d
    if not have:
        return _apply("broadcast_to", d, shape)
    if not shape and type(d) is np.ndarray:
        return float(np.add.reduce(d, None))
    extra = max(len(have) - len(shape), 0)
    if extra == 1 and len(have) == 2 and type(d) is np.ndarray:  # a bias, most often
        d = ones(len(d)) @ d
    elif extra:
        d = _apply("sum", d, tuple(range(extra)), False)
    if extra and have[extra:] == shape:
        return d
    stretched = tuple([i for i in range(extra, len(have)) if shape[i - len(have)] == 1 != have[i]])
    if stretched:
        d = _apply("sum", d, tuple(i - extra for i in stretched), True)
    return d if shape_of(d) == shape else _apply("broadcast_to", d, shape)


def _apply(name: str, x: object, *static: object) -> object:
    """An op, recorded on a Var; on values its bare forward, for half of the time."""
    op = OPS[name]
    return op.function(x, *static) if isinstance(x, Var) else plain(op.forward(x, *static))
