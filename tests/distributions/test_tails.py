"""The normal tails, powers at an edge, Gamma and Beta probabilities: against mpmath."""

import math

import mpmath
import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions.probabilities import (
    beta_cdf,
    gamma_cdf,
    gamma_log_survival,
    log_beta_cdf,
    log_gamma_cdf,
)
from minigrad.distributions.quantiles import beta_slope, digamma_rise, gamma_slope
from minigrad.distributions.tails import half_step, half_step_slope, log1p_square
from minigrad.ops.tails import (
    log_normal_cdf,
    normal_cdf,
    normal_hazard,
    normal_quantile,
    times_log,
    times_log1p,
)

mp = mpmath.mp.clone()
mp.dps = 40


@pytest.mark.parametrize("x", [-1e5, -200.0, -37.0, -30.0, -29.9, -5.0, -0.3, 0.0, 0.4, 6.0, 30.0])
def test_the_normal_distribution_function(x):
    tail = mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2
    density = mp.exp(-(mp.mpf(x) ** 2) / 2) / mp.sqrt(2 * mp.pi)
    assert float(log_normal_cdf(x)) == pytest.approx(float(mp.log(tail)), rel=2e-15)
    assert float(normal_hazard(x)) == pytest.approx(float(density / tail), rel=1e-12)
    if x > -37.0:
        assert float(normal_cdf(x)) == pytest.approx(float(tail), rel=1e-13)
        if float(tail) < 0.9:
            assert float(normal_quantile(float(tail))) == pytest.approx(x, rel=1e-13, abs=1e-15)


def test_their_rules():
    for f in (normal_cdf, log_normal_cdf, normal_hazard):
        mg.check_gradients(f, np.array([-8.0, -0.7, 0.0, 1.3]), order=2)
    mg.check_gradients(normal_quantile, np.array([1e-3, 0.3, 0.5, 0.99]), order=2)
    z = np.array([0.3, 2.0, 5.0])
    mg.check_gradients(times_log, np.array([0.4, -1.0, 2.0]), z, order=2)
    mg.check_gradients(times_log1p, np.array([0.4, -1.0, 2.0]), z - 0.7, order=2)
    mg.check_gradients(half_step, np.array([0.3, 4.0, 60.0]), order=2)
    d = np.array([-3.0, 0.0, 0.4, 7.0])
    mg.check_gradients(log1p_square, d, 1.3, order=2)
    for a, y in ((0.05, -3.0), (2.0, 0.4), (40.0, 3.6)):
        mg.check_gradients(gamma_cdf, a, y)
        mg.check_gradients(gamma_log_survival, a, y)
    for a, b, y in ((0.05, 0.3, -3.0), (2.0, 7.0, -0.4), (40.0, 3.0, 2.6)):
        mg.check_gradients(beta_cdf, a, b, y)


def test_a_product_with_a_logarithm_at_its_edge():
    assert times_log(0.0, 0.0) == times_log1p(0.0, -1.0) == 0.0
    assert times_log(2.0, 0.0) == -math.inf and times_log(-2.0, 0.0) == math.inf
    assert math.isnan(times_log(0.0, math.nan))
    c, z = mg.Var(0.0), mg.Var(0.0)
    assert mg.grad(times_log(c, z), [c, z]) == (-math.inf, 0.0)
    program = mg.trace(lambda c, z: times_log(c, z) + times_log1p(c, -z), 0.5, 0.25)
    assert program(0.5, 0.25) == 0.5 * math.log(0.25) + 0.5 * math.log1p(-0.25)
    assert program(0.0, 0.0) == 0.0 and "Math.log1p" in program.listing("javascript")


@pytest.mark.parametrize("a", [1e-3, 0.3, 49.9, 50.1, 1e4, 1e15])
def test_steps_of_the_gamma_function(a):
    x = mp.mpf(a)
    exact = mp.loggamma(x + 0.5) - mp.loggamma(x) - mp.log(x) / 2
    slope = mp.psi(0, x + 0.5) - mp.psi(0, x) - 1 / (2 * x)
    assert float(half_step(a)) == pytest.approx(float(exact), rel=1e-13, abs=3e-14)
    assert float(half_step_slope(a)) == pytest.approx(float(slope), rel=1e-10, abs=1e-30)
    for b in (1e-8, 1.0, 1e6):
        rise = mp.psi(0, x + b) - mp.psi(0, x)
        assert float(digamma_rise(a, b)) == pytest.approx(float(rise), rel=1e-13)


# a, b, log z/(1 - z), d/da of the quantile there: from F by quadrature at 40 digits
SLOPES = [
    (1e-3, 1.0, -105.36051565782632, 105360.51565782632),
    (1e-3, 1e-3, 1609.439554967836, 500001.64133545686),
    (0.03, 0.03, 53.695212217011616, 557.0987272712424),
    (0.03, 1e-3, 323.93338106944293, 1076.8433331010058),
    (1e5, 0.03, 88.81865217650305, 1.0000048500151966e-05),
    (1e5, 1e-3, 368.76425811069157, 1.0000049950166168e-05),
    (1e5, 1e5, -0.0023451935879078567, 1.000590091665703e-05),
]


@pytest.mark.parametrize(("a", "b", "y", "slope"), SLOPES)
def test_slopes_of_extreme_shapes(a, b, y, slope):
    assert float(beta_slope(a, b, y)) == pytest.approx(slope, rel=1e-10)


