"""Eight models that users of probabilistic programming write: a loss and its gradients.

Each is written once, in the functions that the engines share, which `xp` brings; a step draws its
noise by NumPy, computes the loss and all gradients, and moves nothing.
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from tests.benchmarks.case import Bar, Case, Job
from tests.benchmarks.peers import load

Arrays = list[np.ndarray]
DRAWS = 10


# ------------------------------------------------------------------------------------- the models


def logistic(xp, params, eps, data):
    """Logistic regression, 200 × 10, a Gaussian of full rank over the weights."""
    (mean, free), (x, y) = params, data
    spread = xp.softplus(xp.diag(free))
    w = mean + eps @ xp.tril(free).T + eps * (spread - xp.diag(free))
    logits = x @ w.T
    fit = xp.sum(y[:, None] * logits - xp.softplus(logits)) - 0.5 * xp.sum(w * w)
    return -fit / DRAWS - xp.sum(xp.log(spread))


def logistic_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    x = rng.normal(size=(200, 10))
    y = (rng.uniform(size=200) < 0.5).astype(float)
    return [rng.normal(size=10), rng.normal(size=(10, 10))], [x, y], (DRAWS, 10)


def sparse_gp(xp, params, eps, data):
    """A sparse Gaussian process: 200 points, 20 inducing ones, Titsias' collapsed bound."""
    (z, log_length, log_variance, log_noise), (x, y, jitter) = params, data
    variance, noise = xp.exp(log_variance), xp.exp(log_noise)
    scale = xp.exp(-log_length)

    def kernel(a, b):
        gap = (a[:, None] - b[None, :]) * scale
        return variance * xp.exp(-0.5 * gap * gap)

    inner, cross = kernel(z, z) + jitter, kernel(z, x)
    small, large = xp.cholesky(inner), xp.cholesky(inner + cross @ cross.T / noise)
    projected = xp.solve(large, cross @ y) / noise
    explained = xp.solve(small, cross)
    logdet = 2.0 * xp.sum(xp.log(xp.diag(large))) - 2.0 * xp.sum(xp.log(xp.diag(small)))
    fit = xp.sum(y * y) / noise - xp.sum(projected * projected)
    trace = (len(x) * variance - xp.sum(explained * explained)) / noise
    return 0.5 * (logdet + len(x) * log_noise + fit + trace)


def sparse_gp_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    x = np.sort(rng.uniform(-3.0, 3.0, 200))
    y = np.sin(2.0 * x) + 0.1 * rng.normal(size=200)
    start = [np.linspace(-3.0, 3.0, 20), *(np.array(v) for v in (-0.7, 0.0, -2.0))]
    return start, [x, y, 1e-4 * np.eye(20)], ()


def schools(xp, params, eps, data):
    """Eight schools, not centred, ten numbers under a Gaussian of independent parts."""
    (mean, log_scale), (effect, error) = params, data
    z = mean + xp.exp(log_scale) * eps
    tau, raw = xp.exp(z[:, 1:2]), z[:, 2:]
    gap = (effect - z[:, 0:1] - tau * raw) / error
    log_p = -0.5 * (xp.sum(gap * gap) + xp.sum(raw * raw) + xp.sum(z[:, 0] * z[:, 0]) / 25.0)
    log_p = log_p + xp.sum(z[:, 1] - 0.5 * tau[:, 0] * tau[:, 0] / 25.0)
    return -log_p / DRAWS - xp.sum(log_scale)


def schools_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    effect = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
    error = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
    return [rng.normal(size=10), 0.1 * rng.normal(size=10)], [effect, error], (DRAWS, 10)


def bayesian_net(xp, params, eps, data):
    """A net of 1-20-1 whose 61 weights are Gaussian, on 50 points."""
    (mean, rho), (x, y) = params, data
    scale = xp.softplus(rho)
    w = mean + scale * eps
    hidden = xp.tanh(x[:, None] * w[None, :20] + w[None, 20:40])
    gap = (hidden @ w[40:60] + w[60] - y) / 0.1
    kl = 0.5 * xp.sum(mean * mean + scale * scale - 1.0) - xp.sum(xp.log(scale))
    return 0.5 * xp.sum(gap * gap) + kl


