"""No estimator of a gradient is best for every f: where pathwise and score function cross is known.

All are right on average, and what one sample scatters around that differs by orders of magnitude.
For z ~ N(μ, σ²) and ∂/∂μ of E[f(z)] a sample gives
    pathwise         f'(z)                           which needs a derivative of f,
    score function   (f(z) - b) ε/σ                  which needs that of log q alone, b a baseline,
    measure-valued   (f(μ + σW) - f(μ - σW))/(σ√2π)  W Weibull distributed: f at two places.
The theory's lines are variances by quadrature. Where f jumps, pathwise is blind: it says 0.
"""

import math
import textwrap
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, print_table, progress, rows, save
from ._plots import COLOURS, LINES, legend_below, line_and_marks, panels

PICTURES = {
    "estimators_variance.svg": "Lines: theory. Marks: measured. The best line changes with f, and "
    "in the third panel pathwise and plain score function cross at k = 1.06378",
    "estimators_pathwise.svg": "Pathwise: the gradient runs back through z to μ; σ is held fixed",
    "estimators_score.svg": "Score function: z is behind a wall, and log q is differentiated",
}
PAGES = {
    "estimators_pathwise.html": "One pathwise sample: cos z, then back through z to μ.",
    "estimators_score.html": "One sample of the score function: back through log q, past the wall.",
}

MU, SIGMA = 1.0, 1.0
CUT = 1.5  # the step function's jump
CROSSING = 1.06378
CHUNK = 100

Of = Callable[[mg.Var], mg.Var]


class Integrand(NamedTuple):
    """f(k, z) and its derivative in z, on Vars and on arrays; where k goes, and one k to judge.

    `shown` are the variances at the lower and the upper end of the plot.
    """

    f: Callable[..., mg.Var]
    slope: Callable[..., mg.Var]
    ks: Array
    k: float
    shown: tuple[float, float]


INTEGRANDS = {
    "(z − k)²": Integrand(
        lambda k, z: (z - k) ** 2,
        lambda k, z: 2.0 * (z - k),
        np.linspace(-1.5, 3.5, 8),
        2.0,
        (0.1, 300.0),
    ),
    "exp(kz)": Integrand(
        lambda k, z: mg.exp(k * z),
        lambda k, z: k * mg.exp(k * z),
        np.linspace(0.1, 0.8, 8),
        0.4,
        (1e-4, 200.0),
    ),
    "cos(kz)": Integrand(
        lambda k, z: mg.cos(k * z),
        lambda k, z: -k * mg.sin(k * z),
        np.array([0.25, 0.5, 0.75, CROSSING, 1.5, 2.0, 3.0, 4.0, 5.0]),
        CROSSING,
        (5e-4, 50.0),
    ),
}

ESTIMATORS: dict[str, Callable[..., mg.estimators.Estimate]] = {
    "pathwise": mg.pathwise,
    "score function": mg.score_function,
    "score, mean baseline": partial(mg.score_function, baseline="mean"),
    "score, optimal baseline": partial(mg.score_function, baseline="optimal"),
    "measure-valued": mg.measure_valued,
}


def problem(integrand: Integrand, k: float) -> Callable[..., tuple[mg.Normal, Of]]:
    """What the estimators take: σ is fixed, so that μ is the only parameter."""
    return lambda mu: (mg.Normal(mu, SIGMA), partial(integrand.f, k))


def step(mu: mg.Var) -> tuple[mg.Normal, Of]:
    """The problem with a jump: E is the probability of z > CUT."""
    return mg.Normal(mu, SIGMA), lambda z: z > CUT


# ---------------------------------------------------------------------------------- by quadrature


def mean_of(g: Callable[[Array], Array]) -> float:
    """E[g(ε)] for standard normal ε: the error of this trapezoid sum is that of rounding."""
    eps = np.linspace(-12.0, 12.0, 601)
    weights = np.exp(-0.5 * eps**2)
    return float(weights @ g(eps) / weights.sum())


def mean_of_arms(g: Callable[[Array], Array]) -> float:
    """E[g(W)] for the Weibull numbers of the measure-valued arms, density w exp(-½w²)."""
    w = np.linspace(0.0, 12.0, 6_001)
    return float(np.trapezoid(w * np.exp(-0.5 * w**2) * g(w), w))


def exact_variances(integrand: Integrand, k: float) -> dict[str, float]:
    """The variance of one sample's ∂μ, for each estimator."""
    f, slope = partial(integrand.f, k), partial(integrand.slope, k)
    gradient = mean_of(lambda e: slope(MU + SIGMA * e))

    def score(baseline: float) -> float:
        second = mean_of(lambda e: ((f(MU + SIGMA * e) - baseline) * e / SIGMA) ** 2)
        return second - gradient**2

    arms = mean_of_arms(lambda w: (f(MU + SIGMA * w) - f(MU - SIGMA * w)) ** 2)
    return {
        "pathwise": mean_of(lambda e: slope(MU + SIGMA * e) ** 2) - gradient**2,
        "score function": score(0.0),
        "score, mean baseline": score(mean_of(lambda e: f(MU + SIGMA * e))),
        "score, optimal baseline": score(mean_of(lambda e: f(MU + SIGMA * e) * e**2)),
        "measure-valued": arms / (2.0 * math.pi * SIGMA**2) - gradient**2,
    }


