"""A walk in whole steps has a derivative: not along the path, but in how often it is taken.

Each step goes up with probability sigmoid(θ - x/4), down otherwise, and the cost is the square of
the place x after ten steps. Where the walk ends jumps with θ, so the derivative along the path is
0. The expected cost moves smoothly: the places have a distribution that a recursion gives, and the
tape differentiates that recursion exactly. `mg.surrogate` finds the same slope from walks that it
only looked at, by the score of each step; stochastic triples find it by walking twice, with one
step turned around and the luck of all others the same.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Row, alone, print_rows, save
from ._plots import LINES, plot

PICTURES = {
    "random_walk_scatter.svg": "The scatter of one walk's slope, the longer it is",
    "random_walk.svg": "Two steps: each wall hands its score to the cost",
}
PAGES = {"random_walk.html": "Two steps of a walk, and the scores that carry the gradient."}

THETA, STEPS, PULL = 0.3, 10, 0.25


def walk(theta: mg.Var, rng: np.random.Generator, walks: int | tuple[()], steps: int) -> mg.Var:
    """Where each walk ends."""
    x = mg.constant(np.zeros(walks) if walks != () else 0.0)
    for t in range(steps):
        with mg.scope(f"step {t + 1}"):
            up = mg.Bernoulli(logits=theta - PULL * x).sample(rng)
            x = x + 2.0 * up - 1.0
    return x


def program(theta: mg.Var, steps: int = STEPS):
    """One walk that may branch as it likes, for stochastic triples."""
    x = 0.0 * theta
    for _ in range(steps):
        up = yield mg.Bernoulli(logits=theta - PULL * x.value)
        x = x + (1.0 if up else -1.0)
    return mg.square(x)


def exact(theta: float, steps: int = STEPS) -> tuple[float, float]:
    """The expected cost and its slope, by the tape on the recursion for the places."""
    t = mg.Var(theta)
    places = np.arange(-steps, steps + 1.0)
    up = mg.sigmoid(t - PULL * places)
    p = mg.constant((places == 0.0).astype(float))
    for _ in range(steps):
        rises, falls = p * up, p * (1.0 - up)
        p = mg.concatenate([[0.0], rises[:-1]]) + mg.concatenate([falls[1:], [0.0]])
    cost = mg.sum(p * places**2)
    return cost.item(), float(mg.grad(cost, [t])[0])


def slopes(walks: int, rng: np.random.Generator, steps: int, baseline: str | None) -> float:
    """The slope by `walks` walks: the mean of their scores times costs."""
    theta = mg.Var(THETA)
    ends = walk(theta, rng, walks, steps)
    (slope,) = mg.grad(mg.surrogate(mg.square(ends), baseline=baseline), [theta])
    return float(slope)


def table(walks: int, seed: int) -> list[Row]:
    """The slope by each way, and by the path."""
    value, slope = exact(THETA)
    found = []
    for name, baseline in (("surrogate", None), ("surrogate, mean baseline", "mean")):
        batches = np.random.default_rng(seed).spawn(40)
        each = [slopes(walks // 40, rng, STEPS, baseline) for rng in batches]
        error = float(np.std(each, ddof=1) / np.sqrt(len(each)))
        found.append(Row(f"slope, {name}", float(np.mean(each)), error, slope))
    triples = mg.triples(program, (THETA,), walks // 20, seed)
    found.append(Row("cost", triples.value, triples.value_se, value))
    found.append(Row("slope, triples", triples.grads[0], triples.grad_ses[0], slope))
    return found


def plot_scatter(path: Path, seed: int) -> None:
    """The standard deviation of one walk's slope, by the number of steps."""
    lengths = (1, 2, 4, 8)
    with plot(path, "How much the slope of one walk scatters") as axes:
        for look, (name, baseline) in zip(
            LINES, (("score", None), ("score, mean baseline", "mean"))
        ):
            each = [
                [slopes(64, rng, n, baseline) for rng in np.random.default_rng(seed).spawn(12)]
                for n in lengths
            ]
            axes.plot(lengths, 8.0 * np.std(each, axis=1), **look, label=name)
        found = [
            mg.triples(program_of(n), (THETA,), 160, seed).grad_ses[0] * np.sqrt(160)
            for n in lengths[:3]
        ]
        axes.plot(lengths[:3], found, **LINES[2], label="stochastic triples")
        axes.set(xlabel="steps", ylabel="standard deviation", xscale="log", yscale="log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.legend()


def program_of(steps: int):
    """`program` with another number of steps."""

    def shorter(theta: mg.Var):
        return (yield from program(theta, steps))

    return shorter


def save_one(out: Path, rng: np.random.Generator) -> None:
    """Two steps, as a picture and as a page."""
    theta = mg.Var(THETA, "θ")
    cost = mg.square(walk(theta, rng, (), 2)).named("cost")
    total = mg.surrogate(cost)
    total.backward()
    title = "Two steps of a walk"
    save(mg.draw(total, title=title), out, "random_walk.svg")
    save(mg.step_through(total, title=title, live=True), out, "random_walk.html")


def main(out: Path, seed: int = 0, walks: int = 8_000) -> list[Row]:
    """Returns the rows."""
    save_one(out, np.random.default_rng(seed))
    plot_scatter(out / "random_walk_scatter.svg", seed)
    print(f"{walks:,} walks of {STEPS} steps; the slope along the path is 0\n")
    found = table(walks, seed)
    print_rows(found)
    return found


if __name__ == "__main__":
    alone(main)
