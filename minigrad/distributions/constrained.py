"""Maps from any numbers onto constrained ones: above 0, proportions, triangular factors."""

import math

import numpy as np

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    concatenate,
    cumsum,
    divide,
    exp,
    expand_dims,
    flip,
    greater,
    index,
    less_equal,
    log,
    multiply,
    negative,
    power,
    softplus,
    subtract,
    where,
)
from ..ops import max as max_
from ..ops import sum as sum_
from .parameters import Numbers, as_parameter, first_where, spread, value_of
from .support import SIMPLEX, SUM_ERROR, Support
from .transforms import Moved, Transform
from .unrounded import is_positive, log_of, softplus_inverse_of

_BUT_FIRST, _BUT_LAST = (..., slice(1, None)), (..., slice(None, -1))


class SoftplusTransform(Transform):
    """y = log(1 + exp(x)), above 0.

    >>> y, log_det = mg.SoftplusTransform().forward(0.0)
    >>> round(y, 4), round(log_det, 4)
    (0.6931, -0.6931)
    """

    def forward(self, x: Numbers) -> Moved:
        """softplus(x) and log sigmoid(x)."""
        return softplus(x), negative(softplus(negative(x)))

    def inverse(self, y: Numbers) -> Moved:
        """log(exp(y) - 1) and log(1 - exp(-y))."""
        beyond = less_equal(y, 0.0)
        y = y if not np.any(value_of(beyond)) else where(beyond, 1.0, y)
        x = softplus_inverse_of(y)
        return x, where(beyond, math.inf, negative(softplus(negative(x))))


class PowerTransform(Transform):
    """y = x^exponent of positive x; an exponent that is 0 or nan raises ValueError.

    It must broadcast to the shape of x. An x below 0 raises ValueError.

    >>> y, log_det = mg.PowerTransform(2.0).forward(3.0)
    >>> y, round(log_det, 4), round(mg.log(6.0), 4)
    (9.0, 1.7918, 1.7918)
    """

    def __init__(self, exponent: object) -> None:
        self.exponent = as_parameter(exponent)
        value = value_of(self.exponent)
        wrong = ~(np.abs(value) > 0.0)
        if np.any(wrong):
            number, place = first_where(wrong, value)
            raise ValueError(
                f"PowerTransform: exponent must not be {number}{place}: it would have no inverse"
            )

    @property
    def rising(self) -> bool:  # type: ignore[override]
        """Whether the exponent is positive; exponents of both signs raise NotImplementedError."""
        up = np.greater(value_of(self.exponent), 0.0)
        if np.any(up) and not np.all(up):
            raise NotImplementedError(
                "PowerTransform: exponent has both signs: use one map for each sign"
            )
        return bool(np.all(up))

    def forward(self, x: Numbers) -> Moved:
        """x^exponent and log |exponent| + (exponent - 1) log x."""
        if np.any(np.less(value_of(x), 0.0)):
            raise ValueError(
                f"PowerTransform takes x of 0 or more, not {np.min(value_of(x)):.6g}: give it a "
                "base of positive numbers, like mg.Gamma"
            )
        log_x = log_of(x)
        y = exp(multiply(self.exponent, log_x)) if is_positive(x) else power(x, self.exponent)
        return y, self._log_det(log_x)

    def inverse(self, y: Numbers) -> Moved:
        """y^(1/exponent), and the same."""
        beyond = less_equal(y, 0.0)
        safe = y if is_positive(y) else where(beyond, 1.0, y)
        log_x = divide(log_of(safe), self.exponent)
        unknown = where(beyond, math.inf, self._log_det(log_x))
        return exp(log_x), self._log_det(log_x) if is_positive(y) else unknown

    def _log_det(self, log_x: Numbers) -> Var:
        slope = multiply(subtract(self.exponent, 1.0), log_x)
        return spread(add(log(abs_(self.exponent)), slope), shape_of(log_x))


