"""How operations are recorded: nodes, operators, names, walls, and what a Var refuses to become."""

import copy
import gc
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

import minigrad as mg
from tests.support.alive import nodes_alive


def test_a_node_knows_its_op_and_its_inputs_in_order():
    a, b = mg.Var(3.0, "a"), mg.Var(4.0, "b")
    y = a - b
    assert y.op == "subtract" and y.inputs == (a, b) and y.value == -1.0
    assert (y.kind, y.shape, y.ndim, y.size) == ("op", (), 0, 1)
    assert [back(1.0, y.value, 3.0, 4.0) for back in y.closures] == [1.0, -1.0]
    assert a.inputs == () and a.closures == () and a.op == "" and a.kind == "parameter"


def test_x_times_x_has_two_edges():
    x = mg.Var(3.0)
    assert (x * x).inputs[0] is (x * x).inputs[1] is x
    assert len((x * x).closures) == 2


def test_plain_nodes_share_closures_and_static_ones_do_not():
    x = mg.Var([1.0, 2.0])
    assert mg.sin(x).closures is mg.sin(x * 2.0).closures
    assert mg.sum(x, axis=0).static == {"axis": 0, "keepdims": False}


def test_a_number_met_in_arithmetic_becomes_a_constant_when_read():
    x = mg.Var(3.0)
    y = 2.0 * x
    two = y.inputs[0]
    assert two is y.inputs[0]
    assert (two.kind, two.value, two.requires_grad) == ("constant", 2.0, False)
    assert mg.grad(y, x) == (2.0,)  # the constant is no younger than its node


@pytest.mark.parametrize(
    "f",
    [
        lambda v: v + 2,
        lambda v: 2 + v,
        lambda v: v - 2,
        lambda v: 2 - v,
        lambda v: v * 2,
        lambda v: 2 * v,
        lambda v: v / 2,
        lambda v: 2 / v,
        lambda v: v**2,
        lambda v: v**3,
        lambda v: 2**v,
        lambda v: -v,
        lambda v: +v,
        lambda v: abs(v),
        lambda v: v**0.5,
        lambda v: v * np.float64(2),
        lambda v: v + True,
    ],
)
@pytest.mark.parametrize("value", [1.5, np.array([0.5, 2.0])])
def test_operators_agree_with_numbers(f, value):
    y, expected = f(mg.Var(value)), f(value)
    assert isinstance(y, mg.Var)
    np.testing.assert_allclose(y.value, expected, rtol=1e-15)


def test_matmul_operator_on_both_sides():
    a, m = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    for y in (mg.Var(a) @ m, a @ mg.Var(m), mg.Var(a) @ mg.Var(m)):
        assert y.op == "matmul" and y.value.tolist() == [7.0, 10.0]


def test_comparisons_are_recorded_and_pass_no_gradient():
    a = mg.Var([1.0, 2.0, 3.0])
    for y, expected in (
        (a < 2, [1, 0, 0]),
        (a <= 2, [1, 1, 0]),
        (a > 2, [0, 0, 1]),
        (a >= 2, [0, 1, 1]),
        (a == 2, [0, 1, 0]),
        (a != 2, [1, 0, 1]),
        (2 > a, [1, 0, 0]),
    ):
        assert y.value.tolist() == expected and not y.requires_grad and len(y.inputs) == 2
    assert type((mg.Var(1.0) < 2).value) is float
    assert (mg.Var(1.0) == None) is False and (mg.Var(1.0) != "x") is True  # noqa: E711


def test_hash_is_identity_and_bool_is_for_scalars():
    a, b = mg.Var(1.0), mg.Var(1.0)
    assert len({a, b}) == 2 and bool(a == b) and not bool(mg.Var(0.0))
    with pytest.raises(ValueError, match=r"shape \(2,\) is ambiguous"):
        bool(mg.Var([1.0, 2.0]))


def test_names_kinds_and_text():
    z = (mg.Var(1.0) * 2.0).named("z")
    assert z.name == "z" and repr(z) == "Var(2., name='z', op='multiply')"
    assert f"{mg.Var(0.123456):.3f}" == "0.123" and f"{mg.Var([0.5, 1.25]):.1f}" == "[0.5 1.2]"
    assert mg.constant(1.0).kind == "constant" and not mg.constant(1.0).requires_grad


