"""The command line: what it prints, what it refuses and where, its exit status."""

import subprocess
import sys

import numpy as np
import pytest

from minigrad.cli import main

from .references import executed


def run(capsys, *words):
    status = main(["code", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_code_prints_a_program(capsys):
    words = ("sin(mu + sigma*eps)", "mu=0.7", "sigma=1.2", "eps~normal", "--seed", "3")
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, "")
    value, (d_mu, d_sigma) = executed(out)(0.7, 1.2, 0.5)
    assert np.allclose([value, d_mu, d_sigma], [np.sin(1.3), np.cos(1.3), 0.5 * np.cos(1.3)])
    status, out, _ = run(capsys, *words, "--language", "javascript")
    assert status == 0 and "function f_and_grad(mu, sigma, eps) {" in out


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
        ("x*__import__('os')", 2, "__import__ is no function here: abs"),
        ("x.real", 0, "not this"),
        ("x + [1][0]", 4, "not this"),
        ("(lambda: x)()", 0, "not this"),
        ("x if x else 1", 0, "not this"),
        ("x and 1", 0, "not this"),
        ("0 < x < 1", 0, "not this"),
        ("x + 'a'", 4, "not this"),
        ("x + 1j", 4, "not this"),
        ("x + True", 4, "not this"),
        ("x // 2", 0, "not this"),
        ("f'{x}'", 0, "not this"),
        ("x + 1" + "0" * 400, 4, "too large"),
        ("tan(x, x)", 0, "tan takes 1 inputs, not 2"),
        ("sum(x)", 0, "sum is no function here"),
        ("exp(x=x)", 0, "not this"),
        ("x +", 3, "this is no formula"),
        ("x + (", 4, "this is no formula"),
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


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x=1", "y=2"], "y does not occur in x"),
        (["x=1", "x=2"], "x is given twice"),
        (["x=a"], "'a' is no number"),
        (["x~uniform"], "the only noise is x~normal"),
        (["x"], "neither NAME=NUMBER nor NAME~normal"),
        (["2x=1"], "neither NAME=NUMBER nor NAME~normal"),
        ([], "x has no value"),
    ],
)
def test_values_that_are_refused(capsys, words, why):
    status, out, err = run(capsys, "x", *words)
    assert (status, out) == (2, "") and why in err


def test_what_has_no_program(capsys):
    status, out, err = run(capsys, "x > 0", "x=1")
    assert (status, out) == (1, "") and "depends on no parameter" in err


@pytest.mark.parametrize("text", ["+".join(["x"] * 4000), "(" * 500 + "x", "x" * 20_000, "x\0"])
def test_hostile_formulas_are_refused_in_a_sentence(capsys, text):
    status, out, err = run(capsys, text, "x=1")
    assert (status, out) == (2, "") and err.startswith("minigrad: ") and len(err) < 12_000


@pytest.mark.parametrize("words", [[], ["x", "--language", "c"], ["x", "--seed", "-1"]])
def test_usage(words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["code", *words])
    assert stop.value.code == 2 and "usage: minigrad code" in capsys.readouterr().err


def test_python_m_minigrad():
    command = [sys.executable, "-m", "minigrad", "code", "x*x", "x=3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert executed(done.stdout)(3.0) == (9.0, (6.0,))
