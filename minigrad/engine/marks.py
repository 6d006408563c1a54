"""What a sweep leaves in the nodes: its own mark, so nothing needs cleaning up."""

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from types import CodeType, FrameType
from typing import Any, ParamSpec, Protocol, TypeVar

from .values import Value

P = ParamSpec("P")
T = TypeVar("T")


class _Marked(Protocol):
    """A Var, as far as a sweep needs it."""

    _call: Any
    _b: Any
    _flow: Value
    _mark: "Mark | None"

    def _kept(self) -> Value | None: ...


NONE: dict[int, Value] = {}  # nothing is ever put into it: what most marks remember


class Mark:
    """A sweep, as the nodes know it that it has reached: they hold it in `_mark`, and in `_flow`
    what has reached them so far.

    `done` makes that the users' `.grad`, of all nodes at one stroke. Until then, or for good where
    `grad` only asked, a leaf has the `.grad` that was there in `_b`, where others hold an input;
    that of an inner node, which seldom has one, is in `before` by id. So a sweep may stop anywhere
    and nothing needs cleaning up: the next one has its own Mark and ignores what was left. The id
    serves as a key because a node that is looked up holds this Mark.
    """

    __slots__ = ("before", "done", "sums")

    def __init__(self) -> None:
        self.before = NONE
        self.done = False
        self.sums = False  # whether some leaf has the gradients of several backwards

    def remember(self, x: _Marked) -> None:
        """Keep the `.grad` of x, which this sweep is about to reach."""
        grad = x._kept()
        if x._call is None:
            x._b = grad
        elif grad is not None:
            if self.before is NONE:
                self.before = {}
            self.before[id(x)] = grad

    def finish(self) -> None:
        self.done, self.before = True, NONE  # in one line: see `turn`


# Sweeps take turns, since nodes and leaves are shared among threads. `with turn:` and what it does
# are on one line: a debugger that raises between lines can't come between lock and release.
turn = threading.RLock()
at_work: list[Mark | None] = [None]  # whose turn it is
_takers: set[CodeType] = set()


def takes_turns(f: Callable[P, T]) -> Callable[P, T]:
    """Decorates a function with `with turn:` in it."""
    _takers.add(f.__code__)
    return f


def _runs_in(frame: FrameType | None) -> bool:
    """Whether a function that takes turns is on this stack."""
    while frame is not None and frame.f_code not in _takers:
        frame = frame.f_back
    return frame is not None


def in_turn() -> bool:
    """Whether a sweep of this thread is running, interrupted by a signal handler or a closure.

    The lock alone could have been left behind by an exception: then it is released.
    """
    if not turn._is_owned():  # type: ignore[attr-defined]
        return False
    runs = _runs_in(sys._getframe(2))
    if not runs:
        turn.release()
    return runs


def interrupts(x: _Marked) -> bool:
    """Whether this thread's running sweep has reached x."""
    mark = x._mark
    return in_turn() and mark is not None and mark is at_work[0] and not mark.done


def give(grads: Sequence[tuple[_Marked, Value | None]]) -> None:
    """Set the users' gradients of several nodes, all or, if interrupted, none."""
    mark = Mark()
    for x, grad in grads:
        mark.remember(x)
        x._mark = mark
        x._flow = grad  # type: ignore[assignment]
    mark.finish()


def forget(leaves: Sequence[_Marked]) -> None:
    """Take the users' gradients away from leaves, from one after the other."""
    for x in leaves:
        x._b = None  # first: what has no mark has nothing there
        x._mark = None
        x._flow = None  # type: ignore[assignment]  # gives memory back, no more


def add(leaves: Iterable[_Marked], shares: Iterable[Value]) -> None:
    """Add to the users' gradients of several leaves, all or, if interrupted, none."""
    mark = Mark()
    for x, d in zip(leaves, shares):
        was = x._mark
        if was is not None:
            if was is mark:  # it had a share already
                x._flow = x._flow + d
                continue
            if was.done:
                x._b = x._flow
            if x._b is not None:
                mark.sums = True
                d = x._b + d
        x._mark = mark
        x._flow = d
    mark.done = True
