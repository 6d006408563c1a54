"""A layer of learned Gaussian dropout doubts itself in a gap of the data, if its units are local.

The net has 16 hidden units h and says f(x) = Σ θⱼ ξⱼ hⱼ(x): the dropout layer multiplies each unit
by noise ξⱼ ~ N(1, αⱼ), a sampling layer like any other. That is to have weights N(θⱼ, αⱼθⱼ²), so
with a prior N(0, ½²) on them there is an ELBO, and θ, α and the first layer climb it by rsample
(Kingma, Salimans and Welling, 2015). The data are 60 points of sin 3x with noise 0.1, none of them
in |x| < 0.35. A bump that only the gap sees is free to go back to its prior, and the band widens.
Every tanh unit reaches all x: its noise must be small for the data's sake, and it is small in the
gap as well, though the exact posterior of the weights would widen there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, descend, print_rows, print_table, rows, save_all, settling
from ._plots import COLOURS, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = {
    "stochastic_layers_band.svg": "Bumps widen the band where data are missing, tanh units do not; "
    "dashed: the exact posterior for the same first layer",
    "stochastic_layers.svg": "Three bumps, two points: the dropout layer draws ξ = 1 + √α ε",
}
PAGES = {
    "stochastic_layers.html": "That draw: α hears from the fit through ξ, and from the KL.",
    "stochastic_layers.program.txt": "the loss of sixteen bumps and its gradients, as a program",
}

UNITS, POINTS, GAP, NOISE, PRIOR = 16, 60, 0.35, 0.1, 0.5
DRAWS, RATE = 8, 0.02
PLACES = {"among the data": -0.7, "in the gap": 0.0}

Activation = Callable[[mg.Var], mg.Var]


def bump(u: mg.Var) -> mg.Var:
    """exp(-½u²), which is as good as 0 a few widths away."""
    return mg.exp(-0.5 * u**2)


NETS: dict[str, Activation] = {"bumps": bump, "tanh": mg.tanh}


def curve(rng: np.random.Generator) -> tuple[Array, Array]:
    """x, a column, and y, on both sides of the gap."""
    x = rng.uniform(GAP, 1.0, POINTS) * np.where(np.arange(POINTS) % 2, 1.0, -1.0)
    return x[:, None], np.sin(3.0 * x) + NOISE * rng.standard_normal(POINTS)


def initial(activation: Activation, units: int, rng: np.random.Generator) -> list[mg.Var]:
    """Slope and centre of each unit, its weight θ and log α."""
    slope = np.full(units, 0.45 * units) if activation is bump else 4.0 * rng.standard_normal(units)
    return [
        mg.Var(slope, "slope"),
        mg.Var(np.linspace(-1.2, 1.2, units), "centre"),
        mg.Var(0.3 * rng.standard_normal(units), "θ"),
        mg.Var(np.full(units, -2.0), "log α"),
    ]


def first_layer(activation: Activation, x: mg.Var, slope: mg.Var, centre: mg.Var) -> mg.Var:
    """A row of units for each x, a column of numbers."""
    with mg.scope("first layer"):
        return activation((x - centre) * slope).named("h")


def dropout(h: mg.Var, log_alpha: mg.Var, rng: np.random.Generator, draws: int) -> mg.Var:
    """h times N(1, α): one ξ for each unit and draw, the same for all x."""
    with mg.scope("dropout"):
        ones = np.ones(log_alpha.shape)
        xi = mg.Normal.from_log_variance(ones, log_alpha).rsample(rng, (draws, 1)).named("ξ")
        return h * xi


def loss(
    h: mg.Var, theta: mg.Var, log_alpha: mg.Var, y: mg.Var, rng: np.random.Generator, draws: int
) -> mg.Var:
    """-ELBO: the weights θξ are N(θ, αθ²)."""
    f = dropout(h, log_alpha, rng, draws) @ theta
    with mg.scope("likelihood"):
        fit = mg.Normal(f, NOISE).log_prob(y).sum(axis=-1).mean()
    with mg.scope("KL"):
        weights = mg.Normal(theta, mg.exp(0.5 * log_alpha) * mg.abs(theta))
        kl = mg.kl_divergence(weights, mg.Normal(0.0, PRIOR)).sum()
    return (kl - fit).named("loss")


def objective(
    activation: Activation, data: tuple[Array, Array], rng: np.random.Generator
) -> mg.Program:
    """The loss as a program of the parameters, x, y and noise."""

    def step(
        slope: mg.Var, centre: mg.Var, theta: mg.Var, log_alpha: mg.Var, x: mg.Var, y: mg.Var
    ) -> mg.Var:
        h = first_layer(activation, x, slope, centre)
        return loss(h, theta, log_alpha, y, rng, DRAWS)

    return mg.trace(step, *initial(activation, UNITS, rng), *data, wrt=range(4))


def train(
    activation: Activation, data: tuple[Array, Array], rng: np.random.Generator, steps: int
) -> list[mg.Var]:
    """The parameters after Adam."""
    params = initial(activation, UNITS, rng)
    program, optimizer = objective(activation, data, rng), mg.Adam(params, RATE)
    for _ in settling(optimizer, steps, activation.__name__):
        descend(program, optimizer, *data, rng.standard_normal((DRAWS, 1, UNITS)))
    return params


class Band(NamedTuple):
    """Mean and standard deviation of f over some x: by the layer's formula, by the exact posterior
    of the weights for the same first layer, and draws of f through the layer, a row each."""

    mean: Array
    sd: Array
    exact_mean: Array
    exact_sd: Array
    draws: Array


def band(
    activation: Activation,
    params: list[mg.Var],
    data: tuple[Array, Array],
    x: Array,
    rng: np.random.Generator,
    draws: int,
) -> Band:
    """What the net says at x."""
    slope, centre, theta, log_alpha = (p.value for p in params)
    h, seen = (activation((at - centre) * slope) for at in (x, data[0]))
    with mg.no_grad():
        drawn = (dropout(h, log_alpha, rng, draws) @ theta).value
    covariance = np.linalg.inv(seen.T @ seen / NOISE**2 + np.eye(UNITS) / PRIOR**2)
    exact_mean = h @ covariance @ seen.T @ data[1] / NOISE**2
    exact_variance = np.einsum("ni,ij,nj->n", h, covariance, h)
    variance = h**2 @ (np.exp(log_alpha) * theta**2)
    return Band(h @ theta, np.sqrt(variance), exact_mean, np.sqrt(exact_variance), drawn)


def small(rng: np.random.Generator) -> mg.Var:
    """The loss of three bumps on two points by one draw."""
    slope, centre, theta, log_alpha = initial(bump, 3, rng)
    x, y = mg.constant([[-0.7], [0.5]], "x"), mg.constant(np.sin([-2.1, 1.5]), "y")
    value = loss(first_layer(bump, x, slope, centre), theta, log_alpha, y, rng, 1)
    value.backward()
    return value


def plot_band(axes: "Axes", name: str, data: tuple[Array, Array], x: Array, found: Band) -> None:
    """Two standard deviations around the mean, five draws, the data."""
    blue, ink = COLOURS["parameter"][0], COLOURS["faint"][0]
    low, high = found.mean - 2.0 * found.sd, found.mean + 2.0 * found.sd
    axes.fill_between(
        x[:, 0], low, high, color=blue, alpha=0.25, linewidth=0, label="dropout, ± 2 sd"
    )
    for i, draw in enumerate(found.draws[:5]):
        axes.plot(x, draw, color=blue, linewidth=0.8, label=None if i else "draws of it")
    for i, sign in enumerate((-2.0, 2.0)):
        edge = found.exact_mean + sign * found.exact_sd
        axes.plot(x, edge, "--", color=ink, label=None if i else "exact, ± 2 sd")
    axes.plot(*data, "o", color=COLOURS["output"][0], markersize=3, label="data")
    axes.set(title=name, xlabel="x", ylim=(-3.2, 3.2))


def main(
    out: Path, seed: int = 0, steps: int = 3_000, draws: int = 20_000
) -> dict[str, dict[str, object]]:
    """Returns for each net the widths of its band at the two places, and the table's rows."""
    rng = np.random.default_rng(seed)
    data, x = curve(rng), np.linspace(-1.2, 1.2, 121)[:, None]
    places = np.array([[place] for place in PLACES.values()])
    results: dict[str, dict[str, object]] = {}
    with panels(out / "stochastic_layers_band.svg", "One gap, two nets", columns=2) as axes:
        for name, activation, below in zip(NETS, NETS.values(), axes, strict=False):
            params = train(activation, data, rng, steps)
            plot_band(below, name, data, x, band(activation, params, data, x, rng, 5))
            there = band(activation, params, data, places, rng, draws)
            results[name] = {"sd": there.sd, "exact": there.exact_sd, "rows": table(name, there)}
        axes[1].legend(loc="lower right")
    print_widths(results)
    print(f"Below: {draws:,} draws of f through the dropout layer, against Σ θh and Σ αθ²h².\n")
    print_rows(row for found in results.values() for row in found["rows"])  # type: ignore
    value, title = small(rng), "A net with a Gaussian dropout layer, two points, one draw"
    save_all(value, title, objective(bump, data, rng), out, "stochastic_layers")
    return results


def table(name: str, found: Band) -> list[Row]:
    """Mean and variance of f at the places, by draws through the layer."""
    squares = (found.draws - found.mean) ** 2
    of = [f"{name}, {place}" for place in PLACES]
    return [
        *rows([f"E f, {x}" for x in of], found.draws.mean(axis=0), found.draws, found.mean),
        *rows([f"Var f, {x}" for x in of], squares.mean(axis=0), squares, found.sd**2),
    ]


def print_widths(results: dict[str, dict[str, object]]) -> None:
    """How the standard deviation of f grows from the data to the gap."""
    lines = []
    for name, found in results.items():
        for which, key in (("dropout", "sd"), ("exact", "exact")):
            data, gap = np.asarray(found[key]).tolist()
            lines.append((f"{name}, {which}", data, gap, f"{gap / data:.1f} ×"))
    print_table(("sd of f", *PLACES, "wider"), lines)


if __name__ == "__main__":
    alone(main)
