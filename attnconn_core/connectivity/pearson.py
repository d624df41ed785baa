"""Pearson correlation between regions."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Pearson", "within_run_covariance"]


def within_run_covariance(series: TimeSeries) -> Float64[np.ndarray, "region region"]:
    """Covariance (ddof 0) of regions around the mean of their own run.

    With one run it is the ordinary covariance. With several, a step in level from one
    run to the next, which is the scanner's and not the brain's, isn't taken for signal.

    Raises
    ------
    SeriesError
        If there are fewer than two frames.
    """
    if series.n_frames < 2:
        raise SeriesError(f"a covariance needs at least 2 frames; got {series.n_frames}")
    runs = [run.astype(np.float64) for run in series.runs if len(run)]
    centred = np.concatenate([run - run.mean(axis=0) for run in runs])
    return centred.T @ centred / len(centred)


@dataclass(frozen=True)
class Pearson:
    """Correlation of the series of every two regions; symmetric, 1 on the diagonal."""

    method: ClassVar[str] = "pearson"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Correlate every two regions, each run around its own mean.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        covariance = within_run_covariance(series)
        deviation = np.sqrt(covariance.diagonal())
        values = covariance / np.multiply.outer(deviation, deviation)
        np.fill_diagonal(values, 1.0)
        return Connectivity(values, series.regions, self.method, self.directed)
