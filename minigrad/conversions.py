"""Floor 0: what a Var turns into off the tape, and what it refuses to turn into silently."""

import numpy as np

from .registry import ABOVE
from .values import Array, Value, shape_of


class Conversions:
    """Python's and NumPy's ways to make something else of a Var: a mixin without state."""

    __slots__ = ()
    _value: Value
    requires_grad: bool

    def __format__(self, spec: str) -> str:
        if isinstance(self._value, float):
            return format(self._value, spec)
        return np.array2string(self._value, formatter={"float_kind": lambda x: format(x, spec)})

    def item(self) -> float:
        """The float that a Var of one element holds, off the tape."""
        if np.size(self._value) != 1:
            raise ValueError(
                f"item needs one element, this Var has shape {shape_of(self._value)}: index it"
            )
        return float(np.reshape(self._value, ()))

    def __len__(self) -> int:
        if not shape_of(self._value):
            raise TypeError("a scalar Var has no len(): where a list is wanted, write [v]")
        return shape_of(self._value)[0]

    def __bool__(self) -> bool:
        if np.size(self._value) != 1:
            raise ValueError(
                f"the truth of a Var of shape {shape_of(self._value)} is ambiguous: "
                "sum the comparison, or choose with where"
            )
        if "branch" in ABOVE:  # a program is being traced: it would follow this branch for ever
            ABOVE["branch"](self)
        return bool(np.any(self._value))

    def __float__(self) -> float:
        if self.requires_grad:
            raise TypeError(
                "float() of a Var that wants a gradient would leave the tape silently (so would "
                "math.exp(v) and a[0] = v): use v.value or v.item(), mg.exp(v), mg.stack([...])"
            )
        return self.item()

    def __array__(self, dtype: object = None, copy: bool | None = None) -> Array:
        raise TypeError(
            "np.array of a Var would leave the tape silently: "
            "use v.value for its numbers, mg.stack([v, w]) for a Var of several"
        )

    def __array_ufunc__(
        self, ufunc: object, method: str, *inputs: object, **keywords: object
    ) -> object:
        return ABOVE["ufunc"](ufunc, method, inputs, keywords)

    def __array_function__(
        self,
        function: object,
        types: object,
        inputs: tuple[object, ...],
        keywords: dict[str, object],
    ) -> object:
        return ABOVE["function"](function, inputs, keywords)
