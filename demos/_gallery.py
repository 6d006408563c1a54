"""index.html: the course first, then a card for each experiment. What a card has no room for, its
other pictures, numbers and source, is on a page of the experiment's own.
"""

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import minigrad as mg

from ._course import course_cards, first_lesson, progress_script, write_course
from ._guides import guide_cards, write_guides
from ._order import PATH, title
from ._style import page
from ._thumbnails import thumbnail


class Section(NamedTuple):
    """A demo in the gallery, and its files that are there.

    `pictures` maps files to what to look for, `pages` to what to do or read there. `printed` is
    what it said when it ran. `failure` is "" or why it failed.
    """

    name: str
    claim: str
    pictures: Mapping[str, str]
    pages: Mapping[str, str]
    printed: str
    failure: str


# How small a picture may be: a tall one shrinks to points on the screen, yet none below a part of
# its own size, where its words could not be read. In a narrower window it scrolls.
_HIGH, _SMALLEST = 504.0, 0.6

_INDEX_STYLE = """
body{margin:0 auto;max-width:80rem;padding:2rem 1rem 4rem}
header p{max-width:44rem}
p.ask{margin:.25rem 0 1rem;font-size:1.3rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:1rem;
  margin:0;padding:0;list-style:none}
.cards>li{display:flex;flex-direction:column;gap:.6rem;padding:1rem;border-radius:.5rem;
  border:1px solid var(--faint)}
.thumb{height:10rem;border-radius:.25rem;background:var(--page)}
.thumb img{display:block;width:100%;height:100%;padding:.4rem;object-fit:contain}
.thumb img[src*="#svgView"]{object-fit:fill}
.cards p{margin:0}
.do{display:flex;flex-wrap:wrap;gap:.5rem}
.cards .do{margin-top:auto}
.lessons{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));
  gap:.5rem;margin:0;padding:0;list-style:none}
.lessons a{display:block;height:100%;padding:.7rem .9rem;border:1px solid var(--faint);
  border-left:3px solid var(--link);color:var(--ink);text-decoration:none}
.lessons a:hover{border-color:var(--link)}
.lessons b{color:var(--link)}
@media(max-width:40rem){
  body{padding:1rem .75rem 2rem}
  h1{font-size:1.8rem}
  h2{margin:1.5rem 0 .6rem}
  .lessons a{padding:.4rem .7rem}
  .cards{gap:.5rem}
  .cards>li{display:grid;grid-template-columns:7rem minmax(0,1fr);gap:.25rem .75rem;padding:.5rem}
  .thumb{grid-row:1/4;height:5rem}
  .long{display:none}
  .thumb img{padding:0}
  .cards h3{font-size:1rem}
  .cards p{font-size:.85rem;line-height:1.35}
  .more p:not(.failure){display:none}
  .cards .do{gap:.35rem}
  .cards .button{padding:.1rem .5rem;font-size:.85rem}
}
.lessons .done::after{content:" ✓ done";color:var(--good);font-weight:bold}
"""

_OWN_STYLE = """
body{margin:0 auto;max-width:80rem;padding:1rem 1rem 4rem}
.claim{max-width:46rem;font-size:1.1rem}
.row,.pair{display:flex;flex-wrap:wrap;align-items:start;gap:1.25rem 1rem;margin:1rem 0}
.pair{flex-basis:100%;min-width:0}
figure{flex:0 1 var(--wide);min-width:0;max-width:100%;margin:0}
.pair figure{flex:1 1 calc(var(--least) + 1rem);padding-left:.75rem;
  border-left:3px solid var(--good)}
.pair figure:first-child{border-color:var(--bad)}
figure div{overflow-x:auto}
figcaption{max-width:46rem;margin-top:.5rem;color:var(--faint)}
figure img{display:block;width:var(--wide);min-width:var(--least);max-width:100%;height:auto}
ul{margin:1rem 0 0;padding:0;list-style:none}
ul.steps{display:grid;gap:.5rem}
ul.files{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}
@media(max-width:40rem){pre{font-size:.7rem}}
"""


def write_gallery(sections: Sequence[Section], out: Path) -> Path:
    """Write the course, index.html and each experiment's own page; returns the index."""
    for section in sections:
        (out / own_page(section.name)).write_text(_own(section, out), encoding="utf-8")
    write_course(out)
    write_guides(out)
    if not (out / "play.html").is_file():
        mg.playground().save(out / "play.html")
    index = out / "index.html"
    index.write_text(_index(sections, out), encoding="utf-8")
    return index


def own_page(name: str) -> str:
    """The file of an experiment's own page."""
    return f"about_{name}.html"


def closing(printed: str) -> str:
    """The last paragraph of what a demo printed: its table of measured against exact."""
    return printed.strip("\n").rpartition("\n\n")[2]


def _index(sections: Sequence[Section], out: Path) -> str:
    path = [s for s in sections if s.name in PATH]
    others = [s for s in sections if s.name not in PATH]
    groups = _group("The experiments of the course", path, out)
    groups += _group("More experiments", others, out)
    body = f"""<header>
<h1>minigrad</h1>
<p class="ask">How does a gradient get through a random sample?</p>
<p>Each lesson is a page with a graph that you step through, forward and back, and questions that
it answers. The experiments below it each make one claim and hold it against an exact answer.</p>
<p class="do"><a class="button" href="{first_lesson()}">Start the course</a>
<a class="button quiet" href="play.html">Type a model, see it run backwards</a></p>
</header>
<main>
<h2 id="course">The course</h2>
{course_cards()}
<h2>Guides</h2>
{guide_cards()}
{_reference(out)}{groups}</main>"""
    return page("minigrad: the course and the gallery", _INDEX_STYLE, body, progress_script())


