"""Second moments of a lagged design, and the linear forecaster fitted from them.

Every linear forecast is computed from them, so the design is built only once, and one
factorisation of its Gram matrix serves every penalty.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records.short_repr import ShortRepr
from attnconn_core.timeseries import lagged_design, require_lags

__all__ = ["ByColumn", "LaggedMoments", "LinearForecaster", "Runs", "lagged_moments"]

Runs: TypeAlias = Sequence[Float[np.ndarray, "_ region"]]
Samples: TypeAlias = Float[np.ndarray, "sample region"]
Square: TypeAlias = Float[np.ndarray, "column column"]
ByColumn: TypeAlias = Float[np.ndarray, "column region"]


@dataclass(frozen=True, eq=False, repr=False)
class LinearForecaster(ShortRepr):
    """A linear forecast of every region from the past of every region.

    Attributes
    ----------
    lags
        Number of past frames.
    coefficients
        Row ``region * lags + lag`` is the weight of that column of
        `attnconn_core.timeseries.lagged_design`; one column per predicted region.
    intercept
        Intercept per predicted region, in the units of the series.
    """

    lags: int
    coefficients: ByColumn
    intercept: Float[np.ndarray, " region"]

    def predict(self, runs: Runs) -> tuple[Samples, Samples]:
        """Predict every frame that has `lags` frames before it in its run.

        Returns
        -------
        observed, predicted
            In the units of the series; float64.

        Raises
        ------
        SeriesError
            If no run is longer than `lags`.
        """
        past, present = lagged_design(runs, self.lags)
        return present, past @ self.coefficients + self.intercept


@dataclass(frozen=True, eq=False)
class LaggedMoments:
    """Centred second moments of a lagged design, sufficient for any linear fit.

    Attributes
    ----------
    lags, n_samples
        Number of past frames, and of samples summed.
    scale
        Divisor of every region; 1 if the series wasn't scaled.
    past_mean, present_mean
        Means of the design's columns and of the predicted regions, before centring.
    gram, cross, total
        X'X, X'Y and the diagonal of Y'Y, with X and Y centred and scaled.
    """

    lags: int
    n_samples: int
    scale: Float[np.ndarray, " region"]
    past_mean: Float[np.ndarray, " column"]
    present_mean: Float[np.ndarray, " region"]
    gram: Square
    cross: ByColumn
    total: Float[np.ndarray, " region"]

    def plus(self, other: "LaggedMoments") -> "LaggedMoments":
        """Return the moments pooled with those of another scan, each centred by its own means.

        A fit then depends on variation within scans, not on their levels. To pool scans of
        different scales, use their `standardised` moments.

        Raises
        ------
        ParameterError
            Unless both have the same lags and number of regions.
        """
        if (self.lags, len(self.total)) != (other.lags, len(other.total)):
            raise ParameterError(
                "moments that are pooled must have the same lags and regions; got "
                f"{self.lags} lags of {len(self.total)} regions and "
                f"{other.lags} lags of {len(other.total)} regions"
            )
        n_samples = self.n_samples + other.n_samples
        share = other.n_samples / n_samples

        def mean(one: np.ndarray, another: np.ndarray) -> np.ndarray:
            together: np.ndarray = one + share * (another - one)
            return together

        return LaggedMoments(
            lags=self.lags,
            n_samples=n_samples,
            scale=self.scale,
            past_mean=mean(self.past_mean, other.past_mean),
            present_mean=mean(self.present_mean, other.present_mean),
            gram=self.gram + other.gram,
            cross=self.cross + other.cross,
            total=self.total + other.total,
        )

    @property
    def standardised(self) -> "LaggedMoments":
        """Return the moments of the standardised series, with mean 0 and scale 1.

        A fit to them gives coefficients of the standardised series, which can be compared and
        pooled over subjects.
        """
        return replace(
            self,
            scale=np.ones_like(self.scale),
            past_mean=np.zeros_like(self.past_mean),
            present_mean=np.zeros_like(self.present_mean),
        )

    def divided_by_root(self, weights: Float[np.ndarray, " column"]) -> "LaggedMoments":
        """Return the moments of a design whose columns are divided by the roots of weights.

        They are cached together with their `spectrum`, so that fits with other penalties or
        priors and the same weights reuse both.
        """
        key = weights.tobytes()
        if key not in self._divided:
            root = np.sqrt(weights)
            self._divided[key] = replace(
                self,
                gram=self.gram / np.multiply.outer(root, root),
                cross=self.cross / root[:, None],
            )
        return self._divided[key]

    @cached_property
    def _divided(self) -> dict[bytes, "LaggedMoments"]:
        return {}

    @cached_property
    def spectrum(self) -> tuple[Float[np.ndarray, " column"], Square, ByColumn]:
        """Return the eigenvalues and eigenvectors of the Gram matrix, and V'X'Y.

        Ridge coefficients at any penalty are ``V @ (V'X'Y / (eigenvalues + alpha))``.
        """
        eigenvalues, vectors = np.linalg.eigh(self.gram)
        # Rounding may make the smallest negative; with a small penalty the sum could then be 0.
        return np.maximum(eigenvalues, 0.0), vectors, vectors.T @ self.cross

    def inverse(self, alpha: float) -> Square:
        """Return the inverse of ``gram + alpha * I``.

        Raises
        ------
        SeriesError
            If the columns are linearly dependent and the penalty is too small.
        """
        penalised = self.gram + alpha * np.eye(len(self.gram))
        try:
            inverse = np.linalg.inv(penalised)
            condition = float(np.linalg.norm(penalised, 1) * np.linalg.norm(inverse, 1))
        except np.linalg.LinAlgError:
            condition = np.inf
        if not condition < 1 / np.finfo(np.float64).eps:
            raise SeriesError(
                f"a linear fit at penalty {alpha:g} needs linearly independent columns; "
                f"{len(self.gram)} columns of {self.n_samples} samples aren't: "
                "use a larger penalty, fewer lags or a longer series"
            )
        return (inverse + inverse.T) / 2

    def own_blocks(self, matrix: Square) -> Float[np.ndarray, "region lag lag"]:
        """Return the diagonal block of every region's own columns."""
        n_regions = len(self.total)
        region = np.arange(n_regions)
        return matrix.reshape(n_regions, self.lags, n_regions, self.lags)[region, :, region]

    def own_rows(self, matrix: ByColumn) -> Float[np.ndarray, "region lag"]:
        """Return, for every region, the rows of its own columns."""
        n_regions = len(self.total)
        region = np.arange(n_regions)
        return matrix.reshape(n_regions, self.lags, n_regions)[region, :, region]

    def forecaster(self, coefficients: ByColumn) -> LinearForecaster:
        """Return a forecaster of the raw series from coefficients of the scaled series."""
        raw = coefficients * self.scale / np.repeat(self.scale, self.lags)[:, None]
        return LinearForecaster(self.lags, raw, self.present_mean - self.past_mean @ raw)


