"""Quantiles of counts: the smallest k whose distribution function reaches u. They jump, so no
gradient passes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..engine.values import Array, Value, plain
from ..ops.row import each
from .quantiles import _probability, scipy_special

_ROUNDING = 1e-14  # of a distribution function: quantile(cdf(k)) is k
_FAR = 2.0**52  # above this, not every whole number is a float


def _smallest(cdf: Callable[[Array], Array], u: Value, guess: Value, step: Value) -> Value:
    """The smallest whole number k ≥ 0 with cdf(k) ≥ u: bracketed around a guess, then halved.

    ValueError where it is so large that the whole numbers next to it are no floats.
    """
    u = np.multiply(_probability(u), 1.0 - _ROUNDING)
    u, middle, step = np.broadcast_arrays(u, np.floor(guess), np.ceil(step) + 1.0)
    _check_reach(middle)

    def reached(k: Array) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return (k >= 0.0) & (cdf(np.maximum(k, 0.0)) >= u) | (k >= _FAR)

    low, high = middle - step, middle + step
    while np.any(beyond := reached(low)):
        low, step = np.where(beyond, low - step, low), 2.0 * step
    while np.any(short := ~reached(high)):
        high, step = np.where(short, high + step, high), 2.0 * step
    while np.any(high - low > 1.0):
        middle = np.floor(0.5 * (low + high))
        enough = reached(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    _check_reach(high)
    return plain(high)


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
    return _smallest(lambda k: gammaincc(k + 1.0, rate), u, rate, np.sqrt(rate))


@each(None, None, None, symbol="Binomial⁻¹", numpy="binomial_quantile({all})")
def binomial_quantile(count: Value, p: Value, u: Value) -> Value:
    """Of the number of successes in `count` trials of probability p."""
    betainc = scipy_special().betainc

    def cdf(k: Array) -> Array:
        left = np.maximum(count - k, 1.0)
        return np.where(k >= count, 1.0, betainc(left, k + 1.0, np.subtract(1.0, p)))

    spread = np.sqrt(np.multiply(count, p) * np.subtract(1.0, p))
    return _smallest(cdf, u, np.multiply(count, p), spread)


@each(None, None, None, symbol="NegativeBinomial⁻¹", numpy="negative_binomial_quantile({all})")
def negative_binomial_quantile(count: Value, q: Value, u: Value) -> Value:
    """Of the number of successes before `count` failures, each of probability q."""
    betainc = scipy_special().betainc
    mean = np.multiply(count, (1.0 - q) / q)
    return _smallest(lambda k: betainc(count, k + 1.0, q), u, mean, np.sqrt(mean / q))


@each(None, None, symbol="Geometric⁻¹", numpy="geometric_quantile({all})")
def geometric_quantile(log_failure: Value, u: Value) -> Value:
    """Of the number of failures, each of probability exp(log_failure), before the first success."""
    u = np.multiply(_probability(u), 1.0 - _ROUNDING)
    with np.errstate(all="ignore"):
        return plain(np.maximum(np.ceil(np.log1p(-u) / log_failure) - 1.0, 0.0))
