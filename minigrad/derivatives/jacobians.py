"""Beyond one gradient: Jacobians, Hessians, and their products with vectors.

Each takes a function of floats and arrays and returns one, as in JAX and autograd. `argnums` says
which arguments to differentiate: an int, or a tuple, which makes the result a tuple as well.
Derivatives by arguments that the function does not depend on are 0.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.gradients import as_leaves, grad, positions_of
from ..engine.nests import is_container
from ..engine.values import Value, plain
from ..engine.variable import Var, constant

Argnums = int | tuple[int, ...]
Function = Callable[..., object]


def jacobian(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """The derivatives of every number in f(…) with respect to every number in the argument.

    Of shape `f(…).shape + argument.shape`; a float where both are scalars. It takes one backward
    pass for each number of the output.

    >>> mg.jacobian(lambda x: mg.cumsum(x))(np.ones(3))
    array([[1., 0., 0.],
           [1., 1., 0.],
           [1., 1., 1.]])
    """
    positions = _checked(f, argnums, "jacobian")

    def of(*args: object) -> Any:  # noqa: ANN401
        y, xs = _run(f, args, positions, "jacobian")
        return _as_asked(_rows(y, xs), argnums)

    return of


def hessian(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """The second derivatives of a scalar f(…): of shape `argument.shape + argument.shape`.

    A tuple of arguments gives a tuple of rows: `[i][j]` differentiates by argument i, then j.

    >>> mg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    positions = _checked(f, argnums, "hessian")

    def of(*args: object) -> Any:  # noqa: ANN401
        y, xs = _run(f, args, positions, "hessian")
        _refuse_array(y, "hessian")
        slopes = grad(y, xs, create_graph=True, allow_unused=True)
        rows = tuple(_as_asked(_rows(slope, xs), argnums) for slope in slopes)  # type: ignore[arg-type]
        return _as_asked(rows, argnums)

    return of


def hvp(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """The Hessian of a scalar f(…) times a vector, `mg.hvp(f)(x, v)`: the cost of two gradients.

    `v` comes last, has the argument's shape, and is a tuple where `argnums` is one.

    >>> mg.hvp(lambda x: mg.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    positions = _checked(f, argnums, "hvp")

    def of(*args: object) -> Any:  # noqa: ANN401
        y, xs, vs = _run_with_vector(f, args, positions, argnums, "hvp")
        _refuse_array(y, "hvp")
        along = _along(grad(y, xs, create_graph=True, allow_unused=True), vs)
        return _as_asked(grad(along, xs, allow_unused=True), argnums)

    return of


def jvp(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """f(…) and its derivative along a vector, `value, derivative = mg.jvp(f)(x, v)`.

    `v` comes last, has the argument's shape, and is a tuple where `argnums` is one. The gradient
    Jᵀu is linear in u, so J v is the derivative of (Jᵀu)·v by u: two backward passes.

    >>> mg.jvp(mg.square)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    (array([1., 4.]), array([ 2., 40.]))
    """
    positions = _checked(f, argnums, "jvp")

    def of(*args: object) -> Any:  # noqa: ANN401
        y, xs, vs = _run_with_vector(f, args, positions, argnums, "jvp")
        u = Var(np.ones(y.shape))
        along = _along(grad((y * u).sum(), xs, create_graph=True, allow_unused=True), vs)
        (derivative,) = grad(along, u, allow_unused=True)
        return y.value, derivative

    return of


def _checked(f: Function, argnums: Argnums, caller: str) -> tuple[int, ...]:
    if not callable(f):
        raise TypeError(
            f"{caller} takes a function, not {f!r}: mg.{caller}(f)(x), with f of floats or arrays"
        )
    return positions_of(argnums, caller)


def _run(
    f: Function, args: tuple[object, ...], positions: tuple[int, ...], caller: str
) -> tuple[Var, list[Var]]:
    for i in positions:
        if i < len(args) and is_container(args[i]):
            raise TypeError(
                f"{caller}: argument {i} is a nest: give arrays, and name several by argnums=(0, 1)"
            )
    given, xs = as_leaves(args, positions, caller)
    result = f(*given)
    return result if isinstance(result, Var) else constant(result), xs


def _run_with_vector(
    f: Function, args: tuple[object, ...], positions: tuple[int, ...], argnums: Argnums, caller: str
) -> tuple[Var, list[Var], list[Var]]:
    if len(args) < 2:
        raise TypeError(f"{caller}: give the arguments of f, then the vector: mg.{caller}(f)(x, v)")
    *rest, v = args
    y, xs = _run(f, tuple(rest), positions, caller)
    parts: tuple[object, ...] = (v,) if isinstance(argnums, int) else tuple(v)  # type: ignore
    vs = [constant(part) for part in parts]
    if [v.shape for v in vs] != [x.shape for x in xs]:
        shapes = (", ".join(str(part.shape) for part in each) for each in (vs, xs))
        raise ValueError("{}: the vector has shape {}, the argument {}".format(caller, *shapes))
    return y, xs, vs


def _along(slopes: tuple[object, ...], vs: list[Var]) -> Var:
    """The sum of the products of the gradients with the vectors."""
    total = constant(0.0)
    for slope, v in zip(slopes, vs, strict=True):
        total = total + (slope * v).sum()
    return total


def _rows(y: Var, xs: list[Var]) -> tuple[Value, ...]:
    """The derivatives of each number of y by each x."""
    rows: list[tuple[Any, ...]] = []
    for i in range(y.size):
        seed = np.zeros(y.size)
        seed[i] = 1.0
        start: object = seed.reshape(y.shape) if y.shape else 1.0
        rows.append(grad(y, xs, seed=start, allow_unused=True))
    return tuple(
        plain(np.array([row[j] for row in rows]).reshape(y.shape + x.shape))
        for j, x in enumerate(xs)
    )


def _refuse_array(y: Var, caller: str) -> None:
    if y.shape:
        raise ValueError(f"{caller} needs a scalar, f returned shape {y.shape}: sum it")


def _as_asked(each: tuple[Any, ...], argnums: Argnums) -> Any:  # noqa: ANN401
    return each[0] if isinstance(argnums, int) else tuple(each)


__all__ = ["hessian", "hvp", "jacobian", "jvp"]
