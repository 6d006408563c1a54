"""Elementwise ops with a kink or a choice: abs, maximum, clip, where, comparisons, walls.

The slope at each kink is noted in the docstring. No gradient passes where a rule is None.
"""

import math

import numpy as np

from ..engine.values import Value
from .row import comparison, each


def _gate(g: object, opened: object, otherwise: object = 0.0) -> object:
    """g where the gate is open. Chosen, not multiplied: 0·∞ would be nan on the side not taken."""
    if type(opened) is bool:  # of floats: the scalar path has no time for where
        return g if opened else otherwise
    if type(opened) is np.ndarray:  # the op itself would hold its bools as floats
        return np.where(opened, g, otherwise)  # type: ignore[call-overload]
    return where(opened, g, otherwise)


def _along(x: object, length: object) -> object:
    """x / length, and 0 where the length is 0: a length has a kink there, and 0 among its slopes.

    The quotient is of a length that is never 0, so that its own derivative is 0 there, not nan.
    """
    at_kink = equal(length, 0.0)
    return where(at_kink, 0.0, x / where(at_kink, 1.0, length))


@each(
    lambda g, y, x: _gate(g, x > 0.0),
    python="0.0 if {0} <= 0.0 else {0}",
    numpy="np.maximum({0}, 0.0)",
    javascript="{0} <= 0 ? 0 : {0}",
)
def relu(x: Value) -> Value:
    """max(x, 0). Slope 0 at the kink x = 0.

    >>> mg.relu(-1.0), mg.relu(2.0)
    (0.0, 2.0)
    >>> mg.value_and_grad(mg.relu)(0.0)
    (0.0, 0.0)
    """
    return (x if x > 0.0 or x != x else 0.0) if type(x) is float else np.maximum(x, 0.0)


@each(lambda g, y, x: g * sign(x), symbol="| |", python="abs({0})")
def abs(x: Value) -> Value:
    """The absolute value. Slope 0 at the kink x = 0.

    >>> mg.value_and_grad(mg.abs)(-3.0)
    (3.0, -1.0)
    >>> mg.value_and_grad(mg.abs)(0.0)
    (0.0, 0.0)
    """
    return math.fabs(x) if type(x) is float else np.abs(x)


@each(
    None,
    python="1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else abs({0})",
    javascript="{0} > 0 ? 1 : {0} < 0 ? -1 : Math.abs({0})",
)
def sign(x: Value) -> Value:
    """-1, 0 or 1; nan at nan. Flat wherever it has a slope, so no gradient passes.

    >>> mg.sign(np.array([-2.0, 0.0, 3.0]))
    array([-1.,  0.,  1.])
    """
    return (x if x != x else float(x > 0.0) - (x < 0.0)) if type(x) is float else np.sign(x)


@each(
    lambda g, y, a, b: _gate(g, a > b, _gate(0.5 * g, a == b)),
    lambda g, y, a, b: _gate(g, b > a, _gate(0.5 * g, a == b)),
    python=lambda known: (
        "{1} if {0} <= {1} else {0}" if known[1] else "{0} if {0} > {1} or {0} != {0} else {1}"
    ),
    javascript="{0} > {1} || {0} !== {0} ? {0} : {1}",
)
def maximum(a: Value, b: Value) -> Value:
    """The larger of a and b, nan if either is. At a tie each gets half of the gradient.

    >>> a, b = mg.Var(2.0), mg.Var(2.0)
    >>> mg.grad(mg.maximum(a, b), [a, b])
    (0.5, 0.5)
    """
    return (a if a > b or a != a else b) if type(a) is type(b) is float else np.maximum(a, b)


@each(
    lambda g, y, a, b: _gate(g, a < b, _gate(0.5 * g, a == b)),
    lambda g, y, a, b: _gate(g, b < a, _gate(0.5 * g, a == b)),
    python=lambda known: (
        "{1} if {0} >= {1} else {0}" if known[1] else "{0} if {0} < {1} or {0} != {0} else {1}"
    ),
    javascript="{0} < {1} || {0} !== {0} ? {0} : {1}",
)
def minimum(a: Value, b: Value) -> Value:
    """The smaller of a and b, nan if either is. At a tie each gets half of the gradient.

    >>> mg.minimum(np.array([1.0, 5.0]), 3.0)
    array([1., 3.])
    """
    return (a if a < b or a != a else b) if type(a) is type(b) is float else np.minimum(a, b)


