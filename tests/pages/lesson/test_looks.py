"""What the stepper page looks like, and moving about in it: zoom, folds, search, source, motion."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from tests.pages.lesson.test_panes import arrays, walls
from tests.pages.lesson.test_training import vae
from tests.support.browser import NARROW, WIDE
from tests.support.stepper import ids, sampled

PAGES = {"scalars": sampled, "vae": vae, "arrays": arrays, "side by side": walls}
SOURCE = "log_sigma = mg.Var(-0.2)\nσ = mg.exp(log_sigma)\nz = μ + σ * ε\nL = (z - 2) ** 2"


# -------------------------------------------------------------------------------------- the look


def layout_in_both_colours(browser):
    """What is wrong with the page as it stands, in light and in dark."""
    found = {}
    for dark in (False, True):
        browser.recolour(dark)
        found["dark" if dark else "light"] = browser.layout()
    return {colours: those for colours, those in found.items() if those}


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wrong_with_its_look(stepper, name, width):
    page = stepper(PAGES[name](), width=width, source=SOURCE, anchor="#s=9999")
    if width == NARROW:
        assert page.browser.look_in_both_colours() == {}
    else:
        assert layout_in_both_colours(page.browser) == {} and page.browser.nameless() == []
    page.click("first")
    assert layout_in_both_colours(page.browser) == {}


def test_nothing_is_wrong_while_it_asks_questions(stepper):
    page = stepper(sampled(), width=NARROW, anchor="#s=7")
    page.click("predict")
    assert page.browser.look_in_both_colours() == {}
    page.browser.find("#answer").send_keys("1", Keys.ENTER)
    assert page.browser.look_in_both_colours() == {}


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_at_every_step_words_stay_in_their_boxes(stepper, width):
    page = stepper(vae(), width=width)
    assert page.layouts() == [[]] * (page.last + 1)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_help_and_the_curve_of_training_are_readable(stepper, width):
    page = stepper(vae(), width=width)
    page.click("train-100")
    assert page.browser.look() == []
    page.click("help")
    assert page.browser.look() == []


@pytest.mark.parametrize("name", PAGES)
def test_the_ring_around_the_node_shows_all_round(stepper, name):
    page = stepper(PAGES[name](), still=True)
    cut = """return [...document.querySelectorAll(".ring[visibility=visible]")].filter((ring) => {
      const svg = ring.ownerSVGElement;
      if (getComputedStyle(svg).overflow === "visible") return false;
      const [a, b] = [ring, svg].map((e) => e.getBoundingClientRect());
      return a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom;
    }).length"""
    assert page.at_each_step(cut) == [0] * (page.last + 1)


def test_colours_follow_the_readers_system(stepper):
    shade = "return getComputedStyle(document.body).backgroundColor"
    assert stepper(sampled()).browser.run(shade) == "rgb(255, 255, 255)"
    assert stepper(sampled(), dark=True).browser.run(shade) == "rgb(20, 24, 29)"


def test_who_asks_for_less_motion_gets_none(stepper):
    page = stepper(vae(), still=True)
    moving = """return [...document.querySelectorAll("*")].filter((e) => {
      const {transitionDuration, animationName} = getComputedStyle(e);
      return animationName !== "none" || parseFloat(transitionDuration) > 0.001; }).length"""
    assert page.browser.run(moving) == 0
    page.click("next")
    assert page.browser.run("return document.getAnimations().length") == 0
    assert stepper(vae()).browser.run(moving) > 0


def test_the_policy_forbids_every_request(stepper):
    page = stepper(sampled())
    policy = page.text_of("meta[http-equiv=Content-Security-Policy]", "content")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    page.browser.run("document.body.append(new Image())")
    page.browser.run("document.body.lastChild.src = 'picture.png'")
    page.browser.wait(lambda: any("picture.png" in error for error in page.browser.errors()))
    assert page.browser.requests() == []


# ------------------------------------------------------------------------------ moving about in it


def scale(page):
    """How much larger than drawn the graph is shown."""
    return page.browser.run("""const svg = document.querySelector("svg.mg, figure svg, .frame svg");
      return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width""")


def place(page, node):
    box = page.browser.run(
        """const {left, top} = document.querySelector(
      `svg [data-node="${arguments[0]}"]`).getBoundingClientRect(); return [left, top]""",
        node,
    )
    return tuple(box)


def frame_shows(page, node):
    """Whether all of a node's box is within what one sees of its graph."""
    return page.browser.run(
        """const node = document.querySelector(arguments[0]);
      const [a, b] = [node, node.closest(".frame")].map((e) => e.getBoundingClientRect());
      return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom""",
        f"svg [data-node='{node}']",
    )


def test_a_page_of_some_thirty_nodes_is_small():
    lesson = mg.step_through(vae())
    assert len(mg.equations_of(vae())) >= 28
    assert len(lesson.html.encode()) <= 150 * 1024


def test_zoom(stepper):
    page = stepper(vae(), still=True)
    page.click("fit")
    fitting = scale(page)
    page.click("in")
    page.press("+")
    assert scale(page) == pytest.approx(1.25**2 * fitting, rel=1e-3)
    page.press("-")
    assert scale(page) == pytest.approx(1.25 * fitting, rel=1e-3)
    page.press("0")
    assert scale(page) == pytest.approx(fitting, rel=1e-3)


