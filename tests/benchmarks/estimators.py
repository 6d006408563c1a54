"""Pathwise estimates of 10,000 samples in many dimensions, without drawing the noise.

The noise was drawn before: the distributions here hand it out again, slice by slice.
"""

import numpy as np

from tests.benchmarks.case import Bar, Case, Job

SEED, SAMPLES = 0, 10_000
DIAGONAL, FULL = 1_000, 100
BY_HAND = 100  # samples in a chunk: no size from 20 to 1,000 was faster by more than 3 %


def inputs(d: int, full: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """μ, then σ or L, then the noise."""
    rng = np.random.default_rng(SEED)
    scale = rng.uniform(0.5, 1.5, d)
    if full:
        scale = np.diag(scale) + 0.1 * np.tril(rng.standard_normal((d, d)), -1)
    return rng.standard_normal(d), scale, rng.standard_normal((SAMPLES, d))


def answer(value: float, d_mu: np.ndarray, d_scale: np.ndarray) -> list[float]:
    return [value, d_mu[0], d_mu[-1], d_scale.ravel()[0], d_scale.ravel()[-1], d_scale.sum()]


def minigrad(d: int, full: bool, replay: bool = False) -> Job:
    import minigrad as mg
    from minigrad.distributions.laws import Law

    mu, scale, eps = inputs(d, full)
    taken = 0

    def replayed(rng, shape):
        nonlocal taken
        start, taken = taken, taken + shape[0]
        return eps[start:taken]

    class Replayed(mg.MultivariateNormal if full else mg.Normal):
        _law = Law("replayed", replayed, replayed)

    def problem(mu, scale):
        q = Replayed(mu, scale_tril=scale) if full else Replayed(mu, scale)
        return q, lambda z: mg.tanh(z).sum(axis=-1)

    def job() -> list[float]:
        nonlocal taken
        taken = 0
        estimate = mg.pathwise(problem, (mu, scale), SAMPLES, SEED, replay=replay)
        return answer(estimate.value, *estimate.grads)

    return job


def numpy_by_hand(d: int, full: bool) -> Job:
    """Chunks that stay in cache, one buffer that is used again for everything."""
    mu, scale, eps = inputs(d, full)
    z, ones = np.empty((BY_HAND, d)), np.ones(BY_HAND)

    def job() -> list[float]:
        value, d_mu, d_scale = 0.0, np.zeros(d), np.zeros_like(scale)
        for i in range(0, SAMPLES, BY_HAND):
            e = eps[i : i + BY_HAND]
            np.matmul(e, scale.T, out=z) if full else np.multiply(e, scale, out=z)
            np.add(z, mu, out=z)
            np.tanh(z, out=z)
            value += z.sum()
            np.multiply(z, z, out=z)
            np.subtract(1.0, z, out=z)
            d_mu += ones @ z
            if full:
                d_scale += z.T @ e
            else:
                np.multiply(z, e, out=z)
                d_scale += ones @ z
        lower = np.tril(d_scale) if full else d_scale
        return answer(value / SAMPLES, d_mu / SAMPLES, lower / SAMPLES)

    return job


def case(d: int, full: bool, limit: float) -> Case:
    kind = "full covariance" if full else "diagonal"
    return Case(
        name=f"pathwise, {kind}, d={d:,}, S={SAMPLES:,}",
        contestants={
            "minigrad": lambda: minigrad(d, full),
            "minigrad, replay": lambda: minigrad(d, full, replay=True),
            "NumPy by hand": lambda: numpy_by_hand(d, full),
        },
        bars=[Bar("minigrad", "NumPy by hand"), Bar("minigrad, replay", "NumPy by hand", limit)],
    )


CASES = [
    case(DIAGONAL, full=False, limit=1.2),
    case(FULL, full=True, limit=1.3),
]
