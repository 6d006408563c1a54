"""How array ops are written for numba, where it does not compile what NumPy's row says.

Most ops are NumPy's own. The others are functions of `numba_loops.py`, or loops written here for
one op: an elementwise op applies its text for floats to each number, an einsum adds up products.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape, as_axes, size_of
from .algebra import COMPARISONS
from .numba_ops import (
    ForNumba,
    batched_text,
    broadcast_to_text,
    concatenate_text,
    einsum_text,
    index_text,
    matmul_text,
    reshape_text,
    scatter_text,
    solve_text,
    spread_text,
    stack_text,
    transpose_text,
    transposed,
    triangle_text,
)
from .steps import Step


def for_numba(step: Step, inputs: Sequence[Step]) -> ForNumba | None:
    """The text of an op on arrays, or None where the text of its row serves."""
    shapes = [x.shape for x in inputs]
    if step.op in _WRITTEN:
        return _WRITTEN[step.op](step, shapes)
    if step.op in _REDUCED:
        return ForNumba(_reduced(step, shapes[0]))
    row = OPS[step.op]
    is_copied = isinstance(row.numpy, str) and not row.numpy.startswith(("np.", "{", "-", "("))
    is_slow = isinstance(row.numpy, str) and row.numpy.startswith("np.where(")  # 1 s to compile
    if row.elementwise and (is_copied or is_slow) and isinstance(row.python, str):
        return _each(step, shapes, row.python)
    if row.infix and row.elementwise and step.op in COMPARISONS:
        return ForNumba(f"({{0}} {row.infix} {{1}}).astype(np.float64)")
    return None


def _each(step: Step, shapes: list[Shape], python: str) -> ForNumba:
    """The text for floats, in a loop: arrays are spread first, a float beside them stays one."""
    floats = {i for i, shape in enumerate(shapes) if not shape and any(shapes)}
    name = f"each_{step.op}" + "".join(f"_{value}" for value in step.static.values())
    name = "".join(c if c.isalnum() else "_" for c in name) + "".join(f"_float{i}" for i in floats)
    given = [f"x{i}" for i in range(len(shapes))]
    arrays = [x for i, x in enumerate(given) if i not in floats]
    text = python.replace("{all}", ", ".join(f"{{{i}}}" for i in range(len(shapes))))
    text = text.replace("{static}", "".join(f", {k}={v!r}" for k, v in step.static.items()))
    operands = []
    for i, x in enumerate(given):
        operand = f"{{{i}:truth}}" if f"{{{i}:truth}}" in text else f"{{{i}}}"
        text = text.replace(operand, x if i in floats else f"{x}.flat[i]")
        operands.append(operand if i in floats else spread_text(operand, shapes[i], step.shape))
    for key, value in step.static.items():
        text = text.replace(f"{{{key}}}", repr(value))
    body = (
        f"def {name}({', '.join(given)}):\n"
        f"    y = np.empty({arrays[0]}.shape)\n"
        f"    for i in range(y.size):\n"
        f"        y.flat[i] = {text}\n"
        f"    return y\n"
    )
    return ForNumba(f"{name}({', '.join(operands)})", {name: body})


# ------------------------------------------------------------------------------ along some axes


_REDUCED = {
    "sum": "added",
    "mean": "added",
    "max": "largest",
    "min": "smallest",
    "prod": "multiplied",
    "logsumexp": "log_added",
    "softmax": "shares",
    "log_softmax": "log_shares",
    "cumsum": "added_up",
}
_SAME_SHAPE = ("softmax", "log_softmax", "cumsum")


def _reduced(step: Step, shape: Shape) -> str:
    """A function of an array of three axes, the middle one that which the op goes along."""
    axes = as_axes(step.static["axis"], len(shape))  # type: ignore[arg-type]
    if step.op in _SAME_SHAPE:
        return _along(step, shape, axes)
    if axes == tuple(range(len(shape))):
        outer, inner = 1, 1
        order = axes
    else:
        order = (*(i for i in range(len(shape)) if i not in axes), *axes)
        outer, inner = size_of(tuple(shape[i] for i in order[: -len(axes)] if axes)), 1
    x = transposed("{0}", order)
    count = size_of(shape) // max(outer, 1)
    text = f"{_REDUCED[step.op]}(np.ascontiguousarray({x}).reshape({(outer, count, inner)}))"
    text = f"{text}.reshape({step.shape})" if step.shape else f"{text}[0, 0]"
    return f"{text} / {float(count)!r}" if step.op == "mean" else text


def _along(step: Step, shape: Shape, axes: tuple[int, ...]) -> str:
    """For an output of the input's shape; axes that are not adjacent are moved to the end first."""
    function = _REDUCED[step.op]
    first, last = min(axes, default=0), max(axes, default=-1)
    if axes != tuple(range(first, last + 1)):
        order = (*(i for i in range(len(shape)) if i not in axes), *axes)
        outer = size_of(tuple(shape[i] for i in order[: -len(axes)]))
        moved = tuple(shape[i] for i in order)
        cube = f"np.ascontiguousarray({transposed('{0}', order)}).reshape(({outer}, -1, 1))"
        back = tuple(int(i) for i in np.argsort(order))
        return f"np.transpose({function}({cube}).reshape({moved}), {back})"
    sizes = size_of(shape[:first]), size_of(shape[first : last + 1]), size_of(shape[last + 1 :])
    return f"{function}(np.ascontiguousarray({{0}}).reshape({sizes})).reshape({step.shape})"


_WRITTEN: dict[str, Callable[[Step, list[Shape]], ForNumba | None]] = {
    "reshape": reshape_text,
    "broadcast_to": broadcast_to_text,
    "transpose": transpose_text,
    "concatenate": concatenate_text,
    "stack": stack_text,
    "matmul": matmul_text,
    "inv": batched_text("inverses"),
    "cholesky": batched_text("roots"),
    "logdet": batched_text("log_determinants"),
    "solve": solve_text,
    "solve_triangular": solve_text,
    "tril": triangle_text,
    "triu": triangle_text,
    "index": index_text,
    "scatter": scatter_text,
    "einsum": einsum_text,
}
