"""Thumbnails show a part that can be read."""

import re

import numpy as np

import minigrad as mg
from demos._thumbnails import thumbnail


def view(text):
    return [float(x) for x in re.fullmatch(r"#svgView\(viewBox\((.*)\)\)", text)[1].split(",")]


def test_of_a_large_graph_what_is_around_the_sample(tmp_path):
    z = (
        mg.Normal(mg.Var(0.7, "mu"), mg.Var(1.2, "sigma"))
        .rsample(np.random.default_rng(0))
        .named("z")
    )
    x = z
    for _ in range(6):
        x = mg.sin(x)
    drawing = mg.draw(x)
    left, top, wide, high = view(thumbnail(drawing.save(tmp_path / "large.svg")))
    whole = [float(x) for x in re.search(r'viewBox="([^"]*)"', drawing.svg)[1].split()]
    assert whole[3] > 2 * high or whole[2] > 2 * wide
    assert 0 <= left <= max(0, whole[2] - wide) or whole[2] < wide
    assert 0 <= top <= whole[3] - high
    sample = drawing.svg[drawing.svg.index('data-kind="sample"') :]
    numbers = [float(x) for x in re.findall(r"-?[\d.]+", re.search(r'points="([^"]*)"', sample)[1])]
    dx, dy = map(float, re.search(r"translate\((\S+) (\S+)\)", drawing.svg).groups())
    xs, ys = ([x + d for x in numbers[i::2]] for i, d in ((0, dx), (1, dy)))
    assert left <= min(xs) and max(xs) <= left + wide
    assert top <= min(ys) and max(ys) <= top + high


def test_of_a_small_one_the_whole(tmp_path):
    assert thumbnail(mg.draw(mg.sin(mg.Var(1.0, "x"))).save(tmp_path / "small.svg")) == ""
