"""check_gradients: what it passes, what it finds, and what it says."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.derivatives.checking import compared
from minigrad.engine.op import OPS


@pytest.mark.parametrize("order", [1, 2, 3])
def test_right_gradients_pass(order):
    assert mg.check_gradients(mg.sin, 0.3, order=order) is None
    mg.check_gradients(
        lambda x, y: mg.log(x) @ y, [0.1, 2.0], np.array([[3.0], [1e-3]]), order=order
    )


@pytest.mark.parametrize("x", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("f", [mg.log, mg.sqrt, lambda x: 1.0 / x, lambda x: x**3])
def test_the_step_suits_the_point(f, x):
    mg.check_gradients(f, x, order=2)


def test_steps_that_leave_the_domain_are_made_smaller():
    mg.check_gradients(lambda low: mg.soft_clip(0.3, low, 1.0), 0.999)  # low < high or a ValueError
    mg.check_gradients(lambda x: mg.relu(x), 1e-4)


@pytest.mark.parametrize("factor", [1.0 + 1e-5, 1.01, -1.0, math.nan])
def test_a_wrong_rule_is_found(monkeypatch, factor):
    row, rule = OPS["square"], OPS["square"].rules[0]
    monkeypatch.setattr(row.call, "rules", (lambda g, y, x: factor * rule(g, y, x),))
    with pytest.raises(
        mg.GradientError, match="gradient with respect to argument 0 is .*differences"
    ):
        mg.check_gradients(mg.square, 3.0)


def test_a_rule_wrong_only_when_differentiated_is_found_at_order_2(monkeypatch):
    row = OPS["square"]
    monkeypatch.setattr(row.call, "rules", (lambda g, y, x: 2.0 * g * mg.stop_gradient(x),))
    mg.check_gradients(mg.square, 3.0)
    with pytest.raises(
        mg.GradientError, match="derivative 2 with respect to argument 0 is 0, .* 2:"
    ):
        mg.check_gradients(mg.square, 3.0, order=2)


def test_the_error_names_argument_position_and_both_numbers():
    def f(x, mu):
        return x * mg.sum(mu * np.array([[1.0, 2.0]])) - mg.stop_gradient(x) * mu[0, 1]

    mu = mg.Var([[5.0, 7.0]], "mu")
    with pytest.raises(mg.GradientError) as caught:
        mg.check_gradients(f, 3.0, mu)
    assert str(caught.value).startswith(
        "the gradient with respect to argument 0 is 19, central differences give 12"
    )
    with pytest.raises(mg.GradientError, match=r"argument 1 mu at \[0, 1\] is 2"):
        mg.check_gradients(
            lambda x, mu: mu[0, 0] + 2.0 * mu[0, 1] + mg.stop_gradient(mu[0, 1]), 3.0, mu
        )


def test_outputs_of_any_shape_and_several_of_them():
    mg.check_gradients(lambda x: (mg.sin(x), mg.outer(x, x), mg.sum(x)), [0.1, 0.2, 0.4], order=2)
    with pytest.raises(mg.GradientError):
        mg.check_gradients(lambda x: (mg.sin(x), mg.stop_gradient(x)), [0.1, 0.2])


def test_constants_and_noise_are_left_as_they_are():
    eps = mg.constant([0.3, -0.4], "eps", kind="noise")
    seen = []
    mg.check_gradients(lambda mu, e: seen.append(e) or mu * e, 2.0, eps)
    assert all(e is eps for e in seen)


def test_the_arguments_are_not_touched():
    x = mg.Var([1.0, 2.0], "x")
    x.grad = [5.0, 6.0]
    mg.check_gradients(lambda v: mg.sum(v * v), x, order=2)
    assert x.grad.tolist() == [5.0, 6.0] and x.value.tolist() == [1.0, 2.0]


def test_a_function_may_itself_differentiate():
    def slope(x):
        return mg.grad(mg.sin(x) * x, [x], create_graph=True)[0]

    mg.check_gradients(slope, 0.8, order=2)


def test_at_a_kink_the_mean_of_both_slopes_is_expected():
    mg.check_gradients(mg.abs, 0.0)
    mg.check_gradients(mg.maximum, 1.0, 1.0)
    with pytest.raises(mg.GradientError, match="has a kink at argument 0: its slope is 0 on"):
        mg.check_gradients(mg.relu, 0.0)


BAD = [
    (lambda: mg.check_gradients(3.0, 1.0), TypeError, "a function, then its arguments, not 3.0"),
    (lambda: mg.check_gradients(mg.sin), ValueError, "no argument wants a gradient"),
    (lambda: mg.check_gradients(mg.sin, mg.constant(1.0)), ValueError, "no argument wants"),
    (lambda: mg.check_gradients(mg.sin, "x"), TypeError, "real numbers, not str"),
    (lambda: mg.check_gradients(mg.sin, [1.0, math.nan]), ValueError, "argument 0, .* not finite"),
    (lambda: mg.check_gradients(mg.exp, -math.inf), ValueError, "argument 0, .* not finite"),
    (lambda: mg.check_gradients(mg.sqrt, -1.0), ValueError, "f is nan here"),
    (lambda: mg.check_gradients(mg.log, 0.0), ValueError, "f is -inf here"),
    (
        lambda: mg.check_gradients(lambda x: mg.sum(mg.sqrt(x)), [1.0, 0.0]),
        ValueError,
        r"only on one side of argument 0 at \[1\]",
    ),
    (lambda: mg.check_gradients(mg.sin, 1.0, order=0), ValueError, "1, 2, …, not 0"),
    (lambda: mg.check_gradients(mg.sin, 1.0, order=1.5), ValueError, "1, 2, …, not 1.5"),
    (lambda: mg.check_gradients(lambda x: None, 1.0), TypeError, "not NoneType"),
    (
        lambda: mg.check_gradients(lambda x: np.random.default_rng().normal() * x, 1.0),
        ValueError,
        "draw noise outside",
    ),
]


@pytest.mark.parametrize("call, error, message", BAD)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_compared_has_both_numbers_for_every_place():
    x, mu = mg.Var([1.0, 2.0], "x"), mg.Var(3.0, "mu")
    rows = list(compared(lambda x, mu: mg.sum(x**2) * mg.stop_gradient(mu) * mu, [x, mu], [1, 0]))
    assert [row.argument for row in rows] == [
        "argument 1 mu",
        "argument 0 x at [0]",
        "argument 0 x at [1]",
    ]
    assert [row.backward for row in rows] == [15.0, 18.0, 36.0]
    assert [row.differences for row in rows] == pytest.approx([30.0, 18.0, 36.0], rel=1e-9)
    assert rows[0].error == abs(15.0 - rows[0].differences)
