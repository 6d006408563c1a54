"""What a Var is: a value, the op that made it, and its inputs. How one is recorded is
in `tape.py`, its operators and conversions in `notation.py`.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np

from . import context
from .arrays import handed
from .habits import OF_A_SETTING, ReadOnly, Size, no_backward, no_keyword
from .marks import Mark, give, interrupts, takes_turns, turn
from .notation import Conversions, Operators
from .op import ABOVE, OPS, Call, Closure
from .places import line_of_user
from .values import Shape, Value, as_value, readonly, shape_of

orders = itertools.count()
newest_renewal = [-1]  # the order of the leaf that was given a new value last


class Note(NamedTuple):
    """What a picture wants to know of a node; plain nodes share one."""

    name: str
    scope: str
    kind: str
    law: str = ""
    site: object = None  # of a draw behind a wall: what is known of how it was drawn
    line: str = ""  # where it was made, within `mg.lines()`


PLAIN, CONSTANT = Note("", "", "op"), Note("", "", "constant")


def fresh_note(kind: str, name: str = "", law: str = "", scope: str | None = None) -> Note:
    """The note of a node made now, in this scope or in that of the block around."""
    settings = context.current()
    line = line_of_user() if settings.lines else ""
    return _note(name, settings.scope if scope is None else scope, kind, law, None, line)


_note = lru_cache(1_000)(Note)  # to find one again takes 28 % of the time of making one


class Var(Operators, Conversions):
    """A number or an array that remembers how it was made.

    >>> x = mg.Var(3.0, "x")
    >>> y = x * x + 1.0
    >>> y.backward()
    >>> y.value, x.grad
    (10.0, 6.0)

    `Var(value, name="")` is a leaf that wants a gradient, a parameter. `value` is an int, float,
    bool, array or list of real numbers, held as a float or as a read-only float64 array; anything
    else raises TypeError. Arithmetic gives Vars. `==` and `<` compare by value, `hash` is identity.
    So dicts and sets find a Var by identity, but a list by value: `p in params` and
    `params.index(p)` find the first of p's value, as with torch's tensors. To find p itself:
    `any(p is x for x in params)`. (Were `a == b` false for two Vars of one value,
    `where(a == b, …)` would be silently wrong, the worse trap.)

    The subclass says whether a Var wants a gradient: `Tracked` does, `Fixed` does not, leaf or
    result. A flag would be one more slot to fill and read for every input of every op; the type is
    looked at anyway. Nothing is of the class Var itself: were leaves, a line of Python that sees
    leaves and results by turns would take 13 ns longer for each slot that it reads.
    """

    # _a and _b are the inputs: a node, or a float met in arithmetic, or None. With two slots in
    # place of a tuple a node of a large graph took 1,189 ns instead of 1,744, and 45 bytes less.
    # An op of three inputs or more, or with a None among its rules, holds a tuple of all in _a.
    # A leaf, which has no inputs, holds in _b the gradient from before the sweep in _mark; _flow is
    # set where _mark is not None: see Mark.
    # No "__weakref__", for which nothing here has a use: a node takes 96 bytes instead of 112.
    __slots__ = ("_a", "_b", "_call", "_flow", "_mark", "_note", "_order", "_value")
    _a: object
    _b: object
    _call: Call | None
    _flow: Value
    _mark: Mark | None
    _note: Note
    _order: int
    _value: Value

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError(
                "a Var can't be subclassed, since its class says whether it wants a gradient: "
                "keep one as an attribute"
            )

    def __init__(self, value: object, name: str = "", **other: object) -> None:
        if other:
            raise no_keyword(*other)
        note = fresh_note("parameter", _as_name(name))
        self._fill(as_value(value), None, None, None, note)
        self.__class__ = Tracked

    def _fill(self, value: Value, a: object, b: object, call: Call | None, note: Note) -> Self:
        self._value, self._mark, self._a, self._b = value, None, a, b
        self._call, self._order, self._note = call, next(orders), note
        return self

    def _hold(self, edges: Sequence[object]) -> None:
        """Take `edges` for inputs, in the slots where the call has room for them there."""
        if self._call is not None and self._call.in_slots:
            self._a, self._b = (*edges, None)[:2]
        else:
            self._a, self._b = tuple(edges), None

    def _edges(self) -> tuple[object, ...]:
        """The inputs as they are held, plain numbers among them."""
        if isinstance(self._a, tuple):
            return self._a
        return () if self._a is None else (self._a,) if self._b is None else (self._a, self._b)

    @property
    def value(self) -> Value:
        """The value: a float, or a read-only array. A leaf can be given a new one of its shape."""
        if context.watches and (watch := context.watcher()) is not None:
            watch.reads(self, ".value")
        return handed(self._value) if self.kind == "parameter" else readonly(self._value)

    @value.setter
    def value(self, value: object) -> None:
        if self._call is not None:
            raise TypeError(f"{self!r} was computed: give a new value to a leaf, and record again")
        new = as_value(value)
        if shape_of(new) != self.shape:
            raise ValueError(
                f"{self!r} has shape {self.shape}, the new value {shape_of(new)}: make a new Var"
            )
        if context.watches and (watch := context.watcher()) is not None:
            watch.renews(self)
        renew([self], [new])

    @property
    def grad(self) -> Value | None:
        """What `backward` left: a float or a read-only array; None if no gradient arrived."""
        grad = self._kept()
        if grad is None:
            return None
        return handed(grad) if self.kind == "parameter" else readonly(grad)

    @grad.setter
    @takes_turns
    def grad(self, grad: object) -> None:
        new = None if grad is None else as_value(grad)
        if new is not None and not self.requires_grad:
            raise TypeError(f"{self!r} wants no gradient: only None can be set")
        if new is not None and shape_of(new) != self.shape:
            raise ValueError(f"{self!r} has shape {self.shape}, the gradient {shape_of(new)}")
        if interrupts(self):
            raise RuntimeError(
                f"{self!r}: a gradient is being computed here, which this call interrupted: "
                "set .grad before or after it"
            )
        with turn: give([(self, new)])  # noqa: E701  # fmt: skip  # see `turn`

    def _kept(self) -> Value | None:
        """The gradient that users see. Another thread's sweep may come in between: look again."""
        while (mark := self._mark) is not None:
            if mark.done:
                grad = self._flow
                if self._mark is mark:
                    return grad
            else:
                old = self._b if self._call is None else mark.before.get(id(self))
                if self._mark is mark and not mark.done:
                    return old  # type: ignore[return-value]
        return None

    @property
    def requires_grad(self) -> bool:
        """Whether gradients pass to it or through it."""
        return self.__class__ is not Fixed

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
    def law(self) -> str:
        """What a noise leaf was drawn from, "normal" or "uniform" (on 0 … 1), "" where unknown."""
        return self._note.law

    @property
    def site(self) -> object:
        """How a draw by `.sample()` was made, with its `.distribution`; None of other nodes."""
        return self._note.site

    @property
    def line(self) -> str:
        """Where it was made, like "vae.py:31", if that was within `mg.lines()`; else ""."""
        return self._note.line

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
        return Size(np.size(self._value))

    def named(self, name: str) -> Self:
        """Name the node, and return it."""
        self._note = self._note._replace(name=_as_name(name))
        return self

    def __repr__(self) -> str:
        value = np.array2string(np.asarray(self._value), precision=4, threshold=6, separator=", ")
        value = " ".join(value.split())
        name, made = (
            f", name={self.name!r}" if self.name else "",
            f", op={self.op!r}" if self.op else "",
        )
        return f"Var({value}{name}{made}{self.line and f', line={self.line!r}'})"

    @property
    def inputs(self) -> "tuple[Var, ...]":
        """The inputs in operand order, x twice for `x * x`. Plain floats become constants here."""
        edges = self._edges()
        if float in map(type, edges):
            edges = tuple(self._constant(x) for x in edges)
            self._hold(edges)
        return edges  # type: ignore[return-value]

    def _constant(self, x: object) -> "Var":
        if isinstance(x, Var):
            return x
        number = leaf(x, Note("", self.scope, "constant"))
        number._order = self._order  # as old as this node: not a value that was changed after it
        return number

    def __reduce__(self) -> "tuple[Callable[..., Var], tuple[object, ...]]":
        if self._call is not None:
            raise TypeError(f"{self!r} was computed: pickle or copy v.value, or v.detach()")
        return _restored, (self.requires_grad, self._value, self._note)

    def detach(self) -> "Var":
        """A fresh constant of the same value that holds no graph."""
        if context.watches and (watch := context.watcher()) is not None and watch.keeps(self):
            return OPS["stop_gradient"].function(self)  # type: ignore[return-value]
        return constant(self._value)

    def backward(self, seed: object = None, **others: object) -> None:
        """Add d(self)/d(leaf) to the `.grad` of every leaf; set inner nodes' `.grad` afresh.

        A Var that is no scalar needs a `seed`, the gradient with respect to itself, of its shape.
        """
        if others:
            raise no_backward(next(iter(others)))
        ABOVE["backward"](self, seed)

    def _repr_html_(self) -> str:
        """Its drawing, inline in Jupyter."""
        return ABOVE["picture"](self)  # type: ignore[return-value]


