"""The guides: one Markdown file each in `guides/`, which a test runs, as pages of the gallery."""

import html
from pathlib import Path
from typing import NamedTuple

from ._course import markdown
from ._style import page

GUIDES = Path(__file__).with_name("guides")
FOLDER = "guides"
ORDER = ("first_model", "recipes", "own_distribution", "find_the_nan", "from_pytorch")

_STYLE = """
body{margin:0 auto;max-width:52rem;padding:1rem 1rem 4rem}
.goal{color:var(--faint);font-size:1.15rem}
pre{margin:1rem 0}
table{display:block;overflow-x:auto;border-collapse:collapse}
@media (max-width:600px){td code{overflow-wrap:anywhere;white-space:normal}th,td{min-width:8rem}}
th,td{padding:.3rem .6rem;border:1px solid var(--faint);text-align:left;vertical-align:top}
"""


class Guide(NamedTuple):
    """A guide: its file's name, its title, its first sentence, and its text in Markdown."""

    stem: str
    title: str
    goal: str
    text: str


def guides() -> list[Guide]:
    """All of them, in the order in which they are listed."""
    return [_read(GUIDES / f"{stem}.md") for stem in ORDER]


def _read(path: Path) -> Guide:
    heading, goal, text = path.read_text(encoding="utf-8").split("\n\n", 2)
    return Guide(path.stem, heading.removeprefix("# "), " ".join(goal.strip("*").split()), text)


def guide_cards() -> str:
    """The list of guides, for the index."""
    items = "".join(
        f'<li><a href="{FOLDER}/{each.stem}.html"><b>{html.escape(each.title)}</b><br>'
        f"{html.escape(each.goal)}</a></li>\n"
        for each in guides()
    )
    return f'<ul class="lessons">\n{items}</ul>'


def write_guides(out: Path) -> None:
    """Write every guide's page into a folder of its own."""
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    for each in guides():
        body = f"""<nav><a href="../index.html">← the course and the gallery</a></nav>
<main>
<h1>{html.escape(each.title)}</h1>
<p class="goal">{html.escape(each.goal)}</p>
{markdown(each.text, symbols=False)}
</main>"""
        text = page(f"{html.escape(each.title)}: minigrad", _STYLE, body)
        (out / FOLDER / f"{each.stem}.html").write_text(text, encoding="utf-8")
