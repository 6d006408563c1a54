"""Sample by sample: which axes of a draw are still the same axes below it, and what that saves."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions import Distribution
from minigrad.distributions.parameters import value_of
from minigrad.distributions.quantiles import gamma_quantile
from minigrad.estimators.axes import followed, oldest_first
from tests.estimators.test_walls import repeated, rng, scores
from tests.support.families import TABLE

N = 5


def matrices(z):
    """A symmetric matrix of the numbers of each sample."""
    return z[:, :, None] * z[:, None, :] + 3.0 * np.eye(3)


OPS_THAT_KEEP = {
    "elementwise": (lambda z: mg.sin(z) * np.ones((5, 3)) + 1.0, (-2, -1)),
    "sum": (lambda z: z.sum(axis=1), (-1, None)),
    "sum, keepdims": (lambda z: mg.sum(z, 0, True), (None, -1)),
    "index": (lambda z: z[:, 1], (-1, None)),
    "newaxis": (lambda z: z[:, None], (-3, -1)),
    "transpose": (lambda z: z.T, (-1, -2)),
    "reshape": (lambda z: mg.reshape(z, 5, 3, 1), (-3, -2)),
    "flat": (lambda z: mg.reshape(z, 15), (None, None)),
    "softmax": (lambda z: mg.softmax(z), (-2, None)),
    "cumsum": (lambda z: mg.cumsum(z, 0), (None, -1)),
    "stack": (lambda z: mg.stack([z, z], 1), (-3, -1)),
    "concatenate": (lambda z: mg.concatenate([z, 2.0 * z], 1), (-2, None)),
    "z @ w": (lambda z: z @ np.ones((3, 3)), (-2, None)),
    "z @ v": (lambda z: z @ np.ones(3), (-1, None)),
    "w @ z": (lambda z: np.ones((5, 5)) @ z, (None, -1)),
    "v @ z": (lambda z: np.ones(5) @ z, (None, -1)),
    "broadcast": (lambda z: mg.broadcast_to(z, (2, 5, 3)), (-2, -1)),
    "flip": (lambda z: mg.flip(z, 0), (None, -1)),
    "two ways": (lambda z: mg.sum(z, 1) + mg.max(z, 0).sum(), (None, None)),
    "einsum": (lambda z: mg.einsum("ij,kj->ki", z, np.ones((2, 3))), (-1, None)),
    "einsum, diagonal": (lambda z: mg.einsum("ij,ik->kj", z, np.ones((5, 5))), (None, -1)),
    "norm": (lambda z: mg.norm(z, 1, True), (-2, None)),
    "std": (lambda z: np.std(z, 1), (-1, None)),
    "sort": (lambda z: mg.sort(z, 1), (-2, None)),
    "cholesky": (lambda z: mg.cholesky(matrices(z)), (-3, None)),
    "logdet": (lambda z: mg.logdet(matrices(z)), (-1, None)),
    "eigvalsh": (lambda z: mg.eigvalsh(matrices(z)), (-2, None)),
    "solve, from the left": (lambda z: mg.solve(matrices(z), np.ones((5, 3, 4))), (-3, None)),
    "solve, many": (lambda z: mg.solve(matrices(z), np.ones((2, 5, 3, 4))), (-3, None)),
    "solve, from the right": (lambda z: mg.solve(np.eye(3), z[:, :, None]), (-3, None)),
    "a quantile": (lambda z: gamma_quantile(mg.exp(z), np.full(3, 0.4)), (-2, -1)),
    "a wall": (lambda z: mg.stop_gradient(z), None),
}


@pytest.mark.parametrize("name", OPS_THAT_KEEP)
def test_where_the_axes_of_a_draw_are(name):
    move, expected = OPS_THAT_KEEP[name]
    z = mg.Normal(mg.Var(np.zeros(3)), 1.0).sample(rng(), 5)
    node = move(z)
    assert followed(z, 2, oldest_first([node])).get(node) == expected
    if expected is None:
        return
    # And so it is: moving one sample moves nothing but its own place along such an axis.
    for axis, p in enumerate(expected):
        if p is not None:
            moved = z.value.copy()
            index = [slice(None)] * 2
            index[axis] = 1
            moved[tuple(index)] *= 1.5
            with mg.no_grad():
                gap = np.asarray(move(mg.constant(moved)).value) != node.value
            places = np.unique(np.nonzero(gap)[p])
            assert list(places) == [1]


# --------------------------------------------------------------------------- laws below a draw


def depending(q, w):
    """q, with parameters that a draw w of n numbers enters: one law for each sample."""
    other = q._copy()
    for name, x in vars(q).items():
        if isinstance(x, Distribution):
            setattr(other, name, depending(x, w))
    for name in q._parameters:
        x = getattr(q, name)
        if x is not None:
            inner = (1,) * (np.ndim(value_of(x)) - 1)
            setattr(other, name, x + mg.reshape(0.0 * w, (N, *inner)))
    return other


FAMILIES = {row.name: row for row in reversed(TABLE)}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_law_of_every_family_keeps_the_samples_of_its_parameters_apart(name):
    w = mg.Normal(mg.Var(0.0), 1.0).sample(rng(), N)
    own = FAMILIES[name].make()
    q = depending(own.expand((N, *own.batch_shape)), w)
    z = q.sample(rng(1))
    log_q = q.log_prob(z)
    found = followed(w, 1, oldest_first([z, log_q]))
    assert (found[z], found[log_q]) == ((-z.ndim,), (-log_q.ndim,))


@pytest.mark.parametrize("law", [mg.Poisson, lambda rate: mg.Gamma(rate, 1.0)])
def test_a_draw_whose_law_depends_on_a_draw_meets_its_own_cost_alone(law):
    """w ~ N(μ, s²), then z of mean and variance r = exp w; cost z. ∂μ E z = r by one sample's
    z (w - μ)/s², whose second moment is E[ε² (r + r²)]/s²; the mean of 64 has 1/64 of its variance.
    """
    mu, s = 0.4, 0.3

    def one(rng):
        at = mg.Var(mu)
        w = mg.Normal(at, s).sample(rng, 64)
        return mg.grad(mg.surrogate(law(mg.exp(w)).sample(rng)), [at])

    found = repeated(one, 800)
    mean = math.exp(mu + s * s / 2)
    assert abs(scores(found, mean)[0]) < 5.0
    second = sum((1 + a * a) * math.exp(a * a / 2 + a / s * mu) for a in (s, 2 * s)) / s**2
    assert 64 * found.var() == pytest.approx(second - mean**2, rel=5 * math.sqrt(4.0 / 800))
