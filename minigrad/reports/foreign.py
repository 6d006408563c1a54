"""Numbers of other libraries: PyTorch's tensors, JAX's arrays, NumPy's, by their common protocols.

Nothing is imported: a tensor is recognised by its methods.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..engine.values import Array
from ..engine.variable import Var, constant

_COARSE = 2.0**-8  # of bfloat16

Nest = object  # dicts, lists and tuples of numbers, nested


class Numbers(NamedTuple):
    """An array in float64, the precision of its own type, and whether it held whole numbers."""

    array: Array
    rounding: float
    whole: bool


def numbers_of(given: object) -> Numbers:
    """The numbers of an array or tensor, on whatever device; a TypeError if it has none."""
    tensor: Any = given.value if isinstance(given, Var) else given
    for way in ("detach", "cpu"):
        if hasattr(tensor, way):
            tensor = getattr(tensor, way)()
    if "bfloat16" in str(getattr(tensor, "dtype", "")) and hasattr(tensor, "float"):
        return Numbers(numbers_of(tensor.float()).array, _COARSE, False)
    try:
        if not hasattr(tensor, "__array__") and hasattr(tensor, "__dlpack__"):
            array = np.from_dlpack(tensor)
        else:
            array = np.asarray(tensor)
    except (RuntimeError, ValueError) as error:
        raise TypeError(f"these are not numbers: {type(given).__name__} ({error})") from None
    if array.dtype.kind not in "fiub" and "bfloat16" not in str(array.dtype):
        raise TypeError(f"these are not real numbers: {type(given).__name__} of {array.dtype}")
    whole = array.dtype.kind in "iub"
    exact: Any = array.dtype
    rounding = 0.0 if whole else float(np.finfo(exact).eps) if exact.kind == "f" else _COARSE
    return Numbers(np.asarray(array, dtype=float), rounding, whole)


def gradient_of(given: object) -> object:
    """The gradient meant: of a parameter its `.grad`, anything else itself."""
    if isinstance(given, Var):
        return given.grad if given.kind == "parameter" else given.value
    is_leaf = getattr(given, "is_leaf", False) is True
    if is_leaf and getattr(given, "requires_grad", False) is True:  # of PyTorch
        return getattr(given, "grad", None)
    return given


def flat(nest: Nest, name: str = "") -> dict[str, object]:
    """The parts of a nest by their paths, as in "encoder.0.weight"; pairs of names and parts too.

    >>> flat({"a": [1.0, 2.0], "b": 3.0})
    {'a.0': 1.0, 'a.1': 2.0, 'b': 3.0}
    """
    if isinstance(nest, Mapping):
        parts: Iterable[tuple[object, object]] = nest.items()
    elif isinstance(nest, list | tuple) or hasattr(nest, "__next__"):
        each = list(nest)  # type: ignore[call-overload]
        pairs = each and all(type(x) is tuple and len(x) == 2 and type(x[0]) is str for x in each)
        if not pairs and not hasattr(nest, "__next__") and _is_numbers(each):
            return {name: each}
        parts = each if pairs else enumerate(each)
    else:
        return {name: nest}
    found: dict[str, object] = {}
    for key, part in parts:
        found |= flat(part, f"{name}.{key}" if name else str(key))
    return found


def _is_numbers(each: list[object]) -> bool:
    """Whether a list is an array written out, and not a list of parameters: [[1.0, 2.0]]."""
    return bool(each) and all(isinstance(x, list) and x for x in each)


def from_state_dict(state: Mapping[str, object] | Iterable[tuple[str, object]]) -> dict[str, Var]:
    """Named parameters of a `state_dict`, or of `named_parameters()`, in float64.

    Tensors of any library that NumPy can read; whole numbers, such as a count of batches, become
    constants. `mg.SGD(list(params.values()), lr)` trains them.

    >>> params = mg.from_state_dict({"weight": np.zeros((2, 3), np.float32), "steps": np.array(7)})
    >>> params["weight"].shape, params["weight"].name, params["steps"].kind
    ((2, 3), 'weight', 'constant')
    """
    found = {}
    for name, given in flat(state if isinstance(state, Mapping) else iter(state)).items():
        array, _, whole = numbers_of(given)
        found[name] = constant(array, name) if whole else Var(array, name)
    return found
