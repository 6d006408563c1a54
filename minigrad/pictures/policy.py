"""What a page may do, as a Content-Security-Policy: use its own style and script, each named by
its hash, and nothing else."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable


def policy(script: str, styles: Iterable[str], webassembly: bool = False) -> str:
    """The policy of a page of this script, "" if it has none, and these style sheets.

    It forbids `style="…"` and `onclick="…"` in the HTML as well. `webassembly` lets the page
    compile what it carries, in a worker that it makes.
    """
    scripts = f"; script-src {_hash(script)}" if script else ""
    scripts += " 'wasm-unsafe-eval'; worker-src blob:" if webassembly else ""
    sheets = " ".join(dict.fromkeys(map(_hash, styles)))
    return f"default-src 'none'; base-uri 'none'; form-action 'none'{scripts}; style-src {sheets}"


def _hash(text: str) -> str:
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
