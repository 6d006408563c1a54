"""Spread: variance and standard deviation. `axis` is None (all), an int or several.

`mg` does not have them, so that a mistyped `mg.var` is no silent variance: ask NumPy's functions
(`np.var(v)`) or the methods (`v.var()`).
"""

import numpy as np

from ..engine.values import Value
from ..engine.variable import Var
from .choices import _along
from .elementwise import square
from .reductions import Axis, _count, _spread, mean, sum
from .row import op


def var(x: object, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Var:
    """The squared distances from the mean, summed and divided by their number less `ddof`."""
    count = _more_than(ddof, x, axis)
    return sum(square(x - mean(x, axis, True)), axis, keepdims) / (count - ddof)


def _more_than(ddof: float, x: object, axis: Axis) -> int:
    count = _count(x, axis)
    if count <= ddof:
        raise ValueError(f"var and std need more than ddof={ddof} elements, not {count}")
    return count


@op(
    lambda g, y, x, axis, ddof, keepdims: (
        _spread(g, x, axis)
        * _along(x - mean(x, axis, True), _spread(y, x, axis))
        / (_count(x, axis) - ddof)
    ),
    symbol="std",
    numpy="_std({0}{static})",
)
def _std(x: Value, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Value:
    """The root of the variance. Of equal elements, where it has a kink, the gradient is 0."""
    y = np.std(x, axis=axis, ddof=ddof, keepdims=keepdims)
    apart = np.ptp(x, axis=axis, keepdims=keepdims)
    return np.where(apart == 0.0, 0.0, y)  # the mean of equals may differ from them by rounding


def std(x: object, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Var:
    """The root of the variance. Of equal elements, where it has a kink, the gradient is 0."""
    _more_than(ddof, x, axis)
    return _std(x, axis, ddof, keepdims)
