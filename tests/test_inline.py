"""What Jupyter shows: well-formed HTML with the numbers in it, and no word run as markup."""

from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad as mg
from minigrad import inline
from tests.support.families import TABLE


def problem(mu, sigma):
    return mg.Normal(mu, sigma), mg.sin


def parsed(thing):
    return ElementTree.fromstring(f"<div>{thing._repr_html_()}</div>")


def words(thing):
    return " ".join(parsed(thing).itertext())


def test_an_estimate():
    estimate = mg.pathwise(problem, (0.7, 1.2), 1000, 0)
    text = words(estimate)
    assert "pathwise, 1,000 samples" in text and f"{estimate.value:.6g}" in text
    assert f"{estimate.grad_ses[1]:.2g}" in text and "rough" not in text
    assert "rough standard errors" in words(mg.pathwise(problem, (0.7, 1.2), 4, 0))
    arrays = mg.pathwise(
        lambda mu, sigma: (mg.Normal(mu, sigma), lambda z: mg.sin(z).sum(axis=-1)),
        (np.zeros(9), np.ones(9)),
        1000,
        0,
    )
    assert "… and 3 more" in words(arrays)


def test_a_comparison_has_a_dot_for_each_estimate():
    found = mg.compare(problem, (0.7, 1.2), 1000, 0, ["pathwise", "score function", "ARM"])
    dots = parsed(found).findall(".//circle")
    assert len(dots) == 2 * 2  # ARM is for coins: its row is a remark
    assert "score function" in words(found) and found["ARM"].remark in words(found)


def test_equations_and_programs():
    x = mg.Var(2.0, "<x>")
    (x * x).named("y").backward()
    y = x * x
    assert "<x>" in words(mg.equations_of(y)) and "= <x> * <x>" in words(mg.equations_of(y))
    program = mg.trace(lambda a: mg.log(a) * (a < 3), 2.0)
    assert "".join(parsed(program).itertext()) == program.source


@pytest.mark.parametrize("estimates", [[], [("a", float("nan"), 1.0)]])
def test_nothing_to_show_is_no_plot(estimates):
    assert inline.forest(estimates, "x") == ""


def test_a_curve_fits_its_frame():
    for bars in (False, True):
        svg = inline.curve(np.linspace(-1, 1, 5), np.array([0.0, 1, 4, 1, 0]), "a < b", bars)
        root = ElementTree.fromstring(svg)
        assert root.find("title").text == "a < b"
        assert ("polyline" in svg) != bars


def corners(d):
    """The x of the first and the last point of the line, in pixels, and the y of the highest."""
    line = parsed(d).find(".//polyline").get("points").split()
    points = np.array([[float(number) for number in each.split(",")] for each in line])
    return points[0, 0], points[-1, 0], points[:, 1].min()


def test_a_density_stands_above_its_parameters():
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "<s>")
    normal = mg.Normal(mu, sigma)
    assert corners(normal) == (10.0, 410.0, 24.0)
    assert parsed(normal).find(".//code").text == "Normal(loc = mu = 0.7, scale = <s> = 1.2)"
    assert f"density, shown up to {1 / (1.2 * np.sqrt(2 * np.pi)):.4g}" in words(normal)
    assert 'fill="currentColor"' in normal._repr_html_()  # the text, in light and dark
    assert mu.grad is None


def test_the_line_has_the_shape_of_the_density():
    line = parsed(mg.Exponential(2.0)).find(".//polyline").get("points").split()
    x, y = np.array([[float(n) for n in each.split(",")] for each in line]).T
    low, high = (float(t.text) for t in parsed(mg.Exponential(2.0)).findall(".//text")[:2])
    z = low + (high - low) * (x - 10.0) / 400.0
    top = 2.0 * np.exp(-2.0 * z[0])
    np.testing.assert_allclose((125.0 - y) / 101.0, 2.0 * np.exp(-2.0 * z) / top, atol=2e-3)


def test_a_count_has_a_bar_for_each_outcome():
    bars = parsed(mg.Binomial(3, 0.5)).findall(".//line")[:-1]  # the last is the axis
    highs = [float(bar.get("y1")) - float(bar.get("y2")) for bar in bars]
    np.testing.assert_allclose(np.array(highs) / 101.0, [1 / 3, 1, 1, 1 / 3], atol=1e-3)
    assert "probability, shown up to 0.375" in words(mg.Binomial(3, 0.5))


@pytest.mark.parametrize("d", [mg.Normal([0.0, 1.0], 1.0), mg.Dirichlet(np.ones(3))])
def test_several_numbers_are_text(d):
    assert parsed(d).find(".//svg") is None and type(d).__name__ in words(d)


@pytest.mark.parametrize(
    "d", [mg.Beta(0.5, 0.5), mg.Cauchy(0.0, 1.0), mg.Gamma(0.1, 1.0), mg.Normal(3.0, 1e-8)], ids=str
)
def test_awkward_densities_fill_their_frame(d):
    line = parsed(d).find(".//polyline").get("points").split()
    y = np.array([float(each.split(",")[1]) for each in line])
    assert y.min() == 24.0 and 30 < np.sum(y < 124.0)
    low, high = (t.text for t in parsed(d).findall(".//text")[:2])
    assert low != high


@pytest.mark.parametrize("truth", TABLE, ids=str)
def test_every_distribution_can_be_shown(truth):
    d = truth.make()
    assert type(d).__name__ in words(d) and "nan" not in d._repr_html_().split("<code>")[0]
