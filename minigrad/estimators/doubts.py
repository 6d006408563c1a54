"""What makes an estimate doubtful, measured while its samples stream by.

A standard error comes from how the samples scatter, so it says nothing about what they missed: a
rare event that none of them met, a mean that one of them dominates, digits lost to rounding.
"""

from collections.abc import Callable

import numpy as np

from ..distributions.base import Distribution
from ..engine.context import no_grad
from ..engine.values import Array, Mask
from ..engine.variable import Var, constant

MANY = 100  # samples: with fewer, a standard error is rough in any case
DECISIVE = 0.25  # of the scatter: of n normal numbers the largest has about 2 log(n)/n
RELEVANT = 0.1  # of the standard error


class Doubts:
    """The range and scatter of f, and what the draws that rounded to an edge may hide."""

    def __init__(self) -> None:
        self.count = 0  # the others are numbers, or hold one for each lane
        self.mean, self.scatter = np.zeros(2)
        self.low, self.high = np.array([np.inf, -np.inf])
        self.rounded, self.change = np.zeros(2)

    def see(self, values: Array) -> None:
        """Take in f at a chunk of samples."""
        other = Doubts()
        other.count, other.mean = len(values), values.mean(axis=0)
        other.low, other.high = values.min(axis=0), values.max(axis=0)
        other.scatter = np.square(values - other.mean).sum(axis=0)
        self.merge(other)

    def see_edge(self, change: Array, near: Mask) -> None:
        """Take in by how much f changes within the rounding of the draws that are near an edge."""
        self.rounded = self.rounded + near.sum(axis=0)
        self.change = self.change + np.where(near, np.abs(change), 0.0).sum(axis=0)

    def of_lane(self, i: int) -> "Doubts":
        """Those of one problem of a batch."""
        other = Doubts()
        for name, x in vars(self).items():
            setattr(other, name, x[i] if np.ndim(x) else x)
        return other

    def merge(self, other: "Doubts") -> None:
        """Take in those of later chunks."""
        count = self.count + other.count
        if other.count:
            gap, share = other.mean - self.mean, other.count / count
            self.mean = self.mean + share * gap
            self.scatter = self.scatter + other.scatter + self.count * share * gap * gap
        self.count = count
        self.low, self.high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        self.rounded, self.change = self.rounded + other.rounded, self.change + other.change

    def words(self, error: float) -> tuple[str, ...]:
        """What to say beside an estimate of that standard error."""
        if not self.count:
            return ()
        said = []
        if self.count > 1 and self.low == self.high:
            said.append(
                f"f is {self.low:.6g} at all {self.count:,} samples: the errors can't show what "
                "these samples missed"
            )
        else:
            farthest = max(self.high - self.mean, self.mean - self.low) ** 2
            if self.count >= MANY and farthest > DECISIVE * self.scatter:
                said.append(
                    f"one sample of {self.count:,} makes {farthest / self.scatter:.0%} of the "
                    "scatter: f has rare, large values, so the errors may be far too small"
                )
        if self.change > RELEVANT * error * self.count:
            said.append(
                f"{int(self.rounded):,} of {self.count:,} draws rounded to the edge of their "
                "support, where f still changes: its mean and gradients are off; write log z and "
                "log(1 - z) as mg.log_of(z) and mg.log_complement_of(z), which keep the digits"
            )
        return tuple(said)


def look_at_edges(doubts: Doubts, q: Distribution, z: Var, y: Var, f: Callable[[Var], Var]) -> None:
    """Measure what y = f(z), at draws z of q, misses where z has rounded to an edge.

    f is computed again at twice the distance from the edge. But first from the numbers of z alone:
    if that gives something else, f has used what z was rounded from, and all is well.
    """
    value: Array = z.value  # type: ignore[assignment]
    near = q.support.near_ends(value)
    if not near.any():
        return
    own: Mask = near.reshape(*y.shape, -1).any(axis=-1)  # type: ignore[assignment]
    chosen = own.reshape(len(value), -1).any(axis=1)
    inward = q.support.inward(value)[chosen]
    found = np.asarray(y.value)[chosen]
    with no_grad(), np.errstate(all="ignore"):
        alone = np.asarray(f(constant(value[chosen])).value)
        moved = np.asarray(f(constant(inward)).value)
        change = np.where(np.isclose(alone, found, rtol=1e-9, atol=0.0), moved - found, 0.0)
    doubts.see_edge(change, own[chosen] & np.isfinite(change))
