"""Direction of an edge by what isn't normal about the two regions' values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import covariance_of, standardised
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["LikelihoodRatio"]

Frames = Float64[np.ndarray, "time region"]
BySource = Float64[np.ndarray, "target source"]


def _tanh(frames: Frames) -> BySource:
    """E[x tanh y] − E[tanh x · y], at [y, x]."""
    moment = frames.T @ np.tanh(frames) / len(frames)  # [x, y]
    return moment.T - moment


def _skew(frames: Frames) -> BySource:
    """E[x² y] − E[x y²], at [y, x], every region turned so that its skewness is positive."""
    moment = (frames**2).T @ frames / len(frames)  # [x, y]
    return moment.T - moment


_MEASURES: Mapping[str, Callable[[Frames], BySource]] = MappingProxyType(
    {"tanh": _tanh, "skew": _skew}
)


@dataclass(frozen=True)
class LikelihoodRatio:
    """Which of two linear models without Gaussian noise fits better: x → y, or y → x.

    Frame by frame, without a look at the past: of a linear pair the correlation is the
    same either way, but only in the true direction is the noise independent of what is
    put in. Normal values tell nothing. It says which way an edge runs, if there is one;
    its size grows with the correlation, but is no measure of the edge.

    Attributes
    ----------
    measure
        ``"tanh"``, for values with heavier tails than the normal's (E[x tanh y] −
        E[tanh x · y]); or ``"skew"``, for skewed ones (E[x² y] − E[x y²], every region
        turned so that its skewness is positive). Both times the correlation.

    Raises
    ------
    ParameterError
        If the measure isn't known.

    References
    ----------
    Hyvärinen & Smith 2013, Journal of Machine Learning Research 14: 111–152.
    """

    measure: str = "tanh"

    method: ClassVar[str] = "likelihood_ratio"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.measure not in _MEASURES:
            raise ParameterError(
                f"measure must be one of {', '.join(_MEASURES)}; got {self.measure!r}"
            )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Compare both directions of every pair: the evidence for the better, 0 for the other.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        frames = standardised(series)
        if self.measure == "skew":
            frames = frames * np.where((frames**3).mean(axis=0) < 0, -1.0, 1.0)
        evidence = covariance_of(frames) * _MEASURES[self.measure](frames)
        values = np.maximum(evidence, 0.0)
        return Connectivity(values, series.regions, self.method, self.directed)
