"""Traced programs: called from Python, compiled by numba, and what tracing itself costs."""

import numpy as np

from tests.benchmarks import gaussian, scalar, vae_1d
from tests.benchmarks.case import Bar, Case, Contestant, Job
from tests.benchmarks.peers import compile_cpp, load

SEED, STEPS, RATE, START = vae_1d.SEED, vae_1d.STEPS, vae_1d.RATE, vae_1d.START
DIMENSIONS, SAMPLES, CHUNK = 1_000, 10_000, 100


# ---------------------------------------------------------------------------------------- 1-D VAE


def vae_program():
    import minigrad as mg

    def loss(mu, logvar, w, b, eps):
        return vae_1d.loss_of(mu, logvar, w, b, eps, mg.exp, mg.log, mg.maximum)

    return mg.trace(loss, *START.values(), mg.noise(np.random.default_rng(SEED)))


def program() -> Job:
    step = vae_program().value_and_grad

    def job() -> list[float]:
        total = 0.0
        rng = np.random.default_rng(SEED)
        mu, logvar, w, b = START.values()
        for _ in range(STEPS):
            loss, (d_mu, d_logvar, d_w, d_b) = step(mu, logvar, w, b, rng.standard_normal())
            total += loss
            mu -= RATE * d_mu
            logvar -= RATE * d_logvar
            w -= RATE * d_w
            b -= RATE * d_b
        return [total / STEPS, mu, logvar, w, b]

    return job


def compiled(draws: bool) -> Job:
    """The loop and the program compiled together; noise from NumPy, in the job or before."""
    njit = load("numba").njit
    step = vae_program().jit().value_and_grad

    @njit
    def train(noise, mu, logvar, w, b):
        total = 0.0
        for eps in noise:
            loss, (d_mu, d_logvar, d_w, d_b) = step(mu, logvar, w, b, eps)
            total += loss
            mu -= RATE * d_mu
            logvar -= RATE * d_logvar
            w -= RATE * d_w
            b -= RATE * d_b
        return total / STEPS, mu, logvar, w, b

    before = np.random.default_rng(SEED).standard_normal(STEPS)

    def job() -> tuple[float, ...]:
        noise = np.random.default_rng(SEED).standard_normal(STEPS) if draws else before
        return train(noise, *START.values())

    return job


VAE = [
    Case(
        name="1-D VAE, traced",
        contestants={
            "program": program,
            "Python by hand": vae_1d.python_by_hand,
            "micrograd": vae_1d.micrograd,
            "tape": vae_1d.minigrad,
        },
        bars=[
            Bar("program", "Python by hand", 1.05),
            Bar("program", "micrograd", 0.02),
            Bar("program", "tape"),
        ],
    ),
    Case(
        name="1-D VAE, under numba",
        contestants={
            "program, numba": lambda: compiled(draws=True),
            "C++ by hand": lambda: compile_cpp("vae_1d", answers=5),
            "drawn before, numba": lambda: compiled(draws=False),
            "C++, drawn before": lambda: compile_cpp("vae_1d_drawn", answers=5),
        },
        bars=[
            Bar("program, numba", "C++ by hand", 0.7),
            Bar("drawn before, numba", "C++, drawn before", 1.0),
        ],
        noisy={"C++ by hand": 0.001, "C++, drawn before": 0.001},
    ),
]


# ------------------------------------------------------------------------------- scalar graphs


