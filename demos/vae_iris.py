"""A linear VAE, trained by sampling on real flowers, reaches the optimum that eigenvalues give.

x is a row of four measurements in cm (Iris, 150 flowers, less their mean). The encoder says
q(z|x) = N((x - b)V, diag σ²), the decoder p(x|z) = N(zW + b, s²); V, W, b, σ and the noise s are
learned. The best such ELBO is the likelihood of probabilistic PCA (Tipping and Bishop, 1999), known
from the eigenvalues λ₁ ≥ … ≥ λ_D of the covariance: for k latents s² is the mean of the D - k
smallest, and log p(x) a flower is -½(D log 2π + Σ log λ₁..λₖ + (D - k) log s² + D). A diagonal
σ² loses nothing, for V and W may turn until the posterior is diagonal.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, alone, print_table, save, settling
from ._plots import COLOURS, plot

PICTURES = {
    "vae_iris_elbo.svg": "Three random starts climb to the dashed optimum, and not above it",
    "vae_iris_latent.svg": "The species part along the latent, though training saw no label",
    "vae_iris_step.svg": "One training step on two flowers: encoder, sampling, decoder, KL",
}

BATCH, DRAWS, RATE, SEEDS = 50, 4, 0.05, 3
MARKS = ("o", "s", "^")


class Optimum(NamedTuple):
    """Probabilistic PCA's log-likelihood a flower, in nats, and its noise s in cm."""

    elbo: float
    noise: float


class Trained(NamedTuple):
    """What came of one start; ELBOs in nats a flower over all flowers, noise in cm.

    `elbo` is in closed form, `sampled` the mean over draws with its standard error `se`; `curve`
    holds (step, closed-form ELBO) along the way.
    """

    seed: int
    elbo: float
    sampled: float
    se: float
    noise: float
    curve: list[tuple[int, float]]
    means: Array


class LinearVAE:
    """The parameters, from a random start, and what is computed from them."""

    def __init__(self, rng: np.random.Generator, size: int, latent: int) -> None:
        self.v = mg.Var(0.5 * rng.standard_normal((size, latent)), "V")
        self.w = mg.Var(0.5 * rng.standard_normal((latent, size)), "W")
        self.b = mg.Var(0.5 * rng.standard_normal(size), "b")
        self.logvar = mg.Var(np.zeros(latent), "logvar")
        self.log_noise = mg.Var(0.0, "log_s")
        self.params = [self.v, self.w, self.b, self.logvar, self.log_noise]

    def encode(self, x: mg.Var) -> mg.Normal:
        """q(z|x) for each row of x."""
        with mg.scope("encoder"):
            return mg.Normal.from_log_variance((x - self.b) @ self.v, self.logvar)

    def log_likelihood(self, x: mg.Var, z: mg.Var) -> mg.Var:
        """log p(x|z) of each flower, of shape (draws, flowers)."""
        with mg.scope("decoder"):
            y = (z.named("z") @ self.w + self.b).named("y")
            p = mg.Normal(y, mg.exp(self.log_noise).named("s"))
            return p.log_prob(x).sum(axis=-1)

    def elbo(self, x: mg.Var, rng: np.random.Generator, draws: int) -> mg.Var:
        """The bound in nats a flower, by reparameterised draws and the closed-form KL."""
        q = self.encode(x)
        with mg.scope("KL"):
            kl = mg.kl_divergence(q, mg.Normal(0.0, 1.0))
        total = mg.elbo(lambda z: self.log_likelihood(x, z).sum(axis=-1), q, rng, draws, kl)
        return (total / float(len(x))).named("ELBO")

    def exact_elbo(self, x: Array) -> float:
        """The same without sampling: for a linear decoder E‖x - zW - b‖² is known. Plain NumPy."""
        w, b, var = self.w.value, self.b.value, np.exp(self.logvar.value)
        means = (x - b) @ self.v.value
        squares = ((x - b - means @ w) ** 2).sum(axis=1).mean() + var @ (w**2).sum(axis=1)
        s2 = math.exp(2.0 * self.log_noise.value)
        fit = -0.5 * x.shape[1] * math.log(2.0 * math.pi * s2) - 0.5 * squares / s2
        kl = 0.5 * ((means**2).sum(axis=1).mean() + (var - 1.0 - np.log(var)).sum())
        return float(fit - kl)


def flowers() -> tuple[Array, Array, list[str]]:
    """The measurements in cm less their mean, the species of each, the species' names."""
    from sklearn.datasets import load_iris  # here: it takes long to load, as in `_plots`

    iris = load_iris()
    return iris.data - iris.data.mean(axis=0), iris.target, list(iris.target_names)


