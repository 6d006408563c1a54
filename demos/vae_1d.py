"""A VAE of one number, trained by one draw a step, ends in collapse: the latent goes unused.

q = N(μ, σ²) with σ = exp(½ logvar), decoder y = wz + b, loss ½(y - x)² + KL(q ‖ N(0, 1)), one datum
x = 2, plain gradient descent. The bias alone can say x. From there on any w adds w²σ² to the mean
squared error and says nothing new, so w goes to 0; then z is free of the datum, and the KL pulls q
to N(0, 1). That is the only stationary point: w = 0, b = x, μ = 0, logvar = 0.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import alone, print_table, save

PICTURES = {
    "vae_1d_before.svg": "Before training: both losses send gradients to mu and logvar, none to ε",
    "vae_1d_after.svg": "After training: y is x without z, and every gradient is as good as 0",
}
PAGES = {"vae_1d.html": "The first draw; then train it in the page until it collapses."}

X, RATE, SMALLEST_SIGMA = 2.0, 1e-2, 1e-6
START = {"mu": 0.0, "logvar": -0.5, "w": 0.1, "b": 0.0}
END = {"mu": 0.0, "logvar": 0.0, "w": 0.0, "b": X}
COLUMNS = ("L", "rec", "kl", "mu", "logvar", "w", "b")


class Step(NamedTuple):
    """One step's nodes, after backward and before the parameters move."""

    mu: mg.Var
    logvar: mg.Var
    w: mg.Var
    b: mg.Var
    eps: mg.Var
    rec: mg.Var
    kl: mg.Var
    loss: mg.Var


def record(params: dict[str, mg.Var], eps: mg.Var) -> Step:
    """The loss at these parameters for this ε."""
    mu, logvar, w, b = params.values()
    with mg.scope("sampling"):
        sigma = mg.maximum(mg.exp(0.5 * logvar), SMALLEST_SIGMA).named("σ")
        z = (mu + sigma * eps).named("z")
    with mg.scope("decoder"):
        y = (w * z + b).named("y")
        rec = (0.5 * (y - X) ** 2).named("rec")
    with mg.scope("KL"):
        variance = sigma**2
        kl = (0.5 * (mu**2 + variance - mg.log(variance) - 1.0)).named("kl")
    return Step(*params.values(), eps, rec, kl, (rec + kl).named("L"))


def train(rng: np.random.Generator, steps: int) -> Iterator[Step]:
    """Each step, with its gradients; the parameters move when the next one is asked for."""
    params = {name: mg.Var(value, name) for name, value in START.items()}
    optimizer = mg.SGD(params.values(), RATE)
    for _ in range(steps):
        optimizer.zero_grad()
        step = record(params, mg.noise(rng, name="ε"))
        step.loss.backward()
        yield step
        optimizer.step()


def rounded(step: Step) -> Step:
    """The same step, of parameters rounded to where training has settled them."""
    params = {p.name: mg.Var(round(p.value, 10), p.name) for p in step[:4]}
    again = record(params, mg.constant(step.eps.value, "ε", "noise"))
    again.loss.backward()
    return again


def main(out: Path, seed: int = 0, steps: int = 5_000) -> dict[str, float]:
    """Returns the parameters at the end of training."""
    print(" iter" + "".join(f"{name:>10}" for name in COLUMNS))
    pictures = dict(zip((0, steps), PICTURES, strict=True))
    for i, step in enumerate(train(np.random.default_rng(seed), steps + 1)):
        if i in pictures:
            drawing = mg.draw(rounded(step).loss, title=f"The 1-D VAE after {i:,} steps")
            save(drawing, out, pictures[i])
        if i == 0:
            save(mg.step_through(step.loss, title="The 1-D VAE", live=True), out, *PAGES)
        if i and i % 1_000 == 0:  # where i steps have led, and the loss of the next draw there
            now = (step.loss, step.rec, step.kl, step.mu, step.logvar, step.w, step.b)
            print(f"{i:5}" + "".join(f"{v:z10.6f}" for v in now))
        if i == steps:  # before the update that would follow
            found = {name: getattr(step, name).value for name in END}
    print("b alone says x, so w z only adds noise: w goes to 0, and the KL takes q to N(0, 1).\n")
    print_table(("", "reached", "exact"), [(name, found[name], END[name]) for name in END])
    return found


if __name__ == "__main__":
    alone(main)
