"""Time Granger causality and the choice of its order against one ridge fit per question."""

import functools

import numpy as np
from sklearn.linear_model import Ridge

from attnconn_core.connectivity import Granger, GrangerOrder, choose_granger_order
from benchmarks.measure import Measured, best_of, once, peak_bytes
from benchmarks.row import FRAMES, REGIONS, Row, scan

__all__ = ["ROWS"]

_LAGS, _ALPHA, _BORDER = 5, 1e6, int(0.9 * FRAMES)
_COHORT, _MAX_LAGS, _STEPS = 2, 10, 10
_VISITED = range(1, 5)  # lags that the search visits in this cohort before it stops every penalty


def _design(series: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the past (sample, region · lag) and the present (sample, region)."""
    past = np.stack([series[lag : len(series) - lags + lag] for lag in range(lags)], axis=2)
    return past.reshape(len(past), -1), series[lags:]


def _r2_drop(
    past: np.ndarray, present: np.ndarray, target: int, source: int, lags: int, alpha: float
) -> float:
    """Return the in-sample R² of the target's ridge, minus that of a ridge without the source."""
    y = present[:, target]
    without = np.delete(past, np.s_[source * lags : (source + 1) * lags], axis=1)
    full = Ridge(alpha).fit(past, y).score(past, y)
    return max(0.0, full - Ridge(alpha).fit(without, y).score(without, y))


def _r2_ahead(series: np.ndarray, lags: int, alpha: float, regions: range, border: int) -> float:
    """Return the mean R² on the frames from `border` on, with one ridge per region."""
    past, present = _design(series[:border], lags)
    later, observed = _design(series[border:], lags)
    return float(
        np.mean(
            [
                Ridge(alpha).fit(past, present[:, region]).score(later, observed[:, region])
                for region in regions
            ]
        )
    )


def _matrix() -> Measured:
    estimator = Granger(_LAGS, _ALPHA)
    return Measured(best_of(lambda: estimator.estimate(scan()), 3), peak_bytes())


def _plain_matrix() -> Measured:
    past, present = _design(scan().runs[0][:_BORDER].astype(np.float64), _LAGS)
    matrix = Granger(_LAGS, _ALPHA).estimate(scan()).values
    seconds, pairs = 0.0, [(target, (37 * target + 1) % REGIONS) for target in range(4)]
    for target, source in pairs:
        ask = functools.partial(_r2_drop, past, present, target, source, _LAGS, _ALPHA)
        took, drop = once(ask)
        np.testing.assert_allclose(matrix[target, source], drop, atol=1e-8)
        seconds += took
    # The full ridge of a target serves all its sources, so a pair costs one fit.
    whole = seconds / 2 / len(pairs) * REGIONS**2
    return Measured(whole, peak_bytes(), f"{len(pairs)} of {REGIONS**2} pairs")


def _search() -> GrangerOrder:
    cohort = [scan()] * _COHORT
    return choose_granger_order(cohort, _MAX_LAGS, coarse_steps=_STEPS, refine_steps=_STEPS)


def _order() -> Measured:
    seconds, _ = once(_search)
    return Measured(seconds, peak_bytes(), f"{_COHORT} sessions")


def _plain_order() -> Measured:
    values = scan().runs[0].astype(np.float64)
    visited, few = _search().visited, range(2)
    by_lags = {}
    for alpha, lags, _ in visited:
        if lags not in by_lags:
            ask = functools.partial(_r2_ahead, values, lags, alpha, few, _BORDER)
            by_lags[lags], _ = once(ask)
    seconds = sum(by_lags[lags] for _, lags, _ in visited) * _COHORT * REGIONS / len(few)
    part = f"{len(few)} of {REGIONS} regions, one of {len(visited) // len(by_lags)} penalties"
    return Measured(seconds, peak_bytes(), part)


def _factorisation(lags: int) -> float:
    """Return the operations of X'X and its tridiagonal form, without finding eigenvalues."""
    columns = lags * REGIONS
    return columns**2 * _BORDER + 4 / 3 * columns**3


ROWS = {
    "granger_matrix": Row(
        "Granger matrix of one subject",
        asked=10_000,
        ours=_matrix,
        plain=_plain_matrix,
        reason="X'X and one inverse",
        operations=(_LAGS * REGIONS) ** 2 * _BORDER + (_LAGS * REGIONS) ** 3,
    ),
    "granger_order": Row(
        "search for lag and α, one cohort",
        asked=50,
        ours=_order,
        plain=_plain_order,
        reason="X'X and its tridiagonal form, once per lag and session",
        operations=_COHORT * sum(_factorisation(lags) for lags in _VISITED),
    ),
}
