"""Ridge Granger causality without a penalty on a region's own past."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.checks import require_choice, require_number, require_share
from attnconn_core.errors import SeriesError
from attnconn_core.forecasting.linear import choose_alpha, ridge_var_own_past_free
from attnconn_core.forecasting.moments import LaggedMoments, lagged_moments
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import lagged_design, require_lags, require_sound, split

__all__ = ["GrangerOwnPastFree"]

_PARTS = ("training", "validation")
Square = Float64[np.ndarray, "column column"]


@dataclass(frozen=True)
class GrangerOwnPastFree:
    """Drop in R² of a ridge VAR without a source's past; a region's own past has no penalty.

    A penalty on the own past leaves part of it unexplained, and the past of similar regions
    then seems to explain that part. Here only the other regions are shrunk.

    Attributes
    ----------
    lags
        Number of past frames in the regression.
    alpha
        Ridge penalty on the other regions, for series of unit deviation; None chooses the
        penalty with the best forecast of the validation frames.
    judged_on
        ``"training"``: drop in R² on the fitted frames, as for `Granger`. ``"validation"``:
        drop on the last frames, which were not fitted.
    validation_fraction
        Share of the frames, at the end of the series, used to choose alpha and, with
        ``"validation"``, to measure the drop.

    Raises
    ------
    ParameterError
        If a setting is out of its range.
    """

    lags: int = 1
    alpha: float | None = None
    judged_on: str = "training"
    validation_fraction: float = 0.2

    method: ClassVar[str] = "granger_own_past_free"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = \max(0, R^2_i - R^2_{i \setminus j}), \quad "
        r"B = \arg\min_B \sum_t \| x(t) - \sum_{l=1}^{L} B_l\, x(t - l) \|^2 "
        r"+ \alpha \sum_{i \ne j} \| B_{ij} \|^2"
    )

    def __post_init__(self) -> None:
        require_lags(self.lags)
        require_number("alpha", self.alpha, above=True, or_none=True)
        require_choice("judged_on", self.judged_on, _PARTS)
        require_share("validation_fraction", self.validation_fraction)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Choose alpha if it is None, fit, and return the drop in R² without each source.

        Drops are clipped at 0. The diagonal is the drop when a region's own past is left out
        and the past of the others is kept. Metrics: `alpha`.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or a part
            of the series is too short for the lags.
        """
        require_sound(series, self.method)
        training, validation = split(series, self.validation_fraction)
        try:
            moments = lagged_moments(training.runs, self.lags, standardise=True)
            alpha = self.alpha or choose_alpha(ridge_var_own_past_free, moments, validation.runs)
            if self.judged_on == "training":
                moments = lagged_moments(series.runs, self.lags, standardise=True)
                judge = moments
            else:
                judge = _seen_from(moments, validation)
        except SeriesError as error:
            raise SeriesError(f"{self.method}: {error}") from error
        if not judge.total.all():
            still = series.regions[int(np.argmin(judge.total))]
            raise SeriesError(
                f"{self.method}: every region must change over the frames that are scored; "
                f"{still} doesn't"
            )
        drops = np.maximum(_drops(moments, judge, alpha), 0.0)
        return Connectivity(drops, series.regions, self.method, self.directed, {"alpha": alpha})


def _seen_from(moments: LaggedMoments, series: TimeSeries) -> LaggedMoments:
    """Return moments of other frames, with the means and units of the fitted frames."""
    past, present = lagged_design(series.runs, moments.lags)
    past = (past - moments.past_mean) / np.repeat(moments.scale, moments.lags)
    present = (present - moments.present_mean) / moments.scale
    return LaggedMoments(
        lags=moments.lags,
        n_samples=len(present),
        scale=moments.scale,
        past_mean=moments.past_mean,
        present_mean=moments.present_mean,
        gram=past.T @ past,
        cross=past.T @ present,
        total=((present - present.mean(axis=0)) ** 2).sum(axis=0),
    )


def _drops(
    moments: LaggedMoments, judge: LaggedMoments, alpha: float
) -> Float64[np.ndarray, "target source"]:
    """Return the R² on the scored frames minus that of the fit without one source.

    For a target with the own columns o, let M = (X'X + alpha (I − I_o))⁻¹, from
    A⁻¹ = (X'X + alpha I)⁻¹ by Woodbury's identity, and b = M X'y. Leaving g out moves b
    by d = −M[:, g] (M[g, g])⁻¹ b[g], and the sum of squares by 2 d'(X'X b − X'y) + d'X'X d,
    with X and y of the scored frames.
    """
    n, lags = len(moments.total), moments.lags
    inverse = moments.inverse(alpha)
    drops = np.empty((n, n))
    for target in range(n):
        own = slice(target * lags, (target + 1) * lags)
        freed = np.eye(lags) / alpha - inverse[own, own]
        m = inverse + inverse[:, own] @ np.linalg.solve(freed, inverse[own])
        b = m @ moments.cross[:, target]
        blocks = moments.own_blocks(m)
        z = np.linalg.solve(blocks, b.reshape(n, lags, 1))
        gradient = m @ (judge.gram @ b - judge.cross[:, target])
        product = (m @ judge.gram).reshape(n, lags, -1)
        curvature = product @ m.reshape(n, lags, -1).transpose(0, 2, 1)
        rise = (z * (curvature @ z - 2 * gradient.reshape(n, lags, 1))).sum(axis=(1, 2))
        drops[target] = rise / judge.total[target]
    return drops
