"""Transfer entropy between every two regions, by a Gaussian copula."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.forecasting.moments import LaggedMoments, lagged_moments
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import (
    FEWEST_SAMPLES,
    require_lags,
    require_samples,
    require_sound,
)

__all__ = ["TransferEntropy"]


@dataclass(frozen=True)
class TransferEntropy:
    """Information in a source's past on the target's present, given the target's own past.

    Pairwise: if one region drives two others, these seem to drive each other. Every region is
    transformed to normal scores within its run (by ranks), so outliers and the shape of the
    distribution have no effect; between normal variables the entropy has a closed form.

    Attributes
    ----------
    lags
        Number of past frames.

    Raises
    ------
    ParameterError
        If `lags` is below 1.

    References
    ----------
    Schreiber 2000, Physical Review Letters 85: 461–464; Ince et al. 2017, Human Brain
    Mapping 38: 1541–1573 (the copula); Barnett, Barrett & Seth 2009, Physical Review
    Letters 103: 238701 (for normal variables it is half of Granger's log-ratio).

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> TransferEntropy(lags=1).estimate(series).values.shape
    (6, 6)
    """

    lags: int = 1

    method: ClassVar[str] = "transfer_entropy"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = I(x_i(t); \text{past of } j \mid \text{own past}) = \frac{1}{2} \ln "
        r"\frac{\mathrm{var}(x_i \mid \text{own past})}"
        r"{\mathrm{var}(x_i \mid \text{own past and past of } j)}"
    )

    def __post_init__(self) -> None:
        require_lags(self.lags)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return transfer entropies in nats; 0 on the diagonal.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or fewer
            than three samples are left after the two regions' pasts, of `lags` values each.
        """
        require_sound(series, self.method)
        least = 2 * self.lags + FEWEST_SAMPLES
        require_samples(series, self.method, lags=self.lags, least=least)
        runs = [_normal_scores(run) for run in series.runs if len(run)]
        values = _entropy(lagged_moments(runs, self.lags))
        return Connectivity(values, series.regions, self.method, self.directed)


def _normal_scores(run: np.ndarray) -> Float64[np.ndarray, "time region"]:
    # Imported here because importing scipy.stats is slow.
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri(rankdata(run, axis=0) / (len(run) + 1)), dtype=np.float64)


def _entropy(moments: LaggedMoments) -> Float64[np.ndarray, "target source"]:
    """Return ½ ln(target's error given its own past / error given the source's past too)."""
    n, lags = len(moments.total), moments.lags
    gram = moments.gram.reshape(n, lags, n, lags)
    cross = moments.cross.reshape(n, lags, n)
    own = np.linalg.pinv(moments.own_blocks(moments.gram), hermitian=True)
    values = np.zeros((n, n))
    for target in range(n):
        to_own = gram[:, :, target]  # (source, lag, own lag)
        # The parts of the source's past and of the present explained by the own past.
        explained = to_own @ own[target]
        rest = moments.own_blocks(moments.gram) - explained @ to_own.transpose(0, 2, 1)
        with_own = cross[target, :, target]
        left = cross[:, :, target] - explained @ with_own
        error = moments.total[target] - with_own @ own[target] @ with_own
        gain = np.einsum("sl,slk,sk->s", left, np.linalg.pinv(rest, hermitian=True), left)
        share = np.clip(gain / max(error, np.finfo(np.float64).tiny), 0.0, 1 - 1e-12)
        share[target] = 0.0
        values[target] = -0.5 * np.log1p(-share)
    return values
