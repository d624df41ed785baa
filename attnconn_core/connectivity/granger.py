"""Granger causality by ridge regression, all pairs from one matrix factorisation."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float64

from attnconn_core.checks import require_choice, require_number, require_share
from attnconn_core.connectivity.inversion import Inversion, few_samples
from attnconn_core.errors import SeriesError
from attnconn_core.forecasting.moments import LaggedMoments, lagged_moments
from attnconn_core.forecasting.skill import forecast_skill
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_lags, require_sound, split

__all__ = ["Granger", "PenaltyUnits", "n_samples", "r2_drops"]

PenaltyUnits = Literal["series", "deviations"]
"""Unit of a penalty: the squared units of the series, as in the original study, or the standard
deviations of the regions, so that results don't depend on the units of the series."""


def n_samples(series: TimeSeries, lags: int) -> int:
    """Return how many frames of a series have `lags` frames before them in their run."""
    return sum(max(len(run) - lags, 0) for run in series.runs)


def r2_drops(
    moments: LaggedMoments, inverse: Float64[np.ndarray, "column column"], alpha: float
) -> Float64[np.ndarray, "target source"]:
    """Return the in-sample R² of the ridge VAR minus that of the ridge without one source.

    The ridge without the columns g of a source has the coefficients
    B − A⁻¹[:, g] Z with Z = (A⁻¹[g, g])⁻¹ B[g], A = X'X + alpha I and B = A⁻¹X'Y. Leaving
    g out raises the penalised sum of squares by B[g]'Z, so the sum of squares rises by

        B[g]'Z + alpha (2 (A⁻¹B)[g]'Z − Z'(A⁻²)[g, g] Z).

    The rise is computed from this formula, not as the difference of two R², so that small
    rises suffer no cancellation. No regression is fitted again and no frame is predicted.

    Parameters
    ----------
    moments
        Lagged moments of the training part.
    inverse
        A⁻¹, from ``moments.inverse(alpha)``.
    alpha
        Ridge penalty from which `inverse` was computed.
    """
    n_regions, lags = len(moments.total), moments.lags
    by_source = (n_regions, lags, n_regions)
    full = inverse @ moments.cross
    own = full.reshape(by_source)
    z = np.linalg.solve(moments.own_blocks(inverse), own)
    rows = inverse.reshape(n_regions, lags, -1)
    squared = rows @ rows.transpose(0, 2, 1)  # (A⁻²)[g, g], since A⁻¹ is symmetric
    penalty = 2 * (inverse @ full).reshape(by_source) - squared @ z
    rise = ((own + alpha * penalty) * z).sum(axis=1)
    by_target: Float64[np.ndarray, "target source"] = rise.T / moments.total[:, None]
    return by_target


@dataclass(frozen=True)
class Granger:
    """Drop in R² of a ridge VAR when the past of one source region is left out.

    Attributes
    ----------
    lags
        Number of past frames in the regression.
    alpha
        Ridge penalty; 0 is least squares.
    test_fraction
        Share of the frames, at the end of the series, on which the forecast is scored. None
        fits on every frame and scores none, for scans with no frames to spare.
    units
        Unit of `alpha`. ``"series"``: the squared units of the series, which reproduces the
        original study's figures; the same scan in other units needs another penalty.
        ``"deviations"``: every region is divided by its deviation over the training part, so
        that neither the scanner's units nor a region's scale matters.

    Raises
    ------
    ParameterError
        If a setting is out of its range.

    References
    ----------
    Granger 1969, Econometrica 37: 424–438; the ridge and its choice as in the original study,
    tsoj/fmri_attention_connectivity.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> directed = Granger(lags=2, alpha=10.0, units="deviations").estimate(series)
    >>> directed.directed, sorted(directed.metrics)[:3]
    (True, ['mse', 'r2', 'r2_pooled'])
    """

    lags: int
    alpha: float
    test_fraction: float | None = 0.1
    units: str = "series"

    method: ClassVar[str] = "granger"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = \max(0, R^2_i - R^2_{i \setminus j}), \quad "
        r"B = \arg\min_B \sum_t \| x(t) - \sum_{l=1}^{L} B_l\, x(t - l) \|^2 "
        r"+ \alpha \| B \|^2"
    )
    inverts: ClassVar[Inversion] = Inversion("samples", "columns", "a positive alpha")

    def __post_init__(self) -> None:
        require_lags(self.lags)
        require_number("alpha", self.alpha)
        require_share("test_fraction", self.test_fraction, or_none=True)
        require_choice("units", self.units, get_args(PenaltyUnits))

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return drops in in-sample R² on the training part, and the skill on the test part.

        Drops are clipped at 0. The diagonal is the drop when a region's own past is left out
        and the past of the others is kept. Metrics: `r2`, the mean over regions of the test R²;
        `r2_pooled`, around one grand mean; `mse`, in squared units; `r2_region_05` and others,
        quantiles of R² over regions. Without a penalty also
        `samples_of_inverse` and `columns_of_inverse`, if there are fewer than two samples per
        column of the past.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or the
            series is too short for the lags.
        """
        require_sound(series, self.method)
        parts = {"training": series}
        if self.test_fraction is not None:
            parts["training"], parts["test"] = split(series, self.test_fraction)
        for name, part in parts.items():
            if n_samples(part, self.lags) < 2:
                raise SeriesError(
                    f"{self.method} with {self.lags} lags needs at least {self.lags + 2} "
                    f"consecutive frames in its {name} part; got {part.n_frames} of "
                    f"{series.n_frames} frames at a test fraction of {self.test_fraction}"
                )
        moves = _moves(parts["training"], self.lags)
        if not moves.all():
            dead = series.regions[int(np.argmin(moves))]
            raise SeriesError(
                f"{self.method}: every region must change over the training part; {dead} doesn't"
            )
        moments = lagged_moments(
            parts["training"].runs, self.lags, standardise=self.units == "deviations"
        )
        inverse = moments.inverse(self.alpha)
        drops = np.maximum(r2_drops(moments, inverse, self.alpha), 0.0)
        metrics = {}
        if self.alpha == 0:
            metrics = few_samples(moments.n_samples, len(moments.gram))
        if "test" in parts:
            ahead = moments.forecaster(inverse @ moments.cross).predict(parts["test"].runs)
            metrics |= forecast_skill(*ahead).summary()
        return Connectivity(drops, series.regions, self.method, self.directed, metrics)


def _moves(series: TimeSeries, lags: int) -> Bool[np.ndarray, " region"]:
    """Return which regions change over the predicted frames, by comparing values only."""
    predicted = np.concatenate([run[lags:] for run in series.runs])
    return np.asarray(np.ptp(predicted, axis=0) > 0)
