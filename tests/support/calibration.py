"""Every estimator on a problem with closed forms: what its mean is, and what its variance is.

`measured` runs one of them and says how far both are off, and whether its standard errors are true.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm, t

import minigrad as mg
from minigrad.engine.values import Array
from minigrad.estimators import Estimate, streaming
from minigrad.estimators.moments import Chunk, Moments
from tests.support.estimator_problems import K, branch, coin, quadratic, sine

MU, SIGMA = 1.0, 1.3
M = MU - K
P, T = 0.3, 0.2  # a coin, and the t of f = (b - t)²
LOGIT = math.log(P / (1 - P))
S, GAP = P * (1 - P), (1 - T) ** 2 - T**2  # GAP is f(1) - f(0)
STEP = 0.01  # of differences
TAU = 0.5

Numbers = tuple[float, ...]


class Case(NamedTuple):
    """An estimator on a problem.

    `means` are those of its gradients: true slopes, or for a biased estimator what it tends to, by
    its own formula. `variances` are those of one sample's gradients in a chunk of some size; None
    where there is no formula. `slopes` are the true ones where the estimator is biased. Chunks have
    `size` samples where a formula needs that many; `timed` samples tell the time.
    """

    run: Callable[..., Estimate]
    problem: Callable[..., object]
    params: tuple[object, ...]
    means: Numbers
    variances: Callable[[int], Numbers] | Numbers | None
    slopes: Numbers | None = None
    size: int | None = None
    timed: int = 1 << 17

    def formula(self, size: int) -> Numbers | None:
        """The variances of one sample in a chunk of that size."""
        return self.variances(size) if callable(self.variances) else self.variances


def two_valued(at_1: float, at_0: float, p: float = P) -> tuple[float, float]:
    """Mean and variance of what is either of two numbers."""
    return p * at_1 + (1 - p) * at_0, p * (1 - p) * (at_1 - at_0) ** 2


# ------------------------------------------------------------------------- f = (z - k)² and others

QUADRATIC = (2 * M, 2 * SIGMA)
PATHWISE = (4 * SIGMA**2, 4 * M**2 + 8 * SIGMA**2)
SINE = (math.exp(-0.72) * math.cos(0.7), -1.2 * math.exp(-0.72) * math.sin(0.7))
OF_F = 4 * M**2 * SIGMA**2 + 2 * SIGMA**4


def compared(size: int) -> Numbers:
    """The score function, less the mean of the others: the covariance of f and s in the sample,
    whose variance is (V + (Cov(f, s)² + Var f Var s)/(n - 1))/n, V that with a known mean."""
    known = 8 * M**2 + 10 * SIGMA**2, 40 * M**2 + 56 * SIGMA**2
    scores = 1 / SIGMA**2, 2 / SIGMA**2
    return tuple(
        v + (c * c + OF_F * s) / (size - 1)
        for v, c, s in zip(known, QUADRATIC, scores, strict=True)
    )


def best(size: int) -> Numbers:
    """The same with the baseline E[f s²]/E[s²] of the others, up to order 1/n: V and, over n,
    E[s⁴(f - b)²]/E[s²] + (E[s³(f - b)]/E[s²])²."""
    return (
        8 * M**2 + 6 * SIGMA**2 + (96 * M**2 + 42 * SIGMA**2) / size,
        40 * M**2 + 24 * SIGMA**2 + (1208 * M**2 + 1520 * SIGMA**2) / size,
    )


def in_strata(size: int) -> Numbers:
    """Pathwise of sin z with one point in each of n strata, by quadrature: n times what E[g²]
    exceeds the mean of the strata's squared means by."""
    eps = ndtri((np.arange(size * 4_000) + 0.5) / (size * 4_000)).reshape(size, -1)
    slope = np.cos(0.7 + 1.2 * eps)
    return tuple(
        float(np.mean(g * g) - np.mean(np.square(g.mean(axis=1)))) for g in (slope, eps * slope)
    )


def cube(mu, sigma):  # type: ignore[no-untyped-def]
    """z³, whose quadratic expansion leaves (z - μ)³: 3σ²ε² and 3σ²ε³ of its slopes. The latter goes
    with ε in the expansion's slope, so that the best share of that is above 1."""
    return mg.Normal(mu, sigma), lambda z: z * mg.square(z)


A = 0.5
AS = (A * SIGMA) ** 2
GROWTH = math.exp(A * MU + AS / 2)


def exponential(mu, sigma):  # type: ignore[no-untyped-def]
    return mg.Normal(mu, sigma), lambda z: mg.exp(A * z)


EXPONENTIAL = (A * GROWTH, A**2 * SIGMA * GROWTH)
PAIRS = (  # e^{az} in antithetic pairs: a e^{aμ} cosh aσε, and aε e^{aμ} sinh aσε; two samples each
    2 * A**2 * math.exp(2 * A * MU) * (0.5 * (1 + math.exp(2 * AS)) - math.exp(AS)),
    2
    * A**2
    * math.exp(2 * A * MU)
    * (0.5 * ((1 + 4 * AS) * math.exp(2 * AS) - 1) - AS * math.exp(AS)),
)

