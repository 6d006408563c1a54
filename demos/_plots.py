"""Plots in the graphs' colours: transparent, the same bytes each time, fit for light and dark."""

import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from minigrad.views.palette import FAINT, INK, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# (light, dark) of the lines and marks of a plot, told apart by shape or dashes as well.
COLOURS = {name: LOOKS[name].line for name in ("parameter", "sample", "noise", "output")}

_STYLE = {
    "svg.hashsalt": "minigrad",  # ids by content: without it they are random
    "svg.fonttype": "none",  # text stays text, to be coloured and read aloud
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT[0],
    "axes.labelcolor": INK[0],
    "axes.titlecolor": INK[0],
    "text.color": INK[0],
    "xtick.color": FAINT[0],
    "ytick.color": FAINT[0],
    "xtick.labelcolor": INK[0],
    "ytick.labelcolor": INK[0],
    "legend.frameon": False,
    "savefig.transparent": True,
}


@contextmanager
def plot(path: Path, title: str) -> Iterator["Axes"]:
    """Axes to draw on, written as SVG when the block ends. Colours are the light ones."""
    import matplotlib  # here: it takes long to load, and the index reads the captions without it
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.0, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.set_title(title)
        yield axes
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_dressed(written.getvalue(), title), encoding="utf-8")


def _dressed(svg: str, title: str) -> str:
    """With a title for who can't see it, and a style sheet that swaps the colours in the dark."""
    pairs = [INK, FAINT, *COLOURS.values()]
    dark = "".join(
        f'[style*="{kind}: {light.lower()}"]{{{kind}:{other}!important}}'
        for light, other in pairs
        for kind in ("fill", "stroke")
    )
    style = f":root{{color-scheme:light dark}}@media(prefers-color-scheme:dark){{{dark}}}"
    head = f'role="img"><title>{html.escape(title)}</title><style>{style}</style>'
    start = svg.index(">", svg.index("<svg"))
    return svg[:start] + " " + head + svg[start + 1 :]
