"""Draws whose derivatives follow from the distribution function: they move as quantiles do.

F(z; θ) = u, for noise u, gives dz/dθ = -(∂F/∂θ)/q with q the density. Here z is known, and F is on
the tape.
"""

import math
from collections.abc import Callable

import numpy as np

from ..engine.values import Array, Value
from ..engine.variable import Var
from ..ops import add, exp, multiply, negative, softplus, subtract
from ..ops.row import each

_LOG_SLOPES: dict[str, Callable[[Var], Var]] = {
    "exp": lambda y: y,
    "sigmoid": lambda y: negative(add(softplus(y), softplus(negative(y)))),
    "softplus": lambda y: negative(softplus(negative(y))),
    "tanh": lambda y: multiply(2.0, subtract(math.log(2.0), add(y, softplus(multiply(-2.0, y))))),
}


def _no_second(*_: object) -> object:
    raise NotImplementedError(
        "draws of MixtureSameFamily can be differentiated only once, and this takes a "
        "second derivative"
    )


@each(_no_second, symbol="once")
def once(x: Value) -> Value:
    """x, which has no derivative here."""
    return x


@each(
    None,
    lambda g, y, x, mass, log_density: -once(g * exp(-log_density)),
    None,
    symbol="-F/q",
    numpy="implied({all})",
)
def implied(x: Value, mass: Value, log_density: Value) -> Value:
    """x, moving so that the distribution function stays constant: dx/dθ = -(∂F/∂θ)/q.

    `mass` is F at a wall before x, `log_density` is log q there.
    """
    return x


def log_slope(rounder: str, y: Var) -> Var:
    """log dz/dy where z is exp, sigmoid, softplus or tanh of y."""
    return _LOG_SLOPES[rounder](y)


def widest_gap(low: Array, high: Array) -> float:
    """The widest stretch that no interval from `low` to `high`, along the last axis, reaches.

    Where draws come from such intervals, an implied derivative misses what jumps the gap.
    """
    order = np.argsort(low, -1)
    low, high = (np.take_along_axis(x, order, -1) for x in (low, high))
    gaps = low[..., 1:] - np.maximum.accumulate(high, -1)[..., :-1]
    return float(np.max(gaps, initial=0.0))
