"""The stepper page with what is hard on it: hostile words, numbers that are none, many nodes."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.pages.lesson.sources import lines_of
from minigrad.pictures.labels import short
from tests.support.browser import NARROW, WIDE
from tests.support.stepper import coin

HOSTILE = [
    "</script><script>throw 1</script>",
    "<!--",
    "<script>",
    "]]>",
    "a\u2028b\u2029c",
    "\"'`&amp;&",
    "${x}",
    "$data $$",
    "<img src=x onerror=fail()>",
    "line\nbreak\ttab",
    "\u202eright to left",
    "__proto__",
    "constructor",
    "n0",
    "",
    " ",
    "\\",
    "\0",
    "é" * 300,
    "🎲",
]


# ------------------------------------------------------------------------------------ hostile words


def hostile():
    """Each of the words names a parameter, and what is made of it in a scope of that name too."""
    total = 0.0
    for name in HOSTILE:
        with mg.scope("in " + name.replace("/", "|")):
            total = total + mg.exp(mg.Var(0.5, name) * coin(0.83)).named(f"exp {name}")
    return total.named("L")


def cleaned(words):
    """As pictures have it: on one line, and without what is not printed."""
    return "".join(c if c.isprintable() else " " for c in words)


@pytest.fixture
def beset(stepper):
    """A page with all the hostile words in names, scopes, title and source."""
    given = {"title": " ".join(HOSTILE), "source": "\n".join(HOSTILE)}
    return stepper(hostile(), anchor="#s=9999", width=NARROW, **given)


def test_hostile_words_are_words(beset):
    assert beset.browser.driver.title.split() == cleaned(" ".join(HOSTILE)).split()
    heads = [e.get_property("textContent") for e in beset.browser.find_all("tr[data-node] th")]
    for name in HOSTILE:
        assert not name or short(cleaned(name)) in heads or cleaned(name) in heads, name
    lines = [e.get_property("textContent") for e in beset.browser.find_all("#source li")]
    given = lines_of("\n".join(HOSTILE))
    assert [line.split() for line in lines] == [line.split() for line in given]


def test_a_page_of_hostile_words_works(beset):
    top = list(beset.rows().values())[-1]
    assert top.value == pytest.approx(len(HOSTILE) * math.exp(0.5 * 0.83)) and top.grad == 1.0
    assert beset.error <= 1e-12
    beset.click("resample")
    assert list(beset.rows().values())[-1].value != top.value
    assert beset.browser.find("dialog").is_displayed() is False
    beset.press("?")
    assert beset.browser.find("dialog").is_displayed()


def test_a_page_of_hostile_words_is_readable(beset):
    assert beset.browser.layout() == []
    beset.browser.resize(WIDE)
    assert beset.browser.layout() == []


def test_two_parameters_of_one_name_are_two(stepper):
    output = (mg.Var(2.0, "x") * mg.Var(3.0, "x")).named("L")
    page = stepper(output, anchor="#s=9999")
    assert [row.grad for row in page.rows().values()] == [3.0, 2.0, 1.0]


# ---------------------------------------------------------------------------- numbers that are none


@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_none(stepper, x):
    output = (mg.Var(x, "x") * mg.Var(2.0, "y")).named("L")
    page = stepper(output, anchor="#s=9999")
    found = list(page.rows().values())
    assert [row.value for row in found] == pytest.approx([x, 2.0, 2.0 * x], nan_ok=True)
    assert [row.grad for row in found] == pytest.approx([2.0, x, 1.0], nan_ok=True)
    assert page.error == 0.0 and page.browser.look() == []


def test_a_call_that_javascript_refuses_is_told_and_recovers(stepper):
    """soft_clip needs low < high, and a knob can move low beyond."""
    x, low = mg.Var(0.3, "x"), mg.Var(-1.0, "low")
    page = stepper(mg.soft_clip(x, low, 1.0).named("L"), anchor="#s=9999")
    before = page.rows()
    page.turn("low", 1.0)
    assert "low < high" in page.browser.find("body").text
    page.turn("low", -1.0)
    assert page.rows() == before and "low < high" not in page.browser.find("body").text


# --------------------------------------------------------------------------------------- odd graphs


def laws():
    """Noise of every law that the page can draw, and long formulas."""
    rng, one = np.random.default_rng(0), mg.Var(1.0, "one")
    families = (mg.Laplace, mg.Logistic, mg.Gumbel, mg.Cauchy, mg.LogNormal, mg.Weibull)
    drawn = [family(one, 1.0).rsample(rng) for family in families]
    drawn += [mg.Exponential(one).rsample(rng), mg.HalfNormal(one).rsample(rng)]
    drawn += [mg.RelaxedBernoulli(0.5, logits=one).rsample(rng), mg.Uniform(0.0, one).rsample(rng)]
    return sum(drawn).named("L")


ODD = {
    "a leaf": lambda: mg.Var(2.0, "x"),
    "constants": lambda: (mg.constant(2.0, "c") * 3.0).named("L"),
    "a comparison": lambda: (mg.Var(1.0, "x") > 0.5).named("L"),
    "without names": lambda: mg.sin(mg.Var(1.3)) * mg.Var(0.2),
    "laws": laws,
    "quantiles": lambda: mg.StudentT(mg.Var(3.0, "df"), 0.0, 1.0).rsample(np.random.default_rng(0)),
    "nothing in it": lambda: mg.sum(mg.Var(np.zeros((0, 3)), "E")).named("L"),
    "many cells": lambda: mg.sum(mg.square(mg.Var(np.ones((40, 50)), "B"))).named("L"),
    "three axes": lambda: mg.sum(2.0 * mg.Var(np.ones((2, 3, 2)), "T")).named("L"),
    "huge": lambda: mg.Var(1e300, "x") * mg.Var(-1e-320, "tiny"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_graphs_are_readable_at_every_step(stepper, name):
    page = stepper(ODD[name](), width=NARROW)
    assert page.layouts() == [[]] * (page.last + 1)


def test_every_law_is_drawn_anew(stepper):
    output = laws()
    page = stepper(output)
    noise = [f"n{row.position}" for row in mg.equations_of(output) if row.kind == "noise"]
    before = page.rows()
    page.click("resample")
    after = page.rows()
    assert len(noise) == 10 and all(after[n].value != before[n].value for n in noise)


def test_an_output_without_a_gradient_hands_none_back(stepper):
    page = stepper(ODD["a comparison"](), anchor="#s=9")
    assert page.grads() == {}
    assert "no gradient" in page.browser.find("#rule").text


# --------------------------------------------------------------------------------------- many nodes


def chain(w, blocks=12, size=20):
    x = weight = mg.Var(w, "w")
    for i in range(blocks):
        with mg.scope(f"block {i}"):
            for _ in range(size):
                x = mg.sin(weight * x)
    return x.named("L")


def gradient(w):
    output = chain(w)
    output.backward()
    return mg.equations_of(output)[0].grad


def test_many_nodes_are_folded_and_can_be_stepped_through(stepper):
    page = stepper(chain(0.9))
    assert page.last == 2 * (2 * 12 * 20) + 1 and page.error <= 1e-12
    page.click("last")
    assert page.rows()["n0"].grad == pytest.approx(gradient(0.9), rel=1e-12)
    page.turn("w", 1.1)
    assert page.rows()["n0"].grad == pytest.approx(gradient(1.1), rel=1e-12)
    assert page.browser.layout() == []
