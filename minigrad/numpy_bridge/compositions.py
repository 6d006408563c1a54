"""What NumPy's functions make of a Var where that takes more than one line."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from .. import ops
from ..engine.values import as_axes, shape_of
from ..engine.variable import Var
from ..ops.reductions import Axis


def clip(
    a: object, a_min: object = None, a_max: object = None, *, min: object = None, max: object = None
) -> Var:
    """An end of None is open. `min` and `max` are NumPy 2.1's other names for the ends."""
    if not (min is max is None or a_min is a_max is None):
        raise TypeError("np.clip takes a_min and a_max, or min and max, not some of both")
    low, high = (a_min, a_max) if min is max is None else (min, max)
    return ops.clip(a, -math.inf if low is None else low, math.inf if high is None else high)


def concatenate(arrays: Iterable[object], axis: int | None = 0) -> Var:
    """Flattened first where `axis` is None."""
    flat = [ops.reshape(x, -1) for x in arrays] if axis is None else arrays
    return ops.concatenate(flat, axis or 0)


def rollaxis(a: object, axis: int, start: int = 0) -> Var:
    """The axis put before the one at `start`."""
    ndim = len(shape_of(a))
    (i,) = as_axes(axis, ndim)
    place = start + ndim if start < 0 else start
    return ops.moveaxis(a, i, place - 1 if i < place else place)


def every(a: object, axis: Axis = None, *, keepdims: bool = False) -> Var:
    """1.0 where all are true, so also for no elements; else 0.0."""
    return ops.prod(ops.not_equal(a, 0.0), axis, keepdims)


def some(a: object, axis: Axis = None, *, keepdims: bool = False) -> Var:
    """1.0 where at least one is true, so not for no elements; else 0.0."""
    return ops.not_equal(ops.sum(ops.not_equal(a, 0.0), axis, keepdims), 0.0)


def count_of(a: object, axis: Axis = None) -> int:
    """How many elements an axis, or several, or all have."""
    shape = shape_of(a)
    return math.prod(shape[i] for i in as_axes(axis, len(shape)))


def linspace(
    start: object,
    stop: object,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    *,
    axis: int = 0,
) -> object:
    """Steps between ends that may be Vars; with `retstep` the step as well."""
    y = ops.linspace(start, stop, num, endpoint)
    y = ops.moveaxis(y, 0, axis) if axis else y
    if not retstep:
        return y
    steps = num - 1 if endpoint else num
    return y, ops.divide(ops.subtract(stop, start), float(steps) if steps else math.nan)


# ----------------------------------------------------------------------------------------- norms


def norm(x: Var, ord: object = None, axis: Axis = None, keepdims: bool = False) -> Var:
    """The norms of np.linalg.norm; at 0, where they have a kink, the gradient is 0."""
    axes = as_axes(axis, len(shape_of(x)))
    if len(axes) not in (1, 2) and not (ord is axis is None):
        raise ValueError(f"np.linalg.norm is of one axis or two, not {len(axes)}")
    if ord is None:
        return ops.norm(x, axis, keepdims)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes[0], keepdims)
    y = _matrix_norm(ops.moveaxis(x, axes, (-2, -1)), ord)
    return ops.expand_dims(y, axes) if keepdims else y


def _vector_norm(x: object, ord: object, axis: int, keepdims: bool) -> Var:
    if ord == 2:
        return ops.norm(x, axis, keepdims)
    if ord == math.inf:
        return ops.max(ops.abs(x), axis, keepdims)
    if ord == -math.inf:
        return ops.min(ops.abs(x), axis, keepdims)
    if ord == 0:
        return ops.sum(ops.not_equal(x, 0.0), axis, keepdims)
    if ord == 1:
        return ops.sum(ops.abs(x), axis, keepdims)
    if not isinstance(ord, int | float):
        raise ValueError(f"np.linalg.norm: ord {ord!r} is not a vector norm: 1, 2, np.inf, p")
    total = ops.sum(ops.power(ops.abs(x), float(ord)), axis, keepdims)
    at_kink = ops.equal(total, 0.0)
    y = ops.power(ops.where(at_kink, 1.0, total), 1.0 / float(ord))
    return ops.where(at_kink, 0.0, y)


