"""The engine writes a VAE's derivatives as a program that gives the tape's losses, only faster.

One run of the loss is traced into straight-line Python: value and gradients without the tape. The
same 5,000 steps of gradient descent, with the same noise, are then taken by the tape, by the
program, and by the program compiled with numba where that is installed: the losses are identical.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, alone, print_table, save, save_listing
from .vae_1d import RATE, START, X

PICTURES = {
    "derivative_program.svg": "What the program writes out: the graph of dL/dlogvar, recorded by "
    "the backward sweep, here with the second derivatives",
}

PAGES = {"derivative_program.program.txt": "the program itself"}

BY_HAND = {
    "z": "μ + σε",
    "r": "wz + b - x, which is ∂L/∂b",
    "rec": "½r²",
    "kl": "½(μ² + σ² - log σ² - 1)",
    "d_w": "rz",
    "d_mu": "rw + μ",
    "d_sigma": "rwε + σ - 1/σ",
    "d_logvar": "½σ ∂L/∂σ",
}


def vae(mu: mg.Var, logvar: mg.Var, w: mg.Var, b: mg.Var, eps: mg.Var) -> mg.Var:
    """The loss; the local variables become the names in the program."""
    sigma = mg.maximum(mg.exp(0.5 * logvar), 1e-6)
    z = mu + sigma * eps
    r = w * z + b - X
    rec = 0.5 * r**2
    kl = 0.5 * (mu**2 + sigma**2 - mg.log(sigma**2) - 1.0)
    return rec + kl


def train_on_tape(noise: Array) -> list[float]:
    """The loss of every step, each recorded and swept back through."""
    params = [mg.Var(value, name) for name, value in START.items()]
    optimizer = mg.SGD(params, RATE)
    losses = []
    for eps in noise.tolist():
        optimizer.zero_grad()
        loss = vae(*params, mg.constant(eps, "eps", "noise"))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def train_by(step: Callable[..., tuple[float, tuple[object, ...]]], noise: Array) -> list[float]:
    """The loss of every step, by a function that returns it with its gradients."""
    params = list(START.values())
    losses = []
    for eps in noise.tolist():
        loss, gradients = step(*params, eps)
        params = [p - RATE * g for p, g in zip(params, gradients)]
        losses.append(loss)
    return losses


def compiled_training(program: mg.Program) -> Callable[[Array], Array] | None:
    """The whole loop compiled, the program in it; None where numba is not installed."""
    try:
        step = program.jit().value_and_grad
    except ImportError as error:
        print(f"(no compiled training: {error})")
        return None
    from numba import njit

    @njit  # type: ignore[untyped-decorator]
    def train(noise, mu, logvar, w, b):  # type: ignore[no-untyped-def]
        losses = np.empty(len(noise))
        for i in range(len(noise)):
            losses[i], (d_mu, d_logvar, d_w, d_b) = step(mu, logvar, w, b, noise[i])
            mu, logvar = mu - RATE * d_mu, logvar - RATE * d_logvar
            w, b = w - RATE * d_w, b - RATE * d_b
        return losses

    def run(noise: Array) -> Array:
        return train(noise, *START.values())  # type: ignore[no-any-return]

    run(np.zeros(1))  # compiles
    return run


def beside_the_hand(source: str) -> str:
    """The lines of the program's function, those derived by hand beside them."""
    lines = source[source.index("def ") :].partition("\n\n")[0].splitlines()
    width = max(map(len, lines)) + 2
    derived = (BY_HAND.get(line.partition(" = ")[0].strip(), "") for line in lines)
    return "\n".join(f"{a:<{width}}{b and '| '}{b}".rstrip() for a, b in zip(lines, derived))


def main(out: Path, seed: int = 0, steps: int = 5_000) -> dict[str, list[float]]:
    """Returns the losses along each way of training."""
    rng = np.random.default_rng(seed)
    program = mg.trace(vae, *START.values(), mg.noise(rng))
    print(beside_the_hand(program.source), end="\n\n")
    save_listing(program, out, *PAGES)

    params = {name: mg.Var(value, name) for name, value in START.items()}
    loss = vae(*params.values(), mg.noise(rng))
    (gradient,) = mg.grad(loss, [params["logvar"]], create_graph=True)
    assert isinstance(gradient, mg.Var)
    gradient.named("dL/dlogvar").backward()
    save(mg.draw(gradient), out, *PICTURES)

    noise = rng.standard_normal(steps)
    ways: dict[str, Callable[[Array], object]] = {
        "tape": train_on_tape,
        "program": lambda noise: train_by(program.value_and_grad, noise),
    }
    if compiled := compiled_training(program):
        ways["program under numba"] = compiled
    losses, lines = {}, []
    for name, train in ways.items():
        start = time.perf_counter()
        losses[name] = np.asarray(train(noise)).tolist()
        milliseconds = 1e3 * (time.perf_counter() - start)
        mean, last = float(np.mean(losses[name])), losses[name][-1]
        lines.append((name, f"{milliseconds:.2f}", mean, last))
    gap = max(float(np.max(np.abs(np.subtract(x, losses["tape"])))) for x in losses.values())
    print(f"Largest difference between any two of the {steps:,} losses: {gap:.1e}\n")
    print_table((f"{steps:,} steps", "ms", "mean loss", "last loss"), lines)
    return losses


if __name__ == "__main__":
    alone(main)
