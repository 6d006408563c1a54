"""Gamma, Beta, Dirichlet, StudentT: derivatives of draws by their shapes, densities, divergences.

The numbers of the two tables are mpmath's, from the regularised incomplete gamma and beta functions
at 60 digits: the quantile by root finding, its slope by differences of the distribution function.
"""

import math
import sys

import numpy as np
import pytest
from scipy import integrate, special, stats

import minigrad as mg
from minigrad.derivatives.checking import GradientError
from minigrad.distributions.quantiles import beta_quantile, gamma_quantile
from tests.support.mutants import SPOILS, Mutant, planted
from tests.support.quadrature import grid, levels, simplex

# shape, u, log z, its derivative with respect to the shape
GAMMA = [
    (0.1, 0.0001220703125, -90.607857885391, 901.8410294498),
    (0.1, 0.25, -14.361667497278, 139.37920374104),
    (0.1, 0.75, -3.3436922158635, 30.451883177885),
    (0.1, 0.9998779296875, 1.6375981109936, 2.0608310315282),
    (0.5, 0.0001220703125, -18.263391162027, 36.599762567974),
    (0.5, 0.25, -2.9805378529709, 6.2890963015243),
    (0.5, 0.75, -0.41301577004563, 2.3323019753404),
    (0.5, 0.9998779296875, 1.9988028652992, 0.5208534720175),
    (1.0, 0.0001220703125, -9.0108523090184, 9.4342430076925),
    (1.0, 0.25, -1.2458993237072, 2.0180484342664),
    (1.0, 0.75, 0.32663425997828, 0.99437622292189),
    (1.0, 0.9998779296875, 2.1984364368799, 0.31921318279529),
    (3.0, 0.0001220703125, -2.3833784666538, 1.2436514199034),
    (3.0, 0.25, 0.54655915869425, 0.457994743408),
    (3.0, 0.75, 1.366194214944, 0.30733946587155),
    (3.0, 0.9998779296875, 2.617233565548, 0.14963286915936),
    (10.0, 0.0001220703125, 0.81223412525346, 0.19536411352373),
    (10.0, 0.25, 2.0445766083671, 0.11535639203626),
    (10.0, 0.75, 2.4777012549594, 0.093038727925212),
    (10.0, 0.9998779296875, 3.2540954997279, 0.06083936086299),
    (100.0, 0.0001220703125, 4.2105709447278, 0.012122500156852),
    (100.0, 0.25, 4.5335220119871, 0.010379802837426),
    (100.0, 0.75, 4.6686246121474, 0.0097022408936349),
    (100.0, 0.9998779296875, 4.9480081900331, 0.0083975010700739),
    (1000.0, 0.0001220703125, 6.7891157296536, 0.0010606691272614),
    (1000.0, 0.25, 6.886013598762, 0.0010110787305599),
    (1000.0, 0.75, 6.928678540787, 0.00098973979412874),
    (1000.0, 0.9998779296875, 7.0212402221376, 0.00094448787163863),
]

