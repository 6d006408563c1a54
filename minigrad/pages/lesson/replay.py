"""Whether the page can recompute a graph, and what its engine in JavaScript needs for that."""

from collections.abc import Iterable, Mapping

from ...emit.rule_table import rule_key
from ...engine.op import OPS
from ...equations import Equation, Equations


def moved_leaves(equations: Equations) -> list[int]:
    """The leaves that a run is given: all but plain numbers in arithmetic."""
    return [row.position for row in equations if not row.op and not row.is_literal]


def why_frozen(equations: Equations) -> str:
    """Why the page can't recompute these equations; "" where it can."""
    for row in equations:
        if row.shape:
            return f"arrays take part: {row.name or row.op or 'one'} has shape {row.shape}"
        if row.op and not OPS[row.op].javascript:
            return f"{row.op} has no JavaScript"
    return ""


def rule_of(row: Equation) -> str:
    """What the row's entry in the page's table of rules is called; "" for a leaf."""
    return rule_key(row.op, row.static) if row.op else ""


def ops_of(graphs: Iterable[Equations]) -> list[tuple[str, Mapping[str, object]]]:
    """Each op that the table of rules has to hold, with its static arguments."""
    return [(row.op, row.static) for rows in graphs for row in rows if row.op]
