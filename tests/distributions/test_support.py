"""Supports: their ends, what moves them, and who asks; densities and slopes at the ends."""

import math
import pickle

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions.support import Support

INF = math.inf


def moving():
    a = mg.Var(0.5)
    return {
        "uniform": mg.Uniform(0.0, a),
        "in a vector": mg.Independent(mg.Uniform(np.zeros(2), mg.broadcast_to(a, 2)), 1),
        "moved": mg.Transformed(mg.Exponential(1.0), mg.AffineTransform(a, 1.0)),
        "stretched": mg.Transformed(mg.Uniform(0.0, 1.0), mg.AffineTransform(0.0, a)),
        "before": mg.Transformed(
            mg.Uniform(0.0, a), [mg.AffineTransform(0.0, 1.0), mg.ExpTransform()]
        ),
        "after": mg.Transformed(
            mg.Normal(0.0, 1.0), [mg.SigmoidTransform(), mg.AffineTransform(a, 2.0)]
        ),
        "turned over": mg.Transformed(mg.Exponential(1.0), mg.AffineTransform(a, -1.0)),
        "pareto": mg.Pareto(a, 3.0),
    }


@pytest.mark.parametrize("name", moving())
def test_ends_that_move_are_refused_by_the_score_function(name):
    d = moving()[name]
    assert d.support.moves and "a parameter moves" in str(d.support)
    values = [0.5]

    def problem(a):
        made = dict(zip(moving(), remade(a), strict=True))
        return made[name], lambda z: mg.square(z) if z.ndim == 1 else mg.sum(mg.square(z), -1)

    with pytest.raises(TypeError, match="the parameters move the ends of .*use mg.pathwise, or"):
        mg.score_function(problem, values, 100, 0)
    assert math.isfinite(mg.pathwise(problem, values, 200, 0).grads[0])


def remade(a):
    yield mg.Uniform(0.0, a)
    yield mg.Independent(mg.Uniform(np.zeros(2), mg.broadcast_to(a, 2)), 1)
    yield mg.Transformed(mg.Exponential(1.0), mg.AffineTransform(a, 1.0))
    yield mg.Transformed(mg.Uniform(0.0, 1.0), mg.AffineTransform(0.0, a))
    yield mg.Transformed(mg.Uniform(0.0, a), [mg.AffineTransform(0.0, 1.0), mg.ExpTransform()])
    maps = [mg.SigmoidTransform(), mg.AffineTransform(a, 2.0)]
    yield mg.Transformed(mg.Normal(0.0, 1.0), maps)
    yield mg.Transformed(mg.Exponential(1.0), mg.AffineTransform(a, -1.0))
    yield mg.Pareto(a, 3.0)


def test_pathwise_is_right_where_the_ends_move():
    def stretched(a):
        base = mg.Uniform(0.0, a)
        return mg.Transformed(base, mg.AffineTransform(0.0, 1.0)), mg.square

    def moved(mu):
        return mg.Transformed(mg.Exponential(1.0), mg.AffineTransform(mu, 1.0)), mg.square

    assert abs(mg.pathwise(stretched, (1.0,), 10_000, 0).z_scores([2.0 / 3.0])[0]) < 5.0
    assert abs(mg.pathwise(moved, (0.5,), 10_000, 0).z_scores([3.0])[0]) < 5.0


def test_scales_and_shapes_move_no_end():
    s = mg.Var(2.0)
    for d in (
        mg.Transformed(mg.Exponential(s), mg.AffineTransform(0.0, s)),
        mg.Transformed(mg.Normal(s, 1.0), mg.AffineTransform(s, s)),
        mg.Transformed(mg.Normal(s, 1.0), mg.SigmoidTransform()),
        mg.Gamma(s, s),
        mg.Beta(s, s),
        mg.Uniform(0.0, 1.0),
    ):
        assert not d.support.moves
    assert mg.Uniform(0.0, s).support.upper_moves and not mg.Uniform(0.0, s).support.lower_moves


