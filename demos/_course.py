"""The course: a page a lesson, text at the left, the live page at the right.

A lesson is one Markdown file in `lessons/`, which reads well by itself too. It begins with
`# 2. Title` and one sentence in italics. A picture represents the page of its name. A question
begins with `**Question.**`; its answer follows in `<details>`, with what is to be typed in bold,
and then a list of usual wrong answers, `- 12: what that number is`. A paragraph `Numbers: mu = 0.7`
gives what a typed formula may name.
"""

import html
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ._style import page

LESSONS = Path(__file__).with_name("lessons")
FOLDER = "lessons"  # of the pages, beside those that they show

# The picture in `lessons/pictures` that stands for a page, by the file that a demo draws.
PICTURES = {
    "thirty_lines": "thirty_lines.svg",
    "chain_rule": "chain_rule.svg",
    "coin_flip_lab": "coin_flip_lab.svg",
    "stepper_1d": "stepper_1d.svg",
    "broken_and_repaired": "repaired.svg",
    "log_variance": "log_variance_repaired.svg",
    "gaussian_1d": "gaussian_1d.svg",
    "stepper_full": "stepper_full.svg",
    "gumbel_softmax_hard": "gumbel_softmax_hard.svg",
    "stepper_vae": "stepper_vae.svg",
    "vae_1d": "vae_1d_before.svg",
    "digits_vae": "digits_vae.svg",
    "digits_vae_decoder": "digits_vae_decoder.svg",
}

_QUESTION = re.compile(
    r"^\*\*Question\.\*\* (.*?)\n\n<details><summary>Answer</summary>\n\n(.*?)\n\n</details>$",
    re.M | re.S,
)
_PICTURE = re.compile(r"^!\[(.*?)\]\(pictures/(\w+)\.svg\)$", re.M)
_NUMBERS = re.compile(r"^Numbers: (.*)$", re.M)
_WRONG = re.compile(r"^- (\S+): (.*)", re.S)
_SYMBOL = re.compile(r"(?<![\w&;#])([μσε])(?!\w)")
_OTHER_NAMES = {"μ": "mu", "σ": "sigma", "ε": "eps"}


class Question(NamedTuple):
    """A question, its answer, what is to be typed, usual wrong answers, and names for formulas."""

    text: str
    answer: str
    typed: list[str]
    wrong: list[tuple[str, str]]
    numbers: dict[str, float]


class Picture(NamedTuple):
    """What stands for a live page, by the page's name without its ending."""

    words: str
    name: str


class Lesson(NamedTuple):
    """A lesson: its parts are texts in Markdown, pictures and questions."""

    stem: str
    title: str
    goal: str
    parts: list[str | Question | Picture]


@cache
def lessons() -> tuple[Lesson, ...]:
    """All of them, in their order."""
    return tuple(_read(path) for path in sorted(LESSONS.glob("*.md")))


def _read(path: Path) -> Lesson:
    text = path.read_text(encoding="utf-8")
    heading, goal, rest = text.split("\n\n", 2)
    title = heading.removeprefix("# ")
    return Lesson(path.stem, title, goal.strip("*").replace("`", ""), [*_parts(rest)])


def _parts(text: str) -> Iterator[str | Question | Picture]:
    """The text, cut at its questions and pictures."""
    cuts = [*_QUESTION.finditer(text), *_PICTURE.finditer(text)]
    place = 0
    for cut in sorted(cuts, key=lambda found: found.start()):
        if before := text[place : cut.start()].strip():
            yield before
        yield (
            _question(*cut.groups(), _numbers(text[: cut.start()]))
            if cut.re is _QUESTION
            else Picture(*cut.groups())
        )
        place = cut.end()
    if after := text[place:].strip():
        yield after


def _numbers(text: str) -> dict[str, float]:
    """What the text states last of each name."""
    stated = ", ".join(_NUMBERS.findall(text)).replace("−", "-")
    pairs = (pair.split(" = ") for pair in stated.split(", ") if pair)
    return {name: float(value) for name, value in pairs}


def _question(text: str, answer: str, numbers: dict[str, float]) -> Question:
    answer, *items = re.split(r"\n(?=- )", answer)
    found = [_WRONG.match(item) for item in items]
    wrong = [(m[1], " ".join(m[2].split())) for m in found if m]
    return Question(text, answer.strip(), re.findall(r"\*\*(.+?)\*\*", answer), wrong, numbers)


def course_cards() -> str:
    """The list of lessons, for the index."""
    items = "".join(
        f'<li><a href="{FOLDER}/{each.stem}.html" data-lesson="{each.stem}" '
        f'data-questions="{_count(each)}"><b>{html.escape(each.title)}</b><br>'
        f"{html.escape(each.goal)}</a></li>\n"
        for each in lessons()
    )
    return f'<ol class="lessons">\n{items}</ol>'


def first_lesson() -> str:
    """The file of the first lesson, from the index."""
    return f"{FOLDER}/{lessons()[0].stem}.html"


def _count(lesson: Lesson) -> int:
    return sum(isinstance(part, Question) for part in lesson.parts)


def progress_script() -> str:
    """Marks the lessons whose questions have been answered on this computer."""
    return _script("progress.js")