# two shapes, u, log z/(1 - z), its derivative with respect to the first
BETA = [
    (0.1, 0.1, 0.0001220703125, -83.321369592357, 881.86654548538),
    (0.1, 0.1, 0.25, -7.0750259576235, 119.42363531499),
    (0.1, 0.1, 0.75, 7.0750259576235, 51.354276471265),
    (0.1, 0.1, 0.9998779296875, 83.321369592357, 51.347150438189),
    (0.1, 1000.0, 0.0001220703125, -97.51516310438, 901.84052923308),
    (0.1, 1000.0, 0.25, -21.268972715977, 139.3787035647),
    (0.1, 1000.0, 0.75, -10.250979775, 30.451920731156),
    (0.1, 1000.0, 0.9998779296875, -5.2671336398535, 2.0656354971867),
    (1000.0, 0.1, 0.0001220703125, 5.2671336398535, 0.0010030256558864),
    (1000.0, 0.1, 0.25, 10.250979775, 0.0010004677865076),
    (1000.0, 0.1, 0.75, 21.268972715977, 0.0010004501202695),
    (1000.0, 0.1, 0.9998779296875, 97.51516310438, 0.0010004501199797),
    (0.5, 3.0, 0.0001220703125, -19.279044003513, 36.424755049945),
    (0.5, 3.0, 0.25, -3.9871219041619, 6.1699142300628),
    (0.5, 3.0, 0.75, -1.3084581085842, 2.4256249821318),
    (0.5, 3.0, 0.9998779296875, 2.5500782856537, 1.0715666509797),
    (3.0, 0.5, 0.0001220703125, -2.5500782856537, 0.98801198572892),
    (3.0, 0.5, 0.25, 1.3084581085842, 0.40419562637907),
    (3.0, 0.5, 0.75, 3.9871219041619, 0.36397226411897),
    (3.0, 0.5, 0.9998779296875, 19.279044003513, 0.3607446118356),
    (10.0, 100.0, 0.0001220703125, -3.8256936234641, 0.19273895669003),
    (10.0, 100.0, 0.25, -2.5667490687749, 0.11484750004538),
    (10.0, 100.0, 0.75, -2.113106858176, 0.093546036994064),
    (10.0, 100.0, 0.9998779296875, -1.2671966561016, 0.063542028189653),
    (1000.0, 1000.0, 0.0001220703125, -0.16416520245004, 0.0010436762766241),
    (1000.0, 1000.0, 0.25, -0.030168441306465, 0.0010079535404318),
    (1000.0, 1000.0, 0.75, 0.030168441306465, 0.00099286497672187),
    (1000.0, 1000.0, 0.9998779296875, 0.16416520245004, 0.0009614811061666),
]

A = np.array([0.1, 0.7, 1.0, 4.0, 300.0])
B = np.array([2.0, 0.3, 1.0, 0.8, 50.0])
ALPHA = np.array([[0.8, 2.0, 5.0], [1.0, 1.0, 1.0]])
U = np.array([0.02, 0.4, 0.5, 0.73, 0.999])
# the family, its parameters, SciPy's
FAMILIES = {
    "Gamma": (mg.Gamma, (A, B), stats.gamma(A, scale=1.0 / B)),
    "Beta": (mg.Beta, (A, B), stats.beta(A, B)),
    "StudentT": (mg.StudentT, (B + 0.9, A, 0.5 * B), stats.t(B + 0.9, A, 0.5 * B)),
}
each_family = pytest.mark.parametrize("name", FAMILIES)


def made(name):
    family, parameters, reference = FAMILIES[name]
    return family(*parameters), reference


# ---------------------------------------------------------------------- quantiles and their slopes


@pytest.mark.parametrize(("a", "u", "y", "slope"), GAMMA)
def test_gamma_quantiles_move_exactly(a, u, y, slope):
    shape = mg.Var(a)
    found = gamma_quantile(shape, u)
    assert found.value == pytest.approx(y, rel=1e-12)
    assert mg.grad(found, shape)[0] == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize(("a", "b", "u", "y", "slope"), BETA)
def test_beta_quantiles_move_exactly(a, b, u, y, slope):
    first, second = mg.Var(a), mg.Var(b)
    found = beta_quantile(first, b, u)
    assert found.value == pytest.approx(y, rel=1e-11)
    assert mg.grad(found, first)[0] == pytest.approx(slope, rel=1e-8)
    mirrored = beta_quantile(b, first, 1.0 - u)
    assert mirrored.value == pytest.approx(-y, rel=1e-11)
    assert mg.grad(mirrored, first)[0] == pytest.approx(-slope, rel=1e-8)
    assert np.isfinite(mg.grad(beta_quantile(a, second, u), second)[0])


QUANTILES = [(gamma_quantile, (A, U)), (beta_quantile, (A, B, U))]


@pytest.mark.parametrize(("f", "at"), QUANTILES)
def test_every_rule_agrees_with_differences_and_a_wrong_one_is_seen(f, at):
    mg.check_gradients(f, *at)
    mg.check_gradients(f, *(float(x[1]) for x in at))
    for rule in range(len(at)):
        for spoil in SPOILS:
            with planted(Mutant(f.__name__, rule, None, spoil)), pytest.raises(GradientError):
                mg.check_gradients(f, *at)


