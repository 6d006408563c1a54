"""The command line: what it prints and writes, what it refuses and where, its exit status."""

import inspect
import io
import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import webbrowser
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad as mg
from minigrad.cli import main
from minigrad.distributions.laws import LAWS
from minigrad.engine.op import OPS
from minigrad.formulas.calls import families, functions
from minigrad.formulas.tokens import typed_number
from tests.support.references import executed

SINE = ("sin(mu + sigma*eps)", "mu=0.7", "sigma=1.2", "eps~normal", "--seed", "3")


def run(capsys, *words, command="code"):
    status = main([command, *words])
    out, err = capsys.readouterr()
    return status, out, err


def sine():
    """The tape that SINE asks for."""
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
    return mg.sin(mu + sigma * mg.noise(np.random.default_rng(3)))


# ----------------------------------------------------------------------------------- the commands


def test_code_prints_a_program(capsys):
    status, out, err = run(capsys, *SINE)
    assert (status, err) == (0, "")
    value, (d_mu, d_sigma) = executed(out)(0.7, 1.2, 0.5)
    assert np.allclose([value, d_mu, d_sigma], [np.sin(1.3), np.cos(1.3), 0.5 * np.cos(1.3)])
    status, out, _ = run(capsys, *SINE, "--language", "javascript")
    assert status == 0 and "function f_and_grad(mu, sigma, eps) {" in out


def test_step_writes_a_page(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, *SINE, command="step") == (0, "wrote lesson.html\n", "")
    assert run(capsys, *SINE, "-o", "a b.html", command="step") == (0, "wrote a b.html\n", "")
    pages = [Path(name).read_text(encoding="utf-8") for name in ("lesson.html", "a b.html")]
    for page in pages:
        assert page.startswith("<!doctype html>") and f"<title>{SINE[0]}</title>" in page
        (data,) = re.findall(
            r'<script type="application/json" id="data">(.*?)</script>', page, re.S
        )
        (pane,) = json.loads(data)["panes"]
        assert [node["law"] for node in pane["nodes"] if node["kind"] == "noise"] == ["normal"]
        assert pane["live"] and [pane["nodes"][i]["name"] for i in pane["knobs"]] == ["mu", "sigma"]


