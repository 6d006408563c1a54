"""mg.surrogate: the gradient of an expected cost, around walls and through rsampled paths."""

import math

import numpy as np
import pytest

import minigrad as mg

N = 20_000


def rng(seed=0):
    return np.random.default_rng(seed)


def scores(estimates, truth):
    """(mean - truth) / standard error, of repeated estimates."""
    estimates = np.asarray(estimates)
    error = estimates.std(axis=0, ddof=1) / math.sqrt(len(estimates))
    return (estimates.mean(axis=0) - truth) / error


def repeated(one, count=200):
    """`one(rng)` gives a tuple of gradients; all of them, a row each."""
    children = np.random.SeedSequence(3).spawn(count)
    return np.array([one(np.random.default_rng(child)) for child in children])


# --------------------------------------------------------------------- values and first gradients


def test_one_draw_of_each_kind():
    """z by sample, w by rsample, and a cost of both: E[(z + w)²] = (μ + ν)² + σ² + τ²."""

    def one(rng):
        theta = mu, sigma, nu, tau = [mg.Var(x) for x in (0.5, 0.8, -0.3, 0.6)]
        z = mg.Normal(mu, sigma).sample(rng, 500)
        w = mg.Normal(nu, tau).rsample(rng, 500)
        return mg.grad(mg.surrogate(mg.square(z + w)), theta)

    truth = 2 * 0.2, 2 * 0.8, 2 * 0.2, 2 * 0.6
    assert np.all(np.abs(scores(repeated(one), truth)) < 5.0)


def test_a_cost_that_uses_the_parameters_and_no_draw():
    mu = mg.Var(0.5)
    assert mg.grad(mg.surrogate(mg.square(mu)), [mu]) == (1.0,)
    z = mg.Normal(0.0, 1.0).sample(rng())  # of no parameter: nothing to score
    cost = mu * z
    assert mg.grad(mg.surrogate(cost), [mu]) == (z.value,)


def test_a_draw_whose_law_depends_on_a_draw():
    """z ~ N(μ, 1), then b ~ Bernoulli(sigmoid z), cost b: ∂μ of E sigmoid(μ + ε)."""

    def one(rng):
        mu = mg.Var(0.4)
        z = mg.Normal(mu, 1.0).sample(rng, 500)
        b = mg.Bernoulli(logits=z).sample(rng)
        return mg.grad(mg.surrogate(b * 2.0 + 1.0, baseline="mean"), [mu])

    eps = np.linspace(-10, 10, 2001)
    weights = np.exp(-(eps**2) / 2) / np.exp(-(eps**2) / 2).sum()
    p = 1 / (1 + np.exp(-0.4 - eps))
    assert abs(scores(repeated(one), 2 * weights @ (p * (1 - p)))[0]) < 5.0


def test_a_path_into_the_law_of_a_draw():
    """w by rsample is the mean of z by sample: log q(z) itself is differentiated along w."""

    def one(rng):
        mu = mg.Var(0.4)
        w = mg.Normal(mu, 0.7).rsample(rng, 500)
        z = mg.Normal(w, 0.5).sample(rng)
        return mg.grad(mg.surrogate(z**2), [mu])

    assert abs(scores(repeated(one), 0.8)[0]) < 5.0


def test_a_comparison_is_a_dependence():
    """E[z > 1]: no slope anywhere, and the score finds it."""
    mu = mg.Var(0.5)
    z = mg.Normal(mu, 1.0).sample(rng(), N)
    (found,) = mg.grad(mg.surrogate(z > 1.0), [mu])
    truth = math.exp(-0.125) / math.sqrt(2 * math.pi)
    assert found == pytest.approx(truth, abs=5 / math.sqrt(N))
    (walled,) = mg.grad(mg.surrogate(mg.stop_gradient(z) + mu), [mu])  # the user's own wall holds
    assert walled == pytest.approx(1.0)


# ------------------------------------------------------------------------------- any order (DiCE)


