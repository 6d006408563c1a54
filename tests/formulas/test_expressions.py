"""Typed formulas and programs: how they are read, what they compute, where they are refused."""

import math
import warnings

import numpy as np
import pytest

import minigrad as mg
from minigrad.formulas.calls import families, functions
from minigrad.formulas.expressions import Expression
from minigrad.formulas.grammar import statements_of
from minigrad.formulas.tokens import DEEPEST, LONGEST, ExpressionError

NUMBERS = {"x": 1.7, "y": -0.6, "n": 3.0}


def value_of(text, **values):
    given = {name: mg.Var(x, name) for name, x in (values or NUMBERS).items()}
    expression = Expression(text)
    return expression.compute({k: v for k, v in given.items() if k in expression.names}).value


SAME_IN_PYTHON = [
    "x + y*n - x/y/n",
    "-x**2",
    "2**-x",
    "-2**2 + - -x",
    "(x < y) + (y <= x) * 2 + (x == x) * 4 + (x != y) * 8",
    "x - (y - n) - 1e-3 - .5 - 3.",
    "- x * - y",
    "x**2*y**-2",
    "(x)",
    "x*-2",
    "2-1-1",
    "1 < x",
]


@pytest.mark.parametrize("text", SAME_IN_PYTHON)
def test_operators_bind_as_in_python(text):
    assert value_of(text) == float(eval(text, dict(NUMBERS)))


def test_random_formulas_are_read_as_python_reads_them():
    rng = np.random.default_rng(0)

    def formula(depth):
        if depth == 0 or rng.random() < 0.2:
            return str(rng.choice(["x", "y", "n", "2", "0.5", "-1.5"]))
        kind, a, b = rng.integers(7), formula(depth - 1), formula(depth - 1)
        return [
            f"{a} + {b}",
            f"{a} - {b}",
            f"{a}*{b}",
            f"-{a}",
            f"({a})",
            f"sin({a})",
            f"({a} - {b})**2",
        ][kind]

    for _ in range(300):
        text = formula(5)
        known = {**NUMBERS, "sin": math.sin}
        assert value_of(text) == pytest.approx(eval(text, known), rel=1e-13, abs=1e-13), text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("x^2", "x**2"),
        ("sin(x)^2 + 1", "sin(x)**2 + 1"),
        ("2*(x)^(2) + 1", "2*x**2 + 1"),
        ("x² − y³", "x**2 - y**3"),
        ("−x²", "-(x**2)"),
        ("x·y×2", "x*y*2"),
        ("(x ≥ y) + (x ≤ y) + (x ≠ y)", "2"),
        ("max(x, 0) + min(y, 0)", "maximum(x, 0) + minimum(y, 0)"),
        ("e^x", "exp(x)"),
        ("2*pi*x", "6.283185307179586*x"),
        ("sin(  x\t)", "sin(x)"),
        ("x # and a comment", "x"),
        ("x₁ + 1", "x1 + 1"),
    ],
)
def test_what_a_picture_shows_and_what_people_type(text, same):
    values = {**NUMBERS, "x1": 2.0}
    assert value_of(text, **values) == pytest.approx(value_of(same, **values), rel=1e-15)


def test_noise_may_be_called_e():
    assert Expression("x*e").names == ["x", "e"]
    assert value_of("x*e", x=2.0, e=3.0) == 6.0
    assert value_of("x*e", x=2.0) == 2.0 * math.e


PROGRAM = """
    # the reparameterisation trick
    z = mu + sigma*eps
    q ~ Normal(mu, sigma)
    x = data(2)
    loss = (z - x)^2
         + kl(q)                # a line that is continued
    eps ~ normal; mu = 0.7; sigma = 1.2
"""


