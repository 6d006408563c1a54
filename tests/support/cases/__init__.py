"""CASES: every op and every function of `minigrad.ops`, and what NumPy or SciPy make of the same.

`tests/support/checks.py` says what is checked of each case.
"""

from tests.support.cases.arrays import ARRANGED, LINALG, REDUCTIONS, SHAPES
from tests.support.cases.case import Case, Function
from tests.support.cases.elementwise import ONE_INPUT, THREE_INPUTS, TWO_INPUTS

__all__ = ["CASES", "Case", "Function"]

CASES: list[Case] = [
    *ONE_INPUT,
    *TWO_INPUTS,
    *THREE_INPUTS,
    *REDUCTIONS,
    *SHAPES,
    *ARRANGED,
    *LINALG,
]
