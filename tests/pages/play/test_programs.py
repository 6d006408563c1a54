"""A typed program in the page and in Python: the same nodes, numbers, words, picture, errors."""

import numpy as np
import pytest

from minigrad.formulas.calls import families
from minigrad.formulas.expressions import Expression
from minigrad.formulas.tokens import ExpressionError
from minigrad.pages.play.presets import PRESETS
from tests.support.typed_page import in_page, in_python, needs_node, node, scripts

pytestmark = needs_node

HEAD = "mu = 0.7\nsigma = 1.2\neps ~ normal\n"
FORMULAS = [
    "sin(mu + sigma*eps)",
    "mu**3/(1 + exp(-sigma)) + mu**2 - 2**sigma",
    "where(mu > 0.5, log(mu), mu*mu) + abs(sigma - 2)*sqrt(mu)",
    "maximum(mu, sigma)*clip(mu, 0.5, 1) + min(mu, 0)",
    "lgamma(mu) + digamma(sigma)*erf(eps) + softplus(mu)",
    "stop_gradient(mu*sigma) + mu",
    "-mu + -(mu*sigma) - (-3)",
    "tanh(mu)*sigmoid(sigma) - pi*1e10*mu + e",
    "mu/0 + log(sigma - 2)",
    "(mu < sigma)*mu + (eps >= 0)*sigma",
    "μ = 2; −μ² × 3³ ≤ 1",
    "logaddexp(mu, sigma) + mu*mu",
    "a = mu*sigma\nb = a + a*a; c = a\nb*c",
]
# Parameters of each family: one from each text, or those here.
PARAMETERS = {
    **dict.fromkeys("Chi2 Exponential HalfCauchy HalfNormal Poisson".split(), ["mu"]),
    **dict.fromkeys(("Bernoulli", "Geometric"), ["mu*mu"]),
    **dict.fromkeys(("Binomial", "NegativeBinomial"), ["3, mu*mu"]),
    "RelaxedBernoulli": ["mu, mu*mu"],
    "StudentT": ["3", "3 + mu, sigma", "sigma, mu, sigma"],
    "TruncatedNormal": ["mu, sigma, -2, 2*sigma"],
}
ASKED = (
    *("q*q + log_prob(q, 0.9)", "mean(q) + mu", "stddev(q)", "variance(q)", "kl(q) + mu"),
    *("kl(q, q)", "entropy(q)", "log_prob(q, -1)", "log_prob(q, 3)", "log_prob(q, q)"),
    *("log_prob(q, stop_gradient(q))", "log_prob(q, exp(mu))", "log_prob(q, sigmoid(mu))"),
)
DISTRIBUTIONS = [
    f"{HEAD}q ~ {family}({given})\n{ask}"
    for family in families()
    for given in PARAMETERS.get(family, ["mu, sigma"])
    for ask in ASKED
]
WRONG = [
    "", "# nothing", "y = 2x", "f(x)", "mu = 1; sinn(mu)", "mu = 1; where(mu)", "(1", "1)", "3 3",
    "b = a + c\na = 1\nc = a*2\nb*c", "x = 1; x = 2; x", "and", "kl(3)", "data(3)", "x = data(y)",
    "a = 1 < 2 < 3", "q ~ foo; q", "1e999", "2*1e-999", "a = 1 ~ 2", "x = 1\n  + 2\nx*",
    "f = lambda", "x²³",
    "pi = 3", "q ~ Normal(1); q", "x == ", "stdev(1)", "a, b", "((1, 2))", "q ~ sin(1); q",
    "kl_divergence(1)", "x = 1\ny = x\n x", "ln(2)", "atan(1", "exp()", "α = ", "é~", "x = 1; x; x",
    "Normal(0, 1)*2", "q ~ Normal(0, 1)\nlog_prob(q)", "w = 1 +* 2", "$", "a = b = 3", "`", "'x'",
]  # fmt: skip


def same_numbers(found: dict, pane) -> None:
    data = pane.data([])["numbers"]
    for part, numbers in found["numbers"].items():
        here = [float(str(x).replace("Infinity", "inf")) for x in numbers]
        np.testing.assert_allclose(here, data[part], 1e-10, 1e-300, err_msg=part)


def same_ends(found: dict, pane) -> None:
    """The output and the gradient of every parameter are the same."""
    data = pane.data([])
    for each in (found, data):
        numbers, grads = each["numbers"], {}
        for share, total in zip(each["shares"], numbers["sums"], strict=True):
            grads[each["nodes"][share["target"]]["name"]] = total
        ends = [numbers["values"][each["output"]], grads.get("mu", 0.0)]
        each["ends"] = [float(str(x).replace("Infinity", "inf")) for x in ends]
    np.testing.assert_allclose(found["ends"], data["ends"], 1e-12)


