"""The ways to ask for a gradient: `backward`, `grad`, `value_and_grad`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from . import context
from .marks import Mark, add, at_work, give, in_turn, interrupts, takes_turns, turn
from .nests import apart, over
from .op import ABOVE
from .places import located
from .sweep import copied, reach, sweep
from .values import Value, as_value, readonly, shape_of
from .variable import Var, constant


@takes_turns
def backward(output: Var, seed: object = None) -> None:
    """`Var.backward`: add into the leaves' `.grad`, replace the inner nodes'."""
    start = _seed_of(output, seed, "backward")
    if not output.requires_grad:
        raise ValueError(
            f"backward has nowhere to go: {output!r} depends on no parameter, or only through "
            "a wall (stop_gradient, sample, a comparison): make its parameters mg.Var, "
            "or let mg.explain say which node stops the gradient"
        )
    if in_turn():
        return _add_beside(output, start)
    with turn: _add(output, start)  # noqa: E701  # fmt: skip  # see `turn`


def _add(output: Var, start: Value) -> None:
    mark = at_work[0] = Mark()
    inner, leaves = reach(output, mark)
    (located(sweep, "a gradient") if context.blocks else sweep)(output, start, inner)
    sums = False
    for x in leaves:
        old = x._b
        if old is not None:
            x._flow = old + x._flow
            sums = True
    mark.sums = sums
    mark.finish()


def _add_beside(output: Var, start: Value) -> None:
    """The same while another sweep of this thread waits, which this call interrupted."""
    copy, copies = copied(output)
    inner, leaves = reach(copy, Mark())
    sweep(copy, start, inner)
    for x in copies:
        if interrupts(x):
            raise RuntimeError(
                f"backward: {x!r} is part of a gradient still being computed here, which this call "
                "interrupted: use mg.grad, or call backward before or after it"
            )
    grads = []
    for x, made in copies.items():
        old = x._kept() if made in leaves else None
        grads.append((x, made._flow if old is None else old + made._flow))
    give(grads)


@takes_turns
def grad(
    output: Var,
    inputs: Sequence[Var] | Var = (),
    *,
    seed: object = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Value | Var, ...]:
    """The gradients of `output` with respect to `inputs`, a tuple; leaves every `.grad` unchanged.

    They are floats and arrays of the inputs' shapes, or with `create_graph=True` Vars that can be
    differentiated again. `seed` is the gradient with respect to the output, needed where that holds
    several numbers. An input that the output doesn't depend on, or only through a wall, has no
    gradient and raises ValueError; with `allow_unused=True` its gradient is zeros. A constant,
    noise or a wall among the inputs raises ValueError.

    >>> x, y = mg.Var(3.0), mg.Var(2.0)
    >>> mg.grad(x * x * y, [x, y])
    (12.0, 9.0)
    >>> (slope,) = mg.grad(x**3.0, x, create_graph=True)
    >>> mg.grad(slope, x)
    (18.0,)
    """
    start = _seed_of(output, seed, "grad")
    wanted = _inputs_of(inputs)
    if not wanted:
        raise TypeError("grad: say with respect to what: mg.grad(output, [w, b])")
    if not (context.current().recording or output.requires_grad or output.op):
        raise ValueError(
            "grad: the output is a constant without a graph: compute it outside mg.no_grad()"
        )
    if create_graph and not context.current().recording:
        raise ValueError("grad: create_graph=True records, but this thread is in mg.no_grad()")
    found: list[object] = [None] * len(wanted)
    if output.requires_grad:
        if create_graph or in_turn():
            found = _found_beside(output, start, wanted, create_graph)
        else:
            with turn: found = _found(output, start, wanted)  # noqa: E701  # fmt: skip  # see `turn`
    for i, (x, d) in enumerate(zip(wanted, found, strict=True)):
        if d is None and not allow_unused:
            raise ValueError(
                f"grad: input {i}, {x!r}, gets no gradient: {ABOVE['reason'](output, x)}; "
                "allow_unused=True would give zeros"
            )
    zeros = (np.zeros(x.shape) if x.shape else 0.0 for x in wanted)
    filled = tuple(zero if d is None else d for d, zero in zip(found, zeros, strict=True))
    if create_graph:
        return tuple(d if isinstance(d, Var) else constant(d) for d in filled)
    return tuple(readonly(d) for d in filled)  # type: ignore[arg-type]


def _found(output: Var, start: Value, wanted: list[Var]) -> list[object]:
    mark = at_work[0] = Mark()
    inner, leaves = reach(output, mark)
    run = located(sweep, "a gradient") if context.blocks else sweep
    run(output, start, inner, {*wanted})
    found = [x._flow if x._mark is mark else None for x in wanted]
    for x in leaves:  # gives memory back, no more: see Mark
        x._flow = None
    return found  # type: ignore[return-value]


def _found_beside(output: Var, start: Value, wanted: list[Var], record: bool) -> list[object]:
    """The same on a copy of the graph: to record, or while another sweep of this thread waits."""
    copy, copies = copied(output, record)
    inner, _ = reach(copy, Mark())
    kept = [copies.get(x) for x in wanted]
    sweep(copy, constant(start) if record else start, inner, {x for x in kept if x is not None})
    return [None if x is None else x._flow for x in kept]


@takes_turns
def add_gradients(leaves: Iterable[Var], shares: Iterable[Value]) -> None:
    """Add to the leaves' `.grad`, as `backward` does, gradients that were found in another way."""
    with turn: add(leaves, shares)  # noqa: E701  # fmt: skip  # see `turn`


