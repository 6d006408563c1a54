"""Poisson, Binomial, Geometric, NegativeBinomial, OneHotCategorical: against SciPy and by draws."""

import math

import mpmath
import numpy as np
import pytest
from scipy import stats

import minigrad as mg
from minigrad.distributions.counting import (
    binomial_quantile,
    negative_binomial_quantile,
    poisson_quantile,
)
from tests.support.zscores import assert_mean

INF = math.inf
LOGIT = math.log(0.3 / 0.7)

# name: the distribution, SciPy's, and a function of its parameters with a point
COUNTS = {
    "Poisson": (mg.Poisson(3.4), stats.poisson(3.4), (mg.Poisson, (3.4,))),
    "Binomial": (mg.Binomial(7, 0.3), stats.binom(7, 0.3), (lambda p: mg.Binomial(7, p), (0.3,))),
    "Binomial, logits": (
        mg.Binomial(7, logits=LOGIT),
        stats.binom(7, 0.3),
        (lambda x: mg.Binomial(7, logits=x), (LOGIT,)),
    ),
    "Geometric": (mg.Geometric(0.3), stats.geom(0.3, -1), (mg.Geometric, (0.3,))),
    "Geometric, logits": (
        mg.Geometric(logits=LOGIT),
        stats.geom(0.3, -1),
        (lambda x: mg.Geometric(logits=x), (LOGIT,)),
    ),
    "NegativeBinomial": (
        mg.NegativeBinomial(3.5, 0.3),
        stats.nbinom(3.5, 0.7),
        (mg.NegativeBinomial, (3.5, 0.3)),
    ),
    "NegativeBinomial, logits": (
        mg.NegativeBinomial(3.5, logits=LOGIT),
        stats.nbinom(3.5, 0.7),
        (lambda n, x: mg.NegativeBinomial(n, logits=x), (3.5, LOGIT)),
    ),
}
each_row = pytest.mark.parametrize("name", COUNTS)
Z = np.arange(8.0)
U = np.array([1e-6, 0.1, 0.37, 0.5, 0.82, 0.999])


@each_row
def test_probabilities_and_curves(name):
    d, truth, _ = COUNTS[name]
    np.testing.assert_allclose(d.log_prob(Z), truth.logpmf(Z), rtol=1e-12, atol=1e-13)
    between = Z + 0.25
    assert np.all(d.log_prob(between) == -INF)
    for z in (Z, between, -0.5, 60.0):
        np.testing.assert_allclose(d.cdf(z), truth.cdf(z), rtol=1e-12)
        np.testing.assert_allclose(d.log_survival(z), truth.logsf(z), rtol=1e-8)
    np.testing.assert_array_equal(d.icdf(U), truth.ppf(U))
    np.testing.assert_array_equal(d.icdf(d.cdf(Z[:6])), Z[:6])
    assert d.icdf(1.0) == truth.ppf(1.0) and d.icdf(0.0) == 0.0


@each_row
def test_moments(name):
    d, truth, _ = COUNTS[name]
    assert d.mean == pytest.approx(truth.mean(), rel=1e-13)
    assert d.variance == pytest.approx(truth.var(), rel=1e-13)
    mass = np.exp(d.log_prob(np.arange(400.0)))
    assert d.mode == np.argmax(mass) and mass.sum() == pytest.approx(1.0, rel=1e-12)
    logs = np.where(mass > 0.0, np.log(np.where(mass > 0.0, mass, 1.0)), 0.0)
    assert d.entropy() == pytest.approx(-np.sum(mass * logs), rel=1e-12)


@each_row
def test_gradients(name):
    _, _, (make, given) = COUNTS[name]
    for z in (0.0, 4.0):
        mg.check_gradients(lambda *p, z=z: make(*p).log_prob(z), *given, order=2)
        mg.check_gradients(lambda *p, z=z: make(*p).cdf(z), *given)
        mg.check_gradients(lambda *p, z=z: make(*p).log_survival(z), *given)
    for moment in ("mean", "variance"):
        mg.check_gradients(lambda *p, m=moment: mg.add(getattr(make(*p), m), 0.0), *given, order=2)
    mg.check_gradients(lambda *p: make(*p).entropy(), *given, order=2)


