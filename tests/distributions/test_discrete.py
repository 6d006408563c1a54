"""Bernoulli and Categorical: probabilities, draws behind walls, divergences, bad input."""

import math
import re

import numpy as np
import pytest
from scipy import stats

import minigrad as mg
from tests.support.zscores import assert_mean, assert_variance

P = np.array([0.1, 0.3, 0.75])
CHOICES = np.array([[0.2, 0.5, 0.3], [0.1, 0.2, 0.7]])
DRAWS = 400_000


def bernoullis():
    return [mg.Bernoulli(P), mg.Bernoulli(logits=np.log(P / (1.0 - P)))]


def categoricals():
    return [
        mg.Categorical(CHOICES),
        mg.Categorical(7.0 * CHOICES),
        mg.Categorical(logits=np.log(CHOICES) + 3.0),
    ]


# ------------------------------------------------------------------------- probabilities, moments


@pytest.mark.parametrize("which", range(2))
def test_bernoulli_agrees_with_scipy(which):
    d, exact = bernoullis()[which], stats.bernoulli(P)
    z = np.array([[0.0] * 3, [1.0] * 3])
    np.testing.assert_allclose(d.log_prob(z), exact.logpmf(z), rtol=1e-12)
    np.testing.assert_allclose(d.entropy(), exact.entropy(), rtol=1e-12)
    np.testing.assert_allclose(d.probs, P, rtol=1e-13)
    np.testing.assert_allclose(d.logits, np.log(P / (1.0 - P)), rtol=1e-13)
    np.testing.assert_allclose(d.mean, P, rtol=1e-13)
    np.testing.assert_allclose(d.variance, exact.var(), rtol=1e-13)
    assert np.all(d.log_prob(np.full(3, 0.5)) == -math.inf)
    assert d.batch_shape == (3,) and d.event_shape == () and not d.has_rsample


@pytest.mark.parametrize("which", range(3))
def test_categorical_agrees_with_its_table(which):
    d, k = categoricals()[which], np.arange(3.0)
    for choice in range(3):
        found = d.log_prob([choice, choice])
        np.testing.assert_allclose(found, np.log(CHOICES[:, choice]), rtol=1e-12)
    np.testing.assert_allclose(d.probs, CHOICES, rtol=1e-13)
    np.testing.assert_allclose(d.entropy(), stats.entropy(CHOICES, axis=1), rtol=1e-12)
    mean = CHOICES @ k
    np.testing.assert_allclose(d.mean, mean, rtol=1e-13)
    np.testing.assert_allclose(d.variance, CHOICES @ k**2 - mean**2, rtol=1e-12)
    for never in (-1.0, 0.5, 3.0):
        assert np.all(d.log_prob([never, never]) == -math.inf)
    assert d.batch_shape == (2,) and d.event_shape == () and not d.has_rsample


def test_probabilities_add_up_to_1():
    for coin in (mg.Bernoulli(np.array([0.0, 0.3, 1.0])), mg.Bernoulli(logits=np.array([-3.0, 4]))):
        total = sum(np.exp(coin.log_prob(np.full(coin.batch_shape, z))) for z in (0.0, 1.0))
        np.testing.assert_allclose(total, 1.0, rtol=1e-14)
    for choice in (mg.Categorical(np.array([0.2, 0.0, 7.0])), mg.Categorical(logits=[1.0, -2, 5])):
        assert np.sum(np.exp(choice.log_prob(np.arange(3.0)))) == pytest.approx(1.0, rel=1e-14)


def test_plain_numbers_stay_plain():
    for d in (mg.Bernoulli(0.3), mg.Categorical([0.3, 0.7]), mg.Categorical(logits=[0.3, 0.7])):
        assert {type(x) for x in (d.log_prob(1), d.entropy(), d.mean, d.variance)} == {float}
    d = mg.Bernoulli(logits=mg.Var(0.3))
    assert all(isinstance(x, mg.Var) for x in (d.log_prob(1), d.entropy(), d.mean, d.variance))


