"""LowRankMultivariateNormal, MultivariateNormal by its precision, LKJCholesky."""

import math

import mpmath
import numpy as np
import pytest
from scipy import stats

import minigrad as mg
from tests.support.quadrature import levels
from tests.support.zscores import assert_variance, z_scores

rng = np.random.default_rng(0)
LOC, FACTOR = rng.normal(size=4), rng.normal(size=(4, 2))
DIAG = np.array([0.5, 1.0, 2.0, 0.1])
SIGMA = FACTOR @ FACTOR.T + np.diag(DIAG)
Z = rng.normal(size=(5, 4))
LOW_RANK = mg.LowRankMultivariateNormal(LOC, FACTOR, DIAG)

# ---------------------------------------------------------------------------------------- low rank


def test_low_rank_against_scipy():
    truth = stats.multivariate_normal(LOC, SIGMA)
    np.testing.assert_allclose(LOW_RANK.log_prob(Z), truth.logpdf(Z), rtol=1e-12)
    assert LOW_RANK.entropy() == pytest.approx(truth.entropy(), rel=1e-13)
    np.testing.assert_allclose(LOW_RANK.covariance_matrix, SIGMA, rtol=1e-13)
    np.testing.assert_allclose(LOW_RANK.variance, np.diag(SIGMA), rtol=1e-13)
    np.testing.assert_array_equal(LOW_RANK.mean, LOC)
    np.testing.assert_array_equal(LOW_RANK.mode, LOC)


def test_low_rank_draws():
    noise = LOW_RANK.noise(np.random.default_rng(0), 200_000)
    assert noise.shape == (200_000, 6)
    z = LOW_RANK.transform(noise).value - LOC
    products = z[:, :, None] * z[:, None, :]
    assert np.max(np.abs(z_scores(products, SIGMA))) < 5.0
    with pytest.raises(ValueError, match=r"must end in batch_shape \+ its noise's shape = \(6,\)"):
        LOW_RANK.transform(np.zeros(4))


def test_low_rank_batches():
    locs, factors = np.stack([LOC, 2.0 * LOC]), np.stack([FACTOR, -0.5 * FACTOR])
    d = mg.LowRankMultivariateNormal(locs, factors, DIAG)
    assert (d.batch_shape, d.event_shape) == ((2,), (4,))
    z = d.rsample(np.random.default_rng(0), (3,))
    each = [mg.LowRankMultivariateNormal(m, w, DIAG) for m, w in zip(locs, factors, strict=True)]
    for i, one in enumerate(each):
        np.testing.assert_allclose(d.log_prob(z).value[:, i], one.log_prob(z.value[:, i]))
        assert d.entropy()[i] == pytest.approx(one.entropy())
    wide = LOW_RANK.expand((3, 2))
    assert wide.rsample(np.random.default_rng(0)).shape == (3, 2, 4)
    np.testing.assert_allclose(wide.log_prob(Z[0]), np.full((3, 2), LOW_RANK.log_prob(Z[0])))


def test_gradients_of_low_rank():
    def density(loc, w, d, z):
        return mg.LowRankMultivariateNormal(loc, w, d).log_prob(z)

    mg.check_gradients(density, LOC, FACTOR, DIAG, Z[:2], order=2)
    mg.check_gradients(
        lambda w, d: mg.LowRankMultivariateNormal(LOC, w, d).entropy(), FACTOR, DIAG, order=2
    )
    eps = np.random.default_rng(1).normal(size=6)
    mg.check_gradients(
        lambda m, w, d: mg.LowRankMultivariateNormal(m, w, d).transform(eps), LOC, FACTOR, DIAG
    )


