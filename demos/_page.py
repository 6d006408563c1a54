"""index.html: every picture of every demo, with what to look for in it."""

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from minigrad.views.palette import BAD, FAINT, INK, LOOKS, PAGE


class Section(NamedTuple):
    """A demo on the page. `pictures` maps files to what to look for; `failure` is "" or why."""

    name: str
    claim: str
    pictures: dict[str, str]
    failure: str


_COLOURS = {"ink": INK, "page": PAGE, "faint": FAINT, "bad": BAD, "link": LOOKS["parameter"].line}

_SMALLEST = 0.6  # of its size, to which a picture shrinks: in a narrower window it scrolls

_LAYOUT = """
:root{color-scheme:light dark}
body{margin:0 auto;max-width:84rem;padding:1rem;font:1rem/1.5 Arial,"Liberation Sans",sans-serif;
  color:var(--ink);background:var(--page)}
h1{font-size:1.5rem}
h2{margin-top:3rem;font-size:1.2rem}
a{color:var(--link)}
figure{margin:1.5rem 0}
figure div{overflow-x:auto}
img{display:block;max-width:100%;height:auto}
nav,.file{color:var(--faint)}
.failure{color:var(--bad)}
"""


def page(sections: Iterable[Section], out: Path) -> str:
    """The page for the pictures that are there in `out`."""
    told = list(sections)
    links = " · ".join(f'<a href="#{s.name}">{s.name}</a>' for s in told)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>minigrad: demos</title>
<style>{_style()}</style>
<h1>minigrad: demos</h1>
<p>What a demo prints holds its claim against an exact answer. In the graphs, boxes bear value and
gradient, arrows the local derivative. Open a picture for its full size and words on each box.</p>
<nav>{links}</nav>
{"".join(_section(s, out) for s in told)}</html>
"""


def _section(section: Section, out: Path) -> str:
    figures = "".join(
        _figure(out / file, look)
        for file, look in section.pictures.items()
        if (out / file).is_file()
    )
    failure = f'<p class="failure">It failed: {html.escape(section.failure)}</p>\n'
    return (
        f'<h2 id="{section.name}">{section.name}</h2>\n<p>{html.escape(section.claim)}</p>\n'
        f"{failure if section.failure else ''}{figures}"
    )


def _figure(file: Path, look: str) -> str:
    words, name = html.escape(look), file.name
    size = re.search(r'<svg[^>]* width="([\d.]+)pt"', file.read_text(encoding="utf-8"))
    least = f' style="min-width:{_SMALLEST * float(size[1]):.0f}pt"' if size else ""
    return (
        f'<figure>\n<div><a href="{name}"><img src="{name}" alt="{words}"{least}></a></div>\n'
        f'<figcaption>{words} <span class="file">({name})</span></figcaption>\n</figure>\n'
    )


def _style() -> str:
    light, dark = (";".join(f"--{k}:{v[i]}" for k, v in _COLOURS.items()) for i in (0, 1))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}{_LAYOUT}"
