"""Relaxed draws trade bias for variance: hot, the gradient is calm but wrong; cold, right but wild.

A coin b lands on 1 with probability p = sigmoid(a), and E(b - t)² has the derivative
p(1 - p)(1 - 2t) in a. Gumbel-softmax puts z = softmax((logits + ε)/T), ε Gumbel, in place of b. For
two choices its bias and variance are integrals over one logistic number, the difference of two
Gumbels: so the samples have a truth to meet at every temperature T. Straight-through takes f at the
corner with the gradient of a smooth draw, or, the plain kind, with that of p: its bias is then
p(1 - p)(2p - 1), whatever T.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, progress, rows, save
from ._plots import COLOURS, LINES, line_and_marks, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = {
    "gumbel_softmax_trade.svg": "Lines: by quadrature. Marks: measured. The more draws a mean is "
    "over, the colder the best temperature",
    "gumbel_softmax_hard.svg": "Straight-through: value 1 or 0 past the wall, gradient around it",
}
PAGES = {"gumbel_softmax_hard.html": "One straight-through coin: the wall, and the way around it."}

P, TARGET = 0.3, 0.2
LOGIT = math.log(P / (1.0 - P))
EXACT = P * (1.0 - P) * (1.0 - 2.0 * TARGET)
PLAIN_BIAS = P * (1.0 - P) * (2.0 * P - 1.0)
SHOWN, JUDGED = np.geomspace(0.05, 5.0, 10), (0.1, 0.5, 2.0)


class Moments(NamedTuple):
    """Mean and variance of one sample's gradient."""

    mean: float
    variance: float


def bias(moments: Moments) -> float:
    """How far the mean is from the exact gradient."""
    return moments.mean - EXACT


def deviation(moments: Moments) -> float:
    """The standard deviation."""
    return math.sqrt(moments.variance)