def value_and_grad(
    f: Callable[..., Var], argnums: int | tuple[int, ...] = 0, *, allow_unused: bool = False
) -> Callable[..., tuple[Value, Any]]:
    """A function of floats and arrays that returns the value of `f` and its gradient.

    `argnums` says which positional arguments to differentiate: one gradient for an int, a tuple of
    them for a tuple. `f` gets those as Vars, everything else as it is, and returns a scalar Var. An
    argument may be a dict, list or tuple of parameters, or a nest of these: its gradient has the
    same form. One that the value doesn't depend on raises ValueError, or with `allow_unused=True`
    gets zeros.

    >>> mg.value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    >>> mg.value_and_grad(lambda w: w["a"] * w["b"])({"a": 2.0, "b": 5.0})
    (10.0, {'a': 5.0, 'b': 2.0})
    """
    if not callable(f):
        raise TypeError(f"value_and_grad: give a function of floats or arrays, not {f!r}")
    positions = positions_of(argnums, "value_and_grad")

    def with_grad(*args: object, **keywords: object) -> tuple[Value, Any]:
        given, wanted = as_leaves(args, positions, "value_and_grad")
        result: object = f(*given, **keywords)
        output = result if isinstance(result, Var) else constant(result)
        found = iter(grad(output, wanted, allow_unused=allow_unused))
        grads = tuple(over(lambda _: next(found), given[i]) for i in positions)
        return output.value, grads[0] if isinstance(argnums, int) else grads

    return with_grad


def positions_of(argnums: object, caller: str) -> tuple[int, ...]:
    """`argnums` as a tuple of ints."""
    positions = argnums if isinstance(argnums, tuple | list) else (argnums,)
    if not positions or not all(type(i) is int for i in positions):
        raise TypeError(
            f"{caller}: argnums is an int or a tuple of ints, not {argnums!r}: {caller}(f) makes a "
            f"function, which takes the arguments: mg.{caller}(f)(x)"
        )
    return tuple(positions)


def as_leaves(
    args: tuple[object, ...], positions: tuple[int, ...], caller: str
) -> tuple[list[Any], list[Var]]:
    """The arguments, those at `positions` made Vars or nests of Vars, and all these Vars."""
    given: list[Any] = list(args)
    for i in positions:
        if not -len(given) <= i < len(given):
            raise TypeError(f"{caller}: argument {i} is missing, {len(given)} were given")
    for i in {i % len(given): None for i in positions}:
        given[i] = over(lambda x: Var(x.value if isinstance(x, Var) else x), given[i])
    wanted = [leaf for i in positions for leaf in apart(given[i]).values()]
    return given, wanted  # type: ignore[return-value]


def _seed_of(output: object, seed: object, caller: str) -> Value:
    if not isinstance(output, Var):
        remedy = (
            "value, gradient = mg.value_and_grad(f)(x) differentiates a function"
            if callable(output)
            else "compute it from Vars"
        )
        raise TypeError(f"{caller} needs a Var, not {type(output).__name__}: {remedy}")
    if seed is None:
        if type(output._value) is float:
            return 1.0
        if output.size == 1:
            return np.ones(output.shape)
        raise ValueError(
            f"{caller} needs a scalar, this Var has shape {output.shape}: "
            "sum it first or pass seed="
        )
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
            raise TypeError(f"grad: input {i} is of type {type(x).__name__}, not a Var")
        if not x.requires_grad:
            raise ValueError(
                f"grad: input {i}, {x!r}, wants no gradient (kind {x.kind!r}): "
                "differentiate with respect to a parameter, made by mg.Var"
            )
    return wanted


ABOVE["backward"] = backward
