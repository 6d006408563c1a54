"""KL divergences: closed forms and their gradients, Monte Carlo and its variance."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions.kl import register_kl
from tests.support.zscores import assert_mean, assert_variance

STANDARD = mg.Normal(0.0, 1.0)
rng = np.random.default_rng(0)
LOC1, LOC2 = rng.normal(size=(2, 3))
L1, L2 = np.tril(rng.normal(size=(2, 3, 3)), -1) + np.eye(3) * np.array([[[0.7]], [[1.4]]])
DRAWS = 1_000_000


def full_kl(loc1, tril1, loc2, tril2):
    """The textbook's formula, with inverses and determinants."""
    s1, s2, gap = tril1 @ tril1.T, tril2 @ tril2.T, loc1 - loc2
    inverse = np.linalg.inv(s2)
    ratio = np.linalg.det(s2) / np.linalg.det(s1)
    return 0.5 * (np.trace(inverse @ s1) + gap @ inverse @ gap - len(gap) + math.log(ratio))


# ---------------------------------------------------------------------------------- closed forms


@pytest.mark.parametrize(("m", "s"), [(0.7, 1.2), (-3.0, 0.05), (0.0, 1.0), (1e-9, 1.0 + 1e-9)])
def test_to_the_standard_normal(m, s):
    mu, sigma, logvar = mg.Var(m), mg.Var(s), mg.Var(2.0 * math.log(s))
    kl = mg.kl_divergence(mg.Normal(mu, sigma), STANDARD)
    assert kl.shape == ()
    if s != 1.0 + 1e-9:
        assert kl.value == pytest.approx(0.5 * (m * m + s * s - 1.0 - 2.0 * math.log(s)), rel=1e-12)
    slopes = mg.grad(kl, [mu, sigma])
    assert slopes == pytest.approx((m, s - 1.0 / s), rel=1e-7, abs=1e-12)
    again = mg.kl_divergence(mg.Normal.from_log_variance(mu, logvar), STANDARD)
    truth = m, 0.5 * (s * s - 1.0)
    assert mg.grad(again, [mu, logvar]) == pytest.approx(truth, rel=1e-7, abs=1e-15)


def test_near_equality_no_digits_get_lost():
    """KL is ½ gap² + Δ² there, 1.5e-18: far below the rounding of the textbook's terms."""
    delta = 1e-9
    p = mg.Normal.from_log_variance(delta, 2.0 * delta)
    kl = mg.kl_divergence(p, mg.Normal.from_log_variance(0.0, 0.0))
    assert kl == pytest.approx(1.5 * delta**2, rel=1e-6, abs=0.0)


def test_between_normals():
    m1, s1, m2, s2 = 0.4, 0.8, -0.5, 1.7
    kl = mg.kl_divergence(mg.Normal(m1, s1), mg.Normal(m2, s2))
    textbook = math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5
    assert kl == pytest.approx(textbook, rel=1e-13)
    assert kl != pytest.approx(mg.kl_divergence(mg.Normal(m2, s2), mg.Normal(m1, s1)), rel=0.1)


def test_the_batch_is_neither_summed_nor_averaged():
    p = mg.Normal(np.array([0.0, 1.0, 2.0]), 1.0)
    np.testing.assert_allclose(mg.kl_divergence(p, STANDARD), [0.0, 0.5, 2.0])
    np.testing.assert_allclose(mg.kl_divergence(STANDARD, p), [0.0, 0.5, 2.0])
    same = mg.Normal(np.zeros(3), 2.0)
    assert np.shape(mg.kl_divergence(same, mg.Normal(np.zeros(3), 1.0))) == (3,)


def test_between_vectors():
    p, q = (mg.MultivariateNormal(m, scale_tril=t) for m, t in ((LOC1, L1), (LOC2, L2)))
    truth = full_kl(LOC1, L1, LOC2, L2)
    assert mg.kl_divergence(p, q) == pytest.approx(truth, rel=1e-12)
    by_covariance = mg.MultivariateNormal(LOC1, covariance_matrix=L1 @ L1.T)
    assert mg.kl_divergence(by_covariance, q) == pytest.approx(truth, rel=1e-12)


