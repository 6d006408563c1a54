"""One backward pass gives all ten derivatives of E[Σ tanh zᵢ], z = μ + σε with five coordinates.

tanh has no closed form for its mean, so the exact numbers come from quadrature, a coordinate at a
time: a trapezoid sum over ε, whose error for such smooth functions is that of rounding.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save, save_listing

PICTURES = {
    "gaussian_diagonal.svg": "The shapes: two draws of five; what returns to μ and σ is summed",
}
PAGES = {
    "gaussian_diagonal.html": "Arrays are strips of colour; μ and σ collect from both draws.",
    "gaussian_diagonal.program.txt": "the mean over many draws and its gradients, as a program",
}

MU = np.array([0.0, 0.5, -1.0, 0.3, 1.2])
SIGMA = np.array([1.0, 0.8, 0.5, 1.5, 0.7])


def exact() -> tuple[float, Array, Array]:
    """E, ∂μ, ∂σ by quadrature; sech² z = 1 - tanh² z is the derivative of tanh."""
    eps = np.linspace(-10.0, 10.0, 201)[:, None]
    weights = np.exp(-0.5 * eps**2)
    weights /= weights.sum()
    tanh = np.tanh(MU + SIGMA * eps)
    slope = 1.0 - tanh**2
    return (
        float((weights * tanh).sum()),
        (weights * slope).sum(axis=0),
        (weights * slope * eps).sum(axis=0),
    )


def mean_of_tanh(mu: mg.Var, sigma: mg.Var, eps: mg.Var) -> tuple[mg.Var, mg.Var, mg.Var]:
    """The draws z, the integrand at each, and its mean."""
    z = mg.Normal(mu, sigma).transform(eps)
    inner = mg.tanh(z).sum(axis=-1)
    return z, inner, inner.mean().named("mean")


def two_draws(rng: np.random.Generator) -> mg.Var:
    """The mean over two draws, after backward."""
    mu, sigma = mg.Var(MU, "μ"), mg.Var(SIGMA, "σ")
    z, _, mean = mean_of_tanh(mu, sigma, mg.Normal(mu, sigma).noise(rng, (2,)).named("ε"))
    z.named("z")
    mean.backward()
    return mean


def main(out: Path, seed: int = 0, samples: int = 10_000) -> list[Row]:
    """Returns the table's rows: E, then ∂μ and ∂σ by coordinate."""
    rng = np.random.default_rng(seed)
    mu, sigma = mg.Var(MU), mg.Var(SIGMA)
    eps = mg.Normal(mu, sigma).noise(rng, (samples,))
    z, inner, mean = mean_of_tanh(mu, sigma, eps)
    mean.backward()
    own = samples * z.grad  # each draw's own derivatives, for the standard errors
    true_mean, true_mu, true_sigma = exact()
    measured = [
        *rows(["E[Σ tanh z]"], mean.value, inner.value, true_mean),
        *rows([f"∂μ[{i}]" for i in range(5)], mu.grad, own, true_mu),
        *rows([f"∂σ[{i}]" for i in range(5)], sigma.grad, own * eps.value, true_sigma),
    ]
    print(f"μ = {MU.tolist()}, σ = {SIGMA.tolist()}, {samples:,} draws\n")
    print_rows(measured)
    two, title = two_draws(rng), "The mean of Σ tanh zᵢ over two draws of five coordinates"
    save(mg.draw(two, title=title), out, "gaussian_diagonal.svg")
    save(mg.step_through(two, title=title, live=True), out, "gaussian_diagonal.html")
    program = mg.trace(lambda mu, sigma, eps: mean_of_tanh(mu, sigma, eps)[2], MU, SIGMA, eps)
    save_listing(program, out, "gaussian_diagonal.program.txt")
    return measured


if __name__ == "__main__":
    alone(main)
