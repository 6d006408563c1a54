"""The README: its code runs as shown, its picture is what its code draws, its commands exist."""

import re
from pathlib import Path

import pytest

import minigrad as mg
from minigrad.registry import OPS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", TEXT, re.S)


@pytest.fixture
def ran(tmp_path, monkeypatch, capsys):
    """All snippets, run one after another in one namespace and an empty folder."""
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    try:
        for snippet in SNIPPETS:
            exec(compile(snippet, "README.md", "exec"), space)
    finally:
        OPS.pop("bump", None)  # its own, so that it can be defined again
    return space, tmp_path, capsys.readouterr().out


def test_the_snippets_do_what_they_say(ran):
    space, _, out = ran
    assert "z     = mu + v1" in out
    assert abs(space["d_mu"] - space["exact"][0]) < 3e-3
    assert abs(space["d_sigma"] - space["exact"][1]) < 3e-3
    assert len([line for line in SNIPPETS[0].splitlines() if line.strip()]) <= 15


def test_the_picture_is_current(ran):
    """Texts are compared, not the places of things: another renderer lays them out otherwise."""
    committed = (ROOT / "demos" / "reparameterised.svg").read_text()
    drawn = (ran[1] / "reparameterised.svg").read_text()
    texts = [sorted(re.findall(r"<text[^>]*>\s*([^<]*?)\s*<", s)) for s in (committed, drawn)]
    assert texts[0] == texts[1] and "⊘ no gradient" in texts[0]
    assert "(demos/reparameterised.svg)" in TEXT


def test_the_commands_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"^ +make ([a-z]+)", TEXT, re.M)
    assert {"demo", "test"} <= set(commands)
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.M)


def test_the_counts_are_current():
    (count,) = re.findall(r"(\d+) functions, under NumPy's names", TEXT)
    assert int(count) == len(mg.ops.__all__)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_the_table_of_floors_names_every_file_and_no_other():
    table = TEXT[TEXT.index("| floor |") : TEXT.index("A node holds")]
    named = {name.strip("/") for name in re.findall(r"`([a-z_]+/?)`", table)} - {"no_grad", "scope"}
    package = ROOT / "minigrad"
    there = {path.stem for path in package.iterdir() if not path.stem.startswith("_")}
    assert named == there - {"py"}