def test_rare_events_keep_their_digits():
    for d in (mg.Bernoulli(1e-20), mg.Bernoulli(logits=math.log(1e-20))):
        assert d.log_prob(0.0) == pytest.approx(-1e-20, rel=1e-13)
        assert d.log_prob(1.0) == pytest.approx(math.log(1e-20), rel=1e-14)


def test_certain_outcomes_have_finite_gradients():
    """Probabilities of exactly 0 and 1: log-probabilities 0 and -inf, entropy 0, never nan."""
    p = mg.Var([0.0, 1.0])
    d = mg.Bernoulli(p)
    np.testing.assert_array_equal(d.log_prob([0.0, 1.0]).value, [0.0, 0.0])
    np.testing.assert_array_equal(d.log_prob([1.0, 0.0]).value, [-math.inf, -math.inf])
    np.testing.assert_array_equal(mg.grad(mg.sum(d.log_prob([0.0, 1.0])), [p])[0], [-1.0, 1.0])
    np.testing.assert_array_equal(d.entropy().value, [0.0, 0.0])
    for leaf, made in (
        (mg.Var([1.0, 0.0, 3.0]), lambda x: mg.Categorical(x)),
        (mg.Var([0.0, -math.inf, math.log(3.0)]), lambda x: mg.Categorical(logits=x)),
    ):
        d = made(leaf)
        found = d.log_prob([0.0, 1.0, 2.0]).value
        np.testing.assert_allclose(found, [math.log(0.25), -math.inf, math.log(0.75)], rtol=1e-14)
        entropy = d.entropy()
        assert entropy.value == pytest.approx(stats.entropy([0.25, 0.75]), rel=1e-14)
        with np.errstate(divide="ignore"):
            slope = mg.grad(entropy, [leaf])[0]
        assert np.isposinf(slope).tolist() == [False, d._is_probs, False]
        assert np.all(np.isfinite(slope[[0, 2]]))
        assert not np.any(d.sample(np.random.default_rng(0), 1000).value == 1.0)


# ------------------------------------------------------------------------------------------- draws


def test_draws_have_the_probabilities():
    rng = np.random.default_rng(0)
    for d in bernoullis():
        z = d.sample(rng, DRAWS)
        assert z.shape == (DRAWS, 3) and set(np.unique(z.value)) == {0.0, 1.0}
        assert_mean(z.value, P)
    for d in categoricals():
        z = d.sample(rng, DRAWS)
        assert z.shape == (DRAWS, 2)
        for choice in (1, 2):
            assert_mean((z.value == choice).astype(float), CHOICES[:, choice])
        assert_variance(z.value, d.variance)
    assert type(mg.Bernoulli(0.5).sample(rng).value) is float
    assert type(mg.Categorical([0.5, 0.5]).sample(rng).value) is float


def test_certain_outcomes_are_always_drawn():
    rng = np.random.default_rng(1)
    z = mg.Bernoulli([0.0, 1.0]).sample(rng, 1000).value
    np.testing.assert_array_equal(z, np.tile([0.0, 1.0], (1000, 1)))
    np.testing.assert_array_equal(mg.Categorical([0.0, 2.0, 0.0]).sample(rng, 1000).value, 1.0)


def test_the_ends_of_the_noise_are_possible_choices():
    d = mg.Categorical([0.0, 0.1, 0.1, 0.1, 0.0])
    assert d._outcome([1e-300, 0.5, 1.0]).value.tolist() == [1.0, 2.0, 3.0]
    tenths = mg.Categorical(np.ones(10))
    assert np.cumsum(tenths.probs)[-1] < 1.0 and tenths._outcome(1.0).value == 9.0


