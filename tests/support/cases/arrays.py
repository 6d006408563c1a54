"""Reductions, shapes and linear algebra: NumPy's or SciPy's values, derivatives by differences."""

from functools import partial

import numpy as np
import scipy.linalg
import scipy.special

import minigrad as mg
from minigrad.engine.op import OPS
from minigrad.engine.values import Shape, Value
from tests.support.cases.case import (
    Case,
    Function,
    definite,
    function_of,
    normal,
    positive,
    regular,
)


def against(name: str, reference: Function, *inputs: Value, **static: object) -> Case:
    """minigrad's function against another, called alike."""
    note = ",".join(f"{k}={v}" for k, v in static.items())
    f = function_of(name)
    return Case(name, partial(f, **static), partial(reference, **static), inputs, note=note)


def same(name: str, *inputs: Value, **static: object) -> Case:
    """minigrad's function against NumPy's of that name."""
    return against(name, getattr(np, name), *inputs, **static)


def joined(name: str, *inputs: Value, axis: int = 0) -> Case:
    """Like `same`, for functions that take a list."""
    f, reference = getattr(mg, name), getattr(np, name)
    return Case(
        name, lambda *xs: f(xs, axis), lambda *xs: reference(xs, axis), inputs, note=f"axis={axis}"
    )


# ----------------------------------------------------------------------------------- reductions

AXES: list[dict[str, object]] = [
    {},
    {"axis": 0},
    {"axis": 1},
    {"axis": -1},
    {"axis": (0, 1)},
    {"axis": 0, "keepdims": True},
    {"keepdims": True},
]
SIMPLE = ("sum", "mean", "prod", "max", "min")
NORMALISED = ("softmax", "log_softmax")


def _with_zeros(zeros: int) -> Value:
    x = np.array(normal(2, 5))
    x[1, :zeros] = 0.0
    return x


def _length(x: Value, **axis: object) -> Value:
    top = np.max(np.abs(x))
    return top * np.sqrt(np.sum((x / top) ** 2, **axis))


GAPS = np.array([[False, True, False], [False, False, False]])

REDUCTIONS = [
    *(same(name, x, **axis) for name in SIMPLE for x in (normal(2, 3), normal(2, 3, 2))
      for axis in AXES),
    *(same(name, normal(2, 3, 2), axis=(2, 0), keepdims=k) for name in ("sum", "prod")
      for k in (True, False)),
    *(same(name, x) for name in SIMPLE for x in (1.7, normal(1), normal(5))),
    *(same("prod", _with_zeros(n), axis=axis)._replace(note=f"axis={axis},{n}zeros")
      for n in (1, 2, 3) for axis in (None, 1)),
    *(same("cumsum", x, axis=axis) for x in (normal(3, 2), normal(2, 3, 2))
      for axis in (None, 0, 1, -1)),
    same("cumsum", normal(1)),
    *(same("cumprod", x, axis=axis) for x in (normal(3, 2), normal(2, 5), _with_zeros(2))
      for axis in (None, 0, 1)),
    same("ptp", normal(2, 3)), same("ptp", normal(2, 3), axis=1, keepdims=True),
    same("average", normal(2, 3), axis=0), same("average", normal(2, 3)),
    Case("average", lambda x, w: mg.average(x, 1, w), lambda x, w: np.average(x, 1, w),
         (normal(2, 3), positive(3))),
    Case("average", lambda x, w: mg.average(x, weights=w), lambda x, w: np.average(x, weights=w),
         (normal(2, 3), positive(2, 3))),
    *(Case(name, lambda x, name=name, axis=axis: getattr(mg, name)(mg.where(GAPS, np.nan, x), axis),
           lambda x, name=name, axis=axis: getattr(np, name)(np.where(GAPS, np.nan, x), axis),
           (normal(2, 3),), note=f"axis={axis}")
      for name in ("nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin")
      for axis in (None, 0, 1)),
    *(against("logsumexp", scipy.special.logsumexp, normal(2, 3), **axis) for axis in AXES),
    *(against("logsumexp", scipy.special.logsumexp, x) for x in (0.7, normal(3) + 1000.0)),
    *(against(name, f, x, **axis) for name, f in (("norm", _length), ("std", np.std))
      for x in (normal(2, 3), normal(2, 3, 2)) for axis in AXES),
    *(against("norm", _length, x) for x in (-1.7, normal(1), normal(5), 1e200 * normal(3))),
    against("std", np.std, normal(4, 3), axis=0, ddof=1),
    *(against(name, getattr(scipy.special, name), normal(2, 3), axis=axis) for name in NORMALISED
      for axis in (0, 1, -1, (0, 1))),
    *(against(name, getattr(scipy.special, name), normal(3) - 800.0, axis=-1)
      for name in NORMALISED),
]  # fmt: skip

