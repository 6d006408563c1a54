"""The demos: each claim by exact numbers or z-scores, the pictures, the runner and its page."""

import html
import importlib
import inspect
import math
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.integrate import quad

import demos.__main__ as runner
from demos import (
    _common,
    _plots,
    _run,
    chain_rule,
    gaussian_1d,
    gaussian_diagonal,
    gaussian_full,
    vae_1d,
    vae_iris,
)
from demos._gallery import closing, own_page
from demos._order import PATH, TITLES, ordered, title

ROOT = Path(__file__).parents[2]
NAMES = runner.known()


def assert_rows(rows):
    """Within 5 standard errors of exact, and those small enough to see a fault of 3 %."""
    for row in rows:
        assert abs(row.z) < 5.0, row
        for factor in (0.97, 1.03):
            wrong = row._replace(measured=factor * row.measured, se=factor * row.se)
            assert abs(wrong.z) > 5.0 or abs(row.exact) < 1e-12, f"too few draws: {row}"


# --------------------------------------------------------------------------------- the claims


def test_chain_rule_is_right_newest_first_alone(everything):
    assert list(everything.results["chain_rule"].values()) == [24.0, 0.0, 12.0, 36.0, 24.0]
    assert chain_rule.EXACT == 24.0


def test_gaussian_1d(tmp_path):
    found = gaussian_1d.main(tmp_path, samples=1_000_000)
    assert len(found["rows"]) == 5
    assert_rows(found["rows"])
    assert max(map(abs, found["gaps"])) < 1e-8


def test_gaussian_diagonal(tmp_path):
    found = gaussian_diagonal.main(tmp_path, samples=1_000_000)
    assert len(found) == 11
    assert_rows(found)


def test_the_quadrature_of_the_diagonal_gaussian():
    def mean_of(f, mu, sigma):
        def weighted(e):
            return math.exp(-0.5 * e * e) * f(math.tanh(mu + sigma * e), e)

        return quad(weighted, -12.0, 12.0, epsabs=1e-13)[0] / math.sqrt(2.0 * math.pi)

    pairs = list(zip(gaussian_diagonal.MU, gaussian_diagonal.SIGMA))
    mean, d_mu, d_sigma = gaussian_diagonal.exact()
    assert mean == pytest.approx(sum(mean_of(lambda t, e: t, *p) for p in pairs), abs=1e-12)
    assert d_mu == pytest.approx([mean_of(lambda t, e: 1 - t * t, *p) for p in pairs], abs=1e-12)
    assert d_sigma == pytest.approx(
        [mean_of(lambda t, e: e * (1 - t * t), *p) for p in pairs], abs=1e-12
    )


def test_gaussian_full(ran):
    found, _ = ran(gaussian_full)
    assert_rows(found["zᵀAz, arrays"] + found["exp(aᵀz), arrays"])
    assert all(abs(row.z) < 5.0 for rows in found.values() for row in rows)
    assert {name: len(rows) for name, rows in found.items()} == dict.fromkeys(found, 6)


@pytest.mark.parametrize("f", ["quadratic", "exponential"])
def test_scalars_and_arrays_agree_on_the_same_draws(f):
    eps = np.random.default_rng(1).standard_normal((50, 2))
    exact = getattr(gaussian_full, f"exact_{f}")()
    arrays = gaussian_full.by_arrays(getattr(gaussian_full, f), eps, exact)
    scalars = gaussian_full.by_scalars(getattr(gaussian_full, f"scalar_{f}"), eps, exact)
    for a, s in zip(arrays, scalars, strict=True):
        assert a.what == s.what
        assert a[1:] == pytest.approx(s[1:], rel=1e-12, abs=1e-14)


def by_hand(step):
    """The gradients derived on paper, and the two parts of the loss."""
    mu, logvar, w, b, eps = (getattr(step, n).value for n in ("mu", "logvar", "w", "b", "eps"))
    sigma = max(math.exp(0.5 * logvar), 1e-6)
    z = mu + sigma * eps
    r = w * z + b - 2.0
    d_sigma = r * w * eps + sigma - 1.0 / sigma
    grads = {"mu": r * w + mu, "logvar": 0.5 * sigma * d_sigma, "w": r * z, "b": r}
    kl = 0.5 * (mu**2 + sigma**2 - math.log(sigma**2) - 1.0)
    return grads, 0.5 * r * r, kl


