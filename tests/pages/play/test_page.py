"""The live page in the hands of a reader: typing, errors, links, draws, what lights up."""

import json
import math
import time
import urllib.parse
from collections.abc import Callable

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import minigrad as mg
from minigrad.formulas.expressions import Expression
from minigrad.formulas.tokens import ExpressionError
from minigrad.pages.play.presets import PRESETS
from tests.support.browser import Browser
from tests.support.stepper import CUT, Stepper

TYPE = """const box = document.querySelector("[data-program]");
box.value = arguments[0];
box.dispatchEvent(new Event("input", {bubbles: true}));"""
CHOOSE = """const chooser = document.querySelector(arguments[0]);
chooser.selectedIndex = [...chooser.options].findIndex((each) => each.text === arguments[1]);
chooser.dispatchEvent(new Event("change", {bubbles: true}));"""
GAUSS = "mu = 0.7\nsigma = 1.2\neps ~ normal\nz = mu + sigma*eps\nf = sin(z)"
ROWS = """return [...document.querySelectorAll("tr[data-name]")].map((row) =>
  [row.dataset.name, row.dataset.value, row.dataset.grad ?? null])"""


class Page(Stepper):
    """The live page, whose `type` waits until the new graph is there."""

    def type(self, text: str, names: set[str] | None = None) -> None:
        self.shown_after(lambda: self.browser.run(TYPE, text))
        self.settle(names)

    def shown_after(self, change: Callable[[], object]) -> None:
        """Until the page has shown another program."""
        before = self._root("programs")
        change()
        self.browser.wait(lambda: self._root("programs") != before)

    def settle(self, names: set[str] | None = None) -> None:
        def is_there() -> bool:
            rows = {row[0] for row in self.browser.run(ROWS)}
            return bool(rows) and (names is None or names <= rows)

        self.browser.wait(is_there)

    @property
    def fault(self) -> str:
        return self._root("error")

    def numbers(self) -> dict[str, tuple[float, float | None]]:
        rows = self.browser.run(ROWS)
        return {n: (float(v), None if g in (None, "") else float(g)) for n, v, g in rows if v}

    def histogram(self, what: str) -> float:
        self.browser.wait(lambda: self.text_of("[data-histogram]", f"data-{what}"))
        return float(self.text_of("[data-histogram]", f"data-{what}"))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return mg.playground(GAUSS).save(tmp_path_factory.mktemp("play") / "play.html")


@pytest.fixture
def page(browser: Browser, file) -> Page:
    browser.open(file, anchor="#s=99")  # the last step there is
    page = Page(browser)
    page.settle({"f"})
    return page


def test_a_program_is_computed_as_it_is_typed(page):
    page.type("x = 2\ny = 3\nL = x*y + sin(x)", {"L"})
    found = page.numbers()
    assert found["L"][0] == pytest.approx(6.0 + math.sin(2.0), rel=1e-12)
    assert found["x"][1] == pytest.approx(3.0 + math.cos(2.0), rel=1e-12)
    before = page.last
    page.type("x = 2\nL = x*x", {"L"})
    page.browser.wait(lambda: page.last < before)
    assert page.numbers()["x"][1] == 4.0
    assert page.browser.errors() == [] and page.browser.requests() == []


def test_steps_knobs_and_coins_are_those_of_a_lesson(page):
    page.press(Keys.HOME) if page.browser.find("body") else None
    page.go(0)
    assert page.grads() == {}
    page.go(page.last)
    eps = page.numbers()["eps"][0]
    page.turn("mu", 1.5)
    found = page.numbers()
    assert found["eps"][0] == eps
    z = 1.5 + 1.2 * eps
    assert found["mu"][1] == pytest.approx(math.cos(z), rel=1e-12)
    assert found["sigma"][1] == pytest.approx(math.cos(z) * eps, rel=1e-12)
    page.click("resample")
    found = page.numbers()
    assert found["eps"][0] != eps and found["mu"][0] == 1.5


