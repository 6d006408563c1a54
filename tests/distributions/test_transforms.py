"""Flows: log-determinants against numerical Jacobians, densities, inverses, what is refused."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

import minigrad as mg
from minigrad.derivatives.checking import GradientError
from minigrad.distributions import (
    AffineCouplingTransform,
    AffineTransform,
    ExpTransform,
    PlanarTransform,
    SigmoidTransform,
    TanhTransform,
    Transformed,
)
from tests.support.zscores import assert_mean

MASK = np.array([1.0, 0.0, 1.0])
W = np.array([0.7, -1.2, 0.4])
U = np.array([-2.0, 0.9, -1.5])  # wᵀu = -3.1: without the constraint this would fold space
FREE = np.random.default_rng(0).normal(size=(2, 3, 3))
POINTS = np.random.default_rng(1).normal(size=(4, 3))
STANDARD = mg.Independent(mg.Normal(np.zeros(3), np.ones(3)), 1)


def coupling(free, mask=MASK):
    """A network of one layer: a shift and a bounded log-scale."""
    return AffineCouplingTransform(mask, lambda x: (mg.tanh(x @ free[0]), mg.tanh(x @ free[1])))


# name: a function of parameters that gives the map, and the parameters
MAPS = {
    "Affine": (AffineTransform, (np.array([0.3, -1.0, 2.0]), np.array([0.5, -2.0, 1.5]))),
    "Affine of numbers": (AffineTransform, (0.4, 1.7)),
    "Exp": (ExpTransform, ()),
    "Sigmoid": (SigmoidTransform, ()),
    "Tanh": (TanhTransform, ()),
    "Planar": (PlanarTransform, (W, U, 0.3)),
    "Planar, stretching": (PlanarTransform, (W, -U, -0.2)),
    "AffineCoupling": (coupling, (FREE,)),
}
each_map = pytest.mark.parametrize("name", MAPS)
INVERTIBLE = [name for name in MAPS if not name.startswith("Planar")]


def made(name):
    f, parameters = MAPS[name]
    return f(*parameters)


def numbers(x):
    return x.value if isinstance(x, mg.Var) else x


def jacobian(f, x, step=1e-5):
    """∂f(x)/∂x for one vector, by central differences of values."""
    sides = [[numbers(f.forward(x + s * e)[0]) for e in np.eye(3)] for s in (step, -step)]
    return (np.array(sides[0]) - np.array(sides[1])).T / (2.0 * step)


# ----------------------------------------------------------------------------------- the maps alone


@each_map
def test_log_determinants_are_those_of_numerical_jacobians(name):
    f = made(name)
    y, log_det = f.forward(POINTS)
    assert numbers(y).shape == POINTS.shape
    assert numbers(log_det).shape == POINTS.shape[: 1 if f.vectors else 2]
    for x, each in zip(POINTS, numbers(log_det), strict=True):
        _, truth = np.linalg.slogdet(jacobian(f, x))
        assert np.sum(each) == pytest.approx(truth, rel=1e-8, abs=1e-8)


@each_map
def test_values_and_log_determinants_have_right_gradients(name):
    f, parameters = MAPS[name]
    mg.check_gradients(lambda x, *p: f(*p).forward(x), POINTS, *parameters, order=2)


@pytest.mark.parametrize("name", INVERTIBLE)
def test_inverses(name):
    f, parameters = MAPS[name]
    y, log_det = f(*parameters).forward(POINTS)
    x, again = f(*parameters).inverse(y)
    np.testing.assert_allclose(numbers(x), POINTS, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(numbers(again), numbers(log_det), rtol=1e-9, atol=1e-12)
    mg.check_gradients(lambda y, *p: f(*p).inverse(y), numbers(y), *parameters, order=2)


@pytest.mark.parametrize("scale", [-80.0, -3.0, 0.0, 3.0, 80.0])
def test_planar_is_one_to_one_whatever_u_is(scale):
    """Along w its slope is above 0: it folds nothing, near the plane and far from it."""
    f = PlanarTransform(W, scale * W, 0.1)
    line = np.outer(np.linspace(-3.0, 3.0, 301), W)
    y, log_det = f.forward(line)
    assert np.all(np.diff(y @ W) > 0.0) and np.all(np.isfinite(log_det))


def test_planar_is_what_the_paper_says():
    """With u where the constraint holds by itself far off: û is nearly u for a large wᵀu."""
    u = 40.0 * W
    y, log_det = PlanarTransform(W, u, 0.3).forward(POINTS)
    h = np.tanh(POINTS @ W + 0.3)
    close = u + ((W @ u - 1.0) - W @ u) * W / (W @ W)
    np.testing.assert_allclose(y, POINTS + h[:, None] * close, rtol=1e-12)
    np.testing.assert_allclose(log_det, np.log(1.0 + (1.0 - h**2) * (close @ W)), rtol=1e-9)


def test_a_coupling_keeps_what_its_mask_says():
    y, _ = coupling(FREE).forward(POINTS)
    assert np.array_equal(y[:, MASK == 1.0], POINTS[:, MASK == 1.0])
    assert not np.any(y[:, MASK == 0.0] == POINTS[:, MASK == 0.0])


@pytest.mark.parametrize("name", ["Tanh", "Sigmoid"])
def test_log_determinants_keep_their_digits_where_the_value_rounds(name):
    slopes = {"Tanh": 2.0 * (math.log(2.0) - 40.0), "Sigmoid": -40.0}
    for x in (40.0, -40.0):
        _, log_det = made(name).forward(x)
        assert log_det == pytest.approx(slopes[name], rel=1e-14)


# ------------------------------------------------------------------------------------ distributions


def test_known_distributions_come_out():
    z = np.array([0.2, 0.7, 0.95])
    normal = mg.Normal(0.4, 1.3)
    for q, truth in (
        (
            Transformed(normal, ExpTransform()),
            stats.lognorm(1.3, scale=math.exp(0.4)).logpdf(z),
        ),
        (Transformed(normal, AffineTransform(1.0, -2.0)), stats.norm(0.2, 2.6).logpdf(z)),
        (
            Transformed(normal, [SigmoidTransform()]),
            stats.norm(0.4, 1.3).logpdf(np.log(z / (1 - z))) - np.log(z * (1 - z)),
        ),
        (
            Transformed(normal, [TanhTransform()]),
            stats.norm(0.4, 1.3).logpdf(np.arctanh(z)) - np.log(1 - z**2),
        ),
        (Transformed(normal, []), stats.norm(0.4, 1.3).logpdf(z)),
    ):
        np.testing.assert_allclose(q.log_prob(z), truth, rtol=1e-12)


@pytest.mark.parametrize("names", [[n] for n in MAPS] + [["AffineCoupling", "Tanh", "Affine"]])
def test_the_density_of_own_draws(names):
    """What comes with a draw is what the inverses find, or the base's density over |det|."""
    q = Transformed(STANDARD, [made(name) for name in names])
    eps = np.random.default_rng(2).normal(size=(5, 3))
    z, log_q = q.transform_with_log_prob(eps)
    assert z.kind == "sample" and z.shape == (5, 3) and log_q.shape == (5,)
    assert np.array_equal(z.value, q.transform(eps).value)
    if not names[0].startswith("Planar"):
        np.testing.assert_allclose(numbers(q.log_prob(z.value)), log_q.value, rtol=1e-9)
    if len(names) == 1:
        for x, found in zip(eps, log_q.value, strict=True):
            _, log_det = np.linalg.slogdet(jacobian(made(names[0]), x))
            assert found == pytest.approx(stats.norm.logpdf(x).sum() - log_det, rel=1e-8)


