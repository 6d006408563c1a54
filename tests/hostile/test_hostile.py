"""A small share of every kind of hostile input, and a judge that is not kind."""

import time

import numpy as np
import pytest

import minigrad as mg
from tests.hostile import trial
from tests.hostile.__main__ import row_of, table
from tests.hostile.kinds import KINDS
from tests.hostile.trial import Trial, judged, wrong_value

SHARE = 0.01


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_small_share(kind):
    count = round(SHARE * kind.full)
    row = row_of(kind, count)
    assert not row.faults, "\n".join(row.faults)
    assert row.counts.total() == count and row.counts["right"]


def test_the_full_size():
    assert 125_000 <= sum(kind.full for kind in KINDS) <= 140_000


def raising(error):
    def call():
        raise error

    return call


@pytest.mark.parametrize(
    "error",
    [
        *(ZeroDivisionError("division by zero"), KeyError("x"), RecursionError("deep")),
        *(TypeError(""), ValueError("a Tracked has none"), TypeError("x._order is none")),
        *(ValueError("Traceback (most recent call last)"), ValueError("x" * 1000)),
        *(ValueError("One. Two. Three. Four."), UnicodeEncodeError("utf-8", "x", 0, 1, "no")),
    ],
)
def test_a_bad_refusal_is_a_fault(error):
    assert judged(Trial("", raising(error), lambda _: "")).outcome == "fault"


def test_a_sentence_is_a_refusal():
    error = TypeError("a Var has no mask: fill the masked array first, .filled(value)")
    assert judged(Trial("", raising(error), lambda _: "")).outcome == "refused"


def test_wrong_results_are_faults():
    x = mg.Var([1.0, 2.0])
    assert not wrong_value(x, [1.0, 2.0])
    for wanted in ([1.0, 2.1], [[1.0, 2.0]], 1.0, [1.0, np.nan]):
        assert wrong_value(x, wanted)
    assert wrong_value(x.value, [1.0, 2.0])


def test_a_changed_gradient_is_a_fault():
    x = mg.Var(1.0)
    assert judged(Trial("", (x * x).backward, lambda _: "", [x])).outcome == "fault"


def test_a_hang_is_a_fault(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.05)
    assert judged(Trial("", lambda: time.sleep(5.0), lambda _: "")).outcome == "fault"


def test_the_table_has_every_kind_and_the_sums():
    rows = [row_of(kind, 3) for kind in KINDS[:2]]
    lines = table(rows).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["values", "3"],
        ["keys", "3"],
        ["all", "6"],
    ]
