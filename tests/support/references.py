"""The three reference programs as functions to trace, and how a source is run by itself."""

import re
from collections.abc import Callable

import numpy as np

import minigrad as mg

X = 2.0


def gaussian(mu: mg.Var, sigma: mg.Var, eps: mg.Var) -> mg.Var:
    """E[sin z], z = μ + σε."""
    z = mu + sigma * eps
    return mg.mean(mg.sin(z))


def diagonal(mu: mg.Var, sigma: mg.Var, eps: mg.Var) -> mg.Var:
    """E[Σ tanh zᵢ]."""
    z = mu + sigma * eps
    return mg.mean(mg.sum(mg.tanh(z), axis=-1))


def vae(mu: mg.Var, logvar: mg.Var, w: mg.Var, b: mg.Var, eps: mg.Var) -> mg.Var:
    """The 1-D VAE's loss, its KL in closed form."""
    with mg.scope("sampling"):
        sigma = mg.maximum(mg.exp(0.5 * logvar), 1e-6)
        z = mu + sigma * eps
    with mg.scope("decoder"):
        y = w * z + b
        rec = 0.5 * (y - X) ** 2
    with mg.scope("KL"):
        kl = 0.5 * (mu**2 + sigma**2 - mg.log(sigma**2) - 1.0)
    loss = rec + kl
    return loss


def vae_by_hand(mu: float, logvar: float, w: float, b: float, eps: float) -> tuple[float, ...]:
    """The step that one would write: the loss and the four gradients, derived on paper."""
    sigma = max(np.exp(0.5 * logvar), 1e-6)
    z = mu + sigma * eps
    r = w * z + b - X
    rec = 0.5 * (r * r)
    kl = 0.5 * (mu * mu + sigma * sigma - np.log(sigma * sigma) - 1.0)
    loss = rec + kl
    d_sigma = r * w * eps + sigma - 1.0 / sigma
    return loss, r * w + mu, 0.5 * sigma * d_sigma, r * z, r


def noise(*shape: int) -> mg.Var:
    """An example of noise, for `trace`."""
    return mg.noise(np.random.default_rng(0), shape)


def references() -> dict[str, mg.Program]:
    """The three programs."""
    start = np.zeros(5), np.ones(5)
    return {
        "gaussian": mg.trace(gaussian, 0.7, 1.2, noise(20)),
        "diagonal": mg.trace(diagonal, *start, noise(10, 5)),
        "vae": mg.trace(vae, 0.0, -0.5, 0.1, 0.0, noise()),
    }


def executed(source: str) -> Callable[..., tuple[float, tuple[object, ...]]]:
    """The function that a Python listing defines first, run in a namespace of its own."""
    space: dict[str, object] = {}
    exec(compile(source, "listing", "exec"), space)
    (name, *_) = re.findall(r"^def (\w+)\(", source, re.M)
    return space[name]
