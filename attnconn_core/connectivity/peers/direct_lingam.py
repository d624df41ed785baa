"""DirectLiNGAM by lingam: an acyclic order of regions from non-Gaussian values."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.link_test import share_of_pairs
from attnconn_core.connectivity.peers.library import require
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["DirectLingam", "lingam_frames"]


@dataclass(frozen=True)
class DirectLingam:
    """Linear effect of a source on a target in an acyclic model with non-Gaussian noise.

    Frame by frame. Regions are ordered from the most exogenous on, and every region is then
    regressed on those before it by the adaptive lasso: many effects are exactly 0, and of two
    regions only one can act on the other. The library is lingam (MIT, but it brings pygam,
    which is GPL-3).

    References
    ----------
    Shimizu et al. 2011, Journal of Machine Learning Research 12: 1225–1248.
    """

    method: ClassVar[str] = "direct_lingam"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = r"x_i(t) = \sum_{j \text{ before } i} w_{ij}\, x_j(t) + e_i(t)"
    library: ClassVar[str] = "lingam"

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the effects between standardised regions; the diagonal is 0.

        Metrics: `edges`, the share of ordered pairs with an effect.

        Raises
        ------
        ParameterError
            If lingam isn't installed.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or there are not
            more frames than regions.
        """
        frames = lingam_frames(series, self.method)
        model = require(self.library, self.method).DirectLiNGAM()
        values = np.asarray(model.fit(frames).adjacency_matrix_, dtype=np.float64)
        metrics = {"edges": share_of_pairs(values != 0)}
        return Connectivity(values, series.regions, self.method, self.directed, metrics)


def lingam_frames(series: TimeSeries, method: str) -> np.ndarray:
    """Standardise a series for lingam.

    Raises
    ------
    SeriesError
        If a region holds a NaN, an infinite value or a constant signal, or there are not more
        frames than regions.
    """
    require_sound(series, method)
    if series.n_frames <= series.n_regions + 1:
        raise SeriesError(
            f"{method} of {series.n_regions} regions needs at least {series.n_regions + 2} "
            f"frames; got {series.n_frames}"
        )
    return standardised(series)
