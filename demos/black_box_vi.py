"""What mean-field inference misses is known in nats: ½(Σ log Λᵢᵢ - log |Λ|), Λ the true precision.

Two unknowns with standard normal priors, and one reading y of their sum with noise s: the posterior
is a Gaussian ridge, narrower for smaller s, of precision Λ = I + aaᵀ/s² with a = (1, 1). Training
sees log p(y, z) alone and maximises the ELBO. Its optimum among diagonal Gaussians has the right
mean and the variances 1/Λᵢᵢ, so it is short of log p(y) by the divergence
KL(q ‖ p) = ½(Σ Λᵢᵢ/Λᵢᵢ - 2 + Σ log Λᵢᵢ - log |Λ|); a full Cholesky factor loses nothing. "Sticking
the landing" (Roeder, Wu and Duvenaud, 2017) takes the noise away as q comes near the posterior.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, descend, print_rows, save_all, settling
from ._plots import COLOURS, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = {
    "black_box_vi_gap.svg": "Left: the diagonal Gaussian hides inside the ridge, the full one lies "
    "on it. Right: what the diagonal one loses, as predicted, at each noise",
    "black_box_vi.svg": "One draw of the full Gaussian: z = μ + Lε, scored by log p and by log q",
}
PAGES = {
    "black_box_vi.html": "That draw: L hears from log p by z, and from log q directly.",
    "black_box_vi.program.txt": "the ELBO of a full Gaussian and its gradients, as a program",
}

READING = 1.5
NOISES = (2.0, 1.0, 0.5, 0.25, 0.12)
SHOWN = 0.5  # the noise whose ridge is drawn
DRAWS, RATE = 32, 0.02


class Posterior(NamedTuple):
    """The exact one: its mean and precision, and the evidence log p(y) in nats."""

    mean: Array
    precision: Array
    evidence: float

    @property
    def gap(self) -> float:
        """The nats that the best diagonal Gaussian is short of the evidence."""
        _, logdet = np.linalg.slogdet(self.precision)
        return 0.5 * float(np.log(np.diag(self.precision)).sum() - logdet)


def posterior(s: float) -> Posterior:
    """By completing the square; y itself is N(0, 2 + s²)."""
    precision = np.eye(2) + 1.0 / s**2
    mean = np.linalg.solve(precision, np.full(2, READING / s**2))
    variance = 2.0 + s**2
    evidence = -0.5 * (math.log(2.0 * math.pi * variance) + READING**2 / variance)
    return Posterior(mean, precision, evidence)


def log_joint(z: mg.Var, s: float) -> mg.Var:
    """log p(y, z) for each z along the last axis: all that training knows of the problem."""
    with mg.scope("prior"):
        prior = mg.Normal(0.0, 1.0).log_prob(z).sum(axis=-1)
    with mg.scope("reading"):
        reading = mg.Normal(z.sum(axis=-1), s).log_prob(READING)
    return prior + reading


def diagonal(loc: mg.Var, logvar: mg.Var) -> mg.Independent:
    """A Gaussian vector whose numbers are independent."""
    return mg.Independent(mg.Normal.from_log_variance(loc, logvar), 1)


FAMILIES = {"diagonal": diagonal, "full": mg.MultivariateNormal.from_unconstrained}


class Fit(NamedTuple):
    """The trained q's mean and covariance, and its ELBO by sampling with its standard error."""

    mean: Array
    covariance: Array
    elbo: float
    se: float


def objective(family: str, s: float, rng: np.random.Generator) -> tuple[mg.Program, list[mg.Var]]:
    """-ELBO as a program of q's parameters and of noise, and those of a standard normal q."""
    spread = np.zeros(2) if family == "diagonal" else math.log(math.e - 1.0) * np.eye(2)
    params = [mg.Var(np.zeros(2)), mg.Var(spread)]

    def loss(loc: mg.Var, spread: mg.Var) -> mg.Var:
        q = FAMILIES[family](loc, spread)
        return -mg.elbo(lambda z: log_joint(z, s), q, rng, DRAWS, stick_the_landing=True)

    return mg.trace(loss, *params), params


def fit(family: str, s: float, rng: np.random.Generator, steps: int, samples: int) -> Fit:
    """Adam; then the ELBO by `samples` fresh draws."""
    program, params = objective(family, s, rng)
    optimizer = mg.Adam(params, RATE)
    for _ in settling(optimizer, steps, f"{family}, s = {s}"):
        descend(program, optimizer, rng.standard_normal((DRAWS, 2)))
    with mg.no_grad():
        q = FAMILIES[family](*params)
        z = q.rsample(rng, samples)
        each = (log_joint(z, s) - q.log_prob(z)).value
    factor = q.scale_tril.value if family == "full" else np.diag(q.base.scale.value)
    se = float(each.std(ddof=1)) / math.sqrt(samples)
    return Fit(params[0].value, factor @ factor.T, float(each.mean()), se)


