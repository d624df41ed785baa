"""Penalties chosen on the last training frames, and fits on all training frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from attnconn_core.forecasting.linear import ALPHAS, best_penalty, penalty_curve
from attnconn_core.forecasting.moments import (
    LaggedMoments,
    LinearForecaster,
    Runs,
    lagged_moments,
)
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

__all__ = ["VALIDATION_FRACTION", "ChosenFit", "TrainingMoments"]

#: Share of the training part, at the end, on which penalties are chosen.
VALIDATION_FRACTION = 0.1

Penalised = Callable[[LaggedMoments, float], LinearForecaster]


@dataclass(frozen=True, eq=False)
class ChosenFit:
    """A linear forecaster, and the penalty that was chosen for it.

    Attributes
    ----------
    forecaster
        Forecaster fitted on all training frames.
    alpha
        Penalty with the best forecast of the validation frames; None without a penalty.
    curve
        Penalty → mean R² on the validation frames; empty without a penalty.
    """

    forecaster: LinearForecaster
    alpha: float | None
    curve: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class TrainingMoments:
    """Moments of a session's training frames, computed once for all its forecasters.

    Attributes
    ----------
    earlier, all_frames
        Standardised moments of the frames before the validation frames, and of all frames.
    validation
        Runs of the last frames, on which penalties are chosen.
    """

    earlier: LaggedMoments
    all_frames: LaggedMoments
    validation: Runs

    @classmethod
    def of(
        cls, training: TimeSeries, lags: int, validation_fraction: float = VALIDATION_FRACTION
    ) -> "TrainingMoments":
        """Return the moments of a session's training frames.

        Parameters
        ----------
        training
            Training frames.
        lags
            Number of past frames.
        validation_fraction
            Share of the frames, at the end of `training`, on which penalties are chosen.

        Raises
        ------
        SeriesError
            If a part has no run longer than `lags`, or a region doesn't change.
        """
        earlier, validation = split(training, validation_fraction)
        return cls(
            lagged_moments(earlier.runs, lags, standardise=True),
            lagged_moments(training.runs, lags, standardise=True),
            validation.runs,
        )

    def chosen(self, fit: Penalised, alphas: Sequence[float] = ALPHAS) -> ChosenFit:
        """Choose a penalty on the validation frames, and return the fit on all frames.

        Parameters
        ----------
        fit
            Function of standardised moments and a penalty, such as `ridge_var`.
        alphas
            Penalties to choose from.
        """
        curve = penalty_curve(fit, self.earlier, self.validation, alphas)
        alpha = best_penalty(curve)
        return ChosenFit(fit(self.all_frames, alpha), alpha, curve)
