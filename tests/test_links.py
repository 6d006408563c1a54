"""Links in the README, the lessons and the guides lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXTS = [
    ROOT / "README.md",
    ROOT / "demos" / "README.md",
    *sorted((ROOT / "demos" / "lessons").glob("*.md")),
    *sorted((ROOT / "demos" / "guides").glob("*.md")),
]


def links(text):
    """Where the links and pictures of a text lead, those in code left out."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.M | re.S)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(text):
    """The anchors of a text's headings, as a site that shows Markdown makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def broken(path, text):
    for link in links(text):
        if re.match(r"[a-z]+:", link):
            continue  # an address of another site
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            yield link
        elif anchor and anchor not in anchors(target.read_text("utf-8")):
            yield link


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    assert [*broken(path, path.read_text("utf-8"))] == []


def test_broken_links_are_found():
    text = "[a](none.md) [b](README.md#limits) [c](#nowhere) `[d](code.md)`\n# One `two`, three\n"
    assert [*broken(ROOT / "README.md", text)] == ["none.md", "#nowhere"]
    assert anchors(text) == {"one-two-three"}
