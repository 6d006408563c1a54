"""What is kept of a stream's chunks: their mean, how they scatter around it, what went wrong."""

from typing import NamedTuple

import numpy as np

from ..engine.values import Array, Value
from .doubts import Doubts


class Chunk(NamedTuple):
    """What a rule computes: f at each sample, or their sum, and the mean of each gradient."""

    values: Array
    grads: tuple[Value, ...]
    summed: bool = False


class Moments:
    """The mean of the chunks' means, weighted by their samples, and how they scatter around it.

    E[f] and the numbers of all gradients form one row: a chunk costs a few additions of rows.
    """

    def __init__(self) -> None:
        self.count, self.chunks = 0, 0
        self.means: Array = np.zeros(0)
        self.scatter: Array = np.zeros(0)  # Σ n (mean of a chunk - mean)²
        self.bad, self.first_bad = 0, -1  # samples at which f is not finite
        self.bad_grad: tuple[int, int] | None = None
        self.doubts = Doubts()

    def merge(self, other: "Moments") -> None:
        """Take in the moments of later chunks (Chan, Golub and LeVeque, 1983)."""
        if self.first_bad < 0:
            self.first_bad = other.first_bad
        self.bad += other.bad
        self.bad_grad = self.bad_grad or other.bad_grad
        self.doubts.merge(other.doubts)
        before, self.count = self.count, self.count + other.count
        self.chunks += other.chunks
        if not before:
            self.means, self.scatter = other.means, other.scatter
        elif other.count:
            share = other.count / self.count
            gap = other.means - self.means
            self.means = self.means + share * gap
            self.scatter = self.scatter + other.scatter + before * share * gap * gap

    def standard_errors(self) -> Array:
        """√(Σ n (chunk - mean)² / ((chunks - 1) samples)): exact in the mean for unequal chunks."""
        if self.chunks < 2:
            return np.full(self.means.shape, np.nan)
        return np.sqrt(self.scatter / ((self.chunks - 1) * self.count))


def moments_of(chunk: Chunk, start: int, stop: int) -> Moments:
    """One chunk's moments, or which of its samples went wrong."""
    moments = Moments()
    total = chunk.values.sum(axis=0)
    if not np.isfinite(total).all() and not (right := np.isfinite(chunk.values)).all():
        wrong = ~right.reshape(len(right), -1).all(axis=1)
        moments.bad, moments.first_bad = int(wrong.sum()), start + int(wrong.argmax())
        return moments
    means = np.concatenate([np.ravel(total / (stop - start)), *map(np.ravel, chunk.grads)])
    if np.isfinite(means).all():
        moments.count, moments.chunks = stop - start, 1
        moments.means, moments.scatter = means, np.zeros(means.shape)
        if not chunk.summed:
            moments.doubts.see(chunk.values)
    else:
        moments.bad_grad = start, stop
    return moments


def check_finite(name: str, total: Moments, samples: int) -> None:
    if total.bad:
        raise ValueError(
            f"{name}: the integrand is nan or infinite at {total.bad:,} of {samples:,} samples, "
            f"first at sample {total.first_bad:,}: bound it there, or leave its domain out"
        )
    if total.bad_grad is not None:
        start, stop = total.bad_grad
        raise ValueError(
            f"{name}: the mean or a gradient is nan or infinite, first among the samples {start:,} "
            f"to {stop - 1:,}, where the integrand is finite: look for a kink such as sqrt at 0"
        )
