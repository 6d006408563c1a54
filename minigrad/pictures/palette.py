"""The visual language, one row a kind of node, safe for the colour-blind.

Shape carries the role too. DOT gets the light colours, so that it looks right by itself; the SVG
takes its colours, light and dark, from a style sheet.
"""

from typing import NamedTuple


class Look(NamedTuple):
    """How a kind of node is drawn; colours are (light, dark)."""

    shape: str
    line: tuple[str, str]
    fill: tuple[str, str]
    style: str = "filled"
    pen: float = 1.0
    borders: int = 1


INK = ("#16202A", "#E8EDF2")
PAGE = ("#FFFFFF", "#14181D")
FAINT = ("#5B6670", "#9AA7B3")
GRADIENT = ("#A34400", "#F5A15F")
STOPPED = ("#A8467F", "#CC79A7")
BAD = ("#B3001B", "#FF7B88")

_LIGHT_PAGE = '[data-jp-theme-light="true"]'  # what JupyterLab writes on its page
_DARK_PAGE = '[data-jp-theme-light="false"]'
_NAMED = {
    "ink": INK,
    "page": PAGE,
    "faint": FAINT,
    "gradient": GRADIENT,
    "stopped": STOPPED,
    "bad": BAD,
}

LOOKS = {
    "parameter": Look("box", ("#0072B2", "#56B4E9"), ("#DCEBF7", "#12344A"), pen=2.5),
    "constant": Look("note", ("#2B3640", "#D5DDE5"), ("#EEF1F4", "#2A323A")),
    "noise": Look("ellipse", STOPPED, ("#F8E6F0", "#43243A"), "filled,dashed", pen=1.5),
    "op": Look("box", FAINT, ("#FFFFFF", "#1C2229"), "filled,rounded"),
    "sample": Look("hexagon", ("#006B4F", "#2BC79A"), ("#DCF3EA", "#0E3B2E"), pen=2.0),
    "stop": Look("octagon", STOPPED, ("#F8E6F0", "#43243A"), pen=5.0),
    "output": Look("box", ("#B34E00", "#F08A3C"), ("#FBE7DA", "#47250F"), pen=1.5, borders=2),
    "scope": Look("folder", FAINT, ("#EEF1F4", "#2A323A")),
}

# Shapes without a filling (an outer border, the fold of a note) keep it so: fill="none".
_RULES = """
#{id}:root{{color-scheme:light dark}}
#{id}{{max-width:100%;height:auto}}
#{id} text{{fill:var(--ink);font-family:Arial,"Liberation Sans",Helvetica,sans-serif}}
#{id} .mg-node text{{white-space:pre}}
#{id} .mg-node :is(path,polygon,polyline,ellipse){{stroke:var(--line)}}
#{id} .mg-node :is(path,polygon,ellipse):not([fill=none]){{fill:var(--fill)}}
#{id} .mg-edge{{--line:var(--faint)}}
#{id} .mg-edge :is(path,polygon,polyline){{stroke:var(--line)}}
#{id} .mg-edge polygon{{fill:var(--line)}}
#{id} .mg-edge text{{fill:var(--line);stroke:var(--page);stroke-width:4px;paint-order:stroke;
  pointer-events:none}}
#{id} .mg-flow text,#{id} .mg-grad{{fill:var(--gradient)}}
#{id} .mg-grad{{font-weight:bold}}
#{id} .mg-empty{{fill:var(--ink);font-weight:normal}}
#{id} .mg-halt{{--line:var(--stopped)}}
#{id} .mg-cluster path{{stroke:var(--faint)}}
#{id} .mg-cluster text{{fill:var(--faint)}}
#{id} .mg-titles text{{fill:var(--faint);stroke:var(--page);stroke-width:4px;paint-order:stroke;
  pointer-events:none}}
#{id} .mg-bad{{--line:var(--bad)}}
#{id} .mg-first :is(path,polygon,ellipse){{stroke-width:4px}}
#{id} .mg-now{{--line:var(--ink)}}
#{id} .mg-back{{--line:var(--gradient)}}
#{id} .mg-node:is(.mg-now,.mg-back)>*,#{id} .mg-back path{{stroke-width:3px}}
#{id} .mg-bad .mg-note{{fill:var(--bad);font-weight:bold}}
"""


def style_sheet(drawing: str) -> str:
    """The CSS of the drawing of this id, which touches nothing else in its page.

    Dark follows the reader's system, and in a Jupyter page that page's own theme.
    """
    light = _colours(f"#{drawing}", 0)
    system = _colours(f"#{drawing}:not({_LIGHT_PAGE} *)", 1)
    themed = _colours(f"{_DARK_PAGE} #{drawing}", 1)
    rules = _RULES.format(id=drawing)
    return f"{light}\n@media (prefers-color-scheme:dark){{{system}}}\n{themed}{rules}"


def page_colours() -> str:
    """The same colours as CSS variables of a whole page: `--ink`, `--noise`, `--noise-fill`, …

    Dark follows the reader's system; a page in a notebook follows the notebook's theme.
    """
    named = dict(_NAMED)
    for kind, look in LOOKS.items():
        named |= {kind: look.line, f"{kind}-fill": look.fill}
    light, dark = (";".join(f"--{name}:{pair[i]}" for name, pair in named.items()) for i in (0, 1))
    return (
        f":root{{{light}}}\n@media(prefers-color-scheme:dark){{:root:not({_LIGHT_PAGE}){{{dark}}}}}"
        f"\n:root{_DARK_PAGE}{{{dark}}}\n"
    )


def _colours(drawing: str, theme: int) -> str:
    """Rules that set each kind's colours as variables: `theme` 0 is light, 1 dark."""
    rules = [f"{drawing}{{{';'.join(f'--{k}:{v[theme]}' for k, v in _NAMED.items())}}}"]
    for kind, look in LOOKS.items():
        colours = f"--line:{look.line[theme]};--fill:{look.fill[theme]}"
        rules.append(f"{drawing} .mg-{kind}{{{colours}}}")
    return "\n".join(rules)
