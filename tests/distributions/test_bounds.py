"""The bounds on the 1-D VAE, whose truths are known by hand: values, gradients, variances."""

import math

import numpy as np
import pytest

import minigrad as mg
from tests.support.zscores import assert_mean, assert_variance, z_scores

DRAWS = 1_000_000
PRIOR = mg.Normal(0.0, 1.0)
X, S, W, B = 2.0, 0.7, 1.3, 0.4  # datum, observation noise, decoder's weight and bias
C = W * W + S * S  # the variance of x
M_STAR, S_STAR = W * (X - B) / C, S / math.sqrt(C)
LOG_EVIDENCE = -0.5 * math.log(2 * math.pi * C) - (X - B) ** 2 / (2 * C)


def likelihood(z, w=W, b=B):
    return mg.Normal(w * z + b, S).log_prob(X)


def joint(z):
    return likelihood(z) + PRIOR.log_prob(z)


def loss_of(m, s):
    """J, and its derivatives with respect to m, σ, w and b."""
    r = W * m + B - X
    kl = 0.5 * (m * m + s * s - 1 - 2 * math.log(s))
    value = (r * r + W * W * s * s) / (2 * S * S) + kl + 0.5 * math.log(2 * math.pi * S * S)
    slopes = W * r / S**2 + m, W * W * s / S**2 + s - 1 / s, (m * r + W * s * s) / S**2, r / S**2
    return value, slopes


@pytest.mark.parametrize("closed", [False, True])
def test_the_vae_s_loss_and_gradients(closed):
    """A batch of many q, one draw each: the bound is their sum, the gradients come draw by draw."""
    m, s = 0.3, 0.8
    leaves = [mg.Var(np.full(DRAWS, x)) for x in (m, s, W, B)]
    mu, sigma, w, b = leaves
    q = mg.Normal(mu, sigma)
    kl = mg.kl_divergence(q, PRIOR) if closed else None

    def log_joint(z):
        fit = likelihood(z, w, b)
        return fit if closed else fit + PRIOR.log_prob(z)

    bound = mg.elbo(log_joint, q, np.random.default_rng(0), kl=kl)
    value, slopes = loss_of(m, s)
    assert bound.shape == ()
    assert -bound.value / DRAWS == pytest.approx(value, rel=0.01)
    for found, truth in zip(mg.grad(-bound, leaves), slopes, strict=True):
        assert_mean(found, truth)


@pytest.mark.parametrize("wide", [True, False])
def test_the_best_decoder_of_a_dataset(wide):
    """b = x̄, w² = max(0, V - s²), slope w/(w² + s²): J* = ½ log 2πc + V/2c, c = max(V, s²)."""
    data = (3.0 if wide else 0.3) * np.random.default_rng(11).normal(size=50) + 1.5
    v = np.var(data)
    assert (v > S**2) == wide
    best = math.sqrt(max(0.0, v - S**2))
    c = best**2 + S**2
    leaves = [mg.Var(x) for x in (best, np.mean(data), best / c, S / math.sqrt(c))]
    w, b, slope, sigma = leaves
    m = slope * (data - b)
    kl = mg.kl_divergence(mg.Normal(m, sigma), PRIOR)
    square = mg.square(w * m + b - data) + mg.square(w * sigma)
    loss = mg.mean(square / (2.0 * S**2) + kl) + 0.5 * math.log(2 * math.pi * S**2)
    c = max(v, S**2)
    assert loss.value == pytest.approx(0.5 * math.log(2 * math.pi * c) + v / (2 * c), rel=1e-12)
    assert mg.grad(loss, leaves) == pytest.approx((0.0,) * 4, abs=1e-12)


def test_one_datum_and_a_free_decoder_collapse():
    """w = m = 0, σ = 1, b = x is where all gradients vanish."""
    leaves = [mg.Var(x) for x in (0.0, 1.0, 0.0, X)]
    m, sigma, w, b = leaves
    square = mg.square(w * m + b - X) + mg.square(w * sigma)
    loss = square / (2.0 * S**2) + mg.kl_divergence(mg.Normal(m, sigma), PRIOR)
    assert loss.value == 0.0 and mg.grad(loss, leaves) == (0.0,) * 4


