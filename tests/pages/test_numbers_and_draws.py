"""numbers.js and random.js, run by Node.js: Python's text for each number, and each law's draws."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from scipy import stats

from minigrad.distributions import laws
from minigrad.emit.rule_table import rule_table
from minigrad.pages.document import as_data, page_file
from minigrad.pictures.labels import number, numbers

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js, which runs the scripts, is not installed"
)

DRAWS = 200_000
LAWS = {
    "normal": stats.norm,
    "uniform": stats.uniform,
    "exponential": stats.expon,
    "gumbel": stats.gumbel_r,
    "logistic": stats.logistic,
    "laplace": stats.laplace,
    "cauchy": stats.cauchy,
    "half_normal": stats.halfnorm,
    "half_cauchy": stats.halfcauchy,
}


def run(files, script, given=None):
    """What `script`, an expression over the files and `given`, is in JavaScript."""
    data = f"const given = {as_data(given)};"
    sources = [rule_table([], arrays=True), *map(page_file, files.split())]
    lines = "\n".join([*sources, data, f"console.log(JSON.stringify({script}));"])
    done = subprocess.run(["node", "-"], input=lines, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def hard_numbers():
    """Of every size, many of them half-way between two texts, and what is not finite."""
    rng = np.random.default_rng(0)
    halves = rng.integers(1, 2_000_000, 5_000) / 2.0 ** rng.integers(1, 20, 5_000)
    tens = 10.0 ** rng.uniform(-320.0, 308.0, 3_000)
    short = rng.integers(1, 10_000, 5_000) / 10.0 ** rng.integers(0, 12, 5_000)
    ends = [10.0**k * (1.0 + e) for k in range(-12, 24) for e in (-1e-9, -1e-5, -5e-5, 0.0, 5e-5)]
    whole = rng.integers(0, 2**53, 500).astype(float) * 4.0 ** rng.integers(0, 30, 500)
    sizes = np.concatenate([halves, tens, short, ends, whole, [0.0, np.inf, np.nan, 5e-324]])
    return np.concatenate([sizes, -sizes]).tolist()


@pytest.mark.parametrize("digits", [4, 3])
def test_a_number_has_the_text_that_python_gives_it(digits):
    given = hard_numbers()
    found = run("numbers.js", f"given.map((x) => asText(numberOf(x), {digits}))", given)
    wrong = [(x, number(x, digits), t) for x, t in zip(given, found) if number(x, digits) != t]
    assert wrong == []


def test_a_drawn_array_has_the_text_of_the_picture():
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=shape) for shape in ((), (0,), (3,), (2, 3), (6, 1), (7,), (4, 4))]
    arrays.append(arrays[-1] - arrays[-1].mean())  # its mean is 0 but for rounding
    data = [
        {"shape": a.shape, "cells": a.ravel().tolist(), "cut": False}
        | ({"low": a.min(), "mean": a.mean(), "high": a.max()} if a.size else {})
        for a in arrays[1:]
    ]
    found = run("numbers.js engine.js arrays.js", "given.map(anyAsText)", data)
    assert found == [numbers(a) for a in arrays[1:]]


@pytest.mark.parametrize("law", LAWS)
def test_a_draw_follows_its_law(law):
    draw = f"((uniform) => () => LAWS.{law}(uniform))(generator(7))"
    found = run("random.js", f"Array.from({{length: {DRAWS}}}, {draw})")
    wider = np.multiply(1.03, found)
    assert stats.kstest(found, LAWS[law].cdf, method="asymp").pvalue > 1e-3
    assert stats.kstest(wider, LAWS[law].cdf, method="asymp").pvalue < 1e-3


def test_no_law_is_left_out():
    """Neither of the page's nor of those that Python draws noise from."""
    assert run("random.js", "Object.keys(LAWS).sort()") == sorted(LAWS)
    python = {law.name for law in vars(laws).values() if isinstance(law, laws.Law)}
    assert len(python) >= 9 and python <= set(LAWS)


def test_seeds_next_to_each_other_have_nothing_in_common():
    draw = "[...Array(200).keys()].map((seed) => Array.from({length: 200}, generator(seed)))"
    draws = np.array(run("random.js", draw))
    assert draws.min() > 0.0 and draws.max() < 1.0 and len(np.unique(draws)) == draws.size
    for table in (draws, draws.T):  # along a seed, and across seeds
        off = np.corrcoef(table)[~np.eye(200, dtype=bool)]
        assert abs(off).max() < 5.5 / np.sqrt(200)
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 1e-4
    assert stats.kstest(draws[:, 0], "uniform").pvalue > 1e-4
