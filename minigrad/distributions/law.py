"""A law that noise is drawn from: how to draw, the mirror image of a draw, its curves.

The curves, made of ops, are the distribution function, the log of 1 minus it, and the quantile.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..engine import context
from ..engine.values import Shape, Value
from ..engine.variable import Var
from .parameters import Numbers

Generator = np.random.Generator
Curve = Callable[[Numbers], Var]


def _unknown(x: Numbers) -> Var:
    raise NotImplementedError(
        "this law has no distribution function: pass cdf=, log_survival= and quantile= to its Law"
    )


class Law(NamedTuple):
    """A law: its name, how to draw from it, and its curves.

    `mirror` maps the noise at u of the distribution function to the noise at 1 - u. `cdf` is
    that function, `log_survival` is log(1 - cdf) with its digits, `quantile` the inverse of `cdf`.
    """

    name: str
    draw: Callable[[Generator, Shape], Value]
    mirror: Callable[[Value], Value]
    cdf: Curve = _unknown
    log_survival: Curve = _unknown
    quantile: Curve = _unknown

    def drawn(self, rng: Generator, shape: Shape) -> Value:
        """A draw, noted by a program that is being traced."""
        watch = context.watcher()
        return self.draw(rng, shape) if watch is None else watch.draws(self.draw, rng, shape)
