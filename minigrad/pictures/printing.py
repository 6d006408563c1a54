"""A drawing's SVG as PNG or PDF, in light colours: by matplotlib, or by a browser on PATH.

Graphviz makes SVG of few kinds of shapes, each placed absolutely, so matplotlib can draw it.
"""

import cmath
import html
import io
import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from .files import write
from .palette import BAD, GRADIENT, INK, PAGE
from .svg import SVG

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PRINTED = (".png", ".pdf")
_DOTS_PER_INCH = 192
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_FONTS = ("Arial", "Liberation Sans", "Helvetica")  # of one width; the boxes were made for it
_WIDER = 0.87  # of this size another font is as wide
_MARKED = {  # lines by class: as in the style sheet, the last that holds
    "mg-bad": (BAD[0], 1.0),
    "mg-now": (INK[0], 3.0),
    "mg-back": (GRADIENT[0], 3.0),
}


class PrintingError(RuntimeError):
    """Nothing that can print is installed."""


def printed(svg: str, suffix: str) -> bytes:
    """The picture as the bytes of a .png or .pdf file; PrintingError names what to install."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return _by_browser(svg, suffix)
    return _by_matplotlib(ElementTree.fromstring(svg), suffix)


# ------------------------------------------------------------------------------------- matplotlib


def _by_matplotlib(root: ElementTree.Element, suffix: str) -> bytes:
    made = io.BytesIO()
    stamp = {"CreationDate": None} if suffix == ".pdf" else {}
    figure_of(root).savefig(made, format=suffix[1:], dpi=_DOTS_PER_INCH, metadata=stamp)
    return made.getvalue()


def figure_of(root: ElementTree.Element) -> "Figure":
    """The drawing as a figure of matplotlib's, of its own size."""
    from matplotlib.figure import Figure

    _, _, width, height = map(float, str(root.get("viewBox")).split())
    figure = Figure(figsize=(width / 72.0, height / 72.0), facecolor=PAGE[0])
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(height, 0.0))
    axes.axis("off")
    moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", ElementTree.tostring(root).decode())
    shift = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
    family, size = _font()
    for order, group in enumerate(root.iter(f"{SVG}g")):
        for shape in group:
            name = shape.tag.removeprefix(SVG)
            if name == "text":
                _draw_text(axes, shape, shift, family, size, order)
            elif name in ("polygon", "polyline", "path", "ellipse"):
                _draw_shape(axes, shape, name, shift, _classes(group), order)
    return figure


def _font() -> tuple[list[str], float]:
    """The fonts to use, and how much to shrink the words if the boxes' own font is missing."""
    from matplotlib import font_manager

    known = set(font_manager.get_font_names())
    found = [name for name in _FONTS if name in known][:1]
    return [*found, "DejaVu Sans"], 1.0 if found else _WIDER


def _classes(element: ElementTree.Element) -> list[str]:
    return str(element.get("class", "")).split()


def _draw_text(
    axes: "Axes",
    text: ElementTree.Element,
    shift: tuple[float, float],
    family: Sequence[str],
    size: float,
    order: int,
) -> None:
    roles = _classes(text)
    is_grad = "mg-grad" in roles and "mg-empty" not in roles
    colour = GRADIENT[0] if is_grad else BAD[0] if "mg-note" in roles else text.get("fill")
    from matplotlib.patheffects import withStroke

    around = [withStroke(linewidth=3.0, foreground=PAGE[0])] if text.get("font-size") else []
    axes.text(
        float(text.get("x", 0.0)) + shift[0],
        float(text.get("y", 0.0)) + shift[1],
        text.text or "",
        color=colour or "black",
        family=list(family),
        fontsize=size * float(text.get("font-size", 12.0)),
        fontweight="bold" if is_grad else "normal",
        ha={"start": "left", "end": "right"}.get(text.get("text-anchor", ""), "center"),
        va="baseline",
        zorder=order,
        parse_math=False,
        path_effects=around,  # of words on an arrow, which are drawn over it
    )


