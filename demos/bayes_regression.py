"""Bayes by backprop finds the exact posterior of a linear model where its q can express it.

Diabetes of 100 patients, one year on, is predicted from ten measurements, all in standard units:
y = xw + noise of known s, with w ~ N(0, 1). So the posterior is Gaussian, of precision
Λ = XᵀX/s² + I and mean Λ⁻¹Xᵀy/s². Two q are trained by draws through rsample. The full-covariance
one arrives there. The mean-field one arrives at the best of its kind: the same mean, and variances
1/Λᵢᵢ, which are too small for measurements that go together (s1 to s5 are of the blood serum); its
ELBO stays ½(Σ log Λᵢᵢ - log |Λ|) below log p(y). Each is started 16 times, as one batch, and the
scatter between the starts gives the standard errors.
"""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, descend, print_rows, print_table, rows, save_all, settling
from ._plots import COLOURS, plot

PICTURES = {
    "bayes_regression_weights.svg": "Full covariance is exact, mean-field too sure of s1 to s5",
    "bayes_regression_band.svg": "The posterior's predictions for patients it has not seen",
    "bayes_regression.svg": "One draw on two patients: w = loc + σε, scored by log p and log q",
}
PAGES = {
    "bayes_regression.html": "That draw: prior, likelihood and log q all pull at w.",
    "bayes_regression.program.txt": "the full covariance's ELBO and gradients, as a program",
}

NOISE = 0.7  # the residuals' standard deviation by least squares on all 442 patients
STARTS, DRAWS, RATE = 16, 16, 0.03


class Data(NamedTuple):
    """Patients to learn from, others to predict, in standard units; the measurements' names."""

    x: Array
    y: Array
    others: Array
    their_y: Array
    names: list[str]


class Posterior(NamedTuple):
    """The exact one, and log p(y) in nats."""

    mean: Array
    precision: Array
    evidence: float

    @property
    def sd(self) -> Array:
        """The standard deviation of each weight."""
        return np.sqrt(np.diag(np.linalg.inv(self.precision)))

    @property
    def gap(self) -> float:
        """How far the best mean-field ELBO is below the evidence."""
        logdet = np.linalg.slogdet(self.precision)[1]
        return 0.5 * float(np.log(np.diag(self.precision)).sum() - logdet)


def patients(count: int, rng: np.random.Generator) -> Data:
    """`count` of the 442 to learn from, chosen at random, and the rest."""
    from sklearn.datasets import load_diabetes  # here: it takes long to load, as in `_plots`

    table = load_diabetes()
    if not 2 <= count < len(table.target):
        raise ValueError(f"count is {count}, not from 2 to {len(table.target) - 1} patients")
    x, y = ((a - a.mean(axis=0)) / a.std(axis=0) for a in (table.data, table.target))
    order = rng.permutation(len(x))
    first, rest = order[:count], order[count:]
    return Data(x[first], y[first], x[rest], y[rest], table.feature_names)


def posterior(x: Array, y: Array) -> Posterior:
    """By completing the square; y itself is N(0, XXᵀ + s²I)."""
    precision = x.T @ x / NOISE**2 + np.eye(x.shape[1])
    mean = np.linalg.solve(precision, x.T @ y) / NOISE**2
    covariance = x @ x.T + NOISE**2 * np.eye(len(x))
    distance = y @ np.linalg.solve(covariance, y)
    logdet = np.linalg.slogdet(2.0 * math.pi * covariance)[1]
    return Posterior(mean, precision, -0.5 * float(logdet + distance))


def mean_field(loc: mg.Var, spread: mg.Var) -> mg.Independent:
    """Each weight by itself; `spread` holds the log-variances."""
    return mg.Independent(mg.Normal.from_log_variance(loc, spread), 1)


Family = Callable[[mg.Var, mg.Var], mg.Independent | mg.MultivariateNormal]
FAMILIES: dict[str, Family] = {
    "mean-field": mean_field,
    "full": mg.MultivariateNormal.from_unconstrained,
}


