"""What an op is, as data, and the table of all ops. A row of `ops/` fills one entry.

x, a, b   an operation's inputs        y   its output
g         the gradient of the final output with respect to y ("upstream")
closure   back(g, y, *inputs): the gradient with respect to one input
"""

from collections.abc import Callable
from functools import partial

Closure = Callable[..., object]
Words = str | Callable[..., str]

OPS: "dict[str, Op]" = {}

ABOVE: dict[str, Callable[..., object]] = {}
"""What a Var can do but a floor above implements (backward, NumPy's protocols): it enters here."""


class Op:
    """One operation: a row of `ops/`.

    `function` is what users call; `forward` computes a value from values. `rules` holds a closure
    per input, None where no gradient passes. An op of any number of inputs (`variadic`) has one
    rule that takes the input's `position` besides.
    """

    __slots__ = (
        "call",
        "defaults",
        "elementwise",
        "forward",
        "function",
        "infix",
        "javascript",
        "kind",
        "name",
        "numpy",
        "python",
        "rules",
        "shown",
        "symbol",
        "variadic",
    )
    call: "Call"
    defaults: dict[str, object]
    forward: Callable[..., object]
    rules: tuple[Closure | None, ...]
    infix: str
    symbol: str
    kind: str
    elementwise: bool
    variadic: bool
    python: Words  # how a program writes it: of floats, of arrays, in JavaScript
    numpy: Words
    javascript: str
    shown: tuple[Words, ...]  # what each closure makes of arrays, in words; () by default

    def __init__(self, name: str, make: "Callable[[Op], Callable[..., object]]") -> None:
        self.name = name
        self.function = make(self)
        OPS[name] = self

    def bind(self, count: int, static: dict[str, object]) -> "Call":
        """The call with its static arguments (axis, shape, index) put into `count` closures."""
        if static is self.defaults and not self.variadic:
            return self.call
        rules = self.rules
        if self.variadic:
            (rule,) = rules
            rules = tuple(rule and partial(rule, position=i) for i in range(count))
        return Call(self, static, tuple(rule and partial(rule, **static) for rule in rules))


class Call:
    """What a node holds of its op: shared by a plain op's nodes, its own with static arguments."""

    __slots__ = ("in_slots", "op", "rules", "static")

    def __init__(
        self, op: Op, static: dict[str, object], rules: tuple[Closure | None, ...]
    ) -> None:
        self.op, self.static, self.rules = op, static, rules
        self.in_slots = len(rules) < 3 and None not in rules  # a node holds its inputs in _a and _b
