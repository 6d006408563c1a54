"""The live page: one types a program, and sees it run forward and back."""

from functools import cached_property

from ...emit.rule_table import rule_table
from ...formulas.grammar import statements_of
from ...pictures.labels import heading
from ...pictures.palette import page_colours, style_sheet
from ..dense import dense
from ..document import Page, as_data, document, page_file
from ..layout import SCRIPTS as LAYOUT
from ..layout import TABLES, element, engine
from ..lesson.composing import PLOTS, SCRIPTS, questions
from .presets import PRESETS, START
from .tables import rules, tables

_BEFORE = "formulas parser unknown queries compile pane dot"
_AFTER = "editor python start"
STYLES = [
    "lesson/lesson.css",
    "play/questions.css",
    "play/plots.css",
    "play/play.css",
]
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
            *LAYOUT,
            *PLOTS,
            *(f"play/{name}.js" for name in _AFTER.split()),
        ]
        sources = "".join(map(page_file, _in_order(files)))
        script = TABLES + dense(rule_table(rules())) + sources
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
            style=page_colours() + "".join(map(page_file, STYLES)),
            script=f'(() => {{\n"use strict";\n{script}}})();',
            webassembly=True,
            data=as_data(data),
            graphs="",
            kind="live",
            blocked="",
            editor=page_file("play/editor.html"),
            plots=questions(plotted=True),
            more=f"{element('facts', tables())}\n{element('engine', engine())}\n"
            f'<style id="drawing-style">{style_sheet(_PREFIX)}</style>',
        )


def _in_order(files: list[str]) -> list[str]:
    """What needs nothing of the page comes first."""
    first = [name for name in ("numbers.js", "random.js", "dom.js", "engine.js") if name in files]
    return [*first, *(name for name in files if name not in first)]


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
