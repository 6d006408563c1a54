"""The page's engine on arrays: every op, and random programs, against Python."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from demos import vae_1d
from minigrad.emit.rule_table import rule_table
from minigrad.engine.op import OPS
from minigrad.pages.lesson.replay import ops_of, why_frozen
from tests.support.cases import CASES
from tests.support.checks import ops
from tests.support.in_node import (
    as_sent,
    assert_same,
    in_python,
    leaves_of,
    needs_node,
    run,
    script_of,
)

RTOL = 1e-12
STORED = {
    *("pinv", "eigvalsh", "eigenvectors", "svdvals", "left_vectors", "right_vectors"),
    *("sign_of_det", "log_size_of_det"),
}  # the page has no factorisation for these


def weighed(y):
    """A number that depends on each number of y in its own way."""
    return mg.sum(y * np.cos(np.arange(1.0, y.size + 1.0)).reshape(y.shape))


def agree(outputs, run=run):
    """Each (name, output): the engine's values, shares and sums are Python's."""
    sent = [as_sent(output) for _, output in outputs]
    calls = [(graph, leaves_of(x)) for (graph, _), (_, x) in zip(sent, outputs, strict=True)]
    found = run(calls, [use for _, uses in sent for use in uses])
    for mine, (name, output) in zip(found, outputs, strict=True):
        assert_same(mine, in_python(output), RTOL, name)


@cache
def of_cases():
    """Each case of the table that the page can run, as a number."""
    with np.errstate(all="ignore"):
        outputs = [
            (case, weighed(y))
            for case in CASES
            if isinstance(y := case.f(*map(mg.Var, case.inputs)), mg.Var)
        ]
    return [(case, y) for case, y in outputs if not why_frozen(mg.equations_of(y))]


@needs_node
def test_every_case_of_every_op():
    agree(of_cases())


def test_which_ops_of_arrays_are_live():
    live = {row.op for _, y in of_cases() for row in mg.equations_of(y) if row.op}
    assert ops() - live == STORED


@needs_node
def test_a_wrong_number_would_be_seen():
    x = mg.Var(np.array([0.3, 0.4]), "x")
    (graph, uses), right = as_sent(mg.sum(x * x)), in_python(mg.sum(x * x))
    close = [{"shape": [2], "cells": [0.3, 0.4 * (1.0 + 1e-11)]}]
    (found,) = run([(graph, close)], uses)
    with pytest.raises(AssertionError, match="Mismatch"):
        assert_same(found, right, RTOL, "")


# ------------------------------------------------------------------------------- random programs

UNARY = [
    mg.tanh,
    mg.sigmoid,
    mg.softplus,
    mg.square,
    mg.relu,
    lambda x: mg.softmax(x, -1),
    lambda x: mg.log_softmax(x, 0),
    lambda x: mg.logsumexp(x, axis=-1, keepdims=True),
    lambda x: mg.mean(x, axis=0),
    lambda x: mg.max(x, axis=-1),
    lambda x: mg.cumsum(x, -1),
    lambda x: mg.reshape(x, -1),
    lambda x: mg.transpose(x),
    lambda x: x[..., ::-1],
    lambda x: x[..., [0, -1, 0]],
    lambda x: mg.stack([x, 2.0 * x], -1),
    lambda x: mg.broadcast_to(x, (2, *x.shape)),
    lambda x: mg.norm(x, axis=-1, keepdims=True),
    lambda x: mg.tril(x) if x.ndim > 1 else x,
    lambda x: x - mg.sum(x, axis=-1, keepdims=True) / 7.0,
    lambda x: mg.where(x > 0.1, x, mg.sin(x)),
    lambda x: mg.stop_gradient(x) * 0.5 + x,
]
BINARY = [
    mg.add,
    mg.multiply,
    mg.maximum,
    mg.logaddexp,
    lambda a, b: a / (1.5 + mg.square(b)),
    lambda a, b: mg.matmul(a, mg.tanh(b)),
    lambda a, b: mg.matmul(mg.tanh(a), mg.swapaxes(b, -1, -2) if b.ndim > 1 else b),
    lambda a, b: mg.concatenate([a, b, a]),
    lambda a, b: mg.outer(mg.tanh(a), b) if a.size * b.size < 500 else a,
    lambda a, b: mg.einsum("i,i->i", a, b) if a.ndim == b.ndim == 1 else a,
]
SHAPES = [(), (3,), (1, 3), (2, 3), (3, 3), (2, 1, 3)]


def factorised(x):
    """Of a matrix: through a covariance, its Cholesky factor, a triangular solve and logdet."""
    n = x.shape[-1]
    wide = mg.tanh(x)
    covariance = mg.swapaxes(wide, -1, -2) @ wide + np.eye(n)
    factor = mg.cholesky(covariance)
    solved = mg.solve_triangular(factor, mg.swapaxes(wide, -1, -2))
    return mg.solve(covariance, solved) + mg.logdet(covariance) * mg.inv(covariance)[..., :1]


def random_program(rng):
    """A few ops on arrays; a step that the shapes don't allow is left out."""
    nodes = [mg.Var(rng.normal(size=SHAPES[i])) for i in rng.integers(0, len(SHAPES), 3)]
    for which, i, j in rng.integers(0, 1000, (int(rng.integers(2, 9)), 3)).tolist():
        a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
        k = which % (len(UNARY) + len(BINARY) + 1)
        step = [*UNARY, *BINARY, factorised][k]
        try:
            y = step(a, b) if step in BINARY else step(a)
        except (ValueError, TypeError, IndexError):
            continue
        if 0 < y.size <= 500:
            nodes.append(y)
    return sum(weighed(node) for node in nodes[-3:])


