"""Invertible maps y = f(x) for `Transformed`, each with its log-determinant on the tape.

`forward(x)` gives y and log |det ∂y/∂x|, `inverse(y)` gives x and the same log |det ∂y/∂x|: one for
each number, or one for each vector along the last axis where the map is one of vectors. A y that no
x leads to gets the log-determinant inf, so that its density is 0.
"""

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

import numpy as np

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    exp,
    expand_dims,
    greater_equal,
    less_equal,
    log,
    log1p,
    multiply,
    softplus,
    square,
    stop_gradient,
    subtract,
    tanh,
    where,
)
from ..ops import sigmoid as sigmoid_of
from ..ops import sum as sum_
from .parameters import Numbers, as_parameter, first_where, spread, value_of

Moved = tuple[Var, Var]
Net = Callable[[Var], tuple[Numbers, Numbers]]


class Flow(ABC):
    """The base class of the maps; `vectors` says that one works on vectors along the last axis."""

    vectors = False

    @abstractmethod
    def forward(self, x: Numbers) -> Moved:
        """y and log |det ∂y/∂x|."""

    @abstractmethod
    def inverse(self, y: Numbers) -> Moved:
        """x and log |det ∂y/∂x| there; a NotImplementedError where it has no closed form."""

    def stopped(self) -> Self:
        """The same map, its parameters behind walls."""
        other = copy.copy(self)
        for name, x in vars(self).items():
            if isinstance(x, Var) and x.requires_grad:
                setattr(other, name, stop_gradient(x))
        return other


# -------------------------------------------------------------------------------- number by number


class Affine(Flow):
    """y = loc + scale · x; a scale that is 0 or nan is a ValueError, a negative one turns x over.

    Both must broadcast to the shape of x, for they make no new numbers.
    """

    def __init__(self, loc: object, scale: object) -> None:
        self.loc, self.scale = as_parameter(loc), as_parameter(scale)
        value = value_of(self.scale)
        wrong = ~(np.abs(value) > 0.0)
        if np.any(wrong):
            number, place = first_where(wrong, value)
            raise ValueError(f"Affine: scale must not be {number}{place}: then it has no inverse")

    def forward(self, x: Numbers) -> Moved:
        """loc + scale · x and log |scale|."""
        return self._fitting(add(self.loc, multiply(self.scale, x)), x)

    def inverse(self, y: Numbers) -> Moved:
        """(y - loc)/scale and log |scale|."""
        return self._fitting(divide(subtract(y, self.loc), self.scale), y)

    def _fitting(self, new: Var, old: Numbers) -> Moved:
        if shape_of(new) != shape_of(old):
            raise ValueError(
                f"Affine: loc and scale would make {shape_of(new)} out of shape {shape_of(old)}, "
                "one number moved to several places: give the base distribution that batch shape"
            )
        return new, spread(log(abs_(self.scale)), shape_of(old))


class Exp(Flow):
    """y = exp(x), above 0."""

    def forward(self, x: Numbers) -> Moved:
        """exp(x) and x."""
        return exp(x), spread(x, shape_of(x))

    def inverse(self, y: Numbers) -> Moved:
        """log y, twice."""
        beyond = less_equal(y, 0.0)
        x = log(where(beyond, 1.0, y))
        return x, where(beyond, math.inf, x)


class Sigmoid(Flow):
    """y = 1/(1 + exp(-x)), in (0, 1)."""

    def forward(self, x: Numbers) -> Moved:
        """sigmoid(x) and log y(1 - y)."""
        return sigmoid_of(x), multiply(-1.0, add(softplus(x), softplus(multiply(-1.0, x))))

    def inverse(self, y: Numbers) -> Moved:
        """log y/(1 - y) and log y(1 - y)."""
        beyond = add(less_equal(y, 0.0), greater_equal(y, 1.0))
        y = where(beyond, 0.5, y)
        left, right = log(y), log1p(multiply(-1.0, y))
        return subtract(left, right), where(beyond, math.inf, add(left, right))


class Tanh(Flow):
    """y = tanh(x), in (-1, 1)."""

    def forward(self, x: Numbers) -> Moved:
        """tanh(x) and log(1 - y²), as 2(log 2 - x - softplus(-2x)): y rounds to 1 for x > 19."""
        slope = subtract(math.log(2.0), add(x, softplus(multiply(-2.0, x))))
        return tanh(x), multiply(2.0, slope)

    def inverse(self, y: Numbers) -> Moved:
        """½ log (1 + y)/(1 - y) and log(1 - y²)."""
        beyond = greater_equal(abs_(y), 1.0)
        y = where(beyond, 0.0, y)
        left, right = log1p(y), log1p(multiply(-1.0, y))
        return multiply(0.5, subtract(left, right)), where(beyond, math.inf, add(left, right))