def test_ends_of_images():
    ends = {
        (0.0, 1.0): mg.Transformed(mg.Normal(0.0, 1.0), mg.SigmoidTransform()),
        (-1.0, 1.0): mg.Transformed(mg.Normal(0.0, 1.0), mg.TanhTransform()),
        (1.0, math.e): mg.Transformed(mg.Uniform(0.0, 1.0), mg.ExpTransform()),
        (-INF, 3.0): mg.Transformed(mg.Exponential(1.0), mg.AffineTransform(3.0, -2.0)),
    }
    for (low, high), d in ends.items():
        assert (d.support.lower, d.support.upper) == (low, high)
    both = mg.Transformed(
        mg.Exponential(np.ones(2)), mg.AffineTransform(0.0, np.array([1.0, -1.0]))
    )
    np.testing.assert_array_equal(both.support.lower, [0.0, -INF])
    np.testing.assert_array_equal(both.support.upper, [INF, 0.0])


def test_what_a_support_contains():
    assert Support(0.0, 1.0).contains([-0.1, 0.0, 0.5, 1.0, math.nan]).tolist() == [0, 1, 1, 1, 0]
    assert mg.Categorical([0.2, 0.8]).support.contains([0.0, 0.5, 1.0, 2.0]).tolist() == [
        1,
        0,
        1,
        0,
    ]
    assert mg.Dirichlet([1.0, 2.0]).support.contains([[0.2, 0.8], [0.2, 0.7]]).tolist() == [1, 0]
    assert str(mg.Gamma(1.0, 1.0).support) == "numbers in [0, inf]"


# ------------------------------------------------------------------------------------ at the ends

EDGES = [
    (mg.Beta(1.0, 1.0), 0.0, 0.0, 0.0),
    (mg.Beta(1.0, 1.0), 1.0, 0.0, 0.0),
    (mg.Beta(1.0, 3.0), 0.0, math.log(3.0), -2.0),
    (mg.Beta(3.0, 1.0), 1.0, math.log(3.0), 2.0),
    (mg.Gamma(1.0, 2.5), 0.0, math.log(2.5), -2.5),
    (mg.Weibull(2.0, 1.0), 0.0, math.log(0.5), -0.5),
    (mg.Exponential(2.5), 0.0, math.log(2.5), -2.5),
    (mg.Beta(0.5, 0.5), 0.0, INF, -INF),
    (mg.Beta(0.5, 0.5), 1.0, INF, INF),
    (mg.Gamma(0.5, 2.0), 0.0, INF, -INF),
    (mg.Weibull(1.0, 0.5), 0.0, INF, -INF),
    (mg.Gamma(2.0, 2.0), 0.0, -INF, INF),
    (mg.Beta(2.0, 2.0), 1.0, -INF, -INF),
]


@pytest.mark.parametrize(("d", "at", "value", "slope"), EDGES, ids=lambda x: str(x)[:40])
def test_densities_and_slopes_at_the_ends(d, at, value, slope):
    z = mg.Var(at)
    found = d.log_prob(z)
    assert found.value == pytest.approx(value, rel=1e-14, abs=1e-14)
    assert mg.grad(found, [z])[0] == pytest.approx(slope, rel=1e-14)


def test_the_slope_of_a_shape_at_an_end():
    """∂ log q/∂α of Gamma(1, β) at 0 is -∞; at a flat Dirichlet's corner too."""
    a = mg.Var(1.0)
    assert mg.grad(mg.Gamma(a, 2.0).log_prob(0.0), [a]) == (-INF,)
    assert float(mg.Dirichlet([1.0, 1.0, 1.0]).log_prob([0.0, 0.0, 1.0])) == pytest.approx(
        math.log(2.0), rel=1e-14
    )
    with np.errstate(divide="ignore"):
        assert mg.grad(mg.Bernoulli(p := mg.Var(0.0)).entropy(), [p]) == (INF,)
        assert mg.grad(mg.Bernoulli(p := mg.Var(1.0)).entropy(), [p]) == (-INF,)