@pytest.mark.parametrize(
    "programs",
    [
        [HEAD + formula for formula in FORMULAS],
        [preset.text for group in PRESETS.values() for preset in group],
        DISTRIBUTIONS,
    ],
    ids=["formulas", "presets", "distributions"],
)
def test_the_page_agrees_with_python_to_the_letter(programs):
    compared = 0
    for program, found in zip(programs, in_page(programs), strict=True):
        try:
            pane = in_python(program)
        except ExpressionError as error:
            assert found.get("error") == str(error), program
            continue
        if "computed with arrays" in found.get("error", ""):  # sums over counts
            assert "entropy" in program
            continue
        assert "error" not in found, (program, found)
        compared += 1
        if "RelaxedBernoulli" in program:  # whose parameters are computed before the noise is drawn
            same_ends(found["pane"], pane)
            continue
        if len(found["pane"]["nodes"]) > 1:  # Python marks an infinite constant that stands alone
            assert found["dot"] == pane.drawing.dot
        same_numbers(found["pane"], pane)
        data = pane.data([])
        for mine, theirs in zip(found["pane"]["steps"], data["steps"], strict=True):
            assert mine == {**theirs, "shares": list(theirs["shares"])}
        for mine, theirs in zip(found["pane"]["shares"], data["shares"], strict=True):
            if "where(" not in theirs["slope"]:  # there Python turns 0 < x about
                assert mine == theirs
        for mine, theirs in zip(found["pane"]["nodes"], data["nodes"], strict=True):
            mine["line"] = None
            mine.pop("density", None)  # for the score function
            assert mine == {**theirs, "inputs": list(theirs["inputs"]), "shape": []}
    assert compared > len(programs) / 2


def test_errors_have_pythons_words_and_its_caret():
    for program, found in zip(WRONG, in_page(WRONG), strict=True):
        with pytest.raises(ExpressionError) as refused:
            Expression(program).compute({})
        assert found.get("error") == str(refused.value), program


PIECES = (
    "mu sigma eps z 1 2.5 .5 1e3 ( ) + - * / ** ^ < <= == = ~ , ; # ² sin( exp( where( kl( normal "
    "Normal( 3 x pi e μ … $ \" ' ` < > & </script> x=1\n x=2; q~Normal(0,1)\n ) ) x x"
)


def random_texts(count: int) -> list[str]:
    """Pieces of the grammar in any order: most are no program."""
    rng = np.random.default_rng(5)
    pieces = [*PIECES.split(" "), " ", "\n", "\n  "]
    return ["".join(rng.choice(pieces, rng.integers(1, 14))) for _ in range(count)]


def test_what_python_takes_the_page_takes_and_nothing_else():
    texts = random_texts(2000)
    taken = 0
    for text, found in zip(texts, in_page(texts), strict=True):
        try:
            pane = in_python(text)
        except ExpressionError as error:
            if "Normal: scale must be" not in str(error):
                assert found.get("error") == str(error), text
            continue
        taken += 1
        assert found["dot"] == pane.drawing.dot
    assert taken > 30


def test_two_thousand_letters_of_any_kind_do_no_harm():
    rng = np.random.default_rng(6)
    texts = ["".join(map(chr, rng.integers(1, 0x2FF, rng.integers(1, 30)))) for _ in range(500)]
    for text, found in zip(texts, in_page(texts), strict=True):
        try:
            Expression(text).compute({})
        except ExpressionError as error:
            assert found.get("error") == str(error), repr(text)
        else:
            assert "error" not in found


LAWS = ("normal", "uniform", "exponential", "gumbel", "logistic", "laplace", "half_normal")


def test_expectations_are_integrals():
    asked = [(law, power) for law in LAWS for power in (0, 1, 2)]
    script = "".join(
        f"console.log(JSON.stringify(expectation({law!r}, (x) => x ** {power})));\n"
        for law, power in asked
    )
    script += 'console.log(JSON.stringify(expectation("uniform", (x) => (x < 0.3 ? 1 : 0))));'
    *found, jump = node(scripts() + script)
    gamma, half = 0.5772156649015329, np.sqrt(2.0 / np.pi)
    moments = {
        "normal": (1.0, 0.0, 1.0),
        "uniform": (1.0, 0.5, 1.0 / 3.0),
        "exponential": (1.0, 1.0, 2.0),
        "gumbel": (1.0, gamma, gamma**2 + np.pi**2 / 6.0),
        "logistic": (1.0, 0.0, np.pi**2 / 3.0),
        "laplace": (1.0, 0.0, 2.0),
        "half_normal": (1.0, half, 1.0),
    }
    for (law, power), shown in zip(asked, found, strict=True):
        assert shown["value"] == pytest.approx(moments[law][power], abs=1e-11), (law, power)
    assert jump["value"] == pytest.approx(0.3, abs=1e-9)
