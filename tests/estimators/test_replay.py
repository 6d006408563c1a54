"""`pathwise(replay=True)`: the tape's estimate, by a program of one chunk."""

import warnings

import numpy as np
import pytest

import minigrad as mg
from minigrad.emit.compiling import Compiled


def diagonal(mu, sigma):
    return mg.Normal(mu, sigma), lambda z: mg.tanh(z * sigma).sum(axis=-1)


def by_covariance(mu, free):
    q = mg.MultivariateNormal.from_unconstrained(mu, free)
    return q, lambda z: mg.square(z).sum(axis=-1)


@pytest.mark.parametrize("antithetic", [False, True])
@pytest.mark.parametrize(
    ("problem", "params"),
    [(diagonal, (np.zeros(3), np.ones(3))), (by_covariance, (np.zeros(2), np.eye(2)))],
)
def test_the_same_estimate_and_errors(problem, params, antithetic):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, truth = (
            mg.pathwise(problem, params, 4_100, 1, antithetic=antithetic, replay=replay)
            for replay in (True, False)
        )
    np.testing.assert_allclose(found.value, truth.value, rtol=1e-12)
    np.testing.assert_allclose(found.value_se, truth.value_se, rtol=1e-9)
    for a, b in zip((*found.grads, *found.grad_ses), (*truth.grads, *truth.grad_ses), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-13)


FACTOR = 1.0


def scaled(mu):
    return mg.Normal(mu, 1.0), lambda z: FACTOR * z


def test_the_next_call_has_the_programs_of_the_first_until_something_changes(monkeypatch):
    made = []
    traced = Compiled._traced
    monkeypatch.setattr(Compiled, "_traced", lambda self, *a: made.append(a) or traced(self, *a))
    first, again = (mg.pathwise(scaled, (0.5,), 3_200, 1, replay=True) for _ in range(2))
    assert first.value == again.value and len(made) == 1
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    found = mg.pathwise(scaled, (0.5,), 3_200, 1, replay=True)
    assert found.grads == (3.0,) and len(made) == 2


def test_a_chunk_of_several_blocks():
    mu, sigma = np.linspace(-1.0, 1.0, 400), np.ones(400)
    found, truth = (
        mg.pathwise(diagonal, (mu, sigma), 8_100, 1, chunk=300, replay=replay)
        for replay in (True, False)
    )
    np.testing.assert_allclose(found.value_se, truth.value_se, rtol=1e-9)
    for a, b in zip((*found.grads, *found.grad_ses), (*truth.grads, *truth.grad_ses), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-13)


def test_a_branch_runs_on_the_tape_with_a_warning():
    def problem(mu):
        def f(z):
            return z * 2.0 if mu > 0 else z

        return mg.Normal(mu, 1.0), f

    with pytest.warns(UserWarning, match="compiled: problem runs on the tape.*branches"):
        found = mg.pathwise(problem, (0.5,), 2_000, 1, replay=True)
    assert found.grads[0] == 2.0


def test_a_sample_that_is_not_finite_is_still_named():
    def problem(mu):
        return mg.Normal(mu, 1.0), lambda z: mg.log(z + 3.0)

    with pytest.raises(ValueError) as truth:
        mg.pathwise(problem, (0.5,), 50_000, 1)
    with pytest.raises(ValueError) as found, np.errstate(all="ignore"):
        mg.pathwise(problem, (0.5,), 50_000, 1, replay=True)
    assert str(found.value) == str(truth.value)
