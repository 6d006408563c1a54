"""What a traced function takes off the tape stays live, or is warned of once with its line."""

import random
import warnings

import numpy as np
import pytest

import minigrad as mg

rng = np.random.default_rng(0)


def detached(x):
    return x * x.detach()


def without_grad(x):
    with mg.no_grad():
        slope = mg.exp(x) * 2.0
    return x * slope


@mg.no_grad()
def scale_of(x):
    return mg.abs(x) + 1.0


@pytest.mark.parametrize("f", [detached, without_grad, lambda x: x / scale_of(x)])
def test_live_behind_a_wall(f):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = mg.trace(f, 2.0)
    for x in (5.0, -1.5):
        leaf = mg.Var(x)
        y = f(leaf)
        assert program.value_and_grad(x) == (y.value, mg.grad(y, [leaf]))


def test_what_was_there_before_is_frozen_by_detach_as_asked():
    weight = mg.Var(3.0)
    program = mg.trace(lambda x: x * weight.detach(), 2.0)
    assert program.value_and_grad(5.0) == (15.0, (3.0,))
    assert len(program.inputs) == 1


def by_value(x):
    y = x * 2.0
    for _ in range(3):
        x = x * y.value
    return x


def by_item(x):
    return x * x.item()


def by_float(x):
    if float(x > 0):
        return x * 2.0
    return -x


def by_int(x):
    return x * int(x > 1.0)


def by_branch(x):
    if x > 0:
        return x * 2.0
    return -x


def by_numpy(x):
    scale = 2.0
    noise = rng.standard_normal()
    return x * noise * scale


def by_legacy_numpy(x):
    return x * np.random.normal()  # noqa: NPY002


def by_python(x):
    return x * random.random()


class Model:
    def __init__(self):
        self.rng = np.random.default_rng(1)

    def __call__(self, x):
        return x * self.noise()

    def noise(self):
        return self.rng.normal()


@pytest.mark.parametrize(
    ("f", "line", "what"),
    [
        (by_value, "x * y.value", r"\.value takes a number off the tape.*\.detach\(\)"),
        (by_item, "x * x.item()", r"\.item\(\) takes a number"),
        (by_float, "if float(x", r"float\(\) takes a number"),
        (by_int, "x * int(", r"takes a number off the tape"),
        (by_branch, "if x >", "Python branches on a traced value.*mg.where"),
        (by_numpy, "noise = rng", "drawn outside the tape.*mg.noise"),
        (by_legacy_numpy, "return x * np.random", "drawn outside"),
        (by_python, "return x * random", "drawn outside"),
        (Model().__call__, "return self.rng", "drawn outside"),
    ],
)
def test_frozen_is_warned_of_once_with_its_line(f, line, what):
    with open(__file__, encoding="utf-8") as file:
        lines = file.read().splitlines()
    number = next(i for i, text in enumerate(lines, 1) if line in text)
    with pytest.warns(UserWarning, match=what) as caught:
        mg.trace(f, 2.0)
    assert len(caught) == 1
    assert str(caught[0].message).startswith(f"{__file__}, line {number}: ")


def test_draws_of_the_tape_are_not_warned_of():
    def f(x):
        z = mg.Normal(x, 1.0).rsample(rng, (2,))
        return mg.sum(z) * mg.Gamma(2.0, 1.0).sample(rng) + mg.noise(rng)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = mg.trace(f, 2.0)
    assert [given.kind for given in program.inputs] == ["parameter", *["noise"] * 3]


def test_both_kinds_of_draw_in_a_function():
    def f(x):
        return x * mg.noise(rng) * rng.normal()

    with pytest.warns(UserWarning, match="drawn outside the tape"):
        mg.trace(f, 2.0)


def test_reading_outside_a_trace_is_silent():
    v = mg.Var(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mg.trace(lambda x: x * v.detach(), 1.0)
        assert v.value == 2.0 and float(v > 1.0) == 1.0 and not v.detach().op
