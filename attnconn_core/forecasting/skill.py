"""Forecast skill: how much of the next frames a forecaster explains."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.metrics import r2_score

from attnconn_core.errors import ParameterError

__all__ = ["REGION_QUANTILES", "ForecastSkill", "forecast_skill"]

REGION_QUANTILES = {f"r2_region_{percent:02}": percent / 100 for percent in (5, 25, 50, 75, 95)}
"""Name of a figure in `ForecastSkill.summary` → the quantile of R² over regions that it is."""


@dataclass(frozen=True, eq=False)
class ForecastSkill:
    """Skill of a forecast on observed frames.

    Attributes
    ----------
    r2
        Mean over regions of each region's R²; use this figure to compare methods.
    r2_pooled
        R² of all regions together around one grand mean, as the original study reports it.
        Differences in level between regions count as explained, so raw fMRI gives
        nearly 1 whatever the forecaster.
    mse
        Mean squared error, in the squared units of the series.
    r2_per_region
        R² of each region around its own mean over the observed frames.
    """

    r2: float
    r2_pooled: float
    mse: float
    r2_per_region: Float[np.ndarray, " region"]

    def summary(self) -> dict[str, float]:
        """Return the figures that are one number, and the quantiles of R² over regions."""
        quantiles = np.quantile(self.r2_per_region, list(REGION_QUANTILES.values()))
        of_regions = dict(zip(REGION_QUANTILES, map(float, quantiles), strict=True))
        return {"r2": self.r2, "r2_pooled": self.r2_pooled, "mse": self.mse, **of_regions}


def forecast_skill(
    observed: Float[np.ndarray, "sample region *horizon"],
    predicted: Float[np.ndarray, "sample region *horizon"],
) -> ForecastSkill:
    """Return the skill of predicted frames.

    Parameters
    ----------
    observed, predicted
        (window, region, horizon), or (sample, region) for one frame ahead. Several
        frames ahead count as further samples of their region.

    Raises
    ------
    ParameterError
        If the two differ in shape, have fewer than two samples, or aren't finite.
    """
    if observed.shape != predicted.shape or observed.ndim not in (2, 3):
        raise ParameterError(
            f"observed and predicted must both be (window, region, horizon) or (sample, region); "
            f"got {observed.shape} and {predicted.shape}"
        )
    truth, guess = _samples(observed), _samples(predicted)
    if len(truth) < 2:
        raise ParameterError(f"an R² needs at least 2 samples; got {len(truth)}")
    for name, values in (("observed", truth), ("predicted", guess)):
        if not np.isfinite(values).all():
            column = int(np.argmin(np.isfinite(values).all(axis=0)))
            raise ParameterError(
                f"{name} values must be finite; region number {column + 1} has NaN or infinity"
            )
    per_region = np.atleast_1d(r2_score(truth, guess, multioutput="raw_values"))
    return ForecastSkill(
        r2=float(per_region.mean()),
        r2_pooled=float(r2_score(truth.ravel(), guess.ravel())),
        mse=float(np.mean((truth - guess) ** 2)),
        r2_per_region=per_region.astype(np.float64),
    )


def _samples(values: np.ndarray) -> Float[np.ndarray, "sample region"]:
    # float64: the squares of raw fMRI (mean 10,000, deviation 100) don't fit float32.
    return np.moveaxis(values, 1, -1).reshape(-1, values.shape[1]).astype(np.float64)
