"""NumPy's functions on a Var: same values, on the tape, right gradients; or a clear error."""

import math
import operator

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.engine.habits import OF_A_VAR, OF_THE_MODULE
from minigrad.engine.methods import Methods
from minigrad.numpy_bridge.functions import FUNCTIONS, OF_FFT
from minigrad.numpy_bridge.ufuncs import SCIPY, UFUNCS

rng = np.random.default_rng(0)
S = 0.7  # a scalar
V, W = rng.uniform(0.2, 0.9, (2, 3))
M, N = rng.uniform(0.2, 0.9, (2, 2, 3))
Q = rng.uniform(0.2, 0.9, (3, 3)) + 3.0 * np.eye(3)
P = Q @ Q.T
T = rng.uniform(0.2, 0.9, (2, 3, 3))
MASK = np.array([True, False, True])

# A function, its arguments, its keywords. Every float and float array among the arguments, in lists
# too, is differentiated; ints, strings, tuples and bool arrays are NumPy's other arguments.
SMOOTH = [
    *((f, (x,), {}) for x in (S, V, M) for f in (
        np.exp, np.expm1, np.log, np.log1p, np.sqrt, np.square, np.sin, np.cos, np.tan, np.arcsin,
        np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arctanh, np.negative,
        np.abs, np.positive, np.reciprocal, np.exp2, np.log2, np.log10,
    )),
    *((f, (a, b), {}) for a, b in ((S, S + 0.1), (V, W), (M, V), (S, M)) for f in (
        np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, np.arctan2,
        np.logaddexp, np.maximum, np.minimum, np.hypot,
    )),
    *((np.arccosh, (x + 1.0,), {}) for x in (S, V, M)),
    *((np.matmul, (a, b), {}) for a, b in ((V, W), (M, V), (M, Q), (T, Q))),
    (np.where, (MASK, V, W), {}),
    (np.where, (MASK, V, 1), {}),
    (np.clip, (V, 0.3, 0.6), {}),
    (np.clip, (V + 1.0, W + 1.0, None), {}),
    (np.clip, (V - 1.0, None, -0.5), {}),
    (np.clip, (V,), {"a_min": 0.4, "a_max": None}),
    *((f, (M,), k) for k in ({}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 1)})
      for f in (
        np.sum, np.mean, np.prod, np.max, np.amax, np.min, np.amin, np.var, np.std, np.linalg.norm,
    )),
    (np.sum, (M, 1), {}),
    (np.var, (M, 1), {"ddof": 1}),
    (np.std, (M,), {"axis": 1, "ddof": 1, "keepdims": True}),
    (np.var, (T,), {"axis": (0, 2), "ddof": 2}),
    (np.cumsum, (M,), {}),
    (np.cumsum, (M, 1), {}),
    (np.reshape, (M, (3, 2)), {}),
    (np.reshape, (M, -1), {"order": "C"}),
    (np.ravel, (M,), {}),
    (np.transpose, (M,), {}),
    (np.transpose, (T, (1, 2, 0)), {}),
    (np.transpose, (T,), {"axes": (2, 0, 1)}),
    (np.swapaxes, (T, 0, -1), {}),
    (np.moveaxis, (T, 0, -1), {}),
    (np.moveaxis, (T, (0, 1), (2, 0)), {}),
    (np.moveaxis, (T, (-1, 0), (0, 1)), {}),
    (np.broadcast_to, (V, (2, 3)), {}),
    (np.squeeze, (M[:, None],), {}),
    (np.squeeze, (M[:, None],), {"axis": 1}),
    (np.expand_dims, (M, 1), {}),
    (np.expand_dims, (V, (0, 2)), {}),
    (np.flip, (M,), {}),
    (np.flip, (M, 0), {}),
    (np.take, (M, [0, 5, 5]), {}),
    (np.take, (M, [2, 0, 2]), {"axis": 1}),
    (np.tril, (Q,), {}),
    (np.triu, (Q,), {"k": 0}),
    (np.diag, (V,), {}),
    (np.diag, (Q,), {}),
    (np.diagonal, (Q,), {}),
    (np.diagonal, (rng.normal(size=(3, 3, 2)),), {}),
    (np.trace, (Q,), {}),
    (np.trace, (rng.normal(size=(3, 3, 2)),), {}),
    (np.concatenate, ([V, W],), {}),
    (np.concatenate, ([M, N],), {"axis": 1}),
    (np.concatenate, ([V, M], None), {}),
    (np.concatenate, (M,), {}),
    (np.stack, ([V, W],), {}),
    (np.stack, ([V, W, V], 1), {}),
    (np.stack, ([S, 2.0],), {}),
    (np.vstack, ([V, M],), {}),
    (np.vstack, ([S, 2.0],), {}),
    (np.hstack, ([V, S, W],), {}),
    (np.hstack, ([M, N],), {}),
    *((np.dot, (a, b), {}) for a, b in ((V, W), (M, V), (M, Q), (S, V), (S, S))),
    *((np.inner, (a, b), {}) for a, b in ((V, W), (M, V), (V, M), (M, Q), (S, V))),
    *((np.vdot, (a, b), {}) for a, b in ((V, W), (M, N), (S, S))),
    (np.outer, (V, W), {}),
    (np.einsum, ("ij,j->i", M, V), {}),
    (np.einsum, ("ij,kj,j", M, N, V), {"optimize": True}),
    (np.einsum, ("...i->i...", T), {}),
    (np.linalg.inv, (Q,), {}),
    (np.linalg.solve, (Q, V), {}),
    (np.linalg.solve, (Q, P), {}),
    (np.linalg.cholesky, (P,), {}),
    (np.full_like, (M, V), {}),
    *((f, (x,), {}) for x in (S, V, M) for f in (
        np.cbrt, np.fabs, np.deg2rad, np.radians, np.rad2deg, np.degrees, np.conjugate, np.sinc,
        np.real, np.real_if_close,
    )),
    *((f, (a, b), {}) for a, b in ((S, S + 0.1), (V, W), (M, V)) for f in (
        np.logaddexp2, np.fmax, np.fmin, np.copysign,
    )),
    *((f, (a, b), {}) for a, b in ((2.5, 1.0), (2.5 * V / V, V / V)) for f in (
        np.remainder, np.fmod,
    )),
    (np.heaviside, (np.array([-0.5, 0.3, 2.0]), V), {}),
    (np.select, ([MASK, ~MASK], [V, W]), {}),
    (np.nan_to_num, (V,), {"nan": 3.0}),
    *((f, (M,), k) for k in ({}, {"axis": 0}, {"axis": -1, "keepdims": True}) for f in (
        np.ptp, np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin,
        np.median,
    )),
    (np.nanvar, (M,), {"axis": 1, "ddof": 1}),
    (np.nanstd, (M,), {"axis": 1, "ddof": 1}),
    (np.average, (M,), {}),
    (np.average, (M, 1), {"weights": V}),
    (np.average, (M,), {"axis": 0, "weights": W[:2]}),
    (np.cumprod, (M, 1), {}),
    (np.sort, (M,), {}),
    (np.sort, (M, 0), {}),
    (np.sort, (M,), {"axis": None}),
    (np.sort, (V,), {}),
    (np.percentile, (M, 30), {"axis": 1}),
    (np.percentile, (M, [10, 50]), {}),
    (np.matrix_transpose, (T,), {}),
    (np.rollaxis, (T, 2), {}),
    (np.rollaxis, (T, 0, 3), {}),
    (np.rollaxis, (T, -1, 1), {}),
    *((f, (x,), {}) for x in (S, V, M) for f in (np.atleast_1d, np.atleast_2d, np.atleast_3d)),
    (np.flipud, (M,), {}),
    (np.fliplr, (M,), {}),
    (np.rot90, (M,), {}),
    (np.rot90, (M, 2), {}),
    (np.roll, (M, 1), {"axis": 1}),
    (np.take_along_axis, (M, np.array([[0], [2]]), 1), {}),
    (np.repeat, (V, 2), {}),
    (np.repeat, (M, [1, 2], 0), {}),
    (np.tile, (V, (2, 2)), {}),
    (np.pad, (M, 1), {}),
    (np.pad, (M, ((1, 0), (0, 2)), "edge"), {}),
    (np.diff, (M,), {}),
    (np.diff, (M, 1, 0), {}),
    (np.ediff1d, (V,), {}),
    (np.gradient, (V,), {}),
    (np.gradient, (T,), {"axis": 1}),
    (np.linspace, (S, 2.0), {"num": 4}),
    (np.linspace, (V, W, 3), {"axis": 1}),
    (np.tril, (T, -1), {}),
    (np.triu, (M,), {"k": 1}),
    (np.diag, (V,), {"k": 1}),
    (np.diag, (M,), {"k": -1}),
    (np.diagflat, (M,), {}),
    (np.diagonal, (T,), {"axis1": 1, "axis2": 2, "offset": 1}),
    (np.trace, (M,), {}),
    (np.trace, (T,), {"offset": -1, "axis1": 1, "axis2": 2}),
    (np.append, (V, W), {}),
    (np.append, (M, N, 1), {}),
    (np.dstack, ([V, W],), {}),
    (np.column_stack, ([V, W],), {}),
    (np.block, ([V, W, 1.0],), {}),
    (np.dot, (T, Q), {}),
    (np.inner, (2.0, M), {}),
    (np.inner, (T, V), {}),
    (np.outer, (M, V), {}),
    (np.tensordot, (T, Q), {"axes": 1}),
    (np.tensordot, (M, N), {"axes": ([0], [0])}),
    (np.kron, (V, W), {}),
    (np.cross, (V, W), {}),
    (np.cross, (T, T, 1, 1, 0), {}),
    (np.einsum, (M, [0, 1], V, [1], [0]), {}),
    *((np.linalg.norm, (V, order), {}) for order in (1, 2, 3, math.inf, -math.inf)),
    *((np.linalg.norm, (Q, order), {}) for order in (1, -1, 2, -2, math.inf, -math.inf, "fro",
                                                     "nuc")),
    (np.linalg.norm, (T,), {"ord": 1, "axis": 2}),
    (np.linalg.norm, (T,), {"ord": 2, "axis": (1, 2), "keepdims": True}),
    (np.linalg.pinv, (M,), {}),
    (np.linalg.eigvalsh, (Q, "U"), {}),
    (np.linalg.det, (Q,), {}),
    (np.linalg.matrix_power, (Q, 3), {}),
    (np.fft.fftshift, (V,), {}),
    (np.fft.ifftshift, (M,), {"axes": 1}),
    (np.linalg.svd, (Q,), {"compute_uv": False}),
]  # fmt: skip

