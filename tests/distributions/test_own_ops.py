"""The ops that truncated normal numbers, angles and narrow variances bring along: values against
mpmath, derivatives to second order, and their mutants."""

import math

import mpmath
import numpy as np
import pytest

import minigrad as mg
from minigrad.derivatives.checking import GradientError
from minigrad.distributions.angles import (
    angle_mean,
    angle_quantile,
    angle_spread,
    angle_tail,
    log_angle_mass,
)
from minigrad.distributions.bends import above_tangent, lgamma_bend
from minigrad.distributions.implied import implied, once
from minigrad.distributions.truncation import (
    log_room,
    truncated_cdf,
    truncated_moment,
    truncated_quantile,
)
from tests.support.mutants import SPOILS, Mutant, planted

INF = math.inf
TOP, LOW, HIGH = np.array([0.1, 0.4, -0.5]), np.array([-0.3, 0.1, -1.5]), np.array([0.9, 3.0, 0.2])
OPS = [
    (log_room, (TOP, LOW, HIGH)),
    (truncated_moment, (TOP, LOW, HIGH)),
    (truncated_cdf, (TOP, LOW, HIGH, 0.4 * LOW + 0.6 * HIGH)),
    (truncated_quantile, (TOP, LOW, HIGH, np.array([0.2, 0.6, 0.9]))),
    (angle_tail, (np.array([0.3, 1.1, 2.5]), np.array([0.4, 2.0, 7.0]))),
    (angle_mean, (np.array([0.4, 2.0, 7.0]),)),
    (angle_spread, (np.array([0.4, 2.0, 7.0]),)),
    (log_angle_mass, (np.array([0.4, 2.0, 7.0]),)),
    (angle_quantile, (np.array([0.4, 2.0, 7.0]), np.array([0.2, 0.6, 0.9]))),
    (above_tangent, (np.array([0.4, 2.0, 7.0]), np.array([0.5, 6.0, 5.0]))),
    (lgamma_bend, (np.array([0.4, 2.0, 7.0]), np.array([0.1, 3.0, 0.6]))),
]
each_op = pytest.mark.parametrize(("f", "at"), OPS, ids=lambda x: getattr(x, "__name__", ""))


@each_op
def test_derivatives_and_their_mutants(f, at):
    mg.check_gradients(f, *at, order=2)
    mg.check_gradients(f, *(float(x[1]) for x in at), order=2)
    for rule in range(len(at)):
        for spoil in SPOILS:
            with planted(Mutant(f.__name__, rule, None, spoil)), pytest.raises(GradientError):
                mg.check_gradients(f, *at)


@each_op
def test_arrays_and_floats_agree(f, at):
    whole = f(*at)
    for i in range(3):
        alone = f(*(float(x[i]) for x in at))
        assert type(alone) is float and alone == pytest.approx(whole[i], rel=1e-13)


def test_an_infinite_bound_has_no_slope():
    for f in (log_room, truncated_moment):
        low, high = mg.Var(0.3), mg.Var(INF)
        slopes = mg.grad(f(0.2, low, high), [low, high], create_graph=True)
        assert slopes[1].value == 0.0 and slopes[0].value != 0.0
        assert mg.grad(slopes[1], [low, high], allow_unused=True) == (0.0, 0.0)


def mp_bend(c, x, order):
    f = (mpmath.loggamma, mpmath.digamma)[order]
    return f(c + 2 * x) - 2 * f(c + x) + f(c)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("c", [1e-3, 1.0, 1.5, 1e5])
@pytest.mark.parametrize("x", [1e-6, 1e-3, 0.3, 1.0, 20.0])
def test_second_differences_keep_their_digits(c, x, order):
    with mpmath.workdps(60):
        truth = float(mp_bend(mpmath.mpf(c), mpmath.mpf(x), order))
    assert lgamma_bend(c, x, order=order) == pytest.approx(truth, rel=2e-14)


@pytest.mark.parametrize("k", [1e-3, 0.5, 4.0, 50.0, 1e3, 1e5])
def test_integrals_over_angles(k):
    with mpmath.workdps(30):
        for x in (0.0, 0.4 / math.sqrt(1.0 + k), 2.0 / math.sqrt(1.0 + k)):
            ends = [x + i * (math.pi - x) / 8 for i in range(9)]
            ends[1:1] = [e for s in (1, 3, 6, 12) if (e := x + s / math.sqrt(k)) < ends[1]]
            truth = mpmath.quad(lambda t: mpmath.exp(k * (mpmath.cos(t) - 1)), sorted(ends))
            assert angle_tail(x, k) == pytest.approx(float(truth), rel=1e-13)
    u = np.random.default_rng(0).random(2000)
    x = angle_quantile(k, u)
    tails = angle_tail(np.abs(x), k) / (2.0 * angle_tail(0.0, k))
    np.testing.assert_allclose(np.where(x < 0.0, tails, 1.0 - tails), u, rtol=1e-11, atol=1e-14)


def mp_share(c, p, s):
    """∫ exp(-s(½s + c)) ds from p to s."""
    root, half = mpmath.sqrt(2), mpmath.mpf(c) ** 2 / 2
    ends = [mpmath.erfc((c + mpmath.mpf(x)) / root) for x in (p, s)]
    return mpmath.exp(half) * mpmath.sqrt(mpmath.pi / 2) * (ends[0] - ends[1])


@pytest.mark.parametrize("u", [1e-9, 0.3, 0.9, 1.0 - 1e-9])
@pytest.mark.parametrize(
    ("c", "p", "q"),
    [
        *((0.0, -INF, INF), (0.0, -1.0, 2.0), (3.0, 0.0, INF), (40.0, 0.0, INF), (1e5, 0.0, 1e-5)),
        *((0.0, -1e-6, 1e-3), (0.5, 0.0, 1e-9), (1e4, 0.0, 1e-9)),
    ],
)
def test_truncated_quantiles(c, p, q, u):
    with mpmath.workdps(400 if c > 1.0 else 60):
        s = truncated_quantile(c, p, q, u)
        found, whole = mp_share(c, p, s), mp_share(c, p, q)
        small = min(u, 1.0 - u)
        share = found / whole if u < 0.5 else mp_share(c, s, q) / whole
        assert float(share) == pytest.approx(small, rel=2e-7 if u < 1e-3 else 1e-11)
        assert truncated_quantile(-c, -q, -p, 1.0 - u) == pytest.approx(-s, rel=2e-6, abs=1e-15)


def test_an_implied_draw_is_differentiable_once():
    theta = mg.Var(0.7)
    z = implied(1.5, mg.square(theta), 0.0)
    assert z.value == 1.5 and mg.grad(z, theta) == (-1.4,)
    (slope,) = mg.grad(mg.square(z), theta, create_graph=True)
    with pytest.raises(NotImplementedError, match="differentiated only once"):
        mg.grad(slope, theta)
    assert once(2.0) == 2.0
