"""The command line: lists of words, run by `minigrad.cli.main` in an empty folder."""

import contextlib
import io
import os
import re
import sys
import tempfile
from random import Random
from unittest import mock

from minigrad.cli import main
from tests.hostile.trial import Trial, wrong_words
from tests.hostile.typed import FOREIGN, VALID, _letters, _mutated

COMMANDS = ["step", "draw", "check", "code", "explain", "play", "stp", "", "-V", "--help", "STEP"]
FLAGS = [
    *("--text", "--dot", "--seed", "--seed=1", "--seed=-1", "--seed=x", "--seed=٣", "--language"),
    *("python", "javascript", "cobol", "--rescued", "-o", "-oa.html", "-o.html", "-", "--", "-h"),
    *("-x", "--frames", "--unknown", "a.svg", "a.dot", "a.html", "a.txt", "no/such/a.html", "-o-"),
    *(
        "\0.html",
        "x" * 300 + ".html",
        "a.html/",
        ".",
        "/",
        "-o" + "y" * 300 + ".dot",
        "--te",
        "--s",
    ),
    *("1" * 5000, "--seed=" + "1" * 5000, "\ud800.html", "a b.html", "-1", "-omega", "~", "="),
]
VALUES = ["mu=0.7", "sigma=1.2", "eps~normal", "x=1", "y=-2", "eps~uniform", "x=1e400", "mu=nan"]
COMPLETE = ("sin(mu + sigma*eps)", "mu=0.7", "sigma=1.2", "eps~normal")
_BARE = re.compile(r"Traceback|Warning:|Error\(|<class ")


def _given(rng: Random) -> list[str]:
    command = rng.choice(COMMANDS[:6] if rng.random() < 0.85 else COMMANDS)
    if rng.random() < 0.4:
        words = [command, *COMPLETE]
    else:
        formula = rng.choice((rng.choice(VALID), _mutated(rng), _letters(rng)))
        words = [command, formula, *rng.sample(VALUES, rng.randrange(5))]
    for _ in range(rng.randrange(3)):
        words.insert(rng.randrange(len(words) + 1), rng.choice((*FLAGS, rng.choice(FOREIGN))))
    # What opens a browser or writes the course is tried elsewhere.
    return [word for word in words if word != "demo" and not word.startswith("--o")]


def a_command(rng: Random) -> Trial:
    """A status of 0, 1 or 2, and for 1 and 2 one sentence, or argparse's usage and a line."""
    words = _given(rng)
    typed_in = rng.choice(("", "x*x", "\0", "x\n" * 9000, _letters(rng)))

    def call() -> object:
        out, err = io.StringIO(), io.StringIO()
        here = os.getcwd()
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.object(sys, "stdin", io.StringIO(typed_in)),
        ):
            os.chdir(folder)
            try:
                status = main(words)
                parts = [name for name in os.listdir(folder) if name.endswith(".part")]
            finally:
                os.chdir(here)
        return status, out.getvalue(), err.getvalue(), parts

    return Trial(f"minigrad.cli.main({words!r})", call, lambda found: _wrong(found, words))


def _wrong(found: object, words: list[str]) -> str:
    status, out, err, parts = found  # type: ignore[misc]
    if status not in (0, 1, 2) or parts:
        return f"the status is {status!r}, what stays behind {parts}"
    if status == 0:
        return "" if not err else f"status 0, and yet it says {err[:200]!r}"
    said = err.partition(": error: ")[2] if err.startswith("usage:") else err
    if not said.startswith("minigrad: ") and said is err:
        return f"status {status}, and it says {err[:200]!r}"
    if bare := _BARE.search(said):
        return f"it says {bare[0]!r}: {said[:200]!r}" if bare[0] not in " ".join(words) else ""
    sentence = said.splitlines()[0]
    wrong = wrong_words(sentence, " ".join(words))
    return wrong and f"{wrong}: {sentence[:200]!r}"
