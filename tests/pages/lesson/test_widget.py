"""A lesson as a widget: its traits in Python, and its front end with a model that a test plays."""

import json
import sys

import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from minigrad.pages.document import page_file
from tests.support.stepper import Stepper, assert_fresh, sampled

pytest.importorskip("anywidget")
traitlets = pytest.importorskip("traitlets")

# A notebook in a page: the model is an object whose saved changes are counted.
HOST = """<!doctype html><html lang="en"><meta charset="utf-8"><title>notebook</title>%s
<style>body{background:%s}</style><main><h1>notebook</h1><div id="cell"></div></main>
<script type="application/json" id="state">%s</script>
<script type="application/json" id="module">%s</script>
<script nonce="host">
const state = JSON.parse(document.getElementById("state").textContent);
const source = JSON.parse(document.getElementById("module").textContent);
const listeners = {};
const wait = setTimeout;
window.setTimeout = (run, ms) => wait(run, Math.min(ms, %d));
window.saved = 0;
window.model = {
  get: (name) => state[name],
  set(name, value) {
    if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
    state[name] = value;
    for (const listen of listeners[`change:${name}`] ?? []) listen();
  },
  on: (event, listen) => (listeners[event] ??= []).push(listen),
  off: (event, listen) => (listeners[event] = listeners[event].filter((each) => each !== listen)),
  save_changes: () => (window.saved += 1),
};
import(URL.createObjectURL(new Blob([source], {type: "text/javascript"}))).then((module) => {
  window.end = module.default.render({model, el: document.getElementById("cell")});
});
</script></html>"""


class Cell:
    """A widget in its cell: what its model has, and the page in its frame."""

    def __init__(self, browser):
        self.browser, self.page = browser, Stepper(browser)

    def get(self, name):
        return self.browser.run("return model.get(arguments[0])", name)

    def set(self, name, value):
        self.browser.run("model.set(arguments[0], arguments[1])", name, value)

    def until(self, name, value):
        self.browser.wait(lambda: self.get(name) == value)

    def inside(self, look):
        """What `look` finds in the frame."""
        self.browser.driver.switch_to.frame(self.browser.find("iframe"))
        try:
            return look()
        finally:
            self.browser.driver.switch_to.default_content()


def written(value) -> str:
    return json.dumps(value).replace("<", "\\u003c")


@pytest.fixture
def cell(browser, tmp_path):
    def shown(widget, *, background="#fff", policy="", patience=60_000, **how):
        names = ("title", "page", "ledger", "step", "seed", "knobs", "names", "steps")
        state = {name: getattr(widget, name) for name in names}
        source = page_file("lesson/widget.js")
        host = HOST % (policy, background, written(state), written(source), patience)
        file = tmp_path / "notebook.html"
        file.write_text(host, encoding="utf-8")
        browser.open(file, **how)
        return Cell(browser)

    yield shown
    browser.driver.switch_to.default_content()


def test_traits_go_there_and_back():
    widget = mg.step_through(sampled()).widget()
    assert (widget.step, widget.seed) == (0, 0)
    assert widget.knobs == {"μ": 0.5, "log σ": -0.2}
    seen = []
    widget.observe(lambda change: seen.append((change.name, change.new)), ["step", "knobs"])
    widget.set_state({"step": 4, "knobs": {"μ": 1.25, "log σ": -0.2}})  # as a front end does
    assert seen == [("step", 4), ("knobs", {"μ": 1.25, "log σ": -0.2})]
    widget.knobs = {"log σ": 0.5}  # the others stay
    sent = widget.get_state(["step", "knobs"])
    assert sent == {"step": 4, "knobs": {"μ": 1.25, "log σ": 0.5}}


def test_what_is_no_step_and_no_knob_is_refused_in_a_sentence():
    widget = mg.step_through(sampled()).widget()
    with pytest.raises(traitlets.TraitError, match=f"a step is 0 to {widget.steps} here, not 99"):
        widget.step = 99
    with pytest.raises(traitlets.TraitError, match="no knob 'sigma': there are log σ, μ"):
        widget.knobs = {"sigma": 1.0}
    assert widget.step == 0 and widget.knobs["μ"] == 0.5


def test_where_no_widgets_are_shown_the_ledger_says_why():
    lesson = mg.step_through(sampled())
    shown, _ = lesson.widget()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "No widgets are shown here" in shown["text/plain"]
    assert shown["text/plain"].endswith(lesson.text())


