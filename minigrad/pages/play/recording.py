"""What a function records on the tape, as data that a page makes the same nodes from.

It is recorded at two examples of its inputs: what is the same at both holds for all.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from ...emit.rule_table import Use, rule_key
from ...engine.op import OPS
from ...engine.variable import Var, constant
from ...equations import Equation, equations_of

Recorded = list[object]
Asked = Recorded | str
"""What a query records, or why there is none."""
Examples = Sequence[tuple[float, ...]]

USED: dict[str, Use] = {}
"""Each op of what was recorded, as it is used."""


class Beyond(Exception):
    """A tape that a page can't hold."""


_OF_ARRAYS = "this is computed with arrays, and a page has numbers: minigrad step runs it in Python"


def asked(f: Callable[..., Var], both: Examples) -> Asked:
    """What `f` records, at both examples the same, or why the family has no such number."""
    try:
        return merged([_recorded(f, *examples) for examples in both], both)
    except (Beyond, NotImplementedError) as error:
        return str(error)


def merged(found: Sequence[Recorded], both: Examples) -> Recorded:
    """A number that is not the same at both examples is that of a parameter: "=0" of the first."""
    same: Recorded = []
    for a, b in zip(*found, strict=True):
        if not _is_same(a, b):
            pairs = [*zip(*both, strict=True)]
            if (a, b) not in pairs:
                raise Beyond(_OF_ARRAYS)
            a = f"={pairs.index((a, b))}"
        same.append(a)
    return same


def _is_same(a: object, b: object) -> bool:
    return a == b or (a != a and b != b)


def _recorded(f: Callable[..., Var], *examples: float) -> Recorded:
    leaves = [Var(x) for x in examples]
    found = f(*leaves)
    output = found if isinstance(found, Var) else constant(found)
    return steps(output, {leaf: k for k, leaf in enumerate(leaves)})


def steps(output: Var, given: Mapping[Var, int]) -> Recorded:
    """The tape below `output`: each step an op and its inputs, last the position of the result;
    a literal is a number, what is `given` as number k is -1 - k."""
    nodes = [*given]
    equations = equations_of(output, *nodes)
    known = {equations.outputs[1 + k]: given[node] for k, node in enumerate(nodes)}
    below = {equations.outputs[0]}
    for row in reversed(equations):
        if row.position in below and row.position not in known:
            below.update(row.inputs)
    made: Recorded = []
    places: dict[int, int] = {}
    numbers = count()
    for row in equations:
        if row.position in known:
            places[row.position] = -1 - known[row.position]
        elif row.position in below:
            places[row.position] = next(numbers)
            made.append(_step(row, places))
    return [*made, places[equations.outputs[0]]]


def _step(row: Equation, places: dict[int, int]) -> object:
    """The rule of the op and the places of its inputs, "add|-1|0", and in a scope also its kind and
    this: ["add|-1|0", "sample", "sampling"]. Of a number that is in the formula the number."""
    is_usual = (row.kind, row.scope) in (("op", ""), ("constant", ""))
    if not row.op:
        return row.value if is_usual else ["", row.kind, row.scope, row.value]
    if row.shape or not OPS[row.op].javascript:
        raise Beyond(_OF_ARRAYS)
    use = Use(row.op, row.static)
    USED[rule_key(use)] = use
    text = "|".join([rule_key(use), *(str(places[i]) for i in row.inputs)])
    return text if is_usual else [text, row.kind, row.scope]
