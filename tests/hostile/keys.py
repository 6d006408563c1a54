"""Indices: masks, empty ones, negative, out of range, floats, mixtures, and `take`."""

from random import Random

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial, gradients, wrong_value
from tests.hostile.values import SHAPES

EDGES = [0, 1, 2, 3, -1, -2, -3, -4, 7, 2**70, -(2**70), 2**31, np.int64(1), np.uint8(2)]
ODD = [
    *(1.0, -0.5, float("nan"), np.float64(1), "a", b"a", 1j, {}, {0}, len, np.datetime64("2020")),
    *(True, False, np.bool_(True), np.array(1.0), np.array([0.0]), np.array([], float), [0.5]),
    *(np.array(["a"]), np.array([1], object), [None], [[0], [1, 0]], range(2), Ellipsis, None),
]
BOUNDS = [None, 0, 1, -1, 2, 5, -7, 2**70]


def _mask(rng: Random, shape: tuple[int, ...]) -> object:
    """A mask of the right shape mostly, of another one at times."""
    shape = shape if rng.random() < 0.7 else rng.choice(SHAPES)
    mask = np.array([rng.random() < 0.5 for _ in range(int(np.prod(shape)))], bool).reshape(shape)
    return mask.tolist() if rng.random() < 0.3 else mask


def _integers(rng: Random) -> object:
    shape = rng.choice(SHAPES)
    found = np.array([rng.randrange(-3, 4) for _ in range(int(np.prod(shape)))], int).reshape(shape)
    return found.tolist() if rng.random() < 0.5 else found.astype(rng.choice(("i8", "i1", "i4")))


def _part(rng: Random, shape: tuple[int, ...]) -> object:
    roll = rng.random()
    if roll < 0.3:
        return rng.choice(EDGES)
    if roll < 0.5:
        step = rng.choice((None, 1, -1, 2, -3, 0, 2**70))
        return slice(rng.choice(BOUNDS), rng.choice(BOUNDS), step)
    if roll < 0.65:
        return _mask(rng, shape)
    if roll < 0.8:
        return _integers(rng)
    return rng.choice((None, Ellipsis)) if roll < 0.88 else rng.choice(ODD)


def _key(rng: Random, shape: tuple[int, ...]) -> object:
    if rng.random() < 0.5:
        return _part(rng, shape)
    parts = rng.randrange(len(shape) + 2)
    return tuple(_part(rng, shape[i : i + 1]) for i in range(parts))


def a_key(rng: Random) -> Trial:
    """An index of an array with a gradient; its adjoint adds ones where NumPy finds the numbers."""
    shape = rng.choice(SHAPES)
    start = np.arange(float(np.prod(shape))).reshape(shape)
    x, key = mg.Var(start), _key(rng, shape)
    axis = rng.choice((None, 0, -1, 1)) if rng.random() < 0.2 else "none"
    shown = f"x of shape {shape}: " + (f"x[{key!r}]" if axis == "none" else f"{key!r}, {axis=}")

    def call() -> object:
        return x[key] if axis == "none" else mg.take(x, key, axis=axis)  # type: ignore[index]

    def check(found: object) -> str:
        def picked(a: np.ndarray) -> np.ndarray:
            return a[key] if axis == "none" else np.take(a, key, axis=axis)  # type: ignore

        try:
            wanted = picked(start)
        except Exception as error:
            return f"NumPy refuses it, {error}; it gives {found!r}"
        if wrong := wrong_value(found, wanted):
            return wrong
        places = picked(np.arange(start.size).reshape(shape)).reshape(-1)
        counts = np.bincount(places.astype(int), minlength=start.size).reshape(shape)
        (g,) = gradients(found, [x])  # type: ignore[arg-type]
        return "" if np.array_equal(g, counts) else f"the gradient is {g}"

    return Trial(shown, call, check, [x])
