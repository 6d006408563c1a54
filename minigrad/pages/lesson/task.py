"""`exercise`: a question on a graph with a checked answer, in a page and in pytest."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ...engine.gradients import grad
from ...engine.values import Value, as_value, shape_of
from ...engine.variable import Var
from ...equations import Equations, equations_of
from ...equations.shares import Share, shares_of
from ...pictures.labels import number, numbers
from ..document import Page
from .composing import Asked
from .lesson import step_through

TOLERANCE = 0.01  # relative: what is left of a number that is rounded to three digits


class Found(NamedTuple):
    """Whether an answer is right, and what it says of how it was found, or ""."""

    is_right: bool
    why: str


class Exercise(Page):
    """A question with its checked answer; `exercise` makes one.

    `question` and `answer` are what was given; `found(x)` judges an answer, `check(x)` raises an
    AssertionError where it is wrong. `html` is a page with the graph, without its gradients until
    the answer is right; `save` writes it.

    >>> x = mg.Var(3.0, "x")
    >>> task = mg.exercise(x * x, "What is x²?", 9.0)
    >>> task.found(9.0)
    Found(is_right=True, why='')
    """

    _what, _height = "exercise", 800

    def __init__(
        self,
        output: Var,
        question: str,
        answer: Value,
        wanted: Var | None,
        tolerance: float,
        names: Mapping[str, object] | None,
    ) -> None:
        self.title, self.question, self.answer = question, question, answer
        self._output, self._wanted, self._tolerance = output, wanted, tolerance
        self._names = names

    def __repr__(self) -> str:
        return f"Exercise({self.question!r})"

    @property
    def html(self) -> str:
        """The page: one HTML file that needs no network. Who reads its source finds the answer."""
        if not isinstance(self.answer, float):
            raise ValueError(
                f"the page asks for a number, this answer has shape {self.answer.shape}: ask for "
                "its sum, or use check alone"
            )
        asked = Asked(self.question, self.answer, self._tolerance, self._mistakes())
        lesson = step_through(self._output, names=self._names, title=self.title)
        return lesson.asking(asked).html

    def check(self, given: object) -> None:
        """Pass a right answer: a number or an array. A wrong one raises AssertionError, whose words
        say what it looks like: the sign turned, a local slope alone, a part of the sum …"""
        is_right, why = self.found(given)
        if not is_right:
            wrong = f"{_described(given)} is not the answer"
            raise AssertionError(f"{self.question.strip()}\n{wrong}{f': {why}' if why else ''}")

    def found(self, given: object) -> Found:
        """Whether the answer is right, within a hundredth by default; and what a wrong one is."""
        value = as_value(given.value if isinstance(given, Var) else given)
        if shape_of(value) != shape_of(self.answer):
            have, need = shape_of(value), shape_of(self.answer)
            return Found(False, f"it has shape {have}, the answer has {need}")
        if self._is_near(value, self.answer):
            return Found(True, "")
        for number_, why in self._mistakes():
            if isinstance(value, float) and self._is_near(value, number_):
                return Found(False, why)
        return Found(False, "")

    def _is_near(self, given: Value, truth: Value) -> bool:
        return bool(np.allclose(given, truth, self._tolerance, 0.5e-4 * self._tolerance))

    def _mistakes(self) -> list[tuple[float, str]]:
        """The usual wrong answers that are other numbers than the right one."""
        if not isinstance(self.answer, float):
            return []
        known = [(-self.answer, "the size is right, the sign is not")]
        if self._wanted is not None:
            known += _of_gradient(self._output, self._wanted)
        return [(x, why) for x, why in known if not self._is_near(x, self.answer)]


def _of_gradient(output: Var, wanted: Var) -> list[tuple[float, str]]:
    """What is left out, or taken twice, on the way to one parameter of a graph of numbers."""
    equations = equations_of(output, wanted)
    target = equations.outputs[1]
    if any(row.shape for row in equations):
        return []
    values = [row.value for row in equations]
    known: list[tuple[float, str]] = []
    for share in shares_of(equations, equations.outputs[0], values, 1.0):
        if share.target == target:
            known += _of_share(share, equations)
    known.append((float(wanted.item()), "that is its value, not its gradient"))
    return known


def _of_share(share: Share, equations: Equations) -> list[tuple[float, str]]:
    return [
        (share.amount, "that is one of its shares; add up what comes along every path"),
        (share.slope, "that is a local slope alone; multiply it by the gradient from above"),
        (share.upstream, "that is the gradient from above alone; multiply it by the local slope"),
    ]


def _described(given: object) -> str:
    return numbers(as_value(given.value if isinstance(given, Var) else given))


def exercise(
    output: Var,
    question: str,
    answer: object,
    *,
    tolerance: float = TOLERANCE,
    names: Mapping[str, object] | None = None,
) -> Exercise:
    """A question on the graph of `output`, in a page and in pytest.

    `answer` is the right number or array; or a Var below `output`, whose gradient is then asked
    for. `tolerance` is relative. `names=locals()` names nodes by variable.

    >>> x = mg.Var(3.0, "x")
    >>> task = mg.exercise((x * x).named("L"), "What is ∂L/∂x?", x)
    >>> task.check(6.0)
    >>> task.check(3.0)
    Traceback (most recent call last):
    AssertionError: What is ∂L/∂x?
    +3.0000 is not the answer: that is one of its shares; add up what comes along every path
    """
    if not isinstance(question, str) or not question.strip():
        raise TypeError(f"a question is a string, not {question!r}")
    if not (isinstance(tolerance, float | int) and 0.0 < tolerance < 1.0):
        raise ValueError(f"a tolerance is a relative error between 0 and 1, not {tolerance!r}")
    wanted = answer if isinstance(answer, Var) else None
    if wanted is not None:
        truth = as_value(grad(output, [wanted])[0])
    else:
        truth = as_value(answer)
    if not np.all(np.isfinite(truth)):
        first = truth if isinstance(truth, float) else float(truth.ravel()[0])
        shown = number(first) if isinstance(truth, float) or math.isnan(first) else numbers(truth)
        raise ValueError(f"the answer of an exercise is a finite number, not {shown}")
    return Exercise(output, question, truth, wanted, float(tolerance), names)
