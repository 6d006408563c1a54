"""Ten inducing points stand for a Gaussian process on sixty: the ELBO says what that costs.

y = f(x) + noise, f a Gaussian process with a squared-exponential kernel. The approximation keeps
f at ten places, u ~ N(m, LLᵀ), and lets the prior fill in the rest. Its ELBO is trained by pathwise
gradients through a draw of u. What the best m and L reach is known: the collapsed bound
log N(y; 0, Q + s²I) - tr(K - Q)/(2s²) with Q = K_nm K_mm⁻¹ K_mn (Titsias, 2009), which lies below
the evidence log N(y; 0, K + s²I) by the price of having ten.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, save, save_listing, settling
from ._plots import COLOURS, LINES, plot

PICTURES = {
    "sparse_gp_fit.svg": "The fit through ten points, and that of the whole process, dashed",
    "sparse_gp.svg": "One training step with two inducing points",
}
PAGES = {
    "sparse_gp.html": "One training step, with two inducing points.",
    "sparse_gp.program.txt": "the training step as a program",
}

COUNT, INDUCING, LENGTH, NOISE = 60, 10, 0.6, 0.3
JITTER = 1e-8


class Process(NamedTuple):
    """Data, and what the kernel makes of them: `map` is K_nm L_mm⁻ᵀ, so that f = map · v with
    u = L_mm v, and `left` the variance of each f(x) that u does not explain."""

    x: Array
    y: Array
    map: Array
    left: Array


def kernel(a: Array, b: Array) -> Array:
    """Squared exponential, of variance 1."""
    return np.exp(-0.5 * ((a[:, None] - b) / LENGTH) ** 2)


def process(rng: np.random.Generator, count: int, inducing: int) -> Process:
    """A draw of the process at random places."""
    x = np.sort(rng.uniform(-3.0, 3.0, count))
    f = np.linalg.cholesky(kernel(x, x) + JITTER * np.eye(count)) @ rng.standard_normal(count)
    y = f + NOISE * rng.standard_normal(count)
    return Process(x, y, *projection(x, places(inducing)))


def places(inducing: int) -> Array:
    """Where the inducing points are."""
    return np.linspace(-2.8, 2.8, inducing)


def projection(x: Array, z: Array) -> tuple[Array, Array]:
    """`map` and `left` at x."""
    factor = np.linalg.cholesky(kernel(z, z) + JITTER * np.eye(len(z)))
    through = np.linalg.solve(factor, kernel(z, x)).T
    return through, 1.0 - np.sum(through**2, axis=1)


def elbo(p: Process, loc: mg.Var, free: mg.Var, eps: mg.Var) -> mg.Var:
    """The bound, of whitened inducing values v ~ N(loc, LLᵀ): a draw of v for each row of eps."""
    q = mg.MultivariateNormal.from_unconstrained(loc, free)
    v = q.transform(eps)
    off = p.y - v @ p.map.T
    fit = -0.5 * mg.sum(mg.square(off), -1).mean() / NOISE**2
    whole = fit - 0.5 * float(p.left.sum()) / NOISE**2 - constants(p)
    size = loc.shape[0]
    prior = mg.MultivariateNormal(np.zeros(size), scale_tril=np.eye(size))
    return (whole - mg.kl_divergence(q, prior)).named("ELBO")


def constants(p: Process) -> float:
    """The constants of the Gaussian densities of y."""
    return 0.5 * len(p.y) * float(np.log(2.0 * np.pi * NOISE**2))


def log_normal(y: Array, covariance: Array) -> float:
    """log N(y; 0, covariance)."""
    _, logdet = np.linalg.slogdet(2.0 * np.pi * covariance)
    return float(-0.5 * (logdet + y @ np.linalg.solve(covariance, y)))


def exact(p: Process) -> dict[str, float]:
    """The collapsed bound, and the evidence of the whole process."""
    noise = NOISE**2 * np.eye(len(p.y))
    return {
        "collapsed": log_normal(p.y, p.map @ p.map.T + noise) - 0.5 * p.left.sum() / NOISE**2,
        "evidence": log_normal(p.y, kernel(p.x, p.x) + noise),
    }


def best(p: Process) -> tuple[Array, Array]:
    """The mean and covariance of v at the best bound."""
    precision = np.eye(p.map.shape[1]) + p.map.T @ p.map / NOISE**2
    covariance = np.linalg.inv(precision)
    return covariance @ p.map.T @ p.y / NOISE**2, covariance


def train(p: Process, rng: np.random.Generator, steps: int) -> tuple[mg.Var, mg.Var, mg.Program]:
    """loc and the free factor after training by Adam with 32 draws a step."""
    size = p.map.shape[1]
    loc, free = mg.Var(np.zeros(size)), mg.Var(np.zeros((size, size)))
    draws = np.zeros((32, size))
    program = mg.trace(lambda a, b, e: -elbo(p, a, b, e), loc.value, free.value, draws, wrt=(0, 1))
    optimizer = mg.Adam([loc, free], 0.05)
    for _ in settling(optimizer, steps, "sparse GP"):
        half = rng.standard_normal((16, size))
        eps = np.concatenate([half, -half])  # antithetic
        _, (loc.grad, free.grad) = program.value_and_grad(loc.value, free.value, eps)
        optimizer.step()
    return loc, free, program


def predict(p: Process, mean: Array, covariance: Array, x: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of f at x."""
    through, left = projection(x, places(len(mean)))
    spread = left + np.einsum("ni,ij,nj->n", through, covariance, through)
    return through @ mean, np.sqrt(np.maximum(spread, 0.0))