def write_course(out: Path) -> None:
    """Write every lesson's page, with its pictures, into a folder beside the live pages."""
    folder = out / FOLDER
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    for file in (LESSONS / "pictures").glob("*.svg"):
        (folder / "pictures" / file.name).write_bytes(file.read_bytes())
    every = lessons()
    for i, lesson in enumerate(every):
        before = every[i - 1] if i else None
        after = every[i + 1] if i + 1 < len(every) else None
        file = folder / f"{lesson.stem}.html"
        file.write_text(_lesson_page(lesson, before, after, out), encoding="utf-8")


def _lesson_page(lesson: Lesson, before: Lesson | None, after: Lesson | None, out: Path) -> str:
    live = [p for p in lesson.parts if isinstance(p, Picture) and _live(p, out)]
    body, asked, beside = [], 0, ""
    for part in lesson.parts:
        if isinstance(part, Question):
            body.append(_question_html(part, asked, beside))
            asked += 1
        elif isinstance(part, Picture):
            beside = f"../{part.name}.html" if part in live else ""
            body.append(_picture_html(part, out, several=len(live) > 1))
        else:
            body.append(markdown(part))
    shown = live[0] if live else None
    side = f'<aside id="live">{_frame(shown)}</aside>\n' if shown else ""
    links = [
        f'<a rel="prev" href="{before.stem}.html">← {html.escape(before.title)}</a>'
        if before
        else "",
        '<a href="../index.html#course">The course</a>',
        f'<a rel="next" href="{after.stem}.html">{html.escape(after.title)} →</a>' if after else "",
    ]
    steps, again = (
        f'<nav class="steps" aria-label="{label}">{"".join(filter(None, links))}</nav>\n'
        for label in ("lessons", "lessons, again")
    )
    content = f"""{steps}<main class="{"with-page" if shown else ""}">
<article data-lesson="{lesson.stem}">
<h1>{html.escape(lesson.title)}</h1>
<p class="goal">{html.escape(lesson.goal)}</p>
{"".join(body)}
<p class="handout"><button class="button quiet" data-print="">Print as a hand-out</button>
<button class="button quiet" data-print="answers">Print with answers</button></p>
</article>
{side}</main>
{again}"""
    style = _file("lesson.css")
    return page(
        f"{html.escape(lesson.title)}: minigrad", style, content, _script("answers.js", "lesson.js")
    )


def _live(picture: Picture, out: Path) -> bool:
    return (out / f"{picture.name}.html").is_file()


def _frame(picture: Picture) -> str:
    words = html.escape(picture.words)
    return f'<iframe src="../{picture.name}.html" title="live page: {words}"></iframe>'


def _picture_html(picture: Picture, out: Path, several: bool) -> str:
    words = html.escape(picture.words)
    image = f'<img src="pictures/{picture.name}.svg" alt="{words}">'
    if not _live(picture, out):
        return (
            f"<figure>{image}<figcaption>{words}. Its live page takes training: "
            "<code>make demo</code> makes it.</figcaption></figure>\n"
        )
    button = (
        f'<button class="button quiet" data-page="../{picture.name}.html" '
        f'data-title="{words}">Show its page beside the text</button> '
    )
    return (
        f'<figure class="stands-in">{image}<figcaption>{words}</figcaption></figure>\n'
        f'<p class="show">{button if several else ""}'
        f'<a href="../{picture.name}.html">Open the page by itself</a> '
        '<a class="below" href="#live">Go to the page below the text</a></p>\n'
    )


def _question_html(question: Question, place: int, beside: str) -> str:
    inputs = "".join(
        f'<input type="text" size="12" autocomplete="off" spellcheck="false" '
        f'data-answer="{html.escape(value)}" aria-label="your answer">'
        for value in question.typed
    )
    wrong, numbers = (html.escape(json.dumps(x)) for x in (question.wrong, question.numbers))
    return f"""<section class="question" data-place="{place}" data-beside="{beside}" \
data-wrong="{wrong}" data-numbers="{numbers}">
{markdown(question.text)}<form>{inputs} <button class="button">Check</button>
<button type="button" class="button quiet" data-show>Show the answer</button></form>
<p class="verdict" aria-live="polite"></p>
<div class="answer" hidden>{markdown(question.answer)}</div>
</section>
"""


def markdown(text: str, symbols: bool = True) -> str:
    """HTML of a part; what is named in the figure as well is marked, so that both light up."""
    from markdown_it import MarkdownIt  # here: the claims of demos are read without it

    text = _NUMBERS.sub(r"*Numbers: \1*", text)
    written = MarkdownIt("commonmark").enable("table").render(text)
    written = written.replace("<pre>", '<pre tabindex="0">')
    if not symbols:
        return written.replace("<table>", '<table tabindex="0">')
    pieces = re.split(r"(<pre.*?</pre>|<[^>]+>)", written, flags=re.S)
    marked = (p if p.startswith("<") else _SYMBOL.sub(_mark, p) for p in pieces)
    return re.sub(r"<code>([A-Za-z]\w*)</code>", _mark_code, "".join(marked))


def _mark(found: re.Match[str]) -> str:
    names = f"{found[1]} {_OTHER_NAMES[found[1]]}"
    return f'<span class="symbol" data-names="{names}">{found[1]}</span>'


def _mark_code(found: re.Match[str]) -> str:
    return f'<code class="symbol" data-names="{found[1]}">{found[1]}</code>'


def _script(*names: str) -> str:
    return f'(() => {{\n"use strict";\n{"".join(map(_file, names))}}})();'


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name("course").joinpath(name).read_text(encoding="utf-8")
