"""The README: its code runs as shown, its picture is what its code draws, its commands exist."""

import html
import importlib.util
import math
import re
import shlex
import webbrowser
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from demos import _readme
from minigrad.cli import main
from minigrad.engine.op import OPS
from tests.benchmarks.table import BEGIN, END, HEAD, markdown

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
    page = (ran[1] / "lesson.html").read_text(encoding="utf-8")
    assert "<title>One sample into a sine</title>" in page and "noise takes no gradient" in out
    assert len([line for line in SNIPPETS[0].splitlines() if line.strip()]) <= 15


def texts(svg):
    """What a picture says, in whatever order, a space written as itself or as an entity."""
    return sorted(map(html.unescape, re.findall(r"<text[^>]*>\s*([^<]*?)\s*<", svg)))


def test_the_picture_is_current(ran):
    """Texts are compared, not the places of things: another renderer lays them out otherwise."""
    committed = (ROOT / "demos" / "reparameterised.svg").read_text()
    drawn = (ran[1] / "reparameterised.svg").read_text()
    assert texts(committed) == texts(drawn) and "⊘ no gradient" in texts(committed)
    assert "(demos/reparameterised.svg)" in TEXT


def test_the_distribution_of_the_readme_is_right(ran):
    rayleigh = ran[0]["Rayleigh"]
    estimate = mg.pathwise(lambda scale: (rayleigh(scale), mg.square), (1.5,), 100_000, 1)
    assert abs(estimate.value - 4.5) < 5 * estimate.value_se < 0.1
    assert abs(estimate.grads[0] - 6.0) < 5 * estimate.grad_ses[0] < 0.15
    q = rayleigh(1.5)
    z = q.rsample(np.random.default_rng(2), (100_000,)).value
    log_q = q.log_prob(z)
    for sample, true in ((z, q.mean), ((z - q.mean) ** 2, q.variance), (-log_q, q.entropy())):
        assert abs(sample.mean() - true) < 5 * sample.std() / 100_000**0.5


def frameworks():
    """The columns of the table of frameworks, each a program of eight lines, by their headings."""
    table = TEXT[TEXT.index("## From minigrad to") :].partition("\n## ")[0]
    head, _, *rows = [line for line in table.splitlines() if line.startswith("|")]
    names = [cell.strip() for cell in head.split("|")[2:-1]]
    lines = [re.findall(r"`([^`]*)`", row) for row in rows]
    assert len(lines) == 8 and all(len(line) == len(names) for line in lines)
    return {name: "\n".join(column) for name, *column in zip(names, *lines)}


# Its first word is what the program needs; what isn't installed is parsed only.
FRAMEWORKS = {
    "minigrad": "import minigrad as mg; import numpy as np",
    "PyTorch": "import torch",
    "JAX": "import jax; import jax.numpy as jnp",
    "TensorFlow Probability": "import tensorflow_probability as tfp; import tensorflow as tf",
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_eight_lines_say_the_same_in_each_framework(name):
    program = compile(f"{FRAMEWORKS[name]}\n{frameworks()[name]}", name, "exec")
    needed = FRAMEWORKS[name].split()[1].strip(";")
    if name != "minigrad" and importlib.util.find_spec(needed) is None:
        return
    space: dict[str, object] = {}
    exec(program, space)
    damping = math.exp(-0.5 * 1.2**2)
    exact = damping * math.cos(0.7) + 0.7, -1.2 * damping * math.sin(0.7) + 1.2 - 1.0 / 1.2
    for found, true in zip((space["d_mu"], space["d_sigma"]), exact, strict=True):
        assert abs(float(found) - true) < 0.1  # 1,000 draws: five standard errors
    assert abs(float(space["mu"].item()) - (0.7 - 0.1 * float(space["d_mu"]))) < 1e-6


def test_the_table_of_estimators_has_the_variances_that_hold():
    """As measured: f = (z - k)² at μ = 0.3, σ = 0.8, k = 1.1."""
    table = TEXT[TEXT.index("## Which estimator when") :].partition("\nPathwise does")[0]
    quoted = re.findall(r"^\| ([^|]+) \|[^|]*\|[^|]*\| ([^|]*[²⁴][^|]*) \|", table, re.M)
    m, s, h, n = 0.3 - 1.1, 0.8, 0.05, 200_000
    score = mg.score_function
    rows = {
        "`pathwise`": ("4σ²", 4 * s**2, mg.pathwise, {}),
        "`score_function`": (
            "m⁴/σ² + 14m² + 15σ²",
            m**4 / s**2 + 14 * m**2 + 15 * s**2,
            score,
            {},
        ),
        'the same, `baseline="mean"`': (
            "8m² + 10σ²",
            8 * m**2 + 10 * s**2,
            score,
            {"baseline": "mean"},
        ),
        'the same, `baseline="optimal"`': (
            "8m² + 6σ²",
            8 * m**2 + 6 * s**2,
            score,
            {"baseline": "optimal"},
        ),
        "`measure_valued`": ("4m²(4/π − 1)", 4 * m**2 * (4 / math.pi - 1), mg.measure_valued, {}),
        "the same, `common_noise=False`": (
            "Var f/(2h²), h the step",
            (4 * m**2 * s**2 + 2 * s**4) / (2 * h * h),
            mg.finite_difference,
            {"common_noise": False, "step": h},
        ),
    }
    assert dict(quoted) == {name: text for name, (text, *_) in rows.items()}
    for i, (_, variance, estimator, options) in enumerate(rows.values()):
        estimate = estimator(off_target, (0.3, 0.8), n, i, chunk=400, **options)
        assert abs(estimate.z_scores((2 * m, 2 * s))[0]) < 5.0
        found = estimate.grad_ses[0] ** 2 * n
        assert found == pytest.approx(variance, rel=5 * math.sqrt(2.5 / estimate.chunks))


def off_target(mu, sigma):
    return mg.Normal(mu, sigma), lambda z: (z - 1.1) ** 2


def test_the_commands_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"^ +make ([a-z]+)", TEXT, re.M)
    assert {"demo", "test"} <= set(commands)
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.M)