def test_rsample_with_log_prob_draws_what_rsample_draws():
    q = Transformed(STANDARD, [made("Planar"), made("Tanh")])
    z, log_q = q.rsample_with_log_prob(np.random.default_rng(3), (7,))
    assert np.array_equal(z.value, q.rsample(np.random.default_rng(3), (7,)).value)
    assert log_q.shape == (7,)


def test_densities_integrate_to_1():
    q = Transformed(
        mg.Normal(0.3, 0.8), [TanhTransform(), AffineTransform(1.0, 3.0), ExpTransform()]
    )
    ends = math.exp(-2.0), math.exp(4.0)
    total, _ = integrate.quad(lambda z: math.exp(q.log_prob(z)), *ends, epsabs=1e-9, limit=200)
    assert total == pytest.approx(1.0, rel=1e-7)


def test_planars_density_integrates_to_1():
    """By draws z of q: the mean of r(z)/q(z) is 1 for any density r narrow enough."""
    q = Transformed(STANDARD, [made("Planar"), made("Planar, stretching")])
    z, log_q = q.rsample_with_log_prob(np.random.default_rng(4), (300_000,))
    narrow = stats.norm(z.value.mean(0), 0.5 * z.value.std(0)).logpdf(z.value).sum(1)
    assert_mean(np.exp(narrow - log_q.value), 1.0)


