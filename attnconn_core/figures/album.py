"""Small pictures of sessions, whose layout is computed once and then only filled.

Drawing a figure takes a quarter of a second, mostly for texts and layout, which are
the same for every session. Pictures are kept small, with few colours, because a thousand
sessions have a thousand pictures of each kind in Dagster's history.
"""

import io
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from attnconn_core.figures.blocks import blocks_of
from attnconn_core.figures.carpet import carpet, mean_signal, standardised_runs
from attnconn_core.figures.matrix import matrix
from attnconn_core.figures.matrix_image import colour_limits, without_diagonal
from attnconn_core.figures.method_styles import Styles
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["Album"]

_DPI = 80
_COLOURS = 96


class Album:
    """PNG pictures of one study's sessions.

    Parameters
    ----------
    table
        Table of the regions' groups; None keeps the order of regions.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.
    """

    def __init__(self, table: RegionTable | None, styles: Styles | None = None) -> None:
        self._table = table
        self._styles = styles
        self._frames: dict[Hashable, _Frame] = {}

    def matrix(self, connectivity: Connectivity, *, signed: bool) -> bytes:
        """Return a small version of the figure of `attnconn_core.figures.matrix`.

        Raises
        ------
        AtlasError
            If the regions of table and matrix differ.
        """
        key = (connectivity.regions, connectivity.method, connectivity.directed, signed)
        frame = self._frame(
            key,
            lambda: matrix(
                connectivity, self._table, signed=signed, size=(6.6, 5.6), styles=self._styles
            ),
        )
        axes = frame.figure.axes[0]
        image = axes.images[0]
        blocks = blocks_of(connectivity.regions, self._table)
        image.set_data(without_diagonal(connectivity.values, blocks.order))
        image.set_clim(*colour_limits(connectivity.values, signed=signed))
        return frame.png([image, *axes.lines, *axes.child_axes])

    def carpet(self, series: TimeSeries) -> bytes:
        """Return a small version of the figure of `attnconn_core.figures.carpet`.

        Raises
        ------
        AtlasError
            If the regions of table and series differ.
        SeriesError
            If the series has no frame.
        """
        lengths = tuple(len(run) for run in series.runs)
        key = (series.regions, series.repetition_time, lengths)
        frame = self._frame(key, lambda: carpet(series, self._table, size=(7.6, 4.0)))
        above, below = frame.figure.axes[:2]
        standardised = standardised_runs(series)
        blocks = blocks_of(series.regions, self._table)
        below.images[0].set_data(standardised[:, blocks.order].T)
        for line, mean in zip(above.lines[1:], mean_signal(standardised, series), strict=False):
            line.set_ydata(mean)
        return frame.png([below.images[0], *below.lines, *above.lines])

    def _frame(self, key: Hashable, draw: Callable[[], Figure]) -> "_Frame":
        if key not in self._frames:
            self._frames[key] = _Frame(draw())
        return self._frames[key]


class _Frame:
    """A figure with a fixed layout, and an image of its unchanging parts."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        figure.set_dpi(_DPI)
        self._canvas = FigureCanvasAgg(figure)
        self._canvas.draw()
        figure.set_layout_engine("none")
        self._background: Any = None

    def png(self, changing: Sequence[Artist]) -> bytes:
        """Draw the changing parts over the unchanging ones."""
        if self._background is None:
            for artist in changing:
                artist.set_animated(True)
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)
        self._canvas.restore_region(self._background)
        for artist in changing:
            self.figure.draw_artist(artist)
        buffer = io.BytesIO()
        drawn = Image.fromarray(np.asarray(self._canvas.buffer_rgba())[..., :3])
        drawn.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(buffer, "png")
        return buffer.getvalue()
