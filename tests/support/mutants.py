"""Are the checks strong enough? Spoil each rule of each op: the op's own checks must notice.

`make mutants` runs this: every closure of the registry times 1.01 and times -1, judged by what
`tests/ops/test_every_case.py` checks of gradients; every forward function times 1.01, judged by
what it checks of values.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from minigrad.engine.op import OPS
from tests.support.cases import Function
from tests.support.checks import cases_of, check_gradient, check_value, names

SPOILS = {"1 % off": 1.01, "sign": -1.0}
LATER = 1  # of an op of any number of inputs: the first one and a later one


class Mutant(NamedTuple):
    """An op with one closure, or with `rule` None its forward function, times a factor."""

    op: str
    rule: int | None
    position: int | None  # which input, where one rule serves them all
    spoil: str

    def __str__(self) -> str:
        what = "forward" if self.rule is None else f"rule {self.rule}"
        where = "" if self.position is None else f", input {self.position}"
        return f"{self.op}, {what}{where}: {self.spoil}"


def mutants() -> Iterator[Mutant]:
    for op in OPS.values():
        yield Mutant(op.name, None, None, "1 % off")
        for i, rule in enumerate(op.rules):
            if rule is not None:
                for position in (0, LATER) if op.variadic else (None,):
                    for spoil in SPOILS:
                        yield Mutant(op.name, i, position, spoil)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The registry with this mutant in it."""
    op = OPS[mutant.op]
    before = op.forward, op.number, op.rules, op.call.rules
    if mutant.rule is None:
        op.forward = op.number = _spoiled(op.forward, mutant)
    else:  # the row's own rules, and those of the call that its nodes share
        op.rules = _with_spoiled(op.rules, mutant)
        op.call.rules = _with_spoiled(op.call.rules, mutant)
    try:
        yield
    finally:
        op.forward, op.number, op.rules, op.call.rules = before


def _with_spoiled(rules: tuple[Function | None, ...], mutant: Mutant) -> tuple[Function, ...]:
    i = mutant.rule
    return (*rules[:i], _spoiled(rules[i], mutant), *rules[i + 1 :])


def _spoiled(function: Function, mutant: Mutant) -> Function:
    def spoiled(*given, **static):  # type: ignore[no-untyped-def]
        y = function(*given, **static)
        return SPOILS[mutant.spoil] * y if static.get("position") == mutant.position else y

    return spoiled


def caught(mutant: Mutant) -> bool:
    """Whether a check of a case of that op fails; any other error is a fault of this file."""
    check = check_value if mutant.rule is None else check_gradient
    with planted(mutant):
        try:
            for case in cases_of(mutant.op):
                check(case)
        except AssertionError:
            return True
    return False


def main() -> int:
    for name in names():  # else every mutant would seem to be caught
        for case in cases_of(name):
            check_value(case)
            check_gradient(case)
    every = list(mutants())
    survivors = [mutant for mutant in every if not caught(mutant)]
    for mutant in survivors:
        print(f"survived: {mutant}")
    print(f"{len(every)} mutants, {len(every) - len(survivors)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
