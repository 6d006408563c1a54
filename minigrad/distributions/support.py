"""Where a distribution's outcomes lie, and whether a parameter moves the ends.

At an end that a parameter moves the density jumps, and log q has no derivative there: so the score
function is wrong by what crosses the end, and code that wants ∇ log q checks `moves` first.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.values import Value, plain
from ..engine.variable import Var
from ..ops import add, maximum, minimum, multiply, subtract
from .parameters import Numbers, value_of

SUM_ERROR = 1e-6  # how far from 1 the sum of a point of a simplex may be


@dataclass(frozen=True, eq=False)
class Support:
    """The numbers from `lower` to `upper`; each end is a number, an array or a Var.

    `kind` says what the outcomes are: "numbers", "integers" (in steps of 1 from lower), "simplex"
    (vectors from 0 to 1 with sum 1), or "matrices". An end moves where it is finite and made of a
    Var that wants a gradient; `also_moves` is for maps whose image has no ends to look at.
    """

    lower: Numbers = -math.inf
    upper: Numbers = math.inf
    kind: str = "numbers"
    also_moves: bool = False

    @property
    def lower_moves(self) -> bool:
        """Whether a parameter moves the lower end."""
        return _moves(self.lower)

    @property
    def upper_moves(self) -> bool:
        """Whether a parameter moves the upper end."""
        return _moves(self.upper)

    @property
    def moves(self) -> bool:
        """Whether a parameter moves either end."""
        return self.lower_moves or self.upper_moves or self.also_moves

    @property
    def has_ends(self) -> bool:
        """Whether there is an end, where densities jump and draws round."""
        ends = value_of(self.lower), value_of(self.upper)
        # An estimate asks twice a chunk: np.isfinite and np.any took 29 of a small one's 290 µs.
        return any(
            math.isfinite(end) if type(end) is float else bool(np.any(np.isfinite(end)))
            for end in ends
        )

    @property
    def inside(self) -> Numbers:
        """A point inside: a safe place to compute at where z is impossible. It moves with the ends,
        so that a program at other parameters finds it inside as well."""
        low, high = np.asarray(value_of(self.lower)), np.asarray(value_of(self.upper))
        ends = np.isfinite(low), np.isfinite(high)
        if self.moves and ends[0].all() and ends[1].all():
            return add(multiply(0.5, self.lower), multiply(0.5, self.upper))
        if self.moves and (ends[0].all() or ends[1].all()):
            return add(self.lower, 1.0) if ends[0].all() else subtract(self.upper, 1.0)
        with np.errstate(all="ignore"):
            middle = low + 0.5 * (high - low)
            point = np.select(
                [ends[0] & ends[1], ends[0], ends[1]], [middle, low + 1.0, high - 1.0], 0.0
            )
        return float(point) if not point.ndim else point

    def near_ends(self, value: Value) -> NDArray[np.bool_]:
        """Which numbers are as near to a finite end as rounding allows: the end, or next to it."""
        x = np.asarray(value)
        near = np.zeros(x.shape, dtype=bool)
        if self.kind in ("numbers", "simplex"):
            for end in (self.lower, self.upper):
                at = np.asarray(value_of(end))
                close = np.maximum(2.0 * np.spacing(np.abs(at)), 4.0 * np.finfo(float).tiny)
                near |= np.isfinite(at) & (np.abs(x - at) <= close)
        return near

    def inward(self, value: Value) -> NDArray[np.float64]:
        """The numbers near an end, at twice their distance from it."""
        x = np.array(value, dtype=float)
        low, high = value_of(self.lower), value_of(self.upper)
        with np.errstate(all="ignore"):
            middle = np.broadcast_to(value_of(self.inside), x.shape)
            end = np.where(x < middle, low, high)
            moved = np.where(x == end, np.nextafter(x, middle), 2.0 * x - end)
        return np.where(self.near_ends(value), moved, x)

    def contains(self, z: object) -> NDArray[np.bool_]:
        """Where z, numbers or a Var, is possible; for vectors of a simplex one answer each."""
        x = np.asarray(value_of(z))  # type: ignore[arg-type]
        within: NDArray[np.bool_] = (x >= value_of(self.lower)) & (x <= value_of(self.upper))
        if self.kind == "integers":
            within = within & (x == np.floor(x))
        if self.kind == "simplex":
            within = within.all(-1) & (np.abs(x.sum(-1) - 1.0) <= SUM_ERROR)
        return within

    def __str__(self) -> str:
        ends = f"[{_shown(self.lower)}, {_shown(self.upper)}]"
        moved = [n for n, m in (("lower", self.lower_moves), ("upper", self.upper_moves)) if m]
        words = f", a parameter moves the {' and the '.join(moved)} end" if moved else ""
        return f"{self.kind} in {ends}{words}"


REAL = Support()
POSITIVE = Support(0.0)
UNIT = Support(0.0, 1.0)
SIMPLEX = Support(0.0, 1.0, "simplex")
COUNTS = Support(0.0, math.inf, "integers")


def _moves(end: Numbers) -> bool:
    return isinstance(end, Var) and end.requires_grad and bool(np.any(np.isfinite(end._value)))


def _shown(end: Numbers) -> str:
    value = value_of(end)
    return f"{value:g}" if isinstance(value, float) else f"array of shape {value.shape}"


def shifted(end: Numbers, loc: Numbers, scale: Numbers) -> Numbers:
    """loc + scale · end, where an end at 0 does not move with the scale, nor one at ±inf at all."""
    if type(end) is float and math.isinf(end):
        return plain(end * np.sign(value_of(scale)))
    return loc if type(end) is float and end == 0.0 else add(loc, multiply(scale, end))


def in_order(a: Numbers, b: Numbers) -> tuple[Numbers, Numbers]:
    """The ends of an image, the lower first: a map that falls turns them over."""
    low, high = value_of(a), value_of(b)
    if np.all(np.less_equal(low, high)):
        return a, b
    return (b, a) if np.all(np.less_equal(high, low)) else (minimum(a, b), maximum(a, b))