# -------------------------------------------------------------------------------- vector by vector


class Planar(Flow):
    """y = x + û tanh(wᵀx + b): it stretches or squeezes space along û, across the plane wᵀx = -b.

    `w` and `u` have shape (d,), `b` is a number; any numbers do but w = 0. û is u moved along w
    until wᵀû = softplus(wᵀu) - 1 > -1, which makes the map invertible (Rezende and Mohamed, 2015,
    appendix A.1). The inverse has no closed form: `inverse` is a NotImplementedError.
    """

    vectors = True

    def __init__(self, w: object, u: object, b: object = 0.0) -> None:
        self.w, self.u, self.b = as_parameter(w), as_parameter(u), as_parameter(b)
        shapes = shape_of(self.w), shape_of(self.u), shape_of(self.b)
        if len(shapes[0]) != 1 or shapes[0] != shapes[1] or shapes[2]:
            raise ValueError(
                "Planar takes w and u of one shape (d,) and a number b, not shapes "
                f"{shapes[0]}, {shapes[1]} and {shapes[2]}"
            )
        if not np.any(value_of(self.w)):
            raise ValueError("Planar: w must not be 0: it gives the plane its direction")

    def forward(self, x: Numbers) -> Moved:
        """x + ûh and log(1 + (1 - h²) wᵀû), where h = tanh(wᵀx + b)."""
        along = sum_(multiply(self.w, self.u))
        stretch = softplus(along)  # 1 + wᵀû
        shift = divide(subtract(stretch, add(along, 1.0)), sum_(square(self.w)))
        direction = add(self.u, multiply(shift, self.w))
        h = tanh(add(sum_(multiply(x, self.w), -1), self.b))
        y = add(x, multiply(expand_dims(h, -1), direction))
        # The same as h² + (1 - h²)(1 + wᵀû), of which no part is negative.
        squared = square(h)
        return y, log(add(squared, multiply(subtract(1.0, squared), stretch)))

    def inverse(self, y: Numbers) -> Moved:
        """It has none in closed form."""
        raise NotImplementedError(
            "Planar has no inverse in closed form, so it gives no log_prob of a z from elsewhere: "
            "z, log_q = flow.rsample_with_log_prob(rng, shape) gives both for its own draws"
        )


class AffineCoupling(Flow):
    """Moves and stretches some numbers of a vector, by what a network says of the others.

    `mask`, of shape (d,), is 1 for those that stay and 0 for those that move, with both among them.
    `net(kept)` gets the vectors (..., d), 0 in place of what moves, and returns shift and log_scale
    of that shape, of which only the part that moves counts (Dinh, Sohl-Dickstein and Bengio, 2017).
    """

    vectors = True

    def __init__(self, mask: object, net: Net) -> None:
        kept = np.array(mask, dtype=float)
        if kept.ndim != 1 or set(kept.tolist()) != {0.0, 1.0}:
            raise ValueError(f"AffineCoupling: mask must be a row of zeros and ones, not {mask!r}")
        if not callable(net):
            raise TypeError(f"AffineCoupling: net is a function of the kept numbers, not {net!r}")
        self.mask, self.net = kept, net

    def forward(self, x: Numbers) -> Moved:
        """x · exp(log_scale) + shift and the sum of log_scale."""
        shift, log_scale = self._of(x)
        return add(multiply(x, exp(log_scale)), shift), sum_(log_scale, -1)

    def inverse(self, y: Numbers) -> Moved:
        """(y - shift) · exp(-log_scale) and the sum of log_scale: what was kept is in y as well."""
        shift, log_scale = self._of(y)
        x = multiply(subtract(y, shift), exp(multiply(-1.0, log_scale)))
        return x, sum_(log_scale, -1)

    def _of(self, x: Numbers) -> tuple[Var, Var]:
        """Shift and log_scale, 0 for what is kept."""
        shape = shape_of(x)
        if shape[-1:] != self.mask.shape:
            raise ValueError(
                f"AffineCoupling: the mask has {len(self.mask)} numbers, vectors come as {shape}"
            )
        shift, log_scale = self.net(multiply(x, self.mask))
        for name, found in (("shift", shift), ("log_scale", log_scale)):
            if shape_of(found) != shape:
                raise ValueError(
                    f"AffineCoupling: net gave a {name} of shape {shape_of(found)}, not {shape}"
                )
        moved = 1.0 - self.mask
        return multiply(shift, moved), multiply(log_scale, moved)

    def stopped(self) -> Self:
        """It can't: the parameters are the network's own."""
        raise NotImplementedError(
            "AffineCoupling can't put walls around the parameters inside its net: "
            "take the estimate without stick_the_landing"
        )
