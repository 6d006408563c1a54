"""What a function does while it is traced: which lines freeze a number that may change."""

import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

import numpy as np

from ..engine.context import Watch, watched
from ..engine.variable import Var

T = TypeVar("T")
Generators = np.random.Generator | np.random.RandomState

BRANCH = (
    "Python branches on a traced value, and the program keeps the branch taken now: "
    "use mg.where to choose at every call"
)
READ = (
    "{} takes a number off the tape, and the program keeps it as it is now: "
    "use the Var itself, or .detach() for a copy without gradient"
)
DRAW = (
    "numbers are drawn outside the tape, and the program keeps these: draw by mg.noise or a "
    "distribution's rsample, or pass them as an argument"
)
RENEWED = "a Var is given a new value, which the program will not do: do so after the call"
_OURS = ("minigrad", "numpy", "scipy")


class Watching(Watch):
    """One run of `f`. `frozen` says what at each place, `known` has the local variables of `f`.

    `draws_made` has the calls that drew noise on the tape, `values_drawn` what they gave.
    """

    def __init__(self, f: Callable[..., Any], since: int) -> None:
        """Reading a Var is noted if it is no older than `since`."""
        self.f, self.known = f, dict[str, object]()
        self.frozen: dict[str, str] = {}
        self.draws_made: list[tuple[Callable[..., object], Generators, tuple[int, ...]]] = []
        self.values_drawn: list[Any] = []
        self._code = getattr(f, "__code__", None)
        self._since = since
        self._states: dict[int, tuple[Generators, object]] = {}  # by id: what NumPy draws from
        self._before: list[tuple[Any, Any]] = []
        self._line = ""

    def run(self, *args: object, **keywords: object) -> object:
        """`f(*args, **keywords)`. A profiler or debugger is left alone: this then sees less."""
        profiled = sys.getprofile() is None
        traced = sys.gettrace() is None
        self._look_at(np.random.mtrand._rand)
        if profiled:
            sys.setprofile(self._profile)
        if traced:
            sys.settrace(self._enter)  # type: ignore[arg-type]
        try:
            with watched(self):
                output = self.f(*args, **keywords)
        finally:
            if traced:
                sys.settrace(None)
            if profiled:
                sys.setprofile(None)
        self._compare()
        return output

    # ------------------------------------------------------------------------------- as a Watch

    def branches(self, v: object) -> None:
        self._note(BRANCH)

    def reads(self, v: object, how: str) -> None:
        if self.keeps(v):
            self._note(READ.format(how))

    def freezes(self, what: str) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame and _is_ours(frame):
            frame = frame.f_back
        if frame:
            self.frozen.setdefault(_place(frame), what)

    def keeps(self, v: object) -> bool:
        """Whether it came to be in this run, or is an argument of it."""
        return isinstance(v, Var) and v._order >= self._since

    def draws(self, draw: Callable[..., T], rng: object, shape: tuple[int, ...]) -> T:
        assert isinstance(rng, Generators)
        self._compare()
        self._look_at(rng)
        value = draw(rng, shape)
        self._states[id(rng)] = (rng, _state_of(rng))
        self.draws_made.append((draw, rng, shape))
        self.values_drawn.append(value)
        return value

    def renews(self, v: object) -> None:
        self._note(RENEWED)

    def _note(self, what: str) -> None:
        """At the user's line that called the engine; minigrad's own lines freeze nothing."""
        frame: FrameType | None = sys._getframe(2)
        while frame and str(frame.f_globals.get("__name__", "")).startswith("minigrad.engine."):
            frame = frame.f_back
        if frame and not _is_ours(frame):
            self.frozen.setdefault(_place(frame), what)

    # ------------------------------------------------------------------- numbers drawn by NumPy

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "return" and frame.f_code is self._code:
            self.known.update(frame.f_locals)
        elif event == "c_call" and isinstance(getattr(argument, "__self__", None), random.Random):
            if not _is_ours(frame):
                self.frozen.setdefault(_place(frame), DRAW)

    def _enter(self, frame: FrameType, event: str, argument: object) -> object:
        """A call: generators in sight are looked at from line to line."""
        if _is_ours(frame):
            return None
        names = frame.f_code.co_names
        seen = [*frame.f_locals.values(), *(frame.f_globals.get(name) for name in names)]
        seen += [x for own in seen[:] if hasattr(own, "__dict__") for x in _held_by(own)]
        found = [x for x in seen if isinstance(x, Generators)]
        for x in found:
            self._look_at(x)
        return self._step if found or "random" in names else None

    def _step(self, frame: FrameType, event: str, argument: object) -> object:
        self._compare()
        self._line = _place(frame)
        return self._step

    def _look_at(self, x: Generators) -> None:
        if id(x) not in self._states:
            self._states[id(x)] = (x, _state_of(x))
            legacy = isinstance(x, np.random.RandomState)
            self._before.append((x, x.get_state() if legacy else x.bit_generator.state))  # type: ignore[union-attr]

    def rewind(self) -> None:
        """Restore NumPy's generators to their states before the run."""
        for x, state in self._before:
            if _is_legacy(x):
                x.set_state(state)
            else:
                x.bit_generator.state = state

    def _compare(self) -> None:
        """Whether one has moved on without minigrad since the last look."""
        for key, (x, before) in self._states.items():
            if (now := _state_of(x)) != before:
                self._states[key] = (x, now)
                self.frozen.setdefault(self._line or self._first_line(), DRAW)

    def _first_line(self) -> str:
        if self._code is None:
            return repr(self.f)
        return f"{self._code.co_filename}, line {self._code.co_firstlineno}"


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in _OURS


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"


def _held_by(thing: object) -> list[object]:
    """The attributes of an object of the user's, such as a model that holds its generator."""
    if isinstance(thing, type) or type(thing).__module__.partition(".")[0] in (*_OURS, "builtins"):
        return []
    return list(vars(thing).values())


def _state_of(x: Generators) -> object:
    """Something that changes when numbers are drawn."""
    if isinstance(x, np.random.RandomState):
        _, key, position, *rest = x.get_state()
        return position, key[0], key[-1], *rest
    state: Any = x.bit_generator.state
    return repr(state) if isinstance(x.bit_generator, np.random.MT19937) else _plain(state)


def _is_legacy(x: object) -> bool:
    return isinstance(x, np.random.RandomState)


def _plain(state: object) -> object:
    return {k: _plain(v) for k, v in state.items()} if isinstance(state, dict) else _number(state)


def _number(x: object) -> object:
    return x.tobytes() if isinstance(x, np.ndarray) else x
