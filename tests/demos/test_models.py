"""The demos that train a model: each claim by z-scores and exact numbers."""

import math
from functools import partial

import numpy as np
import pytest
from scipy import optimize, stats

import minigrad as mg
from demos import bayes_regression, black_box_vi, digits_vae, policy_gradient, stochastic_layers
from tests.demos.test_estimators import assert_closing_table, assert_rows

# ----------------------------------------------------------------------------- bayes_regression


@pytest.fixture(scope="module")
def patients():
    return bayes_regression.patients(40, np.random.default_rng(0))


def test_the_exact_posterior_of_the_regression(patients):
    exact = bayes_regression.posterior(patients.x, patients.y)
    log_joint = partial(bayes_regression.log_joint, x=patients.x, y=patients.y)
    w = mg.Var(exact.mean)
    (slope,) = mg.grad(log_joint(w), [w], create_graph=True)
    assert slope.value == pytest.approx(np.zeros(10), abs=1e-10)
    for i in range(10):
        assert mg.grad(slope[i], [w])[0] == pytest.approx(-exact.precision[i], rel=1e-10)
    covariance = patients.x @ patients.x.T + bayes_regression.NOISE**2 * np.eye(40)
    marginal = stats.multivariate_normal(np.zeros(40), covariance)
    assert exact.evidence == pytest.approx(marginal.logpdf(patients.y), rel=1e-12)


def test_bayes_by_backprop_lands_on_it(ran):
    found, lines = ran(bayes_regression)
    exact, full, field = found["exact"], found["fits"]["full"], found["fits"]["mean-field"]
    assert np.abs((full.mean - exact.mean) / exact.sd).max() < 0.05
    assert full.sd / exact.sd == pytest.approx(np.ones((16, 10)), abs=0.01)
    assert full.elbo == pytest.approx(np.full(16, exact.evidence), abs=0.01)
    assert len(found["rows"]) == 21
    assert_rows(found["rows"])
    assert_rows(found["rows"][10:20], fault=0.03)
    assert (field.sd.mean(axis=0) < exact.sd).all() and exact.sd[4] > 4.0 * field.sd[0, 4]
    assert 0.9 < found["inside"] < 1.0
    assert_closing_table(lines, 21)


def test_there_must_be_patients_left_to_predict():
    with pytest.raises(ValueError, match="count is 442, not from 2 to 441 patients"):
        bayes_regression.patients(442, np.random.default_rng(0))


# --------------------------------------------------------------------------------- black_box_vi


@pytest.mark.parametrize("s", black_box_vi.NOISES)
def test_the_gap_is_the_divergence_from_the_best_diagonal(s):
    exact = black_box_vi.posterior(s)
    covariance = np.linalg.inv(exact.precision)
    best = np.diag(1.0 / np.diag(exact.precision))
    q = mg.MultivariateNormal(exact.mean, covariance_matrix=best)
    p = mg.MultivariateNormal(exact.mean, covariance_matrix=covariance)
    assert exact.gap == pytest.approx(mg.kl_divergence(q, p), rel=1e-9)
    z = np.random.default_rng(0).standard_normal((5, 2))
    evidence = black_box_vi.log_joint(mg.constant(z), s).value - p.log_prob(z)
    assert evidence == pytest.approx(np.full(5, exact.evidence), rel=1e-9)


def test_diagonal_loses_the_predicted_nats_and_full_none(ran):
    found, lines = ran(black_box_vi)
    rows = black_box_vi.gaps(found)
    assert_rows(rows)
    assert_rows(rows[2:], fault=0.05)
    for s, fits in found.items():
        exact = black_box_vi.posterior(s)
        inside = np.diag(fits["diagonal"].covariance) * np.diag(exact.precision)
        assert inside == pytest.approx(np.ones(2), rel=0.05)
        assert fits["full"].elbo == pytest.approx(exact.evidence, abs=1e-3)
        whole = fits["full"].covariance @ exact.precision
        assert whole == pytest.approx(np.eye(2), abs=0.05)
    assert_closing_table(lines, len(found))


# ---------------------------------------------------------------------------- stochastic_layers


def test_the_loss_is_minus_the_elbo_of_the_weights():
    rng = np.random.default_rng(0)
    h = rng.standard_normal((5, 3))
    theta, log_alpha, y = np.array([0.5, -1.0, 2.0]), np.array([-1.0, 0.5, -3.0]), np.ones(5)
    given = mg.constant(h), mg.Var(theta), mg.Var(log_alpha), mg.constant(y)
    measured = [stochastic_layers.loss(*given, rng, 50).value for _ in range(400)]
    sd = np.exp(0.5 * log_alpha) * np.abs(theta)
    ratio = sd / stochastic_layers.PRIOR
    kl = 0.5 * (ratio**2 + (theta / stochastic_layers.PRIOR) ** 2 - 1.0) - np.log(ratio)
    noise = stats.norm(h @ theta, stochastic_layers.NOISE)
    spread = 0.5 * (h**2 @ sd**2) / stochastic_layers.NOISE**2
    exact = kl.sum() - (noise.logpdf(y) - spread).sum()
    se = np.std(measured, ddof=1) / math.sqrt(400)
    assert abs(np.mean(measured) - exact) < 5.0 * se < 0.03 * exact


