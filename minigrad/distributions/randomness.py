"""The randomness of every distribution: draws that take part in a graph as its inputs.

A draw is a leaf of kind "noise": its value can be looked at, kept and used again, and no gradient
ever reaches it.
"""

import operator
from typing import cast

import numpy as np

from ..engine.values import Shape, Value
from ..engine.variable import Var, fresh_note, leaf
from .law import Generator as Generator
from .laws import NORMAL

REQUIRED = cast(Generator, None)  # a default whose only use is a readable error for a missing rng


def noise(rng: Generator = REQUIRED, shape: int | Shape = (), name: str = "eps") -> Var:
    """Independent standard normal numbers of `shape`, as a noise leaf; a float where shape is ().

    `rng` is a `numpy.random.Generator`, made once and passed on: anything else raises TypeError.

    >>> eps = mg.noise(np.random.default_rng(0), (2, 3))
    >>> eps.shape, eps.kind, eps.name
    ((2, 3), 'noise', 'eps')
    """
    check_generator(rng)
    return noise_leaf(NORMAL.drawn(rng, as_sample_shape(shape)), name, None, NORMAL.name)


def noise_leaf(value: Value, name: str, scope: str | None, law: str = "") -> Var:
    """A leaf of kind "noise" with a value that nobody else holds, so it needs no copy.

    In the scope of the block around where `scope` is None.
    """
    return leaf(value, fresh_note("noise", name, law, scope))


def check_generator(rng: object) -> None:
    """Refuse anything but a Generator, and say what to write instead."""
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
    simple = isinstance(rng, int | float | str | tuple | list | np.integer)
    kind = type(rng).__name__
    what = "None" if rng is None else f"{kind} {rng!r}" if simple else kind
    raise TypeError(f"rng is a numpy.random.Generator, not {what}: {remedy}")


def as_sample_shape(shape: object) -> Shape:
    """A shape given as a tuple, or as an int n for (n,)."""
    if type(shape) is tuple and not shape:
        return ()
    try:
        lengths = shape if isinstance(shape, tuple | list) else (shape,)
        if any(isinstance(n, bool) for n in lengths):
            raise TypeError
        checked = tuple(operator.index(n) for n in lengths)
    except TypeError:
        raise TypeError(f"shape is a tuple of ints, not {shape!r}: rsample(rng, (1000,))") from None
    if min(checked, default=0) < 0:
        raise ValueError(f"shape {checked} holds a negative length")
    return checked


def check_order(call: str, rng: object, samples: object) -> None:
    """Refuse rng and samples in the wrong order, and show the right one."""
    if isinstance(samples, Generator):
        raise TypeError(f"rng and samples are swapped: write {call}")


def as_generator(rng: object) -> Generator:
    """A generator unchanged; a seed makes one, and None one seeded by the system.

    Only for what makes all its draws in one call: in a loop a seed would draw the same each time.
    """
    if isinstance(rng, Generator):
        return rng
    if isinstance(rng, bool) or not (rng is None or isinstance(rng, int | np.integer) and rng >= 0):
        raise TypeError(
            f"rng is a numpy.random.Generator, a seed of 0 or more, or None, not {rng!r}"
        )
    return np.random.default_rng(rng)


def sample_count(samples: object) -> int:
    """A number of samples, 1 or more."""
    try:
        count = operator.index(samples)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"samples is an int, not {type(samples).__name__} {samples!r}") from None
    if count < 1:
        raise ValueError(f"samples must be 1 or more, not {count}")
    return count
