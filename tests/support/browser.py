"""A browser for tests of pages: Debian's Chromium, headless, driven by selenium.

Its build without windows, `chromium-headless-shell`, is taken where it is installed: the same
engine opens a page in half the time.

`Browser.look` makes a page look at itself as a reader would: layout, names of controls, axe-core's
rules of accessibility. What is asked of a page is asked of the page, never of its source.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

WIDE, NARROW = 1400, 400
# What paints has little to do in so small a window, and Graphviz in a page is not optimised while
# it runs: a third of a page's time.
FLAGS = ["headless=new", "in-process-gpu", "no-sandbox", "disable-dev-shm-usage"]
FLAGS += ["window-size=100,100", "js-flags=--liftoff-only"]
LAYOUT = Path(__file__).with_name("in_page.js").read_text(encoding="utf-8")
AXE = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")

RUN_AXE = """
const [rules, done] = arguments;
const options = {resultTypes: ["violations"], iframes: false, selectors: false};
axe.run(document, rules.length ? {...options, runOnly: rules} : options).then(
  (found) => done(found.violations.flatMap((fault) => fault.nodes.map(
    (node) => `${fault.id}: ${fault.help}: ${node.html.slice(0, 120)}`))),
  (error) => done([`axe-core failed: ${error}`]));
"""
# Whether an element's middle is in view, once scrolled there, with nothing over it.
REACH = """
const [element] = arguments;
element.scrollIntoViewIfNeeded();
const [box, ...more] = element.getClientRects();
if (!box || more.length) return false;
const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
return element.contains(top);
"""
# Whether an element has the focus now, the cursor after what stands in it.
TAKE_FOCUS = """
const [element] = arguments, isThere = document.activeElement === element;
element.focus();
if (document.activeElement !== element) return false;
if (isThere || !element.matches("input, textarea")) return true;
if (element.type === "range") return true;
if (element.selectionEnd === null) return false;
element.setSelectionRange(element.value.length, element.value.length);
return true;
"""
# What glides arrives; what moves for ever goes on.
FINISH = """document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
  .forEach((each) => each.finish());"""
HELD = {Keys.CONTROL, Keys.SHIFT, Keys.ALT, Keys.META, Keys.NULL}
# Named by Chromium itself, as a screen reader hears it.
CONTROLS = {
    "button",
    "checkbox",
    "combobox",
    "link",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "textbox",
}


def program() -> str | None:
    """Where Chromium is."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def missing() -> str:
    """ "" or why there is no browser here, as a sentence."""
    found = {"chromium": program(), "chromedriver": shutil.which("chromedriver")}
    absent = [name for name, path in found.items() if path is None]
    if not absent:
        return ""
    return f"no {' and no '.join(absent)} here (Debian: apt install chromium chromium-driver)"


class Element(WebElement):
    """What is in the page, reached as a hand does: pointer or focus, then the button or the keys.

    Where that alone would not do (a choice in a list, a key held down, something in the way), it is
    left to chromedriver, which sends long scripts before each click and each text.
    """

    def click(self) -> None:
        if self.parent.execute_script(REACH, self):
            ActionChains(self.parent, duration=0).move_to_element(self).click().perform()
        else:
            super().click()

    def send_keys(self, *value: str) -> None:
        is_plain = not HELD.intersection("".join(value))
        if is_plain and self.parent.execute_script(TAKE_FOCUS, self):
            ActionChains(self.parent, duration=0).send_keys(*value).perform()
        else:
            super().send_keys(*value)


