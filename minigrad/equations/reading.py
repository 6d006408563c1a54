"""The tape read as equations. Only this file looks at a Var's inputs to list what is below it."""

from collections.abc import Mapping

import numpy as np

from ..engine.ages import nodes_below
from ..engine.variable import Var
from .rows import Equation, Equations, written


def equations_of(*outputs: Var, names: Mapping[str, object] | None = None) -> Equations:
    """The equations below `outputs`, oldest first, including what is behind a wall.

    `names` (such as `locals()`) gives names to nodes that have none, also to those in lists.

    >>> mu, sigma, eps = mg.Var(0.5, "mu"), mg.Var(2.0, "sigma"), mg.constant(-1.0, "eps", "noise")
    >>> print(mg.equations_of(mg.sin(mu + sigma * eps).named("f")))
    mu    parameter         0.5
    sigma parameter           2
    eps   noise              -1
    v1    = sigma * eps      -2
    v2    = mu + v1        -1.5
    f     = sin(v2)     -0.9975
    """
    for output in outputs:
        if not isinstance(output, Var):
            raise TypeError(
                f"equations_of needs Vars, not {type(output).__name__}: compute it from a Var"
            )
    queue = nodes_below(*outputs)
    # A plain number is as old as its node, and comes before it.
    queue.sort(key=lambda node: (node._order, node._call is not None))
    position = {node: i for i, node in enumerate(queue)}
    given = _named_in(names or {})
    rows = [_equation(node, position, given) for node in queue]
    return Equations(rows, tuple(position[output] for output in outputs))


def count_below(output: Var) -> int:
    """How many equations `equations_of(output)` has, without making them: quick for millions."""
    seen: set[object] = {output}
    queue, numbers = [output], 0
    for node in queue:  # the list grows as we go
        for x in node._edges():
            if not isinstance(x, Var):
                numbers += 1
            elif x not in seen:
                seen.add(x)
                queue.append(x)
    return len(queue) + numbers


def nan_below(output: object) -> str:
    """Where the nan in `output` comes from, in words: the oldest node that has one."""
    if not isinstance(output, Var):
        return "the numbers given contain it"
    equations = equations_of(output)
    first = next(row for row in equations if np.isnan(row.value).any())
    name = equations.names()[first.position]
    place = tuple(map(int, np.argwhere(np.isnan(first.value))[0]))
    where = f" at position {place}" if place else ""
    if not first.op:
        words = {"parameter": "a parameter", "noise": "noise"}.get(first.kind, "data")
        shape = f" of shape {first.shape}" if first.shape else ""
        culprit = f"{name}, {words}" if first.name else f"{words}{shape}"
        return f"the first nan is in {culprit}{where}"
    made = written(first, [equations.names()[i] for i in first.inputs])
    return f"the first nan{where} is made by {made}"


def _equation(node: Var, position: Mapping[Var, int], given: Mapping[Var, str]) -> Equation:
    """Read from the node's slots: its properties would take twice as long."""
    note, call, value = node._note, node._call, node._value
    return Equation(
        position[node],
        "" if call is None else call.op.name,
        () if call is None else tuple([position[x] for x in node.inputs]),
        {} if call is None else call.static,
        note.kind,
        note.name or given.get(node, ""),
        note.scope,
        node.requires_grad,
        value if type(value) is float else node.value,
        None if node._mark is None else node.grad,
        () if call is None else call.rules,
        note.law,
        node._order,
        note.line,
        note.site,
    )


def _named_in(names: Mapping[str, object]) -> dict[Var, str]:
    """Vars by the name of their variable; those in lists and tuples as `w[1]`."""
    found: dict[Var, str] = {}
    todo = list(names.items())
    for name, thing in todo:  # the list grows as we go
        if isinstance(thing, Var):
            found.setdefault(thing, name)
        elif isinstance(thing, list | tuple) and len(thing) <= 100 and name.count("[") < 3:
            todo += [(f"{name}[{i}]", part) for i, part in enumerate(thing)]
    return found
