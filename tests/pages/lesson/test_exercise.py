"""An exercise: the same judgement in Python and in the page."""

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

import minigrad as mg
from tests.support.stepper import Stepper


def task() -> mg.Exercise:
    x, w = mg.Var(1.5, "x"), mg.Var(-2.0, "w")
    return mg.exercise(mg.square(w * x + x).named("L"), "What is ∂L/∂x?", x)


ANSWER = 2.0 * (-2.0 * 1.5 + 1.5) * (-2.0 + 1.0)  # 2(wx + x)(w + 1) = 3
WRONG = [
    (-ANSWER, "the sign is not"),
    (2.0 * -1.5, "the sign is not"),
    (6.0, "add up"),
    (-2.0, "local slope alone"),
    (1.5, "its value"),
]


def test_a_right_answer_passes_and_is_the_tapes():
    assert task().answer == pytest.approx(ANSWER)
    task().check(ANSWER * 1.005)
    task().check(mg.constant(ANSWER))


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_a_wrong_answer_is_told_what_it_looks_like(given, words):
    with pytest.raises(AssertionError, match=words):
        task().check(given)
    assert not task().found(given).is_right


def test_the_words_stand_on_lines_of_their_own():
    with pytest.raises(AssertionError) as wrong:
        mg.exercise(mg.Var(2.0, "x") ** 2, "The square of 2", 4.0).check(5.0)
    assert str(wrong.value) == "The square of 2\n+5.0000 is not the answer"


def test_arrays_are_checked_by_shape_and_number():
    w = mg.Var(np.array([1.0, 2.0]), "w")
    homework = mg.exercise(mg.sum(w * w), "The gradient of w?", w)
    homework.check([2.0, 4.0])
    with pytest.raises(AssertionError, match=r"shape \(3,\), the answer has \(2,\)"):
        homework.check([2.0, 4.0, 1.0])
    with pytest.raises(AssertionError):
        homework.check([2.0, 5.0])
    with pytest.raises(ValueError, match="the page asks for a number"):
        _ = homework.html


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (("", 1.0), TypeError, "a question is a string"),
        (("What?", float("nan")), ValueError, "finite number, not nan"),
        (("What?", "many"), TypeError, "str"),
    ],
)
def test_what_is_no_exercise(given, error, words):
    with pytest.raises(error, match=words):
        mg.exercise(mg.square(mg.Var(1.0)), *given)
    with pytest.raises(ValueError, match="between 0 and 1"):
        mg.exercise(mg.square(mg.Var(1.0)), "What?", 1.0, tolerance=3)


def test_the_page_opens_the_way_back_when_it_is_answered(browser, tmp_path):
    browser.open(task().save(tmp_path / "task.html"))
    page = Stepper(browser)
    page.press(Keys.END)
    assert page.phase == "seed" and page.grads() == {f"n{len(page.rows()) - 1}": 1.0}
    field = browser.find("#task-answer")
    for given, words in WRONG:
        field.clear()
        field.send_keys(str(given), Keys.ENTER)
        assert words in browser.find(".task .result").text, given
    field.clear()
    field.send_keys("2*(w·x + x)*(w+1)".replace("w·x", "w*x"), Keys.ENTER)
    assert "Right" in browser.find(".task .result").text
    browser.run("document.activeElement.blur()")
    page.press(Keys.END)
    assert page.phase == "backward" and len(page.grads()) > 3
    assert browser.errors() == []


def test_the_page_of_an_exercise_has_no_faults(browser, tmp_path):
    for width in (400, 1400):
        browser.open(task().save(tmp_path / "task.html"), width=width)
        assert browser.look() == []
