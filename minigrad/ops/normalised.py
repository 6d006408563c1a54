"""What exponentials add up to, and what is normalised by that: logsumexp, softmax, log_softmax."""

import numpy as np

from ..engine.values import Array, Value, shape_of
from .choices import _gate
from .exponentials import exp
from .reductions import Axis, _spread, sum
from .row import op


@op(
    # Beside anything finite, -inf has no share; so it has none where all are -inf.
    lambda g, y, x, axis, keepdims: (
        _spread(g, x, axis) * exp(x - _spread(_gate(y, y != -np.inf), x, axis))  # type: ignore
    ),
    numpy="logsumexp({0}{static})",
    javascript="{0}",
)
def logsumexp(x: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    """log(sum(exp(x))) over `axis`, without overflow.

    Where all are -inf (a sum of impossible events), or there are none, the result is -inf, and no
    gradient passes.

    >>> round(mg.logsumexp(np.array([1000.0, 1000.0])), 4)
    1000.6931
    """
    if (
        isinstance(x, np.ndarray)
        and x.ndim > 1
        and x.shape[-1] < 8
        and type(axis) is int  # True is refused below
        and axis in (-1, x.ndim - 1)
    ):
        # NumPy's loops would be many and short: of 500 × 3 numbers this takes a third of the time.
        across: Array = logsumexp(x.T.copy(), 0).T  # type: ignore[assignment]
        return across[..., None] if keepdims else across
    top = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        y = top + np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


def _total(x: object, axis: Axis) -> object:
    """The sum that broadcasts against x; a scalar is its own."""
    return sum(x, axis, True) if shape_of(x) else x


@op(
    lambda g, y, x, axis: y * (g - _total(g * y, axis)),
    numpy="softmax({0}{static})",
)
def softmax(x: Value, axis: Axis = -1) -> Value:
    """exp(x) / sum(exp(x)) over `axis`, the last by default, without overflow; of a scalar 1.

    >>> mg.softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    y = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return y / np.sum(y, axis=axis, keepdims=True)


@op(
    lambda g, y, x, axis: g - exp(y) * _total(g, axis),
    numpy="log_softmax({0}{static})",
)
def log_softmax(x: Value, axis: Axis = -1) -> Value:
    """x - logsumexp(x) over `axis`, the last by default.

    >>> mg.log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    below = x - top  # first: the sum would lose what is small in x
    return below - logsumexp(below, axis, True)
