"""Beyond one gradient: Jacobians, Hessians, and their products with vectors.

Each takes a function of floats and arrays and returns one, as in JAX and autograd. `argnums` says
which arguments to differentiate: an int, or a tuple, which makes the result a tuple as well. An
argument may be a dict, a list or a tuple of arrays, or a nest of them: its derivatives come in the
same form, and so do those of what the function returns. Derivatives by
arguments that the function does not depend on are 0.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..engine.gradients import as_leaves, grad, positions_of
from ..engine.nests import apart, is_container, over
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
    >>> mg.jacobian(lambda p: {"y": p["w"] * p["b"]})({"w": 2.0, "b": 3.0})
    {'y': {'w': 3.0, 'b': 2.0}}
    """
    _checked(f, argnums, "jacobian")

    def of(*args: object) -> Any:  # noqa: ANN401
        run = _Run(f, args, argnums, "jacobian")
        return over(lambda y: run.filled(_rows(y, run.xs)), run.output)

    return of


def hessian(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """The second derivatives of a scalar f(…): of shape `argument.shape + argument.shape`.

    A tuple of arguments gives a tuple of rows: `[i][j]` differentiates by argument i, then j.

    >>> mg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    _checked(f, argnums, "hessian")

    def of(*args: object) -> Any:  # noqa: ANN401
        run = _Run(f, args, argnums, "hessian")
        slopes = grad(run.scalar, run.xs, create_graph=True, allow_unused=True)
        return run.filled(run.filled(_rows(slope, run.xs)) for slope in slopes)  # type: ignore

    return of


def hvp(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """The Hessian of a scalar f(…) times a vector, `mg.hvp(f)(x, v)`: the cost of two gradients.

    `v` comes last, has the argument's shape or form, and is a tuple where `argnums` is one.

    >>> mg.hvp(lambda x: mg.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    _checked(f, argnums, "hvp")

    def of(*args: object) -> Any:  # noqa: ANN401
        run, vs = _with_vector(f, args, argnums, "hvp")
        along = _along(grad(run.scalar, run.xs, create_graph=True, allow_unused=True), vs)
        return run.filled(grad(along, run.xs, allow_unused=True))

    return of


def jvp(f: Function, argnums: Argnums = 0) -> Callable[..., Any]:
    """f(…) and its derivative along a vector, `value, derivative = mg.jvp(f)(x, v)`.

    `v` comes last, has the argument's shape or form, and is a tuple where `argnums` is one. The
    gradient Jᵀu is linear in u, so J v is the derivative of (Jᵀu)·v by u: two backward passes.

    >>> mg.jvp(mg.square)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    (array([1., 4.]), array([ 2., 40.]))
    """
    _checked(f, argnums, "jvp")

    def of(*args: object) -> Any:  # noqa: ANN401
        run, vs = _with_vector(f, args, argnums, "jvp")
        ys = list(apart(run.output).values())
        us = [Var(np.ones(y.shape)) for y in ys]  # type: ignore[attr-defined]
        total = _along(tuple(us), ys)  # type: ignore[arg-type]
        along = _along(grad(total, run.xs, create_graph=True, allow_unused=True), vs)
        slopes = iter(grad(along, us, allow_unused=True))
        values = over(lambda y: y.value, run.output)
        return values, over(lambda _: next(slopes), run.output)

    return of


def _checked(f: Function, argnums: Argnums, caller: str) -> None:
    if not callable(f):
        raise TypeError(
            f"{caller} takes a function, not {f!r}: mg.{caller}(f)(x), with f of floats or arrays"
        )
    positions_of(argnums, caller)


class _Run:
    """One call of f: its output, with Vars for leaves, and the Vars that were its arguments."""

    def __init__(
        self, f: Function, args: tuple[object, ...], argnums: Argnums, caller: str
    ) -> None:
        positions = positions_of(argnums, caller)
        given, self.xs = as_leaves(args, positions, caller)
        self.output = over(lambda y: y if isinstance(y, Var) else constant(y), f(*given))
        self.caller, self._forms = caller, [given[i] for i in positions]
        self._single = isinstance(argnums, int)

    @property
    def scalar(self) -> Var:
        """The output, which must be one number."""
        if is_container(self.output):
            raise TypeError(f"{self.caller} needs a scalar, f returned a nest of several: add them")
        if self.output.shape:
            shape = self.output.shape
            raise ValueError(f"{self.caller} needs a scalar, f returned shape {shape}: sum it")
        return self.output  # type: ignore[no-any-return]

    def filled(self, values: Iterable[object]) -> Any:  # noqa: ANN401
        """One value for each Var, in nests of the arguments' forms."""
        left = iter(values)
        each = tuple(over(lambda _: next(left), form) for form in self._forms)
        return each[0] if self._single else each

    def vector(self, v: object) -> list[Var]:
        """The parts of a vector of the arguments' forms."""
        parts = (v,) if self._single else tuple(v)  # type: ignore[arg-type]
        leaves = [(place, x) for part in parts for place, x in apart(part).items()]
        places = [place for form in self._forms for place in apart(form)]
        if [place for place, _ in leaves] != places:
            names = [", ".join(each) for each in ([p for p, _ in leaves], places)]
            raise ValueError(f"{self.caller}: the vector has parts {names[0]}, not {names[1]}")
        vs = [constant(x) for _, x in leaves]
        if [v.shape for v in vs] != [x.shape for x in self.xs]:
            shapes = (", ".join(str(part.shape) for part in each) for each in (vs, self.xs))
            what = "{}: the vector has shape {}, the argument {}"
            raise ValueError(what.format(self.caller, *shapes))
        return vs


def _with_vector(
    f: Function, args: tuple[object, ...], argnums: Argnums, caller: str
) -> tuple[_Run, list[Var]]:
    if len(args) < 2:
        raise TypeError(f"{caller}: give the arguments of f, then the vector: mg.{caller}(f)(x, v)")
    *rest, v = args
    run = _Run(f, tuple(rest), argnums, caller)
    return run, run.vector(v)


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


__all__ = ["hessian", "hvp", "jacobian", "jvp"]