def test_step_prints_the_ledger_and_writes_pictures(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = mg.step_through(sine()).text().replace("(leaves)", "")
    assert "⊘ eps: noise takes no gradient" in ledger
    status, out, err = run(capsys, *SINE, "--text", command="step")
    assert (status, err) == (0, "") and sorted(out.split()) == sorted(ledger.split())
    assert not list(tmp_path.iterdir())  # no page was asked for
    status, both, _ = run(capsys, *SINE, "--text", "-o", "x.html", command="step")
    assert (status, both) == (0, f"{out}wrote x.html\n") and Path("x.html").is_file()
    status, out, _ = run(capsys, *SINE, "--frames", "slides", command="step")
    frames = sorted(Path("slides").iterdir())
    assert (status, out) == (0, f"wrote {len(frames)} pictures into slides\n")
    assert len(frames) == 1 + max(r.step for r in mg.step_through(sine()).steps)
    assert not Path("lesson.html").exists()
    status, out, _ = run(capsys, *SINE, "--frames", "film", "--kind", "gif", command="step")
    assert (status, out) == (0, "wrote 1 picture into film\n") and Path("film/steps.gif").is_file()
    run(capsys, *SINE, "--live", "-o", "live.html", command="step")
    assert 'id="engine"' in Path("live.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["step", "draw"])
def test_a_graph_too_large_for_a_picture(capsys, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "+".join(["x"] * 302), "x=1", command=command)
    assert (status, out) == (1, "") and "the graph has 302 nodes" in err
    assert not list(tmp_path.iterdir())


def test_draw_prints_or_writes_what_draw_makes(capsys, tmp_path):
    output = sine()
    output.backward()
    drawing = mg.draw(output, title=SINE[0])
    assert run(capsys, *SINE, "--dot", command="draw") == (0, f"{drawing.dot}\n", "")
    status, out, err = run(capsys, *SINE, command="draw")
    assert (status, err) == (0, "") and ElementTree.fromstring(out).tag.endswith("svg")
    assert "⊘ no gradient" in out and "grad +" in out
    for suffix, start in ((".svg", "<svg"), (".dot", "digraph"), (".html", "<!doctype html>")):
        file = tmp_path / f"a picture{suffix}"
        assert run(capsys, *SINE, "-o", str(file), command="draw") == (0, f"wrote {file}\n", "")
        assert file.read_text(encoding="utf-8").startswith(start)


def test_what_takes_no_gradient_is_drawn_too(capsys):
    status, out, _ = run(capsys, "e > 0", "e~normal", "--dot", command="draw")
    assert status == 0 and out.startswith("digraph")


def test_check_prints_both_gradients(capsys):
    status, out, err = run(capsys, *SINE, command="check")
    assert (status, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split("  ")[0] == "parameter" and head.split()[1:] == [
        "by",
        "backward",
        "by",
        "differences",
        "error",
    ]
    eps = np.random.default_rng(3).standard_normal()
    exact = {"mu": math.cos(0.7 + 1.2 * eps), "sigma": eps * math.cos(0.7 + 1.2 * eps)}
    assert [line.split()[0] for line in lines] == ["mu", "sigma"]
    for line in lines:
        name, backward, differences, error = line.split()
        assert float(backward) == pytest.approx(exact[name], rel=1e-10)
        assert float(differences) == pytest.approx(exact[name], rel=1e-9)
        assert float(error) < 1e-10


def test_a_failed_check(capsys, monkeypatch):
    rule = OPS["sin"].rules[0]
    monkeypatch.setattr(OPS["sin"].call, "rules", (lambda g, y, x: 1.01 * rule(g, y, x),))
    status, out, err = run(capsys, "sin(x)", "x=0", command="check")
    assert status == 1 and out.splitlines()[1].split() == ["x", "1.01", "1", "1.0e-02"]
    assert err == (
        "minigrad: the gradient with respect to argument 0 x is 1.01, central differences give 1: "
        "error 0.01, allowed 1.02e-06\n"
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["log(x)", "x=-1"], "f is nan here: choose a point in its domain"),
        (["sqrt(x)", "x=0"], "finite only on one side of argument 0 x"),
        (["sin(x)", "x~normal"], "there is no parameter to check: give a name a number"),
    ],
)
def test_what_can_not_be_checked(capsys, words, why):
    status, _, err = run(capsys, *words, command="check")
    assert status == 1 and why in err and err.count("\n") == 1


def test_explain_prints_the_report(capsys):
    assert run(capsys, *SINE, command="explain") == (0, f"{mg.explain(sine())}\n", "")
    status, out, _ = run(capsys, "where(x > 0, 1, 2)", "x=3", command="explain")
    assert status == 0 and "no gradient" in out


# ----------------------------------------------------------------------- formulas and their values


@pytest.mark.parametrize("law", sorted(LAWS))
def test_noise_of_every_law(capsys, law):
    """The number is the law's own standard draw of that seed."""
    draws = [float(LAWS[law].draw(np.random.default_rng(seed), ())) for seed in range(200)]
    for seed in (0, 1, 2, 199):
        words = ("0*x + u", "x=1", f"u~{law}", "--seed", f"{seed}")
        _, out, _ = run(capsys, *words, command="explain")
        assert "noise: it takes no gradient" in out
        drawn = float(out.split("is ")[1].split()[0].replace("−", "-"))
        assert drawn == pytest.approx(draws[seed], abs=5.1e-5)
    quantiles = {  # at 1/4, 1/2, 3/4
        "normal": (-0.674, 0.0, 0.674),
        "uniform": (0.25, 0.5, 0.75),
        "laplace": (-math.log(2), 0.0, math.log(2)),
        "logistic": (-math.log(3), 0.0, math.log(3)),
        "gumbel": tuple(-math.log(-math.log(p)) for p in (0.25, 0.5, 0.75)),
        "cauchy": (-1.0, 0.0, 1.0),
        "half_normal": (0.319, 0.674, 1.150),
        "half_cauchy": tuple(math.tan(0.5 * math.pi * p) for p in (0.25, 0.5, 0.75)),
        "exponential": tuple(-math.log(1 - p) for p in (0.25, 0.5, 0.75)),
    }
    for p, quantile in zip((0.25, 0.5, 0.75), quantiles[law], strict=True):
        below = sum(x <= quantile for x in draws)
        assert abs(below - 200 * p) < 5 * math.sqrt(200 * p * (1 - p)), (law, p, below)


def test_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("x*x\n  + y\n"))
    status, out, _ = run(capsys, "-", "x=3", "y=1")
    assert status == 0 and executed(out)(3.0, 1.0) == (10.0, (6.0, 1.0))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    status, out, err = run(capsys, "-")
    assert (status, out) == (2, "") and "the formula is empty" in err


