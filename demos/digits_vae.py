"""Importance weighting lifts a digits VAE's bound from the ELBO to log p(x) itself.

The 1,797 handwritten digits of scikit-learn, 8×8 pixels, black where the grey is 8 of 16 or more; a
fifth is kept for testing. The encoder gives q(z|x) = N(m(x), diag s(x)²) of two latent numbers, the
prior is N(0, I), the decoder has a Bernoulli for each pixel. With two latents p(x) is an integral
over a plane, which a grid of points gives to many digits, so the bounds have a truth to climb to:
E log(1/K Σ p(x, zₖ)/q(zₖ|x)) is the ELBO for K = 1 and rises with K (Burda, Grosse and
Salakhutdinov, 2016), and without the log each weight p(x, z)/q(z|x) has mean p(x). The q that the
ELBO likes is narrow, so that few draws hold most of the weight: one twice as wide does better.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import (
    Array,
    Row,
    alone,
    descend,
    print_rows,
    progress,
    rows,
    save,
    save_all,
    settling,
)
from ._plots import COLOURS, panels, plot, tiles

PICTURES = {
    "digits_vae_latent.svg": "Where the encoder puts the test digits, though training saw no label",
    "digits_vae_grid.svg": "What the decoder makes of points in the same plane",
    "digits_vae_reconstructions.svg": "Test digits, and what two numbers keep of each",
    "digits_vae_training.svg": "On test digits the ELBO stays below log p(x), the dashed line",
    "digits_vae.svg": "One training step on two digits: encoder, sampling, decoder, KL",
    "digits_vae_decoder.svg": "Two numbers decoded into a digit, and how far it is from another",
}
PAGES = {
    "digits_vae.html": "One training step, on two digits.",
    "digits_vae_decoder.html": "Move z and watch it decoded; Train goes looking for the z of x.",
    "digits_vae.program.txt": "the training step as a program",
}

HIDDEN, LATENT, BATCH, RATE = 64, 2, 64, 0.01
COUNTS, WIDTHS = (1, 10, 100, 1_000), (1.0, 2.0)  # of draws in a bound; of their source, in q's
IMAGE = (8, 8)
Params = Sequence[mg.Var]
PRIOR = mg.Independent(mg.Normal(np.zeros(LATENT), 1.0), 1)


class Digits(NamedTuple):
    """Images, a row of 64 zeros and ones each, to learn from and to test; what the test's show."""

    train: Array
    test: Array
    labels: Array