def test_a_program():
    program = Expression(PROGRAM)
    assert (program.names, program.data, program.laws) == ([], {"x": 2.0}, {"eps": "normal"})
    assert program.given == {"mu": 0.7, "sigma": 1.2}
    mu, sigma, eps = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma"), mg.constant(0.3, "eps", "noise")
    loss = program.compute({"mu": mu, "sigma": sigma, "eps": eps})
    kl = 0.5 * (0.7**2 + 1.2**2 - 1.0) - math.log(1.2)
    assert loss.value == pytest.approx((0.7 + 1.2 * 0.3 - 2.0) ** 2 + kl, rel=1e-14)
    assert loss.name == "loss" and "z" in {row.name for row in mg.equations_of(loss)}
    assert program.draws == {}  # q was asked for its divergence alone
    d_mu, d_sigma = mg.grad(loss, [mu, sigma])
    assert d_mu == pytest.approx(2.0 * (1.06 - 2.0) + 0.7, rel=1e-13)
    assert d_sigma == pytest.approx(0.6 * (1.06 - 2.0) + 1.2 - 1.0 / 1.2, rel=1e-13)


def test_a_distribution_is_one_draw_where_a_number_is_wanted():
    program = Expression("z ~ Normal(mu, sigma); y = sin(z)*z + log_prob(z, 0.5)")
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
    first = program.compute({"mu": mu, "sigma": sigma}, np.random.default_rng(5))
    eps = np.random.default_rng(5).standard_normal()
    z = 0.7 + 1.2 * eps
    density = -0.5 * ((0.5 - 0.7) / 1.2) ** 2 - math.log(1.2) - 0.5 * math.log(2 * math.pi)
    assert first.value == pytest.approx(math.sin(z) * z + density, rel=1e-14)
    assert program.draws["z"].value == eps and program.draws["z"].name == "eps_z"
    (slope,) = mg.grad(first, [mu])
    assert slope == pytest.approx(math.cos(z) * z + math.sin(z) + (0.5 - 0.7) / 1.44, rel=1e-13)
    again = program.compute({"mu": mg.Var(0.7), "sigma": mg.Var(1.2)})
    assert again.value == first.value  # the same noise
    kinds = {row.name: row.kind for row in mg.equations_of(first)}
    assert kinds["z"] == "sample" and kinds["eps_z"] == "noise"


def test_divergences_and_moments():
    text = "q = Normal(1, 2); p ~ Normal(0, 3); kl(q, p) + entropy(q) + mean(q) + variance(p)"
    kl = math.log(1.5) + (4.0 + 1.0) / 18.0 - 0.5
    entropy = 0.5 * math.log(2 * math.pi * math.e * 4.0)
    assert value_of(text, x=1.0) == pytest.approx(kl + entropy + 1.0 + 9.0, rel=1e-14)
    assert value_of("kl(Normal(0, 1))", x=1.0) == 0.0


def test_the_last_line_that_is_no_leaf_is_the_output():
    assert Expression("y = x*2; x = 3").compute({}).value == 6.0
    assert Expression("x = 3").compute({}).value == 3.0
    assert Expression("z ~ uniform").compute({"z": mg.constant(0.5, "z", "noise")}).value == 0.5


def test_a_value_from_outside_goes_before_the_program_s_own():
    program = Expression("x = 3; x*x")
    assert program.compute({"x": mg.Var(4.0, "x")}).value == 16.0