@pytest.mark.parametrize("small", [1e-6, 1e-12, 1e-16])
def test_low_rank_keeps_its_digits_where_the_diagonal_is_small(small):
    """Woodbury's difference of large numbers would have none left."""
    z = LOC + FACTOR @ np.array([1.0, -0.5])
    with mpmath.workdps(80):
        w = mpmath.matrix(FACTOR.tolist())
        sigma = w * w.T + mpmath.diag((small * DIAG).tolist())
        gap = mpmath.matrix([mpmath.mpf(a) - mpmath.mpf(b) for a, b in zip(z, LOC, strict=True)])
        distance = (gap.T * (sigma**-1) * gap)[0]
        truth = -distance / 2 - mpmath.log(mpmath.det(sigma)) / 2 - 2 * mpmath.log(2 * mpmath.pi)
    d = mg.LowRankMultivariateNormal(LOC, FACTOR, small * DIAG)
    assert d.log_prob(z) == pytest.approx(float(truth), rel=1e-9)


def test_what_low_rank_refuses():
    for given, words in (
        ((LOC, FACTOR[:3], DIAG), r"not shapes \(4,\), \(3, 2\) and \(4,\)"),
        ((LOC, FACTOR, -DIAG), "cov_diag must be positive, not -0.5 at position"),
    ):
        with pytest.raises(ValueError, match=words):
            mg.LowRankMultivariateNormal(*given)


# --------------------------------------------------------------------------------------- precision

PRECISION = np.linalg.inv(SIGMA)


