"""Functions that an op's text calls, copied from the room of its row into a program."""

import ast
import builtins
import inspect
import re
import types
from collections.abc import Callable, Collection, Mapping
from functools import cache

import numpy as np

from ..engine.op import OPS
from .rescue import rescued

NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def helpers_of(
    templates: list[str], ops: Collection[str], room: Mapping[str, object]
) -> dict[str, object]:
    """The functions and constants that the templates name, and what these need in turn.

    They come from `room`, where a string is a function's text, and from the ops' own rooms. Two
    of one name raise ValueError.
    """
    found: dict[str, object] = {}
    rows = {op: OPS[op].forward for op in sorted(ops)}  # sorted: the same text in every process
    rooms = {id(f.__globals__): f.__globals__ for f in rows.values()}
    rooms[0] = {forward.__name__: forward for forward in rows.values()}
    rooms = {1: {"rescued": rescued, **room}, **rooms}
    todo = [
        (name, where)
        for template in dict.fromkeys(templates)
        for name in NAME.findall(template)
        for where in rooms.values()
    ]
    for name, where in todo:  # the list grows as we go
        thing = where.get(name)
        if thing is None or hasattr(builtins, name):
            continue
        if isinstance(thing, types.FunctionType):
            thing = inspect.unwrap(thing)
        if name in found:
            _check_same(name, found[name], thing)
        elif isinstance(thing, types.FunctionType):
            found[name] = thing
            todo += [(n, thing.__globals__) for n in _names_in(thing)[0]]
        elif isinstance(thing, str):
            found[name] = thing
            todo += [(n, place) for n in NAME.findall(thing) for place in rooms.values()]
        elif isinstance(thing, float | tuple | np.ndarray | np.dtype):
            found[name] = thing
    return found


def _check_same(name: str, one: object, other: object) -> None:
    """Refuse two helpers of one name: the program would run one in the other's place."""
    same_number = isinstance(other, float | tuple) and other == one
    if not (one is other or same_number or isinstance(other, types.ModuleType)):
        raise ValueError(
            f"two ops of this program call different helpers named {name}: rename one of them"
        )


def renamed_of(copied: Mapping[str, object], given: Collection[str]) -> dict[str, str]:
    """Without leading underscores in their names, where the names stay distinct, from those of
    local variables too."""
    local: set[str] = set()
    for thing in copied.values():
        if isinstance(thing, types.FunctionType):
            names, arguments = _names_in(thing)
            local |= {*arguments} | ({*names} - copied.keys())
    shorter = {old: old.lstrip("_") for old in copied}
    return {
        old: new
        for old, new in shorter.items()
        if new != old and new not in given and new not in copied and new not in local
    }


def tree_of(function: Callable[..., object]) -> ast.FunctionDef:
    """The function without its decorators and annotations; a docstring keeps its first line."""
    tree = ast.parse(_bare_source(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


@cache  # finding a function in its file takes longer than everything else about a program
def _bare_source(function: Callable[..., object]) -> str:
    tree = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    tree = _Untyped().visit(tree)
    first = tree.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        first.value.value = str(first.value.value).partition("\n")[0]
    return ast.unparse(tree)


@cache
def _names_in(function: Callable[..., object]) -> tuple[list[str], list[str]]:
    """The names that a function reads or gives, and those of arguments, its lambdas' too."""
    nodes = [*ast.walk(tree_of(function))]
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    return names, [node.arg for node in nodes if isinstance(node, ast.arg)]


class _Untyped(ast.NodeTransformer):
    """Takes the annotations away: their names would be missing from the program."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def copied_text(thing: object, renamed: Mapping[str, str], name: str = "") -> str:
    """The text of a function or a constant, under its new name."""
    if isinstance(thing, str):
        return NAME.sub(lambda m: renamed.get(m[0], m[0]), thing)
    if not isinstance(thing, types.FunctionType):
        return f"{renamed.get(name, name)} = {_constant(thing)}\n"
    if name not in renamed and renamed.keys().isdisjoint(_names_in(thing)[0]):
        return _bare_source(thing) + "\n"
    tree = tree_of(thing)
    tree.name = renamed.get(name, tree.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = renamed.get(node.id, node.id)
    return ast.unparse(tree) + "\n"


def _constant(thing: object) -> str:
    if isinstance(thing, np.ndarray):
        return f"np.array({thing.tolist()!r})"
    return f"np.{thing!r}" if isinstance(thing, np.dtype) else repr(thing)
