"""What an op is, as data, and the table of all ops. A row of `ops/` fills one entry.

x, a, b   an operation's inputs        y   its output
g         the gradient of the final output with respect to y ("upstream")
closure   back(g, y, *inputs): the gradient with respect to one input
"""

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from functools import partial

Closure = Callable[..., object]
Words = str | Callable[..., str]

OPS: "dict[str, Op]" = {}

ABOVE: dict[str, Callable[..., object]] = {}
"""What a Var can do but a module that imports Var implements, under the method's name.

`backward`, Jupyter's `picture`, `reason`, which says why a gradient is none, and NumPy's protocols
`ufunc` and `function` are no ops. `index`, `round` and `transpose` take more forms of arguments
than the ops they record.
"""


@dataclass(slots=True, eq=False, kw_only=True)
class Op:
    """One operation: a row of `ops/`, in the table from when it is made.

    `forward` computes a value from values. `rules` holds a closure per input, None where no
    gradient passes; `defaults` the static arguments. An op of any number of inputs (`variadic`) has
    one rule that takes the input's `position` besides. `number` is `forward` where all are floats.
    `make` gives what users call, `function`; `lanes` the calls for nodes of floats (lanes.py).
    """

    name: str
    forward: Callable[..., object]
    rules: tuple[Closure | None, ...]
    make: "InitVar[Callable[[Op], Callable[..., object]]]"
    make_lanes: "InitVar[Callable[[Op], tuple[Call, ...]]]"
    number: Callable[..., object]
    defaults: dict[str, object]
    infix: str
    symbol: str
    kind: str
    elementwise: bool
    variadic: bool
    python: Words  # how a program writes it: of floats, of arrays, in JavaScript
    numpy: Words
    javascript: str
    shown: tuple[Words, ...]  # what each closure makes of arrays, in words; () by default
    call: "Call" = field(init=False)
    lanes: "tuple[Call, ...]" = field(init=False)
    function: Callable[..., object] = field(init=False)

    def __post_init__(
        self,
        make: "Callable[[Op], Callable[..., object]]",
        make_lanes: "Callable[[Op], tuple[Call, ...]]",
    ) -> None:
        if self.name in OPS:
            raise ValueError(f"there is an op {self.name!r} already: give this one another name")
        rules = self.rules
        if self.defaults and not self.variadic:
            rules = _with_static(rules, self.defaults)
        self.call = Call(self, self.defaults, rules)
        self.lanes = make_lanes(self)
        self.function = make(self)
        OPS[self.name] = self

    def bind(self, count: int, static: dict[str, object]) -> "Call":
        """The call with its static arguments (axis, shape, index) put into `count` closures."""
        if static is self.defaults and not self.variadic:
            return self.call
        rules = self.rules
        if self.variadic:
            (rule,) = rules
            rules = tuple(rule and partial(rule, position=i) for i in range(count))
        return Call(self, static, _with_static(rules, static))


class Call:
    """What a node holds of its op: shared by a plain op's nodes, its own with static arguments."""

    __slots__ = ("in_slots", "op", "rules", "static", "step")

    def __init__(
        self,
        op: Op,
        static: dict[str, object],
        rules: tuple[Closure | None, ...],
        step: Callable[..., None] | None = None,
    ) -> None:
        self.op, self.static, self.rules, self.step = op, static, rules, step
        self.in_slots = len(rules) < 3 and None not in rules  # a node holds its inputs in _a and _b


def _with_static(
    rules: tuple[Closure | None, ...], static: dict[str, object]
) -> tuple[Closure | None, ...]:
    bound = []
    for rule in rules:  # a comprehension's own call would cost as much as a rule's partial
        bound.append(rule and partial(rule, **static))
    return tuple(bound)
