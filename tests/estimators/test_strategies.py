"""One site, one strategy: q.sample(rng, estimator=…) and blocks with mg.strategy."""

import math

import numpy as np
import pytest

import minigrad as mg
from tests.estimators.test_discrete import LOGITS, WEIGHTS, enumerated
from tests.estimators.test_walls import repeated, rng, scores

THETA = 0.3


def flipped(theta, **how):
    """ADEV's example: flip(θ) ? 0 : -θ/2, whose mean has the slope θ - ½."""
    b = mg.Bernoulli(theta).sample(rng(), **how)
    return mg.surrogate(mg.where(b, 0.0, -theta / 2.0))


def test_enumeration_is_exact():
    theta = mg.Var(THETA)
    total = flipped(theta, estimator="enumeration")
    assert total.value == pytest.approx(-(1 - THETA) * THETA / 2, rel=1e-14)
    (first,) = mg.grad(total, [theta], create_graph=True)
    assert first.value == pytest.approx(THETA - 0.5, rel=1e-14)
    assert mg.grad(first, [theta])[0] == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("how", ["score", "measure-valued"])
def test_a_branch_on_a_coin(how):
    def one(rng):
        theta = mg.Var(THETA)
        b = mg.Bernoulli(theta).sample(rng, estimator=how)
        return mg.grad(mg.surrogate(mg.where(b, 0.0, -theta / 2.0)), [theta])

    found = repeated(one, 300)
    assert abs(scores(found, THETA - 0.5)[0]) < 5.0
    assert scores(found, -(1 - THETA) / 2)[0] > 5.0  # naive


def test_a_branch_by_if_is_warned_of():
    b = mg.Bernoulli(mg.Var(1.0)).sample(rng())
    with pytest.warns(UserWarning, match="a branch on a draw.* mg.where"):
        assert b
    with pytest.warns(UserWarning, match="a branch on a draw"):
        assert b > 0.5
    assert mg.Bernoulli(1.0).sample(rng())  # of no parameter


def test_enumeration_of_joint_outcomes():
    """Three coins in one cost, all eight outcomes."""
    logits = mg.Var(LOGITS)
    b = mg.Independent(mg.Bernoulli(logits=logits), 1).sample(rng(), estimator="enumeration")
    assert b.shape == (8, 3)
    total = mg.surrogate(mg.square(b @ WEIGHTS - 0.3))
    value, gradient = enumerated(LOGITS)
    assert total.value == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(mg.grad(total, [logits])[0], gradient, rtol=1e-12)


def test_enumeration_of_a_choice_for_each_datum():
    """A batch of Categoricals, each with a cost of its own."""
    logits = mg.Var(np.array([[0.3, -0.2, 1.0], [0.0, 0.5, 0.1]]))
    k = mg.Categorical(logits=logits).sample(rng(), estimator="enumeration")
    assert k.shape == (3, 2)
    total = mg.surrogate(mg.square(k - np.array([0.5, 2.0])))
    p = np.exp(logits.value) / np.exp(logits.value).sum(axis=1, keepdims=True)
    costs = (np.arange(3.0) - np.array([[0.5], [2.0]])) ** 2
    means = (p * costs).sum(axis=1, keepdims=True)
    assert total.value == pytest.approx(means.mean(), rel=1e-12)
    np.testing.assert_allclose(mg.grad(total, [logits])[0], p * (costs - means) / 2, rtol=1e-11)


def test_enumeration_above_a_score():
    """A coin, enumerated, then a Gaussian whose mean it is, by the score function."""

    def one(rng):
        phi = mg.Var(0.4)
        b = mg.Bernoulli(logits=phi).sample(rng, estimator="enumeration")
        z = mg.Normal(phi + 2.0 * b, 1.0).sample(rng)
        return mg.grad(mg.surrogate(mg.square(z)), [phi])

    p = 1 / (1 + math.exp(-0.4))
    truth = p * (1 - p) * (2.4**2 - 0.4**2) + 2 * (p * 2.4 + (1 - p) * 0.4)
    assert abs(scores(repeated(one, 400), truth)[0]) < 5.0


def test_measure_valued_sites():
    """Gaussian numbers with a cost each; a Categorical."""

    def one(rng):
        mu, sigma, logits = mg.Var(1.0), mg.Var(1.3), mg.Var(LOGITS)
        with mg.strategy("measure-valued"):
            z = mg.Normal(mu, sigma).sample(rng, 100)
            k = mg.Categorical(logits=logits).sample(rng)
        gaussian = mg.surrogate(mg.square(z - 0.3))
        return *mg.grad(gaussian, [mu, sigma]), *mg.grad(mg.surrogate(k**2), [logits])[0]

    p = np.exp(LOGITS) / np.exp(LOGITS).sum()
    squares = np.arange(3.0) ** 2
    found = repeated(one, 300)
    assert np.all(np.abs(scores(found[:, :2], (1.4, 2.6))) < 5.0)
    of_logits = p * (squares - p @ squares)  # the arms of all choices: nothing is left to chance
    np.testing.assert_allclose(found[:, 2:], np.broadcast_to(of_logits, (300, 3)), rtol=1e-12)
    m, sigma = 0.7, 1.3  # FORMULAS: 4m²(4/π - 1), 4m² + 4σ²
    variances = 4 * m**2 * (4 / math.pi - 1), 4 * m**2 + 4 * sigma**2
    tolerance = 5 * math.sqrt(2.5 / 300)
    np.testing.assert_allclose(100 * found[:, :2].var(axis=0), variances, rtol=tolerance)


