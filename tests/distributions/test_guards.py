"""The classic mistakes with random samples: each ends in an error, or in a line of `mg.explain`."""

import re

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions import (
    Bernoulli,
    Exponential,
    HalfNormal,
    Laplace,
    LogNormal,
    RelaxedBernoulli,
    Uniform,
    Weibull,
)


def rng():
    return np.random.default_rng(0)


def parameters():
    return mg.Var(0.5, "mu"), mg.Var(2.0, "sigma")


def hints(output):
    return "\n".join(mg.explain(output).hints)


# ------------------------------------------------------------------------- what takes no gradient


def test_a_gradient_into_the_noise():
    mu, sigma = parameters()
    eps = mg.noise(rng())
    z = mu + sigma * eps
    with pytest.raises(ValueError, match=r"grad: input 0, .*'eps'.* \(kind 'noise'\)"):
        mg.grad(z, [eps])
    with pytest.raises(TypeError, match="wants no gradient"):
        eps.grad = 1.0
    assert "eps    noise: it takes no gradient, on purpose" in str(mg.explain(z))


def test_sample_where_rsample_was_meant():
    mu, sigma = parameters()
    q = mg.Normal(mu, sigma)
    z = q.sample(rng()).named("z")
    with pytest.raises(ValueError, match=r"nowhere to go: .* or let mg.explain say which node"):
        (z * z).backward()
    report = mg.explain(z * z)
    assert [(x.name, x.status) for x in report.leaves] == [
        ("mu", "stopped"),
        ("sigma", "stopped"),
        ("eps", "noise"),
    ]
    assert report.leaves[0].stops[0].kind == "sample"
    assert "z was drawn by .sample(), so its parameters learn nothing from it" in str(report)
    # backward is silent where another way is open, and explain is not:
    mixed = mg.explain(z * z + mu)
    assert "gradient +1.0000; in part, z = " in mixed.leaves[0].words
    assert "draw by .rsample()" in mixed.hints[0]
    # neither a wall of one's own nor fixed parameters are that mistake:
    assert hints(q.rsample(rng()) * 2.0) == "" == hints(mg.stop_gradient(q.rsample(rng())) + mu)
    assert hints(mg.Normal(0.0, 1.0).sample(rng()) * mu) == ""


class Sign(mg.Normal):
    """1 or -1 forward, with the gradient of the Gaussian number: a wall inside the transform."""

    def _transform(self, eps):
        z = super()._transform(eps)
        return z + mg.stop_gradient(mg.sign(z) - z)


def test_a_wall_inside_a_transform_is_no_sample():
    mu, sigma = parameters()
    report = mg.explain(Sign(mu, sigma).rsample(rng()))
    assert report.hints == () and report.leaves[0].status == "arrives"
    assert "wall" in [stop.kind for stop in report.leaves[0].stops]


def test_a_discrete_variable_without_a_relaxation():
    p = mg.Var(0.3, "p")
    coin = Bernoulli(p)
    with pytest.raises(NotImplementedError, match=r"its outcomes jump, .*mg.RelaxedBernoulli.*sco"):
        coin.rsample(rng())
    report = mg.explain(coin.sample(rng()) * 2.0)
    assert report.leaves[0].status == "stopped"
    assert "its outcomes jump, so differentiate mg.surrogate(cost), whose score" in report.hints[0]
    jump = mg.explain((mg.noise(rng(), name="u") < p) * 2.0, p)
    assert "u < p stops it: a comparison is 1 or 0" in jump.leaves[0].words


def test_a_hard_clamp_that_silences_the_gradient():
    logvar = mg.Var(-30.0, "logvar")
    report = mg.explain(mg.exp(mg.clip(logvar, -10.0, 10.0)))
    assert report.leaves[0].status == "zero"
    assert "at logvar = −30.000: clip is flat outside −10 … 10" in report.leaves[0].words
    assert "mg.soft_clip(x, low, high) keeps a gradient everywhere" in report.hints[0]
    assert "hard clamp" in hints(mg.maximum(logvar, 1e-3))
    assert hints(mg.maximum(logvar, mg.Var(1.0))) == ""  # a choice between two, not a clamp
    assert hints(mg.maximum(logvar, 0.0)) == ""  # a relu
    soft = mg.explain(mg.exp(mg.soft_clip(logvar, -10.0, 10.0)))
    assert soft.leaves[0].status == "arrives" and soft.hints == ()
    assert hints(mg.exp(mg.clip(mg.Var(0.3), -10.0, 10.0))) == ""


# ----------------------------------------------------------------------------- scale and variance


