"""How an estimate is computed, whatever the estimator: chunks, seeds, workers, errors, texts."""

import importlib
import math
import os
import time
import tracemalloc
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Event

import dask
import distributed
import numpy as np
import pytest

import minigrad as mg
from tests.support import estimator_problems as problems
from tests.support.estimator_problems import PARENT, PIDS, quadratic, sine, step

AT = (0.7, 1.2)
ESTIMATORS = [mg.pathwise, mg.score_function, mg.measure_valued, mg.finite_difference]


def numbers(estimate):
    return estimate.value, estimate.value_se, estimate.grads, estimate.grad_ses


# ------------------------------------------------------------------------- chunks, seeds, memory


def test_the_estimate_is_the_mean_of_its_samples():
    """One chunk of known noise, by hand."""
    seen = []

    def problem(mu, sigma):
        def f(z):
            seen.append(z)
            return mg.sin(z)

        return mg.Normal(mu, sigma), f

    estimate = mg.pathwise(problem, AT, 1, 5)
    (z,) = seen[0].value
    assert (z - 0.7) / 1.2 == pytest.approx((eps := estimate.grads[1] / math.cos(z)), rel=1e-12)
    assert estimate.value == pytest.approx(math.sin(0.7 + 1.2 * eps), rel=1e-12)


def test_standard_errors_are_those_of_the_mean():
    """Chunks of one sample: the textbook formula; unequal chunks: the same on average."""
    values = []

    def problem(mu):
        def f(z):
            values.extend(z.value)
            return z

        return mg.Normal(mu, 1.0), f

    estimate = mg.pathwise(problem, (0.7,), 1_000, 5, chunk=1)
    assert estimate.chunks == 1_000
    del values[1_000:]  # where it was looked whether f jumps
    assert estimate.value == pytest.approx(np.mean(values), rel=1e-12)
    assert estimate.value_se == pytest.approx(np.std(values, ddof=1) / math.sqrt(1_000), rel=1e-9)
    errors = [mg.pathwise(problem, (0.7,), 47, seed).value_se for seed in range(150)]
    spread = 1.0 / 47.0
    assert np.mean(np.square(errors)) == pytest.approx(spread, rel=5 * math.sqrt(2 / 31 / 150))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_seeds(estimator):
    assert numbers(estimator(sine, AT, 500, 3)) == numbers(estimator(sine, AT, 500, np.int64(3)))
    rng = np.random.default_rng(3)
    first, second = estimator(sine, AT, 500, rng), estimator(sine, AT, 500, rng)
    again = estimator(sine, AT, 500, np.random.default_rng(3))
    assert numbers(first) == numbers(again) != numbers(second)
    assert estimator(sine, AT, 500).value != estimator(sine, AT, 500).value


def test_chunks():
    assert mg.pathwise(sine, AT, 1_000, 0).chunks == 32
    assert mg.pathwise(sine, AT, 1_000, 0, chunk=10).chunks == 100
    assert mg.pathwise(sine, AT, 10, 0).chunks == 10
    assert mg.pathwise(sine, AT, 10, 0, antithetic=True).chunks == 5
    assert mg.score_function(sine, AT, 11, 0, baseline="mean").chunks == 5
    assert (
        mg.pathwise(
            lambda m: (mg.Normal(m, 1.0), lambda z: z.sum(axis=-1)), (np.zeros(1_000),), 10_000, 0
        ).chunks
        == 50
    )


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_memory_does_not_grow_with_the_samples(estimator):
    def peak(samples):
        tracemalloc.start()
        estimator(sine, AT, samples, 0, chunk=5_000)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10_000)
    few, many = peak(160_000), peak(800_000)
    assert many < few + 100_000 < 1_500_000


def test_parameters_may_be_vars_and_are_left_alone():
    mu, sigma = mg.Var(0.7), mg.Var(1.2)
    estimate = mg.pathwise(sine, (mu, sigma), 1_000, 0)
    assert numbers(estimate) == numbers(mg.pathwise(sine, AT, 1_000, 0))
    assert mu.grad is None


