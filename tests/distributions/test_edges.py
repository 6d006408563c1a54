"""Log-densities at both ends of a support: value and slopes, by z and by each parameter.

Slopes are the limits from inside the support; 0 where the end is no outcome.
"""

import math

import mpmath
import numpy as np
import pytest

import minigrad as mg
from tests.support.checks import assert_value

INF = math.inf
LOG_2 = math.log(2.0)
OUTSIDE = -INF, 0.0, 0.0, 0.0


def rising(p):
    """Value and slope of p log x at x = 0."""
    return (-INF, INF) if p > 0 else (INF, -INF) if p < 0 else (0.0, None)


def kumaraswamy():
    for a in (0.5, 1.0, 2.0):
        for b in (0.5, 1.0, 1.5, 3.0):
            value, slope = rising(a - 1.0)
            at_0 = math.log(b) if a == 1.0 else value, 1.0 - b if slope is None else slope
            yield mg.Kumaraswamy, (a, b), 0.0, (*at_0, -INF, 1.0 / b)
            value, slope = rising(b - 1.0)
            at_1 = math.log(a) if b == 1.0 else value, a - 1.0 if slope is None else -slope
            yield mg.Kumaraswamy, (a, b), 1.0, (*at_1, b / a, -INF)


def weibull():
    for k in (0.5, 1.0, 1.5, 2.0):
        value, slope = rising(k - 1.0)
        at_0 = -LOG_2 if k == 1.0 else value, -0.5 if k == 1.0 else slope
        yield mg.Weibull, (2.0, k), 0.0, (*at_0, -k / 2.0, -INF)
        yield mg.Weibull, (2.0, k), INF, OUTSIDE


def gamma():
    for a in (0.5, 1.0, 2.0):
        value, slope = rising(a - 1.0)
        at_0 = LOG_2 if a == 1.0 else value, -2.0 if a == 1.0 else slope
        yield mg.Gamma, (a, 2.0), 0.0, (*at_0, -INF, a / 2.0)
        yield mg.Gamma, (a, 2.0), INF, OUTSIDE


ENDS = [
    *kumaraswamy(),
    *weibull(),
    *gamma(),
    (mg.Beta, (1.0, 2.0), 0.0, (LOG_2, -1.0, -INF, 0.5)),
    (mg.Beta, (1.0, 2.0), 1.0, (-INF, -INF, 1.5, -INF)),
    (mg.InverseGamma, (2.0, 3.0), 0.0, OUTSIDE),
    (mg.InverseGamma, (2.0, 3.0), INF, OUTSIDE),
    (mg.LogNormal, (0.3, 0.7), 0.0, OUTSIDE),
    (mg.LogNormal, (0.3, 0.7), INF, OUTSIDE),
    (mg.Exponential, (2.0,), 0.0, (LOG_2, -2.0, 0.5)),
    (mg.HalfNormal, (2.0,), 0.0, (-0.5 * math.log(2.0 * math.pi), 0.0, -0.5)),
    (mg.HalfCauchy, (2.0,), 0.0, (-math.log(math.pi), 0.0, -0.5)),
    (mg.HalfCauchy, (2.0,), INF, (-INF, 0.0, 0.5)),
    (mg.Pareto, (2.0, 3.0), 2.0, (math.log(1.5), -2.0, 1.5, 1.0 / 3.0)),
    (mg.Uniform, (1.0, 3.0), 1.0, (-LOG_2, 0.0, 0.5, -0.5)),
    (mg.Uniform, (1.0, 3.0), 3.0, (-LOG_2, 0.0, 0.5, -0.5)),
    *((mg.Normal, (0.5, 2.0), s * INF, (-INF, -s * INF, s * INF, INF)) for s in (-1.0, 1.0)),
    *((mg.Laplace, (0.5, 2.0), s * INF, (-INF, -s / 2, s / 2, INF)) for s in (-1.0, 1.0)),
    *((mg.Logistic, (0.5, 2.0), s * INF, (-INF, -s / 2, s / 2, INF)) for s in (-1.0, 1.0)),
    *((mg.Cauchy, (0.5, 2.0), s * INF, (-INF, 0.0, 0.0, 0.5)) for s in (-1.0, 1.0)),
    *((mg.StudentT, (3.0, 0.5, 2.0), s * INF, (-INF, 0.0, -INF, 0.0, 1.5)) for s in (-1.0, 1.0)),
]


@pytest.mark.parametrize("family, parameters, z, truth", ENDS)
def test_value_and_slopes_at_the_ends(family, parameters, z, truth):
    leaves = [mg.Var(x) for x in (z, *parameters)]
    density = family(*leaves[1:]).log_prob(leaves[0])
    slopes = mg.grad(density, leaves, allow_unused=True)
    for found, right in zip((density.value, *slopes), truth, strict=False):
        assert_value(found, right)
    with np.errstate(all="ignore"):  # and beside an outcome that is no end
        leaf = mg.Var([z, 2.5 if family in (mg.Pareto, mg.Uniform) else 0.5])
        density = family(*leaves[1:]).log_prob(leaf)
        (slope,) = mg.grad(mg.sum(density), leaf, allow_unused=True)
    assert slope[0] == pytest.approx(truth[1]) and np.isfinite(slope[1])


FAR = [
    (mg.Weibull, (1e-200, 1e-3), 1e200),
    (mg.Weibull, (1e200, 1e-3), 1e-200),
    (mg.Weibull, (1e200, 2.0), 1e-200),
    (mg.Weibull, (1e-10, 0.01), 1e308),
    (mg.Cauchy, (0.0, 1e-200), 1e200),
    (mg.HalfCauchy, (1e-200,), 1e200),
    (mg.StudentT, (3.0, 0.0, 1e-200), 1e200),
    (mg.StudentT, (1e5, 0.0, 1e200), 1e-200),
]


def log_density(family, parameters, z):
    """By mpmath."""
    *rest, z = (*map(mpmath.mpf, parameters), mpmath.mpf(z))
    log = mpmath.log
    if family is mg.Weibull:
        scale, k = rest
        return log(k / scale) + (k - 1) * log(z / scale) - (z / scale) ** k
    if family is mg.StudentT:
        nu, _, scale = rest
    else:
        nu, scale = mpmath.mpf(1), rest[-1]
    norm = mpmath.loggamma((nu + 1) / 2) - mpmath.loggamma(nu / 2) - log(nu * mpmath.pi) / 2
    doubled = log(2) if family is mg.HalfCauchy else 0
    return norm + doubled - log(scale) - (nu + 1) / 2 * log(1 + (z / scale) ** 2 / nu)


@pytest.mark.parametrize("family, parameters, z", FAR)
def test_a_quotient_with_the_scale_beyond_the_floats(family, parameters, z):
    """From the tape, from an array with an edge beside it, and from a program traced elsewhere."""

    def f(z, *parameters):
        return family(*parameters).log_prob(z)

    with mpmath.workdps(50):
        truth = pytest.approx(float(log_density(family, parameters, z)), rel=1e-14)
        slope = float(mpmath.diff(lambda x: log_density(family, parameters, x), z, h=z * 1e-20))
    assert f(z, *parameters) == truth
    with np.errstate(divide="ignore", over="ignore"):
        assert f(np.array([0.0, z, 1.0]), *parameters)[1] == truth
    program = mg.trace(f, 1.0, *(max(x, 0.5) for x in parameters))
    value, slopes = program.value_and_grad(z, *parameters)
    assert value == truth and slopes[0] == pytest.approx(slope, rel=1e-12)
    assert np.all(np.isfinite(slopes))
