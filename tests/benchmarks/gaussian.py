"""The first two reference programs, whole jobs: sampling, value and gradients.

Same noise for minigrad and NumPy; C++ draws its own, so its answer is held against theirs by
standard errors: no number here has one above 0.013, so two runs differ by less than 0.1.
"""

import numpy as np

from tests.benchmarks.case import Bar, Case, Job
from tests.benchmarks.peers import compile_cpp

SEED = 0
SAMPLES = 20_000
MU, SIGMA, STEP = 0.7, 1.2, 1e-4
DIAGONAL_SAMPLES = 10_000
MUS, SIGMAS = np.array([0.0, 0.5, -1.0, 0.3, 1.2]), np.array([1.0, 0.8, 0.5, 1.5, 0.7])
OTHER_NOISE = 0.1


def minigrad_1d() -> Job:
    import minigrad as mg

    def mean_of_sin(mu, sigma, eps):
        return mg.sin(mg.Normal(mu, sigma).transform(eps)).mean().item()

    def job() -> list[float]:
        rng = np.random.default_rng(SEED)
        mu, sigma = mg.Var(MU), mg.Var(SIGMA)
        mean = mg.sin(mg.Normal(mu, sigma).rsample(rng, (SAMPLES,))).mean()
        mean.backward()
        eps = mg.noise(rng, (SAMPLES,))
        with mg.no_grad():
            base = mean_of_sin(MU, SIGMA, eps)
            d_mu = (mean_of_sin(MU + STEP, SIGMA, eps) - base) / STEP
            d_sigma = (mean_of_sin(MU, SIGMA + STEP, eps) - base) / STEP
        return [mean.value, mu.grad, sigma.grad, d_mu, d_sigma]

    return job


def numpy_1d() -> Job:
    """Buffers are kept from job to job, as in a training loop."""
    eps, z, out = np.empty((3, SAMPLES))

    def mean_of_sin(mu: float, sigma: float) -> float:
        np.multiply(eps, sigma, out=z)
        np.add(z, mu, out=z)
        return np.sin(z, out=out).mean()

    def job() -> list[float]:
        rng = np.random.default_rng(SEED)
        rng.standard_normal(out=eps)
        mean = mean_of_sin(MU, SIGMA)
        np.cos(z, out=out)
        pathwise = [mean, out.mean(), out @ eps / SAMPLES]
        rng.standard_normal(out=eps)
        base = mean_of_sin(MU, SIGMA)
        d_mu = (mean_of_sin(MU + STEP, SIGMA) - base) / STEP
        d_sigma = (mean_of_sin(MU, SIGMA + STEP) - base) / STEP
        return [*pathwise, d_mu, d_sigma]

    return job


def minigrad_diagonal() -> Job:
    import minigrad as mg

    def job() -> list[float]:
        rng = np.random.default_rng(SEED)
        mu, sigma = mg.Var(MUS), mg.Var(SIGMAS)
        z = mg.Normal(mu, sigma).rsample(rng, (DIAGONAL_SAMPLES,))
        mean = mg.tanh(z).sum(axis=-1).mean()
        mean.backward()
        return [mean.value, *mu.grad, *sigma.grad]

    return job


def numpy_diagonal() -> Job:
    eps, z = np.empty((2, DIAGONAL_SAMPLES, len(MUS)))
    ones = np.ones(DIAGONAL_SAMPLES)

    def job() -> list[float]:
        np.random.default_rng(SEED).standard_normal(out=eps)
        np.multiply(eps, SIGMAS, out=z)
        np.add(z, MUS, out=z)
        np.tanh(z, out=z)
        mean = z.sum() / DIAGONAL_SAMPLES
        np.multiply(z, z, out=z)
        np.subtract(1.0, z, out=z)
        d_mu = ones @ z / DIAGONAL_SAMPLES
        np.multiply(z, eps, out=z)
        d_sigma = ones @ z / DIAGONAL_SAMPLES
        return [mean, *d_mu, *d_sigma]

    return job


CASES = [
    Case(
        name="1-D Gaussian, whole job",
        contestants={
            "minigrad": minigrad_1d,
            "NumPy by hand": numpy_1d,
            "C++": lambda: compile_cpp("gaussian_1d", answers=5),
        },
        bars=[Bar("minigrad", "NumPy by hand", 1.15), Bar("minigrad", "C++", 0.9)],
        noisy={"C++": OTHER_NOISE},
    ),
    Case(
        name="diagonal Gaussian, whole job",
        contestants={
            "minigrad": minigrad_diagonal,
            "NumPy by hand": numpy_diagonal,
            "C++": lambda: compile_cpp("gaussian_diagonal", answers=11),
        },
        bars=[Bar("minigrad", "NumPy by hand", 1.25), Bar("minigrad", "C++", 0.45)],
        noisy={"C++": OTHER_NOISE},
    ),
]
