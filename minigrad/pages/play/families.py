"""Distributions as a page needs them: what each records on the tape, step by step.

A family's draw, log-density, entropy and divergences are recorded once at example parameters, and
the page makes the same nodes on the leaves that a program names. So no formula is written twice.
"""

import inspect
from collections.abc import Callable, Sequence
from itertools import count

from ...distributions import (
    Cauchy,
    Distribution,
    Exponential,
    Gumbel,
    HalfNormal,
    Laplace,
    Logistic,
    LogNormal,
    Normal,
    Uniform,
    Weibull,
    kl_divergence,
)
from ...engine.op import OPS
from ...engine.variable import Var, constant
from ...equations import Equation, equations_of

FAMILIES: tuple[type[Distribution], ...] = (
    Normal,
    LogNormal,
    HalfNormal,
    Uniform,
    Exponential,
    Laplace,
    Logistic,
    Gumbel,
    Cauchy,
    Weibull,
)
_EXAMPLE = (0.5, 1.5)  # parameters that every family takes, and an outcome that all of them know
_OUTCOME = 0.9
_SWAPPED = (2.5, 0.25)
_WRONG = -1.0  # what a parameter that must be positive refuses

Recorded = list[object]


def families() -> dict[str, dict[str, object]]:
    """Each family: the names of its parameters, the `law` of its noise, and what it records.

    `draw` has the noise as its last input, `log_prob` the outcome; `kl` has an entry for each
    other family that a closed form is known for, with the parameters of both; `kl_standard` is the
    one from N(0, 1). `refuses` has for each parameter the words for a number that it does not
    take, or ""; `order` those for two parameters in the wrong order.
    """
    return {family.__name__: _described(family) for family in FAMILIES}


def _described(family: type[Distribution]) -> dict[str, object]:
    names = [*inspect.signature(family).parameters]
    n = len(names)

    def of(parameters: Sequence[Var]) -> Distribution:
        return family(*parameters)

    divergences = {
        other.__name__: recorded
        for other in FAMILIES
        if (recorded := _divergence(family, other)) is not None
    }
    return {
        "wanted": names,
        "law": of([Var(x) for x in _EXAMPLE[:n]])._law.name,
        "draw": _recorded(lambda *x: of(x[:n]).transform(x[n]), n, _OUTCOME),
        "log_prob": _asked(lambda *x: of(x[:n]).log_prob(x[n]), n, _OUTCOME),
        "entropy": _asked(lambda *x: of(x).entropy(), n),
        "mean": _asked(lambda *x: of(x).mean, n),
        "stddev": _asked(lambda *x: of(x).stddev, n),
        "variance": _asked(lambda *x: of(x).variance, n),
        "kl": divergences,
        "kl_standard": _to_standard(of, n),
        "order": _order(family),
        "refuses": [_refusal(family, names, i) for i in range(n)],
    }


def _asked(f: Callable[..., Var], n: int, *more: float) -> Recorded | None:
    """What `f` records; None where the family has no such number, or a page can't compute it."""
    try:
        return _recorded(f, n, *more)
    except NotImplementedError:
        return None


def _divergence(p: type[Distribution], q: type[Distribution]) -> Recorded | None:
    n, m = (len(inspect.signature(each).parameters) for each in (p, q))

    def divergence(*x: Var) -> Var:
        return kl_divergence(p(*x[:n]), q(*x[n:]))

    try:
        return _recorded(divergence, 0, *_EXAMPLE[:n], *_EXAMPLE[:m])
    except NotImplementedError:
        return None


def _to_standard(of: Callable[[Sequence[Var]], Distribution], n: int) -> Recorded | None:
    """The divergence from N(0, 1), whose numbers leave no step of their own."""
    try:
        return _recorded(lambda *x: kl_divergence(of(x), Normal(0.0, 1.0)), n)
    except NotImplementedError:
        return None


def _order(family: type[Distribution]) -> str:
    """The words for two parameters in the wrong order, `{}` for each; "" where any is right."""
    try:
        family(*_SWAPPED[: len(inspect.signature(family).parameters)])
    except ValueError as error:
        message = str(error)
        return message.replace(str(_SWAPPED[0]), "{}").replace(str(_SWAPPED[1]), "{}")
    return ""


def _refusal(family: type[Distribution], names: list[str], i: int) -> str:
    """The words in which the family refuses a wrong parameter, `{}` for the number."""
    wrong = [_WRONG if k == i else x for k, x in zip(range(len(names)), _EXAMPLE, strict=False)]
    try:
        family(*wrong)
    except ValueError as error:
        return str(error).replace(str(_WRONG), "{}")
    return ""


def _recorded(f: Callable[..., Var], examples: int, *more: float) -> Recorded:
    """What `f` records of leaves: the op and inputs of each step; a literal is a number, input
    number k is "k"."""
    leaves = [Var(x) for x in (*_EXAMPLE[:examples], *more)]
    found = f(*leaves)
    output = found if isinstance(found, Var) else constant(found)
    equations = equations_of(output, *leaves)
    given = {position: k for k, position in enumerate(equations.outputs[1:])}
    steps: Recorded = []
    places: dict[int, int] = {}
    numbers = count()
    for row in equations:
        if row.position in given:
            places[row.position] = -1 - given[row.position]
        else:
            places[row.position] = next(numbers)
            steps.append(_step(row, places))
    return [*steps, places[equations.outputs[0]]]


def _step(row: Equation, places: dict[int, int]) -> object:
    """The op, where its inputs are (leaf k is -1 - k), its kind and its scope; of a number that
    is in the formula the number, and in a scope "" with the number in place of inputs."""
    if not row.op:
        return ["", row.value, row.kind, row.scope] if row.scope else row.value
    if row.static or not OPS[row.op].javascript:
        raise NotImplementedError(f"{row.op} is no op of a page")
    return [row.op, [places[i] for i in row.inputs], row.kind, row.scope]