def sigmoid(x: Array) -> Array:
    """1/(1 + exp(-x)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def by_quadrature(temperature: float, hard: bool) -> Moments:
    """What the samples should average: over ε with a trapezoid sum on either side of the jump."""
    side = np.linspace(0.0, 45.0, 40_001)
    means = np.zeros(2)
    for moved in (side, -side):  # a + ε, above 0 for heads
        z = sigmoid(moved / temperature)
        b = np.full_like(z, moved is side) if hard else z
        slope = 2.0 * (b - TARGET) * z * (1.0 - z) / temperature
        density = 0.25 / np.cosh(0.5 * (moved - LOGIT)) ** 2
        means += [np.trapezoid(slope**power * density, side) for power in (1, 2)]
    return Moments(float(means[0]), float(means[1] - means[0] ** 2))


# ------------------------------------------------------------------------------------- by sampling


def gumbel(temperature: float, hard: bool, n: int, rng: np.random.Generator) -> Array:
    """Each draw's gradient in a: every draw has logits of its own, so they don't add up."""
    logits = mg.Var(np.tile([0.0, LOGIT], (n, 1)))
    z = mg.RelaxedOneHotCategorical(temperature, logits=logits, hard=hard).rsample(rng)
    (each,) = mg.grad(mg.sum((z[:, 1] - TARGET) ** 2), [logits])
    return each[:, 1]


def plain_straight_through(n: int, rng: np.random.Generator) -> Array:
    """A true coin in front, the gradient of p behind it."""
    a = mg.Var(np.full(n, LOGIT))
    p = mg.sigmoid(a)
    b = p + mg.stop_gradient(mg.Bernoulli(p).sample(rng) - p)
    (each,) = mg.grad(mg.sum((b - TARGET) ** 2), [a])
    return each


def score(n: int, rng: np.random.Generator) -> Array:
    """(f(b) - f̄) ∂ log q(b): unbiased, as E f is a baseline that knows no draw."""
    a = mg.Var(np.full(n, LOGIT))
    q = mg.Bernoulli(logits=a)
    b = q.sample(rng).value
    baseline = P * (1.0 - TARGET) ** 2 + (1.0 - P) * TARGET**2
    (each,) = mg.grad(mg.sum(((b - TARGET) ** 2 - baseline) * q.log_prob(b)), [a])
    return each


def table(n: int, rng: np.random.Generator) -> list[Row]:
    """The mean gradient of each kind, against what it should be, which mostly is not EXACT."""
    found = []
    for name, hard in (("relaxed", False), ("straight-through", True)):
        for t in JUDGED:
            each = gumbel(t, hard, n, rng)
            found += rows([f"{name}, T = {t:g}"], each.mean(), each, by_quadrature(t, hard).mean)
    each = plain_straight_through(n, rng)
    found += rows(["straight-through, plain"], each.mean(), each, EXACT + PLAIN_BIAS)
    each = score(n, rng)
    return [*found, *rows(["score function, unbiased"], each.mean(), each, EXACT)]


# ------------------------------------------------------------------------------------ the pictures


def sweep(n: int, rng: np.random.Generator) -> dict[bool, list[Moments]]:
    """Measured moments over the temperatures, without and with hard=True."""
    found: dict[bool, list[Moments]] = {False: [], True: []}
    for t in progress(SHOWN, "temperatures"):
        for hard, moments in found.items():
            each = gumbel(t, hard, n, rng)
            moments.append(Moments(each.mean(), each.var(ddof=1)))
    return found


def plot_trade(path: Path, measured: dict[bool, list[Moments]]) -> None:
    """Bias, scatter, and the error that both make of a mean."""
    fine = np.geomspace(SHOWN[0], SHOWN[-1], 60)
    theory = {hard: [by_quadrature(t, hard) for t in fine] for hard in measured}
    title = f"The gradient of a relaxed coin; the exact one is {EXACT:.3f}"
    with panels(path, title, 3, size=(12.0, 4.4)) as (left, middle, right):
        for hard, name in ((False, "relaxed"), (True, "straight-through")):
            for axes, view in ((left, bias), (middle, deviation)):
                line, marks = ([view(m) for m in found[hard]] for found in (theory, measured))
                line_and_marks(axes, LINES[hard], name, (fine, line), (SHOWN, marks))
        left.axhline(PLAIN_BIAS, color=COLOURS["noise"][0], linestyle=":", label="plain, formula")
        left.axhline(0.0, color=COLOURS["faint"][0], linewidth=0.8)
        left.set(title="bias", ylim=(-0.12, 0.01))
        left.legend(loc="lower left")
        middle.set(title="standard deviation of one draw", yscale="log")
        plot_errors(right, fine, theory[False])
        for axes in (left, middle, right):
            axes.set(xscale="log", xlabel="temperature T")
            axes.xaxis.set_major_formatter("{x:g}")


def plot_errors(axes: "Axes", temperatures: Array, theory: list[Moments]) -> None:
    """The root mean square error of a mean over S relaxed draws."""
    for count, look in zip((1, 100, 10_000), LINES[2:]):
        error = [math.hypot(bias(m), deviation(m) / math.sqrt(count)) for m in theory]
        axes.plot(temperatures, error, **{**look, "marker": ""}, label=f"S = {count:,}")
        best = int(np.argmin(error))
        axes.plot(temperatures[best], error[best], **{**look, "linestyle": ""})
    axes.set(title="error of a mean over S draws; mark: the least", yscale="log")
    axes.legend()


def save_hard(out: Path, rng: np.random.Generator) -> None:
    """One straight-through coin, as a picture and as a page."""
    b = mg.RelaxedBernoulli(0.5, logits=mg.Var(LOGIT, "a"), hard=True).rsample(rng).named("b")
    output = ((b - TARGET) ** 2).named("f")
    output.backward()
    title = "A straight-through coin: b is 1 or 0, the gradient is smooth"
    save(mg.draw(output, title=title), out, "gumbel_softmax_hard.svg")
    save(mg.step_through(output, title=title, live=True), out, "gumbel_softmax_hard.html")


def main(out: Path, seed: int = 0, samples: int = 200_000) -> list[Row]:
    """Returns the rows of mean gradients."""
    rng = np.random.default_rng(seed)
    plot_trade(out / "gumbel_softmax_trade.svg", sweep(samples // 4, rng))
    save_hard(out, rng)
    found = table(samples, rng)
    print(f"∂a of E(b - {TARGET})², p = {P}: exact {EXACT:.6f}; {samples:,} draws for each mean")
    for row in found:
        print(f"  {row.what:<25} bias in theory {row.exact - EXACT:+.6f}")
    print()
    print_rows(found)
    return found


if __name__ == "__main__":
    alone(main)