def test_arrays_and_floats_agree():
    for f, at in QUANTILES:
        leaves = [mg.Var(x) for x in at]
        gradients = mg.grad(f(*leaves), leaves, seed=np.ones(5))
        for i in range(5):
            scalars = [mg.Var(float(x[i])) for x in at]
            y = f(*scalars)
            assert type(y.value) is float
            found = mg.grad(y, scalars)
            assert found == pytest.approx([g[i] for g in gradients], rel=1e-12)


def test_at_shape_1_the_slope_is_known():
    u = np.linspace(0.001, 0.999, 50)
    shapes = mg.Var(np.ones(50))
    z = mg.Gamma(shapes, 1.0).transform(u)
    np.testing.assert_allclose(z.value, -np.log1p(-u), rtol=1e-12)
    truth = np.exp(z.value) * special.exp1(z.value) + np.log(z.value) + np.euler_gamma
    np.testing.assert_allclose(mg.grad(z, shapes, seed=np.ones(50))[0], truth, rtol=1e-9)


@pytest.mark.parametrize("a", [0.1, 1.0, 30.0, 1000.0])
@pytest.mark.parametrize("u", [2.0**-1022, 1e-30, 2.0**-53, 1e-6, 0.5, 1.0 - 2.0**-53])
def test_a_beta_with_a_second_shape_of_1_is_known_to_its_ends(a, u):
    """F is zᵃ: log z = log u / a, and 1 - z has its digits too."""
    shape = mg.Var(a)
    y = beta_quantile(shape, 1.0, u)
    log_z = math.log(u) / a if u < 0.9 else math.log1p(u - 1.0) / a
    rest = -math.expm1(log_z)
    assert y.value == pytest.approx(log_z - math.log(rest), rel=1e-10)
    assert mg.grad(y, shape)[0] == pytest.approx(-log_z / a / rest, rel=1e-8)
    mirrored = beta_quantile(1.0, shape, 1.0 - u)
    if u > 1e-17:
        assert mirrored.value == pytest.approx(-y.value, rel=1e-10)


def test_shapes_so_small_that_z_underflows():
    """F is zᵃ/Γ(a + 1) there, so that log z and its slope are known."""
    for a in (1e-3, 1e-2):
        shape = mg.Var(a)
        y = gamma_quantile(shape, 0.25)
        assert y.value == pytest.approx((math.log(0.25) + math.lgamma(a + 1.0)) / a, rel=1e-12)
        truth = special.digamma(a + 1.0) / a - y.value / a
        assert mg.grad(y, shape)[0] == pytest.approx(truth, rel=1e-9)
    z = mg.Dirichlet(np.full(3, 1e-3)).transform(np.array([0.2, 0.5, 0.4])).value
    assert z.tolist() == pytest.approx([0.0, 1.0, 0.0], abs=1e-30)


@pytest.mark.parametrize("a", [0.3, 1.0, 6.0])
def test_moments_of_the_slope(a):
    u, weights = levels()
    shape = mg.Var(a)
    z = mg.Gamma(shape, 1.0).transform(u)

    def moved(f):
        return mg.grad(f, shape, seed=weights)[0]

    assert weights @ z.value == pytest.approx(a, rel=1e-9)
    assert moved(z) == pytest.approx(1.0, rel=1e-8)
    assert moved(mg.square(z)) == pytest.approx(2.0 * a + 1.0, rel=1e-8)
    assert moved(mg.log_of(z)) == pytest.approx(float(special.polygamma(1, a)), rel=1e-8)


def test_moments_of_the_slopes_of_beta():
    u, weights = levels()
    a, b = 0.6, 2.5
    shapes = mg.Var(a), mg.Var(b)
    found = mg.grad(mg.Beta(*shapes).transform(u), shapes, seed=weights)
    assert found == pytest.approx([b / (a + b) ** 2, -a / (a + b) ** 2], rel=1e-8)


def test_moments_of_the_slopes_of_dirichlet():
    u, weights = grid(3)
    alpha = np.array([0.6, 2.0, 1.5])
    shapes = mg.Var(alpha)
    z = mg.Dirichlet(shapes).transform(u)
    (slopes,) = mg.grad(z[:, 1], shapes, seed=weights)
    total = alpha.sum()
    truth = (np.array([0.0, 1.0, 0.0]) - alpha[1] / total) / total
    np.testing.assert_allclose(slopes, truth, rtol=3e-4)