def graph_program(graph: str, ops: int):
    """The graphs of `scalar.py` as a program, and the numbers to call it with."""
    import minigrad as mg

    if graph == "chain":
        values = [0.5, 0.999]
        return mg.trace(lambda x, w: scalar.chain(x, w, mg.relu, ops // 4), *values), values
    xs, ws = scalar.wide_values(ops // 2)

    def f(*leaves):
        return scalar.sum_of_products(leaves[: len(xs)], leaves[len(xs) :])

    return mg.trace(f, *xs, *ws), [*xs, *ws]


def replay(graph: str, ops: int) -> Job:
    traced, values = graph_program(graph, ops)

    def job() -> list[float]:
        value, gradients = traced.value_and_grad(*values)
        if graph == "chain":
            return [value, *gradients]
        n = len(values) // 2
        return [value, gradients[0], gradients[n // 3], gradients[n + 1], gradients[-1]]

    return job


def tracing(graph: str, ops: int) -> Job:
    """Record, differentiate, clean up, write and compile."""

    def job() -> list[float]:
        traced, _ = graph_program(graph, ops)
        return [float(len(traced.inputs))] * 3

    return job


def replay_case(graph: str, ops: int) -> Case:
    contestants: dict[str, Contestant] = {
        "program": lambda: replay(graph, ops),
        "tape": lambda: scalar.minigrad(graph, ops),
    }
    return Case(
        name=f"{graph}, {ops:,} ops, traced",
        contestants=contestants,
        bars=[Bar("program", "tape", 0.2)],
        unit="ns/op",
        work=dict.fromkeys(contestants, ops),
    )


def tracing_case(ops: int) -> Case:
    """An equation of a program beside a node of the tape, forward and backward.

    A chain of n ops has about 3 n equations with those of its gradients.
    """
    return Case(
        name=f"tracing an equation, {ops:,} ops",
        contestants={
            "trace": lambda: tracing("chain", ops),
            "tape": lambda: scalar.minigrad("chain", ops),
        },
        bars=[Bar("trace", "tape", 20.0)],
        unit="ns/op",
        work={"trace": 3 * ops, "tape": ops},
        tolerance=float("inf"),
        slow=ops > 10_000,
    )


GRAPHS = [replay_case(graph, ops) for graph in scalar.GRAPHS for ops in (1_000, 10_000)]
GRAPHS += [tracing_case(ops) for ops in (1_000, 10_000, 30_000)]


# ------------------------------------------------------------------------------------- arrays


def traced_1d() -> Job:
    import minigrad as mg

    samples = gaussian.SAMPLES

    def mean_of_sin(mu, sigma, eps):
        return mg.sin(mu + sigma * eps).mean()

    traced = mg.trace(mean_of_sin, 0.1, 1.0, mg.noise(np.random.default_rng(SEED), (samples,)))

    def job() -> list[float]:
        rng = np.random.default_rng(SEED)
        mu, sigma, step = gaussian.MU, gaussian.SIGMA, gaussian.STEP
        value, gradients = traced.value_and_grad(mu, sigma, rng.standard_normal(samples))
        eps = rng.standard_normal(samples)
        base = traced(mu, sigma, eps)
        d_mu = (traced(mu + step, sigma, eps) - base) / step
        d_sigma = (traced(mu, sigma + step, eps) - base) / step
        return [value, *gradients, d_mu, d_sigma]

    return job


def traced_diagonal() -> Job:
    import minigrad as mg

    shape = gaussian.DIAGONAL_SAMPLES, len(gaussian.MUS)

    def mean_of_tanh(mu, sigma, eps):
        return mg.tanh(mu + sigma * eps).sum(axis=-1).mean()

    noise = mg.noise(np.random.default_rng(SEED), shape)
    traced = mg.trace(mean_of_tanh, gaussian.MUS, gaussian.SIGMAS, noise)

    def job() -> list[float]:
        eps = np.random.default_rng(SEED).standard_normal(shape)
        value, (d_mu, d_sigma) = traced.value_and_grad(gaussian.MUS, gaussian.SIGMAS, eps)
        return [value, *d_mu, *d_sigma]

    return job


def large_by_program() -> Job:
    """A step of E[Σ tanh zᵢ] in many dimensions, chunk by chunk: the program is of one chunk."""
    import minigrad as mg

    def total(mu, sigma, eps):
        return mg.tanh(mu + sigma * eps).sum()

    mu, sigma = np.zeros(DIMENSIONS), np.ones(DIMENSIONS)
    noise = mg.noise(np.random.default_rng(SEED), (CHUNK, DIMENSIONS))
    traced = mg.trace(total, mu, sigma, noise)

    def job() -> list[float]:
        rng = np.random.default_rng(SEED)
        value, d_mu, d_sigma = 0.0, np.zeros(DIMENSIONS), np.zeros(DIMENSIONS)
        for _ in range(SAMPLES // CHUNK):
            part, (a, b) = traced.value_and_grad(mu, sigma, rng.standard_normal(noise.shape))
            value += part
            d_mu += a
            d_sigma += b
        return [value / SAMPLES, d_mu[0] / SAMPLES, d_sigma[-1] / SAMPLES]

    return job


def large_by_hand() -> Job:
    """The same chunks in NumPy, buffers kept."""
    mu, sigma = np.zeros(DIMENSIONS), np.ones(DIMENSIONS)
    eps, z = np.empty((2, CHUNK, DIMENSIONS))
    ones = np.ones(CHUNK)

    def job() -> list[float]:
        rng = np.random.default_rng(SEED)
        value, d_mu, d_sigma = 0.0, np.zeros(DIMENSIONS), np.zeros(DIMENSIONS)
        for _ in range(SAMPLES // CHUNK):
            rng.standard_normal(out=eps)
            np.multiply(eps, sigma, out=z)
            np.add(z, mu, out=z)
            np.tanh(z, out=z)
            value += z.sum()
            np.multiply(z, z, out=z)
            np.subtract(1.0, z, out=z)
            d_mu += ones @ z
            np.multiply(z, eps, out=z)
            d_sigma += ones @ z
        return [value / SAMPLES, d_mu[0] / SAMPLES, d_sigma[-1] / SAMPLES]

    return job


ARRAYS = [
    Case(
        name="1-D Gaussian, traced",
        contestants={
            "program": traced_1d,
            "NumPy by hand": gaussian.numpy_1d,
            "C++": lambda: compile_cpp("gaussian_1d", answers=5),
        },
        bars=[Bar("program", "NumPy by hand", 1.05), Bar("program", "C++", 0.8)],
        noisy={"C++": gaussian.OTHER_NOISE},
    ),
    Case(
        name="diagonal Gaussian, traced",
        contestants={
            "program": traced_diagonal,
            "NumPy by hand": gaussian.numpy_diagonal,
            "C++": lambda: compile_cpp("gaussian_diagonal", answers=11),
        },
        bars=[Bar("program", "NumPy by hand", 1.05), Bar("program", "C++", 0.35)],
        noisy={"C++": gaussian.OTHER_NOISE},
    ),
    Case(
        name=f"d={DIMENSIONS:,}, S={SAMPLES:,}, traced",
        contestants={"program": large_by_program, "NumPy by hand": large_by_hand},
        bars=[Bar("program", "NumPy by hand", 1.15)],
        slow=True,
    ),
]

CASES = [*VAE, *GRAPHS, *ARRAYS]
