"""The ledger: the steps forward and backward, as data and as text."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.pages.lesson.ledger import ledger_of
from tests.engine.test_random_graphs import SHAPES, STEPS, _program


def sine():
    """z = μ + σε into sin."""
    mu, sigma = mg.Var(0.7, "μ"), mg.Var(1.2, "σ")
    z = (mu + sigma * mg.constant(0.83, "ε", "noise")).named("z")
    return mg.sin(z).named("f")


def walked(output):
    equations = mg.equations_of(output)
    return ledger_of(equations, equations.outputs[0])


def steps_of(output, phase="backward"):
    return [step for step in mg.step_through(output).steps if step.phase == phase]


def rules_of(output):
    """What stands between `+=` and the numbers, for each share."""
    return [step.rule.partition(" += ")[2].split(" = ")[0] for step in steps_of(output)]


TEXT = """\
step  phase     rule                     numbers
   0  leaves    μ                        +0.7000 (parameter)
                σ                        +1.2000 (parameter)
                ε                        +0.8300 (noise)
   1  forward   σ·ε                      1.2000·0.8300 = +0.9960
   2  forward   z = μ + σ·ε              0.7000 + 0.9960 = +1.6960
   3  forward   f = sin(z)               sin(1.6960) = +0.9922
   4  seed      ∂L/∂f                    +1.0000
   5  backward  ∂L/∂z += ∂L/∂f × cos(z)  +1.0000 × −0.1249 = −0.1249
   6  backward  ∂L/∂μ += ∂L/∂z × 1       −0.1249 × +1.0000 = −0.1249
                ∂L/∂(σ·ε) += ∂L/∂z × 1   −0.1249 × +1.0000 = −0.1249
   7  backward  ∂L/∂σ += ∂L/∂(σ·ε) × ε   −0.1249 × +0.8300 = −0.1036
                ⊘ ε: noise takes no gradient"""


def test_the_table():
    assert mg.step_through(sine()).text() == TEXT


def test_one_record_a_leaf_an_op_and_a_share():
    steps = mg.step_through(sine()).steps
    assert [(s.step, s.phase, s.node, s.target) for s in steps] == [
        (0, "leaves", "n0", None),
        (0, "leaves", "n1", None),
        (0, "leaves", "n2", None),
        (1, "forward", "n3", None),
        (2, "forward", "n4", None),
        (3, "forward", "n5", None),
        (4, "seed", "n5", None),
        (5, "backward", "n5", "n4"),
        (6, "backward", "n4", "n0"),
        (6, "backward", "n4", "n3"),
        (7, "backward", "n3", "n1"),
    ]
    slope = math.cos(0.7 + 1.2 * 0.83)
    last = steps[-1]
    assert (last.name, last.operand, last.pane) == ("σ·ε", 0, 0)
    assert (last.upstream, last.local, last.contribution) == (slope, 0.83, slope * 0.83)
    assert [s.value for s in steps[:4]] == [0.7, 1.2, 0.83, 1.2 * 0.83]
    assert steps[6].value == 1.0
    assert steps[4].rule == "z = μ + σ·ε = 0.7000 + 0.9960 = +1.6960"


def test_where_shares_add_up():
    x = mg.Var(2.0, "x")
    steps = steps_of(mg.sin(x) * x - 3.0 * x)
    assert [s.rule.partition("; ")[2] for s in steps if s.target == "n0"] == [
        "",
        "−3.0000 + 0.9093 = −2.0907",
        "−2.0907 − 0.8323 = −2.9230",
    ]
    x.grad = None
    (mg.sin(x) * x - 3.0 * x).backward()
    assert steps[-1].total == x.grad


def test_a_square_of_two_edges_makes_two_shares():
    x = mg.Var(3.0, "x")
    first, second = steps_of((x * x).named("y"))
    assert first.rule == "∂L/∂x += ∂L/∂y × x = +1.0000 × +3.0000 = +3.0000"
    assert second.rule.endswith("; +3.0000 + 3.0000 = +6.0000")
    assert (first.operand, second.operand) == (0, 1)


def test_a_sum_with_nan():
    x = mg.Var(0.0, "x")
    rules = [s.rule for s in steps_of(mg.sqrt(x) * x + mg.log(x - 1.0))]
    assert rules[-1].endswith("= nan; −1.0000 + nan = nan")


# ----------------------------------------------------------------------- the rule as mathematics


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: mg.sin(x), "cos(x)"),
        (lambda x: mg.cos(x), "(−sin(x))"),
        (lambda x: -x, "(−1)"),
        (lambda x: mg.exp(x), "exp(x)"),
        (lambda x: mg.exp(x).named("y"), "y"),
        (lambda x: mg.tanh(x).named("y"), "sech_squared(x, y)"),
        (lambda x: mg.sigmoid(x).named("y"), "y·sigmoid(−x)"),
        (lambda x: mg.log(x), "1/x"),
        (lambda x: mg.sqrt(x), "0.5/√x"),
        (lambda x: mg.square(x), "2·x"),
        (lambda x: x**3.0, "3·x^2"),
        (lambda x: x * 2.5, "2.5"),
        (lambda x: x * -2.5, "(−2.5)"),
        (lambda x: x / 4.0, "0.25"),
        (lambda x: 3.0 - x, "(−1)"),
        (lambda x: mg.relu(x), "where(x > 0, 1, 0)"),
        (lambda x: mg.softplus(x), "sigmoid(x)"),
        (lambda x: mg.where(x > 0.0, x, 1.0), "where(x > 0, 1, 0)"),
        (lambda x: mg.digamma(x), "polygamma(x, order=1)"),
    ],
)
def test_local_derivatives_as_formulas(f, slope):
    (rule,) = rules_of(f(mg.Var(0.7, "x")))
    assert rule.partition(" × ")[2] == slope


def test_names_with_operators_stand_in_parentheses():
    z, t = mg.Var(0.5, "z"), mg.constant(2.0, "target")
    steps = steps_of(((z - t) ** 2).named("loss"))
    assert [s.rule for s in steps] == [
        "∂L/∂(z − target) += ∂L/∂loss × 2·(z − target) = +1.0000 × −3.0000 = −3.0000",
        "∂L/∂z += ∂L/∂(z − target) × 1 = −3.0000 × +1.0000 = −3.0000",
    ]


def test_names_with_two_inputs_and_their_numbers():
    a, b = mg.Var(2.0, "a"), mg.Var(4.0, "b")
    assert rules_of((a / b).named("q")) == ["∂L/∂q × 1/b", "∂L/∂q × (−q/b)"]
    *_, forward = steps_of(mg.arctan2(a, -2.0 * b), "forward")
    assert forward.rule == "arctan2(a, −2·b) = arctan2(2.0000, −8.0000) = +2.8966"
    *_, forward = steps_of(a - (-b), "forward")
    assert forward.rule == "a − (−b) = 2.0000 − (−4.0000) = +6.0000"


def test_a_formula_is_kept_by_the_numbers_in_it():
    """What is known of `x ** 3` is not used for `x ** 2.5`."""
    x = mg.Var(2.0, "x")
    assert rules_of(x**3.0)[0].endswith("3·x^2")
    assert rules_of(x**2.5)[0].endswith("2.5·x^1.5")


def test_rules_of_arrays():
    x, W = mg.constant(np.ones((4, 3)), "x"), mg.Var(np.full((3, 2), 0.5), "W")
    b = mg.Var(np.zeros(2), "b")
    y = (x @ W + b).named("y")
    ledger = walked(mg.sum(y).named("loss"))
    assert [words.rule for words in ledger.words] == [
        "∂L/∂loss, repeated to 4×2",
        "∂L/∂y",
        "∂L/∂y, summed over axis 0",
        "xᵀ @ ∂L/∂(x @ W)",
    ]
    assert all(step.local is None for step in steps_of(mg.sum(y)))
    assert steps_of(mg.sum(y).named("loss"))[1].rule.startswith("∂L/∂(x @ W) += ∂L/∂y = min +1.000")


def test_a_rule_too_long_to_write():
    a = mg.Var(np.ones((2, 3)), "a name of as many letters as a box shows")
    words = walked(mg.sum(mg.max(a, axis=1).named("C" * 30))).words
    assert words[-1].rule == f"(rule of max)(∂L/∂{'C' * 30}, {'C' * 30})"


def evaluated(rule, known):
    """What the mathematics says, by NumPy."""
    words, _, fitted = rule.replace("∂L/∂y", "g").partition(", " if "outer" not in rule else ", s")
    for sign, code in (
        (r"\(g\)", "g"),
        (r"(\w+(?:\(\w+\))?)⁻ᵀ", r"inv(\1).T"),
        (r"(\w+)ᵀ", r"\1.T"),
        (r"(\w+)⁻¹", r"inv(\1)"),
        (r"(\w+) as (\d)×(\d)", r"\1.reshape(\2, \3)"),
        ("·", "*"),
        ("−", "-"),
    ):
        words = re.sub(sign, code, words)
    tools = {
        "inv": np.linalg.inv,
        "outer": np.outer,
        "tril": np.tril,
        "triu": np.triu,
        "exp": np.exp,
        "sym": lambda s: (s + s.T) / 2,
        "Φ": lambda s: np.tril(s) - np.diag(np.diag(s)) / 2,
    }
    value = eval(words, {"__builtins__": {}}, tools | known)
    numbers = tuple(map(int, re.findall(r"\d", fitted)))
    if "repeated" in fitted:
        return np.broadcast_to(value, numbers)
    return np.sum(value, axis=numbers or None) if fitted else value


SYMMETRIC = np.array([[2.0, 0.5], [0.5, 1.0]])
MATRIX, PAIR = np.array([[0.3, -1.2], [0.8, 1.7]]), [2, -0.7]
WIDE = np.array([[1.0, 2.0, -3.0], [0.5, -1.0, 4.0]])


@pytest.mark.parametrize(
    ("f", "a", "b", "rules"),
    [
        (mg.matmul, MATRIX, WIDE, ["∂L/∂y @ bᵀ", "aᵀ @ ∂L/∂y"]),
        (mg.matmul, MATRIX, PAIR, ["outer(∂L/∂y, b)", "aᵀ @ ∂L/∂y"]),
        (mg.matmul, PAIR, WIDE, ["∂L/∂y @ bᵀ", "outer(a, ∂L/∂y)"]),
        (mg.matmul, PAIR, [3, 5], ["∂L/∂y·b", "∂L/∂y·a"]),
        (mg.outer, PAIR, [3, 5], ["∂L/∂y @ b", "a @ ∂L/∂y"]),
        (mg.solve, MATRIX, PAIR, ["−outer(a⁻ᵀ @ ∂L/∂y, y)", "a⁻ᵀ @ ∂L/∂y"]),
        (mg.solve, MATRIX, WIDE, ["−a⁻ᵀ @ ∂L/∂y @ yᵀ", "a⁻ᵀ @ ∂L/∂y"]),
        (
            mg.solve_triangular,
            MATRIX,
            PAIR,
            ["−tril(outer(tril(a)⁻ᵀ @ ∂L/∂y, y))", "tril(a)⁻ᵀ @ ∂L/∂y"],
        ),
        (
            lambda a, b: mg.solve_triangular(a, b, lower=False),
            MATRIX,
            WIDE,
            ["−triu(triu(a)⁻ᵀ @ ∂L/∂y @ yᵀ)", "triu(a)⁻ᵀ @ ∂L/∂y"],
        ),
        (lambda a, b: mg.inv(a), MATRIX, 0, ["−yᵀ @ ∂L/∂y @ yᵀ"]),
        (lambda a, b: mg.logdet(a), SYMMETRIC, 0, ["∂L/∂y·a⁻ᵀ"]),
        (lambda a, b: mg.cholesky(a), SYMMETRIC, 0, ["sym(y⁻ᵀ @ Φ(yᵀ @ ∂L/∂y) @ y⁻¹)"]),
        (lambda a, b: mg.sum(a), WIDE, 0, ["∂L/∂y, repeated to 2×3"]),
        (lambda a, b: mg.sum(a, axis=0), WIDE, 0, ["∂L/∂y as 1×3, repeated to 2×3"]),
        (lambda a, b: mg.mean(a, axis=1), WIDE, 0, ["(∂L/∂y as 2×1)/3, repeated to 2×3"]),
        (lambda a, b: mg.reshape(a, (3, 2)), WIDE, 0, ["∂L/∂y as 2×3"]),
        (mg.multiply, WIDE, [1, 2, 3], ["∂L/∂y·b", "∂L/∂y·a, summed over axis 0"]),
        (mg.multiply, WIDE, 2, ["∂L/∂y·b", "∂L/∂y·a, summed"]),
        (mg.divide, WIDE, 2, ["∂L/∂y/b", "−∂L/∂y·y/b, summed"]),
        (lambda a, b: a.T, WIDE, 0, ["(∂L/∂y)ᵀ"]),
    ],
)
def test_rules_of_arrays_are_what_the_closures_compute(f, a, b, rules):
    a, b = mg.Var(a, "a"), mg.Var(b, "b")
    y = f(a, b).named("y")
    weights = np.random.default_rng(5).normal(size=y.shape)
    ledger = walked(mg.sum(y * weights))
    shares = [k for k, s in enumerate(ledger.shares) if ledger.names[s.source].text == "y"]
    assert [ledger.words[k].rule for k in shares] == rules
    for k in shares:
        share = ledger.shares[k]
        known = {"g": share.upstream, "y": y.value, "a": a.value, "b": b.value}
        np.testing.assert_allclose(evaluated(ledger.words[k].rule, known), share.amount, 1e-12)


def test_rules_of_products_and_running_sums_in_words():
    x = mg.Var([2.0, 3.0], "x")
    (times,) = walked(mg.prod(x).named("y")).words
    (sums,) = walked(mg.cumsum(x, axis=0).named("y")).words
    assert times.rule == "∂L/∂y times the other factors of y"
    assert sums.rule == "sums of ∂L/∂y from the end of axis 0"


# -------------------------------------------------------------------------------- what is stopped


def stops_of(output):
    """Each stop as (name of the input, why), in the order of the steps."""
    ledger = walked(output)
    return [(ledger.names[i].text, why) for stage in ledger.stages for i, why in stage.stops]


def test_why_an_input_gets_nothing():
    x, c = mg.Var(2.0, "x"), mg.constant(3.0, "c")
    z = mg.Normal(x, 1.0).sample(np.random.default_rng(0)).named("z")
    wall = mg.stop_gradient(x).named("w")
    flat = "a comparison is 1 or 0 and flat between its jumps"
    assert stops_of(x * c * 2.0) == [("c", "a constant takes no gradient")]
    assert stops_of(x * z) == [("z", "a wall made by .sample() takes no gradient")]
    assert stops_of(x * wall) == [("w", "a wall takes no gradient")]
    assert stops_of(mg.where(x > 0.0, x, 1.0)) == [("x > 0", flat)]
    condition = stops_of(mg.where(x, x, 1.0))
    assert condition == [("x", "where passes no gradient to its condition")]
    behind = "it depends on no parameter, or only through walls"
    assert stops_of(x * (c + wall)) == [("c + w", behind)]


def test_an_output_that_takes_no_gradient():
    lesson = mg.step_through((mg.stop_gradient(mg.Var(2.0, "x")) * 3.0).named("y"))
    assert {step.phase for step in lesson.steps} == {"leaves", "forward"}
    why = "no gradient flows: it depends on no parameter, or only through walls"
    assert lesson.text().splitlines()[-1] == f"   3  seed      ⊘ y: {why}"


def test_the_table_of_a_plain_number_begins_at_step_0():
    lines = mg.step_through(mg.constant(2.0)).text().splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["0", "leaves"], ["1", "seed"]]


def test_a_leaf_alone():
    lesson = mg.step_through(mg.Var(2.0, "x"))
    assert [step.rule for step in lesson.steps] == ["x = +2.0000 (parameter)", "∂L/∂x = +1.0000"]


# --------------------------------------------------------------------------------- any program


@settings(max_examples=80, deadline=None, derandomize=True)
@given(SHAPES, STEPS, st.integers(0, 2**32 - 1))
def test_the_ledger_of_a_random_program(shapes, steps, seed):
    rng = np.random.default_rng(seed)
    output = sum(mg.sum(n) for n in _program(steps)(*(mg.Var(rng.normal(size=s)) for s in shapes)))
    ledger = walked(output)
    sums = {}
    for share in ledger.shares:
        if share.slope is not None:
            np.testing.assert_allclose(share.amount, share.upstream * share.slope, 1e-12, 1e-300)
        old = sums.get(share.target)
        sums[share.target] = share.amount if old is None else old + share.amount
        assert np.array_equal(share.total, sums[share.target])
    backward = [stage for stage in ledger.stages if stage.phase == "backward"]
    assert [stage.node for stage in backward] == sorted(
        {share.source for share in ledger.shares}, reverse=True
    )
    assert [k for stage in backward for k in stage.shares] == list(range(len(ledger.shares)))
    table = ledger.text(range(len(ledger.stages))).splitlines()
    assert sum(" += " in line for line in table) == len(ledger.shares)


def test_two_thousand_steps():
    x = mg.Var(0.5, "x")
    y = x
    for _ in range(1000):
        y = mg.sin(y) * 1.01
    lesson = mg.step_through(y, max_nodes=10_000)
    assert len(lesson.text().splitlines()) == 4003
    y.backward()
    assert lesson.steps[-1].total == x.grad


def test_side_by_side_phases_begin_together():
    x = mg.Var(0.5, "x")
    lesson = mg.step_through([mg.sin(x), mg.cos(mg.sin(mg.exp(x)))])
    found = [(s.pane, s.step, s.phase) for s in lesson.steps if s.phase != "leaves"]
    assert found == [
        (0, 1, "forward"),
        (0, 4, "seed"),
        (0, 5, "backward"),
        (1, 1, "forward"),
        (1, 2, "forward"),
        (1, 3, "forward"),
        (1, 4, "seed"),
        (1, 5, "backward"),
        (1, 6, "backward"),
        (1, 7, "backward"),
    ]
    assert lesson.text().startswith("graph 1\nstep  phase")


def test_marks_over_letters_take_no_column():
    text = mg.step_through((mg.Var(1.0, "x̂") * mg.Var(2.0, "y")).named("z")).text()
    lines = [line.replace("x̂", "x") for line in text.splitlines()]
    assert len({line.index("+") for line in lines[1:3]}) == 1


def test_a_comparison_is_true_or_false():
    x = mg.Var(0.5, "x")
    lesson = mg.step_through((mg.where(x > 0.0, x, -x) + (x == 0.5)).named("L"))
    rules = [record.rule for record in lesson.steps if record.phase == "forward"]
    assert rules[0] == "x > 0: 0.5000 > 0 is true, +1.0000"
    assert rules[2].endswith(" = where(true, 0.5000, −0.5000) = +0.5000")
    assert rules[3] == "x == 0.5: 0.5000 == 0.5 is true, +1.0000"
    assert mg.step_through((x < 0.2) * x).steps[1].rule.endswith("0.5000 < 0.2 is false, +0.0000")