def lagged_moments(runs: Runs, lags: int, *, standardise: bool = False) -> LaggedMoments:
    """Return the second moments of a lagged design.

    Parameters
    ----------
    runs
        Arrays of (time, region); no sample crosses from one to the next.
    lags
        Number of past frames.
    standardise
        Divide every region by its deviation (ddof 0) over the frames given, so that a
        penalty means the same for every region and scanner.

    Raises
    ------
    ParameterError
        If `lags` is below 1.
    SeriesError
        If no run is longer than `lags`, or a region to be standardised doesn't change.
    """
    require_lags(lags)
    past, present = lagged_design(runs, lags)
    past_mean, present_mean = past.mean(axis=0), present.mean(axis=0)
    past -= past_mean
    present -= present_mean
    scale = np.ones(present.shape[1])
    if standardise:
        frames = np.concatenate(list(runs))
        # Compares values: rounding may make the deviation of a constant slightly positive.
        moves = np.ptp(frames, axis=0) > 0
        if not moves.all():
            raise SeriesError(
                "every region must change over time to be standardised; "
                f"region number {int(np.argmin(moves)) + 1} doesn't"
            )
        scale = frames.astype(np.float64).std(axis=0)
    of_column = np.repeat(scale, lags)
    return LaggedMoments(
        lags=lags,
        n_samples=len(present),
        scale=scale,
        past_mean=past_mean,
        present_mean=present_mean,
        gram=past.T @ past / np.multiply.outer(of_column, of_column),
        cross=past.T @ present / np.multiply.outer(of_column, scale),
        total=np.einsum("sr,sr->r", present, present) / scale**2,
    )
