"""Circular and hyperbolic functions, elementwise; angles in radians."""

import math

import numpy as np

from ..engine.values import Value
from .arithmetic import sqrt
from .choices import _along
from .row import each

# ---------------------------------------------------------------------------------------- circular


@each(lambda g, y, x: g * cos(x))
def sin(x: Value) -> Value:
    """Sine of x in radians; nan at ±inf.

    >>> mg.value_and_grad(mg.sin)(0.0)
    (0.0, 1.0)
    """
    return math.sin(x) if type(x) is float else np.sin(x)


@each(lambda g, y, x: -g * sin(x))
def cos(x: Value) -> Value:
    """Cosine of x in radians; nan at ±inf.

    >>> mg.cos(0.0), round(mg.cos(np.pi / 3.0), 4)
    (1.0, 0.5)
    """
    return math.cos(x) if type(x) is float else np.cos(x)


@each(lambda g, y, x: g * (1.0 + y * y))
def tan(x: Value) -> Value:
    """Tangent of x in radians; nan at ±inf.

    >>> mg.value_and_grad(mg.tan)(0.0)
    (0.0, 1.0)
    """
    return math.tan(x) if type(x) is float else np.tan(x)


@each(lambda g, y, x: -2.0 * g * x, symbol="1 − ( )²", written="(1.0 - {0}) * (1.0 + {0})")
def _one_minus_square(x: Value) -> Value:
    """1 - x², as a product that keeps its digits near ±1; its own slope is right there too."""
    return (1.0 - x) * (1.0 + x)


@each(lambda g, y, x: g / sqrt(_one_minus_square(x)), math="asin")
def arcsin(x: Value) -> Value:
    """The angle in [-π/2, π/2] whose sine is x; nan outside [-1, 1], infinite slope at its ends.

    >>> round(mg.arcsin(1.0), 4), mg.arcsin(2.0)
    (1.5708, nan)
    """
    return math.asin(x) if type(x) is float else np.arcsin(x)


@each(lambda g, y, x: -g / sqrt(_one_minus_square(x)), math="acos")
def arccos(x: Value) -> Value:
    """The angle in [0, π] whose cosine is x; nan outside [-1, 1], infinite slope at its ends.

    >>> mg.arccos(1.0), round(mg.arccos(-1.0), 4)
    (0.0, 3.1416)
    """
    return math.acos(x) if type(x) is float else np.arccos(x)


@each(lambda g, y, x: g / (1.0 + x * x), math="atan")
def arctan(x: Value) -> Value:
    """The angle in (-π/2, π/2) whose tangent is x.

    >>> mg.value_and_grad(mg.arctan)(0.0)
    (0.0, 1.0)
    >>> round(mg.arctan(np.inf), 4)
    1.5708
    """
    return math.atan(x) if type(x) is float else np.arctan(x)


@each(
    lambda g, y, a, b: g * (b / hypot(a, b)) / hypot(a, b),  # a² + b² could overflow
    lambda g, y, a, b: -g * (a / hypot(a, b)) / hypot(a, b),
    math="atan2",
)
def arctan2(a: Value, b: Value) -> Value:
    """The angle of the point (b, a), in [-π, π]: a is the ordinate. Gradients at (0, 0) are nan.

    >>> round(mg.arctan2(1.0, -1.0), 4)
    2.3562
    """
    return math.atan2(a, b) if type(a) is type(b) is float else np.arctan2(a, b)


@each(
    lambda g, y, a, b: g * _along(a, y),
    lambda g, y, a, b: g * _along(b, y),
)
def hypot(a: Value, b: Value) -> Value:
    """The length √(a² + b²), without overflow. At (0, 0), where it has a kink, slope 0.

    >>> mg.hypot(3.0, 4.0)
    5.0
    >>> mg.value_and_grad(mg.hypot, (0, 1))(0.0, 0.0)
    (0.0, (0.0, 0.0))
    """
    return math.hypot(a, b) if type(a) is type(b) is float else np.hypot(a, b)


