"""Distributions with parameters at extremes and of wrong kinds, asked for what they know.

Not at extremes are Beta's: beyond 1e100 those can be nan.
"""

from collections.abc import Callable
from random import Random

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial

FAMILIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Normal", "Laplace", "Logistic", "Gumbel", "Cauchy"), ("any", "positive")),
    **{"LogNormal": ("any", "positive"), "Uniform": ("any", "any"), "Exponential": ("positive",)},
    **{"HalfNormal": ("positive",), "HalfCauchy": ("positive",), "Chi2": ("positive",)},
    **dict.fromkeys(("Weibull", "Gamma", "InverseGamma", "Pareto"), ("positive",) * 2),
    "Beta": ("plain", "plain"),
    **{"Kumaraswamy": ("positive",) * 2, "StudentT": ("positive", "any", "positive")},
    **{"VonMises": ("any", "positive"), "TruncatedNormal": ("any", "positive", "any", "any")},
    **{"Poisson": ("positive",), "Bernoulli": ("share",), "Geometric": ("share",)},
    **{"Binomial": ("count", "share"), "NegativeBinomial": ("positive", "share")},
    **{"RelaxedBernoulli": ("positive", "share"), "Categorical": ("shares",)},
    **{"OneHotCategorical": ("shares",), "Dirichlet": ("positives",)},
}
POSITIVE = [1e-300, 1e-10, 1e-3, 0.5, 1.0, 3.0, 100.0, 1e8, 1e15, 1e300]
ANY = [0.0, -1.0, 2.5, -1e-300, 1e8, -1e15, 1e300, -1e300]
WRONG = [
    0.0,
    -1.0,
    np.nan,
    np.inf,
    -np.inf,
    "1",
    None,
    [],
    [[0.5, 1.0]],
    1j,
    True,
    -0.0,
    2.0,
    1e-320,
]
MAKERS: dict[str, Callable[[Random], object]] = {
    "any": lambda rng: rng.choice(ANY),
    "plain": lambda rng: rng.choice(POSITIVE[2:7]),
    "positive": lambda rng: rng.choice(POSITIVE),
    "share": lambda rng: rng.choice((0.0, 1.0, 1e-300, 0.3, 1.0 - 1e-16, 0.5)),
    "count": lambda rng: rng.choice((0, 1, 5, 1000)),
    "shares": lambda rng: rng.choice(([0.2, 0.8], [1.0], [0.0, 1.0], [1e-300, 1.0], [[0.5, 0.5]])),
    "positives": lambda rng: [rng.choice(POSITIVE) for _ in range(rng.randrange(1, 4))],
}
POINTS = [
    0.0,
    1.0,
    -1.0,
    0.5,
    3.0,
    1e-300,
    -1e8,
    1e300,
    -1e300,
    np.inf,
    -np.inf,
    [0.5, 2.0],
    [[1.0]],
]
SHARES = [0.0, 1.0, 0.5, 1e-300, 1e-10, 1.0 - 1e-16, [0.1, 0.9], -0.1, 1.1]


def a_law(rng: Random) -> Trial:
    """A law, and one question: a density, a share, a quantile, a draw, a moment."""
    name = rng.choice(list(FAMILIES))
    given = [MAKERS[kind](rng) for kind in FAMILIES[name]]
    usual = rng.random() < 0.65
    if not usual:
        given[rng.randrange(len(given))] = rng.choice(WRONG)
    question = rng.choice(("log_prob", "log_prob", "cdf", "icdf", "rsample", "sample", "moments"))
    point = rng.choice(SHARES if question == "icdf" else POINTS)
    point = 0.5 if name == "VonMises" and not np.isfinite(point).all() else point  # no angle

    def call() -> object:
        law = getattr(mg, name)(*given)
        if question in ("rsample", "sample"):
            return law, getattr(law, question)(np.random.default_rng(0), 3)
        if question == "moments":
            return law, [part for part in (_moment(law, m) for m in MOMENTS) if part is not None]
        return law, getattr(law, question)(point)

    asked = "" if question in ("rsample", "sample", "moments") else repr(point)
    shown = f"mg.{name}({', '.join(map(repr, given))}).{question}({asked})"
    return Trial(shown, call, lambda found: _wrong(found, question, _finite(given)))


MOMENTS = ("mean", "variance", "mode", "entropy")


def _moment(law: mg.distributions.Distribution, name: str) -> object:
    """None where the family has no such moment, and says so."""
    try:
        found = getattr(law, name)
        return found() if name == "entropy" else found
    except (NotImplementedError, TypeError, ValueError, AttributeError):
        return None


def _finite(given: list[object]) -> bool:
    """Whether all parameters are; a nan or inf among them may give a nan."""
    return all(np.isfinite(np.asarray(x, float)).all() for x in given)


def _wrong(found: object, question: str, finite: bool) -> str:
    law, answer = found  # type: ignore[misc]
    for part in answer if question == "moments" else [answer]:
        value = np.asarray(part.value if isinstance(part, mg.Var) else part)
        if value.dtype != np.float64:
            return f"the answer is of {value.dtype}: {part!r}"
        if not finite:
            continue
        if question != "moments" and np.isnan(value).any():
            return f"the answer is nan: {part!r}"
        if question == "cdf" and not ((value >= 0.0) & (value <= 1.0)).all():
            return f"a share of {part!r}"
    if question in ("rsample", "sample"):
        shape = (3, *law.batch_shape, *law.event_shape)
        return "" if answer.shape == shape else f"the draw has shape {answer.shape}, not {shape}"
    return ""