def test_errors_have_pythons_words_and_leave_the_graph(page):
    for text in ("y = 2x", "sinn(1)", "f = (1", "q ~ Normal(0, -1); q", ""):
        before = page.numbers()
        page.browser.run(TYPE, text)
        page.browser.wait(lambda: page.fault)
        with pytest.raises(ExpressionError) as refused:
            Expression(text).compute({})
        assert page.fault == str(refused.value), text
        assert page.text_of("#fault") == str(refused.value)
        assert page.numbers() == before, text
        page.type(GAUSS)
        page.browser.wait(lambda: page.fault == "")


def test_it_opens_at_the_leaves_with_the_whole_graph(browser, file):
    for width in (400, 1400):
        browser.open(file, width=width, still=True)
        page = Page(browser)
        page.settle({"f"})
        assert page.step == 0 and page.grads() == {}
        cut = browser.run(CUT)
        assert cut == [], width


def test_what_is_of_the_text_before_is_grey_while_there_is_an_error(page):
    filtered = "return getComputedStyle(document.querySelector('#graphs')).filter"
    assert page.browser.run(filtered) == "none"
    page.browser.run(TYPE, "f = (1")
    page.browser.wait(lambda: page.fault)
    assert page.browser.run(filtered) == "grayscale(1)"
    page.type(GAUSS)
    assert page.browser.run(filtered) == "none"


CURVE = "return document.querySelector('#over-knob .curve-line').getAttribute('d')"


def test_a_curve_is_not_joined_through_poles_and_jumps(page):
    for text, pieces in [
        ("mu = 0.7\nL = 1/mu", 2),
        ("mu = 0.7\nL = tan(3*mu)", 3),
        ("mu = 0.7\nL = (mu > 0.5) + 0*mu", 2),
        ("mu = 0.7\nL = tanh(200*(mu - 0.5))", 1),
        ("mu = 0.7\nL = log(mu)", 1),
    ]:
        page.type(text, {"mu", "L"})
        assert (text, page.browser.run(CURVE).count("M")) == (text, pieces)


def test_what_is_not_finite_has_no_place_in_a_plot_and_makes_no_noise(page):
    page.type("x = -1\neps ~ normal\nz = x + eps\nL = log(x) + z/0", {"L"})
    page.click("draw-100")
    assert page.browser.find_all("#over-knob circle") == [] == page.browser.errors()


def test_a_scope_of_a_program_folds_into_a_box(page):
    page.type("mu = 0.5\nq ~ Normal(mu, 1)\nL = q**2 + kl(q)", {"L"})
    before = page.numbers()
    laid_out = page._root("layouts")
    page.click("fold-sampling")
    page.browser.wait(lambda: page._root("layouts") != laid_out)
    assert page.text_of(".mg-node[data-kind=scope] text") == "sampling"
    assert page.numbers() == before
    page.type("mu = 0.5\nq ~ Normal(mu, 1)\nL = q**2", {"L"})  # it stays folded
    assert page.browser.find_all(".mg-node[data-kind=scope]")
    page.type("mu = 0.5\nL = mu**2", {"L"})
    assert not page.browser.find_all("#folds button")


def test_a_link_carries_program_knobs_noise_and_step(page, file, browser):
    page.type("a = 0.5\neps ~ normal\nL = exp(a*eps)", {"a", "L"})
    page.turn("a", 0.8)
    page.click("resample")
    page.go(3)
    page.click("share")
    browser.wait(lambda: "p=" in page.address)
    address, found, step = page.address, page.numbers(), page.step
    browser.driver.delete_all_cookies()
    browser.open(file, anchor=address)
    again = Page(browser)
    again.settle({"a", "L"})
    browser.wait(lambda: again.step == step)
    assert again.numbers() == found
    assert again.browser.run("return document.querySelector('[data-program]').value").startswith(
        "a = 0.5"
    )


def test_every_preset_runs(page):
    for preset in (each for group in PRESETS.values() for each in group):
        page.shown_after(lambda title=preset.title: page.browser.run(CHOOSE, "#presets", title))
        assert (preset.title, page.fault) == (preset.title, "")
        assert page.step == 0
        page.go(page.last)
    assert page.browser.errors() == []


