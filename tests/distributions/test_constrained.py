"""Maps onto constraints: softplus, powers, stick-breaking, triangular factors."""

import math

import numpy as np
import pytest
from scipy import stats

import minigrad as mg

STICK, LOWER = mg.StickBreakingTransform(), mg.LowerCholeskyTransform()
POINTS = np.random.default_rng(1).normal(size=(4, 6))
POSITIVE = np.exp(POINTS)
MAPS = {
    "softplus": (mg.SoftplusTransform, (), POINTS),
    "power": (mg.PowerTransform, (2.5,), POSITIVE),
    "power, falling": (mg.PowerTransform, (-0.5,), POSITIVE),
    "stick": (mg.StickBreakingTransform, (), POINTS),
    "lower": (mg.LowerCholeskyTransform, (), POINTS),
}
each_map = pytest.mark.parametrize("name", MAPS)
TRIANGLE = np.tril_indices(3)


def normals(*shape):
    return mg.Independent(mg.Normal(np.zeros(shape), np.ones(shape)), 1)


def free_numbers(f, y):
    """The numbers of y that x decides: all proportions but the last, the lower triangle."""
    if isinstance(f, mg.StickBreakingTransform):
        return y[..., :-1]
    return y[..., TRIANGLE[0], TRIANGLE[1]] if isinstance(f, mg.LowerCholeskyTransform) else y


