"""Many problems of one kind, each with parameters of its own."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from ..distributions.randomness import Generator
from ..engine.values import as_value, plain
from ..engine.variable import Var
from .apart import NotApart
from .problem import Batch, Problem
from .results import Estimate


def batched(
    estimator: Callable[..., Estimate],
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    **options: object,
) -> tuple[Estimate, ...]:
    """An estimate for each problem of a batch: row b of every parameter makes problem b.

    `estimator` is `mg.pathwise` or any other with its arguments; `params` have a first axis of the
    same length, the batch. Each problem has `samples` samples of its own, independent of the
    others', and so its own value, gradients and errors. `options` go to the estimator, an executor
    among them. Parameters of different lengths raise ValueError.

    All problems are computed at once where `problem` takes parameters with the further axis in
    front and keeps it apart: a distribution with that batch shape, and an integrand that gives
    shape (n, batch), as `mg.sin` and sums over axis -1 do. That is seen in the graph, and tried on
    two of the problems. Where it isn't so, with `rebar`, `relax`, `triples`, `points`, a
    `control_variate` or `replay`, they are computed one after another: some milliseconds each.

    >>> def problem(mu):
    ...     return mg.Normal(mu, 1.0), mg.square
    >>> estimates = mg.batched(mg.pathwise, problem, ([1.0, 2.0, 3.0],), 10_000, 0)
    >>> [round(estimate.grads[0], 1) for estimate in estimates]  # the truth is 2, 4, 6
    [2.0, 4.0, 6.0]
    """
    held = [p.value if isinstance(p, Var) else as_value(p) for p in params]
    lengths = {np.shape(p)[:1] for p in held}
    if len(lengths) != 1 or lengths == {()}:
        shapes = ", ".join(str(np.shape(p)) for p in held)
        raise ValueError(
            f"batched: params need a first axis of one length, the batch, not the shapes {shapes}"
        )
    ((count,),) = lengths
    parent = rng if isinstance(rng, Generator) else np.random.default_rng(rng)
    children = parent.spawn(count)
    batch = Batch(problem, count)
    with suppress(NotApart):
        estimator(batch, held, samples, children[0], **options)
        return batch.estimates
    rows = zip(*([plain(row) for row in np.asarray(p)] for p in held), strict=True)
    return tuple(
        estimator(problem, row, samples, child, **options)
        for row, child in zip(rows, children, strict=True)
    )
