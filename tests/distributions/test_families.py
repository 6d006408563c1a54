"""The continuous families, one table: densities, moments, draws, gradients, divergences."""

import math
import re

import numpy as np
import pytest
from scipy import integrate, stats

import minigrad as mg
from tests.support.quadrature import levels

# name: the family, two sets of parameters, SciPy's of the same, an outcome that can't be
FAMILIES = {
    "Laplace": (mg.Laplace, [1.5, 0.8], [-0.7, 2.5], lambda m, s: stats.laplace(m, s), None),
    "Logistic": (mg.Logistic, [1.5, 0.8], [-0.7, 2.5], lambda m, s: stats.logistic(m, s), None),
    "Gumbel": (mg.Gumbel, [1.5, 0.8], [-0.7, 2.5], lambda m, s: stats.gumbel_r(m, s), None),
    "Cauchy": (mg.Cauchy, [1.0, 0.5], [-0.7, 2.5], lambda m, s: stats.cauchy(m, s), None),
    "Uniform": (mg.Uniform, [0.5, 2.0], [-0.7, 2.5], lambda a, b: stats.uniform(a, b - a), 2.6),
    "LogNormal": (
        mg.LogNormal,
        [0.4, 0.5],
        [-0.7, 1.2],
        lambda m, s: stats.lognorm(s, scale=np.exp(m)),
        -0.5,
    ),
    "HalfNormal": (mg.HalfNormal, [0.8], [2.5], lambda s: stats.halfnorm(scale=s), -0.5),
    "Exponential": (mg.Exponential, [0.8], [2.5], lambda r: stats.expon(scale=1.0 / r), -0.5),
    "Weibull": (
        mg.Weibull,
        [1.5, 0.9],
        [0.7, 0.8],
        lambda s, k: stats.weibull_min(k, scale=s),
        -0.5,
    ),
}
NAMES = list(FAMILIES)
UNIT = np.array([0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])

each = pytest.mark.parametrize("name", NAMES)


def both(name):
    """A batch of the two, and SciPy's."""
    family, one, two, exact, _ = FAMILIES[name]
    parameters = [np.array(pair) for pair in zip(one, two, strict=True)]
    return family(*parameters), exact(*parameters)


# --------------------------------------------------------------------------- densities and moments


