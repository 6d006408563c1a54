"""The demos on estimators: each claim by z-scores, exact numbers and formulas."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

import minigrad as mg
from demos import cost, estimators, flow, gumbel_softmax, implicit_gamma, mistakes, streaming


def assert_rows(rows, fault=0.0):
    """Within 5 standard errors; a number that is off by the share `fault` would not be."""
    for row in rows:
        assert abs(row.z) < 5.0, row
        if fault:
            assert abs(row._replace(measured=(1.0 + fault) * row.exact).z) > 5.0, row


def assert_closing_table(lines, count):
    """The last thing printed: a blank line, headings, a line for each number."""
    head = lines[-count - 1]
    assert lines[-count - 2] == "" and head.endswith("errors off") and "exact" in head
    assert all(line.strip() for line in lines[-count:])


# ----------------------------------------------------------------------------------- estimators


def closed_forms(what, k):
    """Variances of ∂μ at μ = σ = 1: pathwise, score function."""
    if what == "(z − k)²":
        m = 1.0 - k
        return 4.0, m**4 + 14 * m**2 + 15
    if what == "exp(kz)":
        t = k * k
        p, q = math.exp(2 * k + t), math.exp(2 * k + 2 * t)
        return t * p * (math.exp(t) - 1), q * (1 + 4 * t) - t * p
    u = k * k
    c, a = math.exp(-2 * u) * math.cos(2 * k), u * math.exp(-u) * math.sin(k) ** 2
    return u * (1 - c) / 2 - a, (1 + (1 - 4 * u) * c) / 2 - a


@pytest.mark.parametrize("what", estimators.INTEGRANDS)
@pytest.mark.parametrize("k", [0.3, 0.8, 5.0])
def test_the_lines_of_theory(what, k):
    if what == "exp(kz)":
        k = min(k, 0.8)  # beyond, the tails reach past the quadrature's range
    found = estimators.exact_variances(estimators.INTEGRANDS[what], k)
    exact = closed_forms(what, k)
    assert (found["pathwise"], found["score function"]) == pytest.approx(exact, rel=1e-9)
    if what == "(z − k)²":
        m = 1.0 - k
        exact = 8 * m**2 + 10, 8 * m**2 + 6, 4 * m**2 * (4 / math.pi - 1)
        assert list(found.values())[2:] == pytest.approx(exact, rel=1e-6)


def test_estimators(ran):
    found, lines = ran(estimators)
    assert len(found["variances"]) == 12
    assert_rows(found["variances"], fault=0.5)
    assert found["crossing"] == pytest.approx(estimators.CROSSING, abs=5e-6)
    assert_closing_table(lines, 15)
    blind, *others = found["step"]
    assert blind.measured == 0.0 and blind.z == -math.inf and "0.35" in f"{blind.exact:.4f}"
    assert_rows(others, fault=1.0)
    assert "use mg.score_function" in found["warning"]


def test_at_five_the_score_function_wins_by_far():
    found = estimators.exact_variances(estimators.INTEGRANDS["cos(kz)"], 5.0)
    assert (round(found["pathwise"], 1), round(found["score function"], 1)) == (12.5, 0.5)


# ------------------------------------------------------------------------------------- mistakes


WORDS = {
    "noise as parameter": "wants no gradient (kind 'noise')",
    "sample for rsample": "draw by .rsample()",
    "negative sigma": "scale must be positive, not -0.2",
    "variance for sigma": "seems to be a variance",
    "too few samples": "rough standard errors: from 4 chunks",
    "unmeant broadcast": "shapes (3,) and (3, 1) made (3, 3)",
    "coin without relaxation": "a comparison is 1 or 0 and flat",
    "tiny sigma": "magnifies gradients",
    "covariance without cholesky": "mg.cholesky(Σ) @ ε",
    "redrawn noise": "draw noise outside it",
    "averaged kl": "kl is a mean over q's batch",
    "hard clamp": "clip is flat outside −10 … 10; mg.soft_clip",
}


def test_every_mistake_is_wrong_and_its_repair_right(ran):
    found, lines = ran(mistakes)
    assert list(found) == list(WORDS)
    for name, mistake in found.items():
        right = mistake.right
        if right.se:
            assert abs(right.z) < 5.0, name
        else:
            assert right.measured == pytest.approx(right.exact, rel=1e-6), name
        assert abs(mistake.wrong - right.exact) > max(5.0 * right.se, 0.01), name
        assert WORDS[name] in mistake.said
    assert_closing_table(lines, 12)


def test_the_broken_graphs_look_broken(everything):
    def has(kind, state, sign):
        return sign in (everything.out / f"mistakes_{kind}_{state}.svg").read_text(encoding="utf-8")

    assert not has("noise", "broken", "⊘ no gradient") and has("noise", "repaired", "⊘ no gradient")
    for kind, sign in (("sample", "[wall]"), ("coin", "[&lt;]"), ("clamp", "grad +0.0000")):
        assert has(kind, "broken", sign) and not has(kind, "repaired", sign)


# ------------------------------------------------------------------------------- Gumbel-softmax


def test_gumbel_softmax(ran):
    found, lines = ran(gumbel_softmax)
    assert_rows(found, fault=0.15)
    assert_closing_table(lines, 8)
    p = gumbel_softmax.P
    exact = p * (1 - p) * (1 - 2 * gumbel_softmax.TARGET)
    by_name = {row.what: row.exact - exact for row in found}
    assert by_name["straight-through, plain"] == pytest.approx(p * (1 - p) * (2 * p - 1))
    assert by_name["score function, unbiased"] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("temperature", [0.2, 1.0])
@pytest.mark.parametrize("hard", [False, True])
def test_bias_and_variance_of_a_relaxed_coin(temperature, hard):
    def slope(e, power):
        z = 1.0 / (1.0 + math.exp(-(gumbel_softmax.LOGIT + e) / temperature))
        b = float(z > 0.5) if hard else z
        density = 0.25 / math.cosh(0.5 * e) ** 2
        return density * (2.0 * (b - gumbel_softmax.TARGET) * z * (1.0 - z) / temperature) ** power

    jump = -gumbel_softmax.LOGIT
    mean, square = (
        sum(integrate.quad(slope, *ends, (power,))[0] for ends in ((-40, jump), (jump, 40)))
        for power in (1, 2)
    )
    found = gumbel_softmax.by_quadrature(temperature, hard)
    assert found == pytest.approx((mean, square - mean**2), rel=1e-5)
    each = gumbel_softmax.gumbel(temperature, hard, 200_000, np.random.default_rng(1))
    assert each.var() == pytest.approx(found.variance, rel=0.05)


# ---------------------------------------------------------------------------------------- flows


def test_flow(ran):
    found, lines = ran(flow)
    assert_rows(found["rows"], fault=0.1)
    assert_closing_table(lines, 5)
    gaps = {name: flow.LOG_Z - f.each.mean() for name, f in found["fitted"].items()}
    assert gaps["Gaussian"] > 0.5 and gaps["Gaussian"] > 3.0 * gaps["planar flow"]
    assert gaps["Gaussian"] > 5.0 * gaps["affine coupling"] > 0.0
    for name, fitted in found["fitted"].items():  # the dots follow the bend, or do not
        x, y = fitted.z.T
        assert (np.corrcoef(x**2, y)[0, 1] > 0.6) == (name != "Gaussian")


def test_the_normaliser_of_the_banana():
    def p(y, x):
        return math.exp(flow.log_target(mg.constant([x, y])).item())

    total = integrate.dblquad(p, -8.0, 8.0, lambda x: x * x / 2 - 4, lambda x: x * x / 2 + 4)[0]
    assert math.log(total) == pytest.approx(flow.LOG_Z, abs=1e-6)


# ------------------------------------------------------------------------------ implicit gradients


def test_implicit_gamma(ran):
    found, lines = ran(implicit_gamma)
    assert found["gap"] < 1e-7
    implicit = [row for row in found["rows"] if "implicit" in row.what]
    score = [row for row in found["rows"] if "score" in row.what]
    assert_rows(implicit, fault=0.03)
    assert_rows(score, fault=0.15)
    assert all(a.se < 0.4 * b.se for a, b in zip(implicit, score, strict=True))
    assert_closing_table(lines, 12)
    exact = {row.what: row.exact for row in implicit}
    assert exact["∂α E log z, implicit"] == pytest.approx(special.polygamma(1, 1.7), rel=1e-9)


def test_the_slope_of_a_draw_at_one():
    z, each = implicit_gamma.slopes(1.0, np.linspace(0.01, 0.99, 21))
    exact = np.exp(z) * special.exp1(z) + np.log(z) + np.euler_gamma
    np.testing.assert_allclose(each, exact, rtol=1e-7)


@pytest.mark.parametrize("alpha", [0.5, 3.0])
def test_the_deviation_of_the_score_function(alpha):
    def square(z):
        return stats.gamma(alpha).pdf(z) * (z * (math.log(z) - special.digamma(alpha))) ** 2

    variance = sum(integrate.quad(square, *ends)[0] for ends in ((0, 1), (1, 80))) - 1.0
    assert implicit_gamma.score_deviation(alpha) == pytest.approx(math.sqrt(variance), rel=1e-6)


# ----------------------------------------------------------------------------------------- cost


def test_cost(ran):
    found, lines = ran(cost)
    *errors, slope = found["rows"]
    assert_rows(errors)
    assert_rows([slope], fault=0.3)
    assert_closing_table(lines, 5)
    for name, (over_s, over_d) in found["costs"].items():
        grows = cost.power(cost.COUNTS, [c.memory for c in over_s])
        assert grows == pytest.approx(1.0 if "batch" in name else 0.0, abs=0.15)
        assert cost.power(cost.DIMENSIONS, [c.memory for c in over_d]) > 0.5
        assert all(c.seconds > 0.0 for c in over_s + over_d)


# ------------------------------------------------------------------------------------- streaming


def test_streaming(ran):
    found, lines = ran(streaming)
    assert [r.draws for r in found["runs"]] == [1_000, 10_000, 40_000]
    assert_rows(found["rows"])
    assert_closing_table(lines, 6)
    few, many = (r.memory for r in found["runs"][1:])  # with a chunk each time as large
    assert many < few + 100_000 < 8 * 40_000  # less than all draws alone would take
    deviation = math.sqrt(40_000) * found["runs"][-1].errors[0]
    assert deviation == pytest.approx(streaming.DEVIATION, rel=5 / math.sqrt(2 * 80))


def test_the_billion_is_right_and_its_errors_are_those_of_theory():
    billion = streaming.BILLION
    assert_rows(billion.rows, fault=0.001)
    expected = streaming.DEVIATION / math.sqrt(billion.draws)
    assert billion.errors[0] == pytest.approx(expected, rel=0.05)
