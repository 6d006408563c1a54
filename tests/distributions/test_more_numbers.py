"""HalfCauchy, Pareto, InverseGamma, Chi2, Kumaraswamy, TruncatedNormal, VonMises: against SciPy,
against mpmath in the tails, and by their draws."""

import math
from collections.abc import Callable
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from scipy import special, stats

import minigrad as mg
from tests.support.quadrature import levels

mp = mpmath.mp.clone()
mp.dps = 50
INF = math.inf


class Kumaraswamy(stats.rv_continuous):
    """SciPy has none. The moments are those of 2.3, 1.7: mpmath's quad of the density."""

    def _stats(self, a, b):
        assert a == 2.3 and b == 1.7
        return 0.602081499815142766, 0.0468450637231876226, None, None

    def _entropy(self, a, b):
        assert a == 2.3 and b == 1.7
        return -0.175164631566888402

    def _pdf(self, x, a, b):
        return a * b * x ** (a - 1.0) * (1.0 - x**a) ** (b - 1.0)

    def _cdf(self, x, a, b):
        return -np.expm1(b * np.log1p(-(x**a)))

    def _logsf(self, x, a, b):
        return b * np.log1p(-(x**a))


def truncated(loc, scale, low, high):
    high = min(high, loc + 40.0 * scale)  # SciPy's entropy is nan for inf
    return stats.truncnorm((low - loc) / scale, (high - loc) / scale, loc, scale)


class Row(NamedTuple):
    family: type[mg.distributions.Distribution]
    parameters: tuple[float, ...]
    reference: Callable[..., object]


ROWS = {
    "HalfCauchy": Row(mg.HalfCauchy, (1.3,), lambda s: stats.halfcauchy(scale=s)),
    "Pareto": Row(mg.Pareto, (1.3, 9.7), lambda s, a: stats.pareto(a, scale=s)),
    "InverseGamma": Row(mg.InverseGamma, (6.2, 1.4), lambda a, b: stats.invgamma(a, scale=b)),
    "Chi2": Row(mg.Chi2, (3.2,), stats.chi2),
    "Kumaraswamy": Row(mg.Kumaraswamy, (2.3, 1.7), Kumaraswamy(a=0.0, b=1.0)),
    "TruncatedNormal": Row(mg.TruncatedNormal, (0.4, 1.3, -1.0, 2.0), truncated),
    "TruncatedNormal, above": Row(mg.TruncatedNormal, (0.4, 1.3, 1.0, INF), truncated),
    "VonMises": Row(mg.VonMises, (0.4, 1.3), lambda m, k: stats.vonmises(k, m)),
}
each_row = pytest.mark.parametrize("name", ROWS)
U = np.array([1e-4, 0.1, 0.37, 0.5, 0.82, 0.999])
ANGLES_VARIANCE = 1.27022533422314388  # mpmath's quad of x² exp(1.3 cos x)/(2π I₀(1.3))
FINITE = [name for name in ROWS if name != "HalfCauchy"]  # whose moments are


def made(name):
    family, parameters, reference = ROWS[name]
    return family(*parameters), reference(*parameters)


def finite(parameters):
    """The positions of parameters that a gradient can be checked of."""
    return [i for i, x in enumerate(parameters) if math.isfinite(x)]


def with_changed(name, change, *given):
    """The family, its finite parameters given, the infinite ones as they are."""
    family, parameters, _ = ROWS[name]
    values = list(parameters)
    for i, x in zip(finite(parameters), given, strict=True):
        values[i] = x
    return change(family(*values))


def noise_of(d):
    """The noise at given levels, and their weights in a mean."""
    u, weights = levels()
    return d._law.quantile(u), weights


# --------------------------------------------------------------------------------- against SciPy


