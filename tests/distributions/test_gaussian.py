"""Normal and MultivariateNormal: densities, moments, pathwise gradients, and what they refuse."""

import math
import re

import numpy as np
import pytest
from scipy import stats

import minigrad as mg
from tests.support.quadrature import gauss_hermite
from tests.support.zscores import assert_mean, z_scores

COV = np.array([[2.0, 0.6, -0.5], [0.6, 1.0, 0.4], [-0.5, 0.4, 0.7]])
TRIL = np.linalg.cholesky(COV)
LOC = np.array([1.5, -1.0, 2.0])


# --------------------------------------------------------------------------- densities and moments


def hermite():
    """The same Gaussian by each of its three parameterisations."""
    loc, scale = np.array([0.3, -1.2, 4.0]), np.array([0.2, 1.0, 3.5])
    return (
        loc,
        scale,
        [
            mg.Normal(loc, scale),
            mg.Normal.from_log_variance(loc, 2.0 * np.log(scale)),
            mg.Normal.from_softplus(loc, np.log(np.expm1(scale))),
        ],
    )


def test_the_three_parameterisations_agree_with_scipy():
    loc, scale, same = hermite()
    z = np.linspace(-5.0, 5.0, 21).reshape(7, 3)
    exact = stats.norm(loc, scale)
    for d in same:
        assert type(d) is mg.Normal
        np.testing.assert_allclose(d.log_prob(z), exact.logpdf(z), rtol=1e-12)
        np.testing.assert_allclose(d.entropy(), exact.entropy(), rtol=1e-12)
        np.testing.assert_allclose(d.scale, scale, rtol=1e-14)
        np.testing.assert_allclose(d.log_scale, np.log(scale), rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(d.mean, loc)
        np.testing.assert_allclose(d.variance, exact.var(), rtol=1e-13)
        np.testing.assert_allclose(d.stddev, exact.std(), rtol=1e-13)


def test_plain_numbers_stay_plain_and_scalars_stay_floats():
    d = mg.Normal(1, 2)
    assert type(d.loc) is type(d.scale) is type(d.log_prob(0)) is type(d.entropy()) is float
    assert type(mg.Normal([0.0, 1.0], 1.0).log_prob([0.0, 1.0])) is np.ndarray
    assert mg.Normal(mg.Var(0.0), 1.0).log_prob(mg.Var(1.0)).shape == ()


@pytest.mark.parametrize("which", ["z", "loc", "scale"])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_numbers_and_vars_mix(which, shape):
    """Whichever one is a Var, the density is on the tape, with the same value."""
    plain = {"z": np.full(shape, 0.2), "loc": np.full(shape, 0.5), "scale": np.full(shape, 1.5)}
    leaf = mg.Var(plain[which])
    given = {**plain, which: leaf}
    found = mg.Normal(given["loc"], given["scale"]).log_prob(given["z"])
    truth = stats.norm(0.5, 1.5).logpdf(plain["z"])
    np.testing.assert_allclose(found.value, truth, rtol=1e-13)
    assert np.all(mg.grad(mg.sum(found), [leaf])[0] != 0.0)


def test_parameters_are_copied_in():
    loc = np.zeros(2)
    d = mg.Normal(loc, 1.0)
    loc[0] = 9.0
    assert d.loc[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        d.loc[0] = 1.0


def test_a_scalar_scale_serves_a_batch():
    d = mg.Normal(np.zeros(3), mg.Var(2.0))
    assert np.shape(d.entropy()) == d.variance.shape == d.stddev.shape == (3,)
    (slope,) = mg.grad(mg.sum(d.entropy()), [d.scale])
    assert slope == 1.5


def test_log_variance_far_out_keeps_its_digits():
    d = mg.Normal.from_log_variance(mg.Var(0.0), mg.Var(-1480.0))
    assert d.log_scale.value == -740.0 != math.log(d.scale.value)
    assert d.entropy().value == -740.0 + 0.5 * math.log(2.0 * math.pi * math.e)


@pytest.mark.parametrize("way", ["scale_tril", "covariance_matrix"])
def test_vectors_agree_with_scipy(way):
    d = mg.MultivariateNormal(LOC, **{way: TRIL if way == "scale_tril" else COV})
    exact = stats.multivariate_normal(LOC, COV)
    z = np.random.default_rng(0).normal(size=(6, 5, 3))
    np.testing.assert_allclose(d.log_prob(z), exact.logpdf(z), rtol=1e-12)
    np.testing.assert_allclose(d.log_prob(z[0, 0]), exact.logpdf(z[0, 0]), rtol=1e-12)
    np.testing.assert_allclose(d.log_prob([0.0, 1, 2]), exact.logpdf([0, 1, 2]), rtol=1e-12)
    np.testing.assert_allclose(d.entropy(), exact.entropy(), rtol=1e-12)
    np.testing.assert_allclose(d.scale_tril, TRIL, rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(d.covariance_matrix, COV, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(d.variance, np.diag(COV), rtol=1e-14)
    np.testing.assert_array_equal(d.mean, LOC)


def test_a_stack_of_factors_is_many_distributions():
    rng = np.random.default_rng(0)
    loc, factors = rng.normal(size=(4, 3)), np.stack([TRIL * (1.0 + i) for i in range(4)])
    stack = mg.MultivariateNormal(loc, scale_tril=factors)
    each = [mg.MultivariateNormal(loc[i], scale_tril=factors[i]) for i in range(4)]
    eps = rng.normal(size=(5, 4, 3))
    z = stack.transform(eps).value
    for i, d in enumerate(each):
        np.testing.assert_allclose(z[:, i], d.transform(eps[:, i]).value, rtol=1e-13)
        np.testing.assert_allclose(stack.log_prob(z)[:, i], d.log_prob(z[:, i]), rtol=1e-12)
        np.testing.assert_allclose(stack.entropy()[i], d.entropy(), rtol=1e-14)
        np.testing.assert_allclose(stack.variance[i], d.variance, rtol=1e-14)
        np.testing.assert_allclose(stack.covariance_matrix[i], d.covariance_matrix, rtol=1e-14)


def test_one_factor_transforms_one_or_many_vectors_alike():
    d = mg.MultivariateNormal(LOC, scale_tril=TRIL)
    eps = np.random.default_rng(0).normal(size=(4, 2, 3))
    truth = LOC + np.einsum("ij,...j->...i", TRIL, eps)
    for part in ((0, 0), 0, slice(None)):
        np.testing.assert_allclose(d.transform(eps[part]).value, truth[part], rtol=1e-13)


def test_from_unconstrained():
    free = np.array([[-1.0, 7.0, 8.0], [0.5, 0.0, 9.0], [-2.0, 1.5, 3.0]])
    d = mg.MultivariateNormal.from_unconstrained(mg.Var(LOC), mg.Var(free))
    np.testing.assert_array_equal(np.tril(d.scale_tril.value, -1), np.tril(free, -1))
    diagonal = np.log1p(np.exp(np.diag(free)))
    np.testing.assert_allclose(np.diag(d.scale_tril.value), diagonal, rtol=1e-14)
    stack = mg.MultivariateNormal.from_unconstrained(LOC, np.stack([free, free.T]))
    assert stack.batch_shape == (2,) and np.all(stack.scale_tril[0] == d.scale_tril.value)


def test_jitter_is_added_to_the_diagonal():
    flat = np.ones((2, 2))
    d = mg.MultivariateNormal(np.zeros(2), covariance_matrix=flat, jitter=1e-3)
    np.testing.assert_array_equal(d.covariance_matrix, flat + 1e-3 * np.eye(2))
    np.testing.assert_allclose(d.scale_tril @ d.scale_tril.T, d.covariance_matrix, rtol=1e-12)


# ---------------------------------------------------------------------------------- gradient checks

Z = np.array([[0.2, -0.7, 1.9], [1.0, 0.0, 2.2]])
FREE = np.array([[-0.5, 0.3, 0.1], [0.5, 0.4, -0.2], [-0.8, 0.6, 1.1]])


@pytest.mark.parametrize(
    "f",
    [
        lambda z, m, s: mg.sum(mg.Normal(m, mg.exp(s)).log_prob(z)),
        lambda z, m, s: mg.sum(mg.Normal.from_log_variance(m, s).log_prob(z)),
        lambda z, m, s: mg.sum(mg.Normal.from_softplus(m, s).log_prob(z)),
        lambda z, m, s: mg.sum(mg.square(mg.Normal.from_softplus(m, s).entropy()) + z),
        lambda z, m, s: mg.sum(mg.square(mg.Normal(m, mg.exp(s)).transform(z))),
    ],
)
def test_gradients_of_normal(f):
    mg.check_gradients(f, Z, LOC, np.array([0.1, -0.4, 0.6]), order=2)
    mg.check_gradients(f, 0.7, -0.2, 0.4, order=2)


@pytest.mark.parametrize(
    "f",
    [
        lambda d, z: mg.sum(mg.square(d.log_prob(z))),
        lambda d, z: mg.square(d.entropy()) + mg.sum(z),
        lambda d, z: mg.sum(mg.sin(d.transform(z))),
        lambda d, z: mg.sum(mg.sin(d.variance)) + mg.sum(z),
    ],
)
@pytest.mark.parametrize("z", [Z, Z[0]])
def test_gradients_of_multivariate(f, z):
    def factor(z, loc, free):
        return f(mg.MultivariateNormal.from_unconstrained(loc, free), z)

    def covariance(z, loc, a):
        sigma = mg.matmul(a, mg.transpose(a))
        return f(mg.MultivariateNormal(loc, covariance_matrix=sigma, jitter=0.1), z)

    mg.check_gradients(factor, z, LOC, FREE, order=2)
    mg.check_gradients(covariance, z, LOC, FREE + np.eye(3), order=1)


def test_gradients_of_a_stack():
    def f(z, loc, free):
        d = mg.MultivariateNormal.from_unconstrained(loc, free)
        return mg.sum(mg.square(d.log_prob(z))) + mg.sum(mg.sin(d.transform(z)))

    mg.check_gradients(f, Z, LOC, np.stack([FREE, FREE + 0.3]))


def test_the_upper_triangle_gets_exactly_no_gradient():
    rng = np.random.default_rng(0)
    for f in (
        lambda d: mg.sum(mg.sin(d.rsample(rng, 7))),
        lambda d: d.log_prob(Z[0]),
        lambda d: mg.sum(mg.exp(d.rsample(rng))),
        lambda d: mg.kl_divergence(mg.MultivariateNormal(LOC, scale_tril=np.eye(3)), d),
        lambda d: mg.sum(d.covariance_matrix),
    ):
        tril = mg.Var(TRIL)
        (slope,) = mg.grad(f(mg.MultivariateNormal(LOC, scale_tril=tril)), [tril])
        assert np.all(np.triu(slope, 1) == 0.0) and np.all(slope[np.tril_indices(3)] != 0.0)
        free = mg.Var(FREE)
        (slope,) = mg.grad(f(mg.MultivariateNormal.from_unconstrained(LOC, free)), [free])
        assert np.all(np.triu(slope, 1) == 0.0) and np.all(slope[np.tril_indices(3)] != 0.0)


def test_densities_integrate_to_1():
    x = np.linspace(-20.0, 20.0, 4001)
    q = mg.Normal.from_log_variance(np.array([[0.4], [-1.0]]), np.array([[-1.2], [1.5]]))
    total = np.exp(q.log_prob(np.broadcast_to(x, (2, 4001)))).sum(axis=1) * (x[1] - x[0])
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)
    grid = np.stack(np.meshgrid(x[::20], x[::20]), axis=-1)
    vector = mg.MultivariateNormal(np.array([0.5, -1.0]), scale_tril=[[1.1, 0.0], [-0.7, 0.8]])
    total = np.exp(vector.log_prob(grid)).sum() * (x[20] - x[0]) ** 2
    assert total == pytest.approx(1.0, rel=1e-12)


def test_transform_is_invertible():
    """Between vectors z = μ + Lε, from which ε comes back; between numbers it is monotone."""
    eps = np.random.default_rng(1).normal(size=(5, 3))
    z = mg.MultivariateNormal(LOC, scale_tril=TRIL).transform(eps).value
    np.testing.assert_allclose(np.linalg.solve(TRIL, (z - LOC).T).T, eps, rtol=1e-12)
    line = np.linspace(-8.0, 8.0, 1000)
    for q in (mg.Normal(0.3, 1e-3), mg.Normal.from_log_variance(-5.0, 3.0)):
        assert np.all(np.diff(q.transform(line).value) > 0.0)


# ------------------------------------------------------------------ pathwise gradients, by z-score

DRAWS = 1_000_000
MU, SIGMA = 0.6, 0.5


def _phi(x):
    return stats.norm.pdf(x), stats.norm.cdf(x)


def _powers(m, s):
    return {
        "z^2": (mg.square, m**2 + s**2, 2 * m, 2 * s),
        "z^3": (lambda z: z**3, m**3 + 3 * m * s**2, 3 * m**2 + 3 * s**2, 6 * m * s),
        "z^4": (
            lambda z: z**4,
            m**4 + 6 * m**2 * s**2 + 3 * s**4,
            4 * m**3 + 12 * m * s**2,
            12 * m**2 * s + 12 * s**3,
        ),
    }


def _waves(m, s, a=0.8, k=1.3):
    e = math.exp(a * m + a * a * s * s / 2)
    d, sine, cosine = math.exp(-k * k * s * s / 2), math.sin(k * m), math.cos(k * m)
    return {
        "exp": (lambda z: mg.exp(a * z), e, a * e, a * a * s * e),
        "sin": (lambda z: mg.sin(k * z), d * sine, k * d * cosine, -k * k * s * d * sine),
        "cos": (lambda z: mg.cos(k * z), d * cosine, -k * d * sine, -k * k * s * d * cosine),
    }


def _bumps(m, s, k=0.9):
    q = 1 + 2 * k * s * s
    g = math.exp(-k * m * m / q) / math.sqrt(q)
    density, below = _phi(m / s)
    return {
        "bell": (
            lambda z: mg.exp(-k * mg.square(z)),
            g,
            -2 * k * m * g / q,
            g * (-2 * k * s / q + 4 * k * k * m * m * s / q**2),
        ),
        "relu": (mg.relu, m * below + s * density, below, density),
    }


TANH = {
    (0.5, 1.0): (0.295452877051737, 0.561992947463490, -0.168088666802197),
    (0.5, 0.5): (0.393469340287367, 0.711773520659462, -0.210485721893657),
    (1.0, 2.0): (0.352344437701493, 0.328329786361967, -0.138051553031928),
}
ROWS = {
    **{name: (MU, SIGMA, *row) for name, row in _powers(MU, SIGMA).items()},
    **{name: (MU, SIGMA, *row) for name, row in _waves(MU, SIGMA).items()},
    **{name: (MU, SIGMA, *row) for name, row in _bumps(MU, SIGMA).items()},
    **{f"tanh {at}": (*at, mg.tanh, *truth) for at, truth in TANH.items()},
}


EPS = np.linspace(-10.0, 10.0, 201)
WEIGHTS = np.exp(-0.5 * EPS**2) / np.sum(np.exp(-0.5 * EPS**2))


@pytest.mark.parametrize("at", TANH)
def test_the_trapezoid_has_all_digits_and_gauss_hermite_few(at):
    mu, sigma = mg.Var(at[0]), mg.Var(at[1])
    mean = mg.sum(WEIGHTS * mg.tanh(mu + sigma * EPS))
    assert (mean.value, *mg.grad(mean, [mu, sigma])) == pytest.approx(TANH[at], rel=1e-13)
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    found = weights @ np.tanh(at[0] + at[1] * nodes) / math.sqrt(2.0 * math.pi)
    error = abs(found - TANH[at][0])
    assert 3e-6 < error < 3e-5 if at[1] == 2.0 else error < 1e-6


def test_the_gradients_of_any_smooth_f():
    """∂μ E f = E f′ and ∂σ E f = σ E f″ (Price): f(z) = log(1 + exp z) / (1 + z²)."""
    mu, sigma = mg.Var(0.4), mg.Var(0.9)
    z = mg.Var(0.4 + 0.9 * EPS)

    def f(z):
        return mg.softplus(z) / (1.0 + mg.square(z))

    first = mg.grad(mg.sum(f(z)), [z], create_graph=True)[0]
    second = mg.grad(mg.sum(first), [z])[0]
    found = mg.grad(mg.sum(WEIGHTS * f(mg.Normal(mu, sigma).transform(EPS))), [mu, sigma])
    assert found == pytest.approx((WEIGHTS @ first.value, 0.9 * WEIGHTS @ second), rel=1e-9)


def gradient_draws(f, mu, sigma, seed, spoil=1.0):
    """f, ∂f/∂μ and ∂f/∂σ for each of many draws, each draw having parameters of its own."""
    loc, scale = mg.Var(np.full(DRAWS, mu)), mg.Var(np.full(DRAWS, sigma))
    values = f(mg.Normal(loc, scale * spoil).rsample(np.random.default_rng(seed)))
    return values.value, *mg.grad(mg.sum(values), [loc, scale])


@pytest.mark.parametrize("name", ROWS)
def test_means_and_pathwise_gradients(name):
    mu, sigma, f, *truths = ROWS[name]
    for found, truth in zip(gradient_draws(f, mu, sigma, seed=5), truths, strict=True):
        assert_mean(found, truth)


@pytest.mark.parametrize("name", ["z^2", "cos", "relu"])
@pytest.mark.parametrize("spoil", [0.97, 1.03])
def test_a_scale_that_is_3_percent_off_is_noticed(name, spoil):
    mu, sigma, f, *truths = ROWS[name]
    _, _, found = gradient_draws(f, mu, sigma, 5, spoil)
    assert abs(z_scores(found, truths[2])) > 5.0


def test_common_noise_differences_equal_the_pathwise_gradient():
    mu, sigma = mg.Var(0.7), mg.Var(1.2)
    eps = mg.noise(np.random.default_rng(0), 1000)

    def mean_of(f, m, s):
        return mg.mean(f(mg.Normal(m, s).transform(eps)))

    for f, h, tolerance in ((mg.square, 0.25, 1e-13), (mg.sin, 1e-4, 1e-8)):
        slopes = mg.grad(mean_of(f, mu, sigma), [mu, sigma])
        for slope, (dm, ds) in zip(slopes, ((h, 0.0), (0.0, h)), strict=True):
            up, down = mean_of(f, 0.7 + dm, 1.2 + ds), mean_of(f, 0.7 - dm, 1.2 - ds)
            assert (up.value - down.value) / (2 * h) == pytest.approx(slope, rel=tolerance)


# -------------------------------------------------------------------------------- full covariance

A = np.array([[1.0, 0.4], [-0.7, 0.5]])
a = np.array([0.5, -0.6])
L2 = np.array([[0.9, 0.0], [-0.4, 0.8]])
MU2 = np.array([0.8, -0.5])


def _full():
    both = A + A.T
    e = math.exp(a @ MU2 + 0.5 * np.sum((L2.T @ a) ** 2))
    d = math.exp(-0.5 * np.sum((L2.T @ a) ** 2))
    sine, cosine = d * math.sin(a @ MU2), d * math.cos(a @ MU2)
    outer = np.tril(np.outer(a, a) @ L2)
    return {
        "quadratic": (
            lambda z: mg.sum(mg.matmul(z, A) * z, -1),
            MU2 @ A @ MU2 + np.trace(A @ L2 @ L2.T),
            both @ MU2,
            np.tril(both @ L2),
        ),
        "exp": (lambda z: mg.exp(mg.matmul(z, a)), e, e * a, e * outer),
        "cos": (lambda z: mg.cos(mg.matmul(z, a)), cosine, -sine * a, -cosine * outer),
    }


FULL = _full()


@pytest.mark.parametrize("name", FULL)
def test_full_covariance_means_and_gradients(name):
    f, *truths = FULL[name]
    loc, tril = mg.Var(MU2), mg.Var(L2)
    eps, weights = gauss_hermite(2)
    values = f(mg.MultivariateNormal(loc, scale_tril=tril).transform(eps))
    slopes = mg.grad(values, [loc, tril], seed=weights)
    for found, truth in zip((weights @ values.value, *slopes), truths, strict=True):
        np.testing.assert_allclose(found, truth, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", FULL)
def test_one_factor_for_all_draws_gives_the_sum_of_their_gradients(name):
    f = FULL[name][0]
    eps = np.random.default_rng(2).normal(size=(50, 2))
    loc, tril = mg.Var(MU2), mg.Var(L2)
    many = mg.Var(np.tile(MU2, (50, 1))), mg.Var(np.tile(L2, (50, 1, 1)))

    def slopes(loc, tril):
        z = mg.MultivariateNormal(loc, scale_tril=tril).transform(eps)
        return mg.grad(mg.sum(f(z)), [loc, tril])

    for whole, parts in zip(slopes(loc, tril), slopes(*many), strict=True):
        np.testing.assert_allclose(whole, np.sum(parts, axis=0), rtol=1e-12, atol=1e-12)


def test_the_moments_of_draws():
    z = mg.MultivariateNormal(LOC, scale_tril=TRIL).rsample(np.random.default_rng(4), DRAWS).value
    assert_mean(z, LOC)
    assert_mean(np.einsum("si,sj->sij", z - LOC, z - LOC), COV)


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (0.0, "scale must be positive, not 0.0:"),
        (-0.3, "scale must be positive, not -0.3:"),
        ([1.0, -2.0], "scale must be positive, not -2.0 at position (1,):"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda x: x, mg.Var])
def test_a_scale_that_is_not_positive_is_refused(scale, said, wrap):
    remedy = " use Normal.from_log_variance or .*softplus"
    with pytest.raises(ValueError, match=re.escape(said) + remedy):
        mg.Normal(0.0, wrap(scale))


@pytest.mark.parametrize("wrap", [lambda x: x, mg.Var])
def test_a_scale_that_is_nan_is_said_to_be(wrap):
    with pytest.raises(ValueError, match="Normal: scale is nan: the"):
        mg.Normal(0.0, wrap(math.nan))
    with pytest.raises(ValueError, match=re.escape("scale is nan at position (1, 0): the")):
        mg.Normal(0.0, wrap(np.array([[1.0, 2.0], [math.nan, 0.0]])))


def test_a_scale_that_underflows_is_refused():
    for make in (mg.Normal.from_log_variance, mg.Normal.from_softplus):
        with pytest.raises(ValueError, match=r"not 0.0: .*bound the parameter with mg.soft_clip"):
            make(0.0, -1600.0)


def test_a_loc_that_is_nan_passes_through():
    z = mg.Normal(math.nan, 1.0).rsample(np.random.default_rng(0))
    assert math.isnan(z.value)


@pytest.mark.parametrize(
    ("loc", "scale", "said"),
    [
        ((3,), (3, 1), r"loc and scale of shapes \(3,\) and \(3, 1\) would silently make \(3, 3\)"),
        ((4, 1), (2, 1, 4), r"would silently make \(2, 4, 4\): reshape one .*broadcast_to"),
        ((5,), (5, 5), r"silently make \(5, 5\): for a covariance take mg.MultivariateNormal"),
        ((3,), (4,), r"loc and scale of shapes \(3,\) and \(4,\) do not broadcast: give equal"),
    ],
)
def test_loc_and_scale_that_broadcast_to_something_else_are_refused(loc, scale, said):
    with pytest.raises(ValueError, match=said):
        mg.Normal(mg.Var(np.zeros(loc)), np.ones(scale))


def test_z_that_broadcasts_to_something_else_is_refused():
    with pytest.raises(ValueError, match=r"z and parameters of shapes \(5,\) and \(3,\) do not"):
        mg.Normal(np.zeros(3), 1.0).log_prob(np.zeros(5))
    with pytest.raises(ValueError, match=r"\(5, 1\) and \(3,\) would silently make \(5, 3\)"):
        mg.Normal(np.zeros(3), 1.0).log_prob(np.zeros((5, 1)))
    with pytest.raises(ValueError, match=r"z of shape \(5,\) must end in the event shape \(3,\)"):
        mg.MultivariateNormal(LOC, scale_tril=TRIL).log_prob(np.zeros(5))


@pytest.mark.parametrize("given", ["0.5", None, 1j, [object()]])
def test_what_is_no_number_is_refused(given):
    with pytest.raises(TypeError, match="a Var holds real numbers"):
        mg.Normal(given, 1.0)


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({}, "takes one of scale_tril=, covariance_matrix= or precision_matrix=, none was"),
        ({"scale_tril": TRIL, "covariance_matrix": COV}, "2 were given"),
        ({"scale_tril": TRIL, "jitter": 0.1}, "jitter= is for covariance_matrix= alone"),
        ({"covariance_matrix": COV, "jitter": -0.1}, "must be 0 or a small number, not -0.1"),
        ({"covariance_matrix": COV, "jitter": math.nan}, "must be 0 or a small number, not nan"),
        ({"scale_tril": np.ones(3)}, "scale_tril must have shape (..., d, d), not (3,)"),
        ({"scale_tril": np.ones((3, 2))}, "scale_tril must have shape (..., d, d), not (3, 2)"),
        ({"covariance_matrix": 2.0}, "covariance_matrix must have shape (..., d, d), not ()"),
        ({"scale_tril": np.eye(2)}, "loc of shape (3,) does not fit matrices of 2×2: its last"),
        ({"scale_tril": COV}, "0 above its diagonal, not 0.6 at position (0, 1): pass mg.tril"),
        (
            {"scale_tril": np.diag([1.0, 0.0, 2.0])},
            "the diagonal of scale_tril must be positive, not 0.0 at position (1,): "
            "MultivariateNormal.from_unconstrained takes any numbers",
        ),
        ({"scale_tril": -np.eye(3)}, "diagonal of scale_tril must be positive, not -1.0"),
        ({"scale_tril": np.full((3, 3), math.nan)}, "scale_tril is nan at position (0, 0)"),
        ({"covariance_matrix": np.diag([1.0, math.nan, 1.0])}, "is nan at position (1, 1)"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda x: x, mg.Var])
def test_matrices_that_are_refused(keywords, said, wrap):
    given = {name: x if name == "jitter" else wrap(x) for name, x in keywords.items()}
    with pytest.raises(ValueError, match=re.escape(said)):
        mg.MultivariateNormal(LOC, **given)


def test_a_covariance_must_be_symmetric_positive_definite():
    said = r"covariance_matrix \(jitter= adds to its diagonal\): .*smallest eigenvalue.* -1:.*tril"
    with pytest.raises(ValueError, match=said):
        mg.MultivariateNormal([0.0, 0.0], covariance_matrix=[[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(ValueError, match="covariance_matrix.* not symmetric, entries differ by 1"):
        mg.MultivariateNormal([0.0, 0.0], covariance_matrix=mg.Var([[2.0, 1.0], [0.0, 2.0]]))


def test_a_scalar_loc_does_not_make_a_vector():
    with pytest.raises(ValueError, match=r"loc of shape \(\) does not fit matrices of 3×3"):
        mg.MultivariateNormal(0.0, scale_tril=TRIL)


def test_batches_of_loc_and_factor_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"batches of loc and matrix of shapes \(4,\) and \(2,\)"):
        mg.MultivariateNormal(np.zeros((4, 3)), scale_tril=np.stack([TRIL, TRIL]))


def test_as_many_axes_broadcast_on_purpose():
    z, loc = np.linspace(-1.0, 1.0, 5)[:, None], np.array([[0.0, 1.0, 2.0]])
    log_q = mg.Normal(mg.Var(loc), 1.0).log_prob(z)
    assert log_q.shape == (5, 3)
    assert log_q.value == pytest.approx(-0.5 * (z - loc) ** 2 - 0.5 * math.log(2.0 * math.pi))


def test_eight_draws_of_eight_means_are_no_covariance():
    assert mg.Normal(mg.Var(np.zeros((8, 8))), np.ones(8)).batch_shape == (8, 8)
