"""Old values mixed with new: one rule for everything that reads a graph.

No node may be older than one of its inputs. A leaf that is given a new value becomes as young as
one made now, so a graph that used the old value is detected wherever it is read: in
`backward`, `grad`, pictures, programs. It covers what no gradient passes as well. What was computed
under `no_grad`, or from `.value`, is a number without a graph, and stays as it is.
"""

from typing import NoReturn

from .variable import Var


def refuse_renewed(x: Var) -> NoReturn:
    """x is younger than a node that has it for an input."""
    raise ValueError(
        f"{x!r} was given a new value after this graph was recorded, so the graph mixes old values "
        "and new: run the forward code again"
    )


def nodes_below(*outputs: Var) -> list[Var]:
    """All nodes below `outputs`, themselves included; refused if old values are mixed with new."""
    seen = dict.fromkeys(outputs)
    queue = list(seen)
    for node in queue:  # the list grows as we go
        for x in node.inputs:
            if x._order > node._order:
                refuse_renewed(x)
            if x not in seen:
                seen[x] = None
                queue.append(x)
    return queue
