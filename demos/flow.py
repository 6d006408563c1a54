"""A flow bends a Gaussian into a banana: as the ELBO climbs to log Z, its samples find the shape.

The target is known but for its constant: log p̃(x, y) = -½(x/s)² - ½((y - ½x²)/t)², whose integral
is Z = 2πst. E_q[log p̃ - log q] = log Z - KL(q ‖ p) is maximised by reparameterised draws for three
families: a Gaussian, which cannot bend; planar flows; affine couplings with a small tanh net. Their
densities are judged too: h/q averages to 1 over draws of q, for h a banana a quarter as large. And
where q can be inverted, its ELBO is known from a sum over a grid.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, print_table, rows, save, settling
from ._plots import COLOURS, LINES, panels

PICTURES = {
    "flow_samples.svg": "Contours: the target. Dots: draws of each family, before and after",
    "flow_elbo.svg": "The gap to log Z, the line on top, is KL(q ‖ p): the Gaussian stops early",
    "flow_planar.svg": "One draw through one planar map: w, u and b bend it, and learn from log p̃",
}

WIDE, THIN = 1.5, 0.5  # s and t
LOG_Z = math.log(2.0 * math.pi * WIDE * THIN)
DRAWS, RATE = 100, 0.02
Params = list[mg.Var]


def log_target(z: mg.Var) -> mg.Var:
    """log p̃ of each draw."""
    x, y = z[..., 0], z[..., 1]
    return -0.5 * (x / WIDE) ** 2 - 0.5 * ((y - 0.5 * x**2) / THIN) ** 2


# --------------------------------------------------------------------------------- three families


def base() -> mg.Independent:
    """Two standard normal numbers as one vector."""
    return mg.Independent(mg.Normal(np.zeros(2), np.ones(2)), 1)


def gaussian(rng: np.random.Generator) -> tuple[Params, Callable[[], mg.Transformed]]:
    """μ + σε with one σ for each coordinate."""
    loc, log_scale = mg.Var(np.zeros(2), "loc"), mg.Var(np.zeros(2), "log_scale")
    return [loc, log_scale], lambda: mg.Transformed(
        base(), mg.AffineTransform(loc, mg.exp(log_scale))
    )


def planar(rng: np.random.Generator) -> tuple[Params, Callable[[], mg.Transformed]]:
    """An affine map and eight planar ones."""
    params, affine = gaussian(rng)
    layers = [
        [mg.Var(rng.standard_normal(2)), mg.Var(0.1 * rng.standard_normal(2)), mg.Var(0.0)]
        for _ in range(8)
    ]
    return [*params, *sum(layers, [])], lambda: mg.Transformed(
        base(), [*affine().transforms, *(mg.PlanarTransform(*layer) for layer in layers)]
    )


def net_of(layer: Params) -> Callable[[mg.Var], tuple[mg.Var, mg.Var]]:
    """Shift and log-scale by one hidden layer; the log-scale stays within ±2."""
    w, b, v, c = layer

    def net(kept: mg.Var) -> tuple[mg.Var, mg.Var]:
        both = mg.tanh(kept @ w + b) @ v + c
        return both[..., :2], 2.0 * mg.tanh(both[..., 2:])

    return net


def coupling(
    rng: np.random.Generator, hidden: int = 12
) -> tuple[Params, Callable[[], mg.Transformed]]:
    """Four couplings, each moving one number by what the other says."""
    layers = [
        [
            mg.Var(rng.standard_normal((2, hidden))),
            mg.Var(rng.standard_normal(hidden)),
            mg.Var(0.1 * rng.standard_normal((hidden, 4))),
            mg.Var(np.zeros(4)),
        ]
        for _ in range(4)
    ]
    masks = ([0, 1], [1, 0]) * 2
    maps = [mg.AffineCouplingTransform(mask, net_of(layer)) for mask, layer in zip(masks, layers)]
    return sum(layers, []), lambda: mg.Transformed(base(), maps)


FAMILIES = {"Gaussian": gaussian, "planar flow": planar, "affine coupling": coupling}


# ---------------------------------------------------------------------------------------- training


class Fitted(NamedTuple):
    """A trained family: its curve of ELBOs, and draws with log p̃ and log q of each."""

    q: mg.Transformed
    curve: list[float]
    z: Array
    log_p: Array
    log_q: Array

    @property
    def each(self) -> Array:
        """What the ELBO is the mean of."""
        return self.log_p - self.log_q


def train(name: str, rng: np.random.Generator, steps: int, samples: int) -> Fitted:
    """Adam on the sampled ELBO, then draws of what it has come to."""
    params, make = FAMILIES[name](rng)
    optimizer, curve = mg.Adam(params, RATE), []
    for _ in settling(optimizer, steps, name):
        optimizer.zero_grad()
        elbo = mg.elbo(log_target, make(), rng, DRAWS)
        (-elbo).backward()
        optimizer.step()
        curve.append(elbo.item())
    with mg.no_grad():
        q = make()
        z, log_q = q.rsample_with_log_prob(rng, samples)
        return Fitted(q, curve, z.value, log_target(z).value, log_q.value)


def elbo_on_grid(q: mg.Transformed) -> float:
    """∫ q (log p̃ - log q) as a sum over a grid."""
    x, y = np.linspace(-7.0, 7.0, 281), np.linspace(-6.0, 14.0, 401)
    total = 0.0
    with mg.no_grad():
        for column in x:
            z = np.column_stack([np.full_like(y, column), y])
            log_q = q.log_prob(z).value
            total += np.sum(np.exp(log_q) * (log_target(mg.constant(z)).value - log_q))
    return float(total * (x[1] - x[0]) * (y[1] - y[0]))


def judged(found: dict[str, Fitted]) -> list[Row]:
    """ELBOs against the grid's, and whether the densities q are densities."""
    table: list[Row] = []
    for name in ("Gaussian", "affine coupling"):
        each = found[name].each
        table += rows([f"ELBO, {name}"], each.mean(), each, elbo_on_grid(found[name].q))
    for name, fitted in found.items():
        x, y = fitted.z.T
        log_h = -8.0 * (x / WIDE) ** 2 - 8.0 * ((y - 0.5 * x**2) / THIN) ** 2
        ratio = np.exp(log_h + math.log(16.0) - LOG_Z - fitted.log_q)
        table += rows([f"mean of h/q, {name}"], ratio.mean(), ratio, 1.0)
    return table


