"""A sample z = μ + σε lets gradients through: backward gives ∂μ and ∂σ of E[sin z].

The expectation is a mean over draws of ε, which has no parameters, so the gradient of the mean is
the mean of the gradients. Two other ways to the same numbers are beside it: forward differences
on draws of their own, and the closed form E = exp(-½σ²) sin μ.
"""

import math
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save, save_listing

PICTURES = {
    "gaussian_1d.svg": "Two draws: μ and σ collect a gradient from each; to the dashed ε none goes",
}
PAGES = {
    "gaussian_1d.html": "See ∂mean/∂μ and ∂mean/∂σ add up over the two draws.",
    "gaussian_1d.program.txt": "the mean over many draws and its gradients, as a program",
}

MU, SIGMA, STEP = 0.7, 1.2, 1e-4
DAMPING = math.exp(-0.5 * SIGMA**2)
E = DAMPING * math.sin(MU)
D_MU = DAMPING * math.cos(MU)
D_SIGMA = -SIGMA * DAMPING * math.sin(MU)


def sines(mu: float, sigma: float, eps: Array) -> Array:
    """sin z for frozen noise, off the tape."""
    return mg.sin(mg.Normal(mu, sigma).transform(eps)).value


def mean_of_sines(mu: mg.Var, sigma: mg.Var, eps: mg.Var) -> tuple[mg.Var, mg.Var, mg.Var]:
    """The draws z, sin z, and its mean."""
    z = mg.Normal(mu, sigma).transform(eps)
    sin_z = mg.sin(z)
    return z, sin_z, sin_z.mean()


def pathwise(eps: Array) -> list[Row]:
    """E and its gradients by one backward."""
    mu, sigma = mg.Var(MU, "μ"), mg.Var(SIGMA, "σ")
    z, sin_z, mean = mean_of_sines(mu, sigma, mg.constant(eps, "ε", "noise"))
    mean.backward()
    # z.grad holds each draw's own derivative over their number: from it come the standard errors.
    own = len(eps) * z.grad
    return [
        *rows(["E[sin z]"], mean.value, sin_z.value, E),
        *rows(["∂μ, pathwise"], mu.grad, own, D_MU),
        *rows(["∂σ, pathwise"], sigma.grad, own * eps, D_SIGMA),
    ]


def forward_differences(eps: Array) -> list[Row]:
    """The gradients without any tape: three evaluations that share their draws."""
    base = sines(MU, SIGMA, eps)
    by_mu = (sines(MU + STEP, SIGMA, eps) - base) / STEP
    by_sigma = (sines(MU, SIGMA + STEP, eps) - base) / STEP
    return [
        *rows(["∂μ, forward difference"], by_mu.mean(), by_mu, D_MU),
        *rows(["∂σ, forward difference"], by_sigma.mean(), by_sigma, D_SIGMA),
    ]


def central_differences(eps: Array) -> tuple[float, float]:
    """∂μ and ∂σ of the mean over these very draws."""
    by_mu = sines(MU + STEP, SIGMA, eps) - sines(MU - STEP, SIGMA, eps)
    by_sigma = sines(MU, SIGMA + STEP, eps) - sines(MU, SIGMA - STEP, eps)
    return by_mu.mean() / (2.0 * STEP), by_sigma.mean() / (2.0 * STEP)


def two_draws(rng: np.random.Generator) -> mg.Var:
    """The mean over two draws, as scalars, after backward."""
    mu, sigma = mg.Var(MU, "μ"), mg.Var(SIGMA, "σ")
    first, second = (
        mg.Normal(mu, sigma).transform(mg.noise(rng, name=f"ε{i}")).named(f"z{i}") for i in (1, 2)
    )
    mean = (0.5 * (mg.sin(first) + mg.sin(second))).named("mean")
    mean.backward()
    return mean


def main(out: Path, seed: int = 0, samples: int = 20_000) -> dict[str, object]:
    """Returns the table's rows, and how far frozen-noise differences are from the pathwise ones."""
    rng = np.random.default_rng(seed)
    eps = rng.standard_normal(samples)
    measured = pathwise(eps) + forward_differences(rng.standard_normal(samples))
    gaps = [
        d - row.measured for d, row in zip(central_differences(eps), measured[1:3], strict=True)
    ]
    print(f"z ~ Normal({MU}, {SIGMA}), {samples:,} draws")
    print(f"Central differences on the pathwise draws differ by {gaps[0]:.1e} and {gaps[1]:.1e}:")
    print("given the noise, both differentiate one and the same function.\n")
    print_rows(measured)
    mean, title = two_draws(rng), "The mean of sin z over two draws of z = μ + σε"
    save(mg.draw(mean, title=title), out, "gaussian_1d.svg")
    save(mg.step_through(mean, title=title, live=True), out, "gaussian_1d.html")
    program = mg.trace(
        lambda mu, sigma, eps: mean_of_sines(mu, sigma, eps)[2],
        MU,
        SIGMA,
        mg.constant(eps, "eps", "noise"),
    )
    save_listing(program, out, "gaussian_1d.program.txt")
    return {"rows": measured, "gaps": gaps}


if __name__ == "__main__":
    alone(main)
