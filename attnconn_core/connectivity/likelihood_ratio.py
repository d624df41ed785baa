"""Direction of an edge by the non-Gaussianity of the two regions' values."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.direction_evidence import innovations
from attnconn_core.connectivity.direction_measures import MEASURES, direction, given_rest, rest_of
from attnconn_core.connectivity.inversion import Inversion, few_samples
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["LikelihoodRatio"]

_GIVEN = ("nothing", "rest")


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
        E[tanh x · y]); ``"skew"``, for skewed ones (E[x² y] − E[x y²], every region
        turned so that its skewness is positive), both times the correlation; or
        ``"entropy"``, for either and for lighter tails: H(y) + H(x|y) − H(x) − H(y|x), with
        the maximum-entropy approximation.
    given
        ``"nothing"``, or ``"rest"``: both regions are first freed of all other regions, so
        that common causes drop out.
    innovations
        Whether each region's own first-order autoregression is removed first.

    Raises
    ------
    ParameterError
        If the measure, or what is given, isn't known.

    References
    ----------
    Hyvärinen & Smith 2013, Journal of Machine Learning Research 14: 111–152; Hyvärinen 1998,
    Advances in Neural Information Processing Systems 10: 273–279.
    """

    measure: str = "tanh"
    given: str = "nothing"
    innovations: bool = False

    method: ClassVar[str] = "likelihood_ratio"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    inverts: ClassVar[Inversion] = Inversion("frames", "regions", "given: nothing")

    def __post_init__(self) -> None:
        for name, value, known in (
            ("measure", self.measure, tuple(MEASURES)),
            ("given", self.given, _GIVEN),
        ):
            if value not in known:
                raise ParameterError(f"{name} must be one of {', '.join(known)}; got {value!r}")

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Compare both directions of every pair: the evidence for the better, 0 for the other.

        Metrics, given the rest: `samples_of_inverse` and `columns_of_inverse`, the frames and
        the regions, where there are fewer than two frames per region.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal; or, for
            innovations, if a run has fewer than 8 frames.
        """
        require_sound(series, self.method)
        frames = standardised(innovations(series) if self.innovations else series)
        metrics = {}
        if self.given == "rest":
            metrics = few_samples(*frames.shape)
            (evidence,) = given_rest(rest_of(frames), self.measure)
        else:
            evidence = direction(frames, self.measure)
        values = np.maximum(evidence, 0.0)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