def test_at_the_posterior_every_draw_gives_the_evidence():
    q = mg.Normal(mg.Var(M_STAR), mg.Var(S_STAR))
    rng = np.random.default_rng(1)
    for _ in range(20):
        assert mg.elbo(joint, q, rng).value == pytest.approx(LOG_EVIDENCE, rel=1e-13)
    assert -loss_of(M_STAR, S_STAR)[0] == pytest.approx(LOG_EVIDENCE, rel=1e-13)
    assert loss_of(M_STAR, S_STAR)[1][:2] == pytest.approx((0.0, 0.0), abs=1e-13)


def test_at_the_posterior_the_closed_kl_still_has_a_noisy_gradient():
    mu = mg.Var(np.full(DRAWS, M_STAR))
    q = mg.Normal(mu, S_STAR)
    bound = mg.elbo(likelihood, q, np.random.default_rng(2), kl=mg.kl_divergence(q, PRIOR))
    assert_variance(mg.grad(bound, [mu])[0], W**4 * S_STAR**2 / S**4)


def test_sticking_the_landing():
    """-ELBO with a standard normal as the joint is KL(q ‖ N(0, 1)), whose variances are known."""
    m, s = 0.8, 0.6
    mu, sigma = mg.Var(np.full(DRAWS, m)), mg.Var(np.full(DRAWS, s))
    rng = np.random.default_rng(3)
    kl = -mg.elbo(PRIOR.log_prob, mg.Normal(mu, sigma), rng, stick_the_landing=True)
    of_mu, of_sigma = mg.grad(kl, [mu, sigma])
    assert_mean(of_mu, m)
    assert_variance(of_mu, (s - 1 / s) ** 2)
    assert_mean(of_sigma, s - 1 / s)
    assert_variance(of_sigma, m * m + 2 * (s - 1 / s) ** 2)


def test_sticking_the_landing_is_still_at_the_posterior():
    mu, sigma = mg.Var(M_STAR), mg.Var(S_STAR)
    q = mg.Normal(mu, sigma)
    rng = np.random.default_rng(4)
    still = mg.grad(mg.elbo(joint, q, rng, samples=9, stick_the_landing=True), [mu, sigma])
    assert still == pytest.approx((0.0, 0.0), abs=1e-12)
    assert abs(mg.grad(mg.elbo(joint, q, rng, samples=9), [mu, sigma])[0]) > 1e-2


def test_samples_are_averaged_and_the_batch_is_summed():
    mu = mg.Var([0.1, -0.4, 0.9])
    q = mg.Normal(mu, 0.5)
    z = q.rsample(np.random.default_rng(5), 7).value
    truth = np.sum(np.mean(joint(z) - q.log_prob(z).value, axis=0))

    def summed(z):
        return mg.sum(joint(z), axis=-1)

    for log_joint in (joint, summed):
        bound = mg.elbo(log_joint, q, np.random.default_rng(5), samples=7)
        assert bound.value == pytest.approx(truth, rel=1e-13)
    kl = mg.kl_divergence(q, PRIOR)
    fit = np.sum(np.mean(likelihood(z), axis=0))
    for given in (kl, mg.sum(kl)):
        bound = mg.elbo(likelihood, q, np.random.default_rng(5), samples=7, kl=given)
        assert bound.value == pytest.approx(fit - np.sum(kl.value), rel=1e-13)


def test_one_sample_has_no_axis_of_its_own():
    shapes = []

    def log_joint(z):
        shapes.append(z.shape)
        return mg.sum(PRIOR.log_prob(z), axis=-1)

    q = mg.MultivariateNormal(np.zeros(2), scale_tril=mg.Var(np.eye(2)))
    for samples in (1, 4):
        mg.elbo(log_joint, q, np.random.default_rng(0), samples)
    assert shapes == [(2,), (4, 2)]


# -------------------------------------------------------------------------------------------- IWAE


def bounds_of(samples, m=0.3, s=0.8, count=20_000, **how):
    """Many bounds at once, as a batch: their sum, and the leaves m and σ of each, w and b."""
    leaves = [mg.Var(np.full(count, x)) for x in (m, s, W, B)]
    mu, sigma, w, b = leaves

    def log_joint(z):
        return likelihood(z, w, b) + PRIOR.log_prob(z)

    return mg.iwae(
        log_joint, mg.Normal(mu, sigma), np.random.default_rng(8), samples, **how
    ), leaves


def test_iwae_lies_between_the_elbo_and_the_evidence():
    found = [bounds_of(k)[0].value / 20_000 for k in (1, 2, 8, 64)]
    assert found[0] == pytest.approx(-loss_of(0.3, 0.8)[0], abs=0.05)
    assert np.all(np.diff([*found, LOG_EVIDENCE]) > 0.0)
    assert found[-1] == pytest.approx(LOG_EVIDENCE, abs=0.02)