def one_draw(rng: np.random.Generator) -> mg.Var:
    """The ELBO of one draw from a full Gaussian, with its gradients."""
    loc, factor = mg.Var(np.zeros(2), "μ"), mg.Var(np.array([[1.0, 0.0], [-0.5, 0.8]]), "L")
    q = mg.MultivariateNormal(loc, scale_tril=factor)
    z = q.rsample(rng).named("z")
    with mg.scope("log q"):
        log_q = q.log_prob(z)
    elbo = (log_joint(z, SHOWN) - log_q).named("ELBO")
    elbo.backward()
    return elbo


def outline(mean: Array, covariance: Array, deviations: float) -> Array:
    """Points around the ellipse of a Gaussian at that many standard deviations: x in row 0, y."""
    angle = np.linspace(0.0, 2.0 * math.pi, 200)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    return mean[:, None] + deviations * np.linalg.cholesky(covariance) @ circle


def plot_ellipses(axes: "Axes", fits: dict[str, Fit]) -> None:
    """The posterior and both q at one and two standard deviations."""
    exact = posterior(SHOWN)
    looks = [
        ("exact posterior", exact.mean, np.linalg.inv(exact.precision), "faint", "-", 5.0),
        ("full Cholesky", fits["full"].mean, fits["full"].covariance, "parameter", "--", 1.8),
        ("diagonal", fits["diagonal"].mean, fits["diagonal"].covariance, "output", "-", 1.8),
    ]
    for label, mean, covariance, look, dash, width in looks:
        for deviations in (1.0, 2.0):
            axes.plot(
                *outline(mean, covariance, deviations),
                linestyle=dash,
                linewidth=width,
                color=COLOURS[look][0],
                label=label if deviations == 1.0 else None,
                alpha=0.45 if look == "faint" else None,
            )
    axes.set(title=f"1 and 2 standard deviations, s = {SHOWN}", xlabel="z₁", ylabel="z₂")
    axes.set(xlim=(-1.5, 3.3), ylim=(-1.3, 3.5), aspect="equal")
    axes.legend()


def plot_gaps(axes: "Axes", measured: list[Row], full: list[float]) -> None:
    """Nats lost over the noise of the reading."""
    fine = np.geomspace(0.8 * min(NOISES), 1.25 * max(NOISES), 100)
    gaps = [posterior(s).gap for s in fine]
    axes.plot(fine, gaps, color=COLOURS["faint"][0], label="½(Σ log Λᵢᵢ − log |Λ|)")
    axes.errorbar(
        NOISES,
        [r.measured for r in measured],
        [3.0 * r.se for r in measured],
        fmt="o",
        color=COLOURS["output"][0],
        label="diagonal, ± 3 standard errors",
    )
    axes.plot(NOISES, full, "s", color=COLOURS["parameter"][0], label="full Cholesky")
    axes.set(title="Nats short of log p(y)", xlabel="noise s of the reading", xscale="log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.legend()


def main(
    out: Path, seed: int = 0, steps: int = 4_000, samples: int = 200_000
) -> dict[float, dict[str, Fit]]:
    """Returns the fit of each family at each noise."""
    rng = np.random.default_rng(seed)
    pairs = [(s, family) for s in NOISES for family in FAMILIES]
    made = [fit(family, s, rng, steps, samples) for s, family in pairs]
    fits: dict[float, dict[str, Fit]] = {s: {} for s in NOISES}
    for (s, family), one in zip(pairs, made, strict=True):
        fits[s][family] = one
    full = [posterior(s).evidence - fits[s]["full"].elbo for s in NOISES]
    print(
        f"Each ELBO by {samples:,} draws after {steps:,} steps. With a full Cholesky factor it is"
    )
    print(f"log p(y) to within {max(map(abs, full)):.0e} nats. What a diagonal q loses, in nats:\n")
    measured = gaps(fits)
    print_rows(measured)
    elbo, title = one_draw(rng), "The ELBO of one draw z = μ + Lε from a full Gaussian"
    save_all(elbo, title, objective("full", SHOWN, rng)[0], out, "black_box_vi")
    with panels(out / "black_box_vi_gap.svg", "Two families, one ridge", columns=2) as axes:
        plot_ellipses(axes[0], fits[SHOWN])
        plot_gaps(axes[1], measured, full)
    return fits


def gaps(fits: dict[float, dict[str, Fit]]) -> list[Row]:
    """What the diagonal family loses at each noise, measured beside predicted."""
    rows = []
    for s, families in fits.items():
        exact, found = posterior(s), families["diagonal"]
        rows.append(Row(f"s = {s}", exact.evidence - found.elbo, found.se, exact.gap))
    return rows


if __name__ == "__main__":
    alone(main)