EDGES = np.array([[-1.5, 0.0, 1.0], [np.nan, np.inf, -np.inf]])

# Recorded, without a gradient; true is 1.0.
FLAT = [
    *((f, (EDGES,), {}) for f in (np.sign, np.isnan, np.isinf, np.isfinite, np.logical_not)),
    *(
        (f, (EDGES, EDGES[0]), {})
        for f in (
            np.less,
            np.less_equal,
            np.greater,
            np.greater_equal,
            np.equal,
            np.not_equal,
            np.logical_and,
            np.logical_or,
        )
    ),
    (np.isnan, (math.nan,), {}),
    (np.isfinite, (1.0,), {}),
    *((f, (np.eye(2),), k) for f in (np.all, np.any) for k in ({}, {"axis": 0, "keepdims": True})),
    *((f, (EDGES[0],), {}) for f in (np.floor, np.ceil, np.trunc, np.rint, np.fix)),
    (np.round, (M, 1), {}),
    (np.around, (M, 1), {}),
    (np.floor_divide, (M, 0.3), {}),
    (np.logical_xor, (EDGES, EDGES[0]), {}),
    (np.linalg.norm, (np.array([0.0, 2.0]), 0), {}),
    (np.all, (np.ones(2),), {}),
    (np.all, (np.zeros(0),), {}),
    (np.any, (np.zeros((0, 2)),), {"axis": 0}),
    (np.any, (np.zeros(2),), {}),
]

