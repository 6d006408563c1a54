"""Twelve classic mistakes with random samples: each gives a wrong number, and minigrad says so.

Every one is made here on purpose, beside its repair, whose number is held against the exact answer.
Quoted is what `mg.explain` says of the broken graph, or the error that keeps it from being built.
"""

import math
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Row, alone, print_table, rows, save

PICTURES = {
    "mistakes_noise_broken.svg": "Broken: ε is a parameter with a gradient, to be trained away",
    "mistakes_noise_repaired.svg": "Repaired: ε is noise, and no gradient goes there",
    "mistakes_sample_broken.svg": "Broken: z is behind a wall, μ learns from the KL alone",
    "mistakes_sample_repaired.svg": "Repaired: with rsample μ learns from z too",
    "mistakes_coin_broken.svg": "Broken: a comparison is flat, and no gradient gets through",
    "mistakes_coin_repaired.svg": "Repaired: a relaxed coin has a slope everywhere",
    "mistakes_clamp_broken.svg": "Broken: logvar is beyond the hard clamp, its gradient is 0",
    "mistakes_clamp_repaired.svg": "Repaired: soft_clip lets enough through to learn the way back",
}

RNG = np.random.Generator
UNIT = mg.Normal(0.0, 1.0)
D_SINE = math.exp(-0.5) * math.cos(0.5)  # ∂μ of E[sin z], z ~ N(0.5, 1)


def sine(mu: mg.Var) -> tuple[mg.Normal, Callable[[mg.Var], mg.Var]]:
    """The problem of E[sin z]."""
    return mg.Normal(mu, 1.0), mg.sin


class Mistake(NamedTuple):
    """The wrong number, the row of the right one, minigrad's words, and two graphs or none."""

    wrong: float
    right: Row
    said: str
    graphs: tuple[mg.Var, ...] = ()


def refused(attempt: Callable[[], object]) -> str:
    """The error that `attempt` ends in."""
    try:
        attempt()
    except (TypeError, ValueError) as error:
        return str(error)
    raise AssertionError("nothing was said")


def silenced(graph: mg.Var) -> str:
    """What explain says of the first parameter without a gradient."""
    return next(x.words for x in mg.explain(graph).leaves if x.status in ("stopped", "zero"))


def descend(params: list[mg.Var], loss: Callable[[], mg.Var]) -> float:
    """The loss after 1,000 steps of Adam."""
    optimizer = mg.Adam(params, 0.05)
    for _ in range(1_000):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return loss().item()


def noise_as_parameter(rng: RNG, n: int) -> Mistake:
    """The least E(μ + ε - 3)² is 1, but an ε that may move makes it 0."""

    def loss(mu: mg.Var, eps: mg.Var) -> mg.Var:
        return ((mu + eps).named("z") - 3.0) ** 2

    def least(eps: mg.Var, *learned: mg.Var) -> float:
        mu = mg.Var(2.0, "μ")
        return descend([mu, *learned], lambda: loss(mu, eps).mean())

    draws, one = mg.noise(rng, n), mg.noise(rng, name="ε")
    free = mg.Var(draws.value)
    (right,) = rows(["least E(z − 3)²"], least(draws), (draws.value - draws.value.mean()) ** 2, 1.0)
    graphs = tuple(loss(mg.Var(2.0, "μ"), eps) for eps in (mg.Var(one.value, "ε"), one))
    return Mistake(least(free, free), right, refused(lambda: mg.grad(graphs[1], [one])), graphs)


def sample_for_rsample(rng: RNG, n: int) -> Mistake:
    """L = E z² + KL(q ‖ N(0, 1)) has ∂μ = 2μ + μ."""

    def loss(draw: str, rng: RNG, shape: int | tuple[()]) -> tuple[mg.Var, mg.Var, mg.Var]:
        mu = mg.Var(0.5, "μ")
        z = getattr(mg.Normal(mu, 1.0), draw)(rng, shape).named("z")
        return mu, z, ((z**2).mean() if shape else z**2) + 0.5 * mu**2

    mu, z, total = loss("rsample", rng, n)
    (right,) = rows(["∂μ of E z² + KL"], *mg.grad(total, [mu]), 2.0 * z.value + mu.value, 1.5)
    twins = (np.random.default_rng(1) for _ in range(2))
    (mu, _, broken), (_, _, mended) = (loss(x, next(twins), ()) for x in ("sample", "rsample"))
    return Mistake(*mg.grad(broken, [mu]), right, mg.explain(broken).hints[0], (broken, mended))


def negative_sigma(rng: RNG, n: int) -> Mistake:
    """σ fitted to 0.3 by gradient descent on the KL: the first step overshoots 0."""
    target, sigma, logvar = mg.Normal(0.0, 0.3), mg.Var(1.0, "σ"), mg.Var(0.0, "logvar")
    mg.kl_divergence(mg.Normal(0.0, sigma), target).backward()
    mg.SGD([sigma], 0.12).step()
    descend([logvar], lambda: mg.kl_divergence(mg.Normal.from_log_variance(0.0, logvar), target))
    right = Row("σ fitted to 0.3", math.exp(0.5 * logvar.value), 0.0, 0.3)
    return Mistake(sigma.value, right, refused(lambda: mg.Normal(0.0, sigma)))


