"""The steps as pictures of other kinds: each step is there, in order, in the page's colours."""

import sys

import numpy as np
import pytest

import minigrad as mg
from minigrad.pictures.palette import GRADIENT

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("matplotlib")

ORANGE = np.array([int(GRADIENT[0][i : i + 2], 16) for i in (1, 3, 5)])


def square() -> mg.Lesson:
    """Four steps: leaves, forward, seed, backward."""
    return mg.step_through((mg.Var(3.0, "x") ** 2).named("L"))


def orange(picture) -> int:
    """How many pixels have the colour of gradients."""
    return int((np.abs(np.asarray(picture.convert("RGB")) - ORANGE.astype(float)).max(2) < 6).sum())


def test_a_png_a_step(tmp_path):
    paths = square().frames(tmp_path, "png")
    assert [path.name for path in paths] == [f"step_0{i}.png" for i in range(4)]
    counts = []
    for path in paths:
        with Image.open(path) as picture:
            counts.append(orange(picture))
    assert counts[0] == counts[1] == 0 < counts[2] < counts[3]


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_animation_has_every_step_and_rests_at_the_last(tmp_path, kind):
    (path,) = square().frames(tmp_path, kind, seconds=0.5)
    assert path.name == f"steps.{kind}"
    counts, times = [], []
    with Image.open(path) as film:
        for i in range(film.n_frames):
            film.seek(i)
            film.load()
            counts.append(orange(film))
            times.append(film.info["duration"])
        assert film.info["loop"] == 0
    assert counts[0] == counts[1] == 0 < counts[2] < counts[3]
    assert times == [500, 500, 500, 1500]


def test_a_pdf_has_a_page_a_step_and_is_the_same_again(tmp_path):
    (path,) = square().frames(tmp_path / "a", "pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and content.count(b"/Type /Page /Parent") == 4
    assert content == square().frames(tmp_path / "b", "pdf")[0].read_bytes()


def test_several_graphs_have_a_film_each(tmp_path):
    x = mg.Var(0.5, "x")
    paths = mg.step_through([mg.sin(x), mg.cos(x)]).frames(tmp_path, "gif")
    assert [path.name for path in paths] == ["steps_graph_1.gif", "steps_graph_2.gif"]


def test_what_is_no_kind_and_no_time(tmp_path):
    with pytest.raises(ValueError, match="frames are of kind svg, png, pdf, gif, webp, not 'mp4'"):
        square().frames(tmp_path, "mp4")
    with pytest.raises(ValueError, match=r"0.02 to 60, not 0"):
        square().frames(tmp_path, "gif", seconds=0)


def test_without_matplotlib_it_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(RuntimeError, match=r"pip install 'minigrad\[pictures\]'"):
        square().frames(tmp_path, "gif")