# What the shape alone decides.
PLAIN = [
    *(
        (f, (x,), {})
        for x in (S, V, M)
        for f in (
            np.shape,
            np.ndim,
            np.size,
            np.zeros_like,
            np.ones_like,
        )
    ),
    (np.size, (M, 1), {}),
    *(
        (f, (M,), {})
        for f in (
            np.argmax,
            np.argmin,
            np.argsort,
            np.nanargmax,
            np.nanargmin,
            np.nonzero,
            np.flatnonzero,
            np.argwhere,
            np.count_nonzero,
            np.iscomplexobj,
            np.isrealobj,
        )
    ),
    *((f, (M, M + 1e-9), {}) for f in (np.allclose, np.isclose, np.array_equal, np.array_equiv)),
    (np.argmax, (M,), {"axis": 1}),
    (np.argpartition, (V, 1), {}),
    (np.searchsorted, (np.sort(V), 0.5), {}),
    (np.result_type, (V, W), {}),
]

# Several Vars at once, or one that is no function of its own here: each part against NumPy's.
SEVERAL = [
    (np.divmod, (7.5 * V / V, 3.0 * V / V), {}),
    (np.modf, (2.5 * V,), {}),
    (np.broadcast_arrays, (V, M), {}),
    (np.atleast_2d, (S, V), {}),
    (np.gradient, (M,), {}),
    (np.linspace, (S, 2.0), {"num": 4, "retstep": True}),
    (np.split, (V, 3), {}),
    (np.array_split, (V, 2), {}),
    (np.hsplit, (M, 3), {}),
    (np.vsplit, (M, 2), {}),
    (np.dsplit, (T, 3), {}),
    (np.linalg.slogdet, (Q,), {}),
    (np.linalg.eigh, (P,), {}),
    (np.linalg.svd, (M,), {"full_matrices": False}),
]


def is_number(x):
    return isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype == float)


def mapped(change, arguments):
    """The arguments with `change` applied to every float and float array, in lists too."""
    return tuple(
        [change(x) if is_number(x) else x for x in part]
        if isinstance(part, list)
        else change(part)
        if is_number(part)
        else part
        for part in arguments
    )


def on_the_tape(function, arguments, keywords):
    """The result, and the Vars that went in."""
    leaves = []

    def leaf(x):
        leaves.append(mg.Var(x))
        return leaves[-1]

    return function(*mapped(leaf, arguments), **keywords), leaves


def ids(cases):
    return [f"{i}-{f.__name__}" for i, (f, _, _) in enumerate(cases)]


def central_difference(function, arguments, keywords, which, direction, weights, step=1e-5):
    """d/dt of the weighted sum of NumPy's own results, argument `which` moved along `direction`."""

    def at(t):
        count = iter(range(len(arguments) + 99))
        moved = mapped(lambda x: x + t * direction if next(count) == which else x, arguments)
        return np.sum(weights * function(*moved, **keywords))

    return (at(step) - at(-step)) / (2 * step)


@pytest.mark.parametrize(("function", "arguments", "keywords"), SMOOTH, ids=ids(SMOOTH))
def test_smooth(function, arguments, keywords):
    wanted = function(*arguments, **keywords)
    output, leaves = on_the_tape(function, arguments, keywords)
    assert isinstance(output, mg.Var)
    assert output.requires_grad
    assert output.shape == np.shape(wanted)
    np.testing.assert_allclose(output.value, wanted, rtol=1e-13, atol=1e-15)

    draw = np.random.default_rng(1)
    weights = draw.uniform(0.5, 1.5, output.shape)
    gradients = mg.grad(output, leaves, seed=weights, allow_unused=True)
    for i, (leaf, gradient) in enumerate(zip(leaves, gradients, strict=True)):
        direction = draw.normal(size=leaf.shape)
        if function is np.linalg.cholesky:  # defined on symmetric matrices
            direction = direction + direction.T
        difference = central_difference(function, arguments, keywords, i, direction, weights)
        assert np.sum(gradient * direction) == pytest.approx(difference, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("function", "arguments", "keywords"), FLAT, ids=ids(FLAT))
