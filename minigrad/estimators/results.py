"""What an estimator returns: numbers, each with its standard error."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from .. import inline
from ..engine.values import Value, as_value, shape_of

ENOUGH = 32  # chunks: the standard error itself is then known to about an eighth
ROUNDING = 1e-12  # relative: what a mean of many floats may be off without any randomness


@dataclass(frozen=True, eq=False)
class Estimate:
    """E[f(z)] and its gradients, from random samples. Two are equal if all their numbers are.

    `value` is a float. `grads` holds one float or array for each parameter, of its shape.
    `value_se` and `grad_ses` are their standard errors, nan where a single chunk gives none
    (one sample, or one antithetic pair). `chunks` is the number of chunks whose means gave them.
    `warnings` says why the errors may not be trusted, as its text does.

    >>> estimate = mg.pathwise(lambda mu: (mg.Normal(mu, 1.0), mg.square), (0.5,), 10_000, 0)
    >>> round(estimate.value, 2), round(estimate.value_se, 2)  # the truth is 1.25
    (1.24, 0.02)
    """

    estimator: str
    value: float
    value_se: float
    grads: tuple[Value, ...]
    grad_ses: tuple[Value, ...]
    samples: int
    chunks: int
    warnings: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Estimate):
            return NotImplemented
        names = [field.name for field in fields(self)]
        return all(_same(getattr(self, name), getattr(other, name)) for name in names)

    def __hash__(self) -> int:
        return hash((self.estimator, self.value, self.samples, self.chunks))

    def z_scores(self, truth: Sequence[object]) -> tuple[Value, ...]:
        """(estimate - truth) / standard error, for each gradient: beyond ±5 something is wrong.

        `truth` has one entry for each parameter, or E[f(z)] and then those: the scores come in the
        same order, in the shapes of the estimates. A difference that is mere rounding scores about
        0. Without standard errors, or with entries that don't fit, this raises ValueError.
        """
        if self.chunks < 2:
            raise ValueError(f"no z-scores: with samples={self.samples} there is no standard error")
        means, errors = self.grads, self.grad_ses
        if len(truth) == len(means) + 1:
            means, errors = (self.value, *means), (self.value_se, *errors)
        if len(truth) != len(means):
            raise ValueError(
                f"z_scores: {len(means)} parameters, {len(truth)} true values: give one for each, "
                "or E[f(z)] and then one for each"
            )
        return tuple(map(_score, means, errors, truth))

    def __str__(self) -> str:
        """One line per number: the estimate, ±, and its standard error."""
        lines = [f"{self.estimator}, {self.samples:,} samples", f"{'E[f]':<12}{self._value_text}"]
        for i, (mean, error) in enumerate(zip(self.grads, self.grad_ses, strict=True)):
            lines.extend(_lines(f"d/d param {i}", mean, error))
        if self.chunks < 2:
            lines.append("no standard error: one chunk cannot show its own scatter; take more")
        elif self.chunks < ENOUGH:
            lines.append(f"rough standard errors: from {self.chunks} chunks, fewer than {ENOUGH}")
        lines.extend(f"warning: {said}" for said in self.warnings)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same as a table, in Jupyter."""
        head, *lines = str(self).splitlines()
        rows = [[part.strip() for part in line.split(" ± ")] for line in lines if " ± " in line]
        cells = [(*row[0].rsplit(None, 1), row[1]) for row in rows]
        remarks = "".join(inline.source(line) for line in lines if " ± " not in line)
        return inline.table((head, "estimate", "standard error"), cells) + remarks

    @property
    def _value_text(self) -> str:
        return _with_error(self.value, self.value_se)


def _same(a: object, b: object) -> bool:
    """Equal to the last bit; nan, which means unknown, is equal to nan."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return np.array_equal(a, b, equal_nan=True)  # type: ignore[arg-type]


def _score(mean: Value, error: Value, truth: object) -> Value:
    true = as_value(truth)
    if shape_of(true) != shape_of(mean):
        raise ValueError(
            f"z_scores: a true value of shape {shape_of(true)} for an estimate of "
            f"shape {shape_of(mean)}"
        )
    floor = ROUNDING * np.maximum(np.abs(true), np.abs(mean))
    gap = np.asarray(mean) - true
    whole = np.maximum(np.hypot(error, floor), np.finfo(float).tiny)
    return as_value(gap / whole)


def _with_error(mean: float, error: float) -> str:
    return f"{mean:>12.6g} ± " + ("unknown" if np.isnan(error) else f"{error:.2g}")


def _lines(label: str, mean: Value, error: Value) -> list[str]:
    """The numbers of one gradient; of a long one the first few."""
    means, errors = np.ravel(mean), np.ravel(error)
    places = (
        [""]
        if isinstance(mean, float)
        else [str([int(j) for j in i]).replace(" ", "") for i in np.ndindex(mean.shape)][:6]
    )
    lines = [
        f"{label + place:<12}{_with_error(m, e)}" for place, m, e in zip(places, means, errors)
    ]
    hidden = means.size - len(lines)
    return [*lines, f"… and {hidden:,} more"] if hidden else lines
