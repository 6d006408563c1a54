"""What Jupyter shows: well-formed HTML with the numbers in it, and no word run as markup."""

from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad as mg
from minigrad import inline


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