def test_gradients_between_vectors():
    loc, tril = mg.Var(LOC1), mg.Var(L1)
    q = mg.MultivariateNormal(LOC2, scale_tril=L2)
    slopes = mg.grad(mg.kl_divergence(mg.MultivariateNormal(loc, scale_tril=tril), q), [loc, tril])
    inverse = np.linalg.inv(L2 @ L2.T)
    np.testing.assert_allclose(slopes[0], inverse @ (LOC1 - LOC2), rtol=1e-11)
    truth = np.tril(inverse @ L1) - np.diag(1.0 / np.diag(L1))
    np.testing.assert_allclose(slopes[1], truth, rtol=1e-11, atol=1e-13)


def test_stacks_of_vectors():
    locs, trils = np.stack([LOC1, LOC2]), np.stack([L1, L2])
    p, q = mg.MultivariateNormal(locs, scale_tril=trils), mg.MultivariateNormal(LOC2, scale_tril=L1)
    truth = [full_kl(m, t, LOC2, L1) for m, t in zip(locs, trils, strict=True)]
    np.testing.assert_allclose(mg.kl_divergence(p, q), truth, rtol=1e-12)
    shared = mg.MultivariateNormal(locs, scale_tril=L2)
    truth = [full_kl(m, L2, LOC2, L1) for m in locs]
    np.testing.assert_allclose(mg.kl_divergence(shared, q), truth, rtol=1e-12)


def test_independent_is_the_vector_with_a_diagonal_covariance():
    s1, s2 = np.exp(LOC2), np.exp(LOC1)
    p, q = (mg.Independent(mg.Normal(m, s), 1) for m, s in ((LOC1, s1), (LOC2, s2)))
    truth = full_kl(LOC1, np.diag(s1), LOC2, np.diag(s2))
    assert mg.kl_divergence(p, q) == pytest.approx(truth, rel=1e-12)
    deeper = [mg.Independent(mg.Independent(x.base, 0), 1) for x in (p, q)]
    assert mg.kl_divergence(*deeper) == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("which", range(4))
def test_numbers_and_vars_mix(which):
    """Whichever parameter is a Var, of numbers or of vectors, the divergence is on the tape."""
    for make, given in (
        (mg.Normal, [LOC1, np.exp(LOC2), LOC2, np.exp(LOC1)]),
        (lambda m, t: mg.MultivariateNormal(m, scale_tril=t), [LOC1, L1, LOC2, L2]),
    ):
        plain = mg.kl_divergence(make(*given[:2]), make(*given[2:]))
        leaf = mg.Var(given[which])
        mixed = [leaf if i == which else x for i, x in enumerate(given)]
        found = mg.kl_divergence(make(*mixed[:2]), make(*mixed[2:]))
        np.testing.assert_allclose(found.value, plain, rtol=1e-14)
        assert np.any(mg.grad(mg.sum(found), [leaf])[0] != 0.0)


def test_it_is_zero_at_equality():
    vector = mg.MultivariateNormal(LOC1, scale_tril=L1)
    assert mg.kl_divergence(mg.Normal(0.3, 0.7), mg.Normal(0.3, 0.7)) == 0.0
    assert mg.kl_divergence(vector, vector) == pytest.approx(0.0, abs=1e-14)


def triangle(rng):
    return np.tril(rng.normal(size=(3, 3)), -1) + np.diag(rng.uniform(0.2, 2.0, 3))


def positive(rng):
    return np.exp(rng.normal(size=3))


