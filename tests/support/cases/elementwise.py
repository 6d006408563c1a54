"""Elementwise ops, with first and second derivatives that were worked out by hand.

They are written with NumPy and, where they would read like minigrad's rule, in another form.
"""

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
import scipy.special
from scipy.special import expit

import minigrad as mg
from minigrad.engine.values import Shape, Value
from tests.support.cases.case import Case, Function, function_of, normal, positive

# ------------------------------------------------------------------------------------ one input


def unary(
    name: str, reference: Function, points: list[float], first: Function, second: Function
) -> Iterator[Case]:
    """The op at each point as a float, and at all of them as a vector and as a matrix."""
    f = function_of(name)
    for x in (*points, np.array(points), np.array(points * 2).reshape(2, -1)):
        yield Case(name, f, reference, (x,), (first,), ((second,),))


def _zero(*x: Value) -> Value:
    return np.zeros(np.broadcast_shapes(*map(np.shape, x)))


def _one(*x: Value) -> Value:
    return 1.0 + _zero(*x)


def _erf_slope(x: Value) -> Value:
    return 2.0 / np.sqrt(np.pi) * np.exp(-(x**2))


def _polygamma(n: int, x: Value) -> Value:
    """SciPy's, which stops at 0, reflected: ψ(x) = ψ(1-x) - π cot πx, differentiated n times."""
    if np.ndim(x):
        return np.vectorize(partial(_polygamma, n))(x)
    if x > 0.0:
        return scipy.special.polygamma(n, x)
    c, p = 1.0 / np.tan(np.pi * x), np.pi
    by_c2 = 1.0 + c**2
    terms = (p * c, -(p**2) * by_c2, 2 * p**3 * c * by_c2, -2 * p**4 * by_c2 * (1 + 3 * c**2))
    return (-1) ** n * scipy.special.polygamma(n, 1.0 - x) - terms[n]


def _phi(x: Value) -> Value:
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def _hazard(x: Value) -> Value:
    return np.exp(-(x**2) / 2 - scipy.special.log_ndtr(x)) / np.sqrt(2 * np.pi)


WIDE = [-2.7, -0.4, 0.3, 1.9]
ABOVE_0 = [0.02, 0.6, 1.0, 3.5]
INSIDE_1 = [-0.9, -0.2, 0.5, 0.99]
NO_POLE = [-3.7, -0.4, 0.3, 1.9, 12.5]

