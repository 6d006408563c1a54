"""Elementwise ops, one row each: value, closures, domain and edges.

`g` is the gradient with respect to the output `y`; `x`, `a`, `b` are the inputs. A rule is written
with ops and operators only, so it runs on floats, on arrays and on Vars, and is differentiated
again like any other code. Derivatives at kinks are noted beside the rule.
"""

import math

import numpy as np

from ..engine.values import Value
from .choices import _gate, abs, equal, less, where
from .row import each

# ------------------------------------------------------------------------------------ arithmetic

# With `operator=` the op's function is the Var's operator: a method in between, which calls it,
# makes a multiplication of floats 8 % slower.


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
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    infix="/",
    operator="truediv",
    symbol="÷",
)
def divide(a: Value, b: Value) -> Value:
    """a / b; at b = 0 inf or nan, as IEEE 754 has it.

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


_TINY = 6e-309  # the reciprocal of anything smaller overflows


@each(
    # Where 1/a overflows, a**0 would make 0·∞: the base is replaced there, and only there, since
    # this has slope 1/a in b.
    lambda g, y, a, b: g * b * power(where(less(abs(a), _TINY) * equal(b, 0.0), _TINY, a), b - 1.0),
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


# ----------------------------------------------------------------------- exponentials, logarithms


@each(lambda g, y, x: g * y)
def exp(x: Value) -> Value:
    """e to the power x; inf above 709.78.

    >>> mg.value_and_grad(mg.exp)(0.0)
    (1.0, 1.0)
    """
    return math.exp(x) if type(x) is float else np.exp(x)


@each(lambda g, y, x: g * exp(x))
def expm1(x: Value) -> Value:
    """exp(x) - 1, exact near 0. The rule asks for exp(x): y + 1 would lose digits at large -x.

    >>> mg.expm1(1e-20), mg.exp(1e-20) - 1.0
    (1e-20, 0.0)
    """
    return math.expm1(x) if type(x) is float else np.expm1(x)


@each(lambda g, y, x: g / x)
def log(x: Value) -> Value:
    """The natural logarithm; -inf at 0, nan below.

    >>> mg.value_and_grad(mg.log)(1.0)
    (0.0, 1.0)
    >>> mg.log(0.0), mg.log(-1.0)
    (-inf, nan)
    """
    return math.log(x) if type(x) is float else np.log(x)


@each(lambda g, y, x: g / (1.0 + x))
def log1p(x: Value) -> Value:
    """log(1 + x), exact near 0; -inf at -1, nan below.

    >>> mg.log1p(1e-20), mg.log(1.0 + 1e-20)
    (1e-20, 0.0)
    """
    return math.log1p(x) if type(x) is float else np.log1p(x)


@each(
    lambda g, y, a, b: _gate(g * _share(a, b), y != -math.inf),
    lambda g, y, a, b: _gate(g * _share(b, a), y != -math.inf),
    python="_logaddexp({0}, {1})",
    numpy="logaddexp({0}, {1})",
    javascript="logaddexp({0}, {1})",
)
def logaddexp(a: Value, b: Value) -> Value:
    """log(exp(a) + exp(b)) without overflow.

    Where a = b = -inf, as in sums of impossible events, no gradient passes: 0, as -inf has beside
    anything finite. Where a = b = inf each gets half.

    >>> round(mg.logaddexp(1000.0, 1000.0), 4)
    1000.6931
    """
    if type(a) is type(b) is float:
        return _logaddexp(a, b)
    gaps = np.where(a == b, 0.0, np.abs(a - b))
    return np.maximum(a, b) + np.log1p(np.exp(-gaps))


def _share(a: object, b: object) -> object:
    """What exp(a) is of exp(a) + exp(b). Two equal infinities are equal shares, not inf - inf."""
    alike = equal(a, b) * equal(abs(a), math.inf)
    return sigmoid(where(alike, 0.0, subtract(a, b)))


def _logaddexp(a: float, b: float) -> float:
    gap = 0.0 if a == b else math.fabs(a - b)  # not inf - inf
    return max(a, b) + math.log1p(math.exp(-gap))


# ------------------------------------------------------------------------------------- smooth steps


@each(
    lambda g, y, x: g * y * sigmoid(-x),
    python="_sigmoid({0})",
    numpy="sigmoid({0})",
    javascript="sigmoid({0})",
)
def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)), in [0, 1], without overflow. The rule keeps its digits in both tails.

    >>> mg.value_and_grad(mg.sigmoid)(0.0)
    (0.5, 0.25)
    >>> mg.sigmoid(-1000.0)
    0.0
    """
    if type(x) is float:
        return _sigmoid(x)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, small) / (1.0 + small)


def _sigmoid(x: float) -> float:
    small = math.exp(-math.fabs(x))  # in [0, 1]: nothing overflows
    return (1.0 if x >= 0.0 else small) / (1.0 + small)


@each(
    lambda g, y, x: g * sigmoid(x),
    python="_softplus({0})",
    numpy="softplus({0})",
    javascript="softplus({0})",
)
def softplus(x: Value) -> Value:
    """log(1 + exp(x)) without overflow: above 0, and close to x for large x.

    >>> round(mg.softplus(0.0), 4), mg.softplus(1000.0)
    (0.6931, 1000.0)
    """
    if type(x) is float:
        return _softplus(x)
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x)))