@pytest.mark.parametrize("nu", [3.0, 12.0, 200.0])
def test_moments_of_the_slope_of_student_t(nu):
    """By the trapezoid rule in log u/(1 - u): the integrand is even, and 0 in the middle."""
    u = mg.sigmoid(np.arange(-1200, 0) * 0.1)
    df = mg.Var(np.full(1200, nu))
    z = mg.StudentT(df).transform(u)
    (slope,) = mg.grad(mg.sum(mg.square(z)), df)
    weights = 2.0 * 0.1 * u * (1.0 - u)
    assert weights @ z.value**2 == pytest.approx(nu / (nu - 2.0), rel=1e-8)
    assert weights @ slope == pytest.approx(-2.0 / (nu - 2.0) ** 2, rel=1e-6)


# ------------------------------------------------------------------------------------------ draws


@each_family
def test_draws_are_scipys_quantiles(name):
    d, reference = made(name)
    np.testing.assert_allclose(d.transform(U).value, reference.ppf(U), rtol=1e-10)
    u = d.noise(np.random.default_rng(5), (40_000,)).value
    assert u.shape == (40_000, 5)
    for i in range(5):
        assert stats.kstest(u[:, i], "uniform").pvalue > 1e-4
    z = d.rsample(np.random.default_rng(5), (1000,)).value
    u = d.noise(np.random.default_rng(5), (1000,)).value
    np.testing.assert_allclose(z, reference.ppf(u), rtol=1e-8)


@each_family
def test_mirrored_noise_stands_at_the_other_end(name):
    d, reference = made(name)
    z = d.transform(d.mirrored(U)).value
    np.testing.assert_allclose(reference.cdf(z), 1.0 - U, rtol=1e-9)


@each_family
def test_the_draw_moves_with_every_parameter(name):
    family, parameters, _ = FAMILIES[name]
    mg.check_gradients(lambda *p: family(*p).transform(U), *parameters)
    mg.check_gradients(lambda *p: family(*p).transform(U[3:4]), *(float(x[3]) for x in parameters))


def test_dirichlet_draws():
    d = mg.Dirichlet(ALPHA)
    assert (d.batch_shape, d.event_shape) == ((2,), (3,))
    z = d.rsample(np.random.default_rng(6), (20_000,))
    assert z.shape == (20_000, 2, 3) and z.kind == "sample"
    np.testing.assert_allclose(z.value.sum(-1), 1.0, rtol=1e-12)
    u, weights = grid(3)
    for i, alpha in enumerate(ALPHA):
        for k, a in enumerate(alpha):
            share = stats.beta(a, alpha.sum() - a)
            assert stats.kstest(z.value[:, i, k], share.cdf).pvalue > 1e-4
        y = mg.Dirichlet(alpha).transform(u).value
        mean = alpha / alpha.sum()
        np.testing.assert_allclose(weights @ y, mean, rtol=1e-4)
        truth = stats.dirichlet(alpha).var()
        np.testing.assert_allclose(weights @ (y - mean) ** 2, truth, rtol=1e-3)
    u = np.random.default_rng(7).uniform(size=(2, 3))
    mg.check_gradients(lambda a: mg.Dirichlet(a).transform(u), ALPHA)


@each_family
def test_noise_at_its_ends_gives_finite_draws_and_gradients(name):
    family, parameters, _ = FAMILIES[name]
    for u in (0.0, 1e-300, 0.5, 1.0):
        leaves = [mg.Var(float(x[1])) for x in parameters]
        z = family(*leaves).transform(u)
        assert np.isfinite([z.value, *mg.grad(z, leaves)]).all()


def test_a_beta_draw_stays_inside():
    z = mg.Beta(0.01, 0.01).rsample(np.random.default_rng(8), (1000,)).value
    assert np.all((0.0 < z) & (z < 1.0)) and np.isfinite(mg.Beta(0.01, 0.01).log_prob(z)).all()


