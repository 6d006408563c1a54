"""What a thread has switched on: recording or not, and the scope that new nodes join."""

import threading


class _Thread(threading.local):
    """A thread's settings; every thread begins with these."""

    recording = True
    scope = ""

    def __init__(self) -> None:
        self.before: list[tuple[bool, str]] = []  # what the blocks put back, innermost last


thread = _Thread()
blocks = 0  # active in all threads together: while 0, ops skip the costlier look at `thread`
_lock = threading.Lock()


class Block:
    """A `with` block that changes this thread's settings and puts them back."""

    def __init__(self, recording: bool = True, scope: str = "") -> None:
        self._recording, self._scope = recording, scope

    def __enter__(self) -> None:
        global blocks
        thread.before.append((thread.recording, thread.scope))
        thread.recording = thread.recording and self._recording
        if self._scope:
            thread.scope = f"{thread.scope}/{self._scope}" if thread.scope else self._scope
        with _lock:
            blocks += 1

    def __exit__(self, *_: object) -> None:
        global blocks
        thread.recording, thread.scope = thread.before.pop()
        with _lock:
            blocks -= 1


def no_grad() -> Block:
    """`with mg.no_grad():` this thread's operations record nothing; their results are constants."""
    return Block(recording=False)


def scope(name: str) -> Block:
    """`with mg.scope("encoder"):` nodes made inside, by this thread, belong to that group.

    Scopes nest: a node made in `scope("encoder")` inside `scope("vae")` has `.scope` "vae/encoder".
    """
    if not isinstance(name, str) or not name:
        raise TypeError(f"a scope needs a name, not {name!r}: mg.scope('encoder')")
    return Block(scope=name)
