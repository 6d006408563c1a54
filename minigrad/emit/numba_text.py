"""How array ops are written for numba, where it does not compile what NumPy's row says.

Most ops are NumPy's own. The others are functions of `numba_loops.py`, or loops written here for
one op: an elementwise op applies its text for floats to each number, an einsum adds up products.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..engine.op import OPS
from ..engine.values import Shape, as_axes, size_of
from .steps import Step


class ForNumba(NamedTuple):
    """A template as a row has it, and functions written for it, by name."""

    template: str
    functions: Mapping[str, str] = {}


def for_numba(step: Step, inputs: Sequence[Step]) -> ForNumba | None:
    """The text of an op on arrays, or None where that of its row will do."""
    shapes = [x.shape for x in inputs]
    if step.op in _WRITTEN:
        return _WRITTEN[step.op](step, shapes)
    if step.op in _REDUCED:
        return ForNumba(_reduced(step, shapes[0]))
    row = OPS[step.op]
    is_copied = isinstance(row.numpy, str) and not row.numpy.startswith(("np.", "{", "-", "("))
    if row.elementwise and is_copied and isinstance(row.python, str):
        return _each(step, len(shapes), row.python)
    if row.infix and row.elementwise and step.op in _COMPARISONS:
        return ForNumba(f"({{0}} {row.infix} {{1}}).astype(np.float64)")
    return None


_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def _each(step: Step, count: int, python: str) -> ForNumba:
    """The text for floats, in a loop over the numbers of the operands, which are spread first."""
    name = f"each_{step.op}" + "".join(f"_{value}" for value in step.static.values())
    name = "".join(c if c.isalnum() else "_" for c in name)
    given = [f"x{i}" for i in range(count)]
    text = python.replace("{all}", ", ".join(f"{{{i}}}" for i in range(count)))
    text = text.replace("{static}", "".join(f", {k}={v!r}" for k, v in step.static.items()))
    for i, x in enumerate(given):
        text = text.replace(f"{{{i}}}", f"{x}.flat[i]")
    for key, value in step.static.items():
        text = text.replace(f"{{{key}}}", repr(value))
    body = (
        f"def {name}({', '.join(given)}):\n"
        f"    y = np.empty({given[0]}.shape)\n"
        f"    for i in range(y.size):\n"
        f"        y.flat[i] = {text}\n"
        f"    return y\n"
    )
    operands = ", ".join(f"{{{i}}} + np.zeros({step.shape})" for i in range(count))
    return ForNumba(f"{name}({operands})", {name: body})


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
    x = "{0}" if order == tuple(range(len(shape))) else f"np.transpose({{0}}, {order})"
    count = size_of(shape) // max(outer, 1)
    text = f"{_REDUCED[step.op]}(np.ascontiguousarray({x}).reshape({(outer, count, inner)}))"
    text = f"{text}.reshape({step.shape})" if step.shape else f"{text}[0, 0]"
    return f"{text} / {float(count)!r}" if step.op == "mean" else text


def _along(step: Step, shape: Shape, axes: tuple[int, ...]) -> str:
    """The output has the input's shape: axes that are not one after the other are not written."""
    function = _REDUCED[step.op]
    first, last = min(axes, default=0), max(axes, default=-1)
    if axes != tuple(range(first, last + 1)):
        order = (*(i for i in range(len(shape)) if i not in axes), *axes)
        outer = size_of(tuple(shape[i] for i in order[: -len(axes)]))
        moved = tuple(shape[i] for i in order)
        cube = f"np.ascontiguousarray(np.transpose({{0}}, {order})).reshape(({outer}, -1, 1))"
        back = tuple(int(i) for i in np.argsort(order))
        return f"np.transpose({function}({cube}).reshape({moved}), {back})"
    sizes = size_of(shape[:first]), size_of(shape[first : last + 1]), size_of(shape[last + 1 :])
    return f"{function}(np.ascontiguousarray({{0}}).reshape({sizes})).reshape({step.shape})"


# ------------------------------------------------------------------------------------- the others


