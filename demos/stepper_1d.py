"""A random sample differentiates like any other line of code, and the stepper shows each number.

z = μ + σε is a multiplication and an addition on a number that was drawn beforehand, and f = sin z.
Going back from f, each arrow multiplies by its local derivative: cos z, then 1 to μ and 1 to σε,
then ε to σ. To ε itself nothing goes. With ε kept while μ and σ move, f is an ordinary function of
both, so differences of it must give the same two slopes.
"""

import math
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import alone, print_table, save

PICTURES = {
    "stepper_1d.svg": "The last step: cos z has come to mu, and cos z times eps to sigma",
}
PAGES = {
    "stepper_1d.html": "Step with the arrow keys. Then move mu and sigma while eps stays, resample "
    "eps while they stay, and let it ask you for the next number (Predict).",
}

MU, SIGMA, STEP = 0.7, 1.2, 1e-5


def forward(mu: mg.Var, sigma: mg.Var, eps: mg.Var) -> mg.Var:
    """One sample into a sine."""
    z = mg.Normal(mu, sigma).transform(eps).named("z")  # z = mu + sigma * eps
    f = mg.sin(z).named("f")
    return f


def by_hand(eps: float) -> dict[str, float]:
    """The contributions in the order in which they are made: newest node first."""
    slope = math.cos(MU + SIGMA * eps)
    return {
        "f to z: cos z": slope,
        "z to mu: cos z · 1": slope,
        "z to sigma·eps: cos z · 1": slope,
        "sigma·eps to sigma: cos z · eps": slope * eps,
    }


def by_differences(eps: float) -> tuple[float, float]:
    """The slopes in μ and σ of sin(μ + σε), this ε kept."""
    around = (STEP, -STEP)
    up, down = (math.sin(MU + h + SIGMA * eps) for h in around)
    wider, narrower = (math.sin(MU + (SIGMA + h) * eps) for h in around)
    return (up - down) / (2.0 * STEP), (wider - narrower) / (2.0 * STEP)


def main(out: Path, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Returns what each arrow contributes: stepped through, and by hand."""
    eps = mg.noise(np.random.default_rng(seed))
    f = forward(mg.Var(MU, "mu"), mg.Var(SIGMA, "sigma"), eps)
    lesson = mg.step_through(f, title="One sample into a sine", source=forward, live=True)
    print(lesson.text(), end="\n\n")
    d_mu, d_sigma = by_differences(eps.item())
    print(f"Differences with eps kept: {d_mu:.6f} for mu, {d_sigma:.6f} for sigma")
    measured = [r.contribution for r in lesson.steps if r.phase == "backward"]
    exact = by_hand(eps.item())
    found = dict(zip(exact, zip(measured, exact.values()), strict=True))
    lines = [(name, m, e, f"{m - e:.1e}") for name, (m, e) in found.items()]
    print()
    print_table(("contribution", "stepped", "by hand", "difference"), lines)
    f.backward()
    save(mg.draw(f, title="The last step: every gradient has arrived"), out, "stepper_1d.svg")
    save(lesson, out, "stepper_1d.html")
    return found


if __name__ == "__main__":
    alone(main)
