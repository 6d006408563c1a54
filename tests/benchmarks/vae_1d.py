"""The third reference program: a 1-D VAE on one datum, 5,000 steps of SGD, one eps a step.

Everyone builds the graph that the formulas say, from the same noise, which C++ alone draws for
itself. The end, a collapse, forgives wrong steps; the mean loss of the whole path, which comes
first in the answer, does not.
"""

import math

import numpy as np

from tests.benchmarks.case import Bar, Case, Job
from tests.benchmarks.peers import compile_cpp, load, load_jax, load_micrograd

SEED = 0
STEPS = 5_000
X, RATE = 2.0, 1e-2
START = {"mu": 0.0, "logvar": -0.5, "w": 0.1, "b": 0.0}
SMALLEST_SIGMA = 1e-6


def loss_of(mu, logvar, w, b, eps, exp, log, maximum):
    """What every engine records; each brings its own exp, log and maximum."""
    sigma = maximum(exp(0.5 * logvar), SMALLEST_SIGMA)
    z = mu + sigma * eps
    reconstruction = 0.5 * (w * z + b - X) ** 2
    variance = sigma**2
    return reconstruction + 0.5 * (mu**2 + variance - log(variance) - 1.0)


def minigrad() -> Job:
    import minigrad as mg

    def job() -> list[float]:
        total = 0.0
        rng = np.random.default_rng(SEED)
        params = [mg.Var(value, name) for name, value in START.items()]
        optimizer = mg.SGD(params, RATE)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(*params, mg.noise(rng), mg.exp, mg.log, mg.maximum)
            loss.backward()
            optimizer.step()
            total += loss.value
        return [total / STEPS, *(p.value for p in params)]

    return job


def compiled() -> Job:
    """The same loop of Vars and SGD, the loss decorated."""
    import minigrad as mg

    rng = np.random.default_rng(SEED)

    @mg.compiled
    def loss(mu, logvar, w, b):
        return loss_of(mu, logvar, w, b, mg.noise(rng), mg.exp, mg.log, mg.maximum)

    def job() -> list[float]:
        total = 0.0
        rng.bit_generator.state = np.random.default_rng(SEED).bit_generator.state
        params = [mg.Var(value, name) for name, value in START.items()]
        optimizer = mg.SGD(params, RATE)
        for _ in range(STEPS):
            optimizer.zero_grad()
            total += loss.backward(*params)
            optimizer.step()
        return [total / STEPS, *(p.value for p in params)]

    return job


def micrograd() -> Job:
    """micrograd has no exp, log and maximum: they are added the way its own ops are written."""
    value = load_micrograd().Value

    def unary(x, result: float, derivative: float):
        out = value(result, (x,))

        def _backward() -> None:
            x.grad += derivative * out.grad

        out._backward = _backward
        return out

    def exp(x):
        result = math.exp(x.data)
        return unary(x, result, result)

    def log(x):
        return unary(x, math.log(x.data), 1.0 / x.data)

    def maximum(x, bound: float):
        return unary(x, max(x.data, bound), float(x.data > bound))

    def job() -> list[float]:
        total = 0.0
        rng = np.random.default_rng(SEED)
        params = [value(start) for start in START.values()]
        for _ in range(STEPS):
            loss = loss_of(*params, rng.standard_normal(), exp, log, maximum)
            loss.backward()
            for p in params:
                p.data -= RATE * p.grad
                p.grad = 0.0
            total += loss.data
        return [total / STEPS, *(p.data for p in params)]

    return job


def pytorch() -> Job:
    torch = load("torch")

    def maximum(x, bound: float):
        return x.clamp(min=bound)

    def job() -> list[float]:
        total = 0.0
        rng = np.random.default_rng(SEED)
        params = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in START.values()]
        optimizer = torch.optim.SGD(params, RATE)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(*params, rng.standard_normal(), torch.exp, torch.log, maximum)
            loss.backward()
            optimizer.step()
            total += loss.item()
        return [total / STEPS, *(p.item() for p in params)]

    return job


def jax_step_by_step() -> Job:
    """The step compiled, the loop in Python: the place where everyone else's loop is."""
    jax, jnp = load_jax(), load("jax.numpy")

    @jax.jit
    def step(params, eps, total):
        loss, gradients = jax.value_and_grad(
            lambda p: loss_of(*p, eps, jnp.exp, jnp.log, jnp.maximum)
        )(params)
        return total + loss, [p - RATE * gradient for p, gradient in zip(params, gradients)]

    def job() -> list[float]:
        total = 0.0
        rng = np.random.default_rng(SEED)
        params = list(START.values())
        for _ in range(STEPS):
            total, params = step(params, rng.standard_normal(), total)
        return [float(total) / STEPS, *map(float, params)]

    return job


def python_by_hand() -> Job:
    """No engine at all: the gradients derived on paper."""

    def job() -> list[float]:
        total = 0.0
        rng = np.random.default_rng(SEED)
        mu, logvar, w, b = START.values()
        for _ in range(STEPS):
            eps = rng.standard_normal()
            sigma = max(math.exp(0.5 * logvar), SMALLEST_SIGMA)
            z = mu + sigma * eps
            r = w * z + b - X
            kl = 0.5 * (mu * mu + sigma * sigma - math.log(sigma * sigma) - 1.0)
            total += 0.5 * r * r + kl
            d_sigma = r * w * eps + sigma - 1.0 / sigma
            mu, logvar, w, b = (
                mu - RATE * (r * w + mu),
                logvar - RATE * 0.5 * sigma * d_sigma,
                w - RATE * r * z,
                b - RATE * r,
            )
        return [total / STEPS, mu, logvar, w, b]

    return job


CASES = [
    Case(
        name="1-D VAE, 5,000 steps",
        contestants={
            "minigrad": minigrad,
            "compiled": compiled,
            "micrograd": micrograd,
            "PyTorch": pytorch,
            "JAX, jit of a step": jax_step_by_step,
            "Python by hand": python_by_hand,
            "C++ by hand": lambda: compile_cpp("vae_1d", answers=5),
        },
        bars=[
            Bar("minigrad", "micrograd", 0.42),
            Bar("compiled", "micrograd", 0.08),
            Bar("compiled", "JAX, jit of a step"),
            Bar("minigrad", "PyTorch", 0.1),
            Bar("minigrad", "JAX, jit of a step"),
            Bar("minigrad", "Python by hand"),
            Bar("minigrad", "C++ by hand"),
        ],
        noisy={"C++ by hand": 0.001},
    )
]
