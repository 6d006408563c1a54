"""The laws that noise is drawn from, a row each: they have no parameters."""

import math
from functools import partial
from statistics import NormalDist

import numpy as np

from ..engine.values import Shape, Value, plain
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    arctan2,
    divide,
    erf,
    exp,
    expm1,
    greater,
    less,
    log,
    log1p,
    maximum,
    multiply,
    negative,
    sigmoid,
    softplus,
    subtract,
    tan,
    where,
)
from ..ops.tails import ROOT_HALF, log_normal_cdf, normal_cdf, normal_quantile
from .law import Generator, Law
from .parameters import Numbers

_NORMAL = NormalDist()
_LOG_2 = math.log(2.0)


def _drawn(method: str, rng: Generator, shape: Shape) -> Value:
    draw = getattr(rng, method)
    return draw(size=shape) if shape else draw()  # type: ignore[no-any-return]


def _negative(eps: Value) -> Value:
    return -eps


NORMAL = Law(
    "normal",
    partial(_drawn, "standard_normal"),
    _negative,
    normal_cdf,
    lambda x: log_normal_cdf(negative(x)),
    normal_quantile,
)


# ---------------------------------------------------------------------------------------- uniform


def _uniform(rng: Generator, shape: Shape) -> Value:
    """From (0, 1]: never 0, so that an event of probability 0 never happens."""
    return plain(1.0 - rng.random(shape or None))


def _mirrored_uniform(eps: Value) -> Value:
    return 1.0 - eps


def _itself(x: Numbers) -> Var:
    return x  # type: ignore[return-value]


UNIFORM = Law(
    "uniform", _uniform, _mirrored_uniform, _itself, lambda x: log1p(negative(x)), _itself
)


# ------------------------------------------------------------------------------------ exponential


def _mirrored_exponential(eps: Value) -> Value:
    """Where u = 1 - exp(-eps): -log(1 - exp(-eps)).

    Each form keeps its digits on its own side; at 0, which a draw can round to, a large number
    takes the place of inf.
    """
    near = np.clip(eps, np.finfo(float).tiny, 1.0)
    far = np.maximum(eps, 1.0)
    return plain(np.where(eps < 1.0, -np.log(-np.expm1(-near)), -np.log1p(-np.exp(-far))))


EXPONENTIAL = Law(
    "exponential",
    partial(_drawn, "standard_exponential"),
    _mirrored_exponential,
    lambda x: negative(expm1(negative(x))),
    negative,
    lambda u: negative(log1p(negative(u))),
)


# ----------------------------------------------------------------------------------------- gumbel


def _mirrored_gumbel(eps: Value) -> Value:
    """Where u = exp(-exp(-eps)): exp(-eps) is a standard exponential number."""
    return plain(-np.log(_mirrored_exponential(plain(np.exp(-eps)))))


def log_of_rest(log_u: Numbers) -> Var:
    """log(1 - u) of log u, with the digits of both ends."""
    near = less(log_u, -_LOG_2)
    small = log1p(negative(exp(where(near, log_u, -1.0))))
    rest = subtract(0.0, expm1(where(near, -_LOG_2, log_u)))  # 0, not -0: its log falls to -inf
    return where(near, small, log(rest))


def _exp_of_minus(x: Numbers) -> Var:
    """exp(-x), where it is so large that the curves are flat the largest that they tell apart."""
    return exp(negative(maximum(x, -700.0)))


def _gumbel_log_survival(x: Numbers) -> Var:
    """log(1 - exp(-exp(-x))), which is -x far above 0, where exp(-x) rounds to 0."""
    far = greater(x, 37.0)
    return where(far, negative(x), log_of_rest(negative(_exp_of_minus(where(far, 0.0, x)))))


GUMBEL = Law(
    "gumbel",
    partial(_drawn, "gumbel"),
    _mirrored_gumbel,
    lambda x: exp(negative(_exp_of_minus(x))),
    _gumbel_log_survival,
    lambda u: negative(log(negative(log(u)))),
)


