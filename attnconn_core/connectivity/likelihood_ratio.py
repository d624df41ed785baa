"""Direction of an edge from the non-Gaussianity of the two regions' values."""

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
    """Likelihood ratio of two linear non-Gaussian models of a pair: x → y against y → x.

    The measure uses single frames and no lags. The correlation of a linear pair is the same in
    both directions, but only in the true direction is the noise independent of the input.
    Normally distributed values carry no information on direction. The measure gives the
    direction of an edge, if there is one; its size grows with the correlation, but doesn't
    measure the strength of the edge.

    Attributes
    ----------
    measure
        ``"tanh"``, for values with heavier tails than the normal distribution
        (E[x tanh y] − E[tanh x · y]); ``"skew"``, for skewed values (E[x² y] − E[x y²], with
        the sign of every region set so that its skewness is positive), both times the
        correlation; or ``"entropy"``, for both kinds and for lighter tails:
        H(y) + H(x|y) − H(x) − H(y|x), with the maximum-entropy approximation.
    given
        ``"nothing"``, or ``"rest"``: all other regions are first regressed out of both
        regions, which removes common causes.
    innovations
        Whether each region's own first-order autoregression is first removed.

    Raises
    ------
    ParameterError
        If `measure` or `given` has an unknown value.

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
    equation: ClassVar[str] = (
        r"w_{ij} = \max(0, m_{ij}), \quad "
        r"m^{\tanh}_{ij} = \rho_{ij}\, E[x_j \tanh x_i - \tanh(x_j)\, x_i], \quad "
        r"m^{\mathrm{skew}}_{ij} = \rho_{ij}\, E[x_j^2 x_i - x_j x_i^2], \quad "
        r"m^{\mathrm{entropy}}_{ij} = H(x_i) + H(r_{j \mid i}) - H(x_j) - H(r_{i \mid j})"
    )
    inverts: ClassVar[Inversion] = Inversion("frames", "regions", "given: nothing")

    def __post_init__(self) -> None:
        for name, value, known in (
            ("measure", self.measure, tuple(MEASURES)),
            ("given", self.given, _GIVEN),
        ):
            if value not in known:
                raise ParameterError(f"{name} must be one of {', '.join(known)}; got {value!r}")

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the evidence for the likelier direction of every pair; the reverse gets 0.

        Metrics, with ``given="rest"``: `samples_of_inverse` and `columns_of_inverse`, the
        numbers of frames and regions, if there are fewer than two frames per region.

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
