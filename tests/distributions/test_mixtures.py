"""MixtureSameFamily: densities, draws, how they move, what is refused."""

import math

import numpy as np
import pytest
from scipy import stats

import minigrad as mg
from tests.support.quadrature import grid, levels
from tests.support.zscores import assert_mean

W, LOC, SCALE = np.array([0.3, 0.5, 0.2]), np.array([-1.0, 0.6, 2.0]), np.array([0.7, 0.4, 1.1])


def normals(w=W, loc=LOC, scale=SCALE):
    return mg.MixtureSameFamily(mg.Categorical(probs=w), mg.Normal(loc, scale))


def of_logits(x, loc, scale):
    return mg.MixtureSameFamily(mg.Categorical(logits=x), mg.Normal(loc, scale))


def density(z):
    return np.sum(W * stats.norm.pdf(np.asarray(z)[..., None], LOC, SCALE), -1)


def below(z):
    return np.sum(W * stats.norm.cdf(np.asarray(z)[..., None], LOC, SCALE), -1)


def over_noise(probabilities, of_component, weights):
    """The noise of every choice with each of a component's, of shape (n, 1 + k), and weights."""
    middles = np.cumsum(probabilities) - 0.5 * np.asarray(probabilities)
    each = of_component.reshape(len(weights), -1)
    eps = [np.insert(each, 0, u, axis=1) for u in middles]
    return np.concatenate(eps), np.concatenate([p * weights for p in probabilities])


def test_density_and_curves():
    d = normals()
    assert (d.batch_shape, d.event_shape, d.has_rsample) == ((), (), True)
    for z in (-4.0, 0.3, 1.9, 5.0):
        assert d.log_prob(z) == pytest.approx(math.log(density(z)), rel=1e-13)
        assert d.cdf(z) == pytest.approx(below(z), rel=1e-13)
        assert d.log_survival(z) == pytest.approx(math.log1p(-below(z)), rel=1e-11)
    u = np.array([1e-6, 0.2, 0.5, 0.9, 1.0 - 1e-6])
    np.testing.assert_allclose(below(d.icdf(u)), u, rtol=1e-12)
    assert d.log_prob(60.0) == pytest.approx(  # only one component counts there
        math.log(0.2) + stats.norm(2.0, 1.1).logpdf(60.0), rel=1e-13
    )
    assert d.log_survival(60.0) == pytest.approx(
        math.log(0.2) + stats.norm(2.0, 1.1).logsf(60.0), rel=1e-12
    )


def test_moments():
    d = normals()
    z = np.linspace(-20.0, 20.0, 4001)
    weights = 0.01 * density(z)
    mean, second = weights @ z, weights @ z**2
    assert d.mean == pytest.approx(mean) and d.variance == pytest.approx(second - mean**2)
    for what in ("entropy", "mode"):
        with pytest.raises(NotImplementedError, match=f"has no {what} in closed form"):
            value = getattr(d, what)
            value()


def test_draws():
    z = normals().rsample(np.random.default_rng(0), 100_000).value
    assert stats.kstest(z, below).pvalue > 1e-4
    d = mg.MixtureSameFamily(
        mg.Categorical(W), mg.MultivariateNormal(np.outer(LOC, [1.0, -2.0]), scale_tril=np.eye(2))
    )
    assert d.sample(np.random.default_rng(1), 5).shape == (5, 2) == (5, *d.event_shape)
    eps, weights = over_noise(W, *grid(2))
    z = d._transform(mg.constant(eps)).value
    np.testing.assert_allclose(weights @ z, d.mean, rtol=1e-4)
    np.testing.assert_allclose(weights @ (z - d.mean) ** 2, d.variance, rtol=1e-4)
    counts = mg.MixtureSameFamily(mg.Categorical([0.5, 0.5]), mg.Poisson([1.0, 6.0]))
    assert_mean(counts.sample(np.random.default_rng(2), 100_000).value, 3.5)


def test_gradients_of_density_and_curves():
    given = np.log(W[:2]), LOC[:2], SCALE[:2]
    for z, order in ((-1.3, 2), (3.0, 1)):
        for curve in ("log_prob", "cdf", "log_survival"):

            def f(x, loc, scale, z, curve=curve):
                return getattr(of_logits(x, loc, scale), curve)(z)

            mg.check_gradients(f, *given, z, order=order)
    both = np.array([0.1, 0.95])
    mg.check_gradients(lambda x, loc, scale: of_logits(x, loc, scale).icdf(both), *given)
    mg.check_gradients(lambda u: normals().icdf(u), 0.3)


def test_draws_move_as_their_quantile_does():
    """A draw's derivatives are those of the quantile at its own cdf."""
    leaves = [mg.Var(np.log(W)), mg.Var(LOC), mg.Var(SCALE)]
    d = of_logits(*leaves)
    for seed in range(8):
        z = d.rsample(np.random.default_rng(seed))
        quantile = d.icdf(below(z.value))
        assert quantile.value == pytest.approx(z.value, rel=1e-12)
        for one, other in zip(mg.grad(z, leaves), mg.grad(quantile, leaves), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-12)