@each_row
def test_densities_and_curves(name):
    d, truth = made(name)
    z = truth.ppf(U)
    np.testing.assert_allclose(d.log_prob(z), truth.logpdf(z), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(d.cdf(z), truth.cdf(z), rtol=1e-10)
    np.testing.assert_allclose(d.log_survival(z), truth.logsf(z), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(d.icdf(U), z, rtol=1e-10)
    np.testing.assert_allclose(d.cdf(d.icdf(U)), U, rtol=1e-10)
    assert d.icdf(0.0) == pytest.approx(truth.ppf(0.0)) if name != "VonMises" else True


@each_row
def test_moments(name):
    d, truth = made(name)
    if name == "HalfCauchy":
        assert d.mean == d.variance == INF
    else:
        assert d.mean == pytest.approx(truth.mean(), rel=1e-8)
        variance = truth.var() if name != "VonMises" else ANGLES_VARIANCE
        assert d.variance == pytest.approx(variance, rel=1e-8)
    assert d.entropy() == pytest.approx(float(truth.entropy()), rel=1e-8)
    low = float(d.mode)
    density = d.log_prob(low)
    for step in (1e-3, -1e-3):
        assert d.log_prob(low + step) <= density


def test_circular_variances():
    d = mg.VonMises(0.4, 1.3)
    eps, weights = noise_of(d)
    turned = weights @ (1.0 - np.cos(d.transform(eps).value - 0.4))
    assert turned == pytest.approx(d.circular_variance, rel=1e-8)
    assert mg.VonMises(0.0, 1e5).variance == pytest.approx(1e-5, rel=1e-4)


@each_row
def test_batches_shapes_and_copies(name):
    family, parameters, reference = ROWS[name]
    stretch = np.array([[1.0], [1.1]])
    batched = [x * stretch if math.isfinite(x) else x for x in parameters]
    d = family(*batched)
    assert (d.batch_shape, d.event_shape, d.has_rsample) == ((2, 1), (), True)
    rng = np.random.default_rng(0)
    assert d.rsample(rng, (3,)).shape == (3, 2, 1)
    z = reference(*(np.ravel(x)[-1] for x in batched)).ppf(0.3)
    alone = family(*(float(np.ravel(x)[-1]) for x in batched))
    assert d.log_prob(z)[1, 0] == pytest.approx(alone.log_prob(z), rel=1e-12)
    wide = alone.expand((2, 3))
    np.testing.assert_allclose(wide.log_prob(z), np.full((2, 3), alone.log_prob(z)), rtol=1e-14)
    assert repr(alone).startswith(f"{family.__name__}(")


# -------------------------------------------------------------------------------------- gradients


@each_row
def test_gradients_of_densities_and_curves(name):
    _, parameters, reference = ROWS[name]
    given = [parameters[i] for i in finite(parameters)]
    for u in (0.2, 0.7):
        z = float(reference(*parameters).ppf(u))
        for curve in ("log_prob", "cdf", "log_survival"):
            order = 1 if name in ("Chi2", "InverseGamma") and curve != "log_prob" else 2

            def f(z, *p, curve=curve):
                return with_changed(name, lambda d: getattr(d, curve)(z), *p)

            mg.check_gradients(f, z, *given, order=order)


@each_row
def test_gradients_of_draws_and_moments(name):
    _, parameters, _ = ROWS[name]
    given = [parameters[i] for i in finite(parameters)]
    order = 1 if name in ("Chi2", "InverseGamma") else 2
    law = made(name)[0]._law
    for u in (0.03, 0.4, 0.9):
        eps = float(law.quantile(u))
        mg.check_gradients(
            lambda *p, eps=eps: with_changed(name, lambda d: d.transform(eps), *p),
            *given,
            order=order,
            rtol=1e-6,
        )
    if name == "HalfCauchy":
        return
    for moment in ("mean", "variance"):
        mg.check_gradients(
            lambda *p, m=moment: mg.add(with_changed(name, lambda d: getattr(d, m), *p), 0.0),
            *given,
            order=2,
        )


@each_row
def test_gradients_of_entropies(name):
    _, parameters, _ = ROWS[name]
    given = [parameters[i] for i in finite(parameters)]
    mg.check_gradients(
        lambda *p: with_changed(name, lambda d: mg.add(d.entropy(), 0.0), *p), *given, order=2
    )


@each_row
def test_draws_move_as_their_distribution_function_says(name):
    """dz/dθ = -(∂F/∂θ)/q: what implicit differentiation of F(z) = u gives."""
    _, parameters, _ = ROWS[name]
    leaves = [mg.Var(parameters[i]) for i in finite(parameters)]
    d = with_changed(name, lambda d: d, *leaves)
    for u in (0.05, 0.6, 0.97):
        z = d.transform(float(d._law.quantile(u)))
        moved = mg.grad(z, leaves)
        at = z.value
        slopes = mg.grad(d.cdf(at), leaves)
        density = math.exp(d.log_prob(at).value)
        np.testing.assert_allclose(moved, [-s / density for s in slopes], rtol=1e-7, atol=1e-12)


# ------------------------------------------------------------------------------------------ draws


@each_row
def test_draws(name):
    d, truth = made(name)
    z = d.sample(np.random.default_rng(3), 20_000).value
    assert stats.kstest(z, truth.cdf).pvalue > 1e-4
    assert np.all(d.support.contains(z))
    eps = d.noise(np.random.default_rng(4), 20_000)
    there = d.transform(d.mirrored(eps)).value
    assert stats.kstest(there, truth.cdf).pvalue > 1e-4
    assert stats.spearmanr(there, d.transform(eps).value).statistic < -0.9999
    back = d.mirrored(d.mirrored(eps)).value
    np.testing.assert_allclose(back, eps.value, rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in FINITE if name != "VonMises"])
def test_pathwise_gradients_of_moments(name):
    _, parameters, _ = ROWS[name]
    if name == "TruncatedNormal":
        parameters = (2.0, 1.0, 0.0, 3.0)  # no slope is near 0
    leaves = [mg.Var(parameters[i]) for i in finite(parameters)]
    d = with_changed(name, lambda d: d, *leaves)
    eps, weights = noise_of(d)
    z = d.transform(eps)
    for f, truth in ((z, d.mean), (z * z, d.variance + mg.square(d.mean))):
        assert weights @ f.value == pytest.approx(truth.value, rel=1e-6)
        found = mg.grad(f, leaves, seed=weights)
        assert found == pytest.approx(mg.grad(truth, leaves, allow_unused=True), rel=1e-6)


def test_pathwise_gradients_of_angles():
    """E cos z = A cos loc with A = I₁/I₀, whose slope by κ is 1 - A/κ - A²."""
    loc, k = 1.0, 1.3
    leaves = mg.Var(loc), mg.Var(k)
    d = mg.VonMises(*leaves)
    eps, weights = noise_of(d)
    a = special.i1(k) / special.i0(k)
    truths = -a * math.sin(loc), math.cos(loc) * (1.0 - a / k - a * a)
    found = mg.grad(mg.cos(d.transform(eps)), leaves, seed=weights)
    assert found == pytest.approx(truths, rel=1e-8)


OWN_DRAWS = [
    mg.HalfCauchy(1e8),
    mg.Pareto(1e-8, 1e-3),
    mg.Pareto(2.0, 1e5),
    mg.InverseGamma(1e-3, 1e5),
    mg.InverseGamma(0.05, 1e-3),
    mg.InverseGamma(1e5, 1.0),
    mg.Chi2(0.02),
    mg.Chi2(1e5),
    *(mg.Kumaraswamy(a, b) for a in (1e-3, 0.05, 30.0, 1e5) for b in (1e-3, 1.0, 30.0, 1e5)),
    mg.TruncatedNormal(0.0, 1.0, 30.0, INF),
    mg.TruncatedNormal(0.0, 1e-8, -INF, -3e-7),
    mg.TruncatedNormal(1e8, 1.0, 1e8, 1e8 + 1e-4),
    mg.VonMises(0.0, 1e-3),
    mg.VonMises(3.0, 1e5),
]


@pytest.mark.parametrize("d", OWN_DRAWS, ids=repr)
def test_the_density_at_own_draws_survives_their_rounding(d):
    with np.errstate(over="ignore"):  # a draw of 1e400 is inf; its logarithm isn't
        z, log_q = d.rsample_with_log_prob(np.random.default_rng(7), 20_000)
    assert np.all(np.isfinite(log_q.value))
    gaps = -log_q.value - d.entropy()
    assert abs(np.mean(gaps)) < 5.0 * np.std(gaps) / math.sqrt(len(gaps)) + 1e-9


# -------------------------------------------------------------------------------- edges and tails


IMPOSSIBLE = [
    (mg.HalfCauchy, (1.3,), -1e-9),
    (mg.Pareto, (1.3, 2.7), 1.2999),
    (mg.Pareto, (1.3, 2.7), -1.0),
    (mg.InverseGamma, (6.2, 1.4), 0.0),
    (mg.InverseGamma, (6.2, 1.4), -1.0),
    (mg.InverseGamma, (6.2, 1.4), INF),
    (mg.Chi2, (3.2,), -1.0),
    (mg.Kumaraswamy, (2.3, 1.7), -1e-9),
    (mg.Kumaraswamy, (2.3, 1.7), 1.1),
    (mg.TruncatedNormal, (0.4, 1.3, -1.0, 2.0), 2.1),
    (mg.TruncatedNormal, (0.4, 1.3, -1.0, 2.0), -1.1),
]


@pytest.mark.parametrize(("family", "parameters", "z"), IMPOSSIBLE)
def test_what_can_t_be_has_no_gradient(family, parameters, z):
    leaves = [mg.Var(x) for x in (*parameters, z)]
    density = family(*leaves[:-1]).log_prob(leaves[-1])
    assert density.value == -INF and mg.grad(density, leaves, allow_unused=True) == (0.0,) * len(
        leaves
    )


EDGES = [
    (mg.HalfCauchy(2.0), 0.0, -math.log(math.pi)),
    (mg.Pareto(2.0, 3.0), 2.0, math.log(1.5)),
    (mg.Chi2(2.0), 0.0, -math.log(2.0)),
    (mg.Chi2(1.0), 0.0, INF),
    (mg.Chi2(3.0), 0.0, -INF),
    (mg.Kumaraswamy(1.0, 2.0), 0.0, math.log(2.0)),
    (mg.Kumaraswamy(2.0, 1.0), 1.0, math.log(2.0)),
    (mg.Kumaraswamy(1.0, 1.0), 1.0, 0.0),
    (mg.Kumaraswamy(0.5, 3.0), 0.0, INF),
    (mg.Kumaraswamy(2.0, 3.0), 1.0, -INF),
    (mg.Kumaraswamy(2.0, 0.5), 1.0, INF),
    (mg.TruncatedNormal(0.0, 1.0, 0.0, INF), 0.0, 0.5 * math.log(2.0 / math.pi)),
    (mg.VonMises(0.0, 2.0), math.pi, stats.vonmises(2.0).logpdf(math.pi)),
]


@pytest.mark.parametrize(("d", "z", "truth"), EDGES)
def test_edges(d, z, truth):
    assert d.log_prob(z) == pytest.approx(truth, abs=1e-15, rel=1e-14)
    assert not math.isnan(mg.grad(d.log_prob(x := mg.Var(z)), [x])[0])


def mp_truncated(z, loc, scale, low, high):
    def above(x):
        return mp.erfc(x / mp.sqrt(2)) / 2

    a, b, x = ((mp.mpf(t) - loc) / scale for t in (low, high, z))
    mass = above(a) - above(b) if a + b > 0 else above(-b) - above(-a)
    return -x * x / 2 - mp.log(mp.sqrt(2 * mp.pi) * scale * mass)


def mp_kumaraswamy(z, a, b):
    return mp.log(a * b) + (a - 1) * mp.log(z) + (b - 1) * mp.log(1 - z**a)


TAILS = [
    (mg.HalfCauchy, (1e-8,), 1e8, lambda z, s: mp.log(2 / (mp.pi * s * (1 + (z / s) ** 2)))),
    (mg.HalfCauchy, (1e8,), 1e300, lambda z, s: mp.log(2 / (mp.pi * s * (1 + (z / s) ** 2)))),
    (mg.Pareto, (1e-8, 1e5), 3e8, lambda z, s, a: mp.log(a / s) - (a + 1) * mp.log(z / s)),
    (
        mg.InverseGamma,
        (1e-3, 1e5),
        1e-8,
        lambda z, a, b: a * mp.log(b) - (a + 1) * mp.log(z) - b / z - mp.loggamma(a),
    ),
    (
        mg.InverseGamma,
        (1e5, 2.0),
        1e300,
        lambda z, a, b: a * mp.log(b) - (a + 1) * mp.log(z) - b / z - mp.loggamma(a),
    ),
    (mg.Kumaraswamy, (1e5, 1e-3), 1.0 - 2.0**-53, mp_kumaraswamy),
    (mg.Kumaraswamy, (1e-3, 1e5), 1e-300, mp_kumaraswamy),
    (mg.TruncatedNormal, (0.0, 1.0, 30.0, INF), 30.2, mp_truncated),
    (mg.TruncatedNormal, (0.0, 1.0, -INF, -30.0), -31.0, mp_truncated),
    (mg.TruncatedNormal, (0.0, 1.0, 30.0, 30.001), 30.0005, mp_truncated),
    (mg.TruncatedNormal, (0.0, 1.0, -9.0, 30.0), 29.0, mp_truncated),
    (
        mg.VonMises,
        (0.0, 1e5),
        3.0,
        lambda z, m, k: k * mp.cos(z) - mp.log(2 * mp.pi * mp.besseli(0, k)),
    ),
    (
        mg.VonMises,
        (0.0, 1e-3),
        -3.0,
        lambda z, m, k: k * mp.cos(z) - mp.log(2 * mp.pi * mp.besseli(0, k)),
    ),
]


@pytest.mark.parametrize(("family", "parameters", "z", "truth"), TAILS)
def test_densities_in_the_tails(family, parameters, z, truth):
    wanted = float(truth(mp.mpf(z), *map(mp.mpf, parameters)))
    assert family(*parameters).log_prob(z) == pytest.approx(wanted, rel=1e-11)


def test_curves_in_the_tails():
    def normal_above(x):
        return mp.erfc(mp.mpf(x) / mp.sqrt(2)) / 2

    d = mg.TruncatedNormal(0.0, 1.0, 30.0, INF)
    for z in (30.01, 30.5, 33.0):
        rest = normal_above(z) / normal_above(30)
        assert d.log_survival(z) == pytest.approx(float(mp.log(rest)), rel=1e-11)
        assert d.cdf(z) == pytest.approx(float(1 - rest), rel=1e-11)
    assert mg.HalfCauchy(1.0).log_survival(1e200) == pytest.approx(math.log(2e-200 / math.pi))
    assert mg.Pareto(1.0, 3.0).log_survival(1e200) == pytest.approx(-3.0 * 200.0 * math.log(10.0))
    far = float(mp.log(mp.gammainc(3, 0, mp.mpf(10) ** -50, regularized=True)))
    assert mg.InverseGamma(3.0, 1.0).log_survival(1e50) == pytest.approx(far, rel=1e-12)
    assert mg.Kumaraswamy(2.0, 3.0).log_survival(1.0 - 1e-10) == pytest.approx(
        3.0 * math.log(2e-10), rel=1e-8
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (30.0, INF),
        (-INF, -30.0),
        (5.0, 5.0001),
        (-5e-5, 5e-5),
        (30.0, 30.5),
        (-40.0, 1.0),
        (60.0, INF),
    ],
)
def test_moments_of_truncated_numbers_keep_their_digits(a, b):
    with mp.workdps(900):
        lower, upper = (mp.mpf(x) for x in (a, b))
        density = [0 if mp.isinf(x) else mp.npdf(x) for x in (lower, upper)]
        ends = [0 if mp.isinf(x) else x * p for x, p in zip((lower, upper), density, strict=True)]
        turn = -1 if lower + upper > 0 else 1
        mass = abs(mp.ncdf(turn * upper) - mp.ncdf(turn * lower))
        mean = (density[0] - density[1]) / mass
        variance = float(1 + (ends[0] - ends[1]) / mass - mean**2)
    d = mg.TruncatedNormal(0.0, 1.0, a, b)
    assert d.mean == pytest.approx(float(mean), rel=1e-13, abs=1e-16)
    assert d.variance == pytest.approx(variance, rel=1e-12)