def test_vae_1d_every_step_is_the_one_on_paper():
    params = {"mu": 0.0, "logvar": -0.5, "w": 0.1, "b": 0.0}
    count = 0
    for step in vae_1d.train(np.random.default_rng(0), 5_000):
        assert {name: getattr(step, name).value for name in params} == params
        grads, rec, kl = by_hand(step)
        for name, grad in grads.items():
            moved = getattr(step, name)
            assert math.isclose(moved.grad, grad, rel_tol=1e-12, abs_tol=1e-14), (count, name)
            params[name] -= 1e-2 * moved.grad
        assert math.isclose(step.rec.value, rec, rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(step.kl.value, kl, rel_tol=1e-12, abs_tol=1e-15)
        assert step.loss.value == step.rec.value + step.kl.value
        assert step.eps.grad is None
        count += 1
    assert count == 5_000


def test_vae_1d_collapses(everything):
    found = everything.results["vae_1d"]
    assert found == pytest.approx({"mu": 0.0, "logvar": 0.0, "w": 0.0, "b": 2.0}, abs=1e-9)


def test_vae_1d_prints_its_columns(everything):
    head, *lines = everything.printed["vae_1d"].splitlines()
    assert head.split() == ["iter", "L", "rec", "kl", "mu", "logvar", "w", "b"]
    table = [line.split() for line in lines[:5]]
    assert [int(line[0]) for line in table] == [1_000, 2_000, 3_000, 4_000, 5_000]
    assert all(len(number.split(".")[1]) == 6 for line in table for number in line[1:])
    assert [float(x) for x in table[-1][1:]] == [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]


def test_vae_iris_reaches_the_optimum_from_each_seed(everything):
    x, _, _ = vae_iris.flowers()
    best = vae_iris.optimum(x, 1)
    runs = everything.results["vae_iris"]
    assert [run.seed for run in runs] == [0, 1, 2]
    for run in runs:
        assert 0.0 <= best.elbo - run.elbo < 0.02
        assert abs(run.sampled - run.elbo) < 5.0 * run.se < 0.01
        assert run.noise == pytest.approx(best.noise, rel=0.02)
        assert max(elbo for _, elbo in run.curve) <= best.elbo
        assert run.curve[0][1] < best.elbo - 1.0
    assert f"{best.elbo:.6f}" in everything.printed["vae_iris"]


def test_vae_iris_with_two_latents():
    x, _, _ = vae_iris.flowers()
    run = vae_iris.train(x, seed=3, latent=2, steps=1_000)
    assert 0.0 <= vae_iris.optimum(x, 2).elbo - run.elbo < 0.02
    assert run.means.shape == (150, 2)


@pytest.mark.parametrize("latent", [1, 2, 3])
def test_the_optimum_is_the_likelihood_of_probabilistic_pca(latent):
    x, _, _ = vae_iris.flowers()
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    s2 = values[: 4 - latent].mean()
    spread = np.maximum(values - s2, 0.0) * (np.arange(4) >= 4 - latent)
    covariance = vectors @ np.diag(spread + s2) @ vectors.T
    distance = np.einsum("ni,ij,nj->n", x, np.linalg.inv(covariance), x).mean()
    logdet = np.linalg.slogdet(2.0 * np.pi * covariance)[1]
    best = vae_iris.optimum(x, latent)
    assert best.elbo == pytest.approx(-0.5 * (logdet + distance), rel=1e-12)
    assert best.noise == pytest.approx(math.sqrt(s2), rel=1e-12)


def test_no_latent_without_noise_left():
    with pytest.raises(ValueError, match="latent is 4: 4 measurements leave noise for 1 to 3"):
        vae_iris.optimum(vae_iris.flowers()[0], 4)


def test_a_standard_error_needs_two_samples():
    with pytest.raises(ValueError, match="2 samples or more, not 1"):
        list(_common.rows(["E"], 1.0, np.ones(1), 1.0))


# --------------------------------------------------------------------------------- the pictures


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_has_its_parts(name):
    demo = runner.load(name)
    assert runner.claim(demo).endswith(".") and (demo.PICTURES or demo.PAGES)
    assert name in TITLES
    parameters = list(inspect.signature(demo.main).parameters.values())
    assert [p.name for p in parameters[:2]] == ["out", "seed"] and parameters[1].default == 0


def test_the_pictures_are_those_promised(everything):
    promised = [file for name in NAMES for file in runner.load(name).PICTURES]
    found = sorted(path.name for path in everything.out.glob("*.svg"))
    assert found == sorted(promised)
    for file in promised:
        svg = (everything.out / file).read_text(encoding="utf-8")
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg") and root.get("role") == "img"
        assert "prefers-color-scheme:dark" in svg


def test_the_gallery_has_of_every_demo_its_files_and_closing_numbers(everything):
    index = (everything.out / "index.html").read_text(encoding="utf-8")
    cards = dict(re.findall(r'<li id="(\w+)">(.*?)</li>', index, re.S))
    assert list(cards) == NAMES == list(TITLES)
    for name, card in cards.items():
        demo = runner.load(name)
        article = (everything.out / own_page(name)).read_text(encoding="utf-8")
        assert html.escape(TITLES[name]) in card and html.escape(runner.claim(demo)) in card
        assert f'href="{own_page(name)}"' in card and f'src="{next(iter(demo.PICTURES))}' in card
        assert html.escape(TITLES[name]) in article
        assert html.escape(runner.claim(demo)) in article
        for file, look in demo.PICTURES.items():
            assert f'src="{file}"' in article and html.escape(look) in article
        for file in (*getattr(demo, "PAGES", {}), f"{name}.py.txt", f"{name}.txt"):
            assert f'href="{file}"' in article and (everything.out / file).is_file()
        *_, last = everything.printed[name].splitlines()
        assert html.escape(last) in article


def test_the_path_comes_first():
    assert NAMES[: len(PATH)] == list(PATH)
    assert ordered(["new", "vae_iris", "chain_rule"]) == ["chain_rule", "vae_iris", "new"]
    assert title("a_new_one") == "A new one"


def test_closing_is_the_last_paragraph():
    assert closing("a\n\nb  1\nc  2\n") == "b  1\nc  2"
    assert closing("only") == "only" and closing("") == ""


def test_gradients_show_in_the_graphs(everything):
    for path in everything.out.glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        if "mg-node" in svg and not path.stem.endswith("_broken"):  # neither a plot nor meant so
            assert "grad +" in svg and ("grad ·" not in svg or "[wall]" in svg), path.name
            assert "⊘ no gradient" in svg or path.name in (
                "chain_rule.svg",
                "digits_vae_decoder.svg",
                "log_variance_repaired.svg",
            )


def test_a_plot_has_the_same_bytes_each_time_and_dark_colours(tmp_path):
    for name in ("a.svg", "b.svg"):
        with _plots.plot(tmp_path / "new" / name, "less < more") as axes:
            axes.plot([0.0, 1.0], color=_plots.COLOURS["parameter"][0])
    first, second = ((tmp_path / "new" / name).read_text() for name in ("a.svg", "b.svg"))
    assert first == second
    assert "<title>less &lt; more</title>" in first and "dc:date" not in first
    light, dark = _plots.COLOURS["parameter"]
    assert f"stroke: {light.lower()}" in first.split("</style>")[-1]
    assert f'[style*="stroke: {light.lower()}"]{{stroke:{dark}!important}}' in first


# --------------------------------------------------------------------------------- the runner


def test_a_failing_demo_does_not_stop_the_others(tmp_path, monkeypatch, capsys):
    def fails(out, seed=0):
        raise ArithmeticError("on <purpose>")

    monkeypatch.setattr(chain_rule, "main", fails)
    out = tmp_path / "a b"
    assert runner.main(["chain_rule", "gaussian_1d", "--out", str(out)]) == 1
    printed, errors = capsys.readouterr()
    assert "1 of 2 failed: chain_rule" in errors and "ArithmeticError: on <purpose>" in errors
    assert "∂μ, pathwise" in printed
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "It failed: ArithmeticError: on &lt;purpose&gt;" in index
    assert 'src="gaussian_1d.svg' in index and "vae_iris" not in index


def test_the_index_keeps_the_pictures_of_earlier_runs(tmp_path, capsys):
    assert runner.main(["chain_rule", "--out", str(tmp_path)]) == 0
    assert runner.main(["gaussian_1d", "--samples", "100", "--out", str(tmp_path)]) == 0
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'src="chain_rule.svg' in index and 'src="gaussian_1d.svg' in index
    assert "100 draws" in capsys.readouterr().out


def test_a_missing_library_is_named_with_its_remedy(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert runner.main(["vae_iris", "--out", str(tmp_path)]) == 1
    assert "pip install '.[demos]'" in capsys.readouterr().err


def test_a_demo_that_can_not_be_loaded_fails_alone(tmp_path, monkeypatch, capsys):
    def load(name):
        if name == "vae_1d":
            raise SyntaxError("broken")
        return importlib.import_module(f"demos.{name}")

    monkeypatch.setattr(_run, "load", load)
    assert runner.main(["vae_1d", "chain_rule", "--out", str(tmp_path)]) == 1
    assert "1 of 2 failed: vae_1d" in capsys.readouterr().err
    assert 'src="chain_rule.svg' in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["no_such"], "there is no demo 'no_such', there are live_page, "),
        (["chain_rule", "vae_iris", "--latent", "2"], "unrecognized arguments: --latent"),
        (["gaussian_1d", "--samples", "0"], "'0' is not a whole number from 1"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_arguments(given, sentence, capsys):
    with pytest.raises(SystemExit) as stopped:
        runner.main(given)
    assert stopped.value.code == 2 and sentence in capsys.readouterr().err


def test_a_folder_that_can_not_be_written(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert runner.main(["chain_rule", "--out", str(tmp_path / "file")]) == 1
    printed, errors = capsys.readouterr()
    assert printed == "" and errors.count("\n") == 1
    assert "can't write into" in errors and "name another folder with --out" in errors


def test_list_says_what_each_claims(capsys):
    assert runner.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == NAMES


def test_the_command_line(tmp_path):
    for module in (["demos", "chain_rule"], ["demos.chain_rule"]):
        out = tmp_path / f"{len(module)} x"
        command = [sys.executable, "-W", "error", "-m", *module, "--out", str(out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert "minigrad's backward" in done.stdout and done.stderr == ""
        assert (out / "chain_rule.svg").is_file()
        assert (out / "index.html").is_file() == (len(module) == 2)


def test_importing_runs_nothing(tmp_path):
    """No output, no file, and no library that takes long to load."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import demos.__main__\n"
        "for name in demos.__main__.known(): demos.__main__.load(name)\n"
        "assert not {'matplotlib', 'sklearn', 'tqdm', 'markdown_it'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code, str(ROOT)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == done.stderr == "" and not list(tmp_path.iterdir())
