"""Names and titles of nodes with markup and control characters, in pictures, pages and programs."""

import re
from html.parser import HTMLParser
from random import Random
from xml.etree import ElementTree

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial

PIECES = [
    *("<script>alert(1)</script>", "</script>", "</style>", "</title>", "<!--", "-->", "]]>", "&"),
    *("&lt;", "&#0;", '"', "'", "`", "\\", "\\n", "\\N", "\\G", "\n", "\r\n", "\t", "\0", "\x01"),
    *(
        "\x1b[31m",
        "\x7f",
        "\x85",
        "\u2028",
        "\u202e",
        "\ufeff",
        "\ufffe",
        "\ud800",
        "😀",
        "é",
        "${x}",
    ),
    *("<img src=x onerror=alert(1)>", "javascript:alert(1)", "{}", "{{0}}", "%s", "$title", "$$"),
    *("<svg onload=alert(1)>", "x" * 300, "", " ", "a/b", "<b>", "|", "{a|b}", ";", "=", "]", "->"),
    *(
        "digraph",
        "node",
        "<<b>x</b>>",
        "__proto__",
        "constructor",
        "toString",
        "NaN",
        "١",
        "ﬁ",
        "…",
    ),
]
_HOSTILE_TAGS = {"img", "iframe", "object", "embed", "base", "form", "link", "b"}


def _name(rng: Random) -> str:
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 4)))


class _Reader(HTMLParser):
    """What a browser would find: scripts, tags and attributes that do something."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        handlers = [name for name, value in attrs if name.startswith("on")]
        links = [v for name, v in attrs if name in ("href", "src") and v and "script:" in v]
        self.bad += [tag] * (tag in _HOSTILE_TAGS) + handlers + links


def a_name(rng: Random) -> Trial:
    """A graph with such names, drawn, stepped through, explained or turned into a program."""
    names = [_name(rng) for _ in range(4)]
    what = rng.choice((_dot, _dot, _dot, _words, _words, _words, _picture, _page))
    call, check = what(names)
    return Trial(f"{what.__name__[1:]} of {names!r}", call, check)


def _graph(names: list[str]) -> mg.Var:
    mu, sigma = mg.Var(0.5, names[0]), mg.Var([1.0, 2.0], names[1])
    with mg.scope(names[2]):
        eps = mg.noise(np.random.default_rng(0), 2, names[1])
        z = (mu + sigma * eps).named(names[3])
    y = mg.sum(mg.square(z)).named(names[0])
    y.backward()
    return y


def _dot(names: list[str]):  # type: ignore[no-untyped-def]
    def check(found: object) -> str:
        text = str(found)
        control = re.search("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe]", text)
        if control:
            return f"the DOT text has {control[0]!r}"
        quotes = re.sub(r"\\.", "", text.replace("\\\n", "")).count('"')
        return "a string of the DOT text is open" if quotes % 2 else ""

    return (lambda: mg.draw(_graph(names), title=names[2], names={names[1]: 1}).dot), check


def _words(names: list[str]):  # type: ignore[no-untyped-def]
    def call() -> str:
        y = _graph(names)
        return "".join((str(mg.explain(y)), mg.step_through(y).text(), repr(y)))

    def check(found: object) -> str:
        return "" if isinstance(found, str) and found.strip() else "there is no text"

    return call, check


def _picture(names: list[str]):  # type: ignore[no-untyped-def]
    def check(found: object) -> str:
        root = ElementTree.fromstring(str(found))
        bad = [e.tag for e in root.iter() if str(e.tag).endswith(("script", "foreignObject"))]
        bad += [a for e in root.iter() for a in e.attrib if a.startswith("on")]
        return f"the picture has {bad}" if bad else ""

    return (lambda: mg.draw(_graph(names), title=names[3]).svg), check


def _page(names: list[str]):  # type: ignore[no-untyped-def]
    def check(found: object) -> str:
        reader, usual = _Reader(), _Reader()
        reader.feed(str(found))
        usual.feed(_plain_page())
        if reader.scripts != usual.scripts or reader.bad != usual.bad:
            return f"the page has {reader.scripts} scripts, {reader.bad}"
        str(found).encode()
        return ""

    return (lambda: mg.step_through(_graph(names), title=names[3]).html), check


def _plain_page() -> str:
    return mg.step_through(_graph(["mu", "sigma", "part", "z"]), title="plain").html
