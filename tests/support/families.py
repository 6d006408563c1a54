"""The table of truths: every distribution, at usual and at extreme parameters, beside a reference.

A row names the family, a distribution, and who knows better: SciPy's distribution of numbers with
the same parameters, or for vectors and matrices a function of an outcome, its log-density.
`tests/distributions/test_truths.py` fails until every exported distribution has a row.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special, stats

import minigrad as mg
from minigrad.distributions import Distribution


class Truth(NamedTuple):
    """A row; `rtol` is what the reference itself is good for, `skip` what it can't say."""

    name: str
    make: Callable[[], Distribution]
    reference: object
    rtol: float = 1e-9
    skip: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.make()!r}"[:70]

    @property
    def numbers(self) -> bool:
        """Whether SciPy has it as a distribution of numbers."""
        return hasattr(self.reference, "cdf")


class Kumaraswamy(stats.rv_continuous):
    """SciPy has none."""

    def _logpdf(self, x, a, b):
        return np.log(a * b) + special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -(x**a))

    def _pdf(self, x, a, b):
        return np.exp(self._logpdf(x, a, b))

    def _cdf(self, x, a, b):
        return -np.expm1(b * np.log1p(-(x**a)))

    def _logsf(self, x, a, b):
        return b * np.log1p(-(x**a))

    def _ppf(self, u, a, b):
        return (-np.expm1(np.log1p(-u) / b)) ** (1.0 / a)


def relaxed_coin(z: float, t: float, logit: float) -> float:
    """A Logistic number logit z, over z(1 - z)."""
    x = special.logit(z)
    return stats.logistic.logpdf(x, logit / t, 1.0 / t) - math.log(z) - math.log1p(-z)


def relaxed_choice(z: np.ndarray, t: float, probs: np.ndarray) -> float:
    """Maddison, Mnih and Teh, equation 10."""
    n, a = len(probs), probs * z**-t
    volume = special.gammaln(n) + (n - 1) * math.log(t)
    return float(volume + np.sum(np.log(probs) - (t + 1) * np.log(z)) - n * np.log(a.sum()))


def scaled(law: object, *parameters: tuple[float, ...]) -> list[object]:
    return [law(*p) for p in parameters]  # type: ignore[operator]


LOCATIONS = [(0.0, 1.0), (3.0, 1e-8), (-2.0, 1e8), (1e5, 1e-3)]
SHAPES = [1e-3, 0.1, 1.0, 30.0, 1e5]
PAIRS = [(1e-3, 1e-3), (0.03, 2.0), (1.0, 0.1), (1.0, 1.0), (3.0, 40.0), (1e5, 0.5), (1e5, 1e5)]
PROBS = np.array([0.2, 0.5, 0.3])
LOWER = np.array([[1.5, 0.0], [-0.4, 0.8]])
LOGITS = (-80.0, -2.0, 0.0, 34.0, 80.0)


def _of_location(name: str, family: type, law: object) -> list[Truth]:
    return [Truth(name, lambda p=p: family(*p), law(*p)) for p in LOCATIONS]  # type: ignore