def test_the_second_derivative_of_a_square():
    """∂²E[z²]/∂μ² = 2, ∂²/∂σ² = 2, ∂²/∂μ∂σ = 0."""

    def one(rng):
        mu, sigma = mg.Var(1.0), mg.Var(1.3)
        z = mg.Normal(mu, sigma).sample(rng, 500)
        first = mg.grad(mg.surrogate(mg.square(z)), [mu, sigma], create_graph=True)
        (of_mu, mixed), (_, of_sigma) = (mg.grad(d, [mu, sigma]) for d in first)
        return *(d.value for d in first), of_mu, mixed, of_sigma

    found = repeated(one, 400)
    assert np.all(np.abs(scores(found, (2.0, 2.6, 2.0, 0.0, 2.0))) < 5.0)
    assert np.abs(scores(found, (2.0, 2.6, 2.2, 0.2, 2.2)))[2] > 5.0


def test_the_third_derivative_of_a_coin():
    """E[b] = sigmoid(φ): p, p(1-p), p(1-p)(1-2p), …"""

    def one(rng):
        phi = mg.Var(0.6)
        b = mg.Bernoulli(logits=phi).sample(rng, 200)
        found, d = [], mg.surrogate(b)
        for _ in range(3):
            (d,) = mg.grad(d, [phi], create_graph=True)
            found.append(d.value)
        return found

    p = 1 / (1 + math.exp(-0.6))
    truth = p * (1 - p), p * (1 - p) * (1 - 2 * p), p * (1 - p) * (1 - 6 * p + 6 * p * p)
    assert np.all(np.abs(scores(repeated(one, 600), truth)) < 5.0)


def test_second_derivatives_keep_their_mean_with_a_baseline():
    def one(rng, baseline):
        mu = mg.Var(1.0)
        z = mg.Normal(mu, 1.0).sample(rng, 100)
        (first,) = mg.grad(mg.surrogate(mg.square(z), baseline=baseline), [mu], create_graph=True)
        return first.value, *mg.grad(first, [mu])

    for baseline in ("mean", 2.0):
        found = repeated(lambda rng, b=baseline: one(rng, b), 400)
        assert np.all(np.abs(scores(found, (2.0, 2.0))) < 5.0)


# ------------------------------------------------------------------------------------- variances


def test_a_cost_is_multiplied_by_the_scores_of_its_own_draws_alone():
    """E[z] + E[100 w]: ∂μ must not see the scatter of 100 w, in whatever way the sum is given."""

    def variance(costs):
        def one(rng):
            mu, nu = mg.Var(1.0), mg.Var(1.0)
            z, w = mg.Normal(mu, 1.0).sample(rng), mg.Normal(nu, 1.0).sample(rng)
            return mg.grad(mg.surrogate(*costs(z, 100.0 * w)), [mu, nu])[:1]

        found = repeated(one, 600)
        assert abs(scores(found, 1.0)[0]) < 5.0
        return found.var()

    alone = 3.0  # of z (z - μ) at μ = σ = 1: E[z²ε²] - 1
    for costs in (
        lambda a, b: (a, b),
        lambda a, b: (a + b,),
        lambda a, b: (-(3.0 - (a + b) / 2.0) * 2.0,),
    ):
        assert variance(costs) < 2 * alone
    assert variance(lambda a, b: (mg.maximum(a + b, -1e9),)) > 1e4 / 2


def test_a_sample_is_scored_with_its_own_cost_alone():
    """The mean of 64 costs has 1/64 of one's variance; scored as a whole it would have more."""

    def variance(cost):
        def one(rng):
            mu = mg.Var(1.0)
            return mg.grad(mg.surrogate(cost(mg.Normal(mu, 1.0).sample(rng, 64))), [mu])

        found = repeated(one, 500)
        assert abs(scores(found, 2.0)[0]) < 5.0
        return found.var() * 64

    exact = 1.0 + 14.0 + 15.0  # FORMULAS: m⁴/σ² + 14m² + 15σ²
    tolerance = 5 * math.sqrt(3.0 / 500)
    for cost in (
        mg.square,
        lambda z: mg.square(z).mean(),
        lambda z: mg.square(z).sum() / 64.0 + 2.0,
        lambda z: mg.reshape(mg.square(mg.expand_dims(z, 1)) @ np.ones(1), (64,)).mean(),
    ):
        assert variance(cost) == pytest.approx(exact, rel=tolerance)
    assert variance(lambda z: (mg.square(z) @ np.ones(64)) / 64.0) > 4 * exact  # not seen apart


