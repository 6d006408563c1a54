"""Every estimator says how far it is off: z-scores of 500 repeats spread by 1, about 0, and the
variance of one sample is what its formula says.

The chunks of one long run make all repeats, eight each: too few for a normal law, so a score is
read off Student's t and put where the normal law has it.
"""

import math
from functools import partial

import numpy as np
import pytest
from scipy.stats import norm, t

import minigrad as mg
from minigrad.estimators import streaming
from tests.estimators.test_discrete import GAP, LOGIT, TRUTH, P, T, branch, coin
from tests.estimators.test_variance import MU, QUADRATIC_TRUTH, SIGMA
from tests.support.estimator_problems import quadratic, sine

REPEATS, CHUNKS, SIZE = 500, 8, 64
S = P * (1 - P)


def two_valued(at_1, at_0, p=P):
    """Mean and variance of what is either of two numbers."""
    return p * at_1 + (1 - p) * at_0, p * (1 - p) * (at_1 - at_0) ** 2


STRAIGHT = two_valued(2 * (1 - T) * S, -2 * T * S)
HALF = {b: (P + b) / 2 for b in (1, 0)}
HEUN = two_valued(*(2 * (b - T) * (2 * HALF[b] * (1 - HALF[b]) - S / 2) for b in (1, 0)))
THETA = 0.3
TRIPLES = two_valued(THETA / 2, -0.5 + THETA / 2, THETA)
M3 = 1 - (1 - 2 * min(P, 1 - P)) ** 3

CASES = {  # estimator, problem, where, true slopes, variances of one sample (None where learned)
    "pathwise": (
        mg.pathwise,
        quadratic,
        (MU, SIGMA),
        QUADRATIC_TRUTH[1:],
        (4 * SIGMA**2, QUADRATIC_TRUTH[1] ** 2 + 8 * SIGMA**2),
    ),
    "linear control variate": (
        partial(mg.pathwise, control_variate="linear"),
        quadratic,
        (MU, SIGMA),
        QUADRATIC_TRUTH[1:],
        (4 * SIGMA**2, 8 * SIGMA**2),
    ),
    "latin points": (
        partial(mg.pathwise, points="latin"),
        sine,
        (0.7, 1.2),
        (math.exp(-0.72) * math.cos(0.7), -1.2 * math.exp(-0.72) * math.sin(0.7)),
        (None, None),
    ),
    "ARM": (mg.arm, coin, (LOGIT,), TRUTH[1:], (GAP**2 * (M3 / 12 - S**2),)),
    "DisARM": (mg.disarm, coin, (LOGIT,), TRUTH[1:], (GAP**2 * S * (max(P, 1 - P) / 2 - S),)),
    "REBAR": (mg.rebar, coin, (LOGIT,), TRUTH[1:], (None,)),
    "RELAX": (partial(mg.relax, steps=50), coin, (LOGIT,), TRUTH[1:], (None,)),
    "straight-through": (mg.straight_through, coin, (LOGIT,), STRAIGHT[:1], STRAIGHT[1:]),
    "ReinMax": (mg.reinmax, coin, (LOGIT,), TRUTH[1:], HEUN[1:]),
    "triples": (mg.triples, branch, (THETA,), (THETA - 0.5,), TRIPLES[1:]),
    "exponential by arms": (
        mg.measure_valued,
        lambda a: (mg.Exponential(a), lambda z: 1.0 * z),
        (1.7,),
        (-1 / 1.7**2,),
        (1.7**-4,),
    ),
}


def rows_of(estimator, problem, params, monkeypatch):
    """The chunks' means of all gradients, an array (repeat, chunk, parameter)."""
    found, plain = [], streaming._moments

    def recorded(chunk, start, stop):
        found.append([float(d) for d in chunk.grads])
        return plain(chunk, start, stop)

    monkeypatch.setattr(streaming, "_moments", recorded)
    size = 6 if estimator is mg.triples else SIZE
    estimator(problem, params, REPEATS * CHUNKS * size, 7, chunk=size)
    return np.array(found).reshape(REPEATS, CHUNKS, -1), size


@pytest.mark.parametrize("name", CASES)
def test_errors_are_what_they_say(name, monkeypatch):
    estimator, problem, params, truth, formulas = CASES[name]
    rows, size = rows_of(estimator, problem, params, monkeypatch)
    scores = (rows.mean(axis=1) - truth) / (rows.std(axis=1, ddof=1) / math.sqrt(CHUNKS))
    scores = norm.ppf(t.cdf(scores, CHUNKS - 1))
    assert np.all(np.abs(scores.std(axis=0) - 1.0) < 0.1)
    assert np.all(np.abs(scores.mean(axis=0)) < 5.0 / math.sqrt(REPEATS))
    for variance, formula in zip(size * rows.var(axis=(0, 1)), formulas, strict=True):
        assert formula is None or variance == pytest.approx(formula, rel=0.05)
