"""Floor 0: what an op is and what a node is, as data. How a node is recorded stands in `tape.py`.

x, a, b   an operation's inputs        y   its output
g         the gradient of the final output with respect to y ("upstream")
closure   back(g, y, *inputs): the gradient with respect to one input
"""

import itertools
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Self

import numpy as np

from .values import Array, Shape, Value, as_value, readonly, shape_of

Closure = Callable[..., object]

OPS: "dict[str, Op]" = {}
next_order = itertools.count().__next__

ABOVE: dict[str, Callable[..., object]] = {}
"""What a Var can do but a floor above implements (backward, NumPy's protocols): it enters here."""


class Op:
    """One operation: a row of `ops/`.

    `function` is what users call; `forward` computes a value from values. `rules` holds a closure
    per input, None where no gradient passes. An op of any number of inputs (`variadic`) has one
    rule that takes the input's `position` besides.
    """

    __slots__ = ("call", "defaults", "elementwise", "forward", "function", "infix", "javascript",
                 "kind", "name", "numpy", "python", "rules", "symbol", "variadic")  # fmt: skip
    call: "Call"
    defaults: dict[str, object]
    forward: Callable[..., object]
    rules: tuple[Closure | None, ...]
    infix: str
    symbol: str
    kind: str
    elementwise: bool
    variadic: bool
    python: str  # how a program writes it: of floats, of arrays, in JavaScript
    numpy: str | Callable[..., str]
    javascript: str

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

    __slots__ = ("op", "rules", "small", "static")

    def __init__(
        self, op: Op, static: dict[str, object], rules: tuple[Closure | None, ...]
    ) -> None:
        self.op, self.static, self.rules = op, static, rules
        # The inputs stand in _a and _b, and are floats if the output is one: see the sweep.
        self.small = op.elementwise and len(rules) < 3 and None not in rules


class Note(NamedTuple):
    """What a picture wants to know of a node; plain nodes share one."""

    name: str
    scope: str
    kind: str


PLAIN = Note("", "", "op")


class Node:
    """A value, the op that made it, and its inputs: all that a tape is made of.

    The subclass says who wants a gradient: `Var` a leaf that does, `Inner` an op's result that
    does, `Fixed` what does not, leaf or result.
    """

    # _a and _b are the inputs: a node, or a float or array met in arithmetic, or None.
    # An op of three inputs or more, or with a None among its rules, holds a tuple of all in _a.
    __slots__ = ("__weakref__", "_a", "_b", "_call", "_grad", "_note", "_order", "_value")
    _a: object
    _b: object
    _call: Call | None
    _grad: Value | None
    _note: Note
    _order: int
    _value: Value
    requires_grad = True

    def _fill(self, value: Value, a: object, b: object, call: Call | None, note: Note) -> Self:
        self._value, self._grad, self._a, self._b = value, None, a, b
        self._call, self._order, self._note = call, next_order(), note
        return self

    def _edges(self) -> tuple[object, ...]:
        """The inputs as they are held, plain numbers among them."""
        if isinstance(self._a, tuple):
            return self._a
        return () if self._a is None else (self._a,) if self._b is None else (self._a, self._b)

    @property
    def value(self) -> Value:
        """The value: a float, or a read-only array. A leaf can be given a new one of its shape."""
        return readonly(self._value)

    @value.setter
    def value(self, value: object) -> None:
        if self._call is not None:
            raise TypeError(f"{self!r} was computed: give a new value to a leaf, and record again")
        new = as_value(value)
        if shape_of(new) != self.shape:
            raise ValueError(
                f"{self!r} has shape {self.shape}, the new value {shape_of(new)}: make a new Var"
            )
        self._renew(new)

    def _renew(self, value: Value) -> None:
        self._value = value
        self._order = next_order()  # younger than the graphs recorded before, so that they notice

    @property
    def grad(self) -> Value | None:
        """What `backward` left: a float or a read-only array; None where nothing came."""
        return None if self._grad is None else readonly(self._grad)

    @grad.setter
    def grad(self, grad: object) -> None:
        new = None if grad is None else as_value(grad)
        if new is not None and not self.requires_grad:
            raise TypeError(f"{self!r} wants no gradient: only None can be set")
        if new is not None and shape_of(new) != self.shape:
            raise ValueError(f"{self!r} has shape {self.shape}, the gradient {shape_of(new)}")
        self._grad = new

    @property
    def closures(self) -> tuple[Closure | None, ...]:
        """One backward closure per input, `back(g, y, *inputs)`; None where no gradient passes."""
        return () if self._call is None else self._call.rules

    @property
    def op(self) -> str:
        """The name of the op that made it, "" for a leaf."""
        return "" if self._call is None else self._call.op.name

    @property
    def static(self) -> dict[str, object]:
        """The op's static arguments: axis, shape, index."""
        return {} if self._call is None else dict(self._call.static)

    @property
    def name(self) -> str:
        """The user's name for it, or ""."""
        return self._note.name

    @property
    def scope(self) -> str:
        """The scopes it was made in, like "vae/encoder"."""
        return self._note.scope

    @property
    def kind(self) -> str:
        """One of "parameter" "constant" "noise" "op" "sample" (z of an rsample) "stop" (a wall)."""
        return self._note.kind

    @property
    def shape(self) -> Shape:
        """The value's shape; () for a scalar."""
        return shape_of(self._value)

    @property
    def ndim(self) -> int:
        """The number of dimensions; 0 for a scalar."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers the value holds."""
        return int(np.size(self._value))

    def named(self, name: str) -> Self:
        """Name the node, and return it."""
        self._note = self._note._replace(name=name)
        return self

    def __repr__(self) -> str:
        value = np.array2string(np.asarray(self._value), precision=4, threshold=6, separator=", ")
        value = " ".join(value.split())
        name, made = (
            f", name={self.name!r}" if self.name else "",
            f", op={self.op!r}" if self.op else "",
        )
        return f"Var({value}{name}{made})"

    def __format__(self, spec: str) -> str:
        if isinstance(self._value, float):
            return format(self._value, spec)
        return np.array2string(self._value, formatter={"float_kind": lambda x: format(x, spec)})

    def item(self) -> float:
        """The float that a Var of one element holds, off the tape."""
        if self.size != 1:
            raise ValueError(
                f"item needs one element, this Var has shape {self.shape}: index it first"
            )
        return float(np.reshape(self._value, ()))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar Var has no len()")
        return self.shape[0]

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(
                f"the truth of a Var of shape {self.shape} is ambiguous: "
                "sum the comparison, or choose with where"
            )
        if "branch" in ABOVE:  # a program is being traced: it would follow this branch for ever
            ABOVE["branch"](self)
        return bool(np.any(self._value))

    def __float__(self) -> float:
        if self.requires_grad:
            raise TypeError(
                "float() of a Var that wants a gradient would leave the tape silently (so would "
                "math.exp(v) and a[0] = v): use v.value or v.item(), mg.exp(v), mg.stack([...])"
            )
        return self.item()

    def __array__(self, dtype: object = None, copy: bool | None = None) -> Array:
        raise TypeError(
            "np.array of a Var would leave the tape silently: "
            "use v.value for its numbers, mg.stack([v, w]) for a Var of several"
        )

    def __array_ufunc__(
        self, ufunc: object, method: str, *inputs: object, **keywords: object
    ) -> object:
        return ABOVE["ufunc"](ufunc, method, inputs, keywords)

    def __array_function__(
        self,
        function: object,
        types: object,
        inputs: tuple[object, ...],
        keywords: dict[str, object],
    ) -> object:
        return ABOVE["function"](function, inputs, keywords)