# ------------------------------------------------------------------------------------ half normal


def _half_normal(rng: Generator, shape: Shape) -> Value:
    return plain(abs(rng.standard_normal(shape or None)))


def _mirrored_half_normal(eps: Value) -> Value:
    """Where u = erf(eps/√2): the size of a normal number."""
    return plain(np.vectorize(_mirrored_size, otypes=[float])(eps))


def _mirrored_size(eps: float) -> float:
    tail = 0.5 * max(math.erf(eps / math.sqrt(2.0)), np.finfo(float).tiny)
    return -_NORMAL.inv_cdf(tail)


HALF_NORMAL = Law(
    "half_normal",
    _half_normal,
    _mirrored_half_normal,
    lambda x: erf(multiply(ROOT_HALF, x)),
    lambda x: add(log_normal_cdf(negative(x)), _LOG_2),
    lambda u: negative(normal_quantile(multiply(0.5, subtract(1.0, u)))),
)


# ---------------------------------------------------------------- symmetric laws with closed forms


def _laplace_cdf(x: Numbers) -> Var:
    tail = multiply(0.5, exp(negative(abs_(x))))
    return where(less(x, 0.0), tail, subtract(1.0, tail))


def _laplace_log_survival(x: Numbers) -> Var:
    below = log1p(multiply(-0.5, exp(negative(abs_(x)))))
    return where(less(x, 0.0), below, subtract(-_LOG_2, x))


def _laplace_quantile(u: Numbers) -> Var:
    low = less(u, 0.5)
    tail = log(multiply(2.0, where(low, u, subtract(1.0, u))))
    return where(low, tail, negative(tail))


LAPLACE = Law(
    "laplace",
    partial(_drawn, "laplace"),
    _negative,
    _laplace_cdf,
    _laplace_log_survival,
    _laplace_quantile,
)
LOGISTIC = Law(
    "logistic",
    partial(_drawn, "logistic"),
    _negative,
    sigmoid,
    lambda x: negative(softplus(x)),
    lambda u: subtract(log(u), log1p(negative(u))),
)


def _cauchy_quantile(u: Numbers) -> Var:
    low = less(u, 0.5)
    size = 1.0 / tan(multiply(math.pi, where(low, u, subtract(1.0, u))))
    return where(low, negative(size), size)


CAUCHY = Law(
    "cauchy",
    partial(_drawn, "standard_cauchy"),
    _negative,
    lambda x: multiply(1.0 / math.pi, arctan2(1.0, negative(x))),
    lambda x: log(multiply(1.0 / math.pi, arctan2(1.0, x))),
    _cauchy_quantile,
)


# ----------------------------------------------------------------------------------- half Cauchy


def _half_cauchy(rng: Generator, shape: Shape) -> Value:
    return plain(abs(rng.standard_cauchy(shape or None)))


def _mirrored_half_cauchy(eps: Value) -> Value:
    """Where u = 2/π arctan eps: the tangent of the complementary angle."""
    return plain(1.0 / np.maximum(eps, np.finfo(float).tiny))


def _half_cauchy_quantile(u: Numbers) -> Var:
    low = less(u, 0.5)
    tangent = tan(multiply(0.5 * math.pi, where(low, u, subtract(1.0, u))))
    return where(low, tangent, divide(1.0, where(low, 1.0, tangent)))


HALF_CAUCHY = Law(
    "half_cauchy",
    _half_cauchy,
    _mirrored_half_cauchy,
    lambda x: multiply(2.0 / math.pi, arctan2(x, 1.0)),
    lambda x: log(multiply(2.0 / math.pi, arctan2(1.0, x))),
    _half_cauchy_quantile,
)

_ALL = NORMAL, UNIFORM, EXPONENTIAL, LAPLACE, LOGISTIC, GUMBEL, CAUCHY, HALF_NORMAL, HALF_CAUCHY
LAWS = {law.name: law for law in _ALL}