def plot_fit(path: Path, p: Process, mean: Array, covariance: Array) -> None:
    """The learned fit, and the whole process's."""
    fine = np.linspace(-3.2, 3.2, 200)
    middle, spread = predict(p, mean, covariance, fine)
    cross = kernel(fine, p.x)
    whole = cross @ np.linalg.solve(kernel(p.x, p.x) + NOISE**2 * np.eye(len(p.y)), p.y)
    with plot(path, "A Gaussian process through ten inducing points") as axes:
        low, high = middle - 2.0 * spread, middle + 2.0 * spread
        axes.fill_between(fine, low, high, color=LINES[0]["color"], alpha=0.2, linewidth=0)
        axes.plot(fine, middle, **{**LINES[0], "marker": ""}, label="ten points, two deviations")
        axes.plot(fine, whole, **{**LINES[1], "marker": ""}, label="the whole process")
        axes.plot(p.x, p.y, ".", color=COLOURS["constant"][0], label="data")
        axes.plot(places(len(mean)), np.full(len(mean), low.min()), "^", color=LINES[0]["color"])
        axes.set(xlabel="x", ylabel="y")
        axes.legend()


def table(p: Process, loc: mg.Var, free: mg.Var, seed: int) -> list[Row]:
    """The trained bound by fresh draws, and its mean beside the best."""
    rng, truth = np.random.default_rng(seed), exact(p)
    with mg.no_grad():
        each = [elbo(p, loc, free, rng.standard_normal((200, len(loc)))).item() for _ in range(100)]
    error = float(np.std(each, ddof=1) / 10.0)
    return [
        Row("ELBO against the collapsed bound", float(np.mean(each)), error, truth["collapsed"])
    ]


def save_one(out: Path, rng: np.random.Generator) -> None:
    """A training step with two inducing points and four data."""
    small = process(rng, 4, 2)
    loc, free = mg.Var(np.zeros(2), "m"), mg.Var(np.zeros((2, 2)), "free L")
    eps = mg.constant(rng.standard_normal((1, 2)), "ε", "noise")
    bound = elbo(small, loc, free, eps)
    bound.backward()
    title = "One step with two inducing points"
    save(mg.draw(bound, title=title), out, "sparse_gp.svg")
    save(mg.step_through(bound, title=title, live=True), out, "sparse_gp.html")


def main(out: Path, seed: int = 0, steps: int = 3_000) -> dict[str, object]:
    """Returns the rows, the exact bounds, and the largest gap to the best mean and covariance."""
    rng = np.random.default_rng(seed)
    p = process(rng, COUNT, INDUCING)
    loc, free, program = train(p, rng, steps)
    factor = np.asarray(mg.MultivariateNormal.from_unconstrained(loc, free).scale_tril.value)
    mean, covariance = best(p)
    gaps = np.abs(loc.value - mean).max(), np.abs(factor @ factor.T - covariance).max()
    save_one(out, rng)
    save_listing(program, out, "sparse_gp.program.txt")
    plot_fit(out / "sparse_gp_fit.svg", p, loc.value, factor @ factor.T)
    truth = exact(p)
    print(f"{COUNT} data, {INDUCING} inducing points, {steps:,} steps")
    print(f"m and LLᵀ are the best ones to {gaps[0]:.4f} and {gaps[1]:.4f}")
    print(f"collapsed bound {truth['collapsed']:.4f}, evidence {truth['evidence']:.4f}\n")
    found = table(p, loc, free, seed)
    print_rows(found)
    return {"rows": found, "gaps": gaps, **truth}


if __name__ == "__main__":
    alone(main)