# --------------------------------------------------------------------------------------- shapes


def reshaped(shape: Shape, x: Value) -> Case:
    return Case(
        "reshape",
        lambda x: mg.reshape(x, shape),
        lambda x: np.reshape(x, shape),
        (x,),
        note=f"{shape}",
    )


def at(key: object, x: Value) -> Case:
    return Case("index", lambda x: mg.index(x, key), lambda x: x[key], (x,), note=f"[{key}]")


def put(key: object, shape: Shape, x: Value) -> Case:
    def reference(x: Value) -> Value:
        y = np.zeros(shape)
        np.add.at(y, key, x)
        return y

    scatter = OPS["scatter"].function
    return Case("scatter", lambda x: scatter(x, key, shape), reference, (x,), note=f"[{key}]")


KEYS = [
    1,
    -1,
    (0, 2),
    slice(1, None),
    (slice(None), 2),
    (slice(None, None, -2), slice(0, 0)),
    (None, 1),
    (..., 0),
    np.array([2, 0, 2]),
    (np.array([0, 0, 2]), np.array([1, 1, 3])),
    (1, np.array([3, 3])),
    (slice(1, 3), np.array([[0, 1], [1, 1]])),
    np.array([True, False, True]),
    np.tril(np.ones((3, 4), bool)),
]

SHAPES = [
    *(reshaped(shape, normal(2, 3)) for shape in ((6,), (3, 2), (-1,), (1, 3, -1))),
    reshaped((), normal(1, 1)), reshaped((1, 1), 2.5), reshaped((0, 5), normal(0)),
    Case("reshape", lambda x: mg.reshape(x, 3, 2), lambda x: np.reshape(x, (3, 2)), (normal(6),)),
    same("transpose", normal(2, 3)), same("transpose", normal(4)),
    same("transpose", normal(2, 3, 4), axes=(2, 0, 1)),
    same("transpose", normal(2, 3, 4), axes=(1, -1, 0)),
    same("swapaxes", normal(2, 3, 4), axis1=0, axis2=-1),
    *(same("broadcast_to", x, shape=shape) for x, shape in (
        (1.5, (2, 3)), (normal(3), (2, 3)), (normal(2, 1), (2, 3)), (normal(1), (4,)), (1.5, ()),
        (normal(3, 1, 2), (2, 3, 4, 2)))),
    same("squeeze", normal(1, 3, 1)), same("squeeze", normal(1, 3, 1), axis=-1),
    same("squeeze", normal(1, 1)),
    same("expand_dims", normal(3), axis=0), same("expand_dims", normal(3), axis=(0, -1)),
    same("expand_dims", 0.4, axis=0),
    *(same("flip", normal(2, 3), axis=axis) for axis in (None, 1, (0, -1))),
    *(same("take", normal(3, 4), indices=indices, axis=axis)
      for indices in (2, [0, 2, 2], [[0, -1], [1, 1]]) for axis in (None, 0, 1)),
    *(at(key, normal(3, 4)) for key in KEYS),
    put(1, (3,), 0.7), put(slice(1, 3), (4, 2), normal(2, 2)),
    put(np.array([1, 0, 1]), (3,), normal(3)),
    put((slice(None), np.array([1, 1])), (2, 3), normal(2, 2)),
    put(np.array([True, False, True]), (3,), normal(2)),
    joined("concatenate", normal(2), normal(3)),
    joined("concatenate", normal(1, 2), normal(3, 2), normal(2, 2)),
    joined("concatenate", normal(2, 2), normal(2, 1), normal(2, 3), axis=1),
    joined("concatenate", normal(2, 1, 2), normal(2, 1, 1), axis=-1),
    joined("stack", 0.5, -1.5, 2.5), joined("stack", normal(2), normal(2)),
    joined("stack", normal(2), normal(2), normal(2), axis=1),
    joined("stack", normal(2, 3), normal(2, 3), axis=-1),
    *(same(name, x) for name in ("tril", "triu")
      for x in (normal(3, 3), normal(2, 4), normal(2, 3, 2), normal(3))),
    *(same(name, normal(3, 4), k=k) for name in ("tril", "triu", "diag") for k in (1, -1, 9)),
    *(same("diag", x, k=k) for x in (normal(3), normal(3, 3)) for k in (0, 2, -1)),
    *(against("diagonal", np.diagonal, normal(3, 4, 2), **given) for given in (
        {}, {"offset": 1}, {"offset": -1, "axis1": 2, "axis2": 0}, {"offset": 7})),
]  # fmt: skip