def test_the_band_widens_in_the_gap_for_bumps_alone(ran):
    found, lines = ran(stochastic_layers)
    wider = {name: of["sd"][1] / of["sd"][0] for name, of in found.items()}
    exact = {name: of["exact"][1] / of["exact"][0] for name, of in found.items()}
    assert wider["bumps"] > 10.0 and exact["bumps"] > 10.0
    assert found["bumps"]["sd"] == pytest.approx(found["bumps"]["exact"], rel=0.3)
    assert wider["tanh"] < 2.0 and exact["tanh"] > 3.0
    rows = [row for of in found.values() for row in of["rows"]]
    assert len(rows) == 8
    assert_rows(rows)
    assert_rows([row for row in rows if row.what.startswith("Var")], fault=0.06)
    assert_closing_table(lines, 8)


# ------------------------------------------------------------------------------ policy_gradient


def test_riccati_has_the_least_expected_cost():
    def cost(gains):
        return float(policy_gradient.expected_cost(gains.reshape(-1, 2)))

    best = policy_gradient.riccati()
    slope = optimize.approx_fprime(best.ravel(), cost, 1e-6)
    assert slope == pytest.approx(np.zeros(best.size), abs=1e-4)
    moved = best + 0.1 * np.random.default_rng(0).standard_normal((50, *best.shape))
    assert (policy_gradient.expected_cost(moved) > cost(best)).all()


@pytest.mark.parametrize("name", policy_gradient.ESTIMATORS)
def test_both_gradients_are_those_of_the_expected_cost(name):
    gains = np.linspace(-1.0, 0.3, 10).reshape(5, 2)
    rng, learners, episodes = np.random.default_rng(1), 20_000, 4
    every = mg.Var(np.tile(gains[..., None, None], (learners, 1)))
    x, v = (mg.constant(rng.standard_normal((learners, episodes))) for _ in range(2))
    loss = policy_gradient.ESTIMATORS[name](every, x, v, rng)
    loss.backward()
    each = policy_gradient.by_learner(every.grad)
    se = each.std(axis=0, ddof=1) / math.sqrt(learners)
    exact = np.empty_like(gains)
    for place in np.ndindex(gains.shape):
        moved = np.array([gains, gains])
        moved[0][place] += 1e-5
        moved[1][place] -= 1e-5
        exact[place] = np.subtract(*policy_gradient.expected_cost(moved)) / 2e-5
    assert (np.abs(each.mean(axis=0) - exact) < 5.0 * se).all()
    if name == "pathwise":
        cost = float(policy_gradient.expected_cost(gains))
        assert loss.value / learners == pytest.approx(cost, rel=0.03)
        assert (np.abs(1.05 * exact - exact) > 5.0 * se).sum() >= 5


def test_both_learn_the_gains_and_one_is_noisier(ran):
    found, lines = ran(policy_gradient)
    pathwise, score = found["pathwise"], found["score function"]
    assert_rows(policy_gradient.table("pathwise", pathwise))
    assert_rows(policy_gradient.table("pathwise", pathwise)[:2], fault=0.03)
    assert 0.0 < pathwise.excess[-1].mean() < 0.01 < score.excess[-1].mean() < 0.5
    assert score.variance > 20.0 * pathwise.variance
    assert pathwise.excess.shape == (1_500, 16)
    assert_closing_table(lines, 20)


# ----------------------------------------------------------------------------------- digits_vae


def test_the_likelihood_is_that_of_a_bernoulli():
    rng = np.random.default_rng(0)
    logits, x = 3.0 * rng.standard_normal((4, 64)), rng.integers(0, 2, (4, 64)).astype(float)
    of_pixels = mg.Bernoulli(logits=logits).log_prob(x)
    found = digits_vae.log_likelihood(x, mg.constant(logits)).value
    assert found == pytest.approx(np.sum(of_pixels, axis=-1), rel=1e-12)


def test_the_grid_knows_what_has_a_closed_form():
    """A decoder that ignores z: p(x) = 2^-64, and the ELBO is short of it by the KL to the prior.

    As for the number of points: beyond the default they change nothing.
    """
    params = digits_vae.initial(np.random.default_rng(0))
    params[6].value = np.zeros(params[6].shape)
    x = np.random.default_rng(1).integers(0, 2, (3, 64)).astype(float)
    log_p, elbo = digits_vae.by_grid(x, params)
    kl = mg.kl_divergence(digits_vae.encode(x, params), digits_vae.PRIOR).value
    assert log_p == pytest.approx(np.full(3, -64.0 * math.log(2.0)), rel=1e-8)
    assert elbo == pytest.approx(log_p - kl, rel=1e-5)
    params = digits_vae.initial(np.random.default_rng(2))
    coarse, fine = (digits_vae.by_grid(x, params, points) for points in (121, 181))
    assert np.concatenate(coarse) == pytest.approx(np.concatenate(fine), rel=1e-6)


def test_the_bounds_climb_to_log_p(ran):
    found, lines = ran(digits_vae)
    assert_rows(found["rows"])
    assert_rows(found["rows"][:1], fault=0.03)
    assert_rows(found["rows"][1:], fault=0.2)
    below = found["log_p"] - found["bounds"]
    assert (np.diff(below, axis=0) < 0.0).all() and (below > -0.01).all()
    assert below[0, 0] < below[0, 1] and below[-1, 1] < 0.1 * below[0, 0]
    first, last = found["curve"][0], found["curve"][-1]
    assert last[0] > first[0] + 3.0 and last[1] > first[1] + 3.0
    assert_closing_table(lines, 2)
