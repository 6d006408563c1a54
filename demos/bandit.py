"""Learning from rewards alone: REINFORCE finds what exact gradients find, on a bandit and a road.

A bandit has five arms, and a softmax policy π pulls one. The reward is a number that no gradient
comes from, and the gradient of its mean is known: π(r - π·r). Then a road of five places, on which
a walker steps left or right for six steps, slips one time in ten, and is paid by the place that it
reaches; its policy has two logits per place. Dynamic programming gives the best return and the
exact return of any policy. `mg.surrogate` has one cost a step and gives it the scores of the steps
before it alone; the mean over the other walks is the baseline.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save, settling
from ._plots import LINES, plot

PICTURES = {
    "bandit_return.svg": "The exact return of the policy over training, and the best there is",
    "bandit.svg": "Two steps: each action is a wall, scored with the costs that come after",
}
PAGES = {"bandit.html": "Two steps of a policy, and the scores that teach it."}

REWARDS = np.array([0.2, 1.0, 0.5, -0.3, 0.8])
LOGITS = np.array([0.1, -0.2, 0.3, 0.0, 0.2])
PLACES, STEPS, SLIP = 5, 6, 0.1
PAID = np.array([0.4, 0.0, -0.2, 0.0, 1.0])  # by place


# ----------------------------------------------------------------------------------------- bandit


def pulls(logits: mg.Var, rng: np.random.Generator, count: int, baseline: str | None) -> Array:
    """REINFORCE's gradient of the mean reward."""
    arm = mg.Categorical(logits=logits).sample(rng, count)
    chosen = mg.expand_dims(arm, -1) == np.arange(5.0)
    reward = chosen @ REWARDS
    (slope,) = mg.grad(mg.surrogate(reward, baseline=baseline), [logits])
    return slope


def bandit_rows(seed: int, batches: int) -> list[Row]:
    """Both ways, by arm."""
    pi = np.exp(LOGITS) / np.exp(LOGITS).sum()
    exact = pi * (REWARDS - pi @ REWARDS)
    found = []
    for baseline in (None, "mean"):
        logits = mg.Var(LOGITS)
        children = np.random.default_rng(seed).spawn(batches)
        each = np.array([pulls(logits, rng, 500, baseline) for rng in children])
        names = [f"arm {i + 1}{', with baseline' if baseline else ''}" for i in range(5)]
        found += rows(names, each.mean(axis=0), each, exact)
    return found


# ------------------------------------------------------------------------------------------- road


