"""A KL term whose factor is wrong, found by its value.

The graph shows each Gaussian that was drawn from, z = μ + σ·ε, so its KL to the standard normal is
known in closed form; a sum in the graph that is a multiple of that is compared with it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..equations import Equation
from .wording import Wording

_NEAR = 1e-9


class Gaussian(NamedTuple):
    """What a draw was made of: its equation, its mean and its standard deviation."""

    z: Equation
    loc: Equation
    scale: Equation


def divergence_hints(say: Wording, rows: list[Equation]) -> Iterator[str]:
    """For each Gaussian in the graph: a KL averaged over its latents, or with a wrong factor."""
    for gaussian in _gaussians(say, rows):
        yield from _wrong_factor(say, rows, gaussian)


def _gaussians(say: Wording, rows: list[Equation]) -> Iterator[Gaussian]:
    for z in rows:
        inputs = say.equations.inputs_of(z)
        for loc, part in (inputs, inputs[::-1]) if z.op == "add" else ():
            factors = say.equations.inputs_of(part)
            for scale, eps in (factors, factors[::-1]) if part.op == "multiply" else ():
                if eps.law == "normal" and loc.requires_grad and np.all(np.greater(scale.value, 0)):
                    yield Gaussian(z, loc, scale)


def _wrong_factor(say: Wording, rows: list[Equation], gaussian: Gaussian) -> Iterator[str]:
    loc, scale = np.broadcast_arrays(gaussian.loc.value, gaussian.scale.value)
    loc, scale = (np.broadcast_to(x, np.broadcast_shapes(x.shape, ())) for x in (loc, scale))
    each = 0.5 * (loc**2 + scale**2 - 1.0) - np.log(scale)
    total = float(each.sum())
    scalars = [row for row in _below_both(say, rows, gaussian) if not row.shape]
    ratios = {row.position: float(row.value) / total for row in scalars} if total else {}
    outcomes = each.shape[0] if each.ndim > 1 else 1
    good = (1.0, -1.0, 1.0 / outcomes, -1.0 / outcomes)
    if any(_is(ratio, x) for ratio in ratios.values() for x in good):
        return
    kinds = _kinds(each.shape)
    if each.ndim == 1 and _is_batch(say, rows, len(each), ratios):
        return
    for row in reversed(scalars):  # the last one has every factor in it
        for factor, words in kinds.items():
            if _is(abs(ratios[row.position]), factor):
                yield (
                    f"{say.full(row)} is KL({say.name(gaussian.z)} ‖ standard normal) {words}, "
                    f"{abs(float(row.value)):.6g} where the closed form is {total:.6g}: "
                    "mg.kl_divergence(q, mg.Normal(0.0, 1.0)), summed over the latents of an "
                    "outcome and averaged over outcomes alone"
                )
                return


def _kinds(shape: tuple[int, ...]) -> dict[float, str]:
    """Factors that a wrong KL has, and what they mean."""
    size = int(np.prod(shape))
    latents = size // shape[0] if len(shape) > 1 else size
    kinds = {2.0: "times 2 (is its ½ missing?)", 0.5: "times ½"}
    if latents > 1:
        kinds[1.0 / latents] = f"averaged over its {latents} latents"
        kinds[1.0 / size] = f"averaged over all its {size} numbers"
        kinds[0.5 / size] = f"averaged over all its {size} numbers, and times ½"
        kinds[2.0 / size] = f"averaged over all its {size} numbers, and times 2"
    return kinds


def _below_both(say: Wording, rows: list[Equation], gaussian: Gaussian) -> Iterator[Equation]:
    """What is computed from the parameters, and not from the draw."""
    made: set[int] = {gaussian.loc.position, gaussian.scale.position}
    drawn: set[int] = set()
    for row in rows:
        if row.kind == "noise" or not drawn.isdisjoint(row.inputs):
            drawn.add(row.position)
        elif not made.isdisjoint(row.inputs):
            made.add(row.position)
            yield row


def _is_batch(say: Wording, rows: list[Equation], n: int, ratios: dict[int, float]) -> bool:
    """Whether another mean is taken over as many numbers: then they are outcomes, not latents."""
    means = [row for row in rows if row.op == "mean" and row.position not in ratios]
    return any(say.equations[row.inputs[0]].shape[:1] == (n,) for row in means)


def _is(x: float, y: float) -> bool:
    return abs(x - y) <= _NEAR * abs(y)
