"""A figure as bytes, for a file or for a page that carries its pictures in itself."""

import base64
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from attnconn_core.errors import ParameterError

__all__ = ["png", "png_base64"]


def png(figure: Figure, dpi: int = 150) -> bytes:
    """Render a figure.

    The same figure gives the same bytes: neither a date nor a version goes in.

    Parameters
    ----------
    figure
        Any figure; it is laid out anew.
    dpi
        Pixels an inch; at 100, the figures of this room are 1,100 px wide.

    Raises
    ------
    ParameterError
        Unless `dpi` lies between 10 and 600.
    """
    if not 10 <= dpi <= 600:
        raise ParameterError(f"dpi must lie between 10 and 600 pixels an inch; got {dpi}")
    figure.set_dpi(dpi)
    figure.set_facecolor("white")
    canvas = FigureCanvasAgg(figure)
    # Not savefig: it draws a figure that lays itself out twice, and once is a quarter second.
    canvas.draw()
    buffer = io.BytesIO()
    without: dict[str, str] = {"Software": None}  # type: ignore[dict-item]  # None: left out
    imsave(buffer, canvas.buffer_rgba(), format="png", dpi=dpi, metadata=without)
    return buffer.getvalue()


def png_base64(figure: Figure, dpi: int = 150) -> str:
    """Render a figure as base64 text, for ``data:image/png;base64,…``."""
    return base64.b64encode(png(figure, dpi)).decode("ascii")
