"""Net flow per network and per region, and asymmetry, of directed methods."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from attnconn_core.connectivity.flow import Flow, mean_interval
from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.powers import scaled, times_power
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    SMALL,
    TINY,
    canvas,
    heading,
    plain,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable

__all__ = ["extremes", "net_flow", "short_names"]

_EXTREME = 15
_ROW = 0.155  # inches
_HEAD = 0.52  # inches of a panel that aren't rows
_NETWORK_COLUMNS, _REGION_COLUMNS = 3, 2
_ASYMMETRY = "Asymmetry: Σ|A − Aᵀ| / Σ(|A| + |Aᵀ|) of a matrix A, without its diagonal"
_SIGN = "← is informed more · informs more →"


def net_flow(
    flows: Sequence[Flow],
    table: RegionTable,
    *,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw the asymmetry of directed methods, and net flow per network and per region.

    Values are means over subjects, with 95 % t intervals. Of many regions, the 15 with
    the highest and the 15 with the lowest mean are drawn.

    Parameters
    ----------
    flows
        One per directed method, of the same regions.
    table
        Table of the regions' groups; without groups, only regions are drawn.
    subtitle, styles
        As for `matrix_gallery`.

    Raises
    ------
    ParameterError
        If there is no flow, or its regions differ from the table's.
    """
    if not flows or any(flow.regions != table.regions for flow in flows):
        raise ParameterError(
            "a figure of net flow needs at least one directed method, with the regions of the "
            f"table in their order; got {len(flows)} methods and a table of "
            f"{len(table.regions)} regions"
        )
    styles = styles or default_styles()
    shown = min(len(table.regions), 2 * _EXTREME + 1)
    rows = [(1, len(flows))]  # panels below each other, and rows in each of them
    if table.groups is not None:
        rows.append((ceil(len(flows) / _NETWORK_COLUMNS), len(set(table.groups))))
    rows.append((ceil(len(flows) / _REGION_COLUMNS), shown))
    heights = [0.3 + panels * (_HEAD + _ROW * n) for panels, n in rows]
    figure = canvas(height=1.5 + sum(heights), width=COLUMN)
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _draw_asymmetry(parts[0], flows, styles)
    if table.groups is not None:
        _draw_groups(parts[1], flows, table, styles)
    _draw_regions(parts[-1], flows, styles)
    heading(
        figure,
        "Net flow: outgoing minus incoming weight",
        (f"{subtitle}; " if subtitle else "")
        + "net flow of a region: sum of its column minus sum of its row, in the unit of the "
        "method. Above 0, the region informs others more than it is informed; this need not be "
        "causal. Lines: 95 % t intervals over subjects, uncorrected for the number of regions "
        "and of groups; hollow: the interval includes 0"
        + styles.explanation([flow.method for flow in flows]),
    )
    return figure


def extremes(means: Float[np.ndarray, " region"]) -> Int[np.ndarray, " shown"]:
    """Return the indices of the regions to draw, from the highest mean to the lowest.

    All regions if they are at most 30, otherwise the 15 highest and the 15 lowest.
    """
    order = np.argsort(-means, kind="stable")
    return order if len(order) <= 2 * _EXTREME else np.r_[order[:_EXTREME], order[-_EXTREME:]]