def test_parameters_broadcast_and_take_part_in_independent():
    rate = mg.Var(2.0)
    d = mg.Independent(mg.Gamma(A, rate), 1)
    z = d.rsample(np.random.default_rng(9), (4,))
    assert z.shape == (4, 5) and d.log_prob(z).shape == (4,)
    assert mg.grad(mg.sum(z), rate)[0] == pytest.approx(-z.value.sum() / 2.0)
    df = mg.StudentT(5.0, loc=np.zeros(3))
    assert df.batch_shape == df.mean.shape == df.variance.shape == df.entropy().shape == (3,)


# ------------------------------------------------------------------------------- densities, moments


@each_family
def test_densities_and_moments_are_scipys(name):
    d, reference = made(name)
    z = reference.ppf(np.linspace(0.05, 0.95, 7)[:, None])
    np.testing.assert_allclose(d.log_prob(z), reference.logpdf(z), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(d.entropy(), reference.entropy(), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(d.mean, reference.mean(), rtol=1e-13)
    np.testing.assert_allclose(d.variance, reference.var(), rtol=1e-11)


def test_dirichlets_density_and_moments_are_scipys():
    d = mg.Dirichlet(ALPHA)
    z = np.random.default_rng(10).dirichlet([1.0, 2.0, 3.0], size=4)
    for i, alpha in enumerate(ALPHA):
        reference = stats.dirichlet(alpha)
        np.testing.assert_allclose(mg.Dirichlet(alpha).log_prob(z), reference.logpdf(z.T))
        assert d.entropy()[i] == pytest.approx(reference.entropy())
        np.testing.assert_allclose(d.mean[i], reference.mean())
        np.testing.assert_allclose(d.variance[i], reference.var())


@each_family
def test_densities_integrate_to_1(name):
    family, parameters, reference = FAMILIES[name]
    for i in (1, 2, 3):
        d = family(*(float(x[i]) for x in parameters))
        low, high = (-math.inf, math.inf) if name == "StudentT" else (0.0, 1.0)
        cuts = [low, *reference.ppf(np.array([[0.01], [0.5], [0.99]]))[:, i], high]
        if name == "Gamma":
            cuts[-1] = math.inf
        total = 0.0
        for a, b in zip(cuts, cuts[1:], strict=False):
            total += integrate.quad(lambda z, d=d: math.exp(d.log_prob(z)), a, b, limit=200)[0]
        assert total == pytest.approx(1.0, rel=1e-5)


def test_dirichlets_density_integrates_to_1():
    d = mg.Dirichlet(np.array([1.5, 2.0, 3.0]))

    def density(x, y):
        return math.exp(d.log_prob(np.array([x, y, 1.0 - x - y])))

    total, _ = integrate.dblquad(density, 0.0, 1.0, 0.0, lambda y: 1.0 - y, epsabs=1e-6)
    assert total == pytest.approx(1.0, rel=1e-5)


@each_family
def test_gradients_of_densities_and_moments(name):
    family, parameters, _ = FAMILIES[name]
    z = np.array([0.2, 0.4, 0.5, 0.7, 0.9])
    mg.check_gradients(lambda z, *p: family(*p).log_prob(z), z, *parameters, order=2)
    parameters = [x + 2.0 for x in parameters]  # where StudentT has a variance
    for f in (lambda d: d.entropy(), lambda d: d.mean, lambda d: d.variance):
        mg.check_gradients(lambda *p, f=f: f(family(*p)), *parameters, order=2)


def test_gradients_of_dirichlets_density_and_moments():
    logits = np.random.default_rng(11).normal(size=(2, 3))
    mg.check_gradients(
        lambda x, a: mg.Dirichlet(a).log_prob(mg.softmax(x, -1)), logits, ALPHA, order=2
    )
    for f in (lambda d: d.entropy(), lambda d: d.mean, lambda d: d.variance):
        mg.check_gradients(lambda a, f=f: f(mg.Dirichlet(a)), ALPHA, order=2)


@pytest.mark.parametrize(
    ("d", "outside"),
    [
        (mg.Gamma(1.0, 2.0), [-1.0, math.inf]),
        (mg.Beta(1.0, 2.0), [-0.1, 3.0]),
    ],
)
def test_outside_the_density_is_0_and_no_gradient_is_poisoned(d, outside):
    z = mg.Var([0.5, *outside])
    density = d.log_prob(z)
    assert np.isfinite(density.value[0]) and np.all(density.value[1:] == -math.inf)
    (slope,) = mg.grad(density, z, seed=np.ones(z.shape))
    assert slope[0] == mg.grad(d.log_prob(inside := mg.Var(0.5)), inside)[0]
    assert np.all(slope[1:] == 0.0)


def test_dirichlet_outside():
    d = mg.Dirichlet(np.array([2.0, 1.0, 1.0]))
    assert d.log_prob([0.7, -0.2, 0.5]) == -math.inf
    with pytest.raises(ValueError, match=r"must sum to 1, not to 1\.2: divide it by its sum"):
        d.log_prob([[0.2, 0.3, 0.5], [0.4, 0.3, 0.5]])


def test_student_t_without_moments():
    d = mg.StudentT(np.array([0.5, 1.0, 1.5, 2.0, 3.0]), 1.0, 2.0)
    np.testing.assert_array_equal(d.mean, [math.nan, math.nan, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(d.variance, [math.nan, math.nan, math.inf, math.inf, 12.0])
    df = mg.Var([1.5, 3.0])
    assert mg.grad(mg.StudentT(df).variance[1], df)[0].tolist() == pytest.approx([0.0, -2.0])


# ------------------------------------------------------------------------------------ divergences

PAIRS = [
    (mg.Gamma(2.5, 1.5), mg.Gamma(0.7, 0.4)),
    (mg.Beta(2.5, 0.6), mg.Beta(1.2, 3.0)),
    (mg.Dirichlet(np.array([0.6, 2.0, 3.0])), mg.Dirichlet(np.array([1.0, 1.0, 2.5]))),
]


@pytest.mark.parametrize(("p", "q"), [*PAIRS, *(pair[::-1] for pair in PAIRS)])
def test_divergences_are_what_quadrature_says(p, q):
    if isinstance(p, mg.Gamma):  # in log z
        z = np.exp(np.arange(-60.0, 5.0, 0.05))
        sizes = 0.05 * z
    else:
        points, sizes = simplex(2 if isinstance(p, mg.Beta) else 3)
        z = points[:, 0] if isinstance(p, mg.Beta) else points
    log_p, log_q = p.log_prob(z), q.log_prob(z)
    weights = sizes * np.exp(log_p)
    assert weights.sum() == pytest.approx(1.0, rel=1e-7)
    assert weights @ (log_p - log_q) == pytest.approx(mg.kl_divergence(p, q), rel=1e-6)
    assert mg.kl_divergence(p, p) == 0.0


def test_divergences_are_never_negative():
    rng = np.random.default_rng(13)
    a, b, c, d = np.exp(rng.uniform(-2.0, 5.0, (4, 2000)))
    for family in (mg.Gamma, mg.Beta):
        assert np.all(mg.kl_divergence(family(a, b), family(c, d)) > 0.0)
        assert np.all(mg.kl_divergence(family(a, b), family(a, b)) == 0.0)
        near = mg.kl_divergence(family(a, b), family(1.01 * a, 0.99 * b))
        assert np.all((0.0 < near) & (near < 1.0))
    p, q = (np.stack(x, -1) for x in ((a, b), (c, d)))
    assert np.all(mg.kl_divergence(mg.Dirichlet(p), mg.Dirichlet(q)) > 0.0)
    as_beta = mg.kl_divergence(mg.Beta(a, b), mg.Beta(c, d))
    np.testing.assert_allclose(mg.kl_divergence(mg.Dirichlet(p), mg.Dirichlet(q)), as_beta)


def test_gradients_of_divergences():
    def between(family):
        return lambda a, b, c, d: mg.kl_divergence(family(a, b), family(c, d))

    at = (np.array([0.5, 3.0]), np.array([2.0, 0.7]), np.array([1.5, 2.0]), np.array([0.4, 1.0]))
    for family in (mg.Gamma, mg.Beta):
        mg.check_gradients(between(family), *at, order=2)
    mg.check_gradients(
        lambda a, b: mg.kl_divergence(mg.Dirichlet(a), mg.Dirichlet(b)), *ALPHA + 0.3, order=2
    )
    both = mg.Var(2.0), mg.Var(3.0)
    at_equality = mg.kl_divergence(mg.Gamma(*both), mg.Gamma(2.0, 3.0))
    assert mg.grad(at_equality, both) == (0.0, 0.0)


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: mg.Gamma(-1.0, 1.0), "Gamma: concentration must be positive, not -1.0"),
        (lambda: mg.Gamma(1.0, [2.0, 0.0]), r"Gamma: rate must be positive, not 0.0 at position"),
        (lambda: mg.Beta(1.0, math.nan), "Beta: concentration0 is nan"),
        (lambda: mg.Beta(np.ones(2), np.ones((2, 1))), "would silently make"),
        (lambda: mg.Dirichlet([1.0, 0.0]), "Dirichlet: concentration must be positive"),
        (lambda: mg.Dirichlet(2.0), r"must have shape \(..., k\), k ≥ 2, not \(\)"),
        (lambda: mg.Dirichlet([[1.0]]), r"not \(1, 1\)"),
        (lambda: mg.StudentT(0.0), "StudentT: df must be positive, not 0.0"),
        (lambda: mg.StudentT(3.0, scale=-2.0), "StudentT: scale must be positive, not -2.0"),
        (lambda: mg.StudentT(np.ones(2), np.ones(3)), "do not broadcast"),
        (lambda: mg.Gamma(2.0, 1.0).transform(-0.3), r"on \(0, 1\), but eps ranges outside"),
        (lambda: mg.StudentT(2.0).transform(math.nan), "eps ranges outside it .*from nan to nan"),
    ],
)
def test_what_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_a_parameter_that_left_its_domain_is_refused_at_the_next_draw():
    shape = mg.Var(1.0)
    d = mg.Gamma(shape, 1.0)
    shape.value = -0.5
    with pytest.raises(ValueError, match="concentration must be positive, not -0.5"):
        d.rsample(np.random.default_rng(0))


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: mg.Gamma(x, 1.0).transform(0.3),
        lambda x: mg.Beta(x, 2.0).transform(0.3),
        lambda x: mg.Beta(2.0, x).transform(0.3),
        lambda x: mg.sum(mg.Dirichlet(mg.stack([x, 2.0])).transform([0.3, 0.4]) * [1.0, 2.0]),
        lambda x: mg.StudentT(x).transform(0.3),
    ],
)
def test_only_the_first_derivative_is_known(draw):
    x = mg.Var(1.7)
    (first,) = mg.grad(draw(x), x, create_graph=True)
    assert first.value == mg.grad(draw(x), x)[0] != 0.0
    with pytest.raises(NotImplementedError, match="only once .* takes a second derivative"):
        mg.grad(first, x)


