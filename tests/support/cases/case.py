"""What a case is, and the numbers that cases are made of."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import minigrad as mg
from minigrad.engine.op import OPS
from minigrad.engine.values import Value

Function = Callable[..., object]


class Case(NamedTuple):
    """`f` of `inputs` gives what `reference` gives."""

    name: str  # the op or function that the case is about
    f: Function
    reference: Function
    inputs: tuple[Value, ...]
    first: tuple[Function, ...] = ()  # the derivative by each input, elementwise
    second: tuple[tuple[Function, ...], ...] = ()  # second[i][j]: by input i, then by input j
    note: str = ""

    def __str__(self) -> str:
        inputs = ",".join(f"{x:g}" if isinstance(x, float) else f"{x.shape}" for x in self.inputs)
        return f"{self.name}[{inputs}]{self.note}".replace(" ", "")


def function_of(name: str) -> Function:
    """The op or function of that name, public or not."""
    return getattr(mg.ops, name) if name in mg.ops.__all__ else OPS[name].function


_rng = np.random.default_rng(2026)


def normal(*shape: int) -> Value:
    """Numbers of both signs, no two alike."""
    return _rng.normal(size=shape)


def positive(*shape: int) -> Value:
    """Numbers between ½ and 2."""
    return _rng.uniform(0.5, 2.0, shape)


def regular(*shape: int) -> Value:
    """Square matrices far from singular, with positive determinants."""
    return 0.3 * _rng.normal(size=shape) + 2.0 * np.eye(shape[-1])


def definite(*shape: int) -> Value:
    """Symmetric positive definite matrices."""
    x = regular(*shape)
    return x @ np.swapaxes(x, -1, -2)
