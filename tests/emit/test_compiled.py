"""`compiled`: the tape's numbers in any loop, and nothing frozen that could change."""

import pickle
import warnings

import numpy as np
import pytest

import minigrad as mg

DATA = np.random.default_rng(1).normal(size=(20, 3))
TARGET = DATA @ np.array([1.0, -2.0, 0.5]) + 0.3


def regression(w, b, x, y):
    return mg.mean(mg.square(x @ w + b - y)) + 0.01 * mg.sum(w * w)


@mg.compiled
def at_module_level(x):
    return x * x


def test_it_is_pickled_by_name():
    assert pickle.loads(pickle.dumps(at_module_level)) is at_module_level


def fitted(loss, optimizer=mg.SGD, how="call", steps=40):
    w, b = mg.Var(np.zeros(3), "w"), mg.Var(0.0, "b")
    adam = optimizer([w, b], 0.05)
    losses = []
    for i in range(steps):
        adam.zero_grad()
        rows = slice(5 * (i % 4), 5 * (i % 4) + 5)
        args = w, b, mg.constant(DATA[rows]), TARGET[rows]
        if how == "call":
            y = loss(*args)
            y.backward()
            losses.append(y.value)
        else:
            losses.append(loss.backward(*args))
        adam.step()
    return [*losses, b.value, *w.value]


@pytest.mark.parametrize("optimizer", [mg.SGD, mg.Adam])
@pytest.mark.parametrize("how", ["call", "backward"])
def test_a_training_loop_is_the_tapes(optimizer, how):
    found = fitted(mg.compiled(regression), optimizer, how)
    np.testing.assert_allclose(found, fitted(regression, optimizer), rtol=1e-12)


def test_it_is_traced_once_for_each_signature():
    calls = []
    note = calls.append  # the list itself would be seen to change

    @mg.compiled
    def loss(w, x):
        note(x.shape)
        return mg.sum(w * x)

    w = mg.Var(2.0)
    for size in (3, 4, 3, 4, 3):
        x = np.ones(size)
        assert loss(w, x).value == 2.0 * size
    assert calls == [(3,), (4,), (3,), (4,)]  # the second call of each is a check


def test_noise_is_drawn_anew_in_the_tapes_order():
    def run(decorate):
        rng = np.random.default_rng(3)

        @decorate
        def loss(mu, rho):
            q = mg.Normal.from_softplus(mu, rho)
            mg.noise(rng)  # drawn and not used
            z = q.rsample(rng, (4,))
            return mg.mean(z * z) + mg.kl_divergence(q, mg.Normal(0.0, 1.0)) + mg.noise(rng) * mu

        mu, rho = mg.Var(0.5), mg.Var(0.1)
        found = []
        for _ in range(10):
            y = loss(mu, rho)
            found += [y.value, *mg.grad(y, [mu, rho])]
            mu.value += 0.1
        return found

    np.testing.assert_allclose(run(mg.compiled), run(lambda f: f), rtol=1e-12)


def test_parameters_from_outside_stay_live():
    w = mg.Var(np.ones(3), "w")
    scale = mg.constant(2.0)

    @mg.compiled
    def loss(x):
        return mg.sum(mg.tanh(w * x) * scale)

    x = np.array([0.1, 0.2, 0.3])
    for i in range(6):
        w.value = w.value + 0.1
        scale.value = 2.0 + i
        w.grad = None
        loss(x).backward()
        truth = (1.0 - np.tanh(w.value * x) ** 2) * x * (2.0 + i)
        np.testing.assert_allclose(w.grad, truth, rtol=1e-12)


