"""What Jupyter shows of a distribution: its density or its masses, and its parameters by name."""

import html
import math
from typing import TYPE_CHECKING

import numpy as np

from ..engine import context
from ..engine.values import Array
from ..inline import curve, source
from .parameters import described, value_of

if TYPE_CHECKING:
    from .base import Distribution

_POINTS, _BARS = 401, 60  # odd: one point in the middle, a symmetric peak
_FAINT = 0.005  # of the peak: tails below it are left out
_STEEP = 10.0  # a density that grows so much towards an end is cut there: it may be infinite


def as_html(d: "Distribution") -> str:
    """The curve above the parameters, for one number's distribution; else the text alone."""
    caption = described(type(d).__name__, d._shown(), by_name=True)
    with context.no_grad(), np.errstate(all="ignore"):
        found = None if d.event_shape or d.batch_shape else _points(d)
    if found is None:
        return source(caption)
    xs, ys = found
    counts = d.support.kind == "integers"
    what = "probability" if counts else "density"
    picture = curve(xs, ys, f"{what} of {caption}", counts and len(xs) <= _BARS, y=what)
    return f"<div>{picture}<br/><code>{html.escape(caption)}</code></div>"


def _points(d: "Distribution") -> tuple[Array, Array] | None:
    """Where to draw, and how high; None where the range or the density isn't known in floats."""
    ends = _range(d)
    if ends is None:
        return None
    low, high = ends
    if d.support.kind == "integers":
        step = max(1, math.ceil((high - low) / _POINTS))
        xs = np.arange(math.floor(low), math.ceil(high) + 1.0, step)
        ys = _density(d, xs)
    else:
        xs = _between(low, high)
        ys = _bounded(d, xs, low, high)
        seen = xs[ys >= _FAINT * ys.max()]
        if len(seen) and np.isfinite(ys).all():
            width = xs[1] - xs[0]
            low, high = max(low, seen[0] - width), min(high, seen[-1] + width)
            xs = _between(low, high)
            ys = _bounded(d, xs, low, high)
    return (xs, ys) if np.isfinite(ys).all() and ys.max() > 0.0 and len(set(xs)) > 1 else None


def _between(low: float, high: float) -> Array:
    """Evenly spaced, and never at an end, where a density may be infinite."""
    return low + (high - low) * (np.arange(_POINTS) + 0.5) / _POINTS


def _bounded(d: "Distribution", xs: Array, low: float, high: float) -> Array:
    """The density, cut off where it grows without bound towards an end."""
    ys = _density(d, xs)
    nearer = _density(d, np.array([low, high]) + 1e-6 * (high - low) * np.array([1.0, -1.0]))
    if np.any(nearer > _STEEP * ys[[0, -1]]):
        return np.minimum(ys, _STEEP * float(np.median(ys)))
    return ys


def _density(d: "Distribution", xs: Array) -> Array:
    density: Array = np.exp(np.asarray(value_of(d.log_prob(xs))))
    return density


def _range(d: "Distribution") -> tuple[float, float] | None:
    """Ends with nearly everything between: the support's, quantiles, or by mean and deviation."""
    bottom, top = (float(value_of(end)) for end in (d.support.lower, d.support.upper))
    if d.support.kind == "integers" and top - bottom < _BARS:
        return bottom, top
    for ends in (_by_quantiles, _by_moments):
        low, high = ends(d)
        if math.isfinite(low) and math.isfinite(high) and low < high:
            near = 0.01 * (high - low)
            return bottom if low - bottom < near else low, top if top - high < near else high
    return None


def _by_quantiles(d: "Distribution") -> tuple[float, float]:
    try:
        low, high = value_of(d.icdf(np.array([0.001, 0.999])))  # type: ignore[misc]
    except (NotImplementedError, ImportError):
        return math.nan, math.nan
    return float(low), float(high)


def _by_moments(d: "Distribution") -> tuple[float, float]:
    try:
        mean, spread = float(value_of(d.mean)), float(value_of(d.stddev))
    except (NotImplementedError, ImportError):
        return math.nan, math.nan
    return mean - 5.0 * spread, mean + 5.0 * spread
