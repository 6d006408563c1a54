"""NumPy's functions on a Var: `np.exp(v)`, `np.ones(3) * v`, `np.sum(v, axis=0)` stay on the tape.

`ufuncs` and `functions` have a row for each, `compositions` the rows of more than one line,
`refusals` the errors of the rest: an argument that a row does not take, or a function without a
row, raises a TypeError that names it. What the shape alone decides (`np.size`, `np.zeros_like`) and
what is an index or a truth (`np.argmax`, `np.allclose`) comes back as plain numbers, like `v.value`
off the tape. Comparisons do not: NumPy makes `array < v` of `np.less`, and a program must see them.

This file answers the protocols from these tables and fills in the methods of a Var.
"""

from functools import cache
from inspect import signature

import numpy as np

from .. import ops
from ..engine.methods import Methods
from ..engine.op import ABOVE
from ..engine.variable import Var
from .functions import FUNCTIONS, OF_FFT
from .refusals import name_of, no_argument, no_row, says_nothing
from .ufuncs import SCIPY, UFUNCS, Row

Inputs = tuple[object, ...]
Keywords = dict[str, object]
signature_of = cache(signature)


def apply_ufunc(ufunc: object, method: str, inputs: Inputs, keywords: Keywords) -> object:
    """`Var.__array_ufunc__`: np.exp(v), array * v."""
    if method != "__call__":
        raise no_row(f"{name_of(ufunc)}.{method}")
    row = UFUNCS.get(ufunc) or SCIPY.get(getattr(ufunc, "__name__", ""))
    if row is None:
        raise no_row(name_of(ufunc))
    if refused := [key for key, given in keywords.items() if not says_nothing(key, given)]:
        raise no_argument(name_of(ufunc), refused)
    return row(*inputs)


def apply_function(function: object, inputs: Inputs, keywords: Keywords) -> object:
    """`Var.__array_function__`: np.sum(v, axis=0), np.stack([v, w])."""
    row, name = FUNCTIONS.get(function), name_of(function)
    if row is None and getattr(function, "__module__", "") == "numpy.fft":
        row = OF_FFT.get(function.__name__)  # type: ignore[attr-defined]
    if row is None:
        raise no_row(name)
    takes = signature_of(row)
    meant = {key: given for key, given in keywords.items() if not says_nothing(key, given)}
    if refused := [key for key in meant if key not in takes.parameters]:
        raise no_argument(name, refused)
    try:
        takes.bind(*inputs, **meant)
    except TypeError as error:
        raise TypeError(f"{name} of a Var: {error}: write {name}{takes}") from None
    return row(*inputs, **meant)


def _method(name: str) -> Row:
    """The function of that name in `mg`; else NumPy's; else one under another name."""
    if name in _OTHERWISE:
        return _OTHERWISE[name]
    known = getattr(np, name, None)
    return getattr(ops, name, None) or UFUNCS.get(known) or FUNCTIONS[known]


_OTHERWISE = {
    "clip": FUNCTIONS[np.clip],  # which accepts None for an end
    "flatten": FUNCTIONS[np.ravel],
    "searchsorted": FUNCTIONS[np.searchsorted],
}

for _name in Methods.__annotations__:
    setattr(Var, _name, _method(_name))

ABOVE.update(ufunc=apply_ufunc, function=apply_function)
