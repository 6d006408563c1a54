"""The command line, `minigrad step "sin(mu + sigma*eps)" mu=0.7 sigma=1.2 eps~normal`.

The exit status is 0 for success; 1 if the check fails, there is no program, or a file can't be
written; 2 if the command or the formula is not understood; 130 after Ctrl-C.
"""

import os
import sys
from collections.abc import Sequence

from ..derivatives.checking import GradientError
from ..formulas.tokens import LONGEST
from ..pictures.printing import PrintingError
from ..pictures.render import RendererError
from .commands import UsageError, typed
from .flags import make_parser, options_of

_REFUSED = (ValueError, OSError, ImportError, NotImplementedError, MemoryError, GradientError)


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        return _run(sys.argv[1:] if given is None else given)
    except KeyboardInterrupt:
        return _refuse("interrupted", 130)


def _run(given: Sequence[str]) -> int:
    if sys.stdout is None:
        return _refuse("standard output is closed", 1)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Greek shows ? and goes on
    status = 0
    try:
        status = _command_of(given)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse has printed its message
        status = stop.code if isinstance(stop.code, int) else 2
    except BrokenPipeError:  # `| head` has seen enough
        status = _give_up_output()
    except OSError as error:  # a full disk behind standard output, say
        status = _refuse(f"can't write to standard output: {error.strerror}", _give_up_output())
    return status


def _command_of(given: Sequence[str]) -> int:
    if not given:
        make_parser().print_help()
        return 0
    options = options_of(given)
    formula = None
    try:
        if options.expression is not None:
            text = _standard_input() if options.expression == "-" else options.expression
            formula = typed(text, options.values, options.seed)
    except ValueError as error:
        return _refuse(str(error), 2)
    try:
        options.run(options) if formula is None else options.run(formula, options)
    except (*_REFUSED, RendererError, PrintingError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of standard output; errors of files explain themselves
        return _refuse(str(error) or type(error).__name__, 1)
    return 0


def _refuse(why: str, status: int) -> int:
    if sys.stderr is not None:
        print(f"minigrad: {why}", file=sys.stderr)
    return status


def _give_up_output() -> int:
    """Let Python's own flush at exit succeed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _standard_input() -> str:
    """The program there; no more is read than a program may have."""
    if sys.stdin is None:
        raise UsageError("standard input is closed: give the formula as an argument")
    try:
        text = sys.stdin.read(LONGEST + 1)
    except UnicodeDecodeError:
        raise UsageError("standard input is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"can't read standard input: {error.strerror}") from None
    if len(text) > LONGEST:
        raise UsageError(f"standard input has more than {LONGEST:,} characters")
    return text
