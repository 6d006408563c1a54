"""index.html, the gallery: of each demo its claim, its picture, its closing numbers, its files."""

import html
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from minigrad.views.palette import BAD, FAINT, INK, LOOKS, PAGE

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
    "ink": INK, "page": PAGE, "faint": FAINT, "bad": BAD,
    "link": LOOKS["parameter"].line, "card": LOOKS["scope"].fill,
}  # fmt: skip

_SMALLEST = 0.6  # of its size, to which a picture shrinks: in a narrower window it scrolls

_LAYOUT = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem 1rem 4rem;color:var(--ink);
  background:var(--page);font:1rem/1.5 Arial,"Liberation Sans",sans-serif}
h1{margin:0;font-size:2rem}
h2{margin:3rem 0 0;font-size:1.4rem}
h3{margin:0;font-size:1.15rem}
header p{max-width:46rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid var(--link)}
ol.path{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.5rem;
  margin:1rem 0;padding:0;list-style:none;counter-reset:path}
ol.path a{display:block;height:100%;padding:.6rem .8rem;border-left:3px solid var(--link);
  color:var(--ink);background:var(--card);text-decoration:none}
ol.path a::before{counter-increment:path;content:counter(path) ". "}
article{margin:1.5rem 0;padding:1rem;border:1px solid var(--faint);border-radius:.5rem}
article>p{max-width:60rem;margin:.5rem 0}
figure{margin:1rem 0}
figure div,pre{overflow-x:auto}
figcaption{color:var(--faint)}
img{display:block;max-width:100%;height:auto}
pre{margin:1rem 0;padding:.75rem;background:var(--card);
  font:.8rem/1.45 "DejaVu Sans Mono","Liberation Mono",monospace}
ul.files{display:grid;gap:.25rem;margin:.75rem 0 0;padding:0;list-style:none}
summary{cursor:pointer;color:var(--link)}
.failure{color:var(--bad)}
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
<p>How does a gradient get through a random sample? Each experiment below makes one claim and holds
it against an exact answer: its last lines say what was measured, what is true, and how many
standard errors lie between them. In the graphs a box bears its value and its gradient, an arrow
its local derivative, and the noise ε is where a gradient stops.</p>
<nav aria-label="experiments">
{_links("path", path, ' class="path"')}{_links("others", others, ' class="path"')}</nav>
</header>
<main>
{_group("The path", path, out)}{_group("Side trips", others, out)}</main>
</html>
"""


def closing(printed: str) -> str:
    """The last paragraph of what a demo printed: its table of measured against exact."""
    return printed.strip("\n").rpartition("\n\n")[2]


def _links(kind: str, sections: list[Section], look: str) -> str:
    items = "".join(f'<li><a href="#{s.name}">{_title(s)}</a></li>\n' for s in sections)
    tag = "ol" if kind == "path" else "ul"
    return f"<{tag}{look}>\n{items}</{tag}>\n" if sections else ""


def _group(heading: str, sections: list[Section], out: Path) -> str:
    articles = "".join(_article(section, out) for section in sections)
    return f"<h2>{heading}</h2>\n{articles}" if sections else ""


def _article(section: Section, out: Path) -> str:
    figures = [_figure(out / file, look) for file, look in section.pictures.items()]
    numbers = html.escape(closing(section.printed))
    parts = [
        f"<h3>{_title(section)}</h3>",
        f"<p>{html.escape(section.claim)}</p>",
        f'<p class="failure">It failed: {html.escape(section.failure)}</p>'
        if section.failure
        else "",
        *figures[:1],
        f'<pre tabindex="0" aria-label="closing numbers of {section.name}">{numbers}</pre>'
        if numbers
        else "",
        _more(figures[1:]),
        _files(section),
    ]
    body = "\n".join(part for part in parts if part)
    return f'<article id="{section.name}">\n{body}\n</article>\n'


def _title(section: Section) -> str:
    return html.escape(title(section.name))


def _more(figures: list[str]) -> str:
    if not figures:
        return ""
    count = "one more picture" if len(figures) == 1 else f"{len(figures)} more pictures"
    return f"<details>\n<summary>{count}</summary>\n{''.join(figures)}</details>"


def _files(section: Section) -> str:
    links = [
        f'<li><a href="{file}">{file}</a>: {html.escape(words)}</li>'
        for file, words in section.pages.items()
    ]
    return f'<ul class="files">\n{"".join(links)}\n</ul>' if links else ""


def _figure(file: Path, look: str) -> str:
    words, name = html.escape(look), file.name
    size = re.search(r'<svg[^>]* width="([\d.]+)pt"', file.read_text(encoding="utf-8"))
    least = f' style="min-width:{_SMALLEST * float(size[1]):.0f}pt"' if size else ""
    return (
        f'<figure>\n<div><a href="{name}"><img src="{name}" alt="{words}"{least}></a></div>\n'
        f"<figcaption>{words}</figcaption>\n</figure>\n"
    )


def _style() -> str:
    light, dark = (";".join(f"--{k}:{v[i]}" for k, v in _COLOURS.items()) for i in (0, 1))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}{_LAYOUT}"
