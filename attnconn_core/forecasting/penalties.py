"""Penalties chosen on the last frames that may be learnt from, and fits on all of them."""

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

__all__ = ["VALIDATION_FRACTION", "ChosenFit", "TrainingMoments", "on_validation_frames"]

#: The share at the end of a training part that penalties are chosen on.
VALIDATION_FRACTION = 0.1

Penalised = Callable[[LaggedMoments, float], LinearForecaster]


@dataclass(frozen=True, eq=False)
class ChosenFit:
    """A linear forecaster, and the penalty that was chosen for it.

    Attributes
    ----------
    forecaster
        Fitted on all frames that may be learnt from.
    alpha
        The penalty, which did best on the last part of them; None where there is none.
    curve
        Penalty → mean R² on that part; empty where there is none.
    """

    forecaster: LinearForecaster
    alpha: float | None
    curve: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class TrainingMoments:
    """The moments of what a session's forecasters may learn from, summed once for all.

    Attributes
    ----------
    earlier, whole
        Standardised moments of the frames before the validation frames, and of all.
    validation
        The last frames, which penalties are chosen on.
    """

    earlier: LaggedMoments
    whole: LaggedMoments
    validation: Runs

    @classmethod
    def of(
        cls, training: TimeSeries, lags: int, validation_fraction: float = VALIDATION_FRACTION
    ) -> "TrainingMoments":
        """Sum the moments of a session's training frames.

        Parameters
        ----------
        training
            The frames that may be learnt from.
        lags
            Frames of the past.
        validation_fraction
            The share at the end of `training` that penalties are chosen on.

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
        """Choose a penalty on the validation frames, and refit on all frames.

        Parameters
        ----------
        fit
            Such as `ridge_var`, of standardised moments and a penalty.
        alphas
            The penalties to choose from.
        """
        curve = penalty_curve(fit, self.earlier, self.validation, alphas)
        alpha = best_penalty(curve)
        return ChosenFit(fit(self.whole, alpha), alpha, curve)


def on_validation_frames(
    fit: Penalised,
    training: TimeSeries,
    lags: int,
    validation_fraction: float = VALIDATION_FRACTION,
    alphas: Sequence[float] = ALPHAS,
) -> ChosenFit:
    """Choose a penalty on the last part of a series, and refit on all of it.

    See `TrainingMoments.of` and `TrainingMoments.chosen`.
    """
    return TrainingMoments.of(training, lags, validation_fraction).chosen(fit, alphas)