class StickBreakingTransform(Transform):
    """Vectors of K - 1 numbers onto K proportions, which are positive and add up to 1.

    Of the rest of a stick, xᵢ breaks off the share sigmoid(xᵢ - log(K - i)): x = 0 gives equal
    parts. log |det| is that of the first K - 1 proportions, as for Dirichlet.

    >>> mg.StickBreakingTransform().forward(np.zeros(2))[0].round(4)
    array([0.3333, 0.3333, 0.3333])
    """

    vectors = True

    def outcome_shape(self, shape: Shape) -> Shape:
        """(..., K - 1) gives (..., K)."""
        return (*shape[:-1], shape[-1] + 1)

    def image(self, x: Support) -> Support:
        """Proportions."""
        return SIMPLEX

    def _offsets(self, n: int) -> Numbers:
        return as_parameter(np.log(np.arange(float(n), 0.0, -1.0)))

    def forward(self, x: Numbers) -> Moved:
        """exp of the logs of the parts; log |det| is Σ log yᵢ + log(1 - share)."""
        moved = subtract(x, self._offsets(shape_of(x)[-1]))
        shares, rests = negative(softplus(negative(moved))), negative(softplus(moved))
        left = cumsum(rests, -1)
        zero = np.zeros((*shape_of(x)[:-1], 1))
        logs = add(concatenate([zero, left], -1), concatenate([shares, zero], -1))
        log_det = sum_(add(index(logs, _BUT_LAST), rests), -1)
        return exp(logs), log_det

    def inverse(self, y: Numbers) -> Moved:
        """log of each part over the sum of those after it, + log(K - i)."""
        off = greater(abs_(subtract(sum_(y, -1, True), 1.0)), SUM_ERROR)
        beyond = max_(greater(add(less_equal(y, 0.0), off), 0.0), -1, True)
        safe = where(beyond, 1.0 / shape_of(y)[-1], y)
        behind = log(flip(cumsum(flip(safe, -1), -1), -1))
        part, rest = log(index(safe, _BUT_LAST)), index(behind, _BUT_FIRST)
        log_det = sum_(add(part, subtract(rest, index(behind, _BUT_LAST))), -1)
        x = add(subtract(part, rest), self._offsets(shape_of(part)[-1]))
        return x, where(index(beyond, (..., 0)), math.inf, log_det)


class LowerCholeskyTransform(Transform):
    """Vectors of d(d + 1)/2 numbers onto lower triangular d×d matrices with a positive diagonal.

    The numbers fill the triangle row by row; those on the diagonal are logs of L's
    diagonal. L Lᵀ is then positive definite: a `scale_tril` for MultivariateNormal.

    >>> mg.LowerCholeskyTransform().forward(np.array([0.0, 5.0, 0.0]))[0]
    array([[1., 0.],
           [5., 1.]])
    """

    vectors = True

    def outcome_shape(self, shape: Shape) -> Shape:
        """(..., d(d + 1)/2) gives (..., d, d)."""
        d = (math.isqrt(8 * shape[-1] + 1) - 1) // 2
        if not d or d * (d + 1) // 2 != shape[-1]:
            raise ValueError(
                f"LowerCholeskyTransform takes vectors of 1, 3, 6, 10, … numbers, not {shape[-1]}"
            )
        return (*shape[:-1], d, d)

    def image(self, x: Support) -> Support:
        """All such matrices."""
        return Support(kind="matrices", also_moves=x.moves)

    def forward(self, x: Numbers) -> Moved:
        """L, and the sum of the numbers on its diagonal."""
        d = self.outcome_shape(shape_of(x)[-1:])[-1]
        rows, columns = np.tril_indices(d)
        places = np.full((d, d), len(rows))  # of a 0, above the diagonal
        places[rows, columns] = np.arange(len(rows))
        padded = concatenate([x, np.zeros((*shape_of(x)[:-1], 1))], -1)
        lower = index(padded, (..., places))
        on_diagonal = index(x, (..., np.diagonal(places)))
        return where(np.eye(d), exp(lower), lower), sum_(on_diagonal, -1)

    def inverse(self, y: Numbers) -> Moved:
        """The triangle row by row, logs on the diagonal."""
        d = shape_of(y)[-1]
        rows, columns = np.tril_indices(d)
        upper = (np.triu(value_of(y), 1) != 0.0).any((-1, -2))
        diagonal = index(y, (..., np.arange(d), np.arange(d)))
        beyond = greater(add(sum_(less_equal(diagonal, 0.0), -1), upper), 0.0)
        logs = log(where(expand_dims(beyond, -1), 1.0, diagonal))
        numbers = index(y, (..., rows, columns))
        found = where(rows == columns, index(logs, (..., columns)), numbers)
        return found, where(beyond, math.inf, sum_(logs, -1))
