"""What a value is: a Python float, or a float64 array of at least one dimension.

Everything that enters the tape passes `as_value`; everything that an op computes passes `plain`.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Value = float | Array
Shape = tuple[int, ...]

FLOAT64 = np.dtype(np.float64)


_NUMBERS = (float, int, np.bool_, np.integer, np.floating)
NO_MASK = "a Var has no mask: fill the masked array first, .filled(value)"


def as_value(given: object) -> Value:
    """`given` (int, float, bool, array, list) as a float, or as a fresh float64 array.

    So is what says by `__array__` how it becomes an array, such as a tensor or a pandas Series.

    Raises TypeError for what is not real numbers: complex, objects, strings, masked arrays.
    """
    if type(given) is float:
        return given
    if isinstance(given, _NUMBERS):
        try:
            return float(given)
        except OverflowError:
            raise ValueError("the int is too large for a float64: at most 1.797e308") from None
    if isinstance(given, list | tuple):
        given = _from_sequence(given)
    elif hasattr(given, "_order"):
        raise TypeError("a Var was given where plain numbers are needed: pass v.value")
    elif not isinstance(given, np.ndarray) and hasattr(type(given), "__array__"):
        given = np.asarray(given)  # a tensor, a pandas Series
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "buif":
        what = f"{given.dtype} array" if isinstance(given, np.ndarray) else type(given).__name__
        raise TypeError(f"a Var holds real numbers, not {what}: give a float or an array of floats")
    if isinstance(given, np.ma.MaskedArray):
        raise TypeError(NO_MASK)
    return plain(np.array(given, dtype=FLOAT64, order="C"))


def _from_sequence(given: list[object] | tuple[object, ...]) -> NDArray[np.generic]:
    try:
        return np.array(given)
    except ValueError:
        raise ValueError("a nested list must be rectangular: its rows differ in length") from None


def is_value(x: Any) -> bool:  # noqa: ANN401
    """Whether it is one already."""
    return type(x) is float or (type(x) is np.ndarray and x.dtype is FLOAT64 and x.ndim > 0)


def plain(value: object) -> Value:
    """An op's result as a value: 0-d arrays and NumPy scalars become floats; arrays stay."""
    if type(value) is float:
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        return value if value.dtype is FLOAT64 else value.astype(FLOAT64)
    return float(value)  # type: ignore[arg-type]


def shape_of(value: object) -> Shape:
    """() for a float, else the shape of the array, Var or list."""
    if type(value) is float:
        return ()
    try:
        return value.shape  # type: ignore
    except AttributeError:
        return np.shape(value)  # type: ignore


def ieee(function: Callable[..., object], *values: object) -> Value:
    """`function` of floats where Python raises and IEEE 754 has an answer: 1/0, exp(1000), log(-1).

    NumPy's scalars know the answer, so the same code runs on them, silently.
    """
    with np.errstate(all="ignore"):
        return plain(function(*(np.float64(v) if type(v) is float else v for v in values)))


def careful(function: Callable[..., object], *values: object) -> object:
    """`function` of `values`; run again by `ieee` where Python's floats raise."""
    try:
        return function(*values)
    except (ArithmeticError, ValueError):
        return ieee(function, *values)


def readonly(value: Value) -> Value:
    """`value`, locked if it is an array: nobody changes it behind the tape's back."""
    if type(value) is not float:
        value.flags.writeable = False  # type: ignore[union-attr]
    return value


def as_axes(axis: int | tuple[int, ...] | None, ndim: int) -> tuple[int, ...]:
    """`axis` as a tuple of non-negative numbers; all of them for None."""
    if type(axis) is int and -ndim <= axis < ndim:  # the usual case
        return (axis % ndim,)
    if axis is None:
        return tuple(range(ndim))
    try:
        axes = tuple(map(_place, axis if isinstance(axis, tuple) else (axis,)))
    except TypeError:
        second = shape_of(axis) or isinstance(axis, float) or hasattr(axis, "_order")
        way = ": two arguments take mg.add(a, b) or mg.maximum(a, b)" if second else ""
        raise TypeError(f"axis is an int, a tuple of ints or None, not {axis!r}{way}") from None
    if not ndim and axes:
        raise ValueError(f"axis {axis} of a scalar: it has no axes")
    for a in axes:
        if not -ndim <= a < ndim:
            raise ValueError(
                f"axis {a} is out of range for {ndim} dimensions: use {-ndim}..{ndim - 1}"
            )
    places = tuple([a % ndim for a in axes])
    if len({*places}) < len(axes):
        raise ValueError(f"axis {axis}: an axis is named twice")
    return places


def _place(axis: object) -> int:
    """A number that isn't True: that was meant for another argument."""
    if isinstance(axis, bool):
        raise TypeError
    return operator.index(axis)  # type: ignore[arg-type]


def as_axis(axis: object, ndim: int) -> int:
    """`axis`, which must be one, as a non-negative number."""
    if axis is None or isinstance(axis, tuple):
        raise TypeError(f"axis is an int, not {axis!r}")
    return as_axes(axis, ndim)[0]  # type: ignore[arg-type]


def size_of(shape: Shape) -> int:
    """How many numbers an array of this shape holds."""
    return math.prod(shape)


def as_key(key: object) -> object:
    """An index, with its arrays copied: nobody changes it after it was recorded."""
    kind = type(key)
    if kind is int or kind is slice or key is None:  # the usual cases
        return key
    if isinstance(key, tuple):
        return tuple([as_key(k) for k in key])
    if isinstance(key, list | np.ndarray):
        key = np.array(key, dtype=int if isinstance(key, list) and not np.size(key) else None)
        if key.dtype.kind not in "biu":
            raise TypeError(f"an index array holds integers or booleans, not {key.dtype}")
        return key
    if key is None or key is Ellipsis or isinstance(key, slice):
        return key
    if hasattr(key, "_order"):
        raise TypeError("a Var is not an index: use its numbers, x[i.value > 0], or mg.where")
    if isinstance(key, bool | np.bool_) or not hasattr(key, "__index__"):
        raise TypeError(f"an index is an int, slice, None, … or array, not {key!r}")
    return operator.index(key)
