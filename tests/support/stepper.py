"""The stepper page in the hands of a reader: what they do, and what the page then shows them."""

from typing import NamedTuple

import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from minigrad.distributions.randomness import noise_leaf
from tests.support.browser import FINISH, LAYOUT, Browser

ROWS = """return [...document.querySelectorAll("tr[data-node]")].map((row) =>
  [row.dataset.pane ?? "0", row.dataset.node, row.dataset.value, row.dataset.grad ?? null])"""

KNOB = "input[data-knob='%s']"
TURN = """const [selector, value] = arguments, knob = document.querySelector(selector);
knob.value = value;
knob.dispatchEvent(new Event("input", {bubbles: true}))"""

EACH_STEP = """const slider = document.querySelector("#step"), count = 1 + Number(slider.max);
const look = () => {%s};
return Array.from({length: count}, (_, step) => {
  slider.value = step;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
  FINISH
  return look();
})""".replace("FINISH", FINISH)
ATTRIBUTE = """const [selector, name] = arguments, element = document.querySelector(selector);
return typeof element[name] === "string" ? element[name] : element.getAttribute(name)"""


# Names of the nodes that one does not see whole.
CUT = """const frame = document.querySelector(".frame").getBoundingClientRect();
return [...document.querySelectorAll(".frame .mg-node")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.left < frame.left || box.right > frame.right
    || box.top < frame.top || box.bottom > frame.bottom;
}).map((node) => node.dataset.name)"""


class Row(NamedTuple):
    """A node's row: a number; "" while it is not computed; an array's text; a `grad` of None where
    no gradient is taken.
    """

    value: float | str
    grad: float | str | None


def number(text: str | None) -> float | str | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


def rows_of(found: list, pane: int = 0) -> dict[str, Row]:
    """By node, of what `ROWS` found."""
    return {
        node: Row(number(value), number(grad))
        for its, node, value, grad in found
        if int(its) == pane
    }


def grads_of(rows: dict[str, Row]) -> dict[str, float]:
    """Those that are computed already."""
    return {node: row.grad for node, row in rows.items() if isinstance(row.grad, float)}


def curve_of(label: str) -> int:
    """How many training steps the curve of the loss shows, of the name that it has."""
    return int(label.split("over ")[1].split(" steps")[0])


class Stepper:
    """A page that `step_through` made, in the browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def _root(self, name: str) -> str:
        return self.browser.run(f"return document.documentElement.dataset.{name}")

    @property
    def step(self) -> int:
        return int(self._root("step"))

    @property
    def last(self) -> int:
        return int(self._root("steps"))

    @property
    def phase(self) -> str:
        return self._root("phase")

    @property
    def address(self) -> str:
        """The part after #, which the page writes a moment after a change."""
        return self.browser.run("return location.hash")

    @property
    def error(self) -> float:
        """The badge's: how far JavaScript's numbers are from Python's."""
        found = self.text_of("[data-badge]", "data-error")
        assert found is not None, (self.text_of("[data-badge]"), self.browser.errors())
        return float(found)

    def rows(self, pane: int = 0) -> dict[str, Row]:
        """By node, as the table shows them."""
        return rows_of(self.browser.run(ROWS), pane)

    def grads(self, pane: int = 0) -> dict[str, float]:
        """Those that are computed already."""
        return grads_of(self.rows(pane))

    def seen(self, node: str) -> str:
        """The words of a row."""
        return self.browser.find(f"tr[data-node='{node}']").text

    def text_of(self, selector: str, attribute: str = "textContent") -> str:
        return self.browser.run(ATTRIBUTE, selector, attribute)

    def press(self, *keys: str) -> None:
        self.browser.press(*keys)

    def click(self, action: str) -> None:
        self.browser.find(f"[data-action='{action}']").click()

    def go(self, step: int) -> None:
        """By the slider."""
        self.browser.run(TURN, "#step", step)

    def walk(self):
        """Each step, from the first to the last, by the right arrow."""
        self.press(Keys.HOME)
        last = self.last
        yield (step := self.step)
        while step < last:
            self.press(Keys.ARROW_RIGHT)
            yield (step := self.step)

    def at_each_step(self, script: str) -> list:
        """What a script returns at every step, by the slider: one call for all, motion ended."""
        return self.browser.run(EACH_STEP % script)

    def layouts(self) -> list[list[str]]:
        """The faults of layout at every step."""
        return self.at_each_step(f"{LAYOUT}\nreturn faultsOfLayout();")

    def curve(self) -> int:
        """How many training steps the curve of the loss says it shows."""
        return curve_of(self.text_of("#curve svg", "aria-label"))

    def knob(self, name: str):
        return self.browser.find(KNOB % name)

    def turn(self, name: str, value: float) -> None:
        self.browser.run(TURN, KNOB % name, value)


def ids(output: mg.Var) -> dict[str, str]:
    """The id of each node that has a name."""
    return {row.name: f"n{row.position}" for row in mg.equations_of(output) if row.name}


def coin(eps: float) -> mg.Var:
    """A draw from N(0, 1) that fell like this."""
    return noise_leaf(eps, "ε", "", "normal")


def sampled(mu: float = 0.5, log_sigma: float = -0.2, eps: float = 0.83) -> mg.Var:
    """(z - target)², z = μ + exp(log σ)·ε: each kind of node once, in two scopes."""
    loc, log_scale = mg.Var(mu, "μ"), mg.Var(log_sigma, "log σ")
    with mg.scope("sampling"):
        sigma = mg.exp(log_scale).named("σ")
        z = (loc + sigma * coin(eps)).named("z")
    with mg.scope("objective"):
        return mg.square(z - mg.constant(2.0, "target")).named("L")


def assert_fresh(page: Stepper, output: mg.Var) -> None:
    """Every row is as in this run of Python."""
    output.backward()
    rows = page.rows()
    for row in mg.equations_of(output):
        if not row.is_literal:
            value, grad = rows[f"n{row.position}"]
            assert value == pytest.approx(row.value, rel=1e-12, nan_ok=True)
            assert grad == (None if row.grad is None else pytest.approx(row.grad, rel=1e-12))
