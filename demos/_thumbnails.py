"""Thumbnails. So small, a whole graph can't be read, so what is around its sample is shown; of
plots side by side the first.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_WIDE, _HIGH = 340.0, 170.0  # of the part, in points: words of 12 are some 11 pixels high on a card
_KINDS = ("stop", "sample", "output")  # what to look at first


def thumbnail(file: Path) -> str:
    """What to add to the address of a picture; "" where the whole of it is shown."""
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    wide, high = map(float, root.get("viewBox", "0 0 0 0").split()[2:])
    view = _first_plot(root, wide, high) or _heart(root, wide, high)
    return "#svgView(viewBox({:.0f},{:.0f},{:.0f},{:.0f}))".format(*view) if view else ""


def _first_plot(root: ElementTree.Element, wide: float, high: float) -> tuple[float, ...] | None:
    """Matplotlib's axes_1, where there are others beside it."""
    groups = {group.get("id"): group for group in root.iter(f"{_SVG}g")}
    if "axes_2" not in groups or wide < 1.8 * high:
        return None
    right = max(_corners(groups["axes_1"])[0])
    return (0.0, 0.0, right + 8.0, high) if right < 0.8 * wide else None


def _heart(root: ElementTree.Element, wide: float, high: float) -> tuple[float, ...] | None:
    """What is around the wall, the sample or the output of a graph."""
    nodes = {group.get("data-kind"): group for group in list(root.iter(f"{_SVG}g"))[::-1]}
    shown = next((nodes[kind] for kind in _KINDS if kind in nodes), None)
    if shown is None or (wide <= 1.15 * _WIDE and high <= 1.15 * _HIGH):
        return None
    main = root.find(f"{_SVG}g")
    moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", ElementTree.tostring(main).decode())
    xs, ys = _corners(shown)
    left = _around(0.5 * (min(xs) + max(xs)) + float(moved[1]), _WIDE, wide)
    top = _around(0.5 * (min(ys) + max(ys)) + float(moved[2]), _HIGH, high)
    return left, top, _WIDE, _HIGH


def _corners(group: ElementTree.Element) -> tuple[list[float], list[float]]:
    """Of its first shape."""
    shapes = (each.get("points") or each.get("d") for each in group.iter())
    numbers = re.findall(r"-?[\d.]+", next(filter(None, shapes)))
    return [float(x) for x in numbers[::2]], [float(y) for y in numbers[1::2]]


def _around(middle: float, part: float, whole: float) -> float:
    """Where a part around `middle` begins, not beyond the picture's ends."""
    if whole <= part:
        return (whole - part) / 2.0
    return max(0.0, min(middle - part / 2.0, whole - part))
