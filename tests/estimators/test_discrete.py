"""Estimators for what jumps: against enumeration and closed forms, in mean and in variance."""

import itertools
import math
from functools import partial

import numpy as np
import pytest

import minigrad as mg
from minigrad.estimators.coins import _by_arm, _by_disarm
from tests.estimators.test_variance import variances

P, T = 0.3, 0.2
LOGIT = math.log(P / (1 - P))
GAP = (1 - T) ** 2 - T**2  # f(1) - f(0) of (b - t)²
TRUTH = P * (1 - T) ** 2 + (1 - P) * T**2, P * (1 - P) * GAP


def coin(logit):
    return mg.Bernoulli(logits=logit), lambda b: mg.square(b - T)


def of_one(p, power):
    """b^power, a polynomial between 0 and 1."""

    def problem(logit):
        return mg.Bernoulli(logits=logit), lambda b: b**power + 0.5 * b

    return problem, (math.log(p / (1 - p)),), (p * 1.5, 1.5 * p * (1 - p))


WEIGHTS, LOGITS = np.array([1.0, -2.0, 0.5]), np.array([0.3, -0.5, 1.0])


def coins(logits):
    q = mg.Independent(mg.Bernoulli(logits=logits), 1)
    return q, lambda b: mg.square(b @ WEIGHTS - 0.3)


def enumerated(logits):
    """E f and its gradient with respect to the logits, over all eight outcomes."""
    p = 1 / (1 + np.exp(-logits))
    value, gradient = 0.0, np.zeros(3)
    for outcome in itertools.product((0.0, 1.0), repeat=3):
        b = np.array(outcome)
        weight = np.prod(np.where(b == 1.0, p, 1 - p))
        value += weight * (b @ WEIGHTS - 0.3) ** 2
        gradient += weight * (b @ WEIGHTS - 0.3) ** 2 * (b - p)
    return value, gradient


UNBIASED = {
    "arm": (mg.arm, 100_000),
    "disarm": (mg.disarm, 100_000),
    "rebar": (mg.rebar, 100_000),
    "relax": (partial(mg.relax, steps=60), 50_000),
    "reinmax": (mg.reinmax, 100_000),  # of quadratic f
    "measure": (mg.measure_valued, 50_000),
    "score": (partial(mg.score_function, baseline="mean"), 100_000),
}


@pytest.mark.parametrize("name", UNBIASED)
def test_of_one_coin_and_of_three(name):
    estimator, samples = UNBIASED[name]
    assert np.all(np.abs(estimator(coin, (LOGIT,), samples, 1).z_scores(TRUTH)) < 5.0)
    estimate = estimator(coins, (LOGITS,), samples, 2)
    assert all(np.all(np.abs(z) < 5.0) for z in estimate.z_scores(enumerated(LOGITS)))
    wrong = 1.06 * enumerated(LOGITS)[1]
    assert np.max(np.abs(estimate.z_scores((wrong,))[0])) > 5.0 or name in ("rebar", "relax")


def test_the_variances_of_arm_and_disarm():
    """In FORMULAS for DisARM; ARM's by ∫ (u - ½)² over the u at which the two draws differ."""
    u = (np.arange(100_000) + 0.5) / 100_000
    for p in (0.3, 0.5, 0.8):
        b, other = (np.where(x > 1 - p, 1.0, 0.0) for x in (u, 1 - u))
        spread, m = p * (1 - p), min(p, 1 - p)
        disarm = spread * (max(p, 1 - p) / 2 - spread)
        arm = (1 - (1 - 2 * m) ** 3) / 12 - spread**2
        for weigh, variance in ((_by_disarm, disarm), (_by_arm, arm)):
            each = (b - other) * weigh(u, b, other, p)  # of f = b
            assert each.mean() == pytest.approx(spread, rel=1e-4)
            assert each.var() == pytest.approx(variance, rel=1e-4, abs=1e-12)
        assert disarm < arm


