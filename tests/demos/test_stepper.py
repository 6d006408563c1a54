"""The demos that write stepper pages: each claim by exact numbers, the pages, their links."""

import contextlib
import io
import math
from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad as mg
from demos import _run, broken_and_repaired, stepper_1d, stepper_full, stepper_vae

NAMES = ("broken_and_repaired", "stepper_1d", "stepper_full", "stepper_vae")


# --------------------------------------------------------------------------------- the claims


def test_stepper_1d_contributes_what_the_pencil_says(everything):
    found = everything.results["stepper_1d"]
    eps = np.random.default_rng(0).standard_normal()
    slope = math.cos(0.7 + 1.2 * eps)
    assert [exact for _, exact in found.values()] == [slope, slope, slope, slope * eps]
    for stepped, exact in found.values():
        assert stepped == pytest.approx(exact, rel=1e-15)
    *_, d_mu, d_sigma = (stepped for stepped, _ in list(found.values())[1:])
    assert stepper_1d.by_differences(eps) == pytest.approx((d_mu, d_sigma), rel=1e-9)
    assert "⊘ eps: noise takes no gradient" in everything.printed["stepper_1d"]


def test_stepper_vae_is_the_loss_on_paper_and_collapses(everything):
    found = everything.results["stepper_vae"]
    assert len(found) == 11
    for name, (measured, exact) in found.items():
        allowed = 1e-9 if "trained" in name else 1e-14
        assert measured == pytest.approx(exact, abs=allowed), name
    assert {name: exact for name, (_, exact) in found.items() if "trained" in name} == {
        "mu, trained": 0.0,
        "sigma, trained": 1.0,
        "w, trained": 0.0,
        "b, trained": 2.0,
    }


def test_the_pencil_of_the_vae_is_right():
    """Its gradients against differences of its own loss."""
    start, step = dict(stepper_vae.START), 1e-6
    for name, value in start.items():
        around = []
        for moved in (value + step, value - step):
            stepper_vae.START[name] = moved
            around.append(stepper_vae.by_hand(0.3)["loss"])
        stepper_vae.START[name] = value
        slope = (around[0] - around[1]) / (2.0 * step)
        assert stepper_vae.by_hand(0.3)[f"∂loss/∂{name}"] == pytest.approx(slope, abs=1e-8)
    assert stepper_vae.START == start


def test_the_vae_has_the_scopes_and_a_size_that_can_be_read(everything):
    params = [mg.Var(value, name) for name, value in stepper_vae.START.items()]
    eps = mg.noise(np.random.default_rng(0))
    equations = mg.equations_of(stepper_vae.loss_of(*params, mg.constant(2.0, "x"), eps))
    assert len([row for row in equations if not row.is_literal]) == 28
    assert {row.scope for row in equations} == {"", "encoder", "sampling", "decoder", "KL"}
    assert f"{len(equations)} nodes" in everything.printed["stepper_vae"]


def test_stepper_full(tmp_path, capsys):
    found = stepper_full.main(tmp_path, samples=1_000_000)
    assert [row.exact for row in found] == pytest.approx(
        [3.335, 0.91, -1.05, 1.0, 0.15, 0.15, 2.0], abs=1e-12
    )
    for row in found:
        assert abs(row.z) < 5.0, row
    for row in (r for r in found if abs(r.exact) > 0.5):  # a fault of 3 % would be seen
        assert abs(row._replace(measured=1.03 * row.measured).z) > 5.0, f"too few draws: {row}"


def test_broken_and_repaired(everything):
    found = everything.results["broken_and_repaired"]
    d_mu, d_sigma, d_w, *trained = found
    assert d_mu.broken is None and d_sigma.broken is None
    assert d_w.broken == d_w.repaired
    eps = np.random.default_rng(0).standard_normal()
    z = 0.7 + 1.2 * eps
    r = 0.8 * z - 2.0
    for line, exact in zip((d_mu, d_sigma, d_w), (r * 0.8, r * 0.8 * eps, r * z), strict=True):
        assert line.repaired == pytest.approx(line.exact, rel=1e-14)
        assert line.exact == pytest.approx(exact, rel=1e-14)
    for line in trained:
        assert line.repaired == pytest.approx(line.exact, abs=1e-5)
    _, sigma, loss = trained
    assert sigma.broken == broken_and_repaired.SIGMA
    assert 2.0 * 1.2**2 / (0.7**2 + 1.2**2) <= loss.broken < 1.6
    printed = everything.printed["broken_and_repaired"]
    assert "mu     no gradient: z = stop_gradient(mu + sigma·eps) stops it" in printed
    assert printed.count("mu     gradient −1.0554") == 1


def test_broken_means_the_same_in_the_ledger(everything):
    """No contribution to mu or sigma in the first pane, one to each in the second."""
    with contextlib.redirect_stdout(io.StringIO()):
        losses, _ = broken_and_repaired.compare(0)
    lesson = mg.step_through(losses)
    arrived = [
        {r.target for r in lesson.steps if r.pane == pane and r.phase == "backward"}
        for pane in (0, 1)
    ]
    named = [
        {r.name: r.node for r in lesson.steps if r.pane == pane and r.phase == "leaves"}
        for pane in (0, 1)
    ]
    assert named[0]["w"] in arrived[0] and named[0]["mu"] not in arrived[0]
    assert {named[1][name] for name in ("w", "mu", "sigma")} <= arrived[1]
    assert all(nodes["eps"] not in to for nodes, to in zip(named, arrived, strict=True))


# ---------------------------------------------------------------------------------- the pages


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_those_promised(everything, name):
    demo = _run.load(name)
    assert _run.claim(demo).endswith(".")
    for file in demo.PICTURES:
        svg = (everything.out / file).read_text(encoding="utf-8")
        assert ElementTree.fromstring(svg).get("role") == "img"
        assert "grad +" in svg or "grad −" in svg
    for file in demo.PAGES:
        page = (everything.out / file).read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>") and "default-src 'none'" in page
        assert "http://" not in page.replace("http://www.w3.org/", "") and "https://" not in page


@pytest.mark.parametrize("name", NAMES)
def test_the_last_thing_printed_is_the_closing_table(everything, name):
    *_, table = everything.printed[name].split("\n\n")
    head, *lines = table.splitlines()
    assert len(lines) == len(everything.results[name])
    assert head.split()[-1] in ("off", "difference")
    for line in lines:
        assert abs(float(line.split()[-1])) < (5.0 if head.endswith("errors off") else 1e-5)


def test_the_index_links_the_pages(everything):
    for name in NAMES:
        index = (everything.out / f"about_{name}.html").read_text(encoding="utf-8")
        for file, task in _run.load(name).PAGES.items():
            assert f'href="{file}"' in index and task in index


@pytest.mark.parametrize("name", ["stepper_1d", "stepper_full", "stepper_vae"])
def test_the_pages_show_their_source(everything, name):
    page = (everything.out / f"{name}.html").read_text(encoding="utf-8")
    line = {
        "stepper_1d": "f = mg.sin(z)",
        "stepper_full": "C = mg.cholesky(s)",
        "stepper_vae": "logvar = (v * x + u)",
    }[name]
    assert line in page
