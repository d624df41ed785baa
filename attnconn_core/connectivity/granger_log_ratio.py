"""Geweke's measure of Granger causality, with its F test."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.inversion import Inversion, few_samples
from attnconn_core.errors import SeriesError
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_lags, require_sound

__all__ = ["GrangerLogRatio", "GrangerTest"]


@dataclass(frozen=True, eq=False)
class GrangerTest:
    """F test of every source's past, given the past of all other regions.

    Attributes
    ----------
    log_ratio
        ln(RSS without the source / RSS with it), Geweke 1982.
    f, p
        F statistic and its p value for a single edge, not corrected for multiple testing.
    df
        Degrees of freedom: the number of lags, and the number of samples minus the columns and
        the intercept.
    """

    log_ratio: Float64[np.ndarray, "target source"]
    f: Float64[np.ndarray, "target source"]
    p: Float64[np.ndarray, "target source"]
    df: tuple[int, int]


@dataclass(frozen=True)
class GrangerLogRatio:
    """Log ratio of the errors of a least-squares VAR without and with a source, in nats × 2.

    Attributes
    ----------
    lags
        Number of past frames in the regression.

    Raises
    ------
    ParameterError
        If `lags` is below 1.

    References
    ----------
    Geweke 1982, Journal of the American Statistical Association 77: 304–313.
    """

    lags: int = 1

    method: ClassVar[str] = "granger_log_ratio"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = r"w_{ij} = \ln (\mathrm{RSS}_{i \setminus j} / \mathrm{RSS}_i)"
    inverts: ClassVar[Inversion] = Inversion("samples", "columns", "granger_own_past_free")

    def __post_init__(self) -> None:
        require_lags(self.lags)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the log ratio of the errors without and with each source; see `test`.

        Metrics: `samples_of_inverse` and `columns_of_inverse`, if there are fewer than two
        samples per column of the past; the values are then mostly noise.

        Raises
        ------
        SeriesError
            As for `test`.
        """
        tested = self.test(series)
        columns, free = series.n_regions * self.lags, tested.df[1]
        metrics = few_samples(free + columns + 1, columns)
        return Connectivity(tested.log_ratio, series.regions, self.method, self.directed, metrics)

    def test(self, series: TimeSeries) -> GrangerTest:
        """Fit every region on the past of all regions, and test each source for each target.

        With A = X'X, B = A⁻¹X'Y and g a source's columns, leaving g out raises the sum
        of squares by B[g]' (A⁻¹[g, g])⁻¹ B[g]. No regression is fitted again.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, there are no more
            samples than coefficients, or the columns are linearly dependent.
        """
        # Imported here because importing scipy.stats is slow.
        from scipy.stats import f as f_distribution

        require_sound(series, self.method)
        moments = lagged_moments(series.runs, self.lags, standardise=True)
        free = moments.n_samples - len(moments.gram) - 1
        if free < 1:
            raise SeriesError(
                f"{self.method} with {self.lags} lags of {series.n_regions} regions needs more "
                f"than {len(moments.gram) + 1} samples; got {moments.n_samples}: use fewer lags "
                "or a penalised method"
            )
        inverse = moments.inverse(0.0)
        full = inverse @ moments.cross
        own = full.reshape(series.n_regions, self.lags, series.n_regions)
        rise = (own * np.linalg.solve(moments.own_blocks(inverse), own)).sum(axis=1).T
        error = moments.total - (full * moments.cross).sum(axis=0)
        if not (error > 0).all():
            raise SeriesError(
                f"{self.method}: {series.regions[int(np.argmin(error))]} is predicted without "
                "error, so no error ratio exists; remove the region or use a penalised method"
            )
        ratio = np.maximum(rise, 0.0) / error[:, None]
        f = ratio * free / self.lags
        p = f_distribution.sf(f, self.lags, free)
        return GrangerTest(np.log1p(ratio), f, p, (self.lags, free))
