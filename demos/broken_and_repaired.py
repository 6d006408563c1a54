"""With .sample() the loss falls though μ and σ learn nothing, and .rsample() is the whole repair.

The numbers drawn are the same, so are the values, the loss and the decoder's gradient, which is why
the mistake goes unnoticed. But .sample() returns a wall: to μ and σ no gradient comes, not even 0,
and they stay where they began. `mg.explain` names the wall.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import alone, print_table, save

PICTURES = {
    "broken.svg": "Broken: z is a wall, and nothing comes back to mu and sigma",
    "repaired.svg": "Repaired: the same numbers, and gradients arrive at mu and sigma",
}
PAGES = {
    "broken_and_repaired.html": "Step back through both at once: at z the left one stops, the "
    "right one goes on to mu and sigma.",
}

MU, SIGMA, W, TARGET = 0.7, 1.2, 0.8, 2.0
RATE, STEPS = 0.01, 1_000


def loss_of(params: list[mg.Var], rng: np.random.Generator, how: str) -> mg.Var:
    """½(wz - 2)² of one draw, by .sample() where `how` is "broken", else by .rsample()."""
    mu, sigma, w = params
    q = mg.Normal(mu, sigma)
    z = (q.sample(rng) if how == "broken" else q.rsample(rng)).named("z")
    return (0.5 * (w * z - TARGET) ** 2).named(how)


def fresh() -> list[mg.Var]:
    """The parameters, at their start."""
    return [mg.Var(MU, "mu"), mg.Var(SIGMA, "sigma"), mg.Var(W, "w")]


def by_hand(eps: float) -> list[float]:
    """The three gradients derived on paper: r w, r w ε and r z with r = wz - 2."""
    z = MU + SIGMA * eps
    r = W * z - TARGET
    return [r * W, r * W * eps, r * z]


class Line(NamedTuple):
    """A number by each method, and what the repaired one should be. None: no gradient came."""

    what: str
    broken: float | None
    repaired: float | None
    exact: float


def train(how: str, seed: int) -> list[float]:
    """Where gradient descent leads: w·mu, sigma, and the expected loss there."""
    rng, params = np.random.default_rng(seed), fresh()
    optimizer = mg.SGD(params, RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss_of(params, rng, how).backward()
        optimizer.step()
    mu, sigma, w = (p.item() for p in params)
    return [w * mu, sigma, 0.5 * ((w * mu - TARGET) ** 2 + (w * sigma) ** 2)]


def compare(seed: int) -> tuple[list[mg.Var], list[Line]]:
    """Both losses on the same draw, after backward, and their gradients."""
    losses, grads = [], []
    for how, method in {"broken": "sample", "repaired": "rsample"}.items():
        params = fresh()
        loss = loss_of(params, np.random.default_rng(seed), how)
        loss.backward()
        losses.append(loss)
        grads.append([p.grad for p in params])
        print(f"\nmg.explain, z by .{method}():\n{mg.explain(loss, params)}")
    eps = np.random.default_rng(seed).standard_normal()
    names = [f"∂loss/∂{p.name}" for p in params]
    return losses, [Line(*line) for line in zip(names, *grads, by_hand(eps), strict=True)]


def main(out: Path, seed: int = 0) -> list[Line]:
    """Returns the lines of the table."""
    print("½(wz - 2)² with z drawn from Normal(mu, sigma), the same number both times")
    losses, found = compare(seed)
    ends = {"w·mu, trained": TARGET, "sigma, trained": 0.0, "mean loss, trained": 0.0}
    found += map(Line, ends, train("broken", seed), train("repaired", seed), ends.values())
    least = 2.0 * SIGMA**2 / (MU**2 + SIGMA**2)
    print(f"\nTrained: after {STEPS:,} steps. By .sample() w alone learns, and its best mean loss")
    print(f"is 2σ²/(μ² + σ²) = {least:.6f}; by .rsample() mu takes w·z to 2, and sigma goes to 0.")
    for picture, each in zip(PICTURES, losses, strict=True):
        save(mg.draw(each, title=picture.removesuffix(".svg").capitalize()), out, picture)
    title = "Broken beside repaired: .sample() and .rsample()"
    save(mg.step_through(losses, title=title, live=True), out, *PAGES)
    print()
    print_lines(found)
    return found


def print_lines(found: list[Line]) -> None:
    """The table; where no gradient came it says so."""
    lines = [
        (n, "none" if b is None else b, "none" if r is None else r, e, f"{(r or 0.0) - e:.1e}")
        for n, b, r, e in found
    ]
    print_table(("", ".sample()", ".rsample()", "by hand", "difference"), lines)


if __name__ == "__main__":
    alone(main)