# ------------------------------------------------------------------- repeating, shifting, cutting


def pieces(name: str, x: Value, *given: object) -> Case:
    """Like `same`, for functions that return a list: its parts, weighed and joined again."""
    weights = [1.0, -2.0, 3.0, -4.0]

    def joined_by(module: object, x: Value) -> Value:
        parts = getattr(module, name)(x, *given)
        return module.concatenate([w * mg.reshape(p, -1) for w, p in zip(weights, parts)])

    f, reference = partial(joined_by, mg), partial(joined_by, np)
    return Case(name, f, reference, (x,), note=f"{given}")


def listed(name: str, *inputs: Value) -> Case:
    """Like `same`, for functions that take a list and nothing else."""
    f, reference = getattr(mg, name), getattr(np, name)
    return Case(name, lambda *xs: f(xs), lambda *xs: reference(xs), inputs)


ARRANGED = [
    same("moveaxis", normal(2, 3, 4), source=0, destination=-1),
    same("moveaxis", normal(2, 3, 4), source=(2, 0), destination=(0, 1)),
    *(same("rot90", normal(2, 3, 2), k=k, axes=axes) for k in (0, 1, 2, 3, -1)
      for axes in ((0, 1), (2, 1))),
    *(same("repeat", normal(2, 3), repeats=repeats, axis=axis) for repeats, axis in (
        (2, None), (3, 0), ([1, 0, 2], 1), (2, -1))),
    same("repeat", 1.5, repeats=3),
    *(same("tile", normal(2, 3), reps=reps) for reps in (2, (2, 1), (1, 2, 2), (0, 1), ())),
    *(same("tile", x, reps=reps) for x, reps in ((normal(3), (2, 2)), (0.5, 3), (0.5, ()))),
    *(same("roll", normal(2, 3), shift=shift, axis=axis) for shift, axis in (
        (1, None), (-1, 0), (2, 1), ((1, -1), (0, 1)), (1, (0, 1)))),
    *(same("pad", normal(2, 3), pad_width=w, mode=mode) for w in (1, ((1, 0), (0, 2)))
      for mode in ("constant", "edge", "reflect", "symmetric", "wrap")
      if not (mode == "reflect" and w != 1)),
    same("pad", normal(2), pad_width=(2, 1), constant_values=(3.0, -1.0)),
    *(same("diff", normal(3, 4), n=n, axis=axis) for n, axis in ((1, -1), (1, 0), (2, 1), (0, 0))),
    same("full", normal(3), shape=None)._replace(
        f=lambda x: mg.full((2, 3), x), reference=lambda x: np.full((2, 3), x), note="(2,3)"),
    Case("full", lambda x: mg.full(4, x), lambda x: np.full(4, x), (0.7,)),
    *(same("linspace", a, b, num=5) for a, b in ((0.5, -1.5), (normal(2), 3.0), (0.0, normal(3)))),
    same("linspace", 1.0, 2.0, num=4, endpoint=False),
    *(same("append", a, b, axis=axis) for a, b, axis in (
        (normal(2, 3), normal(2), None), (normal(2, 3), normal(1, 3), 0), (0.5, normal(2), None))),
    listed("hstack", normal(2), normal(3)), listed("hstack", normal(2, 1), normal(2, 3)),
    listed("hstack", 0.5, normal(2)),
    listed("vstack", normal(3), normal(2, 3)), listed("vstack", 0.5, -1.0),
    listed("dstack", normal(2), normal(2)), listed("dstack", normal(2, 3), normal(2, 3, 2)),
    listed("column_stack", normal(3), normal(3, 2), normal(3)),
    Case("block", lambda a, b, c: mg.block([[a, b], [c, 0.5]]),
         lambda a, b, c: np.block([[a, b], [c, 0.5]]), (normal(2, 2), normal(2, 1), normal(2))),
    Case("block", lambda a, b: mg.block([a, b, 1.0]), lambda a, b: np.block([a, b, 1.0]),
         (normal(2), normal(3))),
    Case("block", mg.block, np.block, (normal(2, 1),)),
    pieces("split", normal(4, 3), 2), pieces("split", normal(3, 4), 2, 1),
    pieces("split", normal(5, 2), [1, 3]), pieces("array_split", normal(5, 2), 3),
    pieces("array_split", normal(2, 5), [2, 4], 1), pieces("array_split", normal(2), 4),
    pieces("hsplit", normal(2, 4), 2), pieces("hsplit", normal(4), 2),
    pieces("vsplit", normal(4, 2), 2),
    *(same("sort", normal(3, 4), axis=axis) for axis in (-1, 0, None)), same("sort", normal(5)),
    *(same("median", x, axis=axis) for x in (normal(3, 4), normal(3, 5)) for axis in (None, 0, 1)),
    *(same("quantile", normal(3, 4), q=q, axis=axis, keepdims=keep) for q in (0.3, 1.0, (0.1, 0.75))
      for axis, keep in ((None, False), (1, True), ((0, 1), True), (0, False))),
    *(Case(name, OPS[name].function, reference, (normal(3, 4), normal(3, 4), ), note=f"{axis}")
      ._replace(f=partial(OPS[name].function, axis=axis),
                reference=partial(reference, axis=axis))
      for name, reference in (
          ("sorted_like", lambda v, x, axis: np.take_along_axis(v, np.argsort(x, axis), axis)),
          ("unsorted_like", lambda v, x, axis: np.take_along_axis(
              v, np.argsort(np.argsort(x, axis), axis), axis)))
      for axis in (0, 1)),
]  # fmt: skip

