"""Points spread evenly over the unit cube, instead of independent ones: less variance, no bias.

Each point alone is uniform, so a mean over them is unbiased; together they leave no gaps, so it
scatters less. Points of one set depend on each other: a chunk is one set, randomised on its own,
and standard errors come from how the chunks differ.
"""

from importlib import import_module
from typing import Literal

import numpy as np

from ..distributions.randomness import Generator
from ..engine.values import Array
from .results import ENOUGH

Points = Literal["stratified", "latin", "sobol"]
KINDS = ("stratified", "latin", "sobol")
_EDGE = 2.0**-54  # a point at 0 or 1 would be at infinity


def spread_points(kind: Points, rng: Generator, count: int, size: int) -> Array:
    """`count` points in (0, 1)^size, of shape (count, size)."""
    if kind == "sobol":
        points = _sobol(rng, count, size)
    else:
        points = (_cells(kind, rng, count, size) + rng.random((count, size))) / _sides(
            kind, count, size
        )
    return np.clip(points, _EDGE, 1.0 - _EDGE)


def _sides(kind: Points, count: int, size: int) -> int:
    """Into how many parts an axis is cut."""
    return count if kind == "latin" or size == 1 else round(count ** (1.0 / size))


def _cells(kind: Points, rng: Generator, count: int, size: int) -> Array:
    """Which part of each axis a point is in: every cell of a grid, or every row and column."""
    if kind == "latin":
        return np.stack([rng.permutation(count) for _ in range(size)], axis=1).astype(float)
    sides = _sides(kind, count, size)
    cells = np.indices((sides,) * size).reshape(size, -1).T
    return cells.astype(float)


def _sobol(rng: Generator, count: int, size: int) -> Array:
    try:
        qmc = import_module("scipy.stats.qmc")
    except ImportError:
        raise ImportError(
            'points="sobol" needs SciPy: pip install \'minigrad[special]\', or take "latin"'
        ) from None
    seed = int(rng.integers(1 << 63))
    points: Array = qmc.Sobol(size, scramble=True, seed=seed).random(count)
    return points


def size_of_set(name: str, kind: Points, samples: int, size: int, chunk: int | None) -> int:
    """How many points make a set, of which at least 32 make `samples`; it must divide them."""
    if kind not in KINDS:
        raise ValueError(f"{name}: points is None or one of {', '.join(KINDS)}, not {kind!r}")
    most = max(samples // ENOUGH, 1) if chunk is None else chunk
    if kind == "sobol":
        count = 1 << (most.bit_length() - 1)
    elif kind == "latin" or size == 1:
        count = most
    else:
        sides = int(most ** (1.0 / size) + 1e-9)
        count = sides**size
    if count < 2:
        raise ValueError(
            f'{name}: points="{kind}" in {size} dimensions needs {ENOUGH} sets of points, and '
            f"{samples:,} samples are too few: take more, or independent ones"
        )
    if samples % count:
        raise ValueError(
            f'{name}: points="{kind}" come in sets of {count:,} here, and {samples:,} samples are '
            f"not a multiple: take {max(samples // count, 1) * count:,}"
        )
    return count


def name_suffix(kind: Points | None) -> str:
    """For an estimate's name."""
    return f", {kind} points" if kind else ""
