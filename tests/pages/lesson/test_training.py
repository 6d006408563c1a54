"""Training in the stepper page: gradient descent, a fresh coin a step, the curve of the loss."""

import numpy as np
import pytest

import minigrad as mg
from demos import vae_1d
from tests.support.stepper import assert_fresh, coin, curve_of, ids


def vae(eps=0.83, **moved):
    """The demo's graph, at its start but for what is given."""
    params = {name: mg.Var(value, name) for name, value in (vae_1d.START | moved).items()}
    return vae_1d.record(params, coin(eps)).loss


def set_rate(page, text):
    page.browser.run("document.getElementById('rate').value = arguments[0]", text)


def test_a_training_step_is_plain_gradient_descent_with_a_fresh_coin(stepper):
    page, named = stepper(vae(), anchor="#s=9999"), ids(vae())
    set_rate(page, "0.05")
    page.click("train")
    rows = page.rows()
    eps = rows[named["ε"]].value
    assert eps != 0.83
    loss = vae(eps)
    loss.backward()
    for row in mg.equations_of(loss):
        if row.name in vae_1d.START:
            moved = row.value - 0.05 * row.grad
            assert rows[named[row.name]].value == pytest.approx(moved, rel=1e-12)
    assert_fresh(page, vae(eps, **{name: rows[named[name]].value for name in vae_1d.START}))


# What the curve of the loss says after each hundred steps more.
TRAIN_ON = """return Array.from({length: arguments[0]}, () => {
  document.querySelector("[data-action=train-100]").click();
  return document.querySelector("#curve svg").ariaLabel;
})"""


def test_the_vae_collapses_while_one_watches(stepper):
    page, named = stepper(vae(), anchor="#s=9999"), ids(vae())
    page.click("train-100")
    lengths = [0, page.curve(), *map(curve_of, page.browser.run(TRAIN_ON, 24))]
    assert lengths == sorted(set(lengths)), "the curve of the loss did not grow"
    rows = page.rows()
    found = {name: rows[named[name]].value for name in vae_1d.START}
    assert found == pytest.approx(vae_1d.END, abs=0.05)
    assert np.isfinite([row.value for row in rows.values()]).all()


def test_running_goes_on_until_it_is_paused(stepper):
    page = stepper(vae())
    page.click("train-run")
    page.browser.wait(lambda: page.curve() > 100)
    page.click("train-run")
    stopped = page.curve()
    page.browser.run("return new Promise((done) => setTimeout(done, 100))")
    assert page.curve() == stopped


def test_training_that_diverges_says_so_and_can_begin_again(stepper):
    page = stepper(vae(), anchor="#s=9999")
    set_rate(page, "1e6")
    page.click("train-100")
    assert "Diverged" in page.browser.find("#train-status").text
    page.click("reset")
    assert_fresh(page, vae())
    set_rate(page, "0.01")
    page.click("train")
    assert "Diverged" not in page.browser.find("#train-status").text


def test_a_rate_that_is_none_is_refused(stepper):
    page = stepper(vae(), anchor="#s=9999")
    for rate in ("", "fast", "-1", "0"):
        set_rate(page, rate)
        page.click("train")
        assert "above 0" in page.browser.find("#train-status").text, rate
        assert_fresh(page, vae())
        page.browser.run("document.getElementById('train-status').textContent = ''")
