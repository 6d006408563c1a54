"""A full covariance needs nothing new: through z = μ + Lε every entry of L gets its gradient.

z is made of multiplications and sums, so the chain rule alone does it.
Shown on E[zᵀAz] and E[exp(aᵀz)] for two coordinates, twice: as arrays, all draws at once, and as
scalars, lists of Vars and a loop over the draws, where the picture shows each multiplication.
Exact: zᵀAz has E = μᵀAμ + tr(ALLᵀ), ∂μ = (A + Aᵀ)μ, ∂L = tril((A + Aᵀ)L); exp(aᵀz) has
E = exp(aᵀμ + ½‖Lᵀa‖²), ∂μ = E a, ∂L = E tril(aaᵀL).
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_table, rows, save, save_listing

PICTURES = {
    "gaussian_full_arrays.svg": "zᵀAz of one draw as arrays: L's gradient above the diagonal is 0",
    "gaussian_full_scalars.svg": "The same as scalars: an entry of L meets one ε, one of A two z",
}
PAGES = {
    "gaussian_full.html": "The scalars: each entry of L, each multiplication.",
    "gaussian_full.program.txt": "the mean of zᵀAz over the draws and its gradients, as a program",
}

D = 2
MU = np.array([0.5, -0.3])
L = np.array([[1.0, 0.0], [0.5, 0.8]])
A = np.array([[1.0, 0.5], [-0.2, 2.0]])
DIRECTION = np.array([0.4, -0.3])
LOWER = np.tril_indices(D)  # the entries of L that are parameters, row by row
NAMES = ("E", "∂μ[0]", "∂μ[1]", "∂L[0,0]", "∂L[1,0]", "∂L[1,1]")


def exact_quadratic() -> Array:
    """E, ∂μ and ∂L of zᵀAz in one row."""
    both = A + A.T
    return np.concatenate([[MU @ A @ MU + np.trace(A @ L @ L.T)], both @ MU, (both @ L)[LOWER]])


def exact_exponential() -> Array:
    """E, ∂μ and ∂L of exp(aᵀz) in one row."""
    mean = np.exp(DIRECTION @ MU + 0.5 * np.sum((L.T @ DIRECTION) ** 2))
    d_l = mean * np.outer(DIRECTION, DIRECTION) @ L
    return np.concatenate([[mean], mean * DIRECTION, d_l[LOWER]])


# As arrays: z has a row for each draw.


def quadratic(z: mg.Var) -> mg.Var:
    """zᵀAz of each draw."""
    return ((z @ mg.constant(A, "A")) * z).sum(axis=-1)


def exponential(z: mg.Var) -> mg.Var:
    """exp(aᵀz) of each draw."""
    return mg.exp(z @ DIRECTION)


def by_arrays(f: Callable[[mg.Var], mg.Var], eps: Array, exact: Array) -> list[Row]:
    """All draws in one graph."""
    mu, scale = mg.Var(MU), mg.Var(L)
    z = mg.MultivariateNormal(mu, scale_tril=scale).transform(eps)
    values = f(z)
    mean = values.mean()
    d_mu, d_scale, d_z = mg.grad(mean, (mu, scale, z))
    own = len(eps) * d_z  # each draw's own derivatives, for the standard errors
    own_scale = own[:, :, None] * eps[:, None, :]
    samples = np.column_stack([values.value, own, own_scale[:, *LOWER]])
    measured = np.concatenate([[mean.value], d_mu, d_scale[LOWER]])
    return list(rows(NAMES, measured, samples, exact))


# As scalars: L is a list of rows that end at the diagonal.


def scalar_params() -> tuple[list[mg.Var], list[list[mg.Var]]]:
    """μ and L as leaves."""
    mu = [mg.Var(MU[i], f"μ{i}") for i in range(D)]
    scale = [[mg.Var(L[i, j], f"L{i}{j}") for j in range(i + 1)] for i in range(D)]
    return mu, scale


def scalar_draw(mu: list[mg.Var], scale: list[list[mg.Var]], eps: list[mg.Var]) -> list[mg.Var]:
    """z = μ + Lε, coordinate by coordinate."""
    z = []
    for i in range(D):
        total = mu[i]
        for j in range(i + 1):
            total = total + scale[i][j] * eps[j]
        z.append(total.named(f"z{i}"))
    return z


def scalar_quadratic(z: list[mg.Var]) -> mg.Var:
    """zᵀAz, term by term."""
    first, *others = [float(A[i, j]) * z[i] * z[j] for i in range(D) for j in range(D)]
    for term in others:
        first = first + term
    return first


def scalar_exponential(z: list[mg.Var]) -> mg.Var:
    """exp(aᵀz), term by term."""
    first, *others = [float(DIRECTION[i]) * z[i] for i in range(D)]
    for term in others:
        first = first + term
    return mg.exp(first)


def each_scalar_draw(
    f: Callable[[list[mg.Var]], mg.Var], eps: Array
) -> Iterator[tuple[float, ...]]:
    """Value and gradients of one draw after another, each with a graph of its own."""
    mu, scale = scalar_params()
    leaves = [*mu, *scale[0], *scale[1]]
    for pair in eps.tolist():
        value = f(scalar_draw(mu, scale, [mg.constant(e, kind="noise") for e in pair]))
        yield value.value, *mg.grad(value, leaves)


def by_scalars(f: Callable[[list[mg.Var]], mg.Var], eps: Array, exact: Array) -> list[Row]:
    """A loop over the draws."""
    samples = np.array(list(each_scalar_draw(f, eps)))
    return list(rows(NAMES, samples.mean(axis=0), samples, exact))


def draw_arrays(eps: Array) -> mg.Drawing:
    """zᵀAz of one draw as arrays."""
    mu, scale = mg.Var(MU, "μ"), mg.Var(L, "L")
    noise = mg.constant(eps, "ε", kind="noise")
    z = mg.MultivariateNormal(mu, scale_tril=scale).transform(noise).named("z")
    value = quadratic(z).named("zᵀAz")
    value.backward()
    return mg.draw(value, title="zᵀAz of one draw z = μ + Lε, as arrays")


def one_draw(rng: np.random.Generator) -> mg.Var:
    """zᵀAz of the same draw in scalars, after backward."""
    mu, scale = scalar_params()
    with mg.scope("sampling"):
        noise = [mg.noise(rng, name=f"ε{i}") for i in range(D)]
        z = scalar_draw(mu, scale, noise)
    value = scalar_quadratic(z).named("zᵀAz")
    value.backward()
    return value


def mean_of_quadratic(mu: mg.Var, scale: mg.Var, eps: mg.Var) -> mg.Var:
    """What `by_arrays` differentiates, for its program."""
    return quadratic(mg.MultivariateNormal(mu, scale_tril=scale).transform(eps)).mean()


def main(
    out: Path, seed: int = 0, samples: int = 20_000, scalar_samples: int = 2_000
) -> dict[str, list[Row]]:
    """Returns the rows of each integrand, by arrays and by scalars."""
    rng = np.random.default_rng(seed)
    eps, fewer = rng.standard_normal((samples, D)), rng.standard_normal((scalar_samples, D))
    quadratics, exponentials = exact_quadratic(), exact_exponential()
    found = {
        "zᵀAz, arrays": by_arrays(quadratic, eps, quadratics),
        "zᵀAz, scalars": by_scalars(scalar_quadratic, fewer, quadratics),
        "exp(aᵀz), arrays": by_arrays(exponential, eps, exponentials),
        "exp(aᵀz), scalars": by_scalars(scalar_exponential, fewer, exponentials),
    }
    print(f"arrays: {samples:,} draws in one graph")
    print(f"scalars: {scalar_samples:,} graphs of one draw\n")
    print_both(found)
    save(draw_arrays(eps[0]), out, "gaussian_full_arrays.svg")
    again = np.random.default_rng(seed)  # the first draw once more, which the page can redraw
    value, title = one_draw(again), "zᵀAz of one draw z = μ + Lε, each multiplication"
    save(mg.draw(value, title=title), out, "gaussian_full_scalars.svg")
    save(mg.step_through(value, title=title, live=True), out, "gaussian_full.html")
    noise = mg.constant(eps, "eps", "noise")
    save_listing(mg.trace(mean_of_quadratic, MU, L, noise), out, "gaussian_full.program.txt")
    return found


def print_both(found: dict[str, list[Row]]) -> None:
    """Arrays and scalars side by side, one integrand below the other."""
    for integrand in ("zᵀAz", "exp(aᵀz)"):
        pairs = zip(found[f"{integrand}, arrays"], found[f"{integrand}, scalars"], strict=True)
        lines = [
            (a.what, a.exact, a.measured, a.se, f"{a.z:+.2f}", s.measured, s.se, f"{s.z:+.2f}")
            for a, s in pairs
        ]
        heads = (integrand, "exact", "arrays", "std error", "z", "scalars", "std error", "z")
        print_table(heads, lines)


if __name__ == "__main__":
    alone(main)
