"""Standard errors that can be trusted: over 500 repeats z-scores scatter by 1.

A problem of 500 numbers, each with a parameter of its own, is 500 repeats at once: gradient j
depends on noise j, and on the others only as on more noise.
"""

import itertools
import math

import numpy as np
import pytest

import minigrad as mg

REPEATS, MU = 500, 0.5
WIDE = {"samples": 1024, "chunk": 16}  # 64 chunks: their scatter is known to a tenth
D = math.exp(-0.5)

# f and ∂E[f(z)]/∂μ, z ~ N(μ, 1)
INTEGRANDS = {
    "sin": (mg.sin, D * math.cos(MU)),
    "cos 2z": (lambda z: mg.cos(2.0 * z), -2.0 * math.exp(-2.0) * math.sin(2.0 * MU)),
    "z²": (mg.square, 2.0 * MU),
    "z³": (lambda z: z * mg.square(z), 3.0 * MU * MU + 3.0),
    "exp z/2": (lambda z: mg.exp(0.5 * z), 0.5 * math.exp(0.5 * MU + 0.125)),
    "tanh": (mg.tanh, 0.56199294746349),
}


class Sums:
    """Normal numbers, and the sum of f of each."""

    def __init__(self, name):
        self.f, self.slope = INTEGRANDS[name]

    def __call__(self, mu):
        def total(z):
            return mg.sum(self.f(z), tuple(range(1, z.ndim))) if z.ndim > 1 else self.f(z)

        return mg.Normal(mu, 1.0), total

    def scores(self, estimator, **options):
        """z-scores of 500 estimates."""
        estimate = estimator(self, (np.full(REPEATS, MU),), rng=5, **WIDE, **options)
        return estimate.z_scores([np.full(REPEATS, self.slope)])[0]


def assert_calibrated(z):
    assert abs(z.std() - 1.0) < 0.1 and abs(z.mean()) < 5.0 / math.sqrt(len(z))


WAYS = [
    ("pathwise", {}),
    ("pathwise", {"antithetic": True}),
    ("score_function", {}),
    ("score_function", {"antithetic": True}),
    ("score_function", {"baseline": "mean"}),
    ("score_function", {"baseline": "optimal"}),
]
EXACT = ("pathwise", {"antithetic": True}), "z²"  # such pairs do not scatter


@pytest.mark.parametrize(
    ("way", "name"),
    [case for case in itertools.product(WAYS, INTEGRANDS) if case != EXACT],
    ids=str,
)
def test_z_scores_scatter_by_one(way, name):
    estimator, options = way
    assert_calibrated(Sums(name).scores(getattr(mg, estimator), **options))


@pytest.mark.parametrize("f", ["(b - t)²", "exp b", "sin b", "b", "b³", "-b²"])
def test_coins(f):
    """DisARM on a coin flip each: ∂/∂logit is p(1 - p)(f(1) - f(0))."""
    functions = {
        "(b - t)²": lambda b: mg.square(b - 0.45),
        "exp b": mg.exp,
        "sin b": mg.sin,
        "b": lambda b: b * 1.0,
        "b³": lambda b: b * b * b,
        "-b²": lambda b: -mg.square(b),
    }
    g = functions[f]
    p = 1.0 / (1.0 + math.exp(-MU))
    slope = p * (1.0 - p) * (float(g(mg.constant(1.0)).value) - float(g(mg.constant(0.0)).value))

    def problem(logits):
        return mg.Bernoulli(logits=logits), lambda b: mg.sum(g(b), -1)

    estimate = mg.disarm(problem, (np.full(REPEATS, MU),), rng=6, **WIDE)
    assert_calibrated(estimate.z_scores([np.full(REPEATS, slope)])[0])


def test_what_can_not_be_trusted_says_so():
    def never(mu):
        return mg.Normal(mu, 1.0), lambda z: z > 9.0

    def rarely(mu):
        return mg.Normal(mu, 1.0), lambda z: z > 3.8

    def no_mean(mu):
        return mg.Cauchy(mu, 1.0), lambda z: z * 1.0

    estimate = mg.score_function(never, (0.0,), 10_000, 0, baseline="mean")
    assert estimate.warnings and "warning: f is 0 at all 10,000 samples" in str(estimate)
    for problem in (rarely, no_mean):
        assert "of the scatter: f has rare, large values" in str(
            mg.score_function(problem, (0.0,), 10_000, 0)
        )
    # and healthy ones say nothing
    for problem in (Sums("sin"), Sums("exp z/2")):
        for estimator in (mg.pathwise, mg.score_function):
            assert estimator(problem, (0.3,), 10_000, 0).warnings == ()
