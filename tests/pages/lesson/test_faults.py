"""What readers once found wrong with the pages, so that it stays right."""

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from minigrad.engine.op import OPS
from tests.pages.lab.test_page import lab  # noqa: F401 - a fixture
from tests.pages.lesson.test_hard_graphs import chain
from tests.pages.lesson.test_knobs import retype
from tests.pages.lesson.test_looks import frame_shows, place
from tests.pages.lesson.test_panes import walls
from tests.pages.lesson.test_predict import answer
from tests.pages.lesson.test_training import set_rate, vae
from tests.support.browser import NARROW, WIDE
from tests.support.stepper import ids, sampled

RING = ".ring[visibility=visible], .back[d]"


def words(page, selector="#rule"):
    return page.browser.find(selector).text


# ------------------------------------------------------------------------------- where none flows

GRADLESS = {
    "a wall": lambda: mg.stop_gradient(mg.Var(2.0, "x") * mg.Var(3.0, "y")).named("L"),
    "a sample": lambda: mg.Normal(mg.Var(0.5, "m"), 1.0).sample(np.random.default_rng(0)),
    "a constant": lambda: (mg.constant(2.0, "c") * 3.0).named("L"),
    "a comparison": lambda: (mg.Var(1.0, "x") > 0.5).named("L"),
    "a comparison of arrays": lambda: (mg.Var([1.0, 0.0], "x") > 0.5).named("L"),
}


@pytest.mark.parametrize("name", GRADLESS)
def test_no_gradient_starts_where_none_flows(stepper, name):
    page = stepper(GRADLESS[name](), anchor="#s=99")
    assert page.phase == "seed" and page.grads() == {}
    assert "⊘" in words(page) and "No gradient" in words(page) and "+1.0000" not in words(page)
    assert all("grad +" not in text.text for text in page.browser.find_all("#graphs text"))


def test_the_gradient_of_an_array_starts_as_ones_of_its_shape(stepper):
    output = (mg.Var(np.full((2, 3), 0.5), "A") * 2.0).named("L")
    page = stepper(output, anchor="#s=2")
    ones = "[+1.000 +1.000 +1.000; +1.000 +1.000 +1.000]"
    assert page.phase == "seed" and page.rows()[ids(output)["L"]].grad == ones
    assert ones in words(page) and "2×3" in words(page)
    assert page.text_of(f"svg [data-node='{ids(output)['L']}'] .mg-grad") == f"grad {ones}"


# ------------------------------------------------------------------------------------- side by side


def test_a_graph_through_which_no_more_gradient_goes_says_so_and_rests(stepper):
    broken, _ = outputs = walls()
    page = stepper(outputs, anchor="#s=9999", still=True)
    left, right = page.browser.find_all("#rule .part")
    assert "No gradient has further to go" in left.text and "Backward" in right.text
    rings = [frame.find_elements("css selector", RING) for frame in page.browser.find_all(".frame")]
    assert rings[0] == [] != rings[1]
    assert "rsample: " in words(page, "#where") and " sample:" not in words(page, "#where")
    for name in ("mu", "sigma"):
        assert frame_shows(page, ids(broken)[name]), name
    page.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert "rsample: " in words(page, "#where") and " sample: " in words(page, "#where")


def test_parameters_that_start_apart_have_a_knob_each(stepper):
    def output(mu, name):
        return (mg.Var(mu, "mu") * mg.Var(2.0, "a")).named(name)

    page = stepper([output(0.5, "left"), output(3.0, "right")])
    names = [e.get_attribute("data-knob") for e in page.browser.find_all("[data-knob]")]
    assert sorted(names) == ["a", "mu (left)", "mu (right)"]
    page.turn("mu (right)", 2.5)
    assert page.rows(0)["n0"].value == 0.5 and page.rows(1)["n0"].value == 2.5
    assert words(page, "[for=knob-0]") == "mu (left)"


