"""Names that people bring from PyTorch, JAX and NumPy are answered with how it is done here."""

import pickle

import numpy as np
import pytest

import minigrad as mg


def grad_of(shape):
    p = mg.Var(np.ones(shape))
    (p**2).sum().backward()
    return p.grad


def optimiser():
    return mg.SGD([mg.Var(1.0)], 0.1)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: grad_of(3).zero_(), r"no zero_: p.grad = None clears a gradient, optimizer\.zero"),
        (lambda: grad_of(3).numpy(), r"it is a NumPy array"),
        (lambda: grad_of(3).spam, r"an array of a Var has no spam$"),
        (lambda: mg.Var(1.0).dim(), r"the number of axes is \.ndim"),
        (lambda: mg.Var(1.0).dtype, r"all is float64"),
        (lambda: mg.Var(1.0).backward(retain_graph=True), r"no retain_graph=: .*leave it out"),
        (lambda: mg.Var(1.0).backward(gradient=1.0), r"no gradient=: it is called seed="),
        (lambda: mg.Var(1.0).backward(spam=1.0), r"no spam=: it takes seed="),
        (lambda: mg.numpy, r"NumPy's own functions take a Var: import numpy as np"),
        (lambda: mg.from_numpy, r"mg\.constant\(array\) data"),
        (lambda: mg.draw_dot, r"use mg\.draw\(output\)"),
        (lambda: mg.SGD([{"params": [mg.Var(1.0)], "lr": 0.1}], 0.1), r"one SGD a group"),
        (lambda: mg.Adam([mg.Var(1.0)], 0.1, weight_decay=0.1), r"0\.5 \* decay \* mg\.sum"),
        (lambda: optimiser().param_groups, r"all of \.params have the learning rate \.lr"),
        (lambda: optimiser().state_dict(), r"pickle it together with its parameters"),
        (lambda: optimiser().spam, r"SGD has no spam$"),
        (
            lambda: setattr(mg.Var(1.0), "requires_grad", False),
            r"mg\.constant what doesn't; a para",
        ),
        (lambda: setattr(mg.Var(1.0), "name", "x"), r'name is not set: v\.named\("x"\) names'),
        (lambda: setattr(mg.Var(1.0), "shape", (1, 1)), r"v\.reshape\(…\) has another one"),
        (lambda: setattr(mg.Var(1.0), "inputs", ()), r"an operation makes a new node"),
        (lambda: mg.Var([1.0, 2.0]).size(), r"number of elements here, 2: the lengths are \.shape"),
        (lambda: mg.Var([1.0, 2.0]).size(0), r"the lengths are \.shape"),
        (lambda: mg.Var([1.0]).sum(dim=0), r"no argument 'dim': .* axis, keepdims"),
    ],
)
def test_the_answer_names_the_way(ask, sentence):
    with pytest.raises((AttributeError, TypeError), match=sentence):
        ask()


def test_an_optimiser_is_pickled_with_its_parameters():
    w = mg.Var([1.0, 2.0])
    adam = mg.Adam([w], 0.1)
    for _ in range(2):
        adam.zero_grad()
        (w**2).sum().backward()
        adam.step()
    v, twin = pickle.loads(pickle.dumps((w, adam)))
    assert twin.params[0] is v
    for x, steps in ((w, adam), (v, twin)):
        steps.zero_grad()
        (x**2).sum().backward()
        steps.step()
    np.testing.assert_array_equal(v.value, w.value)


def test_what_is_not_set_can_be_read():
    v = (mg.Var(np.ones((2, 3)), "x") * 2.0).named("y")
    assert (v.size, v.shape, v.ndim, v.name, v.op) == (6, (2, 3), 2, "y", "multiply")
    assert v.requires_grad is True and mg.constant(1.0).requires_grad is False
    assert np.zeros(v.size).shape == (6,) and f"{v.size}" == "6" and isinstance(v.size, int)
