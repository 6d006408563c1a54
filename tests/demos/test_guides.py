"""The guides: every block of code runs, and what a recipe finds is held against an exact answer."""

import re

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import minigrad as mg
from demos._guides import GUIDES, ORDER, guides


def blocks(stem):
    text = (GUIDES / f"{stem}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.*)$", text, flags=re.M)
    code = [re.findall(r"```python\n(.*?)```", part, re.S) for part in parts[0::2]]
    return dict(zip(["", *parts[1::2]], code, strict=True))


RECIPES = blocks("recipes")


def recipe(name):
    space = {}
    for code in (*RECIPES[""], *RECIPES[name]):
        exec(compile(code, name, "exec"), space)
    return space


def softplus(rho):
    return np.logaddexp(0.0, rho.value)


def test_every_guide_is_listed():
    assert {path.stem for path in GUIDES.glob("*.md")} == set(ORDER)
    assert all(guide.title and guide.goal.endswith(".") for guide in guides())


def logistic_regression(found):
    from sklearn.linear_model import LogisticRegression

    exact = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(found["X"], found["y"])
    assert np.abs(found["w"].value - exact.coef_[0]).max() < 1e-4
    assert abs(found["b"].value - exact.intercept_[0]) < 1e-4


def eight_schools(found):
    """The posterior's moments by quadrature over (μ, log τ), θ integrated out."""
    mu, log_tau = np.meshgrid(np.linspace(-15, 25, 161), np.linspace(-6, 5, 161), indexing="ij")
    scale = np.sqrt(np.exp(2 * log_tau)[..., None] + found["error"] ** 2)
    log_p = -0.5 * ((found["effect"] - mu[..., None]) / scale) ** 2 - np.log(scale)
    log_p = log_p.sum(axis=-1) - 0.5 * (mu / 5) ** 2 - 0.5 * log_tau**2
    weight = np.exp(log_p - log_p.max())
    mean = (weight * mu).sum() / weight.sum()
    sd = np.sqrt((weight * (mu - mean) ** 2).sum() / weight.sum())
    assert abs(5.0 * found["loc"].value[0] - mean) < 0.3 * sd
    assert 5.0 * softplus(found["rho"])[0] == pytest.approx(sd, rel=0.2)


def mixture(found):
    from sklearn.mixture import GaussianMixture

    x = found["x"][:, None]
    exact = GaussianMixture(2, tol=1e-10, max_iter=2_000, random_state=0).fit(x)
    assert found["found"] == pytest.approx(-exact.score(x), abs=1e-4)
    assert sorted(found["mu"].value) == pytest.approx(sorted(exact.means_[:, 0]), abs=0.02)


def hidden_markov(found):
    assert found["means"].value == pytest.approx([-1.0, 1.0], abs=0.1)
    stay = np.diag(mg.softmax(found["jumps"].value, axis=1))
    assert stay == pytest.approx([0.9, 0.8], abs=0.1)
    few = found["seen"][:6]  # the forward algorithm against every path
    found["seen"] = few
    total = 0.0
    probabilities = mg.softmax(found["jumps"].value, axis=1)
    for path in np.ndindex(*(2,) * 6):
        p = 0.5
        for a, b in zip(path, path[1:]):
            p *= probabilities[a, b]
        gap = few - found["means"].value[list(path)]
        total += p * np.prod(np.exp(-0.5 * (gap / 0.5) ** 2) / (0.5 * np.sqrt(2 * np.pi)))
    log_p = found["log_likelihood"](found["jumps"].value, found["means"].value)
    assert log_p == pytest.approx(np.log(total), rel=1e-12)


def sparse_process(found):
    amp, length, noise = (np.exp(found[f"log_{k}"].value) for k in ("amp", "len", "noise"))
    gap = (found["t"][:, None] - found["t"]) / length
    covariance = amp**2 * np.exp(-0.5 * gap**2) + noise**2 * np.eye(60)
    full = multivariate_normal(np.zeros(60), covariance).logpdf(found["y"])
    assert full - 0.01 < found["bound"]().item() < full
    assert found["evidence"] == pytest.approx(full, abs=0.05) and abs(noise - 0.2) < 0.05


