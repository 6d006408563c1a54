"""Pictures in a row as one file: a PDF of a page each, an animated GIF or WebP. By matplotlib."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from .printing import PrintingError, figure_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

FILMS = (".pdf", ".gif", ".webp")
_DOTS_PER_INCH = 144
_LAST = 3.0  # times as long the last picture stays, before it begins again


def film(svgs: Sequence[str], suffix: str, seconds: float = 1.0) -> bytes:
    """The pictures as one .pdf, .gif or .webp file, `seconds` each; PrintingError where matplotlib
    is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise PrintingError(
            f"{suffix} takes matplotlib, which is not installed: pip install 'minigrad[pictures]'"
        ) from None
    figures = (figure_of(ElementTree.fromstring(svg)) for svg in svgs)
    if suffix == ".pdf":
        return _pages(list(figures))
    return _animation([_pixels(figure) for figure in figures], suffix[1:], seconds)


def _pages(figures: Sequence["Figure"]) -> bytes:
    from matplotlib.backends.backend_pdf import PdfPages

    made = io.BytesIO()
    with PdfPages(made, metadata={"CreationDate": None}) as pages:
        for figure in figures:
            pages.savefig(figure)
    return made.getvalue()


def _pixels(figure: "Figure") -> "Image":
    from PIL import Image

    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=_DOTS_PER_INCH)
    return Image.open(made).convert("RGB")


def _palette(picture: "Image") -> "Image":
    """The most frequent colours of a drawing: its flat areas keep exactly theirs."""
    from PIL import Image

    pixels = np.asarray(picture).reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    made = Image.new("P", (1, 1))
    made.putpalette(colours[np.argsort(-counts, kind="stable")[:256]].ravel().tolist())
    return made


def _animation(pictures: Sequence["Image"], format: str, seconds: float) -> bytes:
    """GIF has 256 colours, the same for all pictures, or they would flicker; WebP has all."""
    if format == "gif":
        from PIL.Image import Dither

        palette = _palette(pictures[-1])  # the last step has every colour
        pictures = [p.quantize(palette=palette, dither=Dither.NONE) for p in pictures]
    first, *rest = pictures
    times = [round(1000 * seconds)] * len(rest) + [round(1000 * seconds * _LAST)]
    made = io.BytesIO()
    more = {"lossless": True} if format == "webp" else {}
    first.save(made, format, save_all=True, append_images=rest, duration=times, loop=0, **more)
    return made.getvalue()
