"""Means and spreads. `axis` is None (all), an int or several.

`mg` has no `var` and `std`, so that a mistyped `mg.Var` is not silently a variance: use NumPy's
functions (`np.var(v)`) or the methods (`v.var()`).
"""

import numpy as np

from ..engine.values import Value, as_axis, shape_of
from ..engine.variable import Var
from .arithmetic import divide, multiply, sqrt, square
from .choices import _along, equal, where
from .reductions import Axis, _count, _spread, max, mean, min, norm, prod, sum
from .row import op
from .shapes import broadcast_to, reshape


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


def average(x: object, axis: Axis = None, weights: object = None) -> Var:
    """The mean weighted by `weights`, of x's shape or of its one axis; without them, the mean.

    >>> mg.average(np.array([1.0, 5.0]), weights=np.array([3.0, 1.0]))
    2.0
    """
    if weights is None:
        return mean(x, axis)
    shape = shape_of(x)
    if shape_of(weights) != shape:
        if not isinstance(axis, int):
            raise ValueError(
                f"average: weights of shape {shape_of(weights)} do not fit x of shape {shape}: "
                "name the one axis that they run along"
            )
        i = as_axis(axis, len(shape))
        weights = reshape(weights, tuple(n if a == i else 1 for a, n in enumerate(shape)))
    weights = broadcast_to(weights, shape)
    return divide(sum(multiply(x, weights), axis), sum(weights, axis))


def _known(x: object, otherwise: float) -> tuple[Var, Var]:
    """x with another number for nan, and where it had none: 1.0, else 0.0."""
    known = equal(x, x)
    return where(known, x, otherwise), known


def nansum(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The sum over `axis` of what is not nan; nan where all are.

    >>> x = mg.Var([1.0, np.nan, 3.0])
    >>> mg.grad(mg.nansum(x), x)
    (array([1., 0., 1.]),)
    """
    return sum(_known(x, 0.0)[0], axis, keepdims)


def nanprod(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The product over `axis` of what is not nan; nan where all are.

    >>> mg.nanprod(np.array([2.0, np.nan, 3.0]))
    6.0
    """
    return prod(_known(x, 1.0)[0], axis, keepdims)


def nanmean(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The mean over `axis` of what is not nan; nan if nothing is left.

    >>> mg.nanmean(np.array([1.0, np.nan, 3.0]))
    2.0
    """
    filled, known = _known(x, 0.0)
    return divide(sum(filled, axis, keepdims), sum(known, axis, keepdims))


def nanvar(x: object, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Var:
    """The variance over `axis` of what is not nan; nan where all are.

    >>> mg.nanvar(np.array([1.0, np.nan, 5.0]))
    4.0
    """
    filled, known = _known(x, 0.0)
    centre = divide(sum(filled, axis, True), sum(known, axis, True))
    apart = square(where(known, filled - centre, 0.0))
    return divide(sum(apart, axis, keepdims), sum(known, axis, keepdims) - ddof)


def nanstd(x: object, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Var:
    """The root of `nanvar`; of equal numbers, where it has a kink, the gradient is 0.

    >>> mg.nanstd(np.array([1.0, np.nan, 3.0]))
    1.0
    """
    filled, known = _known(x, 0.0)
    centre = divide(sum(filled, axis, True), sum(known, axis, True))
    length = norm(where(known, filled - centre, 0.0), axis, keepdims)
    return divide(length, sqrt(sum(known, axis, keepdims) - ddof))


def nanmax(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The largest element over `axis` that is not nan; nan where all are nan.

    >>> mg.nanmax(np.array([1.0, np.nan, 3.0]))
    3.0
    """
    filled, known = _known(x, -np.inf)
    return where(max(known, axis, keepdims), max(filled, axis, keepdims), np.nan)


def nanmin(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The smallest element over `axis` that is not nan; nan where all are nan.

    >>> mg.nanmin(np.array([1.0, np.nan, 3.0]))
    1.0
    """
    filled, known = _known(x, np.inf)
    return where(max(known, axis, keepdims), min(filled, axis, keepdims), np.nan)


def ptp(x: object, axis: Axis = None, keepdims: bool = False) -> Var:
    """The largest element over `axis` minus the smallest.

    >>> mg.ptp(np.array([4.0, 1.0, 9.0]))
    8.0
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)
