"""A Gamma draw has no formula in α, and still a gradient: differentiate F(z; α) = u implicitly.

z is the quantile of a uniform number u. No closed form gives it, but at fixed u the identity
F(z; α) = u can be differentiated: dz/dα = -(∂F/∂α)/(∂F/∂z), where ∂F/∂z is the density. It is held
against differences of the quantile itself, against its closed form eᶻE₁(z) + ln z + γ at α = 1,
and by averages: E z = α/β, E z² = α(α + 1)/β² and E log z = ψ(α) - log β are known. The score
function reaches the same gradients with far more scatter.
"""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

import minigrad as mg

from ._common import Array, Row, alone, print_rows, progress, save
from ._plots import LINES, line_and_marks, panels

PICTURES = {
    "implicit_gamma_slopes.svg": "Left: how a draw moves with α, lines implicit, marks by "
    "differences. Right: the scatter of one draw's gradient, beside the score function's",
    "implicit_gamma.svg": "One draw of Gamma(α, β): the quantile node passes a gradient to α",
}
PAGES = {"implicit_gamma.html": "One draw: from log z back to α, through the quantile."}

ALPHA, BETA = 1.7, 2.5
STEP = 1e-5


def trigamma(alpha: float) -> float:
    """ψ′(α), as the slope of ψ."""
    at = mg.Var(alpha)
    (slope,) = mg.grad(mg.digamma(at), [at])
    return slope


# f, and the exact derivatives of E f(z) in α and β.
TRUTHS: dict[str, tuple[Callable[[mg.Var], mg.Var], tuple[float, float]]] = {
    "E z": (lambda z: 1.0 * z, (1.0 / BETA, -ALPHA / BETA**2)),
    "E z²": (mg.square, ((2.0 * ALPHA + 1.0) / BETA**2, -2.0 * ALPHA * (ALPHA + 1.0) / BETA**3)),
    "E log z": (mg.log, (trigamma(ALPHA), -1.0 / BETA)),
}


def slopes(alpha: float, u: Array) -> tuple[Array, Array]:
    """The draws of Gamma(α, 1) at these u, and dz/dα of each: each has an α of its own."""
    alphas = mg.Var(np.full(len(u), alpha))
    z = mg.Gamma(alphas, 1.0).transform(u)
    (each,) = mg.grad(mg.sum(z), [alphas])
    return z.value, each


def differences(alpha: float, u: Array) -> Array:
    """dz/dα by central differences of the quantile at the same u."""
    h = STEP * alpha
    low, high = (mg.Gamma(alpha + move, 1.0).transform(u).value for move in (-h, h))
    return (high - low) / (2.0 * h)


def table(samples: int, seed: int) -> list[Row]:
    """Each gradient by the implicit, pathwise way and by the score function."""
    found = []
    estimators = {"implicit": mg.pathwise, "score function": mg.score_function}
    for name, (f, exact) in progress(TRUTHS.items(), "gradients"):
        for i, (way, estimator) in enumerate(estimators.items()):
            estimate = estimator(
                lambda alpha, beta: (mg.Gamma(alpha, beta), f),  # noqa: B023, called in this turn
                (ALPHA, BETA),
                samples,
                seed + i,
            )
            parts = zip("αβ", estimate.grads, estimate.grad_ses, exact)
            found += [Row(f"∂{p} {name}, {way}", g, se, truth) for p, g, se, truth in parts]
    return found


# ------------------------------------------------------------------------------------ the pictures


def score_deviation(alpha: float) -> float:
    """That of one draw's z (log z - ψ(α)), whose mean is ∂E z/∂α = 1."""
    up, trigamma_up = (float(f(alpha + 2.0)) for f in (mg.digamma, trigamma))
    second = alpha * (alpha + 1.0) * ((up - float(mg.digamma(alpha))) ** 2 + trigamma_up)
    return math.sqrt(second - 1.0)


def plot_slopes(path: Path, rng: np.random.Generator, samples: int) -> float:
    """Writes the plot; returns the largest relative gap between slopes and differences."""
    u, few = np.linspace(0.002, 0.998, 200), np.linspace(0.05, 0.95, 10)
    gaps = []
    with panels(path, "Gamma(α, 1): the gradient of a draw", 2, size=(10.0, 4.4)) as (left, right):
        for alpha, look in zip((0.5, 1.0, 2.0, 5.0), LINES):
            z, each = slopes(alpha, few)
            marks = differences(alpha, few)
            gaps.append(np.max(np.abs(marks / each - 1.0)))
            line_and_marks(left, look, f"α = {alpha:g}", slopes(alpha, u), (z, marks))
        left.set(xlabel="z", ylabel="dz/dα", xlim=(0.0, 10.0), title="how a draw moves")
        left.legend()
        alphas = np.geomspace(0.2, 50.0, 9)
        implicit = [slopes(a, rng.random(samples))[1].std() for a in alphas]
        score = [score_draws(a, rng, samples).std() for a in alphas]
        right.plot(alphas, implicit, **LINES[0], label="implicit")
        fine = np.geomspace(0.2, 50.0, 60)
        theory = [score_deviation(a) for a in fine]
        line_and_marks(right, LINES[1], "score function", (fine, theory), (alphas, score))
        right.set(xlabel="α", xscale="log", yscale="log", title="scatter of one draw's ∂z/∂α")
        right.xaxis.set_major_formatter("{x:g}")
        right.legend()
    return float(max(gaps))


def score_draws(alpha: float, rng: np.random.Generator, samples: int) -> Array:
    """z ∂ log q(z)/∂α of each draw."""
    alphas = mg.Var(np.full(samples, alpha))
    q = mg.Gamma(alphas, 1.0)
    z = q.sample(rng).value
    (each,) = mg.grad(mg.sum(z * q.log_prob(z)), [alphas])
    return each


def save_one(out: Path, rng: np.random.Generator) -> None:
    """One draw's log z, as a picture and as a page."""
    z = mg.Gamma(mg.Var(ALPHA, "α"), mg.Var(BETA, "β")).rsample(rng).named("z")
    output = mg.log(z).named("f")
    output.backward()
    title = "log z of one draw z ~ Gamma(α, β)"
    save(mg.draw(output, title=title), out, "implicit_gamma.svg")
    save(mg.step_through(output, title=title, live=True), out, "implicit_gamma.html")


def main(out: Path, seed: int = 0, samples: int = 50_000) -> dict[str, object]:
    """Returns the rows, and the largest relative gap to differences of the quantile."""
    rng = np.random.default_rng(seed)
    gap = plot_slopes(out / "implicit_gamma_slopes.svg", rng, samples // 10)
    save_one(out, rng)
    print(f"α = {ALPHA}, β = {BETA}, {samples:,} draws")
    print(f"dz/dα: implicit and differences of the quantile agree to {gap:.0e}")
    found = table(samples, seed)
    print()
    print_rows(found)
    return {"rows": found, "gap": gap}


if __name__ == "__main__":
    alone(main)
