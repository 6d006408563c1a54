"""Firefox runs what Chromium does: the engine, the layout, typing, links, draws; and a lesson."""

import math
import re
from urllib.parse import quote

import numpy as np
import pytest

import minigrad as mg
from minigrad.formulas.expressions import Expression
from minigrad.formulas.tokens import ExpressionError
from tests.support.firefox import firefox, missing
from tests.support.stepper import sampled
from tests.support.typed_page import in_python

pytestmark = pytest.mark.skipif(bool(missing), reason=missing or "it is here")

PROGRAM = "mu = 0.7\nsigma = 1.2\neps ~ normal\nz = mu + sigma*eps\nf = sin(z)"
SHOWN = "document.documentElement.dataset.programs"
ROW = "document.querySelector('tr[data-name=%s]').dataset.%s"
TYPE = """(() => {
  const box = document.querySelector("[data-program]");
  box.value = %r;
  box.dispatchEvent(new Event("input"));
})()"""
SHAPES = """[...document.querySelectorAll("#mg-play :is(path, polygon, ellipse)")]
  .filter((shape) => shape.closest(".mg-node, .mg-edge")).map((shape) =>
    shape.getAttribute("d") ?? shape.getAttribute("points") ?? shape.getAttribute("rx"))"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with firefox(tmp_path_factory.mktemp("profile")) as fox:
        yield fox


@pytest.fixture
def page(tab, tmp_path):
    tab.open(mg.playground(PROGRAM).save(tmp_path / "play.html"), "#s=99")  # its last step
    tab.wait(SHOWN)
    return tab


def row(tab, name: str, what: str) -> float:
    return float(tab.run(ROW % (name, what)))


def test_numbers_are_pythons_and_the_picture_too(page):
    eps = row(page, "eps", "value")
    assert row(page, "mu", "grad") == pytest.approx(math.cos(0.7 + 1.2 * eps), rel=1e-12)
    svg = in_python(PROGRAM, eps).drawing.svg
    groups = re.findall(r'<g id="[^"]*" class="mg-(?:node|edge)[^>]*>.*?</g>', svg, re.DOTALL)
    shapes = [s for g in groups for s in re.findall(r"<(?:path|polygon|ellipse)[^>]*>", g)]
    shown = [re.search(r'\b(?:d|points|rx)="([^"]*)"', shape)[1] for shape in shapes]
    assert page.run(SHAPES) == shown and len(shown) > 15


def test_typing_errors_knobs_and_draws(page):
    before = page.run(SHOWN)
    page.run(TYPE % "x = 2\nL = x*x*x")
    page.wait(f"{SHOWN} !== '{before}'")
    assert row(page, "x", "grad") == 12.0
    page.run(TYPE % "x = 2\nL = (x")
    page.wait("document.documentElement.dataset.error")
    assert "'(' was never closed" in page.run("document.documentElement.dataset.error")
    page.run(TYPE % PROGRAM)
    page.wait("document.documentElement.dataset.error === ''")
    page.run("document.querySelector('[data-action=draw-100]').click()")
    assert page.run("document.querySelector('[data-histogram]').dataset.count") == "100"
    page.wait("document.querySelector('[data-histogram]').dataset.exact")
    exact = float(page.run("document.querySelector('[data-histogram]').dataset.exact"))
    assert exact == pytest.approx(math.exp(-0.72) * math.cos(0.7), abs=1e-10)


def test_a_lesson_computes_pythons_numbers(tab, tmp_path):
    tab.open(mg.step_through(sampled()).save(tmp_path / "lesson.html"))
    tab.wait("document.documentElement.dataset.steps")
    assert float(tab.run("document.querySelector('[data-badge]').dataset.error")) <= 1e-12
    assert np.isfinite(float(tab.run("document.documentElement.dataset.step")))


def test_a_live_lesson_lays_out_anew_and_draws(tab, tmp_path):
    tab.open(mg.step_through(sampled(), live=True).save(tmp_path / "live.html"))
    tab.wait("document.documentElement.dataset.steps")
    tab.run("document.querySelector('[data-action=fold-sampling]').click()")
    tab.wait("document.querySelector('.mg-node[data-kind=scope]') !== null")
    words = "document.querySelector('.mg-node[data-kind=scope] text').textContent"
    assert tab.run(words) == "sampling"
    tab.run("document.querySelector('[data-action=draw-100]').click()")
    assert tab.run("document.querySelector('[data-histogram]').dataset.count") == "100"


def test_a_link_with_a_draw_by_quantiles_steps_and_questions(tab, tmp_path):
    program = "a = 2.5\nz ~ Gamma(a, 1.4)\nL = z*z"
    file = mg.playground().save(tmp_path / "play.html")
    tab.open(file, f"#s=99&k.a=3&p={quote(program)}")
    tab.wait(SHOWN)
    tab.wait("document.querySelector('tr[data-name=L]') !== null")
    eps = row(tab, "eps_z", "value")
    a = mg.Var(row(tab, "a", "value"))
    (mg.Gamma(a, 1.4).transform(eps) ** 2).backward()
    assert row(tab, "a", "grad") == pytest.approx(a.grad, rel=1e-11)
    tab.wait("document.querySelector('[data-histogram]').dataset.exact")
    exact = float(tab.run("document.querySelector('[data-histogram]').dataset.exact"))
    assert exact == pytest.approx((2.0 * a.value + 1.0) / 1.4**2, rel=1e-8)
    tab.run("document.querySelector('[data-action=nudge]').click()")
    assert float(tab.run("document.querySelector('#nudge').dataset.change")) != 0.0
    tab.run("document.querySelector('#ask-noise').click()")
    assert float(tab.run("document.querySelector('#why-number').dataset.slope")) != 0.0
    tab.run("document.querySelector('[data-action=back]').click()")
    assert int(tab.run("document.documentElement.dataset.step")) > 0


def test_what_is_refused_has_pythons_words(page):
    program = "s = -1\nq ~ Normal(0, s)\nL = q*q"
    page.run(TYPE % program)
    page.wait("document.documentElement.dataset.error")
    with pytest.raises(ExpressionError) as refused:
        Expression(program).compute({"s": mg.Var(-1.0, "s")})
    assert page.run("document.documentElement.dataset.error") == str(refused.value)