def test_parameters_of_one_name_have_a_knob_each(stepper):
    output = mg.Var(1.0, "x") * mg.Var(2.0, "x") * mg.Var(3.0, "x (2)")
    page = stepper(output)
    for name, value in (("x", 2.5), ("x (2)", 5.0), ("x (3)", 4.0)):
        page.turn(name, value)
    assert [page.rows()[node].value for node in ("n0", "n1", "n3")] == [2.5, 4.0, 5.0]
    assert "x (3) = +4.0000" in words(page)


# ---------------------------------------------------------------------------------- keys and fields


@pytest.mark.parametrize("slider", ["[data-knob='μ']", "#step"])
def test_keys_work_while_a_slider_has_the_focus(stepper, slider):
    page = stepper(sampled(), anchor="#s=2", still=True)
    eps = page.rows()[ids(sampled())["ε"]].value
    page.browser.run("arguments[0].focus()", page.browser.find(slider))
    page.press("r")
    assert page.rows()[ids(sampled())["ε"]].value != eps
    pressed = page.text_of("[data-action=follow]", "ariaPressed")
    page.press("f")
    assert page.text_of("[data-action=follow]", "ariaPressed") != pressed
    page.press(Keys.SPACE)
    assert words(page, "[data-action=play]") == "Pause"
    page.press(Keys.SPACE, "?")
    assert page.browser.find("dialog").is_displayed()


def test_a_comma_that_may_part_thousands_is_refused(stepper):
    page = stepper(sampled())
    for typed in ("1,000", "-1,000", "12,345", "1,234,567"):
        retype(page, typed)
        assert page.rows()[ids(sampled())["μ"]].value == 0.5, typed
        assert page.browser.find("[data-number='μ']").get_property("value") == "0.5000", typed


def test_running_needs_a_rate(stepper):
    page = stepper(vae())
    for rate in ("0", "nan", "", "inf"):
        set_rate(page, rate)
        for _ in range(2):
            page.click("train-run")
            assert words(page, "[data-action=train-run]") == "Run", rate
            assert "above 0" in words(page, "#train-status"), rate
        set_rate(page, "0.01")
        page.click("train")
        assert "above 0" not in words(page, "#train-status"), rate


def test_a_rate_that_is_gone_ends_the_run(stepper):
    page = stepper(vae())
    page.click("train-run")
    page.browser.wait(lambda: page.curve() > 20)
    set_rate(page, "")
    page.browser.wait(lambda: words(page, "[data-action=train-run]") == "Run")


# ------------------------------------------------------------------------------------------ predict


@pytest.mark.parametrize(
    ("truth", "right", "wrong"),
    [
        (-0.0040, "-0.004", "0.0009"),
        (-0.0040, "−0.00404", "0.0040"),
        (0.12344, "0.1234", "0.1300"),
        (0.0, "0", "0.001"),
        (1e-9, "1.005e-9", "0"),
        (100.0, "100.9", "101.1"),
    ],
)
def test_an_answer_has_to_be_near(stepper, truth, right, wrong):
    page = stepper((mg.Var(2.0, "x") * mg.constant(truth, "c")).named("L"), anchor="#s=3")
    for given, verdict in ((right, "Right"), (wrong, "Not quite")):
        page.click("predict")
        assert verdict in answer(page, given), given
        page.click("predict")


def stored():
    """Scalars that the page can't recompute."""
    return (mg.Var(2.0, "a") * OPS["poisson_quantile"].function(mg.Var(1.5, "b"), 0.5)).named("L")


def test_scalars_without_javascript_are_not_called_arrays(stepper):
    page = stepper(stored())
    assert "has no JavaScript" in words(page, "#knobs-note")
    assert "rray" not in words(page, "#inputs")


