"""PNG and PDF of a drawing: by matplotlib, by a browser, or refused with what to install."""

import struct
import sys

import numpy as np
import pytest

import minigrad as mg
from minigrad.pictures import printing
from tests.pictures.test_picture import broken_number, vae, walled


def size_of(png):
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("make", [vae, walled, broken_number])
def test_matplotlib_draws_what_the_svg_holds(make, tmp_path):
    pytest.importorskip("matplotlib")
    drawing = mg.draw(make())
    png = drawing.save(tmp_path / "x.png").read_bytes()
    pdf = drawing.save(tmp_path / "x.pdf").read_bytes()
    again = drawing.save(tmp_path / "y.pdf").read_bytes()
    assert png.startswith(b"\x89PNG") and pdf.startswith(b"%PDF-") and pdf == again
    width, height = size_of(png)
    assert width > 400 and height > 100

    import matplotlib.image

    image = matplotlib.image.imread(tmp_path / "x.png")[..., :3]
    pixels = np.rint(255 * image.reshape(-1, 3)[::7]).astype(int)
    colours = {(x >> 16, x >> 8 & 255, x & 255) for x in set(pixels @ [1 << 16, 1 << 8, 1])}
    assert (255, 255, 255) in colours and (0, 0x72, 0xB2) in colours  # the page, a parameter
    assert ((0xB3, 0, 0x1B) in colours) == (make is broken_number)


def test_each_point_of_a_path_has_its_part():
    assert printing._codes("M1,2C3,4 5,6 7,8 9,10 11,12 13,14") == [1, 4, 4, 4, 4, 4, 4]
    assert printing._codes("M-1.5,2L3,4") == [1, 2]


def test_a_browser_stands_in(browser):
    """Of the fixture it is known that one is there."""
    svg = mg.draw(walled()).svg
    assert printing._by_browser(svg, ".png").startswith(b"\x89PNG")
    assert printing._by_browser(svg, ".pdf").startswith(b"%PDF-")


def test_where_nothing_prints_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(printing.PrintingError, match="pip install matplotlib.*save it as .svg"):
        mg.draw(walled()).save(tmp_path / "x.png")
    assert not list(tmp_path.iterdir())