EVERY_KIND = {
    "Normal": lambda rng: mg.Normal(rng.normal(size=3), positive(rng)),
    "MultivariateNormal": lambda rng: mg.MultivariateNormal(
        rng.normal(size=3), scale_tril=triangle(rng)
    ),
    "Independent": lambda rng: mg.Independent(mg.Laplace(rng.normal(size=3), positive(rng)), 1),
    "Laplace": lambda rng: mg.Laplace(rng.normal(size=3), positive(rng)),
    "Exponential": lambda rng: mg.Exponential(positive(rng)),
    "Gamma": lambda rng: mg.Gamma(positive(rng), positive(rng)),
    "Beta": lambda rng: mg.Beta(positive(rng), positive(rng)),
    "Dirichlet": lambda rng: mg.Dirichlet(positive(rng)),
    "Bernoulli": lambda rng: mg.Bernoulli(rng.uniform(size=3)),
    "Categorical": lambda rng: mg.Categorical(logits=rng.normal(size=3)),
}


@pytest.mark.parametrize("name", EVERY_KIND)
def test_it_is_positive_and_0_at_equality(name):
    rng = np.random.default_rng(17)
    for _ in range(50):
        p, q = EVERY_KIND[name](rng), EVERY_KIND[name](rng)
        assert np.all(mg.kl_divergence(p, q) > 0.0)
        np.testing.assert_allclose(mg.kl_divergence(p, p), 0.0, atol=1e-13)


def test_gradient_checks():
    def normal(m1, v1, m2, v2):
        p, q = mg.Normal.from_log_variance(m1, v1), mg.Normal.from_softplus(m2, v2)
        return mg.sum(mg.kl_divergence(p, q))

    def vector(m1, f1, m2, f2):
        make = mg.MultivariateNormal.from_unconstrained
        return mg.kl_divergence(make(m1, f1), make(m2, f2))

    mg.check_gradients(normal, 0.3, -0.4, 1.0, 0.2, order=2)
    mg.check_gradients(normal, LOC1, LOC2, LOC2, LOC1, order=2)
    mg.check_gradients(vector, LOC1, L1, LOC2, L2, order=2)


# ------------------------------------------------------------------------------------ Monte Carlo


def test_monte_carlo_has_the_mean_and_the_variance_it_should():
    """One draw for each of many p: log p(z) - log q(z) of each, and its gradients."""
    m, s = 0.8, 0.6
    mu, sigma = mg.Var(np.full(DRAWS, m)), mg.Var(np.full(DRAWS, s))
    draws = mg.kl_monte_carlo(mg.Normal(mu, sigma), STANDARD, 1, np.random.default_rng(1))
    assert draws.shape == (DRAWS,)
    assert_mean(draws.value, 0.5 * (m * m + s * s - 1.0 - 2.0 * math.log(s)))
    assert_variance(draws.value, m * m * s * s + 0.5 * (s * s - 1.0) ** 2)
    of_mu, of_sigma = mg.grad(mg.sum(draws), [mu, sigma])
    assert_mean(of_mu, m)
    assert_variance(of_mu, s * s)
    assert_mean(of_sigma, s - 1.0 / s)
    assert_variance(of_sigma, m * m + 2.0 * s * s)


def test_monte_carlo_averages_its_samples():
    p, q = mg.Normal(np.array([0.5, -1.0]), mg.Var(0.7)), mg.Normal(np.zeros(2), 2.0)
    found = mg.kl_monte_carlo(p, q, 10, np.random.default_rng(3))
    z = p.rsample(np.random.default_rng(3), 10).value
    truth = np.mean(p.log_prob(z).value - q.log_prob(z), axis=0)
    np.testing.assert_allclose(found.value, truth, rtol=1e-13)


def test_monte_carlo_between_vectors_differentiates_both():
    leaves = [mg.Var(x) for x in (LOC1, L1, LOC2, L2)]
    p, q = (mg.MultivariateNormal(m, scale_tril=t) for m, t in (leaves[:2], leaves[2:]))
    exact = mg.kl_divergence(p, q)
    found = mg.kl_monte_carlo(p, q, 200_000, np.random.default_rng(2))
    assert found.shape == () and found.value == pytest.approx(exact.value, rel=0.02)
    for slope, truth in zip(mg.grad(found, leaves), mg.grad(exact, leaves), strict=True):
        np.testing.assert_allclose(slope, truth, atol=0.02 * np.max(np.abs(truth)))


