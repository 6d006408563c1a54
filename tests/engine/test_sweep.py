"""Backward and grad: order, accumulation, seeds, staleness, higher orders, long chains."""

import gc
import math
import threading

import numpy as np
import pytest

import minigrad as mg


def test_order_matters_and_edges_accumulate():
    a = mg.Var(3.0)
    b = a + a
    c = b * b
    c.backward()
    assert (a.grad, b.grad, c.grad) == (24.0, 12.0, 1.0)


def test_a_second_backward_on_one_graph_adds_to_leaves_only():
    x = mg.Var(2.0)
    h = x * x
    y = h * 3.0
    y.backward()
    y.backward()
    assert x.grad == 24.0 and h.grad == 3.0
    x.grad = None
    y.backward()
    assert x.grad == 12.0


def test_grad_touches_no_grad():
    x = mg.Var(2.0)
    h = x * x
    y = h * 3.0
    y.backward()
    assert mg.grad(y, [x, h]) == (12.0, 3.0)
    assert mg.grad(h, x) == (4.0,)
    assert (x.grad, h.grad, y.grad) == (12.0, 3.0, 1.0)
    fresh = mg.Var(1.0) * 2.0
    mg.grad(fresh, fresh)
    assert fresh.grad is None


def test_inputs_may_be_inner_nodes_the_output_itself_or_unrelated():
    x, other = mg.Var(2.0), mg.Var([1.0, 2.0])
    h = x * x
    y = h * h
    dx, dh, dy, dother = mg.grad(y, [x, h, y, other], allow_unused=True)
    assert (dx, dh, dy) == (32.0, 8.0, 1.0) and dother.tolist() == [0.0, 0.0]
    assert mg.grad(x, x) == (1.0,)
    assert mg.grad(mg.constant(2.0) * 3.0, x, allow_unused=True) == (0.0,)
    (zero,) = mg.grad(y, other, create_graph=True, allow_unused=True)
    assert isinstance(zero, mg.Var) and zero.value.tolist() == [0.0, 0.0]


def test_derivatives_of_any_order():
    x = mg.Var(0.7)
    d = mg.sin(x) * mg.exp(x * 2.0)
    exact = [complex(2, 1) ** n * np.exp(complex(2, 1) * 0.7) for n in range(6)]
    for n in range(6):
        assert d.value == pytest.approx(exact[n].imag, rel=1e-12)
        (d,) = mg.grad(d, x, create_graph=True)


def test_a_constant_derivative_is_still_a_var_under_create_graph():
    x = mg.Var(2.0)
    (d,) = mg.grad(3.0 * x, x, create_graph=True)
    assert isinstance(d, mg.Var) and d.value == 3.0
    assert mg.grad(d, x, allow_unused=True) == (0.0,)


def test_what_is_no_answer_is_no_zero():
    x, other = mg.Var(2.0, "mu"), mg.Var(3.0, "w")
    wall = mg.stop_gradient(x * x)
    cases = [
        (other * 2.0, "not connected: the output was not computed from it"),
        (wall * other, r"stop_gradient\(mu·mu\) stops it, a wall"),
        ((x > 1.0) * other, "mu > 1 stops it: a comparison is 1 or 0"),
        (mg.where(x, other, 1.0), "where.mu, w, 1. stops it: a where passes no gradient to its c"),
    ]
    for y, why in cases:
        with pytest.raises(ValueError, match=f"input 1, Var.*'mu'.*, gets no gradient: {why}.*; a"):
            mg.grad(y, [other, x])
        d_other, d_x = mg.grad(y, [other, x], allow_unused=True)
        assert d_x == 0.0 != d_other
        d_other, d_x = mg.grad(y, [other, x], allow_unused=True, create_graph=True)
        assert d_x.value == 0.0 and d_x.kind == "constant"
    with pytest.raises(ValueError, match="gets no gradient: not connected"):
        mg.value_and_grad(lambda x, y: y * 2.0, (0, 1))(1.0, 2.0)
    assert mg.grad(x * 0.0, x) == (0.0,)  # this 0 is an answer


def test_why_there_is_none_is_soon_said_of_a_large_graph():
    x, other = mg.Var(2.0), mg.Var(3.0)
    h = x
    for _ in range(30_000):
        h = h + x
    with pytest.raises(ValueError, match=r"does not depend on it, or only through walls \(mg.expl"):
        mg.grad(h, other)


