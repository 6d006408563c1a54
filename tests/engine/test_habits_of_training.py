"""Updates, nests of parameters, copies, and values given anew: what a training loop does."""

import copy
import pickle
import warnings
from typing import NamedTuple

import numpy as np
import pytest

import minigrad as mg


def test_updates_in_place_of_leaves():
    for start in (2.0, [1.0, 2.0], [[1.0], [2.0]]):
        p = mg.Var(start, "p")
        before = np.array(p.value)
        (p * p).sum().backward()
        p.grad *= 0.5
        p.value -= 0.1 * p.grad
        np.testing.assert_allclose(p.value, before - 0.1 * before, rtol=1e-15)
        p.value *= 2.0
        p.value **= 2
        p.value += 1
        np.testing.assert_allclose(p.value, (1.8 * before) ** 2 + 1.0, rtol=1e-15)
        p.value /= p.value
        assert np.all(p.value == 1.0) and p.grad is not None
    m = mg.Var(np.eye(2))
    m.value @= [[0.0, 1.0], [2.0, 0.0]]
    assert m.value.tolist() == [[0.0, 1.0], [2.0, 0.0]]


def test_writing_into_an_array_of_a_leaf_says_what_to_write():
    p = mg.Var([1.0, 2.0])
    (p * p).sum().backward()
    for array in (p.value, p.grad, p.value[1:]):
        with pytest.raises(ValueError, match=r"read-only.*a = p.value.copy\(\).*p.value = a"):
            array[0] = 1.0
    a = p.value.copy()
    b = a
    a[0] = 5.0
    a += 1.0
    assert b.tolist() == [6.0, 3.0] and p.value.tolist() == [1.0, 2.0]
    for made in (
        p.value + 1.0,
        np.exp(p.value),
        np.array(p.value),
        pickle.loads(pickle.dumps(p.value)),
    ):
        assert type(made) is np.ndarray and made.flags.writeable
    assert type(np.sum(p.value)) is type(np.max(p.value)) is np.float64
    assert repr(p.value) == "array([1., 2.])" and isinstance(p.value, np.ndarray)
    assert (p.value * p).value.tolist() == [1.0, 4.0]


def test_an_update_of_the_var_itself_is_warned_of():
    w, lr = mg.Var([1.0, 2.0], "w"), 0.1
    (w * w).sum().backward()
    with pytest.warns(
        UserWarning, match=r"w -= … makes a new node.*the tape grows.*w.value -= …"
    ) as got:
        w -= lr * w.grad
    assert got[0].filename == __file__
    w += 1.0  # no longer a parameter
    x = h = mg.Var(2.0)
    h += 1.0
    h -= x
    assert h.value == 1.0


# ------------------------------------------------------------------------------------------- nests


class Layer(NamedTuple):
    w: object
    b: object


def test_value_and_grad_of_nests():
    def loss(params, x):
        h = mg.tanh(params["layer"].w @ x + params["layer"].b)
        return (h * params["out"][0]).sum() + params["out"][1]["shift"] ** 2

    w, b, out = np.arange(6.0).reshape(2, 3) / 10, np.array([0.1, -0.2]), [0.3, -0.4]
    params = {"layer": Layer(w, b), "out": (out, {"shift": 0.5})}
    x = np.array([1.0, -1.0, 0.5])
    value, grads = mg.value_and_grad(loss)(params, x)
    h = np.tanh(w @ x + b)
    assert value == pytest.approx(h @ out + 0.25, rel=1e-15)
    assert type(grads["layer"]) is Layer and grads["out"][1] == {"shift": 1.0}
    np.testing.assert_allclose(grads["out"][0], h, rtol=1e-15)
    np.testing.assert_allclose(grads["layer"].b, out * (1 - h * h), rtol=1e-14)
    np.testing.assert_allclose(grads["layer"].w, np.outer(out * (1 - h * h), x), rtol=1e-14)
    mg.check_gradients(loss, params, mg.constant(x), order=2)
    value, (da, db) = mg.value_and_grad(lambda a, b: a[0] * b, (0, 1))([np.float64(2), {}], 3.0)
    assert (value, da, db) == (6.0, [3.0, {}], 2.0)


def test_a_list_of_numbers_is_an_array():
    value, d = mg.value_and_grad(lambda x: (x * x).sum())([1.0, 2.0])
    assert value == 5.0 and d.tolist() == [2.0, 4.0]
    value, d = mg.value_and_grad(lambda x: (x[0] * x[1]).sum())([np.ones(2), 3.0])
    assert isinstance(d, list) and d[0].tolist() == [3.0, 3.0] and d[1] == 2.0


