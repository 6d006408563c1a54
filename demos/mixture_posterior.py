"""Which heap did each number come from? Enumeration finds the posterior to the last digit.

200 numbers come from a mixture of three Gaussians. The approximation q has three logits for each
number, and the ELBO is log p(x, k) - log q(k) in expectation over k. Drawn with
`estimator="enumeration"`, all k are side by side, so the gradient has no noise, and the bound
climbs, by natural gradient, to the evidence itself, where q is Bayes's posterior. Drawn by
`.sample()` the score function gives the same gradient, with noise. At the posterior the ELBO's
gradient in the means is that of the evidence (Fisher's identity).
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save
from ._plots import COLOURS, LINES, plot

PICTURES = {
    "mixture_posterior_heaps.svg": "Who came from where: line Bayes, marks learned",
    "mixture_posterior.svg": "One number: three outcomes side by side, weighed by q",
}
PAGES = {"mixture_posterior.html": "One number's ELBO, exact by enumeration."}

WEIGHTS, MEANS, SCALES = np.array([0.3, 0.5, 0.2]), np.array([-2.0, 0.5, 2.0]), 0.8


def data(rng: np.random.Generator, count: int) -> Array:
    """Numbers from the mixture."""
    heap = rng.choice(3, size=count, p=WEIGHTS)
    return MEANS[heap] + SCALES * rng.standard_normal(count)


def log_joint(k: mg.Var, x: Array, means: mg.Var) -> mg.Var:
    """log p(x, k) for each number, k of any leading axes."""
    chosen = mg.expand_dims(k, -1) == np.arange(3.0)
    likelihood = mg.Normal(chosen @ means, SCALES).log_prob(x)
    return likelihood + chosen @ np.log(WEIGHTS)


def bound(logits: mg.Var, means: mg.Var, x: Array, rng: np.random.Generator, how: str) -> mg.Var:
    """The surrogate of the mean ELBO."""
    q = mg.Categorical(logits=logits)
    k = q.sample(rng, estimator=how)
    return mg.surrogate(log_joint(k, x, means) - q.log_prob(k))


def exact(x: Array) -> tuple[Array, float, Array]:
    """Bayes's posterior, the mean log evidence, and its gradient in the means."""
    off = (x[:, None] - MEANS) / SCALES
    joint = WEIGHTS * np.exp(-0.5 * off**2) / (SCALES * np.sqrt(2.0 * np.pi))
    evidence = joint.sum(axis=1)
    posterior = joint / evidence[:, None]
    slope = (posterior * off / SCALES).mean(axis=0)
    return posterior, float(np.log(evidence).mean()), slope


def softmax(logits: Array) -> Array:
    """Rows of probabilities."""
    q = np.exp(logits - logits.max(axis=1, keepdims=True))
    return q / q.sum(axis=1, keepdims=True)


def learn(x: Array, steps: int) -> tuple[Array, float]:
    """q after half natural-gradient steps, each exact, and its ELBO."""
    logits, rng = mg.Var(np.zeros((len(x), 3))), np.random.default_rng(0)  # which draws nothing
    means = mg.constant(MEANS)
    for _ in range(steps):
        total = bound(logits, means, x, rng, "enumeration")
        (slope,) = mg.grad(total, [logits])
        # Of a softmax the natural gradient is the gradient divided by q, but for a constant.
        logits.value = logits.value + 0.5 * len(x) * slope / softmax(logits.value)
    return softmax(logits.value), bound(logits, means, x, rng, "enumeration").item()


def slope_rows(x: Array, posterior: Array, truth: Array, seed: int, draws: int) -> list[Row]:
    """Fisher's identity: the ELBO's gradient in the means at the posterior, by both ways."""
    logits, means = mg.constant(np.log(posterior)), mg.Var(MEANS)
    rng = np.random.default_rng(seed)
    names = [f"∂ mean {i + 1}" for i in range(3)]
    (sure,) = mg.grad(bound(logits, means, x, rng, "enumeration"), [means])
    found = [
        Row(f"{name}, enumeration", float(d), 0.0, float(t))
        for name, d, t in zip(names, sure, truth, strict=True)
    ]
    each = [mg.grad(bound(logits, means, x, rng, "score"), [means])[0] for _ in range(draws)]
    return [*found, *rows(names, np.mean(each, axis=0), np.array(each), truth)]


def plot_heaps(path: Path, x: Array, q: Array) -> None:
    """The posterior over the line, and q at the data."""
    fine = np.linspace(-4.5, 4.5, 200)
    lines, few = exact(fine)[0], np.argsort(x)[:: max(len(x) // 30, 1)]
    with plot(path, "Where a number at x came from") as axes:
        for k, look in enumerate(LINES[:3]):
            axes.plot(fine, lines[:, k], **{**look, "marker": ""})
            axes.plot(x[few], q[few, k], **{**look, "linestyle": ""})
            axes.plot([], [], **look, label=f"heap {k + 1}")
        axes.plot(x, np.full(len(x), -0.03), "|", color=COLOURS["faint"][0])
        axes.set(xlabel="x", ylabel="probability")
        axes.legend()


def save_one(out: Path) -> None:
    """One number and two heaps, as a picture and as a page."""
    logit, x = mg.Var(0.4, "logit"), mg.constant(0.7, "x")
    q = mg.Bernoulli(logits=logit)
    k = q.sample(np.random.default_rng(0), estimator="enumeration").named("k")
    fit = mg.Normal(2.0 * k - 1.0, 1.0).log_prob(x)
    total = mg.surrogate((fit - q.log_prob(k)).named("log p − log q"))
    total.backward()
    title = "One number, two heaps"
    save(mg.draw(total, title=title), out, "mixture_posterior.svg")
    save(mg.step_through(total, title=title, live=True), out, "mixture_posterior.html")


def main(out: Path, seed: int = 0, count: int = 200, steps: int = 60) -> dict[str, object]:
    """Returns the rows, and the largest gap between q and Bayes's posterior."""
    x = data(np.random.default_rng(seed), count)
    posterior, evidence, slope = exact(x)
    q, elbo = learn(x, steps)
    gap = float(np.abs(q - posterior).max())
    save_one(out)
    plot_heaps(out / "mixture_posterior_heaps.svg", x, q)
    print(f"{count} numbers, {steps} steps; q is Bayes's posterior to {gap:.0e}")
    print(f"ELBO {elbo:.9f}, log evidence {evidence:.9f}\n")
    found = slope_rows(x, posterior, slope, seed, 300)
    print_rows(found)
    return {"rows": found, "gap": gap, "elbo": elbo, "evidence": evidence}


if __name__ == "__main__":
    alone(main)
