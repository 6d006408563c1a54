"""The names that a function reads from outside: whether they still mean what they did."""

import types
from collections.abc import Iterator
from typing import Any

import numpy as np

MOST_NUMBERS = 1_000_000  # of an array that is compared at every call
_LIBRARIES = ("minigrad", "numpy", "scipy", "math", "builtins")


class Bindings:
    """What the globals and closures of a function, and of those that it calls, hold now.

    Objects are followed to their attributes and lists to their elements, both once. An array is
    compared by its numbers, everything else by identity, or as equal numbers and texts.
    """

    def __init__(self) -> None:
        self._cells: list[tuple[types.CellType, object]] = []
        self._names: list[tuple[dict[Any, Any], Any, object]] = []  # what they held, by key
        self._elements: list[tuple[Any, int, object]] = []
        self._sizes: list[tuple[Any, int]] = []
        self._arrays: list[tuple[Any, Any]] = []  # an array, and its numbers then
        self._seen: dict[int, object] = {}  # the objects too, since an id may be used again

    def follow(self, *things: object) -> None:
        """Watch these, and what they refer to."""
        todo = list(things)
        for thing in todo:  # the list grows as we go
            if id(thing) not in self._seen:
                self._seen[id(thing)] = thing
                todo += self._below(thing)

    def hold(self) -> bool:
        """Whether nothing has changed. Plain loops, since this runs at every call."""
        try:
            for box, key, old in self._names:
                if box[key] is not old and not _equal(box[key], old):
                    return False
            for cell, old in self._cells:
                if cell.cell_contents is not old and not _equal(cell.cell_contents, old):
                    return False
        except (KeyError, ValueError):  # a name or what a cell held is deleted
            return False
        if self._sizes or self._arrays:
            return self._elements_hold()
        return True

    def _elements_hold(self) -> bool:
        if any(len(box) != size for box, size in self._sizes):
            return False
        for box, i, old in self._elements:
            if box[i] is not old and not _equal(box[i], old):
                return False
        return all(
            np.array_equal(now, then)  # first: to look for nan takes nine times as long
            or (now.dtype.kind == "f" and np.array_equal(now, then, equal_nan=True))
            for now, then in self._arrays
        )

    def _below(self, thing: object) -> Iterator[object]:
        if isinstance(thing, types.MethodType):
            yield from (thing.__func__, thing.__self__)
        elif isinstance(thing, types.FunctionType):
            if _is_users(thing):
                yield from self._names_of(thing)
        elif isinstance(thing, np.ndarray):
            if thing.size <= MOST_NUMBERS:
                self._arrays.append((thing, thing.copy()))
        elif isinstance(thing, list | tuple | dict) and len(thing) <= 1000:
            self._sizes.append((thing, len(thing)))
            keys = list(thing) if isinstance(thing, dict) else range(len(thing))
            yield from self._watch(thing, keys)
        elif _is_plain_object(thing):
            yield from self._watch(vars(thing), list(vars(thing)))
            yield from _methods_of(thing)

    def _names_of(self, f: types.FunctionType) -> Iterator[object]:
        for cell in f.__closure__ or ():
            try:
                held = cell.cell_contents
            except ValueError:  # not bound yet
                continue
            self._cells.append((cell, held))
            yield held
        names = dict.fromkeys(_names_in(f.__code__))
        yield from self._watch(f.__globals__, [name for name in names if name in f.__globals__])
        yield from f.__defaults__ or ()

    def _watch(self, box: Any, keys: Any) -> Iterator[object]:  # noqa: ANN401
        for key in keys:
            if not isinstance(box[key], types.ModuleType):
                kept = self._names if isinstance(box, dict) else self._elements
                kept.append((box, key, box[key]))
                yield box[key]


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


def _is_users(f: object) -> bool:
    """Whether it is a function of the user's."""
    return str(getattr(f, "__module__", "")).partition(".")[0] not in _LIBRARIES


def _is_plain_object(thing: object) -> bool:
    return hasattr(thing, "__dict__") and not isinstance(thing, type) and _is_users(type(thing))


def _methods_of(thing: object) -> Iterator[object]:
    """What its class defines: a method may call another one."""
    for kind in type(thing).__mro__:
        if _is_users(kind):
            yield from (x for x in vars(kind).values() if isinstance(x, types.FunctionType))


def _equal(a: object, b: object) -> bool:
    """Numbers and texts only: another Var or array with equal numbers is another one."""
    return type(a) is type(b) and isinstance(a, int | float | str | bytes) and a == b