ONE_INPUT = [
    *unary("negative", np.negative, WIDE, lambda x: -_one(x), _zero),
    *unary("square", np.square, WIDE, lambda x: 2 * x, lambda x: 2 * _one(x)),
    *unary("sqrt", np.sqrt, ABOVE_0, lambda x: x**-0.5 / 2, lambda x: -(x**-1.5) / 4),
    *unary("exp", np.exp, WIDE, np.exp, np.exp),
    *unary("expm1", np.expm1, [*WIDE, -30.0, 1e-9], np.exp, np.exp),
    *unary("log", np.log, ABOVE_0, lambda x: 1 / x, lambda x: -1 / x**2),
    *unary("log1p", np.log1p, [-0.9, 1e-9, *ABOVE_0],
           lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2),
    *unary("sin", np.sin, WIDE, np.cos, lambda x: -np.sin(x)),
    *unary("cos", np.cos, WIDE, lambda x: -np.sin(x), lambda x: -np.cos(x)),
    *unary("tan", np.tan, WIDE,
           lambda x: np.cos(x) ** -2, lambda x: 2 * np.sin(x) / np.cos(x) ** 3),
    *unary("arcsin", np.arcsin, INSIDE_1,
           lambda x: (1 - x**2) ** -0.5, lambda x: x * (1 - x**2) ** -1.5),
    *unary("arccos", np.arccos, INSIDE_1,
           lambda x: -((1 - x**2) ** -0.5), lambda x: -x * (1 - x**2) ** -1.5),
    *unary("arctan", np.arctan, WIDE, lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2),
    *unary("sinh", np.sinh, WIDE, np.cosh, np.sinh),
    *unary("cosh", np.cosh, WIDE, np.sinh, np.cosh),
    *unary("tanh", np.tanh, WIDE,
           lambda x: np.cosh(x) ** -2, lambda x: -2 * np.tanh(x) / np.cosh(x) ** 2),
    *unary("one_minus_square", lambda x: 1 - x**2, WIDE, lambda x: -2 * x, lambda x: -2 * _one(x)),
    *unary("arcsinh", np.arcsinh, WIDE,
           lambda x: (1 + x**2) ** -0.5, lambda x: -x * (1 + x**2) ** -1.5),
    *unary("arccosh", np.arccosh, [1.1, 1.9, 30.0],
           lambda x: (x**2 - 1) ** -0.5, lambda x: -x * (x**2 - 1) ** -1.5),
    *unary("arctanh", np.arctanh, INSIDE_1,
           lambda x: 1 / (1 - x**2), lambda x: 2 * x / (1 - x**2) ** 2),
    *unary("sigmoid", expit, WIDE, lambda x: 0.25 / np.cosh(x / 2) ** 2,
           lambda x: -0.25 * np.tanh(x / 2) / np.cosh(x / 2) ** 2),
    *unary("softplus", lambda x: np.logaddexp(0.0, x), WIDE,
           expit, lambda x: 0.25 / np.cosh(x / 2) ** 2),
    *unary("relu", lambda x: np.maximum(x, 0.0), WIDE, lambda x: np.heaviside(x, 0.0), _zero),
    *unary("abs", np.abs, WIDE, np.sign, _zero),
    *unary("sign", np.sign, WIDE, _zero, _zero),
    *unary("erf", scipy.special.erf, WIDE, _erf_slope, lambda x: -2 * x * _erf_slope(x)),
    *unary("lgamma", scipy.special.gammaln, NO_POLE,
           partial(_polygamma, 0), partial(_polygamma, 1)),
    *unary("digamma", partial(_polygamma, 0), NO_POLE,
           partial(_polygamma, 1), partial(_polygamma, 2)),
    *(Case("polygamma", partial(mg.polygamma, order=n), partial(_polygamma, n), (x,),
           (partial(_polygamma, n + 1),), note=f"order={n}")
      for n in (1, 2) for x in (-1.6, 0.3, 2.0, np.array([[0.7, 3.3], [-0.2, 18.0]]))),
    Case("power", lambda x: mg.power(x, 3.0), lambda x: x**3, (np.array([-1.2, 0.0, 0.4]),),
         (lambda x: 3 * x**2,), ((lambda x: 6 * x,),), "x**3"),
    Case("power", lambda x: mg.power(x, -2.0), lambda x: x**-2, (-1.2,),
         (lambda x: -2 * x**-3,), ((lambda x: 6 * x**-4,),), "x**-2"),
    *unary("erfc", scipy.special.erfc, [*WIDE, 5.5], lambda x: -_erf_slope(x),
           lambda x: 2 * x * _erf_slope(x)),
    *unary("erfinv", scipy.special.erfinv, [-0.999, -0.3, 0.02, 0.8],
           lambda x: np.sqrt(np.pi) / 2 * np.exp(scipy.special.erfinv(x) ** 2),
           lambda x: np.pi / 2 * scipy.special.erfinv(x)
           * np.exp(2 * scipy.special.erfinv(x) ** 2)),
    *unary("normal_cdf", scipy.special.ndtr, [-4.2, -0.3, 1.4], _phi, lambda x: -x * _phi(x)),
    *unary("log_normal_cdf", scipy.special.log_ndtr, [-33.0, -4.2, -0.3, 1.4], _hazard,
           lambda x: -_hazard(x) * (x + _hazard(x))),
    *unary("normal_hazard", _hazard, [-4.2, -0.3, 1.4],
           lambda x: -_hazard(x) * (x + _hazard(x)),
           lambda x: _hazard(x) * ((x + _hazard(x)) * (x + 2 * _hazard(x)) - 1)),
    *unary("normal_quantile", scipy.special.ndtri, [0.2, 0.5, 0.93],
           lambda u: 1 / _phi(scipy.special.ndtri(u)),
           lambda u: scipy.special.ndtri(u) / _phi(scipy.special.ndtri(u)) ** 2),
    *unary("logit", scipy.special.logit, [0.01, 0.3, 0.52, 0.999],
           lambda x: 1 / x + 1 / (1 - x), lambda x: (1 - x) ** -2 - x**-2),
    *unary("cbrt", np.cbrt, [-8.0, -0.1, 0.3, 20.0],
           lambda x: np.cbrt(x) / (3 * x), lambda x: -2 * np.cbrt(x) / (9 * x**2)),
    *unary("sinc", np.sinc, [-2.3, -0.4, 0.6, 1.7],
           lambda x: np.cos(np.pi * x) / x - np.sin(np.pi * x) / (np.pi * x**2),
           lambda x: -np.pi * np.sin(np.pi * x) / x - 2 * np.cos(np.pi * x) / x**2
           + 2 * np.sin(np.pi * x) / (np.pi * x**3)),
    Case("sinc", mg.sinc, np.sinc, (np.array([-0.2, 1e-3, 0.0]),)),
    *(case for name in ("floor", "ceil", "trunc") for case in
      unary(name, getattr(np, name), [0.5, -1.5, 2.4], _zero, _zero)),
    *unary("rint", np.rint, [0.1, -1.1, 3.0], _zero, _zero),
    *(Case("round", partial(mg.round, decimals=n), partial(np.round, decimals=n), (x,),
           note=f"decimals={n}") for n, x in ((0, 3.1), (-1, -11.3), (-1, np.array([2.0, 30.0])))),
    # A wall stops the gradient, so differences agree only where what stands behind it is flat.
    Case("stop_gradient", lambda x: x * mg.stop_gradient(0.0 * x + 3.0), lambda x: 3.0 * x,
         (normal(3),)),
    Case("stop_gradient", lambda x: x * mg.stop_gradient(3.0), lambda x: 3.0 * x, (0.7,)),
]  # fmt: skip