def test_a_z_that_can_not_be_leaks_no_gradient():
    loc, scale = mg.Var(3.0), mg.Var(2.0)
    maps = [mg.ExpTransform(), mg.SigmoidTransform(), mg.TanhTransform()]
    for f, outside in zip(maps, (-1.0, 1.5, -2.0), strict=True):
        found = mg.Transformed(mg.Normal(loc, scale), f).log_prob(outside)
        assert found.value == -INF and mg.grad(found, [loc, scale]) == (0.0, 0.0)


def test_the_far_ends():
    assert mg.Logistic(0.0, 1.0).log_prob([-INF, INF]).tolist() == [-INF, -INF]
    assert mg.Gamma(1.0, 1.0).log_prob(INF) == mg.Gamma(3.0, 1.0).log_prob(INF) == -INF
    assert math.isnan(mg.Uniform(0.0, 1.0).log_prob(math.nan))
    # log(1 + x²) is 2 log x there
    assert mg.Cauchy(0.0, 1.0).log_prob(1e160) == pytest.approx(
        -math.log(math.pi) - 320.0 * math.log(10.0), rel=1e-14
    )


# ------------------------------------------------------------------------- digits of a small number


@pytest.mark.parametrize("x", [30.0, 34.0, 40.0, 80.0, 700.0])
def test_both_signs_of_a_logit_keep_their_digits(x):
    p = math.exp(-x) / (1.0 + math.exp(-x))
    entropy = p * (x + math.log1p(math.exp(-x))) + math.log1p(math.exp(-x)) / (1.0 + math.exp(-x))
    for sign in (1.0, -1.0):
        logits = mg.Var(sign * x)
        d = mg.Bernoulli(logits=logits)
        assert d.entropy().value == pytest.approx(entropy, rel=1e-12)
        assert d.variance.value == pytest.approx(p * (1.0 - p), rel=1e-12)
        slope = mg.grad(d.stddev, [logits])[0]
        assert slope == pytest.approx(-0.5 * sign * math.sqrt(p), rel=1e-9)
        other = mg.Bernoulli(logits=sign * (x + 1.0))
        gap = mg.kl_divergence(d, other)
        # p small: p - log p's share, p (d - 1 + exp(-d)) with d = 1
        assert gap.value == pytest.approx(p * math.exp(-1.0), rel=1e-9)
        assert mg.kl_divergence(d, mg.Bernoulli(logits=sign * x)).value == 0.0


def test_narrow_and_nearly_normal():
    x = 1e-6  # var Γ(1 + x) …: ζ(2) x² (1 - 2 (γ + ζ(3)/ζ(2)) x)
    expected = math.pi**2 / 6.0 * x * x * (1.0 - 2.0 * (0.5772156649 + 0.7307629694) * x)
    assert mg.Weibull(1.0, 1e6).variance == pytest.approx(expected, rel=1e-10)
    for df in (1e10, 1e12, 1e15):  # ½ log 2πe + 1/df
        assert mg.StudentT(df).entropy() == pytest.approx(
            0.5 * math.log(2.0 * math.pi * math.e) + 1.0 / df, rel=1e-15
        )
        assert mg.StudentT(df).log_prob(3.0) == pytest.approx(
            mg.Normal(0.0, 1.0).log_prob(3.0), rel=1e-8
        )
        assert mg.StudentT(df).icdf(1e-10) == pytest.approx(
            mg.Normal(0.0, 1.0).icdf(1e-10), rel=1e-8
        )


# ------------------------------------------------------------------------------------------- shapes


def test_parameters_broadcast_where_they_have_the_same_number_of_axes():
    d = mg.Normal(np.zeros((4, 1, 3)), np.ones((1, 5, 3)))
    assert d.batch_shape == (4, 5, 3) and d.sample(np.random.default_rng(0)).shape == (4, 5, 3)
    assert mg.Gamma(np.ones((4, 1)), np.ones((1, 3))).mean.shape == (4, 3)
    with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\) would silently make \(3, 3\)"):
        mg.Gamma(np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"covariance take mg.MultivariateNormal"):
        mg.Normal(np.zeros(5), np.eye(5) + 1.0)