# ----------------------------------------------------------------------------------------- coins

SLOPE = (S * GAP,)
M3 = 1 - (1 - 2 * min(P, 1 - P)) ** 3
STRAIGHT = two_valued(2 * (1 - T) * S, -2 * T * S)
HALF = {b: (P + b) / 2 for b in (1, 0)}
HEUN = two_valued(*(2 * (b - T) * (2 * HALF[b] * (1 - HALF[b]) - S / 2) for b in (1, 0)))
THETA = 0.3
HEADS = 1 / (1 + math.exp(-THETA))
MOVED = HEADS * (1 - HEADS) * THETA / 2  # the rate of a flip times what it changes in the cost
TRIPLES = two_valued(MOVED, MOVED - 0.5, HEADS)


def averaged(draws: int) -> tuple[float, float]:
    """Gumbel-Rao: f′(b) times the mean of `draws` slopes of the relaxed number, given b."""
    u = (np.arange(400_000) + 0.5) / 400_000
    z = LOGIT + np.log(u / (1 - u))
    soft = 1 / (1 + np.exp(-z / TAU))
    slopes = 2 * ((z > 0) - T) * soft * (1 - soft) / TAU
    parts = slopes[z > 0], slopes[z <= 0]
    mean, between = two_valued(*(float(x.mean()) for x in parts))
    within = P * float(parts[0].var()) + (1 - P) * float(parts[1].var())
    return mean, between + within / draws


RAO = averaged(4)


def fair_coin(logit):  # type: ignore[no-untyped-def]
    """f = b at p = ½."""
    return mg.Bernoulli(logits=logit), lambda b: 1.0 * b


def of(law: Callable[..., object], f: Callable[[mg.Var], mg.Var]) -> Callable[..., object]:
    """The problem of f(z), z of that law."""
    return lambda *params: (law(*params), f)


def same(z: mg.Var) -> mg.Var:
    """f(z) = z."""
    return 1.0 * z


RATE, BETA, SCALE, N = 2.0, 1.7, 0.8, 5

