"""A lesson's page: its data, and the scripts, HTML and styles that it needs."""

import html
from collections.abc import Mapping, Sequence
from string import Template
from typing import NamedTuple

from ...emit.rule_table import rule_table
from ...pictures.digraph import parts_of
from ...pictures.palette import page_colours
from ..dense import dense
from ..document import as_data, document, page_file
from ..layout import SCRIPTS as LAYOUT
from ..layout import TABLES, dot_pieces, element, engine
from .pane import Knob, Pane
from .replay import ops_of

_MOST_BYTES = 149_000  # of a page that may leave out its plots, without its policy
_BLOCKED = "The scripts of this page are blocked here, so it can't be stepped through."
_SHARED = "numbers random dom engine"
_OWN = """
    panes state graphs room camera folds tables rules answers predict knobs curve train controls
    main light teach
"""
OF_ARRAYS = ["arrays.js", "lesson/heat.js", "lesson/pictures.js"]
QUESTIONS = ["play/runs.js", "play/answers.js"]
PLOTS = ["play/runs.js", *(f"play/{name}.js" for name in "plot laws draws plots answers".split())]
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


class Contents(NamedTuple):
    """What a page is made of. `ledger`, where there is one, stands in it until its scripts run."""

    title: str
    panes: Sequence[Pane]
    knobs: Sequence[list[Knob]]
    lines: Sequence[str]
    timeline: Sequence[Mapping[str, object]]
    asked: Asked | None
    live: bool
    ledger: str


class _Common(NamedTuple):
    """What a page has, whatever it asks: its rules as a script, its data as JSON, its graphs."""

    rules: str
    data: str
    graphs: str


def page_of(contents: Contents) -> str:
    """The HTML file.

    A graph of numbers has plots where they fit into a page, else questions alone. A `live` page is
    large anyway.
    """
    template, common, pieces = page_file("lesson/lesson.html"), _common(contents), {}
    for asking in _askings(contents):
        pieces = _pieces(contents, common, asking)
        size = sum(len(each.encode(errors="replace")) for each in (template, *pieces.values()))
        if contents.live or size <= _MOST_BYTES:
            break
    return document(template, contents.title, webassembly=contents.live, **pieces)


def _askings(contents: Contents) -> list[str]:
    """What a page may ask of its graph, the most first."""
    first, *others = contents.panes
    is_of_numbers = not others and not first.frozen and not any(x.shape for x in first.equations)
    if contents.asked is not None or not is_of_numbers:
        return [""]
    return ["plots"] if contents.live else ["plots", "questions", ""]


def _common(contents: Contents) -> _Common:
    panes = contents.panes
    sent = [pane.data(which) for pane, which in zip(panes, contents.knobs, strict=True)]
    data: dict[str, object] = {"lines": contents.lines, "timeline": contents.timeline}
    if contents.asked is not None:
        data["exercise"] = contents.asked._asdict()
    if contents.live:
        for pane, each in zip(panes, sent, strict=True):
            each["picture"] = parts_of(pane.graph)
    moving = [pane.equations for pane in panes if not pane.frozen]
    return _Common(
        rules=dense(rule_table(ops_of(moving), arrays=_has_arrays(panes))),
        data=as_data({**data, "panes": [_sparse(each) for each in sent]}),
        graphs="\n".join(pane.drawing.svg for pane in panes),
    )


def _has_arrays(panes: Sequence[Pane]) -> bool:
    return any(row.shape for pane in panes for row in pane.equations)


def _pieces(contents: Contents, common: _Common, asking: str) -> dict[str, str]:
    """What `document` puts into the template."""
    files, head, more = [*SCRIPTS], "", ""
    if contents.asked is not None:
        files.append("lesson/exercise.js")
    if _has_arrays(contents.panes):
        files += OF_ARRAYS
    if contents.live:
        more = f"{element('facts', {'dot': dot_pieces()})}\n{element('engine', engine())}\n"
        head, files = TABLES, [*files, *LAYOUT]
    styles = ["lesson/lesson.css"]
    if asking:
        files += PLOTS if asking == "plots" else QUESTIONS
        styles += ["play/questions.css", *["play/plots.css"] * (asking == "plots")]
    script = f"{head}{common.rules}{''.join(map(page_file, [*files, 'lesson/start.js']))}"
    return {
        "style": page_colours() + "".join(map(page_file, styles)),
        "script": f'(() => {{\n"use strict";\n{script}}})();',
        "data": common.data,
        "kind": "lesson plotted" if asking else "lesson",
        "blocked": _blocked(contents.ledger),
        "editor": "",
        "plots": questions(asking == "plots") if asking else "",
        "more": more,
        "graphs": common.graphs,
    }


def questions(plotted: bool) -> str:
    """The part of a page that asks something of a graph of numbers, with plots or without."""
    return Template(page_file("play/questions.html")).substitute(
        heading="Curves and draws" if plotted else "Ask the graph",
        plots=page_file("play/plots.html") if plotted else "",
        draws=page_file("play/draws.html") if plotted else "",
    )


def _sparse(pane: dict[str, object]) -> dict[str, object]:
    """The pane's data without what the page takes for granted: see paneOf in panes.js."""
    thinner = dict(pane)
    for what in ("nodes", "steps"):
        rows = pane[what]
        assert isinstance(rows, list)
        thinner[what] = [
            {k: x for k, x in row.items() if x not in ("", None, [], ()) and x is not False}
            for row in rows
        ]
    shares = pane["shares"]
    assert isinstance(shares, list)
    thinner["shares"] = [
        {
            k: x
            for k, x in share.items()
            if (k, x) not in (("before", -1), ("edge", f"e{share['from']}-{share['operand']}"))
        }
        for share in shares
    ]
    return thinner


def _blocked(ledger: str) -> str:
    """What stands in the page where no script runs; the script takes it away."""
    if not ledger:
        return f"<noscript>{_BLOCKED}</noscript>\n"
    return f'<div id="blocked"><p>{_BLOCKED}</p><pre>{html.escape(ledger)}</pre></div>\n'
