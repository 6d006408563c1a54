"""Whether the page can recompute a graph, and what its engine in JavaScript needs for that."""

from collections.abc import Iterable

from ...emit.rule_table import Use, rule_key
from ...engine.values import size_of
from ...equations import Equation, Equations

MOST_NUMBERS = 64 * 64  # of an array that a page computes with


def moved_leaves(equations: Equations) -> list[int]:
    """The leaves that a run is given: all but plain numbers in arithmetic."""
    return [row.position for row in equations if not row.op and not row.is_literal]


def why_frozen(equations: Equations) -> str:
    """Why the page can't recompute these equations; "" where it can."""
    for row in equations:
        size = size_of(row.shape)
        if not 0 < size <= MOST_NUMBERS:
            most = f"{MOST_NUMBERS:,} in an array"
            what = f"{row.name or row.op or 'an array'} has {size:,} numbers"
            return f"{what}, and the page computes with {'1 to ' if not size else 'at most '}{most}"
        if row.op and (why := _use(equations, row).why_not):
            return why
    return ""


def rule_of(equations: Equations, row: Equation) -> str:
    """What the row's entry in the page's table of rules is called; "" for a leaf."""
    return rule_key(_use(equations, row)) if row.op else ""


def ops_of(graphs: Iterable[Equations]) -> list[Use]:
    """Each op that the table of rules has to hold, as it is used."""
    return [_use(equations, row) for equations in graphs for row in equations if row.op]


def _use(equations: Equations, row: Equation) -> Use:
    return Use(row.op, row.static, tuple(x.shape for x in equations.inputs_of(row)), row.shape)
