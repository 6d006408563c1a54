"""Elementwise ops, one row each: value, closures, domain and edges.

`g` is the gradient with respect to the output `y`; `x`, `a`, `b` are the inputs. A rule is written
with ops and operators only, so it runs on floats, on arrays and on Vars, and is differentiated
again like any other code. Derivatives at kinks are noted beside the rule.
"""

import math

import numpy as np

from ..engine.values import Value
from .choices import equal, where
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
    """a + b."""
    return a + b


@each(
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g,
    infix="-",
    operator="sub",
    symbol="−",
)
def subtract(a: Value, b: Value) -> Value:
    """a - b."""
    return a - b


@each(
    lambda g, y, a, b: g * b,
    lambda g, y, a, b: g * a,
    infix="*",
    operator="mul",
    symbol="×",
)
def multiply(a: Value, b: Value) -> Value:
    """a * b."""
    return a * b


@each(
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    infix="/",
    operator="truediv",
    symbol="÷",
)
def divide(a: Value, b: Value) -> Value:
    """a / b; at b = 0 inf or nan, as IEEE 754 has it."""
    return a / b


@each(lambda g, y, x: -g, symbol="−", written="-{0}")
def negative(x: Value) -> Value:
    """-x."""
    return -x


@each(
    # 0**0 would make 0·∞: the base is replaced there, and only there, for this has slope 1/a in b.
    lambda g, y, a, b: g * b * power(where(equal(a, 0.0) * equal(b, 0.0), 1.0, a), b - 1.0),
    # 0**b is flat in b: log(0) is masked.
    lambda g, y, a, b: g * y * log(where(a == 0.0, 1.0, a)),
    infix="**",
    symbol="^",
    python="math.pow({0}, {1})",
    numpy="np.power({0}, {1})",
    javascript="pow({0}, {1})",
)
def power(a: Value, b: Value) -> Value:
    """a to the power b. A negative base takes whole exponents, else nan; 0**0 is 1."""
    if type(a) is type(b) is float:
        return math.pow(a, b)
    # np.power takes a root for an exponent 0.5: (-inf)**0.5 is nan. But it is 10 times as fast.
    return np.power(a, b) if np.ndim(a) or np.ndim(b) else np.float_power(a, b)


@each(lambda g, y, x: 2.0 * g * x, symbol="( )²", written="{0} * {0}")
def square(x: Value) -> Value:
    """x times x; `x**2` records this."""
    return x * x


@each(lambda g, y, x: 0.5 * g / y, symbol="√")
def sqrt(x: Value) -> Value:
    """The square root; nan below 0. Its derivative at 0 is inf."""
    return math.sqrt(x) if type(x) is float else np.sqrt(x)


# ----------------------------------------------------------------------- exponentials, logarithms


@each(lambda g, y, x: g * y)
def exp(x: Value) -> Value:
    """e to the power x; inf above 709.78."""
    return math.exp(x) if type(x) is float else np.exp(x)


@each(lambda g, y, x: g * exp(x))
def expm1(x: Value) -> Value:
    """exp(x) - 1, exact near 0. The rule asks for exp(x): y + 1 would lose digits at large -x."""
    return math.expm1(x) if type(x) is float else np.expm1(x)


@each(lambda g, y, x: g / x)
def log(x: Value) -> Value:
    """The natural logarithm; -inf at 0, nan below."""
    return math.log(x) if type(x) is float else np.log(x)


@each(lambda g, y, x: g / (1.0 + x))
def log1p(x: Value) -> Value:
    """log(1 + x), exact near 0; -inf at -1, nan below."""
    return math.log1p(x) if type(x) is float else np.log1p(x)


@each(
    lambda g, y, a, b: g * sigmoid(a - b),
    lambda g, y, a, b: g * sigmoid(b - a),
    python="_logaddexp({0}, {1})",
    numpy="logaddexp({0}, {1})",
    javascript="logaddexp({0}, {1})",
)
def logaddexp(a: Value, b: Value) -> Value:
    """log(exp(a) + exp(b)) without overflow. Where a = b = ±inf the gradients are nan."""
    if type(a) is type(b) is float:
        return _logaddexp(a, b)
    gaps = np.where(a == b, 0.0, np.abs(a - b))
    return np.maximum(a, b) + np.log1p(np.exp(-gaps))


def _logaddexp(a: float, b: float) -> float:
    gap = 0.0 if a == b else math.fabs(a - b)  # not inf - inf
    return max(a, b) + math.log1p(math.exp(-gap))


# ------------------------------------------------------------------------------------ trigonometry


@each(lambda g, y, x: g * cos(x))
def sin(x: Value) -> Value:
    """Sine of x in radians; nan at ±inf."""
    return math.sin(x) if type(x) is float else np.sin(x)


@each(lambda g, y, x: -g * sin(x))
def cos(x: Value) -> Value:
    """Cosine of x in radians; nan at ±inf."""
    return math.cos(x) if type(x) is float else np.cos(x)


@each(lambda g, y, x: g * (1.0 + y * y))
def tan(x: Value) -> Value:
    """Tangent of x in radians; nan at ±inf."""
    return math.tan(x) if type(x) is float else np.tan(x)


@each(lambda g, y, x: g / sqrt((1.0 - x) * (1.0 + x)), math="asin")
def arcsin(x: Value) -> Value:
    """The angle in [-π/2, π/2] whose sine is x; nan outside [-1, 1], infinite slope at its ends."""
    return math.asin(x) if type(x) is float else np.arcsin(x)


@each(lambda g, y, x: -g / sqrt((1.0 - x) * (1.0 + x)), math="acos")
def arccos(x: Value) -> Value:
    """The angle in [0, π] whose cosine is x; nan outside [-1, 1], infinite slope at its ends."""
    return math.acos(x) if type(x) is float else np.arccos(x)


@each(lambda g, y, x: g / (1.0 + x * x), math="atan")
def arctan(x: Value) -> Value:
    """The angle in (-π/2, π/2) whose tangent is x."""
    return math.atan(x) if type(x) is float else np.arctan(x)


@each(
    lambda g, y, a, b: g * b / (a * a + b * b),
    lambda g, y, a, b: -g * a / (a * a + b * b),
    math="atan2",
)
def arctan2(a: Value, b: Value) -> Value:
    """The angle of the point (b, a), in [-π, π]: a is the ordinate. Gradients at (0, 0) are nan."""
    return math.atan2(a, b) if type(a) is type(b) is float else np.arctan2(a, b)


@each(lambda g, y, x: g * cosh(x))
def sinh(x: Value) -> Value:
    """The hyperbolic sine; ±inf beyond ±710.47."""
    return math.sinh(x) if type(x) is float else np.sinh(x)


@each(lambda g, y, x: g * sinh(x))
def cosh(x: Value) -> Value:
    """The hyperbolic cosine; inf beyond ±710.47."""
    return math.cosh(x) if type(x) is float else np.cosh(x)


@each(lambda g, y, x: g * (1.0 - y * y))
def tanh(x: Value) -> Value:
    """The hyperbolic tangent, in [-1, 1]."""
    return math.tanh(x) if type(x) is float else np.tanh(x)


# ------------------------------------------------------------------------------------- smooth steps


@each(
    lambda g, y, x: g * y * sigmoid(-x),
    python="_sigmoid({0})",
    numpy="sigmoid({0})",
    javascript="sigmoid({0})",
)
def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)), in [0, 1], without overflow. The rule keeps its digits in both tails."""
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
    """log(1 + exp(x)) without overflow: above 0, and close to x for large x."""
    if type(x) is float:
        return _softplus(x)
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x)))
