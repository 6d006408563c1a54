"""What is no plain float: given to `Var` and `constant`, set, used as a seed, met in arithmetic."""

import array
import datetime
import decimal
import enum
import fractions
import operator
import reprlib
from random import Random

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial, wrong_value


class Half(float):
    """A float of another type."""


class Level(enum.IntEnum):
    LOW = 1


class Series:
    """What pandas and PyTorch hand over: it says how it becomes an array."""

    def __init__(self, numbers: object) -> None:
        self.numbers = numbers

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return np.array(self.numbers, dtype=dtype)

    def __repr__(self) -> str:
        return f"Series({self.numbers!r})"


class Ramp(np.ndarray):
    """A subclass of an array."""


NUMBERS = [
    *(0, 1, -3, True, 2**63, 2**64 - 1, 2**200, 10**400, -(10**400), 0.0, -0.0, 1.5, 5e-324, 1e308),
    *(
        float("inf"),
        float("-inf"),
        float("nan"),
        Half(2.0),
        Level.LOW,
        np.int8(3),
        np.uint64(2**63),
    ),
    *(np.float16(1.5), np.float32("nan"), np.longdouble(2), np.bool_(True)),
]
ODD = [
    *(None, ..., NotImplemented, "", "1.5", "nan", b"1", bytearray(b"12"), 1j, np.complex64(1)),
    *(decimal.Decimal("1.5"), fractions.Fraction(1, 3), datetime.date(2020, 1, 1), object, len),
    *(np.datetime64("2020-01-01"), np.timedelta64(3, "s"), np.str_("x"), np.dtype(float), slice(2)),
    *(range(3), {1.0}, {"a": 1.0}, {}, frozenset(), iter([1.0]), array.array("d", [1.0, 2.0])),
    *(memoryview(b"ab"), np.ma.masked, Random, Series("abc"), Series([None])),
]
TYPES = ["f2", "f4", "f8", ">f8", "g", "i1", "u8", "?", "c16", "O", "U3", "S2", "M8[s]", "m8[s]"]
SHAPES = [(), (0,), (1,), (3,), (1, 3), (2, 0), (0, 3), (2, 3), (1, 1, 1), (2, 1, 3)]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.lt]


def an_array(rng: Random) -> object:
    """One of any type and shape, in any order of memory, plain or of a subclass."""
    shape, dtype = rng.choice(SHAPES), rng.choice(TYPES)
    size = int(np.prod(shape))
    numbers = [rng.choice((0, 1, 2, 5)) for _ in range(size)]
    made = np.array(numbers).reshape(shape).astype(dtype)
    if rng.random() < 0.3 and size and dtype in ("f4", "f8", ">f8"):
        made.flat[0] = rng.choice((np.nan, np.inf, -np.inf, -0.0))
    twist = rng.choice((None, None, "F", "T", "view", "Ramp", "mask", "series", "matrix", "stride"))
    if twist == "F":
        return np.asfortranarray(made)
    if twist == "T":
        return made.T
    if twist == "Ramp":
        return made.view(Ramp)
    if twist == "mask":
        return np.ma.masked_array(made, mask=np.arange(size).reshape(shape) % 2 == 1)
    if twist == "series":
        return Series(made)
    if twist == "matrix" and made.ndim == 2:
        return made.view(np.matrix)
    return made[..., ::-1] if twist == "stride" and made.ndim else made


def anything(rng: Random, depth: int = 2) -> object:
    """A number, what is none, an array, or a list of such, ragged ones too."""
    roll = rng.random()
    if roll < 0.25:
        return rng.choice(NUMBERS)
    if roll < 0.45:
        return rng.choice(ODD)
    if roll < 0.75 or not depth:
        return an_array(rng)
    if roll < 0.78:
        return mg.Var(rng.choice((1.0, [1.0, 2.0])))
    parts = [anything(rng, depth - 1) for _ in range(rng.randrange(4))]
    parts = [parts[0]] * len(parts) if parts and rng.random() < 0.4 else parts
    return tuple(parts) if rng.random() < 0.3 else parts


