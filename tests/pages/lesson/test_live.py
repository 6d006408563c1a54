"""A lesson that carries Graphviz: folds and narrow panes lay out anew; curves and draws."""

import math

import numpy as np
import pytest

import minigrad as mg
from tests.pages.lesson.test_looks import frame_shows
from tests.support.stepper import CUT, Stepper, assert_fresh, ids, sampled


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return mg.step_through(sampled(), live=True).save(tmp_path_factory.mktemp("live") / "l.html")


@pytest.fixture
def page(browser, file):
    browser.open(file, still=True)
    yield Stepper(browser)
    assert browser.errors() == [] == browser.requests()


NODE_NOW = "return document.querySelector('tr.now')?.dataset.node"
# Whether a node is seen whole, at which scale; the height of what shows it, and the boxes there.
SIGHT = """const frame = document.querySelector(".frame"), svg = frame.querySelector("svg");
const a = svg.querySelector(`[data-node="${arguments[0]}"]`).getBoundingClientRect();
const b = frame.getBoundingClientRect();
return [a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom,
  svg.getBoundingClientRect().width / svg.viewBox.baseVal.width, frame.clientHeight,
  frame.querySelectorAll(".mg-node").length]"""


def laid_out(page, change, width=None):
    before = page._root("layouts")
    change()
    page.browser.wait(lambda: page._root("layouts") != before)


def drawn(page) -> list[str]:
    return page.browser.run("""return [...document.querySelectorAll(".frame .mg-node")]
        .map((node) => node.querySelector("text").textContent.split(/\\s/)[0])""")


def test_a_fold_is_one_box_in_a_new_layout_and_opens_again(page):
    wide = page.browser.run("return document.querySelector('.frame svg').viewBox.baseVal.width")
    button = page.browser.find("[data-action='fold-sampling']")
    laid_out(page, button.click)
    assert button.get_attribute("aria-expanded") == "false"
    assert sorted(drawn(page)) == sorted(["log", "μ", "sampling", "target", "z", "L"])
    less = page.browser.run("return document.querySelector('.frame svg').viewBox.baseVal.width")
    assert less < wide
    page.go(page.last)
    assert_fresh(page, sampled())
    assert page.browser.find_all(".mg-flow.now") and page.browser.layout() == []
    box = page.browser.find(".mg-node[data-kind=scope]")
    laid_out(page, box.click)
    assert {"σ", "σ·ε"} <= {*drawn(page)}
    again = page.browser.run("return document.querySelector('.frame svg').viewBox.baseVal.width")
    assert again == wide and button.get_attribute("aria-expanded") == "true"
    page.turn("μ", 0.75)
    assert_fresh(page, sampled(0.75))


def test_both_scopes_fold_by_keyboard_with_one_arrow_between_them(page):
    for name in ("sampling", "objective"):
        page.browser.run(f"document.querySelector('[data-action=fold-{name}]').focus()")
        laid_out(page, lambda: page.press(" "))
        assert page.browser.run("return document.activeElement.dataset.action") == f"fold-{name}"
    assert sorted(drawn(page)) == sorted(["log", "μ", "sampling", "objective"])
    heads = page.browser.run("""return [...document.querySelectorAll(".frame .mg-edge")].length""")
    assert heads == 3
    assert page.browser.look() == []


def test_a_narrow_pane_is_filled_downward(browser, tmp_path):
    shape = """const {width, height} = document.querySelector(".frame svg").viewBox.baseVal;
      return width / height"""
    file = mg.step_through(sampled(), live=True).save(tmp_path / "narrow.html")
    browser.open(file, width=400, still=True)
    page = Stepper(browser)
    browser.wait(lambda: page._root("layouts"))
    assert browser.run(shape) < 1.0 and browser.run(CUT) == []
    for step in page.walk():
        if step:
            node = browser.run(NODE_NOW)
            assert node is None or frame_shows(page, node), step
    laid_out(page, lambda: browser.resize(1400))
    assert browser.run(shape) > 1.0


def test_the_plots_are_those_of_the_live_page(page):
    assert page.text_of("#density svg", "aria-label") == "The density of z; this draw is +1.1795"
    z = 0.5 + math.exp(-0.2) * 0.83
    assert f"{2.0 * (z - 2.0):.4f}".replace("-", "−") in page.text_of("#over-sample-text")
    page.click("draw-100")
    exact = 2.0 * (0.5 - 2.0)  # of E(z - 2)² by μ
    page.browser.wait(lambda: page.text_of("[data-histogram]", "data-exact"))
    assert float(page.text_of("[data-histogram]", "data-exact")) == pytest.approx(exact, abs=1e-9)
    assert page.text_of("[data-histogram]", "data-count") == "100"
    assert ids(sampled())["z"] in page.browser.run(
        "return [...document.querySelectorAll('#plots circle')].map((c) => c.dataset.node)"
    )