@each(
    lambda g, y, x, low, high: _gate(_gate(g, x <= high), x >= low),
    # Should low be above high, the value is high, whatever x is.
    lambda g, y, x, low, high: _gate(_gate(g, low <= high), x < low),
    lambda g, y, x, low, high: _gate(g, maximum(x, low) > high),
    python="_clip({0}, {1}, {2})",
    numpy="np.minimum(np.maximum({0}, {1}), {2})",
    javascript="clip({0}, {1}, {2})",
)
def clip(x: Value, low: Value, high: Value) -> Value:
    """x moved into [low, high]. The gradient passes on the closed interval and is 0 outside it.

    >>> mg.clip(np.array([-2.0, 0.5, 3.0]), 0.0, 1.0)
    array([0. , 0.5, 1. ])
    """
    if type(x) is type(low) is type(high) is float:
        return _clip(x, low, high)
    return np.minimum(np.maximum(x, low), high)


def _clip(x: float, low: float, high: float) -> float:
    y = x if x > low or x != x else low
    return y if y < high or y != y else high


@each(
    None,
    lambda g, y, condition, a, b: where(condition, g, 0.0),
    lambda g, y, condition, a, b: where(condition, 0.0, g),
    python="{1} if {0:truth} else {2}",
    numpy="np.where({0:truth}, {1}, {2})",
    javascript="{0:truth} ? {1} : {2}",
)
def where(condition: Value, a: Value, b: Value) -> Value:
    """a where the condition is not 0, else b.

    A branch not taken still poisons the gradient if its own slope is infinite, since 0·∞ is nan:
    `where(x > 0, log(x), 0)` has gradient nan at x = 0. Make the argument safe as well (the double
    where): `where(x > 0, log(where(x > 0, x, 1.0)), 0)`.

    >>> mg.where(np.array([1.0, 0.0]), 10.0, 20.0)
    array([10., 20.])
    >>> def f(x):
    ...     return mg.where(x > 0.0, mg.log(mg.where(x > 0.0, x, 1.0)), 0.0)
    >>> mg.value_and_grad(f)(0.0)
    (0.0, 0.0)
    """
    if type(condition) is float:
        return (a if condition else b) if type(a) is type(b) is float else np.where(condition, a, b)
    return np.where(condition, a, b)


# Comparisons: 1.0 where true, 0.0 where not; on the tape a bool becomes a float. They are recorded,
# so that `where(x > 0, …)` stays true when x is another number, and pass no gradient.


@comparison("<")
def less(a: Value, b: Value) -> object:
    """1.0 where a is less than b, else 0.0; no gradient.

    >>> mg.less(np.array([1.0, 3.0]), 2.0)
    array([1., 0.])
    """
    return a < b


@comparison("<=", symbol="≤")
def less_equal(a: Value, b: Value) -> object:
    """1.0 where a is at most b, else 0.0; no gradient.

    >>> mg.less_equal(np.array([1.0, 2.0, 3.0]), 2.0)
    array([1., 1., 0.])
    """
    return a <= b


@comparison(">")
def greater(a: Value, b: Value) -> object:
    """1.0 where a is greater than b, else 0.0; no gradient.

    >>> mg.greater(np.array([1.0, 3.0]), 2.0)
    array([0., 1.])
    """
    return a > b


@comparison(">=", symbol="≥")
def greater_equal(a: Value, b: Value) -> object:
    """1.0 where a is at least b, else 0.0; no gradient.

    >>> mg.greater_equal(np.array([1.0, 2.0]), 2.0)
    array([0., 1.])
    """
    return a >= b


@comparison("==", symbol="==")
def equal(a: Value, b: Value) -> object:
    """1.0 where a is equal to b, else 0.0; no gradient.

    >>> mg.equal(np.array([1.0, 2.0]), 2.0)
    array([0., 1.])
    """
    return a == b


@comparison("!=", symbol="≠")
def not_equal(a: Value, b: Value) -> object:
    """1.0 where a is different from b, else 0.0; no gradient.

    >>> mg.not_equal(np.array([1.0, 2.0]), 2.0)
    array([1., 0.])
    """
    return a != b


# ----------------------------------------------------------------------------------------- walls


@each(None, kind="stop", written="{0}")
def stop_gradient(x: Value) -> Value:
    """x, with no gradient passing: a wall, drawn with what is behind it.

    >>> x = mg.Var(3.0)
    >>> mg.grad(x * mg.stop_gradient(x), x)
    (3.0,)
    """
    return x
