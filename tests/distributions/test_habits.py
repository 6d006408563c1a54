"""What people write for a distribution and an estimator out of habit is answered with the way."""

import copy
import inspect
import pickle
import re

import numpy as np
import pytest

import minigrad as mg

RNG = np.random.default_rng(0)
Q = mg.Normal(mg.Var(0.0, "mu"), mg.Var(1.0, "sigma"))


def problem(m):
    return mg.Normal(m, 1.0), mg.sin


ANSWERS = [
    (lambda: mg.Normal(0.0, std=1.0), "Normal takes (loc, scale), not std=: that is scale= here"),
    (lambda: mg.Normal(mu=0.0, sigma=1.0), "not mu=: that is loc= here"),
    (lambda: mg.Normal(0.0, sigma=1.0), "not sigma=: that is scale= here"),
    (lambda: mg.Normal(0.0, logvar=1.0), "mg.Normal.from_log_variance(loc, logvar) takes it"),
    (lambda: mg.Normal(0.0, var=1.0), "not var=: its square root is scale"),
    (lambda: mg.Normal(0.0), "Normal takes (loc, scale): scale is missing"),
    (lambda: mg.Normal(), "Normal takes (loc, scale): loc and scale are missing"),
    (lambda: mg.Normal(0.0, 1.0, 2.0), "Normal takes (loc, scale), not 3 arguments"),
    (lambda: mg.Normal(0.0, 1.0, validate_args=True), "not validate_args=: leave it out"),
    (lambda: mg.Gamma(alpha=1.0, beta=1.0), "not alpha=: that is concentration= here"),
    (lambda: mg.Gamma(1.0, beta=1.0), "not beta=: that is rate= here"),
    (lambda: mg.Beta(a=1.0, b=1.0), "not a=: that is concentration1= here"),
    (lambda: mg.Uniform(a=0.0, b=1.0), "not a=: that is low= here"),
    (lambda: mg.Bernoulli(p=0.5), "not p=: that is probs= here"),
    (lambda: mg.MultivariateNormal([0.0], covariance=[[1.0]]), "that is covariance_matrix= here"),
    (lambda: mg.MultivariateNormal([0.0], cov=[[1.0]]), "that is covariance_matrix= here"),
    (lambda: Q.rsample(), "rng is a numpy.random.Generator, not None: make rng = np.random"),
    (lambda: Q.sample(), "rng is a numpy.random.Generator, not None: make rng = np.random"),
    (lambda: Q.noise(), "rng is a numpy.random.Generator, not None: make rng = np.random"),
    (lambda: mg.noise(), "rng is a numpy.random.Generator, not None: make rng = np.random"),
    (lambda: Q.mean(), "a Var can't be called: a property such as a distribution's q.mean"),
    (lambda: mg.elbo(lambda z: -z * z, Q, 10, RNG), "mg.elbo(log_joint, q, rng, samples)"),
    (lambda: mg.iwae(lambda z: -z * z, Q, 10, RNG), "mg.iwae(log_joint, q, rng, samples)"),
    (lambda: mg.kl_monte_carlo(Q, Q, RNG, 10), "mg.kl_monte_carlo(p, q, samples, rng)"),
    (lambda: mg.kl_monte_carlo(Q, Q, 10), "rng is a numpy.random.Generator, not None"),
    (lambda: mg.pathwise(problem, (0.5,), RNG, 100), "(problem, params, samples, rng)"),
    (lambda: mg.score_function(problem, (0.5,), RNG, 100), "(problem, params, samples, rng)"),
    (lambda: mg.finite_difference(problem, (0.5,), RNG, 9), "(problem, params, samples, rng)"),
    (lambda: mg.compare(problem, (0.5,), RNG, 100), "mg.compare(problem, params, samples, rng)"),
    (lambda: mg.pathwise(lambda m: mg.sin(m), (0.5,), 100), "returns a pair, the distribution and"),
    (
        lambda: mg.pathwise(lambda m: (mg.Normal(m, 1.0), mg.sin(m)), (0.5,), 100),
        "the integrand is a function of z, mg.sin or lambda z: mg.sin(z), not its value",
    ),
    (lambda: mg.coin_flip_lab(problem, (0.5,), True), "a seed of 0 or more, or None, not True"),
    (lambda: mg.explain(Q), "explain needs Vars, not Normal"),
]


@pytest.mark.parametrize(("call", "words"), ANSWERS)
def test_the_error_says_what_to_write(call, words):
    with pytest.raises(TypeError, match=re.escape(words)) as error:
        call()
    assert "Tracked" not in str(error.value) and "Fixed" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mu", "it is .loc"),
        ("std", "it is .stddev"),
        ("var", "it is .variance"),
        ("logpdf", "it is .log_prob(z)"),
        ("rvs", "it is .sample(rng, shape)"),
        ("kl", "it is mg.kl_divergence(p, q)"),
        ("nothing", "Normal has no attribute 'nothing'"),
    ],
)
def test_an_attribute_that_others_have(name, words):
    with pytest.raises(AttributeError, match=re.escape(words)):
        getattr(Q, name)
    assert not hasattr(Q, name)


def test_errors_from_inside_and_copies_are_as_they_were():
    with pytest.raises(TypeError, match="real numbers, not str"):
        mg.Normal("a", 1.0)
    assert list(inspect.signature(mg.Normal).parameters) == ["loc", "scale"]
    assert copy.copy(Q).loc is Q.loc
    assert pickle.loads(pickle.dumps(mg.Normal(1.0, 2.0))).scale == 2.0


def test_a_lab_takes_a_seed_as_pathwise_does():
    def sine(m, s):
        return mg.Normal(m, s), mg.sin

    first, again = (mg.coin_flip_lab(sine, (0.5, 1.0), 0).html for _ in range(2))
    assert first == again == mg.coin_flip_lab(sine, (0.5, 1.0), np.random.default_rng(0)).html
    assert mg.coin_flip_lab(sine, (0.5, 1.0)).html != first


def test_every_var_is_called_a_var():
    x = mg.Var(1.0)
    assert {type(v).__name__ for v in (x, x * x, mg.constant(1.0))} == {"Var"}