def test_flat(function, arguments, keywords):
    output, _ = on_the_tape(function, arguments, keywords)
    assert isinstance(output, mg.Var)
    assert not output.requires_grad
    np.testing.assert_array_equal(output.value, np.asarray(function(*arguments, **keywords), float))


@pytest.mark.parametrize(("function", "arguments", "keywords"), PLAIN, ids=ids(PLAIN))
def test_plain(function, arguments, keywords):
    answer, _ = on_the_tape(function, arguments, keywords)
    assert not isinstance(answer, mg.Var)
    np.testing.assert_array_equal(answer, function(*arguments, **keywords))


@pytest.mark.parametrize(("function", "arguments", "keywords"), SEVERAL, ids=ids(SEVERAL))
def test_several(function, arguments, keywords):
    wanted = function(*arguments, **keywords)
    outputs, leaves = on_the_tape(function, arguments, keywords)
    assert len(outputs) == len(wanted) and all(isinstance(y, mg.Var) for y in outputs)
    for y, truth in zip(outputs, wanted, strict=True):
        np.testing.assert_allclose(y.value, truth, rtol=1e-13, atol=1e-15)
    (d, *_) = mg.grad(mg.sum(outputs[0]), leaves, allow_unused=True)
    assert np.shape(d) == leaves[0].shape


def test_the_same_values():
    v = mg.Var(V)
    assert np.quantile(v, 0.25).value == pytest.approx(np.quantile(V, 0.25), rel=1e-15)
    assert np.partition(v, 1).value[1] == np.partition(V, 1)[1]
    np.testing.assert_allclose(np.linalg.eigvalsh(mg.Var(P)).value, np.linalg.eigvalsh(P))
    assert np.empty_like(mg.Var(M)).shape == M.shape


def test_the_cases_name_every_row():
    tried = {f for f, _, _ in (*SMOOTH, *FLAT, *PLAIN, *SEVERAL)}
    tried |= {np.quantile, np.partition, np.linalg.eigvalsh, np.empty_like}
    assert tried == UFUNCS.keys() | FUNCTIONS.keys() | {getattr(np.fft, name) for name in OF_FFT}


# ----------------------------------------------------------------------------------------- SciPy


@pytest.mark.parametrize("name", SCIPY)
def test_scipys_ufuncs_by_name(name):
    function = getattr(scipy.special, name)
    given = (V, W)[: function.nin]
    y = function(*map(mg.Var, given))
    assert isinstance(y, mg.Var)
    np.testing.assert_allclose(y.value, function(*given), rtol=1e-12)
    np.testing.assert_allclose(
        function(mg.Var(0.3), *[0.4] * (function.nin - 1)).value,
        function(0.3, *[0.4] * (function.nin - 1)),
        rtol=1e-12,
    )


# --------------------------------------------------------------------------------------- methods

GIVEN = {
    "average": (0,),
    "broadcast_to": ((2, 2, 2),),
    "clip": (0.3, None),
    "array_split": (2,),
    "split": (2,),
    "expand_dims": (0,),
    "matrix_power": (2,),
    "moveaxis": (0, 1),
    "pad": (1,),
    "quantile": (0.5,),
    "repeat": (2,),
    "reshape": (4,),
    "roll": (1,),
    "swapaxes": (0, 1),
    "take": ([0, 1],),
    "tile": (2,),
    "argpartition": (1,),
    "searchsorted": (0.5,),
}
TWO = (
    "arctan2 dot fmod hypot inner kron logaddexp matmul maximum minimum outer remainder solve "
    "tensordot vdot"
).split()


@pytest.mark.parametrize("name", Methods.__annotations__)
def test_every_method_is_the_function_of_its_name(name):
    x = np.array([[0.9, 0.3], [0.3, 0.8]])
    x = np.array([0.2, 0.4]) if name == "searchsorted" else x + (name == "arccosh")
    x = np.array([0.2, 0.4, 0.1]) if name == "cross" else x
    given = (x + 0.05,) if name in (*TWO, "cross") else GIVEN.get(name, ())
    other = {"flatten": "ravel"}.get(name, name)
    numpys = name in ("clip", "trace")  # mg.clip wants both ends, mg.trace makes a program
    reference = getattr(np, other) if numpys else getattr(mg, other, None) or getattr(np, other)
    found, wanted = getattr(mg.Var(x), name)(*given), reference(x, *given)
    found, wanted = (y if isinstance(y, list | tuple) else [y] for y in (found, wanted))
    for y, truth in zip(found, wanted, strict=True):
        np.testing.assert_allclose(y.value if isinstance(y, mg.Var) else y, truth, rtol=1e-14)
    assert isinstance(found[0], mg.Var) == ("arg" not in name and name not in PLAIN_METHODS)


PLAIN_METHODS = ("nonzero", "searchsorted")


def test_numpys_and_torchs_forms_of_arguments():
    v = mg.Var(M)
    assert v.transpose(1, 0).shape == v.transpose([1, 0]).shape == v.T.shape == (3, 2)
    assert v.reshape(3, 2).shape == v.reshape((3, -1)).shape == (3, 2)
    assert v.sum(0, True).shape == v.sum(axis=0, keepdims=True).shape == (1, 3)
    assert v.max(axis=1).shape == v.std(axis=1).shape == (2,)
    assert v.tolist() == M.tolist() and mg.Var(2).tolist() == 2.0
    assert v.clip(min=0.3).value.min() >= 0.3


