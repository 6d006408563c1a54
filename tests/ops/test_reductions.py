"""Edges of the reductions: ties, zeros, infinities, empty arrays, axes."""

import math

import numpy as np
import pytest

import minigrad as mg
from tests.support.cases.case import function_of
from tests.support.checks import assert_value

INF, NAN = math.inf, math.nan

# op, input, keywords, value, gradient (of the sum of the value)
EDGES = [
    ("max", [2.0, 1.0, 2.0], {}, 2.0, [0.5, 0.0, 0.5]),
    ("max", [[1.0, 1.0], [1.0, 0.0]], {"axis": 0}, [1.0, 1.0], [[0.5, 1.0], [0.5, 0.0]]),
    ("min", [2.0, 1.0, 1.0, 1.0], {}, 1.0, [0.0, 1 / 3, 1 / 3, 1 / 3]),
    ("max", [INF, 1.0, INF], {}, INF, [0.5, 0.0, 0.5]),
    ("prod", [0.0, 2.0, 3.0], {}, 0.0, [6.0, 0.0, 0.0]),
    ("prod", [0.0, 0.0, 3.0], {}, 0.0, [0.0, 0.0, 0.0]),
    ("prod", [[0.0, 4.0], [5.0, 6.0]], {"axis": 1}, [0.0, 30.0], [[4.0, 0.0], [6.0, 5.0]]),
    ("prod", [1e200, 1e200, 1e-200], {}, INF, [1.0, 1.0, INF]),
    ("logsumexp", [-INF, 0.0], {}, 0.0, [0.0, 1.0]),
    ("logsumexp", np.zeros((2, 0)), {"axis": 1}, [-INF, -INF], np.zeros((2, 0))),
    ("softmax", np.zeros((2, 0)), {}, np.zeros((2, 0)), np.zeros((2, 0))),
    ("log_softmax", np.zeros((2, 0)), {}, np.zeros((2, 0)), np.zeros((2, 0))),
    ("logsumexp", [1000.0, 1000.0], {}, 1000.0 + math.log(2.0), [0.5, 0.5]),
    ("logsumexp", [-INF, -INF], {}, -INF, [0.0, 0.0]),
    (
        "logsumexp",
        [[-INF, -INF], [0.0, 0.0]],
        {"axis": 1},
        [-INF, math.log(2.0)],
        [[0.0, 0.0], [0.5, 0.5]],
    ),
    ("norm", [0.0, 0.0], {}, 0.0, [0.0, 0.0]),
    ("norm", [[0.0, 0.0], [3e200, 4e200]], {"axis": 1}, [0.0, 5e200], [[0.0, 0.0], [0.6, 0.8]]),
    ("norm", [3e-200, -4e-200], {}, 5e-200, [0.6, -0.8]),
    ("norm", [INF, 1.0], {}, INF, [NAN, 0.0]),
    ("norm", np.zeros(0), {}, 0.0, np.zeros(0)),
    ("std", [0.1, 0.1, 0.1], {}, 0.0, [0.0, 0.0, 0.0]),
    (
        "std",
        [[0.3, 0.3, 0.3], [0.0, 0.0, 3.0]],
        {"axis": 1},
        [0.0, math.sqrt(2.0)],
        [[0.0, 0.0, 0.0], [-math.sqrt(0.5) / 3, -math.sqrt(0.5) / 3, math.sqrt(2.0) / 3]],
    ),
    ("logsumexp", [INF, 0.0], {}, INF, [NAN, 0.0]),
    ("softmax", 2.0, {}, 1.0, 0.0),
    ("log_softmax", 2.0, {}, 0.0, 0.0),
    ("softmax", [1000.0, -1000.0], {}, [1.0, 0.0], [0.0, 0.0]),
    ("softmax", [-INF, 0.0], {}, [0.0, 1.0], [0.0, 0.0]),
    ("log_softmax", [0.0, -1000.0], {}, [0.0, -1000.0], [-1.0, 1.0]),
    ("sum", [[1.0, NAN], [2.0, 3.0]], {"axis": 0}, [3.0, NAN], [[1.0, 1.0], [1.0, 1.0]]),
    ("mean", [1.0, 2.0, 6.0], {}, 3.0, [1 / 3, 1 / 3, 1 / 3]),
    ("cumsum", [1.0, INF, 1.0], {}, [1.0, INF, INF], [3.0, 2.0, 1.0]),
    ("sum", np.zeros((0, 2)), {"axis": 0}, [0.0, 0.0], np.zeros((0, 2))),
    ("prod", np.zeros((0, 2)), {"axis": 0}, [1.0, 1.0], np.zeros((0, 2))),
    ("prod", np.zeros((0, 3)), {"axis": 1}, np.zeros(0), np.zeros((0, 3))),
]


@pytest.mark.parametrize(
    "name, x, static, value, gradient", EDGES, ids=lambda x: str(x).replace(" ", "")
)
def test_edge(name, x, static, value, gradient):
    f, v = function_of(name), mg.Var(x)
    with np.errstate(all="ignore"):
        assert_value(f(np.array(x), **static), np.array(value))
        y = f(v, **static)
        (found,) = mg.grad(mg.sum(y), [v])
    assert_value(y.value, np.array(value))
    assert_value(found, np.array(gradient))


