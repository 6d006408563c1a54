"""Elementwise ops on any float, in their tails, and on what is no number. Edges: see the table."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.engine.op import OPS

INF, NAN = math.inf, math.nan


def test_arrays_warn_as_numpy_does():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert mg.log(mg.Var([0.0])).value.tolist() == [-INF]


# Those of distributions/ have domains of their own.
PUBLIC = set(mg.ops.__all__)
ELEMENTWISE = [row for row in OPS.values() if row.elementwise and row.name in PUBLIC]
EDGES = [0.0, -0.0, 1e-320, -1e-320, 1e308, -1e308, INF, -INF, NAN]


def any_floats(rng, shape):
    """A quarter each: any bits, numbers near 0, whole numbers, edges."""
    kinds = [
        rng.integers(0, 2**64, shape, dtype=np.uint64).view(np.float64),
        rng.uniform(-4.0, 4.0, shape),
        rng.integers(-5, 6, shape).astype(float),
        rng.choice(EDGES, shape),
    ]
    return np.choose(rng.integers(0, 4, shape), kinds)


@pytest.mark.parametrize("name", [row.name for row in ELEMENTWISE])
def test_any_float_is_silent_and_agrees_with_the_array(name):
    """Forward and backward of scalars raise nothing and warn of nothing, at 200 places."""
    row = OPS[name]
    static = {"order": 2} if row.name == "polygamma" else {}
    *columns, seeds = any_floats(np.random.default_rng(0), (len(row.rules) + 1, 200))
    if row.name == "soft_clip":
        columns[1:] = np.sort(columns[1:], axis=0)
        inside = columns[1] < columns[2]
        columns, seeds = [c[inside] for c in columns], seeds[inside]
    with np.errstate(all="ignore"):
        arrays = [mg.Var(c) for c in columns]
        z = row.function(*arrays, **static)
        expected = mg.grad(z, arrays, seed=seeds, allow_unused=True)
    for i, (seed, *inputs) in enumerate(zip(seeds.tolist(), *(c.tolist() for c in columns))):
        leaves = [mg.Var(x) for x in inputs]
        y = row.function(*leaves, **static)
        gradients = mg.grad(y, leaves, seed=seed, allow_unused=True)
        assert type(y.value) is float and all(type(d) is float for d in gradients)
        np.testing.assert_allclose(y.value, z.value[i], rtol=1e-12, err_msg=str(inputs))
        scale = abs(seed) if math.isfinite(seed) else 1.0
        truth = [d[i] for d in expected]
        np.testing.assert_allclose(gradients, truth, 1e-9, 1e-15 * scale, err_msg=str(inputs))


@pytest.mark.parametrize(
    "x", [-700.0, -300.0, -40.0, -5.0, -1e-9, 1e-9, 5.0, 36.0, 40.0, 300.0, 700.0]
)
@pytest.mark.parametrize("kind", [float, lambda x: np.array([x])])
def test_tails_keep_their_digits(x, kind):
    with localcontext(prec=700):  # 1 + exp(-700) needs 300 digits and more
        e = Decimal(x).exp()
        sigmoid, softplus = float(e / (1 + e)), float((1 + e).ln())
        slope = float(e / (1 + e) ** 2)
        sech_squared = float(4 * e**2 / (1 + e**2) ** 2)
    v = mg.Var(kind(x))
    seed = np.ones(v.shape) if v.shape else 1.0
    for f, value, derivative in (
        (mg.sigmoid, sigmoid, slope),
        (mg.softplus, softplus, sigmoid),
        (mg.tanh, math.tanh(x), sech_squared),
    ):
        y = f(v)
        np.testing.assert_allclose(y.value, value, rtol=1e-12)
        np.testing.assert_allclose(mg.grad(y, [v], seed=seed)[0], derivative, rtol=1e-12)


@pytest.mark.parametrize("x", [1e-300, 1e-12, 1e-5])
def test_near_zero_keeps_its_digits(x):
    assert mg.expm1(x) == math.expm1(x) and mg.log1p(x) == math.log1p(x)
    assert mg.soft_clip(0.0, -x, x) == pytest.approx(0.0, abs=1e-15)


def test_squares_and_powers_are_recorded_as_written():
    x = mg.Var(-3.0)
    assert [(x**2).op, (x**2.0).op, (x**3).op, (x * x).op] == [
        "square",
        "square",
        "power",
        "multiply",
    ]
    assert mg.grad(x**3, [x]) == (27.0,)
    assert mg.grad(x**-1, [x]) == (-1.0 / 9.0,)
    assert mg.grad(x**0, [x]) == (0.0,)


def test_the_power_rule_at_exponent_zero_and_base_zero_to_second_order():
    a, b = mg.Var(2.0), mg.Var(0.0)
    (da,) = mg.grad(a**b, [a], create_graph=True)
    assert mg.grad(da, [a, b]) == (0.0, 0.5)  # the slope in b of b·a^(b-1) is 1/a
    zero = mg.Var(0.0)
    (d,) = mg.grad(mg.power(zero, 2.0), [zero], create_graph=True)
    assert mg.grad(d, [zero]) == (2.0,)


def test_a_masked_branch_needs_the_double_where():
    x = mg.Var(0.0)
    once = mg.where(x > 0.0, mg.log(x), 0.0)
    assert once.value == 0.0 and math.isnan(mg.grad(once, [x])[0])
    twice = mg.where(x > 0.0, mg.log(mg.where(x > 0.0, x, 1.0)), 0.0)
    assert twice.value == 0.0 and mg.grad(twice, [x]) == (0.0,)


@pytest.mark.parametrize(
    "row", [row for row in ELEMENTWISE if len(row.rules) > 1], ids=lambda row: row.name
)
def test_shapes_that_do_not_broadcast_are_named(row):
    shapes = [(2, 3), (4,), (2, 3)][: len(row.rules)]
    inputs = [np.full(shape, 1.0 + i) for i, shape in enumerate(shapes)]
    for given_ in (inputs, [mg.Var(x) for x in inputs]):
        with pytest.raises(ValueError, match=rf"{row.name}: shapes \(2, 3\) and \(4,\)"):
            row.function(*given_)


@pytest.mark.parametrize(
    "given_",
    [1j, "1", None, object(), np.array([1j]), np.array([None]), np.ma.masked_array([1.0], [True])],
    ids=lambda x: type(x).__name__,
)
@pytest.mark.parametrize(
    "f", [mg.exp, mg.sum, lambda x: mg.add(x, 1.0), lambda x: mg.add(mg.Var(1.0), x)]
)
def test_what_is_no_number_is_a_type_error(f, given_):
    with pytest.raises(TypeError, match="real numbers|mask"):
        f(given_)


@pytest.mark.parametrize("f", [mg.exp, mg.multiply, mg.clip, mg.where, mg.sum, mg.matmul])
@pytest.mark.parametrize("keyword", ["out", "dtype", "whre"])
def test_an_unknown_keyword_is_named(f, keyword):
    x = mg.Var(np.eye(2))
    with pytest.raises(TypeError, match=f"{f.__name__}.*{keyword}"):
        f(x, **{keyword: None})


def test_an_input_given_by_name_is_refused():
    """It would have no edge on the tape, and so no gradient."""
    for x in (mg.Var([-2.0, 0.5, 3.0]), np.ones(3)):
        with pytest.raises(TypeError, match="clip takes no argument '(low|high)'"):
            mg.clip(x, low=-1.0, high=1.0)


def test_rounding_is_numpys():
    x = np.array([0.25, 0.35, -2.5, 1.5, 12345.678, -0.04])
    for decimals in (-2, 0, 1, 2):
        for wanted, found in (
            (np.round(x, decimals), mg.round(x, decimals)),
            (np.round(x[0], decimals), mg.round(0.25, decimals)),
        ):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("x", [0.24, 0.25, 1e-3, 1e-9, 0.0, -0.1])
def test_sinc_keeps_its_digits_near_0_to_third_order(x):
    """From the Taylor series of sin(t)/t at t = πx."""
    t = math.pi * x
    leaf = mg.Var(x)
    y = mg.sinc(leaf)
    for order in range(1, 4):
        (y,) = mg.grad(y, [leaf], create_graph=True)
        terms = (
            (-1) ** k * t ** (2 * k - order) * math.perm(2 * k, order) / math.factorial(2 * k + 1)
            for k in range((order + 1) // 2, 14)
        )
        np.testing.assert_allclose(y.value, math.pi**order * math.fsum(terms), rtol=1e-12)


@settings(deadline=None, derandomize=True)
@given(st.floats(-1.0, 1.0))
def test_erfinv_is_the_inverse_of_erf(x):
    y = mg.erfinv(x)
    np.testing.assert_allclose(y, scipy.special.erfinv(x), rtol=3e-15, atol=1e-300)
