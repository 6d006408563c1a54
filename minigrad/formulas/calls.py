"""What a formula may call: functions of numbers, distributions, and queries of these."""

import difflib
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from .. import distributions, ops
from ..distributions.base import Distribution
from ..distributions.kl import kl_divergence
from ..engine.op import OPS
from ..engine.variable import Var
from .grammar import Instruction, Statement

_OF_MORE = frozenset(  # outcomes, or parameters, that are not single numbers
    "Categorical Dirichlet Distribution Independent LKJCholesky LowRankMultivariateNormal "
    "MixtureSameFamily MultivariateNormal OneHotCategorical RelaxedOneHotCategorical "
    "Transformed".split()
)
_STANDARD = distributions.Normal(0.0, 1.0)
SAME_FUNCTION = {"max": "maximum", "min": "minimum", "stop": "stop_gradient"}
MEANT = {
    **{"ln": "log", "logarithm": "log", "sgn": "sign", "asin": "arcsin", "acos": "arccos"},
    **{"atan": "arctan", "atan2": "arctan2", "gammaln": "lgamma", "logistic": "sigmoid"},
    **{"expit": "sigmoid", "sqr": "square", "neg": "negative", "pow": "power", "psi": "digamma"},
    **{"normal": "Normal", "gaussian": "Normal", "kl_divergence": "kl", "detach": "stop_gradient"},
}
QUERIES: dict[str, Callable[..., Var]] = {
    "kl": lambda q, p=_STANDARD: kl_divergence(q, p),
    "log_prob": lambda q, x: q.log_prob(x),
    "entropy": lambda q: q.entropy(),
    "mean": lambda q: q.mean,
    "stddev": lambda q: q.stddev,
    "variance": lambda q: q.variance,
}


def functions() -> list[str]:
    """The functions that a formula may call on numbers."""
    rows = (op for op in OPS.values() if op.elementwise and not op.defaults and not op.infix)
    return sorted({op.name for op in rows} & set(ops.__all__))


def families() -> list[str]:
    """The distributions of numbers that a program may name."""
    return sorted(name for name in distributions.__all__ if _family(name) is not None)


def _family(name: str) -> type[Distribution] | None:
    known = getattr(distributions, name, None) if name in distributions.__all__ else None
    is_one = isinstance(known, type) and issubclass(known, Distribution)
    return known if is_one and name not in _OF_MORE else None


class Function(NamedTuple):
    """The function of a call, its inputs' names (p, q for distributions), how many it needs."""

    call: Callable[..., Any]
    wanted: list[str]
    least: int


def function_of(line: Statement, step: Instruction) -> Function:
    """What a step calls; an ExpressionError where there is no such function, with the one meant."""
    name = SAME_FUNCTION.get(step.text, step.text)
    row = OPS.get(name)
    if row is not None and row.elementwise and not row.defaults:
        code = row.forward.__code__
        return Function(row.function, list(code.co_varnames[: len(row.rules)]), len(row.rules))
    call = QUERIES.get(name) or _family(name)
    if call is None:
        raise line.refused(_unknown(step.text), step.column)
    parameters = inspect.signature(call).parameters.values()
    least = sum(parameter.default is parameter.empty for parameter in parameters)
    return Function(call, [parameter.name for parameter in parameters], least)


def _unknown(name: str) -> str:
    """Why there is no such function, and which was meant."""
    known = [*functions(), *QUERIES, *families()]
    near = MEANT.get(name) or next(iter(difflib.get_close_matches(name, known, 1, 0.75)), "")
    meant = f": did you mean {near}?" if near else ""
    if name == "data":
        meant = ": it makes a constant on a line of its own, x = data(1.2)"
    return f"{name} is not a function here{meant or ': ' + ' '.join(known)}"