def test_a_coupling_flow_in_the_plane_integrates_to_1():
    free = 0.7 * FREE[:, :2, :2]
    base = mg.Independent(mg.Normal(np.zeros(2), np.ones(2)), 1)
    q = Transformed(base, [coupling(free, [1, 0]), coupling(-free, [0, 1])])
    grid = np.linspace(-25.0, 25.0, 1001)
    z = np.stack(np.meshgrid(grid, grid), -1)
    total = np.exp(q.log_prob(z)).sum() * (grid[1] - grid[0]) ** 2
    assert total == pytest.approx(1.0, rel=1e-6)


def test_gradients_of_densities():
    eps = np.random.default_rng(5).normal(size=(2, 3))

    def own(loc, w, u, b, free):
        base = mg.Independent(mg.Normal(loc, np.ones(3)), 1)
        maps = [PlanarTransform(w, u, b), coupling(free), TanhTransform()]
        return Transformed(base, maps).transform_with_log_prob(eps)

    mg.check_gradients(own, np.zeros(3), W, U, 0.3, FREE)

    def of_any(z, loc, scale, free):
        return Transformed(STANDARD, [AffineTransform(loc, scale), coupling(free)]).log_prob(z)

    mg.check_gradients(of_any, eps, np.zeros(3), np.array([0.5, 1.0, -2.0]), FREE, order=2)


def test_pathwise_gradients_of_moments():
    """exp of Normal(μ, σ): E z = exp(μ + ½σ²), its slope by σ is σ times that."""
    n, mu, sigma = 1_000_000, 0.3, 0.4
    leaves = [mg.Var(np.full(n, mu)), mg.Var(np.full(n, sigma))]
    base = mg.Normal(np.zeros(n), np.ones(n))
    z = Transformed(base, [AffineTransform(*leaves), ExpTransform()]).rsample(
        np.random.default_rng(9)
    )
    truth = math.exp(mu + 0.5 * sigma**2)
    assert_mean(z.value, truth)
    for slope, exact in zip(mg.grad(mg.sum(z), leaves), (truth, sigma * truth), strict=True):
        assert_mean(slope, exact)


def test_a_wrong_log_determinant_is_seen(monkeypatch):
    eps = np.random.default_rng(6).normal(size=(2, 3))
    truth = PlanarTransform.forward

    def wrong(self, x):
        y, log_det = truth(self, x)
        return y, mg.stop_gradient(log_det)

    monkeypatch.setattr(PlanarTransform, "forward", wrong)
    with pytest.raises(GradientError):
        mg.check_gradients(
            lambda w: Transformed(STANDARD, PlanarTransform(w, U)).transform_with_log_prob(eps)[1],
            W,
        )