def test_the_commands_print_what_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda address: True)
    commands = re.findall(r"^    \$ (minigrad .*)\n((?:    [^$].*\n)*)", TEXT, re.M)
    assert [command.split()[1] for command, _ in commands] == ["step", "step", "check"]
    for command, shown in commands:
        assert main(shlex.split(command)[1:]) == 0
        printed, quoted = capsys.readouterr().out.split(), shown.split()
        if "check" in command:  # another processor rounds its last number otherwise
            printed, quoted = printed[:-1], quoted[:-1]
        assert quoted == printed or not shown
    assert (tmp_path / "page.html").is_file()


def test_the_table_of_commands_names_each(capsys):
    assert main(["--help"]) == 0
    known = re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.M)
    assert re.findall(r"^\| `minigrad ([a-z]+)` \|", TEXT, re.M) == known


def test_the_counts_are_current():
    (count,) = re.findall(r"(\d+) functions, under NumPy's names", TEXT)
    assert int(count) == len(mg.ops.__all__)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_the_table_of_rooms_names_every_file_and_no_other():
    table = TEXT[TEXT.index("| room |") : TEXT.index("A node holds")]
    named = {name.strip("/") for name in re.findall(r"`([a-z_]+/?)`", table)} - {"explain"}
    package = ROOT / "minigrad"
    there = {path.stem for path in package.iterdir() if not path.stem.startswith("_")}
    assert named == there - {"py"}


def test_the_table_of_the_bench_has_its_date_and_its_shape():
    _, _, rest = TEXT.partition(f"{BEGIN}\n")
    table, end, _ = rest.partition(END)
    assert end
    head, blank, titles, rule, *rows = table.splitlines()
    found = HEAD.match(head)
    assert found and date.fromisoformat(found[1]) <= date.today() and not blank
    assert titles.startswith("| work | ours |") and set(rule) == {"|", "-"}
    assert len(rows) > 40
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert all(len(row) == 6 and row[1] and row[2] for row in cells)
    assert all(re.fullmatch(r"\d+\.\d\d|", row[4]) for row in cells)
    assert all(re.fullmatch(r"([\d.e-]+\*?)?", row[5]) for row in cells)


def test_the_table_of_the_bench_is_written_as_it_stands():
    row = {"case": "a", "ours": "b", "measured": 0.5, "unit": "ms", "peer": "c", "ratio": 1.256}
    machine = {"date": "2026-01-02", "system": "x", "cores": 2, "python": "3.11"}
    rows = [row | {"limit": 1.2, "passed": False}, row | {"limit": None, "passed": None}]
    lines = markdown({"machine": machine, "rows": rows}).splitlines()
    assert HEAD.match(lines[0])[1] == "2026-01-02"
    assert lines[-2:] == [
        "| a | b | 0.50 ms | c | 1.26 | 1.2* |",
        "|  | b | 0.50 ms | c | 1.26 |  |",
    ]


def test_the_reading_order_has_the_length_of_each_file():
    listed = re.findall(r"^\d\. \[(\S+)\]\(\S+\), (\d+) lines", TEXT, re.M)
    assert [name for name, _ in listed][0] == "demos/thirty_lines.py" and len(listed) == 7
    for name, count in listed:
        there = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        assert int(count) == there, f"{name} has {there} lines"


def test_the_pictures_of_what_others_do_not_do_are_current():
    for name, drawing in _readme.pictures().items():
        committed = (ROOT / "demos" / name).read_text(encoding="utf-8")
        assert texts(committed) == texts(drawing.svg) and f"(demos/{name})" in TEXT, name
    assert (ROOT / "demos" / "steps.webp").stat().st_size < 200_000
    assert "z = stop_gradient(mu + sigma·eps) stops it" in str(mg.explain(_readme.walled()))
    assert "log(1 − p) is −inf, from 1 − p = +0.0000" in str(mg.explain(_readme.broken_number()))
