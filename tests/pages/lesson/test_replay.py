"""The page's engine: JavaScript that computes a tape of scalars anew, and the sweep behind it."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.engine.op import OPS
from minigrad.equations.shares import shares_of
from minigrad.pages.lesson.replay import moved_leaves, why_frozen
from tests.engine.test_random_graphs import SHAPES, STEPS, _program
from tests.support.in_node import as_sent, assert_same, in_python, needs_node, run, script_of

SPECIAL = ("lgamma", "erf", "digamma", "polygamma")  # sums of series there, of libm here


def agree(programs, rtol=1e-12, run=run):
    """Each (f, settings): the graph recorded at the first is right at every setting."""
    calls, wanted, uses = [], [], []
    for f, points in programs:
        graph, used = as_sent(f(*map(mg.Var, points[0])))
        uses += used
        for point in points:
            calls.append((graph, point))
            wanted.append(in_python(f(*map(mg.Var, point))))
    for (_, point), found, right in zip(calls, run(calls, uses), wanted, strict=True):
        assert_same(found, right, rtol, point)


# --------------------------------------------------------------------------------- in JavaScript


def elementwise(special):
    """Each op of numbers, used so that every one of its inputs, and its output, has two readers."""
    points = [(0.3, 0.41, 0.83), (0.62, 0.2, 0.71), (0.74, 0.5, 0.9)]
    for op in OPS.values():
        is_public = op.name in mg.ops.__all__  # quantiles are in test_quantiles_in_javascript.py
        if is_public and op.elementwise and op.javascript and (op.name in SPECIAL) == special:
            static = dict.fromkeys(op.defaults, 2)

            def f(*leaves, op=op, static=static):
                y = op.function(*leaves[: len(op.rules)], **static)
                return leaves[0] * y + mg.sin(y) * leaves[1] + leaves[2]

            yield f, points


@needs_node
@pytest.mark.parametrize(("special", "rtol"), [(False, 1e-12), (True, 1e-10)])
def test_every_op_of_numbers_at_three_settings(special, rtol):
    agree(list(elementwise(special)), rtol)


def test_every_public_op_of_numbers_has_javascript():
    public = [OPS[name] for name in mg.ops.__all__ if name in OPS]
    assert [op.name for op in public if op.elementwise and not op.javascript] == []


@needs_node
def test_choices_that_switch_while_a_knob_moves():
    def f(x, y):
        big = mg.maximum(x * y, y - x) + mg.minimum(x, y) + mg.relu(x - y) + mg.clip(x, -1.0, y)
        return mg.where(x > 0.5, big * x, mg.where(x <= y, x - y, mg.sign(x) * y)) + abs(x - y)

    agree([(f, [(0.7, 0.2), (-0.4, 0.9), (2.0, 2.0), (0.5, -3.0), (-1.0, -1.0)])])


@needs_node
def test_at_the_edges():
    """A replay follows IEEE 754 as the tape does: a branch that is not taken hands over 0, not
    0·∞, and what divides by zero is inf or nan, and finite again after it."""
    programs = [
        (lambda x: mg.where(x > 0.0, mg.log(x), x * x), [(1.0,), (0.0,), (-1.0,), (2.0,)]),
        (lambda x: 1.0 / x + mg.sqrt(x), [(1.0,), (0.0,), (-0.0,), (-2.0,), (4.0,)]),
        (lambda x: mg.exp(x) * mg.relu(-x), [(1.0,), (1000.0,), (-1000.0,), (math.inf,)]),
        (lambda x: x**3 + mg.power(x, 0.0) + 2.0**x, [(1.5,), (0.0,), (-2.0,), (math.nan,)]),
        (lambda x: mg.power(x, x), [(1.5,), (0.0,), (-2.0,), (-0.5,)]),
    ]
    agree(programs)


@needs_node
def test_reductions_of_a_single_number():
    def f(x):
        return mg.sum(x) * mg.mean(x) + mg.max(x) + mg.min(x) + mg.logsumexp(x) + mg.reshape(x, ())

    agree([(f, [(0.7,), (-1.3,), (4.0,)])])


@needs_node
def test_a_wall_and_the_vae():
    def f(mu, log_sigma, eps):
        z = mu + mg.exp(log_sigma) * eps
        kl = 0.5 * (mu**2 + mg.exp(2.0 * log_sigma) - 1.0) - log_sigma
        return (z - mg.stop_gradient(z * mu)) ** 2 + kl

    agree([(f, [(0.3, -0.2, 0.8), (1.3, 0.4, 0.8), (-0.7, -2.0, -1.1)])])


UNARY = [
    mg.sin,
    mg.tanh,
    mg.sigmoid,
    mg.softplus,
    mg.relu,
    mg.square,
    mg.negative,
    mg.cos,
    mg.arctan,
    lambda x: mg.exp(mg.tanh(x)),
    lambda x: mg.log(1.5 + mg.square(x)),
    lambda x: 2.0 * x - 1.0,
    lambda x: mg.where(x > 0.1, x, mg.sin(x)),
]
BINARY = [
    mg.add,
    mg.subtract,
    mg.multiply,
    mg.maximum,
    mg.minimum,
    mg.logaddexp,
    mg.arctan2,
    lambda a, b: a / (1.5 + mg.square(b)),
    lambda a, b: mg.where(a < b, a * b, a - b),
]


def random_program(rng):
    """A graph of a few ops; every node may be read many times, or never."""
    steps = rng.integers(0, 1000, (int(rng.integers(1, 12)), 3)).tolist()

    def f(*leaves):
        nodes = list(leaves)
        for which, i, j in steps:
            a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
            k = which % (len(UNARY) + len(BINARY))
            nodes.append(UNARY[k](a) if k < len(UNARY) else BINARY[k - len(UNARY)](a, b))
        return nodes[-1] * leaves[0] + leaves[1] * leaves[2]

    return f


@needs_node
def test_random_programs():
    rng = np.random.default_rng(11)
    agree([(random_program(rng), rng.normal(size=(3, 3)).tolist()) for _ in range(500)])


def test_random_programs_in_chromium(browser):
    rng = np.random.default_rng(12)
    browser.driver.get("about:blank")

    def run_there(calls, ops):
        return [json.loads(x) for x in browser.run(f"{script_of(calls, ops)}\nreturn results;")]

    programs = [(random_program(rng), rng.normal(size=(2, 3)).tolist()) for _ in range(60)]
    agree([*programs, *elementwise(False)], run=run_there)


def test_nothing_that_a_user_wrote_is_in_the_script():
    with mg.scope("</script>"):
        x, n = mg.Var(1.0, "alert"), mg.constant(3.0, "`${x}`")
        page = mg.step_through((mg.sin(x) * n + 2.0 * x).named("<!--")).html
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    assert "const RULES" in script
    assert not any(word in script for word in ("alert", "`${x}`", "<!"))


def test_the_leaves_that_a_run_is_given():
    x, c, eps = mg.Var(1.0), mg.constant(2.0, "c"), mg.constant(0.5, "ε", "noise")
    equations = mg.equations_of(x * c + eps * 3.0)
    assert [equations[i].kind for i in moved_leaves(equations)] == [
        "parameter",
        "constant",
        "noise",
    ]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            lambda x: mg.sum(x * np.ones(5000)),
            "^an array has 5,000 numbers, and the page computes with at most 4,096 in an array$",
        ),
        (
            lambda x: mg.sum((x * np.ones(3))[:0]),
            "^index has 0 numbers, and the page computes with 1 to 4,096 in an array$",
        ),
        (lambda x: mg.sum(mg.pinv(x * np.eye(2))), "^pinv has no JavaScript$"),
    ],
)
def test_what_is_frozen(output, message):
    assert re.search(message, why_frozen(mg.equations_of(output(mg.Var(1.0)))))


# --------------------------------------------------------------------------------------- the sweep


@settings(max_examples=100, deadline=None, derandomize=True)
@given(SHAPES, STEPS, st.integers(0, 2**32 - 1))
def test_the_sums_are_the_tapes_gradients_to_the_last_bit(shapes, steps, seed):
    rng = np.random.default_rng(seed)
    leaves = [mg.Var(rng.uniform(-1.5, 1.5, shape)) for shape in shapes]
    output = sum(mg.sum(node) for node in _program(steps)(*leaves))
    output.backward()
    equations = mg.equations_of(output)
    values = [row.value for row in equations]
    totals = {equations.outputs[0]: 1.0}
    totals |= {s.target: s.total for s in shares_of(equations, equations.outputs[0], values, 1.0)}
    for row in equations:
        found = totals.get(row.position)
        assert (found is None) == (row.grad is None)
        if found is not None:
            assert np.array_equal(found, row.grad, equal_nan=True)


def test_a_sweep_leaves_every_gradient_as_it_was():
    x = mg.Var(2.0)
    y = x * x
    in_python(mg.sin(y))
    assert mg.step_through(mg.sin(y)).html
    assert x.grad is None and y.grad is None


def test_the_sweep_where_the_output_takes_no_gradient():
    output = mg.stop_gradient(mg.Var(2.0)) * 3.0
    assert in_python(output)["shares"] == []
