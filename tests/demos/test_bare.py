"""A bare installation: the course without matplotlib, tqdm and SciPy."""

from importlib.util import find_spec

import minigrad as mg
from demos import _common, _plots, coin_flip_lab
from minigrad.pages.play import families


def missing(*names):
    return lambda name: None if name in names else find_spec(name)


def test_plots_are_left_out_where_nothing_draws_them(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(_plots, "find_spec", missing("matplotlib"))
    coin_flip_lab.main(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["coin_flip_lab.html"]
    assert "coin_flip_lab.svg is left out" in capsys.readouterr().out


def test_without_a_bar_all_items_come(monkeypatch):
    monkeypatch.setattr(_common, "find_spec", missing("tqdm"))
    assert [*_common.progress([1, 2, 3], "numbers")] == [1, 2, 3]


def test_the_live_page_knows_the_families_that_draw_without_scipy(monkeypatch):
    def described(family, found=families._described):
        if family is mg.Beta:
            raise ImportError("draws of Beta need SciPy")
        return found(family)

    monkeypatch.setattr(families, "_described", described)
    assert {"Normal", "Gamma"} <= families.families().keys() and "Beta" not in families.families()
