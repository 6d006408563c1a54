"""A recorded function as a program to run again with new arguments, outside leaves and noise."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from numpy import ndarray

from ..engine.context import Watch
from ..engine.marks import add, takes_turns, turn
from ..engine.op import OPS, Call, Closure
from ..engine.tape import record
from ..engine.values import Shape, Value, is_value
from ..engine.variable import Tracked, Var
from ..ops.row import op
from .programs import compiled_function
from .rescue import answered
from .tracing import program_of
from .watching import Generators, Watching

HELD = 64  # an array of more numbers made by the function stays one, smaller ones are written out

Draw = tuple[Callable[..., Any], Generators, Shape]


class Unfit(Exception):
    """Arguments of other shapes than those recorded."""


class Outcome(NamedTuple):
    """What a program made of its inputs: the value, and a slope for each that wants a gradient."""

    value: float
    slopes: tuple[Value, ...]
    noise: tuple[Value, ...]
    replay: "Replay"

    def __repr__(self) -> str:
        return self.replay.name


class Replay:
    """The program of one signature, and where its inputs come from.

    They are, in order, the distinct arguments, the leaves that the function found outside, arrays
    that it made, and noise, which is drawn afresh by the calls that drew it first.
    """

    def __init__(
        self, name: str, output: Var, leaves: list[Var], watch: Watching, start: int
    ) -> None:
        self.name = name
        found, given = _entries(output, start), {*leaves}
        self.outside = [x for x in found if x not in given and x._order < start]
        held = [
            x
            for x in found
            if x._order >= start and x not in given and x.kind == "constant" and x.size > HELD
        ]
        self.held = [x._value for x in held]
        noise = [x for x in found if x.kind == "noise" and x._order >= start and x not in given]
        self.draws: list[Draw] = watch.draws_made
        drawn = [id(value) for value in watch.values_drawn]
        self.noise = [drawn.index(id(x._value)) for x in noise]
        self.takes_all = self.noise == [*range(len(drawn))]
        program = program_of(output, [*leaves, *self.outside, *held], name, watch.known)
        self.code = program._code
        self.step = compiled_function(program, _unfit)
        self.wants = [x.requires_grad for x in (*leaves, *self.outside)]
        self.places = [i for i, wants in enumerate(self.wants) if wants]
        self.count, self.next_check = 0, 1
        self.kinds: tuple[type, ...] = ()  # of the arguments, in the usual calls
        self.shapes = [x.shape for x in leaves]

    def run(self, leaves: Sequence[Value], drawn: Sequence[Value] | None = None) -> Outcome:
        """The program at these arguments; Unfit where their shapes are others."""
        if drawn is None:
            self._check(leaves)
            drawn = [draw(rng, shape) for draw, rng, shape in self.draws]
        noise = [drawn[i] for i in self.noise]
        outside = [x._value for x in self.outside]
        value, slopes = self.step(*leaves, *outside, *self.held, *noise)
        self.count += 1
        return Outcome(value, slopes, tuple(noise), self)

    @takes_turns
    def backward(self, args: Sequence[Any]) -> float:
        """The usual call, of which only value and gradients are wanted: nothing is kept of it.

        Unfit for other arguments than usual, and where one was computed, so that a gradient would
        have to go on from there. One loop, since a small program takes 1 µs and each more .3 µs.
        """
        if len(args) != len(self.kinds):
            raise Unfit
        values: list[Any] = []
        for x, kind in zip(args, self.kinds):
            given = type(x)
            if given is not kind or (kind is Tracked and x._call is not None):
                raise Unfit
            values.append(x if kind is float or kind is ndarray else x._value)
        self._check(values)
        values += [x._value for x in self.outside]
        values += self.held
        for draw, rng, shape in self.draws:
            values.append(draw(rng, shape))
        value, slopes = self.step(*values)
        self.count += 1
        inputs = [*args, *self.outside]
        if len(slopes) < len(inputs):
            inputs = [inputs[i] for i in self.places]
        with turn: add(inputs, slopes)  # noqa: E701  # fmt: skip  # see `turn`
        return value

    def _check(self, leaves: Sequence[Any]) -> None:
        """Before anything is drawn: draws that nobody gets would shift all that follow."""
        for x, shape in zip(leaves, self.shapes if self.draws else ()):
            fits = not shape if type(x) is float else is_value(x) and x.shape == shape
            if not fits:
                raise Unfit

    def again(self, inputs: Sequence[object], noise: Sequence[Value]) -> list[Any]:
        """Value and gradients at Vars, on the tape, where they can be differentiated again."""
        return answered(self.code, [*inputs, *self.held, *noise])  # type: ignore[list-item]


def reasons_against(
    output: Var, watch: Watching, leaves: Sequence[Var], start: int
) -> dict[str, str]:
    """Where the run did something that a program would not repeat, by place."""
    found, given = dict(watch.frozen), {*leaves}
    drawn = {id(value) for value in watch.values_drawn}
    for x in _entries(output, start):
        if x in given:
            continue
        if x.op and x._order < start:
            found[repr(x)] = "it was computed outside: compute it inside, or pass it as an argument"
        elif x._order >= start and x.kind == "parameter":
            found[repr(x)] = "the function makes it, or gives it a new value"
        elif x._order >= start and x.kind == "noise" and id(x._value) not in drawn:
            found[repr(x)] = "its noise is not drawn by the function"
    return found


def _entries(output: Var, start: int) -> list[Var]:
    """What the run takes in: leaves, and whatever is older than `start`; oldest first."""
    seen: dict[Var, None] = {output: None}
    queue = [output]
    for node in queue:  # the list grows as we go
        for x in node._edges() if node._order >= start else ():
            if isinstance(x, Var) and x not in seen:
                seen[x] = None
                queue.append(x)
    return sorted((x for x in queue if not x.op or x._order < start), key=lambda x: x._order)


def _unfit(*args: object) -> object:
    raise Unfit


class DrawWatch(Watch):
    """Keeps the values that are drawn, to feed a program with them as well."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.draws_made: list[Draw] = []
        self._before: dict[int, tuple[Any, Any]] = {}

    def draws(self, draw: Callable[..., Any], rng: Any, shape: Shape) -> Any:  # noqa: ANN401
        self._before.setdefault(id(rng), (rng, rng.bit_generator.state))
        value = draw(rng, shape)
        self.values.append(value)
        self.draws_made.append((draw, rng, shape))
        return value

    def rewind(self) -> None:
        """Restore the generators' states."""
        for rng, state in self._before.values():
            rng.bit_generator.state = state


# ---------------------------------------------------------------------------- a call on the tape


def on_tape(outcome: Outcome, parts: Sequence[Any]) -> Var:
    """A node for a call: its closures have the slopes already."""
    replay = outcome.replay
    rules: list[Closure | None] = []
    slot = 0
    for wants in replay.wants:
        slot += wants
        rules.append(partial(_share, outcome, slot - 1) if wants else None)
    call = Call(OPS["compiled"], {"outcome": outcome}, tuple(rules))
    return record(call, outcome.value, [*parts, *replay.outside], recording=True)


def _share(outcome: Outcome, slot: int, g: Any, y: object, *inputs: Any) -> object:  # noqa: ANN401
    """The slope that the program found; on Vars its own lines, recorded."""
    if isinstance(g, Var) or isinstance(y, Var):
        return g * outcome.replay.again(inputs, outcome.noise)[1 + slot]
    return g * outcome.slopes[slot]


@op(lambda g, y, *inputs, position, outcome: None, variadic=True, symbol="ƒ")
def _compiled(*inputs: Value, outcome: Outcome) -> Value:
    """The value of a function's program; its slopes were found with it."""
    return outcome.value
