"""Einsum, whose closures are einsums again."""

from collections.abc import Sequence

import numpy as np

from ..engine.values import Shape, Value, shape_of
from ..engine.variable import Var
from .row import op
from .shapes import index, reshape

# As the module `string` has it, whose import takes half a millisecond.
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _einsum_rule(g: object, y: object, *inputs: object, subscripts: str, position: int) -> object:
    """Exchange the output and one input; an index that only this input has is repeated along."""
    terms, output = subscripts.split("->")
    each = terms.split(",")
    mine = each[position]
    others = [(t, x) for i, (t, x) in enumerate(zip(each, inputs, strict=True)) if i != position]
    known = set(output).union(*(t for t, _ in others))
    wanted = "".join(i for i in mine if i in known)
    lists = ",".join([output, *(t for t, _ in others)])
    d = _einsum(g, *(x for _, x in others), subscripts=f"{lists}->{wanted}")
    lengths = zip(mine, shape_of(inputs[position]), strict=True)
    return reshape(d, tuple(n if i in known else 1 for i, n in lengths))


def _einsum_in_program(shapes: tuple[Shape, ...], subscripts: str) -> str:
    return f"np.einsum({{subscripts}}, {{all}}{', optimize=True' if len(shapes) > 2 else ''})"


@op(_einsum_rule, variadic=True, numpy=_einsum_in_program)
def _einsum(*inputs: Value, subscripts: str) -> Value:
    """Sums of products over named indices; `subscripts` spells out the output."""
    return np.einsum(subscripts, *inputs, optimize=len(inputs) > 2)


def einsum(subscripts: object, *inputs: object) -> Var:
    """Sums of products over named indices, as in NumPy: `einsum("ij,j->i", a, x)` is a @ x.

    A repeated index ("ii->i") takes the diagonal, "..." stands for leading axes, and without "->"
    the output has the indices named once, in order. The lengths of one index must agree, or be 1.
    Indices may be numbers as well: `einsum(a, [0, 1], x, [1], [0])`.

    >>> a = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> mg.einsum("ii->", a), mg.einsum("ij->j", a)
    (5.0, array([4., 6.]))
    """
    if not isinstance(subscripts, str):
        subscripts, inputs = _as_text(subscripts, *inputs)
    each, output = _spelled_out(subscripts, [len(shape_of(x)) for x in inputs])
    lengths: dict[str, int] = {}
    for term, x in zip(each, inputs, strict=True):
        for i, n in zip(term, shape_of(x), strict=True):
            if lengths.setdefault(i, n) == 1:
                lengths[i] = n
            if n not in (1, lengths[i]):
                what = f"index {i!r}" if i in subscripts else "an axis of '...'"
                raise ValueError(f"einsum {subscripts!r}: {what} has length {lengths[i]} and {n}")
    narrow = [_without_ones(term, x, lengths) for term, x in zip(each, inputs, strict=True)]
    pairs = [_diagonal(term, x, lengths) for term, x in narrow]
    terms = ",".join(term for term, _ in pairs)
    return _einsum(*(x for _, x in pairs), subscripts=f"{terms}->{output}")


def _spelled_out(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The terms and the output, "..." and an output left out replaced by letters."""
    terms, arrow, output = subscripts.replace(" ", "").partition("->")
    each = terms.split(",")
    if len(each) != len(ndims):
        raise ValueError(f"einsum {subscripts!r} names {len(each)} arrays, {len(ndims)} were given")
    free = "".join(c for c in _ALPHABET if c not in subscripts)
    extra = [n - len(term.replace("...", "")) for term, n in zip(each, ndims, strict=True)]
    for term, n, more in zip(each, ndims, extra, strict=True):
        if more < 0 or (more and "..." not in term):
            raise ValueError(
                f"einsum {subscripts!r}: {term!r} does not fit an array of {n} dimensions"
            )
    widest = max((n for term, n in zip(each, extra, strict=True) if "..." in term), default=0)
    letters = free[:widest]
    each = [term.replace("...", letters[widest - n :]) for term, n in zip(each, extra, strict=True)]
    if not arrow:
        once = sorted(c for c in set(terms) - set(",.") if terms.count(c) == 1)
        return each, letters + "".join(once)
    if letters and "..." not in output:
        raise ValueError(f"einsum {subscripts!r}: the output must keep the axes of '...'")
    output = output.replace("...", letters)
    if len(set(output)) != len(output) or not set(output) <= set("".join(each)):
        raise ValueError(
            f"einsum {subscripts!r}: the output names each index once, and only known ones"
        )
    return each, output


def _as_text(*given: object) -> tuple[str, tuple[object, ...]]:
    """The indices that were given as lists of numbers behind each array, as text."""
    inputs, lists = given[0::2], given[1::2]
    output = "" if len(given) % 2 == 0 else f"->{_letters(inputs[-1])}"
    if len(given) % 2:
        inputs = inputs[:-1]
    return ",".join(map(_letters, lists)) + output, inputs


def _letters(indices: object) -> str:
    if not isinstance(indices, Sequence):
        raise TypeError(
            f'einsum takes its indices as text, einsum("ij,j->i", a, x), or as a list behind each '
            f"array, not {indices!r}"
        )
    return "".join("..." if i is Ellipsis else _ALPHABET[i] for i in indices)


def _without_ones(term: str, x: object, lengths: dict[str, int]) -> tuple[str, object]:
    """The term and its array without the axes of length 1 that are repeated along others."""
    stretched = [n == 1 != lengths[i] for i, n in zip(term, shape_of(x), strict=True)]
    if not any(stretched):
        return term, x
    kept = "".join(i for i, gone in zip(term, stretched, strict=True) if not gone)
    return kept, index(x, tuple(0 if gone else slice(None) for gone in stretched))


def _diagonal(term: str, x: object, lengths: dict[str, int]) -> tuple[str, object]:
    """The term and its array with every repeated index taken along the diagonal."""
    once = "".join(dict.fromkeys(term))
    if once == term:
        return term, x
    mesh = dict(zip(once, np.ix_(*(np.arange(lengths[i]) for i in once)), strict=True))
    return once, index(x, tuple(mesh[i] for i in term))
