"""`draw`: the graph below a Var as a picture, and the files that it is saved in."""

import hashlib
import html
import re
import reprlib
import threading
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from ..engine.variable import Var
from ..equations import Equations, count_below, equations_of
from .boxes import Graph
from .digraph import dot_of
from .files import write
from .graph import graph_of, too_large
from .labels import heading, short
from .palette import INK, PAGE
from .policy import policy
from .printing import PRINTED, printed
from .render import RendererError, render
from .svg import dressed

SUFFIXES = (".svg", ".dot", ".html", *PRINTED)
LARGEST = 100_000  # nodes in which scopes are folded: refusing more than these would take long

# Drawings of each content, so that two alike in one page get different ids.
_seen: Counter[str] = Counter()
_counting = threading.Lock()


class Drawing:
    """A picture: `.dot` and `.svg` are its text, `save` writes it; it shows inline in Jupyter.

    The SVG is rendered on first use; DOT needs no renderer.

    >>> drawing = mg.draw(mg.Var(3.0, "x") ** 2)
    >>> drawing.dot[:7], drawing.svg[:4]
    ('digraph', '<svg')
    """

    def __init__(self, graph: Graph, title: str) -> None:
        self.graph, self.title = graph, title
        self.dot = dot_of(graph)

    def __repr__(self) -> str:
        return f"Drawing({self.title!r}, {len(self.graph.boxes)} nodes)"

    @cached_property
    def svg(self) -> str:
        """The SVG element, for a file of its own or inside an HTML page."""
        return dressed(render(self.dot), self.graph, self.title, self.prefix)

    def save(self, path: str | Path) -> Path:
        """Write the picture as its suffix says into a folder that is there.

        The suffix is one of SUFFIXES: .svg .dot .html .png .pdf; the last two need matplotlib or
        Chromium. Where no renderer is found, writes the .dot beside and raises RendererError.
        """
        path = Path(path)
        if path.suffix not in SUFFIXES:
            known = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
            raise ValueError(f"a drawing is saved as {known}, not as {short(path.name)!r}")
        if path.suffix == ".dot":
            return write(path, self.dot)
        try:
            svg = self.svg
        except RendererError as error:
            beside = write(path.with_suffix(".dot"), self.dot)
            raise RendererError(f"{error}. The DOT text is in {beside}") from None
        if path.suffix in PRINTED:
            return write(path, printed(svg, path.suffix))
        return write(path, f"{svg}\n" if path.suffix == ".svg" else _page(svg, self.title))

    def _repr_html_(self) -> str:
        try:
            return self.svg
        except RendererError as error:
            return f"<pre>{html.escape(str(error))}</pre>"

    @cached_property
    def prefix(self) -> str:
        """What its ids begin with: the same for the same content, so that files are reproducible;
        numbered for its twins."""
        content = hashlib.sha256(f"{self.title}\n{self.dot}".encode()).hexdigest()[:8]
        with _counting:
            _seen[content] += 1
            count = _seen[content]
        return f"mg-{content}" if count == 1 else f"mg-{content}-{count}"


def draw(
    output: Var,
    *,
    names: Mapping[str, object] | None = None,
    title: str | None = None,
    max_nodes: int = 300,
) -> Drawing:
    """A picture of all that `output` was computed from, with values, and gradients after backward.

    `names=locals()` labels nodes by variable. Past `max_nodes` nodes each scope is drawn as one;
    ValueError if there are still more. Noise, walls and constants are drawn as taking no gradient.

    >>> x = mg.Var(3.0, "x")
    >>> mg.draw((x * x).named("L"))
    Drawing('How L was computed', 2 nodes)
    """
    equations = drawable(output, "draw", names, max_nodes)
    graph = graph_of(equations, max_nodes=max_nodes, alone=True)
    name = equations[-1].name or "the output"
    return Drawing(graph, heading(title, f"How {name} was computed"))


def drawable(
    output: object, asked: str, names: Mapping[str, object] | None, max_nodes: int
) -> Equations:
    """The equations below `output`; refused if it is not a Var, or if they are far too many."""
    if not isinstance(output, Var):
        raise TypeError(f"{asked} needs a Var, not {type(output).__name__}: compute it from a Var")
    if not (names is None or isinstance(names, Mapping) and all(type(n) is str for n in names)):
        raise TypeError(f"names maps names to Vars, like names=locals(), not {reprlib.repr(names)}")
    if isinstance(max_nodes, bool) or not isinstance(max_nodes, int):
        raise TypeError(f"max_nodes counts nodes, a whole number, not {max_nodes!r}")
    if max_nodes < 1:
        raise ValueError(f"max_nodes is {max_nodes}, a picture holds at least 1 node")
    count = count_below(output)
    if count > max(LARGEST, max_nodes):
        raise too_large(count, count, max_nodes)
    return equations_of(output, names=names)


def inline(output: Var) -> str:
    """HTML of a Var in Jupyter: its drawing, or its plain text where the graph is too large."""
    try:
        return draw(output)._repr_html_()
    except ValueError:
        return f"<pre>{html.escape(repr(output))}</pre>"


def _page(svg: str, title: str) -> str:
    style = f"""
body {{ margin: 1rem; font: 16px Arial, sans-serif; color: {INK[0]}; background: {PAGE[0]} }}
@media (prefers-color-scheme: dark) {{ body {{ color: {INK[1]}; background: {PAGE[1]} }} }}
"""
    # An SVG is XML, so a > in its style sheet may be written &gt;
    sheets = [style, *map(html.unescape, re.findall("<style[^>]*>(.*?)</style>", svg, re.DOTALL))]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy("", sheets)}">
<title>{html.escape(title)}</title>
<style>{style}</style>
<h1>{html.escape(title)}</h1>
{svg}
</html>
"""
