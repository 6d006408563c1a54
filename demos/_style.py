"""The look that the course, the gallery and a demo's own page share, in the graphs' colours."""

from minigrad.pictures.palette import BAD, FAINT, INK, LOOKS, PAGE

_COLOURS = {
    "ink": INK,
    "page": PAGE,
    "faint": FAINT,
    "bad": BAD,
    "good": LOOKS["sample"].line,
    "link": LOOKS["parameter"].line,
    "tint": LOOKS["parameter"].fill,
    "card": LOOKS["scope"].fill,
}

_BASE = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:var(--page);
  font:1rem/1.5 Arial,"Liberation Sans",sans-serif}
h1{margin:0;font-size:2.2rem;line-height:1.2}
h2{margin:2.5rem 0 1rem;font-size:1.5rem}
h3{margin:0;font-size:1.15rem}
a{color:var(--link)}
:is(a,button,summary,pre,input):focus-visible{outline:2px solid var(--link);outline-offset:2px}
code,pre{font:.85em/1.45 "DejaVu Sans Mono","Liberation Mono",monospace}
pre{max-width:100%;margin:0;padding:.75rem 1rem;overflow-x:auto;border-radius:.25rem;
  background:var(--card)}
.button{display:inline-block;padding:.35rem .9rem;border:0;border-radius:.35rem;
  color:var(--page);background:var(--link);font:inherit;font-weight:bold;text-decoration:none;
  cursor:pointer}
.button:hover{background:var(--ink)}
.quiet{color:var(--link);background:none;box-shadow:inset 0 0 0 1px var(--link)}
.quiet:hover{color:var(--page)}
.faint{color:var(--faint)}
.failure{color:var(--bad)}
"""


def style(own: str) -> str:
    """The style sheet of a page: colours, light and dark, what all share, and what is its own."""
    light, dark = (";".join(f"--{k}:{v[i]}" for k, v in _COLOURS.items()) for i in (0, 1))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}{_BASE}{own}"


def page(title: str, own_style: str, body: str, script: str = "") -> str:
    """A whole HTML file; `title` is HTML already."""
    script = f"<script>{script}</script>\n" if script else ""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style(own_style)}</style>
{body}
{script}</html>
"""