def crossing() -> float:
    """The k from which on the score function beats pathwise for cos(kz), by bisection."""
    low, high = 0.5, 2.0
    while high - low > 1e-12:
        k = 0.5 * (low + high)
        variances = exact_variances(INTEGRANDS["cos(kz)"], k)
        low, high = (k, high) if variances["pathwise"] < variances["score function"] else (low, k)
    return low


# ------------------------------------------------------------------------------------- by sampling


def variance(name: str, integrand: Integrand, k: float, chunks: int, seed: int) -> float:
    """The variance of one sample's ∂μ: (standard error)² · samples, so from the chunks' scatter."""
    estimator, given = ESTIMATORS[name], problem(integrand, k)
    estimate = estimator(given, (MU,), CHUNK * chunks, seed, chunk=CHUNK)
    return estimate.grad_ses[0] ** 2 * estimate.samples


def judged(name: str, what: str, chunks: int, seed: int) -> Row:
    """One variance against theory, its own standard error from ten independent runs."""
    integrand = INTEGRANDS[what]
    k = integrand.k
    found = np.array([variance(name, integrand, k, chunks, seed + i) for i in range(10)])
    exact = exact_variances(integrand, k)[name]
    (row,) = rows([f"variance, {what}, {name}"], found.mean(), found, exact)
    return row


def step_rows(samples: int, seed: int) -> tuple[list[Row], str]:
    """∂μ of the step function by each kind of estimator, and how pathwise warns."""
    density = math.exp(-0.5 * ((MU - CUT) / SIGMA) ** 2) / (SIGMA * math.sqrt(2.0 * math.pi))
    found = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in ("pathwise", "score function", "measure-valued"):
            estimate = ESTIMATORS[name](step, (MU,), samples, seed)
            (d_mu,), (se,) = estimate.grads, estimate.grad_ses
            found.append(Row(f"∂μ of 1[z > {CUT}], {name}", d_mu, se, density))
    return found, str(caught[0].message)


# ------------------------------------------------------------------------------------ the pictures


def save_samples(out: Path, seed: int) -> None:
    """One sample's gradient for f = cos, by pathwise and by score function: pictures and pages."""
    q = mg.Normal(mg.Var(MU, "μ"), mg.constant(SIGMA, "σ"))
    moved, fixed = (draw(np.random.default_rng(seed)).named("z") for draw in (q.rsample, q.sample))
    score = mg.cos(fixed).named("f") * q.log_prob(fixed).named("log q")
    for name, title, output in (
        ("pathwise", "Pathwise: z lets the gradient through", mg.cos(moved).named("f")),
        ("score", "Score function: log q carries the gradient", score.named("f log q")),
    ):
        q.loc.grad = None
        output.backward()
        save(mg.draw(output, title=title), out, f"estimators_{name}.svg")
        save(mg.step_through(output, title=title, live=True), out, f"estimators_{name}.html")


def plot_variances(path: Path, chunks: int, seed: int) -> None:
    """A panel for each integrand: theory as lines, measured as marks."""
    with panels(path, "Variance of one sample's ∂μ, for z ~ N(1, 1)", 3, size=(12.0, 5.0)) as drawn:
        for axes, (what, integrand) in zip(drawn, progress(INTEGRANDS.items(), "sweeps")):
            fine = np.linspace(integrand.ks[0], integrand.ks[-1], 80)
            theory = [exact_variances(integrand, float(k)) for k in fine]
            for name, look in zip(ESTIMATORS, LINES):
                ks = integrand.ks[::2] if "optimal" in name else integrand.ks  # it takes longest
                found = [
                    variance(name, integrand, float(k), chunks, seed + i) for i, k in enumerate(ks)
                ]
                line = [each[name] for each in theory]
                line_and_marks(axes, look, name, (fine, line), (ks, found))
            axes.set(title=f"f(z) = {what}", xlabel="k", yscale="log", ylim=integrand.shown)
        drawn[0].set_ylabel("variance")
        drawn[2].axvline(CROSSING, color=COLOURS["faint"][0], linewidth=0.8)
        drawn[2].text(CROSSING + 0.1, 0.002, f"they cross at\nk = {CROSSING}")
        legend_below(drawn, 5)


def main(out: Path, seed: int = 0, chunks: int = 128) -> dict[str, object]:
    """Returns the rows of variances, those of the step function, the crossing, the warning."""
    plot_variances(out / "estimators_variance.svg", chunks, seed)
    save_samples(out, seed)
    lines = [
        (f"{what}, k = {i.k:g}", *(f"{v:.4f}" for v in exact_variances(i, i.k).values()))
        for what, i in INTEGRANDS.items()
    ]
    print(f"variance of one sample's ∂μ in theory, z ~ N({MU:g}, {SIGMA:g})")
    print_table(("", *ESTIMATORS), lines)
    k = crossing()
    print(f"For cos(kz) pathwise has less up to k = {k:.5f}, from there on the score function.")
    of_step, warning = step_rows(CHUNK * chunks, seed)
    print(textwrap.fill(f"On the step function minigrad warns: {warning}", 92))
    # The optimal baseline is left out: estimated from 99 others it costs some per cent more.
    judges = [(name, what) for what in INTEGRANDS for name in ESTIMATORS if "optimal" not in name]
    found = [judged(*both, chunks, seed + 1) for both in progress(judges, "table")]
    print()
    print_rows([*found, *of_step])
    return {"variances": found, "step": of_step, "crossing": k, "warning": warning}


if __name__ == "__main__":
    alone(main)