def short_names(names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return what all names begin with, up to an underscore, and the names without it.

    Nothing is removed if a name would no longer begin with a letter.

    Examples
    --------
    >>> short_names(["7Networks_LH_Vis_1", "7Networks_RH_Vis_1"])
    ('7Networks_', ('LH_Vis_1', 'RH_Vis_1'))
    >>> short_names(["Region_1", "Region_2"])
    ('', ('Region_1', 'Region_2'))
    """
    first, last = min(names), max(names)  # what both begin with, all begin with
    same = [one == other for one, other in zip(first, last, strict=False)]
    alike = same.index(False) if False in same else len(same)
    shared = first[: first[:alike].rfind("_") + 1]
    short = tuple(name[len(shared) :] for name in names)
    return (shared, short) if all(name[:1].isalpha() for name in short) else ("", tuple(names))


def _draw_asymmetry(part: SubFigure, flows: Sequence[Flow], styles: Styles) -> None:
    _title(part, _ASYMMETRY)
    axes = part.subplots()
    _rows(axes, [styles.label(flow.method) for flow in flows])
    for row, flow in enumerate(flows):
        values = flow.asymmetry[np.isfinite(flow.asymmetry), None]
        if values.size:
            look, hollow = styles.look(flow.method), np.array([False])
            _points(axes, *mean_interval(values), np.array([row]), look, hollow=hollow)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("0: both directions are equal · 1: every connection is one-way", fontsize=SMALL)


def _draw_groups(
    part: SubFigure, flows: Sequence[Flow], table: RegionTable, styles: Styles
) -> None:
    kind = table.grouping or "group"
    _title(part, f"Per {kind}: mean net flow of its regions")
    grid = _panels(part, flows, _NETWORK_COLUMNS, styles, share=True)
    for place, (axes, flow) in enumerate(zip(grid, flows, strict=True)):
        names, values = flow.per_group(table.require_groups())
        _rows(axes, names if place % _NETWORK_COLUMNS == 0 else [""] * len(names))
        _draw_means(axes, values, np.arange(len(names)), styles.look(flow.method))


def _draw_regions(part: SubFigure, flows: Sequence[Flow], styles: Styles) -> None:
    regions = flows[0].regions
    shared, short = short_names(regions)
    left_out = max(0, len(regions) - 2 * _EXTREME)
    which = (
        f"the {_EXTREME} highest and the {_EXTREME} lowest of {len(regions)} regions"
        if left_out
        else f"all {len(regions)} regions"
    )
    which += ", selected by these means" if left_out else ""
    names = f"; all names begin with {shared}" if shared else ""
    _title(part, f"Per region: {which}{names}")
    for axes, flow in zip(
        _panels(part, flows, _REGION_COLUMNS, styles, share=False), flows, strict=True
    ):
        order = extremes(flow.net.mean(axis=0))
        labels = [short[region] for region in order]
        places = np.arange(len(order))
        if left_out:
            places[_EXTREME:] += 1
            labels.insert(_EXTREME, f"… {left_out} between …")
        _rows(axes, labels)
        _draw_means(axes, flow.net[:, order], places, styles.look(flow.method))


def _panels(
    part: SubFigure, flows: Sequence[Flow], columns: int, styles: Styles, *, share: bool
) -> list[Axes]:
    """Return axes for every flow, titled with the method; the rest of the grid is hidden."""
    columns = columns if share else min(columns, max(2, len(flows)))
    grid = part.subplots(ceil(len(flows) / columns), columns, squeeze=False)
    axes_of: list[Axes] = list(grid.flat)
    for axes in axes_of[len(flows) :]:
        axes.set_visible(False)
    for axes, flow in zip(axes_of, flows, strict=False):
        axes.set_title(plain(styles.label(flow.method)), fontsize=SMALL, color=INK)
        axes.set_xlabel(_SIGN if not share else "← informed · informs →", fontsize=SMALL)
    return axes_of[: len(flows)]


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), [plain(label) for label in labels])
    title, label = axes.get_title(), axes.get_xlabel()
    tidy(axes, grid="x")
    axes.set_title(title, fontsize=SMALL, color=INK)
    axes.set_xlabel(label, fontsize=TINY, color=INK)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=TINY)
    axes.tick_params(axis="x", labelsize=TINY)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))


def _draw_means(
    axes: Axes,
    values: Float[np.ndarray, "subject row"],
    places: Int[np.ndarray, " row"],
    look: Look,
) -> None:
    """Draw each row's mean and interval, and the line of no net flow."""
    axes.axvline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    power, (means, low, high) = scaled(np.array(mean_interval(values)))
    _points(axes, means, low, high, places, look, hollow=~((low > 0) | (high < 0)))
    axes.margins(x=0.06)
    if power:
        axes.set_xlabel(f"{axes.get_xlabel()} ({times_power(power)})")


def _points(
    axes: Axes,
    means: Float[np.ndarray, " row"],
    low: Float[np.ndarray, " row"],
    high: Float[np.ndarray, " row"],
    places: Int[np.ndarray, " row"],
    look: Look,
    *,
    hollow: Bool[np.ndarray, " row"],
) -> None:
    """Draw all means of a panel at once, because the layout measures every artist."""
    axes.hlines(places, low, high, colors=look.colour, linewidth=1.3, zorder=2)
    axes.scatter(
        means,
        places,
        s=16,
        marker=look.marker,
        facecolors=np.where(hollow, "white", look.colour).tolist(),
        edgecolors=look.colour,
        linewidths=0.9,
        zorder=3,
    )


def _title(part: SubFigure, text: str) -> None:
    part.suptitle(plain(text), fontsize=SMALL, color=INK, x=0.012, ha="left")