@each_row
def test_draws(name):
    d, truth, _ = COUNTS[name]
    z = d.sample(np.random.default_rng(0), 5_000)
    assert z.kind == "stop" and not d.has_rsample and np.all(d.support.contains(z))
    noise = d.noise(np.random.default_rng(0), 5_000)
    np.testing.assert_array_equal(z.value, d._transform(noise).value)
    assert stats.kstest(d._law.cdf(noise.value), "uniform").pvalue > 1e-4
    n = 20_000  # even levels have each count as often as its probability says, give or take one
    z = d._transform(mg.constant(d._law.quantile((np.arange(n) + 0.5) / n))).value
    values, seen = np.unique(z, return_counts=True)
    assert np.all(np.abs(seen - n * truth.pmf(values)) < 1.0 + 1e-9)
    assert truth.pmf(values).sum() > 1.0 - 2.0 / n
    with pytest.raises(NotImplementedError, match="no rsample .* jump.*mg.score_function"):
        d.rsample(np.random.default_rng(0))


@each_row
def test_shapes_and_copies(name):
    d, _, (make, given) = COUNTS[name]
    wide = make(*(x * np.array([[1.0], [0.9]]) for x in given))
    assert (wide.batch_shape, wide.event_shape) == ((2, 1), ())
    assert wide.sample(np.random.default_rng(0), (3,)).shape == (3, 2, 1)
    assert wide.entropy().shape == (2, 1) and wide.cdf(np.zeros((3, 2, 1))).shape == (3, 2, 1)
    assert wide.entropy()[0, 0] == pytest.approx(d.entropy(), rel=1e-12)
    many = d.expand((4,))
    assert many.sample(np.random.default_rng(0)).shape == many.mean.shape == (4,)
    assert repr(d).startswith(f"{type(d).__name__}(")
    assert ("logits=-0.847" in repr(d)) == ("logits" in name)


@each_row
def test_what_can_t_be_has_no_gradient(name):
    _, _, (make, given) = COUNTS[name]
    for z in (-1.0, 1.5, INF):
        leaves = [mg.Var(x) for x in (*given, z)]
        chance = make(*leaves[:-1]).log_prob(leaves[-1])
        assert chance.value == -INF and mg.grad(chance, leaves, allow_unused=True) == (0.0,) * len(
            leaves
        )


EDGES = [
    (mg.Binomial(3, 0.0), 0.0, 0.0),
    (mg.Binomial(3, 0.0), 1.0, -INF),
    (mg.Binomial(3, 1.0), 3.0, 0.0),
    (mg.Binomial(3, 1.0), 2.0, -INF),
    (mg.Binomial(3, 0.5), 4.0, -INF),
    (mg.Binomial(0, 0.5), 0.0, 0.0),
    (mg.Geometric(1.0), 0.0, 0.0),
    (mg.Geometric(1.0), 1.0, -INF),
    (mg.NegativeBinomial(2.0, 0.0), 0.0, 0.0),
    (mg.NegativeBinomial(2.0, 0.0), 1.0, -INF),
]


@pytest.mark.parametrize(("d", "z", "truth"), EDGES)
def test_edges(d, z, truth):
    assert d.log_prob(z) == pytest.approx(truth, abs=1e-15)
    if truth == 0.0:
        assert np.all(d.sample(np.random.default_rng(0), 50).value == z)


@pytest.mark.parametrize(
    ("d", "z", "truth"),
    [
        (mg.Poisson(1e-3), 3.0, lambda m: 3 * m.log(m.mpf(1e-3)) - m.mpf(1e-3) - m.log(6)),
        (mg.Poisson(1e5), 99_000.0, lambda m: 99000 * m.log(10**5) - 10**5 - m.loggamma(99001)),
        (
            mg.Binomial(100_000, logits=-80.0),
            2.0,
            lambda m: m.log(m.binomial(10**5, 2)) - 160 - 10**5 * m.log1p(m.exp(-80)),
        ),
        (mg.Binomial(5, logits=80.0), 4.0, lambda m: m.log(5) - 80 - 5 * m.log1p(m.exp(-80))),
        (
            mg.Geometric(logits=-80.0),
            1e30,
            lambda m: -80 - m.log1p(m.exp(-80)) - m.mpf(10) ** 30 * m.log1p(m.exp(-80)),
        ),
        (mg.Geometric(logits=80.0), 3.0, lambda m: -240 - 4 * m.log1p(m.exp(-80))),
        (
            mg.NegativeBinomial(1e-3, logits=-40.0),
            2.0,
            lambda m: (
                m.log(m.mpf(1e-3) * (1 + m.mpf(1e-3)) / 2)
                - 80
                - (2 + m.mpf(1e-3)) * m.log1p(m.exp(-40))
            ),
        ),
    ],
)
def test_probabilities_in_the_tails(d, z, truth):
    with mpmath.workdps(60):
        assert d.log_prob(z) == pytest.approx(float(truth(mpmath)), rel=1e-10)


