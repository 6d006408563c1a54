"""Floor 0: how a gradient flows back from an output, and the ways to ask for one.

The nodes below the output, newest first (a node is always younger than its inputs), each hand
their inputs what their closures make of the gradient. No recursion: a chain may have a million ops.
"""

import operator
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .node import ABOVE, OPS, Node
from .tape import Fixed, Inner, Var, constant
from .values import Shape, Value, as_value, ieee, plain, readonly, shape_of

_WAITING: Value = float("nan")  # told by identity: the sweep was here, no gradient has come yet
_order_of = operator.attrgetter("_order")
_one_at_a_time = threading.RLock()  # a sweep keeps its marks in the nodes' own gradient slots

Before = list[tuple[Var, Value]]


def backward(output: Var, seed: object = None) -> None:
    """`Var.backward`: add into the leaves' `.grad`, set the inner nodes' afresh."""
    start = _seed_of(output, seed, "backward")
    if not output.requires_grad:
        raise ValueError(
            f"backward has nowhere to go: {output!r} depends on no parameter, or only through "
            "a wall (stop_gradient, sample, a comparison): make its parameters mg.Var"
        )
    with _one_at_a_time:
        inner, leaves, before = _reach(output)
        try:
            _sweep(output, start, inner)
        except BaseException:
            _put_back(inner, leaves, before)
            raise
        for x, old in before:
            if type(x) is Var:
                x._grad = old if x._grad is _WAITING else old + x._grad  # type: ignore[operator]
        for x in leaves:
            if x._grad is _WAITING:
                x._grad = None


def grad(
    output: Var, inputs: Sequence[Var] | Var, *, seed: object = None, create_graph: bool = False
) -> tuple[Value | Var, ...]:
    """The gradients of `output` with respect to `inputs`, a tuple; touches no `.grad`.

    They are floats and arrays of the inputs' shapes, or with `create_graph=True` Vars that can be
    differentiated again. An input that the output doesn't depend on gives zeros. `seed` is the
    gradient with respect to the output, needed where that is not a scalar. A constant, noise or a
    wall among the inputs is a ValueError.
    """
    start = _seed_of(output, seed, "grad")
    wanted = _inputs_of(inputs)
    found: list[object] = [None] * len(wanted)
    if output.requires_grad:
        with _one_at_a_time:
            inner, leaves, before = _reach(output)
            reached = {*inner, *leaves}
            try:
                _sweep(
                    output,
                    constant(start) if create_graph else start,
                    inner,
                    create_graph,
                    set(wanted),
                )
                found = [
                    x._grad if x in reached and x._grad is not _WAITING else None for x in wanted
                ]
            finally:
                _put_back(inner, leaves, before)
    zeros = (np.zeros(x.shape) if x.shape else 0.0 for x in wanted)
    filled = tuple(zero if d is None else d for d, zero in zip(found, zeros, strict=True))
    if create_graph:
        return tuple(d if isinstance(d, Var) else constant(d) for d in filled)
    return tuple(readonly(d) for d in filled)  # type: ignore[arg-type]


def value_and_grad(
    f: Callable[..., Var], argnums: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Value, Value | tuple[Value, ...]]]:
    """A function of floats and arrays that returns the value of `f` and its gradient.

    `argnums` says which positional arguments to differentiate: one gradient for an int, a tuple of
    them for a tuple. `f` gets those as Vars, everything else as it is, and returns a scalar Var.
    """
    single = isinstance(argnums, int)
    positions: tuple[int, ...] = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def with_grad(*args: object, **keywords: object) -> tuple[Value, Value | tuple[Value, ...]]:
        given = list(args)
        for i in positions:
            if not -len(given) <= i < len(given):
                raise TypeError(f"value_and_grad: argument {i} is missing, {len(given)} were given")
            given[i] = Var(given[i])
        wanted = [given[i] for i in positions]
        result: object = f(*given, **keywords)
        output = result if isinstance(result, Var) else constant(result)
        grads = grad(output, wanted)  # type: ignore[arg-type]
        return output.value, grads[0] if single else grads  # type: ignore[return-value]

    return with_grad


def _seed_of(output: object, seed: object, caller: str) -> Value:
    if not isinstance(output, Var):
        remedy = (
            "mg.value_and_grad(f) differentiates a function"
            if callable(output)
            else "compute it from Vars"
        )
        raise TypeError(f"{caller} needs a Var, not {type(output).__name__}: {remedy}")
    if seed is None:
        if type(output._value) is not float:
            raise ValueError(
                f"{caller} needs a scalar, this Var has shape {output.shape}: "
                "sum it first or pass seed="
            )
        return 1.0
    start = as_value(seed)
    if shape_of(start) != output.shape:
        raise ValueError(
            f"{caller}: the seed has shape {shape_of(start)}, the output {output.shape}"
        )
    return start


