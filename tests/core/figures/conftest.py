"""What the figures' tests draw, and how they look whether it can be read."""

import itertools
from collections.abc import Callable
from weakref import WeakSet

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from attnconn_core.parcellation import RegionTable

LOBES = {
    "Frontal lobe": 28,
    "Insula and cingulate gyri": 8,
    "Temporal lobe, lateral surface": 14,
    "Parietal lobe": 12,
    "Occipital lobe": 14,
    "Central region": 6,
    "Subcortical grey nuclei": 8,
    "Medial temporal (hippocampus)": 4,
}


@pytest.fixture(scope="session")
def table() -> RegionTable:
    """94 regions of lobes with long names, groups not together."""
    groups = np.repeat(list(LOBES), list(LOBES.values()))
    groups = groups[np.random.default_rng(5).permutation(len(groups))]
    return RegionTable(
        regions=tuple(f"Region_{number}" for number in range(len(groups))),
        groups=tuple(groups.tolist()),
        grouping="lobe",
    )


@pytest.fixture(scope="session")
def written() -> Callable[[Figure], str]:
    """Everything that is written in a figure."""

    def read(figure: Figure) -> str:
        return "\n".join(text.get_text() for text in _shown(figure))

    return read


@pytest.fixture(scope="session")
def cut_off() -> Callable[[Figure], list[str]]:
    """Texts that don't lie within the canvas, once it has been laid out."""

    def look(figure: Figure) -> list[str]:
        whole = figure.bbox.padded(0.5)  # ink is rounded to the grid
        return [
            name
            for name, box in _boxes(figure)
            if not (whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1))
        ]

    return look


@pytest.fixture(scope="session")
def overlapping() -> Callable[[Figure], list[tuple[str, str]]]:
    """Pairs of texts that cover each other, once the figure has been laid out."""

    def look(figure: Figure) -> list[tuple[str, str]]:
        return [
            (first, second)
            for (first, a), (second, b) in itertools.combinations(_boxes(figure), 2)
            # A title's empty lines are its subtitle's.
            if not first.endswith("\n")
            and not second.endswith("\n")
            # A pixel or two of line spacing isn't ink.
            and min(a.x1, b.x1) - max(a.x0, b.x0) > 1
            and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
        ]

    return look


_DRAWN: WeakSet[Figure] = WeakSet()


def _boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text and the box it fills; the figure is laid out once."""
    if figure not in _DRAWN:
        FigureCanvasAgg(figure)
        _DRAWN.add(figure)
        figure.draw_without_rendering()
    renderer = figure._get_renderer()
    # An annotation's own box would hold its line as well.
    return [(text.get_text(), Text.get_window_extent(text, renderer)) for text in _shown(figure)]


def _shown(figure: Figure) -> list[Text]:
    """Texts that are drawn: not those of hidden axes, nor of ticks beyond the limits."""
    hidden = set()
    for axes in figure.findobj(Axes):
        if not axes.get_visible():
            hidden |= set(axes.findobj(Text))
        for axis in (axes.xaxis, axes.yaxis):
            ticks = [*axis.majorTicks, *axis.minorTicks]
            drawn = axis._update_ticks()
            hidden |= {text for tick in ticks if tick not in drawn for text in tick.findobj(Text)}
    return [
        text
        for text in figure.findobj(Text)
        if text not in hidden and text.get_visible() and text.get_text().strip()
    ]
