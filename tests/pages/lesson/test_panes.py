"""The stepper page of arrays, and of graphs side by side."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.pictures.labels import number
from tests.support.stepper import ROWS, ids, rows_of

HEARD = "return [...arguments[0].querySelectorAll('[role=img]')].map((e) => e.ariaLabel)"


def arrays():
    """A full Gaussian of two coordinates: Cholesky factor, matrix product, sum."""
    rng = np.random.default_rng(3)
    root = mg.Var([[1.2, 0.3], [-0.4, 0.9]], "A")
    factor = mg.cholesky(root @ root.T + np.eye(2)).named("C")
    z = (mg.Var([0.5, -1.0], "μ") + factor @ mg.noise(rng, (2,), "ε")).named("z")
    return mg.sum(mg.square(z)).named("L")


def test_a_walk_through_arrays(stepper):
    """A row is empty until the node has its step, and then tells what is on the tape."""
    output = arrays()
    output.backward()
    page, named = stepper(output), ids(output)
    records = mg.step_through(output).steps
    computed = {r.node: r.step for r in records if r.phase in ("leaves", "forward")}
    for step, found in enumerate(page.at_each_step(ROWS)):
        rows = rows_of(found)
        assert all((rows[node].value != "") == (at <= step) for node, at in computed.items())
        arrived = {r.target for r in records if r.target and r.step <= step}
        assert rows[named["ε"]].grad is None
        assert all((rows[named[x]].grad != "") == (named[x] in arrived) for x in ("A", "μ", "C"))
    assert rows[named["L"]].value == pytest.approx(output.value)


def test_the_numbers_of_an_array_are_heard(stepper):
    output = arrays()
    output.backward()
    page = stepper(output, anchor="#s=9999")
    matrix = next(row for row in mg.equations_of(output) if row.name == "A")
    heard = page.browser.run(HEARD, page.browser.find(f"tr[data-node='n{matrix.position}']"))
    for words, truth in zip(heard, (matrix.value, matrix.grad), strict=True):
        assert "2×2" in words
        assert all(number(float(x), 3) in words for x in truth.ravel())


def test_the_numbers_of_an_array_are_seen_on_hover_and_on_focus(stepper):
    output = arrays()
    page = stepper(output)
    strip = page.browser.find(f"tr[data-node='{ids(output)['A']}'] [role=img]")
    assert not page.browser.find("#tip").is_displayed()
    page.browser.run("arguments[0].focus()", strip)
    shown = page.browser.find("#tip").text
    assert [x for x in (1.2, 0.3, -0.4, 0.9) if number(x, 3) not in shown] == [], shown
    page.browser.run("arguments[0].blur()", strip)
    assert not page.browser.find("#tip").is_displayed()
    page.browser.hover(strip.find_element("css selector", "canvas"))
    assert page.browser.find("#tip").is_displayed()


def test_a_page_of_stored_values_offers_nothing_that_it_cannot_do(stepper):
    browser = stepper(mg.sum(mg.pinv(mg.Var([[1.0, 2.0]], "A")) * mg.Var(2.0, "x"))).browser
    assert "pinv has no JavaScript" in browser.find("#knobs-note").text
    for selector in ("[data-knob]", "[data-action=resample]", "[data-action=train]"):
        assert not any(e.is_displayed() and e.is_enabled() for e in browser.find_all(selector))


def walls():
    """The broken and the repaired sample, on the same numbers."""
    outputs = []
    for draw in ("sample", "rsample"):
        mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
        z = getattr(mg.Normal(mu, sigma), draw)(np.random.default_rng(0)).named("z")
        outputs.append((mg.square(z) * mg.Var(0.5, "a")).named(f"L of {draw}"))
    return outputs


def test_broken_beside_repaired(stepper):
    broken, repaired = walls()
    page = stepper([broken, repaired])
    mu, fixed = ids(broken)["mu"], ids(repaired)["mu"]
    assert all(rows_of(found)[mu].grad in ("", None) for found in page.at_each_step(ROWS))
    repaired.backward()
    truth = next(row.grad for row in mg.equations_of(repaired) if row.name == "mu")
    assert page.rows(1)[fixed].grad == pytest.approx(truth, rel=1e-12)
    assert page.rows(0)[ids(broken)["a"]].grad == page.rows(1)[ids(repaired)["a"]].grad


def test_one_knob_and_one_coin_move_both(stepper):
    broken, repaired = walls()
    page = stepper([broken, repaired], anchor="#s=9999")
    page.turn("mu", 1.5)
    page.click("resample")
    left, right = page.rows(0), page.rows(1)
    for name in ("mu", "sigma", "eps", "z"):
        assert left[ids(broken)[name]].value == right[ids(repaired)[name]].value, name
    assert right[ids(repaired)["mu"]].value == 1.5


def test_graphs_side_by_side_run_in_one_direction():
    long = mg.Var(1.2, "x")
    for i in range(9):
        long = mg.sin(long * 1.1).named(f"a_long_name_{i}")
    short = mg.sin(mg.Var(1.2, "x")).named("short")
    lesson = mg.step_through([long, short])
    assert ["rankdir=TB" in pane.drawing.dot for pane in lesson._panes] == [True, True]
    (alone,) = mg.step_through(short)._panes
    assert "rankdir=LR" in alone.drawing.dot


def test_a_small_matrix_has_knobs_and_a_large_one_none():
    small, large = mg.Var(np.ones((2, 2)), "W"), mg.Var(np.ones((4, 4)), "V")
    output = mg.sum(small) + mg.sum(large)
    assert [len(knobs) for knobs in mg.step_through(output)._knobs] == [4]
