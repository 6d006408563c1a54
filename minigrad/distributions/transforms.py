"""Invertible maps y = f(x) for `Transformed`, each with its log-determinant on the tape.

`forward(x)` gives y and log |det ∂y/∂x|, `inverse(y)` gives x and the same log |det ∂y/∂x|: one for
each number, or one for each vector along the last axis where the map is one of vectors. A y that no
x leads to gets the log-determinant inf, so that its density is 0.
"""

import copy
import math
from abc import ABC, abstractmethod
from typing import Self

import numpy as np

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    exp,
    greater_equal,
    less_equal,
    log,
    log1p,
    multiply,
    softplus,
    stop_gradient,
    subtract,
    tanh,
    where,
)
from ..ops import sigmoid as sigmoid_of
from .parameters import Numbers, as_parameter, described, first_where, spread, value_of
from .support import Support, in_order, shifted
from .unrounded import arctanh_of, is_inside_unit, is_positive, is_tanh, log_of, logit_of

Moved = tuple[Var, Var]


class Transform(ABC):
    """The base class of the maps; `vectors` says that one works on vectors along the last axis."""

    vectors = False
    onto = False  # whether every y has an x
    rising = True  # whether y grows with x: for maps of numbers

    def outcome_shape(self, shape: Shape) -> Shape:
        """The event shape of y, where that of x is given."""
        return shape

    @abstractmethod
    def forward(self, x: Numbers) -> Moved:
        """y and log |det ∂y/∂x|."""

    @abstractmethod
    def inverse(self, y: Numbers) -> Moved:
        """x and log |det ∂y/∂x| there; a NotImplementedError where it has no closed form."""

    def image(self, x: Support) -> Support:
        """The support of y, where that of x is given."""
        if not self.vectors:
            return Support(*in_order(self.forward(x.lower)[0], self.forward(x.upper)[0]))
        wants = any(isinstance(v, Var) and v.requires_grad for v in vars(self).values())
        return Support(also_moves=x.moves or (x.has_ends and wants))

    def __repr__(self) -> str:
        return described(type(self).__name__, vars(self))

    def stopped(self) -> Self:
        """The same map, its parameters behind walls."""
        other = copy.copy(self)
        for name, x in vars(self).items():
            if isinstance(x, Var) and x.requires_grad:
                setattr(other, name, stop_gradient(x))
        return other

    def same_as(self, other: "Transform") -> bool:
        """Whether both are one map whatever becomes of the Vars: those must be the same ones."""

        def same(a: object, b: object) -> bool:
            plain = isinstance(a, float | np.ndarray) and isinstance(b, float | np.ndarray)
            return a is b or (plain and np.array_equal(a, b))  # type: ignore[arg-type]

        mine, theirs = vars(self), vars(other)
        return type(self) is type(other) and all(same(mine[name], theirs[name]) for name in mine)


