"""The browser tests' own eyes: each fault that they look for is found where it is made."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from selenium.common.exceptions import ElementClickInterceptedException

from tests.support.browser import NARROW, chromium, missing, session_browser

SOUND = """<!doctype html><html lang="en"><meta charset="utf-8"><title>sound</title>
<style>
.box{{width:9rem;border:1px solid}} .tiny{{padding:0;width:15px}}
.cut{{overflow:hidden;white-space:nowrap;text-overflow:ellipsis}}
</style>
<main><h1>sound</h1>{}</main></html>"""

FAULTS = [
    ('<p style="width:3000px">wide</p>', "the page scrolls sideways: 30"),
    (
        '<div class="box" style="white-space:nowrap">much too long for so small a box</div>',
        "<div> “much too long for so small a box” leaves its box <div>",
    ),
    (
        '<div class="box" style="height:1rem;overflow:hidden">lines<br>are<br>cut off</div>',
        "<div> “linesarecut off” leaves its box",
    ),
    (
        (
            '<svg width="200" height="50"><g class="mg-node"><rect width="20" height="20"/>'
            '<text x="9" y="15">word</text></g></svg>'
        ),
        "<text> “word” leaves its box in the drawing",
    ),
    (
        '<button>one</button><button style="margin-left:-2rem">two</button>',
        "<button> “one” and <button> “two” overlap",
    ),
    (
        "<button class='tiny'>+</button><button class='tiny'>-</button>",
        "<button> “+” and <button> “-” overlap, or are too close",
    ),
    (
        "<div class='box cut'>too long for its box, and cut</div>",
        "<div> “too long for its box, and cut” leaves its box",
    ),
    ('<button style="width:3rem;height:3rem"></button>', "a button has no name"),
    ('<p style="color:#999">faint</p>', "color-contrast: "),
    ('<p style="color:#737373">paler</p>', "<p> “paler” is too pale"),
    (
        (
            '<svg width="99" height="50"><g class="mg-node">'
            '<ellipse cx="50" cy="20" rx="49" ry="20"/><text x="30" y="20">dark</text></g></svg>'
        ),
        "<text> “dark” is too pale",
    ),
    ("<img src='no.png' alt='of nothing'><h4>a level left out</h4>", "heading-order: "),
]


@pytest.fixture
def shown(browser, tmp_path):
    """Opens a page with this content."""

    def opened(content, **how):
        page = tmp_path / "a page.html"
        page.write_text(SOUND.format(content), encoding="utf-8")
        browser.open(page, **how)
        return browser

    return opened


def test_nothing_is_wrong_with_a_sound_page(shown):
    content = """<p>See <a href="#x">this</a>.</p> <button>one</button> <button>two</button>
    <label>speed <input type="range"></label> <div class="box">short</div>
    <div tabindex="0" aria-label="to scroll" class="box" style="overflow:auto;white-space:nowrap">
    far longer than its box, which scrolls</div> <p style="display:none;width:5000px">gone</p>
    <div class="box cut" title="all of the long text">all of the long text</div>"""
    for width in (NARROW, 1000):
        browser = shown(content, width=width)
        assert browser.look() == [] == browser.errors() == browser.requests()


@pytest.mark.parametrize("content, fault", FAULTS)
def test_each_fault_is_found(shown, content, fault):
    found = shown(content).look()
    assert any(fault in each for each in found), found


def test_light_dark_width_and_motion(shown):
    asked = (
        "return ['(prefers-color-scheme:dark)', '(prefers-reduced-motion)'].map("
        "(wish) => matchMedia(wish).matches).concat(innerWidth)"
    )
    assert shown("").run(asked) == [False, False, 1400]
    assert shown("", dark=True, still=True, width=NARROW).run(asked) == [True, True, NARROW]


def test_requests_and_errors_are_noticed(shown):
    fetched = """import("./other.js").catch(() => 0); fetch("other.json").catch(() => 0);"""
    browser = shown(f"<script>{fetched} nothing.x</script>")
    asked, complaints = browser.requests(), browser.errors()
    assert browser.run("return new URL('other.js', location).href") in asked
    assert any("other.json" in each for each in complaints)
    assert any(re.search("nothing is not defined", error) for error in complaints)
    assert shown("").requests() == [] == browser.errors()


def test_a_page_opened_again_has_no_past(shown):
    browser = shown("")
    browser.run("window.seen = localStorage.seen = 'yes'")
    browser = shown("", anchor="#again")
    assert browser.run("return [location.hash, window.seen]") == ["#again", None]
    browser.forget_visits()
    assert shown("").run("return localStorage.seen") is None


def test_colours_change_at_once_in_the_page_as_it_stands(shown):
    style = "p{color:#000;transition:color 9s}@media(prefers-color-scheme:dark){p{color:#00f}}"
    browser = shown(f"<style>{style}</style><p>words</p>")
    browser.run("window.seen = 'yes'")
    colour = "return [getComputedStyle(document.querySelector('p')).color, window.seen]"
    for dark, expected in ((True, "rgb(0, 0, 255)"), (False, "rgb(0, 0, 0)")):
        browser.recolour(dark)
        assert browser.run(colour) == [expected, "yes"]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_fault_of_one_colour_is_found_in_it(shown, name):
    faint = f"@media(prefers-color-scheme:{name}){{p{{opacity:.4}}}}"  # which only axe-core sees
    found = shown(f"<style>{faint}</style><p>words</p>").look_in_both_colours()
    (fault,) = found.pop(name)
    assert fault.startswith("color-contrast: ") and not found


def test_a_hand_reaches_what_is_seen(shown):
    browser = shown("""<label>name <input value="a"></label>
      <button style="margin-top:2000px" onclick="this.textContent = 'pressed'">press</button>""")
    browser.find("button").click()
    assert browser.find("button").text == "pressed"
    browser.find("input").send_keys("b")
    assert browser.find("input").get_property("value") == "ab"


def test_a_hand_does_not_reach_what_something_lies_over(shown):
    browser = shown("<button>press</button><div style='position:fixed;inset:0'></div>")
    with pytest.raises(ElementClickInterceptedException):
        browser.find("button").click()


def test_keys_go_where_the_focus_is(shown):
    browser = shown("<label>name <input></label>")
    browser.find("input").click()
    browser.press("a", "b")
    assert browser.find("input").get_property("value") == "ab"


def test_a_wait_in_vain_is_a_failure(browser):
    with pytest.raises(AssertionError, match="waited 0.1 s in vain"):
        browser.wait(lambda: False, 0.1)


def test_screenshots_hold_the_whole_page(shown, tmp_path):
    shown("<p style='height:2000px'>long</p>", width=NARROW).screenshot(tmp_path / "a.png")
    header = (tmp_path / "a.png").read_bytes()[16:24]
    width, height = (int.from_bytes(header[i : i + 4]) for i in (0, 4))
    assert width == NARROW and height > 2000


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip), ("true", pytest.fail)])
def test_no_browser_is_a_reason_to_skip_and_in_ci_to_fail(ci, outcome, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match="no chromium and no chromedriver here"):
        next(session_browser())


def test_the_fixture_is_that(request):
    (definition,) = request._fixturemanager.getfixturedefs("browser", request.node)
    assert definition.func is session_browser and definition.scope == "session"


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install chromium chromium-driver" in missing()
    (tmp_path / "chromium").touch(0o755)
    assert missing().startswith("no chromedriver here")


def test_a_browser_ends_with_its_block(browser):
    def is_running():
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it has just ended
                if folder in command.read_bytes():
                    return True
        return False

    with chromium() as other:
        folder = other.driver.capabilities["chrome"]["userDataDir"].encode()
        assert is_running()
    browser.wait(lambda: not is_running())
