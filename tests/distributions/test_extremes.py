"""Moments far out, where a square, a quotient or log Γ alone would overflow or lose its digits.

The truths are closed forms in 450 digits: nothing that cancels in them is lost.
"""

import math
from itertools import product

import mpmath
import numpy as np
import pytest
from mpmath import digamma, exp, expm1, log, loggamma

import minigrad as mg
from minigrad.distributions.bends import above_tangent

FAR = (1e-200, 1e-8, 0.5, 2.5, 60.0, 1e5, 1e8, 1e12, 1e20, 1e100, 1e200)


def gamma(a, r):
    return a / r, a / r**2, a - log(r) + loggamma(a) + (1 - a) * digamma(a)


def inverse_gamma(a, r):
    mean = r / (a - 1) if a > 1 else mpmath.inf
    variance = mean**2 / (a - 2) if a > 2 else mpmath.inf
    return mean, variance, a + log(r) + loggamma(a) - (1 + a) * digamma(a)


def beta(a, b):
    n = a + b
    norm = loggamma(a) + loggamma(b) - loggamma(n)
    shape = (n - 2) * digamma(n) - (a - 1) * digamma(a) - (b - 1) * digamma(b)
    return a / n, a * b / n**2 / (n + 1), norm + shape


def weibull(scale, k):
    first, second = (exp(loggamma(1 + n / k)) for n in (1, 2))
    entropy = mpmath.euler * (1 - 1 / k) + log(scale / k) + 1
    return scale * first, scale**2 * (second - first**2), entropy


def pareto(scale, a):
    mean = a * scale / (a - 1) if a > 1 else mpmath.inf
    variance = scale**2 * a / (a - 1) ** 2 / (a - 2) if a > 2 else mpmath.inf
    return mean, variance, log(scale / a) + 1 / a + 1


def log_normal(loc, scale):
    mean = exp(loc + scale**2 / 2)
    entropy = loc + log(2 * mpmath.pi) / 2 + 0.5 + log(scale)
    return mean, expm1(scale**2) * mean**2, entropy


def kumaraswamy(a, b):
    mean = b * exp(loggamma(1 + 1 / a) + loggamma(b) - loggamma(1 + 1 / a + b))
    return (mean,)


SQUARE = tuple(product(FAR, FAR))
CASES = [
    (mg.Gamma, gamma, SQUARE),
    (mg.InverseGamma, inverse_gamma, SQUARE),
    (mg.Beta, beta, tuple(product(FAR[1:], FAR[1:]))),
    (mg.Weibull, weibull, tuple(product(FAR, (0.5, 2.5, 60.0, 1e8, 1e12, 1e100, 1e200)))),
    (mg.Pareto, pareto, SQUARE),
    (mg.LogNormal, log_normal, tuple(product((-300.0, 0.0, 300.0), (*FAR[:4], 18.0)))),
    (mg.Kumaraswamy, kumaraswamy, tuple(product((0.01, 0.5, 2.5, 1e8), FAR[1:]))),
]


@pytest.mark.parametrize("family, truth, parameters", CASES, ids=lambda x: getattr(x, "name", ""))
def test_moments(family, truth, parameters):
    for given in parameters:
        q = family(*given)
        with mpmath.workdps(450):
            right = [float(x) for x in truth(*map(mpmath.mpf, given))]
        with np.errstate(all="ignore"):
            found = [q.mean, q.variance, q.entropy()]
        for mine, theirs, name in zip(found, right, ("mean", "variance", "entropy"), strict=False):
            rounding = 1e-12 if name == "entropy" else 1e-307
            assert mine == pytest.approx(theirs, rel=1e-11, abs=rounding), (family, given, name)


@pytest.mark.parametrize("k", [1e150, 1e205, 1e300, 1e307])
def test_angles_nearly_all_alike(k):
    """A von Mises angle is then Normal(loc, 1/√κ)."""
    q, leaf = mg.VonMises(0.3, k), mg.Var(k)
    assert q.variance * k == pytest.approx(1.0, rel=1e-13)
    assert q.circular_variance * k == pytest.approx(0.5, rel=1e-13)
    assert q.entropy() == pytest.approx(mg.Normal(0.0, k**-0.5).entropy(), rel=1e-13)
    (slope,) = mg.grad(mg.VonMises(0.3, leaf).log_prob(0.3), leaf)
    assert slope * k == pytest.approx(0.5, rel=1e-13)
    (slope,) = mg.grad(mg.VonMises(0.3, leaf).variance, leaf)
    assert slope == pytest.approx(-1.0 / k / k, rel=1e-13)


@pytest.mark.parametrize(
    "p, q",
    [(1e5, 1e5 + 1), (1e10, 1.0001e10), (2.0, 2.0 + 1e-9), (3.0, 0.1), (1.0, 0.5), (1.0, 1.7)],
)
def test_divergences_of_close_ones(p, q):
    with mpmath.workdps(60):
        a, b = mpmath.mpf(p), mpmath.mpf(q)
        truth = loggamma(b) - loggamma(a) - (b - a) * digamma(a)
    assert above_tangent(p, q) == pytest.approx(float(truth), rel=1e-13)
    assert mg.kl_divergence(mg.Gamma(p, 2.0), mg.Gamma(q, 2.0)) == above_tangent(p, q)
    assert mg.kl_divergence(mg.Gamma(p, 2.0), mg.Gamma(p, 2.0)) == 0.0


def test_a_width_beyond_the_floats():
    for low, high in ((0.0, math.inf), (-1e308, 1e308)):
        with pytest.raises(ValueError, match="nearer to each other"):
            mg.Uniform(low, high)
