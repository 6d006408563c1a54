"""demos/README.md: the lessons' answers, computed; those on a page are read from the page."""

import html
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from demos import coin_flip_lab, stepper_1d, vae_1d
from minigrad.pictures.labels import number

TEXT = (Path(__file__).parents[2] / "demos" / "README.md").read_text(encoding="utf-8")
LESSONS = re.split(r"^## \d\. ", TEXT, flags=re.M)[1:]


class Page:
    """The data of a page that `make demo` wrote."""

    def __init__(self, file, pane=0):
        text = re.search(r'id="data">(.*?)</script>', file.read_text(encoding="utf-8"), re.S)[1]
        self.pane = json.loads(html.unescape(text))["panes"][pane]
        self.names = [node["name"] for node in self.pane["nodes"]]

    def contribution(self, step, name):
        """What the node of this name gets at this step."""
        (share,) = self._to(step, name)
        return cells(self.pane["numbers"]["shares"][share])

    def gradient(self, step, name):
        """What the node has in all after this step; None where nothing has come."""
        before = [i for s in range(step + 1) for i in self._to(s, name)]
        return cells(self.pane["numbers"]["sums"][before[-1]]) if before else None

    def last(self):
        return len(self.pane["steps"]) - 1

    def _to(self, step, name):
        shares = self.pane["steps"][step]["shares"]
        return [i for i in shares if self.names[self.pane["shares"][i]["target"]] == name]


def cells(number):
    return np.array(number["cells"]).reshape(number["shape"]) if type(number) is dict else number


def first(page):
    two = [page.pane["numbers"]["shares"][i] for i in page.pane["steps"][4]["shares"]]
    assert two[0] == two[1]
    moved = mg.value_and_grad(lambda a: (a + a) * (a + a))(-1.0)[1]
    return [two[0], page.gradient(4, "b"), page.gradient(5, "a"), moved]


def second(page):
    eps = page.pane["numbers"]["values"][page.names.index("eps")]
    noise = mg.constant(eps, "eps", "noise")
    sine = mg.value_and_grad(lambda s: stepper_1d.forward(mg.constant(0.7), s, noise))
    return [
        page.contribution(5, "z"),
        page.contribution(6, "mu"),
        page.contribution(7, "sigma"),
        sine(2.0)[1],
    ]


def third(page):
    broken, repaired = Page(page), Page(page, 1)
    assert broken.contribution(12, "w") == repaired.gradient(repaired.last(), "w")
    assert broken.gradient(broken.last(), "mu") is None
    found = [repaired.gradient(repaired.last(), name) for name in ("mu", "sigma")]
    return [broken.contribution(12, "w"), *found]


def fourth(page):
    return [
        page.contribution(14, "μ"),
        page.gradient(16, "μ"),
        page.gradient(15, "σ"),
        page.gradient(17, "σ"),
    ]


def fifth(page):
    end = page.last()
    factor, covariance = page.gradient(end, "C"), page.gradient(end, "S")
    assert covariance[0, 1] == pytest.approx(covariance[1, 0], rel=1e-12)
    return [*page.gradient(end, "mu"), factor[1, 0], factor[0, 1], covariance[0, 1]]


def seventh(page):
    return [
        page.contribution(28, "mu"),
        page.contribution(33, "z"),
        page.gradient(34, "mu"),
        page.contribution(35, "sigma"),
    ]


def eighth(page):
    end = [*vae_1d.train(np.random.default_rng(0), 5_000)][-1]
    reached = [round(getattr(end, name).value, 9) + 0.0 for name in ("w", "b", "mu", "logvar")]
    values = page.pane["numbers"]["values"]
    start = {name: mg.Var(values[page.names.index(name)], name) for name in vae_1d.START}
    start["logvar"].value = -30.0
    silent = vae_1d.record(start, mg.constant(values[page.names.index("ε")], "ε", "noise"))
    silent.loss.backward()
    return [*reached, round(end.loss.value, 9) + 0.0, silent.logvar.grad]


@pytest.mark.parametrize(
    ("lesson", "page", "answers"),
    [
        (1, "chain_rule", first),
        (2, "stepper_1d", second),
        (4, "gaussian_1d", fourth),
        (5, "stepper_full", fifth),
        (7, "stepper_vae", seventh),
        (8, "vae_1d", eighth),
    ],
)
def test_the_answers_are_those_of_the_page(everything, lesson, page, answers):
    assert f"(out/{page}.html)" in LESSONS[lesson - 1]
    computed = answers(Page(everything.out / f"{page}.html"))
    assert told(lesson) == [number(float(x)) for x in computed]


def test_the_broken_graph_has_no_answer(everything):
    assert told(3) == [number(x) for x in third(everything.out / "broken_and_repaired.html")]


def test_the_coins_scatter_as_told(monkeypatch):
    slope, narrow, wide = told(6)
    assert slope == number(coin_flip_lab.D_MU)
    assert narrow == f"{coin_flip_lab.exact_ratio():.2f}"
    monkeypatch.setattr(coin_flip_lab, "SIGMA", 1.5)
    damped = math.exp(-0.5 * 1.5**2) * math.cos(coin_flip_lab.MU)
    monkeypatch.setattr(coin_flip_lab, "D_MU", damped)
    assert wide == f"{coin_flip_lab.exact_ratio():.2f}"


def test_numbers_in_questions_are_those_of_the_page(everything):
    """What a question gives away: the values and slopes that it starts from."""
    page = Page(everything.out / "gaussian_1d.html")
    slopes = [x for x in page.pane["numbers"]["slopes"] if isinstance(x, float)]
    for given in (0.9797, 0.6130, -0.4153):
        assert any(abs(x - given) < 5e-5 for x in slopes), given
    page = Page(everything.out / "stepper_full.html")
    for given in (page.contribution(10, "z"), page.contribution(11, "z")):
        assert "[" + ", ".join(f"{x:.3f}".replace("-", "−") for x in given) + "]" in LESSONS[4]


def told(lesson):
    """The answers as the text has them, in bold."""
    answers = LESSONS[lesson - 1].split("<summary>Answers</summary>")[1].split("</details>")[0]
    return re.findall(r"\*\*(.+?)\*\*", answers)