def test_dragging_moves_the_graph_and_is_no_click(stepper):
    page = stepper(sampled(), still=True)
    sigma = ids(sampled())["σ"]
    node = page.browser.find(f"svg [data-node='{sigma}']")
    left, top = place(page, sigma)
    ActionChains(page.browser.driver, duration=0).click_and_hold(node).move_by_offset(
        20, 10
    ).move_by_offset(20, 10).release().perform()
    assert place(page, sigma) == pytest.approx((left + 40, top + 20), abs=1)
    assert page.step == 0


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_following_keeps_the_current_node_in_sight_and_readable(stepper, width):
    output = vae()
    page = stepper(output, still=True, width=width)
    if page.text_of("[data-action=follow]", "ariaPressed") != "true":
        page.click("follow")
    nodes, phases, ends = {}, {}, {}
    for record in mg.step_through(output).steps:
        nodes[record.step], phases[record.step] = record.node, record.phase
        ends.setdefault(record.step, set()).update({record.node, record.target} - {None})
    equations = mg.equations_of(output)
    for step in page.walk():
        if step == 0:
            continue
        if phases[step] != "backward":
            row = equations[int(nodes[step][1:])]
            ends[step] |= {f"n{i}" for i in row.inputs}
        *room, needed, shown = page.browser.run(EXTENT, sorted(ends[step]))
        fits = min(a / b for a, b in zip(*room, strict=True))  # the scale that shows them all
        assert shown[nodes[step]], step
        assert needed == pytest.approx(max(0.6, min(fits, 1.1)), rel=0.01), step
        assert fits < 0.6 or all(shown.values()), (step, shown)


# The room in the frame, and the size of what holds these nodes where nothing is scaled; the scale;
# which of them are seen whole.
EXTENT = """
const find = (node) => document.querySelector(`svg [data-node="${node}"]`);
const boxes = arguments[0].map(find);
const svg = boxes[0].ownerSVGElement;
const frame = svg.closest(".frame");
const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
const rects = boxes.map((box) => box.querySelector("polygon, path, ellipse"))
  .map((shape) => shape.getBoundingClientRect());
const all = (side) => rects.map((rect) => rect[side]);
const span = (from, to) => (Math.max(...all(to)) - Math.min(...all(from))) / scale;
const sight = frame.getBoundingClientRect();
const isSeen = (box) => {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return left >= sight.left && right <= sight.right && top >= sight.top && bottom <= sight.bottom;
};
return [[frame.clientWidth - 32, frame.clientHeight - 32],
        [span("left", "right"), span("top", "bottom")], scale,
        Object.fromEntries(arguments[0].map((node, i) => [node, isSeen(boxes[i])]))]"""


def test_a_folded_scope_hides_its_nodes_and_opens_again(stepper):
    page = stepper(sampled())
    inside = page.browser.find(f"svg [data-node='{ids(sampled())['σ']}']")
    button = page.browser.find("[data-action='fold-sampling']")
    assert inside.is_displayed() and button.get_attribute("aria-expanded") == "true"
    button.click()
    assert button.get_attribute("aria-expanded") == "false"
    assert page.browser.run("return getComputedStyle(arguments[0]).visibility", inside) == "hidden"
    page.press(Keys.END)
    assert page.grads() and page.browser.layout() == []
    button.click()
    assert page.browser.run("return getComputedStyle(arguments[0]).visibility", inside) == "visible"


def test_a_search_leads_to_the_node(stepper):
    page = stepper(sampled())
    page.browser.find("#find").send_keys("z − target", Keys.ENTER)
    assert page.step == 4
    page.browser.find("#find").clear()
    page.browser.find("#find").send_keys("no such node", Keys.ENTER)
    assert page.step == 4


def test_the_line_that_made_the_node_is_marked(stepper):
    def square():
        x = mg.Var(0.7, "x")
        y = mg.sin(x).named("y")
        return (y * y).named("L")

    page = stepper(square(), source=square)
    marked = sum(
        page.at_each_step("""return [...document.querySelectorAll("#source [aria-current]")].map(
          (line) => line.innerText.trim())"""),
        [],
    )
    there, back = marked[:2], marked[-2:]
    assert there == back[::-1] == ['y = mg.sin(x).named("y")', 'return (y * y).named("L")']


def test_every_control_is_reached_by_tab_and_shows_that_it_is(stepper):
    page = stepper(sampled(), anchor="#s=3")
    reached = []
    while len(reached) < 100:
        page.press(Keys.TAB)
        here = page.browser.run("""const e = document.activeElement;
          const isNew = e !== document.body && !e.dataset.reached;
          e.dataset.reached = "yes";
          return isNew ? [e.dataset.action ?? e.id, getComputedStyle(e).outlineStyle] : null""")
        if here is None:
            break
        reached.append(here)
    assert all(style != "none" for _, style in reached)
    actions = {"first", "back", "play", "next", "last", "predict", "resample", "reset", "train"}
    assert {name for name, _ in reached} >= actions | {"step", "speed", "find", "help", "knob-0"}


def test_a_node_lights_up_wherever_it_stands(stepper):
    page = stepper(sampled())
    row = page.browser.find("tr[data-node]")
    node = row.get_attribute("data-node")
    page.browser.hover(row)
    lit = page.browser.find_all(".lit")
    assert {each.get_attribute("data-node") for each in lit} == {node}
    assert {each.tag_name for each in lit} >= {"tr", "g"}
    page.browser.hover(page.browser.find("h1"))
    assert page.browser.find_all(".lit") == []
