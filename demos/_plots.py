"""Plots in the graphs' colours: transparent, the same bytes each time, fit for light and dark."""

import html
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from minigrad.pictures.palette import BAD, FAINT, GRADIENT, INK, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Pair = tuple[Sequence[float], Sequence[float]]  # x and y of some points

# (light, dark) of the lines and marks of a plot, with different shapes or dashes as well. Draw with
# the light one: a style sheet swaps it in the dark.
COLOURS = {
    **{name: LOOKS[name].line for name in ("parameter", "sample", "noise", "output", "constant")},
    "gradient": GRADIENT,
    "faint": FAINT,
    "bad": BAD,
}

# As keywords for `axes.plot`: six lines that differ even without colours.
LINES = tuple(
    {"color": COLOURS[name][0], "linestyle": dashes, "marker": marker}
    for name, dashes, marker in (
        ("parameter", "-", "o"),
        ("output", "--", "s"),
        ("sample", "-.", "^"),
        ("noise", ":", "D"),
        ("constant", (0, (7, 2)), "v"),
        ("bad", (0, (3, 1, 1, 1, 1, 1)), "X"),
    )
)

_STYLE = {
    "svg.hashsalt": "minigrad",  # ids by content: without it they are random
    "svg.fonttype": "none",  # text stays text, to be coloured and read aloud
    "font.family": ["sans-serif", "DejaVu Sans"],  # the second has every subscript
    "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT[0],
    "axes.labelcolor": INK[0],
    "axes.titlecolor": INK[0],
    "axes.titlesize": 11,
    "figure.titlesize": 13,
    "text.color": INK[0],
    "xtick.color": FAINT[0],
    "ytick.color": FAINT[0],
    "xtick.labelcolor": INK[0],
    "ytick.labelcolor": INK[0],
    "legend.frameon": False,
    "legend.handlelength": 3.2,  # long enough to see the dashes
    "lines.markersize": 5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


class _Nowhere:
    """Axes on which nothing is drawn: whatever is asked of them."""

    def __getattr__(self, name: str) -> "_Nowhere":
        return self

    def __call__(self, *args: object, **options: object) -> "_Nowhere":
        return self

    def __iter__(self) -> Iterator["_Nowhere"]:
        return iter(())


@contextmanager
def plot(path: Path, title: str) -> Iterator["Axes"]:
    """Axes to draw on, written as SVG when the block ends. Colours are the light ones."""
    with panels(path, title) as (axes,):
        yield axes


@contextmanager
def panels(
    path: Path, title: str, columns: int = 1, rows: int = 1, size: tuple[float, float] | None = None
) -> Iterator[list["Axes"]]:
    """Several axes in one picture, row by row; `size` is that of the whole, in inches."""
    if find_spec("matplotlib") is None:  # as where `minigrad demo` is run from a bare installation
        print(f"{path.name} is left out: it is drawn where matplotlib is installed")
        yield [cast("Axes", _Nowhere())] * (columns * rows)
        return
    import matplotlib  # here: it takes long to load, and the index reads the captions without it
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        wide, high = (7.0, 4.2) if columns * rows == 1 else (1.0 + 3.6 * columns, 0.6 + 3.0 * rows)
        figure = Figure(figsize=size or (wide, high), layout="constrained")
        figure.suptitle(title)
        yield list(figure.subplots(rows, columns, squeeze=False).flat)
        written = io.StringIO()
        # By its canvas: `savefig` would draw everything twice, the first time for the layout alone.
        FigureCanvasSVG(figure).print_svg(written, metadata={"Date": None, "Creator": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_dressed(written.getvalue(), title), encoding="utf-8")


def line_and_marks(
    axes: "Axes", look: dict[str, object], label: str, line: Pair, marks: Pair
) -> None:
    """What theory says as a line, what was measured as marks, and one entry in the legend."""
    axes.plot(*line, **{**look, "marker": ""})
    axes.plot(*marks, **{**look, "linestyle": ""})
    axes.plot([], [], **look, label=label)


def legend_below(axes: list["Axes"], columns: int) -> None:
    """One legend for all panels, under them, of the lines in the first."""
    figure = axes[0].get_figure()
    assert figure is not None
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=columns)


def tiles(axes: "Axes", images: NDArray[np.float64], extent: tuple[float, ...]) -> None:
    """Square images in rows and columns, (rows, columns, pixels): ink on nothing, 0 to 1."""
    from matplotlib.colors import to_rgb

    rows, columns, pixels = images.shape
    side = math.isqrt(pixels)
    framed = np.pad(images.reshape(rows, columns, side, side), [(0, 0), (0, 0), (1, 1), (1, 1)])
    ink = np.empty((rows * (side + 2), columns * (side + 2), 4))
    ink[..., :3] = to_rgb(COLOURS["parameter"][0])
    ink[..., 3] = framed.transpose(0, 2, 1, 3).reshape(ink.shape[:2])
    sharp = ink.repeat(6, axis=0).repeat(6, axis=1)  # or browsers blur it
    axes.imshow(sharp, interpolation="none", extent=extent)


def _dressed(svg: str, title: str) -> str:
    """With a title for who can't see it, and a style sheet that swaps the colours in the dark."""
    pairs = [INK, *COLOURS.values()]
    dark = "".join(
        f'[style*="{kind}: {light.lower()}"]{{{kind}:{other}!important}}'
        for light, other in pairs
        for kind in ("fill", "stroke")
    )
    dark += "image{filter:brightness(1.6)}"
    style = f":root{{color-scheme:light dark}}@media(prefers-color-scheme:dark){{{dark}}}"
    head = f'role="img"><title>{html.escape(title)}</title><style>{style}</style>'
    start = svg.index(">", svg.index("<svg"))
    return svg[:start] + " " + head + svg[start + 1 :]
