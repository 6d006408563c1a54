"""The coin-flip lab, a page: frozen ε slide along f while a knob moves a parameter."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ...distributions.randomness import Generator, as_generator, sample_count
from ...engine import context
from ...pictures.labels import heading, text
from ...pictures.palette import page_colours
from ..document import Page, as_data, document, page_file
from .experiment import Experiment, Problem, argument_names, numbers, reach_of

FEW = 5  # flips at either end of each knob, where the page checks its numbers as well
MOST = 500  # dots: more could not be distinguished, and a move of a knob would no longer be smooth

_SHARED = "numbers random dom"
_OWN = "flips plot views main controls"
_SCRIPTS = [f"{name}.js" for name in _SHARED.split()] + [f"lab/{name}.js" for name in _OWN.split()]


class Knob(NamedTuple):
    """A parameter: its name, its value when the page opens, and from where to where it turns."""

    name: str
    value: float
    low: float
    high: float


class CoinFlipLab(Page):
    """The page, as text in `.html`; `save` writes it, and Jupyter shows it in a frame.

    >>> lab = mg.coin_flip_lab(lambda mu: (mg.Normal(mu, 1.0), mg.square), (0.5,), 0, title="E[z²]")
    >>> lab.title, lab.html[:15]
    ('E[z²]', '<!doctype html>')
    """

    _what, _height = "coin-flip lab", 900

    def __init__(self, title: str, data: Mapping[str, object], programs: str) -> None:
        self.title, self._data, self._programs = title, data, programs

    def __repr__(self) -> str:
        return f"CoinFlipLab({self.title!r})"

    @cached_property
    def html(self) -> str:
        """A whole HTML file, which asks the network for nothing."""
        script = "".join(map(page_file, _SCRIPTS))
        return document(
            page_file("lab/lab.html"),
            self.title,
            style=page_colours() + page_file("lab/lab.css"),
            script=f'(() => {{\n"use strict";\nconst PROGRAMS = {self._programs};\n{script}}})();',
            data=as_data(self._data),
        )


def coin_flip_lab(
    problem: Problem,
    params: Sequence[object],
    rng: Generator | int | None = None,
    *,
    samples: int = 50,
    title: str | None = None,
    names: Sequence[str] | None = None,
    exact: Callable[..., object] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> CoinFlipLab:
    """A page that shows what it means to keep the coin flips and move the knob.

    `problem(*params)` returns the distribution of z and the integrand f, as for `mg.pathwise`, but
    all are single numbers here: f takes one z. `samples` draws of ε, 2 to 500, from `rng` (a
    Generator, a seed or None) are dots on the curve of f, which slide as a knob moves a parameter.
    The slope of f times ∂z/∂parameter, averaged over them, is the pathwise gradient of E[f(z)]; the
    score function's estimate from the same z is beside it.

    `names` are the knobs' names, by default those of the problem's arguments; `ranges` maps a name
    to the (low, high) of its knob. `exact(*params)` is E[f(z)] in closed form, written with
    minigrad's functions: minigrad differentiates it, and the page shows how far the estimates are
    off. Arrays, a distribution without rsample or density, and operations that have no JavaScript
    raise TypeError or ValueError.

    >>> def problem(mu, sigma):
    ...     return mg.Normal(mu, sigma), mg.sin
    >>> mg.coin_flip_lab(problem, (0.7, 0.5), np.random.default_rng(0), title="sin z")
    CoinFlipLab('sin z')
    """
    rng = as_generator(rng)
    for what, function in (("problem", problem), ("exact", exact)):
        if function is not None and not callable(function):
            raise TypeError(f"coin_flip_lab: {what} is a function, not {function!r}")
    count = sample_count(samples)
    if not 2 <= count <= MOST:
        raise ValueError(f"coin_flip_lab: samples is {count}, not in 2..{MOST}: a dot each")
    if not context.current().recording:
        raise ValueError("coin_flip_lab differentiates: call it outside mg.no_grad()")
    values = numbers(params)
    start = Experiment(problem, values, exact)
    knobs = _knobs(problem, values, names, ranges or {})
    noise = start.q.noise(rng, (count,))
    eps = np.asarray(noise.value).tolist()
    data = {
        "law": noise.law,
        "knobs": [knob._asdict() for knob in knobs],
        "eps": eps,
        "checks": [start.measured(eps), *(end.measured(eps[:FEW]) for end in _ends(start, knobs))],
    }
    head = heading(title, f"{count} coin flips, and the knobs")
    return CoinFlipLab(head, data, start.programs())


def _knobs(
    problem: Problem,
    values: Sequence[float],
    names: Sequence[str] | None,
    ranges: Mapping[str, tuple[float, float]],
) -> list[Knob]:
    """A knob for each parameter; where no range is given, as far as the distribution allows."""
    if not isinstance(ranges, Mapping):
        raise TypeError(f"coin_flip_lab: ranges is {ranges!r}: give {{name: (low, high)}}")
    if not (names is None or isinstance(names, list | tuple)) or {*map(type, names or ())} - {str}:
        raise TypeError(f"coin_flip_lab: names is a list of texts, not {names!r}")
    given = argument_names(problem, len(values)) if names is None else list(names)
    if len(given) != len(values) or len({*given}) != len(values):
        raise ValueError(f"coin_flip_lab: {len(values)} parameters need as many names, not {given}")
    if unknown := {*ranges} - {*given}:
        raise ValueError(f"coin_flip_lab: ranges has {sorted(unknown)}, the knobs are {given}")
    knobs = []
    for i, (name, value) in enumerate(zip(given, values, strict=True)):
        low, high = _range(name, ranges[name]) if name in ranges else reach_of(problem, values, i)
        if not low <= value <= high or low == high:
            raise ValueError(f"coin_flip_lab: {name} is {value}, not in its range {low}..{high}")
        knobs.append(Knob(text(name), value, low, high))
    return knobs


def _range(name: str, ends: object) -> tuple[float, float]:
    """The ends that `ranges` gives a knob: two finite numbers."""
    match ends:
        case [int() | float() as low, int() | float() as high] if math.isfinite(high - low):
            return float(low), float(high)
        case _:
            raise ValueError(
                f"coin_flip_lab: ranges has {name}: {ends!r}: give two finite numbers, (low, high)"
            )


def _ends(start: Experiment, knobs: Sequence[Knob]) -> Iterator[Experiment]:
    """The problem with each knob at either end, the others where they start."""
    for i, knob in enumerate(knobs):
        for end in (knob.low, knob.high):
            try:
                yield start.at([*start.values[:i], end, *start.values[i + 1 :]])
            except ValueError as error:
                raise ValueError(
                    f"coin_flip_lab: {knob.name} is {end} at an end of its range, there {error}: "
                    "give others in ranges"
                ) from None
