"""Maps of net flow on the cortical surface, or in a glass brain for regions of a volume."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from attnconn_core.connectivity.flow import Flow
from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.powers import scaled, times_power
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    MISSING,
    NORMAL,
    SIGNED,
    TINY,
    canvas,
    heading,
    plain,
)
from attnconn_core.figures.surface_views import SIDES, CortexView, Meshes, cortex_views
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.parcellation.label_image import LabelImage

__all__ = ["flow_in_volume", "flow_on_surface", "region_centres"]

_ROW = 1.7  # inches of a method
_SHARE = 0.885  # share of the width for the brains; the rest is the colour bar's
_PERCENTILE = 98
_EXPLAINED = (
    "net flow (out-strength minus in-strength) of every region. Red: it informs others more than "
    "it is informed; blue: less. Each method has its own scale, in its own unit"
)


def flow_on_surface(
    flows: Sequence[Flow],
    atlas: Atlas,
    meshes: Meshes,
    *,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw the mean net flow of every region on the inflated cortex, one row per method.

    Parameters
    ----------
    flows
        One per directed method.
    atlas
        Vertices of the regions, on fsLR 32k surfaces.
    meshes
        Files of these surfaces; see `find_meshes`.
    subtitle, styles
        As for `matrix_gallery`.

    Raises
    ------
    AtlasError
        If the atlas isn't one of both hemispheres on fsLR 32k surfaces.
    ParameterError
        If there is no method, or a region isn't in the atlas.
    """
    _require_regions(flows, atlas.regions, atlas.name)
    views = cortex_views(atlas, meshes)

    def draw(row: SubFigure, flow: Flow) -> ScalarMappable:
        mapped, values = _colours(flow)
        of_region = np.full(len(atlas.regions), np.nan)
        for name, value in zip(flow.regions, values, strict=True):
            of_region[atlas.regions.index(name)] = value
        for axes, view, (side, way) in zip(row.subplots(1, len(views)), views, SIDES, strict=True):
            _show(axes, _paint(view, of_region, mapped))
            axes.set_title(f"{side}, {way}", fontsize=TINY, color=FAINT, y=-0.22)
        return mapped

    about = "grey: no region. Surface: inflated group average of the HCP's S1200 release"
    return _figure(flows, draw, subtitle, about, styles or default_styles())


