"""A micrograd notebook, part 1 of the lecture that made it known, step by step with mg.Var.

The steps are those of the lecture, written anew: a derivative by hand, an expression and its
backward pass, a neuron, and a small network that learns four points.
"""

import math

import pytest

import minigrad as mg

Value = mg.Var  # the class name, changed


def test_a_value_adds_multiplies_and_remembers():
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    e = a * b
    d = e + c
    assert d.value == 4.0 and d.op == "add" and d.inputs == (e, c)
    f = Value(-2.0, "f")
    L = d * f
    L.backward()
    assert [x.grad for x in (d, f, c, e, a, b)] == [-2.0, 4.0, -2.0, -2.0, 6.0, -4.0]
    for leaf in (a, b, c, f):
        leaf.value += 0.01 * leaf.grad
    assert ((a * b + c) * f).value > L.value


def test_the_names_of_the_notebook_are_answered_with_the_way():
    a = Value(2.0)
    for name, way in (
        ("data", r"\.value"),
        ("label", r"\.named"),
        ("_prev", r"\.inputs"),
        ("_backward", r"\.closures"),
        ("_op", r"\.op"),
    ):
        with pytest.raises(AttributeError, match=way):
            getattr(a, name)
    with pytest.raises(AttributeError, match=r"mg\.Var\(2\.0, \"x\"\)"):
        a.label = "a"
    with pytest.raises(TypeError, match=r"no label=: its name is the second argument"):
        Value(2.0, label="a")


def test_a_neuron_by_tanh_and_by_exp():
    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432)
    n = x1 * w1 + x2 * w2 + b
    o = n.tanh()
    o.backward()
    assert o.value == pytest.approx(math.sqrt(0.5), rel=1e-9)
    found = [x.grad for x in (x1, w1, x2, w2)]
    assert found == pytest.approx([-1.5, 1.0, 0.5, 0.0], abs=1e-9)
    e = (2 * n).exp()
    again = (e - 1) / (e + 1)
    assert mg.grad(again, [x1, w1, x2, w2]) == pytest.approx(found, abs=1e-9)


def test_a_value_used_twice_gets_both_shares():
    a = Value(3.0)
    b = a + a
    b.backward()
    assert a.grad == 2.0
    a, b = Value(-2.0), Value(3.0)
    ((a * b) * (a + b)).backward()
    assert (a.grad, b.grad) == (-3.0, -8.0)


def test_numbers_on_either_side_powers_and_relu():
    a = Value(4.0)
    assert [(2 * a).value, (a + 1).value, (1 - a).value, (1 / a).value] == [8.0, 5.0, -3.0, 0.25]
    assert (a**-0.5).value == 0.5 and (-a).relu().value == 0.0 and a.log().value == math.log(4.0)


class Neuron:
    """As many weights as inputs, and a bias."""

    def __init__(self, rng, n):
        self.w = [Value(rng.uniform(-1, 1)) for _ in range(n)]
        self.b = Value(rng.uniform(-1, 1))

    def __call__(self, x):
        return sum((wi * xi for wi, xi in zip(self.w, x)), self.b).tanh()

    def parameters(self):
        return [*self.w, self.b]


def test_a_network_of_neurons_learns_four_points():
    import random

    rng = random.Random(1)
    sizes = [3, 4, 4, 1]
    layers = [[Neuron(rng, n) for _ in range(m)] for n, m in zip(sizes, sizes[1:])]
    parameters = [p for layer in layers for neuron in layer for p in neuron.parameters()]
    assert len(parameters) == 41

    def network(x):
        for layer in layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    for _ in range(60):
        loss = sum((network(x) - y) ** 2 for x, y in zip(xs, ys))
        for p in parameters:
            p.grad = None
        loss.backward()
        for p in parameters:
            p.value -= 0.1 * p.grad
    assert loss.value < 0.05
    assert [round(network(x).item()) for x in xs] == ys
