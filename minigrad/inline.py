"""What Jupyter shows of a result: small tables and plots in self-contained HTML.

Lines and words take the notebook's own colour, so they fit a light theme and a dark one.
"""

import html
import math
from collections.abc import Sequence

from .engine.values import Array

_WIDE, _HIGH = 420.0, 150.0
_BLUE = "#0072B2"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table: the first column to the left, the others to the right."""
    head = "".join(f"<th>{html.escape(each)}</th>" for each in headings)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Sequence[str]) -> str:
    first, *rest = (html.escape(each) for each in row)
    others = "".join(f'<td style="text-align:right">{each}</td>' for each in rest)
    return f'<td style="text-align:left">{first}</td>{others}'


def source(text: str) -> str:
    """Text as it stands, such as a program."""
    return f'<pre style="line-height:1.35">{html.escape(text)}</pre>'


def forest(estimates: Sequence[tuple[str, float, float]], label: str) -> str:
    """An SVG with a row for each (name, mean, standard error): a dot, and two errors either way."""
    known = [(n, m, e) for n, m, e in estimates if math.isfinite(m) and math.isfinite(e)]
    if not known:
        return ""
    low = min(m - 2.0 * e for _, m, e in known)
    high = max(m + 2.0 * e for _, m, e in known)
    spread = (high - low) or 1.0
    left, row = 8.0 * max(len(name) for name, _, _ in known) + 10.0, 22.0

    def place(x: float) -> float:
        return left + 10.0 + (_WIDE - 20.0) * (x - low) / spread

    parts = []
    for i, (name, mean, error) in enumerate(known):
        y = row * (i + 0.5)
        ends = f'x1="{place(mean - 2.0 * error):.1f}" x2="{place(mean + 2.0 * error):.1f}"'
        parts.append(
            f'<text x="{left:.0f}" y="{y + 4.0:.1f}" text-anchor="end" fill="currentColor">'
            f'{html.escape(name)}</text><line {ends} y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{_BLUE}" stroke-width="2"/>'
            f'<circle cx="{place(mean):.1f}" cy="{y:.1f}" r="4" fill="{_BLUE}"/>'
        )
    return _svg(left + _WIDE, row * len(known), label, "".join(parts))


def curve(xs: Array, ys: Array, label: str, bars: bool = False, y: str = "") -> str:
    """An SVG of y over x, above an axis with both ends: a line, or a bar each.

    With `y`, what the height means, the height of the top is given too.
    """
    top, low, high = float(ys.max()) or 1.0, float(xs[0]), float(xs[-1])
    across = [10.0 + (_WIDE - 20.0) * (float(x) - low) / ((high - low) or 1.0) for x in xs]
    floor, head = _HIGH - 25.0, 24.0 if y else 10.0
    down = [floor - (floor - head) * float(height) / top for height in ys]
    if bars:
        drawn = "".join(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{floor}" y2="{at:.1f}" stroke="{_BLUE}" '
            'stroke-width="5"/>'
            for x, at in zip(across, down)
        )
    else:
        points = " ".join(f"{x:.1f},{at:.1f}" for x, at in zip(across, down))
        drawn = f'<polyline points="{points}" fill="none" stroke="{_BLUE}" stroke-width="2"/>'
    left, right = _apart(low, high)
    title = html.escape(y) + f", shown up to {top:.4g}"
    above = f'<text x="10" y="14" fill="currentColor">{title}</text>'
    axis = (
        f'<line x1="10" x2="{_WIDE - 10.0}" y1="{floor}" y2="{floor}" stroke="currentColor"/>'
        f'<text x="10" y="{_HIGH - 8.0}" fill="currentColor">{left}</text>'
        f'<text x="{_WIDE - 10.0}" y="{_HIGH - 8.0}" text-anchor="end" fill="currentColor">'
        f"{right}</text>"
    )
    return _svg(_WIDE, _HIGH, label, drawn + axis + (above if y else ""))


def _apart(low: float, high: float) -> tuple[str, str]:
    """Both in as few digits as tell them apart."""
    for digits in range(4, 17):
        if (left := f"{low:.{digits}g}") != (right := f"{high:.{digits}g}"):
            break
    return left, right


def _svg(wide: float, high: float, label: str, inner: str) -> str:
    return (
        f'<svg role="img" width="{wide:.0f}" height="{high:.0f}" font-size="12" '
        f'font-family="Arial,sans-serif"><title>{html.escape(label)}</title>{inner}</svg>'
    )
