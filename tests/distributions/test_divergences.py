"""Every closed form of KL(p ‖ q), against quadrature of the densities, and its gradients."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate

import minigrad as mg
from minigrad.distributions.kl import _CLOSED_FORMS

# ---------------------------------------------------------------------------- numbers: quadrature

LINE, ABOVE_0, UNIT = (-math.inf, math.inf), (0.0, math.inf), (0.0, 1.0)


# (class of p, class of q): the parameters of p and of q, and where p's outcomes lie
NUMBERS = [
    (mg.Normal, (0.4, 0.8), mg.Normal, (-0.5, 1.7), LINE),
    (mg.Normal, (0.4, 0.8), mg.Laplace, (-0.5, 1.7), LINE),
    (mg.Normal, (3.0, 0.2), mg.Laplace, (-0.5, 0.9), LINE),
    (mg.Laplace, (0.4, 0.8), mg.Laplace, (-0.5, 1.7), LINE),
    (mg.Laplace, (0.4, 0.8), mg.Normal, (-0.5, 1.7), LINE),
    (mg.Logistic, (0.4, 0.8), mg.Normal, (-0.5, 1.7), LINE),
    (mg.Gumbel, (0.4, 0.8), mg.Gumbel, (-0.5, 1.7), (-30.0, 200.0)),
    (mg.Gumbel, (0.4, 1.3), mg.Gumbel, (1.5, 0.6), (-6.0, 200.0)),
    (mg.Gumbel, (0.4, 0.8), mg.Normal, (-0.5, 1.7), (-30.0, 200.0)),
    (mg.Uniform, (0.4, 0.9), mg.Uniform, (-0.5, 1.7), (0.4, 0.9)),
    (mg.Uniform, (0.4, 0.9), mg.Normal, (-0.5, 1.7), (0.4, 0.9)),
    (mg.Uniform, (0.4, 0.9), mg.Exponential, (1.7,), (0.4, 0.9)),
    (mg.Uniform, (0.4, 0.9), mg.Beta, (0.5, 1.7), (0.4, 0.9)),
    (mg.Uniform, (0.02, 0.95), mg.Beta, (2.5, 0.7), (0.02, 0.95)),
    (mg.Exponential, (0.8,), mg.Exponential, (1.7,), ABOVE_0),
    (mg.Exponential, (0.8,), mg.Gamma, (2.5, 1.7), ABOVE_0),
    (mg.Exponential, (0.8,), mg.Normal, (0.5, 1.7), ABOVE_0),
    (mg.Gamma, (2.4, 0.8), mg.Gamma, (0.5, 1.7), ABOVE_0),
    (mg.Gamma, (2.4, 0.8), mg.Exponential, (1.7,), ABOVE_0),
    (mg.Gamma, (2.4, 0.8), mg.Normal, (0.5, 1.7), ABOVE_0),
    (mg.Beta, (2.4, 1.8), mg.Beta, (0.5, 1.7), UNIT),
    (mg.Beta, (2.4, 1.8), mg.Uniform, (-0.5, 1.7), UNIT),
    (mg.Beta, (2.4, 1.8), mg.Normal, (-0.5, 1.7), UNIT),
    (mg.Beta, (2.4, 1.8), mg.Exponential, (1.7,), UNIT),
    (mg.LogNormal, (0.4, 0.8), mg.LogNormal, (-0.5, 1.7), ABOVE_0),
    (mg.LogNormal, (0.4, 0.5), mg.Normal, (-0.5, 1.7), ABOVE_0),
    (mg.LogNormal, (0.4, 0.5), mg.Exponential, (1.7,), ABOVE_0),
    (mg.HalfNormal, (0.4,), mg.HalfNormal, (1.7,), ABOVE_0),
    (mg.HalfNormal, (0.4,), mg.Normal, (-0.5, 1.7), ABOVE_0),
    (mg.HalfNormal, (0.4,), mg.Exponential, (1.7,), ABOVE_0),
    (mg.Weibull, (0.4, 1.8), mg.Normal, (-0.5, 1.7), ABOVE_0),
    (mg.Weibull, (0.4, 1.8), mg.Exponential, (1.7,), ABOVE_0),
    (mg.Chi2, (2.4,), mg.Chi2, (5.5,), ABOVE_0),
    (mg.Chi2, (2.4,), mg.Gamma, (0.5, 1.7), ABOVE_0),
    (mg.Gamma, (2.4, 0.8), mg.Chi2, (3.7,), ABOVE_0),
    (mg.InverseGamma, (4.4, 0.8), mg.InverseGamma, (2.5, 1.7), ABOVE_0),
    (mg.Pareto, (1.4, 3.8), mg.Pareto, (0.5, 2.7), (1.4, math.inf)),
    (mg.VonMises, (0.4, 0.8), mg.VonMises, (2.5, 1.7), (0.4 - math.pi, 0.4 + math.pi)),
]
COUNTS = [
    (mg.Poisson, (2.4,), mg.Poisson, (1.7,)),
    (mg.Geometric, (0.4,), mg.Geometric, (0.7,)),
    (mg.Binomial, (7.0, 0.4), mg.Binomial, (7.0, 0.7)),
]
each_row = pytest.mark.parametrize(
    ("p", "of_p", "q", "of_q", "where"), NUMBERS, ids=lambda x: getattr(x, "__name__", "")
)


def quadrature(p, q, low, high):
    """∫ p log p/q, piece by piece so that no peak is missed."""

    def integrand(z):
        log_p = p.log_prob(z)
        return math.exp(log_p) * (log_p - q.log_prob(z)) if log_p > -700.0 else 0.0

    centre, width = float(p.mean), float(p.stddev)
    steps = (centre + k * width for k in (-30, -8, -3, -1, 0, 1, 3, 8, 30, 100))
    ends = [low, *(x for x in steps if low < x < high), high]
    pieces = [
        integrate.quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12, limit=400)[0]
        for a, b in itertools.pairwise(ends)
    ]
    return math.fsum(pieces)


@each_row
def test_it_is_what_quadrature_finds(p, of_p, q, of_q, where):
    p, q = p(*of_p), q(*of_q)
    assert mg.kl_divergence(p, q) == pytest.approx(quadrature(p, q, *where), rel=1e-7, abs=1e-10)


@each_row
def test_gradients(p, of_p, q, of_q, where):
    def kl(*given):
        return mg.kl_divergence(p(*given[: len(of_p)]), q(*given[len(of_p) :]))

    mg.check_gradients(kl, *of_p, *of_q, order=2)
    stretch = np.array([1.0, 1.05])
    batched = [x * stretch for x in (*of_p, *of_q)]
    each = [kl(*(x[i] for x in batched)) for i in range(2)]
    np.testing.assert_allclose(kl(*batched), each, rtol=1e-13)


@pytest.mark.parametrize(("p", "of_p", "q", "of_q"), COUNTS)
def test_it_is_what_a_sum_finds(p, of_p, q, of_q):
    counts = np.arange(200.0)
    one, other = p(*of_p), q(*of_q)
    logs = one.log_prob(counts), other.log_prob(counts)
    possible = np.isfinite(logs[0])
    each = np.exp(logs[0][possible]) * (logs[0][possible] - logs[1][possible])
    assert mg.kl_divergence(one, other) == pytest.approx(math.fsum(each), rel=1e-12)
    *fixed, a = of_p
    mg.check_gradients(lambda x, y: mg.kl_divergence(p(*fixed, x), q(*fixed, y)), a, of_q[-1])
    by_logits = [
        kind(*fixed, logits=math.log(x[-1] / (1 - x[-1])))
        for kind, x in ((p, of_p), (q, of_q))
        if kind is not mg.Poisson
    ]
    if by_logits:
        assert mg.kl_divergence(*by_logits) == pytest.approx(math.fsum(each), rel=1e-12)


def test_binomials_of_different_counts_have_no_closed_form():
    with pytest.raises(NotImplementedError, match="the same total_count, not 3.0 and 4.0"):
        mg.kl_divergence(mg.Binomial(3, 0.5), mg.Binomial(4, 0.5))


def test_one_hot_choices_are_choices():
    p, q = np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.6, 0.3])
    found = mg.kl_divergence(mg.OneHotCategorical(p), mg.OneHotCategorical(q))
    assert found == mg.kl_divergence(mg.Categorical(p), mg.Categorical(q))


SAME = {
    mg.Gumbel: (0.3, 1.2),
    mg.LogNormal: (0.3, 1.2),
    mg.HalfNormal: (1.2,),
    mg.Uniform: (0.3, 1.2),
    mg.Gamma: (1.3, 0.6),
    mg.Exponential: (0.7,),
    mg.InverseGamma: (1.3, 0.6),
    mg.Pareto: (0.6, 1.3),
    mg.VonMises: (0.6, 1.3),
    mg.Poisson: (1.3,),
    mg.Geometric: (0.3,),
}


@pytest.mark.parametrize("kind", SAME, ids=lambda x: x.__name__)
def test_nothing_is_left_at_equality_and_nothing_is_negative_near_it(kind):
    given = SAME[kind]
    assert mg.kl_divergence(kind(*given), kind(*given)) == pytest.approx(0.0, abs=1e-15)
    near = kind(*given[:-1], given[-1] * (1.0 + 1e-5))
    assert 0.0 < mg.kl_divergence(kind(*given), near) < 3e-5


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (mg.Pareto(1.0, 2.0), mg.Pareto(1.1, 2.0)),
        (mg.Uniform(0.0, 1.0), mg.Uniform(0.1, 2.0)),
        (mg.Uniform(0.0, 1.0), mg.Uniform(-1.0, 0.9)),
        (mg.Uniform(-0.1, 1.0), mg.Beta(2.0, 2.0)),
        (mg.Uniform(0.1, 1.1), mg.Beta(2.0, 2.0)),
        (mg.Uniform(-0.1, 1.0), mg.Exponential(2.0)),
        (mg.Beta(2.0, 2.0), mg.Uniform(0.1, 1.0)),
        (mg.Beta(2.0, 2.0), mg.Uniform(0.0, 0.9)),
    ],
)
def test_it_is_infinite_where_p_reaches_beyond_q(p, q):
    assert mg.kl_divergence(p, q) == math.inf


def test_the_gradient_is_0_where_it_is_infinite():
    low, a = mg.Var(-0.1), mg.Var(2.0)
    kl = mg.kl_divergence(mg.Uniform(low, 1.0), mg.Beta(a, 2.0))
    assert kl.value == math.inf and mg.grad(kl, [low, a]) == (0.0, 0.0)


def test_uniform_and_beta_agree_where_they_are_one():
    unit, flat = mg.Uniform(0.0, 1.0), mg.Beta(1.0, 1.0)
    assert mg.kl_divergence(unit, flat) == mg.kl_divergence(flat, unit) == 0.0
    a, b = 2.5, 0.7  # E log z = -1 on (0, 1)
    truth = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b) + (a - 1.0) + (b - 1.0)
    assert mg.kl_divergence(unit, mg.Beta(a, b)) == pytest.approx(truth, rel=1e-14)
    narrow = mg.Uniform(0.3, 0.3 + 1e-9)
    truth = -mg.Beta(a, b).log_prob(0.3) - math.log(1e-9)
    assert mg.kl_divergence(narrow, mg.Beta(a, b)) == pytest.approx(truth, rel=1e-8)


# ------------------------------------------------------------------------------- vectors and maps

rng = np.random.default_rng(0)
LOC1, LOC2 = rng.normal(size=(2, 3))
SCALE = np.array([0.5, 1.2, 2.0])
LOWER = np.tril(rng.normal(size=(3, 3)), -1) + np.diag([0.7, 1.1, 1.4])


def diagonal(loc, scale):
    return mg.Independent(mg.Normal(loc, scale), 1)


def full(loc, tril):
    return mg.MultivariateNormal(loc, scale_tril=tril)


def test_a_diagonal_against_a_full_covariance():
    by_tril = full(LOC1, np.diag(SCALE))
    p, q = diagonal(LOC1, SCALE), full(LOC2, LOWER)
    for one, other, truth in (
        (p, q, mg.kl_divergence(by_tril, q)),
        (q, p, mg.kl_divergence(q, by_tril)),
        (diagonal(LOC1, 0.7), q, mg.kl_divergence(full(LOC1, 0.7 * np.eye(3)), q)),
        (mg.Independent(mg.Independent(p.base, 0), 1), q, mg.kl_divergence(by_tril, q)),
    ):
        assert mg.kl_divergence(one, other) == pytest.approx(truth, rel=1e-13)
    stack = diagonal(np.stack([LOC1, LOC2]), SCALE)
    each = [mg.kl_divergence(diagonal(x, SCALE), q) for x in (LOC1, LOC2)]
    np.testing.assert_allclose(mg.kl_divergence(stack, q), each, rtol=1e-13)
    with pytest.raises(NotImplementedError, match=r"not for Laplace.* with n=1: estimate"):
        mg.kl_divergence(mg.Independent(mg.Laplace(LOC1, SCALE), 1), q)


def test_low_rank_against_full():
    factor, diag = 0.7 * LOWER[:, :2], SCALE
    low, q = mg.LowRankMultivariateNormal(LOC1, factor, diag), full(LOC2, LOWER)
    same = mg.MultivariateNormal(LOC1, covariance_matrix=factor @ factor.T + np.diag(diag))
    assert mg.kl_divergence(low, q) == pytest.approx(mg.kl_divergence(same, q), rel=1e-12)
    assert mg.kl_divergence(q, low) == pytest.approx(mg.kl_divergence(q, same), rel=1e-12)
    other = mg.LowRankMultivariateNormal(LOC2, factor, 2.0 * diag)
    truth = mg.kl_divergence(
        same, mg.MultivariateNormal(LOC2, covariance_matrix=factor @ factor.T + 2.0 * np.diag(diag))
    )
    assert mg.kl_divergence(low, other) == pytest.approx(truth, rel=1e-12)
    assert mg.kl_divergence(low, low) == pytest.approx(0.0, abs=1e-13)

    def f(loc, w, d):
        return mg.kl_divergence(mg.LowRankMultivariateNormal(loc, w, d), q)

    mg.check_gradients(f, LOC1, factor, diag)


def test_gradients_of_a_diagonal_against_a_full_covariance():
    def there(m, s, loc, tril):
        return mg.kl_divergence(diagonal(m, s), full(loc, mg.tril(tril)))

    def back(m, s, loc, tril):
        return mg.kl_divergence(full(loc, mg.tril(tril)), diagonal(m, s))

    for f in (there, back):
        mg.check_gradients(f, LOC1, SCALE, LOC2, LOWER, order=2)


def test_an_invertible_map_changes_no_divergence():
    base, other = mg.Normal(0.3, 0.8), mg.Normal(-1.0, 1.5)
    truth = mg.kl_divergence(base, other)
    shift = mg.Var(0.4)
    for maps in (
        [],
        [mg.ExpTransform()],
        [mg.AffineTransform(shift, np.array(2.0)), mg.TanhTransform()],
    ):
        p, q = (mg.Transformed(x, list(maps)) for x in (base, other))
        assert mg.kl_divergence(p, q) == pytest.approx(truth, rel=1e-14)
    again = [mg.Transformed(x, [mg.AffineTransform(shift, 2.0)]) for x in (base, other)]
    assert mg.kl_divergence(*again) == pytest.approx(truth, rel=1e-14)
    logs = mg.kl_divergence(mg.LogNormal(0.3, 0.8), mg.LogNormal(-1.0, 1.5))
    assert logs == pytest.approx(truth, rel=1e-14)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (mg.ExpTransform(), mg.SigmoidTransform()),
        (mg.AffineTransform(0.0, 1.0), mg.AffineTransform(0.1, 1.0)),
        (mg.AffineTransform(mg.Var(0.0), 1.0), mg.AffineTransform(mg.Var(0.0), 1.0)),
        (mg.AffineTransform(mg.Var(0.0), 1.0), mg.AffineTransform(0.0, 1.0)),
        ([mg.ExpTransform(), mg.ExpTransform()], mg.ExpTransform()),
    ],
)
def test_maps_that_may_part_have_no_closed_form(mine, theirs):
    """Two Vars of one value: their gradients aren't those of one Var."""
    p, q = (mg.Transformed(mg.Normal(0.0, 1.0), f) for f in (mine, theirs))
    with pytest.raises(NotImplementedError, match="where their maps are the same.*kl_monte_carlo"):
        mg.kl_divergence(p, q)


# --------------------------------------------------------------------------------- none is left out

ELSEWHERE = {  # in test_kl.py, and above
    (mg.MultivariateNormal, mg.MultivariateNormal),
    (mg.Independent, mg.Independent),
    (mg.Dirichlet, mg.Dirichlet),
    (mg.Bernoulli, mg.Bernoulli),
    (mg.Categorical, mg.Categorical),
    (mg.Independent, mg.MultivariateNormal),
    (mg.MultivariateNormal, mg.Independent),
    (mg.Transformed, mg.Transformed),
    (mg.OneHotCategorical, mg.OneHotCategorical),
    (mg.LowRankMultivariateNormal, mg.LowRankMultivariateNormal),
    (mg.LowRankMultivariateNormal, mg.MultivariateNormal),
    (mg.MultivariateNormal, mg.LowRankMultivariateNormal),
}


def test_no_closed_form_is_left_out():
    entered = {pair for pair in _CLOSED_FORMS if pair[0].__module__.startswith("minigrad.")}
    here = {(p, q) for p, _, q, _, _ in NUMBERS} | {(p, q) for p, _, q, _ in COUNTS}
    assert entered == here | ELSEWHERE