def test_the_hessian_of_a_quadratic_form_by_rows():
    a = np.array([[2.0, 1.0], [0.5, 3.0]])
    x = mg.Var([1.0, -2.0])
    (d,) = mg.grad(x @ (a @ x), x, create_graph=True)
    rows = [mg.grad(d[i], x)[0] for i in range(2)]
    np.testing.assert_allclose(rows, a + a.T, rtol=1e-14)


@pytest.mark.parametrize("shape", [(3,), (2, 1), (1, 3), (2, 3), (1,), (1, 1), (4, 2, 3)])
def test_broadcasting_is_undone_once_and_differentiates(shape):
    rng = np.random.default_rng(0)
    x, m = mg.Var(rng.normal(size=shape)), rng.normal(size=(2, 3))
    y = (mg.sin(x) * m).sum()
    (d,) = mg.grad(y, x, create_graph=True)
    spread = np.broadcast_to(m, np.broadcast_shapes(shape, m.shape))
    axes = tuple(i for i, n in enumerate(spread.shape) if i < spread.ndim - len(shape))
    summed = spread.sum(axis=axes)
    keep = tuple(i for i, n in enumerate(shape) if n == 1 and summed.shape[i] != 1)
    expected = np.cos(x.value) * summed.sum(axis=keep, keepdims=True)
    np.testing.assert_allclose(d.value, expected, rtol=1e-12)
    (dd,) = mg.grad(d.sum(), x)
    assert dd.shape == shape


def test_a_scalar_against_an_array():
    x = mg.Var(2.0)
    y = (x * np.array([1.0, 2.0, 3.0])).sum()
    y.backward()
    assert x.grad == 6.0 and type(x.grad) is float


def test_seed_and_its_shape():
    x = mg.Var([1.0, 2.0])
    y = x * x
    with pytest.raises(ValueError, match=r"needs a scalar, this Var has shape \(2,\): sum it"):
        y.backward()
    with pytest.raises(ValueError, match=r"the seed has shape \(3,\), the output \(2,\)"):
        y.backward(seed=[1.0, 2.0, 3.0])
    for one in ([2.0], [[2.0]]):
        v = mg.Var(one)
        (v**2).backward()  # of one element: it needs no seed
        assert v.grad.item() == mg.grad(v**2, v)[0].item() == 4.0 and v.grad.shape == v.shape
    y.backward(seed=[1.0, 10.0])
    assert x.grad.tolist() == [2.0, 40.0]
    assert mg.grad(y, x, seed=[1.0, 0.0])[0].tolist() == [2.0, 0.0]


def test_backward_with_nowhere_to_go_says_why():
    x = mg.Var(2.0)
    for y in (mg.constant(1.0) * 2.0, mg.stop_gradient(x) * 2.0, x > 1.0):
        with pytest.raises(ValueError, match="no parameter, or only through a wall"):
            y.backward()


def test_stop_gradient_is_a_visible_wall():
    x = mg.Var(2.0)
    wall = mg.stop_gradient(x * x)
    y = wall * x
    y.backward()
    assert x.grad == 4.0 and wall.kind == "stop" and wall.inputs[0].inputs == (x, x)
    assert wall.grad is None


def test_bad_inputs_of_grad():
    x, eps = mg.Var(2.0), mg.constant(1.0, "eps", "noise")
    y = x * eps
    for bad in (eps, mg.constant(1.0), mg.stop_gradient(x)):
        with pytest.raises(ValueError, match="wants no gradient"):
            mg.grad(y, [bad])
    with pytest.raises(TypeError, match="input 0 is of type float"):
        mg.grad(y, [2.0])
    with pytest.raises(TypeError, match="value_and_grad"):
        mg.grad(mg.sin, [x])
    with pytest.raises(TypeError, match="needs a Var, not float"):
        mg.grad(1.0, [x])


def test_a_new_value_after_recording_is_noticed():
    x, c = mg.Var(2.0, "x"), mg.constant(3.0, "c")
    y = x * c
    for leaf in (x, c):
        leaf.value = 5.0
        with pytest.raises(ValueError, match="given a new value after this graph was recorded"):
            y.backward()
        assert x.grad is None
        y = x * c
    y.backward()
    assert x.grad == 5.0


def test_a_closure_that_fails_leaves_no_trace():
    x = mg.Var(2.0)
    x.grad = 7.0
    h = x * x
    y = h * 3.0
    call, h._call = h._call, type(h._call)(h._call.op, {}, (lambda *_: 1 / None,) * 2)
    with pytest.raises(TypeError):
        y.backward()
    assert (x.grad, h.grad, y.grad) == (7.0, None, None)
    h._call = call
    y.backward()
    assert x.grad == 19.0