def test_a_hundred_draws_agree_with_the_integral(page):
    exact = math.exp(-0.5 * 1.2**2) * math.cos(0.7)
    assert page.histogram("exact") == pytest.approx(exact, abs=1e-10)
    page.click("draw-100")
    assert page.histogram("count") == 100
    page.click("draw-1000")
    page.click("draw-1000")
    assert page.histogram("count") == 2100
    spread = math.sqrt(0.5 / 2100)  # cos² is at most 1, here about ½
    assert abs(page.histogram("mean") - exact) < 5 * spread
    score = page.text_of("#score-text")
    mean, error = (float(w.replace("−", "-")) for w in (score.split()[1], score.split()[3]))
    assert abs(mean - exact) < 5 * error
    Select(page.browser.find("#active")).select_by_visible_text("sigma")
    exact = -1.2 * math.exp(-0.5 * 1.2**2) * math.sin(0.7)
    page.browser.wait(lambda: page.histogram("exact") == pytest.approx(exact, abs=1e-10))
    assert page.histogram("count") == 0


def test_the_exact_value_is_known_where_the_way_back_is_not(page):
    page.type("logit = 0\nu ~ uniform\nb = u < sigmoid(logit)\nL = b*b", {"b", "L"})
    assert page.histogram("exact") == pytest.approx(0.25, abs=1e-6)
    page.click("draw-100")
    assert page.histogram("mean") == 0.0


def test_a_nudge_is_run_forward_and_compared(page):
    page.click("nudge")
    eps = page.numbers()["eps"][0]
    z = 0.7 + 1.2 * eps
    change = float(page.text_of("#nudge", "data-change"))
    assert change == pytest.approx(math.sin(z + 0.1) - math.sin(z), rel=1e-9)
    assert float(page.text_of("#nudge", "data-guess")) == pytest.approx(0.1 * math.cos(z))


def test_why_noise_gets_none_is_answered_with_its_number(page):
    assert "no parameter made it" in page.text_of("#why-text")
    page.browser.find("#ask-noise").click()
    z = page.numbers()["z"][0]
    slope = float(page.text_of("#why-number", "data-slope"))
    assert slope == pytest.approx(1.2 * math.cos(z), rel=1e-12)
    assert "sigma·∂L/∂(sigma·eps)" in page.text_of("#why-number")
    assert page.rows()[_id(page, "eps")].grad is None


def _id(page: Page, name: str) -> str:
    return page.text_of(f"tr[data-name='{name}']", "data-node")


def test_a_node_under_the_pointer_lights_up_everywhere(page):
    page.browser.hover(page.browser.find("tr[data-name='z'] button"))
    page.browser.wait(lambda: page.browser.find_all(".mg-node.lit"))
    (node,) = page.browser.find_all(".mg-node.lit")
    assert node.get_attribute("data-name") == "z"
    assert page.browser.find_all("circle.lit")
    assert "100 %" in page.text_of("#lit-text")


def test_the_same_in_python_runs_in_python(page):
    page.click("python")
    code = page.text_of("#python-code")
    space: dict[str, object] = {}
    exec(code.replace("print(", "("), space)
    found = page.numbers()
    assert space["mu"].grad == pytest.approx(found["mu"][1], rel=1e-12)
    assert space["sigma"].grad == pytest.approx(found["sigma"][1], rel=1e-12)
    Select(page.browser.find("#dialect")).select_by_visible_text("PyTorch")
    assert "torch.sin(z)" in page.text_of("#python-code")
    Select(page.browser.find("#dialect")).select_by_visible_text("JAX")
    assert "jax.value_and_grad(f, argnums=(0, 1))" in page.text_of("#python-code")


def test_nothing_typed_runs_as_code(page):
    rng = np.random.default_rng(3)
    pieces = [
        "<img src=x onerror=alert(1)>",
        "</script>",
        "<script>",
        "alert(1)",
        "`${1}`",
        "x",
        "=",
    ]
    pieces += [
        "sin(",
        ")",
        "1",
        "\n",
        "constructor",
        "__proto__",
        "toString",
        "~",
        "'",
        '"',
        "eps",
        "*",
    ]
    texts = ["".join(rng.choice(pieces, 8)) for _ in range(2000)]
    page.browser.run(
        """window.ran = 0;
        window.alert = () => (window.ran += 1);
        const box = document.querySelector("[data-program]");
        for (const text of arguments[0]) {
          box.value = text;
          box.dispatchEvent(new Event("input", {bubbles: true}));
        }""",
        texts,
    )
    time.sleep(0.2)
    assert page.browser.run("return window.ran") == 0
    assert page.browser.find_all("img") == []
    assert page.browser.errors() == []
    page.type(GAUSS, {"f"})