def neural_net(found):
    mean = found["net"](found["loc"].value, found["x"])
    assert np.sqrt(np.mean((mean - np.sin(2.0 * found["x"])) ** 2)) < 0.1
    rng, spread = np.random.default_rng(1), softplus(found["rho"])
    draws = [found["loc"].value + spread * rng.standard_normal(49) for _ in range(300)]
    near, far = (np.std([found["net"](w, np.array([x]))[0] for w in draws]) for x in (1.0, 4.0))
    assert far > 1.2 * near


def volatility(found):
    z = found["loc"].value
    path = 3.0 * z[0] + np.cumsum(0.2 * z[1:])
    assert np.corrcoef(path, found["walk"])[0, 1] > 0.85


def flow(found):
    logs = np.log(found["x"])
    assert found["shift"].value == pytest.approx(logs.mean(), abs=1e-4)
    assert softplus(found["rho"]) == pytest.approx(logs.std(), abs=1e-4)


def categorical_vae(found):
    assert found["start"] > 44.0 and found["loss"]().item() < 24.0


CHECKS = {
    "Logistic regression": logistic_regression,
    "Eight schools, non-centred": eight_schools,
    "A mixture of two normals": mixture,
    "A hidden Markov model": hidden_markov,
    "A sparse Gaussian process": sparse_process,
    "A Bayesian neural net": neural_net,
    "Stochastic volatility": volatility,
    "A flow": flow,
    "A VAE with a categorical latent": categorical_vae,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RECIPES if name])
def test_a_recipe_finds_what_is_known(name):
    CHECKS[name](recipe(name))


def run(stem):
    space = {}
    for code in (each for part in blocks(stem).values() for each in part):
        exec(compile(code, stem, "exec"), space)
    return space


def test_the_first_model_has_the_exact_posterior():
    found = run("first_model")
    off = (found["loc"].value - found["exact_mean"]) / found["exact_sd"]
    assert np.abs(off).max() < 0.2
    assert found["found_sd"] == pytest.approx(found["exact_sd"], rel=0.1)


def test_the_nan_is_found_and_repaired():
    found = run("find_the_nan")
    assert "first value that is not finite: log(1 − p)" in found["report"]
    assert found["repaired"].item() == pytest.approx(40.0, rel=1e-12)
    assert np.isnan(found["slope"]) and found["repaired_slope"] == 0.0


def test_the_distribution_of_the_guide_is_right():
    found = run("own_distribution")
    for estimate in (found["pathwise"], found["score"]):
        assert abs(estimate.z_scores([6.0])[0]) < 5.0 and estimate.grad_ses[0] < 0.3
    assert found["lesson"].steps


def test_the_loops_from_pytorch_train():
    found = run("from_pytorch")
    assert np.mean(found["losses"][-20:]) < np.mean(found["losses"][:20])
    assert mg.softmax(found["logits"]).value[1] > 0.9


def test_the_habits_run():
    """The right-hand column of the table, cell by cell, in one namespace."""
    (guide,) = (each for each in guides() if each.stem == "from_pytorch")
    rows = re.findall(r"^\| (.*?) \| (.*) \|$", guide.text, re.M)[1:]
    assert len(rows) > 15
    x = mg.Var(0.3, "x")
    space = {"mg": mg, "np": np, "x": x, "a": 1.0, "b": 2.0, "f": lambda v: mg.sin(v)}
    rng = np.random.default_rng(0)
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
    space |= {
        "data": [1.0, 2.0],
        "rng": rng,
        "mu": mu,
        "sigma": sigma,
        "loc": np.zeros(3),
        "scale": 1.0,
    }
    space["loss"] = mg.sin(mu) + sigma
    for _, cell in rows:
        for code in re.findall(r"`(.+?)`", cell):
            if code.startswith("with "):
                code += " pass"
            exec(compile(code, code, "exec"), space)
            if "mu.value -=" in code or "mg.Var(" in code:
                space["loss"] = mg.sin(space["mu"]) + sigma
