"""What is switched on where a line runs: recording or not, the scope that new nodes join, and who
watches. A `with` block switches it, for the thread, task or generator that the block is in.
"""

import contextlib
import inspect
import sys
import threading
from collections.abc import Callable, Generator
from contextvars import ContextVar
from functools import wraps
from types import FrameType
from typing import Any, NamedTuple, ParamSpec, TypeVar, overload

P = ParamSpec("P")
T = TypeVar("T")

DEEPEST = 100
"""How many blocks may be nested; pictures draw a box in a box for each scope."""


class Watch:
    """Follows what happens to the Vars in a block, as `trace` does. This one ignores everything."""

    def branches(self, v: object) -> None:
        """Python's `if` or `while` asks `v` for its truth."""

    def reads(self, v: object, how: str) -> None:
        """The line that called minigrad takes the number of `v` off the tape: `how` is ".value"."""

    def renews(self, v: object) -> None:
        """The line that called minigrad gives `v` a new value."""

    def freezes(self, what: str) -> None:
        """The line that called minigrad gets a result that holds for the present numbers alone."""

    def keeps(self, v: object) -> bool:
        """Whether `no_grad` and `detach` are to record `v`, though no gradient passes."""
        return False

    def draws(self, draw: Callable[..., T], rng: object, shape: tuple[int, ...]) -> T:
        """Noise is drawn: `draw(rng, shape)`."""
        return draw(rng, shape)


class Settings(NamedTuple):
    recording: bool = True
    scope: str = ""
    watch: Watch | None = None
    lines: bool = False


OUTSIDE = Settings()
blocks = 0  # that concern ops, in all threads together: while 0, ops skip the costlier `current()`
watches = 0  # the same for blocks that watch
_lock = threading.Lock()


class _Entry:
    """An active block, and the frame of the generator that it is in, if any."""

    __slots__ = ("block", "frame", "left")

    def __init__(self, block: "Block", frame: FrameType | None) -> None:
        self.block, self.frame, self.left = block, frame, False


# The innermost block is last. A thread begins with none, a task with those of its creator.
_entered: ContextVar[tuple[_Entry, ...]] = ContextVar("minigrad", default=())


def current() -> Settings:
    """What the active blocks have switched on. Those of a suspended generator are suspended with
    it: code that waits for its next value runs outside them.
    """
    settings = OUTSIDE
    if not blocks and not watches:
        return settings
    for entry in _entered.get():
        if entry.frame is None or entry.frame.f_back is not None:
            settings = entry.block.change(settings)
    return settings


class Block:
    """A `with` block that changes the settings inside it; also a decorator of functions."""

    def __init__(self, change: Callable[[Settings], Settings], concerns_ops: bool = True) -> None:
        self.change, self._counts = change, int(concerns_ops)
        self._elsewhere: list[_Entry] = []  # in generators, which may be closed by another thread

    def __enter__(self) -> None:
        global blocks
        entered = tuple(entry for entry in _entered.get() if not entry.left)
        if len(entered) >= DEEPEST:
            raise ValueError(
                f"mg.scope and mg.no_grad: {DEEPEST} blocks are nested here already: use "
                "`with`, which leaves each one, or number the parts of a single scope"
            )
        with _lock:  # counted first: one too many costs time, one too few would be wrong
            blocks += self._counts
        entry = _Entry(self, _suspendable(sys._getframe(1)))
        if entry.frame is not None:
            self._elsewhere.append(entry)
        _entered.set((*entered, entry))

    def __exit__(self, *_: object) -> None:
        global blocks
        frame = _suspendable(sys._getframe(1))
        for entry in reversed(_entered.get() if frame is None else self._elsewhere):
            if entry.block is self and entry.frame is frame:
                entry.left = frame is not None
                self._elsewhere = [other for other in self._elsewhere if other is not entry]
                _entered.set(tuple(e for e in _entered.get() if e is not entry))
                break
        with _lock:
            blocks -= self._counts

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """`function`, run inside this block; a generator is inside it whenever it runs."""
        if not callable(function):
            raise TypeError(f"a block decorates a function, not {function!r}")
        return wraps(function)(_within(self, function))


def _within(block: Block, function: Callable[P, T]) -> Callable[P, T]:
    f: Callable[..., Any] = function

    async def task(*args: object, **keywords: object) -> object:
        with block:
            return await f(*args, **keywords)

    def generator(*args: object, **keywords: object) -> Generator[Any, Any, Any]:
        with block:
            return (yield from f(*args, **keywords))

    def call(*args: object, **keywords: object) -> object:
        with block:
            return f(*args, **keywords)

    if inspect.iscoroutinefunction(function):
        return task  # type: ignore[return-value]
    return generator if inspect.isgeneratorfunction(function) else call  # type: ignore[return-value]


def _suspendable(frame: FrameType) -> FrameType | None:
    """The frame, if it can be suspended with the block half done: a generator's.

    Not one that contextlib made a context manager of, whose block is meant for the caller's `with`;
    nor a coroutine, since tasks have contexts of their own and those that it waits for inherit it.
    """
    if not frame.f_code.co_flags & inspect.CO_GENERATOR:
        return None
    by = frame.f_back
    is_manager = by is not None and by.f_code.co_filename == contextlib.__file__
    return None if is_manager else frame


class _NoGrad(Block):
    """`with mg.no_grad():` operations inside record nothing; their results are constants.

    `@mg.no_grad()` does so for a function. It holds for this thread, task or generator.

    >>> x = mg.Var(3.0)
    >>> with mg.no_grad():
    ...     y = x * x
    >>> y.kind, y.requires_grad
    ('constant', False)
    """

    @overload
    def __call__(self) -> Block: ...
    @overload
    def __call__(self, function: Callable[P, T]) -> Callable[P, T]: ...
    def __call__(self, function: object = None) -> object:
        """The block itself, or as a decorator without parentheses the function inside it."""
        return self if function is None else super().__call__(function)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return "mg.no_grad"


no_grad = _NoGrad(lambda settings: settings._replace(recording=False))


def scope(name: str) -> Block:
    """`with mg.scope("encoder"):` nodes made inside belong to that group; `@mg.scope("encoder")`.

    Scopes nest: a node made in `scope("encoder")` inside `scope("vae")` has `.scope` "vae/encoder".
    It holds for this thread, task or generator.

    >>> with mg.scope("encoder"):
    ...     y = mg.exp(mg.Var(1.0))
    >>> y.scope
    'encoder'
    """
    if not isinstance(name, str) or not name:
        raise TypeError(f"a scope needs a name, not {name!r}: mg.scope('encoder')")
    return Block(lambda s: s._replace(scope=f"{s.scope}/{name}" if s.scope else name))


class _Watched(Block):
    def __enter__(self) -> None:
        global watches
        with _lock:
            watches += 1
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        global watches
        super().__exit__()
        with _lock:
            watches -= 1


def watched(watch: Watch) -> Block:
    """`with watched(watch):` it is shown what the block does."""
    return _Watched(lambda settings: settings._replace(watch=watch), concerns_ops=False)


def watcher() -> Watch | None:
    """Who watches here."""
    return current().watch if watches else None
