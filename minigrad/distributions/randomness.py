"""The randomness of every distribution: draws that take part in a graph as its inputs.

A draw is a leaf of kind "noise": it has a value that can be looked at, kept and used again, and no
gradient ever reaches it.
"""

import math
import operator
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from ..engine import context
from ..engine.values import Shape, Value, plain
from ..engine.variable import Fixed, Note, Var

Generator = np.random.Generator
_NORMAL = NormalDist()


def noise(rng: Generator, shape: int | Shape = (), name: str = "eps") -> Var:
    """Independent standard normal numbers of `shape`, as a noise leaf; a float where shape is ().

    `rng` is a `numpy.random.Generator`, made once and passed on: anything else is a TypeError.
    """
    check_generator(rng)
    draw = NORMAL.drawn(rng, as_sample_shape(shape))
    return noise_leaf(draw, name, context.current().scope, NORMAL.name)


def noise_leaf(value: Value, name: str, scope: str, law: str = "") -> Var:
    """A leaf of kind "noise" on a value that nobody else holds, so that it needs no copy."""
    leaf: Var = Fixed()._fill(value, None, None, None, Note(name, scope, "noise", law))
    return leaf


def check_generator(rng: object) -> None:
    """Refuse what only looks like a source of randomness, with what to write in its place."""
    if isinstance(rng, Generator):
        return
    if isinstance(rng, bool | int | np.integer):
        remedy = (
            "a seed would draw the same eps at every call: "
            f"make rng = np.random.default_rng({rng}) once, before the loop, and pass that"
        )
    elif isinstance(rng, tuple | list):
        remedy = f"the generator comes first, then the shape: rsample(rng, {rng!r})"
    else:
        remedy = "make rng = np.random.default_rng(seed) once and pass that"
    what = "None" if rng is None else f"{type(rng).__name__} {rng!r}"
    raise TypeError(f"rng is a numpy.random.Generator, not {what}: {remedy}")


def as_sample_shape(shape: object) -> Shape:
    """A shape given as a tuple, or as an int n for (n,)."""
    if type(shape) is tuple and not shape:
        return ()
    try:
        lengths = shape if isinstance(shape, tuple | list) else (shape,)
        checked = tuple(operator.index(n) for n in lengths)
    except TypeError:
        raise TypeError(f"shape is a tuple of ints, not {shape!r}: rsample(rng, (1000,))") from None
    if min(checked, default=0) < 0:
        raise ValueError(f"shape {checked} holds a negative length")
    return checked


def sample_count(samples: object) -> int:
    """A number of samples, 1 or more."""
    try:
        count = operator.index(samples)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"samples is an int, not {type(samples).__name__} {samples!r}") from None
    if count < 1:
        raise ValueError(f"samples must be 1 or more, not {count}")
    return count


# ------------------------------------------------------------------- laws that noise is drawn from


class Law(NamedTuple):
    """A law without parameters: its name, how to draw from it, and what is as likely as a draw.

    `mirror` takes what stands at u of its cumulative distribution to what stands at 1 - u.
    """

    name: str
    draw: Callable[[Generator, Shape], Value]
    mirror: Callable[[Value], Value]

    def drawn(self, rng: Generator, shape: Shape) -> Value:
        """A draw, of which a program that is being traced takes note."""
        watch = context.watcher()
        return self.draw(rng, shape) if watch is None else watch.draws(self.draw, rng, shape)


def _drawn(method: str, rng: Generator, shape: Shape) -> Value:
    return plain(getattr(rng, method)(size=shape or None))


def _uniform(rng: Generator, shape: Shape) -> Value:
    """From (0, 1]: never 0, so that an event of probability 0 never happens."""
    return plain(1.0 - rng.random(shape or None))


def _half_normal(rng: Generator, shape: Shape) -> Value:
    return plain(abs(rng.standard_normal(shape or None)))


def _negative(eps: Value) -> Value:
    return -eps


def _mirrored_uniform(eps: Value) -> Value:
    return 1.0 - eps


def _mirrored_exponential(eps: Value) -> Value:
    """Where u = 1 - exp(-eps): -log(1 - exp(-eps)).

    Each form keeps its digits on its own side; at 0, which a draw can round to, a large number
    stands for inf.
    """
    near = np.clip(eps, np.finfo(float).tiny, 1.0)
    far = np.maximum(eps, 1.0)
    return plain(np.where(eps < 1.0, -np.log(-np.expm1(-near)), -np.log1p(-np.exp(-far))))


def _mirrored_gumbel(eps: Value) -> Value:
    """Where u = exp(-exp(-eps)): exp(-eps) is a standard exponential number."""
    return plain(-np.log(_mirrored_exponential(plain(np.exp(-eps)))))


def _mirrored_half_normal(eps: Value) -> Value:
    """Where u = erf(eps/√2): the size of a normal number."""
    return plain(np.vectorize(_mirrored_size, otypes=[float])(eps))


def _mirrored_size(eps: float) -> float:
    tail = 0.5 * max(math.erf(eps / math.sqrt(2.0)), np.finfo(float).tiny)
    return -_NORMAL.inv_cdf(tail)


NORMAL = Law("normal", partial(_drawn, "standard_normal"), _negative)
UNIFORM = Law("uniform", _uniform, _mirrored_uniform)
EXPONENTIAL = Law("exponential", partial(_drawn, "standard_exponential"), _mirrored_exponential)
GUMBEL = Law("gumbel", partial(_drawn, "gumbel"), _mirrored_gumbel)
HALF_NORMAL = Law("half_normal", _half_normal, _mirrored_half_normal)
LAPLACE = Law("laplace", partial(_drawn, "laplace"), _negative)
LOGISTIC = Law("logistic", partial(_drawn, "logistic"), _negative)
CAUCHY = Law("cauchy", partial(_drawn, "standard_cauchy"), _negative)
