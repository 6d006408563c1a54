"""IEEE 754's answer where Python's floats raise. `ieee` is copied into every program."""

from collections.abc import Callable
from types import FunctionType

import numpy as np


def ieee(function: FunctionType) -> Callable[..., object]:
    """`function`, run again on NumPy's numbers where Python's raise: 1 / 0 is inf, log(0) -inf."""
    code = function.__code__
    numbers = [np.float64(x) if type(x) is float else x for x in code.co_consts]
    # np.pow takes a root for an exponent 0.5: nan for (-inf) ** 0.5, which is inf.
    names = ["float_power" if name == "pow" else name for name in code.co_names]
    known = {**function.__globals__, "math": np, "float": np.float64}
    again = type(function)(code.replace(co_consts=(*numbers,), co_names=(*names,)), known)

    def careful(*values: float) -> object:
        try:
            return function(*values)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return again(*[np.float64(x) for x in values])

    careful.__wrapped__ = function  # type: ignore[attr-defined]
    return careful