@pytest.mark.parametrize("draw", ["rsample", "sample", "transform"])
@pytest.mark.parametrize("batched", [False, True])
def test_an_unconstrained_sigma_that_an_optimiser_drove_negative(draw, batched):
    sigma = mg.Var([0.1, 0.1] if batched else 0.1, "sigma")
    q = mg.Normal(0.0, sigma)
    both = (q, mg.Independent(q, 1)) if batched else (q,)
    given = np.zeros(sigma.shape) if draw == "transform" else rng()
    for d in both:
        assert np.all(np.isfinite(getattr(d, draw)(given).value))
    mg.sum(sigma * 5.0).backward()
    mg.SGD([sigma], lr=0.1).step()
    for d in both:
        with pytest.raises(ValueError, match=r"scale must be positive, not -0.4.*from_log_var"):
            getattr(d, draw)(given)


MADE_OF_A_SCALE = [
    lambda s: Laplace(0.0, s),
    lambda s: Uniform(0.0, s),
    lambda s: LogNormal(0.0, s),
    lambda s: HalfNormal(s),
    lambda s: Exponential(s),
    lambda s: Weibull(s, 1.5),
    lambda s: Weibull(1.5, s),
    lambda s: RelaxedBernoulli(s, 0.3),
]


@pytest.mark.parametrize("make", MADE_OF_A_SCALE)
def test_every_family_looks_again_at_what_an_optimiser_moves(make):
    scale = mg.Var(0.5)
    d = make(scale)
    assert np.isfinite(d.rsample(rng()).value)
    scale.value = -0.3
    with pytest.raises(ValueError, match=rf"{type(d).__name__}: .* must be positive, not -0.3"):
        d.rsample(rng())


MOVED = [
    (lambda x: Bernoulli(x), 0.9, 1.2, "Bernoulli: probs must be from 0 to 1"),
    (lambda x: Bernoulli(logits=x), 0.9, np.inf, "Bernoulli: logits must be finite, not inf"),
    (lambda x: mg.Categorical(x), [0.2, 0.8], [-0.1, 1.1], "probs must be 0 or more and finite"),
    (lambda x: mg.Categorical(logits=x), [0.2, 0.8], [np.nan, 1.0], "logits must be finite, or"),
    (lambda x: mg.Gamma(x, 1.0), 0.5, 0.0, "Gamma: concentration must be positive, not 0.0"),
    (lambda x: mg.Beta(1.0, x), 0.5, -1.0, "Beta: concentration0 must be positive, not -1.0"),
    (lambda x: mg.Dirichlet(x), [0.5, 2.0], [0.5, -2.0], "concentration must be positive, not -2"),
    (lambda x: mg.StudentT(x), 0.5, -1.0, "StudentT: df must be positive, not -1.0"),
    (lambda x: mg.Gumbel(0.0, x), 0.5, -1.0, "Gumbel: scale must be positive, not -1.0"),
    (lambda x: mg.Logistic(0.0, x), 0.5, -1.0, "Logistic: scale must be positive, not -1.0"),
    (lambda x: mg.Cauchy(0.0, x), 0.5, -1.0, "Cauchy: scale must be positive, not -1.0"),
]


@pytest.mark.parametrize(("make", "before", "after", "said"), MOVED)
def test_other_families_look_again_as_well(make, before, after, said):
    moved = mg.Var(before)
    d = make(moved)
    assert np.all(np.isfinite(d.sample(rng()).value))
    moved.value = after
    with pytest.raises(ValueError, match=said):
        d.sample(rng())


def test_tiny_sigma_explodes():
    sigma = mg.Var(1e-6, "sigma")
    z = mg.constant(0.3)
    found = hints(mg.Normal(0.0, sigma).log_prob(z))
    assert re.search(r"magnifies gradients 3\.0e11 times at sigma = \+1\.0e−6: .*soft_clip", found)
    assert hints(mg.Normal(0.0, mg.Var(0.5)).log_prob(z)) == ""
    assert "log(sigma) magnifies" in hints(-mg.Normal(0.0, sigma).entropy())
    assert "magnifies gradients" in hints(1.0 / mg.Var([1.0, 1e-5], "s"))
    assert "at tiny = +1.0e−5" in hints(1.0 / mg.Var(0.5) + 1.0 / mg.Var(1e-5, "tiny"))
    with pytest.raises(ValueError, match=r"scale must be positive, not 0.0.*mg.soft_clip"):
        mg.Normal.from_log_variance(0.0, -1600.0)


def test_sigma_its_square_and_its_logarithm_mixed_up_in_the_kl():
    prior = mg.Normal(0.0, 1.0)
    mean, std = 0.7, 0.4
    right = 0.5 * (std**2 + mean**2 - 1.0) - np.log(std)
    logvar = 2.0 * np.log(std)
    for q in (mg.Normal(mean, std), mg.Normal.from_log_variance(mean, logvar)):
        assert abs(mg.kl_divergence(q, prior) - right) < 1e-15
    with pytest.raises(ValueError, match=r"scale must be positive, not -1.8.*from_log_variance"):
        mg.Normal(mean, logvar)  # log σ² of a σ below 1 is negative


