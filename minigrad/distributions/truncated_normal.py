"""TruncatedNormal: a Normal number between two bounds."""

import math

import numpy as np

from ..engine.variable import Var
from ..ops import (
    add,
    greater,
    less,
    log,
    maximum,
    minimum,
    multiply,
    negative,
    square,
    stop_gradient,
    subtract,
    where,
)
from .base import Distribution
from .laws import UNIFORM
from .parameters import (
    Numbers,
    as_outcome,
    as_parameter,
    check_positive,
    minus,
    over,
    spread,
    value_of,
    where_possible,
)
from .support import Support
from .truncation import log_room, truncated_cdf, truncated_moment, truncated_quantile

_FLAT = 1e-140  # a stretch of so many scales: its square is still a number


class TruncatedNormal(Distribution):
    """A Normal(loc, scale) number, given that it is from `low` to `high`; ±inf is no bound.

    loc and scale are those of the Normal, not the moments. A scale that isn't positive, or a high
    that isn't above low, raises ValueError. Exact however far out the bounds are, 30 scales and
    more. Draws need SciPy.

    >>> q = mg.TruncatedNormal(0.0, 1.0, low=0.0, high=np.inf)
    >>> round(q.mean, 4), q.log_prob(-1.0)
    (0.7979, -inf)
    """

    _law = UNIFORM
    _parameters = {"loc": 0, "scale": 0, "low": 0, "high": 0}
    _positive = ("scale",)
    loc: Numbers
    scale: Numbers
    low: Numbers
    high: Numbers

    def __init__(self, loc: object, scale: object, low: object, high: object) -> None:
        self._hold(loc=loc, scale=scale, low=low, high=high)

    def _check(self) -> None:
        super()._check()
        low, high = value_of(self.low), value_of(self.high)
        with np.errstate(over="ignore"):
            width = as_parameter(np.subtract(high, low))
            check_positive("TruncatedNormal: high - low", width, "high must be above low")
            relative = np.divide(value_of(width), value_of(self.scale))
            far = np.divide(
                np.subtract(value_of(self._likeliest), value_of(self.loc)), value_of(self.scale)
            )
        if np.any(relative < _FLAT):
            raise ValueError(
                f"TruncatedNormal: high - low is {np.min(relative):.3g} scales, where the density "
                "is flat: take mg.Uniform(low, high)"
            )
        if not np.all(np.isfinite(far)):
            raise ValueError(
                "TruncatedNormal: the bound next to loc is more than 1.8e308 scales from it, where "
                "every draw is the bound itself: take a larger scale"
            )

    @property
    def support(self) -> Support:
        """From low to high."""
        return Support(self.low, self.high)

    @property
    def _likeliest(self) -> Numbers:
        """loc, or the bound that is nearest to it: what z is measured from. Any place would do, so
        no gradient comes from it."""
        return stop_gradient(minimum(maximum(self.loc, self.low), self.high))

    def _noise_of(self, z: Numbers) -> Numbers:
        """(z - likeliest)/scale, which the curves take; an infinite z stays as it is."""
        finite = np.isfinite(value_of(z))
        if np.all(finite):
            return over(minus(z, self._likeliest), self.scale)
        inside = over(minus(where(finite, z, 0.0), self._likeliest), self.scale)
        return where(finite, inside, value_of(z))

    @property
    def _stretch(self) -> tuple[Numbers, Numbers, Numbers]:
        """c, p, q of module `truncation`."""
        c = over(minus(self._likeliest, self.loc), self.scale)
        return c, self._noise_of(self.low), self._noise_of(self.high)

    def _transform(self, eps: Var) -> Var:
        s = truncated_quantile(*self._stretch, eps)
        z = add(self._likeliest, multiply(self.scale, s))
        return minimum(maximum(z, self.low), self.high)  # it may round across a bound

    def cdf(self, z: object) -> Var:
        """(Φ(x) - Φ(a))/(Φ(b) - Φ(a)) at x = (z - loc)/scale, a and b those of low and high."""
        return self._curve(z, lambda s: truncated_cdf(*self._stretch, s), 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log (Φ(b) - Φ(x))/(Φ(b) - Φ(a))."""
        c, p, q = self._stretch
        return self._curve(
            z, lambda s: subtract(log_room(c, s, q), log_room(c, p, q)), 0.0, -math.inf
        )

    def log_prob(self, z: object) -> Var:
        """The Normal log-density, less log(Φ(b) - Φ(a)), from low to high."""
        z = as_outcome("TruncatedNormal", z, self.batch_shape, ())
        outside = add(less(z, self.low), greater(z, self.high))
        return where_possible(outside, z, self._log_density, self.support.inside)

    def _log_density(self, z: Numbers) -> Var:
        c, p, q = self._stretch
        s = self._noise_of(z)
        fallen = multiply(s, add(multiply(0.5, s), c))
        return negative(add(fallen, add(log(self.scale), log_room(c, p, q))))

    def _moment(self, order: int) -> Var:
        return truncated_moment(*self._stretch, order=order)

    def entropy(self) -> Var:
        """log scale + log ∫ exp(-s(½s + c)) ds + E s(½s + c)."""
        c, p, q = self._stretch
        fallen = add(multiply(0.5, self._moment(2)), multiply(c, self._moment(1)))
        return add(add(log(self.scale), log_room(c, p, q)), fallen)

    @property
    def mean(self) -> Var:
        """loc + scale (φ(a) - φ(b))/(Φ(b) - Φ(a))."""
        return add(self._likeliest, multiply(self.scale, self._moment(1)))

    @property
    def variance(self) -> Var:
        """scale² · the variance of x, which is below 1."""
        spare = subtract(self._moment(2), square(self._moment(1)))
        return multiply(self.scale, multiply(self.scale, spare))

    @property
    def mode(self) -> Var:
        """loc, or the bound that is nearest to it."""
        return spread(minimum(maximum(self.loc, self.low), self.high), self.batch_shape)
