"""Estimators of ∇E[f(z)]: their means against closed forms, their variances against theory.

The variance of one sample's gradient is exact, by quadrature over the estimator's own draws. That
(standard error)² · samples is that variance, `test_honest` shows for each estimator. The variances
of (z - k)² and of coins are in `tests/support/calibration.py`.
"""

import math
from functools import partial

import numpy as np
import pytest

import minigrad as mg
from tests.support.estimator_problems import K, quadratic, sine, step
from tests.support.one_sample import moments_of_one

MU, SIGMA = 1.0, 1.3
SAMPLES = 200_000
M = MU - K


def variances(estimate, group=1):
    return [se**2 * estimate.samples / group for se in estimate.grad_ses]


def assert_moments(estimator, problem, params, means, variances, nodes, **options):
    found = moments_of_one(estimator, problem, params, nodes, **options)
    np.testing.assert_allclose(found, (means, variances), rtol=1e-8, atol=1e-12)


def assert_means(estimate, truth):
    """|z| < 5, and a fault of 3 % in a gradient would be seen: it is 5 standard errors at least."""
    scores = estimate.z_scores(truth)
    assert all(np.all(np.abs(z) < 5.0) for z in scores), scores
    for t, se in zip(truth[-len(estimate.grads) :], estimate.grad_ses, strict=True):
        assert np.any(0.03 * np.abs(t) > 5.0 * np.asarray(se))


QUADRATIC_TRUTH = (M**2 + SIGMA**2, 2 * M, 2 * SIGMA)


def by_hand(z, mu, sigma, baseline):
    """The gradients from each row of z, as NumPy has them: every baseline leaves its sample out."""
    f = np.square(z - K)
    rows = []
    for s in ((z - mu) / sigma**2, ((z - mu) ** 2 / sigma**2 - 1.0) / sigma):
        w = s * s if baseline == "optimal" else np.ones(z.shape)
        others = w.sum(axis=1, keepdims=True) - w
        b = ((w * f).sum(axis=1, keepdims=True) - w * f) / others
        rows.append(((f - b) * s).mean(axis=1))
    return np.array(rows)


@pytest.mark.parametrize("baseline", ["mean", "optimal"])
def test_baselines_leave_one_out(baseline):
    """Eight samples: a baseline that knew its own sample gave 2.09 and 1.44 where 2.40 is true.

    The estimator is `by_hand` on its own draws, to rounding; so what is true of one is of both.
    """
    seen = []

    def problem(mu, sigma):
        return mg.Normal(mu, sigma), lambda z: seen.append(z.value) or mg.square(z - K)

    estimate = mg.score_function(problem, (MU, 1.2), 8 * 32, 3, baseline=baseline, chunk=8)
    rows = by_hand(np.array(seen), MU, 1.2, baseline)
    assert rows.shape == (2, 32)
    np.testing.assert_allclose(estimate.grads, rows.mean(axis=1), rtol=1e-12)
    errors = rows.std(axis=1, ddof=1) / math.sqrt(32)
    np.testing.assert_allclose(estimate.grad_ses, errors, rtol=1e-12)

    rows = by_hand(np.random.default_rng(3).normal(MU, 1.2, (20_000, 8)), MU, 1.2, baseline)
    errors = rows.std(axis=1) / math.sqrt(20_000)
    assert np.all(np.abs(rows.mean(axis=1) - (2 * M, 2.4)) < 5.0 * errors)
    naive = 2.09 if baseline == "mean" else 1.44
    assert rows[1].mean() - naive > 5.0 * errors[1]


PAIRS = {"unit": 2, "antithetic": True}


def test_antithetic_pairs():
    estimate = mg.pathwise(quadratic, (MU, SIGMA), SAMPLES, 4, antithetic=True)
    assert estimate.z_scores((2 * M, 2 * SIGMA))[0] == pytest.approx(0.0, abs=1.0)
    assert abs(estimate.z_scores((2 * M, 2 * SIGMA))[1]) < 5.0
    truth = QUADRATIC_TRUTH[1:], (0.0, 8 * SIGMA**2)
    assert_moments(mg.pathwise, quadratic, (MU, SIGMA), *truth, 4, **PAIRS)


