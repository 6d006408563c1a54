"""Predict: the page hides the next share of a gradient, asks for it, and keeps count."""

import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from minigrad.pictures.labels import number
from tests.support.stepper import sampled

SHARES = [record for record in mg.step_through(sampled()).steps if record.phase == "backward"]
FIRST = SHARES[0]


@pytest.fixture
def asked(stepper):
    """A page that asks for the first share."""
    page = stepper(sampled(), anchor=f"#s={FIRST.step}")
    page.click("predict")
    return page


def answer(page, text):
    field = page.browser.find("#answer")
    page.browser.run("arguments[0].focus(); arguments[0].select()", field)
    field.send_keys(text, Keys.ENTER)
    return page.browser.find("#verdict").text


def everything_told(page):
    """All text in the page, seen or heard, and all that an attribute says."""
    return page.browser.run("""return document.body.innerText + [...document.querySelectorAll("*")]
      .flatMap((e) => [...e.attributes]).map((a) => a.value).join(" ")""")


def test_nothing_is_given_away(asked):
    hidden = number(FIRST.contribution)
    assert hidden not in everything_told(asked)
    assert str(FIRST.contribution) not in everything_told(asked)
    assert asked.rows()[FIRST.target].grad == ""
    answer(asked, "0")
    assert hidden not in everything_told(asked)  # a first wrong answer gets a hint
    answer(asked, "0")
    assert hidden in everything_told(asked)
    assert asked.rows()[FIRST.target].grad == pytest.approx(FIRST.total)


def test_a_right_answer_is_right_within_a_percent(asked):
    assert "Right" in answer(asked, f"{1.008 * FIRST.contribution:.6f}")
    assert "1 of 1" in asked.browser.find("#verdict").text


def test_a_wrong_answer_is_put_right(asked):
    verdict = answer(asked, f"{-FIRST.contribution:.4f}")
    assert "the sign is not" in verdict and " of " not in verdict.partition("Try")[2]
    verdict = answer(asked, f"{-FIRST.contribution:.4f}")
    assert "Right" not in verdict and number(FIRST.contribution) in verdict
    assert "0 of 1" in verdict


def test_a_second_try_may_be_right_and_counts_as_asked(asked):
    assert "Try once more" in answer(asked, "77")
    verdict = answer(asked, number(FIRST.contribution))
    assert "Right now" in verdict and "0 of 1" in verdict


def test_a_formula_of_names_and_numbers_is_an_answer(asked):
    """∂L/∂(z − target) gets 1 × 2·(z − target)."""
    assert "Right" in answer(asked, "2*(z − target)")


def test_what_can_not_be_read_is_no_answer(asked):
    for text in ("2*(", "nobody*2", "alert(1)", "2 3", "constructor", "((((", "|"):
        assert "Type a number" in answer(asked, text), text
        answer(asked, "0")
        assert "Type a number" not in asked.browser.find("#verdict").text, text
        asked.click("predict")
        asked.click("predict")


def test_usual_mistakes_are_told_by_their_number(stepper):
    x, w, b = mg.Var(1.5, "x"), mg.Var(-2.0, "w"), mg.Var(0.25, "b")
    loss = mg.square(w * x + b).named("L")
    last = mg.step_through(loss).steps[-1]
    page = stepper(loss, anchor=f"#s={last.step}")
    page.click("predict")  # asks for w's share: upstream −5.5 × x
    for given, words in [
        ("1.5", "local slope alone"),
        ("-5.5", "from above alone"),
        ("8.25", "the sign is not"),
        ("11", "the other operand"),
        ("-4", "not added"),
    ]:
        assert words in answer(page, given), given
        page.click("predict")
        page.click("predict")


def test_the_way_forward_asks_for_values(stepper):
    x = mg.Var(2.0, "x")
    page = stepper(mg.sin(x * x).named("L"), anchor="#s=1")
    page.click("predict")
    assert page.rows()["n1"].value == ""
    assert "the sum of the two" not in answer(page, "5")
    assert "0 of 1 right" in answer(page, "x*x")
    assert page.rows()["n1"].value == 4.0
    page.press(Keys.ENTER)
    assert "1 of 2 right" in answer(page, "sin(4)") and page.rows()["n2"].value


def test_the_score_stays_in_the_address(asked, tmp_path):
    answer(asked, number(FIRST.contribution))
    asked.browser.wait(lambda: "predict=1of1" in asked.address)
    asked.browser.run("location.hash = location.hash.replace('1of1', '4of7')")
    asked.browser.wait(lambda: "4 of 7" in asked.text_of("#verdict"))


def test_a_minus_sign_may_be_typed_as_the_page_writes_it(asked):
    assert "Right" in answer(asked, number(FIRST.contribution))


def test_what_is_no_number_is_no_answer(asked):
    verdict = answer(asked, "much")
    assert "number" in verdict and " of " not in verdict
    assert asked.rows()[FIRST.target].grad == ""


def test_two_shares_of_one_step_are_asked_for_one_after_the_other(stepper):
    x = mg.Var(1.3, "x")
    page = stepper((x * x).named("L"), anchor="#s=9")
    page.click("predict")
    assert page.rows()["n0"].grad == ""
    assert "1 of 1" in answer(page, "1.3") and page.rows()["n0"].grad == 1.3
    assert "2 of 2" in answer(page, "1.3") and page.rows()["n0"].grad == 2.6


def test_the_whole_way_by_keyboard_alone(asked):
    """Enter answers, and Enter on the button that has the focus then goes on."""
    for record in SHARES:
        while asked.step < record.step:
            asked.press(Keys.ENTER)
        assert "Right" in answer(asked, number(record.contribution)), record
    assert f"{len(SHARES)} of {len(SHARES)}" in asked.browser.find("#verdict").text
    assert asked.step == asked.last


def test_skipping_shows_it_and_counts_nothing(asked):
    asked.click("skip")
    shown = asked.browser.find("#verdict").text
    assert number(FIRST.contribution) in shown and " of " not in shown


def test_switched_off_everything_shows_again(asked):
    asked.click("predict")
    assert asked.rows()[FIRST.target].grad == pytest.approx(FIRST.total)
    assert not asked.browser.find("#ask").is_displayed()