def test_iwae_is_the_log_of_the_mean_weight():
    q = mg.Normal(mg.Var([0.1, -0.4, 0.9]), 0.5)
    z = q.rsample(np.random.default_rng(5), 7).value
    w = np.exp(joint(z) - q.log_prob(z).value)
    truth = np.sum(np.log(np.mean(w, axis=0)))
    for double in (False, True):
        found = mg.iwae(joint, q, np.random.default_rng(5), 7, doubly_reparameterized=double)
        assert found.shape == () and found.value == pytest.approx(truth, rel=1e-13)
        whole = mg.iwae(
            lambda z: mg.sum(joint(z), -1), q, np.random.default_rng(5), 7, double
        )  # the batch as one outcome: its weights are multiplied before they are averaged
        assert whole.value == pytest.approx(np.log(np.mean(np.prod(w, axis=1))), rel=1e-13)
        field = mg.iwae(
            lambda z: mg.sum(joint(z), -1),
            mg.Independent(q, 1),
            np.random.default_rng(5),
            7,
            double,
        )
        assert field.value == pytest.approx(whole.value, rel=1e-13)


@pytest.mark.parametrize("double", [False, True])
def test_one_sample_is_the_elbo(double):
    q = mg.Normal(mg.Var(0.3), mg.Var(0.8))
    one = mg.iwae(joint, q, np.random.default_rng(9), 1, doubly_reparameterized=double)
    elbo = mg.elbo(joint, q, np.random.default_rng(9), stick_the_landing=double)
    parameters = [q.loc, q.scale]
    assert one.value == elbo.value
    assert mg.grad(one, parameters) == mg.grad(elbo, parameters)


def slopes_of_two(m, s, h=1e-5):
    """The derivatives of the bound of two samples by m and σ: a trapezoid over both noises."""
    x = np.linspace(-9.0, 9.0, 181)
    density = np.exp(-0.5 * (x**2 + x[:, None] ** 2))

    def bound(m, s):
        z = m + s * x
        log_w = joint(z) - mg.Normal(m, s).log_prob(z)
        both = np.logaddexp(log_w, log_w[:, None]) - math.log(2.0)
        return np.sum(density * both) / np.sum(density)

    of_m, of_s = bound(m + h, s) - bound(m - h, s), bound(m, s + h) - bound(m, s - h)
    return of_m / (2.0 * h), of_s / (2.0 * h)


@pytest.mark.parametrize("double", [False, True])
def test_iwae_gradients_have_the_mean_they_should(double):
    m, s = 0.0, 0.5
    bound, leaves = bounds_of(2, m, s, count=500_000, doubly_reparameterized=double)
    for found, truth in zip(mg.grad(bound, leaves[:2]), slopes_of_two(m, s), strict=True):
        assert_mean(found, truth)


def test_the_doubly_reparameterised_gradient_is_less_noisy():
    """Of q's parameters; that of the model's is the very same."""
    (plain, leaves), (double, others) = (
        bounds_of(8, doubly_reparameterized=x) for x in (False, True)
    )
    assert double.value == plain.value
    slopes, twice = mg.grad(plain, leaves), mg.grad(double, others)
    for one, two in zip(slopes[:2], twice[:2], strict=True):
        assert np.max(np.abs(z_scores(one - two, 0.0))) < 5.0
        assert np.var(two) < 0.5 * np.var(one)
    for one, two in zip(slopes[2:], twice[2:], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)


def test_doubly_reparameterised_it_is_still_at_the_posterior():
    mu, sigma = mg.Var(M_STAR), mg.Var(S_STAR)
    q = mg.Normal(mu, sigma)
    for double in (False, True):
        bound = mg.iwae(joint, q, np.random.default_rng(4), 9, doubly_reparameterized=double)
        assert bound.value == pytest.approx(LOG_EVIDENCE, rel=1e-13)
        size = np.max(np.abs(mg.grad(bound, [mu, sigma])))
        assert size < 1e-12 if double else size > 1e-2


def test_iwae_refuses_a_joint_that_draws_its_own_noise():
    rng = np.random.default_rng(0)
    q = mg.Normal(mg.Var(0.0), 1.0)
    with pytest.raises(ValueError, match="iwae: log_joint.z. differs from call to call"):
        mg.iwae(lambda z: joint(z) + rng.normal(), q, rng, 4, doubly_reparameterized=True)