class Browser:
    """One Chromium for the whole session; `open` gives each test a page without a past."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self._opened = 0
        self._emulated: dict[str, object] = {}

    def open(
        self,
        page: Path,
        *,
        anchor: str = "",
        width: int = WIDE,
        dark: bool = False,
        still: bool = False,
    ) -> None:
        """Load a file at `width` pixels; `still` is a reader who asked for less motion."""
        self.resize(width)
        self._media(dark, still)
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)
        self._forget()
        self._opened += 1  # or a new hash would be no new page
        self.driver.get(f"{page.resolve().as_uri()}?{self._opened}{anchor}")
        # Where the page before rewrites its address just then, chromedriver waits no longer.
        self.wait(lambda: self.run("return document.readyState") == "complete")

    def resize(self, width: int, height: int = 900, *, is_painted: bool = False) -> None:
        """Laid out for this window; painted only where it is looked at as a picture."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        metrics["dontSetVisibleSize"] = not is_painted
        self._emulate("Emulation.setDeviceMetricsOverride", metrics)

    def _media(self, dark: bool, still: bool) -> None:
        wishes = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if still else "no-preference",
        }
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self._emulate("Emulation.setEmulatedMedia", {"features": features})

    def _emulate(self, command: str, given: dict[str, object]) -> None:
        """Only what is new: the page that is left would be laid out once more."""
        if self._emulated.get(command) != given:
            self.devtools(command, **given)
            self._emulated[command] = given

    def recolour(self, dark: bool, still: bool = False) -> None:
        """As its reader's system now has it, in the page as it stands; no colour is on its way."""
        self._media(dark, still)
        self.run(FINISH)

    def forget_visits(self) -> None:
        """A reader who has been to no page yet."""
        self.devtools("Storage.clearDataForOrigin", origin="file://", storageTypes="all")

    def devtools(self, command: str, **given: object) -> dict:
        """A command of Chromium's own protocol."""
        self._emulated.pop(command, None)
        return self.driver.execute_cdp_cmd(command, given)

    def run(self, script: str, *given: object) -> object:
        """What the body of a function in JavaScript returns."""
        return self.driver.execute_script(script, *given)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def hover(self, element: WebElement) -> None:
        ActionChains(self.driver, duration=0).move_to_element(element).perform()

    def press(self, *keys: str) -> None:
        """As on a keyboard: whatever has the focus gets them."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def wait(self, truth: Callable[[], object], seconds: float = 20.0) -> None:
        """Until it holds; fails if it never does."""
        end = time.monotonic() + seconds
        while not truth():
            assert time.monotonic() < end, f"waited {seconds} s in vain"
            time.sleep(0.02)

    def screenshot(self, file: Path) -> None:
        """The page in its whole length, as PNG."""
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return innerWidth")
        self.resize(width, height, is_painted=True)
        self.driver.save_screenshot(str(file))

    # ------------------------------------------------------------------------ what it has noticed

    def _forget(self) -> None:
        for log in ("performance", "browser"):
            self.driver.get_log(log)

    def requests(self) -> list[str]:
        """What was asked for since the page was opened, but itself and what its policy stopped."""
        events = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        asked, page = {}, self.driver.current_url.partition("#")[0]
        for method, params in ((event["method"], event["params"]) for event in events):
            if method == "Network.requestWillBeSent":
                asked[params["requestId"]] = params["documentURL"], params["request"]["url"]
            elif method == "Network.webSocketCreated":
                asked[params["requestId"]] = page, params["url"]
            elif method == "Network.loadingFailed" and params.get("blockedReason") == "csp":
                del asked[params["requestId"]]
        return [
            url
            for by, url in asked.values()
            if by.partition("#")[0] == page and url.partition("#")[0] != page
        ]

    def errors(self) -> list[str]:
        """What the console has complained of: exceptions, what the page's policy refused."""
        return [e["message"] for e in self.driver.get_log("browser")]

    # --------------------------------------------------------------------------- what there is

    def look(self) -> list[str]:
        """Every fault that is there to see or hear, a sentence each."""
        return self.layout() + self.nameless() + self.axe()

    def look_in_both_colours(self, still: bool = False) -> dict[str, list[str]]:
        """What is wrong in light and in dark; names and structure, which have no colour, once."""
        self.recolour(False, still)
        light = self.look()
        self.recolour(True, still)
        dark = self.layout() + self.axe("color-contrast")
        return {name: faults for name, faults in (("light", light), ("dark", dark)) if faults}

    def layout(self) -> list[str]:
        return self.run(f"{LAYOUT}\nreturn faultsOfLayout();")

    def nameless(self) -> list[str]:
        """Controls of which a screen reader says no name."""
        nodes = self.devtools("Accessibility.getFullAXTree")["nodes"]
        there = [n for n in nodes if not n.get("ignored")]
        controls = [n for n in there if n.get("role", {}).get("value") in CONTROLS]
        return [
            f"a {n['role']['value']} has no name: node {n['backendDOMNodeId']}"
            for n in controls
            if not n.get("name", {}).get("value", "").strip()
        ]

    def axe(self, *rules: str) -> list[str]:
        """Violations of these rules of axe-core's, or of all. DevTools may put it where the page's
        policy forbids.
        """
        if not self.run("return 'axe' in window"):
            self.devtools("Runtime.evaluate", expression=AXE)
        return self.driver.execute_async_script(RUN_AXE, rules)


def session_browser() -> Iterator[Browser]:
    """The session's browser. Where a change is accepted, its absence is a failure."""
    if reason := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with chromium() as ready:
        yield ready


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium that ends with the block. Told of its driver, selenium asks no network for one."""
    options = webdriver.ChromeOptions()
    options.binary_location = program()
    for word in FLAGS:
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver._web_element_cls = Element
    try:
        driver.execute_cdp_cmd("Network.enable", {})
        # Or a window that another one covers would see no focus, and no change on leaving a field.
        driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        yield Browser(driver)
    finally:
        # Debian starts the build without windows from a shell, which is all that quit would end.
        with suppress(WebDriverException):
            driver.execute_cdp_cmd("Browser.close", {})
        driver.quit()
