"""The engine in thirty lines: it has minigrad's value and gradients, on any graph of its ops."""

import inspect

import numpy as np
import pytest

import minigrad as mg
from demos import thirty_lines
from demos.thirty_lines import Num, backward, sin


def test_it_is_about_thirty_lines():
    parts = (Num, sin, backward)
    lines = [
        line for part in parts for line in inspect.getsource(part).splitlines() if line.strip()
    ]
    assert 20 <= len(lines) <= 32


@pytest.mark.parametrize("seed", range(5))
def test_the_demo_finds_the_same_to_the_last_bit(seed, tmp_path):
    found = thirty_lines.main(tmp_path, seed)
    assert len(found) == 3
    for ours, theirs in found.values():
        assert ours == theirs != 0.0
    assert {path.name for path in tmp_path.iterdir()} == {"thirty_lines.svg", "thirty_lines.html"}


def test_shared_numbers_get_every_share():
    """Random graphs in which a number is used often, also twice by one op."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        start = rng.uniform(-1.5, 1.5, 3)
        ours, theirs = [Num(x) for x in start], [mg.Var(x) for x in start]
        for _ in range(12):
            i, j = rng.integers(len(ours), size=2)
            which = rng.integers(3)
            for made, sine in ((ours, sin), (theirs, mg.sin)):
                a, b = made[i], made[j]
                made.append(a + b if which == 0 else a * b if which == 1 else sine(a))
        top, top_ = ours[-1], theirs[-1]
        for a, b in zip(ours[:-1], theirs[:-1]):
            top, top_ = top + a, top_ + b
        backward(top)
        top_.backward()
        assert top.value == top_.value
        for a, b in zip(ours[:3], theirs[:3]):
            assert abs(a.grad - b.grad) <= 1e-12 * max(1.0, abs(b.grad))
