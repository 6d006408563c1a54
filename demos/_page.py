"""index.html, the gallery: of each demo its claim, its picture, its closing numbers, its files."""

import html
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from minigrad.pictures.palette import BAD, FAINT, INK, LOOKS, PAGE

from ._order import PATH, title


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


_COLOURS = {
    "ink": INK,
    "page": PAGE,
    "faint": FAINT,
    "bad": BAD,
    "good": LOOKS["sample"].line,
    "link": LOOKS["parameter"].line,
    "tint": LOOKS["parameter"].fill,
    "card": LOOKS["scope"].fill,
}

# How small a picture may be: a tall one shrinks to points on the screen, yet none below a part of
# its own size, where its words could not be read. In a narrower window it scrolls.
_HIGH, _SMALLEST = 504.0, 0.6

# --wide is how wide a picture is shown, --least how narrow it may get.
_LAYOUT = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0 auto;max-width:88rem;padding:2rem 1rem 4rem;color:var(--ink);
  background:var(--page);font:1rem/1.5 Arial,"Liberation Sans",sans-serif}
h1{margin:0;font-size:2.4rem;line-height:1.2}
h2{margin:3.5rem 0 0;font-size:1.6rem}
h3{margin:0;font-size:1.3rem}
h3 span{color:var(--link)}
header p{max-width:46rem}
p.ask{margin:.25rem 0 1rem;font-size:1.3rem}
nav p{margin:1.5rem 0 .5rem;font-weight:bold}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid var(--link);
  outline-offset:2px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:.5rem;
  margin:0;padding:0;list-style:none;counter-reset:path}
.cards a{display:block;height:100%;padding:.6rem .8rem;border-left:3px solid var(--link);
  color:var(--ink);background:var(--card);text-decoration:none}
.cards a:hover{background:var(--tint)}
ol.cards a::before{counter-increment:path;content:counter(path) ". ";color:var(--link);
  font-weight:bold}
article{margin:1.5rem 0;padding:1.25rem 1rem;border:1px solid var(--faint);border-radius:.5rem;
  scroll-margin-top:1rem}
article>p{max-width:60rem;margin:.25rem 0 1rem}
.claim{font-size:1.1rem}
.row,.pair{display:flex;flex-wrap:wrap;align-items:start;gap:1.25rem 1rem}
.pair{flex-basis:100%;min-width:0}
figure{flex:0 1 var(--wide);min-width:0;max-width:100%;margin:0}
.pair figure{flex:1 1 calc(var(--least) + 1rem);padding-left:.75rem;
  border-left:3px solid var(--good)}
.pair figure:first-child{border-color:var(--bad)}
figure div,pre{overflow-x:auto}
figcaption{max-width:46rem;margin-top:.5rem;color:var(--faint)}
img{display:block;width:var(--wide);min-width:var(--least);max-width:100%;height:auto}
pre{max-width:100%;margin:0;padding:.75rem 1rem;border-radius:.25rem;background:var(--card);
  font:.8rem/1.45 "DejaVu Sans Mono","Liberation Mono",monospace}
details{margin:1rem 0 0}
summary{width:fit-content;padding:.25rem 0;cursor:pointer;color:var(--link)}
ul.steps,ul.files{margin:1rem 0 0;padding:0;list-style:none}
ul.steps{display:grid;gap:.5rem}
.steps a{display:inline-block;margin-right:.5rem;padding:.35rem .9rem;border-radius:.35rem;
  color:var(--page);background:var(--link);font-weight:bold;text-decoration:none}
.steps a:hover{background:var(--ink)}
ul.files{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}
.failure{color:var(--bad)}
@media(max-width:40rem){pre{font-size:.7rem}}
"""


def page(sections: Iterable[Section], out: Path) -> str:
    """The gallery of `sections`, in the order of the path; their files lie in `out`."""
    told = list(sections)
    path = [s for s in told if s.name in PATH]
    others = [s for s in told if s.name not in PATH]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>minigrad: the gallery</title>
<style>{_style()}</style>
<header>
<h1>minigrad</h1>
<p class="ask">How does a gradient get through a random sample?</p>
<p>Each experiment below makes one claim and holds it against an exact answer: its last lines say
what was measured, what is true, and how many standard errors (z) lie between them. In the graphs a
box bears its value and its gradient, an arrow its local derivative, and at the noise ε gradients
stop.</p>
<nav aria-label="experiments">
{_links("The path, each step built on those before it", "ol", path)}\
{_links("Side trips, in any order", "ul", others)}</nav>
</header>
<main>
{_group("The path", path, out)}{_group("Side trips", others, out)}</main>
</html>
"""


def closing(printed: str) -> str:
    """The last paragraph of what a demo printed: its table of measured against exact."""
    return printed.strip("\n").rpartition("\n\n")[2]


def ending(printed: str) -> str:
    """The closing table, and the paragraph before it: what was done, what it comes to."""
    return "\n\n".join(printed.strip("\n").split("\n\n")[-2:])


def _links(label: str, tag: str, sections: list[Section]) -> str:
    items = "".join(f'<li><a href="#{s.name}">{_title(s)}</a></li>\n' for s in sections)
    return f'<p>{label}</p>\n<{tag} class="cards">\n{items}</{tag}>\n' if sections else ""


def _group(heading: str, sections: list[Section], out: Path) -> str:
    articles = "".join(_article(section, out) for section in sections)
    return f"<h2>{heading}</h2>\n{articles}" if sections else ""


def _article(section: Section, out: Path) -> str:
    first, *more = _rows(section.pictures, out) or [""]
    failure = f'<p class="failure">It failed: {html.escape(section.failure)}</p>'
    parts = [
        f"<h3>{_place(section)}{_title(section)}</h3>",
        f'<p class="claim">{html.escape(section.claim)}</p>',
        failure if section.failure else "",
        f'<div class="row">\n{first}{_numbers(section)}</div>',
        _more(more),
        _steps(section),
        _files(section),
    ]
    body = "\n".join(part for part in parts if part)
    return f'<article id="{section.name}">\n{body}\n</article>\n'


def _place(section: Section) -> str:
    """Its number on the path, as in the list above."""
    return f"<span>{[*PATH].index(section.name) + 1}.</span> " if section.name in PATH else ""


def _title(section: Section) -> str:
    return html.escape(title(section.name))


def _numbers(section: Section) -> str:
    numbers = html.escape(ending(section.printed))
    label = f"closing numbers of {section.name}"
    return f'<pre tabindex="0" aria-label="{label}">{numbers}</pre>\n' if numbers else ""


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


def _more(rows: list[str]) -> str:
    if not rows:
        return ""
    figures = "".join(rows)
    count = figures.count("<figure")
    told = "One more picture" if count == 1 else f"{count} more pictures"
    return f'<details>\n<summary>{told}</summary>\n<div class="row">\n{figures}</div>\n</details>'


def _steps(section: Section) -> str:
    """The pages to play with, as what looks like buttons."""
    items = []
    for file, words in section.pages.items():
        if file.endswith(".html"):
            call = "Enter the lab" if file.endswith("_lab.html") else "Step through it"
            label = f'aria-label="{call}: {file}"'
            link = f'<a href="{file}" {label}>{call}</a>'
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
    """How a picture of this many points is shown, as an attribute."""
    scale = min(1.0, max(_SMALLEST, _HIGH / high))
    return f' style="--wide:{scale * wide:.0f}pt;--least:{_SMALLEST * wide:.0f}pt"'


def _style() -> str:
    light, dark = (";".join(f"--{k}:{v[i]}" for k, v in _COLOURS.items()) for i in (0, 1))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}{_LAYOUT}"
