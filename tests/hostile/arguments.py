"""Shapes, axes, permutations and counts, given to what moves and reduces arrays."""

from collections.abc import Callable
from random import Random

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial, wrong_gradients, wrong_value
from tests.hostile.values import SHAPES

ODD = [
    *(None, True, 1.0, 0.5, float("nan"), "0", "ab", b"", 2**70, -(2**70), (), [], [0], {}, {0: 1}),
    *(np.int64(1), np.array(1), np.array([0, 1]), np.array(0.0), len, 1j, (None,), ((0,),), ("a",)),
]
EMPTY = next(i for i, odd in enumerate(ODD) if isinstance(odd, tuple) and not odd)
Maker = Callable[[Random], object]


def _axis(rng: Random) -> object:
    return rng.choice(ODD) if rng.random() < 0.25 else rng.randrange(-4, 4)


def _axes(rng: Random) -> object:
    some = tuple(_axis(rng) for _ in range(rng.randrange(4)))
    return some if rng.random() < 0.5 else _axis(rng)


def _order(rng: Random) -> object:
    order = list(range(rng.randrange(4)))
    rng.shuffle(order)
    return rng.choice((tuple(order), order, _axes(rng), None))


def _shape(rng: Random) -> object:
    shape = tuple(rng.choice((-1, 0, 1, 2, 3, 6, -2)) for _ in range(rng.randrange(4)))
    return rng.choice((shape, shape, list(shape), rng.choice(SHAPES), _axis(rng)))


def _count(rng: Random) -> object:
    return rng.choice((0, 1, 2, 3, -1, _axis(rng)))


def _flag(rng: Random) -> object:
    return rng.choice((True, False, 0, 1))


def _counts(rng: Random) -> object:
    return rng.choice((_count(rng), tuple(_count(rng) for _ in range(rng.randrange(3)))))


# What each function takes after the array: positional makers, then makers by keyword.
CALLS: list[tuple[str, tuple[Maker, ...], dict[str, Maker]]] = [
    ("reshape", (_shape,), {}),
    ("transpose", (_order,), {}),
    ("swapaxes", (_axis, _axis), {}),
    ("moveaxis", (_axes, _axes), {}),
    ("broadcast_to", (_shape,), {}),
    ("squeeze", (), {"axis": _axes}),
    ("expand_dims", (_axes,), {}),
    ("flip", (), {"axis": _axes}),
    ("repeat", (_count,), {"axis": _axis}),
    ("tile", (_counts,), {}),
    ("roll", (_count,), {"axis": _axis}),
    ("diff", (), {"n": _count, "axis": _axis}),
    ("tril", (_count,), {}),
    ("triu", (_count,), {}),
    ("diagonal", (_count,), {}),
    *((name, (), {"axis": _axes}) for name in ("sum", "mean", "prod", "max", "min")),
    *((name, (), {"axis": _axis, "keepdims": _flag}) for name in ("sum", "max", "nansum", "ptp")),
    *(
        (name, (), {"axis": _axis})
        for name in ("cumsum", "cumprod", "sort", "var", "std", "median")
    ),
    ("split", (_counts,), {"axis": _axis}),
    ("array_split", (_count,), {"axis": _axis}),
    ("rot90", (_count, _axes), {}),
]


def an_argument(rng: Random) -> Trial:
    """A function of an array with arguments that may be wrong in number, sign or type."""
    name, positional, named = rng.choice(CALLS)
    shape = rng.choice(SHAPES)
    start = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
    x = mg.Var(start)
    values = [make(rng) for make in positional]
    by_name = {key: make(rng) for key, make in named.items() if rng.random() < 0.8}
    theirs = getattr(np, name)
    ours = getattr(mg, name, theirs) if rng.random() < 0.7 else theirs
    words = [repr(v) for v in values] + [f"{key}={v!r}" for key, v in by_name.items()]
    shown = f"{'np' if ours is theirs else 'mg'}.{name}({', '.join(['x', *words])}), x of {shape}"

    def check(found: object) -> str:
        try:
            wanted = theirs(start, *values, **by_name)
        except OverflowError:  # of an int beyond C's, where minigrad may know better
            return ""
        except Exception as error:
            if by_name.get("axis") is ODD[EMPTY]:  # no axes: x as it is
                return wrong_value(found, start)
            return f"NumPy refuses it, {type(error).__name__}: {error}; it gives {found!r}"
        parts = list(found) if isinstance(found, list | tuple) else [found]
        wants = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
        if len(parts) != len(wants):
            return f"it gives {len(parts)} arrays, NumPy {len(wants)}"
        faults = (wrong_value(a, b) or wrong_gradients(a, [x]) for a, b in zip(parts, wants))
        return next(filter(None, faults), "")

    return Trial(shown, lambda: ours(x, *values, **by_name), check, [x])
