"""log z, log(1 - z) and their like with all digits, where z is a draw that has been rounded.

A draw near an edge loses its digits: 1 - 1e-20 is 1.0, exp(-800) is 0.0. But where z was recorded
as sigmoid(y) or exp(y), y is still in the graph and knows better: log z is y, exactly. So densities
ask here for what they need of z. It is the same function of the parameters, so the gradients agree;
they pass through y and not through z. A wall before z stays a wall.
"""

import math
from collections.abc import Callable

import numpy as np

from ..engine.op import OPS
from ..engine.variable import Var, constant
from ..ops import (
    add,
    clip,
    equal,
    expm1,
    greater,
    less,
    less_equal,
    log,
    log1p,
    log_softmax,
    multiply,
    negative,
    softplus,
    subtract,
)
from ..ops.tails import times_log, times_log1p
from .parameters import Numbers, where_possible

TINY, BELOW_ONE = float(np.finfo(float).tiny), 1.0 - 2.0**-53

Rounded = dict[str, Callable[[Var, Var], Var]]  # for the op that rounded: what is asked, of y and z

# Whose numbers are above 0, and whose are below 1 as well, even where they have rounded.
_POSITIVE: Rounded = {
    "exp": lambda y, z: y,
    "sigmoid": lambda y, z: negative(softplus(negative(y))),
    "softmax": lambda y, z: log_softmax(y, **z.static),
    "softplus": lambda y, z: log(z),
}
_BELOW_ONE: Rounded = {"sigmoid": lambda y, z: negative(softplus(y))}
_LOGIT: Rounded = {"sigmoid": lambda y, z: y}
_ARCTANH: Rounded = {"tanh": lambda y, z: y}
_SOFTPLUS: Rounded = {"softplus": lambda y, z: y}

# Walls, and what leaves each number as it is and only puts it elsewhere.
_TRANSPARENT = frozenset(
    "stop_gradient index reshape broadcast_to transpose swapaxes squeeze expand_dims flip".split()
)


def _source(z: object) -> tuple[Var | None, list[Var]]:
    """The node that rounded, or None; and the nodes between it and z, innermost last."""
    between: list[Var] = []
    while isinstance(z, Var) and z._call is not None:
        if z.op not in _TRANSPARENT and not _keeps_off_the_edge(z):
            return z, between
        between.append(z)
        z = z.inputs[0]
    return None, between


def _keeps_off_the_edge(z: Var) -> bool:
    return z.op == "clip" and z.inputs[1]._value == TINY


def _again(node: Var, x: Var, *more: object) -> Var:
    """The op of `node`, with its static arguments, on x."""
    function: Callable[..., Var] = OPS[node.op].function  # type: ignore[assignment]
    return function(x, *more, **node.static)


def _asked(z: Numbers, rounded: Rounded) -> Var | None:
    """What is asked of the y that z came from, walled and rearranged as z is."""
    source, between = _source(z)
    if source is None or source.op not in rounded:
        return None
    found = rounded[source.op](source.inputs[0], source)
    for node in reversed(between):
        if node.op in _TRANSPARENT:
            found = _again(node, found)
    return found


def kept_inside(z: Var) -> Var:
    """A draw from (0, 1) that would round to 0 or 1, kept inside."""
    return clip(z, TINY, BELOW_ONE)


# --------------------------------------------------------------------------- what densities call


def is_positive(z: Numbers) -> bool:
    """Whether z was recorded as what is above 0, even where it has rounded to 0."""
    source, _ = _source(z)
    return source is not None and source.op in _POSITIVE


def is_inside_unit(z: Numbers) -> bool:
    """Whether z was recorded as what is in (0, 1), even where it has rounded to 0 or 1."""
    source, _ = _source(z)
    return source is not None and source.op in _BELOW_ONE


def is_tanh(z: Numbers) -> bool:
    """Whether z was recorded as what is in (-1, 1), even where it has rounded to an end."""
    source, _ = _source(z)
    return source is not None and source.op in _ARCTANH


def log_of(z: Numbers) -> Var:
    """log z, with the digits that a draw z lost by rounding.

    >>> z = mg.exp(mg.Var(-1000.0))
    >>> mg.log(z).value, mg.log_of(z).value
    (-inf, -1000.0)
    """
    found = _asked(z, _POSITIVE)
    return log(z) if found is None else found


def log_complement_of(z: Numbers) -> Var:
    """log(1 - z), with the digits that a draw z lost by rounding.

    >>> z = mg.sigmoid(mg.Var(50.0))
    >>> mg.log(1.0 - z).value, mg.log_complement_of(z).value
    (-inf, -50.0)
    """
    found = _asked(z, _BELOW_ONE)
    return log1p(negative(z)) if found is None else found


def logit_of(z: Numbers) -> Var:
    """log z/(1 - z)."""
    found = _asked(z, _LOGIT)
    return subtract(log(z), log1p(negative(z))) if found is None else found


def arctanh_of(z: Numbers) -> Var:
    """½ log (1 + z)/(1 - z)."""
    found = _asked(z, _ARCTANH)
    return multiply(0.5, subtract(log1p(z), log1p(negative(z)))) if found is None else found


def softplus_inverse_of(z: Numbers) -> Var:
    """log(exp(z) - 1)."""
    found = _asked(z, _SOFTPLUS)
    return z + log(negative(expm1(negative(z)))) if found is None else found  # type: ignore


def times_log_of(c: Numbers, z: Numbers) -> Var:
    """c log z; 0 where c is 0, at z = 0 as well."""
    found = _asked(z, _POSITIVE)
    return times_log(c, z) if found is None else multiply(c, found)


def times_log_complement_of(c: Numbers, z: Numbers) -> Var:
    """c log(1 - z); 0 where c is 0, at z = 1 as well."""
    found = _asked(z, _BELOW_ONE)
    return times_log1p(c, negative(z)) if found is None else multiply(c, found)


def at_positive(z: Numbers, log_density: Callable[[Numbers], Var], edge: bool = False) -> Var:
    """The log-density at z > 0, or with `edge` at z ≥ 0, and -inf elsewhere: at inf as well."""
    if is_positive(z):
        return log_density(z)
    below = less(z, 0.0) if edge else less_equal(z, 0.0)
    return where_possible(add(below, equal(z, math.inf)), z, log_density)


def at_unit(z: Numbers, log_density: Callable[[Numbers], Var]) -> Var:
    """The log-density at z in [0, 1], and -inf elsewhere."""
    if is_inside_unit(z):
        return log_density(z)
    return where_possible(add(less(z, 0.0), greater(z, 1.0)), z, log_density, 0.5)


# -------------------------------------------------------------------------------- draws, reshaped


_ROUNDERS = frozenset("exp sigmoid tanh softplus softmax".split())


def before_rounding(z: Var, change: Callable[[Var], Var]) -> Var:
    """z with `change`, which keeps values, applied to the y that z was rounded from, or to z."""
    if z._call is not None and z.op in _ROUNDERS:
        return _again(z, change(z.inputs[0]))
    if z._call is not None and _keeps_off_the_edge(z):
        return _again(z, before_rounding(z.inputs[0], change), *z.inputs[1:])
    return change(z)


def rounded_again(z: Var) -> Var:
    """z, on its last op alone: what it was rounded from is a constant, and the graph ends there."""
    source, between = _source(z)
    if source is None or source.op not in _ROUNDERS:
        return constant(z._value)
    y = constant(source.inputs[0]._value)
    found = _again(source, y)
    for node in reversed(between):
        found = _again(node, found, *(x._value for x in node.inputs[1:]))
    return found