class AffineTransform(Transform):
    """y = loc + scale · x; a scale that is 0 or nan raises ValueError, a negative one flips x.

    Both must broadcast to the shape of x, for they make no new numbers.

    >>> mg.AffineTransform(1.0, 2.0).forward(3.0)[0]
    7.0
    >>> mg.AffineTransform(1.0, 2.0).inverse(7.0)[0]
    3.0
    """

    onto = True

    def __init__(self, loc: object, scale: object) -> None:
        self.loc, self.scale = as_parameter(loc), as_parameter(scale)
        value = value_of(self.scale)
        wrong = ~(np.abs(value) > 0.0)
        if np.any(wrong):
            number, place = first_where(wrong, value)
            raise ValueError(
                f"AffineTransform: scale must not be {number}{place}: it would have no inverse"
            )

    @property
    def rising(self) -> bool:  # type: ignore[override]
        """Whether the scale is positive; scales of both signs raise NotImplementedError."""
        up = np.greater(value_of(self.scale), 0.0)
        if np.any(up) and not np.all(up):
            raise NotImplementedError(
                "AffineTransform: scale has both signs: use one map for each sign"
            )
        return bool(np.all(up))

    def image(self, x: Support) -> Support:
        """The ends moved; with scales of both signs, they change places where it is negative."""
        ends = (shifted(end, self.loc, self.scale) for end in (x.lower, x.upper))
        return Support(*in_order(*ends))

    def forward(self, x: Numbers) -> Moved:
        """loc + scale · x and log |scale|."""
        return self._fitting(add(self.loc, multiply(self.scale, x)), x)

    def inverse(self, y: Numbers) -> Moved:
        """(y - loc)/scale and log |scale|."""
        return self._fitting(divide(subtract(y, self.loc), self.scale), y)

    def _fitting(self, new: Var, old: Numbers) -> Moved:
        if shape_of(new) != shape_of(old):
            raise ValueError(
                f"AffineTransform: loc and scale would make {shape_of(new)} out of shape "
                f"{shape_of(old)}, one number moved to several places: give the base distribution "
                "that batch shape"
            )
        return new, spread(log(abs_(self.scale)), shape_of(old))


class ExpTransform(Transform):
    """y = exp(x), above 0.

    >>> mg.ExpTransform().forward(0.0)
    (1.0, 0.0)
    """

    def forward(self, x: Numbers) -> Moved:
        """exp(x) and x."""
        return exp(x), spread(x, shape_of(x))

    def inverse(self, y: Numbers) -> Moved:
        """log y, twice."""
        if is_positive(y):
            x = log_of(y)
            return x, x
        beyond = less_equal(y, 0.0)
        x = log(where(beyond, 1.0, y))
        return x, where(beyond, math.inf, x)


class SigmoidTransform(Transform):
    """y = 1/(1 + exp(-x)), in (0, 1).

    >>> y, log_det = mg.SigmoidTransform().forward(0.0)
    >>> y, round(log_det, 4)
    (0.5, -1.3863)
    """

    def forward(self, x: Numbers) -> Moved:
        """sigmoid(x) and log y(1 - y)."""
        return sigmoid_of(x), self._log_det(x)

    def inverse(self, y: Numbers) -> Moved:
        """log y/(1 - y) and log y(1 - y)."""
        if is_inside_unit(y):
            x = logit_of(y)
            return x, self._log_det(x)
        beyond = add(less_equal(y, 0.0), greater_equal(y, 1.0))
        y = where(beyond, 0.5, y)
        left, right = log(y), log1p(multiply(-1.0, y))
        return subtract(left, right), where(beyond, math.inf, add(left, right))

    def _log_det(self, x: Numbers) -> Var:
        return multiply(-1.0, add(softplus(x), softplus(multiply(-1.0, x))))


class TanhTransform(Transform):
    """y = tanh(x), in (-1, 1).

    >>> mg.TanhTransform().forward(0.0)
    (0.0, 0.0)
    """

    def forward(self, x: Numbers) -> Moved:
        """tanh(x) and log(1 - y²)."""
        return tanh(x), self._log_det(x)

    def inverse(self, y: Numbers) -> Moved:
        """½ log (1 + y)/(1 - y) and log(1 - y²)."""
        if is_tanh(y):
            x = arctanh_of(y)
            return x, self._log_det(x)
        beyond = greater_equal(abs_(y), 1.0)
        y = where(beyond, 0.0, y)
        left, right = log1p(y), log1p(multiply(-1.0, y))
        return multiply(0.5, subtract(left, right)), where(beyond, math.inf, add(left, right))

    def _log_det(self, x: Numbers) -> Var:
        """-2 log cosh x, which is 2 log 2 - softplus(2x) - softplus(-2x)."""
        twice = multiply(2.0, x)
        both = add(softplus(twice), softplus(multiply(-1.0, twice)))
        return subtract(2.0 * math.log(2.0), both)
