"""The price of an option moves with the market; Black and Scholes know how fast, and so do draws.

Under geometric Brownian motion log S at maturity is N(log s + (r - σ²/2)T, σ²T), and a call pays
max(S - K, 0). Its price, its delta (the slope in s) and its vega (in σ) have closed forms.
Pathwise, the gradient flows through the payoff's kink; a digital option, which pays 1 where S > K,
jumps there, so pathwise says 0 and the score function is right. Points that are spread evenly make
the same number of draws worth hundreds of times as many.
"""

import math
from pathlib import Path
from statistics import NormalDist

import numpy as np

import minigrad as mg

from ._common import Row, alone, print_rows, save
from ._plots import LINES, line_and_marks, plot

PICTURES = {
    "option_delta_curve.svg": "Delta over the price of the share: Black and Scholes's line, marks "
    "by 1,000 draws each",
    "option_delta.svg": "One draw: the payoff passes the gradient on, or is flat",
}
PAGES = {"option_delta.html": "One draw of a call, back to the price and σ."}

SHARE, STRIKE, RATE, SIGMA, YEARS = 100.0, 105.0, 0.03, 0.2, 1.0
DISCOUNT = math.exp(-RATE * YEARS)
NORMAL = NormalDist()


def law(share: mg.Var, sigma: mg.Var) -> mg.Normal:
    """Of log S at maturity."""
    drift = (RATE - 0.5 * sigma**2) * YEARS
    return mg.Normal(mg.log(share) + drift, sigma * math.sqrt(YEARS))


def call(share: mg.Var, sigma: mg.Var):
    """What a call is worth today, as a problem for estimators."""
    return law(share, sigma), lambda log_s: DISCOUNT * mg.relu(mg.exp(log_s) - STRIKE)


def digital(share: mg.Var, sigma: mg.Var):
    """1 where the share ends above the strike."""
    return law(share, sigma), lambda log_s: DISCOUNT * (log_s > math.log(STRIKE))


def black_scholes(share: float = SHARE) -> dict[str, float]:
    """Prices and slopes in closed form (Black and Scholes, 1973)."""
    spread = SIGMA * math.sqrt(YEARS)
    d1 = (math.log(share / STRIKE) + (RATE + 0.5 * SIGMA**2) * YEARS) / spread
    d2 = d1 - spread
    return {
        "price": share * NORMAL.cdf(d1) - STRIKE * DISCOUNT * NORMAL.cdf(d2),
        "delta": NORMAL.cdf(d1),
        "vega": share * NORMAL.pdf(d1) * math.sqrt(YEARS),
        "digital price": DISCOUNT * NORMAL.cdf(d2),
        "digital delta": DISCOUNT * NORMAL.pdf(d2) / (share * spread),
        "digital vega": -DISCOUNT * NORMAL.pdf(d2) * d1 / SIGMA,
    }


def estimates(samples: int, seed: int) -> list[Row]:
    """Price, delta and vega by each way."""
    exact, at = black_scholes(), (SHARE, SIGMA)
    ways = {
        "pathwise": mg.pathwise(call, at, samples, seed),
        "pathwise, Sobol points": mg.pathwise(call, at, samples, seed, points="sobol"),
        "score function": mg.score_function(call, at, samples, seed, baseline="mean"),
        "score function, digital": mg.score_function(digital, at, samples, seed, baseline="mean"),
    }
    found = []
    for way, estimate in ways.items():
        kind = "digital " * ("digital" in way)
        means = estimate.value, *estimate.grads
        errors = estimate.value_se, *estimate.grad_ses
        for what, mean, error in zip(("price", "delta", "vega"), means, errors, strict=True):
            found.append(Row(f"{what}, {way}", float(mean), float(error), exact[kind + what]))
    return found


def plot_curve(path: Path, seed: int) -> None:
    """Delta over the share's price."""
    fine, few = np.linspace(60.0, 160.0, 101), np.linspace(65.0, 155.0, 7)
    with plot(path, "How fast the price of a call follows the share") as axes:
        for way, look in (("pathwise", LINES[0]), ("score function", LINES[1])):
            estimator = mg.pathwise if way == "pathwise" else mg.score_function
            marks = [estimator(call, (s, SIGMA), 1_000, seed).grads[0] for s in few]
            lines = [black_scholes(s)["delta"] for s in fine]
            line_and_marks(axes, look, way, (fine, lines), (few, marks))
        axes.set(xlabel="price of the share", ylabel="delta")
        axes.legend()


def save_one(out: Path, rng: np.random.Generator) -> None:
    """One draw that ends above the strike, as a picture and as a page."""
    share, sigma = mg.Var(SHARE, "s"), mg.Var(SIGMA, "σ")
    eps = mg.constant(0.8 + 0.1 * rng.random(), "ε", "noise")
    log_s = law(share, sigma).transform(eps).named("log S")
    discount = mg.constant(DISCOUNT, "discount")
    worth = (discount * mg.relu(mg.exp(log_s).named("S") - STRIKE)).named("worth")
    worth.backward()
    title = "One draw of a call"
    save(mg.draw(worth, title=title), out, "option_delta.svg")
    save(mg.step_through(worth, title=title, live=True), out, "option_delta.html")


def main(out: Path, seed: int = 0, samples: int = 1 << 15) -> dict[str, object]:
    """Returns the rows, and what pathwise says of the digital option."""
    save_one(out, np.random.default_rng(seed))
    plot_curve(out / "option_delta_curve.svg", seed)
    wrong = mg.compare(digital, (SHARE, SIGMA), samples, seed, ["pathwise"])["pathwise"]
    print(f"{samples:,} draws; of the digital option pathwise warns: {wrong.remark}\n")
    found = estimates(samples, seed)
    print_rows(found)
    return {"rows": found, "warning": wrong.remark}


if __name__ == "__main__":
    alone(main)