def test_both_signs_of_a_logit_keep_their_digits():
    for x in (30.0, 40.0, 80.0):
        small = math.exp(-x)
        assert mg.Binomial(3, logits=x).variance == pytest.approx(3.0 * small, rel=1e-12)
        assert mg.Geometric(logits=x).mean == pytest.approx(small, rel=1e-12)
        assert mg.Geometric(logits=x).variance == pytest.approx(small, rel=1e-12)
        assert mg.Geometric(logits=-x).mean == pytest.approx(math.exp(x), rel=1e-12)
        assert mg.NegativeBinomial(2.0, logits=x).mean == pytest.approx(2.0 / small, rel=1e-12)
        assert mg.NegativeBinomial(2.0, logits=-x).variance == pytest.approx(2.0 * small, rel=1e-12)


@pytest.mark.parametrize("rate", [1e-3, 0.5, 50.0, 1e3, 1e5])
def test_quantiles_are_scipys(rate):
    u = np.random.default_rng(0).random(2000)
    np.testing.assert_array_equal(poisson_quantile(rate, u), stats.poisson(rate).ppf(u))
    p = 1.0 / (1.0 + rate)
    np.testing.assert_array_equal(mg.Geometric(p).icdf(u), stats.geom(p, -1).ppf(u))
    np.testing.assert_array_equal(
        mg.NegativeBinomial(0.7, 1.0 - p).icdf(u), stats.nbinom(0.7, p).ppf(u)
    )
    np.testing.assert_array_equal(mg.Binomial(1000, p).icdf(u), stats.binom(1000, p).ppf(u))


def test_the_score_function_serves():
    """Poisson(λ): the derivative of E f is E[f(X + 1) - f(X)], of X² that is 2λ + 1."""
    found = mg.score_function(
        lambda rate: (mg.Poisson(rate), mg.square), (2.0,), 400_000, 0, baseline="mean"
    )
    assert abs(found.grads[0] - 5.0) < 5.0 * found.grad_ses[0]


def test_entropies_of_large_counts():
    """Near ½ log 2πe λ - 1/(12 λ) - 1/(24 λ²)."""
    rate = 1e5
    truth = 0.5 * math.log(2 * math.pi * math.e * rate) - 1 / (12 * rate) - 1 / (24 * rate**2)
    assert mg.Poisson(rate).entropy() == pytest.approx(truth, rel=1e-9)
    with pytest.raises(ValueError, match=r"a sum over [\d,]+ counts here: .* -log_prob over draws"):
        mg.Poisson(1e13).entropy()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: mg.Poisson(0.0), "Poisson: rate must be positive, not 0.0"),
        (lambda: mg.Binomial(2.5, 0.5), "total_count must be a whole number, 0 or more, not 2.5"),
        (lambda: mg.Binomial(-1, 0.5), "total_count must be a whole number, 0 or more, not -1"),
        (lambda: mg.Binomial(2, 1.5), "Binomial: probs must be from 0 to 1 .*, not 1.5"),
        (lambda: mg.Binomial(2), "takes probs= or logits=, neither was given"),
        (lambda: mg.Geometric(0.0), "Geometric: probs must be above 0, not 0.0"),
        (lambda: mg.Geometric(logits=INF), "Geometric: logits must be finite, not inf"),
        (lambda: mg.NegativeBinomial(2.0, 1.0), "probs must be below 1, not 1.0"),
        (lambda: mg.NegativeBinomial(0.0, 0.5), "total_count must be positive, not 0.0"),
        (lambda: mg.OneHotCategorical([0.5, -0.5]), "probs must be 0 or more"),
    ],
)
def test_what_is_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()