def test_straight_through_and_reinmax():
    """Exact in the mean for linear f, and for quadratic f; their own wrong means beyond that."""
    for p in (0.2, 0.6):
        for power, exact in ((1, (True, True)), (2, (False, True)), (3, (False, False))):
            problem, params, truth = of_one(p, power)
            slopes = {0.0: 0.5 + (power == 1), 1.0: power + 0.5}
            through = p * (1 - p) * (p * slopes[1.0] + (1 - p) * slopes[0.0])
            heun = sum(
                weight * slopes[b] * ((p + b) * (2 - p - b) / 2 - p * (1 - p) / 2)
                for b, weight in ((1.0, p), (0.0, 1 - p))
            )
            own = through, heun
            for estimator, is_exact, mean in zip(
                (mg.straight_through, mg.reinmax), exact, own, strict=True
            ):
                estimate = estimator(problem, params, 100_000, 4)
                assert abs(estimate.z_scores((mean,))[0]) < 5.0
                assert (abs(mean - truth[1]) < 1e-12) == is_exact
    bias = P * (1 - P) * (2 * P - 1)  # FORMULAS, of (b - t)²
    estimate = mg.straight_through(coin, (LOGIT,), 100_000, 5)
    assert abs(estimate.z_scores((TRUTH[1] + bias,))[0]) < 5.0


def test_gumbel_rao():
    """The mean is that of one relaxed number, by quadrature; more of them have less variance."""
    tau = 0.5
    u = (np.arange(200_000) + 0.5) / 200_000
    z = LOGIT + np.log(u / (1 - u))
    soft = 1 / (1 + np.exp(-z / tau))
    mean = np.mean(2 * ((z > 0) - T) * soft * (1 - soft) / tau)
    few, many = (
        mg.gumbel_rao(coin, (LOGIT,), 50_000, 6, temperature=tau, draws=k) for k in (1, 20)
    )
    assert abs(few.z_scores((mean,))[0]) < 5.0 and abs(many.z_scores((mean,))[0]) < 5.0
    assert variances(many)[0] < 0.9 * variances(few)[0]
    alone = mg.pathwise(
        lambda logit: (mg.RelaxedBernoulli(tau, logits=logit, hard=True), coin(logit)[1]),
        (LOGIT,),
        50_000,
        7,
    )
    assert abs(alone.z_scores((mean,))[0]) < 5.0
    with pytest.raises(ValueError, match="temperature must be a positive number, not 0"):
        mg.gumbel_rao(coin, (LOGIT,), 100, 0, temperature=0.0)


def test_learned_control_variates_take_variance_away():
    plain = variances(mg.score_function(coin, (LOGIT,), 50_000, 8))[0]
    assert variances(mg.rebar(coin, (LOGIT,), 50_000, 8))[0] < 0.9 * plain
    assert variances(mg.relax(coin, (LOGIT,), 50_000, 8, steps=100))[0] < 0.1 * plain


def test_the_control_variate_is_not_learned_from_the_samples():
    """An η fitted to eight samples would bias their mean: many small estimates, each learned."""
    found = [mg.rebar(coin, (LOGIT,), 8, seed, pilot=8).grads[0] for seed in range(150)]
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    assert abs(np.mean(found) - TRUTH[1]) < 5.0 * error


# ----------------------------------------------------------------------------- weak derivatives


def test_measure_valued_of_other_families():
    """Exponential, Gamma's rate, Weibull's scale, Bernoulli, Categorical, with f = z²."""
    rate, k, scale = 1.7, 2.5, 0.8
    second = math.gamma(1 + 2 / k)
    p = np.exp(LOGITS) / np.exp(LOGITS).sum()
    squares = np.arange(3.0) ** 2
    cases = [
        (lambda a: mg.Exponential(a), rate, 2 / rate**2, -4 / rate**3),
        (lambda b: mg.Gamma(1.5, b), rate, 1.5 * 2.5 / rate**2, -2 * 1.5 * 2.5 / rate**3),
        (lambda s: mg.Weibull(s, k), scale, scale**2 * second, 2 * scale * second),
        (lambda q: mg.Bernoulli(probs=q), P, P, 1.0),
        (
            lambda x: mg.Categorical(logits=x),
            LOGITS,
            p @ squares,
            p * (squares - p @ squares),
        ),
    ]
    for law, at, value, slope in cases:

        def problem(x, law=law):
            return law(x), mg.square

        estimate = mg.measure_valued(problem, (at,), 100_000, 9)
        assert all(np.all(np.abs(z) < 5.0) for z in estimate.z_scores((value, slope)))


def test_the_variance_of_an_exponential_by_arms():
    """f = z: (z - (z + e/λ))/λ = -e/λ², e standard exponential: mean -1/λ², variance 1/λ⁴."""
    estimate = mg.measure_valued(
        lambda a: (mg.Exponential(a), lambda z: z), (1.7,), 60_000, 10, chunk=30
    )
    assert abs(estimate.z_scores((-1 / 1.7**2,))[0]) < 5.0
    assert variances(estimate)[0] == pytest.approx(1.7**-4, rel=0.05)


