"""Graphs computed by the page's engine under Node.js, and the same in Python."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence

import numpy as np
import pytest

import minigrad as mg
from minigrad.emit.rule_table import Use, rule_table
from minigrad.engine.values import Value
from minigrad.equations.shares import shares_of
from minigrad.pages.document import as_data, page_file
from minigrad.pages.lesson.replay import moved_leaves, ops_of, rule_of, why_frozen

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js, which runs the replays, is not installed"
)
Parts = dict[str, list]
_RUN = """const results = calls.map(([{ nodes, output, values, moved }, leaves]) => {
  const given = values.map((x) => (x === null ? x : numberOf(x)));
  moved.forEach((i, k) => (given[i] = valueFrom(leaves[k])));
  const { values: found, slopes, shares, sums } = runTape(nodes, output, given);
  return JSON.stringify({ values: found, slopes, shares, sums }, (_, x) =>
    x instanceof Float64Array ? [...x]
    : typeof x === "number" && !Number.isFinite(x) ? String(x) : x);
});
function valueFrom(x) {
  return x.shape ? array(x.shape, x.cells.map(numberOf)) : numberOf(x);
}"""


def in_python(output: mg.Var) -> Parts:
    """What a run of this graph has to give: by part, a list of floats and arrays."""
    equations = mg.equations_of(output)
    values = [row.value for row in equations]
    seed = np.ones(output.shape) if output.shape else 1.0
    shares = list(shares_of(equations, equations.outputs[0], values, seed))
    return {
        "values": values,
        "slopes": [share.slope for share in shares],
        "shares": [share.amount for share in shares],
        "sums": [share.total for share in shares],
    }


def as_sent(output: mg.Var) -> tuple[dict[str, object], list[Use]]:
    """The graph as the engine takes it: nodes, output, plain numbers, which leaves are moved."""
    equations = mg.equations_of(output)
    assert not why_frozen(equations)
    nodes = [
        {"rule": rule_of(equations, row), "inputs": row.inputs, "takes": row.requires_grad}
        for row in equations
    ]
    graph = {
        "nodes": nodes,
        "output": equations.outputs[0],
        "values": [row.value if row.is_literal else None for row in equations],
        "moved": moved_leaves(equations),
    }
    return graph, ops_of([equations])


def leaves_of(output: mg.Var) -> list[object]:
    """The numbers of the leaves that are moved, as they are sent."""
    equations = mg.equations_of(output)
    return [_sent(equations[i].value) for i in moved_leaves(equations)]


def _sent(value: Value) -> object:
    if isinstance(value, float):
        return value
    return {"shape": value.shape, "cells": value.ravel().tolist()}


def script_of(calls: Sequence[object], uses: Iterable[Use]) -> str:
    """The engine, and what it makes of each (graph, leaves), in JSON: `results`."""
    return "\n".join(
        [
            '"use strict";',
            rule_table(uses, arrays=True),
            *map(page_file, ("numbers.js", "engine.js", "arrays.js")),
            f"const calls = {as_data(calls)};",
            _RUN,
        ]
    )


def run(calls: Sequence[object], uses: Iterable[Use]) -> list[Parts]:
    """What the engine makes of them under Node.js."""
    script = f"{script_of(calls, uses)}\nconsole.log(results.join('\\n'));"
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True)
    assert not done.returncode, done.stderr[-1000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def read(x: object) -> object:
    """A number or an array, as JSON brings it."""
    if isinstance(x, dict):
        cells = x["cells"] if isinstance(x["cells"], list) else [*x["cells"].values()]
        if any(isinstance(cell, str) for cell in cells):
            cells = [*map(read, cells)]
        return np.array(cells, float).reshape(x["shape"])
    return x if x is None else float(str(x).replace("Infinity", "inf"))


def assert_same(found: Parts, right: Parts, rtol: float, what: object) -> None:
    """Every number, relative to the largest of its array."""
    for part, numbers in right.items():
        for mine, its in zip(map(read, found[part]), numbers, strict=True):
            assert np.shape(mine) == np.shape(its), (part, what)
            if its is None:
                assert mine is None, (part, what)
                continue
            sizes = np.abs(its)[np.isfinite(its)] if np.ndim(its) else np.zeros(0)
            atol = rtol * float(np.max(sizes, initial=0.0)) + 1e-300
            if not np.array_equal(mine, its):
                np.testing.assert_allclose(mine, its, rtol, atol, err_msg=f"{part} of {what}")
