"""Gradients that explode or vanish on their way down, and where that begins."""

from collections.abc import Iterator

import numpy as np

from ..engine.values import Value
from ..pictures.labels import number
from .wording import Wording

LARGE = 1e12  # beyond this a gradient of an output with slope 1 explodes
SMALL = 1e-12
_GRADUAL = 6  # steps at least between SMALL's root and SMALL: with fewer, one op did it


def size_hints(say: Wording) -> Iterator[str]:
    """The worst leaf of each kind: one whose gradient is huge though finite, or almost 0."""
    flow, rows = say.flow, say.equations
    leaves = [row for row in rows if row.kind == "parameter" and row.position in flow.largest]
    sizes = {row.position: _size(flow.gradients[row.position]) for row in leaves}
    finite = {i: size for i, size in sizes.items() if np.isfinite(size) and size > 0.0}
    if finite and max(finite.values()) > LARGE:
        yield _exploded(say, max(finite, key=finite.__getitem__))
    small = [i for i, size in finite.items() if size < SMALL]
    if small:
        yield from _vanished(say, min(small, key=finite.__getitem__))


def _exploded(say: Wording, leaf: int) -> str:
    way = _way(say, leaf)
    start = max(i for i, (_, size) in enumerate(way) if size <= 10.0 or i == 0)
    name = say.name(say.equations[leaf])
    return (
        f"the gradient of {name} explodes to {_number(way[-1][1])}{_since(say, way, start)}: "
        "divide by the size, clip the gradient, or take steps of smaller slope"
    )


def _vanished(say: Wording, leaf: int) -> Iterator[str]:
    """Where many steps took a little each: one that took it all is a minimum or a flat op."""
    way = _way(say, leaf)
    sizes = [size for _, size in way]
    start = max(i for i, size in enumerate(sizes) if size >= 0.1 * sizes[0] or i == 0)
    drops = [after / before for before, after in zip(sizes[start:], sizes[start + 1 :]) if before]
    if sum(drop < 0.9 for drop in drops) >= _GRADUAL and min(drops) > 1e-6:
        name = say.name(say.equations[leaf])
        yield (
            f"the gradient of {name} vanishes to {_number(sizes[-1])}{_since(say, way, start)}: "
            "a residual connection, a scale nearer 1, or a less flat op keeps it"
        )


def _way(say: Wording, leaf: int) -> list[tuple[int, float]]:
    """From the output to the leaf along the largest shares: positions, and gradients' sizes."""
    way, i = [], leaf
    while True:
        way.append((i, _size(say.flow.gradients[i])))
        if i not in say.flow.largest:
            return way[::-1]
        i = say.flow.largest[i][1]


def _since(say: Wording, way: list[tuple[int, float]], start: int) -> str:
    """Where it begins, and the factor of each step from there."""
    (first, size), count = way[start], len(way) - 1 - start
    if not count:
        return ""
    factor = (way[-1][1] / size) ** (1.0 / count) if size else np.inf
    each = f", each of {count} ops multiplies it by {factor:.3g} on average" if count > 1 else ""
    return f" from {_number(size)} at {say.full(say.equations[first])}{each}"


def _size(g: Value | None) -> float:
    return 0.0 if g is None or not np.size(g) else float(np.max(np.abs(g)))


def _number(size: float) -> str:
    return number(size).lstrip("+")
