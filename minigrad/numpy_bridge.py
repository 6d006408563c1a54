"""NumPy's functions on a Var, one table: each goes to an op or to one line of composition.

`np.exp(v)`, `np.ones(3) * v` and `np.sum(v, axis=0)` stay on the tape. A row takes those arguments
of NumPy's function that have a meaning here, under NumPy's names; any other argument, and any
function without a row, is a TypeError that names it. Only what the shape alone decides (`np.size`,
`np.zeros_like`) comes back as plain numbers. `np.argmax` and the like have no row: their answer
would go stale when a leaf gets a new value, so ask in the open, `np.argmax(v.value)`.
"""

import math
from collections.abc import Callable, Iterable
from functools import cache
from inspect import signature

import numpy as np

from . import ops
from .engine.op import ABOVE, OPS
from .engine.values import as_axes, shape_of, size_of
from .engine.variable import Var
from .ops import statistics

Axis = int | tuple[int, ...] | None
Row = Callable[..., object]
Inputs = tuple[object, ...]
Keywords = dict[str, object]
signature_of = cache(signature)

# ------------------------------------------------------------ compositions of more than one line


def _count(a: object, axis: Axis) -> int:
    shape = shape_of(a)
    return size_of(tuple(shape[i] for i in as_axes(axis, len(shape))))


def _clip(
    a: object, a_min: object = None, a_max: object = None, *, min: object = None, max: object = None
) -> Var:
    """An end that is None is open. `min` and `max` are NumPy 2.1's other names for the ends."""
    if not (min is max is None or a_min is a_max is None):
        raise TypeError("np.clip takes a_min and a_max, or min and max, not some of both")
    low, high = (a_min, a_max) if min is max is None else (min, max)
    return ops.clip(a, -math.inf if low is None else low, math.inf if high is None else high)


def _einsum(subscripts: object, *operands: object, optimize: object = False) -> Var:
    if not isinstance(subscripts, str):
        raise TypeError("np.einsum of a Var wants a string first: np.einsum('ij,j->i', a, v)")
    return ops.einsum(subscripts, *operands)


