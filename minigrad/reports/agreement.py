"""`compare_gradients`: minigrad's gradients beside another library's, parameter by parameter.

Where two differ it says how: by a constant factor, by sign, transposed, missing.
"""

import html
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from ..engine.values import Array, Shape
from .foreign import Nest, flat, gradient_of, numbers_of

_SEPARATORS = str.maketrans("/:", "..")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One parameter. `verdict` is "equal", "missing", "zero", "sign", "ratio", "transposed",
    "shape", "not finite" or "different"; `ratio` is mine over theirs where it is constant.

    `error` is the largest difference, relative to the largest number of the two arrays.
    """

    name: str
    verdict: str
    words: str
    ratio: float | None = None
    error: float | None = None
    mine: Array | None = None
    theirs: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GradientComparison:
    """What `compare_gradients` found; `str` is a table, and Jupyter shows it.

    >>> (pair,) = mg.compare_gradients({"w": 2.0}, {"w": 1.0}).pairs
    >>> pair.verdict, pair.ratio
    ('ratio', 2.0)
    """

    pairs: tuple[Pair, ...]
    rtol: float

    @property
    def equal(self) -> bool:
        """Whether all agree."""
        return self.first is None

    @property
    def first(self) -> Pair | None:
        """The first parameter whose gradients differ, None if all agree."""
        return next((pair for pair in self.pairs if pair.verdict != "equal"), None)

    def __str__(self) -> str:
        rows = [("parameter", "shape", "mine", "theirs", "")]
        rows += [
            (pair.name, _shape(pair), _size(pair.mine), _size(pair.theirs), pair.words)
            for pair in self.pairs
        ]
        wide = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [
            "  ".join(
                [
                    *(f"{cell:<{n}}" for cell, n in zip(row[:2], wide[:2], strict=True)),
                    *(f"{cell:>{n}}" for cell, n in zip(row[2:4], wide[2:], strict=True)),
                    row[4],
                ]
            ).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, self._sum()])

    def _sum(self) -> str:
        first, wrong = self.first, [pair for pair in self.pairs if pair.verdict != "equal"]
        if first is None:
            return f"all {len(self.pairs)} agree (sizes are the largest number of each)"
        ratios = {pair.ratio for pair in wrong}
        same = len(wrong) > 1 and len(wrong) == len(self.pairs) and None not in ratios
        if same and np.ptp([pair.ratio for pair in wrong]) <= 1e-3 * abs(first.ratio or 0.0):
            return f"all in the same way: {_factor(first.ratio or 1.0)}"
        return f"{len(wrong)} of {len(self.pairs)} differ, first {first.name}: {first.words}"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def compare_gradients(mine: Nest, theirs: Nest, rtol: float = 1e-6) -> GradientComparison:
    """Compare two sets of gradients by parameter, and say how they differ where they do.

    Each is an array, or a dict, list or nest of them, or pairs such as `model.named_parameters()`:
    NumPy arrays, PyTorch tensors, JAX arrays; of a parameter (`mg.Var`, PyTorch's) its `.grad` is
    taken. Dicts are matched by name (`encoder/w` is `encoder.w`), anything else by order. Two agree
    where no number differs by more than `rtol` times the largest; for float32 and coarser floats
    that is at least 1,000 times their rounding. Names that only one side has are "missing".

    >>> print(mg.compare_gradients({"w": [[1.0, 2.0]], "b": 0.5}, {"w": [[-1.0, -2.0]], "b": 0.5}))
    parameter  shape   mine  theirs
    w          (1, 2)     2       2  mine is −theirs: a loss here, its negative (an ELBO) there?
    b          ()       0.5     0.5  equal
    1 of 2 differ, first w: mine is −theirs: a loss here, its negative (an ELBO) there?
    """
    pairs = []
    for name, a, b in _matched(flat(mine), flat(theirs)):
        pairs.append(_compared(name, gradient_of(a), gradient_of(b), rtol))
    if not pairs:
        raise ValueError("compare_gradients: there is nothing to compare: both sides are empty")
    return GradientComparison(tuple(pairs), rtol)


def _matched(
    mine: dict[str, object], theirs: dict[str, object]
) -> list[tuple[str, object | None, object | None]]:
    """The pairs, in the order of `mine`; None where a side has no such parameter."""
    here, there = ({k.translate(_SEPARATORS): v for k, v in d.items()} for d in (mine, theirs))
    in_order = [all(not name or name.isdecimal() for name in side) for side in (here, there)]
    if any(in_order):  # a list has no names to match
        named, other = (there, here) if in_order[0] else (here, there)
        names = [*named, *map(str, range(len(named), len(other)))]
        both = zip_longest(here.values(), there.values())
        return [(name or "gradient", a, b) for name, (a, b) in zip(names, both, strict=True)]
    return [(name, here.get(name), there.get(name)) for name in {**here, **there}]


def _compared(name: str, mine: object | None, theirs: object | None, rtol: float) -> Pair:
    if mine is None or theirs is None:
        side = "theirs" if mine is not None else "mine" if theirs is not None else "both"
        a, b = (None if x is None else numbers_of(x).array for x in (mine, theirs))
        words = f"missing in {side}: no gradient arrived, or it has another name"
        return Pair(name, "missing", words, mine=a, theirs=b)
    a_, b_ = numbers_of(mine), numbers_of(theirs)
    rounding = max(a_.rounding, b_.rounding)
    return _diagnosed(name, a_.array, b_.array, max(rtol, 1e3 * rounding * (rounding > 1e-12)))


def _diagnosed(name: str, a: Array, b: Array, rtol: float) -> Pair:
    def pair(verdict: str, words: str, ratio: float | None = None) -> Pair:
        error = _error(a, b) if a.shape == b.shape else None
        return Pair(name, verdict, words, ratio, error, a, b)

    for side, x in (("mine", a), ("theirs", b)):
        if not np.isfinite(x).all():
            place = _place(~np.isfinite(x))
            return pair("not finite", f"{side} has {float(x[place]):g} at position {place}")
    if a.shape != b.shape:
        return pair(*_of_other_shape(a, b, rtol))
    if _error(a, b) <= rtol:
        within = f" within {_error(a, b):.1e}, of coarser floats" if rtol > 1e-5 else ""
        return pair("equal", f"equal{within}")
    for side, x in (("mine", a), ("theirs", b)):
        if not x.any():
            return pair("zero", f"{side} is 0: no gradient arrives, or it was cleared")
    ratio = _ratio(a, b, rtol)
    if ratio is not None:
        verdict = "sign" if abs(ratio + 1.0) <= 1e-3 else "ratio"
        return pair(verdict, _factor(ratio, a.size > 1), ratio)
    if a.ndim == 2 and a.shape == a.T.shape and _ratio(a.T, b, rtol) is not None:
        return pair(*_transposed(_ratio(a.T, b, rtol) or 1.0))
    differ = np.abs(a - b) > rtol * max(np.abs(a).max(), np.abs(b).max())
    place = _place(np.abs(a - b) == np.abs(a - b).max())
    count = f"{int(differ.sum())} of {a.size} numbers differ, " if a.size > 1 else ""
    where = f" at position {place}" if place else ""
    return pair("different", f"{count}most{where}: {a[place]:.6g} and {b[place]:.6g}")


def _of_other_shape(a: Array, b: Array, rtol: float) -> tuple[str, str, float | None]:
    if a.ndim == b.ndim == 2 and a.T.shape == b.shape and (r := _ratio(a.T, b, rtol)) is not None:
        return _transposed(r)
    words = f"shapes {a.shape} and {b.shape}"
    if a.size == b.size and a.size and _error(a.ravel(), b.ravel()) <= rtol:
        words += ", of the same numbers"
    return "shape", words, None


def _transposed(ratio: float) -> tuple[str, str, float | None]:
    words = "mine is theirs transposed"
    if abs(ratio - 1.0) > 1e-3:
        return "transposed", f"{words}, and besides {_factor(ratio)}", ratio
    return "transposed", words, None


def _ratio(a: Array, b: Array, rtol: float) -> float | None:
    """The constant factor between a and b, None where there is none."""
    if not b.any():
        return None
    ratio = float(np.vdot(b, a) / np.vdot(b, b))
    return ratio if ratio and _error(a, ratio * b) <= rtol else None


def _factor(ratio: float, constant: bool = True) -> str:
    """What a constant factor points to. Of a single number any ratio is constant: it may not be."""
    size = abs(ratio)
    n = round(max(size, 1.0 / size))
    is_whole = n > 1 and abs(max(size, 1.0 / size) - n) <= 1e-4 * n
    shown = (f"{n}" if size > 1.0 else f"1/{n}") if is_whole else f"{size:.6g}"
    if abs(size - 1.0) <= 1e-3:
        return "mine is −theirs: a loss here, its negative (an ELBO) there?"
    words = f"mine is theirs × {'−' * (ratio < 0.0)}{shown}"
    if not is_whole:
        return words
    if not constant:
        return f"{words}, a single number: pass more of them to see whether the factor is constant"
    if n == 2:
        return f"{words}: a factor of ½ or 2, as before a square or a KL"
    sums, means = ("mine", "theirs") if size > 1.0 else ("theirs", "mine")
    return f"{words}: {sums} takes a sum where {means} takes a mean of {n}"


def _error(a: Array, b: Array) -> float:
    """The largest difference, relative to the largest number."""
    if not a.size:
        return 0.0
    scale = max(float(np.abs(a).max()), float(np.abs(b).max()))
    return float(np.abs(a - b).max()) / scale if scale else 0.0


def _place(where: Array) -> Shape:
    return tuple(int(i) for i in np.argwhere(where)[0])


def _shape(pair: Pair) -> str:
    known = pair.mine if pair.mine is not None else pair.theirs
    return "" if known is None else str(known.shape)


def _size(array: Array | None) -> str:
    if array is None:
        return "–"
    return f"{float(np.abs(array).max()):.4g}" if array.size else "empty"
