"""Both terms of a VAE's loss send gradients to the encoder: one through the sample, one around it.

One datum x = 2, every number a scalar. The encoder says q = N(μ, σ²) with μ = ax + c and log σ² =
vx + u, a draw is z = μ + σε, the decoder says y = wz + b, and the loss is ½(y - x)² + KL(q ‖
N(0, 1)). So μ collects (y - x)w through z, and μ from the KL. Trained on, the latent collapses: b
alone can say x, and with that nothing is at rest but w = 0, μ = 0, σ = 1.
"""

import math
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import alone, print_table, save

PICTURES = {
    "stepper_vae.svg": "The last step: mu and logvar collect from the decoder and from the KL",
}
PAGES = {
    "stepper_vae.html": "Follow the two ways back to mu. Then let it train (Run) and watch the "
    "collapse: w and the KL go to 0, and b takes over. Fold the scopes to see the plan.",
}

X, RATE = 2.0, 0.02
START = {"a": 0.3, "c": 0.1, "v": -0.2, "u": -0.1, "w": 0.8, "b": 0.2}


def loss_of(
    a: mg.Var, c: mg.Var, v: mg.Var, u: mg.Var, w: mg.Var, b: mg.Var, x: mg.Var, eps: mg.Var
) -> mg.Var:
    """The loss of one draw."""
    with mg.scope("encoder"):
        mu = (a * x + c).named("mu")
        logvar = (v * x + u).named("logvar")
    with mg.scope("sampling"):
        sigma = mg.exp(0.5 * logvar).named("sigma")
        z = mg.Normal(mu, sigma).transform(eps).named("z")  # mu + sigma * eps
    with mg.scope("decoder"):
        y = (w * z + b).named("y")
        rec = (0.5 * (y - x) ** 2).named("rec")
    with mg.scope("KL"):
        kl = (0.5 * (mu**2 + sigma**2 - logvar - 1.0)).named("kl")
    return (rec + kl).named("loss")


def by_hand(eps: float) -> dict[str, float]:
    """The loss at the start and its gradients, derived on paper."""
    a, c, v, u, w, b = START.values()
    mu, sigma = a * X + c, math.exp(0.5 * (v * X + u))
    z = mu + sigma * eps
    r = w * z + b - X
    d_mu = r * w + mu
    d_logvar = 0.5 * sigma * (r * w * eps + sigma) - 0.5
    kl = 0.5 * (mu * mu + sigma * sigma - (v * X + u) - 1.0)
    return {
        "loss": 0.5 * r * r + kl,
        "∂loss/∂a": d_mu * X,
        "∂loss/∂c": d_mu,
        "∂loss/∂v": d_logvar * X,
        "∂loss/∂u": d_logvar,
        "∂loss/∂w": r * z,
        "∂loss/∂b": r,
    }


def first_step(rng: np.random.Generator) -> tuple[mg.Var, list[float], dict[str, float]]:
    """The loss at the start; its value and gradients by backward, and by hand."""
    params = [mg.Var(value, name) for name, value in START.items()]
    eps = mg.noise(rng)
    loss = loss_of(*params, mg.constant(X, "x"), eps)
    loss.backward()
    return loss, [loss.item(), *(p.grad for p in params)], by_hand(eps.item())


def train(rng: np.random.Generator, steps: int) -> dict[str, float]:
    """What gradient descent with a fresh ε each step leads to, by the traced program."""
    x, eps = mg.constant(X), mg.noise(rng)
    step = mg.trace(loss_of, *START.values(), x, eps).value_and_grad
    params = list(START.values())
    for e in rng.standard_normal(steps).tolist():
        _, slopes = step(*params, X, e)
        params = [p - RATE * g for p, g in zip(params, slopes)]
    a, c, v, u, w, b = params
    return {"mu": a * X + c, "sigma": math.exp(0.5 * (v * X + u)), "w": w, "b": b}


def main(out: Path, seed: int = 0, steps: int = 5_000) -> dict[str, tuple[float, float]]:
    """Returns each number of the table: measured, and by hand."""
    rng = np.random.default_rng(seed)
    loss, measured, exact = first_step(rng)
    title = "A VAE of one number, step by step"
    lesson = mg.step_through(loss, title=title, source=loss_of, live=True)
    count = len(mg.equations_of(loss))
    print(f"{count} nodes, {len(lesson.steps)} steps in the ledger; {steps:,} steps of training")
    found = dict(zip(exact, zip(measured, exact.values()), strict=True))
    ends = {"mu": 0.0, "sigma": 1.0, "w": 0.0, "b": X}
    found |= {f"{name}, trained": (x, ends[name]) for name, x in train(rng, steps).items()}
    print()
    lines = [(name, m, e, f"{m - e:.1e}") for name, (m, e) in found.items()]
    print_table(("", "measured", "by hand", "difference"), lines)
    save(mg.draw(loss, title=title), out, "stepper_vae.svg")
    save(lesson, out, "stepper_vae.html")
    return found


if __name__ == "__main__":
    alone(main)
