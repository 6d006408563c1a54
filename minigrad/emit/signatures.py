"""What a program of a call depends on: which arguments are live, their kinds and shapes."""

from typing import Any

import numpy as np

from ..engine.nests import parts_of, rebuilt
from ..engine.values import Value, as_value, shape_of
from ..engine.variable import Fixed, Tracked, Var, constant

LIVE = (Tracked, Fixed, float, np.ndarray)  # what may change from call to call


def fresh(
    args: tuple[Any, ...], keywords: dict[str, Any], numbers: bool
) -> tuple[list[Var], tuple[Any, ...], dict[str, Any]]:
    """Leaves in place of the live arguments: the leaves, the arguments, the keywords."""
    leaves: list[Var] = []

    def leaf(x: object) -> object:
        if not isinstance(x, LIVE):
            return x
        kind = "" if not isinstance(x, Var) else x.kind if x.kind == "noise" else "constant"
        wants = x.requires_grad if isinstance(x, Var) else numbers
        value = program_value(x)
        leaves.append(Var(value) if wants else constant(value, "", kind or "constant"))
        return leaves[-1]

    given = rebuilt(args, (leaf(x) for _, x in parts_of(args)))
    named = rebuilt(keywords, (leaf(x) for _, x in parts_of(keywords)))
    return leaves, given, named


def kind_of(name: str, x: object, numbers: bool) -> object:
    """What a program depends on: the kind and shape of what is live, and anything else itself."""
    if isinstance(x, Var):
        return name, "Var", x.requires_grad, x.shape
    if isinstance(x, LIVE):
        return name, "number", shape_of(x)
    try:
        hash(x)
    except TypeError:
        return name, type(x), id(x)
    return name, type(x), x


def program_value(x: object) -> Value:
    """In the form that a program takes: a float, or a plain array, as from `.value`."""
    value = x._value if isinstance(x, Var) else as_value(x)
    return value if type(value) is float else np.asarray(value).view(np.ndarray)


def number_of(x: Any) -> Value:  # noqa: ANN401
    """The same for what is known to be a float or an array of floats."""
    return x if type(x) is float or type(x) is np.ndarray else x._value