@pytest.mark.parametrize("ratio", [1.8, 2.2])
def test_antithetic_pairs_can_do_harm(ratio):
    """∂σ of (z - k)²: 8σ² a pair, against 2m² + 4σ² of two independent draws."""
    at = K + math.sqrt(ratio) * SIGMA, SIGMA
    _, pair = moments_of_one(mg.pathwise, quadratic, at, 4, **PAIRS)
    _, alone = moments_of_one(mg.pathwise, quadratic, at, 4)
    two = 2 * SIGMA**2, (2 * ratio + 4) * SIGMA**2
    np.testing.assert_allclose((alone / 2, pair), (two, (0.0, 8 * SIGMA**2)), rtol=1e-9, atol=1e-12)
    assert (pair[1] > alone[1] / 2) == (ratio < 2.0)


def test_antithetic_noise_of_what_is_not_symmetric():
    """Mirrored through the distribution function: the mean stays right."""

    def problem(scale):
        return mg.Gumbel(0.0, scale), mg.square

    truth = math.pi**2 / 6 + np.euler_gamma**2
    estimate = mg.pathwise(problem, (2.0,), 400_000, 5, antithetic=True)
    assert_means(estimate, (4.0 * truth, 4.0 * truth))


def test_minus_eps_of_what_is_not_symmetric_is_wrong():
    """E z² of Gumbel(1, 1) is (1 + γ)² + π²/6 = 4.13; -ε, not its mirror, would give 2.98."""

    class Negated(mg.Gumbel):
        _law = mg.Normal._law._replace(draw=mg.Gumbel._law.draw)

    right, wrong = (
        mg.pathwise(
            lambda loc, cls=cls: (cls(loc, 1.0), mg.square), (1.0,), 400_000, 5, antithetic=True
        )
        for cls in (mg.Gumbel, Negated)
    )
    truth = (1.0 + np.euler_gamma) ** 2 + math.pi**2 / 6, 2.0 * (1.0 + np.euler_gamma)
    assert_means(right, truth)
    assert round(wrong.value, 2) == 2.98 and abs(wrong.z_scores(truth)[0]) > 100.0


A = 0.5


def exponential(mu, sigma):
    return mg.Normal(mu, sigma), lambda z: mg.exp(A * z)


def test_of_an_exponential():
    t = (A * SIGMA) ** 2
    p, q = math.exp(2 * A * MU + t), math.exp(2 * A * MU + 2 * t)
    mean = math.exp(A * MU + t / 2)
    truth = (mean, A * mean, A**2 * SIGMA * mean)
    path = A**2 * p * (math.exp(t) - 1), A**2 * q * (1 + 4 * t) - A**2 * t * p
    of_sigma = q * (16 * t * t + 16 * t + 2) / SIGMA**2 - A**2 * t * p
    score = q * (1 + 4 * t) / SIGMA**2 - A**2 * p, of_sigma
    where = exponential, (MU, SIGMA)
    assert_means(mg.pathwise(*where, SAMPLES, 6), truth)
    estimate = mg.score_function(*where, SAMPLES, 6)
    assert max(map(abs, estimate.z_scores(truth))) < 5.0
    for estimator, variance in ((mg.pathwise, path), (mg.score_function, score)):
        assert_moments(estimator, *where, truth[1:], variance, 50)


def cosine(k, mu, sigma):
    return mg.Normal(mu, sigma), lambda z: mg.cos(k * z)


def cosine_variances(k, mu=1.0, sigma=1.0):
    """Pathwise ∂μ, ∂σ, then score function ∂μ, ∂σ."""
    u = (k * sigma) ** 2
    c = math.exp(-2 * u) * math.cos(2 * k * mu)
    a = k**2 * math.exp(-u) * math.sin(k * mu) ** 2
    b = k**2 * u * math.exp(-u) * math.cos(k * mu) ** 2
    path = k**2 * (1 - c) / 2 - a, k**2 * (1 - (1 - 4 * u) * c) / 2 - b
    of_mu = (1 + (1 - 4 * u) * c) / (2 * sigma**2) - a
    return path, (of_mu, (2 + (16 * u * u - 16 * u + 2) * c) / (2 * sigma**2) - b)


