"""`compiled`: a function that is traced once; its program then runs instead of its tape.

What a program would freeze is watched: leaves from outside the function stay live, noise is drawn
afresh, and if a name refers to something else the function is traced again. If a line freezes a
number, or a check disagrees with the program, it always runs on the tape.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import update_wrapper
from types import MethodType
from typing import Any

import numpy as np

from ..engine.context import current, watched, watcher
from ..engine.gradients import add_gradients, grad
from ..engine.nests import parts_of
from ..engine.values import Value
from ..engine.variable import Tracked, Var, orders
from .bindings import Bindings
from .names import free_name
from .replay import DrawWatch, Outcome, Replay, Unfit, on_tape, reasons_against
from .signatures import LIVE, fresh, kind_of, number_of, program_value
from .watching import Watching

MANY = 16  # signatures of one function; more cause a warning, since they are most likely a mistake
RTOL = 1e-9  # between tape and program: the last digits of a sum may differ


def compiled(f: Callable[..., Var]) -> "Compiled":
    """`@mg.compiled`: trace `f` once, then run its program instead: JAX calls this jit.

    Call it as before, with Vars, floats and arrays, also in lists, tuples and dicts; it returns a
    scalar Var, and `.backward()` and `mg.grad` work on that, to any order. `f.backward(…)` is
    `f(…).backward()` at less cost and returns the value; `f.value_and_grad(…)` returns the value
    and a tuple of gradients, one for each argument that is a Var with a gradient, a float or an
    array.

    A trace serves one signature: the shapes and kinds of these arguments, and the values of
    all others (an int, a text, a generator). Leaves that `f` finds outside, such as a model's
    parameters, are read at every call, and noise that it draws on the tape is drawn afresh.
    Where a global or closed-over name, an attribute or an array of the user's has changed, `f` is
    traced again. Where a line freezes a number (`x.value`, `if x > 0`, a draw of NumPy's) `f` runs
    on the tape, and a warning names the line; it does so too if calls 2, 4, 8, 16, …, which run on
    the tape as well, disagree with the program.

    >>> f = mg.compiled(lambda x: mg.sin(x) + x)
    >>> x = mg.Var(0.0)
    >>> f(x).value, mg.grad(f(x), x)
    (0.0, (2.0,))
    """
    return Compiled(f)


class Compiled:
    """A function whose programs stand in for it; see `compiled`."""

    def __init__(self, f: Callable[..., Var]) -> None:
        if not callable(f):
            raise TypeError(f"compiled: give a function that returns a scalar Var, not {f!r}")
        update_wrapper(self, f)
        self.function = f
        self._replays: dict[object, Replay | None] = {}  # None: on the tape
        self._bindings = Bindings()
        self._last: dict[bool, Replay] = {}  # of the usual calls
        self._traces = 0

    def __get__(self, owner: object, kind: type) -> Callable[..., Any]:
        """A method: the object is its first argument."""
        return self if owner is None else MethodType(self, owner)

    def __call__(self, *args: Any, **keywords: Any) -> Var:  # noqa: ANN401
        """What the function returns: a scalar Var."""
        if watcher() is not None or not current().recording:
            return self.function(*args, **keywords)
        parts, found = self._outcome(args, keywords, False)
        if found is None:
            return self.function(*args, **keywords)
        return on_tape(found, parts)

    def backward(self, *args: Any, **keywords: Any) -> float:  # noqa: ANN401
        """`f(…).backward()` without a node on the tape; returns the value."""
        last = self._last.get(False)
        if (
            last is not None
            and not keywords
            and last.takes_all
            and last.count < last.next_check
            and self._bindings.hold()
        ):
            try:
                return last.backward(args)
            except Unfit:
                pass
        parts, found = self._outcome(args, keywords, False)
        if found is None or any(type(x) is Tracked and x.op for x in parts):
            y = self.function(*args, **keywords)
            y.backward()
            return y.item()
        inputs = [*parts, *found.replay.outside]
        add_gradients([inputs[i] for i in found.replay.places], found.slopes)
        return found.value

    def value_and_grad(
        self,
        *args: Any,  # noqa: ANN401
        **keywords: Any,  # noqa: ANN401
    ) -> tuple[float, tuple[Value, ...]]:
        """The value, and a gradient for each argument that is no constant or noise."""
        parts, found = self._outcome(args, keywords, True)
        if found is not None:
            return found.value, found.slopes[: sum(found.replay.wants[: len(parts)])]
        leaves, given, named = fresh(args, keywords, True)
        y = self.function(*given, **named)
        wanted = [x for x in leaves if x.requires_grad]
        return y.item(), grad(y, wanted, allow_unused=True)  # type: ignore[return-value]

    def _outcome(
        self, args: tuple[Any, ...], keywords: dict[str, Any], numbers: bool
    ) -> tuple[Sequence[Any], Outcome | None]:
        """The arguments that are live, and what the program made of them; None: use the tape."""
        last = self._last.get(numbers)
        if last is not None and not keywords and tuple(map(type, args)) == last.kinds:
            if last.count < last.next_check and self._bindings.hold():
                try:
                    return args, last.run([number_of(x) for x in args])
                except Unfit:
                    pass
        return self._looked_up(args, keywords, numbers)

    def _looked_up(
        self, args: tuple[Any, ...], keywords: dict[str, Any], numbers: bool
    ) -> tuple[Sequence[Any], Outcome | None]:
        every = [*parts_of(args), *parts_of(keywords)]
        parts = [x for _, x in every if isinstance(x, LIVE)]
        key = (numbers, *(kind_of(name, x, numbers) for name, x in every))
        if not self._bindings.hold():
            self._bindings, self._last = Bindings(), {}
            self._replays.clear()
        if key not in self._replays:
            self._bindings.follow(self.function, *(x for _, x in every if type(x) not in LIVE))
            return parts, self._traced(key, args, keywords, numbers)
        replay = self._replays[key]
        if replay is None:
            return parts, None
        if replay.count >= replay.next_check:
            replay.next_check = 2 * replay.next_check + 1
            return parts, self._checked(key, replay, args, keywords, numbers)
        simple = not keywords and len(parts) == len(args)
        if simple and all(type(x) in LIVE for x in args):  # of no subclass
            replay.kinds = tuple(map(type, args))
            self._last[numbers] = replay
        return parts, replay.run([program_value(x) for x in parts])

    def _traced(
        self, key: object, args: tuple[Any, ...], keywords: dict[str, Any], numbers: bool
    ) -> Outcome | None:
        """The first call of a signature: recorded, or left to the tape with a warning."""
        self._traces += 1
        if self._traces == MANY:
            self._warn(
                f"traced {MANY} times, since its arguments or what it reads outside differ from "
                "call to call: pass what changes as floats or arrays of one shape"
            )
        since = next(orders)
        leaves, given, named = fresh(args, keywords, numbers)
        watch = Watching(self.function, 0)
        output = watch.run(*given, **named)
        if not isinstance(output, Var) or output.shape:
            what = f"shape {output.shape}" if isinstance(output, Var) else type(output).__name__
            raise TypeError(f"compiled: {self._name} returned {what}, not a scalar Var")
        against = reasons_against(output, watch, leaves, since)
        for place, what in against.items():
            self._warn(f"runs on the tape, since at {place}: {what}")
        if against or not output.requires_grad:
            self._replays[key] = None
            watch.rewind()
            return None
        replay = Replay(self._name, output, leaves, watch, since)
        self._replays[key] = replay
        return replay.run([x._value for x in leaves], watch.values_drawn)

    def _checked(
        self,
        key: object,
        replay: Replay,
        args: tuple[Any, ...],
        keywords: dict[str, Any],
        numbers: bool,
    ) -> Outcome | None:
        """A call on the tape as well; if that disagrees, the tape is used from now on."""
        number = replay.count + 1
        leaves, given, named = fresh(args, keywords, numbers)
        drawing = DrawWatch()
        with watched(drawing):
            y = self.function(*given, **named)
        if [d[1:] for d in drawing.draws_made] == [d[1:] for d in replay.draws]:
            found = replay.run([x._value for x in leaves], drawing.values)
            inputs = [x for x in (*leaves, *replay.outside) if x.requires_grad]
            truth = [y._value, *grad(y, inputs, allow_unused=True)]
            if all(map(_close, truth, (found.value, *found.slopes))):
                return found
        self._warn(
            f"on call {number} the tape and the program disagree, so something "
            "that the program keeps has changed since the last check, "
            f"{number // 2} calls ago: pass it as an argument; from now on it runs on the "
            "tape"
        )
        self._replays[key], self._last = None, {}
        drawing.rewind()
        return None

    def __reduce__(self) -> str:
        """It is pickled by its name, like any function of a module."""
        return self.function.__qualname__

    @property
    def _name(self) -> str:
        return free_name(getattr(self.function, "__name__", "f").replace("<lambda>", "f"), ())

    def _warn(self, what: str) -> None:
        warnings.warn(f"compiled: {self._name} {what}", stacklevel=5)


def _close(a: object, b: object) -> bool:
    return np.allclose(a, b, rtol=RTOL, atol=1e-300, equal_nan=True)  # type: ignore[arg-type]