def test_pathwise_gradients():
    """∂E z/∂w is μ₁ - μ₂, exactly; of z² the second moments' difference."""
    w, m1, m2, s = 0.3, -1.0, 1.5, 0.7
    leaves = [mg.Var(x) for x in (w, m1, m2, s)]

    def made(w, m1, m2, s):
        pair = mg.Categorical(probs=mg.stack([w, 1.0 - w], -1))
        both = mg.Normal(mg.stack([m1, m2], -1), mg.stack([s, s], -1))
        return mg.MixtureSameFamily(pair, both)

    eps, weights = over_noise([w, 1.0 - w], *levels())
    z = made(*leaves).transform(eps)
    of_z = m1 - m2, w, 1.0 - w, 0.0
    of_square = m1**2 - m2**2, 2.0 * w * m1, 2.0 * (1.0 - w) * m2, 2.0 * s
    for f, truths in ((z, of_z), (mg.square(z), of_square)):
        assert mg.grad(f, leaves, seed=weights) == pytest.approx(truths, rel=1e-9, abs=1e-9)


def test_the_wall_and_the_formula_are_in_the_graph():
    w = mg.Var([0.3, 0.7])
    z = mg.MixtureSameFamily(mg.Categorical(w), mg.Normal([0.0, 1.0], 1.0)).rsample(
        np.random.default_rng(0)
    )
    assert (z.kind, z.op) == ("sample", "implied") and z.inputs[0].kind == "stop"
    (slope,) = mg.grad(mg.square(z), w, create_graph=True)
    with pytest.raises(NotImplementedError, match="differentiated only once"):
        mg.grad(mg.sum(slope), w)


