"""A lesson's page: its data, and the scripts, HTML and styles that it needs."""

import html
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...emit.rule_table import rule_table
from ...pictures.digraph import parts_of
from ...pictures.palette import page_colours
from ..document import as_data, document, page_file, unread
from ..layout import SCRIPTS as LAYOUT
from ..layout import TABLES, dot_pieces, element, engine
from .pane import Knob, Pane
from .replay import ops_of

_BLOCKED = "The scripts of this page are blocked here, so it can't be stepped through."
_SHARED = "numbers random dom engine"
_OWN = """
    panes state graphs room camera folds tables rules answers predict knobs curve train controls
    main light teach
"""
OF_ARRAYS = ["arrays.js", "lesson/heat.js", "lesson/pictures.js"]
PLOTS = [f"play/{name}.js" for name in "plot laws draws plots answers".split()]
SCRIPTS = [
    *(f"{name}.js" for name in _SHARED.split()),
    *(f"lesson/{name}.js" for name in _OWN.split()),
]


class Asked(NamedTuple):
    """A question that a page asks: its answer, how close one has to come, and what wrong numbers
    say of how they were found."""

    question: str
    answer: float
    tolerance: float
    mistakes: list[tuple[float, str]]


def page_of(
    title: str,
    panes: Sequence[Pane],
    knobs: Sequence[list[Knob]],
    lines: Sequence[str],
    timeline: Sequence[Mapping[str, object]],
    asked: Asked | None,
    live: bool,
    ledger: str,
) -> str:
    """The HTML file. `ledger`, where there is one, stands in it until its scripts run."""
    sent = [pane.data(which) for pane, which in zip(panes, knobs, strict=True)]
    data: dict[str, object] = {"lines": lines, "panes": sent, "timeline": timeline}
    files, kind, plots, head, more = [*SCRIPTS], "lesson", "", "", ""
    if asked is not None:
        data["exercise"] = asked._asdict()
        files.append("lesson/exercise.js")
    arrays = any(row.shape for pane in panes for row in pane.equations)
    if arrays:
        files += OF_ARRAYS
    style = page_colours() + page_file("lesson/lesson.css")
    if live:
        for pane, each in zip(panes, sent, strict=True):
            each["picture"] = parts_of(pane.graph)
        more = f"{element('facts', {'dot': dot_pieces()})}\n{element('engine', engine())}\n"
        head, files = TABLES, [*files, *LAYOUT]
    if live and asked is None and _has_plots(panes):
        kind, plots = "lesson plotted", page_file("play/plots.html")
        style, files = style + page_file("play/plots.css"), [*files, *PLOTS]
    moving = [pane.equations for pane in panes if not pane.frozen]
    rules = unread(rule_table(ops_of(moving), arrays=arrays))
    script = f"{head}{rules}{''.join(map(page_file, [*files, 'lesson/start.js']))}"
    return document(
        page_file("lesson/lesson.html"),
        title,
        style=style,
        script=f'(() => {{\n"use strict";\n{script}}})();',
        webassembly=live,
        data=as_data(data),
        kind=kind,
        blocked=_blocked(ledger),
        editor="",
        plots=plots,
        more=more,
        graphs="\n".join(pane.drawing.svg for pane in panes),
    )


def _blocked(ledger: str) -> str:
    """What stands in the page where no script runs; the script takes it away."""
    if not ledger:
        return f"<noscript>{_BLOCKED}</noscript>\n"
    return f'<div id="blocked"><p>{_BLOCKED}</p><pre>{html.escape(ledger)}</pre></div>\n'


def _has_plots(panes: Sequence[Pane]) -> bool:
    """Plots show one graph of numbers that the page recomputes."""
    first, *others = panes
    return not others and not first.frozen and not any(row.shape for row in first.equations)
