"""A whole reverse-mode engine is thirty lines, and its numbers are minigrad's, to the last bit.

`Num` remembers what made it; `backward` walks back through that, newest number first. minigrad adds
arrays, more ops, names, pictures and good errors; what happens to a gradient is this.
"""

import itertools
import math
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import alone, print_table, save

PICTURES = {
    "thirty_lines.svg": "The same formula in minigrad: its numbers are those of the thirty lines",
}
PAGES = {
    "thirty_lines.html": "Step through it: each backward step is one `x.grad += back(node.grad)`.",
}

MU, SIGMA = 0.7, 1.2


class Num:
    """A number that remembers its inputs, and how each one gets its share of the gradient."""

    born = itertools.count()

    def __init__(self, value, *edges):
        self.value, self.edges = value, edges
        self.grad, self.age = 0.0, next(self.born)

    def __add__(self, other):
        return Num(self.value + other.value, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        x, y = self.value, other.value
        return Num(x * y, (self, lambda g: g * y), (other, lambda g: g * x))


def sin(x):
    return Num(math.sin(x.value), (x, lambda g: g * math.cos(x.value)))


def backward(output):
    """Give every number below `output` its gradient; a number is younger than its inputs."""
    below = [output]
    for node in below:  # the list grows as we go
        for x, _ in node.edges:
            if x not in below:
                below.append(x)
    output.grad = 1.0
    for node in sorted(below, key=lambda node: node.age, reverse=True):
        for x, back in node.edges:
            x.grad += back(node.grad)


def by_hand(eps: float) -> dict[str, float]:
    """sin(μ + σε) and its slopes, by the thirty lines."""
    mu, sigma = Num(MU), Num(SIGMA)
    f = sin(mu + sigma * Num(eps))
    backward(f)
    return {"sin(mu + sigma*eps)": f.value, "∂/∂mu": mu.grad, "∂/∂sigma": sigma.grad}


def by_minigrad(eps: float) -> tuple[mg.Var, dict[str, float]]:
    """The same, and the graph that it comes from."""
    mu, sigma = mg.Var(MU, "mu"), mg.Var(SIGMA, "sigma")
    f = mg.sin(mu + sigma * mg.constant(eps, "eps", "noise"))
    f.backward()
    return f, {"sin(mu + sigma*eps)": f.value, "∂/∂mu": mu.grad, "∂/∂sigma": sigma.grad}


def main(out: Path, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Returns of each number what the thirty lines say, and what minigrad says."""
    eps = float(np.random.default_rng(seed).standard_normal())
    f, theirs = by_minigrad(eps)
    found = {what: (ours, theirs[what]) for what, ours in by_hand(eps).items()}
    lines = [(what, repr(a), repr(b), "yes" if a == b else "no") for what, (a, b) in found.items()]
    print_table(("", "thirty lines", "minigrad", "the same to the last bit"), lines)
    save(mg.draw(f, title="sin(mu + sigma·eps)"), out, "thirty_lines.svg")
    lesson = mg.step_through(
        f, title="What thirty lines do", source="f = sin(mu + sigma*eps)", live=True
    )
    save(lesson, out, "thirty_lines.html")
    return found


if __name__ == "__main__":
    alone(main)
