"""What a picture makes of numbers for the eye: rounding is 0, log 2π has its name."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.equations import equations_of
from minigrad.pictures.labels import KNOWN, formulas, known
from minigrad.pictures.rounding import rounded_away


def lines_of(output, name):
    graph = mg.draw(output).graph
    box = next(box for box in graph.boxes if box.title.split(";")[0] == name)
    return [line.words for line in box.lines], box.title


def test_a_sum_that_cancels_is_0_and_the_tooltip_has_the_number():
    x = mg.Var(0.1, "x")
    y = ((x + 0.2) - 0.3).named("y")
    total = (y * -3.0 + (x * x - x * x)).named("total")
    assert y.value != 0.0
    for name, number in (("y", "+6e−17"), ("total", "−2e−16")):
        words, title = lines_of(total, name)
        assert words[1] == "value +0.0000" and f"{number} of rounding" in title


def test_a_gradient_that_cancels_is_0():
    x = mg.Var(0.1, "x")
    h = (x * 3.0).named("h")
    loss = h * 0.1 + h * 0.2 - h * 0.3
    loss.backward()
    assert 0.0 < abs(h.grad) < 1e-15 and x.grad != 0.0
    for name in ("h", "x"):
        words, title = lines_of(loss, name)
        assert words[2] == "grad +0.0000" and "of rounding" in title


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * 1e-20,
        lambda x: mg.exp(-60.0 * x),
        lambda x: x * 1e-16 + 1e-17,
        lambda x: (x - 1.0 + 1e-9) - 1e-9 * 0.5,
        lambda x: mg.sum(x * np.array([1e-17, 1e-17])),
    ],
)
def test_a_small_number_that_nothing_cancelled_stays(f):
    y = f(mg.Var(1.0, "x"))
    y.backward()
    assert rounded_away(equations_of(y)) == (set(), set())


def test_a_gradient_that_vanishes_step_by_step_stays():
    h = x = mg.Var(0.5, "x")
    for _ in range(60):
        h = mg.tanh(h * 0.4)
    h.backward()
    assert 0.0 < x.grad < 1e-20
    assert rounded_away(equations_of(h))[1] == set()


@pytest.mark.parametrize("x", KNOWN)
def test_known_numbers_have_their_name(x):
    assert known(x).text == KNOWN[x] and known(-x).text == f"−{KNOWN[x]}"
    assert known(x * (1.0 + 1e-15)) is None or x * (1.0 + 1e-15) in KNOWN
    assert known(np.array([x])) is None


def test_a_density_names_its_constants():
    density = mg.Normal(mg.Var(0.7, "μ"), 1.0).log_prob(0.5)
    assert "½ log 2π" in formulas(equations_of(density), 60)[-1]
    words, title = lines_of(density, "½ log 2π")
    assert words == ["½ log 2π"] and title == "½ log 2π; 0.918939"
    y = 2.0 * mg.Var(1.0, "x") - math.log(2.0) * mg.Var(1.0, "z")
    assert formulas(equations_of(y))[-1] == "2·x − log 2·z"


def test_the_direction_is_that_in_which_the_page_shows_more():
    x = mg.Var(0.5, "x")
    short = mg.sin(mg.sin(x))
    long = x
    for _ in range(20):
        long = mg.sin(long)
    wide = [mg.sin(x * float(i)).named(f"a name of some length, the {i}.") for i in range(12)]
    broad = wide[0]
    for each in wide[1:]:
        broad = (broad + each).named("sum")
    assert "rankdir=LR" in mg.draw(short).dot and "rankdir=TB" in mg.draw(long).dot
    assert "rankdir=LR" in mg.draw(broad).dot  # 12 beside one another would be wider still


def test_the_names_of_scopes_are_drawn_last():
    with mg.scope("outer"), mg.scope("inner"):
        y = mg.sin(mg.Var(1.0, "x"))
    svg = mg.draw(y * 2.0).svg
    titles = svg.index('class="mg-titles"')
    assert titles > svg.rindex('class="mg-edge') and titles > svg.rindex('class="mg-node')
    assert svg.count(">outer<") == svg.count(">inner<") == 1
    assert svg.index(">outer<") > titles and ".mg-titles text{fill" in svg