def test_flags_may_stand_between_the_values(capsys):
    words = ("x*y*u", "x=3", "--seed", "4", "y=2", "--language", "python", "u~uniform")
    moved = ("--language", "python", "x*y*u", "x=3", "y=2", "u~uniform", "--seed", "4")
    assert run(capsys, *words) == run(capsys, *moved)
    assert run(capsys, *words)[0] == 0


@pytest.mark.parametrize("text", ["-omega", "-h*omega", "-omega*h"])
def test_a_formula_may_begin_with_a_minus(capsys, text):
    values = [f"{name}=2" for name in ("h", "omega") if name in text]
    status, out, _ = run(capsys, text, *values, command="explain")
    assert status == 0 and "is −" in out


def test_everything_that_may_stand_in_a_formula(capsys):
    text = "-where(x >= 1, +x**2, .5) / (1e-1 - σ) * pi + maximum(x, 2) * (x == 3)"
    status, out, _ = run(capsys, text, "σ=3", "x=-2")
    assert status == 0
    value, (d_σ, d_x) = executed(out)(3.0, -2.0)
    assert np.isclose(value, -0.5 / (0.1 - 3.0) * np.pi) and d_x == 0.0
    assert run(capsys, "-x", "x=1")[0] == 0


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("x + foo", 4, "foo has no value: add foo=1.0"),
        ("x*__import__('os')", 13, "not this"),
        ("x*__import__(x)", 2, "__import__ is not a function here"),
        ("x.real", 1, "not this"),
        ("(x + 1) .real", 8, "not this"),
        ("(1 < x < 2) * 3", 7, "write two comparisons as (1 < x) * (x < 2)"),
        ("x in x", 2, "not this"),
        ("x + [1][0]", 4, "not this"),
        ("(lambda: x)()", 7, "not this"),
        ("x if x else 1", 2, "not this"),
        ("x and 1", 2, "not this"),
        ("0 < x < 1", 6, "write two comparisons as (1 < x) * (x < 2)"),
        ("x + 'a'", 4, "not this"),
        ("x + 1j", 5, "an operator is missing here: 2x is written 2*x"),
        ("x + True", 4, "not this"),
        ("x + -True", 5, "not this"),
        ("x // 2", 3, "a number, a name or a function is missing here"),
        ("f'{x}'", 1, "not this"),
        ("x + 1e999", 4, "too large"),
        ("x + 1" + "0" * 90 + "e300", 4, "too large"),
        ("tan(x, x)", 0, "tan takes (x), not 2 inputs"),
        ("sum(x)", 0, "sum is not a function here"),
        ("exp(x=x)", 5, "= gives a name its value"),
        ("x +", 3, "is missing here"),
        ("x + (", 5, "is missing here"),
        ("x + (x", 4, "'(' was never closed"),
        ("x + 1) * 2", 5, "this ')' closes nothing"),
        ("ln(x)", 0, "ln is not a function here: did you mean log?"),
        ("sigmod(x)", 0, "did you mean sigmoid?"),
        ("soft_clip(x, 2, 1)", 0, "needs low < high"),
    ],
)
def test_refused_with_a_caret(capsys, text, column, why):
    status, out, err = run(capsys, text, "x=1")
    assert (status, out) == (2, "") and why in err
    line, caret = err.splitlines()[-2:]
    assert line == f"  {text}" and caret.index("^") == column + 2


