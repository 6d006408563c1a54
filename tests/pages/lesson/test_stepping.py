"""The stepper page: a reader goes through the steps, moves knobs, flips coins."""

import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from minigrad.pictures.labels import number
from tests.pages.lesson.test_training import vae
from tests.support.stepper import ROWS, grads_of, ids, rows_of, sampled


@pytest.fixture
def page(stepper):
    return stepper(sampled())


# --------------------------------------------------------------------------- through the steps


def test_keys(page):
    assert (page.step, page.phase) == (0, "leaves")
    page.press(Keys.ARROW_LEFT)
    assert page.step == 0
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert (page.step, page.phase) == (2, "forward")
    page.press(Keys.ARROW_LEFT)
    assert page.step == 1
    page.press(Keys.END)
    assert (page.step, page.phase) == (page.last, "backward")
    page.press(Keys.ARROW_RIGHT)
    assert page.step == page.last
    page.press(Keys.HOME)
    assert page.step == 0


def test_buttons(page):
    page.click("last")
    assert page.step == page.last
    page.click("back")
    assert page.step == page.last - 1
    page.click("first")
    page.click("next")
    assert page.step == 1


def test_space_plays_and_pauses(stepper):
    page = stepper(vae())
    page.browser.find("#speed").send_keys("very fast")
    page.browser.run("document.activeElement.blur()")
    page.press(Keys.SPACE)
    page.browser.wait(lambda: page.step >= 3)
    page.press(Keys.SPACE)
    stopped = page.step
    page.browser.run("return new Promise((done) => setTimeout(done, 300))")
    assert page.step == stopped < page.last
    page.go(page.last - 5)
    page.click("play")
    page.browser.wait(lambda: page.step == page.last)
    page.click("play")
    assert page.step < page.last, "after the end it begins again"


def test_space_on_a_button_is_the_buttons_own(page):
    page.click("next")
    page.press(Keys.SPACE)
    assert page.step == 2


def test_the_slider(page):
    page.go(5)
    assert page.step == 5
    page.browser.find("#step").send_keys(Keys.ARROW_RIGHT)
    assert page.step == 6
    page.browser.find("#step").send_keys(Keys.HOME)
    assert page.step == 0


def test_a_click_on_a_node_leads_to_it(page):
    sigma = ids(sampled())["σ"]
    shape = page.browser.find(f"svg [data-node='{sigma}'] text")
    shape.click()
    assert page.phase == "forward" and page.step == 1
    shape.click()
    assert page.phase == "backward" and page.step == page.last


def test_a_node_is_a_button_for_the_keyboard_too(page):
    page.browser.run(
        "document.querySelector(`svg [data-node='${arguments[0]}']`).focus()", ids(sampled())["z"]
    )
    page.press(Keys.ENTER)
    assert (page.step, page.phase) == (3, "forward")
    page.press(Keys.SPACE)
    assert (page.step, page.phase) == (9, "backward")


def test_help_opens_and_closes(page):
    page.press("?")
    assert page.browser.find("dialog").is_displayed()
    page.press(Keys.ESCAPE)
    assert not page.browser.find("dialog").is_displayed()
    page.press(Keys.ARROW_RIGHT)
    assert page.step == 1


def test_letters_typed_into_a_field_are_no_commands(page):
    page.browser.find("#find").send_keys("r?")
    assert page.rows()[ids(sampled())["ε"]].value == 0.83 and page.step == 0
    assert not page.browser.find("dialog").is_displayed()


# ------------------------------------------------------------------------------ what they show


def test_values_and_gradients_are_pythons_and_come_in_order(page):
    """After each step each node holds the sum of the shares made until then, and no other."""
    records = mg.step_through(sampled()).steps
    output = sampled()
    top = f"n{len(mg.equations_of(output)) - 1}"
    for step in page.walk():
        expected = {r.target: r.total for r in records if r.phase == "backward" and r.step <= step}
        if any(r.phase == "seed" and r.step <= step for r in records):
            expected[top] = 1.0
        rows = page.rows()
        assert grads_of(rows) == pytest.approx(expected, rel=1e-12)
        ours = ("leaves", "forward")
        values = {r.node: r.value for r in records if r.phase in ours and r.step <= step}
        shown = {node: row.value for node, row in rows.items() if row.value != ""}
        assert shown == pytest.approx(values, rel=1e-12)
    output.backward()
    by_backward = {f"n{r.position}": r.grad for r in mg.equations_of(output) if r.grad is not None}
    assert page.grads() == pytest.approx(by_backward, rel=1e-12)


BOXES = """const shown = (box, role) => box.querySelector(`.mg-${role}`)?.textContent;
return Object.fromEntries([...document.querySelectorAll("#graphs [data-node]")].map(
  (box) => [box.dataset.node, [shown(box, "value"), shown(box, "grad")]]))"""
ARROWS = """const isSeen = (text) => text.checkVisibility({visibilityProperty: true});
return Object.fromEntries([...document.querySelectorAll("svg .mg-edge text")]
  .filter((text) => text.textContent.startsWith("×") && isSeen(text))
  .map((text) => [text.parentElement.id.split("-e")[1], text.textContent]))"""


def test_the_graph_says_what_the_table_says(page):
    both = page.at_each_step(BOXES), page.at_each_step(ROWS)
    for step, (boxes, found) in enumerate(zip(*both, strict=True)):
        for node, (value, grad) in rows_of(found).items():
            assert boxes[node][0] == f"value {'·' if value == '' else number(value)}", step
            if grad is not None:
                assert boxes[node][1] == f"grad {'·' if grad == '' else number(grad)}", step


def test_a_local_derivative_stands_on_its_arrow_once_it_is_used(page):
    records = [r for r in mg.step_through(sampled()).steps if r.phase == "backward"]
    for step, found in enumerate(page.at_each_step(ARROWS)):
        assert found == {
            f"{r.node[1:]}-{r.operand}": f"× {number(r.local)}" for r in records if r.step <= step
        }


def test_no_gradient_on_noise_or_data_at_any_step(page):
    named = ids(sampled())
    for found in page.at_each_step(ROWS):
        rows = rows_of(found)
        assert rows[named["ε"]].grad is None and rows[named["target"]].grad is None
        assert rows[named["μ"]].grad is not None


def test_javascript_agrees_with_python(page):
    assert page.error <= 1e-12


def test_the_phases_follow_each_other(page):
    records = mg.step_through(sampled()).steps
    phases = {r.step: r.phase for r in records}
    assert [page.phase for _ in page.walk()] == [phases[i] for i in sorted(phases)]


def test_a_step_is_told_to_those_who_do_not_see_it(page):
    page.click("last")
    shown = page.browser.find("[aria-live]").text
    assert "log σ" in shown and shown != ""
