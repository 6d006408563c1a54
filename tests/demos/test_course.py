"""The course: what a lesson's file says, and its page in the hands of a reader."""

import re

import pytest

from demos import _course
from demos._course import Picture, Question, lessons
from demos._order import TITLES
from tests.support.browser import NARROW, WIDE

PAGES = [f"{lesson.stem}.html" for lesson in lessons()]


@pytest.fixture
def folder(everything):
    return everything.out / "lessons"


@pytest.fixture
def lesson(browser, folder):
    """Opens a lesson of a reader who has not answered anything yet."""

    def opened(place, **how):
        browser.forget_visits()
        browser.open(folder / PAGES[place - 1], **how)
        return browser

    return opened


def test_a_lesson_has_a_number_a_goal_questions_and_a_page():
    for place, lesson in enumerate(lessons(), 1):
        assert lesson.title.startswith(f"{place}. ") and lesson.goal.endswith((".", "?"))
        assert sum(isinstance(part, Question) for part in lesson.parts) >= 3
        assert any(isinstance(part, Picture) for part in lesson.parts)
        assert not any(isinstance(p, str) and "**Question" in p for p in lesson.parts), "not read"


def test_wrong_answers_are_told_apart_from_the_right_one():
    for lesson in lessons():
        for question in (part for part in lesson.parts if isinstance(part, Question)):
            assert question.typed, question.text
            right = {text.replace("−", "-").lstrip("+") for text in question.typed}
            assert not right & {text for text, _ in question.wrong}, question.text


def test_names_of_experiments_are_theirs():
    for lesson in lessons():
        for part in (part for part in lesson.parts if isinstance(part, str)):
            for name in re.findall(r"experiments?\s+\*(.*?)\*", part, re.S):
                assert " ".join(name.split()) in TITLES.values()


def test_committed_pictures_are_current(everything):
    """Texts are compared, not the places of things: another renderer lays them out otherwise."""
    used = {p.name for lesson in lessons() for p in lesson.parts if isinstance(p, Picture)}
    files = {path.stem for path in (_course.LESSONS / "pictures").glob("*.svg")}
    assert used == files == set(_course.PICTURES)
    for name, drawn in _course.PICTURES.items():
        pair = (_course.LESSONS / "pictures" / f"{name}.svg", everything.out / drawn)
        texts = [re.findall(r"<text[^>]*>\s*([^<]*?)\s*<", p.read_text("utf-8")) for p in pair]
        if name.startswith(("digits_vae", "gumbel_softmax_hard")):  # they run at a smaller size
            texts = [[re.sub(r"[+−\d.e]+", "#", text) for text in those] for those in texts]
        assert sorted(texts[0]) == sorted(texts[1]), f"copy {drawn} to lessons/pictures/{name}.svg"


ENTRY_AND_VERDICT = """const question = document.querySelectorAll(".question")[arguments[0]];
const [entry, verdict] = ["input", ".verdict"].map((each) => question.querySelector(each));
verdict.textContent = "";
entry.focus();
entry.select();
return [entry, verdict]"""
# What the page says of an answer to each question, without the focus that brings pages beside.
ANSWER_ALL = """return [...document.querySelectorAll(".question")].map((question, place) => {
  question.querySelector("input").value = arguments[0][place];
  question.querySelector("form").requestSubmit();
  return question.querySelector(".verdict").textContent;
})"""


def ask(browser, place, text):
    """What the page says when this is typed at a question."""
    entry, verdict = browser.run(ENTRY_AND_VERDICT, place)
    entry.send_keys(text + "\n")
    return verdict.text


def test_every_answer_is_accepted_as_it_stands(lesson):
    for place, each in enumerate(lessons(), 1):
        browser = lesson(place)
        questions = [part for part in each.parts if isinstance(part, Question)]
        said = browser.run(ANSWER_ALL, [question.typed[0] for question in questions])
        assert said == ["Right."] * len(questions), each.stem
        assert browser.run("return JSON.parse(localStorage['minigrad.course'])") == {
            each.stem: [*range(len(questions))]
        }


def test_what_is_wrong_is_named(lesson):
    browser = lesson(2)
    assert ask(browser, 0, "12").startswith("Not that: that is both shares together")
    assert ask(browser, 0, "-6") == "Right in size, but not in sign."
    assert ask(browser, 0, "5") == "Not yet. Look at the rule of this step in the page."
    assert "can't be read" in ask(browser, 0, "b *")
    assert "can't be read" in ask(browser, 0, "constructor")
    assert not browser.find_all(".answer")[0].is_displayed()
    assert ask(browser, 0, "1 * b") == "Right." and browser.find_all(".answer")[0].is_displayed()


def test_formulas_count_as_answers(lesson):
    browser = lesson(3)
    for text in ("cos(z)", "cos(0.7 + 1.2*eps)", "0.6593", "cos(μ + σ·ε)", ".659"):
        assert ask(browser, 1, text) == "Right.", text


def test_formulas_read_the_numbers_above_their_question(lesson):
    assert ask(lesson(3), 0, "exp(−½*σ²)*cos(μ)") == "Right."  # σ is 0.5 there, 1.2 below


