"""Firefox, headless, over WebDriver BiDi: the protocol that it speaks itself, without a driver."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import websocket

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
missing = "" if PROGRAM else "no Firefox here (Debian: apt install firefox-esr)"


class Firefox:
    """A tab of a Firefox that has just been started."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(f"{address}/session", suppress_origin=True)
        self._count = 0
        self._command("session.new", capabilities={})
        self._tab = self._command("browsingContext.create", type="tab")["context"]

    def _command(self, method: str, **given: object) -> dict:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": given}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._count:
            pass  # an event
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, page: Path, anchor: str = "") -> None:
        where = page.resolve().as_uri() + anchor
        self._command("browsingContext.navigate", context=self._tab, url=where, wait="complete")

    def close(self) -> None:
        self._socket.close()

    def run(self, expression: str) -> object:
        """What an expression in JavaScript is, by way of JSON."""
        answer = self._command(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        value = answer["result"].get("value")
        return None if value is None else json.loads(value)

    def wait(self, expression: str, seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while not self.run(expression):
            assert time.monotonic() < end, f"waited {seconds} s in vain for {expression}"
            time.sleep(0.05)


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A Firefox with a profile of its own, which ends with the block."""
    flags = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)]
    log = profile / "log.txt"
    with log.open("w") as errors, subprocess.Popen([PROGRAM, *flags], stderr=errors) as process:
        try:
            with closing(Firefox(_address(log, process))) as fox:
                yield fox
        finally:
            process.terminate()


def _address(log: Path, process: subprocess.Popen) -> str:
    """Where it listens, which it says when it is ready."""
    while process.poll() is None:
        if found := re.search(r"ws://\S+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"Firefox ended: {log.read_text()[-300:]}")
