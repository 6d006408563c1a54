"""The demo of traced programs: each way of training gives the losses of the others."""

import minigrad as mg
from demos.derivative_program import BY_HAND, beside_the_hand, main, vae
from demos.vae_1d import START


def test_losses_are_identical(tmp_path, capsys):
    losses = main(tmp_path, seed=1, steps=300)
    assert losses["tape"] == losses["program"] and len(losses["tape"]) == 300
    for other in losses.values():
        assert max(abs(a - b) for a, b in zip(other, losses["tape"], strict=True)) < 1e-12
    assert "300 steps" in capsys.readouterr().out


def test_each_derived_line_stands_beside_the_program():
    program = mg.trace(vae, *START.values(), mg.constant(0.3, "eps", "noise"))
    text = beside_the_hand(program.source)
    assert all(f"| {derived}" in text for derived in BY_HAND.values())