def variance_for_sigma(rng: RNG, n: int) -> Mistake:
    """KL(N(0.7, 0.4²) ‖ N(0, 1)), with exp(logvar) = σ² where σ belongs."""
    logvar = mg.Var(math.log(0.4**2), "logvar")
    wrong = mg.kl_divergence(mg.Normal(0.7, mg.exp(logvar)), UNIT)
    kl = mg.kl_divergence(mg.Normal.from_log_variance(0.7, logvar), UNIT)
    right = Row("KL to N(0, 1)", kl.item(), 0.0, 0.5 * (0.7**2 + 0.4**2 - 1.0 - math.log(0.4**2)))
    said = mg.explain(0.7 + mg.exp(logvar) * mg.noise(rng, name="ε")).hints[0]
    return Mistake(wrong.item(), right, said)


def too_few_samples(rng: RNG, n: int) -> Mistake:
    """∂μ of E[sin z] from four samples: the standard error shows it."""
    few, many = mg.pathwise(sine, (0.5,), 4, rng), mg.pathwise(sine, (0.5,), n, rng)
    *_, number, warning = str(few).splitlines()
    right = Row("∂μ of E[sin z]", many.grads[0], many.grad_ses[0], D_SINE)
    return Mistake(few.grads[0], right, f"{' '.join(number.split())}; {warning}")


def unmeant_broadcast(rng: RNG, n: int) -> Mistake:
    """E‖z‖² of three numbers: a μ of shape (3,) and a σ of shape (3, 1) make nine of them."""
    mu, sigma = np.array([0.5, -1.0, 0.3]), np.array([1.0, 0.5, 2.0])
    z = mg.Var(mu, "μ") + mg.Var(sigma[:, None], "σ") * mg.noise(rng, (3, 1), "ε")
    nine = (mu + sigma[:, None] * rng.standard_normal((n, 3, 1))) ** 2
    three = mg.Normal(mu, sigma).rsample(rng, n).value ** 2
    (right,) = rows(["E‖z‖²"], three.sum() / n, three.sum(axis=1), (mu**2 + sigma**2).sum())
    return Mistake(float(nine.sum()) / n, right, mg.explain(z.named("z")).hints[0])


def coin_without_relaxation(rng: RNG, n: int) -> Mistake:
    """E b² of a Bernoulli is p, with the derivative p(1 - p) in its logit, here 0."""
    logit, u = mg.Var(0.0, "logit"), mg.constant(rng.random(), "u", "noise")
    relaxed = mg.RelaxedBernoulli(0.5, logits=logit).rsample(rng)
    graphs = tuple(b.named("b") ** 2 for b in (u < mg.sigmoid(logit), relaxed))
    found = mg.score_function(lambda a: (mg.Bernoulli(logits=a), mg.square), (0.0,), n, rng)
    right = Row("∂logit of E b²", found.grads[0], found.grad_ses[0], 0.25)
    broken = mg.grad(graphs[0], [logit], allow_unused=True)  # which refuses otherwise
    return Mistake(*broken, right, silenced(graphs[0]), graphs)


def tiny_sigma(rng: RNG, n: int) -> Mistake:
    """∂μ of log N(0.3; μ, σ²) is 0.3/σ²: a floor under σ bounds it."""
    rho, mu = mg.Var(-14.0, "rho"), mg.Var(0.0, "μ")
    small = mg.softplus(rho).named("σ")
    bare, floored = (mg.Normal(mu, sigma).log_prob(0.3) for sigma in (small, 0.05 + small))
    exact = 0.3 / (0.05 + math.log1p(math.exp(-14.0))) ** 2
    right = Row("∂μ of log q", *mg.grad(floored, [mu]), 0.0, exact)
    return Mistake(*mg.grad(bare, [mu]), right, mg.explain(bare).hints[0])


def covariance_without_cholesky(rng: RNG, n: int) -> Mistake:
    """Noise times the covariance Σ itself has the covariance ΣΣᵀ."""
    cov, eps = np.array([[2.0, 0.5], [0.5, 1.0]]), rng.standard_normal((n, 2))
    z = mg.MultivariateNormal(np.zeros(2), covariance_matrix=cov).transform(eps).value[:, 0]
    (right,) = rows(["variance of z₀"], z.var(), (z - z.mean()) ** 2, cov[0, 0])
    graph = mg.Var(cov, "Σ") @ mg.noise(rng, 2, "ε")
    return Mistake(float((eps @ cov)[:, 0].var()), right, mg.explain(graph).hints[0])


def redrawn_noise(rng: RNG, n: int) -> Mistake:
    """∂μ of E[sin z] by differences of 1e-4, each end with noise of its own."""
    fresh = mg.finite_difference(sine, (0.5,), n, rng, common_noise=False)
    common = mg.finite_difference(sine, (0.5,), n, rng)
    right = Row("∂μ by differences", common.grads[0], common.grad_ses[0], D_SINE)
    said = refused(lambda: mg.check_gradients(lambda mu: sine(mu)[0].rsample(rng), 0.5))
    return Mistake(fresh.grads[0], right, said)