def optimum(x: Array, latent: int) -> Optimum:
    """The best ELBO there is, from the eigenvalues of the covariance."""
    size = x.shape[1]
    if not 1 <= latent < size:
        raise ValueError(f"latent is {latent}: {size} measurements leave noise for 1 to {size - 1}")
    values = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    s2 = values[latent:].mean()
    logs = np.log(values[:latent]).sum() + (size - latent) * math.log(s2)
    elbo = -0.5 * (size * math.log(2.0 * math.pi) + logs + size)
    return Optimum(float(elbo), math.sqrt(s2))


def batches(x: Array, rng: np.random.Generator) -> Iterator[mg.Var]:
    """Every flower once, in a new order, then again and again."""
    while True:
        for rows in np.split(rng.permutation(len(x)), len(x) // BATCH):
            yield mg.constant(x[rows], "x")


def train(x: Array, seed: int, latent: int, steps: int) -> Trained:
    """Adam from one random start; in the second half its rate falls to 0, so the noise settles."""
    rng = np.random.default_rng(seed)
    vae = LinearVAE(rng, x.shape[1], latent)
    optimizer = mg.Adam(vae.params, RATE)
    curve = []
    for i, batch in zip(settling(optimizer, steps, f"seed {seed}"), batches(x, rng), strict=False):
        optimizer.zero_grad()
        loss = -vae.elbo(batch, rng, DRAWS)
        loss.backward()
        optimizer.step()
        if i < 100 or (i + 1) % 20 == 0:
            curve.append((i + 1, vae.exact_elbo(x)))
    with mg.no_grad():
        sampled = [vae.elbo(mg.constant(x), rng, 20).value for _ in range(100)]
    se = float(np.std(sampled, ddof=1)) / math.sqrt(len(sampled))
    noise, means = math.exp(vae.log_noise.value), (x - vae.b.value) @ vae.v.value
    return Trained(seed, vae.exact_elbo(x), float(np.mean(sampled)), se, noise, curve, means)


def draw_step(x: Array, seed: int, latent: int) -> mg.Drawing:
    """The first step's graph, for two flowers and one draw."""
    rng = np.random.default_rng(seed)
    loss = -LinearVAE(rng, x.shape[1], latent).elbo(mg.constant(x[[0, 100]], "x"), rng, 1)
    loss.named("loss").backward()
    return mg.draw(loss, title="One training step of the linear VAE on two flowers")


def plot_curves(path: Path, runs: list[Trained], best: float) -> None:
    """The ELBO over the steps, a line for each start; most happens in the first steps."""
    with plot(path, "ELBO over all flowers, in nats per flower") as axes:
        for run, look, dash in zip(runs, ("parameter", "sample", "noise"), ("-", "-.", ":")):
            axes.plot(*zip(*run.curve), dash, color=COLOURS[look][0], label=f"seed {run.seed}")
        label = f"exact optimum {best:.4f}".replace("-", "−")
        axes.axhline(best, color=COLOURS["output"][0], linestyle="--", label=label)
        axes.set(xlabel="training step", xscale="log", ylim=(best - 4.0, best + 0.4))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.legend(loc="lower right")


def plot_latent(path: Path, means: Array, x: Array, species: Array, names: list[str]) -> None:
    """Where the encoder puts each flower: against petal length for one latent, else z₁ and z₂."""
    across, up, along = "mean of z", "petal length less its mean (cm)", x[:, 2]
    if means.shape[1] > 1:
        across, up, along = "mean of z₁", "mean of z₂", means[:, 1]
    with plot(path, "Mean of q(z|x) for each flower") as axes:
        for i, look in enumerate(("parameter", "sample", "noise")):
            of = species == i
            axes.scatter(
                means[of, 0],
                along[of],
                26,
                marker=MARKS[i],
                label=names[i],
                facecolor="none",
                edgecolor=COLOURS[look][0],
            )
        axes.set(xlabel=across, ylabel=up)
        axes.legend()


def main(out: Path, seed: int = 0, latent: int = 1, steps: int = 2_000) -> list[Trained]:
    """Returns what came of each of three starts, from `seed` on."""
    x, species, names = flowers()
    best = optimum(x, latent)
    runs = [train(x, seed + i, latent, steps) for i in range(SEEDS)]
    print(f"ELBO in nats per flower; latent dimensions: {latent}; {steps:,} steps\n")
    lines = [
        (
            str(r.seed),
            r.elbo,
            f"{r.sampled:.4f} ± {r.se:.4f}",
            best.elbo,
            best.elbo - r.elbo,
            r.noise,
            best.noise,
        )
        for r in runs
    ]
    headings = ("seed", "trained", "by sampling", "exact optimum", "short of it", "s", "exact s")
    print_table(headings, lines)
    save(draw_step(x, seed, latent), out, "vae_iris_step.svg")
    plot_curves(out / "vae_iris_elbo.svg", runs, best.elbo)
    plot_latent(out / "vae_iris_latent.svg", runs[0].means, x, species, names)
    return runs


if __name__ == "__main__":
    alone(main)