COMPONENTS = {
    "LogNormal": (mg.LogNormal, (np.array([0.2, 1.0]), np.array([0.5, 0.9]))),
    "Laplace": (mg.Laplace, (np.array([0.2, 1.0]), np.array([0.5, 0.9]))),
    "Gamma": (mg.Gamma, (np.array([2.2, 4.0]), np.array([1.5, 0.9]))),
    "Beta": (mg.Beta, (np.array([2.2, 4.0]), np.array([1.5, 3.9]))),
    "Exponential": (mg.Exponential, (np.array([0.5, 2.0]),)),
    "TruncatedNormal": (mg.TruncatedNormal, (np.array([0.2, 1.0]), 1.0, 0.0, 2.0)),
    "Kumaraswamy": (mg.Kumaraswamy, (np.array([2.2, 4.0]), np.array([1.5, 3.9]))),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_other_components(name):
    family, parameters = COMPONENTS[name]
    w, shapes = mg.Var(0.4), mg.Var(parameters[0])
    pair = mg.Categorical(probs=mg.stack([w, 1.0 - w], -1))
    d = mg.MixtureSameFamily(pair, family(shapes, *parameters[1:]))
    eps, weights = over_noise([0.4, 0.6], *levels())
    z = d.transform(eps)
    means = family(*parameters).mean
    assert weights @ z.value == pytest.approx(0.4 * means[0] + 0.6 * means[1], rel=1e-7)
    of_w, of_shapes = mg.grad(z, [w, shapes], seed=weights)
    error = 3e-4 if name == "Laplace" else 1e-6  # its density has a kink
    assert of_w == pytest.approx(means[0] - means[1], rel=error)
    leaf = mg.Var(parameters[0])
    truth = mg.grad(mg.sum(family(leaf, *parameters[1:]).mean * np.array([0.4, 0.6])), leaf)[0]
    np.testing.assert_allclose(of_shapes, truth, rtol=error)
    z, log_q = d.rsample_with_log_prob(np.random.default_rng(5), 2000)
    np.testing.assert_allclose(log_q.value, d.log_prob(z.value).value, rtol=1e-8, atol=1e-9)


def test_the_density_at_own_draws_survives_their_rounding():
    """Of Beta components that pile up at 0 and 1: E log q by quadrature of each in its logit."""
    a, b, w = np.array([0.03, 0.05]), np.array([0.04, 0.2]), np.array([0.3, 0.7])
    d = mg.MixtureSameFamily(mg.Categorical(w), mg.Beta(a, b))
    _, log_q = d.rsample_with_log_prob(np.random.default_rng(0), 100_000)
    y = np.linspace(-700.0, 500.0, 120_001)
    left, right = -np.logaddexp(0.0, -y), -np.logaddexp(0.0, y)
    each = a[:, None] * left + b[:, None] * right
    each -= np.log(np.trapezoid(np.exp(each), y))[:, None]
    logs = np.logaddexp(*(each + np.log(w)[:, None]))  # the density of the logit
    truth = np.trapezoid(np.exp(logs) * (logs - left - right), y)
    assert_mean(log_q.value, truth)


def test_batches_and_copies():
    d = mg.MixtureSameFamily(
        mg.Categorical(np.array([[0.3, 0.7], [0.5, 0.5]])),
        mg.Normal(np.array([[-1.0, 1.0], [0.0, 3.0]]), 1.0),
    )
    assert d.batch_shape == (2,) and d.mean.shape == (2,)
    z = d.rsample(np.random.default_rng(0), (5,))
    assert z.shape == (5, 2) and d.log_prob(z).shape == (5, 2) and d.icdf(0.3).shape == (2,)
    assert d.noise(np.random.default_rng(0), (5,)).shape == (5, 2, 2)
    wide = d.expand((4, 2))
    assert wide.rsample(np.random.default_rng(0)).shape == (4, 2)
    assert repr(normals()).startswith("MixtureSameFamily(mixture_distribution=Categorical(probs=")
    flat = mg.MixtureSameFamily(mg.Categorical(mg.Var(W)), mg.Normal(mg.Var(LOC), 1.0)).stopped()
    x = mg.Var(0.3)
    assert flat.log_prob(x).requires_grad and not flat.log_prob(0.3).requires_grad


def test_supports():
    ends = mg.Var([1.0, 2.0])
    d = mg.MixtureSameFamily(mg.Categorical([0.5, 0.5]), mg.Uniform([-1.0, -0.5], ends))
    assert (d.support.lower, d.support.upper.value) == (-1.0, 2.0) and d.support.moves
    assert d.log_prob(2.5).value == -math.inf
    assert d.cdf(-3.0).value == 0.0 and d.cdf(3.0).value == 1.0
    positive = mg.MixtureSameFamily(mg.Categorical([0.5, 0.5]), mg.Gamma(ends, 1.0))
    assert positive.support.lower == 0.0 and not positive.support.moves
    z = mg.Var(-1.0)
    density = positive.log_prob(z)
    assert density.value == -math.inf
    found = mg.grad(density, [ends, z], allow_unused=True)
    assert not np.any(found[0]) and found[1] == 0.0


def test_components_too_far_apart_for_a_gradient_of_the_weights():
    far = mg.Normal([-10.0, 10.0], 1.0)
    w = mg.Var([0.3, 0.7])
    with pytest.raises(NotImplementedError, match="a stretch of 13.8: .*mg.score_function"):
        mg.MixtureSameFamily(mg.Categorical(w), far).rsample(np.random.default_rng(0))
    apart = mg.Uniform([0.0, 2.0], [1.0, 3.0])
    with pytest.raises(NotImplementedError, match="components are so far apart"):
        mg.MixtureSameFamily(mg.Categorical(w), apart).rsample(np.random.default_rng(0))
    mg.MixtureSameFamily(mg.Categorical(w), far).sample(np.random.default_rng(0))
    loc = mg.Var(np.broadcast_to([-10.0, 10.0], (50_000, 2)))  # nothing jumps for those
    d = mg.MixtureSameFamily(mg.Categorical(np.full((50_000, 2), 0.5)), mg.Normal(loc, 1.0))
    (slopes,) = mg.grad(mg.sum(d.rsample(np.random.default_rng(0))), loc)
    assert_mean(slopes, np.array([0.5, 0.5]))


def test_components_at_the_limit_of_what_is_allowed_are_right():
    w = mg.Var(0.4)
    pair = mg.Categorical(probs=mg.stack([w, 1.0 - w], -1))
    d = mg.MixtureSameFamily(pair, mg.Normal([-3.0, 3.0], 1.0))
    eps, weights = over_noise([0.4, 0.6], *levels(0.05))
    assert mg.grad(d.transform(eps), w, seed=weights)[0] == pytest.approx(-6.0, rel=1e-6)


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (
            lambda: mg.MixtureSameFamily(mg.Normal(0.0, 1.0), mg.Normal([0.0], 1.0)),
            TypeError,
            "takes a Categorical, then .*, not Normal and Normal",
        ),
        (
            lambda: mg.MixtureSameFamily(mg.Categorical(W), mg.Normal([0.0, 1.0], 1.0)),
            ValueError,
            r"batch shape \(2,\), not \(3,\), that of the mixture and its 3 choices",
        ),
    ],
)
def test_what_is_refused(build, error, words):
    with pytest.raises(error, match=words):
        build()


def test_no_path_between_vectors():
    d = mg.MixtureSameFamily(
        mg.Categorical(W), mg.MultivariateNormal(np.zeros((3, 2)), scale_tril=np.eye(2))
    )
    with pytest.raises(NotImplementedError, match="no path of its own.*mg.score_function"):
        d.rsample(np.random.default_rng(0))
    found = mg.score_function(
        lambda w: (
            mg.MixtureSameFamily(mg.Categorical(w), mg.Poisson(np.array([1.0, 6.0]))),
            lambda z: z,
        ),
        (np.array([0.5, 0.5]),),
        200_000,
        0,
        baseline="mean",
    )
    assert np.all(np.abs(found.grads[0] - [-2.5, 2.5]) < 5.0 * found.grad_ses[0])
