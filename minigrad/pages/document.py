"""One HTML file that works offline: a template with its style, script and data put in.

The page may run its own script and nothing else, and ask the network for nothing: a
Content-Security-Policy names the hash of every script and style sheet in it. So the HTML
has no `style="…"` and no `onclick="…"`.
"""

import html
import json
import math
import re
from abc import ABC, abstractmethod
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

from ..pictures.files import write
from ..pictures.labels import short
from ..pictures.policy import policy
from .dense import dense

_STYLES = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_CLOSES = re.compile(r"</(script|style)|<!--|<script", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Valid JSON still, but nothing in it ends or opens a tag, or a line as old JavaScript counts them.
_ESCAPED = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Page(ABC):
    """A page: `html` is its text, `save` writes it, Jupyter shows it in a frame."""

    title: str
    _what: str  # what an error calls it
    _height: int  # of the frame, in pixels

    @property
    @abstractmethod
    def html(self) -> str:
        """The page: one HTML file that needs no network."""

    def save(self, path: str | Path) -> Path:
        """Write the page as .html into a folder that is there."""
        path = Path(path)
        if path.suffix != ".html":
            raise ValueError(f"a {self._what} is saved as .html, not as {short(path.name)!r}")
        return write(path, self.html)

    def _repr_html_(self) -> str:
        return framed(self.html, self.title, self._height)


def framed(page: str, title: str, height: int) -> str:
    """The page in a frame, for a notebook."""
    return (
        f'<iframe srcdoc="{html.escape(page)}" title="{html.escape(title)}" '
        f'sandbox="allow-scripts" width="100%" height="{height}"></iframe>'
    )


def document(
    template: str,
    title: str,
    *,
    style: str,
    script: str,
    webassembly: bool = False,
    **parts: str,
) -> str:
    """A page: `template`, where `$title`, `$policy`, `$style`, `$script` and `parts` are put in.

    The title may be any text; parts are HTML already (an SVG element, what `as_data` gives). A
    style or script that would end its own element raises ValueError. `webassembly` lets the page
    compile what it carries, in a worker that it makes.
    """
    for name, text in (("style", style), ("script", script)):
        if found := _CLOSES.search(text):
            raise ValueError(f"the {name} of a page can't hold {found[0]!r}: write it in two parts")
    # An SVG is XML, so a > in its style sheet may be written &gt;
    sheets = [html.unescape(sheet) for part in parts.values() for sheet in _STYLES.findall(part)]
    page = Template(template).substitute(
        parts,
        title=html.escape(title),
        policy=policy(script, [style, *sheets], webassembly),
        style=style,
        script=script,
    )
    try:
        page.encode()
    except UnicodeEncodeError:  # half a character, which no file can hold
        return _SURROGATE.sub("\ufffd", page)
    return page


def as_data(thing: object) -> str:
    """JSON that is safe in a script element; what is not finite as "NaN", "Infinity" (a string).

    >>> as_data({"name": "</script>", "grad": float("nan")})
    '{"name":"\\\\u003c/script\\\\u003e","grad":"NaN"}'
    """
    try:
        written = _json(thing)
    except ValueError:
        written = _json(_finite(thing))
    for character, code in _ESCAPED.items():  # str.translate takes twenty times as long
        written = written.replace(character, code)
    return written


@cache
def page_file(name: str) -> str:
    """The text of a file beside this one; of a script or style without what only readers need."""
    text = files(__package__).joinpath(*name.split("/")).read_text(encoding="utf-8")
    return {"js": dense, "css": _dense, "html": _flush}[name.rpartition(".")[2]](text)


def _flush(markup: str) -> str:
    """HTML without indentation."""
    return re.sub(r"^ +", "", markup, flags=re.MULTILINE)


def _dense(style: str) -> str:
    """A style sheet without comments, and a rule's lines in one."""
    return re.sub(r"(?<=[;,{}])\n *", "", re.sub(r"/\*.*?\*/\n?", "", style, flags=re.DOTALL))


def _json(thing: object) -> str:
    return json.dumps(thing, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _finite(thing: object) -> object:
    """`thing` with each number that JSON lacks as the string that JavaScript's Number reads."""
    if isinstance(thing, dict):
        return {key: _finite(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_finite(each) for each in thing]
    if isinstance(thing, float) and not math.isfinite(thing):
        return "NaN" if math.isnan(thing) else "Infinity" if thing > 0.0 else "-Infinity"
    return thing
