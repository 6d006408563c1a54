"""index.html of the demos, in a browser: what it shows and what it leads to."""

import time
from urllib.parse import unquote, urlsplit

import pytest

from tests.demos.test_course import PAGES
from tests.support.browser import NARROW, WIDE

TARGETS = "return [...document.querySelectorAll('a[href]')].map((a) => a.href)"
BROKEN_PICTURES = """return [...document.images].filter((i) => !(i.complete && i.naturalWidth))
  .map((i) => i.src)"""
BROKEN_ANCHORS = """return [...document.querySelectorAll('a[href^="#"]')].map((a) => a.hash)
  .filter((hash) => !document.getElementById(decodeURIComponent(hash.slice(1))))"""


@pytest.fixture
def index(everything):
    return everything.out / "index.html"


def linked(browser, index):
    """The files that the page leads to."""
    browser.open(index)
    targets = sorted({target for target in browser.run(TARGETS) if "#" not in target})
    assert all(urlsplit(target).scheme == "file" for target in targets), "a link to elsewhere"
    return [index.parent / unquote(urlsplit(target).path) for target in targets]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_it_is_readable(browser, index, width):
    browser.open(index, width=width)
    assert browser.look_in_both_colours() == {}
    assert browser.errors() == []


def test_nothing_is_broken(browser, index):
    files = linked(browser, index)
    assert files and all(file.is_file() for file in files)
    assert browser.run(BROKEN_PICTURES) == [] == browser.run(BROKEN_ANCHORS)
    assert all(request.startswith("file:") for request in browser.requests())


def settled(browser) -> list[str]:
    """The faults of layout that are left after a moment."""
    faults = browser.layout()
    for _ in range(20):
        if not faults:
            break
        time.sleep(0.1)
        faults = browser.layout()
    return faults


def test_what_it_leads_to_opens_with_its_words_in_their_boxes(browser, index):
    for file in linked(browser, index):
        if file.name in PAGES:  # test_course looks at the lessons, at more than this
            continue
        browser.open(file)
        assert browser.layout() == [] == browser.errors(), file.name
        if file.suffix == ".html":  # a picture by itself has its full size, wherever it is
            browser.resize(NARROW)  # upon which a graph may turn
            assert settled(browser) == [] == browser.errors(), file.name