def test_a_sample_is_a_wall_and_what_made_it_can_be_seen():
    p = mg.Var(0.3)
    z = mg.Bernoulli(p).sample(np.random.default_rng(0))
    assert z.kind == "stop" and z.inputs[0].op == "less_equal" and p in z.inputs[0].inputs
    assert z.scope == "sampling"
    assert mg.grad(z * p, [p])[0] == z.value


def test_mirrored_noise():
    for d in (mg.Bernoulli(0.3), mg.Categorical([0.3, 0.7])):
        eps = d.noise(np.random.default_rng(0), 5)
        np.testing.assert_array_equal(d.mirrored(eps).value, 1.0 - eps.value)


def test_the_score_function_is_unbiased():
    """E[f(b) ∂ log p(b)] is the exact p(1 - p)(1 - 2t) for f = (b - t)², p as logits."""
    t, p = 0.45, 0.7
    logit = mg.Var(np.full(DRAWS, math.log(p / (1.0 - p))))
    d = mg.Bernoulli(logits=logit)
    b = d.sample(np.random.default_rng(2))
    baseline = p * (1.0 - t) ** 2 + (1.0 - p) * t**2
    (slopes,) = mg.grad(mg.sum((mg.square(b - t) - baseline) * d.log_prob(b)), [logit])
    assert_mean(slopes, p * (1.0 - p) * (1.0 - 2.0 * t))


# --------------------------------------------------------------------------------------- gradients


def test_gradient_checks():
    z, k = np.array([0.0, 1.0, 1.0]), np.array([2.0, 0.0])
    logits, free = np.log(P / (1.0 - P)), np.log(CHOICES) + 1.0
    mg.check_gradients(lambda p: mg.Bernoulli(p).log_prob(z), P, order=2)
    mg.check_gradients(lambda x: mg.Bernoulli(logits=x).log_prob(z), logits, order=2)
    mg.check_gradients(lambda p: mg.Categorical(p).log_prob(k), CHOICES, order=2)
    mg.check_gradients(lambda x: mg.Categorical(logits=x).log_prob(k), free, order=2)
    mg.check_gradients(lambda x: mg.Bernoulli(logits=x).entropy(), logits, order=2)
    mg.check_gradients(lambda x: mg.Categorical(logits=x).entropy(), free, order=2)
    mg.check_gradients(lambda x: mg.Categorical(x).variance, CHOICES, order=2)


# ---------------------------------------------------------------------------------------------- KL


def test_divergences_agree_with_scipy():
    other = np.array([0.5, 0.3, 0.1])
    truth = [stats.entropy([p, 1 - p], [q, 1 - q]) for p, q in zip(P, other, strict=True)]
    for p in bernoullis():
        for q in (mg.Bernoulli(other), mg.Bernoulli(logits=np.log(other / (1.0 - other)))):
            np.testing.assert_allclose(mg.kl_divergence(p, q), truth, rtol=1e-11, atol=1e-15)
            assert np.all(np.asarray(mg.kl_divergence(p, q))[[0, 2]] > 0.0)
    third = np.array([0.5, 0.15, 0.35])
    truth = stats.entropy(CHOICES, third[None], axis=1)
    for p in categoricals():
        found = mg.kl_divergence(p, mg.Categorical(third))
        np.testing.assert_allclose(found, truth, rtol=1e-12)
        each = np.broadcast_to(np.arange(3.0)[:, None], (3, 2))
        logs = p.log_prob(each)
        by_hand = np.sum(np.exp(logs) * (logs - mg.Categorical(third).log_prob(each)), 0)
        np.testing.assert_allclose(by_hand, truth, rtol=1e-12)


def test_divergences_vanish_at_equality():
    for p in bernoullis():
        np.testing.assert_allclose(mg.kl_divergence(p, p), 0.0, atol=1e-15)
    for p in categoricals():
        np.testing.assert_allclose(mg.kl_divergence(p, categoricals()[0]), 0.0, atol=1e-14)


