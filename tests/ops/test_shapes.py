"""Edges and errors of the ops that move numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices, mutually_broadcastable_shapes

import minigrad as mg
from tests.support.checks import assert_value

X, M = mg.Var([1.0, 2.0, 3.0]), mg.Var(np.arange(4.0).reshape(2, 2))

# a call, the error, what its message holds
ERRORS = [
    (lambda: mg.reshape(X, 2, 2), ValueError, r"\(3,\) holds 3 numbers.*\(2, 2\)"),
    (lambda: mg.reshape(X, (-1, 2)), ValueError, r"\(3,\).*\(-1, 2\)"),
    (lambda: mg.reshape(X, (-1, -1)), ValueError, r"\(3,\).*\(-1, -1\)"),
    (lambda: mg.reshape(np.ones((0, 2)), (-1, 4, -1)), ValueError, r"holds 0 .*\(-1, 4, -1\)"),
    (lambda: mg.reshape(np.ones((0, 2)), (-1, 0)), ValueError, r"holds 0 .*\(-1, 0\)"),
    (lambda: X.reshape(4), ValueError, r"\(3,\).*\(4,\)"),
    (lambda: mg.transpose(M, (0, 0)), ValueError, r"\(0, 0\).*twice"),
    (lambda: mg.transpose(M, (0,)), ValueError, "2 axes once"),
    (lambda: mg.swapaxes(M, 0, 2), ValueError, "axis 2 is out of range"),
    (lambda: mg.broadcast_to(X, (2,)), ValueError, r"\(3,\) does not broadcast to \(2,\)"),
    (lambda: mg.broadcast_to(X, (3, 2)), ValueError, r"\(3,\) does not broadcast to \(3, 2\)"),
    (lambda: mg.squeeze(X, 0), ValueError, r"\(3,\).*axis 0"),
    (lambda: mg.expand_dims(X, 3), ValueError, "axis 3 is out of range"),
    (lambda: mg.flip(X, 1), ValueError, "axis 1 is out of range"),
    (lambda: mg.concatenate([X, M]), ValueError, r"\(3,\), \(2, 2\)"),
    (lambda: mg.concatenate([M, np.ones((2, 3))]), ValueError, r"\(2, 2\), \(2, 3\).*axis 0"),
    (lambda: mg.concatenate([X, X], axis=1), ValueError, "axis 1 is out of range"),
    (lambda: mg.concatenate([mg.Var(1.0), 2.0]), ValueError, "mg.stack for scalars"),
    (lambda: mg.concatenate([]), ValueError, "one array or more"),
    (lambda: mg.stack([X, M]), ValueError, r"\(3,\), \(2, 2\)"),
    (lambda: mg.stack([X, X], axis=3), ValueError, "axis 3 is out of range"),
    (lambda: mg.stack([]), ValueError, "none at all"),
    (lambda: X[5], IndexError, "index 5 is out of bounds"),
    (lambda: M[0, 0, 0], IndexError, "too many indices"),
    (lambda: X[np.array([0.5])], TypeError, "integers or booleans"),
    (lambda: X[np.array([])], TypeError, "integers or booleans, not float64"),
    (lambda: X[np.array([True, False])], IndexError, "size of axis is 3"),
    (lambda: mg.take(X, [3]), IndexError, "index 3 is out of bounds"),
    (lambda: mg.take(X, [0], axis=1), ValueError, "axis 1 is out of range"),
    (lambda: mg.diag(1.0), ValueError, r"not shape \(\)"),
    (lambda: mg.tril(mg.Var(1.0)), ValueError, "tril.*scalar"),
    (lambda: mg.triu(1.0), ValueError, "triu.*scalar"),
]


@pytest.mark.parametrize("call, error, message", ERRORS)
def test_error(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_index_array_written_to_later_changes_nothing():
    key = np.array([0, 2])
    y = mg.sum(X[key])
    key[:] = 1
    assert mg.grad(y, [X])[0].tolist() == [1.0, 0.0, 1.0]


def test_a_repeated_index_adds_up():
    assert mg.grad(mg.sum(X[[0, 0, 2]]), [X])[0].tolist() == [2.0, 0.0, 1.0]
    assert mg.grad(mg.sum(mg.take(M, [1, 1], axis=0)), [M])[0].tolist() == [[0.0, 0.0], [2.0, 2.0]]


def test_lists_are_taken_for_arrays():
    rows = [[1.0, 2.0], [3.0, 4.0]]
    calls = [
        lambda x: mg.reshape(x, 4),
        mg.transpose,
        lambda x: mg.swapaxes(x, 0, 1),
        mg.flip,
        lambda x: mg.squeeze(mg.expand_dims(x, 0)),
        lambda x: mg.broadcast_to(x, (3, 2, 2)),
        lambda x: mg.take(x, [1], axis=0),
        lambda x: mg.index(x, (0, 1)),
        mg.cumsum,
        mg.tril,
        lambda x: mg.concatenate([x, x], axis=1),
        lambda x: mg.stack([x, x], axis=-1),
        mg.diag,
        lambda x: mg.dot(x, x),
        lambda x: mg.einsum("ij,ik->jk", x, x),
        mg.logsumexp,
        mg.inv,
    ]
    for f in calls:
        assert_value(f(rows), f(np.array(rows)))


def test_scalars_and_arrays_of_one_element_do_not_mix():
    assert X[0].shape == () and X[0:1].shape == (1,) and type(X[0].value) is float
    assert mg.stack([X[0], 5.0, X[1]]).value.tolist() == [1.0, 5.0, 2.0]


@settings(deadline=None, derandomize=True)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
def test_gradients_have_the_shapes_of_their_inputs(shapes):
    """d sum(w·a·b) / da is w·b summed over what broadcasting added, for any two shapes."""
    rng = np.random.default_rng(0)
    a, b = (mg.Var(rng.normal(size=shape)) for shape in shapes.input_shapes)
    w = rng.normal(size=shapes.result_shape)
    da, db = mg.grad(mg.sum(w * a * b), [a, b])
    ones = [np.ones(shape) for shape in shapes.input_shapes]
    for found, x, other in ((da, a, b), (db, b, a)):
        assert np.shape(found) == x.shape
        # The inner product with x sums all terms, so it is the same for both and needs no shapes.
        np.testing.assert_allclose(
            np.sum(found * x.value), np.sum(w * a.value * b.value), rtol=1e-9, atol=1e-12
        )
        np.testing.assert_allclose(
            np.sum(found), np.sum(w * other.value * ones[0] * ones[1]), rtol=1e-9, atol=1e-12
        )


@settings(deadline=None, derandomize=True)
@given(st.data())
def test_any_basic_index_agrees_with_numpy_and_its_adjoint(data):
    shape = data.draw(st.sampled_from([(3,), (2, 3), (2, 1, 3)]))
    key = data.draw(basic_indices(shape, allow_newaxis=True))
    x = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    v = mg.Var(x)
    y = v[key]
    np.testing.assert_array_equal(y.value, x[key])
    marked = np.zeros(shape)
    marked[key] = 1.0
    np.testing.assert_array_equal(mg.grad(mg.sum(y), [v])[0], marked)


@pytest.mark.parametrize("shape", [(0, 3), (0,), (3, 0)])
def test_an_empty_mask_is_a_mask(shape):
    x = mg.Var(np.zeros(shape))
    y = x[x.value > 0.0]
    assert y.shape == (0,)
    assert mg.grad(mg.sum(y), x)[0].shape == shape
    assert x[[]].shape == (0, *shape[1:])


def test_an_axis_may_be_swapped_with_itself():
    assert_value(mg.swapaxes(M, 0, -2).value, M.value)


@pytest.mark.parametrize("count", [65, 4097])
@pytest.mark.parametrize("axis", [0, 1])
def test_long_lists_are_joined_in_groups(count, axis):
    """No node has more inputs than a few, so that the way back costs as much as the way there."""
    xs = [mg.Var([float(i)]) for i in range(count)]
    weights = np.arange(count, dtype=float)
    for join in (mg.stack, mg.concatenate):
        if join is mg.concatenate and axis:
            continue
        y = join(xs, axis)
        assert_value(y.value, getattr(np, join.__name__)([x.value for x in xs], axis))
        nodes = [row for row in mg.equations_of(y) if row.op]
        assert max(len(row.inputs) for row in nodes) <= 64
        found = mg.grad(mg.sum(y.reshape(count) * weights), xs)
        np.testing.assert_array_equal(np.ravel(found), weights)


def test_take_counts_a_bool_as_an_integer_like_numpy():
    for indices in ([True, False], np.array([True, False]), []):
        assert_value(mg.take(X, indices).value, np.take(X.value, np.array(indices, int)))
    with pytest.raises(TypeError, match="integers or booleans, not float64"):
        mg.take(X, np.zeros(0))