def test_nests_of_parameters():
    @mg.compiled
    def loss(params, x):
        h = x
        for layer in params["layers"]:
            h = mg.tanh(h @ layer["w"] + layer["b"])
        return mg.sum(h) * params["scale"]

    rng = np.random.default_rng(0)
    layers = [
        {"w": mg.Var(rng.normal(size=(3, 3))), "b": mg.Var(rng.normal(size=3))} for _ in range(2)
    ]
    params = {"layers": layers, "scale": mg.Var(1.5)}
    leaves = [layers[0]["w"], layers[1]["b"], params["scale"]]
    for i in range(3):
        x = DATA[: 5 + 0 * i] + i
        found = mg.grad(loss(params, x), leaves)
        truth = mg.grad(loss.function(params, mg.constant(x)), leaves)
        for a, b in zip(found, truth, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_higher_derivatives():
    loss = mg.compiled(lambda x, y: mg.sin(x) * y**2 * x)
    x, y = mg.Var(0.7), mg.Var(1.3)
    for _ in range(3):
        (d,) = mg.grad(loss(x, y), [x], create_graph=True)
        second = mg.grad(d, [x, y])
        (t,) = mg.grad(loss.function(x, y), [x], create_graph=True)
        np.testing.assert_allclose(second, mg.grad(t, [x, y]), rtol=1e-14)


def test_within_a_graph():
    """Its arguments may be computed, be the same Var twice, and its result is used further."""
    loss = mg.compiled(lambda a, b: a * mg.exp(b))
    w = mg.Var(0.4)
    for _ in range(4):
        w.grad = None
        (loss(2.0 * w, w) + loss(w, w)).backward()
        np.testing.assert_allclose(w.grad, 3.0 * np.exp(0.4) * 1.4, rtol=1e-13)
        w.grad = None
        assert loss.backward(2.0 * w, w) == pytest.approx(0.8 * np.exp(0.4))
        np.testing.assert_allclose(w.grad, 2.0 * np.exp(0.4) * 1.4, rtol=1e-13)


def test_a_value_that_was_read_is_an_argument():
    loss, x = mg.compiled(lambda w, x: mg.sum(w * x)), mg.Var(np.ones(3))
    for _ in range(4):
        w = mg.Var(2.0)
        assert loss(w, x.value).value == loss.backward(w, mg.constant(x.value)) == 6.0
        assert loss.value_and_grad(2.0, x.value)[0] == 6.0 and w.grad == 3.0
        assert loss.backward(w, x.value) == 6.0 and w.grad == 6.0


def test_value_and_grad():
    loss = mg.compiled(lambda x, y, n: x * y**n)
    for _ in range(3):
        value, (dx, dy) = loss.value_and_grad(2.0, 3.0, 2)
        assert (value, dx, dy) == (18.0, 9.0, 12.0)
        value, (dx,) = loss.value_and_grad(2.0, mg.constant(3.0), 2)
        assert (value, dx) == (18.0, 9.0)


def test_no_grad_and_trace():
    loss = mg.compiled(lambda x: x * x)
    x = mg.Var(3.0)
    loss(x)
    with mg.no_grad():
        assert not loss(x).requires_grad
    program = mg.trace(lambda x: loss(x) * 2.0, 1.0)
    assert program.value_and_grad(3.0) == (18.0, (12.0,))


# ------------------------------------------------------------------ what could have been frozen


def test_a_closed_over_number_array_or_attribute_that_changes():
    class Model:
        def __init__(self):
            self.rate, self.rows = 2.0, [1.0, 2.0]

        @mg.compiled
        def loss(self, x):
            return mg.sum(x * data) * self.rate * factor + self.rows[1] * mg.sum(x)

    model, x = Model(), mg.Var(np.ones(2))
    data, factor = np.array([1.0, 2.0]), 1.0
    found = [model.loss(x).value for _ in range(3)]
    factor = 3.0
    found.append(model.loss(x).value)
    data[0] = 5.0
    found.append(model.loss(x).value)
    model.rate = 1.0
    found.append(model.loss(x).value)
    model.rows[1] = 0.0
    found.append(model.loss(x).value)
    assert found == [10.0, 10.0, 10.0, 22.0, 46.0, 25.0, 21.0]


def test_another_function_called_by_a_global_name():
    space = {"mg": mg}
    exec("def inner(x): return 2.0 * x * k\nk = 1.0\ndef f(x): return inner(x) + 0.0", space)
    loss, x = mg.compiled(space["f"]), mg.Var(1.0)
    found = [loss(x).value for _ in range(3)]
    space["k"] = 5.0
    found.append(loss(x).value)
    space["inner"] = lambda x: x
    assert [*found, loss(x).value] == [2.0, 2.0, 2.0, 10.0, 1.0]


def test_a_global_that_is_deleted():
    space, x = {"k": 2.0}, mg.Var(3.0)
    exec("def f(x): return x * k", space)
    loss = mg.compiled(space["f"])
    assert [loss(x).value for _ in range(3)] == [6.0] * 3
    del space["k"]
    with pytest.raises(NameError):
        loss(x)


def test_noise_that_is_drawn_and_not_used():
    rng, x, found = np.random.default_rng(4), mg.Var(3.0), []

    @mg.compiled
    def loss(x):
        mg.noise(rng)
        return mg.noise(rng) * x

    for _ in range(10):
        x.grad = None
        assert loss.backward(x) == 3.0 * x.grad
        found.append(x.grad)
    assert found == [*np.random.default_rng(4).standard_normal(20)[1::2]]


def tape_and_compiled(f, *calls):
    """The same calls to both; the warnings of the compiled one."""
    loss = mg.compiled(f)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = [loss(mg.Var(x)).value for x in calls]
    return found, [str(w.message) for w in caught]


def test_a_branch_is_left_to_the_tape_with_its_line():
    def f(x):
        if x > 0:
            return x * 2.0
        return -x

    found, said = tape_and_compiled(f, 1.0, -1.0, 3.0, -3.0)
    assert found == [2.0, 1.0, 6.0, 3.0]
    line = f.__code__.co_firstlineno + 1
    assert len(said) == 1
    assert "compiled: f runs on the tape" in said[0] and f"line {line}" in said[0]


def test_draws_of_numpy_are_left_to_the_tape_and_keep_their_order():
    rng = np.random.default_rng(5)
    found, said = tape_and_compiled(lambda x: x * rng.normal() + mg.noise(rng), *[1.0] * 4)
    rng = np.random.default_rng(5)
    truth = [1.0 * rng.normal() + rng.standard_normal() for _ in range(4)]
    assert found == truth and len(said) == 1 and "drawn outside the tape" in said[0]


def test_values_read_and_set_are_left_to_the_tape():
    running = mg.constant(0.0)

    def f(x):
        running.value = 1.0
        return x * x

    found, said = tape_and_compiled(f, 1.0, 2.0)
    assert found == [1.0, 4.0] and "given a new value" in said[0]
    found, said = tape_and_compiled(lambda x: x * x.value, 1.0, 2.0, 3.0)
    assert found == [1.0, 4.0, 9.0] and ".value takes a number off" in said[0]


def test_what_nothing_else_notices_is_found_by_the_checks():
    class Hidden:
        __slots__ = ("k",)

    hidden = Hidden()
    hidden.k = 1.0
    loss, x = mg.compiled(lambda x: x * hidden.k), mg.Var(1.0)
    for _ in range(3):
        assert loss(x).value == 1.0
    hidden.k = 2.0
    with pytest.warns(UserWarning, match="on call 4 the tape and the program disagree"):
        assert loss(x).value == 2.0
    assert loss(x).value == 2.0


def test_too_many_signatures_are_warned_of_once():
    loss, x = mg.compiled(lambda x, n: x * n), mg.Var(1.0)
    with pytest.warns(UserWarning, match="traced 16 times") as caught:
        for n in range(20):
            assert loss(x, n).value == n
    assert len(caught) == 1


def test_what_is_no_scalar_is_refused():
    with pytest.raises(TypeError, match=r"compiled: f returned shape \(2,\)"):

        @mg.compiled
        def f(x):
            return x * np.ones(2)

        f(mg.Var(1.0))
    with pytest.raises(TypeError, match="give a function"):
        mg.compiled(3.0)


def test_keywords():
    f = mg.compiled(lambda x, *, y, power=1.0: x * y**power)
    for _ in range(3):
        x = mg.Var(3.0)
        z = f(x, y=4.0, power=2.0)
        assert z.value == 48.0 and mg.grad(z, x) == (16.0,)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'z'"):
        f(3.0, y=1.0, z=4.0)


GIVEN = [
    *[np.ones(3)] * 4,
    *[np.ones(5), np.ones(3)] * 3,
    *[np.ones(3, np.float32), np.ones(3)] * 2,
    *[np.ones(3, int), np.ones(()), np.ones((1, 3)), 2.0, np.ones(3)] * 2,
]


@pytest.mark.parametrize("way", ["call", "backward", "value_and_grad"])
def test_arguments_that_change_leave_the_noise_as_it_would_be(way):
    """Shapes and types that take turns: every call has the draws that the tape would have had."""

    def run(compile):
        rng = np.random.default_rng(0)
        f = compile(lambda w, x: mg.sum(x) * mg.Normal(0.0, w).rsample(rng=rng))
        for x in GIVEN:
            w = mg.Var(1.5)
            if compile is mg.compiled and way == "backward":
                yield f.backward(w, x), w.grad
            elif compile is mg.compiled and way == "value_and_grad":
                value, (slope, *_) = f.value_and_grad(w, mg.constant(x))
                yield value, slope
            else:
                f(w, x).backward()
                yield None, w.grad

    found, wanted = [*run(mg.compiled)], [*run(lambda f: f)]
    assert [grad for _, grad in found] == [grad for _, grad in wanted]
