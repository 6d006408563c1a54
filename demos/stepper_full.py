"""Gradients pass through a Cholesky factor, so that a covariance itself can be the parameter.

Σ is the parameter, C its Cholesky factor, z = μ + Cε a draw of two coordinates. E[zᵀAz] = μᵀAμ +
tr(AΣ), so ∂μ is (A + Aᵀ)μ and ∂Σ is ½(A + Aᵀ), with no C in it: that must come out, on average, of
what each draw sends back through C. The stepper shows one draw, arrays as strips of colour.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save

PICTURES = {
    "stepper_full.svg": "The last step: above its diagonal the gradient of C is 0, and "
    "that of S is symmetric",
}
PAGES = {
    "stepper_full.html": "Step back through z = mu + C·eps into the Cholesky factor, and hover a "
    "strip to read its numbers: what C hands on to S is symmetric.",
}

MU = np.array([0.5, -0.3])
S = np.array([[1.0, 0.5], [0.5, 0.9]])
A = np.array([[1.0, 0.5], [-0.2, 2.0]])


def forward(mu: mg.Var, s: mg.Var, a: mg.Var, eps: mg.Var) -> mg.Var:
    """zᵀAz of one draw, or of many."""
    C = mg.cholesky(s).named("C")
    z = mg.MultivariateNormal(mu, scale_tril=C).transform(eps).named("z")  # mu + C @ eps
    f = ((z @ a) * z).sum(axis=-1).named("f")
    return f


def exact() -> Array:
    """E, ∂μ and the four numbers of ∂Σ in one row."""
    both = A + A.T
    return np.concatenate([[MU @ A @ MU + np.trace(A @ S)], both @ MU, 0.5 * both.ravel()])


def measured(eps: Array) -> list[Row]:
    """All draws in one graph, each with a μ and a Σ of its own: their gradients are the samples."""
    n = len(eps)
    mu, s = mg.Var(np.tile(MU, (n, 1))), mg.Var(np.tile(S, (n, 1, 1)))
    f = forward(mu, s, mg.constant(A), mg.constant(eps, kind="noise"))
    d_mu, d_s = mg.grad(f.sum(), (mu, s))
    samples = np.column_stack([f.value, d_mu, d_s.reshape(n, 4)])
    names = ["E[zᵀAz]", "∂μ[0]", "∂μ[1]", *(f"∂Σ[{i},{j}]" for i in (0, 1) for j in (0, 1))]
    return list(rows(names, samples.mean(axis=0), samples, exact()))


def main(out: Path, seed: int = 0, samples: int = 50_000) -> list[Row]:
    """Returns the table's rows: E, then ∂μ and ∂Σ by coordinate."""
    rng = np.random.default_rng(seed)
    f = forward(mg.Var(MU, "mu"), mg.Var(S, "S"), mg.constant(A, "A"), mg.noise(rng, (2,)))
    title = "One draw through a Cholesky factor"
    lesson = mg.step_through(f, title=title, source=forward, live=True)
    f.backward()
    save(mg.draw(f, title=title), out, "stepper_full.svg")
    save(lesson, out, "stepper_full.html")
    found = measured(rng.standard_normal((samples, 2)))
    print(f"z = μ + Cε with CCᵀ = Σ = {S.tolist()}, {samples:,} draws in one graph")
    print()
    print_rows(found)
    return found


if __name__ == "__main__":
    alone(main)
