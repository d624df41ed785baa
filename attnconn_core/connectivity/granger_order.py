"""Choice of Granger's lags and penalty for a cohort."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np
from jaxtyping import Float64
from sklearn.metrics import r2_score

from attnconn_core.checks import require_choice, require_whole
from attnconn_core.connectivity.granger import PenaltyUnits, n_samples
from attnconn_core.errors import CohortError, ParameterError, SeriesError
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import lagged_design, require_sound, split

__all__ = ["GrangerOrder", "choose_granger_order"]

# Ends of the coarse grid, in multiples of a region's variance.
_MIN_ALPHA, _MAX_ALPHA = 1e-3, 1e7
# The search of a penalty ends after this many decreases in a row.
_PATIENCE = 3
# The finer grid tries this many lags on either side of the best.
_REACH = 2
# Projections kept for the finer grid; more than these are computed again.
_KEPT_BYTES = 2 * 2**30


@dataclass(frozen=True)
class GrangerOrder:
    """The lags and the penalty that predict a cohort best, and the search that chose them.

    Attributes
    ----------
    lags, alpha, r2
        The best candidate and its test R², averaged over regions and then subjects.
    visited
        (alpha, lags, r2) of every candidate, in the order of the search.
    early_stops
        Penalties whose search ended after three decreases in a row.
    ends
        Ends of the grid of penalties.
    units
        Unit of the penalties; give `Granger` the same.
    """

    lags: int
    alpha: float
    r2: float
    visited: tuple[tuple[float, int, float], ...]
    early_stops: int
    ends: tuple[float, float]
    units: str = "series"

    @property
    def notes(self) -> tuple[str, ...]:
        """Return warnings about the choice, one sentence each."""
        if self.alpha not in self.ends:
            return ()
        low, high = self.ends
        return (
            f"Granger's best penalty, {self.alpha:g}, is at an end of the range tried ({low:g} to "
            f"{high:g}), so a better one may lie beyond it; widen min_alpha and max_alpha",
        )


_Candidate: TypeAlias = tuple[float, int, float]


def choose_granger_order(
    cohort: Sequence[TimeSeries],
    max_lags: int = 10,
    min_alpha: float | None = None,
    max_alpha: float | None = None,
    coarse_steps: int = 10,
    refine_steps: int = 10,
    test_fraction: float = 0.1,
    on_progress: Callable[[int, int], object] | None = None,
    units: str = "series",
) -> GrangerOrder:
    """Return the lags and penalty with the highest test R² over a cohort.

    First, a coarse logarithmic grid of penalties: each is tried with 1, 2, … lags until the
    R² has fallen three times in a row. Then a finer grid, strictly between the neighbours of
    the best penalty (at an end of the grid: between it and its one neighbour), with the best
    lags ± 2. Only a strictly higher R² replaces the best.

    R² is measured on the last frames of each series given. To report a test R² on frames
    that this choice hasn't used, give series without their test frames.

    Parameters
    ----------
    cohort
        One series per session. For each candidate, series too short for it are left out.
    max_lags
        Largest number of lags to try, in frames.
    min_alpha, max_alpha
        Ends of the coarse grid, in `units`. None: 0.001 and 10 million times the variance of
        a region, which is the mean variance over the cohort if `units` is ``"series"``, and 1
        otherwise.
    coarse_steps, refine_steps
        Number of penalties on the coarse and on the finer grid.
    test_fraction
        Share of the frames, at the end of a series, on which the forecast is scored.
    on_progress
        Called with (done, total) after each series at each number of lags.
    units
        Unit of the penalties; see `Granger`. Use ``"deviations"`` if sessions have different
        units, because then no single penalty in the units of the series suits all.

    Raises
    ------
    ParameterError
        If a setting is out of its range.
    CohortError
        If there is no series.
    SeriesError
        If a region has no usable signal, or no series is long enough for one lag.

    Notes
    -----
    With the eigenvectors V of X'X, the test part is predicted by
    ``(Xtest V) (V'X'Y / (eigenvalues + alpha))``, so one factorisation serves every penalty.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> cohort = [source.load(session) for session in source.sessions()]
    >>> order = choose_granger_order(
    ...     cohort, max_lags=3, min_alpha=1.0, max_alpha=1000.0, coarse_steps=4, refine_steps=2
    ... )
    >>> 1 <= order.lags <= 3, 1.0 <= order.alpha <= 1000.0
    (True, True)
    """
    _check_settings(max_lags, coarse_steps, refine_steps, units)
    if isinstance(cohort, TimeSeries):
        raise CohortError("cohort must be a list of TimeSeries, one per session; got a single one")
    if not len(cohort):
        raise CohortError("choosing Granger's order needs at least one series; got none")
    total = len(cohort) * (max_lags + min(max_lags, 2 * _REACH + 1))
    notify = on_progress or (lambda _done, _total: None)
    scores = _Scores(cohort, test_fraction, units, lambda done: notify(done, total))

    low, high = _ends(min_alpha, max_alpha, scores.variance)
    alphas = np.logspace(np.log10(low), np.log10(high), coarse_steps)
    paths = _coarse(scores, alphas, max_lags)
    visited = [candidate for path in paths for candidate in path]
    alpha, lags, _ = _best(visited)

    at = int(np.flatnonzero(alphas == alpha)[0])
    ends = np.log10(alphas[max(at - 1, 0)]), np.log10(alphas[min(at + 1, coarse_steps - 1)])
    finer = np.logspace(*ends, refine_steps + 2)[1:-1]
    around = range(max(lags - _REACH, 1), min(lags + _REACH, max_lags) + 1)
    scores.done = len(cohort) * max_lags
    visited += _refined(scores, finer, around)
    notify(total, total)

    alpha, lags, r2 = _best(visited)
    early_stops = sum(map(_given_up, paths))
    grid = float(alphas[0]), float(alphas[-1])
    return GrangerOrder(lags, alpha, r2, tuple(visited), early_stops, grid, units)


@dataclass(frozen=True, eq=False)
class _Projection:
    """One series at one number of lags, projected on the eigenvectors of its design."""

    eigenvalues: Float64[np.ndarray, " column"]
    cross: Float64[np.ndarray, "column region"]
    past: Float64[np.ndarray, "sample column"]
    observed: Float64[np.ndarray, "sample region"]

    def r2(self, alphas: Sequence[float]) -> Float64[np.ndarray, " step"]:
        """Return the mean per-region R² of the test part at every penalty, by one product."""
        weights = 1 / (self.eigenvalues[:, None] + np.asarray(alphas))
        coefficients = weights[:, :, None] * self.cross[:, None]
        predicted = self.past @ coefficients.reshape(len(weights), -1)
        observed = np.tile(self.observed, len(alphas))
        by_region = r2_score(observed, predicted, multioutput="raw_values")
        by_alpha: Float64[np.ndarray, " step"] = by_region.reshape(len(alphas), -1).mean(axis=1)
        return by_alpha


def _project(training: TimeSeries, test: TimeSeries, lags: int, units: str) -> _Projection:
    moments = lagged_moments(training.runs, lags, standardise=units == "deviations")
    eigenvalues, vectors, cross = moments.spectrum
    past, present = lagged_design(test.runs, lags)
    return _Projection(
        eigenvalues=eigenvalues,
        cross=cross,
        past=(past - moments.past_mean) / np.repeat(moments.scale, lags) @ vectors,
        observed=(present - moments.present_mean) / moments.scale,
    )


class _Scores:
    """Test R² of candidates over a cohort, with a limited cache of projections."""

    def __init__(
        self,
        cohort: Sequence[TimeSeries],
        test_fraction: float,
        units: str,
        on_done: Callable[[int], object],
    ) -> None:
        self.done = 0
        self._on_done = on_done
        self._units = units
        self._parts = [
            split(require_sound(series, f"series {number} of the cohort"), test_fraction)
            for number, series in enumerate(cohort, start=1)
        ]
        if not any(_long_enough(parts, 1) for parts in self._parts):
            longest = max(test.n_frames for _, test in self._parts)
            raise SeriesError(
                "choosing Granger's order needs a series with at least 3 consecutive frames in "
                f"either part; the longest test part has {longest} at a fraction of {test_fraction}"
            )
        self._kept: dict[tuple[int, int], _Projection] = {}
        self._room = _KEPT_BYTES

    @property
    def variance(self) -> float:
        """Return the mean variance over regions and training parts, or 1 for deviations."""
        if self._units == "deviations":
            return 1.0
        parts = [training.values.astype(np.float64) for training, _ in self._parts]
        return float(np.mean([part.var(axis=0).mean() for part in parts]))

    def at(self, lags: int, alphas: Sequence[float]) -> list[_Candidate]:
        """Return the score of every penalty over the series long enough; empty if none is."""
        scores: list[Float64[np.ndarray, " step"]] = []
        for number, parts in enumerate(self._parts):
            if _long_enough(parts, lags):
                scores.append(self._projection(number, lags).r2(alphas))
            self.done += 1
            self._on_done(self.done)
        if not scores:
            return []
        means = np.mean(scores, axis=0)
        return [(alpha, lags, float(r2)) for alpha, r2 in zip(alphas, means, strict=True)]

    def _projection(self, number: int, lags: int) -> _Projection:
        key = number, lags
        if key in self._kept:
            return self._kept[key]
        projection = _project(*self._parts[number], lags, self._units)
        size = projection.cross.nbytes + projection.past.nbytes
        if size <= self._room:
            self._kept[key] = projection
            self._room -= size
        return projection


def _coarse(
    scores: _Scores, alphas: Float64[np.ndarray, " step"], max_lags: int
) -> list[list[_Candidate]]:
    """Try every penalty with increasing lags, all penalties together per projection."""
    paths: dict[float, list[_Candidate]] = {float(alpha): [] for alpha in alphas}
    for lags in range(1, max_lags + 1):
        walking = [alpha for alpha, path in paths.items() if not _given_up(path)]
        for candidate in scores.at(lags, walking) if walking else []:
            paths[candidate[0]].append(candidate)
    return list(paths.values())


def _refined(
    scores: _Scores, alphas: Float64[np.ndarray, " step"], around: range
) -> list[_Candidate]:
    tried = alphas.tolist()
    by_lags = [scores.at(lags, tried) for lags in around if tried]
    return [candidate for row in zip(*filter(None, by_lags), strict=True) for candidate in row]


def _given_up(path: Sequence[_Candidate]) -> bool:
    last = [r2 for _, _, r2 in path[-_PATIENCE - 1 :]]
    return len(last) > _PATIENCE and all(np.diff(last) < 0)


def _best(visited: Sequence[_Candidate]) -> _Candidate:
    return max(visited, key=lambda candidate: candidate[2])  # the first of ties


def _long_enough(parts: tuple[TimeSeries, TimeSeries], lags: int) -> bool:
    return all(n_samples(part, lags) >= 2 for part in parts)  # R² needs a spread


def _ends(min_alpha: float | None, max_alpha: float | None, variance: float) -> tuple[float, float]:
    low = _MIN_ALPHA * variance if min_alpha is None else min_alpha
    high = _MAX_ALPHA * variance if max_alpha is None else max_alpha
    if not 0 < low < high < np.inf:
        raise ParameterError(
            "the penalties must satisfy 0 < min_alpha < max_alpha; "
            f"got min_alpha={low}, max_alpha={high}"
        )
    return low, high


def _check_settings(max_lags: int, coarse_steps: int, refine_steps: int, units: str) -> None:
    require_whole("max_lags", max_lags, 1, "frame")
    require_choice("units", units, get_args(PenaltyUnits))
    require_whole("coarse_steps", coarse_steps, 2)
    require_whole("refine_steps", refine_steps, 0)
