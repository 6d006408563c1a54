"""Two gradients teach a policy the same gains: through the dynamics, or, far noisier, by the score.

A point mass is to come to rest at 0. Each of five steps costs x² + v² + 0.1u² (position, velocity,
force), and the place at the end x² + v². The policy is Gaussian, u ~ N(k·(x, v), σ²): σ is held at
0.5, and each step has two gains k. For dynamics that are linear and costs that are quadratic (LQR)
Riccati's recursion gives the best gains, and the state's covariance the expected cost of any gains.
Pathwise, u is drawn by `rsample`, and gradients flow back through the physics. For the score
function u is drawn by `sample`, a wall, and log π(u) is weighed by the cost still to come, less its
mean over the other episodes. 16 learners run as one batch; their scatter gives bands and errors.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, descend, print_rows, rows, save, save_listing, settling
from ._plots import COLOURS, plot

PICTURES = {
    "policy_gradient_curves.svg": "Median and range over 16 learners, with the same optimiser",
    "policy_gradient_pathwise.svg": "Pathwise, two steps: gradients return through the physics",
    "policy_gradient_score.svg": "Score function, one step: u is a wall, the gains hear from log π",
}
PAGES = {
    "policy_gradient.html": "The score function: the advantage weighs log π.",
    "policy_gradient.program.txt": "the cost of five steps and its pathwise gradient, as a program",
}

STEPS, SIGMA, EFFORT, DT = 5, 0.5, 0.1, 0.5
A = np.array([[1.0, DT], [0.0, 1.0]])
B = np.array([DT**2, DT])
LEARNERS, RATE = 16, 0.05

# Gains have the axes (step, position or velocity, learner, 1), states (learner, episode).
Draw = Callable[[mg.Normal], mg.Var]
Loss = Callable[[mg.Var, mg.Var, mg.Var, np.random.Generator], mg.Var]


def run(gains: mg.Var, x: mg.Var, v: mg.Var, draw: Draw) -> tuple[list[mg.Var], list[mg.Var]]:
    """The costs of each step and of the end, and log π(u) of each step."""
    costs, logs = [], []
    for t in range(len(gains)):
        with mg.scope(f"step {t + 1}"):
            policy = mg.Normal(gains[t, 0] * x + gains[t, 1] * v, SIGMA)
            u = draw(policy).named(f"u{t + 1}")
            costs.append(x**2 + v**2 + EFFORT * u**2)
            logs.append(policy.log_prob(u).named("log π"))
            v = (v + DT * u).named("v")
            x = (x + DT * v).named("x")
    return [*costs, x**2 + v**2], logs


def pathwise(gains: mg.Var, x: mg.Var, v: mg.Var, rng: np.random.Generator) -> mg.Var:
    """The mean cost of an episode, summed over the learners, each of whom has gains of its own."""
    costs, _ = run(gains, x, v, lambda policy: policy.rsample(rng))
    return mg.stack(costs).sum(axis=0).mean(axis=-1).sum().named("cost")


def score_function(gains: mg.Var, x: mg.Var, v: mg.Var, rng: np.random.Generator) -> mg.Var:
    """What has the score function's gradient of that cost: not the cost itself."""
    costs, logs = run(gains, x, v, lambda policy: policy.sample(rng))
    episodes = x.shape[-1]
    others = 1.0 - np.eye(episodes)
    surrogate, to_come = [], costs[-1]
    for cost, log_policy in zip(reversed(costs[:-1]), reversed(logs), strict=True):
        to_come = to_come + cost
        baseline = to_come @ (others / (episodes - 1.0))
        surrogate.append((to_come - baseline) * log_policy)
    return mg.stack(surrogate).sum(axis=0).mean(axis=-1).sum().named("surrogate")


ESTIMATORS: dict[str, Loss] = {"pathwise": pathwise, "score function": score_function}


def riccati() -> Array:
    """The best gains, a row for each step, by going backwards: p is the cost still to come."""
    p, gains = np.eye(2), np.empty((STEPS, 2))
    for t in reversed(range(STEPS)):
        gains[t] = -(B @ p @ A) / (EFFORT + B @ p @ B)
        closed = A + np.outer(B, gains[t])
        p = np.eye(2) + EFFORT * np.outer(gains[t], gains[t]) + closed.T @ p @ closed
    return gains


def expected_cost(gains: Array) -> Array:
    """Exactly, of gains with the axes (..., step, 2): the state's covariance, step by step."""
    covariance, cost = np.eye(2), 0.0
    for k in np.moveaxis(gains, -2, 0):
        u2 = np.einsum("...i,...ij,...j->...", k, covariance, k) + SIGMA**2
        cost = cost + np.trace(covariance, axis1=-2, axis2=-1) + EFFORT * u2
        closed = A + B[:, None] * k[..., None, :]
        covariance = closed @ covariance @ np.swapaxes(closed, -1, -2) + SIGMA**2 * np.outer(B, B)
    return cost + np.trace(covariance, axis1=-2, axis2=-1)


