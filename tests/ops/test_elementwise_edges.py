"""Kinks and IEEE 754 edges of the elementwise ops: value and gradients, from floats and arrays."""

import math

import numpy as np
import pytest

import minigrad as mg
from tests.support.cases.case import function_of
from tests.support.checks import assert_value

INF, NAN, PI = math.inf, math.nan, math.pi

# op, inputs, value, the gradient of each input
EDGES = [
    ("add", (INF, -INF), NAN, (1.0, 1.0)),
    ("multiply", (INF, 0.0), NAN, (0.0, INF)),
    ("times", (INF, 0.0), 0.0, (0.0, INF)),
    ("times", (0.0, -INF), 0.0, (-INF, 0.0)),
    ("times", (NAN, 0.0), NAN, (0.0, NAN)),
    ("times", (-2.0, INF), -INF, (INF, -2.0)),
    ("divide", (1.0, 0.0), INF, (INF, -INF)),
    ("divide", (-1.0, 0.0), -INF, (INF, INF)),
    ("divide", (1.0, -0.0), -INF, (-INF, -INF)),
    ("divide", (0.0, 0.0), NAN, (INF, NAN)),
    ("divide", (1.0, INF), 0.0, (0.0, 0.0)),
    ("power", (0.0, 0.0), 1.0, (0.0, 0.0)),
    ("power", (1e-310, 0.0), 1.0, (0.0, math.log(1e-310))),
    ("power", (-1e-310, 0.0), 1.0, (0.0, NAN)),
    ("power", (2.0, 0.0), 1.0, (0.0, math.log(2.0))),
    ("power", (-2.0, 0.0), 1.0, (0.0, NAN)),
    ("power", (INF, 0.0), 1.0, (0.0, INF)),
    ("power", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("power", (0.0, 2.0), 0.0, (0.0, 0.0)),
    ("power", (0.0, 0.5), 0.0, (INF, 0.0)),
    ("power", (0.0, -1.0), INF, (-INF, NAN)),
    ("power", (-8.0, 0.5), NAN, (NAN, NAN)),
    ("power", (-2.0, 3.0), -8.0, (12.0, NAN)),
    ("power", (-2.0, -1.0), -0.5, (-0.25, NAN)),
    ("power", (10.0, 400.0), INF, (INF, INF)),
    ("square", (1e200,), INF, (2e200,)),
    ("sqrt", (0.0,), 0.0, (INF,)),
    ("sqrt", (-1.0,), NAN, (NAN,)),
    ("sqrt", (INF,), INF, (0.0,)),
    ("exp", (1000.0,), INF, (INF,)),
    ("exp", (-1000.0,), 0.0, (0.0,)),
    ("exp", (-INF,), 0.0, (0.0,)),
    ("expm1", (1000.0,), INF, (INF,)),
    ("expm1", (-INF,), -1.0, (0.0,)),
    ("log", (0.0,), -INF, (INF,)),
    ("log", (-1.0,), NAN, (-1.0,)),
    ("log", (INF,), INF, (0.0,)),
    ("log1p", (-1.0,), -INF, (INF,)),
    ("log1p", (-2.0,), NAN, (-1.0,)),
    ("logaddexp", (-INF, -INF), -INF, (0.0, 0.0)),
    ("logaddexp", (INF, INF), INF, (0.5, 0.5)),
    ("logaddexp", (NAN, 0.0), NAN, (NAN, NAN)),
    ("logaddexp", (-INF, 0.0), 0.0, (0.0, 1.0)),
    ("logaddexp", (INF, 0.0), INF, (1.0, 0.0)),
    ("logaddexp", (1000.0, 1000.0), 1000.0 + math.log(2.0), (0.5, 0.5)),
    ("sin", (INF,), NAN, (NAN,)),
    ("cos", (-INF,), NAN, (NAN,)),
    ("tan", (INF,), NAN, (NAN,)),
    ("arcsin", (1.0,), PI / 2, (INF,)),
    ("arcsin", (2.0,), NAN, (NAN,)),
    ("arccos", (-1.0,), PI, (-INF,)),
    ("arccos", (-2.0,), NAN, (NAN,)),
    ("arctan", (-INF,), -PI / 2, (0.0,)),
    ("arctan2", (0.0, 0.0), 0.0, (NAN, NAN)),
    ("arctan2", (1e200, 1e200), PI / 4, (0.5e-200, -0.5e-200)),
    ("arctan2", (3e-200, 4e-200), math.atan(0.75), (16e198, -12e198)),
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (3e200, -4e200), 5e200, (0.6, -0.8)),
    ("hypot", (3e-200, 4e-200), 5e-200, (0.6, 0.8)),
    ("hypot", (0.0, -2.0), 2.0, (0.0, -1.0)),
    ("arcsinh", (1e200,), math.asinh(1e200), (1e-200,)),
    ("arccosh", (1.0,), 0.0, (INF,)),
    ("arccosh", (0.5,), NAN, (NAN,)),
    ("arctanh", (1.0,), INF, (INF,)),
    ("arctanh", (-1.0,), -INF, (INF,)),
    ("arctanh", (2.0,), NAN, (-1 / 3,)),
    ("arctan2", (0.0, -1.0), PI, (-1.0, 0.0)),
    ("arctan2", (1.0, 0.0), PI / 2, (0.0, -1.0)),
    ("sinh", (-1000.0,), -INF, (INF,)),
    ("cosh", (-1000.0,), INF, (-INF,)),
    ("tanh", (1000.0,), 1.0, (0.0,)),
    ("tanh", (-INF,), -1.0, (0.0,)),
    ("sigmoid", (-1000.0,), 0.0, (0.0,)),
    ("sigmoid", (INF,), 1.0, (0.0,)),
    ("sigmoid", (-INF,), 0.0, (0.0,)),
    ("softplus", (1000.0,), 1000.0, (1.0,)),
    ("softplus", (-1000.0,), 0.0, (0.0,)),
    ("softplus", (INF,), INF, (1.0,)),
    ("softplus", (-INF,), 0.0, (0.0,)),
    ("relu", (0.0,), 0.0, (0.0,)),
    ("relu", (INF,), INF, (1.0,)),
    ("relu", (-INF,), 0.0, (0.0,)),
    ("relu", (NAN,), NAN, (0.0,)),
    ("abs", (0.0,), 0.0, (0.0,)),
    ("abs", (-INF,), INF, (-1.0,)),
    ("sign", (0.0,), 0.0, (0.0,)),
    ("sign", (NAN,), NAN, (0.0,)),
    ("maximum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("maximum", (INF, INF), INF, (0.5, 0.5)),
    ("maximum", (NAN, 1.0), NAN, (0.0, 0.0)),
    ("maximum", (1.0, NAN), NAN, (0.0, 0.0)),
    ("minimum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("minimum", (NAN, 1.0), NAN, (0.0, 0.0)),
    ("minimum", (1.0, NAN), NAN, (0.0, 0.0)),
    ("clip", (-1.0, -1.0, 1.0), -1.0, (1.0, 0.0, 0.0)),
    ("clip", (1.0, -1.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
    ("clip", (-1.5, -1.0, 1.0), -1.0, (0.0, 1.0, 0.0)),
    ("clip", (1.5, -1.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (1.5, -INF, INF), 1.5, (1.0, 0.0, 0.0)),
    ("clip", (0.5, 2.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (NAN, -1.0, 1.0), NAN, (0.0, 0.0, 0.0)),
    ("where", (0.0, 1.0, INF), INF, (0.0, 0.0, 1.0)),
    ("where", (NAN, 1.0, 2.0), 1.0, (0.0, 1.0, 0.0)),
    ("less", (2.0, 2.0), 0.0, (0.0, 0.0)),
    ("less_equal", (2.0, 2.0), 1.0, (0.0, 0.0)),
    ("greater", (2.0, 2.0), 0.0, (0.0, 0.0)),
    ("greater_equal", (2.0, 2.0), 1.0, (0.0, 0.0)),
    ("equal", (2.0, 2.0), 1.0, (0.0, 0.0)),
    ("equal", (0.0, -0.0), 1.0, (0.0, 0.0)),
    ("equal", (NAN, NAN), 0.0, (0.0, 0.0)),
    ("not_equal", (NAN, NAN), 1.0, (0.0, 0.0)),
    ("less", (NAN, 1.0), 0.0, (0.0, 0.0)),
    ("erf", (INF,), 1.0, (0.0,)),
    ("lgamma", (0.0,), INF, (-INF,)),
    ("lgamma", (-0.0,), INF, (INF,)),
    ("lgamma", (-1e-310,), 713.80137882815, (INF,)),
    ("lgamma", (-1.0,), INF, (NAN,)),
    ("lgamma", (1e306,), INF, (math.log(1e306),)),
    ("lgamma", (INF,), INF, (INF,)),
    ("digamma", (0.0,), -INF, (INF,)),
    ("digamma", (-0.0,), INF, (INF,)),
    ("digamma", (1e-310,), -INF, (INF,)),
    ("digamma", (-1e-310,), INF, (INF,)),
    ("digamma", (-2.0,), NAN, (INF,)),
    ("digamma", (1e300,), math.log(1e300), (1e-300,)),
    ("digamma", (INF,), INF, (0.0,)),
    ("digamma", (-INF,), NAN, (NAN,)),
    ("soft_clip", (-1000.0, -1.0, 1.0), -1.0, (0.0, 1.0, 0.0)),
    ("soft_clip", (1000.0, -1.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("stop_gradient", (NAN,), NAN, (0.0,)),
]


@pytest.mark.parametrize(
    "name, inputs, value, gradients", EDGES, ids=lambda x: str(x).replace(" ", "")
)
def test_edge(name, inputs, value, gradients):
    f = function_of(name)
    assert_value(f(*inputs), value)
    leaves = [mg.Var(x) for x in inputs]
    y = f(*leaves)
    assert_value(y.value, value)
    for found, expected in zip(mg.grad(y, leaves, allow_unused=True), gradients, strict=True):
        assert_value(found, expected)
    with np.errstate(all="ignore"):  # arrays warn as NumPy does
        arrays = [mg.Var([x]) for x in inputs]
        y = f(*arrays)
        assert_value(y.value, [value])
        for found, expected in zip(
            mg.grad(y, arrays, seed=[1.0], allow_unused=True), gradients, strict=True
        ):
            assert_value(found, [expected])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 1.0 / mg.relu(x),
        lambda x: 1.0 / mg.maximum(x, 0.0),
        lambda x: 1.0 / mg.minimum(-x, 0.0),
        lambda x: 1.0 / mg.clip(x, 0.0, 5.0),
    ],
)
@pytest.mark.parametrize("x", [-1.0, [-1.0, -2.0]])
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_a_side_not_taken_passes_0_even_of_an_infinite_gradient(f, x):
    leaf = mg.Var(x)
    (d,) = mg.grad(mg.sum(f(leaf)), leaf)
    assert np.all(np.asarray(d) == 0.0)
    (d,) = mg.grad(mg.sum(f(leaf)), leaf, create_graph=True)
    assert np.all(np.asarray(d.value) == 0.0)


@pytest.mark.parametrize(
    "f, x, second",
    [
        (mg.arcsin, 1.0, INF),
        (mg.arcsin, -1.0, -INF),
        (mg.arccos, 1.0, -INF),
        (mg.arccos, -1.0, INF),
        (mg.arccosh, 1.0, -INF),
        (mg.tanh, 800.0, 0.0),
        (mg.digamma, 0.0, -INF),
        (mg.digamma, -0.0, INF),
        (lambda x: x**0, 1e-310, 0.0),
        (lambda x: x**x, 0.0, INF),
        (lambda x: x**1.0, 5e-324, 0.0),
        (lambda x: mg.hypot(x, 0.0), 0.0, 0.0),
    ],
)
def test_second_slope_at_an_edge(f, x, second):
    leaf = mg.Var(x)
    (d,) = mg.grad(f(leaf), [leaf], create_graph=True)
    assert_value(mg.grad(d, [leaf])[0], second)
    with np.errstate(all="ignore"):
        leaf = mg.Var([x])
        (d,) = mg.grad(f(leaf), [leaf], seed=[1.0], create_graph=True)
        assert_value(mg.grad(d, [leaf], seed=[1.0])[0], [second])


@pytest.mark.parametrize(
    "a, b, mixed",
    [
        (0.0, 0.0, INF),
        (-0.0, 0.0, INF),
        (1e-310, 0.0, INF),
        (-1e-310, 0.0, -INF),
        (0.5, 0.0, 2.0),
        (-0.5, 2.0, NAN),
    ],
)
def test_mixed_slope_of_a_power(a, b, mixed):
    """That of a**b at b = 0 is 1/a."""
    leaves = [mg.Var(a), mg.Var(b)]
    (d,) = mg.grad(leaves[0] ** leaves[1], leaves[:1], create_graph=True)
    assert_value(mg.grad(d, leaves[1:])[0], mixed)
