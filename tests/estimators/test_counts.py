"""Counts and one-hot choices: arms, stochastic triples, enumeration, straight-through."""

import numpy as np
import pytest

import minigrad as mg
from tests.estimators.test_discrete import LOGITS, WEIGHTS
from tests.estimators.test_walls import rng
from tests.support.calibration import CASES

RATE = 2.0
P = 0.3
CHOICE = np.exp(LOGITS) / np.exp(LOGITS).sum()


def geometric(p):
    """E k² of the failures before a success."""
    return (1 - p) / p**2 + ((1 - p) / p) ** 2


H = 1e-6
COUNTS = {  # law, where, E k², its slope
    "Poisson": (lambda a: mg.Poisson(a), RATE, RATE + RATE**2, 2 * RATE + 1),
    "Binomial": (lambda p: mg.Binomial(5, probs=p), P, 5 * P * (1 - P) + 25 * P**2, 5 + 40 * P),
    "Geometric": (
        lambda p: mg.Geometric(probs=p),
        P,
        geometric(P),
        (geometric(P + H) - geometric(P - H)) / (2 * H),
    ),
}


@pytest.mark.parametrize("name", COUNTS)
def test_the_square_of_a_count(name):
    law, at, value, slope = COUNTS[name]

    def problem(a):
        return law(a), mg.square

    def program(a):
        k = yield law(a)
        return mg.square(k)

    arms = mg.measure_valued(problem, (at,), 50_000, 1)
    assert np.all(np.abs(arms.z_scores((value, slope))) < 5.0)
    assert np.all(np.abs(mg.triples(program, (at,), 1_500, 2).z_scores((value, slope))) < 5.0)
    parameter = mg.Var(at)
    k = law(parameter).sample(rng(), estimator="enumeration")
    total = mg.surrogate(mg.square(k))
    assert k.site.tail <= 1e-12
    assert total.value == pytest.approx(value, rel=1e-8)
    assert mg.grad(total, [parameter])[0] == pytest.approx(slope, rel=1e-7)


def test_the_variance_of_a_poisson_square():
    """(k + 1)² - k²: 4λ, 8 at λ = 2, where the score function has 222.5, both by summing up."""
    counts = np.arange(80.0)
    weights = np.exp(mg.Poisson(RATE).log_prob(counts))
    square = counts**4 * (counts / RATE - 1) ** 2
    assert weights @ square - (2 * RATE + 1) ** 2 == pytest.approx(222.5, rel=1e-9)
    assert (CASES["measure-valued, Poisson"].variances, RATE) == ((8.0,), 2.0)
    assert CASES["score function, Poisson"].variances == (222.5,)


def test_a_tail_that_is_too_long():
    with pytest.raises(ValueError, match="raise tail="):
        mg.Geometric(probs=mg.Var(1e-5)).sample(rng(), estimator="enumeration")
    short = mg.Geometric(probs=mg.Var(1e-5)).sample(rng(), estimator="enumeration", tail=0.5)
    assert 0.4 < short.site.tail <= 0.5


def one_hot(f):
    return lambda logits: (mg.OneHotCategorical(logits=logits), f)


def linear(z):
    return z @ WEIGHTS


def quadratic(z):
    return mg.square(z @ WEIGHTS)


def test_a_choice_among_three_straight_through():
    """Linear f exactly, quadratic f by ReinMax: Σ p (w - p·w)."""
    first = CHOICE * (WEIGHTS - CHOICE @ WEIGHTS)
    second = CHOICE * (WEIGHTS**2 - CHOICE @ WEIGHTS**2)
    for estimator in (mg.straight_through, mg.reinmax):
        estimate = estimator(one_hot(linear), (LOGITS,), 50_000, 1)
        assert np.all(np.abs(estimate.z_scores((first,))[0]) < 5.0)
    scores = [
        estimator(one_hot(quadratic), (LOGITS,), 50_000, 1).z_scores((second,))[0]
        for estimator in (mg.reinmax, mg.straight_through)
    ]
    assert np.all(np.abs(scores[0]) < 5.0) and np.all(np.abs(scores[1]) > 50.0)


def test_gumbel_rao_of_a_choice_has_the_mean_of_a_relaxed_one():
    hard = mg.pathwise(
        lambda x: (mg.RelaxedOneHotCategorical(0.5, logits=x, hard=True), quadratic),
        (LOGITS,),
        60_000,
        2,
    )
    averaged = mg.gumbel_rao(one_hot(quadratic), (LOGITS,), 60_000, 3, temperature=0.5, draws=5)
    error = np.hypot(hard.grad_ses[0], averaged.grad_ses[0])
    assert np.all(np.abs(hard.grads[0] - averaged.grads[0]) < 5.0 * error)
    assert np.all(averaged.grad_ses[0] < hard.grad_ses[0])


def test_a_one_hot_site():
    logits = mg.Var(LOGITS)
    z = mg.OneHotCategorical(logits=logits).sample(rng(), estimator="enumeration")
    assert z.shape == (3, 3)
    (slope,) = mg.grad(mg.surrogate(quadratic(z)), [logits])
    exact = CHOICE * (WEIGHTS**2 - CHOICE @ WEIGHTS**2)
    np.testing.assert_allclose(slope, exact, rtol=1e-12)
    soft = mg.OneHotCategorical(logits=logits).sample(rng(), 4, estimator="relaxed")
    assert soft.shape == (4, 3) and np.all(mg.grad(soft.sum(axis=0)[0], [logits])[0] != 0.0)