def log_joint(w: mg.Var, x: mg.Var | Array, y: mg.Var | Array) -> mg.Var:
    """log p(y, w) for each w along the last axis."""
    with mg.scope("prior"):
        prior = mg.Normal(0.0, 1.0).log_prob(w).sum(axis=-1)
    with mg.scope("likelihood"):
        likelihood = mg.Normal(w @ x.T, NOISE).log_prob(y).sum(axis=-1)
    return prior + likelihood


class Fit(NamedTuple):
    """The results, starts along axis 0, but for `draws`: 1,000 w from each start, axes 0 and 1."""

    mean: Array
    sd: Array
    elbo: Array
    draws: Array


def objective(name: str, data: Data, rng: np.random.Generator) -> tuple[mg.Program, list[mg.Var]]:
    """-ELBO, summed over the starts, as a program of q's parameters, the data and noise; the first
    parameters: random means, and a spread of about 0.13 for each weight."""
    size = data.x.shape[1]
    spread = np.full(size, -4.0) if name == "mean-field" else -2.0 * np.eye(size)
    spreads = np.broadcast_to(spread, (STARTS, *spread.shape))
    params = [mg.Var(rng.standard_normal((STARTS, size))), mg.Var(spreads)]

    def loss(loc: mg.Var, spread: mg.Var, x: mg.Var, y: mg.Var) -> mg.Var:
        q = FAMILIES[name](loc, spread)
        return -mg.elbo(partial(log_joint, x=x, y=y), q, rng, DRAWS, stick_the_landing=True)

    return mg.trace(loss, *params, data.x, data.y, wrt=(0, 1)), params


def fit(name: str, data: Data, rng: np.random.Generator, steps: int) -> Fit:
    """Adam on all starts at once."""
    program, params = objective(name, data, rng)
    optimizer = mg.Adam(params, RATE)
    for _ in settling(optimizer, steps, name):
        descend(program, optimizer, data.x, data.y, rng.standard_normal((DRAWS, *params[0].shape)))
    with mg.no_grad():
        q = FAMILIES[name](*params)
        w = q.rsample(rng, 1_000)
        elbo = (log_joint(w, data.x, data.y) - q.log_prob(w)).value.mean(axis=0)
        return Fit(params[0].value, q.stddev.value, elbo, w.value)


def table(data: Data, exact: Posterior, found: Fit) -> list[Row]:
    """The mean-field optimum: means, standard deviations and ELBO, over the starts."""
    sd = 1.0 / np.sqrt(np.diag(exact.precision))
    means, sds = ([f"{what} of {name}" for name in data.names] for what in ("mean", "sd"))
    return [
        *rows(means, found.mean.mean(axis=0), found.mean, exact.mean),
        *rows(sds, found.sd.mean(axis=0), found.sd, sd),
        *rows(["ELBO"], found.elbo.mean(), found.elbo, exact.evidence - exact.gap),
    ]


def print_weights(data: Data, exact: Posterior, fits: dict[str, Fit]) -> None:
    """Every weight's posterior, exact and trained, of the first start."""
    full, sd = fits["full"], exact.sd
    columns = [exact.mean, full.mean[0], sd, full.sd[0], fits["mean-field"].sd[0]]
    heads = ("weight", "exact mean", "full", "exact sd", "full", "mean-field sd")
    print_table(heads, zip(data.names, *(map(float, c) for c in columns), strict=True))
    off = max(np.abs(full.mean - exact.mean).max(), np.abs(full.sd - sd).max())
    print(f"\nFull covariance: no mean or sd of any start is off by more than {off:.0e},")
    print(f"its ELBO is {full.elbo.mean():.6f}, and log p(y) is {exact.evidence:.6f}.")


def one_draw(data: Data, rng: np.random.Generator) -> mg.Var:
    """One draw's ELBO, for two patients and three measurements."""
    loc, logvar = mg.Var(np.zeros(3), "loc"), mg.Var(np.full(3, -4.0), "logvar")
    x, y = mg.constant(data.x[:2, 2:5], "x"), mg.constant(data.y[:2], "y")
    q = mean_field(loc, logvar)
    w = q.rsample(rng).named("w")
    with mg.scope("log q"):
        log_q = q.log_prob(w)
    elbo = (log_joint(w, x, y) - log_q).named("ELBO")
    elbo.backward()
    return elbo