def reference(given: object) -> np.ndarray | None:
    """The float64 array that NumPy makes of it; None where it makes no real numbers."""
    try:
        made = np.asarray(float(given) if isinstance(given, int) else given)
    except Exception:
        return None
    real = made.dtype.kind in "buif" and not isinstance(given, np.ma.MaskedArray)
    return made.astype(np.float64) if real else None


def a_value(rng: Random) -> Trial:
    """A value, given to a place that takes one."""
    given = anything(rng)
    place = rng.choice(PLACES)
    return place(rng, given, reprlib.repr(given))


def _made(rng: Random, given: object, shown: str) -> Trial:
    maker = rng.choice((mg.Var, mg.constant))

    def check(found: object) -> str:
        wanted = reference(given)
        if wanted is None:
            return f"it takes what is no real number to NumPy, as {found!r}"
        return wrong_value(found, wanted)

    return Trial(f"mg.{maker.__name__}({shown})", lambda: maker(given), check)


def _set(rng: Random, given: object, shown: str) -> Trial:
    x = mg.Var(rng.choice((1.0, [1.0, 2.0, 3.0], np.ones((2, 3)))))
    name = rng.choice(("value", "grad"))
    before = np.array(x.value)

    def call() -> object:
        try:
            setattr(x, name, given)
        except Exception:
            if not np.array_equal(np.asarray(x.value), before) or x.grad is not None:
                raise AssertionError("an error, and yet it was set") from None
            raise
        return getattr(x, name)

    def check(found: object) -> str:
        wanted = None if given is None else reference(given)
        if wanted is None:
            return "" if given is None and name == "grad" and found is None else f"set as {found!r}"
        return "" if np.array_equal(np.asarray(found), wanted, equal_nan=True) else f"is {found!r}"

    return Trial(f"x of shape {x.shape}: x.{name} = {shown}", call, check)


def _seeded(rng: Random, given: object, shown: str) -> Trial:
    x = mg.Var(rng.choice((1.0, [1.0, 2.0, 3.0], np.ones((2, 3)))))

    def check(found: object) -> str:
        (g,) = found  # type: ignore[misc]
        wanted = np.ones(x.shape) if given is None and x.shape == () else reference(given)
        if wanted is None or wanted.shape != x.shape:
            return f"the seed is taken: the gradient is {g!r}"
        return "" if np.allclose(g, 2.0 * wanted, equal_nan=True) else f"the gradient is {g!r}"

    call = lambda: mg.grad(2.0 * x, [x], seed=given)  # noqa: E731
    return Trial(f"mg.grad(2.0 * x, [x], seed={shown}), x of shape {x.shape}", call, check, [x])


def _met(rng: Random, given: object, shown: str) -> Trial:
    x = mg.Var(rng.choice((1.5, [1.5, 2.0, 3.0], np.full((2, 3), 0.5))))
    sign, first = rng.choice(OPERATORS), rng.random() < 0.5
    pair = (x, given) if first else (given, x)

    def check(found: object) -> str:
        numbers = given.value if isinstance(given, mg.Var) else reference(given)
        if isinstance(given, fractions.Fraction) and sign is operator.pow and not first:
            numbers = np.asarray(float(given))  # which it makes itself, for a power
        if numbers is None:
            return f"it takes what is no real number to NumPy, as {found!r}"
        value = np.asarray(x.value)
        wanted = sign(value, numbers) if first else sign(np.asarray(numbers), value)
        return wrong_value(found, wanted)

    name = f"operator.{sign.__name__}"
    shown = f"{name}({'x, ' * first}{shown}{', x' * (not first)}), x = {x!r}"
    return Trial(shown, lambda: sign(*pair), check, [x])


PLACES = (_made, _made, _set, _seeded, _met, _met)
