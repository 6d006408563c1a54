"""A draw's own density, where the draw has rounded to the edge of its support.

The exact values are entropies, closed forms, or quadratures in the noise.
"""

import math

import numpy as np
import pytest

import minigrad as mg


def rng():
    return np.random.default_rng(3)


def coins(logits):
    return mg.Independent(mg.RelaxedBernoulli(0.2, logits=logits), 2)


def test_the_bound_of_a_relaxed_vae_stays_finite():
    logits = mg.Var(np.zeros((64, 20)))
    q, prior, generator = coins(logits), coins(np.full((64, 20), 0.5)), rng()
    for _ in range(20):
        for bound in (
            mg.elbo(prior.log_prob, q, generator),
            mg.elbo(prior.log_prob, q, generator, stick_the_landing=True),
            mg.iwae(prior.log_prob, q, generator, 3),
            mg.iwae(prior.log_prob, q, generator, 3, doubly_reparameterized=True),
            -mg.kl_monte_carlo(q, prior, 2, generator),
        ):
            assert math.isfinite(bound.value)
            assert np.all(np.isfinite(mg.grad(bound, [logits])[0]))


OWN = [  # E log q
    (mg.RelaxedBernoulli(0.1, logits=3.0), 26.68),
    (mg.Gamma(0.01, 1.0), 94.95),
    (mg.Dirichlet([0.01, 0.01, 0.01]), 187.8),
    (mg.Beta(0.03, 0.03), 28.22),
    (mg.Transformed(mg.Normal(8.0, 4.0), mg.TanhTransform()), None),
    (mg.Transformed(mg.Normal(-9.0, 400.0), mg.ExpTransform()), None),
    (mg.Weibull(1.0, 1e-3), None),
]


@pytest.mark.filterwarnings("ignore:overflow")  # of draws beyond the largest float
@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(("q", "exact"), OWN, ids=lambda x: str(x)[:40])
def test_mean_log_densities_of_own_draws(q, exact, recorded):
    n = 20_000
    if recorded:
        z, log_q = q.rsample_with_log_prob(rng(), n)
    else:
        with mg.no_grad():
            z = q.rsample(rng(), n)
            log_q = q.log_prob(z)
    assert np.all(np.isfinite(log_q.value))
    mean, error = log_q.value.mean(), log_q.value.std() / math.sqrt(n)
    if isinstance(q, mg.Weibull):
        exact = -q.entropy()
    if isinstance(q, mg.distributions.Transformed):  # E log p(x) - E log |slope|, by hand
        x = q.base.loc + q.base.scale * np.random.default_rng(3).standard_normal(n)
        tanh = 2.0 * (np.log(2.0) - np.abs(x) - np.log1p(np.exp(-2.0 * np.abs(x))))
        slope = x if isinstance(q.transforms[0], mg.ExpTransform) else tanh
        np.testing.assert_allclose(log_q.value, q.base.log_prob(x) - slope, rtol=1e-12, atol=1e-12)
        return
    assert abs(mean - exact) < 5.0 * error + 0.006  # the digits given


@pytest.mark.parametrize("baseline", [None, "mean", "optimal"])
@pytest.mark.parametrize("a", [0.1, 0.05, 0.01])
def test_the_score_function_on_a_beta_of_tiny_shapes(a, baseline):
    n = 40_000 if baseline != "optimal" else 3_000

    def problem(a):
        return mg.Beta(a, a), mg.square

    estimate = mg.score_function(problem, (a,), n, 1, baseline=baseline)
    (z,) = estimate.z_scores([-0.5 / (2.0 * a + 1.0) ** 2])
    assert abs(z) < 5.0


def test_the_score_function_on_a_gamma_of_a_tiny_shape():
    def problem(a):
        return mg.Gamma(a, 1.0), lambda z: z > 1e-5

    estimate = mg.score_function(problem, (1e-3,), 100_000, 1, baseline="mean")
    assert abs(estimate.z_scores([10.82])[0]) < 5.0


@pytest.mark.parametrize(
    ("mu", "f", "exact"), [(30.0, lambda z: z, 0.0), (17.0, lambda z: z > 1.0 - 1e-8, 3.7e-13)]
)
def test_the_score_function_through_a_saturated_tanh(mu, f, exact):
    def problem(mu):
        return mg.Transformed(mg.Normal(mu, 1.0), mg.TanhTransform()), f

    estimate = mg.score_function(problem, (mu,), 20_000, 2)
    assert abs(estimate.z_scores([exact])[0]) < 5.0 and estimate.grad_ses[0] > 1e-4


def test_stick_the_landing_through_a_saturated_tanh():
    """At the optimum, log q - log q, every draw's gradient is 0."""
    parameters = mg.Var(8.0), mg.Var(4.0)
    q = mg.Transformed(mg.Normal(*parameters), mg.TanhTransform())
    same = mg.Transformed(mg.Normal(8.0, 4.0), mg.TanhTransform())
    bound = mg.elbo(same.log_prob, q, rng(), 500, stick_the_landing=True)
    assert abs(bound.value) < 1e-12
    np.testing.assert_allclose(mg.grad(bound, parameters), 0.0, atol=1e-12)


def test_the_upper_tail_of_a_beta():
    """E log(1 - z) = -1/b: of the numbers 1 - z has lost its digits, and the estimate says so."""

    def of_numbers(b):
        return mg.Beta(1.0, b), lambda z: mg.log1p(-z)

    def of_digits(b):
        return mg.Beta(1.0, b), mg.log_complement_of

    rough = mg.pathwise(of_numbers, (0.1,), 5_000, 0)
    assert "draws rounded to the edge" in str(rough) and "mg.log_complement_of" in str(rough)
    fine = mg.pathwise(of_digits, (0.1,), 40_000, 0)
    assert not fine.warnings and np.all(np.abs(fine.z_scores([-10.0, 100.0])) < 5.0)
    lower = mg.pathwise(lambda a: (mg.Gamma(a, 1.0), mg.log_of), (0.001,), 10_000, 0)
    assert abs(lower.z_scores([-1000.5755719, 1e6])[0]) < 5.0


def test_what_is_known_of_a_draw_survives_walls_and_shapes():
    b = mg.Var(np.full((2, 3), 0.01))
    q = mg.Beta(1.0, b)
    z = q.rsample(rng(), 50)
    whole = mg.log_complement_of(z).value
    assert whole.min() < -50.0
    for other, expected in (
        (z[:, 1], whole[:, 1]),
        (mg.reshape(z, (50, 6)), whole.reshape(50, 6)),
        (mg.stop_gradient(z), whole),
        (mg.swapaxes(z, 1, 2), whole.swapaxes(1, 2)),
        (q.sample(rng(), 50), whole),
    ):
        np.testing.assert_array_equal(mg.log_complement_of(other).value, expected)
    assert not mg.log_complement_of(mg.stop_gradient(z)).requires_grad
    # and of other numbers it is the logarithm
    assert mg.log_complement_of(0.25) == math.log(0.75) and mg.log_of(0.25) == math.log(0.25)


def test_a_probability_that_has_rounded_is_not_one():
    """clip by the user's own hand is no rounding: what lies beyond its ends is lost."""
    y = mg.Var(50.0)
    assert mg.log_complement_of(mg.clip(mg.sigmoid(y), 0.0, 0.9)).value == pytest.approx(
        math.log(0.1), rel=1e-14
    )
