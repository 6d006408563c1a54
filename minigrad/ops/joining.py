"""Ops that join arrays: one after another, or side by side on a new axis."""

from collections.abc import Callable

import numpy as np

from ..engine.values import Array, Value, as_axes, shape_of
from ..engine.variable import Var
from .row import op
from .shapes import index

_GROUP = 64


def _part(g: object, y: object, *inputs: object, axis: int, position: int) -> Var:
    lengths = [shape_of(x)[axis] for x in inputs]
    start = sum(lengths[:position])
    return index(g, (*(slice(None),) * axis, slice(start, start + lengths[position])))


@op(_part, variadic=True, numpy="np.concatenate([{all}], {axis})")
def _concatenate(*inputs: Array, axis: int) -> Array:
    """The inputs one after another along `axis`."""
    return np.concatenate(inputs, axis)


def _in_groups(join: Callable[..., Var], inputs: list[object], axis: int) -> Var:
    """The inputs joined a few at a time.

    A closure is called with all inputs of its node. One node of n inputs would hand over n² of
    them on the way back; so a long list becomes a tree, whose nodes have at most _GROUP.
    """
    while len(inputs) > _GROUP:
        groups = [inputs[k : k + _GROUP] for k in range(0, len(inputs), _GROUP)]
        inputs, join = [join(*group, axis=axis) for group in groups], _concatenate
    return join(*inputs, axis=axis)


def concatenate(inputs: "list[object] | tuple[object, ...]", axis: int = 0) -> Var:
    """Arrays joined one after another along an axis that they have; the other axes must agree."""
    inputs = list(inputs)
    shapes = [shape_of(x) for x in inputs]
    if not shapes or not shapes[0]:
        raise ValueError("concatenate joins one array or more: use mg.stack for scalars")
    (i,) = as_axes(axis, len(shapes[0]))
    if len({shape[:i] + shape[i + 1 :] for shape in shapes}) > 1 or len(set(map(len, shapes))) > 1:
        raise ValueError(
            f"concatenate: shapes {', '.join(map(str, shapes))} differ outside axis {axis}"
        )
    return _in_groups(_concatenate, inputs, i)


def _slab(g: object, y: object, *inputs: object, axis: int, position: int) -> Var:
    return index(g, (*(slice(None),) * axis, position))


@op(_slab, variadic=True, numpy="np.stack([{all}], {axis})")
def _stack(*inputs: Value, axis: int) -> Array:
    """The inputs side by side along a new axis."""
    return np.stack(inputs, axis)


def stack(inputs: "list[object] | tuple[object, ...]", axis: int = 0) -> Var:
    """Scalars or arrays of one shape, side by side on a new `axis`: how Vars become one array."""
    inputs = list(inputs)
    shapes = [shape_of(x) for x in inputs]
    if len(set(shapes)) != 1:
        raise ValueError(
            f"stack needs equal shapes, not {', '.join(map(str, shapes)) or 'none at all'}"
        )
    (i,) = as_axes(axis, len(shapes[0]) + 1)
    return _in_groups(_stack, inputs, i)