def _draw_shape(
    axes: "Axes",
    shape: ElementTree.Element,
    name: str,
    shift: tuple[float, float],
    roles: Sequence[str],
    order: int,
) -> None:
    from matplotlib import patches
    from matplotlib.path import Path as Curve

    dashes = shape.get("stroke-dasharray")
    stroke = shape.get("stroke", "none")
    look: dict[str, Any] = {
        "facecolor": "none" if shape.get("fill") == "transparent" else shape.get("fill", "none"),
        "edgecolor": "none" if stroke == "transparent" else stroke,
        "linewidth": float(shape.get("stroke-width", 1.0)),
        "linestyle": (0, tuple(map(float, dashes.split(",")))) if dashes else "solid",
        "zorder": order,
    }
    for role, (colour, width) in _MARKED.items():
        if role in roles:
            look |= {"edgecolor": colour, "linewidth": max(width, look["linewidth"])}
            if "mg-edge" in roles and name == "polygon":
                look |= {"facecolor": colour, "linewidth": 1.0}
    numbers = [
        float(x) for x in re.findall(r"-?[\d.]+", shape.get("points") or shape.get("d") or "")
    ]
    placed = _turned(shape.get("transform", ""), list(zip(numbers[::2], numbers[1::2])))
    points = [(x + shift[0], y + shift[1]) for x, y in placed]
    patch: patches.Patch
    if name == "ellipse":
        x, y, wide, high = (float(shape.get(key, 0.0)) for key in ("cx", "cy", "rx", "ry"))
        patch = patches.Ellipse((x + shift[0], y + shift[1]), 2.0 * wide, 2.0 * high, **look)
    elif name == "path":
        patch = patches.PathPatch(Curve(points, _codes(shape.get("d", ""))), **look)
    else:
        patch = patches.Polygon(points, closed=name == "polygon", **look)
    axes.add_patch(patch)


def _turned(transform: str, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points moved as SVG's transform says, of translate, rotate and scale: the last first."""
    moved = [complex(*point) for point in points]
    for kind, words in reversed(re.findall(r"(translate|rotate|scale)\(([^)]*)\)", transform)):
        given = [float(x) for x in re.split(r"[ ,]+", words.strip())]
        if kind == "translate":
            moved = [z + complex(*given) for z in moved]
        else:
            by = given[0] if kind == "scale" else cmath.rect(1.0, math.radians(given[0]))
            moved = [z * by for z in moved]
    return [(z.real, z.imag) for z in moved]


def _codes(path: str) -> list[int]:
    """What each point of a path is: where it starts, the end of a line, one of three of a curve."""
    codes: list[int] = []
    for letter, part in re.findall(r"([MLC])([^MLC]*)", path):
        count = len(re.findall(r"-?[\d.]+", part)) // 2
        codes += [{"M": 1, "L": 2, "C": 4}[letter]] * count
    return codes


# -------------------------------------------------------------------------------------- a browser


def _by_browser(svg: str, suffix: str) -> bytes:
    program = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        raise PrintingError(
            f"a drawing becomes {suffix} through matplotlib (pip install matplotlib), Chromium or "
            "Chrome on PATH, and none was found: save it as .svg"
        )
    root = ElementTree.fromstring(svg)
    _, _, width, height = (round(float(x)) + 1 for x in str(root.get("viewBox")).split())
    page = (
        f"<!doctype html><meta charset=utf-8><style>@page{{size:{width}px {height}px;margin:0}}"
        f"html{{color-scheme:only light}}body{{margin:0}}svg{{display:block;width:{width}px}}"
        f"</style><title>{html.escape('minigrad')}</title>{svg}"
    )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "drawing.html"), Path(folder, f"drawing{suffix}")
        write(source, page)
        what = {".png": f"--screenshot={target}", ".pdf": f"--print-to-pdf={target}"}[suffix]
        flags = ["--headless", what, "--no-pdf-header-footer", "--hide-scrollbars"]
        flags += [f"--window-size={width},{height}", "--force-device-scale-factor=2"]
        flags += ["--no-sandbox"] * (hasattr(os, "geteuid") and os.geteuid() == 0)  # a container
        done = subprocess.run(
            [program, *flags, source.as_uri()], capture_output=True, timeout=60, check=False
        )
        if not target.is_file():
            words = done.stderr.decode(errors="replace").strip().splitlines()
            raise PrintingError(f"{program} made no {suffix}: {words[-1] if words else 'no word'}")
        return target.read_bytes()
