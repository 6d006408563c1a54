"""The demo of the coin-flip lab: its claim by z-scores and quadrature, and its files."""

import contextlib
import io
import math
import re

import pytest
from scipy.integrate import quad

from demos import coin_flip_lab


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What `main` returns, the lines that it prints, and the folder."""
    out = tmp_path_factory.mktemp("coins")
    with contextlib.redirect_stdout(io.StringIO()) as text:
        rows = coin_flip_lab.main(out)
    return rows, text.getvalue().splitlines(), out


def test_every_number_is_within_its_error(made):
    rows, _, _ = made
    assert len(rows) == 7
    for row in rows:
        assert abs(row.z) < 5.0, row
    by_name = {row.what: row for row in rows}
    for name, fault in {
        "∂μ, pathwise": 0.03,
        "∂μ, score function": 0.1,
        "spread, score / pathwise": 0.03,
    }.items():
        row = by_name[name]
        assert abs(row._replace(measured=(1.0 + fault) * row.exact).z) > 5.0, row
    frozen, fresh = (by_name[f"∂μ, difference, {kind} coins"] for kind in ("frozen", "fresh"))
    assert fresh.se > 10.0 * frozen.se
    # What a chord of sine's is to its slope, it is for every frozen coin alike.
    chord = math.sin(coin_flip_lab.STEP) / coin_flip_lab.STEP
    assert frozen.measured == pytest.approx(chord * by_name["∂μ, pathwise"].measured, rel=1e-11)


@pytest.mark.parametrize("sigma", [0.5, 1.8])
def test_the_exact_numbers_by_quadrature(monkeypatch, sigma):
    mu = coin_flip_lab.MU

    def mean_of(f):
        def weighted(e):
            return math.exp(-0.5 * e * e) * f(mu + sigma * e, e)

        return quad(weighted, -12.0, 12.0, epsabs=1e-13)[0] / math.sqrt(2.0 * math.pi)

    _, (d_mu, d_sigma) = coin_flip_lab.mg.value_and_grad(coin_flip_lab.expectation, (0, 1))(
        mu, sigma
    )
    assert d_mu == pytest.approx(mean_of(lambda z, e: math.cos(z)), abs=1e-12)
    assert d_sigma == pytest.approx(mean_of(lambda z, e: math.cos(z) * e), abs=1e-12)
    pathwise = mean_of(lambda z, e: math.cos(z) ** 2) - d_mu**2
    score = mean_of(lambda z, e: (math.sin(z) * e / sigma) ** 2) - d_mu**2
    monkeypatch.setattr(coin_flip_lab, "SIGMA", sigma)
    monkeypatch.setattr(coin_flip_lab, "D_MU", d_mu)
    assert coin_flip_lab.exact_ratio() == pytest.approx(math.sqrt(score / pathwise), rel=1e-9)


def test_the_claim_says_how_much_noisier():
    times = re.search(r"(\d+) times\s+as noisy", coin_flip_lab.__doc__)[1]
    assert float(times) == round(coin_flip_lab.exact_ratio())


def test_the_closing_table_comes_last(made):
    rows, lines, _ = made
    head = lines[-len(rows) - 1]
    assert lines[-len(rows) - 2] == ""
    assert head.split() == ["measured", "std", "error", "exact", "errors", "off"]
    assert [line.split("  ")[0] for line in lines[-len(rows) :]] == [row.what for row in rows]


def test_its_files(made):
    _, _, out = made
    found = sorted(path.name for path in out.iterdir())
    assert found == sorted([*coin_flip_lab.PICTURES, *coin_flip_lab.PAGES])
    page = (out / "coin_flip_lab.html").read_text(encoding="utf-8")
    assert "E[sin z], z = μ + σε" in page and len(page.encode()) < 100_000
