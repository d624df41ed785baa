"""Windows, splits, scaling and soundness of time series, and series with known truth."""

from attnconn_core.timeseries.quality import series_quality
from attnconn_core.timeseries.scaling import Scale, scale_of
from attnconn_core.timeseries.simulation import draw_network, simulate, vary_network
from attnconn_core.timeseries.soundness import Soundness, assess, require_sound
from attnconn_core.timeseries.splits import head, split
from attnconn_core.timeseries.windows import lagged_design, windows

__all__ = [
    "Scale",
    "Soundness",
    "assess",
    "draw_network",
    "head",
    "lagged_design",
    "require_sound",
    "scale_of",
    "series_quality",
    "simulate",
    "split",
    "vary_network",
    "windows",
]