@pytest.mark.parametrize("cost", [mg.square, lambda z: mg.square(z) * z.site.distribution.rate])
def test_a_second_derivative_of_a_measure_valued_draw_is_refused(cost):
    """It would lack how the arms move: ∂²E[k²] by the rate is 2."""
    rate = mg.Var(2.0)
    k = mg.Poisson(rate).sample(rng(), estimator="measure-valued")
    (slope,) = mg.grad(mg.surrogate(cost(k)), [rate], create_graph=True)
    for allow_unused in (False, True):
        with pytest.raises(NotImplementedError, match='only once.*estimator="score"'):
            mg.grad(slope, [rate], allow_unused=allow_unused)


def test_pathwise_relaxed_and_straight_through():
    mu, p = mg.Var(0.5), mg.Var(0.3)
    z = mg.Normal(mu, 1.0).sample(rng(), estimator="pathwise")
    assert z.kind == "sample" and mg.grad(z, [mu]) == (1.0,)
    soft = mg.Bernoulli(p).sample(rng(), 5, estimator="relaxed", temperature=0.7)
    again = mg.RelaxedBernoulli(0.7, logits=mg.Bernoulli(p).logits).rsample(rng(), 5)
    np.testing.assert_allclose(soft.value, again.value)
    hard = mg.Bernoulli(p).sample(rng(), 5, estimator="relaxed", hard=True)
    assert set(hard.value) <= {0.0, 1.0} and mg.grad(hard.sum(), [p])[0] > 0.0
    b = mg.Bernoulli(p).sample(rng(), 50, estimator="straight-through")
    np.testing.assert_array_equal(b.value, mg.Bernoulli(p).sample(rng(), 50).value)
    (slope,) = mg.grad(mg.surrogate(mg.square(b - 0.2)), [p])
    assert slope == pytest.approx(np.mean(2 * (b.value - 0.2)))
    pair = mg.Independent(mg.Bernoulli(p * np.ones(2)), 1).sample(rng(), estimator="relaxed")
    assert pair.shape == (2,)


def test_a_baseline_of_a_site():
    mu = mg.Var(1.0)
    z = mg.Normal(mu, 1.0).sample(rng(), 8, baseline="leave-one-out")
    assert z.site.baseline == "leave-one-out"
    (own,) = mg.grad(mg.surrogate(mg.square(z)), [mu])
    plain = mg.Normal(mu, 1.0).sample(rng(), 8)
    (given,) = mg.grad(mg.surrogate(mg.square(plain), baseline="mean"), [mu])
    assert own == pytest.approx(given, rel=1e-12)
    with mg.strategy("score", baseline="mean"):
        assert mg.Normal(mu, 1.0).sample(rng(), 8).site.baseline == "mean"
        with mg.strategy("pathwise"):
            assert mg.Normal(mu, 1.0).sample(rng()).kind == "sample"
    assert mg.Normal(mu, 1.0).sample(rng()).site.baseline is None


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("measure_valued", "measure-valued"),
        ("score_function", "score"),
        ("straight_through", "straight-through"),
        ("pathwise", "pathwise"),
    ],
)
def test_names_of_functions_are_names_of_strategies(name, same):
    theta = mg.Var(0.3)
    q = mg.Normal(theta, 1.0) if name == "pathwise" else mg.Bernoulli(theta)
    drawn = [q.sample(rng(), 5, estimator=how) for how in (name, same)]
    with mg.strategy(name):
        drawn.insert(0, q.sample(rng(), 5))
    for z in drawn[:2]:
        np.testing.assert_array_equal(z.value, drawn[2].value)
        assert (z.site and z.site.estimator) == (drawn[2].site and drawn[2].site.estimator)


def test_what_is_refused():
    mu, logits = mg.Var(1.0), mg.Var(LOGITS)
    coins = mg.Bernoulli(logits=logits)
    with pytest.raises(ValueError, match="no strategy 'best': choose from enumeration, measure"):
        coins.sample(rng(), estimator="best")
    with pytest.raises(ValueError, match="no strategy 'best'"), mg.strategy("best"):
        pass
    with pytest.raises(TypeError, match="Normal has no list of outcomes"):
        mg.Normal(mu, 1.0).sample(rng(), estimator="enumeration")
    with pytest.raises(ValueError, match="shape is \\(\\), not 5"):
        coins.sample(rng(), 5, estimator="enumeration")
    b = coins.sample(rng(), estimator="enumeration")
    for cost in (b.sum(), b.sum(axis=1), b.mean(axis=0)):
        with pytest.raises(ValueError, match="has not kept its axes apart"):
            mg.surrogate(cost)
    first, second = (mg.Bernoulli(logits=mu).sample(rng(), estimator="enumeration") for _ in "ab")
    with pytest.raises(ValueError, match="give another such draw an axis of its own"):
        mg.surrogate(first * second)
    side = mg.reshape(second, 2, 1) * first  # given one, it is exact
    p = 1 / (1 + math.exp(-1.0))
    assert mg.grad(mg.surrogate(side), [mu])[0] == pytest.approx(2 * p * p * (1 - p), rel=1e-12)
    with pytest.raises(ValueError, match="1.0e\\+06|1.1e\\+12"):
        mg.Independent(mg.Bernoulli(np.full(40, 0.5)), 1).sample(rng(), estimator="enumeration")
    with pytest.raises(TypeError, match="has no meaningful mean"):
        mg.Categorical(logits=logits).sample(rng(), estimator="straight-through")
    with pytest.raises(TypeError, match="Normal has no relaxation, only Bernoulli"):
        mg.Normal(mu, 1.0).sample(rng(), estimator="relaxed")
