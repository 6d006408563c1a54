"""With the coins frozen, the mean of f is a smooth function of μ, and its slope the pathwise one.

z = μ + σε, and f is sin z. The same 50 draws of ε for every μ give a smooth curve, whose slope is
the mean of f'(z) ∂z/∂μ; fresh draws for every μ give a jagged one, whose slope is lost in luck. The
score function asks neither for a slope of f nor for frozen coins: at μ = 0.7, σ = 0.5 it is 4 times
as noisy. For any σ, with E = exp(-½σ²) sin μ, one draw's ∂μ has these variances:
    pathwise         ½(1 + exp(-2σ²) cos 2μ) - (∂E/∂μ)²
    score function   ½(1 - (1 - 4σ²) exp(-2σ²) cos 2μ)/σ² - (∂E/∂μ)²
so that with σ beyond 1.1 it is pathwise that is the noisier one: turn the knob and see.
"""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save
from ._plots import COLOURS, plot

PICTURES = {
    "coin_flip_lab.svg": "The mean of sin z over 50 coins as μ moves: frozen coins give a "
    "smooth curve, fresh ones a jagged line",
}
PAGES = {
    "coin_flip_lab.html": "Move μ and watch the dots slide; then tick fresh coins and move it on.",
}

MU, SIGMA, STEP, COINS, GROUPS = 0.7, 0.5, 0.05, 50, 20


def problem(mu: mg.Var, sigma: mg.Var) -> tuple[mg.Normal, Callable[[mg.Var], mg.Var]]:
    """What the lab and the estimators take."""
    return mg.Normal(mu, sigma), mg.sin


def expectation(mu: mg.Var, sigma: mg.Var) -> mg.Var:
    """E[sin z] in closed form."""
    return mg.exp(-0.5 * sigma**2) * mg.sin(mu)


E, (D_MU, D_SIGMA) = mg.value_and_grad(expectation, (0, 1))(MU, SIGMA)


def exact_ratio() -> float:
    """How many times as wide the score function's ∂μ scatters, by the formulas above."""
    wave = math.exp(-2.0 * SIGMA**2) * math.cos(2.0 * MU)
    pathwise = 0.5 * (1.0 + wave) - D_MU**2
    score = 0.5 * (1.0 - (1.0 - 4.0 * SIGMA**2) * wave) / SIGMA**2 - D_MU**2
    return math.sqrt(score / pathwise)


def mean_of_f(mu: float, eps: Array) -> float:
    """The mean over these coins."""
    return float(np.sin(mu + SIGMA * eps).mean())


def each_draw(eps: Array) -> dict[str, tuple[Array, Array]]:
    """∂μ and ∂σ of every draw by itself, since every draw has a μ and a σ of its own here."""
    mu, sigma = (mg.Var(np.full(len(eps), x)) for x in (MU, SIGMA))
    q, f = problem(mu, sigma)
    z = q.transform(eps)
    weighted = f(z).value * q.log_prob(z.detach())
    return {
        "pathwise": mg.grad(f(z).sum(), [mu, sigma]),
        "score function": mg.grad(weighted.sum(), [mu, sigma]),
    }


def differences(eps: Array, others: Array) -> Array:
    """Each draw's central difference in μ; `others` are the coins on the far side."""
    ahead, behind = np.sin(MU + STEP + SIGMA * eps), np.sin(MU - STEP + SIGMA * others)
    return (ahead - behind) / (2.0 * STEP)


def measured(rng: np.random.Generator, samples: int) -> list[Row]:
    """The gradients by both estimators, their ratio, and differences with coins frozen and not."""
    eps, others = rng.standard_normal((2, samples))
    draws = each_draw(eps)
    found = []
    for name, (by_mu, by_sigma) in draws.items():
        found += rows([f"∂μ, {name}"], by_mu.mean(), by_mu, D_MU)
        found += rows([f"∂σ, {name}"], by_sigma.mean(), by_sigma, D_SIGMA)
    # The slope of a chord: sin(STEP)/STEP of the tangent's, as sine's differences are.
    chord = D_MU * math.sin(STEP) / STEP
    for name, far in (("frozen", eps), ("fresh", others)):
        each = differences(eps, far)
        found += rows([f"∂μ, difference, {name} coins"], each.mean(), each, chord)
    spreads = {n: d.reshape(GROUPS, -1).std(axis=1, ddof=1) for n, (d, _) in draws.items()}
    ratios = spreads["score function"] / spreads["pathwise"]
    found += rows(["spread, score / pathwise"], ratios.mean(), ratios, exact_ratio())
    return found


def plot_means(path: Path, rng: np.random.Generator) -> None:
    """The mean of f over 50 coins against μ, frozen and fresh, with the pathwise slope."""
    frozen = rng.standard_normal(COINS)
    mus = np.linspace(MU - 2.0, MU + 2.0, 121)
    slope = float(each_draw(frozen)["pathwise"][0].mean())
    here = mean_of_f(MU, frozen)
    near = np.array([MU - 0.6, MU + 0.6])
    with plot(path, f"The mean of sin z over {COINS} coins") as axes:
        fresh = [mean_of_f(mu, rng.standard_normal(COINS)) for mu in mus]
        axes.plot(mus, fresh, color=COLOURS["noise"][0], linewidth=1.0, label="fresh at every μ")
        smooth = [mean_of_f(mu, frozen) for mu in mus]
        axes.plot(mus, smooth, color=COLOURS["parameter"][0], linewidth=2.5, label="frozen")
        exact = math.exp(-0.5 * SIGMA**2) * np.sin(mus)
        axes.plot(mus, exact, "--", color=COLOURS["faint"][0], label="exact")
        axes.plot(
            near,
            here + slope * (near - MU),
            color=COLOURS["gradient"][0],
            linewidth=4.0,
            label=f"pathwise slope {slope:.3f}",
        )
        axes.plot([MU], [here], "o", color=COLOURS["sample"][0])
        axes.set(xlabel="μ", ylabel="mean of f")
        axes.legend()


def main(out: Path, seed: int = 0, samples: int = 100_000) -> list[Row]:
    """Returns the closing table's rows."""
    rng = np.random.default_rng(seed)
    lab = mg.coin_flip_lab(
        problem,
        (MU, SIGMA),
        rng,
        samples=COINS,
        names=("μ", "σ"),
        exact=expectation,
        ranges={"σ": (0.2, 1.5)},
        title="The coin-flip lab: E[sin z], z = μ + σε",
    )
    save(lab, out, "coin_flip_lab.html")
    plot_means(out / "coin_flip_lab.svg", rng)
    found = measured(rng, samples - samples % GROUPS)
    wide, narrow = found[-2].se, found[-3].se
    print(f"z ~ Normal({MU}, {SIGMA}), f = sin, {samples:,} draws")
    print(f"Fresh coins make a difference of f over ±{STEP} {wide / narrow:.0f} times as noisy as")
    print("frozen ones, and the more so the smaller the step; frozen coins don't mind.")
    print()
    print_rows(found)
    return found


if __name__ == "__main__":
    alone(main)