def test_the_caret_counts_characters(capsys):
    _, _, err = run(capsys, "σ*ε*foo", "σ=1", "ε~normal")
    assert err.splitlines()[-1] == "      ^"
    _, _, err = run(capsys, "σ*ε²[0]", "σ=1", "ε~normal")
    assert err.splitlines()[-1] == "      ^"


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("where(x > 0, x, -x)", ["where(x > 0, x, −x)", "x > 0"]),
        ("(x <= 1) * x", ["x ≤ 1"]),
        ("x * (x != 0)", ["x ≠ 0"]),
        ("x**-2 - -1", ["x^(−2) − (−1)", "∂L/∂x += ∂L/∂(x^(−2)) × (−2·x^(−3))"]),
    ],
)
def test_the_steps_are_those_of_the_formula_as_typed(capsys, text, listed):
    _, out, _ = run(capsys, text, "x=2", "--text", command="step")
    assert all(f" {each} " in out for each in listed) and "⊘ −2" not in out


def test_a_sum_of_eight_hundred_terms(capsys):
    text = " + ".join(["x"] * 400 + ["2*x"] * 400)
    status, out, _ = run(capsys, text, "x=2", command="check")
    assert (status, out.splitlines()[1].split()[:2]) == (0, ["x", "1200"])
    _, _, err = run(capsys, "sin(" * 90 + "x" + ")" * 90, "x=2", command="check")
    assert err == ""
    _, _, err = run(capsys, "(" * 500 + "x" + ")" * 500, "x=2", command="check")
    assert "brackets nest more than 90 deep" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x=1", "y=2"], "y does not occur in x"),
        (["x=1", "x=2"], "x is given twice"),
        (["x=a"], "x=a: write a number like -1.5e3, inf or nan"),
        (["x=0x10"], "write a number like"),
        (["x=1_000"], "write a number like"),
        (["x=١٢"], "write a number like"),
        (["x="], "write a number like"),
        (["x=" + "9" * 400], "too large: a float is at most 1.8e308"),
        (["x=1e400"], "x=1e400: this number is too large"),
        (["x=-1e999"], "x=-1e999: this number is too large"),
        (["x=1e-400"], "too near to 0: a float is 0, or at least 5e-324"),
        (["x~poisson"], "x~poisson: noise is x~normal, x~uniform, "),
        (["x"], "'x' is neither NAME=NUMBER nor NAME~normal"),
        (["x=1", "-z"], "'-z' is neither NAME=NUMBER nor NAME~normal"),
        (["2x=1"], "neither NAME=NUMBER nor NAME~normal"),
        ([], "x has no value"),
    ],
)
def test_values_that_are_refused(capsys, words, why):
    status, out, err = run(capsys, "x", *words)
    assert (status, out) == (2, "") and why in err


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+3", 3.0),
        ("-.5", -0.5),
        ("−5.", -5.0),
        ("-inf", -math.inf),
        ("0e999", 0.0),
        ("5e-324", 5e-324),
    ],
)
def test_values_that_are_taken(typed, number):
    assert typed_number(typed) == number


def test_what_has_no_program(capsys):
    status, out, err = run(capsys, "x > 0", "x=1")
    assert (status, out) == (1, "") and "depends on no parameter" in err


