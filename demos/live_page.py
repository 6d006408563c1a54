"""Type a model, and see it run backwards: the page that the other demos are frozen moments of.

The grammar is the command line's, and the engine in the page is generated from the rows of this
package, so its numbers are Python's. Here the program of a small variational model is computed by
both: its gradients by `mg.grad`, and by the expected loss in closed form. E(z − 2)² is
(μ − 2)² + σ², the divergence ½(μ² + σ² − 1) − log σ; the mean of many draws has to come to the
slopes of their sum, 3μ − 4 and 3σ − 1/σ.
"""

from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Row, alone, print_rows, rows, save

PROGRAM = "mu = 0.7\nsigma = 1.2\nq ~ Normal(mu, sigma)\nloss = (q - 2)^2 + kl(q)"
PICTURES = {"live_page.svg": "The program of the live page: two ways lead to each parameter"}
PAGES = {
    "play.html": "Type a formula, a distribution, a loss. Move a knob, draw a hundred gradients, "
    "ask why the noise gets none. The examples hold the path and the classic mistakes."
}

MU, SIGMA, DRAWS = 0.7, 1.2, 100_000


def loss(mu: mg.Var, sigma: mg.Var, eps: mg.Var) -> mg.Var:
    """The program, line by line."""
    q = mg.Normal(mu, sigma)
    z = q.transform(eps).named("q")
    divergence = mg.kl_divergence(q, mg.Normal(0.0, 1.0))
    return (mg.square(z - 2.0) + divergence).named("loss")


def main(out: Path, seed: int = 0) -> list[Row]:
    """Returns the mean gradients of many draws beside the exact ones."""
    rng = np.random.default_rng(seed)
    eps = rng.standard_normal(DRAWS)
    z = MU + SIGMA * eps
    samples = np.stack([2.0 * (z - 2.0) + MU, 2.0 * (z - 2.0) * eps + SIGMA - 1.0 / SIGMA], axis=1)
    mu, sigma = mg.Var(MU, "mu"), mg.Var(SIGMA, "sigma")
    total = mg.mean(loss(mu, sigma, mg.constant(eps, "eps", "noise")))
    found = np.array([float(g) for g in mg.grad(total, [mu, sigma])])
    exact = np.array([3.0 * MU - 4.0, 3.0 * SIGMA - 1.0 / SIGMA])
    table = [*rows(["∂mu of E loss", "∂sigma of E loss"], found, samples, exact)]
    print_rows(table)
    one = loss(mu, sigma, mg.noise(rng))
    one.backward()
    save(mg.draw(one, title="The program of the live page"), out, "live_page.svg")
    save(mg.playground(PROGRAM), out, "play.html")
    return table


if __name__ == "__main__":
    alone(main)
