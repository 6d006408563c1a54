"""exp(logvar) is σ², not σ: with the one in place of the other the loss falls to a wrong answer.

The encoder's output is often called logvar, the logarithm of σ². Then σ = exp(½ logvar). Without
the ½ everything runs, the KL is never negative, training converges; but the gradient at logvar is
that of another σ, and what was meant to be 0.4 acts as 0.16. `Normal.from_log_variance` keeps the ½
in one place.
"""

import math
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import alone, print_table, save

PICTURES = {
    "log_variance_broken.svg": "Broken: exp(logvar) = 0.16 is used as σ",
    "log_variance_repaired.svg": "Repaired: σ = exp(½ logvar) = 0.40",
}
PAGES = {
    "log_variance.html": "Both graphs side by side: compare σ, and what comes back to logvar.",
}

MU, SIGMA = 0.7, 0.4
LOGVAR = math.log(SIGMA**2)
UNIT = mg.Normal(0.0, 1.0)


def divergence(how: str, logvar: float = LOGVAR) -> tuple[mg.Var, mg.Var]:
    """KL(N(μ, σ²) ‖ N(0, 1)) as a graph, and its leaf logvar."""
    leaf = mg.Var(logvar, "logvar")
    if how == "broken":
        q = mg.Normal(MU, mg.exp(leaf).named("sigma"))
    else:
        q = mg.Normal(MU, mg.exp(0.5 * leaf).named("sigma"))
    return mg.kl_divergence(q, UNIT).named(f"KL_{how}"), leaf


def by_hand(how: str) -> tuple[float, float]:
    """The KL, and its slope in logvar: ∂KL/∂σ = σ − 1/σ, times ∂σ/∂logvar, ½σ where it is right."""
    sigma = SIGMA**2 if how == "broken" else SIGMA
    kl = 0.5 * (MU**2 + sigma**2 - 1.0) - math.log(sigma)
    return kl, (sigma - 1.0 / sigma) * sigma * (1.0 if how == "broken" else 0.5)


def fitted(how: str, target: float) -> float:
    """The σ that sampling uses after logvar was fitted so that q is N(·, target²)."""
    leaf = mg.Var(0.0, "logvar")
    optimizer = mg.Adam([leaf], 0.05)
    for _ in range(1_000):
        optimizer.zero_grad()
        sigma = mg.exp(leaf) if how == "broken" else mg.exp(0.5 * leaf)
        mg.kl_divergence(mg.Normal(0.0, sigma), mg.Normal(0.0, target)).backward()
        optimizer.step()
    return math.exp(0.5 * leaf.value)


def main(out: Path, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Returns KL and slope, of the broken and the repaired graph, each beside the one by hand."""
    found = {}
    graphs = {how: divergence(how) for how in ("broken", "repaired")}
    for how, (kl, leaf) in graphs.items():
        (slope,) = mg.grad(kl, [leaf])
        exact, exact_slope = by_hand(how)
        found |= {f"KL, {how}": (kl.value, exact), f"∂KL/∂logvar, {how}": (slope, exact_slope)}
    print(f"mu = {MU}, sigma = {SIGMA}, so logvar = {LOGVAR:.4f}; the KL that was meant is")
    print(
        f"{by_hand('repaired')[0]:.6f}. mg.explain says of a sample that is drawn the broken way:"
    )
    sampled = MU + mg.exp(mg.Var(LOGVAR, "logvar")) * mg.noise(np.random.default_rng(seed))
    print(f"  {mg.explain(sampled).hints[0]}\n")
    print("Fitted to a target whose sigma is 0.3, logvar then says exp(½ logvar) =")
    print(f"  broken {fitted('broken', 0.3):.6f}, repaired {fitted('repaired', 0.3):.6f}\n")
    lines = [(what, *pair, f"{pair[0] - pair[1]:.1e}") for what, pair in found.items()]
    print_table(("", "minigrad", "by hand", "difference"), lines)
    for how, (kl, _) in graphs.items():
        kl.backward()
        save(
            mg.draw(kl, title=f"{how.capitalize()}: KL to N(0, 1)"), out, f"log_variance_{how}.svg"
        )
    lesson = mg.step_through(
        [kl for kl, _ in graphs.values()], title="A variance taken for a σ", live=True
    )
    save(lesson, out, "log_variance.html")
    return found


if __name__ == "__main__":
    alone(main)