@each
def test_densities_and_entropies_agree_with_scipy(name):
    d, exact = both(name)
    z = exact.ppf(UNIT[:, None])
    assert d.batch_shape == (2,) and d.event_shape == () and d.has_rsample
    np.testing.assert_allclose(d.log_prob(z), exact.logpdf(z), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(d.entropy(), exact.entropy(), rtol=1e-11)


@each
def test_moments_agree_with_scipy(name):
    d, exact = both(name)
    variance = [math.inf, math.inf] if name == "Cauchy" else exact.var()
    np.testing.assert_allclose(d.mean, exact.mean(), rtol=1e-12)
    np.testing.assert_allclose(d.variance, variance, rtol=1e-11)
    np.testing.assert_allclose(d.stddev, np.sqrt(variance), rtol=1e-11)


@each
def test_densities_integrate_to_one(name):
    family, one, two, exact, _ = FAMILIES[name]
    for parameters in (one, two):
        d, (low, middle, high) = family(*parameters), exact(*parameters).ppf([0.0, 0.5, 1.0])
        halves = [(low, middle), (middle, high)]
        whole = sum(integrate.quad(lambda z, d=d: np.exp(d.log_prob(z)), *x)[0] for x in halves)
        assert whole == pytest.approx(1.0, abs=1e-7)


@each
def test_an_impossible_outcome_does_not_spoil_its_neighbours(name):
    family, one, _, exact, impossible = FAMILIES[name]
    if impossible is None:
        assert np.all(np.isfinite(family(*one).log_prob(np.array([-5.0, 0.0, 500.0]))))
        return
    leaves = [mg.Var(x) for x in one]
    d, possible = family(*leaves), float(exact(*one).ppf(0.3))
    z = mg.Var([impossible, possible])
    found = d.log_prob(z)
    assert found.value[0] == -math.inf == family(*one).log_prob(impossible)
    assert found.value[1] == pytest.approx(exact(*one).logpdf(possible), rel=1e-12)
    alone = mg.Var(possible)
    truth = mg.grad(d.log_prob(alone), [alone, *leaves], allow_unused=True)
    slopes = mg.grad(mg.sum(found), [z, *leaves], allow_unused=True)
    np.testing.assert_allclose(slopes[0], [0.0, truth[0]], rtol=1e-12)
    assert slopes[1:] == pytest.approx(truth[1:], rel=1e-12)


@each
def test_plain_numbers_stay_plain(name):
    family, one, _, exact, _ = FAMILIES[name]
    d = family(*one)
    found = d.log_prob(1), d.entropy(), d.mean, d.variance
    assert {type(x) for x in found} == {float}
    leaves = [mg.Var(x) for x in one]
    d = family(*leaves)
    assert all(isinstance(x, mg.Var) for x in (d.log_prob(1), d.entropy(), d.mean, d.variance))


def test_narrow_weibulls_keep_their_digits():
    """The variance of log z is π²/6k², and z is near 1 there."""
    k = 1e6
    assert mg.Weibull(1.0, k).variance == pytest.approx(math.pi**2 / 6 / k**2, rel=1e-5)


# ------------------------------------------------------------------------------- draws and mirrors


@each
def test_draws_have_the_distribution(name):
    family, one, _, exact, _ = FAMILIES[name]
    rng = np.random.default_rng(0)
    d = family(*one)
    z = d.rsample(rng, 20_000)
    assert z.shape == (20_000,) and z.kind == "sample" and type(d.rsample(rng).value) is float
    assert stats.kstest(z.value, exact(*one).cdf).pvalue > 1e-3
    assert stats.kstest(z.value, exact(*[x + 0.1 for x in one]).cdf).pvalue < 1e-6


@each
def test_transform_is_monotone_in_the_noise(name):
    d, _ = both(name)
    eps = np.sort(d.noise(np.random.default_rng(1), 500).value, axis=0)
    z = d.transform(eps).value
    rising = np.diff(z, axis=0) >= 0.0
    assert np.all(rising)
    np.testing.assert_array_equal(d.transform(eps).value, z)


@each
def test_the_mirror_of_u_is_one_minus_u(name):
    d, exact = both(name)
    eps = d.noise(np.random.default_rng(2), 300)
    other = d.mirrored(eps)
    assert other.kind == "noise" and other.name == "eps"
    u, mirrored = (exact.cdf(d.transform(x).value) for x in (eps, other))
    np.testing.assert_allclose(mirrored, 1.0 - u, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(d.mirrored(other).value, eps.value, rtol=1e-6, atol=1e-12)
    single = type(d)(*FAMILIES[name][1])
    assert type(single.mirrored(0.3).value) is float
    assert mg.Independent(d, 1).mirrored(eps).value == pytest.approx(other.value)


def test_mirrors_of_extreme_noise_are_finite():
    for d in (mg.Exponential(1.0), mg.HalfNormal(1.0), mg.Weibull(1.0, 2.0)):
        found = d.mirrored(np.array([0.0, 1e-300, 1e-8, 30.0])).value
        assert np.all(np.isfinite(found)) and np.all(np.diff(found) <= 0.0)
    small, large = 1e-9, -math.log1p(-math.exp(-1e-9))
    assert mg.Exponential(1.0).mirrored(large).value == pytest.approx(small, rel=1e-6)
    assert mg.Exponential(1.0).mirrored(small).value == pytest.approx(-math.log(1e-9), rel=1e-9)


# --------------------------------------------------------------------------------------- gradients


def moments(name, leaves):
    """E z and E z² as Vars; for Cauchy, which has none, E 1/(1 + z²) = π · the density of a sum."""
    if name == "Cauchy":
        wide = 1.0 + leaves[1]
        return [wide / (mg.square(wide) + mg.square(leaves[0]))]
    d = FAMILIES[name][0](*leaves)
    return [d.mean, d.variance + mg.square(d.mean)]


@each
def test_pathwise_gradients_of_moments(name):
    family, one, *_ = FAMILIES[name]
    leaves = [mg.Var(x) for x in one]
    u, weights = levels(0.02)
    d = family(*leaves)
    z = d.transform(d._law.quantile(u))
    near = 1e-4 if name == "Laplace" else 1e-7  # its density has a kink
    found = [1.0 / (1.0 + mg.square(z))] if name == "Cauchy" else [z, mg.square(z)]
    for draws, truth in zip(found, moments(name, leaves), strict=True):
        assert weights @ draws.value == pytest.approx(truth.value, rel=near)
        slopes = mg.grad(draws, leaves, seed=weights)
        exact = mg.grad(truth, leaves, allow_unused=True)
        assert slopes == pytest.approx(exact, rel=near, abs=1e-9)


@each
def test_gradient_checks(name):
    family, one, _, exact, _ = FAMILIES[name]
    z, eps = float(exact(*one).ppf(0.3)), 0.7
    mg.check_gradients(lambda z, *p: family(*p).log_prob(z), z, *one, order=2)
    mg.check_gradients(lambda *p: family(*p).entropy(), *one, order=2)
    mg.check_gradients(lambda *p: tuple(moments(name, p)), *one)
    mg.check_gradients(lambda *p: family(*p).transform(eps), *one, order=2)


def test_the_slopes_of_draws_by_hand():
    rate, scale, k = mg.Var(0.8), mg.Var(1.5), mg.Var(2.5)
    z = mg.Exponential(rate).transform(0.4)
    assert mg.grad(z, [rate])[0] == pytest.approx(-z.value / 0.8, rel=1e-14)
    z = mg.Weibull(scale, k).transform(0.4)
    truth = z.value / 1.5, -z.value / 2.5 * math.log(z.value / 1.5)
    assert mg.grad(z, [scale, k]) == pytest.approx(truth, rel=1e-13)


# ---------------------------------------------------------------------------------------------- KL


def laplace(parameters):
    return mg.Laplace(*parameters), stats.laplace(*parameters)


def exponential(parameters):
    return mg.Exponential(*parameters), stats.expon(scale=1.0 / parameters[0])


PAIRS = [
    (laplace, [1.5, 0.8], [-0.7, 2.5]),
    (laplace, [-0.7, 2.5], [1.5, 0.8]),
    (laplace, [0.3, 1.0], [-0.5, 1.6]),
    (exponential, [0.8], [2.5]),
    (exponential, [2.5], [0.8]),
]


@pytest.mark.parametrize(("make", "one", "two"), PAIRS)
def test_divergences_agree_with_quadrature_and_monte_carlo(make, one, two):
    (p, exact_p), (q, exact_q) = make(one), make(two)

    def integrand(z):
        return exact_p.pdf(z) * (exact_p.logpdf(z) - exact_q.logpdf(z))

    points = [x for x in (one[0], two[0]) if make is laplace]
    low, high = exact_p.ppf([0.0, 1.0]).clip(-60.0, 60.0)
    truth = integrate.quad(integrand, low, high, points=points or None, limit=200)[0]
    found = mg.kl_divergence(p, q)
    assert found > 0.0 and found == pytest.approx(truth, rel=1e-7)
    many = type(p)(*[np.full(500_000, x) for x in one])
    draws = mg.kl_monte_carlo(many, q, 1, np.random.default_rng(4))
    gap = (np.mean(draws.value) - found) / (np.std(draws.value) / math.sqrt(draws.size))
    assert abs(gap) < 5.0 and np.std(draws.value) / math.sqrt(draws.size) < 0.03 * found / 5.0


@pytest.mark.parametrize(("make", "one", "two"), PAIRS)
def test_divergences_vanish_at_equality_and_have_right_gradients(make, one, two):
    family = type(make(one)[0])
    assert mg.kl_divergence(family(*one), family(*one)) == 0.0
    n = len(one)
    mg.check_gradients(
        lambda *x: mg.kl_divergence(family(*x[:n]), family(*x[n:])), *one, *two, order=2
    )
    delta = 1e-9
    close = family(*[x * (1.0 + delta) for x in one])
    found = mg.kl_divergence(close, family(*one))
    assert 0.0 <= found < 20.0 * delta**2


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: mg.Laplace(0.0, -1.0), "Laplace: scale must be positive, not -1.0: mg.exp or"),
        (lambda: mg.Logistic(0.0, [1.0, 0.0]), "Logistic: scale must be positive, not 0.0 at posi"),
        (lambda: mg.Gumbel(0.0, math.nan), "Gumbel: scale is nan"),
        (lambda: mg.Cauchy(0.0, mg.Var(-2.0)), "Cauchy: scale must be positive, not -2.0"),
        (lambda: mg.Uniform(2.0, 1.0), "Uniform: high - low must be positive, not -1.0"),
        (lambda: mg.LogNormal(0.0, 0.0), "LogNormal: scale must be positive, not 0.0"),
        (lambda: mg.HalfNormal(-0.5), "HalfNormal: scale must be positive, not -0.5"),
        (lambda: mg.Exponential([2.0, -3.0]), "Exponential: rate must be positive, not -3.0 at"),
        (lambda: mg.Weibull(-1.0, 1.0), "Weibull: scale must be positive, not -1.0"),
        (lambda: mg.Weibull(1.0, -4.0), "Weibull: concentration must be positive, not -4.0"),
        (lambda: mg.Weibull(np.ones(2), np.ones((2, 1))), "would silently make (2, 2)"),
        (lambda: mg.Uniform(np.zeros(2), np.ones(3)), "low and high of shapes (2,) and (3,) do no"),
        (lambda: mg.Laplace(np.zeros(2), 1.0).log_prob(np.zeros((2, 1))), "Laplace: z and parame"),
        (lambda: mg.Gumbel(np.zeros(2), 1.0).transform(0.3), "Gumbel: eps of shape () must end in"),
    ],
)
def test_what_is_refused(call, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        call()
