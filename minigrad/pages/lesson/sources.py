"""Which line of its source made a node: the one that assigns its name, or has it in quotes."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence

from ...equations import Equations
from ...pictures.labels import text

Source = str | Sequence[str] | Callable[..., object] | None


def lines_of(source: Source) -> list[str]:
    """The lines of a text, of a list of lines, or of a function's source; [] for None.

    TypeError for anything else, ValueError for a function whose source can't be read.
    """
    if source is None:
        return []
    if callable(source):
        try:
            source = inspect.getsource(source)
        except (OSError, TypeError):
            raise ValueError(
                f"source: the source of {source!r} can't be read: give its text, or its lines"
            ) from None
    if isinstance(source, str):
        source = re.split(r"\r\n?|\n", textwrap.dedent(source).strip("\r\n"))
    if not (isinstance(source, list | tuple) and all(isinstance(line, str) for line in source)):
        raise TypeError(
            f"source is a text, a list of lines or a function, not {type(source).__name__}"
        )
    return [text(line.expandtabs(4)).rstrip() for line in source]


def lines_by_node(equations: Equations, lines: Sequence[str]) -> list[int | None]:
    """The index of the line that made each equation; None where that can't be said.

    A node without a name of its own, or whose name no line has, takes the line of the node that it
    goes into first.
    """
    found, last = _lines_by_name(lines)
    made: list[int | None] = [found.get(row.name.partition("[")[0]) for row in equations]
    for output in equations.outputs:
        made[output] = last if made[output] is None else made[output]
    readers: list[int | None] = [None] * len(equations)
    for row in reversed(equations.rows):
        for i in row.inputs:
            readers[i] = row.position
        reader = readers[row.position]
        if made[row.position] is None and reader is not None:
            made[row.position] = made[reader]
    return made


def _lines_by_name(lines: Sequence[str]) -> tuple[dict[str, int], int | None]:
    """Where each name is assigned, is an argument, or is in quotes; where the return is."""
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}, None
    found: dict[str, int] = {}
    last = tree.body[-1].lineno - 1 if tree.body else None
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1) - 1
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.Constant(str(name)):
                found[name] = max(found.get(name, 0), line)
            case ast.Return():
                last = line
    return found, last
