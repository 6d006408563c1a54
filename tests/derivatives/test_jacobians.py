"""Jacobians, Hessians and their products with vectors, against autograd and by hand."""

import math

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import minigrad as mg

rng = np.random.default_rng(3)
A, B = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
X, V = rng.normal(size=4), rng.normal(size=4)


def ours(x):
    return mg.tanh(A @ x) * mg.exp(x[0])


def theirs(x):
    return anp.tanh(A @ x) * anp.exp(x[0])


def test_jacobian_and_jvp():
    jacobian = autograd.jacobian(theirs)(X)
    np.testing.assert_allclose(mg.jacobian(ours)(X), jacobian, rtol=1e-12)
    value, along = mg.jvp(ours)(X, V)
    np.testing.assert_allclose(value, theirs(X), rtol=1e-15)
    np.testing.assert_allclose(along, jacobian @ V, rtol=1e-12)
    assert mg.jacobian(ours)(mg.Var(X)).shape == (3, 4)


def test_hessian_and_hvp():
    hessian = autograd.hessian(lambda x: anp.sum(theirs(x)))(X)
    np.testing.assert_allclose(mg.hessian(lambda x: ours(x).sum())(X), hessian, rtol=1e-11)
    product = mg.hvp(lambda x: ours(x).sum())(X, V)
    np.testing.assert_allclose(product, hessian @ V, rtol=1e-11)


def test_scalars_are_floats():
    f = mg.sin
    assert mg.jacobian(f)(0.5) == math.cos(0.5) and mg.hessian(f)(0.5) == -math.sin(0.5)
    assert mg.hvp(f)(0.5, 2.0) == -2.0 * math.sin(0.5)
    assert mg.jvp(f)(0.5, 2.0) == (math.sin(0.5), 2.0 * math.cos(0.5))
    assert type(mg.hessian(f)(0.5)) is float


def test_of_several_arguments():
    def f(x, c, m):
        return (mg.matmul(m, x) * c).sum() * x[1]

    m = rng.normal(size=(3, 4))
    of_x, of_m = mg.jacobian(lambda x, c, m: m @ x * c, argnums=(0, 2))(X, 2.0, m)
    np.testing.assert_allclose(of_x, 2.0 * m, rtol=1e-14)
    assert of_m.shape == (3, 3, 4) and np.allclose(of_m[1, 1], 2.0 * X) and not of_m[0, 1].any()
    blocks = mg.hessian(f, argnums=(0, 2))(X, 2.0, m)
    assert [[block.shape for block in row] for row in blocks] == [
        [(4, 4), (4, 3, 4)],
        [(3, 4, 4), (3, 4, 3, 4)],
    ]
    flat = np.block(
        [[blocks[i][j].reshape(n, k) for j, k in ((0, 4), (1, 12))] for i, n in ((0, 4), (1, 12))]
    )
    np.testing.assert_allclose(flat, flat.T, rtol=1e-12)
    v, w = rng.normal(size=4), rng.normal(size=(3, 4))
    found = np.concatenate([np.ravel(d) for d in mg.hvp(f, (0, 2))(X, 2.0, m, (v, w))])
    np.testing.assert_allclose(found, flat @ np.concatenate([v, w.ravel()]), rtol=1e-11)
    value, along = mg.jvp(f, (0, 2))(X, 2.0, m, (v, w))
    slopes = mg.value_and_grad(f, (0, 2))(X, 2.0, m)[1]
    assert along == pytest.approx(np.sum(slopes[0] * v) + np.sum(slopes[1] * w), rel=1e-12)


def test_what_a_function_does_not_depend_on_has_derivatives_0():
    assert mg.hessian(lambda x: 3.0 * x)(2.0) == 0.0
    assert not mg.hessian(lambda x: (A[0] * x).sum())(X).any()
    assert mg.jacobian(lambda x: np.ones(2))(X).tolist() == [[0.0] * 4] * 2
    assert mg.jvp(lambda x: mg.constant(2.0))(1.0, 1.0) == (2.0, 0.0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mg.jacobian(3.0), r"takes a function, not 3.0: mg.jacobian\(f\)\(x\)"),
        (
            lambda: mg.hessian(mg.sin, 1.0),
            r"argnums is an int or a tuple of ints, not 1.0.*\(f\)\(x",
        ),
        (lambda: mg.hessian(mg.sin)(X), r"needs a scalar, f returned shape \(4,\): sum it"),
        (lambda: mg.hvp(mg.sin)(0.5), r"then the vector: mg.hvp\(f\)\(x, v\)"),
        (lambda: mg.jvp(mg.sin)(X, 1.0), r"the vector has shape \(\), the argument \(4,\)"),
        (lambda: mg.jacobian(mg.sin, 2)(0.5), "argument 2 is missing, 1 were given"),
        (lambda: mg.hessian(lambda x: [x, x])(0.5), "needs a scalar, f returned a nest of several"),
        (
            lambda: mg.hvp(lambda p: p["x"])({"x": 1.0}, {"y": 1.0}),
            r"the vector has parts \['y'\], not \['x'\]",
        ),
    ],
)
def test_mistakes_are_answered(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()


def model(p):
    return {"y": p["w"] @ X + p["b"]["c"], "size": mg.sum(p["w"] ** 2) * p["b"]["c"]}


def test_nests_of_parameters_and_outputs():
    p = {"w": np.arange(8.0).reshape(2, 4), "b": {"c": 3.0}}
    found = mg.jacobian(model)(p)
    np.testing.assert_allclose(found["y"]["w"], np.einsum("ij,k->ijk", np.eye(2), X))
    np.testing.assert_allclose(found["y"]["b"]["c"], np.ones(2))
    np.testing.assert_allclose(found["size"]["w"], 6.0 * p["w"])
    assert found["size"]["b"]["c"] == np.sum(p["w"] ** 2)

    def size(p):
        return model(p)["size"]

    second = mg.hessian(size)(p)
    np.testing.assert_allclose(second["w"]["b"]["c"], 2.0 * p["w"])
    np.testing.assert_allclose(second["b"]["c"]["w"], 2.0 * p["w"])
    np.testing.assert_allclose(second["w"]["w"], 6.0 * np.eye(8).reshape(2, 4, 2, 4))
    v = {"w": np.ones((2, 4)), "b": {"c": 0.5}}
    np.testing.assert_allclose(mg.hvp(size)(p, v)["w"], 6.0 * v["w"] + 0.5 * 2.0 * p["w"])
    value, slope = mg.jvp(model)(p, v)
    np.testing.assert_allclose(value["y"], p["w"] @ X + 3.0)
    np.testing.assert_allclose(slope["y"], v["w"] @ X + 0.5)
    both = mg.jacobian(lambda a, b: (a * b["c"], a), argnums=(0, 1))(2.0, {"c": 3.0})
    assert both == ((3.0, {"c": 2.0}), (1.0, {"c": 0.0}))