TABLE: list[Truth] = [
    *_of_location("Normal", mg.Normal, stats.norm),
    *_of_location("Laplace", mg.Laplace, stats.laplace),
    *_of_location("Logistic", mg.Logistic, stats.logistic),
    *_of_location("Gumbel", mg.Gumbel, stats.gumbel_r),
    *_of_location("Cauchy", mg.Cauchy, stats.cauchy),
    *(
        Truth("Uniform", lambda p=p: mg.Uniform(*p), stats.uniform(p[0], p[1] - p[0]))
        for p in [(0.0, 1.0), (-1e8, 1e8), (2.0, 2.0 + 2.0**-20)]
    ),
    *(
        Truth("LogNormal", lambda p=p: mg.LogNormal(*p), stats.lognorm(p[1], scale=math.exp(p[0])))
        for p in [(0.0, 1.0), (-18.0, 1e-3), (18.0, 5.0)]
    ),
    *(
        Truth(name, lambda f=family, s=s: f(s), law(scale=s))
        for name, family, law in [
            ("HalfNormal", mg.HalfNormal, stats.halfnorm),
            ("HalfCauchy", mg.HalfCauchy, stats.halfcauchy),
        ]
        for s in (1.0, 1e-8, 1e8)
    ),
    *(
        Truth("Exponential", lambda r=r: mg.Exponential(r), stats.expon(scale=1.0 / r))
        for r in (1.0, 1e-8, 1e8)
    ),
    *(
        Truth("Weibull", lambda p=p: mg.Weibull(*p), stats.weibull_min(p[1], scale=p[0]))
        for p in [(1.0, 1.0), (2.0, 0.1), (1e-8, 3.0), (1e8, 1e3)]
    ),
    *(
        Truth("Gamma", lambda a=a, b=b: mg.Gamma(a, b), stats.gamma(a, scale=1.0 / b))
        for a, b in zip(SHAPES, (1.0, 1e-8, 2.0, 1e8, 3.0), strict=True)
    ),
    *(
        Truth("InverseGamma", lambda a=a: mg.InverseGamma(a, 2.0), stats.invgamma(a, scale=2.0))
        for a in (0.1, 1.0, 30.0)
    ),
    *(Truth("Chi2", lambda a=a: mg.Chi2(a), stats.chi2(a)) for a in (0.02, 2.0, 1e4)),
    *(Truth("Beta", lambda p=p: mg.Beta(*p), stats.beta(*p)) for p in PAIRS),
    *(
        Truth("Kumaraswamy", lambda p=p: mg.Kumaraswamy(*p), Kumaraswamy(a=0.0, b=1.0)(*p))
        for p in [(1.0, 1.0), (0.5, 3.0), (5.0, 0.7)]
    ),
    *(
        Truth("Pareto", lambda p=p: mg.Pareto(*p), stats.pareto(p[1], scale=p[0]), 1e-7)
        for p in [(1.0, 3.0), (1e-8, 1e3), (1e8, 5.0)]
    ),
    *(
        Truth("StudentT", lambda p=p: mg.StudentT(*p), stats.t(*p))
        for p in [(0.1, 0.0, 1.0), (3.0, 1.0, 1e8), (1e5, 0.0, 1e-8)]
    ),
    *(
        Truth(
            "TruncatedNormal",
            lambda p=p: mg.TruncatedNormal(*p),
            stats.truncnorm((p[2] - p[0]) / p[1], (p[3] - p[0]) / p[1], p[0], p[1]),
            1e-8,
            "" if p[2] < 8.0 else "entropy",  # SciPy's is -3.2 there, that of an Exponential -1.1
        )
        for p in [(0.0, 1.0, -1.0, 2.0), (0.0, 1.0, 8.0, 9.0), (1.0, 1e-3, 1.001, 1.01)]
    ),
    *(
        # its variance is the circular one; SciPy takes a Normal distribution function from 50 on
        Truth("VonMises", lambda p=p: mg.VonMises(*p), stats.vonmises(p[1], p[0]), 1e-7, "var")
        for p in [(0.0, 1e-3), (0.4, 1.3), (0.0, 20.0)]
    ),
    *(
        Truth("Bernoulli", lambda x=x: mg.Bernoulli(logits=x), stats.bernoulli(special.expit(x)))
        for x in LOGITS[:3]
    ),
    *(
        Truth("Geometric", lambda p=p: mg.Geometric(p), stats.nbinom(1.0, p), skip="entropy")
        for p in (1e-3, 0.3, 0.9)
    ),
    *(
        Truth("Binomial", lambda n=n, p=p: mg.Binomial(n, p), stats.binom(n, p))
        for n, p in [(1.0, 0.3), (20.0, 1e-3), (1e4, 0.7)]
    ),
    *(
        Truth("Poisson", lambda r=r: mg.Poisson(r), stats.poisson(r), skip="entropy" * (r > 99.0))
        for r in (1e-3, 2.0, 1e4)
    ),
    *(
        Truth(
            "NegativeBinomial",
            lambda n=n, p=p: mg.NegativeBinomial(n, p),
            stats.nbinom(n, 1.0 - p),
        )
        for n, p in [(0.1, 0.3), (5.0, 0.9), (1e4, 0.02)]
    ),
    Truth(
        "Categorical",
        lambda: mg.Categorical(PROBS),
        stats.rv_discrete(values=([0, 1, 2], PROBS)),
        skip="entropy",
    ),
    Truth(
        "Transformed",
        lambda: log_normal(),
        stats.lognorm(0.5, scale=math.exp(0.3)),
        skip="mean var entropy",
    ),
    Truth("MixtureSameFamily", lambda: two(), lambda z: float(np.log(two_at(z)))),
    *(
        Truth(
            "RelaxedBernoulli",
            lambda t=t, x=x: mg.RelaxedBernoulli(t, logits=x),
            lambda z, t=t, x=x: relaxed_coin(z, t, x),
        )
        for t, x in [(1.0, 0.0), (0.3, 1.5), (2.0, -3.0)]
    ),
    Truth(
        "RelaxedOneHotCategorical",
        lambda: mg.RelaxedOneHotCategorical(0.7, PROBS),
        lambda z: relaxed_choice(z, 0.7, PROBS),
    ),
    Truth(
        "Dirichlet",
        lambda: mg.Dirichlet([0.7, 2.0, 5.0]),
        lambda z: stats.dirichlet.logpdf(z / z.sum(), [0.7, 2.0, 5.0]),
    ),
    Truth(
        "OneHotCategorical",
        lambda: mg.OneHotCategorical(PROBS),
        lambda z: float(np.log(PROBS @ z)),
    ),
    Truth(
        "MultivariateNormal",
        lambda: mg.MultivariateNormal([0.5, -1.0], scale_tril=LOWER),
        stats.multivariate_normal([0.5, -1.0], LOWER @ LOWER.T).logpdf,
    ),
    Truth(
        "LowRankMultivariateNormal",
        lambda: mg.LowRankMultivariateNormal([0.5, -1.0], [[0.3], [1.0]], [0.5, 0.2]),
        stats.multivariate_normal(
            [0.5, -1.0], np.outer([0.3, 1.0], [0.3, 1.0]) + np.diag([0.5, 0.2])
        ).logpdf,
    ),
    Truth(
        "Independent",
        lambda: mg.Independent(mg.Normal(np.array([0.5, -1.0]), 2.0), 1),
        lambda z: float(stats.norm([0.5, -1.0], 2.0).logpdf(z).sum()),
    ),
    # of two dimensions, one correlation r: (1 - r²)^(c - 1), and (1 + r)/2 is of Beta(c, c)
    Truth(
        "LKJCholesky",
        lambda: mg.LKJCholesky(2, 1.5),
        lambda z: float(stats.beta(1.5, 1.5).logpdf(0.5 * (1.0 + z[1, 0])) - math.log(2.0)),
    ),
]


def log_normal() -> Distribution:
    """exp of 0.3 + 0.5 ε, by two maps."""
    maps = [mg.AffineTransform(0.3, 0.5), mg.ExpTransform()]
    return mg.Transformed(mg.Normal(0.0, 1.0), maps)


def two() -> Distribution:
    """Two Gaussians."""
    parts = mg.Normal(np.array([-1.0, 2.0]), np.array([0.5, 1.5]))
    return mg.MixtureSameFamily(mg.Categorical([0.3, 0.7]), parts)


def two_at(z: float) -> float:
    """Their density."""
    return float(stats.norm([-1.0, 2.0], [0.5, 1.5]).pdf(z) @ [0.3, 0.7])