def test_the_gradient_of_the_whole_log_density_agrees_with_the_inverse():
    """d/dφ log q_φ(z_φ), found without an inverse and with it."""
    eps = np.random.default_rng(7).normal(size=(4, 3))
    loc, scale, free = mg.Var(np.ones(3)), mg.Var([0.5, 1.0, 2.0]), mg.Var(FREE)
    q = Transformed(STANDARD, [coupling(free), AffineTransform(loc, scale), TanhTransform()])
    z, log_q = q.transform_with_log_prob(eps)
    leaves = [loc, scale, free]
    one = mg.grad(mg.sum(log_q), leaves)
    other = mg.grad(mg.sum(q.log_prob(z)), leaves)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


def test_sticking_the_landing():
    """Where q is the posterior, the gradient through z alone vanishes for every draw."""
    loc, scale = mg.Var(0.7), mg.Var(1.2)
    q = Transformed(mg.Normal(0.0, 1.0), AffineTransform(loc, scale))
    bound = mg.elbo(
        mg.Normal(0.7, 1.2).log_prob, q, np.random.default_rng(8), stick_the_landing=True
    )
    assert mg.grad(bound, [loc, scale]) == pytest.approx((0.0, 0.0), abs=1e-12)
    plain = mg.elbo(mg.Normal(0.7, 1.2).log_prob, q, np.random.default_rng(8))
    assert abs(mg.grad(plain, scale)[0]) > 0.1
    with pytest.raises(NotImplementedError, match="without stick_the_landing"):
        Transformed(STANDARD, coupling(FREE)).stopped()


def test_outside_the_density_is_0_and_no_gradient_is_poisoned():
    for f, inside, outside in (
        (ExpTransform(), 0.6, [0.0, -1.0]),
        (SigmoidTransform(), 0.6, [0.0, 1.0, 1.2]),
        (TanhTransform(), 0.6, [-1.0, 1.0, 3.0]),
    ):
        q = Transformed(mg.Normal(0.0, 1.0), f)
        z = mg.Var([inside, *outside])
        density = q.log_prob(z)
        assert np.isfinite(density.value[0]) and np.all(density.value[1:] == -math.inf)
        (slope,) = mg.grad(density, z, seed=np.ones(z.shape))
        alone = mg.Var(inside)
        assert slope[0] == mg.grad(q.log_prob(alone), alone)[0] != 0.0
        assert np.all(slope[1:] == 0.0)


def test_moments_of_affine_maps_and_of_draws():
    base = mg.Gamma(np.array([2.0, 3.0]), 1.5)
    q = Transformed(base, [AffineTransform(1.0, -2.0), AffineTransform([0.5, 0.0], 3.0)])
    np.testing.assert_allclose(q.mean, 3.0 * (1.0 - 2.0 * base.mean) + [0.5, 0.0])
    np.testing.assert_allclose(q.variance, 36.0 * base.variance)
    np.testing.assert_allclose(q.entropy(), base.entropy() + math.log(6.0))
    z = q.rsample(np.random.default_rng(9), (100_000,)).value
    assert_mean(z, q.mean)
    assert_mean(-q.log_prob(z), q.entropy())
    vectors = Transformed(STANDARD, AffineTransform(0.0, [1.0, 2.0, 4.0]))
    assert vectors.entropy() == pytest.approx(STANDARD.entropy() + math.log(8.0))


def test_mirrored_noise_and_shapes_are_the_bases():
    q = Transformed(mg.Gamma([2.0, 3.0], 1.0), ExpTransform())
    assert (q.batch_shape, q.event_shape) == ((2,), ())
    np.testing.assert_allclose(q.mirrored([0.25, 0.5]).value, [0.75, 0.5])
    scale = mg.Var(1.0)
    moved = Transformed(mg.Normal(0.0, scale), ExpTransform())
    scale.value = -1.0
    with pytest.raises(ValueError, match="scale must be positive, not -1.0"):
        moved.rsample(np.random.default_rng(0))