# ---------------------------------------------------------------------------------------- one-hot

P = np.array([[0.2, 0.3, 0.5], [0.7, 0.1, 0.2]])


def test_one_hot_choices():
    d, choice = mg.OneHotCategorical(P), mg.Categorical(P)
    assert (d.batch_shape, d.event_shape) == ((2,), (3,))
    for k, z in enumerate(np.eye(3)):
        np.testing.assert_array_equal(d.log_prob(z), choice.log_prob(float(k)))
    np.testing.assert_array_equal(d.entropy(), choice.entropy())
    np.testing.assert_array_equal(d.mean, P)
    np.testing.assert_allclose(d.variance, P * (1.0 - P), rtol=1e-15)
    np.testing.assert_array_equal(d.mode, [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert "probs=" in repr(d) and d.expand((4, 2)).mean.shape == (4, 2, 3)


def test_one_hot_draws():
    d = mg.OneHotCategorical(logits=np.log(P))
    z = d.sample(np.random.default_rng(0), 300_000)
    assert z.shape == (300_000, 2, 3) and np.all(d.support.contains(z))
    assert_mean(z.value, P)
    eps = d.noise(np.random.default_rng(1), 500)
    near = mg.RelaxedOneHotCategorical(1e-3, P).transform(eps).value
    np.testing.assert_allclose(near, d._transform(eps).value, atol=0.5)
    with pytest.raises(NotImplementedError, match="mg.RelaxedOneHotCategorical"):
        d.rsample(np.random.default_rng(0))


@pytest.mark.parametrize("z", [[0.5, 0.5, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [2.0, -1.0, 0.0]])
def test_what_is_not_one_hot_has_no_gradient(z):
    p, x = mg.Var(P[0]), mg.Var(z)
    chance = mg.OneHotCategorical(p).log_prob(x)
    assert chance.value == -INF
    assert not any(np.any(slope) for slope in mg.grad(chance, [p, x], allow_unused=True))


def test_gradients_of_one_hot_choices():
    x = np.array([0.3, -0.4, 0.9])
    mg.check_gradients(lambda x: mg.OneHotCategorical(logits=x).log_prob(np.eye(3)), x, order=2)
    mg.check_gradients(lambda x: mg.OneHotCategorical(logits=x).entropy(), x, order=2)


@pytest.mark.parametrize(
    "d", [mg.Poisson(1e18), mg.NegativeBinomial(1e300, 0.3), mg.Binomial(1e20, probs=0.5)]
)
def test_counts_that_are_no_floats_are_refused(d):
    for ask in (lambda: d.sample(np.random.default_rng(0)), d.entropy, lambda: d.icdf(0.5)):
        with pytest.raises(ValueError, match=r"from 2\*\*52 = 4.5e15 on not every one is a float"):
            ask()


LAWS = [
    *((poisson_quantile, (rate,), stats.poisson(rate)) for rate in (1e-6, 0.3, 30.0, 1e5)),
    *((binomial_quantile, x, stats.binom(*x)) for x in ((1.0, 0.2), (40.0, 0.9), (1e4, 0.5))),
    *(
        (negative_binomial_quantile, x, stats.nbinom(*x))
        for x in ((1e-3, 0.5), (5.0, 0.3), (500.0, 1e-3), (2e4, 0.99))
    ),
]


@pytest.mark.parametrize("quantile, parameters, law", LAWS)
def test_quantiles_by_a_table_and_one_by_one(quantile, parameters, law):
    """The smallest count whose distribution function reaches u, at both ends too."""
    u = np.concatenate([np.linspace(0.001, 0.999, 200), [1e-300, 1e-12, 1.0 - 1e-12]])
    found = quantile(*parameters, u)
    assert np.array_equal(found, quantile(*(np.full(u.shape, x) for x in parameters), u))
    assert [quantile(*parameters, float(x)) for x in u[::40]] == found[::40].tolist()
    assert np.all(law.cdf(found) >= u * (1.0 - 1e-12))
    assert np.all((found == 0.0) | (law.cdf(found - 1.0) < u * (1.0 + 1e-12)))
