"""The lessons' answers, computed; those on a page are read from the page."""

import base64
import html
import inspect
import json
import math
import re

import numpy as np
import pytest

import minigrad as mg
from demos import coin_flip_lab, log_variance, stepper_1d, stepper_full, thirty_lines, vae_1d
from demos._course import Question, lessons
from minigrad.equations.shares import shares_of
from minigrad.pictures.labels import number


class Page:
    """The data of a page that `make demo` wrote."""

    def __init__(self, file, pane=0):
        text = re.search(r'id="data">(.*?)</script>', file.read_text(encoding="utf-8"), re.S)[1]
        self.pane = json.loads(html.unescape(text))["panes"][pane]
        self.names = [node["name"] for node in self.pane["nodes"]]

    def contribution(self, step, name):
        """What the node of this name gets at this step."""
        (share,) = self._to(step, name)
        return self.pane["numbers"]["shares"][share]

    def gradient(self, step, name):
        """What the node has in all after this step; None where nothing has come."""
        before = [i for s in range(step + 1) for i in self._to(s, name)]
        return self.pane["numbers"]["sums"][before[-1]] if before else None

    def value(self, name):
        return self.pane["numbers"]["values"][self.names.index(name)]

    def last(self):
        return len(self.pane["steps"]) - 1

    def _to(self, step, name):
        shares = self.pane["steps"][step].get("shares", [])
        return [i for i in shares if self.names[self.pane["shares"][i]["target"]] == name]


def thirty(out):
    page = Page(out / "thirty_lines.html")
    x = thirty_lines.Num(3.0)
    thirty_lines.backward(x * x)
    assert x.grad == 6.0  # two equal shares
    (first,) = page.pane["steps"][5]["shares"]
    return [str(len(page.names)), page.pane["numbers"]["shares"][first], "3"]


def chain(out):
    page = Page(out / "chain_rule.html")
    two = [page.pane["numbers"]["shares"][i] for i in page.pane["steps"][4]["shares"]]
    assert two[0] == two[1]
    moved = mg.value_and_grad(lambda a: (a + a) * (a + a))(-1.0)[1]
    return [two[0], page.gradient(4, "b"), page.gradient(5, "a"), moved]


def one_sample(out):
    page = Page(out / "stepper_1d.html")
    noise = mg.constant(page.value("eps"), "eps", "noise")
    sine = mg.value_and_grad(lambda s: stepper_1d.forward(mg.constant(0.7), s, noise))
    return [
        coin_flip_lab.D_MU,
        page.contribution(5, "z"),
        page.contribution(6, "mu"),
        page.contribution(7, "sigma"),
        sine(2.0)[1],
    ]


def repaired(out):
    file = out / "broken_and_repaired.html"
    left, right = Page(file), Page(file, 1)
    assert left.contribution(12, "w") == right.gradient(right.last(), "w")
    assert left.gradient(left.last(), "mu") is None
    found = [right.gradient(right.last(), name) for name in ("mu", "sigma")]
    return [left.contribution(12, "w"), "none", *found]


def variance(out):
    file = out / "log_variance.html"
    left, right = Page(file), Page(file, 1)
    assert right.value("sigma") == pytest.approx(log_variance.SIGMA, rel=1e-12)
    slopes = [page.gradient(page.last(), "logvar") for page in (right, left)]
    return [f"{left.value('sigma'):.4f}", *slopes]


def many(out):
    page = Page(out / "gaussian_1d.html")
    slopes = [x for x in page.pane["numbers"]["slopes"] if isinstance(x, float)]
    for given in (0.9797, 0.6130, -0.4153):
        assert any(abs(x - given) < 5e-5 for x in slopes), given
    return [
        page.contribution(14, "μ"),
        page.gradient(16, "μ"),
        page.gradient(15, "σ"),
        page.gradient(17, "σ"),
    ]


