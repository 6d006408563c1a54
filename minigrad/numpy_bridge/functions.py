"""What each of NumPy's functions does to a Var: one row each.

A row takes those arguments of NumPy's function that have a meaning here, under NumPy's names.
"""

from collections.abc import Callable
from functools import partial, wraps

import numpy as np

from .. import ops
from ..engine.values import shape_of
from ..ops import arranging, diagonals, statistics
from . import compositions
from .ufuncs import Row, off_tape


def _plain(function: Callable[..., object]) -> Row:
    """NumPy's own answer for the values: an index or a truth has no gradient."""

    def row(*given: object, **named: object) -> object:
        return function(*map(off_tape, given), **{key: off_tape(x) for key, x in named.items()})

    return wraps(function)(row)


_INDICES_AND_TRUTHS = """
    argmax argmin argsort argpartition nanargmax nanargmin argwhere nonzero flatnonzero
    count_nonzero searchsorted allclose isclose array_equal array_equiv
"""

# Where NumPy's next argument by position is one refused here (dtype, out), the rest go by name.
FUNCTIONS: dict[object, Row] = {
    np.where: lambda condition, x, y: ops.where(condition, x, y),
    np.select: compositions.select,
    np.clip: compositions.clip,
    np.round: lambda a, decimals=0: ops.round(a, decimals),
    np.around: lambda a, decimals=0: ops.round(a, decimals),
    np.fix: lambda x: ops.trunc(x),
    np.nan_to_num: lambda x, *, nan=0.0: ops.clip(
        ops.where(ops.not_equal(x, x), nan, x), np.finfo(float).min, np.finfo(float).max
    ),
    np.sinc: lambda x: ops.sinc(x),
    np.real: lambda val: val,
    np.real_if_close: lambda a: a,
    # ------------------------------------------------------------------------------- reductions
    np.sum: lambda a, axis=None, *, keepdims=False: ops.sum(a, axis, keepdims),
    np.mean: lambda a, axis=None, *, keepdims=False: ops.mean(a, axis, keepdims),
    np.average: lambda a, axis=None, weights=None: ops.average(a, axis, weights),
    np.prod: lambda a, axis=None, *, keepdims=False: ops.prod(a, axis, keepdims),
    np.max: lambda a, axis=None, *, keepdims=False: ops.max(a, axis, keepdims),
    np.amax: lambda a, axis=None, *, keepdims=False: ops.max(a, axis, keepdims),
    np.min: lambda a, axis=None, *, keepdims=False: ops.min(a, axis, keepdims),
    np.amin: lambda a, axis=None, *, keepdims=False: ops.min(a, axis, keepdims),
    np.ptp: lambda a, axis=None, *, keepdims=False: ops.ptp(a, axis, keepdims),
    np.all: compositions.every,
    np.any: compositions.some,
    np.cumsum: lambda a, axis=None: ops.cumsum(a, axis),
    np.cumprod: lambda a, axis=None: ops.cumprod(a, axis),
    np.var: lambda a, axis=None, *, ddof=0, keepdims=False: statistics.var(a, axis, ddof, keepdims),
    np.std: lambda a, axis=None, *, ddof=0, keepdims=False: statistics.std(a, axis, ddof, keepdims),
    np.nansum: lambda a, axis=None, *, keepdims=False: ops.nansum(a, axis, keepdims),
    np.nanprod: lambda a, axis=None, *, keepdims=False: ops.nanprod(a, axis, keepdims),
    np.nanmean: lambda a, axis=None, *, keepdims=False: ops.nanmean(a, axis, keepdims),
    np.nanvar: lambda a, axis=None, *, ddof=0, keepdims=False: ops.nanvar(a, axis, ddof, keepdims),
    np.nanstd: lambda a, axis=None, *, ddof=0, keepdims=False: ops.nanstd(a, axis, ddof, keepdims),
    np.nanmax: lambda a, axis=None, *, keepdims=False: ops.nanmax(a, axis, keepdims),
    np.nanmin: lambda a, axis=None, *, keepdims=False: ops.nanmin(a, axis, keepdims),
    np.sort: lambda a, axis=-1: ops.sort(a, axis),
    np.partition: lambda a, kth, axis=-1: ops.sort(a, axis),  # which is partitioned anywhere
    np.median: lambda a, axis=None, *, keepdims=False: ops.median(a, axis, keepdims),
    np.quantile: lambda a, q, axis=None, *, keepdims=False: ops.quantile(a, q, axis, keepdims),
    np.percentile: lambda a, q, axis=None, *, keepdims=False: ops.quantile(
        a, np.divide(q, 100.0), axis, keepdims
    ),
    # ------------------------------------------------------------------------------- arrangement
    np.reshape: lambda a, shape: ops.reshape(a, shape),
    np.ravel: lambda a: ops.reshape(a, -1),
    np.transpose: lambda a, axes=None: ops.transpose(a, axes),
    np.matrix_transpose: lambda x: ops.swapaxes(x, -1, -2),
    np.swapaxes: lambda a, axis1, axis2: ops.swapaxes(a, axis1, axis2),
    np.moveaxis: lambda a, source, destination: ops.moveaxis(a, source, destination),
    np.rollaxis: compositions.rollaxis,
    np.broadcast_to: lambda array, shape: ops.broadcast_to(array, shape),
    np.broadcast_arrays: lambda *args: tuple(
        ops.broadcast_to(x, np.broadcast_shapes(*map(shape_of, args))) for x in args
    ),
    np.squeeze: lambda a, axis=None: ops.squeeze(a, axis),
    np.expand_dims: lambda a, axis: ops.expand_dims(a, axis),
    np.atleast_1d: lambda *arys: compositions.each(partial(arranging.atleast, 1), arys),
    np.atleast_2d: lambda *arys: compositions.each(partial(arranging.atleast, 2), arys),
    np.atleast_3d: lambda *arys: compositions.each(partial(arranging.atleast, 3), arys),
    np.flip: lambda m, axis=None: ops.flip(m, axis),
    np.flipud: lambda m: ops.flip(m, 0),
    np.fliplr: lambda m: ops.flip(m, 1),
    np.rot90: lambda m, k=1, axes=(0, 1): ops.rot90(m, k, axes),
    np.roll: lambda a, shift, axis=None: ops.roll(a, shift, axis),
    np.take: lambda a, indices, axis=None: ops.take(a, indices, axis),
    np.take_along_axis: lambda arr, indices, axis=-1: compositions.take_along(arr, indices, axis),
    np.repeat: lambda a, repeats, axis=None: ops.repeat(a, repeats, axis),
    np.tile: lambda A, reps: ops.tile(A, reps),
    np.pad: lambda array, pad_width, mode="constant", *, constant_values=0.0: ops.pad(
        array, pad_width, mode, constant_values
    ),
    np.diff: lambda a, n=1, axis=-1: ops.diff(a, n, axis),
    np.ediff1d: lambda ary: ops.diff(ops.reshape(ary, -1)),
    np.gradient: compositions.gradient,
    np.linspace: compositions.linspace,
    np.tril: lambda m, k=0: ops.tril(m, k),
    np.triu: lambda m, k=0: ops.triu(m, k),
    np.diag: lambda v, k=0: ops.diag(v, k),
    np.diagflat: lambda v, k=0: ops.diag(ops.reshape(v, -1), k),
    np.diagonal: lambda a, offset=0, axis1=0, axis2=1: ops.diagonal(a, offset, axis1, axis2),
    np.trace: lambda a, offset=0, axis1=0, axis2=1: diagonals.trace(a, offset, axis1, axis2),
    # ----------------------------------------------------------------------- joining and splitting
    np.concatenate: compositions.concatenate,
    np.stack: lambda arrays, axis=0: ops.stack(arrays, axis),
    np.append: lambda arr, values, axis=None: ops.append(arr, values, axis),
    np.vstack: lambda tup: ops.vstack(tup),
    np.hstack: lambda tup: ops.hstack(tup),
    np.dstack: lambda tup: ops.dstack(tup),
    np.column_stack: lambda tup: ops.column_stack(tup),
    np.block: lambda arrays: ops.block(arrays),
    np.split: lambda ary, indices_or_sections, axis=0: ops.split(ary, indices_or_sections, axis),
    np.array_split: lambda ary, indices_or_sections, axis=0: ops.array_split(
        ary, indices_or_sections, axis
    ),
    np.hsplit: lambda ary, indices_or_sections: ops.hsplit(ary, indices_or_sections),
    np.vsplit: lambda ary, indices_or_sections: ops.vsplit(ary, indices_or_sections),
    np.dsplit: lambda ary, indices_or_sections: ops.split(ary, indices_or_sections, 2),
    # ------------------------------------------------------------------------------ linear algebra
    np.dot: lambda a, b: ops.dot(a, b),
    np.vdot: lambda a, b: ops.dot(ops.reshape(a, -1), ops.reshape(b, -1)),
    np.inner: lambda a, b: ops.inner(a, b),
    np.outer: lambda a, b: ops.outer(a, b),
    np.tensordot: lambda a, b, axes=2: ops.tensordot(a, b, axes),
    np.kron: lambda a, b: ops.kron(a, b),
    np.cross: lambda a, b, axisa=-1, axisb=-1, axisc=-1, axis=None: compositions.cross(
        a, b, axisa, axisb, axisc, axis
    ),
    np.einsum: lambda *operands, optimize=False: ops.einsum(*operands),
    np.linalg.norm: compositions.norm,
    np.linalg.inv: lambda a: ops.inv(a),
    np.linalg.pinv: lambda a: ops.pinv(a),
    np.linalg.solve: lambda a, b: ops.solve(a, b),
    np.linalg.cholesky: lambda a: ops.cholesky(a),
    np.linalg.det: lambda a: ops.det(a),
    np.linalg.slogdet: lambda a: ops.slogdet(a),
    np.linalg.eigh: lambda a, UPLO="L": ops.eigh(compositions.lower(a, UPLO)),
    np.linalg.eigvalsh: lambda a, UPLO="L": ops.eigvalsh(compositions.lower(a, UPLO)),
    np.linalg.svd: lambda a, *, full_matrices=True, compute_uv=True: compositions.svd(
        a, full_matrices, compute_uv
    ),
    np.linalg.matrix_power: lambda a, n: ops.matrix_power(a, n),
    # ----------------------------------------- what the shape alone decides, and indices and truths
    np.shape: lambda a: shape_of(a),
    np.ndim: lambda a: len(shape_of(a)),
    np.size: lambda a, axis=None: compositions.count_of(a, axis),
    np.zeros_like: lambda a: np.zeros(shape_of(a)),
    np.ones_like: lambda a: np.ones(shape_of(a)),
    np.empty_like: lambda prototype: np.zeros(shape_of(prototype)),
    np.full_like: lambda a, fill_value: ops.broadcast_to(fill_value, shape_of(a)),
    np.result_type: lambda *arrays_and_dtypes: np.dtype(float),
    np.iscomplexobj: lambda x: False,
    np.isrealobj: lambda x: True,
    **{getattr(np, name): _plain(getattr(np, name)) for name in _INDICES_AND_TRUTHS.split()},
}

# By name, since np.fft would be loaded here otherwise: a sixth of what minigrad adds to `import
# numpy`.
OF_FFT: dict[str, Row] = {
    "fftshift": lambda x, axes=None: compositions.shifted(x, axes, 1),
    "ifftshift": lambda x, axes=None: compositions.shifted(x, axes, -1),
}