def averaged_kl(rng: RNG, n: int) -> Mistake:
    """x = z + noise: at the best q the ELBO is log p(x), and no bound can be above."""
    x = np.array([1.0, -0.5, 2.0, 0.3])
    kl = mg.kl_divergence(q := mg.Normal(mg.Var(0.5 * x), math.sqrt(0.5)), UNIT)
    fits = mg.Normal(q.rsample(rng, n), 1.0).log_prob(x).value.sum(axis=1)
    exact = float(np.sum(-0.25 * x**2 - 0.5 * math.log(4.0 * math.pi)))
    (row,) = rows(["ELBO"], fits.mean() - kl.value.sum(), fits, exact)
    said = refused(lambda: mg.elbo(lambda z: mg.Normal(z, 1.0).log_prob(x), q, rng, kl=kl.mean()))
    return Mistake(fits.mean() - kl.value.mean(), row, said)


def hard_clamp(rng: RNG, n: int) -> Mistake:
    """σ fitted to N(0, 1) by the KL, from a logvar beyond the clamp."""
    eps = mg.noise(rng, name="ε")

    def fit(bound: Callable[..., mg.Var]) -> tuple[float, mg.Var]:
        def q(logvar: mg.Var) -> mg.Normal:
            return mg.Normal.from_log_variance(0.0, bound(logvar, -10.0, 10.0))

        logvar = mg.Var(-12.0, "logvar")
        descend([logvar], lambda: mg.kl_divergence(q(logvar), UNIT))
        scale = mg.exp(0.5 * bound(mg.Var(-12.0, "logvar"), -10.0, 10.0)).named("σ")
        return mg.sum(q(logvar).stddev).item(), (scale * eps).named("z") ** 2

    (wrong, broken), (right, mended) = fit(mg.clip), fit(mg.soft_clip)
    row = Row("σ fitted to 1", right, 0.0, 1.0)
    return Mistake(wrong, row, silenced(broken), (broken, mended))


# What is wrong, its repair, and the function that makes both.
MISTAKES = (
    ("ε = mg.Var(rng.standard_normal())", "ε = mg.noise(rng)", noise_as_parameter),
    ("z = q.sample(rng)", "z = q.rsample(rng)", sample_for_rsample),
    ("mg.Normal(μ, σ)", "mg.Normal.from_log_variance(μ, logvar)", negative_sigma),
    ("mg.Normal(μ, mg.exp(logvar))", "mg.Normal.from_log_variance(μ, logvar)", variance_for_sigma),
    ("mg.pathwise(problem, params, 4)", "mg.pathwise(problem, params, 20_000)", too_few_samples),
    ("μ of shape (3,), σ of shape (3, 1)", "both of shape (3,)", unmeant_broadcast),
    ("b = u < mg.sigmoid(logit)", "mg.score_function", coin_without_relaxation),
    ("σ = mg.softplus(rho)", "σ = 0.05 + mg.softplus(rho)", tiny_sigma),
    ("z = μ + Σ @ ε", "z = μ + mg.cholesky(Σ) @ ε", covariance_without_cholesky),
    ("other noise at μ + h than at μ − h", "the same at both", redrawn_noise),
    ("mg.elbo(f, q, rng, kl=kl.mean())", "mg.elbo(f, q, rng, kl=kl)", averaged_kl),
    ("mg.clip(logvar, -10, 10)", "mg.soft_clip(logvar, -10, 10)", hard_clamp),
)


def main(out: Path, seed: int = 0, samples: int = 20_000) -> dict[str, Mistake]:
    """Returns every mistake with its numbers, by name."""
    rng, found, table = np.random.default_rng(seed), {}, []
    for number, (broken, repaired, make) in enumerate(MISTAKES, 1):
        name = make.__name__.replace("_", " ")
        found[name] = mistake = make(rng, samples)
        print(f"{number:2}. {name}\n    wrong:  {broken}\n    right:  {repaired}")
        print(textwrap.indent(textwrap.fill(f"minigrad: {mistake.said}", 92), " " * 4))
        what, measured, se, exact = mistake.right
        row = (f"{number:2}. {name}: {what}", f"{mistake.wrong:.6g}", measured, se, exact)
        table.append((*row, f"{mistake.right.z:+.2f}" if se else "–"))
    graphs = [graph.named("L") for mistake in found.values() for graph in mistake.graphs]
    for (file, look), graph in zip(PICTURES.items(), graphs, strict=True):
        if graph.requires_grad:
            graph.backward()
        save(mg.draw(graph, title=look), out, file)
    print("\nWhat each makes of a number, and the repaired one, measured against the exact one:\n")
    print_table(("", "wrong", "measured", "std error", "exact", "errors off"), table)
    return found


if __name__ == "__main__":
    alone(main)
