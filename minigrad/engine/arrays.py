"""What arrays need, to be fast and safe in users' hands. Nothing they compute depends on it."""

from functools import lru_cache
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .habits import OF_AN_ARRAY
from .values import Array, Value, readonly

# glibc maps a large array on fresh pages and gives them back when it dies, and touching pages costs
# more than most ops. Freeing one block as large as this (31 MiB) makes it keep smaller arrays
# in its heap from then on: tanh of 10,000 × 5 samples, forward and backward, then takes 1.27 times
# as long as NumPy written by hand instead of 2.35 times.
np.empty(31 << 17)


def ones(n: int) -> Array:
    """n ones: with `ones(n) @ x` BLAS adds rows, up to seven times faster than np.sum."""
    return _kept_ones(n) if n <= 10_000 else np.ones(n)


@lru_cache(maxsize=16)
def _kept_ones(n: int) -> Array:
    return readonly(np.ones(n))  # type: ignore[return-value]


def tril(x: Array, k: int = 0) -> Array:
    """np.tril, whose mask is found again: of a 100 × 100 matrix in a sixth of the time."""
    if x.ndim < 2 or x.shape[-2] * x.shape[-1] > 1_000_000:
        return np.tril(x, k)
    return np.where(_kept_mask(x.shape[-2], x.shape[-1], k), x, 0.0)


@lru_cache(maxsize=16)
def _kept_mask(rows: int, columns: int, k: int) -> NDArray[np.bool_]:
    return np.tri(rows, columns, k, dtype=np.bool_)


class Held(np.ndarray):
    """A parameter's array, as `.value` and `.grad` hand it out: locked, for the tape relies on it.

    `p.value -= step` works, since Python assigns what `-=` returns: a new array. A copy of it, and
    what is computed of it, is an array like any other.
    """

    def __array_wrap__(
        self, array: Array, context: object = None, return_scalar: bool = False
    ) -> Any:  # noqa: ANN401
        return array[()] if return_scalar or not array.ndim else array.view(np.ndarray)

    def __setitem__(self, key: object, value: object) -> None:
        if not self.flags.writeable:
            raise ValueError(
                "this array is read-only, since graphs were recorded with it: change a copy and "
                "assign that: a = p.value.copy(); a[0] = 1.0; p.value = a"
            )
        super().__setitem__(key, value)  # type: ignore

    def __getattr__(self, name: str) -> NoReturn:
        way = f": {OF_AN_ARRAY[name]}" if name in OF_AN_ARRAY else ""
        raise AttributeError(f"an array of a Var has no {name}{way}", name=name, obj=self)

    def __reduce__(self) -> object:  # type: ignore[override]
        return self.view(np.ndarray).__reduce__()

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))


def _in_place(name: str) -> None:
    """`array -= other`: a new array where this one is locked."""
    usual = getattr(np.ndarray, f"__i{name}__")
    fresh = getattr(np.ndarray, f"__{name}__")

    def operator(self: Held, other: object) -> object:
        return usual(self, other) if self.flags.writeable else fresh(self, other)

    setattr(Held, f"__i{name}__", operator)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    _in_place(_name)


def handed(value: Value) -> Value:
    """A parameter's value, or gradient, for its user."""
    if type(value) is float:
        return value
    array: Array = readonly(value).view(Held)  # type: ignore[union-attr]
    return array
