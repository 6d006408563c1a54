"""Batches of problems: side by side where they stay apart, else one after another."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import minigrad as mg
from minigrad.estimators.apart import NotApart, scores_of_each, side_by_side
from minigrad.estimators.problem import Batch, Setting
from tests.support.estimator_problems import K, branch, coin, quadratic

MU, SIGMA = np.array([0.5, 1.0, -2.0]), np.array([1.0, 0.4, 1.5])
TRUTH = [((m - K) ** 2 + s**2, 2 * (m - K), 2 * s) for m, s in zip(MU, SIGMA, strict=True)]
LOGITS = np.array([-0.8, 0.1, 1.2])
P = 1 / (1 + np.exp(-LOGITS))


def counted(problem):
    """The problem, and how often it was called."""
    calls = []

    def run(*params):
        calls.append(params)
        return problem(*params)

    return run, calls


GAUSSIAN = {
    "pathwise": mg.pathwise,
    "antithetic": partial(mg.pathwise, antithetic=True),
    "score": mg.score_function,
    "mean baseline": partial(mg.score_function, baseline="mean"),
    "optimal baseline": partial(mg.score_function, baseline="optimal"),
    "measure-valued": mg.measure_valued,
    "differences": mg.finite_difference,
}


@pytest.mark.parametrize("name", GAUSSIAN)
def test_gaussian_problems_at_once(name):
    problem, calls = counted(quadratic)
    found = mg.batched(GAUSSIAN[name], problem, (MU, SIGMA), 4_000, 1, chunk=50)
    assert len(found) == 3 and found[0].chunks == 80 and found[0].samples == 4_000
    for estimate, truth in zip(found, TRUTH, strict=True):
        assert np.all(np.abs(estimate.z_scores(truth)) < 5.0)
        assert type(estimate.value) is type(estimate.grads[0]) is float
    alone = GAUSSIAN[name](quadratic, (MU[2], SIGMA[2]), 4_000, 2, chunk=50)
    for mine, other in zip(found[2].grad_ses, alone.grad_ses, strict=True):
        assert mine == pytest.approx(other, rel=0.5, abs=1e-12)
    if name not in ("optimal baseline", "differences"):
        assert [np.shape(mu.value) for mu, _ in calls].count((3,)) == 2 == len(calls) - 2


COINS = {
    "arm": (mg.arm, P * (1 - P) * (1 - 0.4)),
    "disarm": (mg.disarm, P * (1 - P) * (1 - 0.4)),
    "reinmax": (mg.reinmax, P * (1 - P) * (1 - 0.4)),
    "straight-through": (mg.straight_through, P * (1 - P) * 2 * (P - 0.2)),
    "measure": (mg.measure_valued, P * (1 - P) * (1 - 0.4)),
    "rebar": (partial(mg.rebar, pilot=100), P * (1 - P) * (1 - 0.4)),
}


@pytest.mark.parametrize("name", COINS)
def test_coins_at_once(name):
    estimator, truth = COINS[name]
    problem, calls = counted(coin)
    found = mg.batched(estimator, problem, (LOGITS,), 3_000, 1)
    for estimate, slope in zip(found, truth, strict=True):
        assert abs(estimate.z_scores((slope,))[0]) < 5.0
    together = [np.shape(logit.value) for (logit,) in calls].count((3,))
    assert together == (1 if name == "rebar" else 2) or name == "measure"


def test_vectors_at_once():
    """Parameters with axes of their own; f uses them too."""

    def problem(loc, scale):
        q = mg.Independent(mg.Normal(loc, scale), 1)
        return q, lambda z: mg.square(z).sum(axis=-1) + scale[..., 0]

    loc = np.array([[0.5, -0.3], [1.0, 0.0], [0.2, 0.1], [2.0, -1.0]])
    scale = np.full((4, 2), 0.7)
    for estimator in (mg.pathwise, mg.measure_valued, partial(mg.score_function, baseline="mean")):
        side_by_side(Batch(problem, 4), (loc, scale), True)
        for b, estimate in enumerate(mg.batched(estimator, problem, (loc, scale), 3_000, 1)):
            truth = 2 * loc[b], 2 * scale[b] + np.array([1.0, 0.0])
            assert all(np.all(np.abs(z) < 5.0) for z in estimate.z_scores(truth))


def mixed(mu):
    """The mean over all numbers: side by side it would mix the problems."""
    return mg.Normal(mu, 1.0), lambda z: z + 0.0 * z.mean()


def branching(mu):
    return mg.Normal(mu if mu > 0.0 else 2.0 * mu, 1.0), lambda z: z * 1.0


def positional(mu):
    return mg.Independent(mg.Normal(mu, 1.0), 1), lambda z: z[:, 0] * z[:, 1]


def by_length(mu):
    """Keeps the axis, but what it computes depends on how many there are."""
    return mg.Normal(mu, 1.0), lambda z: z * float(z.size // len(z))


def unused(mu):
    return mg.Normal(0.0, 1.0), lambda z: z + mu


@pytest.mark.parametrize(
    ("problem", "params", "slopes"),
    [
        (mixed, MU, [1.0, 1.0, 1.0]),
        (branching, MU, [1.0, 1.0, 2.0]),
        (positional, np.array([[1.0, 2.0], [3.0, 4.0]]), [[2.0, 1.0], [4.0, 3.0]]),
        (by_length, MU, [1.0, 1.0, 1.0]),
        (unused, MU, [1.0, 1.0, 1.0]),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_what_is_not_kept_apart_runs_one_after_another(problem, params, slopes):
    with pytest.raises(NotApart):
        side_by_side(Batch(problem, len(params)), (params,), True)
    for estimate, slope in zip(
        mg.batched(mg.pathwise, problem, (params,), 2_000, 1), slopes, strict=True
    ):
        assert np.all(np.abs(estimate.z_scores((np.array(slope),))[0]) < 5.0)


def test_programs_run_one_after_another():
    found = mg.batched(mg.triples, branch, (LOGITS,), 50, 1)
    assert len(found) == 3 and found[0].samples == 50


def test_each_problem_has_its_own_doubts_and_faults():
    def rare(mu):
        return mg.Normal(mu, 1.0), lambda z: z > 3.5

    found = mg.batched(mg.score_function, rare, (np.array([-9.0, 3.5]),), 3_000, 1)
    assert "f is 0 at all 3,000 samples" in str(found[0]) and not found[1].warnings

    def tail(a):
        return mg.Beta(2.0, a), lambda z: mg.log(1.0 - z)

    edge = mg.batched(mg.pathwise, tail, (np.array([3.0, 0.03]),), 2_000, 1)
    assert not edge[0].warnings and "rounded to the edge" in str(edge[1])
    with pytest.raises(ValueError, match="is nan or infinite at"):
        mg.batched(mg.pathwise, lambda m: (mg.Normal(m, 1.0), mg.log), (MU,), 100, 1)
    with pytest.raises(ValueError, match="scale must be positive"):
        mg.batched(mg.pathwise, quadratic, (MU, -SIGMA), 100, 1)


def test_seeds_and_executors():
    found = mg.batched(mg.pathwise, quadratic, (MU, SIGMA), 4_000, 1)
    assert found == mg.batched(mg.pathwise, quadratic, (MU, SIGMA), 4_000, 1)
    assert len({estimate.value for estimate in found}) == 3
    with ThreadPoolExecutor(2) as threads:
        same = mg.batched(mg.pathwise, quadratic, (MU, SIGMA), 4_000, 1, executor=threads)
    assert same == found
    rng = np.random.default_rng(3)
    coins = [mg.batched(mg.disarm, coin, (np.full(2, 0.4),), 100, rng) for _ in "ab"]
    assert coins[0] != coins[1]


def test_lengths_that_differ():
    with pytest.raises(ValueError, match=r"not the shapes \(3,\), \(2,\)"):
        mg.batched(mg.pathwise, quadratic, (MU, SIGMA[:2]), 100, 0)
    with pytest.raises(ValueError, match="need a first axis"):
        mg.batched(mg.pathwise, quadratic, (0.5, 1.0), 100, 0)


@pytest.mark.parametrize("kept", [True, False])
def test_the_optimal_baseline_is_the_same_sample_by_sample(kept):
    def problem(mu, sigma):
        if not kept:
            sigma = sigma if sigma > 0.0 else -sigma
        return mg.Normal(mu, sigma), mg.square

    setting = Setting(problem, (0.5, 1.2))
    z = mg.constant(np.array([0.1, 1.7, -0.4]))
    assert (scores_of_each(setting, z, setting.q.log_prob(z)) is not None) == kept
    plain = mg.score_function(problem, (0.5, 1.2), 300, 5, baseline="optimal")
    other = mg.score_function(
        lambda mu, sigma: problem(mu, sigma if sigma > 0.0 else sigma),
        (0.5, 1.2),
        300,
        5,
        baseline="optimal",
    )
    np.testing.assert_allclose(plain.grads, other.grads, rtol=1e-12)
