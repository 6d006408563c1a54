"""One backward gives all ten derivatives of E[Σ tanh zᵢ], z = μ + σε with five coordinates.

tanh has no closed form for its mean, so the exact numbers come from quadrature, a coordinate at a
time: a trapezoid sum over ε, whose error for such smooth functions is that of rounding.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save

PICTURES = {
    "gaussian_diagonal.svg": "The shapes: two draws of five; what returns to μ and σ is summed",
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


def draw_two(rng: np.random.Generator) -> mg.Drawing:
    """The graph with two draws."""
    mu, sigma = mg.Var(MU, "μ"), mg.Var(SIGMA, "σ")
    z, _, mean = mean_of_tanh(mu, sigma, mg.Normal(mu, sigma).noise(rng, (2,)).named("ε"))
    z.named("z")
    mean.backward()
    return mg.draw(mean, title="The mean of Σ tanh zᵢ over two draws of five coordinates")


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
    print(f"μ = {MU.tolist()}, σ = {SIGMA.tolist()}, {samples:,} draws")
    print_rows(measured)
    save(draw_two(rng), out, "gaussian_diagonal.svg")
    return measured


if __name__ == "__main__":
    alone(main)
