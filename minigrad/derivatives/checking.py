"""Gradients compared with differences of forward values, which can't share a rule's mistake."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ..engine.gradients import grad
from ..engine.nests import apart, is_container, over
from ..engine.variable import Var, constant

Function = Callable[..., object]
Scalar = Callable[..., Var]


class GradientError(AssertionError):
    """A gradient disagrees with finite differences of the function's values.

    >>> mg.check_gradients(lambda x: x * mg.stop_gradient(x), 3.0)
    Traceback (most recent call last):
    minigrad.derivatives.checking.GradientError: the gradient with respect to argument 0 is 3, ...
    """


class Compared(NamedTuple):
    """One number of a gradient: by backward, and by central differences of the values."""

    argument: str
    backward: float
    differences: float
    sides: tuple[float, float] | None = None  # at a kink: the slopes to its left and right

    @property
    def error(self) -> float:
        """How far apart the two are."""
        return abs(self.backward - self.differences)


def check_gradients(
    f: Function, *args: object, order: int = 1, rtol: float = 1e-6, atol: float = 1e-8
) -> None:
    """Return None if the gradient of `f` at `args` agrees with central differences of its values.

    `f` gets a Var for each of `args` (numbers, arrays, Vars; a constant or noise goes in as it
    is). It returns a Var or a tuple of them; unless that is one scalar, their elements are summed
    with fixed random weights. `order=2` also compares the derivative of that gradient with
    differences of the gradient, which order 1 has just checked; and so on for 3, 4, …

    Raises GradientError where they differ by more than `atol` + `rtol` · the larger one; ValueError
    where the arguments or values of `f` are not finite, or where `f` changes from call to call. At
    a kink, differences give the mean of both slopes, which the rule need not.

    >>> mg.check_gradients(mg.sin, 0.7, order=2)
    >>> mg.check_gradients(mg.matmul, np.ones((2, 3)), np.ones(3))
    """
    if not callable(f):
        raise TypeError(f"check_gradients: give a function, then its arguments, not {f!r} first")
    if type(order) is not int or order < 1:
        raise ValueError(f"check_gradients: order counts derivatives, 1, 2, …, not {order!r}")
    if any(is_container(x) for x in args):
        forms, function = args, f
        args = tuple(leaf for x in forms for leaf in apart(x).values())

        def f(*xs: Var) -> object:
            each = iter(xs)
            return function(*(over(lambda _: next(each), form) for form in forms))

    leaves = [x if isinstance(x, Var) else Var(x) for x in args]
    leaves = [Var(x.value, x.name) if x.requires_grad else x for x in leaves]
    wanted = [i for i, x in enumerate(leaves) if x.requires_grad]
    if not wanted:
        raise ValueError("check_gradients: no argument wants a gradient: give floats or arrays")
    for i in wanted:
        if not np.all(np.isfinite(leaves[i].value)):
            raise ValueError(f"check_gradients: argument {i}, {leaves[i]!r}, is not finite")
    for n in range(1, order + 1):
        total = _one_number(f)
        _compare(total, leaves, wanted, "gradient" if n == 1 else f"derivative {n}", rtol, atol)
        f = _gradient(total, wanted)


def _one_number(f: Function) -> Scalar:
    """`f` made a scalar: all that it returns, summed with the same weights at each call."""
    weights: list[object] = []

    def total(*xs: Var) -> Var:
        given = f(*xs)
        each = given if isinstance(given, tuple) else (given,)
        outputs = [y if isinstance(y, Var) else constant(y) for y in each]
        if len(outputs) == 1 and not outputs[0].shape:
            return outputs[0]
        if not weights:
            rng = np.random.default_rng(0)
            weights.extend(rng.uniform(0.5, 1.5, y.shape) for y in outputs)
        return sum(((y * w).sum() for y, w in zip(outputs, weights, strict=True)), constant(0.0))

    return total


def _gradient(total: Scalar, wanted: list[int]) -> Function:
    def gradient(*xs: Var) -> tuple[object, ...]:
        ys = [xs[i] for i in wanted]
        return grad(total(*xs), ys, create_graph=True, allow_unused=True)

    return gradient


def _compare(
    total: Scalar, leaves: list[Var], wanted: list[int], what: str, rtol: float, atol: float
) -> None:
    y, again = total(*leaves), total(*leaves).item()
    if not math.isfinite(y.item()):
        raise ValueError(f"check_gradients: f is {y:.3g} here: choose a point in its domain")
    if again != y.item():
        raise ValueError(f"check_gradients: f returned {y}, then {again}: draw noise outside it")
    for each in compared(total, leaves, wanted):
        if math.isnan(each.differences):
            raise ValueError(f"check_gradients: f is finite only on one side of {each.argument}")
        allowed = atol + rtol * max(abs(each.backward), abs(each.differences))
        if not each.error <= allowed and each.sides:
            raise GradientError(
                f"f has a kink at {each.argument}: its slope is {each.sides[0]:.6g} on the left, "
                f"{each.sides[1]:.6g} on the right, central differences give "
                f"{each.differences:.6g}, backward {each.backward:.6g}: check beside it"
            )
        if not each.error <= allowed:
            raise GradientError(
                f"the {what} with respect to {each.argument} is {each.backward:.12g}, central "
                f"differences give {each.differences:.12g}: error {each.error:.3g}, "
                f"allowed {allowed:.3g}"
            )


def compared(total: Scalar, leaves: Sequence[Var], wanted: Sequence[int]) -> Iterator[Compared]:
    """Each number of the gradient of `total` with respect to those leaves that are `wanted`.

    The differences are nan where `total` has no finite value on one side.
    """
    gradients = grad(total(*leaves), [leaves[i] for i in wanted], allow_unused=True)
    for i, gradient in zip(wanted, gradients, strict=True):
        argument = f"argument {i} {leaves[i].name}".rstrip()
        for place, x in np.ndenumerate(leaves[i].value):
            where = f"{argument} at {list(map(int, place))}" if place else argument
            moved = partial(_moved, total, leaves, i, place)
            found = Compared(where, float(np.asarray(gradient)[place]), _slope(moved, float(x)))
            suspicious = found.error > 1e-6 * (1.0 + abs(found.backward))
            yield found._replace(sides=_sides(moved, float(x))) if suspicious else found


def _moved(total: Scalar, leaves: Sequence[Var], i: int, at: tuple[int, ...], new: float) -> float:
    """The value of `total` with one number of argument `i` replaced; nan where `f` refuses it."""
    value = np.array(leaves[i].value)
    value[at] = new
    try:
        with np.errstate(all="ignore"):
            return total(*leaves[:i], Var(value), *leaves[i + 1 :]).item()
    except ValueError:  # the step leaves the domain: a smaller one may stay inside
        return math.nan


def _slope(f: Callable[[float], float], x: float) -> float:
    """f'(x) from central differences at ever smaller steps, extrapolated to step 0.

    Each column cancels one more power of step²; the entry closest to its neighbours wins. Ridders,
    "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982).
    """
    best, gap, step, older = math.nan, math.inf, 0.13 * max(1.0, abs(x)), list[float]()
    for _ in range(24):
        low, high = x - step, x + step
        row = [(f(high) - f(low)) / (high - low)]
        for k, before in enumerate(older[:8], start=1):
            row.append(row[-1] + (row[-1] - before) / (4.0**k - 1.0))
            near = max(abs(row[-1] - row[-2]), abs(row[-1] - before)) / (0.01 + abs(row[-1]))
            if near < gap:
                best, gap = row[-1], near
        if len(row) > 3 and gap < 1e-10:
            break
        older, step = row, 0.5 * step
    return best


def _sides(f: Callable[[float], float], x: float) -> tuple[float, float] | None:
    """The slopes on both sides of x if f has a kink there: they differ at any step alike."""
    found = []
    for step in (1e-3, 1e-5):
        step *= max(1.0, abs(x))
        middle = f(x)
        found.append(((middle - f(x - step)) / step, (f(x + step) - middle) / step))
    (left, right), near = found
    jump = near[1] - near[0]
    stays = abs(jump - (right - left)) < 0.1 * abs(jump)
    return near if math.isfinite(jump) and abs(jump) > 1e-4 * abs(near[0]) and stays else None
