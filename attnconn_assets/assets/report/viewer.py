"""The data of the report's interactive matrix and graph: the mean matrices of the methods."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib import colormaps
from matplotlib.colors import to_hex

from attnconn_core.connectivity.method import Method
from attnconn_core.figures import Styles
from attnconn_core.figures.blocks import blocks_of
from attnconn_core.figures.style import SIGNED, UNSIGNED
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["viewer"]

_MOST_BYTES = 5_000_000  # of all matrices, so that the page stays below 15 MB
_EDGES_PER_REGION = 1.5
_FEWEST_EDGES = 10
_COLOURS = 11  # of a colour scale
_ONE_GROUP = "#666666"


def viewer(
    means: Sequence[Connectivity],
    methods: Sequence[Method],
    table: RegionTable,
    over: str,
    styles: Styles,
) -> dict[str, Any] | None:
    """Return what the page's viewer shows; None without matrices.

    Parameters
    ----------
    means
        Mean matrix of every method, in the order of the page.
    methods
        The methods, for whether their values have a sign.
    table
        Groups and order of the regions.
    over
        What the means are over, such as ``"mean over 7 subjects"``.
    styles
        Labels of the methods.

    Returns
    -------
    viewer
        ``labels`` of the methods; ``left_out``, those for which there is no room; ``edges`` and
        ``most_edges`` in the graph; ``data``, a script of JSON.
    """
    if not means:
        return None
    n = len(means[0].regions)
    room = max(1, _MOST_BYTES // (n * n * 4 * 4 // 3))
    shown, left_out = means[:room], means[room:]
    signed = {method.name: method.signed for method in methods}
    blocks = blocks_of(means[0].regions, table)
    order = np.asarray(blocks.order)
    groups = None if table.groups is None else [table.groups[at] for at in order]
    data = {
        "regions": [means[0].regions[at] for at in order],
        "groups": groups,
        "borders": _borders(groups),
        "region_colours": _region_colours(groups, n),
        "colours": _scale(UNSIGNED),
        "signed_colours": _scale(SIGNED),
        "over": over,
        "methods": [
            {
                "label": styles.label(mean.method),
                "directed": bool(mean.directed),
                "signed": bool(signed.get(mean.method, False)),
                "values": _packed(mean.values[np.ix_(order, order)]),
            }
            for mean in shown
        ],
    }
    return {
        "labels": [styles.label(mean.method) for mean in shown],
        "left_out": [styles.label(mean.method) for mean in left_out],
        "edges": max(_FEWEST_EDGES, round(_EDGES_PER_REGION * n)),
        "most_edges": max(_FEWEST_EDGES, min(n * (n - 1), 10 * n)),
        "data": _in_script(data),
    }


def _borders(groups: Sequence[str] | None) -> list[int]:
    """Return the places at which another group begins."""
    if groups is None:
        return []
    return [at for at in range(1, len(groups)) if groups[at] != groups[at - 1]]


def _region_colours(groups: Sequence[str] | None, n: int) -> list[str]:
    if groups is None:
        return [_ONE_GROUP] * n
    names = list(dict.fromkeys(groups))
    colours = colormaps["tab20"](np.linspace(0, 1, max(len(names), 2)))
    return [to_hex(colours[names.index(group)]) for group in groups]


def _scale(name: str) -> list[tuple[float, str]]:
    """Return a colour scale of the figures as the viewer has it."""
    shares = np.linspace(0, 1, _COLOURS)
    return [(float(share), to_hex(colormaps[name](share))) for share in shares]


def _packed(values: np.ndarray) -> str:
    """Return a matrix as 32-bit numbers, row by row, in base64."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")


def _in_script(data: Mapping[str, Any]) -> Markup:
    """Return JSON that can't end the script that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704