def test_ieee_in_closures():
    x = mg.Var(0.0)
    for y, slope in ((mg.sqrt(x), math.inf), (1.0 / x, -math.inf), (mg.log(x), math.inf)):
        assert mg.grad(y, x)[0] == slope
        assert mg.grad(y, x, create_graph=True)[0].value == slope


def test_gradients_are_read_only_and_not_shared_for_writing():
    x, y = mg.Var([1.0, 2.0]), mg.Var([3.0, 4.0])
    (x + y).sum().backward()
    for held in (x.grad, y.grad, mg.grad((x + y).sum(), x)[0]):
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 9.0
    with pytest.raises(ValueError, match=r"shape \(2,\), the gradient \(\)"):
        x.grad = 1.0
    with pytest.raises(TypeError, match="wants no gradient"):
        mg.constant(1.0).grad = 1.0


def test_value_and_grad():
    f = mg.value_and_grad(lambda x, y: mg.sin(x) * y, argnums=(0, 1))
    value, (dx, dy) = f(0.5, 2.0)
    assert value == math.sin(0.5) * 2.0
    assert (dx, dy) == (math.cos(0.5) * 2.0, math.sin(0.5))
    value, d = mg.value_and_grad(lambda x, scale: (x * x).sum() * scale)(np.array([1.0, 2.0]), 3.0)
    assert value == 15.0 and d.tolist() == [6.0, 12.0]
    assert mg.value_and_grad(lambda x: 3.0, allow_unused=True)(1.0) == (3.0, 0.0)
    with pytest.raises(TypeError, match="argument 1 is missing, 1 were given"):
        mg.value_and_grad(lambda x: x, argnums=1)(1.0)
    with pytest.raises(ValueError, match="needs a scalar"):
        mg.value_and_grad(lambda x: x)(np.ones(2))


def test_a_chain_of_many_ops_forward_backward_and_freed():
    x = h = mg.Var(1.0)
    for _ in range(200_000):  # a stack of so many calls, in Python or C, would overflow
        h = h + x
    h.backward()
    assert h.value == 200_001.0 and x.grad == 200_001.0
    gc.collect()
    gc.disable()
    try:
        del h
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_two_threads_share_a_parameter():
    x = mg.Var(2.0)
    results = []

    def work():
        for _ in range(300):
            results.append(mg.grad(mg.sin(x) * x + x * x, x)[0])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 1200
    assert results == pytest.approx([math.sin(2.0) + math.cos(2.0) * 2.0 + 4.0] * 1200, rel=1e-15)
    assert x.grad is None


@pytest.mark.parametrize(
    "f",
    [
        lambda x, c: x * (c * 2.0),
        lambda x, c: x * mg.stop_gradient(mg.sin(c)),
        lambda x, c: mg.where(c > 0.0, x, -x),
        lambda x, c: mg.concatenate([x * np.ones(2), c * np.ones(2)]).sum(),
    ],
)
def test_a_new_value_is_noticed_behind_anything(f):
    x, c = mg.Var(2.0, "x"), mg.constant(3.0, "c")
    y = f(x, c)
    c.value = -5.0
    with pytest.raises(ValueError, match="given a new value after this graph was recorded"):
        y.backward()
    with pytest.raises(ValueError, match="given a new value after this graph was recorded"):
        mg.grad(y, x)
    assert x.grad is None


def test_a_new_value_elsewhere_is_no_hindrance():
    x, other = mg.Var(2.0), mg.Var(3.0)
    y = x * x
    other.value = 4.0
    y.backward()
    assert x.grad == 4.0


def test_no_gradient_of_what_no_grad_made():
    x = mg.Var(2.0)
    y = x * x
    with mg.no_grad():
        assert mg.grad(y, x) == (4.0,)
        with pytest.raises(ValueError, match=r"without a graph: compute it outside mg\.no_grad"):
            mg.grad(x * x, x)
        with pytest.raises(ValueError, match="create_graph=True records"):
            mg.grad(y, x, create_graph=True)


def test_a_leaf_with_a_new_value_is_its_own_output():
    x = mg.Var(2.0)
    x.value = 3.0
    assert mg.grad(x, [x]) == (1.0,)
    x.backward()
    assert x.grad == 1.0
