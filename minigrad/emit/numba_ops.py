"""Ops on arrays as numba compiles them: those that move numbers, of matrices, and einsum.

Each function has the step and its inputs' shapes, and writes the op as a template, with the loops
that it needs. The tables of `numba_text` say which op has which function.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ..engine.values import Shape, size_of
from .steps import Step


class ForNumba(NamedTuple):
    """A template like a row's, and the functions written for it, by name."""

    template: str
    functions: Mapping[str, str] = {}


def spread_text(x: str, shape: Shape, whole: Shape) -> str:
    """Numba takes half a second to compile a broadcast: none is written where nothing grows."""
    return x if shape == whole else f"np.zeros({whole}) + {x}"


def reshape_text(step: Step, shapes: list[Shape]) -> ForNumba:
    if not shapes[0]:
        return ForNumba(f"np.full({step.shape}, {{0}})")
    if not step.shape:
        return ForNumba("np.ascontiguousarray({0}).flat[0]")
    return ForNumba(f"np.ascontiguousarray({{0}}).reshape({step.shape})")


def broadcast_to_text(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba(spread_text("{0}", shapes[0], step.shape))


def concatenate_text(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba("np.concatenate(({all},), {axis})")


def stack_text(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba("np.stack(({all},), {axis})" if shapes[0] else "np.array([{all}])")


def matmul_text(step: Step, shapes: list[Shape]) -> ForNumba:
    a, b = shapes
    if len(a) < 3 and len(b) < 3:
        return ForNumba("np.ascontiguousarray({0}) @ np.ascontiguousarray({1})")
    first = a if len(a) > 1 else (1, *a)
    second = b if len(b) > 1 else (*b, 1)
    batch = np.broadcast_shapes(first[:-2], second[:-2])
    sizes = (size_of(batch), *first[-2:]), (size_of(batch), *second[-2:])
    spread = (*batch, *first[-2:]), (*batch, *second[-2:])
    given = []
    for i, (whole, own, flat) in enumerate(zip(spread, (first, second), sizes, strict=True)):
        x = f"np.ascontiguousarray({{{i}}}).reshape({own})"
        given.append(f"({spread_text(x, own, whole)}).reshape({flat})")
    return ForNumba(f"multiplied_matrices({', '.join(given)}).reshape({step.shape})")


def batched_text(function: str) -> Callable[[Step, list[Shape]], ForNumba | None]:
    """An op on the last two axes: numba's own on one matrix, a loop over more."""

    def written(step: Step, shapes: list[Shape]) -> ForNumba | None:
        if len(shapes[0]) == 2 and not (step.op == "logdet"):
            return ForNumba(f"np.linalg.{step.op}(np.ascontiguousarray({{0}}))")
        flat = (size_of(shapes[0][:-2]), *shapes[0][-2:])
        text = f"{function}(np.ascontiguousarray({{0}}).reshape({flat}))"
        return ForNumba(f"{text}.reshape({step.shape})" if step.shape else f"{text}[0]")

    return written


def solve_text(step: Step, shapes: list[Shape]) -> ForNumba:
    a, b = shapes
    lower = step.static.get("lower")
    if len(a) == 2 and len(b) <= 2:
        part = "{0}" if lower is None else _triangle("{0}", a, lower)
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
        left = f"triangles({left}, {lower}, 0)"
    return ForNumba(f"solved_matrices({left}, {right}).reshape({step.shape})")


def triangle_text(step: Step, shapes: list[Shape]) -> ForNumba:
    return ForNumba(_triangle("{0}", shapes[0], step.op == "tril", step.static["k"]))


def _triangle(x: str, shape: Shape, lower: object, k: object = 0) -> str:
    """By a loop, for one matrix too: numba compiles it several times as fast as np.tril."""
    cube = f"np.ascontiguousarray({x}).reshape({(size_of(shape[:-2]), *shape[-2:])})"
    return f"triangles({cube}, {lower}, {k}).reshape({shape})"


def index_text(step: Step, shapes: list[Shape]) -> ForNumba | None:
    key = _plain_key(step.static["key"], shapes[0])
    if key is None:
        places = _places(step.static["key"], shapes[0])
        text = f"np.ascontiguousarray({{0}}).ravel()[np.array({places})]"
        return ForNumba(f"{text}.reshape({step.shape})" if step.shape else f"{text}[0]")
    if not step.shape:
        return ForNumba(f"{{0}}[{key}]")
    return ForNumba(f"np.ascontiguousarray({{0}}[{key}]).reshape({step.shape})")


def scatter_text(step: Step, shapes: list[Shape]) -> ForNumba:
    shape = step.shape
    key = _plain_key(step.static["key"], shape)
    whole = "np.ascontiguousarray({0})" if shapes[0] else "{0}"
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
    """The places in the flat array of the numbers at `key`."""
    return np.arange(size_of(shape)).reshape(shape)[key].ravel().tolist()  # type: ignore


def einsum_text(step: Step, shapes: list[Shape]) -> ForNumba:
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


def transpose_text(step: Step, shapes: list[Shape]) -> ForNumba:
    axes = step.static["axes"]
    return ForNumba(transposed("{0}", axes))  # type: ignore[arg-type]


def transposed(x: str, axes: tuple[int, ...]) -> str:
    """`x` with its axes in that order: `.T` is compiled ten times as fast as np.transpose."""
    if axes == tuple(range(len(axes))):
        return x
    return f"{x}.T" if axes == tuple(reversed(range(len(axes)))) else f"np.transpose({x}, {axes})"