def returned(logits: mg.Var, rng: np.random.Generator, walks: int, steps: int) -> list[mg.Var]:
    """What each walk is paid at each step, of shape (walks,)."""
    here = mg.constant(np.full(walks, PLACES // 2))
    paid = []
    for t in range(steps):
        with mg.scope(f"step {t + 1}"):
            at = mg.expand_dims(here, -1) == np.arange(float(PLACES))
            right = mg.Bernoulli(logits=at @ logits).sample(rng).named(f"a{t + 1}")
            slips = rng.random(walks) < SLIP
            move = mg.where(slips, 1.0 - 2.0 * right, 2.0 * right - 1.0)
            here = mg.clip(here + move, 0.0, PLACES - 1.0)
            reached = mg.expand_dims(here, -1) == np.arange(float(PLACES))
            paid.append((reached @ PAID).named(f"paid {t + 1}"))
    return paid


def moves() -> tuple[Array, Array]:
    """The probabilities of going from place to place, by stepping left and by stepping right."""
    places = np.arange(PLACES)
    left, right = np.zeros((2, PLACES, PLACES))
    for chance, goes in ((1.0 - SLIP, (left, right)), (SLIP, (right, left))):
        for step, table in zip((-1, 1), goes, strict=True):
            table[places, np.clip(places + step, 0, PLACES - 1)] += chance
    return left, right


def exact_return(logits: Array) -> float:
    """Of a policy: the distribution over places, step by step."""
    left, right = moves()
    p = 1.0 / (1.0 + np.exp(-logits))[:, None]
    step, at, total = p * right + (1.0 - p) * left, np.eye(PLACES)[PLACES // 2], 0.0
    for _ in range(STEPS):
        at = at @ step
        total += at @ PAID
    return float(total)


def best_return() -> float:
    """Of any policy, also one that changes with time: backwards, the better of the two steps."""
    worth = np.zeros(PLACES)
    for _ in range(STEPS):
        worth = np.max([table @ (PAID + worth) for table in moves()], axis=0)
    return float(worth[PLACES // 2])


def learn(rng: np.random.Generator, steps: int, walks: int) -> tuple[Array, list[float]]:
    """The logits after training, and the exact return on the way."""
    logits = mg.Var(np.zeros(PLACES))
    optimizer, course = mg.Adam([logits], 0.2), []
    for _ in settling(optimizer, steps, "road"):
        costs = [-paid for paid in returned(logits, rng, walks, STEPS)]
        (logits.grad,) = mg.grad(mg.surrogate(*costs, baseline="mean"), [logits])
        optimizer.step()
        course.append(exact_return(logits.value))
    return logits.value, course


def gradient_rows(seed: int, batches: int) -> list[Row]:
    """The gradient of the return where training starts, beside differences of the exact one."""
    start, h = np.linspace(-0.3, 0.3, PLACES), 1e-5
    exact = [(exact_return(start + e) - exact_return(start - e)) / (2 * h) for e in h * np.eye(5)]
    logits = mg.Var(start)
    each = []
    for rng in np.random.default_rng(seed).spawn(batches):
        paid = returned(logits, rng, 300, STEPS)
        each.append(mg.grad(mg.surrogate(*paid, baseline="mean"), [logits])[0])
    names = [f"∂ return, place {i + 1}" for i in range(PLACES)]
    return list(rows(names, np.mean(each, axis=0), np.array(each), exact))


def plot_course(path: Path, course: list[float]) -> None:
    """The return over training."""
    with plot(path, "A road of five places: the return of the policy") as axes:
        axes.plot(range(1, len(course) + 1), course, **{**LINES[0], "marker": ""}, label="learned")
        best = {**LINES[1], "marker": ""}
        axes.plot([1, len(course)], [best_return()] * 2, **best, label="best")
        axes.set(xlabel="gradient step", ylabel="expected return")
        axes.legend(loc="lower right")


def save_one(out: Path, rng: np.random.Generator) -> None:
    """Two steps with one logit for all places, as a picture and as a page."""
    logit = mg.Var(0.3, "logit")
    place, costs = mg.constant(0.0, "place"), []
    for t in (1, 2):
        action = mg.Bernoulli(logits=logit * (1.0 + place)).sample(rng).named(f"a{t}")
        place = (place + action).named(f"place {t}")
        costs.append(mg.square(place - 2.0).named(f"cost {t}"))
    total = mg.surrogate(*costs)
    total.backward()
    title = "Two steps of a policy"
    save(mg.draw(total, title=title), out, "bandit.svg")
    save(mg.step_through(total, title=title, live=True), out, "bandit.html")


def main(out: Path, seed: int = 0, steps: int = 120, walks: int = 64) -> dict[str, object]:
    """Returns the rows, and the return of the policy learned, beside the best."""
    rng = np.random.default_rng(seed)
    save_one(out, rng)
    _, course = learn(rng, steps, walks)
    plot_course(out / "bandit_return.svg", course)
    print(f"Return after {steps} steps: {course[-1]:.6f}, best {best_return():.6f}\n")
    found = [*bandit_rows(seed, 60), *gradient_rows(seed, 60)]
    print_rows(found)
    return {"rows": found, "learned": course[-1], "best": best_return()}


if __name__ == "__main__":
    alone(main)