@pytest.mark.parametrize("k", [0.7, 5.0])
def test_of_a_cosine(k):
    path, score = cosine_variances(k)
    d = math.exp(-k * k / 2)
    gradient = -k * d * math.sin(k), -k * k * d * math.cos(k)
    where = partial(cosine, k), (1.0, 1.0)
    for estimator, variance in ((mg.pathwise, path), (mg.score_function, score)):
        estimate = estimator(*where, SAMPLES, 7)
        assert max(map(abs, estimate.z_scores(gradient))) < 5.0
        assert_moments(estimator, *where, gradient, variance, 100)


def test_where_the_score_function_wins():
    for k, smaller in ((1.063775, "pathwise"), (1.063785, "score")):
        (path, _), (score, _) = cosine_variances(k)
        assert (path < score) == (smaller == "pathwise")
    (path, _), (score, _) = cosine_variances(5.0)
    assert (round(path, 1), round(score, 1)) == (12.5, 0.5)


def test_differences_of_fresh_noise():
    """The variance is Var f / (2 h²) to leading order."""
    h = 0.01
    how = {"step": h, "common_noise": False}
    estimate = mg.finite_difference(quadratic, (MU, SIGMA), SAMPLES, 8, **how)
    assert max(map(abs, estimate.z_scores((2 * M, 2 * SIGMA)))) < 5.0
    where = mg.finite_difference, quadratic, (MU, SIGMA)
    means, found = moments_of_one(*where, 3, calls=5, **how)  # of f, and of four ends
    np.testing.assert_allclose(means, QUADRATIC_TRUTH[1:], rtol=1e-9)
    of_f = 4 * M**2 * SIGMA**2 + 2 * SIGMA**4
    np.testing.assert_allclose(found, 2 * [of_f / (2 * h * h)], rtol=5e-4)


def test_the_first_reference_program():
    """E[sin z], μ = 0.7, σ = 1.2, S = 20,000: the row "sin kz" with k = 1."""
    d = math.exp(-0.72)
    truth = d * math.sin(0.7), d * math.cos(0.7), -1.2 * d * math.sin(0.7)
    for estimate in (
        mg.pathwise(sine, (0.7, 1.2), 20_000, 0),
        mg.finite_difference(sine, (0.7, 1.2), 20_000, 1, step=1e-4),
    ):
        assert max(map(abs, estimate.z_scores(truth))) < 5.0


def test_the_second_reference_program():
    """E[Σ tanh zᵢ] in five dimensions: the truth is a trapezoid for each."""
    mu = np.array([0.0, 0.5, -1.0, 0.3, 1.2])
    sigma = np.array([1.0, 0.8, 0.5, 1.5, 0.7])

    def problem(loc, scale):
        return mg.Normal(loc, scale), lambda z: mg.tanh(z).sum(axis=-1)

    eps = np.linspace(-10.0, 10.0, 201)[:, None]
    weights = np.exp(-0.5 * eps**2) / np.sum(np.exp(-0.5 * eps**2))
    f = np.tanh(mu + sigma * eps)
    sech2 = weights * (1.0 - f**2)
    truth = np.sum(weights * f), np.sum(sech2, axis=0), np.sum(eps * sech2, axis=0)
    estimate = mg.pathwise(problem, (mu, sigma), 10_000, 2)
    assert all(np.all(np.abs(z) < 5.0) for z in estimate.z_scores(truth))


def test_differences_of_common_noise_are_pathwise():
    options = {"params": (MU, SIGMA), "samples": 20_000, "rng": 9}
    path = mg.pathwise(quadratic, **options)
    np.testing.assert_allclose(mg.finite_difference(quadratic, **options).grads, path.grads, 1e-10)
    path = mg.pathwise(sine, **options)
    near = mg.finite_difference(sine, step=1e-4, **options)
    assert 1.0 - near.grads[0] / path.grads[0] == pytest.approx(1.7e-9, rel=0.03)  # h²/6
    path = mg.pathwise(exponential, **options)
    gaps = []
    for h in (0.02, 0.04):
        near = mg.finite_difference(exponential, step=h, **options)
        gaps.append(np.abs(np.subtract(near.grads, path.grads)))
    np.testing.assert_allclose(gaps[1] / gaps[0], 4.0, rtol=1e-3)