@pytest.mark.parametrize("name", OF_A_VAR)
def test_a_habit_is_answered_with_the_way(name):
    v = mg.Var(1.0)
    assert not hasattr(v, name) and name not in dir(v)
    with pytest.raises(AttributeError, match=f"a Var has no {name}: "):
        getattr(v, name)
    with pytest.raises(AttributeError, match=f"a Var has no {name}: "):
        setattr(v, name, 1.0)


@pytest.mark.parametrize("name", OF_THE_MODULE)
def test_a_habit_of_the_module_is_answered(name):
    assert name not in dir(mg)
    with pytest.raises(AttributeError, match=f"module 'minigrad' has no attribute '{name}': "):
        getattr(mg, name)


def test_any_other_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        mg.Var(1.0).nonsense  # noqa: B018


# ------------------------------------------------------------------------------------------ fuzz


def axes_of(draw, ndim, several=True):
    """None, an axis, a negative one, or several."""
    if not ndim or draw(st.booleans()):
        return None
    one = st.integers(-ndim, ndim - 1)
    axes = draw(st.lists(one, min_size=1, max_size=ndim, unique_by=lambda a: a % ndim))
    return tuple(axes) if several and len(axes) > 1 else axes[0]


SHAPES = st.lists(st.sampled_from([0, 1, 1, 2, 3]), max_size=3).map(tuple)
BY_AXES = [
    np.sum,
    np.mean,
    np.prod,
    np.max,
    np.min,
    np.all,
    np.any,
    np.var,
    np.std,
    np.ptp,
    np.median,
    np.nansum,
    np.nanprod,
    np.flip,
    np.squeeze,
    np.linalg.norm,
]
BY_AXIS = [np.cumsum, np.cumprod, np.sort, np.argsort, np.argmax]
BY_SHAPE = [
    np.ravel, np.transpose, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.diagflat,
    lambda x: np.expand_dims(x, 0), lambda x: np.expand_dims(x, -1), lambda x: np.reshape(x, -1),
    lambda x: np.tile(x, 2), lambda x: np.tile(x, (2, 1)), lambda x: np.repeat(x, 2),
    lambda x: np.repeat(x, 0), lambda x: np.roll(x, 1), lambda x: np.append(x, x),
    lambda x: np.concatenate([x, x], -1), lambda x: np.stack([x, x], -1),
    lambda x: np.hstack([x, x]), lambda x: np.vstack([x, x]), lambda x: np.dstack([x, x]),
    lambda x: np.column_stack([x, x]), lambda x: np.block([x, x]), lambda x: np.pad(x, 1),
    lambda x: np.diff(x), lambda x: np.diff(x, axis=0), lambda x: np.swapaxes(x, 0, -1),
    lambda x: np.moveaxis(x, 0, -1), lambda x: np.rollaxis(x, -1), lambda x: np.rot90(x),
    lambda x: np.tril(x, 1), lambda x: np.triu(x, -1), lambda x: np.diag(x),
    lambda x: np.diagonal(x, 1), lambda x: np.trace(x), lambda x: np.outer(x, x),
    lambda x: np.inner(x, x), lambda x: np.kron(x, x), lambda x: np.dot(x, x.T),
    lambda x: np.tensordot(x, x, 0), lambda x: np.vdot(x, x), lambda x: np.take(x, [0], -1),
    lambda x: np.einsum("...i,...i", x, x), lambda x: np.array_split(x, 2)[1],
    lambda x: np.broadcast_to(x, (2, *np.shape(x))), lambda x: x[..., None], lambda x: x[None],
    lambda x: x @ np.ones((np.shape(x)[-1], 2)), lambda x: np.ones_like(x), np.size, np.ndim,
]  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.data())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_any_shape_and_axes_as_numpy_has_it(data):
    """Where NumPy answers, the same numbers in the same shape; where it refuses, so is it here."""
    shape = data.draw(SHAPES)
    x = np.random.default_rng(0).permutation(27)[: math.prod(shape)].reshape(shape) - 7.0
    function = data.draw(st.sampled_from([*BY_AXES, *BY_AXIS, *BY_SHAPE]))
    keywords = {}
    if function in BY_AXES or function in BY_AXIS:
        axis = axes_of(data.draw, len(shape), function in BY_AXES)
        keywords = {} if axis is None else {"axis": axis}
        if function in BY_AXES[:13] and data.draw(st.booleans()):
            keywords["keepdims"] = True
    compare_with_numpy(function, x, keywords)


def assert_refused_for_a_reason(message, x, wanted):
    if "of a scalar: it has no axes" in message:
        return  # NumPy takes axis 0 and -1 of a scalar, from of old
    if "out of bounds" in message:
        assert not x.size  # where NumPy does not look
        return
    assert "no elements" in message or "more than ddof" in message
    assert np.all(np.isnan(wanted))  # with a warning