SCALES = [
    (lambda v: mg.exp(v.named("logvar")), "exp(logvar) seems to be a variance; a scale is exp(0.5"),
    (lambda v: mg.exp(v.named("log_sigma2")), "from_log_variance"),
    (
        lambda v: v.named("logvar"),
        "logvar seems to be a log-variance; a scale is exp(0.5 * logvar)",
    ),
    (lambda v: v.named("variance"), "variance seems to be a variance; a scale is its square root"),
]


@pytest.mark.parametrize("scale, said", SCALES)
def test_a_variance_that_noise_is_multiplied_by(scale, said):
    x = mg.Var(0.3)
    assert said in hints(mg.Var(1.0, "mu") + scale(x) * mg.noise(rng()))


def test_a_right_scale_is_not_taken_for_a_variance():
    logvar = mg.Var(0.3, "logvar")
    for scale in (mg.exp(0.5 * logvar), mg.exp(mg.Var(0.3, "rho")), mg.Var(0.3, "varied")):
        assert hints(mg.noise(rng()) * scale) == ""
    assert hints(mg.Normal.from_log_variance(0.0, logvar).rsample(rng())) == ""


def test_a_covariance_used_directly():
    cov = mg.Var([[2.0, 0.5], [0.5, 1.0]], "cov")
    loc = mg.Var([0.0, 0.0], "loc")
    with pytest.raises(ValueError, match="0 above its diagonal, not 0.5 .* pass it as covariance"):
        mg.MultivariateNormal(loc, scale_tril=cov)
    assert "mg.cholesky(cov) @ eps" in hints(loc + cov @ mg.noise(rng(), 2))
    assert "cov is symmetric" in hints(loc + mg.noise(rng(), (5, 2)) @ cov)
    assert hints(loc + mg.Var([[2.0, 0.0], [0.0, 1.0]]) @ mg.noise(rng(), 2)) == ""
    assert hints(loc + mg.cholesky(cov) @ mg.noise(rng(), 2)) == ""
    assert hints(mg.MultivariateNormal(loc, covariance_matrix=cov).rsample(rng(), 3)) == ""


# ------------------------------------------------------------------------------ shapes and counts


def test_shapes_that_broadcast_to_something_unintended():
    mu, sigma = mg.Var(np.zeros(3), "mu"), mg.Var(np.ones((3, 1)), "sigma")
    with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\) would silently make \(3, 3\)"):
        mg.Normal(mu, sigma)
    with pytest.raises(ValueError, match=r"eps of shape \(3, 1\) must end in batch_shape"):
        mg.Normal(mu, np.ones(3)).transform(np.zeros((3, 1)))
    z = mu + sigma * mg.noise(rng(), (3, 1))
    assert "shapes (3,) and (3, 1) made (3, 3): reshape if not meant" in hints(z)
    assert hints(mg.Normal(mu, 1.0).rsample(rng(), 5)) == ""
    outer = mg.Var(np.zeros(3)) + mg.Var(np.ones((3, 1)))  # of no noise: taken as meant
    assert hints(outer) == ""


def test_too_few_samples():
    q = mg.Normal(mg.Var(0.5), 1.0)
    with pytest.raises(ValueError, match="samples must be 1 or more, not 0"):
        mg.elbo(q.log_prob, q, rng(), samples=0)
    few, many = (mg.pathwise(problem, (0.3,), n, rng()) for n in (64, 6400))
    ratio = few.grad_ses[0] / many.grad_ses[0]
    assert 5.0 < ratio < 20.0  # a hundredth of the samples, ten times the error
    assert np.isnan(mg.pathwise(problem, (0.3,), 1, rng()).grad_ses[0])


def problem(mu):
    return mg.Normal(mu, 1.0), mg.sin


def test_kl_averaged_instead_of_summed():
    q = mg.Normal(mg.Var(np.full(4, 0.5), "mu"), 1.0)
    kl = mg.kl_divergence(q, mg.Normal(0.0, 1.0))

    def log_likelihood(z):
        return -0.5 * mg.square(z)

    with pytest.raises(ValueError, match=r"kl is a mean over q's batch \(4,\), and log_joint"):
        mg.elbo(log_likelihood, q, rng(), kl=kl.mean())
    same = [mg.elbo(log_likelihood, q, rng(), kl=given).value for given in (kl, kl.sum())]
    assert same[0] == same[1]


# ------------------------------------------------------------------------------ finite differences


def test_noise_redrawn_inside_finite_differences():
    generator = rng()

    def redrawn(mu):
        return mg.sin(mg.Normal(mu, 1.0).rsample(generator))

    with pytest.raises(ValueError, match=r"f returned .*, then .*: draw noise outside it"):
        mg.check_gradients(redrawn, 0.5)
    eps = mg.noise(generator)
    mg.check_gradients(lambda mu: mg.sin(mg.Normal(mu, 1.0).transform(eps)), 0.5)
