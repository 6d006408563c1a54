"""Programs that write over arrays which are not read again: the numbers are those of the tape."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.emit import in_place
from minigrad.engine.op import OPS
from minigrad.extend import op
from tests.emit.test_tracing import flat, on_tape, same, scalar
from tests.engine.test_random_graphs import BINARY, UNARY
from tests.support.cases import CASES
from tests.support.checks import cases_of

WRITES = re.compile(r"\w+ [-+*/]= |out=\w+\)")  # the lines of a listing that write over an array


@pytest.fixture(autouse=True, scope="module")
def every_array_is_large():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_place, "LARGE", 1)
        yield


def checked(f, *args):
    """The numbers, to the last bit, of a program that writes over nothing, twice; no argument has
    changed, no result shares memory. Gives the listing's writes."""
    before = [np.copy(x) for x in args]
    program = mg.trace(f, *args)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_place, "LARGE", np.inf)
        plain = mg.trace(f, *args)
        assert not WRITES.search(_function(plain))
    truth = flat(plain.value_and_grad(*args))
    once, twice = (flat(program.value_and_grad(*args)) for _ in range(2))
    assert all(map(same, once, truth)) and all(map(same, twice, truth))
    assert same(program(*args), plain(*args))
    for x, y in zip(once, on_tape(f, *args), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-11, atol=1e-13)
    assert all(np.array_equal(x, then) for x, then in zip(args, before, strict=True))
    for i, x in enumerate(once):
        others = [*args, *once[:i]]
        assert not any(np.may_share_memory(x, y) for y in others if isinstance(x, np.ndarray))
    return WRITES.findall(_function(program))


def _function(program):
    """Its lines without those of the functions that it calls."""
    return program.source.partition('"""\n')[2].partition("\n\n\n")[0]


A, B = np.random.default_rng(0).uniform(0.5, 1.5, (2, 3, 3))


@pytest.mark.parametrize("name", sorted({case.name for case in CASES}))
def test_every_op(name):
    """Between other steps, so that it may write over what it reads and be written over."""
    for case in cases_of(name):
        if any(np.ndim(x) for x in case.inputs):
            f = scalar(case)
            checked(lambda *xs, f=f: f(*(1.5 * x - 0.5 * x for x in xs)), *case.inputs)


def test_our_elementwise_functions_return_new_memory():
    """What `in_place` relies on: none hands back what it was given, nor a view of it."""
    seen = 0
    for case in CASES:
        arrays = [np.asarray(x, float) for x in case.inputs]
        row = OPS.get(case.name)
        if row is None or row.kind != "op" or not row.elementwise or len(row.rules) != len(arrays):
            continue
        if any(x.ndim for x in arrays) and ... not in row.defaults.values():
            seen += 1
            with np.errstate(all="ignore"):
                y = row.forward(*arrays)
            assert not any(np.may_share_memory(y, x) for x in arrays), case.name
    assert seen > 50


STEPS = st.lists(st.tuples(*[st.integers(0, 999)] * 3), min_size=3, max_size=14)
SHAPES = st.lists(st.sampled_from([(), (3,), (1, 3), (3, 3), (3, 1)]), min_size=1, max_size=3)
VIEWS = [
    lambda x: x.T,
    lambda x: mg.reshape(x, x.shape[::-1]),
    lambda x: x[::-1] if x.shape else x,
    lambda x: mg.broadcast_to(x, (3, 3)),
    mg.stop_gradient,
    lambda x: x @ x if x.shape == (3, 3) else x,
    mg.exp,
    lambda x: 1.0 / (2.0 + mg.square(x)),
    lambda x: mg.maximum(x, 0.1),
]
SAME_SIZE = [f for f in UNARY if f(mg.Var(np.ones((3, 3)))).shape == (3, 3)]
ALL = [*VIEWS, *SAME_SIZE, *BINARY]


@settings(max_examples=150, deadline=None)
@given(STEPS, SHAPES)
def test_random_programs(steps, shapes):
    """With views and broadcast arrays that are read before and after what they are views of."""

    def f(*leaves):
        nodes = list(leaves)
        for which, i, j in steps:
            a, b = nodes[-1 - i % min(len(nodes), 4)], nodes[-1 - j % len(nodes)]
            k = which % len(ALL)
            nodes.append(ALL[k](mg.tanh(a), b) if ALL[k] in BINARY else ALL[k](mg.sin(a)))
        return sum(mg.sum(mg.tanh(x)) for x in nodes[-3:]) + 0.0 * mg.sum(leaves[0])

    rng = np.random.default_rng(len(steps))
    checked(f, *(rng.normal(size=shape) if shape else 0.4 for shape in shapes))


