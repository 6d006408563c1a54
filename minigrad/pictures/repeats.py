"""Leaves that are read far apart: drawn again near each use, since long arrows make a graph hard to
read and slow to lay out (a chain of 1,000 ops on one weight took Graphviz a minute)."""

from collections import defaultdict
from collections.abc import Sequence

from ..equations import Equations

NEAR = 5  # steps of the graph that one box of a leaf serves
SMALL = 60  # nodes of a graph that draws each parameter once, to show where its gradients add up


def repeats_of(equations: Equations, shown: Sequence[int]) -> dict[tuple[int, int], int]:
    """Which further box of a leaf serves which reader: (leaf, reader) to 1, 2, …

    Only for the equations at the positions `shown`; what is not in it is served by the first box.
    """
    depths = _depths(equations)
    readers: dict[int, set[int]] = defaultdict(set)
    alone = set(shown)
    for i in shown:
        for leaf in equations[i].inputs:
            row = equations[leaf]
            once = row.kind == "parameter" and len(equations) <= SMALL
            if leaf in alone and not row.op and leaf not in equations.outputs and not once:
                readers[leaf].add(i)
    found: dict[tuple[int, int], int] = {}
    for leaf, uses in readers.items():
        count, first = 0, -1
        for reader in sorted(uses, key=lambda i: (depths[i], i)):
            if first < 0:
                first = reader
            far = depths[reader] - depths[first] > NEAR
            elsewhere = count > 0 and equations[reader].scope != equations[first].scope
            if far or elsewhere:
                count, first = count + 1, reader
            if count:
                found[leaf, reader] = count
    return found


def _depths(equations: Equations) -> list[int]:
    """How many ops are behind each equation, along the longest path."""
    depths = [0] * len(equations)
    for row in equations:
        if row.op:
            depths[row.position] = 1 + max((depths[i] for i in row.inputs), default=0)
    return depths
