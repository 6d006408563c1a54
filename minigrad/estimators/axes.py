"""Which axes of a draw are still the same axes further down a graph.

Sample 7 of a batch decides cost 7 and no other, as long as every op on the way keeps the axis of
samples apart. Where that is seen, the score of a sample meets its own cost alone; where an op may
mix the samples, or is not known here, nothing is assumed.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape
from ..engine.variable import Var

# Of each axis of a draw, where it is in a node, counted from the end: -1 is the last. None: lost.
Axes = tuple[int | None, ...]

_REDUCTIONS = frozenset("sum mean max min prod logsumexp norm std".split())
_ALONG = frozenset("softmax log_softmax cumsum concatenate sorted_like unsorted_like".split())
_MOVES = frozenset("index reshape transpose broadcast_to".split())
_OF_MATRICES = frozenset(
    "tril triu inv pinv cholesky solve solve_triangular logdet det sign_of_det log_size_of_det "
    "eigvalsh eigenvectors svdvals left_vectors right_vectors".split()
)


def oldest_first(outputs: Sequence[Var]) -> list[Var]:
    """All nodes that the outputs were computed from, themselves included, oldest first."""
    seen = dict.fromkeys(outputs)
    queue = list(seen)
    for node in queue:  # the list grows as we go
        for x in node._edges():
            if isinstance(x, Var) and x not in seen:
                seen[x] = None
                queue.append(x)
    return sorted(queue, key=lambda node: node._order)


def followed(draw: Var, axes: int, nodes: Sequence[Var]) -> dict[Var, Axes]:
    """The nodes whose values depend on `draw`, and where its first `axes` axes are in each.

    A comparison counts, and so does a later draw from a law that depends on this one; only a
    wall that the user built, `stop_gradient`, ends a way.
    """
    found: dict[Var, Axes] = {draw: tuple(range(-draw.ndim, axes - draw.ndim))}
    for node in nodes:
        if node._order > draw._order and (node.kind != "stop" or node.site is not None):
            ways = [
                _passed(node, i, x, found[x])
                for i, x in enumerate(node._edges())
                if isinstance(x, Var) and x in found
            ]
            if ways:
                found[node] = tuple(each[0] if len(set(each)) == 1 else None for each in zip(*ways))
    return found


def _passed(node: Var, operand: int, x: Var, axes: Axes) -> Axes:
    """The axes of a draw in `node`, by way of its operand `x`."""
    return tuple(None if p is None else _moved(node, operand, x, p) for p in axes)


def _moved(node: Var, operand: int, x: Var, p: int) -> int | None:
    """Where the axis p of `x` is in `node`."""
    op, static = node.op, node.static
    if OPS[op].elementwise:
        return _if_equal(x.shape, p, node.shape, p)
    if op in _ALONG:
        axis = static["axis"]
        mixed = np.arange(x.ndim)[axis if isinstance(axis, int) else list(axis)]  # type: ignore
        return None if bool(np.any(mixed == p + x.ndim)) else p
    if op in _REDUCTIONS:
        how = {name: static[name] for name in ("axis", "keepdims")}
        return _seen(lambda labels: np.max(labels, **how), x.shape, p)  # type: ignore[call-overload]
    if op in _MOVES:
        return _seen(lambda labels: OPS[op].forward(labels, **static), x.shape, p)
    if op == "stack":
        new: int = static["axis"] % node.ndim  # type: ignore[operator]
        return p - int(p + x.ndim < new)
    if op == "matmul":
        return _through_product(node, operand, x, p)
    if op == "einsum":
        return _through_sum_of_products(node, operand, x, p)
    if op in _OF_MATRICES:
        return _in_stack(node, x, p)
    return None


def _through_product(node: Var, operand: int, x: Var, p: int) -> int | None:
    """Of a @ b: the rows of a, the columns of b, and the axes before them."""
    other = node.inputs[1 - operand]
    summed = -1 if operand == 0 or x.ndim == 1 else -2
    if p == summed:
        return None
    kept = p if other.ndim > 1 else p + (p < summed)
    return _if_equal(x.shape, p, node.shape, kept)


def _through_sum_of_products(node: Var, operand: int, x: Var, p: int) -> int | None:
    """Where the letter of this axis is in the output."""
    terms, output = str(node.static["subscripts"]).split("->")
    q = output.find(terms.split(",")[operand][p + x.ndim]) - len(output)
    return _if_equal(x.shape, p, node.shape, q) if q >= -len(output) else None


def _in_stack(node: Var, x: Var, p: int) -> int | None:
    """Of a function of matrices: an axis before theirs."""
    if x.ndim < 2 or p >= -2:
        return None
    own = node.ndim - x.ndim + 2 if len(node.inputs) == 1 else 2
    return _if_equal(x.shape, p, node.shape, p + 2 - own)


def _if_equal(before: Shape, p: int, after: Shape, q: int) -> int | None:
    return q if before[p] == after[q] else None


def _seen(move: Callable[[object], object], shape: Shape, p: int) -> int | None:
    """Move an array that counts along axis p of this shape, and look where it counts then."""
    along = np.arange(float(shape[p])).reshape(-1, *(1,) * (-p - 1))
    moved = np.asarray(move(np.broadcast_to(along, shape)))
    for q in range(-1, -moved.ndim - 1, -1):
        count = np.arange(float(moved.shape[q])).reshape(-1, *(1,) * (-q - 1))
        if moved.shape[q] == shape[p] and np.array_equal(
            moved, np.broadcast_to(count, moved.shape)
        ):
            return q
    return None