# ------------------------------------------------------------------------------- linear algebra


def einsum(subscripts: str, *inputs: Value) -> Case:
    f, reference = partial(mg.einsum, subscripts), partial(np.einsum, subscripts)
    return Case("einsum", f, reference, inputs, note=subscripts)


def _symmetric(x: Value) -> Value:
    return 0.5 * (x + mg.swapaxes(x, -1, -2))


def _triangular(a: Value, b: Value, lower: bool = True) -> Value:
    return scipy.linalg.solve_triangular(a, b, lower=lower)


LINALG = [
    *(same("matmul", a, b) for a, b in (
        (normal(3), normal(3)), (normal(2, 3), normal(3)), (normal(3), normal(3, 2)),
        (normal(2, 3), normal(3, 4)), (normal(2, 2, 3), normal(3)), (normal(3), normal(2, 3, 2)),
        (normal(2, 2, 3), normal(3, 2)), (normal(2, 3), normal(2, 3, 2)),
        (normal(2, 1, 2, 3), normal(3, 3, 1)), (normal(1, 1), normal(1, 1)))),
    *(same("dot", a, b) for a, b in (
        (normal(3), normal(3)), (normal(2, 3), normal(3)), (normal(2, 3), normal(3, 2)),
        (1.5, normal(3)), (1.5, -2.0))),
    *(same("dot", a, b) for a, b in (
        (normal(2, 3, 2), normal(2)), (normal(2, 3), normal(2, 3, 2)),
        (normal(3), normal(2, 3, 2)), (normal(2, 2, 3), normal(2, 3, 2)))),
    *(same("inner", a, b) for a, b in (
        (2.0, normal(2, 3)), (normal(2, 3), 2.0), (normal(3), normal(3)),
        (normal(2, 3), normal(4, 3)), (normal(2, 1, 3), normal(2, 3)))),
    *(same("tensordot", a, b, axes=axes) for a, b, axes in (
        (normal(2, 3, 2), normal(3, 2, 2), 2), (normal(2, 3), normal(2, 3), 0),
        (normal(2, 3, 2), normal(4, 3), ([1], [1])), (normal(2, 3), normal(3, 2), ((0, 1), (1, 0))),
        (normal(2, 3), normal(2, 2), (0, -1)))),
    *(same("kron", a, b) for a, b in (
        (normal(2), normal(3)), (normal(2, 2), normal(3)), (normal(1, 2), normal(2, 2)),
        (1.5, normal(2)))),
    *(same("cross", a, b) for a, b in ((normal(3), normal(3)), (normal(2, 3), normal(3)))),
    same("cross", normal(3, 2), normal(3, 2), axis=0),
    same("outer", normal(2), normal(3)), same("outer", normal(1), normal(1)),
    same("outer", normal(2, 2), 1.5),
    einsum("ij,jk->ik", normal(2, 3), normal(3, 2)), einsum("ij,jk", normal(2, 3), normal(3, 2)),
    einsum("i,i->", normal(3), normal(3)), einsum("i,j->ji", normal(2), normal(3)),
    einsum("ij->", normal(2, 3)), einsum("ij->i", normal(2, 3)), einsum("ba", normal(2, 3)),
    einsum("ii->i", normal(3, 3)), einsum("ii", normal(3, 3)), einsum("iij->j", normal(2, 2, 3)),
    einsum("ii,i->", normal(3, 3), normal(3)), einsum("i,j->i", normal(2), normal(3)),
    einsum("ij,jk,kl->il", normal(2, 3), normal(3, 2), normal(2, 2)),
    einsum("i,i,i->i", normal(3), normal(3), normal(3)),
    einsum("...ij,...jk->...ik", normal(2, 2, 3), normal(3, 2)),
    einsum("...i->...", normal(2, 3)), einsum("...,...->...", 1.5, normal(3)),
    einsum("bij, bj -> bi", normal(2, 3, 2), normal(2, 2)),
    einsum("ij,kj->ki", normal(2, 3), normal(4, 3)),
    einsum("ij,ij->ij", normal(1, 3), normal(2, 3)),
    einsum("ij,jk->ik", normal(2, 1), normal(3, 2)),
    einsum("...i,...i", normal(1, 3), normal(2, 3)),
    Case("einsum", lambda a, b: mg.einsum(a, [0, 1], b, [1], [0]),
         lambda a, b: np.einsum(a, [0, 1], b, [1], [0]), (normal(2, 3), normal(3)), note="lists"),
    Case("einsum", lambda a, b: mg.einsum(a, [..., 0], b, [..., 0]),
         lambda a, b: np.einsum(a, [..., 0], b, [..., 0]), (normal(2, 3), normal(2, 3)),
         note="lists..."),
    # A step in one entry alone would leave the symmetric matrices.
    *(Case("cholesky", lambda x: mg.cholesky(_symmetric(x)), np.linalg.cholesky, (x,))
      for x in (definite(1, 1), definite(3, 3), definite(2, 2, 2))),
    Case("cholesky", lambda x: mg.cholesky(x @ mg.transpose(x)),
         lambda x: np.linalg.cholesky(x @ x.T), (regular(3, 3),), note="x@x.T"),
    *(against("solve", np.linalg.solve, a, b) for a, b in (
        (regular(3, 3), normal(3)), (regular(3, 3), normal(3, 2)),
        (regular(2, 2, 2), normal(2, 2, 3)), (regular(2, 2), normal(2, 2, 1)),
        (regular(2, 2, 2), normal(2, 1)), (regular(1, 1), normal(1)))),
    *(against("solve_triangular", _triangular, regular(3, 3), b, lower=lower)
      for b in (normal(3), normal(3, 2)) for lower in (True, False)),
    against("solve_triangular", _triangular, regular(2, 2), normal(2)),
    against("solve_triangular", _triangular, regular(2, 2, 2), normal(2, 2, 3)),
    *(against("inv", np.linalg.inv, x)
      for x in (regular(1, 1), regular(3, 3), regular(2, 2, 2))),
    *(against("det", np.linalg.det, x) for x in (regular(1, 1), normal(3, 3), regular(2, 2, 2))),
    *(Case(name, OPS[name].function, lambda x, i=i: np.linalg.slogdet(x)[i], (x,))
      for i, name in enumerate(("sign_of_det", "log_size_of_det"))
      for x in (-1.0 * regular(1, 1), regular(3, 3), regular(2, 2, 2))),
    Case("slogdet", lambda x: mg.slogdet(x)[0] * mg.slogdet(x)[1],
         lambda x: np.prod(np.linalg.slogdet(x)), (-1.0 * regular(3, 3),)),
    *(against("matrix_power", np.linalg.matrix_power, regular(2, 2), n=n) for n in (0, 1, 5, -2)),
    *(against("pinv", np.linalg.pinv, x)
      for x in (regular(2, 2), normal(3, 2), normal(2, 3), normal(2, 3, 2))),
    *(against("eigvalsh", np.linalg.eigvalsh, x) for x in (normal(3, 3), normal(2, 2, 2))),
    *(Case(name, f, lambda x: np.linalg.eigh(x)[1], (x,))
      for name, f in (("eigenvectors", OPS["eigenvectors"].function),
                      ("eigh", lambda x: mg.eigh(x)[1]))
      for x in (normal(3, 3), normal(2, 2, 2))),
    *(against("svdvals", partial(np.linalg.svd, compute_uv=False), x)
      for x in (normal(3, 2), normal(2, 3), normal(2, 2, 2))),
    *(Case(name, OPS[name].function,
           lambda x, i=i: np.linalg.svd(x, full_matrices=False)[i], (x,))
      for name, i in (("left_vectors", 0), ("right_vectors", 2))
      for x in (normal(3, 2), normal(2, 3), normal(2, 3, 2))),
    Case("svd", lambda x: mg.svd(x)[0] * mg.svd(x)[1],
         lambda x: np.linalg.svd(x, full_matrices=False)[0] * np.linalg.svd(x)[1], (normal(3, 2),)),
    *(against("logdet", lambda x: np.log(np.linalg.det(x)), x)
      for x in (regular(1, 1), regular(3, 3), regular(2, 2, 2))),
]  # fmt: skip
