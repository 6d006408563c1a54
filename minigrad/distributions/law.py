"""A law that noise is drawn from: how to draw, what stands as likely at the other end, its curves.

The curves are made of ops: the distribution function, the logarithm of what is left above, and the
quantile.
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
    raise NotImplementedError("this law has no distribution function: its Law names none")


class Law(NamedTuple):
    """A law: its name, how to draw from it, and its curves.

    `mirror` takes what stands at u of the distribution function to what stands at 1 - u. `cdf` is
    that function, `log_survival` is log(1 - cdf) with its digits, `quantile` the inverse of `cdf`.
    """

    name: str
    draw: Callable[[Generator, Shape], Value]
    mirror: Callable[[Value], Value]
    cdf: Curve = _unknown
    log_survival: Curve = _unknown
    quantile: Curve = _unknown

    def drawn(self, rng: Generator, shape: Shape) -> Value:
        """A draw, of which a program that is being traced takes note."""
        watch = context.watcher()
        return self.draw(rng, shape) if watch is None else watch.draws(self.draw, rng, shape)