def test_another_name_for_a_leaf_does_not_rename_it():
    x = mg.Var(2.0, "x")
    Expression("y = x; y*y").compute({"x": x})
    assert x.name == "x"


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("y = x\ny = 2*x", "y = 2*x", 0, "y has its value already"),
        ("sin(x)\ncos(x)", "sin(x)", 0, "this line's value goes nowhere"),
        ("y = z + 1\nz = 2*x", "y = z + 1", 4, "z gets its value further down"),
        ("y = x\n\ny + (x", "y + (x", 4, "'(' was never closed"),
        ("q ~ Norml(x, 1); q", "q ~ Norml(x, 1)", 4, "did you mean Normal?"),
        ("q ~ Normal(x); q", "q ~ Normal(x)", 4, "Normal takes (loc, scale), not 1 input"),
        ("q ~ Normal(x, -1); q", "q ~ Normal(x, -1)", 4, "scale must be positive"),
        ("q ~ x; q", "q ~ x", 2, "noise is q ~ normal, q ~ uniform"),
        ("q ~ Categorical(x); q", "q ~ Categorical(x)", 4, "Categorical is not a function here"),
        ("kl(x)", "kl(x)", 0, "kl takes a distribution: name one, as in q ~ Normal(mu, sigma)"),
        ("Normal(0, 1) + x", "Normal(0, 1) + x", 13, "a draw needs a name"),
        ("b ~ Bernoulli(0.5); b*x", "b*x", 1, "has no rsample"),
        ("q ~ Normal(x, 1); p ~ Gumbel(0, 1); kl(q, p)", "kl(q, p)", 0, "KL(Normal"),
        ("x + y ~ normal", "x + y ~ normal", 6, "~ follows a name"),
        ("y == = x", "y == = x", 5, "is missing here"),
        ("c = data(x)", "c = data(x)", 9, "data takes a number"),
        ("y = 2 + data(3)", "y = 2 + data(3)", 8, "data is not a function here: it makes"),
        ("pi = 3; x", "pi = 3", 0, "pi has a fixed value"),
        ("x; y", "x", 0, "goes nowhere"),
        ("()", "()", 0, "is missing here"),
        ("(x, x)", "(x, x)", 0, "not this"),
        ("sin(x,)", "sin(x,)", 6, "is missing here"),
        ("x @ x", "x @ x", 2, "not this"),
        ("2x", "2x", 1, "2x is written 2*x"),
        ("x(x + 1)", "x(x + 1)", 0, "x is not a function here"),
    ],
)
def test_refused_with_a_caret(text, line, column, why):
    with pytest.raises(ExpressionError) as error:
        Expression(text).compute({"x": mg.Var(1.5, "x")})
    assert why in str(error.value)
    assert (error.value.text, error.value.column) == (line, column)
    shown, caret = str(error.value).splitlines()[-2:]
    assert shown == f"  {line}" and caret == f"  {' ' * column}^"


def test_a_long_line_is_cut_around_the_caret():
    with pytest.raises(ExpressionError) as error:
        Expression(" + ".join(["x"] * 100) + " + ? + " + " + ".join(["x"] * 100))
    shown, caret = str(error.value).splitlines()[-2:]
    assert len(shown) < 110 and shown[caret.index("^")] == "?"


@pytest.mark.parametrize("text", ["", " \n ", "#", ";", ";;\n"])
def test_an_empty_program(text):
    with pytest.raises(ExpressionError, match="the formula is empty"):
        Expression(text)


def test_sizes():
    assert value_of("+".join(["x"] * (LONGEST // 2))) == pytest.approx(1.7 * LONGEST / 2)
    with pytest.raises(ExpressionError, match="10,001 characters, at most 10,000"):
        Expression("x" * (LONGEST + 1))
    brackets = "1<1+1*sin(" * DEEPEST + "x" + ")" * DEEPEST
    assert math.isfinite(value_of(brackets))
    for text in ("(" * 4000, "x^" * 4000 + "x", "exp(" * 91 + "x" + ")" * 91):
        with pytest.raises(ExpressionError, match="brackets nest more than 90 deep"):
            Expression(text)
    assert value_of("-" * 4001 + "x") == -1.7


@pytest.mark.parametrize("text", ["1if x else 2", "1or x", "0x1p", "1_000", "9" * 5000, "x" * 9999])
def test_what_python_would_warn_of_or_refuse(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ExpressionError) as error:
            Expression(text).compute({})
    assert len(str(error.value)) < 1000


def test_hostile_text_computes_or_is_refused():
    rng = np.random.default_rng(1)
    alphabet = list("xyq1.2e+-*/^()=~<>!,; \n#'\"[]{}\\λ²·−\0\u202e\ud800") + [
        "sin(",
        "Normal(",
        "kl(",
        "data(",
        "~normal",
        "==",
        "if ",
        "\t",
    ]
    computed = 0
    with np.errstate(all="ignore"):
        for _ in range(3000):
            text = "".join(rng.choice(alphabet, rng.integers(1, 15)))
            try:
                Expression(text).compute({n: mg.Var(0.5, n) for n in ("x", "y")})
                computed += 1
            except ExpressionError as error:
                assert len(str(error).splitlines()) >= 1
    assert 30 < computed < 2000


def test_names_that_are_listed_work():
    assert {"exp", "where", "stop_gradient", "softplus"} <= set(functions())
    assert {"Normal", "Gamma", "Uniform"} <= set(families())
    assert [s.name for s in statements_of("a = 1\nb = a")] == ["a", "b"]