def digits(rng: np.random.Generator) -> Digits:
    """A fifth for testing, chosen at random."""
    from sklearn.datasets import load_digits  # here: it takes long to load, as in `_plots`

    table = load_digits()
    black = (table.data >= 8.0).astype(float)
    test, train = np.split(rng.permutation(len(black)), [len(black) // 5])
    return Digits(black[train], black[test], table.target[test])


def initial(rng: np.random.Generator) -> list[mg.Var]:
    """Weights and biases of two layers to encode, then of two to decode."""
    params = []
    sizes = {"e1": (64, HIDDEN), "e2": (HIDDEN, 2 * LATENT), "d1": (LATENT, HIDDEN)}
    for layer, (inputs, outputs) in (sizes | {"d2": (HIDDEN, 64)}).items():
        weights = rng.standard_normal((inputs, outputs)) / math.sqrt(inputs)
        with mg.scope("encoder" if layer.startswith("e") else "decoder"):
            params += [mg.Var(weights, f"W_{layer}"), mg.Var(np.zeros(outputs), f"b_{layer}")]
    return params


def encode(x: mg.Var | Array, params: Params) -> mg.Independent:
    """q(z|x) for each row of x."""
    w1, b1, w2, b2 = params[:4]
    with mg.scope("encoder"):
        out = mg.tanh(x @ w1 + b1) @ w2 + b2
        return mg.Independent(mg.Normal.from_log_variance(out[:, :LATENT], out[:, LATENT:]), 1)


def decode(z: mg.Var | Array, params: Params) -> mg.Var:
    """The logit of black for each pixel."""
    w1, b1, w2, b2 = params[4:]
    with mg.scope("decoder"):
        return (mg.tanh(z @ w1 + b1) @ w2 + b2).named("logits")


def log_likelihood(x: mg.Var | Array, logits: mg.Var) -> mg.Var:
    """Σ log p(pixel): of each image what `mg.Bernoulli(logits=logits).log_prob(x)` sums to."""
    with mg.scope("decoder"):
        return (x * logits - mg.softplus(logits)).sum(axis=-1)


def elbo(x: mg.Var | Array, params: Params, rng: np.random.Generator) -> mg.Var:
    """In nats an image, by one draw for each."""
    q = encode(x, params)
    with mg.scope("KL"):
        kl = mg.kl_divergence(q, PRIOR)
    total = mg.elbo(lambda z: log_likelihood(x, decode(z.named("z"), params)), q, rng, kl=kl)
    return (total / float(len(x))).named("ELBO")


def objective(data: Digits, rng: np.random.Generator) -> mg.Program:
    """-ELBO as a program of the parameters, a batch of images and noise."""

    def loss(
        w_e1: mg.Var,
        b_e1: mg.Var,
        w_e2: mg.Var,
        b_e2: mg.Var,
        w_d1: mg.Var,
        b_d1: mg.Var,
        w_d2: mg.Var,
        b_d2: mg.Var,
        x: mg.Var,
    ) -> mg.Var:
        return -elbo(x, [w_e1, b_e1, w_e2, b_e2, w_d1, b_d1, w_d2, b_d2], rng)

    return mg.trace(loss, *initial(rng), data.train[:BATCH], wrt=range(8))


def train(data: Digits, rng: np.random.Generator, epochs: int) -> tuple[Params, Array]:
    """The parameters after Adam, and the ELBO of training and test images, a row for each pass."""
    params, curve = initial(rng), []
    program, optimizer = objective(data, rng), mg.Adam(params, RATE)
    for _ in settling(optimizer, epochs, "training"):
        order, losses = rng.permutation(len(data.train)), []
        for batch in np.split(order, range(BATCH, len(order), BATCH))[:-1]:
            eps = rng.standard_normal((BATCH, LATENT))
            losses.append(descend(program, optimizer, data.train[batch], eps))
        with mg.no_grad():
            curve.append((-float(np.mean(losses)), elbo(data.test, params, rng).item()))
    return params, np.array(curve)


def log_weights(x: Array, params: Params, rng: np.random.Generator, width: float) -> Array:
    """log p(x, z)/q(z|x), for as many draws as the largest bound has: (draws, images)."""
    parts = []
    with mg.no_grad():
        for part in np.array_split(x, len(x) // 20 + 1):  # to keep arrays small
            trained = encode(part, params)
            q = mg.Independent(mg.Normal(trained.mean, width * trained.stddev), 1)
            z = q.rsample(rng, COUNTS[-1])
            log_p = PRIOR.log_prob(z) + log_likelihood(part, decode(z, params))
            parts.append((log_p - q.log_prob(z)).value)
    return np.concatenate(parts, axis=1)


def bound(weights: Array, count: int) -> float:
    """The importance-weighted bound with `count` draws, in nats an image: over all such groups."""
    groups = weights.reshape(-1, count, weights.shape[1])
    return float((mg.logsumexp(groups, 1) - math.log(count)).mean())


def by_grid(x: Array, params: Params, points: int = 121) -> tuple[Array, Array]:
    """log p(x) and the ELBO of each image, as sums over a square grid of z, a line at a time.

    For smooth integrands that vanish at the ends the error of such a sum is that of rounding, once
    its step is as small as the smallest standard deviation.
    """
    line = np.linspace(-6.0, 6.0, points)
    log_cell = 2.0 * math.log(line[1] - line[0])
    log_p, total = np.full(len(x), -np.inf), np.zeros(len(x))
    with mg.no_grad():
        q = encode(x, params)
        for first in progress(line, "grid"):
            z = np.stack([np.full(points, first), line], axis=1)
            logits = decode(z, params).value
            given = logits @ x.T - mg.softplus(logits).sum(axis=1)[:, None]
            joint = given + PRIOR.log_prob(z)[:, None] + log_cell
            log_p = np.logaddexp(log_p, mg.logsumexp(joint, 0))
            everywhere = np.broadcast_to(z[:, None], (points, len(x), LATENT))
            log_q = q.log_prob(everywhere).value + log_cell
            total += (np.exp(log_q) * (joint - log_q)).sum(axis=0)
    return log_p, total


def decoding(x: Array, params: Params) -> mg.Var:
    """How far the image that the trained decoder makes of a z, the only parameter, is from x."""
    z = mg.Var(np.zeros(LATENT), "z")
    logits = decode(z, [mg.constant(p.value, p.name) for p in params])
    with mg.scope("decoder"):
        pixels = mg.sigmoid(logits).named("pixels")
    return mg.square(pixels - mg.constant(x, "x")).sum().named("distance")


def save_decoder(x: Array, params: Params, out: Path) -> None:
    """The graph of `decoding`, and a page whose sliders move z."""
    distance, title = decoding(x, params), "Two numbers decoded into a digit"
    images = {"pixels": IMAGE, "x": IMAGE}
    lesson = mg.step_through(distance, title=title, images=images, live=True)
    save(lesson, out, "digits_vae_decoder.html")
    distance.backward()
    save(mg.draw(distance, title=title), out, "digits_vae_decoder.svg")


def plot_training(path: Path, curve: Array, log_p: float) -> None:
    """The ELBO over the passes through the data."""
    train_elbo, test_elbo = curve.T
    epochs = np.arange(1, len(curve) + 1)
    with plot(path, "ELBO in nats per image") as axes:
        axes.plot(epochs, train_elbo, ":", color=COLOURS["constant"][0], label="training")
        axes.plot(epochs, test_elbo, color=COLOURS["parameter"][0], label="test, one draw each")
        label = f"test: log p(x) at the end, {log_p:.2f}".replace("-", "−")
        axes.axhline(log_p, color=COLOURS["output"][0], linestyle="--", label=label)
        axes.set(xlabel="passes through the training data", ylim=(max(test_elbo) - 8.0, None))
        axes.legend(loc="lower right")


def plot_latent(path: Path, means: Array, labels: Array) -> None:
    """Each test image as the digit that it shows, where its q has its mean. A colour serves two
    digits, of which one is pale: no two look alike."""
    looks = ("parameter", "output", "sample", "noise", "constant")
    with plot(path, "Mean of q(z|x) for each test image, drawn as the digit it shows") as axes:
        for digit in range(10):
            at = means[labels == digit]
            colour = COLOURS[looks[digit % len(looks)]][0]
            size, alpha = ((64, 1.0), (46, 0.55))[digit >= len(looks)]
            axes.scatter(*at.T, size, marker=f"${digit}$", color=colour, alpha=alpha, linewidth=0)
        axes.set(xlabel="z₁", ylabel="z₂")


def plot_images(out: Path, data: Digits, params: Params, means: Array) -> None:
    """The decoded plane, and a digit of each kind with what is kept of it."""

    def decoded(z: Array) -> Array:
        with mg.no_grad():
            return mg.sigmoid(decode(z, params)).value

    line = np.linspace(-2.4, 2.4, 13)
    plane = np.stack(np.meshgrid(line, line[::-1]), axis=-1)
    with panels(out / "digits_vae_grid.svg", "Decoded from the plane of z", size=(6, 6)) as (axes,):
        tiles(axes, decoded(plane), (-2.6, 2.6, -2.6, 2.6))
        axes.set(xlabel="z₁", ylabel="z₂")
    first = [int(np.argmax(data.labels == digit)) for digit in range(10)]
    pair = np.stack([data.test[first], decoded(means[first])])
    path = out / "digits_vae_reconstructions.svg"
    with panels(path, "Ten test images, decoded from their mean z", size=(7, 2)) as (axes,):
        tiles(axes, pair, (0.0, 10.0, 0.0, 2.0))
        axes.set(xticks=[], yticks=[0.5, 1.5], yticklabels=["decoded", "image"])


def table(weights: list[Array], log_p: Array, exact_elbo: Array) -> list[Row]:
    """The ELBO over draws of q, and over images the mean weight of draws of the wider q."""
    narrow, wide = weights
    ratios = np.exp(mg.logsumexp(wide, 0) - math.log(len(wide)) - log_p)
    return [
        *rows(["ELBO"], narrow.mean(), narrow.mean(axis=1), exact_elbo.mean()),
        *rows(["mean weight / p(x), wide q"], ratios.mean(), ratios, 1.0),
    ]


def main(out: Path, seed: int = 0, epochs: int = 120) -> dict[str, object]:
    """Returns the bounds by count and width, log p(x), the table's rows, the ELBO by pass."""
    rng = np.random.default_rng(seed)
    data = digits(rng)
    params, curve = train(data, rng, epochs)
    weights = [log_weights(data.test, params, rng, width) for width in WIDTHS]
    log_p, exact_elbo = by_grid(data.test, params)
    truth = float(log_p.mean())
    bounds = np.array([[bound(w, count) for w in weights] for count in COUNTS])
    print(f"{len(data.test)} test images, nats per image, after {epochs} passes over the others")
    print(f"log p(x) is {truth:.6f} by the grid, and the bounds are below it by")
    for count, (narrow, wide) in zip(COUNTS, truth - bounds):
        print(f"{narrow:9.6f} with K = {count:5,} draws of q, {wide:9.6f} if q is twice as wide")
    print()
    measured = table(weights, log_p, exact_elbo)
    print_rows(measured)
    loss = -elbo(mg.constant(data.train[:2], "x"), initial(rng), rng)
    loss.named("loss").backward()
    title, images = "One step of the VAE on two digits", {"x": IMAGE, "logits": IMAGE}
    save_all(loss, title, objective(data, rng), out, "digits_vae", images)
    save_decoder(data.test[np.argmax(data.labels == 3)], params, out)
    means = encode(data.test, params).mean.value
    plot_training(out / "digits_vae_training.svg", curve, truth)
    plot_latent(out / "digits_vae_latent.svg", means, data.labels)
    plot_images(out, data, params, means)
    return {"bounds": bounds, "log_p": truth, "rows": measured, "curve": curve}


if __name__ == "__main__":
    alone(main)