TRAPS = {
    "the same input twice": (lambda a, b: mg.sum((a + a) * (a + a)), 1),
    "a view of it is read later": (lambda a, b: _later(a * b, lambda v: v.T), 1),
    "a view of a view is read later": (lambda a, b: _later(a * b, lambda v: v.T[0][::-1]), 1),
    "it is read later itself": (lambda a, b: _later(a * b, lambda v: v), 1),
    "its own transpose is added": (lambda a, b: mg.sum(_and_transposed(mg.sin(a * b)) ** 3), 1),
    "rows of it are its operand": (lambda a, b: mg.sum((a * b) * (a * b)[0]), 1),
    "the first of two is smaller": (lambda a, b: mg.sum(mg.exp(a[0] - (b * b))), 1),
    "an input alone": (lambda a, b: mg.sum(a) + mg.sum(b.T * 1.0), 0),
}


def _later(v, view):
    """v is not read after exp(v), but a view of it is."""
    seen = view(v)
    return mg.sum(mg.exp(v) * 2.0) + mg.sum(seen * seen)


def _and_transposed(v):
    return v + v.T


@pytest.mark.parametrize("trap", TRAPS)
def test_aliases(trap):
    f, least = TRAPS[trap]
    assert len(checked(f, A, B)) >= least
    checked(f, A, A)


def test_a_result_is_never_written_over():
    """d_a is what d_b is computed from."""
    checked(lambda a, b: mg.sum(mg.sin(a + mg.exp(b))), A, B)


def test_layouts_are_kept():
    """A sum over another layout has other last digits."""
    a, b = np.random.default_rng(1).uniform(0.5, 1.5, (2, 40, 40))
    checked(lambda a, b: mg.sum(mg.exp(2.0 * a.T + b)), a, b)


def test_constants_and_what_is_found_outside_stay():
    data, weights = mg.constant(A.copy()), np.ones((3, 3)) + B

    @mg.compiled
    def f(x):
        return mg.sum(mg.exp(x + data) * weights)

    for _ in range(5):
        x = mg.Var(B)
        value = f.backward(x)
        truth = on_tape(lambda x: mg.sum(mg.exp(x + A) * (1.0 + B)), B)
        assert all(map(same, (value, x.grad.view(np.ndarray)), truth[:1] + (truth[1],)))
    assert np.array_equal(data.value, A) and np.array_equal(weights, 1.0 + B)


def test_a_row_of_the_users_may_hand_back_its_input():
    def handed_back(x):
        return x

    f = op(lambda g, y, x: 2.0 * g, elementwise=True, python="{0}", numpy="{0}")(handed_back)
    try:
        checked(lambda a: _later(mg.sin(a), f), A)
    finally:
        del OPS["handed_back"]


def test_other_layouts_of_the_arguments():
    program = mg.trace(lambda a, b: mg.sum(mg.tanh(a @ b + a) / (a * b)), A, B)
    truth = flat(program.value_and_grad(A, B))
    for a, b in ((np.asfortranarray(A), B), (A.T.copy().T, np.repeat(B, 2, axis=1)[:, ::2])):
        found = flat(program.value_and_grad(a, b))
        assert all(np.allclose(x, y, rtol=1e-14) for x, y in zip(found, truth, strict=True))
        assert np.array_equal(a, A) and np.array_equal(b, B)
    whole = flat(program.value_and_grad(A > 0.0, 1 + (B > 1.0)))  # of bools and ints
    assert all(map(same, whole, flat(program.value_and_grad((A > 0.0) * 1.0, 1.0 + (B > 1.0)))))


def test_second_order():
    def slope(a, b):
        y = mg.sum(mg.tanh(a @ b) * mg.exp(a * 0.5))
        return mg.sum(mg.square(mg.grad(y, [a], create_graph=True)[0]))

    assert len(checked(slope, A, B)) > 5


def test_as_a_person_would_write_it():
    def layer(x, w, b):
        h = mg.exp(x @ w + 2.0 * b)
        return mg.sum(h / 3.0)

    source = mg.trace(layer, A, B, A[0], wrt=0).source
    lines = ["v1 = x @ w", "v1 += 2.0 * b", "h = np.exp(v1, out=v1)"]
    assert "".join(f"    {line}\n" for line in lines) in source
    assert "h *= " not in source  # what the user named goes on meaning what it says


def test_small_arrays_keep_their_formula(monkeypatch):
    monkeypatch.setattr(in_place, "LARGE", 10)
    assert not WRITES.search(mg.trace(lambda a: mg.sum(1.0 / (a + 2.0)), A).source)