def test_without_anywidget_it_names_the_extra(monkeypatch):
    from minigrad.pages.lesson import widget

    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget._class.cache_clear()
    with pytest.raises(ImportError, match=r"pip install 'minigrad\[widget\]'"):
        mg.step_through(sampled()).widget()
    widget._class.cache_clear()


def test_the_page_follows_the_model_and_leads_it(cell, browser):
    widget = mg.step_through(sampled()).widget()
    widget.step = 3
    widget.knobs = {"μ": 0.75}
    notebook = cell(widget)
    page = notebook.page
    browser.wait(lambda: notebook.inside(lambda: page._root("step")) == "3")
    assert browser.run("return saved") == 0
    notebook.set("step", widget.steps)
    browser.wait(lambda: notebook.inside(lambda: page._root("step")) == str(widget.steps))
    notebook.inside(lambda: assert_fresh(page, sampled(0.75)))

    notebook.inside(lambda: (browser.find("h1").click(), page.press(Keys.ARROW_LEFT)))
    notebook.until("step", widget.steps - 1)
    notebook.inside(lambda: page.turn("μ", 1.5))
    notebook.until("knobs", {"μ": 1.5, "log σ": -0.2})
    notebook.inside(lambda: page.click("resample"))
    notebook.until("seed", 1)
    assert browser.run("return saved") == 3
    widget.set_state({name: notebook.get(name) for name in ("names", "step", "seed", "knobs")})
    assert widget.knobs["μ"] == 1.5 and widget.seed == 1
    assert browser.errors() == []
    assert all(url.startswith("blob:") for url in browser.requests())  # the module itself


def test_knobs_of_arrays_are_known_once_the_page_is_there(cell, browser):
    x = mg.Var([0.5, 1.5], "x")
    widget = mg.step_through(mg.sum(x * x).named("L")).widget()
    assert widget.knobs == {}
    notebook = cell(widget)
    notebook.until("knobs", {"x[0]": 0.5, "x[1]": 1.5})
    assert notebook.get("names") == ["x[0]", "x[1]"]
    notebook.set("knobs", {"x[0]": 2.0, "x[1]": 1.5})
    browser.wait(
        lambda: notebook.inside(lambda: notebook.page.knob("x[0]").get_property("value")) == "2"
    )


@pytest.mark.parametrize(("background", "dark"), [("#111111", False), ("#ffffff", True)])
def test_it_has_the_notebooks_theme_and_fits_its_frame(cell, browser, background, dark):
    notebook = cell(mg.step_through(sampled()).widget(), background=background, dark=dark)
    shade = "return getComputedStyle(document.body).backgroundColor"
    wanted = "rgb(20, 24, 29)" if background == "#111111" else "rgb(255, 255, 255)"
    browser.wait(lambda: notebook.inside(lambda: browser.run(shade)) == wanted)
    box = "return getComputedStyle(document.querySelector('svg .mg-op :is(path,polygon)')).fill"
    fill = "rgb(28, 34, 41)" if background == "#111111" else "rgb(255, 255, 255)"
    assert notebook.inside(lambda: browser.run(box)) == fill
    gap = """return [document.documentElement.scrollHeight, innerHeight]"""
    browser.wait(lambda: len({*notebook.inside(lambda: browser.run(gap))}) == 1)
    browser.run("document.body.style.background = arguments[0]", "#fff" if not dark else "#111")
    other = "rgb(255, 255, 255)" if background == "#111111" else "rgb(20, 24, 29)"
    browser.wait(lambda: notebook.inside(lambda: browser.run(shade)) == other)


def test_where_its_scripts_are_blocked_the_steps_stand_as_text(cell, browser):
    lesson = mg.step_through(sampled())
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'nonce-host\' blob:">'
    notebook = cell(lesson.widget(), policy=policy, patience=300)
    browser.wait(lambda: browser.find_all("#cell pre"))
    assert browser.find("#cell p").text.startswith("The scripts of this page are blocked here")
    assert notebook.page.text_of("#cell pre") == lesson.text()


def test_a_plain_frame_says_so_too(browser, tmp_path):
    lesson = mg.step_through(sampled())
    file = tmp_path / "cell.html"
    frame = lesson._repr_html_().replace('sandbox="allow-scripts"', 'sandbox=""')
    file.write_text(f'<meta charset="utf-8">{frame}', encoding="utf-8")
    browser.open(file)
    browser.driver.switch_to.frame(browser.find("iframe"))
    assert "scripts of this page are blocked" in browser.find("#blocked p").text
    assert browser.find("#blocked pre").text.split() == lesson.text().split()
    browser.driver.switch_to.default_content()