@pytest.mark.parametrize(
    "text", ["(" * 500 + "x", "x" * 20_000, "x\0", "x" + "-" * 5000, "x^" * 3000]
)
def test_hostile_formulas_are_refused_in_a_sentence(capsys, text):
    status, out, err = run(capsys, text, "x=1")
    assert (status, out) == (2, "") and err.startswith("minigrad: ") and len(err) < 12_000


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x*" + 5000 * "9", "x=1"], "a float is at most 1.8e308"),
        (["x", "x=1", "--seed", 5000 * "9"], "not a whole number"),
        (["1if x else 2", "x=1"], "not this"),
    ],
)
def test_numbers_and_words_that_are_refused_in_one_sentence(capsys, words, why):
    try:
        status = main(["code", *words])
    except SystemExit as stopped:  # of argparse
        status = stopped.code
    out, err = capsys.readouterr()
    assert (status, out) == (2, "") and why in err and "Traceback" not in err


# --------------------------------------------------------------------------- files and the browser


def test_files_that_begin_with_a_minus_or_follow_the_flag_at_once(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words, name in ((("-o", "-foo.svg"), "-foo.svg"), (("-obar.dot",), "bar.dot")):
        assert run(capsys, "-x", "x=1", *words, command="draw") == (0, f"wrote {name}\n", "")
        assert Path(name).is_file()


def test_a_long_formula_is_cut_in_the_title(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(capsys, " + ".join(["x"] * 100), "x=1", command="step")
    title = re.search("<title>(.*?)</title>", Path("lesson.html").read_text(encoding="utf-8"))[1]
    assert len(title) == 80 and title.endswith("x +…")


def test_what_can_not_be_written(capsys, tmp_path):
    file = tmp_path / "no such folder" / "x.dot"
    status, out, err = run(capsys, "x*x", "x=3", "-o", str(file), command="draw")
    assert (status, out) == (1, "") and err.startswith(f"minigrad: can't write {file}: there is no")
    file = tmp_path / "x.dot"
    file.mkdir()
    status, out, err = run(capsys, "x*x", "x=3", "-o", str(file), command="draw")
    assert (status, out) == (1, "") and "name a place that you may write to" in err


def test_without_a_renderer_the_status_is_1(capsys, monkeypatch):
    def fails(dot):
        raise OSError("on purpose")

    monkeypatch.setattr("minigrad.pictures.render._webassembly", fails)
    monkeypatch.setattr("minigrad.pictures.render._executable", fails)
    status, out, err = run(capsys, "x*x", "x=3", command="draw")
    assert (status, out) == (1, "") and "pip install" in err


def test_open_shows_the_file(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    seen = []
    monkeypatch.setattr(webbrowser, "open", lambda address: seen.append(address) or True)
    words = ("x*x", "x=3", "--open")
    assert run(capsys, *words, command="draw") == (0, "wrote graph.html\n", "")
    assert run(capsys, *words, "-o", "a b.svg", command="draw") == (0, "wrote a b.svg\n", "")
    assert seen == [(tmp_path / name).as_uri() for name in ("graph.html", "a b.svg")]
    assert all((tmp_path / name).is_file() for name in ("graph.html", "a b.svg"))
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    status, out, err = run(capsys, *words, command="draw")
    assert (status, out) == (1, "wrote graph.html\n")
    assert err == "minigrad: found no browser to open: open graph.html yourself\n"


# ------------------------------------------------------------------------------------ the arguments


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["code"], "the following arguments are required: expression"),
        (["code", "x", "--language", "c"], "invalid choice: 'c'"),
        (["code", "x", "--seed", "-1"], "--seed"),
        (["code", "x", "x=1", "--text"], "unrecognized arguments: --text"),
        (["draw", "x", "x=1", "-o", "x.gif"], "'x.gif' does not end in .svg or .dot or .html or"),
        (["draw", "x", "x=1", "-o"], "argument -o: expected one argument"),
        (["paint", "x"], "invalid choice: 'paint'"),
    ],
)
def test_usage(words, why, capsys):
    status = main(words)
    err = capsys.readouterr().err
    assert status == 2 and err.startswith("usage: minigrad") and why in err


