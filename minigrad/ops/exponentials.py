"""Exponentials, logarithms, and the smooth steps made of them."""

import math

import numpy as np

from ..engine.values import Value
from ..engine.variable import Var
from .choices import _gate, abs, equal, where
from .row import each


@each(lambda g, y, x: g * y)
def exp(x: Value) -> Value:
    """e to the power x; inf above 709.78.

    >>> mg.value_and_grad(mg.exp)(0.0)
    (1.0, 1.0)
    """
    return math.exp(x) if type(x) is float else np.exp(x)


@each(lambda g, y, x: g * exp(x))
def expm1(x: Value) -> Value:
    """exp(x) - 1, exact near 0. The rule computes exp(x): y + 1 would lose digits at large -x.

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


def _share(a: Var, b: Var) -> Var:
    """What exp(a) is of exp(a) + exp(b). Two equal infinities are equal shares, not inf - inf."""
    alike = equal(a, b) * equal(abs(a), math.inf)
    return sigmoid(where(alike, 0.0, a - b))


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
