"""One hostile input, and the judgement on what became of it: right, refused or a fault."""

import re
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import NamedTuple

import numpy as np

import minigrad as mg
from minigrad.pictures.render import RendererError

SECONDS = 20.0  # what takes longer hangs; machines are shared, so no tighter
LONGEST = 700  # characters of a message
DOCUMENTED = (TypeError, ValueError, IndexError, OSError)
DOCUMENTED += (AttributeError, NotImplementedError, RendererError)
BARE = (UnicodeError,)  # of a documented type by inheritance only
INTERNAL = re.compile(
    r"\b(Tracked|Fixed|Held|_order|_[a-z_]+\(\))|Traceback|object at 0x|to unpack"
)
_END_OF_SENTENCE = re.compile(r"[.!?](?=\s+[A-Z])")

Check = Callable[[object], str]  # says what is wrong with a result, "" where nothing is


class Trial(NamedTuple):
    """An input: `shown` as a reader would write it, `call` what is done with it.

    `check` judges the result. The `.grad` of `leaves` may not change.
    """

    shown: str
    call: Callable[[], object]
    check: Check
    leaves: Sequence[mg.Var] = ()


class Kind(NamedTuple):
    """A kind of input: `make` makes one from its own randomness; how many at full size."""

    name: str
    make: Callable[[Random], Trial]
    full: int


class Verdict(NamedTuple):
    outcome: str  # "right", "refused" or "fault"
    why: str = ""


class Hang(BaseException):
    """It took longer than SECONDS; no `except Exception` stops it."""


def trial_of(kind: Kind, number: int) -> Trial:
    """The input of that number, the same in every run."""
    with _quiet():
        return kind.make(Random(f"{kind.name} {number}"))


def judged(trial: Trial) -> Verdict:
    """What became of the input."""
    marks = [np.full(leaf.shape, 0.25 + i) for i, leaf in enumerate(trial.leaves)]
    for leaf, mark in zip(trial.leaves, marks):
        leaf.grad = mark
    verdict = _outcome(trial)
    for leaf, mark in zip(trial.leaves, marks):
        if not np.array_equal(np.asarray(leaf.grad), mark):
            return Verdict("fault", f"{verdict}, and .grad has changed to {leaf.grad}")
    return verdict


def _outcome(trial: Trial) -> Verdict:
    try:
        with _quiet(), _limited():
            result = trial.call()
    except Hang:
        return Verdict("fault", f"it takes more than {SECONDS:g} s")
    except Exception as error:
        wrong = fault_of(error, trial.shown)
        return Verdict("fault", wrong) if wrong else Verdict("refused", str(error))
    try:
        with _quiet():
            wrong = trial.check(result)
    except Exception as error:
        wrong = f"its check fails: {type(error).__name__}: {error}"
    return Verdict("fault", wrong) if wrong else Verdict("right")


def fault_of(error: Exception, shown: str) -> str:
    """What is wrong with a refusal: its type, or a message that is no sentence for a user."""
    kind, message = type(error).__name__, str(getattr(error, "why", error))
    if not isinstance(error, DOCUMENTED) or isinstance(error, BARE):
        return f"{kind}: {message[:200]}"
    return (
        wrong_words(message, shown) and f"{kind}: {message[:200]!r}: {wrong_words(message, shown)}"
    )


def wrong_words(message: str, shown: str) -> str:
    """Why a message is no sentence or two for a user; "" where it is."""
    internal = INTERNAL.search(message)
    if not message.strip():
        return "the message is empty"
    if internal and internal[0] not in shown:
        return f"the message says {internal[0]!r}"
    if len(message) > LONGEST:
        return f"the message has {len(message)} characters"
    if len(_END_OF_SENTENCE.findall(message)) > 2:
        return "the message has more than two sentences"
    return ""


@contextmanager
def _quiet() -> Iterator[None]:
    """NumPy may warn of inf and nan, minigrad of a habit; what Python warns of is a fault."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of np.matrix
        for of_python in (SyntaxWarning, DeprecationWarning):
            warnings.simplefilter("error", of_python)
        yield


@contextmanager
def _limited() -> Iterator[None]:
    """Hang after SECONDS, where signals arrive: in the main thread of what has them."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


# ---------------------------------------------------------------------------------- what is right


def wrong_value(found: object, wanted: object, rtol: float = 1e-9) -> str:
    """What is wrong with a Var where NumPy has `wanted`: its type, shape or numbers."""
    if not isinstance(found, mg.Var):
        return f"it gives a {type(found).__name__}, not a Var"
    value, wanted = found.value, np.asarray(wanted)
    if type(value) is not float and not (
        isinstance(value, np.ndarray) and value.dtype == np.float64 and value.ndim
    ):
        return f"the value is {type(value).__name__} {getattr(value, 'dtype', '')}"
    if found.shape != wanted.shape:
        return f"the shape is {found.shape}, of NumPy {wanted.shape}"
    wanted = wanted.astype(np.float64)
    if not np.allclose(value, wanted, rtol, 1e-300, equal_nan=True):
        return f"the value is {value}, of NumPy {wanted}".replace("\n", " ")
    return ""


def gradients(output: mg.Var, leaves: Sequence[mg.Var]) -> tuple[object, ...]:
    """Those of the output's sum."""
    total = output if output.shape == () else mg.sum(output)
    if not total.requires_grad:
        return tuple(np.zeros(leaf.shape) for leaf in leaves)
    return mg.grad(total, list(leaves), allow_unused=True)


def wrong_gradients(output: mg.Var, leaves: Sequence[mg.Var], finite: bool = False) -> str:
    """What is wrong with the gradients' shapes, or with their numbers if they must be finite."""
    for leaf, g in zip(leaves, gradients(output, leaves)):
        if np.shape(g) != leaf.shape:
            return f"the gradient's shape is {np.shape(g)}, the value's {leaf.shape}"
        if finite and not np.isfinite(g).all():
            return f"the gradient is {g} at {leaf.value}".replace("\n", " ")
    return ""
