"""Maps of vectors that learn: layers of a normalising flow."""

from collections.abc import Callable
from typing import Self

import numpy as np

from ..engine.values import shape_of
from ..engine.variable import Var
from ..ops import (
    add,
    divide,
    exp,
    expand_dims,
    log,
    multiply,
    softplus,
    square,
    subtract,
    tanh,
)
from ..ops import sum as sum_
from .parameters import Numbers, as_parameter, value_of
from .transforms import Moved, Transform

Net = Callable[[Var], tuple[Numbers, Numbers]]


class PlanarTransform(Transform):
    """y = x + û tanh(wᵀx + b): it stretches or squeezes space along û, across the plane wᵀx = -b.

    `w` and `u` have shape (d,), `b` is a number; any numbers but w = 0. û is u moved along w
    until wᵀû = softplus(wᵀu) - 1 > -1, which makes the map invertible (Rezende and Mohamed, 2015,
    appendix A.1). The inverse has no closed form: `inverse` raises NotImplementedError.

    >>> y, log_det = mg.PlanarTransform(w=[1.0, 0.0], u=[1.0, 0.0]).forward(np.zeros(2))
    >>> y, round(log_det, 4)
    (array([0., 0.]), 0.2725)
    """

    vectors = onto = True

    def __init__(self, w: object, u: object, b: object = 0.0) -> None:
        self.w, self.u, self.b = as_parameter(w), as_parameter(u), as_parameter(b)
        shapes = shape_of(self.w), shape_of(self.u), shape_of(self.b)
        if len(shapes[0]) != 1 or shapes[0] != shapes[1] or shapes[2]:
            raise ValueError(
                "PlanarTransform takes w and u of one shape (d,) and a number b, not shapes "
                f"{shapes[0]}, {shapes[1]} and {shapes[2]}"
            )
        if not np.any(value_of(self.w)):
            raise ValueError("PlanarTransform: w must not be 0: it gives the plane its direction")

    def forward(self, x: Numbers) -> Moved:
        """x + ûh and log(1 + (1 - h²) wᵀû), where h = tanh(wᵀx + b)."""
        along = sum_(multiply(self.w, self.u))
        stretch = softplus(along)  # 1 + wᵀû
        shift = divide(subtract(stretch, add(along, 1.0)), sum_(square(self.w)))
        direction = add(self.u, multiply(shift, self.w))
        h = tanh(add(sum_(multiply(x, self.w), -1), self.b))
        y = add(x, multiply(expand_dims(h, -1), direction))
        # The same as h² + (1 - h²)(1 + wᵀû), in which no term is negative.
        squared = square(h)
        return y, log(add(squared, multiply(subtract(1.0, squared), stretch)))

    def inverse(self, y: Numbers) -> Moved:
        """It has none in closed form."""
        raise NotImplementedError(
            "PlanarTransform has no inverse in closed form, so it has no log_prob for a z from "
            "elsewhere: z, log_q = flow.rsample_with_log_prob(rng, shape) returns both for "
            "its own draws"
        )


class AffineCouplingTransform(Transform):
    """Shifts and scales some numbers of a vector by functions of the others.

    `mask`, of shape (d,), is 1 for those that stay and 0 for those that move, with both among them.
    `net(kept)` gets the vectors (..., d), 0 in place of what moves, and returns shift and log_scale
    of that shape, of which only the part that moves counts (Dinh, Sohl-Dickstein and Bengio, 2017).

    >>> flow = mg.AffineCouplingTransform([1.0, 0.0], lambda kept: (mg.flip(kept), np.zeros(2)))
    >>> flow.forward(np.array([2.0, 3.0]))
    (array([2., 5.]), 0.0)
    """

    vectors = onto = True

    def __init__(self, mask: object, net: Net) -> None:
        kept = np.array(mask, dtype=float)
        if kept.ndim != 1 or set(kept.tolist()) != {0.0, 1.0}:
            raise ValueError(
                f"AffineCouplingTransform: mask must be a row of zeros and ones, not {mask!r}"
            )
        if not callable(net):
            raise TypeError(
                f"AffineCouplingTransform: net is a function of the kept numbers, not {net!r}"
            )
        self.mask, self.net = kept, net

    def forward(self, x: Numbers) -> Moved:
        """x · exp(log_scale) + shift and the sum of log_scale."""
        shift, log_scale = self._of(x)
        return add(multiply(x, exp(log_scale)), shift), sum_(log_scale, -1)

    def inverse(self, y: Numbers) -> Moved:
        """(y - shift) · exp(-log_scale), and the sum of log_scale: what was kept is in y too."""
        shift, log_scale = self._of(y)
        x = multiply(subtract(y, shift), exp(multiply(-1.0, log_scale)))
        return x, sum_(log_scale, -1)

    def _of(self, x: Numbers) -> tuple[Var, Var]:
        """Shift and log_scale, 0 for what is kept."""
        shape = shape_of(x)
        if shape[-1:] != self.mask.shape:
            raise ValueError(
                f"AffineCouplingTransform: the mask has {len(self.mask)} numbers, vectors come as "
                f"{shape}"
            )
        shift, log_scale = self.net(multiply(x, self.mask))
        for name, found in (("shift", shift), ("log_scale", log_scale)):
            if shape_of(found) != shape:
                raise ValueError(
                    f"AffineCouplingTransform: net returned a {name} of shape "
                    f"{shape_of(found)}, not "
                    f"{shape}"
                )
        moved = 1.0 - self.mask
        return multiply(shift, moved), multiply(log_scale, moved)

    def stopped(self) -> Self:
        """NotImplementedError: the parameters are inside the network."""
        raise NotImplementedError(
            "AffineCouplingTransform can't put walls around the parameters inside its net: "
            "take the estimate without stick_the_landing"
        )
