"""Relaxed draws: densities, probabilities of their corners, straight-through gradients."""

import math
import re

import numpy as np
import pytest
from scipy import integrate, stats

import minigrad as mg
from tests.support.zscores import assert_mean

DRAWS = 1_000_000
P = 0.7
LOGIT = math.log(P / (1.0 - P))
CHOICES = np.array([0.2, 0.5, 0.3])


# --------------------------------------------------------------------------------------- densities


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_the_binary_density(temperature):
    """logit z is logistic, moved by logits/T and 1/T wide: by the change of variables."""
    d = mg.RelaxedBernoulli(temperature, P)
    z = np.linspace(0.01, 0.99, 21)
    logit, jacobian = np.log(z / (1.0 - z)), np.log(z * (1.0 - z))
    exact = stats.logistic(LOGIT / temperature, 1.0 / temperature).logpdf(logit) - jacobian
    np.testing.assert_allclose(d.log_prob(z), exact, rtol=1e-12, atol=1e-13)
    again = mg.RelaxedBernoulli(temperature, logits=LOGIT)
    np.testing.assert_allclose(again.log_prob(z), exact, rtol=1e-12, atol=1e-13)

    def in_logits(x):
        z = 1.0 / (1.0 + math.exp(-x))
        return math.exp(d.log_prob(z)) * z * (1.0 - z)

    whole = sum(integrate.quad(in_logits, *ends)[0] for ends in ((-30.0, 0.0), (0.0, 30.0)))
    assert whole == pytest.approx(1.0, abs=1e-3 if temperature < 1.0 else 1e-8)


def test_two_choices_are_the_binary_density():
    d = mg.RelaxedOneHotCategorical(0.7, [1.0 - P, P])
    z = np.linspace(0.05, 0.95, 10)
    pairs = np.stack([1.0 - z, z], -1)
    assert d.batch_shape == () and d.event_shape == (2,)
    np.testing.assert_allclose(d.log_prob(pairs), mg.RelaxedBernoulli(0.7, P).log_prob(z))


@pytest.mark.parametrize("temperature", [0.8, 1.5])
def test_three_choices_integrate_to_one(temperature):
    d = mg.RelaxedOneHotCategorical(temperature, logits=np.log(CHOICES) + 2.0)

    step = 0.5
    x = np.arange(-30.0, 30.0, step)
    z = np.exp(np.stack(np.broadcast_arrays(x, x[:, None], 0.0), -1))
    z /= np.sum(z, -1, keepdims=True)
    jacobian = np.prod(z, -1)  # of softmax
    total = np.sum(np.exp(d.log_prob(z)) * jacobian) * step**2
    assert total == pytest.approx(1.0, abs=1e-6)


def test_an_impossible_outcome_does_not_spoil_its_neighbours():
    logits, z = mg.Var(0.4), mg.Var([-0.1, 0.0, 0.3, 1.0, 2.0])
    found = mg.RelaxedBernoulli(0.5, logits=logits).log_prob(z)
    assert np.isneginf(found.value).tolist() == [True, False, False, False, True]
    assert np.isposinf(found.value).tolist() == [False, True, False, True, False]
    for slope in mg.grad(found, [z, logits], seed=np.ones(5)):
        assert np.all(np.isfinite(slope)) and np.any(slope != 0.0)
    z = mg.Var([[0.2, 0.3, 0.5], [0.2, 0.3, 0.6], [0.0, 0.5, 0.5], [-0.2, 0.7, 0.5]])
    found = mg.RelaxedOneHotCategorical(0.6, CHOICES).log_prob(z)
    assert np.isneginf(found.value).tolist() == [False, True, True, True]
    assert mg.RelaxedOneHotCategorical(0.4, CHOICES).log_prob(z).value[2] == math.inf
    (slope,) = mg.grad(mg.sum(found), [z])
    assert np.all(np.isfinite(slope)) and np.all(slope[0] != 0.0) and np.all(slope[1:] == 0.0)


def test_gradient_checks():
    simplex = np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]])
    eps = np.array([0.3, -1.0, 0.8])

    def binary(t, x, z):
        return mg.RelaxedBernoulli(t, logits=x).log_prob(mg.sigmoid(z))

    def choice(t, x, z):
        return mg.RelaxedOneHotCategorical(t, logits=x).log_prob(z)

    mg.check_gradients(binary, 0.7, np.array([0.3, -1.0]), np.array([1.3, 0.4]), order=2)
    mg.check_gradients(lambda t, x: choice(t, x, simplex), 0.7, np.log(CHOICES), order=2)
    mg.check_gradients(lambda p: mg.RelaxedBernoulli(0.7, p).log_prob(0.4), P, order=2)
    mg.check_gradients(
        lambda t, p: mg.RelaxedOneHotCategorical(t, p).transform(eps), 0.7, CHOICES, order=2
    )
    mg.check_gradients(lambda t, p: mg.RelaxedBernoulli(t, p).transform(0.7), 0.7, P, order=2)