def test_what_cannot_be_read_is_named(lesson):
    browser = lesson(3)
    assert "“tau” is not a function or a name here. The names are μ" in ask(browser, 1, "cos(tau)")
    assert "Write a number or a formula" in ask(browser, 1, "2 (")


def test_a_right_answer_may_be_written_in_many_ways(lesson):
    browser = lesson(3)
    for text in ("0,6593", "65.93 %", "f = .6593", "cos z", "½ · 2cos(z)", "6593·10⁻⁴"):
        assert ask(browser, 1, text) == "Right.", text


def test_what_is_nearly_right_is_said_to_be(lesson):
    browser = lesson(3)
    close = "Close: give four decimals, and round only at the end."
    assert [ask(browser, 1, text) for text in ("0.7", "0,7", "0.65", "cos(0.84)")] == [
        *[close] * 3,
        f"{close} (Your formula is 0.6675.)",
    ]
    assert ask(browser, 1, "-0.65") == "Close in size, but not in sign; give four decimals."
    assert ask(browser, 1, "65.93").startswith("That is a hundred times as large")
    assert ask(browser, 1, "z").startswith("Not that: that is the value of z.")
    assert ask(browser, 1, "none") == "Something does arrive here, and the answer is a number."
    assert ask(browser, 2, "0.7").endswith("If you rounded, give four decimals.")
    assert ask(browser, 3, "0.1") == close


def test_an_absent_gradient_has_several_words(lesson):
    browser = lesson(4)
    assert ask(browser, 1, "no gradient") == ask(browser, 1, "⊘") == "Right."
    assert ask(browser, 1, "0").startswith("Not that: the page shows no number")


def test_half_is_not_taken_for_a_whole_number(lesson):
    assert ask(lesson(2), 0, "5.5") != "Right."


def test_progress_is_kept_and_shown(lesson, everything):
    browser = lesson(2)
    for i, text in enumerate(("6", "12", "24")):
        ask(browser, i, text)
    browser.open(everything.out / "index.html")
    assert not browser.find_all(".lessons .done")
    browser.open(everything.out / "lessons" / PAGES[1])
    assert browser.find_all(".verdict")[2].text == "Answered before."
    ask(browser, 3, "-8")
    browser.open(everything.out / "index.html")
    assert [a.get_attribute("data-lesson") for a in browser.find_all(".lessons .done")] == [
        "02_chain_rule"
    ]


def test_the_page_beside_follows_the_question(lesson):
    browser = lesson(3)
    frame = browser.find("iframe")
    assert frame.get_attribute("src").endswith("/coin_flip_lab.html")
    ask(browser, 1, "1")
    assert frame.get_attribute("src").endswith("/stepper_1d.html")
    browser.find("[data-page]").click()
    assert frame.get_attribute("src").endswith("/coin_flip_lab.html")


def test_a_page_that_takes_training_is_promised_until_it_is_there(tmp_path):
    _course.write_course(tmp_path)
    page = tmp_path / "lessons" / "11_digits.html"
    assert page.read_text().count("<code>make demo</code> makes it") == 2
    (tmp_path / "digits_vae.html").touch()
    _course.write_course(tmp_path)
    assert page.read_text().count("<code>make demo</code> makes it") == 1


def test_it_prints_with_and_without_answers(lesson):
    browser = lesson(2)
    browser.run("window.print = () => {}")
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    try:
        plain, answers = browser.find_all("[data-print]")
        browser.run("arguments[0].click()", plain)
        assert not any(a.is_displayed() for a in browser.find_all(".answer"))
        assert browser.find(".stands-in img").is_displayed()
        assert not browser.find("iframe").is_displayed()
        browser.run("arguments[0].click()", answers)
        assert all(a.is_displayed() for a in browser.find_all(".answer"))
    finally:
        browser.devtools("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("page", PAGES)
def test_a_lesson_is_readable(browser, folder, page):
    browser.open(folder / page, width=WIDE)
    assert browser.layout() == []
    browser.recolour(dark=True)
    assert browser.layout() + browser.nameless() + browser.axe("color-contrast") == []
    browser.recolour(dark=False)
    browser.resize(NARROW)
    assert browser.look() == [], "in a narrow window"
    assert browser.errors() == []


def test_what_the_pointer_is_on_lights_up_in_the_page(lesson):
    browser = lesson(2)
    frame = browser.find("iframe")

    def lit():
        browser.driver.switch_to.frame(frame)
        try:
            found = browser.find_all(".lit[data-node]")
            return {each.get_attribute("data-node") for each in found}, len(found)
        finally:
            browser.driver.switch_to.default_content()

    assert lit() == (set(), 0)
    (symbol, *_) = browser.find_all(".question .symbol[data-names='b']")
    browser.hover(symbol)
    browser.wait(lambda: lit()[1] >= 2)  # the box, and the row of the table
    assert len(lit()[0]) == 1
    browser.hover(browser.find("h1"))
    browser.wait(lambda: lit() == (set(), 0))
