"""The classic mistakes with random samples that a graph can show.

Each function looks for one of them and describes it in a sentence with the remedy.
"""

import re
from collections.abc import Iterator

import numpy as np

from ..distributions.sites import Site
from ..engine.op import OPS
from ..engine.values import Value
from ..equations import Equation
from ..pictures.labels import number
from .divergence import divergence_hints
from .sizes import size_hints
from .wording import Wording

STEEP = 1e4  # a slope beyond this, like that of 1/σ at σ = 0.0001, is worth a warning
_CLAMPS = ("clip", "maximum", "minimum")
_LOG_VARIANCE = re.compile(r"log_?(var|sigma_?2|sigma_?sq|σ²|σ2)")
_VARIANCE = re.compile(r"var(iance)?(_|$)|sigma_?2|sigma_?sq|σ²|σ2")


def hints_of(say: Wording) -> Iterator[str]:
    """What looks like a mistake, each once; nothing for a sound graph."""
    rows = [row for row in say.equations if say.flow.connected[row.position]]
    yield from _sampled(say, rows)
    yield from _clamped(say)
    saturated = dict(_saturated(say, rows))
    yield from saturated.values()
    if say.flow.steep.row not in saturated:
        yield from _steep(say)
    yield from size_hints(say)
    yield from divergence_hints(say, rows)
    yield from _hidden(say, rows)
    yield from _broadcast(say, rows)
    for row in rows:
        for x, noise in _noise_times(say, row):
            yield from _scale(say, row, x, noise)


def _sampled(say: Wording, rows: list[Equation]) -> Iterator[str]:
    """Parameters behind the wall of a `.sample()` that no score carries a gradient around."""
    if any(row.is_score for row in rows):
        return
    parameters = [row.position for row in rows if row.kind == "parameter"]
    stops = {stop for i in parameters for stop in say.flow.stops[i] if stop.kind == "sample"}
    for stop in sorted(stops):
        wall = say.equations[stop.row]
        (z,) = say.equations.inputs_of(wall)
        remedy = "draw by .rsample(), or differentiate mg.surrogate(cost)"
        if isinstance(wall.site, Site) and wall.site.distribution.support.moves:
            remedy = f"draw by .rsample(): {wall.site.distribution.moving_ends}"
            yield f"{say.name(wall)} was drawn by .sample(), and no score can replace it: {remedy}"
            continue
        if not z.requires_grad:  # a parameter is below, but the draw has no slope in it
            remedy = (
                "its outcomes jump, so differentiate mg.surrogate(cost), whose score function "
                "goes around it, or take a relaxation (mg.RelaxedBernoulli, "
                "mg.RelaxedOneHotCategorical)"
            )
        name = say.name(wall)
        yield f"{name} was drawn by .sample(), so its parameters learn nothing from it: {remedy}"


def _clamped(say: Wording) -> Iterator[str]:
    stops = {s for stops in say.flow.stops for s in stops if s.kind == "zero"}
    for stop in sorted(stops):
        row = say.equations[stop.row]
        bounds = [x for i, x in enumerate(say.equations.inputs_of(row)) if i != stop.operand]
        is_relu = row.op == "maximum" and not np.any(bounds[0].value)
        fixed = row.op in _CLAMPS and not any(x.requires_grad for x in bounds)
        if fixed and not is_relu:
            yield (
                f"{say.full(row)} is a hard clamp, and values beyond it can't learn their "
                "way back: mg.soft_clip(x, low, high) keeps a gradient everywhere"
            )


def _steep(say: Wording) -> Iterator[str]:
    steep = say.flow.steep
    if steep.factor >= STEEP:
        row = say.equations[steep.row]
        x = say.equations[row.inputs[1 if row.op == "divide" else 0]]
        yield (
            f"{say.full(row)} magnifies gradients {number(steep.factor)[1:]} times at "
            f"{say.at(x)}: keep it away from 0; for a scale, add a floor (1e-3 + "
            "mg.softplus(rho)) or use mg.soft_clip on the log-variance"
        )


def _saturated(say: Wording, rows: list[Equation]) -> Iterator[tuple[int, str]]:
    """The log of a sigmoid, or of 1 minus one, where that has lost its digits: place and words."""
    for row in rows:
        if row.op not in ("log", "log1p"):
            continue
        (x,) = say.equations.inputs_of(row)
        p, other = _probability(say, row, x)
        if p is None or not _extreme(x.value if row.op == "log" else row.value, row.op):
            continue
        (logit,) = say.equations.inputs_of(p)
        name, away = say.name(logit), "" if other else "−"
        yield (
            row.position,
            f"{say.full(row)}: {say.at(p)} is rounded to its edge, and so is its log: "
            f"−softplus({away}{name}) is the same and keeps all digits, as do "
            "mg.Bernoulli(logits=…) and log_prob",
        )