def _reference(out: Path) -> str:
    """A link to the reference, where `make docs` has written it."""
    if not (out / "reference" / "index.html").is_file():
        return ""
    return '<p><a href="reference/index.html">The reference</a>: every public name.</p>\n'


def _group(heading: str, sections: Sequence[Section], out: Path) -> str:
    cards = "".join(_card(section, out) for section in sections)
    kind = "cards more" if sections and sections[0].name not in PATH else "cards"
    return f'<h2>{heading}</h2>\n<ul class="{kind}">\n{cards}</ul>\n' if sections else ""


def _card(section: Section, out: Path) -> str:
    picture = next(iter(section.pictures), "")
    look = html.escape(section.pictures.get(picture, ""))
    view = thumbnail(out / picture) if picture else ""
    thumb = f'<div class="thumb"><img src="{picture}{view}" alt="{look}"></div>\n'
    buttons = [
        f'<a class="button" href="{file}" aria-label="{_call(file)}: {file}">{_call(file)}</a>'
        for file in section.pages
        if file.endswith(".html")
    ][:1]
    about = f"pictures, numbers and source of {section.name}"
    buttons.append(
        f'<a class="button quiet" href="{own_page(section.name)}" aria-label="{about}">'
        'Numbers<span class="long"> and source</span></a>'
    )
    failure = f'<p class="failure">It failed: {html.escape(section.failure)}</p>\n'
    return (
        f'<li id="{section.name}">\n{thumb if picture else ""}'
        f"<h3>{html.escape(title(section.name))}</h3>\n"
        f"<p>{html.escape(section.claim)}</p>\n{failure if section.failure else ''}"
        f'<div class="do">{"".join(buttons)}</div>\n</li>\n'
    )


def _call(file: str) -> str:
    return "Enter the lab" if file.endswith("_lab.html") else "Step through it"


def _own(section: Section, out: Path) -> str:
    """An experiment's own page: every picture, page and number."""
    heading = html.escape(title(section.name))
    failure = f'<p class="failure">It failed: {html.escape(section.failure)}</p>'
    parts = [
        '<nav><a href="index.html">← all experiments</a></nav>',
        f'<main>\n<h1>{heading}</h1>\n<p class="claim">{html.escape(section.claim)}</p>',
        failure if section.failure else "",
        _steps(section),
        f'<div class="row">\n{"".join(_rows(section.pictures, out))}</div>',
        _numbers(section),
        _files(section),
        "</main>",
    ]
    return page(f"{heading}: minigrad", _OWN_STYLE, "\n".join(part for part in parts if part))


def _numbers(section: Section) -> str:
    label = f"what {section.name} printed"
    printed = html.escape(section.printed.strip("\n"))
    if not printed:
        return ""
    return (
        "<h2>Measured against exact</h2>\n<p class=faint>The last table has what was measured, its "
        "standard error, what is exact, and how many standard errors the one is off the other."
        f'</p>\n<pre tabindex="0" aria-label="{label}">{printed}</pre>'
    )


def _rows(pictures: Mapping[str, str], out: Path) -> list[str]:
    """A figure each, but what is broken stays together with its repair."""
    rows, files = [], list(pictures)
    while files:
        pair = files[0].removesuffix("broken.svg") + "repaired.svg"
        count = 2 if files[1:2] == [pair] else 1
        figures = "".join(_figure(out / file, pictures[file]) for file in files[:count])
        rows.append(f'<div class="pair">\n{figures}</div>\n' if count == 2 else figures)
        files = files[count:]
    return rows


def _steps(section: Section) -> str:
    """The pages to play with, as what looks like buttons."""
    items = []
    for file, words in section.pages.items():
        if file.endswith(".html"):
            label = f'aria-label="{_call(file)}: {file}"'
            link = f'<a class="button" href="{file}" {label}>{_call(file)}</a>'
            items.append(f"<li>{link} {html.escape(words)}</li>\n")
    return f'<ul class="steps">\n{"".join(items)}</ul>' if items else ""


def _files(section: Section) -> str:
    """What there is to read, in one line."""
    links = [
        f'<li><a href="{file}">{html.escape(words)}</a></li>\n'
        for file, words in section.pages.items()
        if not file.endswith(".html")
    ]
    return f'<ul class="files">\n<li>To read:</li>\n{"".join(links)}</ul>' if links else ""


def _figure(file: Path, look: str) -> str:
    words, name = html.escape(look), file.name
    svg = file.read_text(encoding="utf-8")
    size = re.search(r'<svg[^>]* width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    own = _sizes(float(size[1]), float(size[2])) if size else ""
    return (
        f'<figure{own}>\n<div><a href="{name}"><img src="{name}" alt="{words}"></a></div>\n'
        f"<figcaption>{words}</figcaption>\n</figure>\n"
    )


def _sizes(wide: float, high: float) -> str:
    """How wide a picture of this many points is shown, and how narrow it may get."""
    scale = min(1.0, max(_SMALLEST, _HIGH / high))
    return f' style="--wide:{scale * wide:.0f}pt;--least:{_SMALLEST * wide:.0f}pt"'
