"""Rounding and remainders, elementwise. What rounding gives is flat: no gradient passes it."""

import math

import numpy as np

from ..engine.op import ABOVE
from ..engine.values import Value
from ..engine.variable import Var
from .arithmetic import divide, multiply
from .row import each


@each(None, symbol="⌊ ⌋", python="float(np.floor({0}))", javascript="Math.floor({0})")
def floor(x: Value) -> Value:
    """The largest whole number that is not above x. Flat, so no gradient passes.

    >>> mg.floor(1.8), mg.floor(-1.2)
    (1.0, -2.0)
    """
    return np.floor(x)


@each(None, symbol="⌈ ⌉", python="float(np.ceil({0}))", javascript="Math.ceil({0})")
def ceil(x: Value) -> Value:
    """The smallest whole number that is not below x. Flat, so no gradient passes.

    >>> mg.ceil(1.2), mg.ceil(-1.2)
    (2.0, -1.0)
    """
    return np.ceil(x)


@each(None, python="float(np.trunc({0}))", javascript="Math.trunc({0})")
def trunc(x: Value) -> Value:
    """x without its digits after the decimal point. Flat, so no gradient passes.

    >>> mg.trunc(1.8), mg.trunc(-1.8)
    (1.0, -1.0)
    """
    return np.trunc(x)


@each(None, python="float(np.rint({0}))", javascript="rint({0})")
def _rint(x: Value) -> Value:
    """The nearest whole number, the even one of two. Flat, so no gradient passes."""
    return np.rint(x)


def round(x: object, decimals: int = 0) -> Var:
    """x rounded to `decimals`, halves to the even digit, as in NumPy. Flat: no gradient passes.

    >>> mg.round(2.5), mg.round(3.5), mg.round(3.14159, 2)
    (2.0, 4.0, 3.14)
    """
    if not decimals:
        return _rint(x)
    scale = 10.0 ** abs(decimals)
    if decimals > 0:
        return divide(_rint(multiply(x, scale)), scale)
    return multiply(_rint(divide(x, scale)), scale)


ABOVE["round"] = round


@each(
    None,
    None,
    infix="//",
    symbol="⌊÷⌋",
    python="{0} // {1}",
    numpy="{0} // {1}",
    javascript="floor_divide({0}, {1})",
)
def floor_divide(a: Value, b: Value) -> Value:
    """How often b fits into a, a whole number: flat, so no gradient passes.

    >>> mg.floor_divide(7.0, 2.0), mg.floor_divide(-7.0, 2.0)
    (3.0, -4.0)
    """
    return a // b


@each(
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g * floor_divide(a, b),
    infix="%",
    symbol="mod",
    python="{0} % {1}",
    numpy="{0} % {1}",
    javascript="remainder({0}, {1})",
)
def remainder(a: Value, b: Value) -> Value:
    """a - b floor(a / b), of the sign of b. It jumps at multiples of b, where the slopes are 1.

    >>> mg.remainder(7.0, 3.0), mg.remainder(-7.0, 3.0)
    (1.0, 2.0)
    """
    return a % b


@each(lambda g, y, a, b: g, lambda g, y, a, b: -g * trunc(a / b), javascript="{0} % {1}")
def fmod(a: Value, b: Value) -> Value:
    """a - b trunc(a / b), of the sign of a, as in C. It jumps at multiples of b.

    >>> mg.fmod(-7.0, 3.0), mg.remainder(-7.0, 3.0)
    (-1.0, 2.0)
    """
    return math.fmod(a, b) if type(a) is type(b) is float else np.fmod(a, b)