def _probability(say: Wording, row: Equation, x: Equation) -> tuple[Equation | None, bool]:
    """The sigmoid that `row` takes the log of, and whether of 1 minus it."""
    if x.op == "sigmoid" and row.op == "log":
        return x, False
    inputs = say.equations.inputs_of(x)
    if row.op == "log" and x.op == "subtract" and np.all(np.equal(inputs[0].value, 1.0)):
        return (inputs[1], True) if inputs[1].op == "sigmoid" else (None, False)
    if row.op == "log1p" and x.op == "negative" and inputs[0].op == "sigmoid":
        return inputs[0], True
    return None, False


def _extreme(value: Value, op: str) -> bool:
    """Whether an argument of log is so near 0 that 1 − p has lost half of its digits."""
    return bool(np.any(np.less(value, 1e-8 if op == "log" else np.log(1e-8))))


def _hidden(say: Wording, rows: list[Equation]) -> Iterator[str]:
    """0 · ∞ = nan in the branch that a where did not take."""
    if not any(row.op == "where" for row in rows):
        return
    for row in reversed(rows):
        g, maker = say.flow.gradients[row.position], say.flow.makers[row.position]
        above = None if maker is None else say.flow.gradients[maker]
        if maker is not None and np.any(np.isnan(g)) and np.any(np.equal(above, 0.0)):  # type: ignore
            yield (
                f"{say.full(say.equations[maker])} gets gradient 0 and has no finite slope, and "
                "0 · ∞ is nan, also in a branch that where did not take: make the argument safe "
                "first, where(x > 0, log(where(x > 0, x, 1.0)), 0.0)"
            )
            return


def _broadcast(say: Wording, rows: list[Equation]) -> Iterator[str]:
    """Two shapes that make a third, around noise: (3,) and (3, 1) are nine numbers, not three."""
    random: set[int] = set()
    for row in rows:
        if row.kind == "noise" or not random.isdisjoint(row.inputs):
            random.add(row.position)
            shapes = [x.shape for x in say.equations.inputs_of(row)]
            if row.op and OPS[row.op].elementwise and row.shape not in shapes:
                made = " and ".join(map(str, shapes))
                yield f"{say.full(row)}: shapes {made} made {row.shape}: reshape if not meant"


def _noise_times(say: Wording, row: Equation) -> Iterator[tuple[Equation, Equation]]:
    """What noise is multiplied by in this equation, and the noise."""
    inputs = say.equations.inputs_of(row)
    if row.op in ("multiply", "matmul"):
        for x, other in ((inputs[0], inputs[1]), (inputs[1], inputs[0])):
            if other.kind == "noise":
                yield x, other


def _scale(say: Wording, row: Equation, x: Equation, noise: Equation) -> Iterator[str]:
    """A variance, its logarithm or a covariance where the standard deviation belongs."""
    name, eps = say.name(x), say.name(noise)
    under = say.equations.inputs_of(x)[0].name if x.op == "exp" else ""
    if row.op == "matmul" and _is_covariance(x):
        yield (
            f"{say.full(row)}: {name} is symmetric, like a covariance; noise is multiplied by its "
            f"Cholesky factor, mg.cholesky({name}) @ {eps}"
        )
    elif _LOG_VARIANCE.search(x.name.lower()):
        yield f"{say.full(row)}: {name} seems to be a log-variance; a scale is exp(0.5 * {name})"
    elif _LOG_VARIANCE.search(under.lower()):
        yield (
            f"{say.full(row)}: {name} seems to be a variance; a scale is exp(0.5 * {under}), "
            "which mg.Normal.from_log_variance takes"
        )
    elif _VARIANCE.match(x.name.lower()):
        yield f"{say.full(row)}: {name} seems to be a variance; a scale is its square root"


def _is_covariance(x: Equation) -> bool:
    """Square, symmetric, and more than a diagonal."""
    value = np.asarray(x.value)
    if value.ndim != 2 or len(value) != len(value.T):
        return False
    off = value - np.diag(np.diagonal(value))
    return bool(np.any(off) and np.array_equal(value, value.T))