def test_prod_with_zeros_to_third_order():
    x = mg.Var([0.0, 0.0, 3.0, 2.0])
    (d,) = mg.grad(mg.prod(x), [x], create_graph=True)
    (second,) = mg.grad(d[0], [x], create_graph=True)
    assert second.value.tolist() == [0.0, 6.0, 0.0, 0.0]
    assert mg.grad(second[1], [x])[0].tolist() == [0.0, 0.0, 2.0, 3.0]


def test_tails_of_softmax_keep_their_digits():
    x = mg.Var([0.0, -40.0, -300.0])
    small = np.exp(x.value)
    np.testing.assert_allclose(mg.softmax(x).value, small, rtol=1e-12)
    np.testing.assert_allclose(
        mg.grad(mg.softmax(x)[1], [x])[0][1:], [small[1], -small[1] * small[2]]
    )
    np.testing.assert_allclose(mg.grad(mg.log_softmax(x)[0], [x])[0][1:], -small[1:], rtol=1e-12)


NAMES = ["sum", "mean", "prod", "max", "min", "cumsum", "logsumexp", "softmax", "log_softmax"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("x", [np.ones((2, 3)), mg.Var(np.ones((2, 3)))], ids=["array", "Var"])
def test_an_axis_out_of_range_is_named(name, x):
    with pytest.raises(ValueError, match="axis 2 is out of range for 2 dimensions: use -2..1"):
        getattr(mg, name)(x, axis=2)


@pytest.mark.parametrize("name", ["mean", "max", "min"])
def test_what_no_elements_do_not_have_is_an_error(name):
    with pytest.raises(ValueError, match=r"no elements|zero-size"):
        getattr(mg, name)(mg.Var(np.zeros((0,))))


def test_surplus_arguments_are_refused():
    with pytest.raises(TypeError, match="sum takes .* axis, keepdims"):
        mg.sum(mg.Var([1.0]), 0, True, 1)


@pytest.mark.parametrize("axis", [True, 1.0])
@pytest.mark.parametrize("length", [3, 9])  # short axes go along another way
def test_logsumexp_takes_no_axis_that_only_equals_one(axis, length):
    with pytest.raises(TypeError):
        mg.logsumexp(mg.Var(np.ones((2, length))), axis=axis)


@pytest.mark.parametrize("f", [mg.sum, mg.mean, mg.max, mg.min, mg.prod])
@pytest.mark.parametrize("wrap", [np.asarray, mg.Var])
def test_a_bad_axis_is_named(f, wrap):
    x = wrap(np.ones((2, 3)))
    with pytest.raises(ValueError, match="axis 9 is out of range for 2 dimensions: use -2..1"):
        f(x, axis=9)
    with pytest.raises(TypeError, match="axis is an int, a tuple of ints or None, not 1.0"):
        f(x, axis=1.0)


@pytest.mark.parametrize("f", [mg.mean, mg.max, mg.min])
def test_nothing_has_no_extreme_and_no_mean(f):
    with pytest.raises(ValueError, match=rf"{f.__name__} of no elements: shape \(0,\)"):
        f(mg.Var([]))


def test_log_softmax_does_not_mind_a_shift():
    for shift in (0.0, 1e10, 1e20, -1e300):
        x = mg.Var(np.full(3, shift))
        y = mg.log_softmax(x)
        np.testing.assert_allclose(y.value, -math.log(3.0), rtol=1e-15)
        (d,) = mg.grad(y[0], x)
        np.testing.assert_allclose(d, [2 / 3, -1 / 3, -1 / 3], rtol=1e-14)


@pytest.mark.parametrize(
    "y, why",
    [
        (np.linalg.norm(mg.Var([0.0, 0.0])), "norm has a kink at 0"),
        (np.std(mg.Var([0.1, 0.1, 0.1])), "std has a kink at 0"),
        (mg.hypot(mg.Var(0.0), 0.0), "hypot has a kink at 0"),
        (mg.logsumexp(mg.Var([-INF, -INF])), "all inputs are -inf, so none has a share"),
    ],
)
def test_explain_says_which_subgradient_was_taken(y, why):
    assert why in str(mg.explain(y)) and "subgradient 0" in str(mg.explain(y))


@pytest.mark.parametrize(
    "x, value, slopes",
    [
        ([0.0, 1e200, 1e200], 0.0, [math.inf, 0.0, 0.0]),
        ([1e200, 1e200, 0.0], math.nan, [0.0, 0.0, math.inf]),
        ([0.0, 1e200, 1e200, -1e200], 0.0, [-math.inf, 0.0, 0.0, 0.0]),
        ([1e200, 1e200, 0.0, 0.0], math.nan, [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_products_that_overflow_beside_a_zero(x, value, slopes):
    """NumPy's value; each slope is the product of the others, 0 where one of them is."""
    with np.errstate(over="ignore", invalid="ignore"):
        for f in (mg.prod, lambda x: mg.cumprod(x)[-1]):
            leaf = mg.Var(x)
            assert_value(f(leaf).value, value)
            assert mg.grad(f(leaf), leaf)[0].tolist() == slopes
            program = mg.trace(f, np.array(x))
            assert program.value_and_grad(np.array(x))[1][0].tolist() == slopes
            curved = mg.hessian(f)(np.array(x))
            assert curved[0, 0] == 0.0 and (curved == curved.T).all()
    running = mg.cumprod(mg.Var(x)).value if value == 0.0 else np.zeros(1)
    assert not running.any()
