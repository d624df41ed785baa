"""Figure of two methods' edges against each other."""

from collections.abc import Sequence
from itertools import count

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from scipy.stats import rankdata

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.style import COLUMN, INK, SMALL, canvas, heading, plain, tidy
from attnconn_core.records import Connectivity
from attnconn_core.scoring.correlation import correlation

__all__ = ["chosen_pairs", "edge_scatters"]

_ACROSS = 3
_MOST_PAIRS = 6
_MOST_POINTS = 400  # more edges are counted in hexagons
_SHOWN = (0.1, 99.9)  # percentiles of the values within an axis

Pair = tuple[Connectivity, Connectivity]


def edge_scatters(
    pairs: Sequence[Pair], *, subtitle: str = "", styles: Styles | None = None
) -> Figure:
    """Draw, for every pair of matrices, the edges of one against those of the other.

    Few edges are points; many are counted in hexagons. An undirected edge is drawn once against
    an undirected method, and twice against a directed one, with the value of each direction.
    Every panel has Pearson's r and Spearman's ρ over the edges, those outside the axes included.

    Parameters
    ----------
    pairs
        Matrices of the same regions: the first on the horizontal axis, the second on the
        vertical one. Edges are all pairs of different regions, in both directions if either
        matrix is directed; those that are NaN in a matrix are left out.
    subtitle
        What the matrices are of, such as ``"mean over 7 subjects"``; begins the second line.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no pair, the regions of a pair differ, or a pair has no edge in common.
    """
    if not pairs:
        raise ParameterError("a figure of edges needs at least one pair of methods; got none")
    styles = styles or default_styles()
    edges = [_common_edges(first, second) for first, second in pairs]
    across = min(_ACROSS, len(pairs))
    down = -(-len(pairs) // across)
    side = (COLUMN - 0.9) / _ACROSS
    figure = canvas(height=1.6 + down * (side + 0.2), width=max(across * side + 0.9, 5.2))
    common = len({second.method for _, second in pairs}) == 1
    panels = figure.subplots(down, across, squeeze=False, sharey=common)
    counted = []
    for place, axes in zip(count(), panels.flat):
        if place >= len(pairs):
            axes.set_visible(False)
            continue
        x, y = edges[place]
        hexagons = _draw(axes, x, y)
        counted += [hexagons] if hexagons is not None else []
        _name(axes, pairs[place], (x, y), styles)
        if common and place % across:
            axes.set_ylabel("")
    if counted:
        _count_bar(figure, counted, panels)
    methods = [record.method for pair in pairs for record in pair]
    heading(
        figure,
        "Edges of one method against those of another",
        (f"{subtitle}; " if subtitle else "")
        + f"{'hexagons count edges' if counted else 'each point is an edge'}{_twice(pairs)}; "
        "r: Pearson, ρ: Spearman, of all edges"
        + ("; axes hold 99.8 % of the values" if counted else "")
        + styles.explanation(methods),
    )
    return figure


def chosen_pairs(means: Sequence[Connectivity], order: Sequence[str], styles: Styles) -> list[Pair]:
    """Return at most six pairs of methods to draw: each with one other, such as attention.

    Parameters
    ----------
    means
        One matrix per method.
    order
        Methods in the order of the study. The last one whose family is ``"attention"`` is on
        every vertical axis; without attention, the last directed one, or else the last one.
    styles
        Families of the methods.

    Returns
    -------
    pairs
        The other methods with that one, directed methods first; empty for a single method.
    """
    by_method = {mean.method: mean for mean in means}
    known = [by_method[name] for name in order if name in by_method]
    if len(known) < 2:
        return []
    attention = [mean for mean in known if styles.family(mean.method) == "attention"]
    directed = [mean for mean in known if mean.directed]
    against = (attention or directed or known)[-1]
    others = sorted(
        (mean for mean in known if mean is not against), key=lambda mean: not mean.directed
    )
    return [(other, against) for other in others[:_MOST_PAIRS]]


def _common_edges(
    first: Connectivity, second: Connectivity
) -> tuple[Float[np.ndarray, " edge"], Float[np.ndarray, " edge"]]:
    if first.regions != second.regions:
        raise ParameterError(
            f"edges can only be compared between the same regions; {first.method} and "
            f"{second.method} have {len(first.regions)} and {len(second.regions)} regions, or "
            "others"
        )
    kept = ~np.eye(len(first.regions), dtype=bool)
    if not (first.directed or second.directed):
        kept = np.tril(kept)
    kept = kept & np.isfinite(first.values) & np.isfinite(second.values)
    if not kept.any():
        raise ParameterError(f"{first.method} and {second.method} have no edge in common")
    return first.values[kept].astype(np.float64), second.values[kept].astype(np.float64)


def _twice(pairs: Sequence[Pair]) -> str:
    """Return how undirected edges are counted where some methods are directed."""
    mixed = any(first.directed != second.directed for first, second in pairs)
    return " in both directions, undirected ones twice" if mixed else ""


def _draw(
    axes: Axes, x: Float[np.ndarray, " edge"], y: Float[np.ndarray, " edge"]
) -> PolyCollection | None:
    """Draw points, or hexagons with their numbers of edges; return the hexagons."""
    (left, right), (low, high) = _limits(x), _limits(y)
    axes.set(xlim=(left, right), ylim=(low, high))
    if len(x) <= _MOST_POINTS:
        axes.scatter(x, y, s=9, color=INK, alpha=0.45, linewidths=0, zorder=3)
        return None
    return axes.hexbin(
        x, y, gridsize=36, extent=(left, right, low, high), mincnt=1, cmap="viridis", linewidths=0
    )


def _limits(values: Float[np.ndarray, " edge"]) -> tuple[float, float]:
    shown = _SHOWN if len(values) > _MOST_POINTS else (0, 100)
    low, high = (float(end) for end in np.percentile(values, shown))
    pad = 0.04 * (high - low) or 0.5
    return low - pad, high + pad


def _name(axes: Axes, pair: Pair, edges: tuple[np.ndarray, np.ndarray], styles: Styles) -> None:
    x, y = edges
    tidy(axes, grid="both")
    axes.set_box_aspect(1)
    axes.locator_params(nbins=3)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}".replace("-", "−")))
    axes.set_xlabel(plain(styles.label(pair[0].method)), fontsize=SMALL)
    axes.set_ylabel(plain(styles.label(pair[1].method)), fontsize=SMALL)
    r, rho = correlation(x, y), correlation(rankdata(x), rankdata(y))
    said = f"r {r:.2f}, ρ {rho:.2f}, {len(x):,} edges".replace("-", "−")
    axes.set_title(said, fontsize=SMALL, color=INK)


def _count_bar(figure: Figure, counted: Sequence[PolyCollection], panels: np.ndarray) -> None:
    """Draw one bar of colours for the numbers of edges in all panels."""
    most = max(float(np.max(np.asarray(hexagons.get_array()))) for hexagons in counted)
    norm = LogNorm(1, max(most, 2))
    for hexagons in counted:
        hexagons.set_norm(norm)
    bar = figure.colorbar(counted[0], ax=panels, shrink=0.6, aspect=30, pad=0.03)
    bar.set_label("edges per hexagon", fontsize=SMALL, color=INK)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}"))
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