# -------------------------------------------------------------------------------------- hyperbolic


@each(lambda g, y, x: g * cosh(x))
def sinh(x: Value) -> Value:
    """The hyperbolic sine; ±inf beyond ±710.47.

    >>> mg.value_and_grad(mg.sinh)(0.0)
    (0.0, 1.0)
    """
    return math.sinh(x) if type(x) is float else np.sinh(x)


@each(lambda g, y, x: g * sinh(x))
def cosh(x: Value) -> Value:
    """The hyperbolic cosine; inf beyond ±710.47.

    >>> mg.value_and_grad(mg.cosh)(0.0)
    (1.0, 0.0)
    """
    return math.cosh(x) if type(x) is float else np.cosh(x)


@each(
    None,  # x moves y, and the gradient goes that way
    lambda g, s, x, y: -2.0 * g * y,
    symbol="sech²",
    python="_sech_squared_of({0}, {1})",
    numpy="_sech_squared({0}, {1})",
    javascript="sech_squared({0}, {1})",
)
def _sech_squared(x: Value, y: Value) -> Value:
    """1 / cosh² x where y is tanh x, the slope of tanh: 1 - y², or from x where that loses digits.

    It is off by 2e-16, which is 2e-13 of 0.001. To take cosh everywhere takes 1.8 times as long.
    """
    if type(x) is type(y) is float:
        return _sech_squared_of(x, y)
    if np.shape(x) != np.shape(y):
        x, y = np.broadcast_arrays(x, y)
    slope = y * y
    np.subtract(1.0, slope, out=slope)  # type: ignore[arg-type]
    if slope.min(initial=1.0) <= 0.001:  # type: ignore[union-attr]
        flat = np.flatnonzero(slope <= 0.001)
        root = 1.0 / np.cosh(np.minimum(np.abs(x.reshape(-1)[flat]), 700.0))  # type: ignore[union-attr]
        slope.reshape(-1)[flat] = root * root  # type: ignore[union-attr]
    return slope


def _sech_squared_of(x: float, y: float) -> float:
    slope = 1.0 - y * y
    if slope > 0.001:
        return slope
    root = 1.0 / math.cosh(min(math.fabs(x), 700.0))  # nothing overflows: the square is 0 there
    return root * root


@each(lambda g, y, x: g * _sech_squared(x, y))
def tanh(x: Value) -> Value:
    """The hyperbolic tangent, in [-1, 1].

    >>> mg.value_and_grad(mg.tanh)(0.0)
    (0.0, 1.0)
    >>> mg.tanh(100.0)
    1.0
    """
    return math.tanh(x) if type(x) is float else np.tanh(x)


@each(lambda g, y, x: g / hypot(x, 1.0), math="asinh")
def arcsinh(x: Value) -> Value:
    """The number whose hyperbolic sine is x.

    >>> mg.value_and_grad(mg.arcsinh)(0.0)
    (0.0, 1.0)
    """
    return math.asinh(x) if type(x) is float else np.arcsinh(x)


@each(lambda g, y, x: g / sqrt(0.0 - _one_minus_square(x)), math="acosh")
def arccosh(x: Value) -> Value:
    """The positive number whose hyperbolic cosine is x; nan below 1, infinite slope at 1.

    >>> mg.arccosh(1.0), round(mg.arccosh(2.0), 4)
    (0.0, 1.317)
    """
    return math.acosh(x) if type(x) is float else np.arccosh(x)


@each(lambda g, y, x: g / _one_minus_square(x), math="atanh")
def arctanh(x: Value) -> Value:
    """The number whose hyperbolic tangent is x; ±inf at ±1, nan beyond.

    >>> mg.value_and_grad(mg.arctanh)(0.0)
    (0.0, 1.0)
    >>> mg.arctanh(1.0)
    inf
    """
    return math.atanh(x) if type(x) is float else np.arctanh(x)