# ------------------------------------------------------------------------------------------ errors


NORMAL = mg.Normal(0.0, 1.0)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: AffineTransform(0.0, 0.0),
            ValueError,
            r"scale must not be 0\.0: it would have no inv",
        ),
        (lambda: AffineTransform(0.0, [1.0, math.nan]), ValueError, "not be nan at position"),
        (
            lambda: AffineTransform([1.0, 2.0], 1.0).forward(0.5),
            ValueError,
            "give the base .* batch",
        ),
        (lambda: PlanarTransform([0.0, 0.0], [1.0, 1.0]), ValueError, "w must not be 0"),
        (
            lambda: PlanarTransform([1.0], [1.0, 1.0]),
            ValueError,
            r"not shapes \(1,\), \(2,\) and \(\)",
        ),
        (lambda: PlanarTransform(W, U).inverse(W), NotImplementedError, "rsample_with_log_prob"),
        (lambda: AffineCouplingTransform([1, 1], abs), ValueError, "zeros and ones, not"),
        (lambda: AffineCouplingTransform([1, 2], abs), ValueError, "zeros and ones, not"),
        (lambda: AffineCouplingTransform([1, 0], 3), TypeError, "net is a function"),
        (lambda: coupling(FREE).forward(np.ones(2)), ValueError, r"3 numbers, .* \(2,\)"),
        (
            lambda: AffineCouplingTransform([1, 0], lambda x: (x, 0.0)).forward(np.ones(2)),
            ValueError,
            r"log_scale of shape \(\), not \(2,\)",
        ),
        (
            lambda: Transformed(ExpTransform(), NORMAL),
            TypeError,
            "a distribution first, not Exp",
        ),
        (lambda: Transformed(NORMAL, [mg.exp]), TypeError, "maps like mg.AffineTransform"),
        (lambda: Transformed(NORMAL, PlanarTransform(W, U)), ValueError, "mg.Independent"),
        (
            lambda: Transformed(NORMAL, ExpTransform()).mean,
            NotImplementedError,
            "the mean of z",
        ),
        (
            lambda: Transformed(NORMAL, ExpTransform()).variance,
            NotImplementedError,
            "variance of z",
        ),
        (
            lambda: Transformed(NORMAL, ExpTransform()).entropy(),
            NotImplementedError,
            "-log_q",
        ),
        (
            lambda: Transformed(STANDARD, PlanarTransform(W, U)).log_prob(W),
            NotImplementedError,
            "no log_prob for a z from elsewhere",
        ),
    ],
)
def test_what_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


def bent(z):
    """A normalised density: z₁ is normal, z₂ is normal around 2 tanh z₁."""
    log_p = mg.Normal(0.0, 1.0).log_prob(z[..., 0])
    return log_p + mg.Normal(2.0 * mg.tanh(z[..., 0]), 1.0).log_prob(z[..., 1])


def planar(*leaves):
    base = mg.Independent(mg.Normal(np.zeros(2), np.ones(2)), 1)
    return Transformed(base, PlanarTransform(*leaves))


def test_a_planar_flow_learns():
    """The bound rises towards log 1 = 0, with log q from the draws themselves."""
    rng = np.random.default_rng(10)
    leaves = [mg.Var([0.5, 0.1]), mg.Var([0.1, 0.5]), mg.Var(0.0)]
    before = mg.elbo(bent, planar(*leaves), rng, 5000).value
    optimiser = mg.Adam(leaves, lr=0.05)
    for _ in range(200):
        optimiser.zero_grad()
        (-mg.elbo(bent, planar(*leaves), rng, 64)).backward()
        optimiser.step()
    after = mg.elbo(bent, planar(*leaves), rng, 5000).value
    assert before < -0.5 and -0.15 < after < 0.05, (before, after)
    tighter = mg.iwae(bent, planar(*leaves), rng, 5000).value
    assert after - 0.02 < tighter < 0.05


