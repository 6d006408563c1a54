"""For teachers: to project, to print, to take away, to frame."""

import base64
import re

import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from tests.support.stepper import sampled

TAKE = """window.taken = [];
const kept = URL.createObjectURL.bind(URL);
URL.createObjectURL = (blob) => {
  blob.arrayBuffer().then((bytes) => window.taken.push([blob.type, [...new Uint8Array(bytes)]]));
  return kept(blob);
};
HTMLAnchorElement.prototype.click = () => {};"""


@pytest.fixture
def page(stepper):
    return stepper(sampled(), anchor="#s=7")


def taken(page) -> tuple[str, bytes]:
    page.browser.wait(lambda: page.browser.run("return window.taken.length"))
    kind, numbers = page.browser.run("return window.taken[0]")
    return kind, bytes(numbers)


def test_the_address_asks_for_the_graph_and_the_rule_alone(stepper):
    page = stepper(sampled(), anchor="#s=7&present")
    assert page.browser.find(".frame").is_displayed() and page.browser.find("#rule").is_displayed()
    for hidden in ("#controls", "#tables", "#inputs"):
        assert not page.browser.find(hidden).is_displayed()
    page.press(Keys.ARROW_RIGHT)
    assert page.step == 8
    page.press("p")
    assert page.browser.find("#controls").is_displayed()
    assert "present" not in page.address


def test_a_print_has_a_step_a_page_without_buttons(page):
    page.press(Keys.HOME)
    pdf = base64.b64decode(page.browser.devtools("Page.printToPDF", landscape=True)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == page.last + 1
    assert page.step == 0 and page.browser.find_all("#sheets") == []


def test_a_step_is_taken_away_as_svg(page):
    page.browser.run(TAKE)
    page.click("save-svg")
    kind, content = taken(page)
    assert kind == "image/svg+xml"
    assert content.decode().startswith("<svg") and "visibility:hidden" in content.decode()


def test_a_step_is_taken_away_as_png(page):
    page.browser.run(TAKE)
    page.click("save-png")
    kind, content = taken(page)
    assert kind == "image/png" and content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(content) > 5_000


def test_a_rule_is_taken_away_as_latex(page):
    page.click("latex")
    page.browser.wait(lambda: page.text_of("#latex"))
    text = page.text_of("#latex")
    assert r"\frac{\partial L}{\partial " in text
    assert not re.search(r"[∂×−·²ε]", text)
    page.press(Keys.ARROW_RIGHT)
    assert not page.browser.find("#latex").is_displayed()


def test_a_frame_is_moved_by_messages_and_tells_where_it_is(browser, tmp_path):
    lesson = mg.step_through(sampled())
    (tmp_path / "page.html").write_text(
        "<!doctype html><title>frame</title><body><script>window.received = [];"
        "addEventListener('message', (e) => received.push(e.data))</script>" + lesson._repr_html_(),
        encoding="utf-8",
    )
    browser.open(tmp_path / "page.html")
    browser.wait(lambda: browser.run("return received.length"))
    browser.run(
        "frames[0].postMessage({minigrad: 'set', step: 5, knobs: {'μ': 2, nobody: 3}}, '*')"
    )
    browser.wait(lambda: browser.run("return received.at(-1).step") == 5)
    last = browser.run("return received.at(-1)")
    assert last["knobs"]["μ"] == 2 and last["minigrad"] == "state" and "nobody" not in last["knobs"]
    browser.run("frames[0].postMessage({minigrad: 'set', step: 'x', knobs: 'y'}, '*')")
    browser.run("frames[0].postMessage('nothing', '*')")
    assert browser.run("return received.at(-1).step") == 5
