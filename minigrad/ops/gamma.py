"""The logarithm of Γ, its derivatives, and that of the beta function, without SciPy."""

import math

from ..engine.values import Value
from ..engine.variable import Var
from .arithmetic import add, subtract
from .row import each
from .special import _each

# Bernoulli numbers B_2, B_4, …, B_16: the coefficients of the asymptotic series below.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def _lgamma(x: float) -> float:
    if x > 1e17:
        return x * (math.log(x) - 1.0)  # what is left of Stirling's series: overflows quietly
    return math.inf if x == -math.inf or (x <= 0.0 and x == math.floor(x)) else math.lgamma(x)


@each(
    lambda g, y, x: g * digamma(x),
    python="_lgamma({0})",
    numpy="_each(_lgamma, {0})",
    javascript="lgamma({0})",
)
def lgamma(x: Value) -> Value:
    """log |Γ(x)|; inf at 0, -1, -2, …, with slope ∓inf at ±0, else nan there.

    >>> round(mg.lgamma(5.0), 4), round(mg.log(24.0), 4)
    (3.1781, 3.1781)
    """
    return _each(_lgamma, x)


def _polygamma_of(x: float, order: int) -> float:
    """ψ⁽ⁿ⁾(x): reflected below ½, raised by the recurrence to where the asymptotic series holds.

    Abramowitz and Stegun 6.4.7, 6.4.6 and 6.4.11 (for n = 0: 6.3.7, 6.3.5, 6.3.18).
    """
    if x < 0.5:
        if math.isinf(x) or x == math.floor(x):
            return _at_pole(x, order)
        return (-1) ** order * _polygamma_of(1.0 - x, order) - math.pi * _cot_derivative(x, order)
    sign, total = (-1) ** (order + 1), 0.0
    while x < 16.0 + 2 * order:
        total += sign * math.gamma(order + 1.0) / x ** (order + 1)
        x += 1.0
    small = 1.0 / x  # its powers vanish quietly where those of x would overflow
    if order == 0:
        total += math.log(x) - 0.5 * small
    else:
        total += sign * math.gamma(order) * (1.0 + 0.5 * order * small) * small**order
    for k, b in enumerate(_BERNOULLI, 1):
        ratio = math.gamma(2 * k + order) / math.gamma(2 * k + 1)
        total += sign * b * ratio * small ** (2 * k + order)
    return total


def _at_pole(x: float, order: int) -> float:
    """ψ⁽ⁿ⁾ at 0, -1, -2, …: inf where both sides tend to it. At ±0 the sign is the side."""
    if x == 0.0 and order % 2 == 0:
        return -math.copysign(math.inf, x)
    return math.inf if order % 2 and x != -math.inf else math.nan


def _cot_derivative(x: float, order: int) -> float:
    """That derivative of cot(πx): a polynomial in c = cot(πx), since c' = -π(1 + c²)."""
    c = 1.0 / math.tan(math.pi * (x - round(x)))  # the period is 1
    polynomial = [0.0, 1.0]  # the coefficients, constant first
    for _ in range(order):
        slope = [-math.pi * k * a for k, a in enumerate(polynomial)][1:]
        polynomial = [a + b for a, b in zip(slope + [0.0, 0.0], [0.0, 0.0] + slope)]
    y = polynomial.pop()  # not 0·c, which is nan where c overflows
    for a in polynomial[::-1]:
        y = y * c + a
    return y


@each(
    lambda g, y, x: g * polygamma(x, 1),
    python="_polygamma_of({0}, 0)",
    numpy="_each(_digamma, {0})",
    javascript="polygamma({0}, 0)",
)
def digamma(x: Value) -> Value:
    """The derivative of log Γ; ∓inf at ±0, nan at -1, -2, …, where the sides differ.

    >>> round(mg.digamma(1.0), 4), round(-np.euler_gamma, 4)
    (-0.5772, -0.5772)
    """
    return _each(_digamma, x)


def _digamma(x: float) -> float:
    return _polygamma_of(x, 0)


@each(
    lambda g, y, x, order: g * polygamma(x, order + 1),
    python="_polygamma_of({0}, {order})",
    numpy="_each(lambda v: _polygamma_of(v, {order}), {0})",
    javascript="polygamma({0}, {order})",
)
def polygamma(x: Value, order: int) -> Value:
    """The derivative of digamma of order `order`, 1 or more.

    At 0, -1, -2, … it is inf for an odd order; for an even one ∓inf at ±0, else nan.

    >>> round(mg.polygamma(1.0, 1), 4), round(np.pi**2 / 6.0, 4)
    (1.6449, 1.6449)
    """
    if type(order) is not int or order < 1:
        raise ValueError(f"polygamma: order is 1, 2, …, not {order!r}")
    return _each(lambda v: _polygamma_of(v, order), x)


def betaln(a: object, b: object) -> Var:
    """log |B(a, b)|, the logarithm of the beta function.

    >>> round(mg.betaln(2.0, 3.0), 4), round(-mg.log(12.0), 4)
    (-2.4849, -2.4849)
    """
    return subtract(add(lgamma(a), lgamma(b)), lgamma(add(a, b)))