def compare_with_numpy(function, x, keywords):
    with np.errstate(all="ignore"):
        try:
            wanted = function(x, **keywords)
        except (ValueError, TypeError, IndexError, np.linalg.LinAlgError):
            with pytest.raises((ValueError, TypeError, IndexError)):
                function(mg.Var(x), **keywords)
            return
        leaf = mg.Var(x)
        try:
            y = function(leaf, **keywords)
        except (ValueError, IndexError) as error:
            assert_refused_for_a_reason(str(error), x, wanted)
            return
    assert np.shape(y) == np.shape(wanted)
    np.testing.assert_allclose(y.value if isinstance(y, mg.Var) else y, wanted, rtol=1e-12)
    if isinstance(y, mg.Var) and y.requires_grad:
        (d,) = mg.grad(y, leaf, seed=np.ones(y.shape) if y.shape else 1.0)
        assert np.shape(d) == x.shape


def test_every_op_that_numpy_has_is_in_the_table():
    named = {getattr(np, name) for name in mg.ops.__all__ if hasattr(np, name)}
    named |= {getattr(np.linalg, name) for name in ("inv", "solve", "cholesky")}
    assert len(named) > 100
    named.discard(np.full)  # which asks no one
    assert named <= UFUNCS.keys() | FUNCTIONS.keys()


# ------------------------------------------------------------------------------------- operators


@pytest.mark.parametrize(
    "other",
    [
        np.float64(2.0),
        np.float32(2.0),
        np.int64(2),
        np.bool_(True),
        V,
        V.astype(np.float32),
        np.arange(1, 4),
        np.ones(3, bool),
    ],
    ids=lambda x: f"{type(x).__name__}-{x.dtype}",
)
@pytest.mark.parametrize(
    "operate",
    [
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
        operator.eq,
        operator.ne,
    ],
)
def test_numpy_operands_on_either_side(operate, other):
    v, number = mg.Var(W), np.asarray(other, float)
    left, right = operate(other, v), operate(v, other)
    assert isinstance(left, mg.Var)
    assert isinstance(right, mg.Var)
    np.testing.assert_allclose(left.value, operate(number, W), rtol=1e-15)
    np.testing.assert_allclose(right.value, operate(W, number), rtol=1e-15)


def test_matmul_with_an_array_on_the_left():
    v = mg.Var(V)
    output = M @ v
    assert isinstance(output, mg.Var)
    np.testing.assert_allclose(mg.grad(output, v, seed=[1.0, 2.0])[0], M.T @ [1.0, 2.0])


def test_an_array_met_on_the_way_is_copied():
    array = np.ones(3)
    v = mg.Var(V)
    output = mg.sum(np.multiply(array, v))
    array[:] = 5.0
    np.testing.assert_array_equal(mg.grad(output, v)[0], np.ones(3))


def test_lists_beside_a_var_are_arrays():
    v = mg.Var(V)
    ones = [1.0, 1.0, 1.0]
    for function in (np.dot, np.inner, np.vdot):
        assert function(ones, v).value == pytest.approx(V.sum(), rel=1e-15)
        assert function(v, ones).value == pytest.approx(V.sum(), rel=1e-15)
    assert np.einsum("i,i", ones, v).shape == ()
    assert np.concatenate([v, [1.0]]).shape == (4,)
    assert np.stack([[1, 2, 3], v]).shape == np.vstack([ones, v]).shape == (2, 3)
    assert np.hstack([v, 1, np.float64(2.0)]).shape == (5,)
    np.testing.assert_array_equal(np.full_like(mg.Var(M), [1.0, 2.0, 3.0]), [[1, 2, 3], [1, 2, 3]])


def test_second_derivative_goes_through_numpy():
    x = mg.Var(0.3)
    (first,) = mg.grad(np.exp2(x) * np.log2(x), [x], create_graph=True)
    (second,) = mg.grad(first, [x])
    c = math.log(2.0)
    exact = 2**0.3 * (c * math.log(0.3) + 2.0 / 0.3 - 1.0 / (c * 0.09))
    assert second == pytest.approx(exact, rel=1e-13)


def test_no_grad_gives_constants():
    with mg.no_grad():
        assert not np.exp(mg.Var(V)).requires_grad


# ----------------------------------------------------------------------------------------- edges


def test_clip_takes_the_newer_names_of_its_ends():
    v = mg.Var([-2.0, 0.5, 2.0])
    np.testing.assert_array_equal(FUNCTIONS[np.clip](v, min=0.0).value, [0.0, 0.5, 2.0])
    np.testing.assert_array_equal(FUNCTIONS[np.clip](v, min=0.0, max=1.0).value, [0.0, 0.5, 1.0])
    with pytest.raises(TypeError, match="not some of both"):
        FUNCTIONS[np.clip](v, 0.0, min=0.1)


@pytest.mark.parametrize(
    ("function", "values"), [(np.std, [2.0, 2.0]), (np.linalg.norm, [0.0, 0.0])]
)
def test_the_subgradient_0_where_a_root_is_zero(function, values):
    v = mg.Var(values)
    output = function(v)
    assert output.value == 0.0
    (d,) = mg.grad(output, [v], create_graph=True)
    assert d.value.tolist() == [0.0, 0.0] == mg.grad(mg.sum(d), v)[0].tolist()


@pytest.mark.parametrize(("ddof", "axis"), [(3, 1), (2, 0), (6, None), (7, (0, 1)), (2.5, (0,))])
@pytest.mark.parametrize("function", [np.var, np.std])
def test_variance_needs_more_elements_than_ddof(function, ddof, axis):
    with pytest.raises(ValueError, match=f"more than ddof={ddof} elements, not"):
        function(mg.Var(M), axis, ddof=ddof)


