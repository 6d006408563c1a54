"""The stepper page computes anew: knobs, typed numbers, fresh coins, and what the address keeps."""

import math

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from tests.support.stepper import ROWS, assert_fresh, coin, ids, rows_of, sampled

NAMED = ids(sampled())
MU, LOG_SIGMA, EPS = (NAMED[name] for name in ("μ", "log σ", "ε"))


@pytest.fixture
def page(stepper):
    opened = stepper(sampled())
    opened.click("last")
    return opened


# --------------------------------------------------------------------------------------- knobs


def test_a_knob_moves_its_parameter_and_leaves_the_coin_as_it_fell(page):
    before = page.rows()
    page.turn("μ", 1.25)
    after = page.rows()
    assert after[MU].value == 1.25 != before[MU].value
    assert after[EPS] == before[EPS] and after[LOG_SIGMA].value == before[LOG_SIGMA].value
    assert_fresh(page, sampled(mu=1.25))
    page.turn("log σ", 0.75)
    assert_fresh(page, sampled(mu=1.25, log_sigma=0.75))


def test_arrow_keys_on_a_knob_move_it_and_no_step(page):
    before = page.rows()[MU].value
    page.knob("μ").send_keys(Keys.ARROW_RIGHT)
    moved = page.rows()[MU].value
    assert moved > before and page.step == page.last
    page.knob("μ").send_keys(Keys.ARROW_LEFT)
    assert page.rows()[MU].value == pytest.approx(before)


def retype(page, text):
    field = page.browser.find("[data-number='μ']")
    field.send_keys(Keys.CONTROL + "a", Keys.BACKSPACE)
    field.send_keys(text, Keys.ENTER)


def test_a_number_may_be_typed(page):
    for typed, truth in (("1.25", 1.25), ("−2,5", -2.5), ("1e-3", 1e-3), ("7", 7.0)):
        retype(page, typed)
        assert page.rows()[MU].value == truth
    assert_fresh(page, sampled(mu=7.0))


def test_what_is_no_number_moves_nothing(page):
    for typed in ("much", "", "1.2.3", "--1"):
        retype(page, typed)
        assert_fresh(page, sampled())
        assert page.browser.find("[data-number='μ']").get_property("value") == "0.5000", typed


def test_resampling_flips_the_coin_and_leaves_the_parameters(page):
    page.turn("μ", 1.25)
    drawn = [page.rows()[EPS].value]
    for _ in range(5):
        page.click("resample")
        rows = page.rows()
        assert rows[MU].value == 1.25 and rows[LOG_SIGMA].value == -0.2
        drawn.append(rows[EPS].value)
        assert_fresh(page, sampled(mu=1.25, eps=drawn[-1]))
    page.press("r")
    drawn.append(page.rows()[EPS].value)
    assert len(set(drawn)) == len(drawn) and max(map(abs, drawn)) < 5.0


DRAW_AGAIN = """const rows = () => {ROWS};
return Array.from({length: arguments[0]}, () => {
  document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "r", bubbles: true}));
  return rows();
})""".replace("ROWS", ROWS)


def test_two_coins_fall_each_for_itself(stepper):
    output = (coin(0.1) + mg.Var(1.0, "x") * coin(0.2)).named("L")
    one, other = (f"n{row.position}" for row in mg.equations_of(output) if row.kind == "noise")
    page = stepper(output)
    page.press("r")
    drawn = [page.browser.run(ROWS), *page.browser.run(DRAW_AGAIN, 99)]
    fell = [(rows[one].value, rows[other].value) for rows in map(rows_of, drawn)]
    assert len({x for both in fell for x in both}) == 200
    assert abs(np.corrcoef(fell, rowvar=False)[0, 1]) < 5.0 / np.sqrt(100)


def test_reset_is_pythons_run(page):
    page.turn("μ", 1.25)
    page.click("resample")
    page.click("reset")
    assert_fresh(page, sampled())


def test_the_badge_speaks_of_pythons_numbers(page):
    assert page.error <= 1e-12
    page.turn("μ", 1.25)
    assert page.error <= 1e-12


def test_a_division_by_zero_is_shown_and_gone_when_the_knob_moves_on(stepper):
    def output(mu=0.5, sigma=1.0):
        by = mg.divide(1.0, mg.Var(mu, "μ")).named("by")
        return (by * mg.log(mg.Var(sigma, "σ")).named("log")).named("L")

    page, named = stepper(output()), ids(output())
    page.click("last")
    page.turn("μ", 0.0)
    rows = page.rows()
    assert rows[named["by"]].value == math.inf and math.isnan(rows[named["L"]].value)
    assert "+inf" in page.seen(named["by"]) and "nan" in page.seen(named["L"])
    page.turn("μ", 0.25)
    assert_fresh(page, output(0.25))
    assert "inf" not in page.browser.find("body").text


# ------------------------------------------------------------------------------------ the address


def test_the_address_brings_everything_back(page, stepper):
    page.turn("μ", 1.25)
    page.click("resample")
    page.click("back")
    rows, step = page.rows(), page.step
    page.browser.wait(lambda: f"s={step}&" in page.address)
    address = page.address
    again = stepper(sampled(), anchor=address)
    assert again.rows() == rows and again.step == step < again.last
    again.browser.run("location.hash = '#s=2'")
    again.browser.wait(lambda: again.step == 2)
    assert again.rows()[EPS].value == 0.83 and again.rows()[MU].value == 0.5


def test_the_address_keeps_every_digit(page, stepper):
    for value in (1e22, -1e-7, 5e-324, 0.1 + 0.2):
        before = page.address
        page.turn("μ", value)
        moved = page.rows()[MU].value
        page.browser.wait(lambda was=before: "k0=" in page.address != was)
        assert stepper(sampled(), anchor=page.address).rows()[MU].value == moved


@pytest.mark.parametrize("address", ["#s=zzz&k0=nope&seed=-3", "#s=-1&k9=1&seed=1e99", "#%%%"])
def test_an_address_of_nonsense_is_the_beginning(stepper, address):
    page = stepper(sampled(), anchor=address)
    assert page.step == 0 and page.rows()[MU].value == 0.5 and page.rows()[EPS].value == 0.83


def test_an_address_beyond_the_end_is_the_end(stepper):
    page = stepper(sampled(), anchor="#s=9999")
    assert page.step == page.last
