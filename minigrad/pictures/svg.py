"""Graphviz's SVG made fit for a page: named, described, coloured by a style sheet.

Ids and the style sheet have the drawing's own prefix, classes have `mg-`, so two drawings in one
page, and the page itself, don't affect each other. One function writes all of it, so no word is
ever markup.
"""

import html
from collections.abc import Callable
from xml.etree import ElementTree

from .boxes import NO_GRADIENT_YET, Arrow, Box, Graph
from .palette import style_sheet

SVG = "{http://www.w3.org/2000/svg}"  # as ElementTree writes the namespace of a tag

_NAMES = {"{http://www.w3.org/XML/1998/namespace}space": "xml:space"}
_OF_TEXTS = {
    "{http://www.w3.org/XML/1998/namespace}space": "preserve",
    "text-anchor": "middle",
    "font-family": "Arial",
    "font-size": "12.00",
}


def dressed(raw: str, graph: Graph, title: str, prefix: str) -> str:
    """The SVG element of `graph` for use inside a page or as a file, from the renderer's `raw`.

    A box has id `{prefix}-{box.id}`, class `mg-node` with its kind and marks as `mg-…`, `data-node`
    and `data-kind`; each of its lines has its role as class, `mg-grad`. Arrows are named alike.
    """
    root = ElementTree.fromstring(raw)
    named = f"{prefix}-title {prefix}-desc"
    root.attrib.update({"id": prefix, "role": "img", "aria-labelledby": named, **_OF_TEXTS})
    for text in root.iter(f"{SVG}text"):  # Graphviz repeats on each what they inherit
        text.attrib = {k: v for k, v in text.attrib.items() if _OF_TEXTS.get(k) != v}
    boxes = {box.id: box for box in graph.boxes}
    arrows = {arrow.id: arrow for arrow in graph.arrows}
    for group in root.iter(f"{SVG}g"):
        id = group.get("id", "")
        if id in boxes:
            _dress_box(group, boxes[id])
        title_of_arrow = _title(arrows[id], boxes) if id in arrows else ""
        _retitle(group, boxes[id].title if id in boxes else title_of_arrow)
        words = dict.fromkeys(group.get("class", "").split())  # Graphviz adds its own "node"
        group.set("class", " ".join(f"mg-{word}" for word in words))
        group.set("id", f"{prefix}-{id}")
    _lift_titles(root)
    for content in (("style", style_sheet(prefix)), ("desc", graph.summary), ("title", title)):
        root.insert(0, _element(prefix, *content))
    return as_text(root)


def as_text(root: ElementTree.Element) -> str:
    """The SVG element as XML."""
    parts: list[str] = []
    _write(root, parts.append, f' xmlns="{SVG.strip("{}")}"')
    return "".join(parts)


def _lift_titles(root: ElementTree.Element) -> None:
    """Draw the names of scopes last, so that no arrow passes over them."""
    main = next(root.iter(f"{SVG}g"))
    lifted = ElementTree.Element(f"{SVG}g", {"class": "mg-titles"})
    for cluster in main.findall(f"{SVG}g[@class='mg-cluster']"):
        for words in cluster.findall(f"{SVG}text"):
            cluster.remove(words)
            lifted.append(words)
    if len(lifted):
        main.append(lifted)


def _write(element: ElementTree.Element, put: Callable[[str], object], more: str = "") -> None:
    """The element as XML, every word escaped; ElementTree's writer takes 1.3 times as long."""
    tag = element.tag.removeprefix(SVG)
    attributes = [f' {_NAMES.get(k, k)}="{html.escape(v)}"' for k, v in element.attrib.items()]
    put(f"<{tag}{more}{''.join(attributes)}")
    if element.text is None and not len(element):
        put(" />")
    else:
        put(f">{html.escape(element.text or '', quote=False)}")
        for inner in element:
            _write(inner, put)
        put(f"</{tag}>")
    put(html.escape(element.tail or "", quote=False))


def _dress_box(group: ElementTree.Element, box: Box) -> None:
    group.attrib.update({"data-node": box.id, "data-kind": box.kind})
    for words, line in zip(group.iter(f"{SVG}text"), box.lines, strict=True):
        words.set("class", f"mg-{line.role}")
        if line.words == NO_GRADIENT_YET:
            words.set("class", f"mg-{line.role} mg-empty")


def _retitle(group: ElementTree.Element, words: str) -> None:
    """Replace the renderer's own name for a group, which would show as a tooltip."""
    title = group.find(f"{SVG}title")
    if title is not None and words:
        title.text = words
    elif title is not None:
        group.remove(title)


def _title(arrow: Arrow, boxes: dict[str, Box]) -> str:
    tail, head = (boxes[id].title.split(";")[0] for id in (arrow.tail, arrow.head))
    stopped = f": {arrow.label}" if arrow.kind == "halt" else ""  # a number is written on the arrow
    return f"{tail} to {head}{stopped}"


def _element(prefix: str, name: str, words: str) -> ElementTree.Element:
    element = ElementTree.Element(f"{SVG}{name}", {"id": f"{prefix}-{name}"})
    element.text = words
    return element