def bayesian_net_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    x = np.linspace(-2.0, 2.0, 50)
    return [rng.normal(size=61), rng.normal(size=61) - 3.0], [x, np.sin(3.0 * x)], (61,)


def mixture(xp, params, eps, data):
    """A mixture of three Gaussians, 500 points."""
    (weights, mean, log_scale), (x,) = params, data
    gap = (x[:, None] - mean) * xp.exp(-log_scale)
    log_p = weights - xp.logsumexp(weights, 0) - log_scale - 0.5 * gap * gap
    return -xp.sum(xp.logsumexp(log_p, 1))


def mixture_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    x = rng.normal(size=500) + rng.choice([-3.0, 0.0, 4.0], 500)
    return [np.zeros(3), np.array([-1.0, 0.1, 1.0]), np.zeros(3)], [x], ()


def volatility(xp, params, eps, data):
    """Stochastic volatility: 200 returns, the path under a Gaussian of independent parts."""
    (mean, log_scale, level, raw), (returns,) = params, data
    h = mean + xp.exp(log_scale) * eps
    keep, size = xp.sigmoid(raw[0]), xp.exp(raw[1])
    step = (h[1:] - level - keep * (h[:-1] - level)) / size
    start = (h[0] - level) / size
    path = -0.5 * (xp.sum(step * step) + start * start) - len(returns) * raw[1]
    fit = -0.5 * xp.sum(h + returns * returns * xp.exp(-h))
    return -(path + fit + xp.sum(log_scale))


def volatility_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    start = [np.zeros(200), np.zeros(200) - 1.0, np.array(-0.1), np.array([1.0, -1.0])]
    return start, [rng.normal(size=200)], (200,)


def batch_norm(xp, params, eps, data):
    """A net of 64-32-10 with batch normalisation, 64 rows, cross-entropy."""
    (w, gain, shift, v, b), (x, labels) = params, data
    h = x @ w
    middle = h - xp.sum(h, 0) / len(x)
    h = middle / (xp.sum(middle * middle, 0) / len(x) + 1e-5) ** 0.5 * gain + shift
    scores = xp.relu(h) @ v + b
    return (xp.sum(xp.logsumexp(scores, 1)) - xp.sum(scores * labels)) / len(x)


def batch_norm_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    x, labels = rng.normal(size=(64, 64)), np.eye(10)[rng.integers(0, 10, 64)]
    w, v = rng.normal(size=(64, 32)) / 8.0, rng.normal(size=(32, 10)) / 6.0
    return [w, np.ones(32), np.zeros(32), v, np.zeros(10)], [x, labels], ()


def categorical_vae(xp, params, eps, data):
    """A VAE whose code is five relaxed choices of four, 64 rows of 32."""
    (w, v, u, c), (x,) = params, data
    scores = (xp.tanh(x @ w) @ v).reshape(64, 5, 4)
    log_p = scores - xp.logsumexp(scores, 2)[:, :, None]
    noisy = (scores - xp.log(-xp.log(eps))) / 0.5
    code = xp.exp(noisy - xp.logsumexp(noisy, 2)[:, :, None])
    logits = xp.tanh(code.reshape(64, 20) @ u) @ c
    fit = xp.sum(x * logits - xp.softplus(logits))
    return (xp.sum(xp.exp(log_p) * (log_p + np.log(4.0))) - fit) / 64.0


def categorical_vae_values(rng) -> tuple[Arrays, Arrays, tuple[int, ...]]:
    x = (rng.uniform(size=(64, 32)) < 0.5).astype(float)
    sizes = ((32, 32), (32, 20), (20, 32), (32, 32))
    return [rng.normal(size=s) / s[0] ** 0.5 for s in sizes], [x], (64, 5, 4)


# ------------------------------------------------------------------------------------ the engines