def plot_weights(path: Path, data: Data, exact: Posterior, fits: dict[str, Fit]) -> None:
    """Mean ± 2 standard deviations of each weight, the first start's."""
    full, field = fits["full"], fits["mean-field"]
    with plot(path, "Weight of each measurement: mean ± 2 standard deviations") as axes:
        axes.axhline(0.0, color=COLOURS["faint"][0], linewidth=0.8)
        for label, mean, sd, look, style, shift in (
            ("exact", exact.mean, exact.sd, "faint", {"elinewidth": 7.0, "alpha": 0.45}, -0.12),
            ("full covariance", full.mean[0], full.sd[0], "parameter", {"fmt": "o"}, -0.12),
            ("mean-field", field.mean[0], field.sd[0], "output", {"fmt": "s"}, 0.2),
        ):
            at = np.arange(len(mean)) + shift
            style = {"fmt": "_", "color": COLOURS[look][0], "label": label} | style
            axes.errorbar(at, mean, 2.0 * sd, **style)
        axes.set_xticks(range(len(data.names)), data.names)
        axes.set(ylabel="weight, standard units")
        axes.legend(loc="lower left")


def predict(data: Data, draws: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each other patient's y, by draws of w."""
    means = draws @ data.others.T
    return means.mean(axis=0), np.sqrt(means.var(axis=0) + NOISE**2)


def plot_band(path: Path, data: Data, draws: Array) -> None:
    """What was predicted for the other patients, and what was observed."""
    mean, sd = predict(data, draws)
    order = np.argsort(mean)
    mean, sd = mean[order], sd[order]
    with plot(path, f"The {len(mean)} other patients: predicted and observed") as axes:
        axes.fill_between(
            mean,
            mean - 1.96 * sd,
            mean + 1.96 * sd,
            alpha=0.2,
            linewidth=0,
            color=COLOURS["parameter"][0],
            label="95 % predictive band",
        )
        axes.plot(mean, mean, color=COLOURS["parameter"][0], label="predictive mean")
        axes.scatter(
            mean,
            data.their_y[order],
            14,
            facecolor="none",
            edgecolor=COLOURS["output"][0],
            label="observed",
        )
        axes.set(xlabel="predicted mean, standard units", ylabel="diabetes after a year")
        axes.legend(loc="upper left")


def main(out: Path, seed: int = 0, count: int = 100, steps: int = 5_000) -> dict[str, object]:
    """Returns the exact posterior, the fits, the predictive band's share and the table's rows."""
    rng = np.random.default_rng(seed)
    data = patients(count, rng)
    exact = posterior(data.x, data.y)
    fits = {name: fit(name, data, rng, steps) for name in FAMILIES}
    print(f"{count} patients, {steps:,} steps, {STARTS} starts; y and x in standard units")
    print_weights(data, exact, fits)
    mean, sd = predict(data, fits["full"].draws[:, 0])
    inside = float(np.mean(np.abs(data.their_y - mean) < 1.96 * sd))
    print(f"In the 95 % predictive band lie {inside:.1%} of the {len(mean)} other patients.")
    print(f"Below: mean-field, over its {STARTS} starts; ELBO in nats.\n")
    measured = table(data, exact, fits["mean-field"])
    print_rows(measured)
    elbo, title = one_draw(data, rng), "Bayes by backprop: the ELBO of one draw w, two patients"
    save_all(elbo, title, objective("full", data, rng)[0], out, "bayes_regression")
    plot_weights(out / "bayes_regression_weights.svg", data, exact, fits)
    plot_band(out / "bayes_regression_band.svg", data, fits["full"].draws[:, 0])
    return {"exact": exact, "fits": fits, "inside": inside, "rows": measured}


if __name__ == "__main__":
    alone(main)