def _inputs_of(inputs: Sequence[Var] | Var) -> list[Var]:
    wanted = [inputs] if isinstance(inputs, Var) else list(inputs)
    for i, x in enumerate(wanted):
        if not isinstance(x, Var):
            raise TypeError(f"grad: input {i} is a {type(x).__name__}, not a Var")
        if not x.requires_grad:
            raise ValueError(
                f"grad: input {i}, {x!r}, wants no gradient (kind {x.kind!r}): "
                "differentiate with respect to a parameter, made by mg.Var"
            )
    return wanted


# ------------------------------------------------------------------------------------ the sweep


def _reach(output: Var) -> tuple[list[Var], list[Var], Before]:
    """The inner nodes that want a gradient, newest first; the leaves; gradients found on them."""
    inner: list[Var] = []
    leaves: list[Var] = []
    before: Before = []
    _mark(output, inner if type(output) is Inner else leaves, before)
    a: Any
    b: Any
    for node in inner:  # which grows meanwhile
        a, b = node._a, node._b
        if type(a) is Inner:
            if a._grad is None:  # as _mark does, without the call
                a._grad = _WAITING
                inner.append(a)
            elif a._grad is not _WAITING:
                _mark(a, inner, before)
        elif type(a) is not float:
            _visit(a, node, inner, leaves, before)
        if type(b) is Inner:
            if b._grad is None:
                b._grad = _WAITING
                inner.append(b)
            elif b._grad is not _WAITING:
                _mark(b, inner, before)
        elif b is not None and type(b) is not float:
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
        if x._grad is not _WAITING:
            _mark(x, inner if kind is Inner else leaves, before)
    elif kind is tuple:
        for each in x:
            _visit(each, node, inner, leaves, before)
    if (kind is Var or kind is Fixed) and x._order > node._order:
        _put_back(inner, leaves, before)
        raise ValueError(
            f"{x!r} was given a new value after this graph was recorded: "
            "run the forward code again, then differentiate"
        )


def _mark(x: Var, found: list[Var], before: Before) -> None:
    if x._grad is not None:
        before.append((x, x._grad))
    x._grad = _WAITING
    found.append(x)


def _put_back(inner: list[Var], leaves: list[Var], before: Before) -> None:
    for x in inner:
        x._grad = None
    for x in leaves:
        x._grad = None
    for x, old in before:
        x._grad = old


def _sweep(
    output: Var,
    start: object,
    inner: list[Any],
    record: bool = False,
    wanted: set[Var] | None = None,
) -> None:
    """Give every node its gradient; with `wanted`, drop the others' once they are used.

    An elementwise op that gave a float got floats: nothing to fit, nothing to loop over. That way
    is written out here; the others take `_step`.
    """
    output._grad = start  # type: ignore[assignment]
    for node in inner:
        g, call = node._grad, node._call
        if g is _WAITING:  # reached only where no gradient passes
            node._grad = None
        elif type(g) is float and call.small:
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
                a._grad = d if a._grad is _WAITING else a._grad + d
            if e is not None:
                b._grad = e if b._grad is _WAITING else b._grad + e
        else:
            _step(node, record)
        if wanted is not None and node not in wanted:
            node._grad = None


def _step(node: Any, record: bool = False) -> None:  # noqa: ANN401
    """Hand each input its share: `record` calls the closures on Vars, otherwise on values."""
    g = node._grad
    edges = node.inputs if record else node._edges()
    seen = edges if record else [x._value if isinstance(x, Node) else x for x in edges]
    y = node if record else node._value
    for x, back in zip(edges, node._call.rules):
        kind = type(x)
        if back is None or (kind is not Inner and kind is not Var):
            continue
        try:
            d = back(g, y, *seen)
        except (ArithmeticError, ValueError):  # Python's floats raise where IEEE 754 has an answer
            d = ieee(back, g, y, *seen)
        shape = () if type(x._value) is float else x._value.shape
        if (() if type(d) is float else d.shape) != shape:
            d = fit(d, shape)
        x._grad = d if x._grad is _WAITING else x._grad + d


def fit(d: object, shape: Shape) -> object:
    """`d`, summed over what broadcasting added, or spread to `shape`: broadcasting's adjoint."""
    have = shape_of(d)
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


ABOVE["backward"] = backward
