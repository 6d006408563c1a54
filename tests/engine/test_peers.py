"""Agreement with an independent engine on random programs, where that engine is installed."""

import numpy as np
import pytest

import minigrad as mg

autograd = pytest.importorskip("autograd", reason="autograd is not installed: pip install autograd")
anp = pytest.importorskip("autograd.numpy")

UNARY = ("sin", "cos", "tanh", "exp", "arctan", "square", "sinh", "log1p")
BINARY = ("add", "subtract", "multiply", "maximum", "logaddexp", "arctan2")


def program(rng, size):
    """A random straight-line program on three inputs, as (name, positions of the operands)."""
    lines = []
    for i in range(3, 3 + size):
        if rng.random() < 0.5:
            lines.append((UNARY[rng.integers(len(UNARY))], (rng.integers(i),)))
        else:
            lines.append((BINARY[rng.integers(len(BINARY))], tuple(rng.integers(i, size=2))))
    return lines


def run(lines, inputs, xp):
    """The mean of the last values, which are kept in (-1, 1), every logarithm's domain."""
    values = list(inputs)
    for name, operands in lines:
        function = getattr(xp, name)
        values.append(xp.tanh(0.3 * function(*(0.9 * values[i] for i in operands))))
    return xp.mean(values[-1] * values[-2])


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("shape", [(), (3, 2)])
def test_gradients_and_their_derivatives_agree(seed, shape):
    rng = np.random.default_rng(seed)
    lines = program(rng, 12)
    inputs = [np.tanh(rng.normal(size=shape)) for _ in range(3)]
    weights = [rng.normal(size=shape) for _ in range(3)]

    def theirs(a, b, c):
        return run(lines, (a, b, c), anp)

    def slope(a, b, c):
        grads = autograd.grad(theirs, (0, 1, 2))(a, b, c)
        return sum(anp.sum(w * g) for w, g in zip(weights, grads, strict=True))

    leaves = [mg.Var(x) for x in inputs]
    y = run(lines, leaves, mg)
    grads = mg.grad(y, leaves, create_graph=True, allow_unused=True)
    directional = sum(mg.sum(w * g) for w, g in zip(weights, grads, strict=True))
    second = mg.grad(directional, leaves, allow_unused=True)
    expected = autograd.grad(theirs, (0, 1, 2))(*inputs)
    for ours, g in zip(grads, expected, strict=True):
        np.testing.assert_allclose(ours.value, g, rtol=1e-9, atol=1e-12)
    for ours, g in zip(second, autograd.grad(slope, (0, 1, 2))(*inputs), strict=True):
        np.testing.assert_allclose(ours, g, rtol=1e-8, atol=1e-11)