def test_divergences_of_the_impossible():
    never, sometimes = mg.Bernoulli(mg.Var(0.0)), mg.Bernoulli(0.3)
    assert mg.kl_divergence(never, sometimes).value == pytest.approx(-math.log(0.7), rel=1e-14)
    assert mg.kl_divergence(sometimes, never).value == math.inf
    assert mg.kl_divergence(never, mg.Bernoulli(0.0)).value == 0.0
    one, two = mg.Categorical([1.0, 0.0, 1.0]), mg.Categorical([1.0, 1.0, 2.0])
    assert mg.kl_divergence(one, two) == pytest.approx(
        0.5 * math.log(2.0) + 0.5 * math.log(1.0), rel=1e-14
    )
    assert mg.kl_divergence(two, one) == math.inf


def test_gradients_of_divergences():
    def bernoulli(x, y):
        return mg.kl_divergence(mg.Bernoulli(logits=x), mg.Bernoulli(logits=y))

    def categorical(x, y):
        return mg.kl_divergence(mg.Categorical(logits=x), mg.Categorical(y))

    mg.check_gradients(bernoulli, np.array([0.3, -1.0]), np.array([1.3, 0.4]), order=2)
    mg.check_gradients(categorical, np.log(CHOICES), CHOICES[::-1] + 0.2, order=2)


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: mg.Bernoulli(), "Bernoulli takes probs= or logits=, neither was given"),
        (lambda: mg.Bernoulli(0.5, 0.0), "Bernoulli takes probs= or logits=, both were given"),
        (lambda: mg.Bernoulli(1.2), "Bernoulli: probs must be from 0 to 1 (logits= takes any num"),
        (lambda: mg.Bernoulli([0.5, math.nan]), "not nan at position (1,)"),
        (lambda: mg.Bernoulli(mg.Var(-0.1)), "not -0.1"),
        (lambda: mg.Bernoulli(logits=math.inf), "Bernoulli: logits must be finite, not inf"),
        (lambda: mg.Categorical(), "Categorical takes probs= or logits=, neither was given"),
        (lambda: mg.Categorical(0.5), "Categorical: probs of shape () need a last axis"),
        (lambda: mg.Categorical(logits=np.zeros((3, 0))), "logits of shape (3, 0) need a last ax"),
        (lambda: mg.Categorical([0.5, -0.5]), "Categorical: probs must be 0 or more and finite"),
        (lambda: mg.Categorical([0.5, math.inf]), "not inf at position (1,)"),
        (lambda: mg.Categorical([[0.5, 1.0], [0.0, 0.0]]), "the sum of probs must be above 0, no"),
        (lambda: mg.Categorical(logits=[0.0, math.nan]), "logits must be finite, or -inf for a ch"),
        (lambda: mg.Categorical(logits=[-math.inf] * 2), "largest of logits must be finite, not"),
        (lambda: mg.Categorical(CHOICES).log_prob(np.zeros(3)), "Categorical: z and parameters of"),
        (
            lambda: mg.kl_divergence(mg.Categorical([1.0, 1.0]), mg.Categorical([1.0, 1.0, 1.0])),
            "KL of Categorical: one has 2 choices, the other 3",
        ),
    ],
)
def test_what_is_refused(call, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        call()


@pytest.mark.parametrize(
    "d", [mg.Bernoulli(0.3), mg.Categorical([0.3, 0.7]), mg.Independent(mg.Bernoulli(P), 1)]
)
def test_there_is_no_rsample_and_the_error_says_what_serves(d):
    rng = np.random.default_rng(0)
    assert not d.has_rsample
    eps = d.noise(rng)
    for call in (
        lambda: d.rsample(rng),
        lambda: d.transform(eps),
        lambda: mg.elbo(mg.sum, d, rng),
        lambda: mg.kl_monte_carlo(d, d, 5, rng),
    ):
        with pytest.raises(NotImplementedError) as caught:
            call()
        for way in ("mg.RelaxedBernoulli", "mg.RelaxedOneHotCategorical", "mg.score_function"):
            assert way in str(caught.value)