for _name in OF_A_SETTING:
    setattr(Var, _name, ReadOnly(vars(Var)[_name].fget))


class Tracked(Var):
    """What wants a gradient: a parameter, or an op's result on such. Results are built bare, their
    slots filled where they are recorded: an __init__ would take 1.7 times as long.
    """

    __slots__ = ()
    __init__ = object.__init__


class Fixed(Var):
    """What wants no gradient: a constant, noise, a wall, or an op's result on such."""

    __slots__ = ()
    __init__ = object.__init__


Tracked.__name__ = Fixed.__name__ = "Var"  # what errors call them, Python's own among them


def renew(leaves: Iterable[Var], values: Iterable[Value | None]) -> None:
    """Give leaves new values: they become younger than the graphs recorded before, which notice."""
    for x, value in zip(leaves, values):
        if value is not None:
            x._value = value
            x._order = newest_renewal[0] = next(orders)


def constant(value: object, name: str = "", kind: str = "constant") -> Var:
    """A leaf that wants no gradient: data (`kind` "constant") or a draw (`kind` "noise").

    >>> x, data = mg.Var(3.0), mg.constant(2.0)
    >>> y = x * data
    >>> y.backward()
    >>> x.grad, data.grad, data.kind
    (2.0, None, 'constant')
    """
    return leaf(as_value(value), fresh_note(kind, _as_name(name)))


def _restored(wants: bool, value: Value, note: Note) -> Var:
    """A leaf from a pickle, as young as any made now, with its name, scope and law."""
    return leaf(as_value(value), note, Tracked if wants else Fixed)


def _as_name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a name is a string, not {name!r}")
    return name


def leaf(value: object, note: Note, kind: "type[Var]" = Fixed) -> Var:
    leaf: Var = object.__new__(kind)
    return leaf._fill(value, None, None, None, note)  # type: ignore[arg-type]
