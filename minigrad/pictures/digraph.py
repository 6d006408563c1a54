"""A picture's content as DOT text. The `graphviz` package quotes; labels are plain."""

from collections import Counter, defaultdict

import graphviz

from .graph import Arrow, Box, Graph
from .labels import text
from .palette import FAINT, GRADIENT, INK, LOOKS, STOPPED

_LONGEST_ROW = 150  # letters side by side that a page still shows readably: else boxes run downward
_MOST_READERS = 30  # of one box: beyond, curves around the others take the renderer minutes
_ARROWS = {
    "flow": {"color": FAINT[0], "fontcolor": GRADIENT[0]},
    "still": {"color": FAINT[0], "style": "dotted", "penwidth": "1.5"},
    "halt": {
        "color": STOPPED[0],
        "fontcolor": STOPPED[0],
        "style": "dashed",
        "dir": "both",
        "arrowtail": "tee",
        "penwidth": "1.5",
    },
}


def dot_of(graph: Graph) -> str:
    """The DOT text. Ids and classes are the boxes', the arrows' and, for scopes, c0, c1, …"""
    dot = graphviz.Digraph()
    direction = "LR" if _length(graph) <= _LONGEST_ROW else "TB"
    # One font name alone: a list breaks the renderer's measure of words. The SVG adds fallbacks.
    dot.attr("graph", id="graph", rankdir=direction, nodesep="0.3", ranksep="0.4")
    dot.attr("graph", bgcolor="transparent", color=FAINT[0], fontcolor=FAINT[0])
    dot.attr("graph", fontname="Arial", fontsize="12", labeljust="l")
    dot.attr("node", fontname="Arial", fontsize="12", fontcolor=INK[0], margin="0.12,0.06")
    dot.attr("edge", fontname="Arial", fontsize="10", arrowsize="0.7")
    if max(Counter(arrow.tail for arrow in graph.arrows).values(), default=0) > _MOST_READERS:
        dot.attr("graph", splines="line", mclimit="0.1", nslimit="1", nslimit1="1")
    _fill(dot, graph)
    for arrow in graph.arrows:
        _edge(dot, arrow)
    return str(dot.source)


def _fill(dot: graphviz.Digraph, graph: Graph) -> None:
    """Boxes in their clusters, which nest as the scopes do."""
    boxes: dict[str, list[Box]] = defaultdict(list)
    inner: dict[str, dict[str, None]] = defaultdict(dict)  # as an ordered set
    for box in graph.boxes:
        boxes[box.scope].append(box)
        scope = box.scope
        while scope:
            around = scope.rpartition("/")[0]
            inner[around][scope] = None
            scope = around
    count = 0

    def fill(part: graphviz.Digraph, scope: str) -> None:
        nonlocal count
        for box in boxes[scope]:
            _node(part, box)
        for name in inner[scope]:
            with part.subgraph(name=f"cluster_{count}") as cluster:
                words = name[len(scope) + 1 :] if scope else name
                cluster.attr(label=_escaped(text(words)), id=f"c{count}", style="rounded")
                count += 1
                fill(cluster, name)

    fill(dot, "")


def _node(dot: graphviz.Digraph, box: Box) -> None:
    look = LOOKS[box.kind]
    more = {"height": "0.3", "width": "0.3"} if len(box.lines) == 1 else {}
    if look.borders == 2 or "result" in box.marks:
        more["peripheries"] = "2"
    dot.node(
        box.id,
        label=_escaped(*(line.words for line in box.lines)),
        id=box.id,
        **{"class": " ".join(("node", box.kind, *box.marks))},
        shape=look.shape,
        style=look.style,
        color=look.line[0],
        fillcolor=look.fill[0],
        penwidth="1" if "again" in box.marks else f"{look.pen:g}",
        **more,
    )


def _edge(dot: graphviz.Digraph, arrow: Arrow) -> None:
    look = {"id": arrow.id, "class": f"edge {arrow.kind}", **_ARROWS[arrow.kind]}
    if arrow.label:
        look["label"] = f" {arrow.label} "
    dot.edge(arrow.tail, arrow.head, **look)


def _escaped(*lines: str) -> str:
    """A plain label: no backslash, ampersand or angle bracket in it means anything to Graphviz."""
    words = (graphviz.escape(line.replace("&", "&amp;")) for line in lines)
    label: str = graphviz.nohtml("\\n".join(words))  # a str that remembers not to be HTML
    return label


def _length(graph: Graph) -> int:
    """How many letters the longest way through the graph passes; arrows stand in order."""
    own = {box.id: max(len(line.words) for line in box.lines) for box in graph.boxes}
    length = dict(own)
    for arrow in graph.arrows:
        length[arrow.head] = max(length[arrow.head], length[arrow.tail] + own[arrow.head])
    return max(length.values())