def _matrix_norm(x: object, ord: object) -> Var:
    """Of the last two axes."""
    if ord == "fro":
        return ops.norm(x, (-2, -1))
    if ord == "nuc":
        return ops.sum(ops.svdvals(x), -1)
    if ord in (2, -2):
        return (ops.max if ord == 2 else ops.min)(ops.svdvals(x), -1)
    if ord in (1, -1, math.inf, -math.inf):
        lines = ops.sum(ops.abs(x), -2 if ord in (1, -1) else -1)
        return (ops.max if ord in (1, math.inf) else ops.min)(lines, -1)
    raise ValueError(
        f"np.linalg.norm: ord {ord!r} is not a matrix norm: 'fro', 'nuc', 1, 2 or np.inf"
    )


# -------------------------------------------------------------------------------- several at once


def each(function: object, arrays: Sequence[object]) -> object:
    """Of one array the result, of several a tuple, like np.atleast_1d."""
    results = tuple(function(x) for x in arrays)  # type: ignore[operator]
    return results[0] if len(results) == 1 else results


def gradient(f: object, *varargs: object, axis: int | None = None) -> object:
    """Central differences inside, one-sided at the ends, of unit spacing or of one number each."""
    ndim = len(shape_of(f))
    axes = range(ndim) if axis is None else as_axes(axis, ndim)
    steps = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    if any(shape_of(h) for h in steps) or len(steps) != len(axes):
        raise TypeError("np.gradient of a Var takes one number as the step of each axis")
    found = []
    for i, h in zip(axes, steps, strict=True):
        y = ops.moveaxis(f, i, 0)
        inside = ops.divide(ops.subtract(y[2:], y[:-2]), 2.0)
        parts = [ops.subtract(y[1:2], y[:1]), inside, ops.subtract(y[-1:], y[-2:-1])]
        found.append(ops.moveaxis(ops.divide(ops.concatenate(parts), h), 0, i))
    return found[0] if len(found) == 1 else found


def select(condlist: Sequence[object], choicelist: Sequence[object], default: object = 0.0) -> Var:
    """The first choice whose condition holds."""
    y: object = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        y = ops.where(condition, choice, y)
    return y  # type: ignore[return-value]


def take_along(arr: object, indices: object, axis: int | None = -1) -> Var:
    """Elements by one index each along `axis`."""
    places = np.asarray(indices)
    if axis is None:
        return ops.index(ops.reshape(arr, -1), places)
    (i,) = as_axes(axis, len(shape_of(arr)))
    mesh: list[object] = list(np.ix_(*map(np.arange, places.shape)))
    mesh[i] = places
    return ops.index(arr, tuple(mesh))


def cross(a: object, b: object, axisa: int, axisb: int, axisc: int, axis: int | None) -> Var:
    """Vectors along any axis."""
    if axis is not None:
        axisa = axisb = axisc = axis
    y = ops.cross(ops.moveaxis(a, axisa, -1), ops.moveaxis(b, axisb, -1))
    return ops.moveaxis(y, -1, axisc)


def svd(a: object, full_matrices: bool, compute_uv: bool) -> object:
    """NumPy's default adds vectors that belong to no singular value and have no derivative."""
    if not compute_uv:
        return ops.svdvals(a)
    if full_matrices and shape_of(a)[-1:] != shape_of(a)[-2:-1]:
        raise TypeError("np.linalg.svd of a Var supports only full_matrices=False: pass that")
    return ops.svd(a)


def lower(a: object, uplo: str) -> object:
    """The matrix whose lower triangle is meant: "L" its own, "U" the upper one."""
    if uplo not in ("L", "U"):
        raise ValueError(f"UPLO is 'L' or 'U', not {uplo!r}")
    return a if uplo == "L" else ops.swapaxes(a, -1, -2)


def shifted(x: object, axes: Axis, sign: int) -> Var:
    """Frequency 0 moved to the middle, or back."""
    shape = shape_of(x)
    places = as_axes(axes, len(shape))
    by = tuple(sign * (shape[i] // 2) for i in places)
    return ops.roll(x, by, places)
