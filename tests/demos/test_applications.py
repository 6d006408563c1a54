"""The demos that apply the estimators: each claim by exact numbers or z-scores, at a small size."""

import math

import numpy as np
import pytest
from scipy.stats import norm

import minigrad as mg
from demos import (
    bandit,
    categorical_vae,
    diffusion,
    mixture_posterior,
    option_delta,
    random_walk,
    sparse_gp,
)
from tests.demos.test_estimators import assert_closing_table, assert_rows


def test_random_walk(ran):
    found, lines = ran(random_walk)
    assert_rows(found, fault=1.0)
    assert_closing_table(lines, 4)


def test_the_recursion_of_the_walk():
    """One step: (±1)² = 1, and no slope; two steps by hand."""
    assert random_walk.exact(0.3, 1) == pytest.approx((1.0, 0.0))

    def cost(theta):
        up, again = (1 / (1 + math.exp(-t)) for t in (theta, theta - random_walk.PULL))
        back = 1 / (1 + math.exp(-(theta + random_walk.PULL)))
        return 4 * (up * again + (1 - up) * (1 - back))

    value, slope = random_walk.exact(0.3, 2)
    assert value == pytest.approx(cost(0.3), rel=1e-12)
    assert slope == pytest.approx((cost(0.3 + 1e-6) - cost(0.3 - 1e-6)) / 2e-6, rel=1e-6)


def test_bandit(ran):
    found, lines = ran(bandit)
    assert_rows(found["rows"])
    assert_closing_table(lines, 15)
    assert 0.9 * found["best"] < found["learned"] <= found["best"] + 1e-12
    plain, centred = found["rows"][1], found["rows"][6]
    assert centred.se < 0.8 * plain.se


def test_the_best_return_is_that_of_no_better_policy():
    policies = np.array(np.meshgrid(*[[-30.0, 30.0]] * bandit.PLACES)).reshape(bandit.PLACES, -1).T
    best = max(bandit.exact_return(policy) for policy in policies)
    assert best <= bandit.best_return() + 1e-12
    assert best == pytest.approx(bandit.best_return(), rel=0.02)  # of those that stay the same


def test_mixture_posterior(ran):
    found, lines = ran(mixture_posterior)
    assert found["gap"] < 1e-12
    assert found["elbo"] == pytest.approx(found["evidence"], rel=1e-12)
    assert_rows(found["rows"])
    assert_closing_table(lines, 6)


def test_categorical_vae(ran):
    found, lines = ran(categorical_vae)
    assert found["elbo"] + found["kl"] == pytest.approx(found["log_p"], rel=1e-12)
    assert found["kl"] > 0.0
    for course in found["courses"].values():
        assert course[-1] > course[0] + 5.0
    assert found["courses"]["enumeration"][-1] > found["courses"]["score"][-1]
    assert_rows(found["rows"])
    assert_closing_table(lines, 12)


def test_diffusion(ran):
    found, lines = ran(diffusion)
    assert_rows(found[-1:])
    assert_closing_table(lines, 6)
    for row in found[:-1]:
        assert row.measured == pytest.approx(row.exact, abs=0.03)
    kept, s = diffusion.KEPT[4], diffusion.SCALE
    x, eps = np.random.default_rng(0).standard_normal((2, 400_000))
    noisy = np.sqrt(kept) * s * x + np.sqrt(1 - kept) * eps
    assert np.polyfit(noisy, eps, 1)[0] == pytest.approx(diffusion.best_slopes()[4], abs=0.005)


def test_option_delta(ran):
    found, lines = ran(option_delta)
    assert_rows(found["rows"])
    assert_closing_table(lines, 12)
    assert "every gradient is exactly 0" in found["warning"]
    plain, sobol = found["rows"][1], found["rows"][4]
    assert sobol.se < 0.1 * plain.se


def test_black_and_scholes_by_differences():
    def price(s, sigma, digital):
        spread = sigma * math.sqrt(option_delta.YEARS)
        d1 = math.log(s / option_delta.STRIKE) + (option_delta.RATE + sigma**2 / 2)
        d1, d2 = d1 / spread, d1 / spread - spread
        if digital:
            return option_delta.DISCOUNT * norm.cdf(d2)
        return s * norm.cdf(d1) - option_delta.STRIKE * option_delta.DISCOUNT * norm.cdf(d2)

    exact, at = option_delta.black_scholes(), (option_delta.SHARE, option_delta.SIGMA)
    for kind, digital in (("", False), ("digital ", True)):
        assert exact[f"{kind}price"] == pytest.approx(price(*at, digital), rel=1e-12)
        for i, what in enumerate(("delta", "vega")):
            h = 1e-4 * at[i]
            high, low = ([*at[:i], at[i] + move, *at[i + 1 :]] for move in (h, -h))
            slope = (price(*high, digital) - price(*low, digital)) / (2 * h)
            assert exact[kind + what] == pytest.approx(slope, rel=1e-5)


def test_sparse_gp(ran):
    found, lines = ran(sparse_gp)
    assert_closing_table(lines, 1)
    (row,) = found["rows"]
    assert row.measured == pytest.approx(found["collapsed"], abs=0.1)
    assert row.measured < found["collapsed"] + 5.0 * row.se
    assert found["collapsed"] < found["evidence"]
    assert max(found["gaps"]) < 0.02


def test_the_collapsed_bound_is_the_elbo_at_the_best_q():
    p = sparse_gp.process(np.random.default_rng(1), 20, 5)
    mean, covariance = sparse_gp.best(p)
    factor = np.linalg.cholesky(covariance)
    off = p.y - p.map @ mean
    fit = off @ off + np.trace(p.map @ covariance @ p.map.T) + p.left.sum()
    prior = mg.MultivariateNormal(np.zeros(5), scale_tril=np.eye(5))
    q = mg.MultivariateNormal(mean, scale_tril=factor)
    bound = -0.5 * fit / sparse_gp.NOISE**2 - sparse_gp.constants(p) - mg.kl_divergence(q, prior)
    assert bound == pytest.approx(sparse_gp.exact(p)["collapsed"], rel=1e-9)
