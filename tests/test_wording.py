"""Words: phrases that only this project would use don't come back."""

import re
from pathlib import Path

import pytest

import minigrad as mg

ROOT = Path(mg.__file__).parents[1]
PLACES = ("minigrad", "demos", "tests", "README.md")
ENDINGS = (".py", ".js", ".html", ".css", ".md")

# Each with what to write instead.
PHRASES = {
    r"\btold\b": "shown, said, printed",
    r"\bto be had\b": "available",
    r"\bbears?\b (?:its|a|the|an)\b": "has",
    r"\breached on (?:two|several)\b": "reached in two ways",
    r"\bparted by\b": "separated by",
    r"\bstands? in `": "is in",
    r"\bis but (?:a|the)\b": "is only",
    r"\bcan what\b": "gives probability to what",
}


def texts():
    for place in PLACES:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.suffix in ENDINGS and "out" not in file.parts and file != Path(__file__):
                yield file, file.read_text(encoding="utf-8")


def test_no_phrase_of_our_own():
    read = 0
    for file, text in texts():
        read += 1
        for phrase, better in PHRASES.items():
            for found in re.finditer(phrase, text, re.M):
                line = text.count("\n", 0, found.start()) + 1
                place = f"{file.relative_to(ROOT)}:{line}"
                pytest.fail(f"{place} says {found[0]!r}: write {better}")
    assert read > 400
