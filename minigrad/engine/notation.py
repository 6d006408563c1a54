"""The notation of a Var: its operators and methods, its conversions off the tape, and those that
it refuses because they would be silent. Each operator reaches its op by name, so nothing is
imported upward: the rows are in `ops/`.
"""

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np

from .context import watcher
from .habits import HABITS
from .methods import Methods
from .op import ABOVE, OPS
from .values import Array, Value, shape_of


def _do(name: str, *given: object) -> Any:  # noqa: ANN401
    return (ABOVE.get(name) or OPS[name].function)(*given)


class Operators(Methods):
    """What can be written with a Var: a mixin without state."""

    __slots__ = ()
    __hash__ = object.__hash__  # sets and dictionaries hold nodes, whatever their values

    if TYPE_CHECKING:  # the rows' own functions, which their `operator=` puts here (ops/row.py)

        def __add__(self, other: object) -> Self: ...
        def __radd__(self, other: object) -> Self: ...
        def __sub__(self, other: object) -> Self: ...
        def __rsub__(self, other: object) -> Self: ...
        def __mul__(self, other: object) -> Self: ...
        def __rmul__(self, other: object) -> Self: ...
        def __truediv__(self, other: object) -> Self: ...
        def __rtruediv__(self, other: object) -> Self: ...
        def __matmul__(self, other: object) -> Self: ...
        def __rmatmul__(self, other: object) -> Self: ...

    def __pow__(self, exponent: object) -> Self:
        kind = type(exponent)
        if (kind is int or kind is float) and exponent == 2:
            return OPS["square"].function(self)
        return _do("power", self, exponent)

    def __rpow__(self, base: object) -> Self:
        return _do("power", base, self)

    def __neg__(self) -> Self:
        return _do("negative", self)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return _do("abs", self)

    def __lt__(self, other: object) -> Self:
        return _do("less", self, other)

    def __le__(self, other: object) -> Self:
        return _do("less_equal", self, other)

    def __gt__(self, other: object) -> Self:
        return _do("greater", self, other)

    def __ge__(self, other: object) -> Self:
        return _do("greater_equal", self, other)

    def __eq__(self, other: object) -> Self:  # type: ignore[override]
        return _do("equal", self, other) if _is_number(other) else NotImplemented

    def __ne__(self, other: object) -> Self:  # type: ignore[override]
        return _do("not_equal", self, other) if _is_number(other) else NotImplemented

    def __isub__(self, other: object) -> Self:
        self._warn_of_update(other, "-")
        return self - other

    def __iadd__(self, other: object) -> Self:
        self._warn_of_update(other, "+")
        return self + other

    def _warn_of_update(self, other: object, sign: str) -> None:
        """`w -= lr * w.grad`, meant as an update, would make the tape longer with each step."""
        me: Any = self
        if me.kind == "parameter" and me.grad is not None and not isinstance(other, Operators):
            warnings.warn(
                f"w {sign}= … makes a new node, which holds the old one: the tape grows with each "
                f"step and w is no longer a parameter. Write w.value {sign}= … to update it",
                stacklevel=3,
            )

    def __getitem__(self, key: object) -> Self:
        return _do("index", self, key)

    def __setitem__(self, key: object, value: object) -> None:
        raise TypeError(
            "a Var can't be written to: make a new one, from parts with mg.block([[A, B], [C, "
            "D]]) or mg.stack, or with a mask, mg.where(mask, a, b)"
        )

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))  # type: ignore[arg-type]

    def __mod__(self, other: object) -> Self:
        return _do("remainder", self, other)

    def __rmod__(self, other: object) -> Self:
        return _do("remainder", other, self)

    def __floordiv__(self, other: object) -> Self:
        return _do("floor_divide", self, other)

    def __rfloordiv__(self, other: object) -> Self:
        return _do("floor_divide", other, self)

    def __round__(self, decimals: int | None = None) -> Self:
        return _do("round", self, decimals or 0)

    def __divmod__(self, other: object) -> tuple[Self, Self]:
        return self // other, self % other

    def __rdivmod__(self, other: object) -> tuple[Self, Self]:
        return other // self, other % self

    @property
    def T(self) -> Self:
        """The transpose: all axes reversed."""
        return _do("transpose", self)


def _is_number(other: object) -> bool:
    """Where it is not, Python compares by identity."""
    return isinstance(other, Operators | int | float | list | tuple | np.ndarray | np.generic)


class Conversions:
    """Python's and NumPy's ways to make something else of a Var: a mixin without state."""

    __slots__ = ()
    _value: Value
    if TYPE_CHECKING:

        @property
        def requires_grad(self) -> bool: ...

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
        if (watch := watcher()) is not None:
            watch.reads(self, ".item()")
        return float(np.reshape(self._value, ()))

    def tolist(self) -> object:
        """The numbers, off the tape: a float, or nested lists of floats."""
        return self._value if isinstance(self._value, float) else self._value.tolist()

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
        if (watch := watcher()) is not None:
            watch.branches(self)  # a program is being traced: it would follow this for ever
        for x in (self, *self._edges()):  # type: ignore[attr-defined]
            if getattr(x, "site", None) is not None:
                ABOVE["branched"](x)  # what depends on this branch does not show in the graph
        return bool(np.any(self._value))

    def __float__(self) -> float:
        if self.requires_grad:
            raise TypeError(
                "float() of a Var that wants a gradient would silently leave the tape (so would "
                "math.exp(v) and a[0] = v): use v.value or v.item(), mg.exp(v), mg.stack([...])"
            )
        if (watch := watcher()) is not None:
            watch.reads(self, "float()")
        return float(np.reshape(self._value, ()))

    def __int__(self) -> int:
        if self.requires_grad:
            raise TypeError(
                "int() of a Var that wants a gradient would silently leave the tape: "
                "use int(v.item()), or np.floor(v), which stays on the tape and is flat"
            )
        return int(self.item())

    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(
            "a Var can't be called: a property such as a distribution's q.mean takes no brackets"
        )

    def __array__(self, dtype: object = None, copy: bool | None = None) -> Array:
        raise TypeError(
            "np.array of a Var would silently leave the tape: "
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

    __pandas_priority__ = 5000  # above a Series', so that `series * v` is the Var's to answer

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in HABITS]


for _name, _habit in HABITS.items():
    setattr(Conversions, _name, _habit)
