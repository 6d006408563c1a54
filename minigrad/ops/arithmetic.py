"""Arithmetic and powers, one row an op: value, closures, domain and edges.

`g` is the gradient with respect to the output `y`; `x`, `a`, `b` are the inputs. A rule is written
with ops and operators only, so it runs on floats, on arrays and on Vars, and is differentiated
again like any other code. Derivatives at kinks are noted beside the rule.
"""

import math

import numpy as np

from ..engine.values import Value
from .choices import abs, equal, less, where
from .exponentials import log
from .row import each

# With `operator=` the op's function is the Var's operator: a method in between, which calls it,
# makes a multiplication of floats 8 to 10 % slower.


@each(
    lambda g, y, a, b: g,
    lambda g, y, a, b: g,
    infix="+",
    operator="add",
)
def add(a: Value, b: Value) -> Value:
    """a + b.

    >>> x = mg.Var(2.0)
    >>> mg.add(x, 3.0), (x + 3.0).op
    (Var(5., op='add'), 'add')
    """
    return a + b


@each(
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g,
    infix="-",
    operator="sub",
    symbol="−",
)
def subtract(a: Value, b: Value) -> Value:
    """a - b.

    >>> mg.subtract(5.0, 2.0)
    3.0
    """
    return a - b


@each(
    lambda g, y, a, b: g * b,
    lambda g, y, a, b: g * a,
    infix="*",
    operator="mul",
    symbol="×",
)
def multiply(a: Value, b: Value) -> Value:
    """a * b.

    >>> a, b = mg.Var(2.0), mg.Var(5.0)
    >>> mg.grad(mg.multiply(a, b), [a, b])
    (5.0, 2.0)
    """
    return a * b


@each(
    lambda g, y, a, b: _times(g, b),
    lambda g, y, a, b: _times(g, a),
    symbol="×",
    python="_number_times({0}, {1})",
    numpy="_times({0}, {1})",
    javascript="Number.isNaN({0} * {1}) && {0} === {0} && {1} === {1} ? 0 : {0} * {1}",
)
def _times(a: Value, b: Value) -> Value:
    """a * b, where 0·∞ is 0: that of a zero and of numbers whose product overflowed.

    >>> mg.ops.arithmetic._times(0.0, np.inf), mg.ops.arithmetic._times(2.0, np.inf)
    (0.0, inf)
    """
    if type(a) is type(b) is float:
        return _number_times(a, b)
    with np.errstate(invalid="ignore"):
        y = np.multiply(a, b)
        return np.where((y == y) | (a != a) | (b != b), y, 0.0)


def _number_times(a: float, b: float) -> float:
    y = a * b
    return y if y == y or a != a or b != b else 0.0


@each(
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    infix="/",
    operator="truediv",
    symbol="÷",
)
def divide(a: Value, b: Value) -> Value:
    """a / b; at b = 0 inf or nan, as in IEEE 754.

    >>> a, b = mg.Var(6.0), mg.Var(2.0)
    >>> mg.grad(mg.divide(a, b), [a, b])
    (0.5, -1.5)
    """
    return a / b


@each(lambda g, y, x: -g, symbol="−", written="-{0}")
def negative(x: Value) -> Value:
    """-x.

    >>> mg.negative(2.0)
    -2.0
    """
    return -x


_TINY, _LEAST = 6e-309, 5e-324  # the reciprocal of anything smaller overflows; the least float


def _slope_in_base(a: Value, b: Value) -> Value:
    """b a^(b - 1). At b = 0, where 1/a overflows, that would be 0·∞: there it is b/a, whose slope
    in b is ±∞ as well.
    """
    if type(b) is float and b != 0.0:
        return b * power(a, b - 1.0)
    lost = less(abs(a), _TINY) * equal(b, 0.0)
    quotient = where(lost, b, 0.0) / where(equal(a, 0.0), _LEAST, a)
    return where(lost, quotient, b * power(where(lost, 1.0, a), b - 1.0))


@each(
    lambda g, y, a, b: g * _slope_in_base(a, b),
    # 0**b is flat in b: log(0) is masked.
    lambda g, y, a, b: g * y * log(where(a == 0.0, 1.0, a)),
    infix="**",
    symbol="^",
    python="math.pow({0}, {1})",
    numpy="np.power({0}, {1})",
    javascript="pow({0}, {1})",
)
def power(a: Value, b: Value) -> Value:
    """a to the power b. A negative base takes whole exponents, else nan; 0**0 is 1.

    0**b is taken as flat in b, from b = 0 on, so that the slope of x**x at 0 is 0.

    >>> mg.value_and_grad(mg.power)(2.0, 3.0)
    (8.0, 12.0)
    >>> mg.power(-8.0, 0.5), mg.power(0.0, 0.0)
    (nan, 1.0)
    """
    if type(a) is type(b) is float:
        return math.pow(a, b)
    # np.power takes a root for an exponent 0.5: (-inf)**0.5 is nan. But it is 10 times as fast.
    return np.power(a, b) if np.ndim(a) or np.ndim(b) else np.float_power(a, b)


@each(lambda g, y, x: 2.0 * g * x, symbol="( )²", written="{0} * {0}")
def square(x: Value) -> Value:
    """x times x; `x**2` records this.

    >>> mg.value_and_grad(mg.square)(3.0)
    (9.0, 6.0)
    """
    return x * x


@each(lambda g, y, x: 0.5 * g / y, symbol="√")
def sqrt(x: Value) -> Value:
    """The square root; nan below 0. Its derivative at 0 is inf.

    >>> mg.value_and_grad(mg.sqrt)(4.0)
    (2.0, 0.25)
    """
    return math.sqrt(x) if type(x) is float else np.sqrt(x)