@each_map
def test_log_determinants_and_inverses(name):
    kind, parameters, points = MAPS[name]
    f = kind(*parameters)
    y, log_det = f.forward(points)
    for x, each in zip(points, log_det, strict=True):
        sides = [
            np.array([free_numbers(f, f.forward(x + s * e)[0]) for e in np.eye(6)])
            for s in (1e-5, -1e-5)
        ]
        _, truth = np.linalg.slogdet((sides[0] - sides[1]) / 2e-5)
        assert np.sum(each) == pytest.approx(truth, rel=1e-8, abs=1e-8)
    x, again = f.inverse(y)
    np.testing.assert_allclose(x, points, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(again, log_det, rtol=1e-9, atol=1e-12)


@each_map
def test_gradients(name):
    kind, parameters, points = MAPS[name]
    mg.check_gradients(lambda x, *p: kind(*p).forward(x), points[:2], *parameters, order=2)
    y = kind(*parameters).forward(points[:1])[0]
    if name == "stick":  # only where the sum is 1: its last number follows
        y = np.array(y)[:, :-1]

        def inverse(y):
            return STICK.inverse(mg.concatenate([y, 1.0 - mg.sum(y, -1, True)], -1))

        mg.check_gradients(inverse, y)
    elif name != "lower":
        mg.check_gradients(lambda y, *p: kind(*p).inverse(y), y, *parameters, order=2)
    else:
        lower = np.array(y)
        mg.check_gradients(lambda y: LOWER.inverse(mg.tril(y)), lower, order=2)


@each_map
def test_the_density_of_own_draws(name):
    kind, parameters, _ = MAPS[name]
    f = kind(*parameters)
    base = {"softplus": mg.Normal(np.zeros(6), 1.0)}.get(name, normals(6))
    base = mg.Gamma(np.full(6, 2.0), 1.0) if name.startswith("power") else base
    q = mg.Transformed(base, f)
    z, log_q = q.rsample_with_log_prob(np.random.default_rng(2), (5,))
    assert z.shape == (5, *q.batch_shape, *q.event_shape) and z.kind == "sample"
    np.testing.assert_allclose(q.log_prob(z.value), log_q.value, rtol=1e-9)
    assert np.all(q.support.contains(z)) or name == "lower"
    assert q.noise(np.random.default_rng(0), (3,)).shape == (3, 6)
    assert f"{kind.__name__}(" in repr(q)


def test_shapes():
    q = mg.Transformed(normals(5, 6), STICK)
    assert (q.batch_shape, q.event_shape) == ((5,), (7,)) and str(q.support).startswith("simplex")
    assert q.rsample(np.random.default_rng(0), (2,)).shape == (2, 5, 7)
    q = mg.Transformed(normals(5, 6), LOWER)
    assert (q.batch_shape, q.event_shape) == ((5,), (3, 3)) and q.support.kind == "matrices"
    assert q.log_prob(q.sample(np.random.default_rng(0))).shape == (5,)
    assert q.expand((4, 5)).rsample(np.random.default_rng(0)).shape == (4, 5, 3, 3)
    chained = mg.Transformed(normals(6), [mg.AffineTransform(0.3, 2.0), STICK])
    z, log_q = chained.rsample_with_log_prob(np.random.default_rng(0))
    assert chained.log_prob(z.value) == pytest.approx(log_q.value)
    for f in (STICK, LOWER):
        with pytest.raises(ValueError, match="moves vectors, and the base .* has numbers"):
            mg.Transformed(mg.Normal(0.0, 1.0), f)
    with pytest.raises(ValueError, match="vectors of 1, 3, 6, 10, … numbers, not 5"):
        mg.Transformed(normals(5), LOWER)


def test_known_distributions_come_out():
    z = np.array([0.2, 0.7, 1.9])
    weibull = mg.Transformed(mg.Exponential(1.0), mg.PowerTransform(1.0 / 1.7))
    np.testing.assert_allclose(weibull.log_prob(z), mg.Weibull(1.0, 1.7).log_prob(z), rtol=1e-12)
    np.testing.assert_allclose(weibull.cdf(z), mg.Weibull(1.0, 1.7).cdf(z), rtol=1e-12)
    inverse = mg.Transformed(mg.Gamma(2.5, 1.3), mg.PowerTransform(-1.0))
    truth = mg.InverseGamma(2.5, 1.3)
    np.testing.assert_allclose(inverse.log_prob(z), truth.log_prob(z), rtol=1e-12)
    np.testing.assert_allclose(inverse.cdf(z), truth.cdf(z), rtol=1e-12)
    np.testing.assert_allclose(inverse.icdf(truth.cdf(z)), z, rtol=1e-10)
    soft = mg.Transformed(mg.Normal(0.4, 1.3), mg.SoftplusTransform())
    x = np.log(np.expm1(z))
    wanted = stats.norm(0.4, 1.3).logpdf(x) - np.log(-np.expm1(-z))
    np.testing.assert_allclose(soft.log_prob(z), wanted, rtol=1e-12)
    np.testing.assert_allclose(STICK.forward(np.zeros(3))[0], np.full(4, 0.25), rtol=1e-15)
    q = mg.MultivariateNormal(np.zeros(2), scale_tril=LOWER.forward([0.0, 3.0, -80.0])[0])
    assert q.entropy() == pytest.approx(math.log(2 * math.pi * math.e) - 80.0)


def test_digits_survive_where_proportions_round():
    for x in (np.array([60.0, -40.0, 800.0]), np.array([-900.0, 3.0, -900.0])):
        base = normals(3)
        z, log_q = mg.Transformed(base, STICK).transform_with_log_prob(x)
        shifted = x - np.log([3.0, 2.0, 1.0])
        share, rest = -np.logaddexp(0.0, -shifted), -np.logaddexp(0.0, shifted)
        logs = share + np.array([0.0, rest[0], rest[0] + rest[1]])
        truth = base.log_prob(x) - np.sum(logs + rest)
        assert log_q.value == pytest.approx(truth, rel=1e-13) and np.sum(z.value) == pytest.approx(
            1
        )
    far = mg.Transformed(mg.Normal(0.0, 300.0), mg.SoftplusTransform())
    z, log_q = far.transform_with_log_prob(np.array([-3.0, 3.0]))
    wanted = far.base.log_prob(np.array([-900.0, 900.0])) + np.array([900.0, 0.0])
    np.testing.assert_allclose(log_q.value, wanted, rtol=1e-13)


@pytest.mark.parametrize(
    ("q", "z"),
    [
        (mg.Transformed(mg.Normal(0.0, 1.0), mg.SoftplusTransform()), -1.0),
        (mg.Transformed(mg.Normal(0.0, 1.0), mg.SoftplusTransform()), 0.0),
        (mg.Transformed(mg.Gamma(2.0, 1.0), mg.PowerTransform(2.0)), -1.0),
        (mg.Transformed(normals(2), STICK), np.array([0.5, 0.6, -0.1])),
        (mg.Transformed(normals(2), STICK), np.array([0.5, 0.5, 0.5])),
        (mg.Transformed(normals(3), LOWER), np.array([[1.0, 0.0], [0.3, -1.0]])),
        (mg.Transformed(normals(3), LOWER), np.array([[1.0, 0.2], [0.3, 1.0]])),
    ],
)
def test_what_can_t_be_has_no_gradient(q, z):
    leaf = mg.Var(z)
    density = q.log_prob(leaf)
    assert density.value == -math.inf
    assert not np.any(mg.grad(density, leaf, allow_unused=True)[0])


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"exponent must not be 0\.0: it would have no inverse"):
        mg.PowerTransform(0.0)
    with pytest.raises(ValueError, match="takes x of 0 or more, not -1: give it a base"):
        mg.PowerTransform(2.0).forward(-1.0)
    with pytest.raises(NotImplementedError, match="exponent has both signs"):
        mg.Transformed(mg.Gamma([1.0, 1.0], 1.0), mg.PowerTransform([1.0, -1.0])).cdf([1.0, 1.0])