class Learned(NamedTuple):
    """Gains (learner, step, 2), the cost above the best (step of training, learner), and, summed
    over the gains, the variance of the first gradient over learners."""

    gains: Array
    excess: Array
    variance: float


def objective(name: str, rng: np.random.Generator, episodes: int) -> mg.Program:
    """What an estimator differentiates, as a program of gains, first states and noise."""

    def loss(gains: mg.Var, x: mg.Var, v: mg.Var) -> mg.Var:
        return ESTIMATORS[name](gains, x, v, rng)

    states = np.zeros((LEARNERS, episodes))
    return mg.trace(loss, np.zeros((STEPS, 2, LEARNERS, 1)), states, states, wrt=0)


def learn(name: str, rng: np.random.Generator, steps: int, episodes: int) -> Learned:
    """Adam from gains of 0."""
    gains = mg.Var(np.zeros((STEPS, 2, LEARNERS, 1)))
    program, optimizer = objective(name, rng, episodes), mg.Adam([gains], RATE)
    excess, best = [], expected_cost(riccati())
    for i in settling(optimizer, steps, name):
        excess.append(expected_cost(by_learner(gains.value)) - best)
        descend(program, optimizer, *rng.standard_normal((2 + STEPS, LEARNERS, episodes)))
        if i == 0:
            variance = float(by_learner(gains.grad).var(axis=0, ddof=1).sum())
    return Learned(by_learner(gains.value), np.array(excess), variance)


def by_learner(gains: Array) -> Array:
    """(step, 2, learner, 1) → (learner, step, 2)."""
    return np.moveaxis(gains[..., 0], -1, 0)


def small(name: str, steps: int, rng: np.random.Generator) -> mg.Var:
    """One learner, two short episodes."""
    gains = mg.Var(np.full((steps, 2, 1, 1), -0.5), "gains")
    x, v = (mg.constant(rng.standard_normal((1, 2)), letter) for letter in "xv")
    loss = ESTIMATORS[name](gains, x, v, rng)
    loss.backward()
    return loss


def plot_curves(path: Path, found: dict[str, Learned]) -> None:
    """The expected cost above the best, over training."""
    looks = {"pathwise": ("parameter", "-"), "score function": ("output", "--")}
    with plot(path, "Expected cost above Riccati's, over training") as axes:
        for name, learned in found.items():
            colour, dash = COLOURS[looks[name][0]][0], looks[name][1]
            every = np.unique(np.geomspace(1, len(learned.excess), 120).astype(int)) - 1
            low, middle, high = np.quantile(learned.excess[every], [0.0, 0.5, 1.0], axis=1)
            axes.fill_between(every + 1, low, high, color=colour, alpha=0.25, linewidth=0)
            axes.plot(every + 1, middle, dash, color=colour, label=f"{name}, median and range")
        axes.set(xlabel="gradient step", xscale="log", yscale="log", ylim=(2e-5, None))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
        axes.legend(loc="lower left")


def write_graphs(out: Path, rng: np.random.Generator, episodes: int) -> None:
    """Pictures of two steps pathwise, where gradients cross from step to step, and of one step by
    the score function, where none can; a page and a listing."""
    shown = {"pathwise": ("two steps, pathwise", 2), "score": ("one step, score function", 1)}
    for short, (subject, steps) in shown.items():
        loss, title = small(subject.split(", ")[1], steps, rng), f"Two episodes of {subject}"
        save(mg.draw(loss, title=title), out, f"policy_gradient_{short}.svg")
    save(mg.step_through(loss, title=title, live=True), out, "policy_gradient.html")
    save_listing(objective("pathwise", rng, episodes), out, "policy_gradient.program.txt")


def main(out: Path, seed: int = 0, steps: int = 3_000, episodes: int = 64) -> dict[str, Learned]:
    """Returns what the learners of each estimator came to."""
    rng = np.random.default_rng(seed)
    found = {name: learn(name, rng, steps, episodes) for name in ESTIMATORS}
    best = float(expected_cost(riccati()))
    print(f"{LEARNERS} learners, {steps:,} steps of {episodes} episodes each; best cost {best:.6f}")
    for name, learned in found.items():
        print(f"{name}: mean cost above it {learned.excess[-1].mean():.6f}")
    ratio = found["score function"].variance / found["pathwise"].variance
    print(f"Variance of the first gradient: {ratio:.0f} times as much by the score function.\n")
    print_rows(row for name, learned in found.items() for row in table(name, learned))
    write_graphs(out, rng, episodes)
    plot_curves(out / "policy_gradient_curves.svg", found)
    return found


def table(name: str, learned: Learned) -> list[Row]:
    """The gains of each step beside Riccati's, with the scatter over the learners."""
    names = [f"{name}, {what} gain {t + 1}" for t in range(STEPS) for what in ("x", "v")]
    return list(rows(names, learned.gains.mean(axis=0), learned.gains, riccati()))


if __name__ == "__main__":
    alone(main)
