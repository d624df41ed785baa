"""Patel's tau: direction of a pair from which region is active without the other."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import centred
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["PatelTau", "activity_difference", "patel_tau"]

# Percentiles of a region that count as fully inactive and fully active (Smith 2011).
_INACTIVE, _ACTIVE = 10, 90


def patel_tau(series: TimeSeries) -> Float64[np.ndarray, "target source"]:
    """Return Patel's tau, positive where the source seems to drive the target.

    Every region is mapped to an activity between 0 (its 10th percentile and below) and 1
    (its 90th percentile and above). With θ1 = E[ab], θ2 = E[a] − θ1 and θ3 = E[b] − θ1,

        τ_ab = 1 − E[b]/E[a]  if θ2 ≥ θ3,  else  E[a]/E[b] − 1.

    A driven region is active when its source is, and at other times too. So the less active
    region is taken as the source, and −τ_ab stands at [target b, source a]. Antisymmetric,
    between −1 and 1.

    References
    ----------
    Patel, Bowman & Rilling 2006, Human Brain Mapping 27: 267–276; Smith et al. 2011,
    NeuroImage 54: 875–891, for activity between 0 and 1.
    """
    return activity_difference(centred(series))


def activity_difference(
    frames: Float64[np.ndarray, "time region"],
) -> Float64[np.ndarray, "target source"]:
    """Return Patel's tau of frames that are already centred; see `patel_tau`."""
    low, high = np.percentile(frames, [_INACTIVE, _ACTIVE], axis=0)
    # A region that keeps one value most of the time has equal percentiles.
    spread = np.where(high > low, high - low, 1.0)
    active = np.clip((frames - low) / spread, 0.0, 1.0).mean(axis=0)
    less, more = np.minimum.outer(active, active), np.maximum.outer(active, active)
    size = 1 - np.divide(less, more, out=np.ones_like(less), where=more > 0)
    # θ2 ≥ θ3 is equivalent to E[a] ≥ E[b]: both contain θ1.
    tau: Float64[np.ndarray, "target source"] = np.sign(active[:, None] - active) * size
    return tau


@dataclass(frozen=True)
class PatelTau:
    """Patel's tau where it favours source → target, else 0.

    It gives the direction of an edge, if there is one, but not whether there is an edge.

    References
    ----------
    Patel, Bowman & Rilling 2006, Human Brain Mapping 27: 267–276; Smith et al. 2011,
    NeuroImage 54: 875–891, for activity between 0 and 1.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> PatelTau().estimate(series).values.shape
    (6, 6)
    """

    method: ClassVar[str] = "patel_tau"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = \max(0, \tau_{ij}), \quad "
        r"\tau_{ij} = \mathrm{sign}(\bar a_i - \bar a_j) "
        r"\left(1 - \frac{\min(\bar a_i, \bar a_j)}{\max(\bar a_i, \bar a_j)}\right)"
    )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the direction of every pair of regions; 0 on the diagonal.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        values = np.maximum(patel_tau(series), 0.0)
        return Connectivity(values, series.regions, self.method, self.directed)