@needs_node
def test_random_programs_of_arrays():
    rng = np.random.default_rng(15)
    programs = [(i, random_program(rng)) for i in range(250)]
    used = {row.op for _, y in programs for row in mg.equations_of(y)}
    assert {"matmul", "cholesky", "solve_triangular", "concatenate", "index", "tril"} <= used
    agree(programs)


@needs_node
def test_static_arguments_of_numpys_types():
    x = mg.Var(np.arange(9.0).reshape(3, 3) - 2.5)
    y = mg.tril(x, np.int64(-1)) + np.std(x, axis=np.int64(0), ddof=np.float64(1.0))
    agree([("", weighed(y + mg.sum(x[np.int64(1) :], axis=-1, keepdims=np.True_)[:1]))])


@needs_node
def test_arrays_of_64_by_64():
    rng = np.random.default_rng(64)
    w, x = mg.Var(rng.normal(size=(64, 64)) / 8.0), mg.Var(rng.normal(size=(64, 64)))
    y = mg.softmax(mg.tanh(x @ w) + x[0], -1) @ mg.transpose(w)
    agree([("64", weighed(y)), ("factors", weighed(factorised(w)))])


def test_array_programs_in_chromium(browser):
    rng = np.random.default_rng(16)
    browser.driver.get("about:blank")

    def run_there(calls, uses):
        return [json.loads(x) for x in browser.run(f"{script_of(calls, uses)}\nreturn results;")]

    agree([(i, random_program(rng)) for i in range(30)] + of_cases()[::20], run_there)


# ------------------------------------------------------------------------------- the table of rules


def test_closures_are_the_rules_of_the_rows_as_they_record_themselves():
    a, b = mg.Var(np.ones((2, 3))), mg.Var(np.ones((3, 4)))
    table = rule_table(ops_of([mg.equations_of(mg.softmax(a @ b))]))
    assert (
        '"matmul (2, 3) (3, 4)": { whole: true, run: (a, b) => matmul(a, b), back: '
        "[(g, y, a, b) => matmul(g, transpose(b, [1, 0])), "
        "(g, y, a, b) => matmul(transpose(a, [1, 0]), g)] }"
    ) in table


def test_long_keys_are_told_apart():
    x = mg.Var(np.arange(100.0))
    y = mg.sum(x[np.arange(50)]) + mg.sum(x[np.arange(50, 100)])
    assert rule_table(ops_of([mg.equations_of(y)])).count("run: (a) => index(") == 2


def test_a_table_of_numbers_holds_no_op_of_arrays():
    x = mg.Var(0.5)
    table = rule_table(ops_of([mg.equations_of(mg.sum(mg.erf(x)) + mg.max(x))]))
    named = {f"function {name}(" for name in ("sum", "max", "matmul", "transpose", "reduced")}
    assert not any(name in table for name in named)
    assert "whole: " not in table


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1.0, 0.5], [0.4, 1.0]], "cholesky: the matrix is not symmetric, entries differ by 0.1"),
        ([[1.0, 2.0], [2.0, 1.0]], "cholesky: the matrix is not positive definite"),
    ],
)
@needs_node
def test_a_refusal_has_words(x, message):
    graph, uses = as_sent(mg.sum(mg.cholesky(mg.Var(np.eye(2)))))
    given = {"shape": [2, 2], "cells": np.ravel(x).tolist()}
    with pytest.raises(AssertionError, match=message):
        run([(graph, [given])], uses)
    assert OPS["cholesky"].numpy == "cholesky({0})"


def test_a_page_of_numbers_has_no_scripts_of_arrays():
    x = mg.Var(0.5, "x")
    numbers, arrays = (mg.step_through(y).html for y in (mg.sin(x), mg.sum(x * np.ones(2))))
    for word in ("createImageData", "Float64Array", "common_shape"):
        assert word in arrays and word not in numbers


def test_no_function_of_an_op_has_the_name_of_one_of_the_page():
    room = Path(mg.__file__).parent

    def names(folder):
        found = re.compile(r"^(?:async )?(?:function|const|let) (\w+)", re.MULTILINE)
        return {x for path in folder.rglob("*.js") for x in found.findall(path.read_text("utf-8"))}

    pages = names(room / "pages") - names(room / "pages" / "lab")  # which runs no op
    assert len(names(room / "ops")) > 80 and names(room / "ops").isdisjoint(pages)


def test_a_lesson_of_29_nodes_is_no_longer_than_150_kilobytes():
    params = {name: mg.Var(value, name) for name, value in vae_1d.START.items()}
    loss = vae_1d.record(params, mg.noise(np.random.default_rng(0), name="ε")).loss
    assert len(mg.equations_of(loss)) == 29
    assert len(mg.step_through(loss).html.encode()) <= 150 * 1024