def test_a_parameter_without_weak_derivative():
    for law in (lambda a: mg.Gamma(a, 1.0), lambda a: mg.Weibull(1.0, a)):
        with pytest.raises(TypeError, match="measure_valued knows the weak derivative of"):
            mg.measure_valued(lambda a, law=law: (law(a), mg.square), (1.5,), 100, 0)


@pytest.mark.parametrize(
    "estimator",
    [mg.arm, mg.disarm, mg.rebar, mg.relax, mg.reinmax, mg.straight_through, mg.gumbel_rao],
)
def test_what_is_no_coin_is_refused(estimator):
    with pytest.raises(TypeError, match="is for Bernoulli and Independent.*not Normal"):
        estimator(lambda mu: (mg.Normal(mu, 1.0), mg.sin), (0.7,), 100, 0)


# ------------------------------------------------------------------------------ stochastic triples


def branch(theta):
    """ADEV's example: naive differentiation gives -(1 - θ)/2."""
    b = yield mg.Bernoulli(theta)
    return 0.0 * theta if b else -theta / 2.0


def walk(p):
    """Steps that depend on where the walk is, then a continuous draw, then a choice."""
    x = mg.constant(0.0)
    for _ in range(3):
        step = yield mg.Bernoulli(logits=p - 0.3 * x)
        x = x + (1.0 if step else -1.0)
    w = yield mg.Normal(p, 1.0)
    k = yield mg.Categorical(logits=mg.stack([0.0 * w, w, x]))
    return mg.square(x + p) + k * w


def expected_cost(p):
    places = {0.0: 1.0}
    for _ in range(3):
        after = {}
        for x, weight in places.items():
            up = 1 / (1 + math.exp(-(p - 0.3 * x)))
            for to, share in ((x + 1, up), (x - 1, 1 - up)):
                after[to] = after.get(to, 0.0) + weight * share
        places = after
    eps = np.linspace(-9, 9, 1801)
    density = np.exp(-(eps**2) / 2) / np.exp(-(eps**2) / 2).sum()
    w, total = p + eps, 0.0
    for x, weight in places.items():
        odds = np.exp([0 * w, w, x + 0 * w])
        share = odds / odds.sum(axis=0)
        total += weight * ((x + p) ** 2 + density @ (w * (share[1] + 2 * share[2])))
    return total


def test_triples_of_programs():
    theta = 0.3
    estimate = mg.triples(branch, (theta,), 400, 11)
    assert np.all(np.abs(estimate.z_scores((-(1 - theta) * theta / 2, theta - 0.5))) < 5.0)
    assert estimate.z_scores((-(1 - theta) / 2,))[0] > 5.0  # naive
    h, p = 1e-5, 0.4
    truth = expected_cost(p), (expected_cost(p + h) - expected_cost(p - h)) / (2 * h)
    assert np.all(np.abs(mg.triples(walk, (p,), 400, 12).z_scores(truth)) < 5.0)


def test_triples_of_a_problem():
    estimate = mg.triples(coin, (LOGIT,), 500, 13)
    assert estimate.grads[0] == pytest.approx(TRUTH[1], rel=1e-12)  # one flip: no scatter
    assert abs(estimate.z_scores(TRUTH)[0]) < 5.0


NOTHING = mg.constant(0.0)


def test_what_triples_refuses():
    with pytest.raises(TypeError, match="pathwise: a program that draws as it goes is for mg.trip"):
        mg.pathwise(branch, (0.3,), 100, 0)

    def program(law, end=NOTHING):
        def run(a):
            yield law(a)
            return end

        return run

    class Odd(mg.Bernoulli):
        pass

    bad = [
        (program(lambda a: a), TypeError, "yields distributions, not Var"),
        (program(mg.Bernoulli, 0.0), TypeError, "returns its cost, a scalar Var, not float"),
        (program(mg.Bernoulli, mg.constant([1.0])), ValueError, r"a scalar, not shape \(1,\)"),
        (program(Odd), TypeError, "knows how .*Bernoulli.* move, not Odd"),
        (program(lambda a: mg.Bernoulli(a * np.ones(2))), ValueError, "one number at a time"),
    ]
    for run, error, message in bad:
        with pytest.raises(error, match=message):
            mg.triples(run, (0.3,), 10, 0)
