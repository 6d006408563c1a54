"""Distributions as a page needs them: what each records on the tape, step by step.

A family's draw, log-density, entropy and divergences are recorded once at example parameters, and
the page makes the same nodes on the leaves that a program names. So no formula is written twice.
"""

import inspect
from collections.abc import Callable, Sequence
from itertools import count

from ...distributions import (
    Beta,
    Cauchy,
    Chi2,
    Distribution,
    Exponential,
    Gamma,
    Gumbel,
    HalfCauchy,
    HalfNormal,
    InverseGamma,
    Kumaraswamy,
    Laplace,
    Logistic,
    LogNormal,
    Normal,
    Pareto,
    RelaxedBernoulli,
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
    HalfCauchy,
    Pareto,
    Kumaraswamy,
    RelaxedBernoulli,
    Gamma,
    Beta,
    Chi2,
    InverseGamma,
)
_EXAMPLE = (0.5, 1.5)  # parameters that most families take, and an outcome that all of them know
_EXAMPLES: dict[type[Distribution], tuple[float, ...]] = {RelaxedBernoulli: (0.5, 0.4)}
_OUTCOME = 0.9
_SWAPPED = (2.5, 0.25)
_WRONG = -1.0  # what a parameter that must be positive refuses
_ABOVE = 2.0  # and one that is a probability

Recorded = list[object]


def families() -> dict[str, dict[str, object]]:
    """Each family: the names of its parameters, the `law` of its noise, and what it records.

    `draw` has the noise as its last input, `log_prob` the outcome; `kl` has an entry for each
    other family that a closed form is known for, with the parameters of both; `kl_standard` is the
    one from N(0, 1). What a page can't compute is None: a `draw` that takes SciPy's quantiles.
    `refuses` has for each parameter the words for a number that it does not take, or "", and
    `takes` whether 0 is taken and what the largest is; `order` are the words for two parameters in
    the wrong order.
    """
    return {family.__name__: _described(family) for family in FAMILIES}


def _described(family: type[Distribution]) -> dict[str, object]:
    names = _names(family)
    n = len(names)
    examples = _examples(family)

    def of(parameters: Sequence[Var]) -> Distribution:
        return family(*parameters)

    divergences = {
        other.__name__: recorded
        for other in FAMILIES
        if (recorded := _divergence(family, other)) is not None
    }
    return {
        "wanted": names,
        "law": of([Var(x) for x in examples])._law.name,
        "draw": _asked(lambda *x: of(x[:n]).transform(x[n]), *examples, _OUTCOME),
        "log_prob": _asked(lambda *x: of(x[:n]).log_prob(x[n]), *examples, _OUTCOME),
        "entropy": _asked(lambda *x: of(x).entropy(), *examples),
        "mean": _asked(lambda *x: of(x).mean, *examples),
        "stddev": _asked(lambda *x: of(x).stddev, *examples),
        "variance": _asked(lambda *x: of(x).variance, *examples),
        "kl": divergences,
        "kl_standard": _asked(lambda *x: kl_divergence(of(x), Normal(0.0, 1.0)), *examples),
        "order": _order(family),
        "refuses": [_refusal(family, i, _WRONG) for i in range(n)],
        "takes": [_taken(family, i) for i in range(n)],
    }


def _names(family: type[Distribution]) -> list[str]:
    """The parameters that a page takes; of those that stand for one another the first."""
    names = [*inspect.signature(family).parameters]
    return names[: len(_EXAMPLES.get(family, names))]


def _examples(family: type[Distribution]) -> tuple[float, ...]:
    return _EXAMPLES.get(family, _EXAMPLE[: len(_names(family))])


def _asked(f: Callable[..., Var], *examples: float) -> Recorded | None:
    """What `f` records; None where the family has no such number, or a page can't compute it."""
    try:
        return _recorded(f, *examples)
    except NotImplementedError:
        return None


def _divergence(p: type[Distribution], q: type[Distribution]) -> Recorded | None:
    n = len(_names(p))

    def divergence(*x: Var) -> Var:
        return kl_divergence(p(*x[:n]), q(*x[n:]))

    return _asked(divergence, *_examples(p), *_examples(q))


def _order(family: type[Distribution]) -> str:
    """The words for two parameters in the wrong order, `{}` for each; "" where any is right."""
    try:
        family(*_SWAPPED[: len(_names(family))])
    except ValueError as error:
        message = str(error)
        if not all(str(x) in message for x in _SWAPPED):
            return ""  # that is about one of them
        return message.replace(str(_SWAPPED[0]), "{}").replace(str(_SWAPPED[1]), "{}")
    return ""


def _refusal(family: type[Distribution], i: int, wrong: float) -> str:
    """The words in which the family refuses a wrong parameter, `{}` for the number."""
    given = [wrong if k == i else x for k, x in enumerate(_examples(family))]
    try:
        family(*given)
    except ValueError as error:
        return str(error).replace(str(wrong), "{}")
    return ""


def _taken(family: type[Distribution], i: int) -> list[object]:
    """Whether a parameter may be 0, and the largest that it may be, if there is one."""
    is_bounded = family is RelaxedBernoulli and _refusal(family, i, _ABOVE)
    return [not _refusal(family, i, 0.0), 1.0 if is_bounded else None]


def _recorded(f: Callable[..., Var], *examples: float) -> Recorded:
    """What `f` records of leaves: the op and inputs of each step; a literal is a number, input
    number k is "k"."""
    leaves = [Var(x) for x in examples]
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