def drawn(rng: np.random.Generator, model: Callable, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform numbers for the one model that wants Gumbel noise."""
    return rng.uniform(size=shape) if model is categorical_vae else rng.standard_normal(shape)


def answer(value: float, grads) -> list[float]:
    return [
        float(value),
        *(float(np.sum(d)) for d in grads),
        *(float(np.ravel(d)[0]) for d in grads),
    ]


def minigrad(model: Callable, values: Callable, compiled: bool = False) -> Job:
    import minigrad as mg

    xp = SimpleNamespace(
        **{name: getattr(mg, name) for name in "exp log tanh sigmoid softplus relu sum".split()},
        **{name: getattr(mg, name) for name in "diag tril cholesky solve logsumexp".split()},
    )
    rng = np.random.default_rng(0)
    start, data, shape = values(rng)
    params = [mg.Var(p) for p in start]

    def loss(eps):
        return model(xp, params, eps, data)

    step = mg.compiled(loss) if compiled else loss

    def job() -> list[float]:
        eps = drawn(rng, model, shape)
        for p in params:
            p.grad = None
        if compiled:
            value = step.backward(eps)
        else:
            y = step(eps)
            y.backward()
            value = y.value
        return answer(value, [p.grad for p in params])

    return job


def autograd(model: Callable, values: Callable) -> Job:
    anp, both = load("autograd.numpy"), load("autograd").value_and_grad
    load("autograd.scipy")
    from autograd.scipy.special import expit, logsumexp

    xp = SimpleNamespace(
        **{name: getattr(anp, name) for name in "exp log tanh sum diag tril".split()},
        cholesky=anp.linalg.cholesky,
        solve=anp.linalg.solve,
        sigmoid=expit,
        softplus=lambda x: anp.logaddexp(0.0, x),
        relu=lambda x: anp.maximum(x, 0.0),
        logsumexp=lambda x, axis: logsumexp(x, axis),
    )
    rng = np.random.default_rng(0)
    start, data, shape = values(rng)
    step = both(lambda params, eps: model(xp, params, eps, data))

    def job() -> list[float]:
        return answer(*step(start, drawn(rng, model, shape)))

    return job


def pytorch(model: Callable, values: Callable) -> Job:
    torch = load("torch")

    def total(x, axis=None):
        return torch.sum(x) if axis is None else torch.sum(x, axis)

    xp = SimpleNamespace(
        **{name: getattr(torch, name) for name in "exp log tanh sigmoid relu diag tril".split()},
        sum=total,
        softplus=torch.nn.functional.softplus,
        logsumexp=torch.logsumexp,
        cholesky=torch.linalg.cholesky,
        solve=torch.linalg.solve,
    )
    rng = np.random.default_rng(0)
    start, arrays, shape = values(rng)
    data = [torch.from_numpy(x) for x in arrays]
    params = [torch.from_numpy(p).requires_grad_() for p in start]

    def job() -> list[float]:
        for p in params:
            p.grad = None
        eps = torch.from_numpy(np.asarray(drawn(rng, model, shape)))
        loss = model(xp, params, eps, data)
        loss.backward()
        return answer(loss.item(), [p.grad.numpy() for p in params])

    return job


def case(name: str, model: Callable, values: Callable) -> Case:
    return Case(
        name=f"model: {name}",
        contestants={
            "minigrad": lambda: minigrad(model, values),
            "compiled": lambda: minigrad(model, values, compiled=True),
            "PyTorch": lambda: pytorch(model, values),
            "autograd": lambda: autograd(model, values),
        },
        bars=[
            Bar("minigrad", "PyTorch", 0.7),
            Bar("compiled", "PyTorch"),
            Bar("compiled", "minigrad"),
            Bar("minigrad", "autograd"),
        ],
        tolerance=1e-7,
    )


CASES = [
    case("logistic, full rank", logistic, logistic_values),
    case("sparse GP", sparse_gp, sparse_gp_values),
    case("8 schools", schools, schools_values),
    case("Bayesian net", bayesian_net, bayesian_net_values),
    case("mixture", mixture, mixture_values),
    case("stochastic volatility", volatility, volatility_values),
    case("MLP, batch norm", batch_norm, batch_norm_values),
    case("categorical VAE", categorical_vae, categorical_vae_values),
]
