"""The stepper page: how large it is, how long making it takes, and what it feels like in Chromium.

Times in the browser are what `performance.now` says there: from the click on a link to the first
step on the screen, and from a key or a knob's move to a page that is laid out anew.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.case import Bar, Case, Contestant, Job, Unavailable

if TYPE_CHECKING:
    from tests.support.browser import Browser

STEPS, BLOCK = 2_000, 40

TIME_OF_LOADING = """
addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(() => {
  window.shownAfter = performance.now();
})));
"""
# Steps are taken around the middle, where the gradient sets out and every value is there already.
TIMES = """
const [act] = arguments;
const page = document.documentElement, knob = document.querySelector("input[data-knob]");
const count = Math.min(101, Number(page.dataset.steps));
const acts = {
  step: () => document.body.dispatchEvent(
    new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true})),
  knob: (i) => {
    knob.value = Number(knob.value) + (i % 2 ? 1 : -1) * (knob.max - knob.min) / 20;
    knob.dispatchEvent(new Event("input", {bubbles: true}));
  },
};
const times = [];
for (let i = 0; i < count; i++) {
  const before = page.dataset.step;
  const start = performance.now();
  acts[act](i);
  document.body.getBoundingClientRect();
  times.push(performance.now() - start);
  if (act === "step" && page.dataset.step === before) throw new Error("it took no step");
}
return times.sort((a, b) => a - b)[count >> 1];
"""


def vae():
    """The 1-D VAE of the demo: 28 nodes or so, in scopes."""
    import minigrad as mg
    from demos.vae_1d import START, record

    params = {name: mg.Var(value, name) for name, value in START.items()}
    return record(params, mg.constant(0.83, "ε", "noise")).loss


def digits():
    """One step of the digits' VAE, 48 nodes: two images, weights of 64×64."""
    import numpy as np

    import minigrad as mg
    from demos.digits_vae import elbo, initial

    rng = np.random.default_rng(0)
    images = mg.constant((rng.random((2, 64)) < 0.3).astype(float), "x")
    return -elbo(images, initial(rng), rng)


def chain():
    """A ledger of 2,000 steps: half of them forward, in scopes that fold, half of them backward."""
    import minigrad as mg

    x = weight = mg.Var(0.9, "w")
    for i in range(STEPS // 4):
        with mg.scope(f"block {i // BLOCK}"):
            x = mg.sin(weight * x)
    return x.named("L")


def loading(browser: "Browser", page: Path) -> float:
    """The second time: by then the browser has its fonts."""
    for _ in range(2):
        browser.open(page)
        browser.wait(lambda: browser.run("return window.shownAfter"))
    return browser.run("return window.shownAfter")


def stepping(browser: "Browser", page: Path) -> float:
    browser.open(page)
    steps = int(browser.run("return document.documentElement.dataset.steps"))
    browser.open(page, anchor=f"#s={max(0, steps - 101) // 2}")
    return browser.run(TIMES, "step")


def turning(browser: "Browser", page: Path) -> float:
    browser.open(page, anchor="#s=9999")  # where all numbers are to be seen
    return browser.run(TIMES, "knob")


def in_chromium(output, measured) -> Contestant:
    """Each job starts a browser of its own, which ends with it."""

    def contestant() -> Job:
        import minigrad as mg
        from tests.support.browser import chromium, missing

        if reason := missing():
            raise Unavailable(reason)
        html = mg.step_through(output()).html

        def job() -> list[float]:
            with tempfile.TemporaryDirectory() as folder, chromium() as browser:
                page = Path(folder, "page.html")
                page.write_text(html, encoding="utf-8")
                browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=TIME_OF_LOADING)
                return [measured(browser, page) / 1e3]

        return job

    return contestant


def stepper() -> Job:
    import minigrad as mg

    output = vae()
    return lambda: [len(mg.step_through(output).html.encode())]


def drawing() -> Job:
    """The picture that the page has: with gradients, and local derivatives along the arrows."""
    import minigrad as mg

    output = vae()
    output.backward()
    return lambda: [len(mg.draw(output).svg.encode())]


def reported(job: Job) -> float:
    """What the job measured itself: seconds in the browser, or bytes."""
    return job()[0]


def feel(name: str, output) -> Case:
    return Case(
        name=f"page of {name}",
        contestants={
            "first step visible": in_chromium(output, loading),
            "a step": in_chromium(output, stepping),
            "a knob's move": in_chromium(output, turning),
        },
        bars=[
            Bar("first step visible"),
            Bar("a step", "first step visible", 0.1),
            Bar("a knob's move", "first step visible", 0.1),
        ],
        sample=reported,
        tolerance=float("inf"),
        slow=True,
        parallel=True,
    )


CASES = [
    Case(
        name="making the page of the VAE",
        contestants={"page": stepper, "its SVG alone": drawing},
        bars=[Bar("page", "its SVG alone", 1.3)],
        tolerance=float("inf"),
    ),
    Case(
        name="size of the page of the VAE",
        contestants={"page": stepper},
        bars=[Bar("page", limit=150.0)],
        unit="KB",
        sample=reported,
    ),
    feel("the 1-D VAE", vae),
    feel("the digits' VAE", digits),
    feel(f"{STEPS:,} steps", chain),
]
