"""Quantiles of counts: the smallest k whose distribution function reaches u. They jump, so no
gradient passes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..engine.values import Array, Value, plain
from ..ops.row import each
from ..ops.tails import normal_quantile
from .quantiles import _probability, scipy_special

_ROUNDING = 1e-14  # of a distribution function: quantile(cdf(k)) is k
_FAR = 2.0**52  # above this, not every whole number is a float


def _smallest(
    cdf: Callable[[Array], Array], u: Value, mean: Value, stddev: Value, skew: Value
) -> Value:
    """The smallest whole number k ≥ 0 with cdf(k) ≥ u.

    ValueError where it is so large that the whole numbers next to it are no floats.
    """
    u = np.multiply(_probability(u), 1.0 - _ROUNDING)
    if np.size(u) > 2 and np.size(mean) == 1:
        ends = _halved(cdf, np.array([np.min(u), np.max(u)]), mean, stddev, skew)
        if not ends[1] - ends[0] > 4 * np.size(u):  # one law for many: a table serves all
            counts = np.arange(ends[0], ends[1] + 1.0)
            shape = np.broadcast_shapes(np.shape(u), np.shape(mean))
            found = counts[np.minimum(np.searchsorted(cdf(counts), u), counts.size - 1)]
            return plain(np.broadcast_to(found, shape))
    return plain(_halved(cdf, u, mean, stddev, skew))


def _halved(
    cdf: Callable[[Array], Array], u: Array, mean: Value, stddev: Value, skew: Value
) -> Array:
    """Bracketed around the quantile of Cornish and Fisher, then halved."""
    z = np.clip(normal_quantile(u), -9.0, 9.0)
    guess = mean + stddev * (z + np.multiply(skew, z * z - 1.0) / 6.0)
    reach = 1.0 + np.ceil(0.02 * np.multiply(stddev, 1.0 + np.square(skew)))
    u, middle, step = np.broadcast_arrays(u, np.maximum(np.floor(guess), 0.0), reach)
    _check_reach(middle)

    def reached(k: Array) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return (k >= 0.0) & (cdf(np.maximum(k, 0.0)) >= u) | (k >= _FAR)

    low, high = middle - step, middle + step
    while np.any(beyond := reached(low)):
        low, step = np.where(beyond, low - step, low), 2.0 * step
    step = high - middle
    while np.any(short := ~reached(high)):
        high, step = np.where(short, high + step, high), 2.0 * step
    while np.any(high - low > 1.0):
        middle = np.floor(0.5 * (low + high))
        enough = reached(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    _check_reach(high)
    found: Array = high
    return found


def _check_reach(k: Array) -> None:
    if np.any(k >= _FAR):
        raise ValueError(
            f"counts near {np.max(k):.3g} are too large, from 2**52 = 4.5e15 on not every one is a "
            "float: take mg.Normal with this distribution's mean and stddev"
        )


@each(None, None, symbol="Poisson⁻¹", numpy="poisson_quantile({all})")
def poisson_quantile(rate: Value, u: Value) -> Value:
    """Of a Poisson number of that rate."""
    gammaincc = scipy_special().gammaincc
    root = np.sqrt(rate)
    skew = 1.0 / np.where(root > 0.0, root, 1.0)
    return _smallest(lambda k: gammaincc(k + 1.0, rate), u, rate, root, skew)


@each(None, None, None, symbol="Binomial⁻¹", numpy="binomial_quantile({all})")
def binomial_quantile(count: Value, p: Value, u: Value) -> Value:
    """Of the number of successes in `count` trials of probability p."""
    betainc = scipy_special().betainc

    def cdf(k: Array) -> Array:
        left = np.maximum(count - k, 1.0)
        return np.where(k >= count, 1.0, betainc(left, k + 1.0, np.subtract(1.0, p)))

    mean, stddev = np.multiply(count, p), np.sqrt(np.multiply(count, p) * np.subtract(1.0, p))
    skew = np.subtract(1.0, np.multiply(2.0, p)) / np.where(stddev > 0.0, stddev, 1.0)
    return _smallest(cdf, u, mean, stddev, skew)


@each(None, None, None, symbol="NegativeBinomial⁻¹", numpy="negative_binomial_quantile({all})")
def negative_binomial_quantile(count: Value, q: Value, u: Value) -> Value:
    """Of the number of successes before `count` failures, each of probability q."""
    betainc = scipy_special().betainc
    p, mean = np.subtract(1.0, q), np.multiply(count, np.subtract(1.0, q) / q)
    skew = (1.0 + p) / np.sqrt(np.where(mean > 0.0, np.multiply(count, p), 1.0))
    return _smallest(lambda k: betainc(count, k + 1.0, q), u, mean, np.sqrt(mean / q), skew)


@each(None, None, symbol="Geometric⁻¹", numpy="geometric_quantile({all})")
def geometric_quantile(log_failure: Value, u: Value) -> Value:
    """Of the number of failures, each of probability exp(log_failure), before the first success."""
    u = np.multiply(_probability(u), 1.0 - _ROUNDING)
    with np.errstate(all="ignore"):
        return plain(np.maximum(np.ceil(np.log1p(-u) / log_failure) - 1.0, 0.0))