def test_variances_of_narrow_ones():
    for a, b in ((1e5, 2.0), (3e4, 1e-2), (2.0, 1e5)):
        first, second = (mp.mpf(b) * mp.beta(1 + n / mp.mpf(a), b) for n in (1, 2))
        truth = float(second - first**2)
        assert mg.Kumaraswamy(a, b).variance == pytest.approx(truth, rel=1e-9)


def test_supports_say_what_moves_them():
    scale = mg.Var(2.0)
    assert mg.Pareto(scale, 1.0).support.moves and not mg.Pareto(2.0, scale).support.moves
    assert mg.TruncatedNormal(0.0, 1.0, 0.0, scale).support.upper_moves
    assert not mg.TruncatedNormal(scale, 1.0, 0.0, 1.0).support.moves
    assert mg.VonMises(scale, 1.0).support.moves and not mg.VonMises(0.0, scale).support.moves
    assert not mg.InverseGamma(scale, scale).support.moves


def test_what_is_refused():
    for build, words in (
        (lambda: mg.HalfCauchy(0.0), "HalfCauchy: scale must be positive, not 0.0"),
        (lambda: mg.Pareto(1.0, [2.0, -1.0]), "Pareto: alpha must be positive, not -1.0 at"),
        (lambda: mg.Chi2(math.nan), "Chi2: df is nan"),
        (lambda: mg.TruncatedNormal(0.0, 1.0, 2.0, 2.0), "high must be above low"),
        (lambda: mg.VonMises(0.0, -1.0), "VonMises: concentration must be positive"),
    ):
        with pytest.raises(ValueError, match=words):
            build()


