"""Figures as bytes."""

import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import imsave

from attnconn_core.errors import ParameterError

__all__ = ["png", "svg"]

# Marks of one collection, above which it is drawn as a picture inside the SVG.
_MANY = 2000


def png(figure: Figure, dpi: int = 150) -> bytes:
    """Return a figure as PNG.

    The same figure always gives the same bytes: no date or version is stored.

    Parameters
    ----------
    figure
        Any figure; its layout is computed again.
    dpi
        Pixels per inch; at 100, the figures of this package are 1,100 px wide.

    Raises
    ------
    ParameterError
        Unless `dpi` lies between 10 and 600.
    """
    if not 10 <= dpi <= 600:
        raise ParameterError(f"dpi must lie between 10 and 600 pixels per inch; got {dpi}")
    figure.set_dpi(dpi)
    figure.set_facecolor("white")
    canvas = FigureCanvasAgg(figure)
    # Not savefig, which computes the layout twice, in a quarter of a second each.
    canvas.draw()
    buffer = io.BytesIO()
    without: dict[str, str] = {"Software": None}  # type: ignore[dict-item]  # None: left out
    imsave(buffer, canvas.buffer_rgba(), format="png", dpi=dpi, metadata=without)
    return buffer.getvalue()


def svg(figure: Figure) -> bytes:
    """Return a figure as SVG, a vector drawing that programs for figures of papers can edit.

    The same figure always gives the same bytes. Matrices, and groups of more than 2,000 marks,
    are pictures inside it.

    Parameters
    ----------
    figure
        Any figure; its layout is computed again.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> svg(Figure()).startswith(b"<?xml")
    True
    """
    for collection in figure.findobj(Collection):
        if np.size(collection.get_offsets()) > 2 * _MANY:
            collection.set_rasterized(True)
    figure.set_facecolor("white")
    buffer = io.BytesIO()
    # Texts stay texts that a drawing program can edit; names of parts don't depend on chance.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "attnconn"}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": "attnconn"})
    return buffer.getvalue()