def test_optimisers_take_nests():
    params = {"a": mg.Var(1.0), "layers": [Layer(mg.Var([1.0, 2.0]), mg.Var(0.0)), {}]}
    for optimizer in (mg.SGD(params, 0.1), mg.Adam(params, 0.1), mg.SGD(iter([params["a"]]), 0.1)):
        assert optimizer.params[0] is params["a"]
        assert len(optimizer.params) in (3, 1)
    with pytest.raises(TypeError, match=r"params\['layers'\]\[0\]\[1\] is 3.0, not a parameter"):
        mg.SGD({"layers": [Layer(mg.Var(1.0), 3.0)]}, 0.1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mg.grad(mg.sin), r"mg.value_and_grad\(f\)\(x\) differentiates a function"),
        (lambda: mg.grad(mg.sin, 2.0), r"mg.value_and_grad\(f\)\(x\) differentiates a function"),
        (lambda: mg.grad(mg.Var(1.0) * 2.0), r"with respect to what: mg.grad\(output, \[w, b\]\)"),
        (
            lambda: mg.value_and_grad(mg.sin, 2.0),
            r"takes the arguments: mg.value_and_grad\(f\)\(x\)",
        ),
        (lambda: mg.value_and_grad(mg.sin, np.ones(2)), r"mg.value_and_grad\(f\)\(x\)"),
    ],
)
def test_functions_where_vars_belong(call, sentence):
    with pytest.raises(TypeError, match=sentence):
        call()


# -------------------------------------------------------------------------------------- optimisers


def test_a_step_without_gradients_and_one_with_those_of_two_backwards():
    x, unused = mg.Var(2.0), mg.Var(1.0)
    optimizer = mg.SGD([x, unused], 0.1)
    with pytest.raises(ValueError, match=r"no parameter has a gradient: call loss.backward\(\)"):
        optimizer.step()
    for _ in range(3):
        optimizer.zero_grad()
        (x * x).backward()
        optimizer.step()  # no warning
    (x * x).backward()
    with pytest.warns(
        UserWarning, match=r"params\[0\] has the gradients of several backwards"
    ) as got:
        optimizer.step()
    assert got[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (x * x).backward()
        optimizer.step()  # warned of once


# ------------------------------------------------------------------------------- old values and new


@pytest.mark.parametrize(
    "used",
    [
        mg.stop_gradient,
        lambda w: w > 1.0,
        lambda w: mg.sign(w),
        lambda w: mg.stop_gradient(w * w) * 2.0,
        lambda w: mg.Normal(w, 1.0).sample(np.random.default_rng(0)),
        lambda w: w.detach() * 1.0 + mg.stop_gradient(w),
    ],
)
def test_what_no_gradient_passes_is_not_mixed_either(used):
    w, other = mg.Var(2.0, "w"), mg.Var(1.0)
    s = used(w)
    w.value = 3.0
    y = w * s + other
    sentence = (
        "given a new value after this graph was recorded, so the graph mixes old values and n"
    )
    for read in (
        lambda: mg.grad(y, other),
        lambda: mg.grad(y, w, create_graph=True),
        y.backward,
        lambda: mg.draw(y),
        lambda: mg.equations_of(y),
        lambda: mg.explain(y),
        lambda: mg.step_through(y),
    ):
        with pytest.raises(ValueError, match=sentence):
            read()
    assert w.grad is other.grad is None
    fresh = w * used(w)
    fresh.backward()
    mg.draw(fresh)


def test_functions_of_constants_are_not_mixed_either():
    c, w = mg.constant(2.0, "c"), mg.Var(1.0)
    twice = c * 2.0
    c.value = 3.0
    later = twice + 1.0
    with pytest.raises(ValueError, match="'c'.* was given a new value"):
        mg.grad(w * later, w)


def test_a_number_without_a_graph_stays_what_it_is():
    w = mg.Var(2.0)
    with mg.no_grad():
        product = w * 2.0
    w.value = 3.0
    assert mg.grad(w * product, w) == (4.0,) and mg.draw(w * product).dot


def test_data_computed_once_serves_every_step():
    x, w = mg.constant([1.0, 2.0]), mg.Var([0.5, 0.5])
    scaled = (x - 1.5) / 0.5
    optimizer = mg.SGD([w], 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        (w * scaled).sum().backward()
        optimizer.step()
    assert w.value.tolist() == pytest.approx([0.8, 0.2])


# ------------------------------------------------------------------------------------------ copies


def test_a_copied_noise_leaf_keeps_its_law_and_scope():
    with mg.scope("prior"):
        eps = mg.noise(np.random.default_rng(0), 3)
        p = mg.Var([1.0], "p")
    for made in (copy.copy(eps), copy.deepcopy(eps), pickle.loads(pickle.dumps(eps))):
        assert (made.kind, made.law, made.scope, made.name) == ("noise", "normal", "prior", "eps")
        assert made.value.tolist() == eps.value.tolist() and not made.requires_grad
    assert copy.copy(p).scope == "prior" and copy.copy(p).requires_grad
    normal = mg.Normal(p * 2.0, 1.0)
    for save in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="was computed"):
            save(normal)
        with pytest.raises(TypeError, match=r"was computed: pickle or copy v.value, or v.detach"):
            save(p * 2.0)


def test_lists_find_a_var_by_value_and_sets_by_identity():
    a, b = mg.Var(1.0), mg.Var(1.0)
    assert [a, b].index(b) == 0 and b in [a]  # as documented: see Var
    assert b not in {a} and {a: 0, b: 1}[b] == 1 and not any(b is p for p in [a])
