"""Renderers: which one draws, what they may take, what is said where none can."""

import os
import shlex
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import minigrad as mg
from minigrad.pictures import render as room
from minigrad.pictures import webassembly
from minigrad.pictures.render import RendererError, render

SMALL = "digraph {a -> b}"


def large(count=700):
    """A long chain whose every node reads one leaf: long edges are what takes time."""
    nodes = "".join(f"n{i} -> n{i + 1}\nleaf -> n{i}\n" for i in range(count))
    return f'digraph {{ rankdir=LR node [label="a node\'s words"]\n{nodes}}}'


def install(folder: Path, monkeypatch, script: str) -> None:
    """A program called dot, the only one on PATH."""
    program = folder / "dot"
    # Of a `#!` line a space ends the program's name: the shell takes a quoted one.
    (program.parent / "dot.py").write_text(script)
    quoted = " ".join(map(shlex.quote, (sys.executable, str(program.parent / "dot.py"))))
    program.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.fixture
def no_webassembly(monkeypatch):
    def fails(dot):
        raise RuntimeError("call stack\nexhausted")

    monkeypatch.setattr(webassembly, "layout", fails)


def test_graphviz_draws_in_its_own_words():
    assert webassembly.layout(SMALL).startswith(b"<?xml")
    assert b"<!--" in webassembly.layout(SMALL, "svg")
    with pytest.raises(RuntimeError, match="Failed to parse DOT source"):
        webassembly.layout("digraph {")


@pytest.mark.skipif(os.name == "nt", reason="installs a script")
def test_a_dot_on_path_stands_in(monkeypatch, tmp_path, no_webassembly):
    script = "import sys; print('<svg>', sys.argv[1:], sys.stdin.read(), '</svg>')"
    install(tmp_path, monkeypatch, script)
    assert render(SMALL).strip() == f"<svg> ['-Tsvg'] {SMALL} </svg>"


@pytest.mark.skipif(os.name == "nt", reason="installs a script")
def test_a_dot_that_fails_is_quoted(monkeypatch, tmp_path, no_webassembly):
    install(tmp_path, monkeypatch, "import sys; sys.exit('Error: out of memory')")
    with pytest.raises(RendererError, match="exhausted; dot: Error: out of memory"):
        render(SMALL)


def test_neither_names_the_remedies(monkeypatch, no_webassembly):
    monkeypatch.setenv("PATH", "")
    words = r"pip install .*smaller max_nodes \(WebAssembly: call stack exhausted; dot: there is no"
    with pytest.raises(RendererError, match=words):
        render(SMALL)


def test_a_layout_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(room, "MOST_SECONDS", 0.3)
    started = time.perf_counter()
    with pytest.raises(RendererError, match="stopped after 0.3 s: take a smaller max_nodes, group"):
        render(large())
    assert time.perf_counter() - started < 20.0
    monkeypatch.undo()
    assert "<svg" in render(SMALL)  # the next one is not harmed


def test_an_interrupt_ends_the_layout(monkeypatch):
    """As Ctrl-C while the main thread waits."""

    class Impatient(threading.Thread):
        def join(self, timeout=None):
            super().join(0.2)
            raise KeyboardInterrupt

    others = threading.active_count()
    monkeypatch.setattr(room.threading, "Thread", Impatient)
    with pytest.raises(KeyboardInterrupt):
        render(large())
    monkeypatch.undo()
    deadline = time.monotonic() + 20.0
    while threading.active_count() > others and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "<svg" in render(SMALL)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(webassembly, "MOST_MEMORY", 12 << 20)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RendererError, match="smaller max_nodes"):
        render(large(3000))
    monkeypatch.undo()
    assert "<svg" in render(SMALL)


@pytest.mark.skipif(os.name == "nt", reason="installs a script")
def test_a_dot_that_hangs_or_grows_is_ended(monkeypatch, tmp_path, no_webassembly):
    install(tmp_path, monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(room, "MOST_SECONDS", 0.5)
    with pytest.raises(RendererError, match="stopped after 0.5 s"):
        render(SMALL)
    monkeypatch.undo()
    if sys.platform == "linux":
        monkeypatch.setattr(webassembly, "layout", lambda dot: 1 / 0)
        grow = "try: bytearray(6 << 30)\nexcept MemoryError: raise SystemExit('no memory')"
        install(tmp_path, monkeypatch, grow)
        with pytest.raises(RendererError, match="dot: no memory"):
            render(SMALL)


@pytest.mark.parametrize("place", ["kept", "nowhere"])
def test_the_machine_code_is_kept_where_it_can_be(tmp_path, place):
    """A second process is served from the cache; without a folder for it each compiles anew."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "file").write_text("")
    folder = home if place == "kept" else tmp_path / "file" / "x"
    known = {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    code = f"from minigrad.pictures.render import render; print(len(render({SMALL!r})))"
    lengths = set()
    for _ in range(2 if place == "kept" else 1):
        done = subprocess.run(
            [sys.executable, "-c", code], env=known, capture_output=True, text=True, timeout=120
        )
        assert done.stderr == "" and done.returncode == 0
        lengths.add(done.stdout)
    assert len(lengths) == 1
    kept = [path for path in home.rglob("*") if path.is_file() and path.stat().st_size > 100_000]
    assert bool(kept) == (place == "kept")
    for path in kept:  # a damaged entry is no harm
        path.write_bytes(path.read_bytes()[:50_000])
        done = subprocess.run(
            [sys.executable, "-c", code], env=known, capture_output=True, text=True, timeout=120
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, *lengths, "")


# ------------------------------------------------------------------------------------- the files


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = mg.draw(mg.Var(1.0, "x")).save(tmp_path / "x.dot")
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"can't write .*x\.dot: No space left.*name a place"):
        mg.draw(mg.Var(2.0, "another")).save(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["x.dot"]
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        mg.draw(mg.Var(2.0, "another")).save(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["x.dot"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_is_written_to(tmp_path):
    (tmp_path / "x.dot").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left on device"):
        mg.draw(mg.Var(1.0, "x")).save(tmp_path / "x.dot")
    assert Path("/dev/full").is_char_device()


def test_mode_and_links_stay(tmp_path):
    target = tmp_path / "target.dot"
    target.write_text("old")
    target.chmod(0o640)
    link = tmp_path / "link.dot"
    link.symlink_to(target)
    mg.draw(mg.Var(1.0, "x")).save(link)
    assert link.is_symlink() and target.read_text().startswith("digraph")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    mask = os.umask(0o022)
    os.umask(mask)
    fresh = mg.draw(mg.Var(1.0, "x")).save(tmp_path / "fresh.dot")
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o666 & ~mask


def test_a_reader_in_between_sees_a_whole_file(tmp_path):
    drawing = mg.draw(mg.Var(1.0, "x" * 30))
    path = drawing.save(tmp_path / "x.svg")
    size, sizes, stop = path.stat().st_size, set(), threading.Event()

    def look():
        while not stop.is_set():
            sizes.add(len(path.read_bytes()))

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(200):
        drawing.save(path)
    stop.set()
    thread.join()
    assert sizes == {size}


def test_nobody_writes_a_file_but_through_one_function():
    root = Path(mg.__file__).parent
    writers = [
        path.name
        for path in root.rglob("*.py")
        if any(word in path.read_text() for word in ("write_text(", "write_bytes(", '.open("w'))
    ]
    assert writers == ["files.py"]