def test_help_names_the_commands_and_the_exit_status(capsys):
    status = main(["-h"])
    out = capsys.readouterr().out
    assert status == 0 and "exit status: 0 good; 1 the check failed" in out
    for command in ("step", "draw", "check", "code", "explain"):
        status = main([command, "--help"])
        shown = capsys.readouterr().out
        assert status == 0 and f"    {command} " in out
        assert "standard input" in shown and "NAME~normal" in shown


def test_python_m_minigrad():
    command = [sys.executable, "-W", "error", "-m", "minigrad"]
    done = subprocess.run([*command, "code", "x*x", "x=3"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and executed(done.stdout)(3.0) == (9.0, (6.0,))
    done = subprocess.run([*command, "check", "abs(x"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "") and "was never closed" in done.stderr
    done = subprocess.run(
        [*command, "check", "-", "x=0"], input="relu(x)", capture_output=True, text=True
    )
    assert done.returncode == 1 and "f has a kink at argument 0 x: its slope is 0" in done.stderr


def test_a_reader_that_has_seen_enough():
    """As in `minigrad draw … | head -1`: no traceback."""
    command = [sys.executable, "-m", "minigrad", "draw", "+".join(["x"] * 60), "x=1", "--dot"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


# ------------------------------------------------------------------------------ what goes wrong


def minigrad(*words, **keywords):
    command = [sys.executable, "-W", "error", "-m", "minigrad", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, **keywords)


SHELL = pytest.mark.skipif(os.name == "nt", reason="as a POSIX shell does it")


def shell(line, timeout=100):
    line = line.replace("minigrad", f"{shlex.quote(sys.executable)} -W error -m minigrad")
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=timeout)


@SHELL
@pytest.mark.parametrize(
    ("line", "status", "why"),
    [
        ("minigrad code - <&-", 2, "standard input is closed: give the formula as an argument"),
        ("minigrad code 'x*x' x=3 >&-", 1, "standard output is closed"),
        ("minigrad code 'x*x' x=3 >/dev/full", 1, "standard output: No space left on device"),
        ("yes 'x +' | minigrad code - x=3", 2, "standard input has more than 10,000 characters"),
        ("printf '\\377\\376' | minigrad code - x=3", 2, "not this"),
        ("minigrad draw 'x*x' x=3 -o /dev/full/x.svg", 1, "can't write /dev/full/x.svg"),
    ],
)
def test_one_sentence_and_the_exit_status(line, status, why):
    if "/dev/full" in line and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    done = shell(line)
    assert (done.returncode, done.stdout) == (status, "")
    assert why in done.stderr and "Traceback" not in done.stderr and "rror:" not in done.stderr[:9]


@SHELL
def test_nothing_is_said_where_nobody_listens():
    done = shell("minigrad code 'x +' x=3 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_ctrl_c_ends_it_in_a_word(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("minigrad.cli.running.typed", interrupted)
    assert main(["code", "x", "x=1"]) == 130
    assert capsys.readouterr() == ("", "minigrad: interrupted\n")


@SHELL
def test_ctrl_c_while_it_waits_for_input():
    code = "import sys; from minigrad.cli import main; print(); sys.exit(main(['code', '-']))"
    command = [sys.executable, "-u", "-c", code]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A job in the background, as tests may be, hears no Ctrl-C.
    listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, text=True, preexec_fn=listen, **pipes) as process:
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err == "minigrad: interrupted\n"


@pytest.mark.parametrize("name", sorted(functions()))
@pytest.mark.parametrize("command", ["step", "code", "check", "explain"])
def test_every_function_with_every_command(capsys, name, command):
    """Whatever can't be done is said in a sentence."""
    count = len(OPS[name].rules)
    words = [f"{name}({', '.join('xyz'[:count])}) + w", *("x=.3", "y=.4", "z=.6")[:count], "w=1"]
    status, out, err = run(capsys, *words, *["--text"] * (command == "step"), command=command)
    assert status in (0, 1) and bool(err) == (status == 1) and len(out + err) > 10


@pytest.mark.parametrize("name", sorted(families()))
def test_every_distribution(capsys, name):
    given = {"Bernoulli": "0.3", "Uniform": "0, 2", "RelaxedBernoulli": "0.5, 0.3"}
    count = len(inspect.signature(getattr(mg, name)).parameters)
    text = f"q ~ {name}({given.get(name, ', '.join(['1.5', '2', '3', '4'][:count]))}); q*x"
    status, out, err = run(capsys, text, "x=1.5", command="check")
    assert status in (0, 1, 2) and len(out + err) > 10 and err.count("Traceback") == 0


def test_version_and_help(capsys):
    for words in (["--version"], ["-V"]):
        assert main(words) == 0
        assert capsys.readouterr().out == f"minigrad {mg.__version__}\n"
    assert main([]) == 0
    bare = capsys.readouterr().out
    assert main(["--help"]) == 0
    assert bare == capsys.readouterr().out and bare.startswith("usage: minigrad")
    assert {*functions(), *families(), "kl(q)"} <= set(re.split(r"[ ,\n]+", bare))


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_draw_prints_by_the_name_of_the_file(capsys, tmp_path, suffix):
    pytest.importorskip("matplotlib")
    file = tmp_path / f"x{suffix}"
    assert run(capsys, *SINE, "-o", str(file), command="draw") == (0, f"wrote {file}\n", "")
    assert file.read_bytes()[:5] in (b"\x89PNG\r", b"%PDF-")


def test_a_program_of_several_lines(capsys, monkeypatch):
    text = "z = mu + sigma*eps\neps ~ normal\nmu = 0.7; sigma = 1.2\nsin(z)\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    status, out, err = run(capsys, "-", "sigma=2", "--seed", "3")
    assert (status, err) == (0, "")
    value, (d_sigma, d_mu) = executed(out)(2.0, 0.7, 0.5)
    assert np.allclose([value, d_mu, d_sigma], [np.sin(1.7), np.cos(1.7), 0.5 * np.cos(1.7)])
    words = ("q ~ Normal(mu, sigma); (q - 2)^2 + kl(q)", "mu=.5", "sigma=1")
    status, out, err = run(capsys, *words, command="check")
    assert (status, err) == (0, "") and [line.split()[0] for line in out.splitlines()[1:]] == [
        "mu",
        "sigma",
    ]
    status, out, _ = run(capsys, *words, "--text", command="step")
    assert status == 0 and "eps_q" in out
    status, out, _ = run(capsys, *words)
    assert status == 0 and "def f_and_grad(mu, sigma, eps_q)" in out


def test_demo_writes_the_course_and_opens_it(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    asked = []

    def course(given):
        asked.append(given)
        folder = Path(given[given.index("--out") + 1])
        folder.mkdir(parents=True)
        (folder / "index.html").write_text("the course")
        return 0

    monkeypatch.setattr("demos.__main__.main", course)
    monkeypatch.setattr(
        "minigrad.cli.commands.find_spec", lambda name: name != "minigrad.demos" or None
    )
    folder = tmp_path / "a course"
    assert main(["demo", "-o", str(folder)]) == 0
    assert asked == [["--quick", "--out", str(folder)]]
    assert opened == [(folder / "index.html").resolve().as_uri()]
    assert main(["demo", "--all", "--no-open", "-o", str(tmp_path / "all")]) == 0
    assert asked[1][0] == "--out" and len(opened) == 1
