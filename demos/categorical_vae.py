"""A VAE whose code is one of twelve: no noise can be reparameterised, and nothing need be relaxed.

The 1,797 handwritten digits of scikit-learn, 8×8 pixels, black where the grey is 8 of 16 or more.
The encoder is a softmax of a linear map and names one of twelve heaps; the decoder has a Bernoulli
for each pixel of each heap. The ELBO is an expectation over a jump. With all heaps side by side
(`estimator="enumeration"`) it and its gradient are exact, and so is log p(x), a sum over twelve:
the gap between the two is KL(q‖p(k|x)), to the last digit. With one heap a digit, drawn by
`.sample()`, the score function finds the same gradient, and how much noise it adds can be seen.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, rows, save, settling
from ._plots import COLOURS, LINES, plot, tiles

PICTURES = {
    "categorical_vae_heaps.svg": "What the decoder draws for each of the twelve heaps",
    "categorical_vae_training.svg": "The ELBO over training: exact by enumeration, and by scores",
    "categorical_vae.svg": "A code of one bit and one pixel: the wall, and its score",
}
PAGES = {"categorical_vae.html": "One bit and one pixel, by the score function."}

HEAPS, PIXELS, BATCH = 12, 64, 64
Params = Sequence[mg.Var]


def digits() -> Array:
    """Zeros and ones, (1797, 64)."""
    from sklearn.datasets import load_digits  # here: it takes long to load

    return (load_digits().data >= 8.0).astype(float)


def initial(rng: np.random.Generator) -> list[mg.Var]:
    """The encoder's weights and offsets, and the decoder's logits."""
    shapes = (PIXELS, HEAPS), (HEAPS,), (HEAPS, PIXELS)
    return [mg.Var(0.1 * rng.standard_normal(shape)) for shape in shapes]


def parts(params: Params, x: Array) -> tuple[mg.Categorical, mg.Var]:
    """q(k|x), and log p(x, k) for each digit and heap, (batch, 12)."""
    weights, offsets, logits = params
    fit = x @ mg.transpose(logits) - mg.sum(mg.softplus(logits), 1)
    return mg.Categorical(logits=x @ weights + offsets), fit - np.log(HEAPS)


def elbo(params: Params, x: Array, rng: np.random.Generator, how: str) -> mg.Var:
    """The surrogate of the mean ELBO; how k is drawn is all that differs."""
    q, log_joint = parts(params, x)
    k = q.sample(rng, estimator=how)
    chosen = mg.expand_dims(k, -1) == np.arange(float(HEAPS))
    gains = mg.sum(chosen * log_joint, -1) - q.log_prob(k)
    return mg.surrogate(gains, baseline="mean" if how == "score" else None)


def exact(params: Params, x: Array) -> tuple[float, float]:
    """Mean log p(x), and the mean KL(q‖p(k|x))."""
    with mg.no_grad():
        q, log_joint = parts(params, x)
        log_p = mg.logsumexp(log_joint, 1)
        gap = mg.softmax(q.logits) * (q.logits - log_joint + mg.expand_dims(log_p, 1))
        return log_p.mean().item(), gap.sum(axis=1).mean().item()


def train(x: Array, seed: int, steps: int, how: str) -> tuple[list[mg.Var], list[float]]:
    """The parameters after training by Adam, and the ELBO of all digits on the way."""
    rng = np.random.default_rng(seed)
    params, course = initial(rng), []
    optimizer = mg.Adam(params, 0.05)
    for i in settling(optimizer, steps, how):
        batch = x[rng.integers(len(x), size=BATCH)]
        grads = mg.grad(elbo(params, batch, rng, how), params)
        for p, grad in zip(params, grads, strict=True):
            p.grad = -grad
        optimizer.step()
        if i % 10 == 0:
            log_p, gap = exact(params, x)
            course.append(log_p - gap)
    return params, course


def gradient_rows(params: Params, x: Array, seed: int, draws: int) -> list[Row]:
    """The gradient in the encoder's offsets by scores, beside the exact one."""
    rng, offsets = np.random.default_rng(seed), params[1]
    (truth,) = mg.grad(elbo(params, x, rng, "enumeration"), [offsets])
    each = [mg.grad(elbo(params, x, rng, "score"), [offsets])[0] for _ in range(draws)]
    names = [f"∂ offset {k + 1}" for k in range(HEAPS)]
    return list(rows(names, np.mean(each, axis=0), np.array(each), truth))


def plot_heaps(path: Path, logits: Array) -> None:
    """The decoder's probabilities, a tile each."""
    ink = 1.0 / (1.0 + np.exp(-logits))
    with plot(path, "Twelve heaps of handwritten digits") as axes:
        tiles(axes, ink.reshape(2, HEAPS // 2, PIXELS), (0.0, 3.0, 0.0, 1.0))
        axes.set_axis_off()


def plot_training(path: Path, courses: dict[str, list[float]], best: float) -> None:
    """The ELBO over training."""
    with plot(path, "ELBO of all digits over training") as axes:
        for look, (how, course) in zip(LINES, courses.items()):
            axes.plot(10 * np.arange(len(course)), course, **{**look, "marker": ""}, label=how)
        axes.axhline(best, color=COLOURS["faint"][0], linestyle=":", label="log p(x) at the end")
        axes.set(xlabel="gradient step", ylabel="nats a digit")
        axes.legend()


def save_one(out: Path, rng: np.random.Generator) -> None:
    """One bit and one pixel, as a picture and as a page."""
    a, w = mg.Var(0.3, "a"), mg.Var(0.8, "w")
    k = mg.Bernoulli(logits=a).sample(rng).named("k")
    gain = mg.Bernoulli(logits=w * (2.0 * k - 1.0)).log_prob(1.0).named("log p(x|k)")
    total = mg.surrogate(gain)
    total.backward()
    title = "One bit and one pixel"
    save(mg.draw(total, title=title), out, "categorical_vae.svg")
    save(mg.step_through(total, title=title, live=True), out, "categorical_vae.html")


def main(out: Path, seed: int = 0, steps: int = 200) -> dict[str, object]:
    """Returns the rows, and ELBO, KL and log p(x) at the end of exact training."""
    x = digits()
    runs = {how: train(x, seed, steps, how) for how in ("enumeration", "score")}
    params, _ = runs["enumeration"]
    log_p, gap = exact(params, x)
    bound = elbo(params, x, np.random.default_rng(seed), "enumeration").item()
    save_one(out, np.random.default_rng(seed))
    plot_heaps(out / "categorical_vae_heaps.svg", params[2].value)
    courses = {how: course for how, (_, course) in runs.items()}
    plot_training(out / "categorical_vae_training.svg", courses, log_p)
    for how, course in courses.items():
        print(f"ELBO after {steps} steps by {how}: {course[-1]:.4f}")
    print(f"ELBO {bound:.9f} + KL {gap:.9f} = log p(x) {log_p:.9f}\n")
    start = initial(np.random.default_rng(seed))
    found = gradient_rows(start, x[:BATCH], seed, 150)
    print_rows(found)
    return {"rows": found, "elbo": bound, "kl": gap, "log_p": log_p, "courses": courses}


if __name__ == "__main__":
    alone(main)
