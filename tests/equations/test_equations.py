"""The tape read as equations, and their listing."""

import numpy as np
import pytest

import minigrad as mg


def test_every_node_once_after_its_inputs():
    a = mg.Var(3.0, "a")
    b = a + a
    c = b * b
    rows = mg.equations_of(c, names={"b": b, "c": c, "n": 3, "s": "text"})
    assert [(r.name, r.op, r.inputs) for r in rows] == [
        ("a", "", ()),
        ("b", "add", (0, 0)),
        ("c", "multiply", (1, 1)),
    ]
    assert rows.outputs == (2,) and rows.inputs_of(rows[2]) == [rows[1], rows[1]]


def test_what_stands_behind_a_wall_is_read_too():
    x = mg.Var(3.0, "x")
    rows = mg.equations_of(mg.stop_gradient(x * x) * 2.0)
    assert [r.kind for r in rows] == ["parameter", "op", "stop", "constant", "op"]
    assert rows.local_derivative(rows[2], 0) is None
    assert rows.local_derivative(rows[1], 0) == 3.0


def test_several_outputs_share_their_equations():
    x = mg.Var(3.0)
    h = x * x
    rows = mg.equations_of(h + 1.0, h * 2.0, h)
    assert [r.op for r in rows].count("multiply") == 2 and len(rows.outputs) == 3


def test_names_of_variables_and_of_lists():
    w = [[mg.Var(1.0), mg.Var(2.0)]]
    own = mg.Var(3.0, "own")
    rows = mg.equations_of(w[0][0] * w[0][1] + own, names={"w": w, "x": own})
    assert [r.name for r in rows][:3] == ["w[0][0]", "w[0][1]", "own"]


def test_local_derivatives_of_scalars_only():
    x, v = mg.Var(0.0), mg.Var([1.0, 2.0])
    rows = mg.equations_of(mg.sqrt(x), v * 2.0)
    root = next(r for r in rows if r.op == "sqrt")
    assert rows.local_derivative(root, 0) == np.inf
    product = next(r for r in rows if r.op == "multiply")
    assert rows.local_derivative(product, 0) is None and rows.local_derivative(product, 1) is None


def test_the_listing():
    mu, sigma = mg.Var(0.5, "mu"), mg.Var(2.0, "sigma")
    eps = mg.constant(-1.0, "eps", "noise")
    with mg.scope("sampling"):
        z = (mu + sigma * eps).named("z")
    loss = (z * 2 - [1.0, 2.0]).sum(axis=0) ** 2
    loss.backward()
    assert str(mg.equations_of(loss, names={"loss": loss})) == (
        "mu    parameter                0.5  grad -72\n"
        "sigma parameter                  2  grad 72\n"
        "eps   noise                     -1\n"
        "# sampling\n"
        "v1    = sigma * eps             -2  grad -72\n"
        "z     = mu + v1               -1.5  grad -72\n"
        "# (outside)\n"
        "v2    = z * 2                   -3  grad -36\n"
        "v3    constant            [1., 2.]\n"
        "v4    = v2 - v3         [-4., -5.]  grad [-18., -18.]\n"
        "v5    = sum(v4, axis=0)         -9  grad -18\n"
        "loss  = square(v5)              81  grad 1"
    )


def test_numbered_names_avoid_the_users():
    x = mg.Var(1.0, "v1")
    assert mg.equations_of(mg.sin(x) + 2.0).names() == ["v1", "v2", "2", "v3"]


def test_a_long_chain_is_read_without_recursion():
    x = h = mg.Var(1.0)
    for _ in range(50_000):
        h = h + x
    assert len(mg.equations_of(h)) == 50_001


def test_only_vars_are_read():
    with pytest.raises(TypeError, match="needs Vars, not float"):
        mg.equations_of(1.0)


def test_at_a_prompt_equations_say_what_they_are_of():
    y = mg.sin(mg.Var(0.7, "mu")).named("y")
    assert repr(mg.equations_of(y)) == "<Equations of y, 2 rows: print lists them>"