# --------------------------------------------------------------------------------------- bad input


class Unknown(mg.Normal):
    """A class without closed forms."""


@pytest.mark.parametrize(
    ("p", "q", "nearest"),
    [
        (Unknown(0.0, 1.0), STANDARD, r"\(Normal, Normal\)"),
        (mg.Cauchy(0.0, 1.0), STANDARD, r"\((Laplace|Logistic|Gumbel), Normal\)"),
        (STANDARD, mg.Gumbel(0.0, 1.0), r"\(Gumbel, Normal\)"),
        (mg.Gamma(1.0, 1.0), mg.Beta(1.0, 1.0), r"\(Gamma, Gamma\)"),
    ],
)
def test_a_pair_without_a_closed_form_names_the_nearest(p, q, nearest):
    a, b = type(p).__name__, type(q).__name__
    said = (
        rf"KL\({a} ‖ {b}\) has no closed form here, .*{nearest}.* have: .*mg.kl_monte_carlo.*"
        rf"minigrad.extend.register_kl\({a}, {b}\)"
    )
    with pytest.raises(NotImplementedError, match=said):
        mg.kl_divergence(p, q)


class Wide(mg.Normal):
    """A class whose closed form a user enters."""


def test_a_closed_form_of_one_s_own():
    @register_kl(Wide, Wide)
    @register_kl(Wide, mg.Normal)
    def between(p, q):
        return p.scale - q.scale

    wide = Wide(0.0, np.array([2.0, 3.0]))
    np.testing.assert_array_equal(mg.kl_divergence(wide, STANDARD), [1.0, 2.0])
    assert mg.kl_divergence(Wide(0.0, 3.0), Wide(0.0, 1.0)) == 2.0
    with pytest.raises(ValueError, match=r"between gave shape \(\), not one .* batch \(3,\)"):
        mg.kl_divergence(Wide(np.zeros(3), 1.0), Wide(0.0, 1.0))
    with pytest.raises(TypeError, match="two classes of distributions, not Normal"):
        register_kl(mg.Normal, STANDARD)


def test_what_does_not_belong_together_is_refused():
    vector = mg.MultivariateNormal(LOC1, scale_tril=L1)
    with pytest.raises(TypeError, match="between two distributions, not float and Normal"):
        mg.kl_divergence(0.0, STANDARD)
    with pytest.raises(ValueError, match=r"of one shape, not \(3,\) and \(\): mg.Independent"):
        mg.kl_divergence(vector, STANDARD)
    with pytest.raises(ValueError, match=r"batches of shapes \(3,\) and \(2,\) do not broadcast"):
        mg.kl_divergence(mg.Normal(LOC1, 1.0), mg.Normal(np.zeros(2), 1.0))
    with pytest.raises(ValueError, match=r"batches of shapes \(3,\) and \(2, 1\) would silently"):
        mg.kl_divergence(mg.Normal(LOC1, 1.0), mg.Normal(np.zeros((2, 1)), 1.0))
    p = mg.Independent(vector, 0), mg.Independent(mg.Normal(LOC1, 1.0), 1)
    with pytest.raises(ValueError, match="one takes 0 batch axes, the other 1"):
        mg.kl_divergence(*p)


def test_monte_carlo_refuses():
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"p has batch \(\) and q \(3,\)"):
        mg.kl_monte_carlo(STANDARD, mg.Normal(LOC1, 1.0), 3, generator)
    with pytest.raises(ValueError, match="samples must be 1 or more, not 0"):
        mg.kl_monte_carlo(STANDARD, STANDARD, 0, generator)
    with pytest.raises(TypeError, match="samples is an int, not float 10.0"):
        mg.kl_monte_carlo(STANDARD, STANDARD, 10.0, generator)
    with pytest.raises(TypeError, match="rng is a numpy.random.Generator, not int 0"):
        mg.kl_monte_carlo(STANDARD, STANDARD, 10, 0)