W2, U2 = np.array([0.5, 0.1]), np.array([0.1, 0.5])


@pytest.mark.parametrize("samples", [1, 4])
def test_bounds_of_a_flow_without_an_inverse(samples):
    """By hand from the draws; the gradients of elbo and iwae are those of frozen noise."""
    q = planar(W2, U2)
    eps = q.noise(np.random.default_rng(3), () if samples == 1 else samples)

    def log_weights(w, u):
        z, log_q = planar(w, u).transform_with_log_prob(eps)
        return bent(z) - log_q

    def replayed(bound):
        return lambda w, u: bound(bent, planar(w, u), np.random.default_rng(3), samples)

    log_w = log_weights(W2, U2).value
    assert replayed(mg.elbo)(W2, U2).value == pytest.approx(np.mean(log_w), rel=1e-14)
    weight = math.log(np.mean(np.exp(log_w)))
    assert replayed(mg.iwae)(W2, U2).value == pytest.approx(weight, rel=1e-12)
    for bound in (mg.elbo, mg.iwae):
        mg.check_gradients(replayed(bound), W2, U2)


def test_a_batch_of_flows_and_a_flow_on_a_flow():
    """log q(z) = log p(x) - log |det| adds up over axes and over maps."""
    base = mg.Normal(np.zeros((3, 2)), 1.0)
    one = Transformed(mg.Independent(base, 1), PlanarTransform(W2, U2))
    z, log_q = one.rsample_with_log_prob(np.random.default_rng(5), 4)
    assert z.shape == (4, 3, 2) and log_q.shape == (4, 3)
    both = mg.Independent(one, 1).rsample_with_log_prob(np.random.default_rng(5), 4)
    np.testing.assert_array_equal(both[0].value, z.value)
    np.testing.assert_allclose(both[1].value, log_q.value.sum(axis=1), rtol=1e-14)
    nested = Transformed(one, PlanarTransform(U2, W2)).rsample_with_log_prob(
        np.random.default_rng(5)
    )
    listed = Transformed(
        mg.Independent(base, 1), [PlanarTransform(W2, U2), PlanarTransform(U2, W2)]
    )
    listed = listed.rsample_with_log_prob(np.random.default_rng(5))
    for a, b in zip(nested, listed, strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-13)


def test_the_divergence_of_a_flow_without_an_inverse():
    """KL(q ‖ p) is 0 where softplus(wᵀu) = 1, so that û = 0 and nothing moves; else positive."""
    rng = np.random.default_rng(6)
    standard = mg.Independent(mg.Normal(np.zeros(2), np.ones(2)), 1)
    still = planar(np.array([1.0, 0.0]), np.array([math.log(math.e - 1.0), 0.0]))
    moved = planar(np.array([1.0, 0.0]), np.array([1.0, 1.0]))
    assert mg.kl_monte_carlo(still, standard, 100, rng).value == pytest.approx(0.0, abs=1e-12)
    assert mg.kl_monte_carlo(moved, standard, 1000, rng).value > 0.2


@pytest.mark.parametrize(
    ("bound", "option"),
    [(mg.elbo, "stick_the_landing"), (mg.iwae, "doubly_reparameterized")],
)
def test_walls_around_the_parameters_need_an_inverse(bound, option):
    rng = np.random.default_rng(0)
    words = rf"{option} needs .*PlanarTransform .*: leave it out"
    with pytest.raises(NotImplementedError, match=words):
        bound(bent, planar(W2, U2), rng, 4, **{option: True})


@pytest.mark.parametrize("name", ["Exp", "Tanh", "Sigmoid", "Affine", "Planar", "AffineCoupling"])
def test_a_map_is_not_called_like_an_op(name):
    with pytest.raises(AttributeError, match=rf"no attribute '{name}': the map is mg.{name}Tr"):
        getattr(mg, name)
