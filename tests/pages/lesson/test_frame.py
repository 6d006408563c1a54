"""The stepper page in a notebook: in frames without an address, several of them."""

import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from tests.support.stepper import Stepper, assert_fresh, sampled

NOTEBOOK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>notebook</title>
<style>iframe{{border:0}}</style><main><h1>notebook</h1>{}</main></html>"""


@pytest.fixture
def frames(browser, tmp_path):
    """Two lessons, as Jupyter shows them."""
    cells = [mg.step_through(sampled(mu))._repr_html_() for mu in (0.5, 1.25)]
    file = tmp_path / "notebook.html"
    file.write_text(NOTEBOOK.format("\n".join(cells)), encoding="utf-8")
    browser.open(file)
    yield browser.find_all("iframe")
    browser.driver.switch_to.default_content()
    assert browser.errors() == [] == browser.requests()


def test_each_has_its_own_steps_and_knobs(browser, frames):
    page = Stepper(browser)
    browser.driver.switch_to.frame(frames[0])
    browser.find("h1").click()
    page.press(Keys.END)
    page.turn("μ", 0.75)
    assert_fresh(page, sampled(0.75))
    browser.driver.switch_to.default_content()
    browser.driver.switch_to.frame(frames[1])
    assert page.step == 0
    page.click("last")
    assert_fresh(page, sampled(1.25))


def test_a_frame_is_named_and_fits(browser, frames):
    assert [f.get_attribute("title") for f in frames] == ["Step through L"] * 2
    assert browser.layout() == []
    browser.driver.switch_to.frame(frames[0])
    assert browser.layout() == []