def test_the_posterior_of_a_linear_decoder():
    """M = WᵀW + s²I: mean M⁻¹Wᵀ(x - b), covariance s²M⁻¹, evidence N(b, WWᵀ + s²I)."""
    rng = np.random.default_rng(12)
    w, b, x = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=3)
    m = w.T @ w + S**2 * np.eye(2)
    loc, covariance = np.linalg.solve(m, w.T @ (x - b)), S**2 * np.linalg.inv(m)
    q = mg.MultivariateNormal(mg.Var(loc), covariance_matrix=0.5 * (covariance + covariance.T))
    evidence = mg.MultivariateNormal(b, covariance_matrix=w @ w.T + S**2 * np.eye(3)).log_prob(x)

    def log_joint(z):
        prior = mg.sum(PRIOR.log_prob(z), axis=-1)
        return prior + mg.sum(mg.Normal(mg.matmul(z, w.T) + b, S).log_prob(x), axis=-1)

    assert mg.elbo(log_joint, q, rng, 5).value == pytest.approx(evidence, rel=1e-12)


def test_a_full_posterior_touches_the_evidence():
    """A linear model with two latents: q at the exact posterior, which mean field can't reach."""
    w, noise = np.array([1.2, -0.8]), 0.5
    precision = np.eye(2) + np.outer(w, w) / noise**2
    loc = np.linalg.solve(precision, w * X / noise**2)
    q = mg.MultivariateNormal(mg.Var(loc), covariance_matrix=np.linalg.inv(precision))
    evidence = mg.Normal(0.0, math.sqrt(w @ w + noise**2)).log_prob(X)

    def log_joint(z):
        prior = mg.sum(PRIOR.log_prob(z), axis=-1)
        return prior + mg.Normal(mg.matmul(z, w), noise).log_prob(X)

    for samples in (1, 5):
        bound = mg.elbo(log_joint, q, np.random.default_rng(6), samples)
        assert bound.value == pytest.approx(evidence, rel=1e-12)
    diagonal = np.diag(precision)
    field = mg.Independent(mg.Normal(loc, 1.0 / np.sqrt(diagonal)), 1)
    gap = 0.5 * (np.sum(np.log(diagonal)) - np.linalg.slogdet(precision)[1])
    kl = mg.kl_divergence(field, mg.Independent(mg.Normal(np.zeros(2), np.ones(2)), 1))
    bound = mg.elbo(
        lambda z: log_joint(z) - mg.sum(PRIOR.log_prob(z), -1),
        field,
        np.random.default_rng(7),
        200_000,
        kl=kl,
    )
    assert bound.value == pytest.approx(evidence - gap, rel=0.01)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda q, rng: mg.elbo(mg.sum, q, rng, samples=4),
            ValueError,
            r"log_joint\(z\) has shape \(\), not \(4, 2\) or \(4,\): one number per draw",
        ),
        (
            lambda q, rng: mg.elbo(joint, q, rng, kl=np.zeros(3)),
            ValueError,
            r"kl has shape \(3,\), not \(2,\) or \(\)",
        ),
        (
            lambda q, rng: mg.elbo(joint, q, rng, kl=0.0, stick_the_landing=True),
            ValueError,
            "stick_the_landing is for a sampled log q, which kl= replaces",
        ),
        (lambda q, rng: mg.elbo(joint, q, rng, samples=0), ValueError, "1 or more, not 0"),
        (
            lambda q, rng: mg.iwae(mg.sum, q, rng, 4),
            ValueError,
            r"iwae: log_joint\(z\) has shape \(\), not \(4, 2\) or \(4,\): one number per draw",
        ),
        (lambda q, rng: mg.iwae(joint, q, rng, 0), ValueError, "1 or more, not 0"),
        (lambda q, rng: mg.iwae(joint, q, rng, 2.5), TypeError, "samples is an int, not float 2.5"),
        (lambda q, rng: mg.iwae(q, joint, rng, 4), TypeError, "iwae takes a function log_joint"),
        (lambda q, rng: mg.elbo(q, joint, rng), TypeError, "then the distribution q of z"),
        (lambda q, rng: mg.elbo(joint, q, 0), TypeError, "not int 0"),
        (lambda q, rng: mg.elbo(lambda z: None, q, rng), TypeError, "real numbers, not NoneType"),
    ],
)
def test_what_is_refused(call, error, said):
    q = mg.Normal(mg.Var([0.0, 1.0]), 1.0)
    with pytest.raises(error, match=said):
        call(q, np.random.default_rng(0))