@pytest.mark.parametrize(
    "keywords",
    [
        {"axis": None},
        {"dtype": None},
        {"out": None},
        {"keepdims": False},
        {"where": True},
        {"keepdims": np._NoValue, "initial": np._NoValue, "where": np._NoValue},
    ],
)
def test_defaults_may_be_spelled_out(keywords):
    assert np.sum(mg.Var(V), **keywords).value == pytest.approx(V.sum(), rel=1e-15)


def test_ufunc_defaults_may_be_spelled_out():
    v = mg.Var(V)
    same_kind = "_".join(["same", "kind"])  # equal to NumPy's default, another object
    output = np.exp(v, None, where=True, casting=same_kind, dtype=None)
    np.testing.assert_array_equal(output.value, np.exp(V))


# -------------------------------------------------------------------------------------- refusals


def add_in_place(v):
    array = np.ones(3)
    array += v


def matmul_in_place(v):
    array = np.eye(3)
    array @= v


KEYWORDS = [
    (add_in_place, r"np\.add of a Var takes no out=.*write y = array \+ v"),
    (matmul_in_place, r"np\.matmul of a Var takes no out="),
    (lambda v: np.exp(V, out=v), r"np\.exp of a Var takes no out="),
    (lambda v: np.exp(v, np.empty(3)), r"np\.exp of a Var takes no out="),
    (lambda v: np.sum(v, out=np.empty(())), r"np\.sum of a Var takes no out="),
    (lambda v: np.sum(V, out=v), r"np\.(sum|add\.reduce) "),
    (lambda v: np.dot(v, V, out=np.empty(())), r"np\.dot of a Var takes no out="),
    (lambda v: np.exp(v, where=MASK), r"np\.exp of a Var takes no where=.*mg\.where\(mask"),
    (lambda v: np.mean(v, where=MASK), r"np\.mean of a Var takes no where=.*mg\.where\(mask"),
    (lambda v: np.sum(v, where=np.True_ & MASK), r"np\.sum of a Var takes no where="),
    (lambda v: np.multiply(v, V, dtype=np.float32), r"np\.multiply of a Var takes no dtype="),
    (lambda v: np.sum(v, dtype=int), r"np\.sum of a Var takes no dtype=.*float64"),
    (lambda v: np.zeros_like(v, dtype=int), r"np\.zeros_like of a Var takes no dtype=.*float64"),
    (lambda v: np.add(v, V, casting="unsafe"), r"np\.add of a Var takes no casting=.*v\.value"),
    (lambda v: np.stack([v, v], casting="unsafe"), r"np\.stack of a Var takes no casting="),
    (lambda v: np.sum(v, initial=3.0), r"np\.sum of a Var takes no initial="),
    (lambda v: np.reshape(v, (3, 1), order="F"), r"np\.reshape of a Var takes no order="),
    (lambda v: np.ravel(v, order="K"), r"np\.ravel of a Var takes no order="),
    (lambda v: np.take(v, [4], mode="wrap"), r"np\.take of a Var takes no mode="),
    (lambda v: np.sum(v, 0, np.float32), r"np\.sum of a Var: too many .*np\.sum\(a, axis=None, \*"),
    (lambda v: np.sum(v, 0, None, np.empty(())), r"np\.sum of a Var: too many positional"),
    (lambda v: np.var(v, 0, np.float32), r"np\.var of a Var: too many positional"),
    (lambda v: np.where(v > 0.5), r"np\.where of a Var: missing a required argument.*np\.where\("),
]

METHODS = [
    (lambda v: np.add.reduce(v), r"np\.add\.reduce takes no Var: use mg\.sum, or v\.value"),
    (lambda v: np.add.reduce(V, out=v), r"np\.add\.reduce "),
    (lambda v: np.multiply.reduce(v), r"np\.multiply\.reduce takes no Var: use mg\.prod"),
    (lambda v: np.maximum.reduce(v), r"np\.maximum\.reduce takes no Var: use mg\.max"),
    (lambda v: np.add.accumulate(v), r"np\.add\.accumulate takes no Var: use mg\.cumsum"),
    (lambda v: np.multiply.outer(V, v), r"np\.multiply\.outer takes no Var: use mg\.outer"),
    (lambda v: np.add.at(np.zeros(3), [0, 1, 2], v), r"np\.add\.at takes no Var: use an op of mg"),
    (lambda v: np.add.reduceat(v, [0, 1]), r"np\.add\.reduceat takes no Var"),
    (lambda v: np.ones(3).sum(out=v), r"np\.add\.reduce takes no Var"),
    (lambda v: np.ones(3).clip(v, 2.0), r"clip takes no Var: use mg\.clip"),
]

