"""Parameters of distributions: how they are held, and the checks that families share."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..engine.values import Shape, Value, as_value, readonly, shape_of
from ..engine.variable import Var
from ..equations import nan_below
from ..ops import broadcast_to, divide, equal, subtract, where
from ..ops import sum as sum_

Numbers = Var | Value  # a parameter, or what is computed from parameters: a Var if one of them is


def as_parameter(given: object) -> Numbers:
    """A Var unchanged; numbers as a float, or as an array that nobody else can write to."""
    return given if isinstance(given, Var) else readonly(as_value(given))


def value_of(x: Numbers) -> Value:
    """The numbers of a Var, or x itself."""
    return x._value if isinstance(x, Var) else x


def is_wanted(x: object) -> bool:
    """Whether x is a Var that wants a gradient."""
    return isinstance(x, Var) and x.requires_grad


def check_positive(name: str, x: Numbers, remedy: str) -> None:
    """Refuse zero, negative numbers and nan; the error names the first of them and its position."""
    value = value_of(x)
    if value > 0.0 if isinstance(value, float) else (value > 0.0).all():
        return
    number, place = first_where(~(np.asarray(value) > 0.0), value)
    if math.isnan(number):
        raise ValueError(f"{name} is nan{place}: {nan_below(x)}")
    raise ValueError(f"{name} must be positive, not {number}{place}: {remedy}")


def first_where(wrong: NDArray[np.bool_], value: Value) -> tuple[float, str]:
    """The first number of `value` where `wrong` is true, and its position in words."""
    position = tuple(int(i) for i in np.argwhere(wrong)[0])
    return float(np.asarray(value)[position]), f" at position {position}" if position else ""


def joint_shape(what: str, a: Shape, b: Shape) -> Shape:
    """The shape that a and b broadcast to; a ValueError where that looks like a mistake.

    With as many axes in both, (5, 1) and (1, 3) are meant to make (5, 3). Otherwise it must be one
    of the two: (3,) and (3, 1) would make (3, 3), nine numbers where three were meant.
    """
    if a == b or not b:  # two floats, most often
        return a
    try:
        both = np.broadcast_shapes(a, b)
    except ValueError:
        raise ValueError(
            f"{what} of shapes {a} and {b} do not broadcast: give equal shapes"
        ) from None
    if both not in (a, b) and len(a) != len(b):
        raise ValueError(
            f"{what} of shapes {a} and {b} would silently make {both}: reshape one of them, "
            f"or write mg.broadcast_to(x, {both}) if that is meant"
        )
    return both


def joint_batch(owner: str, shapes: dict[str, Shape]) -> Shape:
    """The batch shape that parameters of these shapes broadcast to; a ValueError where it looks
    like a mistake.

    They broadcast as `joint_shape` says. A matrix of n×n after a vector of n is refused: Normal(mu,
    C) means a covariance. A matrix before the vector is n draws of it, and broadcasts.
    """
    names = ""
    both: Shape = ()
    for name, shape in shapes.items():
        what = f"{owner}: {names} and {name}"
        if shape == both * 2 and len(both) == 1 < both[0]:
            raise ValueError(
                f"{what} of shapes {both} and {shape} would silently make {shape}: for a "
                "covariance take mg.MultivariateNormal(loc, covariance_matrix=); for a batch, "
                f"mg.broadcast_to(x, {shape})"
            )
        both = joint_shape(what, both, shape) if both else shape
        names = f"{names}, {name}" if names else name
    return both


def check_expansion(owner: object, old: Shape, new: Shape) -> None:
    """Refuse a batch shape that the present one does not broadcast to."""
    try:
        fits = np.broadcast_shapes(old, new) == new
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"expand: the batch {old} of {owner!r} does not broadcast to {new}")


def described(name: str, parts: Mapping[str, object], by_name: bool = False) -> str:
    """How an object is shown: its name, and its parameters with their numbers.

    With `by_name` a Var that has a name is shown by it too: Normal(loc = mu = 0.7, …).
    """
    if by_name:
        named = {x: f" = {p.name}" for x, p in parts.items() if isinstance(p, Var) and p.name}
        words = (f"{x}{named.get(x, '')} = {_shown(p)}" for x, p in parts.items())
        return f"{name}({', '.join(words)})"
    return f"{name}({', '.join(f'{key}={_shown(x)}' for key, x in parts.items())})"


def _shown(x: object) -> str:
    if isinstance(x, Var | np.ndarray):
        x = value_of(x)
    if not isinstance(x, np.ndarray):
        return repr(x)
    if x.size > 8:
        return f"<array of shape {x.shape}>"
    return " ".join(np.array2string(x, separator=", ", precision=6).split())


def as_outcome(owner: str, given: object, batch_shape: Shape, event_shape: Shape) -> Numbers:
    """A z to take the density of, held like a parameter.

    Its shape must be sample_shape + batch_shape + event_shape, in which the axes before event_shape
    may broadcast as parameters do; any other raises ValueError.
    """
    z = as_parameter(given)
    shape, n = shape_of(z), len(event_shape)
    if n and shape[-n:] != event_shape:
        raise ValueError(f"{owner}: z of shape {shape} must end in the event shape {event_shape}")
    joint_shape(f"{owner}: z and parameters", shape[: len(shape) - n], batch_shape)
    return z


def spread(x: Numbers, shape: Shape) -> Var:
    """x broadcast to `shape`, where it hasn't that shape already."""
    return x if shape_of(x) == shape else broadcast_to(x, shape)  # type: ignore[return-value]


def sum_last(x: Numbers, n: int) -> Var:
    """x summed over its last n axes."""
    return sum_(x, tuple(range(-n, 0))) if n else x  # type: ignore[return-value]


def where_possible(
    impossible: Numbers, z: Numbers, log_density: Callable[[Numbers], Var], inside: Numbers = 1.0
) -> Var:
    """The log-density at z, and -inf where z is impossible.

    There the log-density is computed at `inside`, hidden by the outer `where`: the log of a z below
    0 would be nan, and would spoil the gradient of its neighbours, since 0·nan is nan.
    """
    return where(impossible, -math.inf, log_density(where(impossible, inside, z)))


def unless_nan(z: Numbers, x: Numbers) -> Var:
    """x, and nan where z is nan: comparisons with nan are false, as those with other numbers."""
    if not isinstance(z, Var) and not np.any(np.isnan(z)):
        return x  # type: ignore[return-value]
    return where(equal(z, z), x, math.nan)


# The standard normal has μ = 0, σ = 1, log σ = 0: as plain numbers these need no operation, so a KL
# to it has three nodes fewer to look at and to compute.


def minus(a: Numbers, b: Numbers) -> Var:
    """a - b; a itself where b is the plain number 0."""
    return a if type(b) is float and b == 0.0 else subtract(a, b)  # type: ignore[return-value]


def over(a: Numbers, b: Numbers) -> Var:
    """a / b; a itself where b is the plain number 1."""
    return a if type(b) is float and b == 1.0 else divide(a, b)  # type: ignore[return-value]
