"""Each rule by itself: what it takes out of a program, and what it must leave in."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.emit.algebra import simplifying
from minigrad.emit.passes import cleaned, fold, live, sharing, spread_by_the_reader
from minigrad.emit.steps import LITERAL, code_of, rewritten
from minigrad.equations import equations_of


def code(*outputs):
    return code_of(equations_of(*outputs))


def ops(code):
    return [step.op for step in code.steps if step.op]


def after(code, rule):
    return live(rewritten(code, rule))


def simple(code):
    return after(code, simplifying(code))


def leaf(value=0.3, name="x"):
    return mg.Var(value, name)


def test_what_no_result_needs_goes_and_inputs_stay():
    x, y = leaf(), leaf(1.0, "y")
    both = code(mg.sin(x) * 2.0, mg.exp(y))
    kept = live(both._replace(outputs=both.outputs[:1]))
    assert ops(kept) == ["sin", "multiply"]
    assert [s.name for s in kept.steps if not s.op and s.kind != LITERAL] == ["x", "y"]


def test_equal_steps_become_one():
    x, y = leaf(), leaf(0.5, "y")
    assert ops(after(code(mg.sin(x) * mg.sin(x)), sharing())) == ["sin", "multiply"]
    assert ops(after(code(x * y + y * x), sharing())) == ["multiply", "add"]
    assert ops(after(code((x - y) * (y - x)), sharing())) == ["subtract", "subtract", "multiply"]


def test_static_arguments_and_signs_of_zero_tell_steps_apart():
    x = leaf(np.ones((2, 3)))
    sums = code(mg.sum(x, axis=0), mg.sum(x, axis=0, keepdims=True))
    assert len(ops(after(sums, sharing()))) == 2
    assert len(ops(after(code(mg.index(x, 1), mg.index(x, slice(1, 2))), sharing()))) == 2
    many = [mg.index(x, np.array(key)) for key in ([0, 1], [1, 0], [0, 1])]
    assert len(ops(after(code(*many), sharing()))) == 2
    v = leaf()
    assert len(ops(after(code(v * 0.0, v * -0.0), sharing()))) == 2


def test_literals_fold_to_what_the_tape_found():
    y = mg.exp(mg.constant(2.0)) * leaf()
    short = after(code(y), fold)
    assert ops(short) == ["multiply"]
    assert math.exp(2.0) in [s.value for s in short.steps if s.kind == LITERAL]


def test_repeating_is_left_to_the_reader():
    x = leaf(np.ones((4, 3)))
    spread = mg.broadcast_to(leaf(2.0, "s"), (4, 3))
    assert ops(after(code(x * spread), spread_by_the_reader)) == ["multiply"]
    alone = code(mg.exp(spread))
    assert ops(after(alone, spread_by_the_reader)) == ["broadcast_to", "exp"]
    assert ops(after(code(mg.sum(spread, axis=0)), spread_by_the_reader)) == ["broadcast_to", "sum"]


@pytest.mark.parametrize(
    ("f", "left"),
    [
        (lambda x: mg.sin(x) * 1.0, ["sin"]),
        (lambda x: 1.0 * mg.sin(x), ["sin"]),
        (lambda x: mg.sin(x) / 1.0, ["sin"]),
        (lambda x: mg.power(mg.sin(x), 1.0), ["sin"]),
        (lambda x: mg.sin(x) + 0.0, ["sin"]),
        (lambda x: -0.0 + mg.sin(x), ["sin"]),
        (lambda x: mg.sin(x) - 0.0, ["sin"]),
        (lambda x: mg.negative(-mg.sin(x)), ["sin"]),
        (lambda x: mg.sin(x) * -1.0, ["sin", "negative"]),
        (lambda x: x + -mg.sin(x), ["sin", "subtract"]),
        (lambda x: -mg.sin(x) + x, ["sin", "subtract"]),
        (lambda x: x - -mg.sin(x), ["sin", "add"]),
        (lambda x: -x * -mg.sin(x), ["sin", "multiply"]),
        (lambda x: mg.where(mg.constant(1.0), x, mg.exp(x)), []),
        (lambda x: mg.where(mg.constant(0.0), x, mg.exp(x)), ["exp"]),
        (lambda x: 2.0 * (0.5 * mg.sin(x)), ["sin"]),
        (lambda x: 4.0 * (0.5 / x), ["divide"]),
        (lambda x: (x > 0.0) * 0.0 + x, []),
        (lambda x: mg.sum(mg.mean(mg.stop_gradient(x))), []),
        (lambda x: mg.sqrt(x), ["sqrt"]),
        (lambda x: 0.0 * x, ["multiply"]),  # nan for inf and nan
        (lambda x: x - x, ["subtract"]),
        (lambda x: x / x, ["divide"]),
        (lambda x: 0.0 - x, ["subtract"]),
        (lambda x: 0.5 * (2.0 * x), ["multiply", "multiply"]),  # inf for 1e308
        (lambda x: 3.0 * (0.1 * x), ["multiply", "multiply"]),
        (lambda x: 1.0 / (x + 0.0), ["add", "divide"]),  # inf, not -inf, for -0.0
        (lambda x: mg.arctan2(x + 0.0, -1.0), ["add", "arctan2"]),
    ],
)
def test_algebra_that_is_exact(f, left):
    x = leaf()
    y = f(x)
    after = cleaned(code(y, x))
    assert ops(after) == left
    for value in (-0.0, 0.0, 1.5, -2.0, math.inf, -math.inf, math.nan, 1e308, 5e-324):
        program = mg.trace(lambda x: f(x) + 0.0 * x, 1.0)
        assert same(program(value), (f(mg.Var(value)) + 0.0 * value).value)


def same(a, b):
    """Equal but for what a subnormal number may have lost."""
    return np.allclose(a, b, rtol=0.0, atol=1e-307, equal_nan=True)


def test_an_array_of_ones_that_repeats_stays():
    x = leaf(np.ones(3))
    assert ops(simple(code(x * mg.constant(np.ones((2, 3)))))) == ["multiply"]
    y = mg.reshape(mg.reshape(x, (3, 1)), (3, 1))
    assert ops(simple(code(y))) == ["reshape"]
    assert ops(simple(code(mg.transpose(x)))) == []