def correlated(out):
    page = Page(out / "stepper_full.html")
    sent = page.pane["numbers"]["values"][page.names.index("eps")]
    eps = np.frombuffer(base64.b64decode(sent["bytes"]))
    leaves = mg.Var(stepper_full.MU, "mu"), mg.Var(stepper_full.S, "S")
    noise = mg.constant(eps, "eps", "noise")
    equations = mg.equations_of(stepper_full.forward(*leaves, mg.constant(stepper_full.A), noise))
    values = [row.value for row in equations]
    amounts = {}
    for share in shares_of(equations, len(values) - 1, values, 1.0):
        amounts.setdefault(equations[share.target].name, []).append(share.amount)
    for given in amounts["z"]:
        text = "[" + ", ".join(f"{x:.3f}".replace("-", "−") for x in given) + "]"
        assert any(text in q.text for q in questions(7)), text
    (mean,), (factor,), (covariance,) = (amounts[name] for name in ("mu", "C", "S"))
    assert covariance[0, 1] == pytest.approx(covariance[1, 0], rel=1e-12)
    return [*mean, factor[1, 0], factor[0, 1], covariance[0, 1]]


def estimators(out):
    wide = [coin_flip_lab.exact_ratio()]
    before = coin_flip_lab.SIGMA, coin_flip_lab.D_MU
    try:
        coin_flip_lab.SIGMA = 1.5
        coin_flip_lab.D_MU = math.exp(-0.5 * 1.5**2) * math.cos(coin_flip_lab.MU)
        wide.append(coin_flip_lab.exact_ratio())
    finally:
        coin_flip_lab.SIGMA, coin_flip_lab.D_MU = before
    m = 1.0 - 2.0
    blind = mg.value_and_grad(lambda z: mg.where(z > 1.5, 1.0, 0.0) + 0.0 * z)(1.0)[1]
    return [
        f"{4.0:.4f}",
        f"{m**4 + 14 * m**2 + 15:.3f}",
        *(f"{x:.1f}" for x in wide),
        f"{blind:.0f}",
    ]


def discrete(out):
    p, t = 0.3, 0.2
    bias = number(p * (1 - p) * (2 * p - 1))
    return [f"{p * (1 - p) * (1 - 2 * t):.4f}", bias, "0.5"]


def vae(out):
    page = Page(out / "stepper_vae.html")
    end = [*vae_1d.train(np.random.default_rng(0), 5_000)][-1]
    smallest = Page(out / "vae_1d.html")
    start = {name: mg.Var(smallest.value(name), name) for name in vae_1d.START}
    start["logvar"].value = -30.0
    silent = vae_1d.record(start, mg.constant(smallest.value("ε"), "ε", "noise"))
    silent.loss.backward()
    return [
        page.contribution(28, "mu"),
        page.contribution(33, "z"),
        page.gradient(34, "mu"),
        page.contribution(35, "sigma"),
        *(f"{getattr(end, name).value:z.0f}" for name in ("w", "b")),
        f"{silent.logvar.grad:.0f}",
    ]


def digits(out):
    image = -mg.Independent(mg.Bernoulli(logits=np.zeros(64)), 1).log_prob(np.ones(64))
    prior = mg.Independent(mg.Normal(np.zeros(2), 1.0), 1)
    q = mg.Independent(mg.Normal([1.0, -2.0], [0.1, 0.1]), 1)
    same = mg.kl_divergence(prior, prior)
    found = [float(getattr(x, "value", x)) for x in (image, mg.kl_divergence(q, prior), same)]
    return [f"{found[0]:.3f}", f"{found[1]:.4f}", f"{found[2]:.0f}"]


def questions(lesson):
    return [part for part in lessons()[lesson - 1].parts if isinstance(part, Question)]


COMPUTED = (
    thirty,
    chain,
    one_sample,
    repaired,
    variance,
    many,
    correlated,
    estimators,
    discrete,
    vae,
    digits,
)


@pytest.mark.parametrize(("lesson", "computed"), [*enumerate(COMPUTED, 1)])
def test_the_answers_are_what_is_computed(everything, lesson, computed):
    found = [x if isinstance(x, str) else number(float(x)) for x in computed(everything.out)]
    assert [text for q in questions(lesson) for text in q.typed] == found


def test_every_lesson_has_its_answers_computed():
    assert len(lessons()) == len(COMPUTED)


def test_the_code_of_the_first_lesson_is_the_demos():
    text = "\n".join(part for part in lessons()[0].parts if isinstance(part, str))
    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    parts = (thirty_lines.Num, thirty_lines.sin, thirty_lines.backward)
    assert code == "\n\n".join(map(inspect.getsource, parts))