def flow_in_volume(
    flows: Sequence[Flow],
    image: LabelImage,
    *,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw the mean net flow of every region at its centre in a glass brain, one row per method.

    The outline is that of MNI152; the label image must be in this space.

    Parameters
    ----------
    flows
        One per directed method.
    image
        Voxels of the regions.
    subtitle, styles
        As for `matrix_gallery`.

    Raises
    ------
    ParameterError
        If there is no method, or a region isn't in the image.
    """
    _require_regions(flows, image.regions, image.name)
    centres = region_centres(image)

    def draw(row: SubFigure, flow: Flow) -> ScalarMappable:
        mapped, values = _colours(flow)
        own = centres[[image.regions.index(name) for name in flow.regions]]
        _show(row.subplots(), _glass_brain(own, values, mapped))
        return mapped

    return _figure(flows, draw, subtitle, "outline: MNI152", styles or default_styles())


def region_centres(image: LabelImage) -> Float[np.ndarray, "region 3"]:
    """Return the centre of mass of every region, in the millimetres of the image."""
    there = np.argwhere(image.labels > 0)
    numbers = image.labels[tuple(there.T)] - 1
    counts = np.bincount(numbers, minlength=len(image.regions))
    sums = np.stack(
        [np.bincount(numbers, axis, minlength=len(image.regions)) for axis in there.T], axis=1
    )
    centres: np.ndarray = sums / counts[:, None] @ image.affine[:3, :3].T + image.affine[:3, 3]
    return centres


def _glass_brain(
    centres: Float[np.ndarray, "region 3"],
    values: Float[np.ndarray, " region"],
    mapped: ScalarMappable,
) -> np.ndarray:
    """Return a picture from the left, from behind, from the right and from above.

    It is drawn in a figure of its own, because nilearn doesn't draw in a part of one.
    """
    # nilearn's plotting imports pyplot, plotly and more: seconds that only this figure needs.
    from nilearn.plotting import plot_markers

    order = np.argsort(np.abs(values), kind="stable")  # the strongest on top
    figure = Figure(figsize=(_SHARE * COLUMN, _ROW - 0.3), dpi=300, facecolor="white")
    drawn = FigureCanvasAgg(figure)
    plot_markers(
        values[order],
        centres[order],
        node_size=14,
        node_cmap=SIGNED,
        node_vmin=mapped.norm.vmin,
        node_vmax=mapped.norm.vmax,
        node_kwargs={"edgecolors": INK, "linewidths": 0.3},
        alpha=1.0,
        display_mode="lyrz",
        figure=figure,
        axes=(0.0, 0.0, 1.0, 1.0),
        colorbar=False,
    )
    drawn.draw()
    return np.asarray(drawn.buffer_rgba())[..., :3].copy()


def _require_regions(flows: Sequence[Flow], regions: Sequence[str], name: str) -> None:
    lacking = sorted({region for flow in flows for region in flow.regions} - set(regions))
    if not flows or lacking:
        raise ParameterError(
            "a map of net flow needs at least one directed method, and only regions of the atlas "
            f"{name}; got {len(flows)} methods, and regions that the atlas lacks: "
            f"{', '.join(lacking[:5]) or 'none'}"
        )


def _figure(
    flows: Sequence[Flow],
    draw: Callable[[SubFigure, Flow], ScalarMappable],
    subtitle: str,
    about: str,
    styles: Styles,
) -> Figure:
    """Return a figure with one row per method, its colour bar on the right."""
    figure = canvas(height=1.3 + _ROW * len(flows), width=COLUMN)
    rows = figure.subfigures(len(flows), 2, width_ratios=(_SHARE, 1 - _SHARE), squeeze=False)
    for (row, right), flow in zip(rows, flows, strict=True):
        mapped = draw(row, flow)
        title = plain(styles.label(flow.method))
        row.suptitle(title, fontsize=NORMAL, color=INK, x=0.012, ha="left")
        _bar(right, mapped, scaled(flow.net.mean(axis=0))[0])
    heading(
        figure,
        "Net flow in the brain",
        (f"{subtitle}; " if subtitle else "")
        + f"{_EXPLAINED}; {about}"
        + styles.explanation([flow.method for flow in flows]),
    )
    return figure


def _show(axes: Axes, picture: np.ndarray) -> None:
    axes.imshow(picture)
    axes.set(xticks=[], yticks=[])
    axes.set_axis_off()


def _bar(part: SubFigure, mapped: ScalarMappable, power: int) -> None:
    axes = part.add_axes((0.12, 0.18, 0.14, 0.6))
    bar = part.colorbar(mapped, cax=axes, extend="both", extendfrac=0.05)
    unit = f" ({times_power(power)})" if power else ""
    bar.set_label(f"net flow{unit}", fontsize=TINY, color=INK)
    bar.ax.tick_params(labelsize=TINY, color=FAINT)
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    bar.outline.set_visible(False)


def _colours(flow: Flow) -> tuple[ScalarMappable, Float[np.ndarray, " region"]]:
    """Return a method's colours, centred on 0, and its mean net flow divided by a power of ten.

    The colours end at the 98th percentile of the absolute values.
    """
    _, values = scaled(flow.net.mean(axis=0))
    end = float(np.percentile(np.abs(values), _PERCENTILE)) or 1.0
    return ScalarMappable(Normalize(-end, end), colormaps[SIGNED]), values


def _paint(view: CortexView, of_region: np.ndarray, mapped: ScalarMappable) -> np.ndarray:
    """Return the picture of one side: every region in its colour, darker in its folds."""
    known = np.ma.masked_invalid(of_region)
    colours = np.asarray(mapped.cmap.with_extremes(bad=MISSING)(mapped.norm(known)))[:, :3]
    grey = np.array(to_rgb(MISSING))
    # Indices from the end: −2 is white, beside the brain; −1 is grey, in no region.
    palette = np.concatenate([colours, np.ones((1, 3)), grey[None]])
    return np.asarray(palette[view.regions] * view.shades[..., None])