@pytest.mark.parametrize("width", [400, 700, 1000, 1400])
def test_nothing_is_wrong_to_the_eye_or_the_ear(browser, file, width):
    browser.open(file, width=width, still=True)
    page = Page(browser)
    page.settle({"f"})
    page.click("draw-100")
    page.click("nudge")
    browser.run("scrollTo(0, 0)")  # or the bar that stays in sight would lie over what it hides
    assert browser.look_in_both_colours(still=True) == {}


def test_how_large_and_how_fast(page, file):
    assert file.stat().st_size <= 900_000
    lines = [f"a{i} = 0.{i + 1}" for i in range(9)]
    lines += [f"b{i} = sin(a{i}) * a{(i + 1) % 9}" for i in range(9)]
    lines.append("L = " + " + ".join(f"b{i}" for i in range(9)))
    page.type("\n".join(lines), {"L"})
    assert len(page.numbers()) > 30


def test_a_keyboard_is_enough(page):
    page.browser.find("[data-program]").click()
    page.browser.run("document.activeElement.select()")
    page.press("x = 3", Keys.ENTER, "L = x*x")
    page.settle({"L"})
    page.browser.wait(lambda: page.numbers().get("x", (0, 0))[1] == 6.0)


def test_a_bad_program_is_refused_in_python():
    with pytest.raises(ValueError, match="never closed"):
        mg.playground("f = (1")
    with pytest.raises(TypeError, match="a program is a string"):
        mg.playground(3)


def test_an_address_is_read_again_when_it_changes(page, browser):
    hashed = urllib.parse.quote("t = 2\nL = t**3")
    browser.run(f"location.hash = '#s=0&p={hashed}'")
    page.settle({"t", "L"})
    browser.wait(lambda: page.step == 0)
    assert json.loads(json.dumps(page.numbers()["t"][0])) == 2.0
    assert browser.driver.find_elements(By.CSS_SELECTOR, "[data-program]")


def test_draws_without_a_closed_transform_have_curves_and_both_gradients(page):
    for program, exact in (  # by a, of E[z²] = a(a + 1)/b², a(a + 1)/((a + 3)(a + 4))
        ("a = 2.5\nz ~ Gamma(a, 1.4)\nL = z*z", 6.0 / 1.4**2),
        ("a = 2\nz ~ Beta(a, 3)\nL = z*z", 84.0 / 900.0),
        ("a = 0.5\nz ~ StudentT(5, a, 1.2)\nL = z*z", 1.0),
        ("a = 0.3\nz ~ TruncatedNormal(a, 1, -1, 2)\nL = z*z", None),
    ):
        page.type(program, {"a", "z", "L"})
        assert page.browser.find_all("#density .sample-line"), program
        found = page.histogram("exact")
        if exact is not None:
            assert found == pytest.approx(exact, rel=1e-8), program
        page.click("draw-1000")
        assert page.histogram("count") == 1000, program
        for estimator in ("pathwise", "score"):
            off = page.text_of(f"#{estimator}-text").split(", ")[-1].removesuffix(" errors off")
            assert float(off) < 5.0, (program, estimator)
        page.click("resample")
        assert page.browser.errors() == [], program


def test_the_same_in_python_calls_the_distribution_that_no_formula_draws(page):
    page.type("a = 2.5\nb = 1.4\nz ~ Gamma(a, b)\nL = (z - 2)^2", {"z", "L"})
    page.click("python")
    Select(page.browser.find("#dialect")).select_by_visible_text("minigrad")
    code = page.text_of("#python-code")
    assert "z = mg.Gamma(a, b).transform(eps_z)" in code
    space: dict[str, object] = {}
    exec(code.replace("print(", "("), space)
    found = page.numbers()
    for name in "ab":
        assert space[name].grad == pytest.approx(found[name][1], rel=1e-11)