@pytest.mark.parametrize(("width", "dark"), [(400, True), (1000, False), (1400, True)])
def test_nothing_is_wrong_to_the_eye_or_the_ear(browser, file, width, dark):
    browser.open(file, width=width, dark=dark, still=True)
    page = Stepper(browser)
    page.go(8)
    page.click("draw-100")
    browser.run("scrollTo(0, 0)")
    assert browser.look() == []


def test_a_question_and_two_graphs_have_no_plots():
    two = mg.step_through([sampled(), sampled(0.7)], live=True)
    assert 'id="plots"' not in two.html and 'id="engine"' in two.html
    x = mg.Var([1.0, 2.0], "x")
    assert 'id="plots"' not in mg.step_through(mg.sum(x * x), live=True).html


SHAPE = """return [...document.querySelectorAll(".frame svg")].map((svg) => {
  const {width, height} = svg.viewBox.baseVal;
  return [width > height, svg.getBoundingClientRect().width / width];
})"""


def chain(scopes=("first", "second", "third"), ops=6):
    v = mg.Var(0.5, "v")
    for scope in scopes:
        with mg.scope(scope):
            for _ in range(ops):
                v = mg.sin(v)
    return v.named("L")


def test_two_graphs_run_in_the_direction_in_which_both_are_readable(browser, tmp_path):
    outputs = [chain((), 0) ** 2, chain(("only",), 8)]
    file = mg.step_through(outputs, live=True).save(tmp_path / "two.html")
    browser.open(file, width=1400, still=True)
    page = Stepper(browser)
    browser.wait(lambda: page._root("layouts"))
    (_, one), (wide, other) = browser.run(SHAPE)
    assert min(one, other) > 0.75 and wide
    laid_out(page, lambda: browser.resize(700))
    (_, one), (wide, other) = browser.run(SHAPE)
    assert min(one, other) > 0.75 and not wide


def test_of_a_large_graph_those_scopes_are_open_that_the_step_is_about(browser, tmp_path):
    file = mg.step_through(chain(), live=True).save(tmp_path / "large.html")
    browser.open(file, width=1000, still=True)
    page = Stepper(browser)
    browser.wait(lambda: page._root("layouts"))
    assert sorted(drawn(page)) == ["first", "second", "third", "v"]
    heights = set()
    for step in page.walk():
        if (node := browser.run(NODE_NOW)) is None:
            continue
        browser.wait(lambda node=node: browser.find_all(f"svg [data-node='{node}']"))
        is_shown, scale, height, count = browser.run(SIGHT, node)
        assert is_shown and scale >= 0.75 and count <= 15, step
        heights.add(height)
    assert len(heights) == 1  # the buttons below stay where they are
    laid_out(page, lambda: page.click("fold-second"))
    assert page.text_of("[data-action=focus]", "aria-pressed") == "false"
    laid_out(page, lambda: page.click("focus"))
    assert page.text_of("[data-action=focus]", "aria-pressed") == "true"


def test_a_draw_by_quantiles_is_recomputed_with_its_knobs(stepper):
    df, loc = mg.Var(3.0, "df"), mg.Var(0.5, "loc")
    z = mg.StudentT(df, loc, 1.2).rsample(np.random.default_rng(0))
    page = stepper((z**2).named("L"), anchor="#s=99")
    assert page.error <= 1e-12
    page.turn("df", 2.0)
    (noise,) = (x.value for x in mg.equations_of(z) if x.kind == "noise")
    df = mg.Var(2.0)
    (mg.StudentT(df, loc, 1.2).transform(noise) ** 2).backward()
    assert page.grads()["n0"] == pytest.approx(df.grad, rel=1e-11)


def test_an_ordinary_lesson_has_plots_where_they_fit(stepper):
    mu, eps = mg.Var(0.7, "mu"), mg.noise(np.random.default_rng(0), name="eps")
    page = stepper(mg.sin((mu + 1.2 * eps).named("z")).named("f"), anchor="#s=99")
    page.click("draw-100")
    assert page.text_of("[data-histogram]", "data-count") == "100"
    page.click("nudge")
    assert page.browser.find_all("#nudge-steps li")
    page.browser.find("#ask-noise").click()
    assert page.text_of("#why-number")


def test_a_large_lesson_is_within_its_limit_and_asks_without_plots(browser, tmp_path):
    y = mg.Var(0.3, "x")
    for i in range(9):
        y = mg.sin(y * mg.Var(1.1, f"w{i}"))
    lesson = mg.step_through(y.named("L"))
    assert len(lesson.html.encode()) < 150_000
    assert 'id="nudge"' in lesson.html and 'id="density"' not in lesson.html