# ------------------------------------------------------------------------------------ two inputs

PAIRS: list[tuple[Shape, Shape]] = [
    ((3,), (3,)),
    ((3, 1), (4,)),
    ((4,), (3, 1)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((2, 1, 3), (4, 1)),
    ((1,), (2,)),
    ((2, 3), (1, 1)),
]


def binary(
    name: str,
    reference: Function,
    points: tuple[list[float], list[float]],
    first: tuple[Function, Function],
    second: tuple[Function, Function, Function],
) -> Iterator[Case]:
    """The op on every pair of points and on broadcast pairs; `second` by (a, a), (a, b), (b, b)."""
    f, (aa, ab, bb) = function_of(name), second
    arrays = (tuple(map(_filled, shapes, points)) for shapes in PAIRS)
    for inputs in (*product(*points), *arrays):
        yield Case(name, f, reference, inputs, first, ((aa, ab), (ab, bb)))


def _filled(shape: Shape, points: list[float]) -> Value:
    return np.resize(points, shape) if shape else points[0]


SIGNS = [-1.3, 0.7, 2.1], [0.4, -2.2, 1.6]  # no a equals a b
FAR_FROM_JUMPS = [7.5, -7.6], [3.0, -3.1]
FLAT = _zero, _zero, _zero

TWO_INPUTS = [
    *binary("add", np.add, SIGNS, (_one, _one), FLAT),
    *binary("subtract", np.subtract, SIGNS, (_one, lambda a, b: -_one(a, b)), FLAT),
    # 1 - y² is all that it is while y isn't near ±1; see test_tails_keep_their_digits for the rest.
    *binary("sech_squared", lambda x, y: 1 - y**2 + 0 * x, ([-1.3, 0.2, 2.1], [0.4, -0.8, 0.9]),
            (_zero, lambda x, y: -2 * y * _one(x)), (_zero, _zero, lambda x, y: -2 * _one(x, y))),
    *binary("multiply", np.multiply, SIGNS,
            (lambda a, b: b * _one(a), lambda a, b: a * _one(b)), (_zero, _one, _zero)),
    *binary("times", np.multiply, SIGNS,
            (lambda a, b: b * _one(a), lambda a, b: a * _one(b)), (_zero, _one, _zero)),
    *binary("divide", np.divide, SIGNS, (lambda a, b: _one(a) / b, lambda a, b: -a / b**2),
            (_zero, lambda a, b: -_one(a) / b**2, lambda a, b: 2 * a / b**3)),
    *binary("power", np.power, ([0.3, 1.0, 2.5], [-1.5, 0.0, 3.0]),
            (lambda a, b: b * a ** (b - 1), lambda a, b: np.log(a) * a**b),
            (lambda a, b: b * (b - 1) * a ** (b - 2),
             lambda a, b: (1 + b * np.log(a)) * a ** (b - 1),
             lambda a, b: np.log(a) ** 2 * a**b)),
    *binary("logaddexp", np.logaddexp, SIGNS,
            (lambda a, b: expit(a - b), lambda a, b: expit(b - a)),
            (lambda a, b: expit(a - b) * expit(b - a), lambda a, b: -expit(a - b) * expit(b - a),
             lambda a, b: expit(a - b) * expit(b - a))),
    *binary("arctan2", np.arctan2, SIGNS,
            (lambda a, b: b / np.hypot(a, b) ** 2, lambda a, b: -a / np.hypot(a, b) ** 2),
            (lambda a, b: -2 * a * b / np.hypot(a, b) ** 4,
             lambda a, b: (a**2 - b**2) / np.hypot(a, b) ** 4,
             lambda a, b: 2 * a * b / np.hypot(a, b) ** 4)),
    *binary("hypot", np.hypot, SIGNS,
            (lambda a, b: a / np.sqrt(a**2 + b**2), lambda a, b: b / np.sqrt(a**2 + b**2)),
            (lambda a, b: b**2 * (a**2 + b**2) ** -1.5, lambda a, b: -a * b * (a**2 + b**2) ** -1.5,
             lambda a, b: a**2 * (a**2 + b**2) ** -1.5)),
    *binary("remainder", np.remainder, FAR_FROM_JUMPS, (_one, lambda a, b: -np.floor(a / b)), FLAT),
    *binary("fmod", np.fmod, FAR_FROM_JUMPS, (_one, lambda a, b: -np.trunc(a / b)), FLAT),
    *binary("floor_divide", np.floor_divide, FAR_FROM_JUMPS, (_zero, _zero), FLAT),
    *binary("times_log", scipy.special.xlogy, ([-0.6, 1.7], [0.6, 2.2]),
            (lambda c, z: np.log(z) * _one(c), lambda c, z: c / z),
            (_zero, lambda c, z: 1 / z * _one(c), lambda c, z: -c / z**2)),
    *binary("times_log1p", scipy.special.xlog1py, ([-0.6, 1.7], [-0.6, 2.2]),
            (lambda c, x: np.log1p(x) * _one(c), lambda c, x: c / (1 + x)),
            (_zero, lambda c, x: 1 / (1 + x) * _one(c), lambda c, x: -c / (1 + x) ** 2)),
    *binary("betaln", scipy.special.betaln, ([0.3, 1.7], [0.6, 2.2]),
            (lambda a, b: _polygamma(0, a) - _polygamma(0, a + b),
             lambda a, b: _polygamma(0, b) - _polygamma(0, a + b)),
            (lambda a, b: _polygamma(1, a) - _polygamma(1, a + b),
             lambda a, b: -_polygamma(1, a + b),
             lambda a, b: _polygamma(1, b) - _polygamma(1, a + b))),
    *binary("maximum", np.maximum, SIGNS, (lambda a, b: np.heaviside(a - b, 0.5),
                                           lambda a, b: np.heaviside(b - a, 0.5)), FLAT),
    *binary("minimum", np.minimum, SIGNS, (lambda a, b: np.heaviside(b - a, 0.5),
                                           lambda a, b: np.heaviside(a - b, 0.5)), FLAT),
    *(case for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
      for case in binary(name, getattr(np, name), SIGNS, (_zero, _zero), FLAT)),
    Case("equal", lambda x: mg.equal(x, x), _one, (1.5,)),
    Case("equal", lambda x: mg.equal(x, x), _one, (normal(3),)),
]  # fmt: skip

# ---------------------------------------------------------------------------------- three inputs


def _soft_clip(x: Value, low: Value, high: Value) -> Value:
    return low + np.logaddexp(0.0, x - low) - np.logaddexp(0.0, x - high)


SOFT_CLIP_SLOPES = (
    lambda x, low, high: expit(x - low) - expit(x - high),
    lambda x, low, high: expit(low - x) + _zero(high),
    lambda x, low, high: expit(x - high) + _zero(low),
)

THREE_INPUTS = [
    *(Case("clip", mg.clip, np.clip, inputs) for inputs in (
        (-2.0, -1.0, 1.0), (0.3, -1.0, 1.0), (4.0, -1.0, 1.0), (normal(3, 4), -0.5, 0.6),
        (0.2, normal(3) - 3.0, normal(2, 1) + 3.0),
        (normal(3, 1), -positive(4) / 3, positive(2, 1, 1) / 3))),
    *(Case("where", mg.where, lambda c, a, b: np.where(c != 0.0, a, b), inputs) for inputs in (
        (1.0, 2.0, 3.0), (0.0, 2.0, 3.0), (normal(3, 4), normal(3, 4), normal(3, 4)),
        (1.0, normal(3, 1), normal(4)), (np.array([1.0, 0.0, 1.0]), 2.5, normal(2, 3)))),
    Case("where", lambda x: mg.where(x > 0.0, mg.exp(x), x * x),
         lambda x: np.where(x > 0.0, np.exp(x), x * x), (normal(3, 4),)),
    *(Case("soft_clip", mg.soft_clip, _soft_clip, inputs, SOFT_CLIP_SLOPES) for inputs in (
        (-2.0, -1.0, 1.5), (0.3, -1.0, 1.5), (4.0, -1.0, 1.5), (normal(3, 4), -1.0, 0.6),
        (normal(3, 1), normal(4) - 3.0, 3.0))),
]  # fmt: skip
