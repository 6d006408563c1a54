"""Optimisers against steps written by hand."""

import numpy as np
import pytest

import minigrad as mg


def quadratic(p):
    return ((p - np.array([1.0, -2.0])) * np.array([1.0, 3.0]) * (p - np.array([1.0, -2.0]))).sum()


def test_sgd_step_by_hand():
    p, q = mg.Var([0.0, 0.0]), mg.Var(5.0)
    opt = mg.SGD([p, q], lr=0.1)
    quadratic(p).backward()
    opt.step()
    np.testing.assert_allclose(p.value, [0.2, -1.2], rtol=1e-15)
    assert q.value == 5.0  # no gradient, no step
    opt.zero_grad()
    assert p.grad is None


def test_momentum_by_hand():
    p = mg.Var(1.0)
    opt = mg.SGD([p], lr=0.1, momentum=0.5)
    value, velocity = 1.0, 0.0
    for _ in range(4):
        opt.zero_grad()
        (p * p).backward()
        opt.step()
        velocity = 0.5 * velocity + 2.0 * value
        value -= 0.1 * velocity
        assert p.value == pytest.approx(value, rel=1e-14)


def test_adam_by_hand():
    p = mg.Var([1.0, -2.0])
    opt = mg.Adam([p], lr=0.01)
    value, m, v = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for t in range(1, 6):
        opt.zero_grad()
        (p * p * p).sum().backward()
        opt.step()
        g = 3.0 * value**2
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        value = value - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        np.testing.assert_allclose(p.value, value, rtol=1e-12)


@pytest.mark.parametrize("make", [lambda p: mg.SGD([p], 0.05, 0.9), lambda p: mg.Adam([p], 0.05)])
def test_both_find_the_minimum(make):
    p = mg.Var([0.0, 0.0])
    opt = make(p)
    for _ in range(1500):
        opt.zero_grad()
        quadratic(p).backward()
        opt.step()
    np.testing.assert_allclose(p.value, [1.0, -2.0], atol=1e-5)


def test_a_step_makes_the_old_graph_stale():
    p = mg.Var(1.0)
    y = p * p
    y.backward()
    mg.SGD([p], 0.1).step()
    with pytest.raises(ValueError, match="given a new value"):
        y.backward()


def test_bad_arguments():
    p = mg.Var(1.0)
    with pytest.raises(ValueError, match="no parameters"):
        mg.SGD([], 0.1)
    with pytest.raises(TypeError, match=r"params\[1\]"):
        mg.Adam([p, mg.constant(1.0)], 0.1)
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="must be positive"):
            mg.SGD([p], bad)
    with pytest.raises(ValueError, match=r"params\[1\] was given before"):
        mg.SGD([p, p], 0.1)
    with pytest.raises(ValueError, match="momentum is 1.0"):
        mg.SGD([p], 0.1, 1.0)
    with pytest.raises(ValueError, match="betas"):
        mg.Adam([p], 0.1, betas=(0.9, 1.0))


def test_a_scalar_stays_a_python_float():
    p = mg.Var(1.0)
    for opt in (mg.SGD([p], np.float64(0.1), np.float32(0.5)), mg.Adam([p], 0.1)):
        for _ in range(2):
            opt.lr = np.float64(0.05)
            opt.zero_grad()
            (p * p).backward()
            opt.step()
            assert type(p.value) is float


def test_adam_at_a_prompt_with_the_rate_of_its_paper():
    assert repr(mg.Adam([mg.Var(1.0), mg.Var(2.0)])) == "Adam(2 parameters, lr=0.001)"
