"""Nests of lists, tuples and dicts that hold a model's parameters: to their parts, and back."""

from collections.abc import Callable, Iterator, Mapping
from numbers import Real
from typing import Any

import numpy as np


def is_nest(thing: object) -> bool:
    """Whether it is a list, a tuple or a dict that holds a Var at any depth."""
    return isinstance(thing, list | tuple | dict) and any(
        hasattr(part, "_order") for _, part in parts_of(thing)
    )


def parts_of(thing: object, name: str = "") -> Iterator[tuple[str, object]]:
    """The parts that are no list, tuple or dict, each with a name like `w_1` or `layer_bias`."""
    if isinstance(thing, dict):
        for key, part in thing.items():
            yield from parts_of(part, f"{name}_{key}" if name else str(key))
    elif isinstance(thing, list | tuple):
        for i, part in enumerate(thing):
            yield from parts_of(part, f"{name}_{i}" if name else str(i))
    else:
        yield name, thing


def rebuilt(thing: object, parts: Iterator[object]) -> Any:  # noqa: ANN401
    """The same nest with other parts, in the order of `parts_of`."""
    if isinstance(thing, Mapping):
        return type(thing)({key: rebuilt(part, parts) for key, part in thing.items()})  # type: ignore
    if isinstance(thing, list | tuple):
        made = [rebuilt(part, parts) for part in thing]
        return type(thing)(*made) if hasattr(thing, "_fields") else type(thing)(made)
    return next(parts)


# ---------------------------------------- of numbers and arrays, where a list may be an array


def is_container(thing: object) -> bool:
    """Whether it is a dict, list or tuple of parts. Lists of numbers, nested too, are arrays."""
    if isinstance(thing, Mapping):
        return True
    return isinstance(thing, list | tuple) and not _is_array(thing)


def _is_array(thing: object) -> bool:
    if isinstance(thing, list | tuple):
        return all(_is_array(part) for part in thing)
    return isinstance(thing, Real | np.bool_)


def apart(nest: object, what: str = "") -> dict[str, object]:
    """The leaves, in order, by their places: `["w"][0]`. `nest` itself where it is no nest."""
    if not is_container(nest):
        return {what: nest}
    parts = nest.items() if isinstance(nest, Mapping) else enumerate(nest)  # type: ignore[arg-type]
    return {
        place: leaf
        for key, part in parts
        for place, leaf in apart(part, f"{what}[{key!r}]").items()
    }


def over(function: Callable[[Any], object], nest: object) -> Any:  # noqa: ANN401
    """`function` of each leaf, in a nest of the same form; named tuples stay what they are."""
    if not is_container(nest):
        return function(nest)
    if isinstance(nest, Mapping):
        return {key: over(function, part) for key, part in nest.items()}
    parts = [over(function, part) for part in nest]  # type: ignore[attr-defined]
    if isinstance(nest, list):
        return parts
    return type(nest)(*parts) if hasattr(nest, "_fields") else tuple(parts)