CASES = {
    "pathwise": Case(mg.pathwise, quadratic, (MU, SIGMA), QUADRATIC, PATHWISE),
    "pathwise, antithetic": Case(
        partial(mg.pathwise, antithetic=True), exponential, (MU, SIGMA), EXPONENTIAL, PAIRS
    ),
    "pathwise, linear control variate": Case(
        partial(mg.pathwise, control_variate="linear"),
        quadratic,
        (MU, SIGMA),
        QUADRATIC,
        (4 * SIGMA**2, 8 * SIGMA**2),
    ),
    "pathwise, quadratic control variate": Case(
        partial(mg.pathwise, control_variate="quadratic"),
        cube,
        (MU, SIGMA),
        (3 * MU**2 + 3 * SIGMA**2, 6 * MU * SIGMA),
        (18 * SIGMA**4, 135 * SIGMA**4 - 81 * SIGMA**4 * MU**2 / (MU**2 + 8 * SIGMA**2)),
    ),
    "pathwise, stratified points": Case(
        partial(mg.pathwise, points="stratified"), sine, (0.7, 1.2), SINE, in_strata
    ),
    "pathwise, latin points": Case(
        partial(mg.pathwise, points="latin"), sine, (0.7, 1.2), SINE, in_strata
    ),
    "pathwise, sobol points": Case(
        partial(mg.pathwise, points="sobol"), sine, (0.7, 1.2), SINE, None, size=256
    ),
    "score function": Case(
        mg.score_function,
        quadratic,
        (MU, SIGMA),
        QUADRATIC,
        (
            M**4 / SIGMA**2 + 14 * M**2 + 15 * SIGMA**2,
            2 * M**4 / SIGMA**2 + 60 * M**2 + 74 * SIGMA**2,
        ),
    ),
    "score function, antithetic": Case(
        partial(mg.score_function, antithetic=True),
        quadratic,
        (MU, SIGMA),
        QUADRATIC,
        (16 * M**2, 4 * M**4 / SIGMA**2 + 40 * M**2 + 148 * SIGMA**2),
    ),
    "score function, mean baseline": Case(
        partial(mg.score_function, baseline="mean"), quadratic, (MU, SIGMA), QUADRATIC, compared
    ),
    "score function, optimal baseline": Case(
        partial(mg.score_function, baseline="optimal"),
        quadratic,
        (MU, SIGMA),
        QUADRATIC,
        best,
        size=1_000,
    ),
    "score function, Poisson": Case(
        mg.score_function, of(mg.Poisson, mg.square), (RATE,), (2 * RATE + 1,), (222.5,)
    ),
    "measure-valued, Normal": Case(
        mg.measure_valued,
        quadratic,
        (MU, SIGMA),
        QUADRATIC,
        (4 * M**2 * (4 / math.pi - 1), 4 * M**2 + 4 * SIGMA**2),
    ),
    "measure-valued, Exponential": Case(
        mg.measure_valued, of(mg.Exponential, same), (BETA,), (-(BETA**-2),), (BETA**-4,)
    ),
    "measure-valued, Gamma": Case(
        mg.measure_valued,
        of(partial(mg.Gamma, 1.5), same),
        (BETA,),
        (-1.5 / BETA**2,),
        (1.5**2 / BETA**4,),
    ),
    "measure-valued, Weibull": Case(
        mg.measure_valued,
        of(lambda scale: mg.Weibull(scale, 2.0), mg.square),
        (SCALE,),
        (2 * SCALE,),
        (4 * SCALE**2,),
    ),
    "measure-valued, Poisson": Case(
        mg.measure_valued, of(mg.Poisson, mg.square), (RATE,), (2 * RATE + 1,), (4 * RATE,)
    ),
    "measure-valued, Binomial": Case(
        mg.measure_valued,
        of(partial(mg.Binomial, N), mg.square),
        (P,),
        (N * (1 + 2 * (N - 1) * P),),
        (4 * N**2 * (N - 1) * S,),
    ),
    "measure-valued, Geometric": Case(
        mg.measure_valued, of(mg.Geometric, same), (P,), (-(P**-2),), ((1 - P) / P**4,)
    ),
    "differences, common noise": Case(
        mg.finite_difference, quadratic, (MU, SIGMA), QUADRATIC, PATHWISE
    ),
    "differences, fresh noise": Case(
        partial(mg.finite_difference, step=STEP, common_noise=False),
        quadratic,
        (MU, SIGMA),
        QUADRATIC,
        2 * (OF_F / (2 * STEP**2),),
    ),
    "ARM": Case(mg.arm, coin, (LOGIT,), SLOPE, (GAP**2 * (M3 / 12 - S**2),)),
    "DisARM": Case(mg.disarm, coin, (LOGIT,), SLOPE, (GAP**2 * S * (max(P, 1 - P) / 2 - S),)),
    "REBAR": Case(mg.rebar, coin, (LOGIT,), SLOPE, None),
    "REBAR, f = b": Case(
        partial(mg.rebar, temperature=1.0, pilot=100_000), fair_coin, (0.0,), (0.25,), (1 / 106,)
    ),
    "RELAX": Case(partial(mg.relax, steps=50), coin, (LOGIT,), SLOPE, None),
    "straight-through": Case(
        mg.straight_through, coin, (LOGIT,), STRAIGHT[:1], STRAIGHT[1:], slopes=SLOPE
    ),
    "ReinMax": Case(mg.reinmax, coin, (LOGIT,), SLOPE, HEUN[1:]),
    "Gumbel-Rao": Case(
        partial(mg.gumbel_rao, temperature=TAU, draws=4),
        coin,
        (LOGIT,),
        RAO[:1],
        RAO[1:],
        slopes=SLOPE,
    ),
    "stochastic triples": Case(
        mg.triples,
        branch,
        (THETA,),
        TRIPLES[:1],
        TRIPLES[1:],
        timed=1_000,
    ),
}


class Measured(NamedTuple):
    """Of each gradient: how z-scores spread, the bias in standard errors, variance over formula."""

    spread: Array
    centre: Array  # of the scores, in units of its own error
    bias: Array
    ratio: Array | None


@contextmanager
def recorded() -> Iterator[list[list[float]]]:
    """Collects the mean gradients of every chunk."""
    found: list[list[float]] = []
    plain = streaming.moments_of

    def moments(chunk: Chunk, start: int, stop: int) -> Moments:
        found.append([float(d) for d in chunk.grads])  # type: ignore[arg-type]
        return plain(chunk, start, stop)

    with patch.object(streaming, "moments_of", moments):
        yield found


def measured(case: Case, repeats: int, chunks: int, size: int, seed: int = 7) -> Measured:
    """One long run, its chunks dealt out to `repeats` estimates.

    `chunks` are too few for a normal law, so a score is read off Student's t and put where the
    normal law has it.
    """
    with recorded() as found:
        case.run(case.problem, case.params, repeats * chunks * size, seed, chunk=size)
    rows = np.array(found).reshape(repeats, chunks, -1)
    off = rows - case.means
    scores = off.mean(axis=1) / (rows.std(axis=1, ddof=1) / math.sqrt(chunks))
    scores = norm.ppf(t.cdf(scores, chunks - 1))
    whole = off.reshape(repeats * chunks, -1)
    formula = case.formula(size)
    return Measured(
        scores.std(axis=0),
        scores.mean(axis=0) * math.sqrt(repeats),
        whole.mean(axis=0) / (whole.std(axis=0, ddof=1) / math.sqrt(len(whole))),
        None if formula is None else size * whole.var(axis=0, ddof=1) / np.array(formula),
    )