# ------------------------------------------------------------------------------------ the pictures


def plot_samples(path: Path, found: dict[str, Fitted], rng: np.random.Generator) -> None:
    """400 draws of each over the target's contours."""
    clouds = {"before": rng.standard_normal((400, 2))}
    clouds |= {name: fitted.z[:400] for name, fitted in found.items()}
    x, y = np.meshgrid(np.linspace(-4.5, 4.5, 120), np.linspace(-3.5, 8.0, 120))
    heights = log_target(mg.constant(np.stack([x, y], axis=-1))).value
    with panels(path, "Draws over the target's contours", 4, size=(12.0, 3.9)) as drawn:
        for axes, (name, z) in zip(drawn, clouds.items()):
            axes.contour(
                x,
                y,
                heights,
                levels=[-4.5, -2.0, -0.5],
                colors=COLOURS["output"][0],
                linestyles="-",
                linewidths=1.0,
            )
            axes.scatter(*z.T, s=5, color=COLOURS["sample"][0], alpha=0.6, linewidths=0)
            axes.set(title=name, xlim=(-4.5, 4.5), ylim=(-3.5, 8.0), xlabel="x")
        drawn[0].set_ylabel("y")


def plot_elbo(path: Path, found: dict[str, Fitted]) -> None:
    """The ELBO over the steps, smoothed over 20 of them."""
    with panels(path, "ELBO while training, means over 20 steps") as (axes,):
        for (name, fitted), look in zip(found.items(), LINES):
            smooth = np.convolve(fitted.curve, np.full(20, 0.05), mode="valid")
            axes.plot(np.arange(20, 20 + len(smooth)), smooth, **{**look, "marker": ""}, label=name)
        axes.axhline(LOG_Z, color=COLOURS["constant"][0], linewidth=1.0, label="log Z")
        axes.set(
            xlabel="training step", ylabel="nats", xscale="log", ylim=(LOG_Z - 3.0, LOG_Z + 0.3)
        )
        axes.xaxis.set_major_formatter("{x:g}")
        axes.legend(loc="lower right")


def draw_planar(rng: np.random.Generator) -> mg.Drawing:
    """One draw's log p̃."""
    layer = mg.PlanarTransform(mg.Var([1.0, 0.5], "w"), mg.Var([0.3, 0.8], "u"), mg.Var(0.1, "b"))
    output = log_target(mg.Transformed(base(), layer).rsample(rng).named("z")).named("log p̃")
    output.backward()
    return mg.draw(output, title="One draw through one planar map, y = x + û tanh(wᵀx + b)")


def main(out: Path, seed: int = 0, steps: int = 1_000, samples: int = 100_000) -> dict[str, object]:
    """Returns each trained family, and the rows."""
    rng = np.random.default_rng(seed)
    found = {name: train(name, rng, steps, samples) for name in FAMILIES}
    plot_samples(out / "flow_samples.svg", found, rng)
    plot_elbo(out / "flow_elbo.svg", found)
    save(draw_planar(rng), out, "flow_planar.svg")
    print(f"log Z = log 2πst = {LOG_Z:.6f}; {steps:,} steps of {DRAWS} draws")
    gaps = [
        (LOG_Z - f.each.mean(), f.each.std(ddof=1) / math.sqrt(samples)) for f in found.values()
    ]
    print_table(("", "KL(q ‖ p)", "std error"), [(n, *gap) for n, gap in zip(found, gaps)])
    table = judged(found)
    print()
    print_rows(table)
    return {"fitted": found, "rows": table}


if __name__ == "__main__":
    alone(main)