def test_a_temperature_for_each_row():
    t = np.array([0.5, 2.0])
    z = np.array([0.2, 0.7])
    each = mg.RelaxedBernoulli(t, logits=0.3).log_prob(z)
    one_by_one = [mg.RelaxedBernoulli(a, logits=0.3).log_prob(b) for a, b in zip(t, z, strict=True)]
    np.testing.assert_allclose(each, one_by_one, rtol=1e-14)
    probs, z = np.array([0.2, 0.5, 0.3]), np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]])
    rows = mg.RelaxedOneHotCategorical(t, probs)
    assert rows.batch_shape == (2,) and rows.rsample(np.random.default_rng(0), 4).shape == (4, 2, 3)
    single = [mg.RelaxedOneHotCategorical(a, probs).log_prob(b) for a, b in zip(t, z, strict=True)]
    np.testing.assert_allclose(rows.log_prob(z), single, rtol=1e-14)


def test_shown_pickled_expanded():
    d = mg.Normal(0.0, 1.0)
    assert str(d) == repr(d) == "Normal(loc=0.0, scale=1.0)"
    assert repr(mg.Bernoulli(logits=[0.0, 1.0])) == "Bernoulli(logits=[0., 1.])"
    assert "array of shape (64, 20)" in repr(mg.Normal(np.zeros((64, 20)), 1.0))
    maps = [mg.AffineTransform(0.0, 2.0), mg.ExpTransform()]
    assert repr(mg.Transformed(d, maps)) == (
        "Transformed(Normal(loc=0.0, scale=1.0), "
        "[AffineTransform(loc=0.0, scale=2.0), ExpTransform()])"
    )
    again = pickle.loads(pickle.dumps(mg.Gamma(mg.Var(2.0), 1.5)))
    assert repr(again) == "Gamma(concentration=2.0, rate=1.5)"
    with pytest.raises(TypeError, match="Normal: scale was computed from other Vars, and a pickle"):
        pickle.dumps(mg.Normal(0.0, mg.exp(mg.Var(0.0))))
    with pytest.raises(ValueError, match=r"batch \(3,\) of Normal.* does not broadcast to \(2,\)"):
        mg.Normal(np.zeros(3), 1.0).expand(2)


def test_quantiles_and_their_ends():
    d = mg.Transformed(mg.Exponential(2.0), mg.AffineTransform(1.0, -1.0))
    u = np.array([0.0, 0.2, 0.9, 1.0])
    np.testing.assert_allclose(d.cdf(d.icdf(u)), u, rtol=1e-14)
    assert d.icdf(0.0) == -INF and d.icdf(1.0) == 1.0
    with pytest.raises(
        ValueError, match="icdf takes probabilities from 0 to 1, but u ranges from -0"
    ):
        mg.Normal(0.0, 1.0).icdf([-0.5, 0.5])
    for make in (
        lambda x: mg.Normal(x, 2.0),
        lambda x: mg.Gamma(x, 2.0),
        lambda x: mg.Beta(x, 0.7),
    ):
        mg.check_gradients(lambda x, z: make(x).cdf(z), 0.8, 0.4)  # noqa: B023
        mg.check_gradients(lambda x, z: make(x).log_survival(z), 0.8, 0.4)  # noqa: B023
        mg.check_gradients(lambda x, u: make(x).icdf(u), 0.8, 0.4)  # noqa: B023


def test_explain_asks_the_distribution():
    z = mg.Uniform(0.0, mg.Var(0.5, "a")).sample(np.random.default_rng(0)).named("z")
    (hint,) = mg.explain(z * z).hints
    assert "z was drawn by .sample(), and no score can replace it: draw by .rsample(): the" in hint
    assert "the parameters move the ends of Uniform (numbers in [0, 0.5], a parameter" in hint
