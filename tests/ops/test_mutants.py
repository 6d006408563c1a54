"""The mutation of rules, itself tested on a few: `make mutants` plants them all."""

import pytest

import minigrad as mg
from minigrad.engine.op import OPS
from tests.support.checks import cases_of, check_gradient, check_value
from tests.support.mutants import LATER, Mutant, caught, mutants, planted

FEW = [
    Mutant("sin", 0, None, "1 % off"),
    Mutant("multiply", 1, None, "sign"),
    Mutant("sum", 0, None, "1 % off"),
    Mutant("stack", 0, LATER, "1 % off"),
    Mutant("equal", None, None, "1 % off"),
]


@pytest.mark.parametrize("mutant", FEW, ids=str)
def test_a_mutant_is_caught_and_removed(mutant):
    row = OPS[mutant.op]
    before = row.forward, row.rules, row.call.rules
    for case in cases_of(mutant.op):
        check_value(case)
        check_gradient(case)
    assert mutant in list(mutants()) and caught(mutant)
    assert (row.forward, row.rules, row.call.rules) == before


def test_a_planted_mutant_reaches_the_tape():
    x = mg.Var(0.5)
    (right,) = mg.grad(mg.sin(x), [x])
    with planted(Mutant("sin", 0, None, "sign")):
        assert mg.grad(mg.sin(x), [x]) == (-right,)


def test_a_mutant_without_a_case_survives(monkeypatch):
    monkeypatch.setattr("tests.support.mutants.cases_of", lambda name: [])
    assert not caught(FEW[0])


def test_every_closure_has_its_mutants():
    closures = {(row.name, i) for row in OPS.values() for i, rule in enumerate(row.rules) if rule}
    assert {(m.op, m.rule) for m in mutants() if m.rule is not None} == closures