def _reshape(step: Step, shapes: list[Shape]) -> ForNumba:
    if not shapes[0]:
        return ForNumba(f"np.full({step.shape}, {{0}})")
    if not step.shape:
        return ForNumba("np.ascontiguousarray({0}).flat[0]")
    return ForNumba(f"np.ascontiguousarray({{0}}).reshape({step.shape})")


def _broadcast_to(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba(f"np.zeros({step.shape}) + {{0}}")


def _concatenate(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba("np.concatenate(({all},), {axis})")


def _stack(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba("np.stack(({all},), {axis})" if shapes[0] else "np.array([{all}])")


def _matmul(step: Step, shapes: list[Shape]) -> ForNumba:
    a, b = shapes
    if len(a) < 3 and len(b) < 3:
        return ForNumba("np.ascontiguousarray({0}) @ np.ascontiguousarray({1})")
    first = a if len(a) > 1 else (1, *a)
    second = b if len(b) > 1 else (*b, 1)
    batch = np.broadcast_shapes(first[:-2], second[:-2])
    sizes = (size_of(batch), *first[-2:]), (size_of(batch), *second[-2:])
    spread = (*batch, *first[-2:]), (*batch, *second[-2:])
    given = [
        f"(np.zeros({whole}) + np.ascontiguousarray({{{i}}}).reshape({own})).reshape({flat})"
        for i, (whole, own, flat) in enumerate(zip(spread, (first, second), sizes, strict=True))
    ]
    return ForNumba(f"multiplied_matrices({', '.join(given)}).reshape({step.shape})")


def _batched(function: str) -> Callable[[Step, list[Shape]], ForNumba | None]:
    """An op on the last two axes: numba's own on one matrix, a loop over more."""

    def written(step: Step, shapes: list[Shape]) -> ForNumba | None:
        if len(shapes[0]) == 2 and not (step.op == "logdet"):
            return ForNumba(f"np.linalg.{step.op}(np.ascontiguousarray({{0}}))")
        flat = (size_of(shapes[0][:-2]), *shapes[0][-2:])
        text = f"{function}(np.ascontiguousarray({{0}}).reshape({flat}))"
        return ForNumba(f"{text}.reshape({step.shape})" if step.shape else f"{text}[0]")

    return written


def _solve(step: Step, shapes: list[Shape]) -> ForNumba:
    a, b = shapes
    lower = step.static.get("lower")
    part = "{0}" if lower is None else f"np.{'tril' if lower else 'triu'}({{0}})"
    if len(a) == 2 and len(b) <= 2:
        return ForNumba(f"np.linalg.solve({part}, np.ascontiguousarray({{1}}))")
    columns = b if len(b) > 1 else (*b, 1)
    batch = np.broadcast_shapes(a[:-2], columns[:-2])
    count = size_of(batch)
    left = f"(np.zeros({(*batch, *a[-2:])}) + {{0}}).reshape({(count, *a[-2:])})"
    right = (
        f"(np.zeros({(*batch, *columns[-2:])}) + np.ascontiguousarray({{1}}).reshape({columns}))"
    )
    right = f"{right}.reshape({(count, *columns[-2:])})"
    if lower is not None:
        left = f"triangles({left}, {lower})"
    return ForNumba(f"solved_matrices({left}, {right}).reshape({step.shape})")


def _triangle(step: Step, shapes: list[Shape]) -> ForNumba | None:
    if len(shapes[0]) == 2:
        return None
    flat = (size_of(shapes[0][:-2]), *shapes[0][-2:])
    cube = f"np.ascontiguousarray({{0}}).reshape({flat})"
    return ForNumba(f"triangles({cube}, {step.op == 'tril'}).reshape({step.shape})")


def _index(step: Step, shapes: list[Shape]) -> ForNumba | None:
    key = _plain_key(step.static["key"], shapes[0])
    if key is None:
        places = _places(step.static["key"], shapes[0])
        text = f"np.ascontiguousarray({{0}}).ravel()[np.array({places})]"
        return ForNumba(f"{text}.reshape({step.shape})" if step.shape else f"{text}[0]")
    if not step.shape:
        return ForNumba(f"{{0}}[{key}]")
    return ForNumba(f"np.ascontiguousarray({{0}}[{key}]).reshape({step.shape})")


def _scatter(step: Step, shapes: list[Shape]) -> ForNumba:
    shape = step.shape
    key = _plain_key(step.static["key"], shape)
    whole = f"np.ascontiguousarray({{0}} + np.zeros({shapes[0]}))" if shapes[0] else "{0}"
    if key is None or shapes[0] == ():
        flat = f"{whole}.ravel()" if shapes[0] else "np.array([{0}])"
        places = _places(step.static["key"], shape)
        return ForNumba(f"put_at({flat}, np.array({places}), {size_of(shape)}).reshape({shape})")
    name = "put_" + "".join(c if c.isalnum() else "_" for c in f"{key}_in_{shape}")
    inside = np.zeros(shape)[eval(key)].shape
    value = f"x.reshape({inside})"
    body = f"def {name}(x):\n    y = np.zeros({shape})\n    y[{key}] = {value}\n    return y\n"
    return ForNumba(f"{name}({whole})", {name: body})


def _plain_key(key: object, shape: Shape) -> str | None:
    """Integers and slices alone, as text; None where arrays take part."""
    parts = list(key) if isinstance(key, tuple) else [key]
    if any(isinstance(part, np.ndarray) for part in parts):
        return None
    named = sum(part is not None and part is not Ellipsis for part in parts)
    found = []
    for part in parts:
        if part is Ellipsis:
            found += ["slice(None, None, None)"] * (len(shape) - named)
        elif part is not None:
            found.append(repr(part))
    found += ["slice(None, None, None)"] * (len(shape) - len(found))
    return f"({', '.join(found)},)"


def _places(key: object, shape: Shape) -> list[int]:
    """Where in the flat array the numbers at `key` stand."""
    return np.arange(size_of(shape)).reshape(shape)[key].ravel().tolist()  # type: ignore


def _einsum(step: Step, shapes: list[Shape]) -> ForNumba:
    terms, _, output = str(step.static["subscripts"]).partition("->")
    each = terms.split(",")
    letters = dict.fromkeys(output + "".join(each))
    where = {c: (k, t.index(c)) for k, t in reversed([*enumerate(each)]) for c in t}
    name = f"einsum_{'_'.join(each)}_to_{output or 'scalar'}"
    given = [f"x{i}" for i in range(len(each))]
    lines = [f"def {name}({', '.join(given)}):"]
    sizes = ", ".join(f"x{where[c][0]}.shape[{where[c][1]}]" for c in output)
    lines.append(f"    y = np.zeros(({sizes},))" if output else "    y = 0.0")
    indent = "    "
    for c in letters:
        lines.append(f"{indent}for {c} in range(x{where[c][0]}.shape[{where[c][1]}]):")
        indent += "    "
    product = " * ".join(
        f"{x}[{', '.join(term)}]" if term else x for x, term in zip(given, each, strict=True)
    )
    place = f"y[{', '.join(output)}]" if output else "y"
    lines.append(f"{indent}{place} += {product}")
    return ForNumba(f"{name}({{all}})", {name: "\n".join([*lines, "    return y", ""])})


def _transpose(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba("np.transpose({0}, {axes})")


_WRITTEN: dict[str, Callable[[Step, list[Shape]], ForNumba | None]] = {
    "reshape": _reshape,
    "broadcast_to": _broadcast_to,
    "transpose": _transpose,
    "concatenate": _concatenate,
    "stack": _stack,
    "matmul": _matmul,
    "inv": _batched("inverses"),
    "cholesky": _batched("roots"),
    "logdet": _batched("log_determinants"),
    "solve": _solve,
    "solve_triangular": _solve,
    "tril": _triangle,
    "triu": _triangle,
    "index": _index,
    "scatter": _scatter,
    "einsum": _einsum,
}