def test_pathwise_is_wrong_about_a_step():
    truth = math.exp(-0.5 * ((MU - 1.0) / SIGMA) ** 2) / math.sqrt(2 * math.pi) / SIGMA
    with pytest.warns(UserWarning, match="exactly 0.*score_function"):
        assert mg.pathwise(step, (MU, SIGMA), 1_000, 10).grads == (0.0, 0.0)
    for estimator in (mg.score_function, mg.measure_valued):
        estimate = estimator(step, (MU, SIGMA), 1_000_000, 10)
        assert abs(estimate.z_scores((truth, 0.0))[0]) < 5.0
        assert abs(estimate.z_scores((0.97 * truth, 0.0))[0]) > 5.0


def test_of_vectors():
    """A diagonal and a full covariance against closed forms, and an f that uses the parameters."""
    k, a = 1.0, 0.4
    mu, sigma = np.array([0.5, -0.3]), np.array([0.7, 1.1])
    factor = np.array([[0.8, 0.0], [0.3, 0.6]])

    def diagonal(loc, scale):
        q = mg.Independent(mg.Normal(loc, scale), 1)
        return q, lambda z: mg.sin(k * z).sum(axis=-1) + a * scale.sum()

    d = np.exp(-0.5 * (k * sigma) ** 2)
    truth = (k * d * np.cos(k * mu), a - k * k * sigma * d * np.sin(k * mu))
    for estimator in (mg.pathwise, mg.score_function, mg.measure_valued, mg.finite_difference):
        samples = 400_000 if estimator is mg.score_function else 100_000
        assert_means(estimator(diagonal, (mu, sigma), samples, 11), truth)

    def full(loc, lower):
        q = mg.MultivariateNormal(loc, scale_tril=mg.tril(lower))
        return q, lambda z: mg.exp(a * z.sum(axis=-1))

    ones = a * np.ones(2)
    mean = math.exp(ones @ mu + 0.5 * np.sum((factor.T @ ones) ** 2))
    of_factor = mean * np.tril(np.outer(ones, ones) @ factor)
    for estimator in (mg.pathwise, mg.score_function):
        estimate = estimator(full, (mu, factor), 600_000, 12)
        scores = estimate.z_scores((mean, mean * ones, of_factor))
        assert max(np.max(np.abs(z)) for z in scores) < 5.0
        assert estimate.grads[1][0, 1] == estimate.grad_ses[1][0, 1] == 0.0


def test_of_discrete_outcomes():
    """Bernoulli, f = (b - t)²: the gradient with respect to the logit is p (1 - p) (1 - 2t)."""
    p, t = 0.3, 0.2

    def coin(logit):
        return mg.Bernoulli(logits=logit), lambda b: mg.square(b - t)

    truth = (p * (1 - p) * (1 - 2 * t),)
    logit = math.log(p / (1 - p))
    for baseline, samples in ((None, 400_000), ("mean", 400_000), ("optimal", 2_000)):
        estimate = mg.score_function(coin, (logit,), samples, 13, baseline=baseline)
        assert_means(estimate, truth)
    estimate = mg.finite_difference(coin, (logit,), 400_000, 13, step=0.5, common_noise=False)
    ends = [1 / (1 + math.exp(-logit - h)) for h in (0.5, -0.5)]
    slope = (ends[0] - ends[1]) * ((1 - t) ** 2 - t**2)
    assert_means(estimate, (slope,))
    for estimator in (mg.pathwise, mg.finite_difference):
        with pytest.raises(TypeError, match="Bernoulli has no rsample: use mg.score_function"):
            estimator(coin, (logit,), 1_000, 13)


@pytest.mark.parametrize(
    ("estimator", "samples"),
    [(mg.pathwise, 400_000), (mg.score_function, 2_000_000), (mg.measure_valued, 200_000)],
)
def test_a_fault_of_3_percent_is_noticed(estimator, samples):
    estimate = estimator(quadratic, (MU, SIGMA), samples, 14)
    assert_means(estimate, QUADRATIC_TRUTH)
    for i in range(2):
        wrong = list(QUADRATIC_TRUTH[1:])
        wrong[i] *= 1.03
        assert abs(estimate.z_scores(wrong)[i]) > 5.0


def test_a_step_lost_in_rounding_is_refused():
    def problem(mu):
        return mg.Normal(mu, 1.0), mg.sin

    with pytest.raises(ValueError, match=r"step 0.0001 is lost in rounding at 1e\+13, parameter 0"):
        mg.finite_difference(problem, [1e13], samples=64, rng=0)
