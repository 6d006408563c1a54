"""Probabilities of countable outcomes: their checks, and logs that are right at 0."""

import math

import numpy as np
from numpy.typing import NDArray

from ..engine.values import shape_of
from ..engine.variable import Var
from ..equations import nan_below
from ..ops import equal, log, multiply, where
from .parameters import Numbers, as_parameter, first_where, value_of


def the_given(name: str, probs: object, logits: object) -> tuple[Numbers, bool]:
    """Whichever of the two was given, and whether it is probs."""
    if (probs is None) == (logits is None):
        what = "neither was" if probs is None else "both were"
        raise ValueError(f"{name} takes probs= or logits=, {what} given")
    return as_parameter(logits if probs is None else probs), probs is not None


def check_all(good: np.bool_ | NDArray[np.bool_], name: str, x: Numbers, rule: str) -> None:
    """A ValueError that names the first number of x where `good` is not true."""
    if not np.all(good):
        number, place = first_where(~np.asarray(good), value_of(x))
        why = f": {nan_below(x)}" if math.isnan(number) else ""
        raise ValueError(f"{name} must be {rule}, not {number}{place}{why}")


def check_choices(name: str, x: Numbers, is_probs: bool) -> None:
    """Refuse invalid probs and logits, and a set of choices none of which is possible."""
    value, shape = value_of(x), shape_of(x)
    if not shape or not shape[-1]:
        what = "probs" if is_probs else "logits"
        raise ValueError(f"{name}: {what} of shape {shape} need a last axis, one number per choice")
    if is_probs:
        good = np.greater_equal(value, 0.0) & np.isfinite(value)
        check_all(good, f"{name}: probs", x, "0 or more and finite (logits= takes any number)")
        possible = np.sum(value, -1)
        check_all(np.greater(possible, 0.0), f"{name}: the sum of probs", possible, "above 0")
    else:
        rule = "finite, or -inf for a choice that is never made"
        check_all(np.less(value, math.inf), f"{name}: logits", x, rule)
        top = np.max(value, -1)
        check_all(np.isfinite(top), f"{name}: the largest of logits", top, "finite")


def safe_log(x: Numbers) -> Var:
    """log x for x ≥ 0; at 0 it is -inf with gradient 0, where the gradient of log is inf."""
    never = equal(x, 0.0)
    return where(never, -math.inf, log(where(never, 1.0, x)))


def probability(name: str, u: object) -> Numbers:
    """u, which must be a probability."""
    held = as_parameter(u)
    value = value_of(held)
    good = np.greater_equal(value, 0.0) & np.less_equal(value, 1.0)
    check_all(good, f"{name}: u", held, "a probability, from 0 to 1")
    return held


def expected(p: Numbers, x: Numbers) -> Var:
    """p · x, and 0 where p is 0, even if x is infinite there."""
    return multiply(p, where(equal(p, 0.0), 0.0, x))
