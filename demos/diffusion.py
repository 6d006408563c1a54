"""A diffusion model in one dimension: the noise to be guessed has a best guess, known exactly.

Data are x ~ N(0, s²), and x_t = √ā x + √(1-ā) ε is x in ever more noise. A model is trained to
guess ε from x_t (Ho, Jain and Abbeel, 2020). Of one Gaussian number the best guess is a line
through 0 with the slope √(1-ā)/(ās² + 1 - ā), at every time t. Sixteen models learn it by pathwise
gradients of the mean squared error. Then noise is turned back into data, step by step, and the
variance that comes out has an exact value too.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save, save_listing, settling
from ._plots import LINES, line_and_marks, plot

PICTURES = {
    "diffusion_slopes.svg": "The slope of the best guess at each time: line exact, marks learned",
    "diffusion.svg": "One guess of ε from x in noise",
}
PAGES = {
    "diffusion.html": "One guess, and the gradient of its slope.",
    "diffusion.program.txt": "a training step as a program",
}

SCALE, TIMES, MODELS = 2.0, 20, 16
BETAS = np.linspace(0.02, 0.35, TIMES)
KEPT = np.cumprod(1.0 - BETAS)  # ā at each time


def best_slopes() -> Array:
    """√(1-ā)/(ās² + 1 - ā)."""
    return np.sqrt(1.0 - KEPT) / (KEPT * SCALE**2 + 1.0 - KEPT)


def loss(slope: mg.Var, data: mg.Var, eps: mg.Var) -> mg.Var:
    """The mean squared error of the guesses, summed over models and times.

    `slope` has the axes (model, time, 1), `data` and `eps` (model, time, batch).
    """
    kept = KEPT[:, None]
    noisy = np.sqrt(kept) * SCALE * data + np.sqrt(1.0 - kept) * eps
    return mg.square(slope * noisy - eps).mean(axis=-1).sum()


def learn(rng: np.random.Generator, steps: int, batch: int) -> tuple[Array, mg.Program]:
    """The slopes (model, time) after training by Adam, and the step as a program."""
    slope = mg.Var(np.zeros((MODELS, TIMES, 1)))
    shape = MODELS, TIMES, batch
    program = mg.trace(loss, slope.value, np.zeros(shape), np.zeros(shape), wrt=0)
    optimizer = mg.Adam([slope], 0.03)
    for _ in settling(optimizer, steps, "diffusion"):
        _, (slope.grad,) = program.value_and_grad(slope.value, *rng.standard_normal((2, *shape)))
        optimizer.step()
    return slope.value[..., 0], program


def returned_variance(slopes: Array) -> float:
    """Of what the reverse steps make of N(0, 1): each is linear, and adds noise of variance β."""
    variance = 1.0
    for t in reversed(range(TIMES)):
        factor = (1.0 - BETAS[t] * slopes[t] / np.sqrt(1.0 - KEPT[t])) / np.sqrt(1.0 - BETAS[t])
        variance = factor**2 * variance + BETAS[t] * (t > 0)
    return float(variance)


def generate(slopes: Array, rng: np.random.Generator, count: int) -> Array:
    """Numbers by the reverse steps, from noise."""
    x = rng.standard_normal(count)
    for t in reversed(range(TIMES)):
        guess = slopes[t] * x
        x = (x - BETAS[t] * guess / np.sqrt(1.0 - KEPT[t])) / np.sqrt(1.0 - BETAS[t])
        x = x + np.sqrt(BETAS[t]) * rng.standard_normal(count) * (t > 0)
    return x


def plot_slopes(path: Path, learned: Array) -> None:
    """Learned and exact, over time."""
    times = np.arange(1, TIMES + 1)
    with plot(path, "Guessing the noise: the slope of the best guess") as axes:
        exact, found = (times, best_slopes()), (times, learned.mean(axis=0))
        line_and_marks(axes, LINES[0], "slope", exact, found)
        axes.plot(times, np.sqrt(KEPT), **{**LINES[1], "marker": ""}, label="√ā, what is left of x")
        axes.set(xlabel="time t", ylabel="slope")
        axes.legend()


def save_one(out: Path, rng: np.random.Generator) -> None:
    """One guess at one time, as a picture and as a page."""
    a = mg.Var(0.4, "slope")
    x, eps = mg.constant(1.3, "x"), mg.constant(float(rng.standard_normal()), "ε", "noise")
    kept = mg.constant(float(np.sqrt(KEPT[9])), "√ā")
    lost = mg.constant(float(np.sqrt(1.0 - KEPT[9])), "√(1 − ā)")
    noisy = (kept * x + lost * eps).named("x_t")
    error = mg.square(a * noisy - eps).named("error")
    error.backward()
    title = "One guess of the noise"
    save(mg.draw(error, title=title), out, "diffusion.svg")
    save(mg.step_through(error, title=title, live=True), out, "diffusion.html")


def main(out: Path, seed: int = 0, steps: int = 500, batch: int = 128) -> list[Row]:
    """Returns the rows."""
    rng = np.random.default_rng(seed)
    learned, program = learn(rng, steps, batch)
    save_one(out, rng)
    save_listing(program, out, "diffusion.program.txt")
    plot_slopes(out / "diffusion_slopes.svg", learned)
    shown = [0, 4, 9, 14, 19]
    names = [f"slope at t = {t + 1}" for t in shown]
    found = list(rows(names, learned.mean(axis=0)[shown], learned[:, shown], best_slopes()[shown]))
    made = generate(best_slopes(), rng, 100_000) ** 2
    found += rows(["variance returned"], made.mean(), made, returned_variance(best_slopes()))
    print(f"{MODELS} models, {steps} steps of {batch} numbers; data of variance {SCALE**2}\n")
    print_rows(found)
    return found


if __name__ == "__main__":
    alone(main)
