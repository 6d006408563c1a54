"""Every op, by the one table of cases."""

import pytest

import minigrad as mg
from tests.support.cases import CASES, Case
from tests.support.checks import (
    check_analytic,
    check_backward,
    check_differences,
    check_value,
    names,
)


def test_the_table_names_every_op_and_every_public_function() -> None:
    assert {case.name for case in CASES} == names()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_derivatives(case: Case) -> None:
    """The check that fails is named in the traceback."""
    check_value(case)
    if case.first:
        check_analytic(case)
    check_backward(case)
    check_differences(case)


def test_an_op_keeps_its_name():
    from minigrad.ops.row import op

    with pytest.raises(ValueError, match="there is an op 'square' already"):

        @op(lambda g, y, x: g)
        def square(x):
            """Not the square."""
            return x

    assert mg.square(3.0) == 9.0