# ------------------------------------------------------------------------------------------- draws


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("temperature", [0.2, 3.0])
def test_corners_have_the_discrete_probabilities(temperature, hard):
    """At any temperature: which corner is nearest does not depend on it."""
    rng = np.random.default_rng(0)
    z = mg.RelaxedBernoulli(temperature, P, hard=hard).rsample(rng, DRAWS // 4).value
    assert_mean((z > 0.5).astype(float), P)
    d = mg.RelaxedOneHotCategorical(temperature, CHOICES, hard=hard)
    z = d.rsample(rng, DRAWS // 4).value
    assert z.shape == (DRAWS // 4, 3)
    np.testing.assert_allclose(np.sum(z, -1), 1.0, rtol=1e-14)
    assert_mean(np.eye(3)[np.argmax(z, -1)], CHOICES)


def test_draws_have_the_density():
    """E z by quadrature over the density, in logits."""
    d = mg.RelaxedBernoulli(0.8, P)

    def integrand(x):
        z = 1.0 / (1.0 + math.exp(-x))
        return z * math.exp(d.log_prob(z)) * z * (1.0 - z)

    truth = integrate.quad(integrand, -30.0, 30.0)[0]
    assert_mean(d.rsample(np.random.default_rng(1), DRAWS).value, truth)


def test_pathwise_gradients():
    """∂ E z by quadrature over the noise."""
    logits = mg.Var(np.full(DRAWS, LOGIT))
    z = mg.RelaxedBernoulli(0.6, logits=logits).rsample(np.random.default_rng(2))
    (slopes,) = mg.grad(mg.sum(z), [logits])
    assert_mean(slopes, through_soft(0.6)[0])


def test_pathwise_gradients_of_two_choices():
    """The first number of two is the binary draw."""
    logits = mg.Var(np.tile([LOGIT, 0.0], (DRAWS, 1)))
    z = mg.RelaxedOneHotCategorical(0.6, logits=logits).rsample(np.random.default_rng(8))
    (slopes,) = mg.grad(mg.sum(z[:, 0]), [logits])
    truth = through_soft(0.6)[0]
    assert_mean(slopes, np.array([truth, -truth]))


def test_mirrored_noise():
    rng = np.random.default_rng(3)
    d = mg.RelaxedBernoulli(0.5, 0.5)
    eps = d.noise(rng, 10)
    np.testing.assert_array_equal(d.mirrored(eps).value, -eps.value)
    z = d.transform(d.mirrored(eps)).value
    np.testing.assert_allclose(z, 1.0 - d.transform(eps).value, rtol=1e-12)
    d = mg.RelaxedOneHotCategorical(0.5, CHOICES)
    eps = d.noise(rng, 10)
    cdf = stats.gumbel_r.cdf
    np.testing.assert_allclose(cdf(d.mirrored(eps).value), 1.0 - cdf(eps.value), rtol=1e-10)


# -------------------------------------------------------------------------------- straight through


def through_soft(temperature):
    """∂E z/∂logit, all of it and the part with z > ½: the slope z(1 - z)/T over the noise."""

    def integrand(e):
        z = 1.0 / (1.0 + math.exp(-(LOGIT + e) / temperature))
        return z * (1.0 - z) / temperature * stats.logistic.pdf(e)

    below, above = (integrate.quad(integrand, *x)[0] for x in ((-40.0, -LOGIT), (-LOGIT, 40.0)))
    return below + above, above


@pytest.mark.parametrize(
    "make",
    [
        lambda hard, x: mg.RelaxedBernoulli(0.5, logits=x, hard=hard),
        lambda hard, x: mg.RelaxedOneHotCategorical(0.5, logits=x, hard=hard),
    ],
)
def test_the_value_is_hard_and_the_gradient_is_soft(make):
    logits = mg.Var(np.linspace(-1.0, 1.0, 7))
    eps = make(False, logits).noise(np.random.default_rng(4), 2000)
    hard, soft = make(True, logits).transform(eps), make(False, logits).transform(eps)
    assert set(np.unique(hard.value)) == {0.0, 1.0} and not np.any(np.isin(soft.value, [0.0, 1.0]))
    weights = np.random.default_rng(5).normal(size=hard.shape)
    slopes = [mg.grad(mg.sum(weights * z), [logits])[0] for z in (hard, soft)]
    np.testing.assert_array_equal(*slopes)
    walls = [x for x in hard.inputs if x.kind == "stop"]
    assert hard.kind == "sample" and len(walls) == 1
    np.testing.assert_array_equal(walls[0].value, hard.value - soft.value)


def test_ties_have_one_winner():
    d = mg.RelaxedOneHotCategorical(0.5, np.ones(4), hard=True)
    np.testing.assert_array_equal(d.transform(np.zeros(4)).value, [1.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("t", [0.0, 0.45, 1.0])
def test_the_bias_of_plain_straight_through(t):
    """f = (b - t)²: the exact gradient is p(1 - p)(1 - 2t), the bias p(1 - p)(2p - 1)."""
    logits = mg.Var(np.full(DRAWS, LOGIT))
    d = mg.Bernoulli(logits=logits)
    soft = d.probs
    b = soft + mg.stop_gradient(d.sample(np.random.default_rng(6)) - soft)
    (slopes,) = mg.grad(mg.sum(mg.square(b - t)), [logits])
    exact, bias = P * (1.0 - P) * (1.0 - 2.0 * t), P * (1.0 - P) * (2.0 * P - 1.0)
    assert_mean(slopes, exact + bias)


@pytest.mark.parametrize("temperature", [0.5, 0.66, 2.0])
def test_the_bias_of_hard_relaxed_draws(temperature):
    """Another one, which depends on the temperature: by quadrature, .027 to .042 at t = .45."""
    t = 0.45
    logits = mg.Var(np.full(DRAWS, LOGIT))
    d = mg.RelaxedBernoulli(temperature, logits=logits, hard=True)
    (slopes,) = mg.grad(mg.sum(mg.square(d.rsample(np.random.default_rng(7)) - t)), [logits])
    whole, above = through_soft(temperature)
    truth = 2.0 * above - 2.0 * t * whole
    assert 0.027 < truth - P * (1.0 - P) * (1.0 - 2.0 * t) < 0.0421
    assert_mean(slopes, truth)


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: mg.RelaxedBernoulli(0.0, 0.5),
            ValueError,
            "RelaxedBernoulli: temperature must be positive, not 0.0",
        ),
        (lambda: mg.RelaxedBernoulli(0.5), ValueError, "takes probs= or logits=, neither was"),
        (lambda: mg.RelaxedBernoulli(0.5, 0.5, 0.0), ValueError, "logits=, both were given"),
        (lambda: mg.RelaxedBernoulli(0.5, 1.2), ValueError, "probs must be from 0 to 1"),
        (
            lambda: mg.RelaxedBernoulli(0.5, [0.5, 1.0]),
            ValueError,
            "RelaxedBernoulli: probs must be strictly between 0 and 1, not 1.0 at position (1,)",
        ),
        (lambda: mg.RelaxedOneHotCategorical(-1.0, [0.5, 0.5]), ValueError, "not -1.0"),
        (
            lambda: mg.RelaxedOneHotCategorical(0.5, logits=[0.0, -math.inf]),
            ValueError,
            "RelaxedOneHotCategorical: logits must be finite, not -inf at position (1,)",
        ),
        (
            lambda: mg.RelaxedOneHotCategorical(0.5, CHOICES).log_prob(np.ones(2)),
            ValueError,
            "RelaxedOneHotCategorical: z of shape (2,) must end in the event shape (3,)",
        ),
        (
            lambda: mg.RelaxedBernoulli(0.5, 0.5, hard=True).log_prob(1.0),
            NotImplementedError,
            "RelaxedBernoulli: a draw with hard=True has no density: take the log_prob of the disc",
        ),
        (
            lambda: mg.RelaxedOneHotCategorical(0.5, CHOICES, hard=True).log_prob(CHOICES),
            NotImplementedError,
            "RelaxedOneHotCategorical: a draw with hard=True has no density",
        ),
        (lambda: mg.RelaxedBernoulli(0.5, 0.5).mean, NotImplementedError, "has no mean in closed"),
        (lambda: mg.RelaxedBernoulli(0.5, 0.5).variance, NotImplementedError, "has no variance"),
        (lambda: mg.RelaxedBernoulli(0.5, 0.5).entropy(), NotImplementedError, "has no entropy"),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=re.escape(said)):
        call()
