"""An estimator of another package: mean coherence in the band of resting-state fMRI."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.signal import coherence

from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound


@dataclass(frozen=True)
class Coherence:
    """Magnitude-squared coherence, averaged over a band; symmetric, 1 on the diagonal.

    Attributes
    ----------
    low, high
        Limits of the band, in hertz.
    """

    low: float = 0.01
    high: float = 0.1

    method: ClassVar[str] = "coherence"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = False

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the mean coherence over runs, weighted by their frames.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        values = np.zeros((series.n_regions, series.n_regions))
        for run in series.runs:
            by_region = run.T.astype(np.float64)
            frequencies, found = coherence(
                by_region[:, None],
                by_region[None],
                fs=1 / series.repetition_time,
                nperseg=min(128, len(run)),
            )
            band = (frequencies >= self.low) & (frequencies <= self.high)
            values += found[..., band].mean(axis=-1) * len(run) / series.n_frames
        return Connectivity(values, series.regions, self.method, self.directed)
