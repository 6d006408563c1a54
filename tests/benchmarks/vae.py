"""One training step of a 64-64-2-64-64 tanh VAE, batch of 128: loss, gradients, SGD update.

The encoder gives mean and log-variance of a two-dimensional code; the decoder's output is the mean
of a Gaussian of variance 1. Loss: (½‖y − x‖² + KL(q ‖ N(0, I))) / batch.
"""

import numpy as np

from tests.benchmarks.case import Bar, Case, Job
from tests.benchmarks.peers import load, load_jax

BATCH, DATA, HIDDEN, CODE = 128, 64, 64, 2
RATE = 1e-3
LAYERS = ((DATA, HIDDEN), (HIDDEN, CODE), (HIDDEN, CODE), (CODE, HIDDEN), (HIDDEN, DATA))


def initial_values() -> tuple[np.ndarray, list[np.ndarray], np.random.Generator]:
    """Data, then weight and bias of each layer, and the generator that goes on with the noise."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, DATA))
    params = []
    for rows, columns in LAYERS:
        params += [rng.standard_normal((rows, columns)) / rows**0.5, np.zeros(columns)]
    return x, params, rng


def loss_of(params, x, eps, tanh, exp):
    """The loss in the operators and functions of any array engine."""
    w1, b1, wm, bm, wv, bv, w3, b3, w4, b4 = params
    h = tanh(x @ w1 + b1)
    mu, logvar = h @ wm + bm, h @ wv + bv
    z = mu + exp(0.5 * logvar) * eps
    y = tanh(z @ w3 + b3) @ w4 + b4
    kl = 0.5 * (mu**2 + exp(logvar) - logvar - 1.0)
    return (0.5 * ((y - x) ** 2).sum() + kl.sum()) / BATCH


def answer_of(loss, params) -> list[float]:
    """The loss before the update, then weights of the first, code and last layers after it."""
    w1, _, wm, _, wv, _, _, _, _, b4 = params
    return [number.item() for number in (loss, w1[0, 0], wm[0, 0], wv[0, 0], b4[0])]


def minigrad() -> Job:
    import minigrad as mg

    x, values, rng = initial_values()
    data, params = mg.constant(x), [mg.Var(value) for value in values]
    optimizer = mg.SGD(params, RATE)
    prior = mg.Normal(0.0, 1.0)

    def job() -> list[float]:
        w1, b1, wm, bm, wv, bv, w3, b3, w4, b4 = params
        optimizer.zero_grad()
        h = mg.tanh(data @ w1 + b1)
        q = mg.Normal.from_log_variance(h @ wm + bm, h @ wv + bv)
        y = mg.tanh(q.rsample(rng) @ w3 + b3) @ w4 + b4
        kl = mg.kl_divergence(q, prior).sum()
        loss = (0.5 * mg.square(y - data).sum() + kl) / BATCH
        loss.backward()
        optimizer.step()
        return answer_of(loss, [p.value for p in params])

    return job


def compiled() -> Job:
    """The same loop, the loss decorated; the parameters are found outside it."""
    import minigrad as mg

    x, values, rng = initial_values()
    data, params = mg.constant(x), [mg.Var(value) for value in values]
    w1, b1, wm, bm, wv, bv, w3, b3, w4, b4 = params
    optimizer = mg.SGD(params, RATE)
    prior = mg.Normal(0.0, 1.0)

    @mg.compiled
    def loss():
        h = mg.tanh(data @ w1 + b1)
        q = mg.Normal.from_log_variance(h @ wm + bm, h @ wv + bv)
        y = mg.tanh(q.rsample(rng) @ w3 + b3) @ w4 + b4
        kl = mg.kl_divergence(q, prior).sum()
        return (0.5 * mg.square(y - data).sum() + kl) / BATCH

    def job() -> list[float]:
        optimizer.zero_grad()
        value = loss.backward()
        optimizer.step()
        return answer_of(np.float64(value), [p.value for p in params])

    return job


def numpy_by_hand() -> Job:
    x, params, rng = initial_values()
    w1, b1, wm, bm, wv, bv, w3, b3, w4, b4 = params

    def job() -> list[float]:
        h = np.tanh(x @ w1 + b1)
        mu, logvar = h @ wm + bm, h @ wv + bv
        sigma = np.exp(0.5 * logvar)
        eps = rng.standard_normal((BATCH, CODE))
        z = mu + sigma * eps
        k = np.tanh(z @ w3 + b3)
        r = k @ w4 + b4 - x
        kl = 0.5 * (mu * mu + sigma * sigma - logvar - 1.0)
        loss = (0.5 * np.vdot(r, r) + kl.sum()) / BATCH

        dy = r / BATCH
        dk = (dy @ w4.T) * (1.0 - k * k)
        dz = dk @ w3.T
        dm = dz + mu / BATCH
        dv = 0.5 * (dz * sigma * eps + (sigma * sigma - 1.0) / BATCH)
        dh = (dm @ wm.T + dv @ wv.T) * (1.0 - h * h)
        gradients = (x.T @ dh, dh.sum(0), h.T @ dm, dm.sum(0), h.T @ dv, dv.sum(0))
        gradients += (z.T @ dk, dk.sum(0), k.T @ dy, dy.sum(0))
        for p, gradient in zip(params, gradients):
            p -= RATE * gradient
        return answer_of(loss, params)

    return job


def pytorch() -> Job:
    torch = load("torch")
    x, values, rng = initial_values()
    data = torch.from_numpy(x)
    params = [torch.from_numpy(value).requires_grad_() for value in values]
    optimizer = torch.optim.SGD(params, RATE)

    def job() -> list[float]:
        optimizer.zero_grad()
        eps = torch.from_numpy(rng.standard_normal((BATCH, CODE)))
        loss = loss_of(params, data, eps, torch.tanh, torch.exp)
        loss.backward()
        optimizer.step()
        return answer_of(loss, params)

    return job


def autograd() -> Job:
    np_ = load("autograd.numpy")
    x, params, rng = initial_values()
    both = load("autograd").value_and_grad(loss_of)

    def job() -> list[float]:
        eps = rng.standard_normal((BATCH, CODE))
        loss, gradients = both(params, x, eps, np_.tanh, np_.exp)
        for p, gradient in zip(params, gradients):
            p -= RATE * gradient
        return answer_of(loss, params)

    return job


def jax() -> Job:
    jax, jnp = load_jax(), load("jax.numpy")
    x, params, rng = initial_values()

    @jax.jit
    def step(params, eps):
        loss, gradients = jax.value_and_grad(loss_of)(params, x, eps, jnp.tanh, jnp.exp)
        return loss, [p - RATE * gradient for p, gradient in zip(params, gradients)]

    def job() -> list[float]:
        nonlocal params
        loss, params = step(params, rng.standard_normal((BATCH, CODE)))
        return answer_of(loss, params)

    return job


CASES = [
    Case(
        name="64-64-2-64-64 VAE, one step",
        contestants={
            "minigrad": minigrad,
            "compiled": compiled,
            "NumPy by hand": numpy_by_hand,
            "PyTorch": pytorch,
            "autograd": autograd,
            "JAX, jit of a step": jax,
        },
        bars=[
            Bar("minigrad", "NumPy by hand", 1.4),
            Bar("compiled", "NumPy by hand", 1.08),
            Bar("NumPy by hand", "PyTorch"),
            Bar("minigrad", "PyTorch"),
            Bar("minigrad", "autograd"),
            Bar("minigrad", "JAX, jit of a step"),
            Bar("compiled", "JAX, jit of a step"),
        ],
    )
]