@pytest.mark.parametrize("u", [1e-300, 1e-20, 1e-12, 0.3, 0.9, 1.0 - 1e-12])
def test_an_inverse_gamma_keeps_its_lower_tail(u):
    found = mg.InverseGamma(6.0, 2.0).icdf(u)
    assert float(found) == pytest.approx(2.0 / special.gammainccinv(6.0, u), rel=1e-9)
    mg.check_gradients(lambda a, b: mg.InverseGamma(a, b).icdf(0.3), 6.0, 2.0)


def mp_moments(loc, scale, low, high):
    """log of the constant, mean, variance and E s(½s + c), for loc below low."""
    c, q = (mpmath.mpf(low) - loc) / scale, (mpmath.mpf(high) - low) / scale
    top = min(q, 80 / c)  # of a stretch of length 1, as quad's error is absolute
    w, m, v = (
        top ** (n + 1)
        * mpmath.quad(
            lambda s, n=n: s**n * mpmath.exp(-top * s * (top * s / 2 + c)),
            [mpmath.mpf(k) / 16 for k in range(17)],
        )
        for n in range(3)
    )
    variance = scale**2 * (v / w - (m / w) ** 2)
    return mpmath.log(w * scale), low + scale * m / w, variance, c * m / w + v / w / 2


@pytest.mark.parametrize(
    "at",
    [
        *((0.0, 1.0, 1e8, 2e8), (0.0, 1.0, 1e3, INF), (0.0, 1e-60, 1.0, 2.0)),
        *((-0.5, 1.0, 0.0, 1e-10), (1.0, 1e-3, 1e100, 1e101), (0.0, 1.0, 1e150, 1e200)),
    ],
)
def test_a_truncated_normal_far_out_or_narrow(at):
    d = mg.TruncatedNormal(*at)
    with mpmath.workdps(40):
        constant, mean, variance, fallen = mp_moments(*map(mpmath.mpf, at))
        assert d.log_prob(at[2]) == pytest.approx(-float(constant), rel=1e-13)
        assert d.mean == pytest.approx(float(mean), rel=1e-15)
        assert d.variance == pytest.approx(float(variance), rel=1e-12)
        assert d.entropy() == pytest.approx(float(constant + fallen), rel=1e-13)
    assert d.cdf(at[2]) == 0.0 and d.cdf(at[3]) == 1.0 and d.log_survival(at[3]) == -INF
    assert at[2] <= d.icdf(0.5) < at[2] + max(at[3] - at[2], 1.0)


def test_bounds_that_say_nothing_of_the_scale_are_refused():
    with pytest.raises(ValueError, match=r"high - low is 3e-300 scales.*take mg.Uniform"):
        mg.TruncatedNormal(0.0, 1e300, -1.0, 2.0)
    with pytest.raises(ValueError, match=r"more than 1.8e308 scales from it.*take a larger scale"):
        mg.TruncatedNormal(0.0, 1e-320, 1.0, 2.0)


def test_a_truncated_draw_at_its_very_end_has_a_gradient():
    leaves = mg.Var(2.0), mg.Var(1.0), mg.Var(0.5)
    z = mg.TruncatedNormal(*leaves[:2], leaves[2], 3.0).transform(1e-30)
    assert z.value == 0.5 and mg.grad(z, leaves) == pytest.approx((0.0, 0.0, 1.0), abs=1e-15)
