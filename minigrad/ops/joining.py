"""Ops that join arrays, one after another or side by side on a new axis, and ops that split."""

import operator
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ..engine.values import Array, Value, as_axis, shape_of
from ..engine.variable import Var
from .arranging import atleast
from .row import op
from .shapes import index, reshape

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


def _listed(name: str, inputs: Iterable[object], axis: object) -> list[object]:
    """The inputs as a list; two arrays beside one another are a mistake that NumPy users make."""
    if isinstance(axis, Var | np.ndarray | list):
        raise TypeError(f"{name} takes its arrays in a list: mg.{name}([a, b], axis)")
    return list(inputs)


def concatenate(inputs: Iterable[object], axis: int = 0) -> Var:
    """Arrays joined one after another along an axis that they have; the other axes must agree.

    >>> mg.concatenate([np.array([1.0, 2.0]), np.array([3.0])])
    array([1., 2., 3.])
    """
    inputs = _listed("concatenate", inputs, axis)
    shapes = [shape_of(x) for x in inputs]
    if not shapes or not shapes[0]:
        raise ValueError("concatenate joins one array or more: use mg.stack for scalars")
    i = as_axis(axis, len(shapes[0]))
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


def stack(inputs: Iterable[object], axis: int = 0) -> Var:
    """Scalars or arrays of one shape, side by side on a new `axis`: how Vars become one array.

    >>> a, b = mg.Var(1.0), mg.Var(2.0)
    >>> mg.stack([a, b]).value
    array([1., 2.])
    """
    inputs = _listed("stack", inputs, axis)
    shapes = [shape_of(x) for x in inputs]
    if len(set(shapes)) != 1:
        raise ValueError(
            f"stack needs equal shapes, not {', '.join(map(str, shapes)) or 'none at all'}"
        )
    i = as_axis(axis, len(shapes[0]) + 1)
    return _in_groups(_stack, inputs, i)


# ------------------------------------------------------------------- as NumPy names special cases


def append(x: object, values: object, axis: int | None = None) -> Var:
    """`values` after x along `axis`; without one, both are flattened first.

    >>> mg.append(np.array([1.0, 2.0]), 3.0)
    array([1., 2., 3.])
    """
    if axis is None:
        return concatenate([reshape(x, -1), reshape(values, -1)])
    return concatenate([x, values], axis)


def hstack(inputs: Iterable[object]) -> Var:
    """Arrays joined along their second axis; vectors, and scalars, along their only one.

    >>> mg.hstack([np.array([1.0, 2.0]), 3.0])
    array([1., 2., 3.])
    """
    parts = [atleast(1, x) for x in inputs]
    return concatenate(parts, 0 if parts and len(shape_of(parts[0])) == 1 else 1)


def vstack(inputs: Iterable[object]) -> Var:
    """Arrays joined along their first axis; a vector is a row.

    >>> mg.vstack([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    array([[1., 2.],
           [3., 4.]])
    """
    return concatenate([atleast(2, x) for x in inputs])


def dstack(inputs: Iterable[object]) -> Var:
    """Arrays joined along their third axis, which vectors and matrices are given first.

    >>> mg.dstack([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    array([[[1., 3.],
            [2., 4.]]])
    """
    return concatenate([atleast(3, x) for x in inputs], 2)


def column_stack(inputs: Iterable[object]) -> Var:
    """Vectors as the columns of a matrix; matrices side by side.

    >>> mg.column_stack([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    array([[1., 3.],
           [2., 4.]])
    """
    parts = [reshape(x, -1, 1) if len(shape_of(x)) < 2 else x for x in inputs]
    return concatenate(parts, 1)


def block(rows: object) -> Var:
    """An array of blocks, as NumPy writes it: `block([[A, B], [C, D]])`.

    The innermost lists are joined along the last axis, their lists along the axis before.

    >>> mg.block([[np.eye(2), np.zeros((2, 1))], [np.ones((1, 3))]])
    array([[1., 0., 0.],
           [0., 1., 0.],
           [1., 1., 1.]])
    """
    depth = _depth(rows)
    ndim = max(depth, *(len(shape_of(x)) for x in _leaves(rows)))
    return _blocks(rows, depth, ndim)


def _depth(rows: object) -> int:
    if not isinstance(rows, list):
        return 0
    depths = {_depth(x) for x in rows}
    if len(depths) != 1:
        raise ValueError("block: nested lists must be equally deep, and none of them empty")
    return depths.pop() + 1


def _leaves(rows: object) -> list[object]:
    return [y for x in rows for y in _leaves(x)] if isinstance(rows, list) else [rows]


def _blocks(rows: object, depth: int, ndim: int) -> Var:
    if not isinstance(rows, list):
        shape = shape_of(rows)
        return reshape(rows, (1,) * (ndim - len(shape)) + shape)
    return concatenate([_blocks(x, depth - 1, ndim) for x in rows], -depth)


# ------------------------------------------------------------------------------------- splitting


def array_split(x: object, sections: int | Sequence[int], axis: int = 0) -> list[Var]:
    """x cut along `axis` into `sections` parts, the first ones longer by 1 where needed; or cut
    before each of the positions in `sections`.

    >>> mg.array_split(np.arange(5.0), 2)
    [array([0., 1., 2.]), array([3., 4.])]
    """
    i = as_axis(axis, len(shape_of(x)))
    n = shape_of(x)[i]
    if isinstance(sections, int | np.integer):
        if sections < 1:
            raise ValueError(f"split: {sections} parts: give 1 or more")
        small, longer = divmod(n, int(sections))
        lengths = [small + 1] * longer + [small] * (int(sections) - longer)
        cuts = np.cumsum(lengths)[:-1].tolist()
    else:
        cuts = [operator.index(k) for k in sections]
    before = (slice(None),) * i
    ends = zip([0, *cuts], [*cuts, n], strict=True)
    return [index(x, (*before, slice(start, end))) for start, end in ends]


def split(x: object, sections: int | Sequence[int], axis: int = 0) -> list[Var]:
    """x cut along `axis` into `sections` equal parts, or before each position in `sections`.

    >>> mg.split(np.arange(4.0), 2)
    [array([0., 1.]), array([2., 3.])]
    """
    i = as_axis(axis, len(shape_of(x)))
    n = shape_of(x)[i]
    if isinstance(sections, int | np.integer) and sections > 0 and n % sections:
        raise ValueError(
            f"split: {n} elements do not split into {sections} equal parts: use array_split"
        )
    return array_split(x, sections, axis)


def hsplit(x: object, sections: int | Sequence[int]) -> list[Var]:
    """`split` along the second axis; for a vector, along its only one.

    >>> mg.hsplit(np.array([[1.0, 2.0], [3.0, 4.0]]), 2)
    [array([[1.],
           [3.]]), array([[2.],
           [4.]])]
    """
    return split(x, sections, 0 if len(shape_of(x)) == 1 else 1)


def vsplit(x: object, sections: int | Sequence[int]) -> list[Var]:
    """`split` along the first axis of a matrix or more.

    >>> mg.vsplit(np.array([[1.0, 2.0], [3.0, 4.0]]), 2)
    [array([[1., 2.]]), array([[3., 4.]])]
    """
    if len(shape_of(x)) < 2:
        raise ValueError(f"vsplit takes a matrix or more, not shape {shape_of(x)}: use split")
    return split(x, sections, 0)
