"""Floor 4: the coin-flip lab, a page: frozen ε slide along f while a knob moves a parameter."""

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import context
from ..distributions.randomness import Generator, check_generator, sample_count
from .document import as_data, document, page_file
from .flips import Problem, Setting, names_of, numbers, reach_of
from .labels import text
from .palette import BAD, FAINT, GRADIENT, INK, LOOKS, PAGE
from .picture import write

FEW = 5  # flips at either end of each knob, where the page checks its numbers as well
MOST = 500  # dots: more could not be told apart, and a move of a knob would no longer be smooth

_SCRIPTS = ("numbers.js", "random.js", "dom.js", "coins_flips.js", "coins_plot.js",
            "coins_views.js", "coins.js", "coins_controls.js")  # fmt: skip


class Knob(NamedTuple):
    """A parameter: its name, its value when the page opens, and from where to where it turns."""

    name: str
    value: float
    low: float
    high: float


class CoinFlipLab:
    """The page, as text in `.html`; `save` writes it, and Jupyter shows it in a frame."""

    def __init__(self, title: str, data: Mapping[str, object], programs: str) -> None:
        self.title, self._data, self._programs = title, data, programs

    def __repr__(self) -> str:
        return f"CoinFlipLab({self.title!r})"

    @cached_property
    def html(self) -> str:
        """A whole HTML file, which asks the network for nothing."""
        script = "".join(map(page_file, _SCRIPTS))
        return document(
            page_file("coins.html"),
            self.title,
            style=_colours() + page_file("coins.css"),
            script=f'(() => {{\n"use strict";\nconst PROGRAMS = {self._programs};\n{script}}})();',
            data=as_data(self._data),
        )

    def save(self, path: str | Path) -> Path:
        """Write the page as .html into a folder that is there."""
        path = Path(path)
        if path.suffix != ".html":
            raise ValueError(f"a coin-flip lab is saved as .html, not as {path.name!r}")
        return write(path, self.html)

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" title="{html.escape(self.title)}" '
            'sandbox="allow-scripts" width="100%" height="900"></iframe>'
        )


def coin_flip_lab(
    problem: Problem,
    params: Sequence[object],
    rng: Generator,
    *,
    samples: int = 50,
    title: str | None = None,
    names: Sequence[str] | None = None,
    exact: Callable[..., object] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> CoinFlipLab:
    """A page that shows what it means to keep the coin flips and move the knob.

    `problem(*params)` returns the distribution of z and the integrand f, as for `mg.pathwise`, but
    all are single numbers here: f takes one z. `samples` draws of ε from `rng`, 2 to 500, are dots
    on the curve of f, which slide as a knob moves a parameter. The slope of f times ∂z/∂parameter,
    averaged over them, is the pathwise gradient of E[f(z)]; the score function's estimate from the
    same z stands beside it.

    `names` are the knobs' names, by default those of the problem's arguments; `ranges` maps a name
    to the (low, high) of its knob. `exact(*params)` is E[f(z)] in closed form, written with
    minigrad's functions: minigrad differentiates it, and the page shows how far the estimates are
    off. Arrays, a distribution without rsample or density, and operations that have no JavaScript
    raise TypeError or ValueError.

    >>> import minigrad as mg
    >>> def problem(mu, sigma):
    ...     return mg.Normal(mu, sigma), mg.sin
    >>> mg.coin_flip_lab(problem, (0.7, 0.5), np.random.default_rng(0), title="sin z")
    CoinFlipLab('sin z')
    """
    check_generator(rng)
    count = sample_count(samples)
    if not 2 <= count <= MOST:
        raise ValueError(f"coin_flip_lab: samples is {count}, not in 2..{MOST}: a dot each")
    if not context.thread.recording:
        raise ValueError("coin_flip_lab differentiates: call it outside mg.no_grad()")
    values = numbers(params)
    start = Setting(problem, values, exact)
    knobs = _knobs(problem, values, names, ranges or {})
    noise = start.q.noise(rng, (count,))
    eps = np.asarray(noise.value).tolist()
    ends = [Setting(problem, at, exact) for at in _ends(values, knobs)]
    data = {
        "law": noise.law,
        "knobs": [knob._asdict() for knob in knobs],
        "eps": eps,
        "checks": [start.measured(eps), *(end.measured(eps[:FEW]) for end in ends)],
    }
    heading = text(f"{count} coin flips, and the knobs" if title is None else title)
    return CoinFlipLab(heading, data, start.programs())


def _knobs(
    problem: Problem,
    values: Sequence[float],
    names: Sequence[str] | None,
    ranges: Mapping[str, tuple[float, float]],
) -> list[Knob]:
    """A knob for each parameter; where no range is given, as far as the distribution allows."""
    given = names_of(problem, len(values)) if names is None else list(names)
    if len(given) != len(values) or len({*given}) != len(values):
        raise ValueError(f"coin_flip_lab: {len(values)} parameters need as many names, not {given}")
    if unknown := {*ranges} - {*given}:
        raise ValueError(f"coin_flip_lab: ranges has {sorted(unknown)}, the knobs are {given}")
    knobs = []
    for i, (name, value) in enumerate(zip(given, values, strict=True)):
        low, high = map(float, ranges.get(name) or reach_of(problem, values, i))
        if not low <= value <= high or low == high:
            raise ValueError(f"coin_flip_lab: {name} is {value}, not in its range {low}..{high}")
        knobs.append(Knob(text(name), value, low, high))
    return knobs


def _ends(values: Sequence[float], knobs: Sequence[Knob]) -> Iterator[list[float]]:
    """The parameters with each knob at either end, the others where they start."""
    for i, knob in enumerate(knobs):
        for end in (knob.low, knob.high):
            yield [*values[:i], end, *values[i + 1 :]]


def _colours() -> str:
    """The visual language as CSS variables, light and dark."""
    named = {"ink": INK, "page": PAGE, "faint": FAINT, "gradient": GRADIENT, "bad": BAD}
    for kind in ("parameter", "sample", "noise", "constant"):
        named |= {kind: LOOKS[kind].line, f"{kind}-fill": LOOKS[kind].fill}
    light, dark = (";".join(f"--{name}:{pair[i]}" for name, pair in named.items()) for i in (0, 1))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