# ---------------------------------------------------------------------------------------- workers


@pytest.fixture
def worker_notes(tmp_path, monkeypatch):
    monkeypatch.setenv(PIDS, str(tmp_path))
    monkeypatch.setenv(PARENT, str(os.getpid()))
    return tmp_path


def processes(count=2):
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


def test_processes_give_the_same_numbers(worker_notes):
    alone = mg.pathwise(problems.met, AT, 100_000, 4)
    with processes() as pool:
        shared = mg.pathwise(problems.met, AT, 100_000, 4, executor=pool)
        assert len(list(worker_notes.iterdir())) >= 2
        assert numbers(shared) == numbers(alone)
        for estimator in ESTIMATORS[1:]:
            args = quadratic, AT, 5_000, 4
            assert numbers(estimator(*args, executor=pool)) == numbers(estimator(*args))


def test_threads_give_the_same_numbers():
    with ThreadPoolExecutor(3) as pool:
        shared = mg.pathwise(sine, AT, 20_000, 4, executor=pool)
    assert numbers(shared) == numbers(mg.pathwise(sine, AT, 20_000, 4))


@contextmanager
def dask_cluster(**scheduler):
    """Two worker processes; a scheduler that has no worker for half a minute gives up."""
    settings = {"no-workers-timeout": "30s"} | scheduler
    with (
        dask.config.set({f"distributed.scheduler.{key}": x for key, x in settings.items()}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor()


def test_a_dask_cluster_gives_the_same_numbers_though_workers_die(worker_notes):
    """One cluster, which takes longer to start than to compute."""
    with dask_cluster() as executor:
        shared = mg.pathwise(problems.met, AT, 100_000, 4, executor=executor)
        met = list(worker_notes.iterdir())
        for note in met:
            note.unlink()
        again = mg.pathwise(problems.mortal, AT, 100_000, 4, executor=executor)
    assert len(met) >= 2 and len(list(worker_notes.iterdir())) >= 2
    assert numbers(shared) == numbers(again) == numbers(mg.pathwise(sine, AT, 100_000, 4))


def test_a_block_that_kills_every_dask_worker_is_an_error(worker_notes):
    with dask_cluster(**{"allowed-failures": 0}) as executor:
        start = time.monotonic()
        with pytest.raises(RuntimeError, match="a worker died.*no estimate"):
            mg.pathwise(problems.deadly, AT, 10_000, 0, executor=executor)
        assert time.monotonic() - start < 60.0


def test_a_dead_worker_is_an_error(worker_notes):
    start = time.monotonic()
    with processes(2) as pool, pytest.raises(RuntimeError, match="a worker died.*no estimate"):
        mg.pathwise(problems.deadly, AT, 10_000, 0, executor=pool)
    assert time.monotonic() - start < 60.0


def test_the_first_error_is_not_waited_for():
    """Block 0 waits until the error of a later one has come through."""
    raised = Event()

    class Slow(ThreadPoolExecutor):
        def submit(self, work, span):
            def block():
                if span.start:
                    raise ArithmeticError("a later block")
                raised.wait(60.0)

            return super().submit(block)

    with Slow(2) as pool:
        with pytest.raises(ArithmeticError, match="a later block"):
            mg.pathwise(sine, AT, 1_000, 0, executor=pool)
        assert not raised.is_set()
        raised.set()


def test_a_problem_that_cannot_be_sent():
    with processes(1) as pool, pytest.raises(TypeError, match="top of a module that can be import"):
        mg.pathwise(lambda mu: (mg.Normal(mu, 1.0), mg.sin), (0.7,), 100, 0, executor=pool)


def test_a_workers_own_error_comes_through():
    with processes(1) as pool, pytest.raises(ValueError, match="scale must be positive, not -1"):
        mg.pathwise(sine, (0.7, -1.0), 100, 0, executor=pool)
    with ThreadPoolExecutor(2) as pool, pytest.raises(ValueError, match="is nan or infinite at"):
        mg.pathwise(logarithm, (0.7,), 1_000, 0, executor=pool)
    with pytest.raises(TypeError, match="concurrent.futures.Executor, not int"):
        mg.pathwise(sine, AT, 100, 0, executor=2)


def test_a_lost_block_is_an_error():
    class Forgetful(ThreadPoolExecutor):
        def submit(self, work, span):
            lost = Future()
            lost.cancel()
            return lost if span.start > 10 else super().submit(work, span)

    with Forgetful(1) as pool, pytest.raises(RuntimeError, match="samples are missing"):
        mg.pathwise(sine, AT, 1_000, 0, executor=pool)


def test_a_progress_bar_counts_samples(monkeypatch, capsys):
    estimate = mg.pathwise(sine, AT, 1_234, 0, progress=True)
    assert "100%" in (bar := capsys.readouterr().err) and "1.23k" in bar
    assert numbers(estimate) == numbers(mg.pathwise(sine, AT, 1_234, 0))


def test_a_progress_bar_needs_tqdm(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("minigrad.estimators.workers.import_module", missing)
    with pytest.raises(ImportError, match=r"pip install 'minigrad\[demos\]'"):
        mg.pathwise(sine, AT, 100, 0, progress=True)


# -------------------------------------------------------------------------------------- bad input


def logarithm(mu):
    return mg.Normal(mu, 1.0), mg.log


def test_what_is_not_finite_is_counted():
    draws = []

    def problem(mu):
        return mg.Normal(mu, 1.0), lambda z: draws.extend(z.value) or mg.log(z)

    with pytest.raises(ValueError, match="nan or infinite") as caught:
        mg.pathwise(problem, (0.7,), 1_000, 0)
    bad = np.flatnonzero(np.array(draws) < 0.0)
    assert f"at {len(bad)} of 1,000 samples, first at sample {bad[0]}:" in str(caught.value)


def test_a_gradient_that_is_not_finite():
    def problem(mu):
        return mg.Normal(mu, 1.0), lambda z: mg.sqrt(0.0 * z)

    with pytest.raises(ValueError, match="gradient is nan or infinite, first among the samples"):
        mg.pathwise(problem, (0.7,), 1_000, 0)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_one_sample_has_no_standard_error(estimator):
    estimate = estimator(sine, AT, 1, 0)
    assert math.isnan(estimate.value_se) and all(map(math.isnan, estimate.grad_ses))
    assert "no standard error" in str(estimate)
    with pytest.raises(ValueError, match="samples=1 there is no standard error"):
        estimate.z_scores((0.0, 0.0))


BAD = {
    "samples is 0": (ValueError, "samples must be 1 or more, not 0", {"samples": 0}),
    "samples is a float": (TypeError, "samples is an int", {"samples": 1e4}),
    "chunk is 0": (ValueError, "chunk must be 1 or more, not 0", {"chunk": 0}),
    "params is a number": (TypeError, "params is a tuple, not float", {"params": 0.7}),
    "params is text": (TypeError, "real numbers, not str", {"params": ("a", 1.0)}),
    "rng is a shape": (TypeError, "a seed of 0 or more, or None, not", {"rng": (3,)}),
    "rng is negative": (TypeError, "a seed of 0 or more", {"rng": -1}),
    "no pair": (
        TypeError,
        r"returns a pair, the distribution and the integrand",
        {"problem": lambda mu, sigma: mu},
    ),
    "no distribution": (
        TypeError,
        r"not \(Var, function\)",
        {"problem": lambda mu, sigma: (mu, lambda z: z)},
    ),
    "off the tape": (
        TypeError,
        "returned ndarray, not a Var",
        {"problem": lambda mu, sigma: (mg.Normal(mu, sigma), lambda z: np.sin(z.value))},
    ),
    "summed too far": (
        ValueError,
        "returned shape ()",
        {"problem": lambda mu, sigma: (mg.Normal(mu, sigma), lambda z: z.sum())},
    ),
    "not summed": (
        ValueError,
        r"one number per sample; sum over the other axes",
        {"problem": lambda mu, sigma: (mg.Normal(mu * np.ones(3), sigma), mg.sin)},
    ),
    "sigma below 0": (ValueError, "scale must be positive, not -1.0", {"params": (0.7, -1.0)}),
}


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("name", BAD)
def test_bad_input(name, estimator):
    error, message, changes = BAD[name]
    given = {"problem": sine, "params": AT, "samples": 100, "rng": 0} | changes
    with pytest.raises(error, match=message):
        estimator(**given)


def test_options_that_do_not_go_together():
    with pytest.raises(ValueError, match="samples is 7, and must be a multiple of 2"):
        mg.pathwise(sine, AT, 7, 0, antithetic=True)
    with pytest.raises(ValueError, match="samples is 1, and must be 2 or more"):
        mg.score_function(sine, AT, 1, 0, baseline="mean")
    with pytest.raises(ValueError, match='baseline is None, "mean" or "optimal", not \'best\''):
        mg.score_function(sine, AT, 10, 0, baseline="best")
    with pytest.raises(ValueError, match="choose one of baseline=, antithetic= and points="):
        mg.score_function(sine, AT, 10, 0, baseline="mean", antithetic=True)
    for bad in (0.0, -1e-4, math.inf, math.nan, True):
        with pytest.raises(ValueError, match="step must be a positive number"):
            mg.finite_difference(sine, AT, 10, 0, step=bad)


def multivariate(mu):
    return mg.MultivariateNormal(mu, scale_tril=np.eye(2)), lambda z: z.sum(axis=-1)


def test_estimators_that_do_not_fit_the_distribution():
    with pytest.raises(TypeError, match="knows .*Normal.* and Independent.*not MultivariateNormal"):
        mg.measure_valued(multivariate, (np.zeros(2),), 100, 0)

    class Walled(mg.Normal):
        has_rsample = False

    def walled(mu):
        return Walled(mu, 1.0), mg.sin

    for estimator in (mg.pathwise, mg.finite_difference):
        with pytest.raises(TypeError, match="Walled has no rsample: use mg.score_function"):
            estimator(walled, (0.7,), 100, 0)
    with pytest.raises(TypeError, match="no noise to mirror"):
        mg.score_function(walled, (0.7,), 100, 0, antithetic=True)

    with pytest.raises(TypeError, match="move the ends of Uniform.*use mg.pathwise"):
        mg.score_function(lambda b: (mg.Uniform(0.0, b), mg.sin), (0.7,), 100, 0)

    class Secret(mg.Normal):
        def log_prob(self, z):
            raise NotImplementedError("no inverse")

    with pytest.raises(TypeError, match=r"Secret has no log_prob \(no inverse\): use mg.pathwise"):
        mg.score_function(lambda mu: (Secret(mu, 1.0), mg.sin), (0.7,), 100, 0)


# ------------------------------------------------------------------------------- results, compare


def test_z_scores():
    estimate = mg.pathwise(quadratic, AT, 1_000, 0)
    (gap,) = (x - t for x, t in zip(estimate.grads[:1], (0.8,), strict=True))
    assert estimate.z_scores((0.8, 2.4))[0] == pytest.approx(gap / estimate.grad_ses[0])
    assert estimate.z_scores((1.6, 0.8, 2.4))[1:] == estimate.z_scores((0.8, 2.4))
    with pytest.raises(ValueError, match="2 parameters, 1 true values"):
        estimate.z_scores((0.8,))
    with pytest.raises(ValueError, match=r"shape \(2,\) for an estimate of shape \(\)"):
        estimate.z_scores((np.zeros(2), 2.4))


def test_the_text_of_an_estimate():
    lines = str(mg.pathwise(sine, AT, 1_000, 0)).splitlines()
    assert lines[0] == "pathwise, 1,000 samples" and len(lines) == 4
    assert "±" in lines[1] and lines[3].startswith("d/d param 1")
    assert "rough standard errors: from 10 chunks" in str(mg.pathwise(sine, AT, 10, 0))
    many = mg.pathwise(lambda m: (mg.Normal(m, 1.0), lambda z: z.sum(axis=-1)), (np.zeros(9),), 50)
    assert "… and 3 more" in str(many) and "d/d param 0[5]" in str(many)


def test_compare():
    table = mg.compare(quadratic, AT, 20_000, 0)
    assert {row.name for row in table.rows} >= {"pathwise", "score function", "measure-valued"}
    for row in table.rows:
        if row.estimate is None:
            assert "is for Bernoulli and Independent(Bernoulli), not Normal" in row.remark
            continue
        assert max(map(abs, row.estimate.z_scores((0.8, 2.4)))) < 5.0
        assert row.seconds > 0.0 and row.name in str(table)
    assert table["pathwise"].variances[0] == pytest.approx(4 * 1.2**2, rel=1.0)
    with pytest.raises(KeyError, match="no estimator 'best'"):
        table["best"]
    chosen = mg.compare(quadratic, AT, 1_000, 0, estimators=["pathwise", "score function"])
    assert [row.name for row in chosen.rows] == ["pathwise", "score function"]
    names = ["measure_valued", "finite_difference"]
    chosen = mg.compare(quadratic, AT, 1_000, 0, estimators=names)
    assert [row.estimate.estimator for row in chosen.rows][0] == "measure-valued"
    assert [row.name for row in chosen.rows] == names
    with pytest.raises(ValueError, match="no estimator 'best': choose from pathwise"):
        mg.compare(quadratic, AT, 1_000, 0, estimators=["best"])


def test_compare_says_who_refuses_and_who_warns():
    table = mg.compare(multivariate, (np.zeros(2),), 1_000, 0)
    assert table["measure-valued"].estimate is None and "measure_valued knows" in str(table)
    assert "2 numbers" in str(table)
    table = mg.compare(step, AT, 1_000, 0, estimators=["pathwise", "score function"])
    assert "every gradient is exactly 0" in table["pathwise"].remark
    assert not table["score function"].remark


def test_compare_of_a_coin_has_every_estimator():
    def coin(logit):
        return mg.Bernoulli(logits=logit), lambda b: mg.square(b - 0.2)

    names = [*mg.estimators.comparison.KNOWN]
    table = mg.compare(coin, (-0.8,), 2_000, 0, names)
    p = 1 / (1 + np.exp(0.8))
    for row in table.rows:
        if row.estimate is None:
            assert "Bernoulli has no rsample" in row.remark
        elif row.name not in ("straight-through", "Gumbel-Rao", "differences, fresh"):
            assert abs(row.estimate.z_scores((p * (1 - p) * 0.6,))[0]) < 5.0
    assert sum(row.estimate is not None for row in table.rows) >= 11


def test_compare_survives_an_estimator_that_fails():
    def broken(problem, params, samples, rng):
        raise ArithmeticError("lost in rounding")

    table = mg.compare(quadratic, AT, 1_000, 0, {"broken": broken, "pathwise": mg.pathwise})
    assert table["broken"].remark == "ArithmeticError: lost in rounding"
    assert table["pathwise"].estimate is not None
    nothing = mg.compare(quadratic, AT, 1_000, 0, {"broken": broken})
    assert "lost in rounding" in str(nothing)


def test_estimates_are_equal_if_all_numbers_are():
    one, again, other = (mg.pathwise(sine, AT, 100, seed) for seed in (0, 0, 1))
    assert one == again and hash(one) == hash(again) and one != other and one != 1.0
    single = mg.pathwise(sine, AT, 1, 0)
    assert single == mg.pathwise(sine, AT, 1, 0)  # errors unknown, and equally so
    arrays = [mg.pathwise(multivariate, (np.zeros(2),), 100, seed) for seed in (0, 0, 1)]
    assert arrays[0] == arrays[1] != arrays[2]


def test_the_room_loads_only_when_asked_for():
    assert importlib.import_module("minigrad.estimators").pathwise is mg.pathwise