def test_item_detach_len_iter_and_transpose():
    m = mg.Var([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert len(m) == 2 and m.T.shape == (3, 2)
    assert [row.value.tolist() for row in m] == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert m.reshape(3, 2).shape == m.reshape((3, -1)).shape == m.transpose(1, 0).shape == (3, 2)
    assert m.sum(axis=0).value.tolist() == [5.0, 7.0, 9.0] and m.mean().item() == 3.5
    assert mg.Var([[2.0]]).item() == 2.0
    with pytest.raises(ValueError, match=r"one element, this Var has shape \(2, 3\)"):
        m.item()
    d = (m * 2.0).detach()
    assert d.inputs == () and d.kind == "constant" and d.value[0, 0] == 2.0
    for call in (len, iter):
        with pytest.raises(TypeError, match="scalar Var"):
            call(mg.Var(1.0))


@pytest.mark.parametrize(
    "leave",
    [float, math.exp, lambda v: round(float(v))],
)
def test_float_of_what_wants_a_gradient_raises(leave):
    with pytest.raises(TypeError, match=r"v\.value or v\.item\(\), mg\.exp\(v\), mg\.stack"):
        leave(mg.Var(1.0))
    assert float(mg.constant(2.0)) == 2.0


def test_writing_a_var_into_an_array_raises():
    a = np.zeros(2)
    with pytest.raises(ValueError) as error:  # NumPy's own, on top of ours
        a[0] = mg.Var(1.0)
    assert "mg.stack" in str(error.value.__cause__) and not a.any()


@pytest.mark.parametrize("leave", [np.array, np.asarray, lambda v: np.array([v, v])])
@pytest.mark.parametrize("value", [1.0, [1.0, 2.0]])
def test_an_array_of_vars_raises_and_names_stack(leave, value):
    with pytest.raises(TypeError, match="mg.stack"):
        leave(mg.Var(value))


def test_only_a_leaf_takes_a_new_value_of_its_shape():
    x = mg.Var([1.0, 2.0])
    x.value = [3, 4]
    assert x.value.tolist() == [3.0, 4.0]
    with pytest.raises(TypeError, match="was computed"):
        (x * 2.0).value = 1.0
    with pytest.raises(ValueError, match=r"shape \(2,\), the new value \(3,\)"):
        x.value = [1.0, 2.0, 3.0]


def test_a_graph_is_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        before = nodes_alive()
        x = mg.Var(2.0)
        y = mg.sin(x * x) + 3.0 * x
        m = mg.concatenate([mg.Var([1.0]) * y, mg.Var([2.0])]).sum()
        y.backward()
        (d,) = mg.grad(m, x, create_graph=True)
        assert y.inputs
        assert nodes_alive() > before + 9
        del x, y, m, d
        assert nodes_alive() == before
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_scalars_are_silent_where_python_would_raise():
    x, zero = mg.Var(1000.0), mg.Var(0.0)
    found = [mg.exp(x), 1 / zero, zero / zero, mg.log(zero), mg.log(-x), mg.Var(-8.0) ** 0.5]
    found += [x**1000]
    np.testing.assert_equal(
        [v.value for v in found], [np.inf, np.inf, np.nan, -np.inf, np.nan, np.nan, np.inf]
    )
    assert mg.exp(1000.0) == math.inf and mg.log(0.0) == -math.inf


def test_shapes_that_do_not_broadcast_are_both_named():
    with pytest.raises(ValueError, match=r"add: shapes \(3,\) and \(2,\) do not broadcast"):
        mg.Var([1.0, 2.0, 3.0]) + np.ones(2)
    with mg.scope("s"), pytest.raises(ValueError, match=r"multiply: shapes \(3,\) and \(2,\)"):
        mg.Var([1.0, 2.0, 3.0]) * np.ones(2)


def test_unknown_and_surplus_arguments_are_refused():
    with pytest.raises(TypeError, match="dtype"):
        mg.sum(mg.Var([1.0]), dtype=int)
    with pytest.raises(TypeError, match="sum takes 1 inputs, then axis, keepdims: too many given"):
        mg.sum(mg.Var([1.0]), 0, True, None)
    with pytest.raises(TypeError, match="given 'axis' twice"):
        mg.sum(mg.Var([1.0]), 0, axis=0)
    with pytest.raises(TypeError):
        mg.sin(mg.Var(1.0), 2.0)


def test_nan_passes_through():
    x = mg.Var(math.nan)
    y = x * 2.0 + 1.0
    y.backward()
    assert math.isnan(y.value) and x.grad == 2.0


def test_a_leaf_can_be_pickled_and_copied_and_is_young_again():
    script = "import minigrad as mg, pickle, sys; [mg.Var(1.0) for _ in range(999)]; " + (
        "sys.stdout.buffer.write(pickle.dumps({'w': mg.Var([2.0, 1.0], 'w')}))"
    )
    pickled = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    for w in (pickle.loads(pickled)["w"], copy.deepcopy(mg.Var([2.0, 1.0], "w"))):
        (w * w).sum().backward()
        assert w.grad.tolist() == [4.0, 2.0] and w.name == "w" and w.kind == "parameter"
        with pytest.raises(ValueError, match="read-only"):
            w.value[0] = 1.0
    eps = copy.copy(mg.constant(1.0, "eps", "noise"))
    assert eps.kind == "noise" and not eps.requires_grad
    with pytest.raises(TypeError, match=r"pickle or copy v\.value"):
        pickle.dumps(w * 2.0)


def test_a_var_refuses_what_would_break_it():
    class Plain:
        pass

    with pytest.raises(TypeError, match="can't be subclassed"):
        type("Mine", (mg.Var,), {})
    with pytest.raises(TypeError, match="can't be written to"):
        mg.Var([1.0])[0] = 2.0
    for name in (3, None, ["a"]):
        with pytest.raises(TypeError, match="a name is a string"):
            mg.Var(1.0, name)
        with pytest.raises(TypeError, match="a name is a string"):
            mg.constant(1.0).named(name)
    for other in ({}, Plain(), None, "x"):
        assert (mg.Var(1.0) == other) is False and (mg.Var(1.0) != other) is True


def test_what_loads_with_the_package_and_what_does_not():
    script = """
import sys
import minigrad as mg
rooms = ("pictures", "pages", "distributions", "emit")
late = (*(f"minigrad.{room}" for room in rooms), "graphviz", "wasmtime")
assert not [name for name in sys.modules if name.startswith(late)]
assert not [name for name in ("var", "std", "nothing") if hasattr(mg, name)]
assert {"Normal", "draw", "SGD", "distributions"} <= set(dir(mg))
assert mg.distributions.Normal is mg.Normal and mg.estimators
"""
    subprocess.run([sys.executable, "-c", script], check=True)