def test_a_gamma_slope_of_a_tiny_shape():
    """y = (log u + log Γ(a + 1))/a far below: dy/da = -y/a + ψ(a + 1)/a."""
    for a in (1e-3, 0.01, 0.05):
        y = -60.0
        exact = -y / a + float(mp.psi(0, mp.mpf(a) + 1)) / a
        assert float(gamma_slope(a, y)) == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize(("a", "x"), [(0.01, 800.0), (30.0, 2000.0), (1e3, 5000.0), (1e5, 1.3e5)])
def test_far_tails_of_gamma(a, x):
    exact = mp.log(mp.gammainc(a, x, mp.inf, regularized=True))
    assert float(gamma_log_survival(a, math.log(x))) == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize(
    ("found", "truth"),
    [
        (lambda: mg.Gumbel(0.0, 1.0).log_survival(800.0), -800.0),
        (lambda: mg.Gumbel(2.0, 0.5).log_survival(1e300), -2e300),
        (lambda: mg.NegativeBinomial(5.0, 0.9).log_survival(972.0), -87.33507869911944),
        (lambda: mg.NegativeBinomial(5.0, 0.9).log_survival(3142.0), -311.3100995470846),
        (lambda: mg.NegativeBinomial(1e4, 0.02).cdf(0.0), 1.8228751517174725e-88),
        (lambda: mg.Beta(1e5, 0.5).cdf(0.9982411403944199), 1.4928898679610746e-78),
        (lambda: mg.Beta(1e5, 0.5).cdf(0.9997781521997392), 2.7121448472260632e-11),
        (lambda: mg.Poisson(2.0).log_survival(300.0), -1213.969014465223),
        (lambda: mg.Binomial(1e4, probs=0.01).log_survival(9000.0), -38216.86382994801),
        (lambda: mg.StudentT(1e3).log_survival(1e3), -3458.7499570780997),
        (lambda: mg.StudentT(3.0).log_survival(1e150), -1036.065568408276),
        (lambda: mg.Beta(2.0, 500.0).log_survival(0.99), -2296.378517067320),
        (lambda: mg.InverseGamma(400.0, 1.0).log_survival(10.0), -2921.634485773356),
        (lambda: mg.VonMises(0.0, 1.0).log_prob(np.inf), -np.inf),
        (lambda: mg.Weibull(1e15, 1e-320).log_prob(0.0), np.inf),
    ],
)
def test_far_tails(found, truth):
    assert found() == pytest.approx(truth, rel=1e-9)


def test_slopes_far_out():
    for d, z, slope in [
        (mg.Gumbel(0.0, 1.0), 1e160, -1.0),
        (mg.Gumbel(0.0, 1.0), -1e160, 0.0),
        (mg.Gumbel(0.0, 2.0), 50.0, -0.5),
    ]:
        x = mg.Var(z)
        assert mg.grad(d.log_survival(x), x) == pytest.approx((slope,), rel=1e-9)
    for d in (mg.Gumbel(0.0, 1.0), mg.HalfNormal(1.0), mg.VonMises(0.0, 1.0)):
        x = mg.Var(-np.inf)
        assert mg.grad(d.cdf(x), x, allow_unused=True) == (0.0,)
    x = mg.Var(-np.inf)
    assert mg.grad(mg.HalfNormal(1.0).log_prob(x), x) == (0.0,)


def mp_log_cdf(a, x, b=None):
    if b is None:
        return mpmath.log(mpmath.gammainc(a, 0, mpmath.exp(x), regularized=True))
    return mpmath.log(mpmath.betainc(a, b, 0, 1 / (1 + mpmath.exp(-x)), regularized=True))


@pytest.mark.parametrize(
    "at",
    [
        *((301.0, 0.7), (3.0, 1.0), (50.0, 0.0), (30.0, 4.0)),
        *((400.0, -3.0, 2.0), (9001.0, -4.6, 1000.0), (500.0, -1.0, 0.5), (2.0, 0.3, 3.0)),
    ],
)
def test_logs_of_distribution_functions_and_their_slopes(at):
    a, x, *b = (mg.Var(n) for n in at)
    found = log_beta_cdf(a, *b, x) if b else log_gamma_cdf(a, x)
    with mpmath.workdps(50):
        place, step = [mpmath.mpf(n) for n in at], mpmath.mpf("1e-20")
        assert found.value == pytest.approx(float(mp_log_cdf(*place)), rel=1e-12)
        for i, slope in enumerate(mg.grad(found, [a, x, *b])):
            ends = [[n + s * step * (i == j) for j, n in enumerate(place)] for s in (-1, 1)]
            rise = (mp_log_cdf(*ends[1]) - mp_log_cdf(*ends[0])) / (2 * step)
            assert slope == pytest.approx(float(rise), rel=1e-9)


@pytest.mark.parametrize(
    ("scale", "k", "z"), [(1e-320, 1e-3, 1e300), (1e300, 1e-3, 1e-300), (1e300, 2.5, 1e-300)]
)
def test_a_quotient_beyond_the_floats_is_no_quotient(scale, k, z):
    """Of a Weibull's z and scale."""
    q = mg.Weibull(scale, k)
    x = mpmath.mpf(z) / mpmath.mpf(scale)
    density = mpmath.log(k) - mpmath.log(scale) + (k - 1) * mpmath.log(x) - x**k
    assert q.log_prob(z) == pytest.approx(float(density), rel=1e-12)
    assert q.cdf(z) == pytest.approx(float(-mpmath.expm1(-(x**k))), rel=1e-10)
    assert q.log_survival(z) == pytest.approx(float(-(x**k)), rel=1e-10)
