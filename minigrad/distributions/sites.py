"""Draws behind a wall: how one was made, and by which names `.sample` knows how to make one."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from ..engine.variable import Var

if TYPE_CHECKING:
    from .base import Distribution


class Site(NamedTuple):
    """How a draw behind a wall was made: `z.site` of a z from `.sample()`.

    With `weights`, outcomes are side by side along the first axis of z, each with its weight;
    `tail` is the probability of outcomes that were left out.
    """

    distribution: "Distribution"
    estimator: str = "score"
    baseline: object = None
    weights: Var | None = None
    tail: float = 0.0


STRATEGIES: dict[str, Callable[..., Var]] = {}
"""What `.sample` does, by name; filled in by `strategies`."""


def strategy_of(name: str) -> Callable[..., Var]:
    """By its name, or that of the estimator of whole problems that does the same."""
    known = name.replace("_", "-").removesuffix("-function")
    if known not in STRATEGIES:
        raise ValueError(f"no strategy {name!r}: choose from {', '.join(sorted(STRATEGIES))}")
    return STRATEGIES[known]


usual: ContextVar[tuple[str, dict[str, object]]] = ContextVar("usual", default=("score", {}))
