"""A picture's content as DOT text, quoted so that no word in it means anything to Graphviz."""

import re
from collections import Counter, defaultdict
from functools import lru_cache

from .boxes import Arrow, Box, Graph
from .labels import text
from .palette import FAINT, GRADIENT, INK, LOOKS, STOPPED

_LONGEST_ROW = (
    150  # characters side by side that a page still shows readably: else boxes run downward
)
_PAGE = 1000  # pixels across that a page shows readably
_MOST_READERS = 30  # of one box: beyond, curves around the others take the renderer minutes
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)")
_KEYWORDS = frozenset("node edge graph digraph subgraph strict".split())
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
    direction = direction_of(graph)
    # One font name alone: a list breaks the renderer's measure of words. The SVG adds fallbacks.
    font = {"fontname": "Arial"}
    lines = [
        f"graph {_listed(id='graph', rankdir=direction, nodesep='0.25', ranksep='0.25')}",
        f"graph {_listed(bgcolor='transparent', color=FAINT[0], fontcolor=FAINT[0])}",
        f"graph {_listed(**font, fontsize='12', labeljust='l')}",
        f"node {_listed(**font, fontsize='12', fontcolor=INK[0], margin='0.12,0.06')}",
        f"edge {_listed(**font, fontsize='10', arrowsize='0.7')}",
    ]
    if max(Counter(arrow.tail for arrow in graph.arrows).values(), default=0) > _MOST_READERS:
        lines.append(f"graph {_listed(splines='line', mclimit='0.1', nslimit='1', nslimit1='1')}")
    lines += _filled(graph)
    lines += _edges(graph)
    return "\n\t".join(("digraph {", *lines)) + "\n}\n"


def parts_of(graph: Graph) -> dict[str, object]:
    """The picture in parts, of which a page writes the DOT text anew with scopes folded."""
    edges = zip(graph.arrows, _edges(graph), strict=True)
    return {
        "direction": direction_of(graph),
        "boxes": [{"id": box.id, "scope": box.scope, "line": _node(box)} for box in graph.boxes],
        "arrows": [
            {"id": a.id, "tail": a.tail, "head": a.head, "kind": a.kind, "line": f"\t{line}"}
            for a, line in edges
        ],
    }


def direction_of(graph: Graph) -> str:
    """ "LR", from left to right, or "TB", downward."""
    if graph.direction:
        return graph.direction
    in_a_row = _fits_in_a_row(graph) if graph.alone else _length(graph) <= _LONGEST_ROW
    return "LR" if in_a_row else "TB"


def _edges(graph: Graph) -> list[str]:
    straight = any("again" in box.marks for box in graph.boxes)
    leaves = {box.id for box in graph.boxes} - {arrow.head for arrow in graph.arrows}
    return [_edge(arrow, straight and arrow.tail not in leaves) for arrow in graph.arrows]


def _filled(graph: Graph) -> list[str]:
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
    lines: list[str] = []
    count = 0

    def fill(scope: str, indent: str) -> None:
        nonlocal count
        lines.extend(indent + _node(box) for box in boxes[scope])
        for name in inner[scope]:
            words = name[len(scope) + 1 :] if scope else name
            label = f"label={_label(text(words))} style=rounded"
            lines.append(f"{indent}subgraph cluster_{count} {{")
            lines.append(f"{indent}\tid=c{count} {label}")
            count += 1
            fill(name, f"{indent}\t")
            lines.append(f"{indent}}}")

    fill("", "")
    return lines


def _node(box: Box) -> str:
    label = _label(*[line.words for line in box.lines])
    id = _quoted(box.id)
    return f"{id} [label={label} id={id} {_look(box.kind, box.marks, len(box.lines) == 1)}"


@lru_cache
def _look(kind: str, marks: tuple[str, ...], is_small: bool) -> str:
    """The attributes that boxes alike have in common, up to the bracket."""
    look = LOOKS[kind]
    more = {"height": "0.3", "width": "0.3"} if is_small else {}
    if look.borders == 2 or "result" in marks:
        more["peripheries"] = "2"
    listed = _listed(
        **{"class": " ".join(("node", kind, *marks))},
        shape=look.shape,
        style=look.style,
        color=look.line[0],
        fillcolor=look.fill[0],
        penwidth="1" if "again" in marks else f"{look.pen:g}",
        **more,
    )
    return listed[1:]


def _edge(arrow: Arrow, heavy: bool = False) -> str:
    """An arrow; a heavy one is kept straight, at the cost of the others."""
    label = f"label={_label(f' {arrow.label} ')} " if arrow.label else ""
    ends = f"{_quoted(arrow.tail)} -> {_quoted(arrow.head)}"
    return f"{ends} [{label}id={_quoted(arrow.id)} {_line(arrow.kind, heavy)}"


@lru_cache
def _line(kind: str, heavy: bool) -> str:
    """The attributes that arrows alike have in common, up to the bracket."""
    more = {"weight": "8"} if heavy else {}
    return _listed(**{"class": f"edge {kind}"}, **_ARROWS[kind], **more)[1:]


def _listed(**attributes: str) -> str:
    return f"[{' '.join(f'{name}={_quoted(attributes[name])}' for name in sorted(attributes))}]"


@lru_cache(4096)
def _quoted(words: str) -> str:
    """A word in DOT: in quotes, unless it is a name or a number."""
    if _PLAIN.fullmatch(words) and words.lower() not in _KEYWORDS:
        return words
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(*lines: str) -> str:
    """A plain label: no backslash, ampersand or angle bracket in it means anything to Graphviz."""
    if len(lines) == 1 and _PLAIN.fullmatch(lines[0]):
        return _quoted(lines[0])
    words = "\n".join(lines).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + words.replace("\n", "\\n") + '"'


def _length(graph: Graph) -> int:
    """How many characters the longest path through the graph passes; arrows come in order."""
    own = {box.id: max(len(line.words) for line in box.lines) for box in graph.boxes}
    length = dict(own)
    for arrow in graph.arrows:
        length[arrow.head] = max(length[arrow.head], length[arrow.tail] + own[arrow.head])
    return max(length.values())


def _fits_in_a_row(graph: Graph) -> bool:
    """Whether a page shows the graph at least as large from left to right as downward.

    By rough sizes: a column or row for each step, with its boxes side by side.
    """
    widths = {box.id: 7 * max(len(line.words) for line in box.lines) + 30 for box in graph.boxes}
    steps = dict.fromkeys(widths, 0)
    for arrow in graph.arrows:
        steps[arrow.head] = max(steps[arrow.head], steps[arrow.tail] + 1)
    columns: dict[int, list[int]] = defaultdict(list)
    for id, step in steps.items():
        columns[step].append(widths[id])
    across = sum(max(column) + 60 for column in columns.values())
    down = max(sum(column) for column in columns.values())
    return across <= _PAGE or across <= down