WITHOUT_A_ROW = [
    (lambda v: np.copy(v), r"np\.copy takes no Var: use v itself.* or v\.detach\(\)"),
    (lambda v: np.convolve(v, V), r"np\.convolve takes no Var: use slices: mg\.sum\(mg\.stack"),
    (lambda v: np.cov(v), r"np\.cov takes no Var: use d = x - mg\.mean.*d @ d\.T / \(n - 1\)"),
    (lambda v: np.save("x", v), r"np\.save takes no Var: use np\.save\(file, v\.value\)$"),
    (lambda v: np.fft.fft(v), r"np\.fft\.fft takes no Var: use an op of mg, or v\.value"),
    (lambda v: MASK & v, r"np\.bitwise_and takes no Var"),
    (lambda v: np.copyto(np.empty(3), v), r"np\.copyto takes no Var: use mg\.full\(shape, v\)"),
    (
        lambda v: np.linalg.eig(np.outer(v, v)),
        r"np\.linalg\.eig takes .* np\.linalg\.eigh of",
    ),
    (lambda v: np.linalg.svd(np.outer(v, V[:2])), r"np\.linalg\.svd .* full_matrices=False"),
    (lambda v: np.full(3, v[0], dtype=float), r"np\.copyto takes no Var"),
    (lambda v: np.zeros(3, like=v), r"np\.zeros takes no Var"),
    (lambda v: np.interp(v, [0, 1], [0, 1]), r"np\.interp takes no Var"),
    (lambda v: np.frompyfunc(abs, 1, 1)(v), r"abs.* takes no Var"),
]

ARRAY = r"np\.array of a Var would silently leave the tape: use v\.value .* mg\.stack"
FLOAT = r"float\(\) of a Var that wants a gradient would silently leave the tape"

LEAVING = [
    (lambda v: np.array([v, v]), ARRAY),
    (lambda v: np.array([v[0], v[1]]), ARRAY),
    (lambda v: np.array([v[0], 1.0]), ARRAY),
    (lambda v: np.array([v], dtype=object), ARRAY),
    (lambda v: np.array([v[0]], dtype=object), ARRAY),
    (lambda v: np.array([mg.constant(1.0)]), ARRAY),
    (lambda v: np.asarray(v), ARRAY),
    (lambda v: np.asarray(v[0], dtype=object), ARRAY),
    (lambda v: np.asarray(mg.constant(V)), ARRAY),
    (lambda v: np.ascontiguousarray(v), ARRAY),
    (lambda v: np.float64(v[0]), ARRAY),
    (lambda v: np.full(3, v[0]), ARRAY),
    (lambda v: np.arange(v[0]), ARRAY),
    (lambda v: np.arange(0.0, v[0], 0.1), ARRAY),
    (lambda v: np.random.default_rng(0).normal(v), ARRAY),
    (lambda v: np.random.default_rng(0).normal(v[0], 1.0, 2), ARRAY),
    (lambda v: np.random.default_rng(0).normal(0.0, mg.constant(V)), ARRAY),
    (lambda v: np.sum([v[0], v[1]]), ARRAY),
    (lambda v: np.exp([v, v]), ARRAY),
    (lambda v: np.vectorize(math.exp)(v), ARRAY),
    (lambda v: np.take(V, v), ARRAY),
    (lambda v: np.take(v, v), ARRAY),
    (lambda v: V[v], ARRAY),
    (lambda v: V.dot(v), ARRAY),
    (lambda v: np.r_[v, v], ARRAY),
    (lambda v: np.concatenate([v, [v[0]]]), ARRAY),
    (lambda v: np.zeros(3).__setitem__(slice(None), v), ARRAY),
    (lambda v: np.empty(3, object).__setitem__(slice(None), v), ARRAY),
    (lambda v: np.testing.assert_allclose(v, V), ARRAY),
    (lambda v: float(v[0]), FLOAT),
    (lambda v: math.exp(v[0]), FLOAT),
    (lambda v: complex(v[0]), FLOAT),
    (lambda v: math.fsum(v), FLOAT),
    (lambda v: "%f" % v[0], FLOAT),  # noqa: UP031
    (lambda v: 1j * V * v, "real numbers, not complex128 array"),
    (lambda v: np.complex128(1j) * v, "real numbers, not complex128"),
    (lambda v: np.array([1, "a", 2], dtype=object) * v, "real numbers, not object array"),
    (lambda v: np.array(["a"]) == v, "real numbers, not <U1 array"),
]


@pytest.mark.parametrize(("call", "message"), [*KEYWORDS, *METHODS, *WITHOUT_A_ROW, *LEAVING])
def test_refused(call, message):
    v = mg.Var(V)
    with pytest.raises(TypeError, match=message):
        call(v)
    np.testing.assert_array_equal(v.value, V)


@pytest.mark.parametrize(
    "function",
    [
        np.sum,
        np.mean,
        np.prod,
        np.max,
        np.amax,
        np.min,
        np.amin,
        np.all,
        np.any,
        np.cumsum,
        np.var,
        np.std,
    ],
)
def test_dtype_and_out_by_position_are_not_taken_for_keepdims(function):
    with pytest.raises(TypeError, match=r"too many positional arguments: write np\."):
        function(mg.Var(V), 0, None)


@pytest.mark.parametrize(
    "write",
    [
        lambda v: np.zeros(3).__setitem__(0, v[0]),
        lambda v: np.zeros(3).fill(v[0]),
        lambda v: np.fromiter([v[0]], float),
        lambda v: np.sum(V, initial=v[0]),
    ],
)
def test_an_element_cannot_be_written(write):
    """NumPy wraps the TypeError in a sentence of its own, and shows ours as the cause."""
    with pytest.raises(ValueError, match="setting an array element") as caught:
        write(mg.Var(V))
    assert "mg.stack" in str(caught.value.__cause__ or caught.value.__context__)


def test_a_var_is_no_numpy_scalar():
    assert not np.isscalar(mg.Var(1.0))