def test_a_normal_by_its_precision():
    d = mg.MultivariateNormal(LOC, precision_matrix=PRECISION)
    np.testing.assert_allclose(d.log_prob(Z), LOW_RANK.log_prob(Z), rtol=1e-11)
    np.testing.assert_allclose(d.covariance_matrix, SIGMA, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(np.triu(d.scale_tril, 1), np.zeros((4, 4)))
    assert d.precision_matrix is not None and np.array_equal(d.precision_matrix, PRECISION)
    again = mg.MultivariateNormal(LOC, covariance_matrix=SIGMA)
    np.testing.assert_allclose(again.precision_matrix, PRECISION, rtol=1e-9, atol=1e-12)
    stack = mg.MultivariateNormal(LOC, precision_matrix=np.stack([PRECISION, 2.0 * PRECISION]))
    assert stack.batch_shape == (2,)
    assert stack.log_prob(Z[0])[0] == pytest.approx(d.log_prob(Z[0]))
    wide = d.expand((3,))
    np.testing.assert_allclose(wide.precision_matrix, np.stack([PRECISION] * 3))


def test_gradients_through_a_precision():
    root = np.random.default_rng(2).normal(size=(3, 3))

    def made(x):
        precision = x @ mg.transpose(x) + np.eye(3)
        return mg.MultivariateNormal(np.zeros(3), precision_matrix=precision)

    mg.check_gradients(lambda x: made(x).log_prob(Z[:2, :3]), root, order=2)
    mg.check_gradients(lambda x: made(x).transform(Z[0, :3]), root)
    with pytest.raises(ValueError, match="precision_matrix: .*not positive definite"):
        mg.MultivariateNormal(np.zeros(3), precision_matrix=-np.eye(3))


# --------------------------------------------------------------------------------------------- LKJ

each_lkj = pytest.mark.parametrize(
    "d",
    [mg.LKJCholesky(n, eta) for n, eta in ((2, 0.4), (2, 1.7), (3, 1.0), (4, 0.6), (4, 2.5))],
    ids=repr,
)


@each_lkj
def test_factors_of_correlations(d):
    """Each correlation has (1 + r)/2 of Beta(η - 1 + dim/2): Lewandowski, Kurowicka, Joe (2009)."""
    k = d.dim * (d.dim - 1) // 2
    u = d.noise(np.random.default_rng(0), 20_000).value
    assert u.shape == (20_000, k) and stats.kstest(u.ravel(), "uniform").pvalue > 1e-4
    z = d.transform(stats.qmc.Sobol(k, rng=np.random.default_rng(0)).random(2**13))
    c = z.value @ np.swapaxes(z.value, -1, -2)
    np.testing.assert_allclose(np.diagonal(c, axis1=1, axis2=2), 1.0, rtol=1e-12)
    assert np.all(np.triu(z.value, 1) == 0.0)
    a = d.concentration - 1.0 + d.dim / 2.0
    for i in range(d.dim):
        for j in range(i):
            share = stats.kstest(0.5 * (1.0 + c[:, i, j]), stats.beta(a, a).cdf)
            assert share.statistic < 0.007  # of random draws it is 0.01
    assert -np.mean(d.log_prob(z).value) == pytest.approx(float(d.entropy()), abs=3e-3)
    np.testing.assert_allclose(np.mean(z.value, 0), d.mean, atol=1e-3)
    second = d.variance + np.square(d.mean)
    np.testing.assert_allclose(np.mean(np.square(z.value), 0), second, atol=1e-3)


@pytest.mark.parametrize("eta", [1e-3, 0.02])
def test_the_density_at_own_draws_survives_their_rounding(eta):
    """Half of the diagonals underflow; their logarithms are in the graph, behind a wall too."""
    d = mg.LKJCholesky(2, eta)
    z, log_q = d.rsample_with_log_prob(np.random.default_rng(0), 20_000)
    assert np.all(np.isfinite(log_q.value)) and (np.any(z.value[:, 1, 1] == 0.0) or eta > 0.01)
    assert_near(-log_q.value, d.entropy())
    walled = d.log_prob(d.sample(np.random.default_rng(0), 20_000))
    np.testing.assert_array_equal(walled.value, log_q.value)


def test_a_product_of_one_s_own_is_no_draw():
    x = mg.Var(np.diag([1.0, 0.6]) + np.diag([0.8], -1))
    found = mg.LKJCholesky(2, 1.5).log_prob(x * mg.exp(mg.Var(np.zeros((2, 2)))))
    assert found.value == pytest.approx(mg.LKJCholesky(2, 1.5).log_prob(x.value))


def assert_near(draws, truth):
    """Within 5 standard errors, or exactly where nothing is random."""
    sure = np.std(draws, 0) < 1e-12
    assert np.all(np.abs(np.mean(draws, 0) - truth)[sure] < 1e-12)
    assert np.all(np.abs(z_scores(draws, truth))[~sure] < 5.0)


def stretch(a, b, n):
    """Points from a to b and their weights: Gauss and Legendre's."""
    x, weights = np.polynomial.legendre.leggauss(n)
    return 0.5 * (a + b) + 0.5 * (b - a) * x, 0.5 * (b - a) * weights


def test_its_density_integrates_to_1():
    for eta in (0.6, 1.0, 2.3):
        d = mg.LKJCholesky(2, eta)

        angle, weights = stretch(-0.5 * math.pi, 0.5 * math.pi, 400)
        factor = np.zeros((400, 2, 2))
        factor[:, 0, 0], factor[:, 1, 0], factor[:, 1, 1] = 1.0, np.sin(angle), np.cos(angle)
        total = weights @ (np.exp(d.log_prob(factor)) * np.cos(angle))
        assert total == pytest.approx(1.0, abs=1e-5)
    d = mg.LKJCholesky(3, 1.4)  # the last row is a point of the half sphere
    axes = (
        stretch(-0.5 * math.pi, 0.5 * math.pi, 24),
        stretch(0.0, 2.0 * math.pi, 12),
        stretch(0.0, 0.5 * math.pi, 24),
    )
    angle, turn, s = (x.ravel() for x in np.meshgrid(*(x for x, _ in axes), indexing="ij"))
    weights = np.prod(np.meshgrid(*(w for _, w in axes), indexing="ij"), 0).ravel()
    factor = np.zeros((angle.size, 3, 3))
    factor[:, 0, 0], factor[:, 1, 0], factor[:, 1, 1] = 1.0, np.sin(angle), np.cos(angle)
    factor[:, 2, 0], factor[:, 2, 1] = np.sin(s) * np.cos(turn), np.sin(s) * np.sin(turn)
    factor[:, 2, 2] = np.cos(s)
    total = weights @ (np.exp(d.log_prob(factor)) * np.cos(angle) * np.sin(s) * np.cos(s))
    assert total == pytest.approx(1.0, abs=1e-5)


def test_gradients_of_lkj():
    factor = np.linalg.cholesky(np.array([[1.0, 0.3, -0.2], [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]]))
    mg.check_gradients(lambda eta: mg.LKJCholesky(3, eta).log_prob(factor), 1.4, order=2)
    mg.check_gradients(lambda eta: mg.LKJCholesky(3, eta).entropy(), 1.4, order=2)
    for moment in ("mean", "variance"):
        mg.check_gradients(lambda eta, m=moment: getattr(mg.LKJCholesky(3, eta), m), 1.4)
    eps = np.array([0.2, 0.6, 0.9])
    mg.check_gradients(lambda eta: mg.LKJCholesky(3, eta).transform(eps), 1.4)
    diagonal = mg.Var(np.diag([1.0, 0.8, 0.9]))
    z = diagonal + np.array([[0, 0, 0], [0.6, 0, 0], [0.1, math.sqrt(0.18), 0]])
    (slope,) = mg.grad(mg.LKJCholesky(3, 2.0).log_prob(z), diagonal)
    np.testing.assert_allclose(np.diag(slope), [0.0, 3.0 / 0.8, 2.0 / 0.9], rtol=1e-12)


def test_pathwise_gradients_of_lkj():
    """E r² is 1/(2η + 1) for dim 2."""
    u, weights = levels()
    eta = mg.Var(1.7)
    z = mg.LKJCholesky(2, eta).transform(u[:, None])
    (slope,) = mg.grad(mg.square(z[:, 1, 0]), eta, seed=weights)
    assert slope == pytest.approx(-2.0 / (2.0 * 1.7 + 1.0) ** 2, rel=1e-7)


def test_lkj_batches_edges_and_refusals():
    d = mg.LKJCholesky(3, np.array([1.0, 2.0]))
    assert (d.batch_shape, d.event_shape) == ((2,), (3, 3))
    assert d.rsample(np.random.default_rng(0), (5,)).shape == (5, 2, 3, 3)
    assert d.noise(np.random.default_rng(0), (5,)).shape == (5, 2, 3)
    assert d.variance.shape == d.mean.shape == d.mode.shape == (2, 3, 3)
    assert d.entropy().shape == (2,) and d.log_prob(np.eye(3)).shape == (2,)
    assert repr(mg.LKJCholesky(2)) == "LKJCholesky(dim=2, concentration=1.0)"
    one = mg.LKJCholesky(2, 1.5)
    np.testing.assert_array_equal(one.mode, np.eye(2))
    assert np.all(np.isnan(mg.LKJCholesky(2, 0.5).mode))
    for wrong in (2.0 * np.eye(2), -np.eye(2), np.array([[1.0, 0.1], [0.0, 1.0]]), np.ones((2, 2))):
        z, eta = mg.Var(wrong), mg.Var(1.5)
        density = mg.LKJCholesky(2, eta).log_prob(z)
        assert density.value == -math.inf
        assert not any(np.any(x) for x in mg.grad(density, [z, eta], allow_unused=True))
    with pytest.raises(ValueError, match="dim must be 2 or more, not 1"):
        mg.LKJCholesky(1)
    with pytest.raises(ValueError, match="concentration must be positive, not 0.0"):
        mg.LKJCholesky(2, 0.0)


def test_lkj_near_the_identity_keeps_the_digits_of_its_variance():
    eta = 1e5
    with mpmath.workdps(40):
        a = mpmath.mpf(eta)
        mean = (mpmath.gamma(a + 0.5) / mpmath.gamma(a)) ** 2 / a
        truth = float(2 * a / (2 * a + 1) - mean**2)
    assert mg.LKJCholesky(2, eta).variance[1, 1] == pytest.approx(truth, rel=1e-9)


def test_correlations_and_scales_make_a_covariance():
    """As models do: L = diag(scale) · factor."""
    d = mg.LKJCholesky(3, 2.0)
    scale = mg.Var([0.5, 1.0, 2.0])
    factor = mg.expand_dims(scale, -1) * d.rsample(np.random.default_rng(0))
    q = mg.MultivariateNormal(np.zeros(3), scale_tril=factor)
    z = q.rsample(np.random.default_rng(1), 150_000)
    assert_variance(z.value, q.variance.value)
    np.testing.assert_allclose(q.variance.value, scale.value**2, rtol=1e-12)
