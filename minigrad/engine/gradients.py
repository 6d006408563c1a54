"""The ways to ask for a gradient: `backward`, `grad`, `value_and_grad`."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from . import context
from .op import ABOVE
from .sweep import WAITING, Reached, reach, sweep
from .values import Value, as_value, readonly, shape_of
from .variable import Var, constant

_one_at_a_time = threading.RLock()  # a sweep keeps its marks in the nodes' own gradient slots


def backward(output: Var, seed: object = None) -> None:
    """`Var.backward`: add into the leaves' `.grad`, set the inner nodes' afresh."""
    start = _seed_of(output, seed, "backward")
    if not output.requires_grad:
        raise ValueError(
            f"backward has nowhere to go: {output!r} depends on no parameter, or only through "
            "a wall (stop_gradient, sample, a comparison): make its parameters mg.Var, "
            "or let mg.explain say which node stops the gradient"
        )
    reached = Reached()
    with _one_at_a_time:
        try:
            reach(output, reached)
            sweep(output, start, reached.inner)
            for x, old in zip(reached.leaves, reached.leaf_grads):
                if x._grad is WAITING:  # reached only where no gradient passes
                    x._grad = old
                elif old is not None:
                    x._grad = old + x._grad  # type: ignore[operator]
        except BaseException:
            reached.put_back()
            raise


def grad(
    output: Var, inputs: Sequence[Var] | Var, *, seed: object = None, create_graph: bool = False
) -> tuple[Value | Var, ...]:
    """The gradients of `output` with respect to `inputs`, a tuple; leaves every `.grad` as it was.

    They are floats and arrays of the inputs' shapes, or with `create_graph=True` Vars that can be
    differentiated again. An input that the output doesn't depend on gives zeros. `seed` is the
    gradient with respect to the output, needed where that is not a scalar. A constant, noise or a
    wall among the inputs is a ValueError.
    """
    start = _seed_of(output, seed, "grad")
    wanted = _inputs_of(inputs)
    if not (context.current().recording or output.requires_grad or output.op):
        raise ValueError(
            "grad: the output is a constant without a graph: compute it outside mg.no_grad()"
        )
    if create_graph and not context.current().recording:
        raise ValueError("grad: create_graph=True records, but this thread is in mg.no_grad()")
    found: list[object] = [None] * len(wanted)
    if output.requires_grad:
        reached = Reached()
        with _one_at_a_time:
            try:
                reach(output, reached)
                seed_ = constant(start) if create_graph else start
                sweep(output, seed_, reached.inner, create_graph, set(wanted))
                below = {*reached.inner, *reached.leaves}
                found = [x._grad if x in below else None for x in wanted]
            finally:
                reached.put_back()
    found = [None if d is WAITING else d for d in found]
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
    if not callable(f):
        raise TypeError(f"value_and_grad: give a function of floats or arrays, not {f!r}")
    single = isinstance(argnums, int)
    positions: tuple[int, ...] = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not all(isinstance(i, int) for i in positions):
        raise TypeError(f"value_and_grad: argnums is an int or a tuple of ints, not {argnums!r}")

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
            raise TypeError(f"grad: input {i} is of type {type(x).__name__}, not a Var")
        if not x.requires_grad:
            raise ValueError(
                f"grad: input {i}, {x!r}, wants no gradient (kind {x.kind!r}): "
                "differentiate with respect to a parameter, made by mg.Var"
            )
    return wanted


ABOVE["backward"] = backward
