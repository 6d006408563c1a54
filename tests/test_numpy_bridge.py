"""NumPy's functions on a Var: same values, on the tape, right gradients; or a clear error."""

import math
import operator

import numpy as np
import pytest

import minigrad as mg
from minigrad.numpy_bridge import FUNCTIONS, UFUNCS

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
]  # fmt: skip

EDGES = np.array([[-1.5, 0.0, 1.0], [np.nan, np.inf, -np.inf]])

# Recorded, without a gradient; true is 1.0.
FLAT = [
    *((f, (EDGES,), {}) for f in (np.sign, np.isnan, np.isinf, np.isfinite, np.logical_not)),
    *((f, (EDGES, EDGES[0]), {}) for f in (
        np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
        np.logical_and, np.logical_or,
    )),
    (np.isnan, (math.nan,), {}),
    (np.isfinite, (1.0,), {}),
    *((f, (np.eye(2),), k) for f in (np.all, np.any) for k in ({}, {"axis": 0, "keepdims": True})),
    (np.all, (np.ones(2),), {}),
    (np.any, (np.zeros(2),), {}),
]  # fmt: skip

# What the shape alone decides.
PLAIN = [
    *((f, (x,), {}) for x in (S, V, M) for f in (
        np.shape, np.ndim, np.size, np.zeros_like, np.ones_like,
    )),
    (np.size, (M, 1), {}),
]  # fmt: skip


def is_number(x):
    return isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype == float)


def mapped(change, arguments):
    """The arguments with `change` applied to every float and float array, in lists too."""
    return tuple(
        [change(x) if is_number(x) else x for x in part]
        if isinstance(part, list)
        else change(part) if is_number(part) else part
        for part in arguments
    )  # fmt: skip


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


def test_the_cases_name_every_row():
    assert {f for f, _, _ in (*SMOOTH, *FLAT, *PLAIN)} == UFUNCS.keys() | FUNCTIONS.keys()


def test_every_op_that_numpy_has_is_in_the_table():
    named = {getattr(np, name) for name in mg.ops.__all__ if hasattr(np, name)}
    named |= {getattr(np.linalg, name) for name in ("inv", "solve", "cholesky")}
    assert len(named) > 60
    assert named <= UFUNCS.keys() | FUNCTIONS.keys()


# ------------------------------------------------------------------------------------- operators


@pytest.mark.parametrize(
    "other",
    [
        np.float64(2.0), np.float32(2.0), np.int64(2), np.bool_(True),
        V, V.astype(np.float32), np.arange(1, 4), np.ones(3, bool),
    ],
    ids=lambda x: f"{type(x).__name__}-{x.dtype}",
)  # fmt: skip
@pytest.mark.parametrize(
    "operate",
    [
        operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.lt,
        operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
    ],
)  # fmt: skip
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
        {"axis": None}, {"dtype": None}, {"out": None}, {"keepdims": False}, {"where": True},
        {"keepdims": np._NoValue, "initial": np._NoValue, "where": np._NoValue},
    ],
)  # fmt: skip
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
    (lambda v: np.linalg.norm(v, ord=1), r"np\.linalg\.norm of a Var takes no ord="),
    (lambda v: np.tril(v, k=-1), r"np\.tril of a Var takes no k="),
    (lambda v: np.diag(v, k=1), r"np\.diag of a Var takes no k="),
    (lambda v: np.trace(np.outer(v, v), offset=1), r"np\.trace of a Var takes no offset="),
    (lambda v: np.take(v, [4], mode="wrap"), r"np\.take of a Var takes no mode="),
    (lambda v: np.sum(v, 0, np.float32), r"np\.sum of a Var: too many .*np\.sum\(a, axis=None, \*"),
    (lambda v: np.sum(v, 0, None, np.empty(())), r"np\.sum of a Var: too many positional"),
    (lambda v: np.var(v, 0, np.float32), r"np\.var of a Var: too many positional"),
    (lambda v: np.linalg.norm(v, 1), r"np\.linalg\.norm of a Var: too many positional"),
    (lambda v: np.tril(v, -1), r"np\.tril of a Var: too many positional"),
    (lambda v: np.where(v > 0.5), r"np\.where of a Var: missing a required argument.*np\.where\("),
    (lambda v: np.einsum(v, [0], [0]), r"np\.einsum of a Var wants a string"),
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
    (lambda v: np.fft.fft(v), r"np\.fft\.fft takes no Var: use an op of mg, or v\.value"),
    (lambda v: np.linalg.det(np.outer(v, v)), r"np\.linalg\.det takes no Var: use mg\.logdet"),
    (lambda v: np.linalg.slogdet(np.outer(v, v)), r"np\.linalg\.slogdet .* use mg\.logdet"),
    (lambda v: np.linalg.eigh(np.outer(v, v)), r"np\.linalg\.eigh takes no Var"),
    (lambda v: np.append(v, 1.0), r"np\.append takes no Var: use mg\.concatenate"),
    (lambda v: np.append(V, v), r"np\.append takes no Var: use mg\.concatenate"),
    (lambda v: np.linspace(v[0], 1.0, 3), r"np\.linspace takes no Var"),
    (lambda v: np.argmax(v), r"np\.argmax takes no Var.*v\.value"),
    (lambda v: np.argsort(v), r"np\.argsort takes no Var"),
    (lambda v: np.sort(v), r"np\.sort takes no Var"),
    (lambda v: np.nonzero(v), r"np\.nonzero takes no Var"),
    (lambda v: np.allclose(v, V), r"np\.allclose takes no Var"),
    (lambda v: np.round(v), r"np\.round takes no Var"),
    (lambda v: np.floor(v), r"np\.floor takes no Var"),
    (lambda v: np.fmax(v, V), r"np\.fmax takes no Var"),
    (lambda v: V // v, r"np\.floor_divide takes no Var"),
    (lambda v: np.float64(1.0) % v[0], r"np\.remainder takes no Var"),
    (lambda v: divmod(V, v), r"np\.divmod takes no Var"),
    (lambda v: MASK & v, r"np\.bitwise_and takes no Var"),
    (lambda v: np.copyto(np.empty(3), v), r"np\.copyto takes no Var"),
    (lambda v: np.full(3, v[0], dtype=float), r"np\.copyto takes no Var"),
    (lambda v: np.zeros(3, like=v), r"np\.zeros takes no Var"),
    (lambda v: np.interp(v, [0, 1], [0, 1]), r"np\.interp takes no Var"),
    (lambda v: np.tensordot(v, v, 0), r"np\.tensordot takes no Var: use mg\.einsum"),
    (lambda v: np.frompyfunc(abs, 1, 1)(v), r"abs.* takes no Var"),
]

ARRAY = r"np\.array of a Var would leave the tape silently: use v\.value .* mg\.stack"
FLOAT = r"float\(\) of a Var that wants a gradient would leave the tape silently"

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
        np.sum, np.mean, np.prod, np.max, np.amax, np.min, np.amin, np.all, np.any, np.cumsum,
        np.var, np.std,
    ],
)  # fmt: skip
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