def test_second_derivatives_by_the_other_parameters_are_known():
    eps = np.array([0.2, 0.7])
    mg.check_gradients(lambda rate: mg.Gamma(2.0, rate).transform(eps), 1.5, order=2)
    mg.check_gradients(
        lambda m, s: mg.square(mg.StudentT(4.0, m, s).transform(eps)), 1.5, 0.7, order=2
    )


def test_without_scipy_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    d = mg.Gamma(2.0, 1.0)
    assert d.log_prob(1.0) == pytest.approx(-1.0)
    for each in (d, mg.Beta(1.0, 2.0), mg.Dirichlet([1.0, 2.0]), mg.StudentT(3.0)):
        with pytest.raises(ImportError, match=r"need SciPy.*pip install 'minigrad\[special\]'"):
            each.rsample(np.random.default_rng(0))


def test_a_traced_program_draws_the_same():
    u = np.array([0.2, 0.7])
    for f in (
        lambda a, u: mg.sum(mg.Gamma(a, 2.0).transform(u)),
        lambda a, u: mg.sum(mg.StudentT(a, 1.0).transform(u)),
    ):
        program = mg.trace(f, 1.7, mg.constant(u))
        value, (slope,) = program.value_and_grad(1.7, u)
        x = mg.Var(1.7)
        y = f(x, u)
        assert (value, slope) == pytest.approx((y.value, mg.grad(y, x)[0]), rel=1e-14)
