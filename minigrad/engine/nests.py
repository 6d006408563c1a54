"""Nests of lists, tuples and dicts, as parameters of a model come in: their parts, and back."""

from collections.abc import Iterator, Mapping
from typing import Any


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