def test_baselines():
    """(z - k)² as in the table of variances: m⁴/σ² … without, 8m² + 10σ² and 8m² + 6σ² with."""

    def variance(baseline, count=500):
        def one(rng):
            mu = mg.Var(1.0)
            z = mg.Normal(mu, 1.0).sample(rng, 64)
            return mg.grad(mg.surrogate(mg.square(z), baseline=baseline), [mu])

        found = repeated(one, count)
        assert abs(scores(found, 2.0)[0]) < 5.0
        return found.var() * 64

    tolerance = 5 * math.sqrt(3.0 / 500) + 0.05
    assert variance("mean") == pytest.approx(18.0, rel=tolerance)
    assert variance(2.0) == pytest.approx(18.0, rel=tolerance)
    assert variance(4.0) == pytest.approx(14.0, rel=tolerance)
    assert variance("optimal", 200) == pytest.approx(14.0, rel=2 * tolerance)


def test_a_baseline_for_each_wall():
    mu, nu = mg.Var(1.0), mg.Var(2.0)
    z, w = mg.Normal(mu, 1.0).sample(rng(), 4), mg.Normal(nu, 1.0).sample(rng(1), 4)
    costs = np.square(z.value), np.square(w.value)

    def score(x, loc):
        return x.value - loc

    others = (costs[1].sum() - costs[1]) / 3.0
    total = mg.surrogate(mg.square(z), mg.square(w), baseline={z: 3.0, w: "mean"})
    assert total.value == pytest.approx(np.mean(costs[0] + costs[1]))
    d_mu, d_nu = mg.grad(total, [mu, nu])
    assert d_mu == pytest.approx(np.mean((costs[0] - 3.0) * score(z, 1.0)))
    assert d_nu == pytest.approx(np.mean((costs[1] - others) * score(w, 2.0)))
    learned = mg.Var(np.arange(4.0))
    surrogate = mg.surrogate(mg.square(z), baseline={z: learned})
    d_mu, d_b = mg.grad(surrogate, [mu, learned], allow_unused=True)
    assert d_mu == pytest.approx(np.mean((costs[0] - learned.value) * score(z, 1.0)))
    assert not np.any(d_b)


# ------------------------------------------------------------------- pictures, reports, bad input


def test_it_is_drawn_explained_and_stepped_through():
    mu = mg.Var(0.5, "mu")
    z = mg.Normal(mu, 1.0).sample(rng()).named("z")
    cost = mg.square(z).named("cost")
    assert "differentiate mg.surrogate(cost)" in mg.explain(cost).hints[0]
    total = mg.surrogate(cost)
    report = mg.explain(total)
    assert report.hints == () and report.leaves[0].status == "arrives"
    dot = mg.draw(total).dot
    assert "label=surrogate" in dot and dot.count("⊘ scored instead") == 1
    assert "magic box" in dot and "log q(z)" in dot
    text = mg.step_through(total).text()
    assert "(magic box)·cost" in text and "log q(z)" in text


def test_what_is_refused():
    a = mg.Var(1.0)
    with pytest.raises(TypeError, match="takes costs, Vars computed from draws, not nothing"):
        mg.surrogate()
    with pytest.raises(TypeError, match="not float"):
        mg.surrogate(1.0)
    z = mg.Normal(a, 1.0).sample(rng(), (2, 3))
    with pytest.raises(
        ValueError, match=r"cost of shape \(2, 3\) has more than one number per sample"
    ):
        mg.surrogate(z)
    with pytest.raises(TypeError, match="surrogate: .*use mg.pathwise"):
        mg.surrogate(mg.Uniform(0.0, a).sample(rng()))
    with pytest.raises(ValueError, match='baseline="mean" takes the mean over other samples'):
        mg.surrogate(mg.Normal(a, 1.0).sample(rng()), baseline="mean")
    with pytest.raises(ValueError, match='is "mean", "optimal" or a number, not \'best\''):
        mg.surrogate(mg.Normal(a, 1.0).sample(rng(), 3), baseline="best")
    with pytest.raises(ValueError, match="which is no draw"):
        mg.surrogate(z.sum(), baseline={a: 1.0})
    with pytest.raises(ValueError, match=r"a baseline of shape \(4,\)"):
        mg.surrogate(z.sum(axis=1), baseline={z: np.zeros(4)})
    with pytest.raises(ValueError, match="costs of different weights"):
        mg.surrogate(z.sum(axis=1), z.sum(), baseline=1.0)
