"""Estimators side by side on one problem."""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np

from .. import inline
from ..distributions.randomness import Generator, check_order
from ..engine.values import Value
from .coins import arm, disarm
from .coupled import triples
from .difference import finite_difference
from .learned import rebar, relax
from .measure import measure_valued
from .problem import Problem
from .reparameterised import pathwise
from .results import Estimate
from .score import score_function
from .straight import gumbel_rao, reinmax, straight_through

Estimator = Callable[..., Estimate]

ALL: Mapping[str, Estimator] = MappingProxyType(
    {
        "pathwise": pathwise,
        "pathwise, antithetic": partial(pathwise, antithetic=True),
        "score function": score_function,
        "score, mean baseline": partial(score_function, baseline="mean"),
        "measure-valued": measure_valued,
        "ARM": arm,
        "DisARM": disarm,
        "REBAR": rebar,
        "RELAX": relax,
        "straight-through": straight_through,
        "ReinMax": reinmax,
        "Gumbel-Rao": gumbel_rao,
        "differences, common": finite_difference,
        "differences, fresh": partial(finite_difference, common_noise=False),
    }
)


KNOWN: Mapping[str, Estimator] = MappingProxyType(
    {**ALL, "stochastic triples": triples}  # runs one sample at a time, so only on request
)


@dataclass(frozen=True)
class Row:
    """One estimator: its estimate and the seconds it took, or why there is none, in `remark`."""

    name: str
    estimate: Estimate | None
    seconds: float
    remark: str = ""

    @property
    def variances(self) -> tuple[Value, ...]:
        """The variance of one sample's gradient, for each parameter: standard error² · samples."""
        if self.estimate is None:
            return ()
        return tuple(se * se * self.estimate.samples for se in self.estimate.grad_ses)


@dataclass(frozen=True)
class Comparison:
    """The rows, by `[name]` too; its text is a table: value, gradients, variance, time."""

    rows: tuple[Row, ...]

    def __getitem__(self, name: str) -> Row:
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no estimator {name!r}: {', '.join(row.name for row in self.rows)}")

    def __str__(self) -> str:
        """Of a parameter with several numbers: the mean variance, and no gradient."""
        head = f"{'estimator':<22}{'value ± error':>22}"
        shown = next((row.estimate for row in self.rows if row.estimate), None)
        for i in range(len(shown.grads) if shown else 0):
            head += f"{f'gradient {i} ± error':>24}{'variance':>11}"
        return "\n".join([f"{head}{'time':>10}", *map(_line, self.rows)])

    def _repr_html_(self) -> str:
        """In Jupyter: a plot of each gradient that is one number, ± two errors, and the table."""
        found = [(row.name, row.estimate) for row in self.rows if row.estimate]
        plots = []
        for i in range(len(found[0][1].grads) if found else 0):
            dots = [
                (name, e.grads[i], e.grad_ses[i])
                for name, e in found
                if isinstance(e.grads[i], float) and isinstance(e.grad_ses[i], float)
            ]
            plots.append(inline.forest(dots, f"gradient {i}, ± two standard errors"))  # type: ignore[arg-type]
        return "".join(f"<p>gradient {i}</p>{p}" for i, p in enumerate(plots) if p) + inline.source(
            str(self)
        )


def compare(
    problem: Problem,
    params: Sequence[object],
    samples: int,
    rng: Generator | int | None = None,
    estimators: Mapping[str, Estimator] | Sequence[str] = ALL,
) -> Comparison:
    """Every estimator on `problem`, with `samples` samples each: a table of value, error and cost.

    `estimators` maps names to functions with `pathwise`'s arguments (`functools.partial` fixes
    others), or lists some of the names known here, or of functions ("measure_valued"). If one does
    not fit the problem, or fails, its row's remark has the error. An int `rng` seeds all alike; a
    Generator moves on from one to the next. By default all run except "stochastic triples", which
    takes one sample at a time.

    >>> def problem(mu):
    ...     return mg.Normal(mu, 1.0), mg.square
    >>> print(mg.compare(problem, (0.5,), 1_000, 0, ["pathwise", "score function"]))
    estimator                      value ± error      gradient 0 ± error   variance      time
    pathwise                     1.24403 ± 0.045         1.00009 ± 0.068       4.56 ...
    score function               1.24403 ± 0.045         0.858399 ± 0.13       17.8 ...
    """
    check_order("mg.compare(problem, params, samples, rng)", rng, samples)
    if not isinstance(estimators, Mapping):
        known = {**KNOWN, **{getattr(run, "__name__", ""): run for run in KNOWN.values()}}
        unknown = [name for name in estimators if name not in known]
        if unknown:
            raise ValueError(f"no estimator {unknown[0]!r}: choose from {'; '.join(KNOWN)}")
        estimators = {name: known[name] for name in estimators}
    rows = (
        _row(name, partial(estimator, problem, params, samples, rng))
        for name, estimator in estimators.items()
    )
    return Comparison(tuple(rows))


def _row(name: str, run: Callable[[], Estimate]) -> Row:
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimate: Estimate | None = run()
            remark = "; ".join(str(w.message) for w in caught)
        except (TypeError, ValueError) as error:
            estimate, remark = None, str(error)
        except Exception as error:  # of an estimator or problem of the user's: its row says so
            estimate, remark = None, f"{type(error).__name__}: {error}"
    return Row(name, estimate, time.perf_counter() - start, remark)


def _line(row: Row) -> str:
    if row.estimate is None:
        return f"{row.name:<22}  {row.remark}"
    line = f"{row.name:<22}{_cell(row.estimate.value, row.estimate.value_se):>22}"
    columns = zip(row.estimate.grads, row.estimate.grad_ses, row.variances, strict=True)
    for mean, error, variance in columns:
        single = isinstance(mean, float) and isinstance(error, float)
        cell = _cell(mean, error) if single else f"{np.size(mean)} numbers"  # type: ignore[arg-type]
        line += f"{cell:>24}{float(np.mean(variance)):>11.3g}"
    line += f"{1e3 * row.seconds:>7.0f} ms"
    return f"{line}  {row.remark}" if row.remark else line


def _cell(mean: float, error: float) -> str:
    return f"{mean:.6g} ± {error:.2g}"