def _moveaxis(a: Var, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Var:
    starts, ends = as_axes(source, a.ndim), as_axes(destination, a.ndim)
    order = [i for i in range(a.ndim) if i not in starts]
    for end, start in sorted(zip(ends, starts, strict=True)):
        order.insert(end, start)
    return ops.transpose(a, tuple(order))


def _concatenate(arrays: Iterable[object], axis: int | None = 0) -> Var:
    flat = [ops.reshape(x, -1) if axis is None else x for x in arrays]
    return ops.concatenate(flat, axis or 0)


def _vstack(tup: Iterable[object]) -> Var:
    return ops.concatenate([x if len(shape_of(x)) > 1 else ops.reshape(x, 1, -1) for x in tup])


def _hstack(tup: Iterable[object]) -> Var:
    parts = [ops.reshape(x, 1) if shape_of(x) == () else x for x in tup]
    return ops.concatenate(parts, 0 if len(shape_of(parts[0])) == 1 else 1)


# ------------------------------------------------------------------------------------- the table
# A ufunc whose name is an op's goes to that op: np.exp, np.add, np.matmul, np.less …
UFUNCS: dict[object, Row] = {
    getattr(np, name): row.function
    for name, row in OPS.items()
    if isinstance(getattr(np, name, None), np.ufunc)
} | {
    np.positive: lambda x: x,
    np.reciprocal: lambda x: ops.divide(1.0, x),
    np.float_power: ops.power,
    np.exp2: lambda x: ops.power(2.0, x),
    np.log2: lambda x: ops.log(x) / math.log(2.0),
    np.log10: lambda x: ops.log(x) / math.log(10.0),
    # Questions that comparisons answer, recorded like them: 0.0 or 1.0, without gradient.
    np.isnan: lambda x: ops.not_equal(x, x),
    np.isinf: lambda x: ops.equal(ops.abs(x), math.inf),
    np.isfinite: lambda x: ops.less(ops.abs(x), math.inf),
    np.logical_not: lambda x: ops.equal(x, 0.0),
    np.logical_and: lambda a, b: ops.not_equal(a, 0.0) * ops.not_equal(b, 0.0),
    np.logical_or: lambda a, b: ops.maximum(ops.not_equal(a, 0.0), ops.not_equal(b, 0.0)),
}

# Where NumPy's next argument by position is one refused here (dtype, out), the rest go by name.
FUNCTIONS: dict[object, Row] = {
    np.where: lambda condition, x, y: ops.where(condition, x, y),
    np.clip: _clip,
    np.sum: lambda a, axis=None, *, keepdims=False: ops.sum(a, axis, keepdims),
    np.mean: lambda a, axis=None, *, keepdims=False: ops.mean(a, axis, keepdims),
    np.prod: lambda a, axis=None, *, keepdims=False: ops.prod(a, axis, keepdims),
    np.max: lambda a, axis=None, *, keepdims=False: ops.max(a, axis, keepdims),
    np.amax: lambda a, axis=None, *, keepdims=False: ops.max(a, axis, keepdims),
    np.min: lambda a, axis=None, *, keepdims=False: ops.min(a, axis, keepdims),
    np.amin: lambda a, axis=None, *, keepdims=False: ops.min(a, axis, keepdims),
    np.all: lambda a, axis=None, *, keepdims=False: ops.min(ops.not_equal(a, 0.0), axis, keepdims),
    np.any: lambda a, axis=None, *, keepdims=False: ops.max(ops.not_equal(a, 0.0), axis, keepdims),
    np.cumsum: lambda a, axis=None: ops.cumsum(a, axis),
    np.var: lambda a, axis=None, *, ddof=0, keepdims=False: statistics.var(a, axis, ddof, keepdims),
    np.std: lambda a, axis=None, *, ddof=0, keepdims=False: statistics.std(a, axis, ddof, keepdims),
    np.linalg.norm: lambda x, *, axis=None, keepdims=False: ops.norm(x, axis, keepdims),
    np.reshape: lambda a, shape: ops.reshape(a, shape),
    np.ravel: lambda a: ops.reshape(a, -1),
    np.transpose: lambda a, axes=None: ops.transpose(a, axes),
    np.swapaxes: lambda a, axis1, axis2: ops.swapaxes(a, axis1, axis2),
    np.moveaxis: _moveaxis,
    np.broadcast_to: lambda array, shape: ops.broadcast_to(array, shape),
    np.squeeze: lambda a, axis=None: ops.squeeze(a, axis),
    np.expand_dims: lambda a, axis: ops.expand_dims(a, axis),
    np.flip: lambda m, axis=None: ops.flip(m, axis),
    np.take: lambda a, indices, axis=None: ops.take(a, indices, axis),
    np.tril: lambda m: ops.tril(m),
    np.triu: lambda m: ops.triu(m),
    np.diag: lambda v: ops.diag(v),
    np.diagonal: lambda a: ops.einsum("ii...->...i", a),
    np.trace: lambda a: ops.einsum("ii...->...", a),
    np.concatenate: _concatenate,
    np.stack: lambda arrays, axis=0: ops.stack(arrays, axis),
    np.vstack: _vstack,
    np.hstack: _hstack,
    np.dot: lambda a, b: ops.dot(a, b),
    np.vdot: lambda a, b: ops.dot(ops.reshape(a, -1), ops.reshape(b, -1)),
    np.inner: lambda a, b: ops.dot(a, ops.transpose(b)),
    np.outer: lambda a, b: ops.outer(a, b),
    np.einsum: _einsum,
    np.linalg.inv: lambda a: ops.inv(a),
    np.linalg.solve: lambda a, b: ops.solve(a, b),
    np.linalg.cholesky: lambda a: ops.cholesky(a),
    # What the shape alone decides: plain numbers, but for full_like's fill if that is a Var.
    np.shape: lambda a: shape_of(a),
    np.ndim: lambda a: len(shape_of(a)),
    np.size: lambda a, axis=None: _count(a, axis),
    np.zeros_like: lambda a: np.zeros(shape_of(a)),
    np.ones_like: lambda a: np.ones(shape_of(a)),
    np.full_like: lambda a, fill_value: ops.broadcast_to(fill_value, shape_of(a)),
}

# ---------------------------------------------------------------------------------- the refusals

# What changes nothing when it is spelled out: NumPy's own defaults.
NEUTRAL: dict[str, object] = {
    "out": None,
    "where": True,
    "dtype": None,
    "casting": "same_kind",
    "order": "C",
    "mode": "raise",
    "ord": None,
    "offset": 0,
    "k": 0,
    "upper": False,
}
INSTEAD_OF_ARGUMENT = {
    "out": "nothing can be written into (array += v tries that too), write y = array + v",
    "where": "use mg.where(mask, x, 0.0) before, or mg.where(mask, y, other) after",
    "dtype": "minigrad computes in float64",
}
INSTEAD_OF_FUNCTION = {
    "np.add.reduce": "mg.sum",
    "np.multiply.reduce": "mg.prod",
    "np.add.accumulate": "mg.cumsum",
    "np.maximum.reduce": "mg.max",
    "np.multiply.outer": "mg.outer",
    "np.tensordot": "mg.einsum",
    "np.linalg.det": "mg.logdet",
    "np.linalg.slogdet": "mg.logdet",
    "np.append": "mg.concatenate",
    "expit": "mg.sigmoid",
    "gammaln": "mg.lgamma",
    "psi": "mg.digamma",  # SciPy's
}


def _name_of(function: object) -> str:
    name = getattr(function, "__name__", repr(function))
    if isinstance(function, np.ufunc):  # which does not tell its module
        return f"np.{name}" if getattr(np, name, None) is function else name
    return f"{getattr(function, '__module__', None)}.{name}".replace("numpy", "np", 1)


def _no_row(name: str) -> TypeError:
    other = INSTEAD_OF_FUNCTION.get(name, f"mg.{name}" if name in ops.__all__ else "an op of mg")
    return TypeError(f"{name} takes no Var: use {other}, or v.value for plain numbers off the tape")


def _no_argument(name: str, refused: list[str]) -> TypeError:
    argument = "out" if "out" in refused else refused[0]  # `array @= v` passes axes= besides
    remedy = INSTEAD_OF_ARGUMENT.get(argument, "leave it out, or use v.value for plain numbers")
    return TypeError(f"{name} of a Var takes no {argument}=: {remedy}")


def _says_nothing(name: str, given: object) -> bool:
    default = NEUTRAL.get(name, np._NoValue)
    same = given == default if isinstance(given, str) else given is default
    return same or given is np._NoValue


def apply_ufunc(ufunc: object, method: str, inputs: Inputs, keywords: Keywords) -> object:
    """`Var.__array_ufunc__`: np.exp(v), array * v."""
    if method != "__call__":
        raise _no_row(f"{_name_of(ufunc)}.{method}")
    if ufunc not in UFUNCS:
        raise _no_row(_name_of(ufunc))
    if refused := [key for key, given in keywords.items() if not _says_nothing(key, given)]:
        raise _no_argument(_name_of(ufunc), refused)
    return UFUNCS[ufunc](*inputs)


def apply_function(function: object, inputs: Inputs, keywords: Keywords) -> object:
    """`Var.__array_function__`: np.sum(v, axis=0), np.stack([v, w])."""
    if function not in FUNCTIONS:
        raise _no_row(_name_of(function))
    row, name = FUNCTIONS[function], _name_of(function)
    takes = signature_of(row)
    meant = {key: given for key, given in keywords.items() if not _says_nothing(key, given)}
    if refused := [key for key in meant if key not in takes.parameters]:
        raise _no_argument(name, refused)
    try:
        takes.bind(*inputs, **meant)
    except TypeError as error:
        raise TypeError(f"{name} of a Var: {error}: write {name}{takes}") from None
    return row(*inputs, **meant)


ABOVE.update(ufunc=apply_ufunc, function=apply_function)