def test_stored_scalars_can_be_predicted(stepper):
    first = next(r for r in mg.step_through(stored()).steps if r.phase == "backward")
    page = stepper(stored(), anchor=f"#s={first.step}")
    page.click("predict")
    assert page.grads().get(first.target) is None
    assert "Right" in answer(page, repr(first.contribution))
    assert page.grads()[first.target] == pytest.approx(first.total)


# -------------------------------------------------------------------------------------- the graph


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_tall_graph_opens_where_it_begins(stepper, width):
    page = stepper(vae(), width=width, still=True)
    tops = {node: place(page, node)[1] for node in page.rows()}
    assert frame_shows(page, min(tops, key=tops.get))


def test_graphs_glide_from_their_first_place_on(stepper):
    page = stepper(vae())
    assert page.browser.run("return document.getAnimations().length") == 0
    glides = "return getComputedStyle(document.querySelector('.frame svg')).transitionDuration"
    assert page.browser.run(glides) == "0.25s"


def test_what_is_folded_from_the_start_has_no_button_to_fold(stepper):
    page = stepper(chain(0.9))
    assert page.browser.find_all("[data-action^=fold-]") == []


def search(page, *keys):
    page.browser.find("#find").send_keys(*keys)
    return words(page, "#found")


def test_a_search_finds_parts_of_names_one_after_the_other(stepper):
    output = (mg.exp(mg.Var(0.1, "Alpha")).named("alphabet") * mg.Var(2.0, "beta")).named("L")
    page = stepper(output)
    assert search(page, "ALPHA", Keys.ENTER) == "1 of 2" and page.step == 0
    assert search(page, Keys.ENTER) == "2 of 2" and page.step == 1
    assert search(page, Keys.ENTER) == "1 of 2" and page.step == 0
    assert search(page, "bet", Keys.ENTER) == "" and page.step == 1
    assert search(page, "x", Keys.ENTER) == "Nothing is called “ALPHAbetx”." and page.step == 1


# ------------------------------------------------------------------------------------- the layout


def test_a_line_of_source_has_room(stepper):
    page = stepper(sampled(), source="x" * 80 + "\n" + "y\n" * 40)
    room = "return arguments[0].clientWidth - arguments[0].scrollWidth"
    assert page.browser.run(room, page.browser.find("#source ol")) >= 0


LONG = mg.StudentT(mg.Var(3.0, "df"), mg.Var(0.0, "the middle of it"), 1.0)
FORMULAS = {
    "quantiles": lambda: LONG.rsample(np.random.default_rng(0)),
    "relaxed": lambda: mg.RelaxedBernoulli(0.5, logits=mg.Var(1.0, "logits")).rsample(
        np.random.default_rng(0)
    ),
    "squares": lambda: mg.Var(1.3, "x") * mg.Var(1.3, "a very long name indeed for a number"),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_fit_a_telephone(stepper, name):
    page = stepper(FORMULAS[name](), width=320)
    broken = """return [...document.querySelectorAll(".mark")].filter(
      (mark) => mark.getClientRects().length > 1).length"""
    assert page.layouts() == [[]] * (page.last + 1)
    assert page.at_each_step(broken) == [0] * (page.last + 1)


# -------------------------------------------------------------------------------- the coin-flip lab


@pytest.mark.parametrize(("mu", "sigma"), [(1e8, 1e-8), (1e200, 1.0)])
def test_numbers_that_lie_too_close_for_floats_can_be_drawn(lab, mu, sigma):  # noqa: F811
    page = lab(lambda a, b: (mg.Normal(a, b), mg.square), (mu, sigma))
    assert page.browser.run("return document.body.innerHTML").count("NaN,") == 0
    assert page.browser.layout() == []


def test_huge_losses_can_be_drawn(stepper):
    page = stepper((mg.Var(1e20, "x") * 1e285).named("L"))
    set_rate(page, "1e-300")
    page.click("train-100")
    for line in ("raw", "mean"):
        assert "NaN" not in page.text_of(f"#curve .{line}", "points")
