"""File names for `save`: nothing half written stays behind, whatever the name."""

import os
import tempfile
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial

STEMS = [
    *(
        "a",
        "",
        ".",
        "..",
        "a b",
        "é",
        "😀",
        "a\nb",
        "-o",
        "~",
        "$HOME",
        "%00",
        "a" * 250,
        "a" * 300,
    ),
    *("\0", "a\0b", "\ud800", "there", "no/such", "a/", "/", "//", "\\", "con", "*", "?", "a.svg"),
    *("there/x", "folder/x", "./x", "folder/../x", "x" * 5000, "\x1b[31m", "\u202e", " ", "…"),
]
SUFFIXES = [".svg", ".dot", ".html", ".SVG", ".txt", "", ".", ".svg ", ".svg\n", ".htm", ".svg.gz"]
ODD = [
    None,
    1,
    1.0,
    b"a.svg",
    [],
    ("a.svg",),
    object,
    True,
    {},
    np.array(1.0),
    Path(),
    Path("a.dot"),
]


@cache
def _savers() -> dict[str, mg.Drawing | mg.Lesson]:
    y = mg.Var(2.0, "x") * 3.0
    return {"draw": mg.draw(y), "step_through": mg.step_through(y)}


def a_file(rng: Random) -> Trial:
    """A file that is there and whole, or a sentence and no trace."""
    stem, suffix = rng.choice(STEMS), rng.choice(SUFFIXES[:3] if rng.random() < 0.6 else SUFFIXES)
    name = rng.choice(ODD) if rng.random() < 0.1 else f"{stem}{suffix}"
    name = Path(name) if isinstance(name, str) and "\0" not in name and rng.random() < 0.3 else name
    which = rng.choice(("draw", "step_through"))

    def call() -> object:
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                os.mkdir("folder")
                Path("there").write_text("old")
                try:
                    path = _savers()[which].save(name)
                    return Path(path).read_text(encoding="utf-8"), _left()
                except Exception:
                    if left := _left():
                        raise AssertionError(f"it is refused, and leaves {left}") from None
                    raise
            finally:
                os.chdir(here)

    def check(found: object) -> str:
        text, left = found  # type: ignore[misc]
        if len(left) != 1:
            return f"it leaves {left}"
        whole = text.rstrip().endswith(("</svg>", "</html>", "}"))
        return "" if whole else f"the file ends with {text[-30:]!r}"

    return Trial(f"mg.{which}(y).save({str(name)[:80]!r})", call, check)


def _left() -> list[str]:
    """What is new in this folder."""
    found = [str(path) for path in Path().rglob("*")]
    return [name for name in found if name not in ("folder", "there")]
