"""Every estimator says how far it is off: z-scores of its estimates spread by 1, about 0, and the
variance of one sample is what its formula says. `python -m tests.calibration` does it at full size.
"""

import math
from functools import partial

import numpy as np
import pytest

import minigrad as mg
from minigrad.estimators.comparison import KNOWN
from minigrad.estimators.learned import _rebar_rule, _relax_rule
from minigrad.estimators.streaming import Task, stream
from tests import calibration
from tests.support.calibration import CASES, Measured, fair_coin, measured

REPEATS, CHUNKS, SIZE = 150, 8, 100
FEW = {"stochastic triples": 4, "score function, optimal baseline": 100}


@pytest.mark.parametrize("name", CASES)
def test_errors_are_what_they_say(name):
    case = CASES[name]
    size = FEW.get(name, case.size or SIZE)
    found = measured(case, REPEATS, CHUNKS, size)
    assert np.all(np.abs(found.spread - 1.0) < 5.0 / math.sqrt(2 * REPEATS))
    assert np.all(np.abs(found.bias) < 5.0)
    if found.ratio is not None:
        assert np.all(np.abs(found.ratio - 1.0) < 5.0 * math.sqrt(2.5 / (REPEATS * CHUNKS)))


def test_every_estimator_is_among_them():
    found = {
        case.run.func if isinstance(case.run, partial) else case.run for case in CASES.values()
    }
    known = {run.func if isinstance(run, partial) else run for run in KNOWN.values()}
    assert found == known


@pytest.mark.parametrize("eta", [0.0, 45 / 53, 1.3])
def test_the_variance_of_rebar_for_one_coin(eta):
    """u and ũ are uniform, ũ on the side of b: the gradient is (1 - η) b/2 + η (w² + v - v²) with w
    and v uniform on (0, ½), of mean ¼ and variance (1 - η)²/16 + η²/90: 1/106 at η = 45/53."""
    rule = partial(_rebar_rule, temperature=1.0, eta=eta)
    assert_moments("REBAR", rule, (1 - eta) ** 2 / 16 + eta**2 / 90)


@pytest.mark.parametrize(("height", "shift"), [(0.0, 0.0), (0.8, 0.3), (1.0, 0.5)])
def test_the_variance_of_relax_for_one_coin(height, shift):
    """c(z) = ½η tanh(z/2) + κ, by two hidden units: (½ - κ)²/4 + η²/90; 0 for c = ½."""
    weights = np.array([[0.5, 0.0]]), np.array([0.0, 20.0]), np.array([height / 2, shift])
    assert_moments(
        "RELAX", partial(_relax_rule, weights=weights), (0.5 - shift) ** 2 / 4 + height**2 / 90
    )


def assert_moments(name, rule, variance):
    estimate = stream(name, rule, Task(fair_coin, (0.0,), 50_000, 3, 50, None, False))
    assert abs(estimate.z_scores((0.25,))[0]) < 5.0
    found = estimate.grad_ses[0] ** 2 * estimate.samples
    assert found == pytest.approx(variance, rel=5.0 * math.sqrt(2.0 / estimate.chunks))


def test_the_script_prints_a_table_and_notices_what_is_off(monkeypatch, capsys):
    small = ["--repeats", "12", "--chunks", "3", "--size", "2", "differences, common"]
    right = Measured(np.array([1.05]), np.zeros(1), np.array([4.9]), np.array([0.96]))
    for found, code in (
        (right, 0),
        (right._replace(spread=np.array([1.11])), 1),
        (right._replace(bias=np.array([-5.1])), 1),
        (right._replace(ratio=np.array([1.06])), 1),
        (right._replace(ratio=None), 0),
    ):
        monkeypatch.setattr(calibration, "measured", lambda *given, found=found: found)
        monkeypatch.setattr(calibration, "seconds", lambda case: 1e-6)
        assert calibration.main(small) == code
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 3 and lines[2].startswith("| differences, common noise")
        assert ("*" in lines[2]) == bool(code)
    monkeypatch.undo()
    calibration.main(small)
    assert capsys.readouterr().out.count("\n") == 3


def normal_and(f):
    return lambda mu, sigma: (mg.Normal(mu, sigma), f)


JUMPS = {
    "a step": (lambda z: 2.0 * (z > 0.5), "at z = 0.5, by 2"),
    "a part": (lambda z: mg.where(z > 0.5, z, 0.0), "at z = 0.5, by 0.5"),
    "a sign": (lambda z: mg.sign(z) * mg.exp(z), "at z = 0, by 2"),
    "floors": (lambda z: z * mg.floor(z), "f jumps at z = "),
}
BENDS = {
    "relu by hand": lambda z: mg.where(z > 0.5, z - 0.5, 0.0),
    "Huber": lambda z: mg.where(mg.abs(z) < 1.0, 0.5 * z * z, mg.abs(z) - 0.5),
    "a root": lambda z: mg.sign(z) * mg.sqrt(mg.abs(z)),
    "digits": lambda z: 1e10 + mg.where(z > 0.5, z - 0.5, 0.0),
    "smooth": mg.sin,
}


@pytest.mark.filterwarnings("ignore:pathwise. every gradient is exactly 0")
@pytest.mark.parametrize("name", JUMPS)
def test_an_integrand_that_jumps_is_noticed(name):
    f, words = JUMPS[name]
    estimate = mg.pathwise(normal_and(f), (0.3, 1.2), 1_000, 0)
    assert words in estimate.warnings[-1] and "take mg.score_function" in str(estimate)


@pytest.mark.parametrize("name", BENDS)
def test_an_integrand_that_bends_is_not_doubted(name):
    assert mg.pathwise(normal_and(BENDS[name]), (0.3, 1.2), 1_000, 0).warnings == ()


def test_a_jump_of_a_vector_is_noticed():
    def problem(mu):
        def inside(z):
            return mg.where(mg.sum(z * z, 1) < 2.0, mg.sum(z, 1), 0.0)

        return mg.Independent(mg.Normal(mu, np.ones(3)), 1), inside

    assert "f jumps, by " in mg.pathwise(problem, (np.zeros(3),), 1_000, 0).warnings[-1]
