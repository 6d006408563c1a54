"""Where in the user's code a node was made: file and line, for those who switch it on."""

import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .context import Block, current

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def lines() -> Block:
    """`with mg.lines():` nodes made inside remember file and line, `v.line` like "vae.py:31".

    `explain`, errors and the text of a Var then say it, and NumPy's warnings point at the user's
    line. It holds for this thread, task or generator, and may decorate a function. Outside it
    nothing is looked up, so it costs nothing; inside, a node takes about 35 times as long.

    >>> with mg.lines():
    ...     y = mg.exp(mg.Var(1.0))
    >>> y.line
    '...:2'
    """
    return Block(lambda settings: settings._replace(lines=True))


def line_of_user() -> str:
    """The innermost line that is not minigrad's, as "vae.py:31"."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def located(function: Callable[..., Any], doing: str) -> Callable[..., Any]:
    """`function`, whose NumPy warnings point at the user's line where lines are switched on."""
    if not current().lines:
        return function

    def warn(kind: str, flag: int) -> None:
        frame, depth = sys._getframe(), 1
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
            frame, depth = frame.f_back, depth + 1
        warnings.warn(f"{kind} encountered in {doing}", RuntimeWarning, stacklevel=depth)

    def run(*args: object, **keywords: object) -> object:
        asked: dict[str, Any] = {k: "call" for k, how in np.geterr().items() if how == "warn"}
        with np.errstate(call=warn, **asked):
            return function(*args, **keywords)

    return run
