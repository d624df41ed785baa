"""Measure the skill of linear forecasters on the sample, and their cost on synthetic series.

Seconds are CPU time, summed over threads; on an idle machine this is at least the wall time.

Runs: the last 120 of each subject's 1,200 frames are the test frames; penalties are chosen on
the 120 frames before, and all 1,080 training frames are fitted. Halves: the same for each half
of 600 frames, with 60 and 60. The prior of a subject comes from the training frames of the
other six. Nothing is chosen on test frames.
"""

import time
import tracemalloc
from collections.abc import Mapping, Sequence

import numpy as np

from attnconn_core.forecasting import (
    LINEAR_FORECASTERS,
    PooledMoments,
    deal,
    hierarchical_var,
    linear_forecasts,
)
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

__all__ = ["TITLES", "linear_lines", "synthetic"]

TITLES = {
    "ar": "AR(5)",
    "ridge_var": "ridge VAR",
    "ridge_var_own_past": "ridge VAR (own past unpenalised)",
    "lag_weighted_var": "lag-weighted VAR",
    "cohort_var": "cohort VAR",
    "hierarchical_var": "hierarchical VAR",
}
_LAGS, _TEST = 5, 0.1
# The penalty is chosen on as many frames as the forecast is tested on.
_VALIDATION = _TEST / (1 - _TEST)
_OURS, _BEST_OF_ONE = "hierarchical_var", "ridge_var_own_past"
# Regions, lags, target in seconds per session on two cores.
_SIZES = ((100, 5, 2), (360, 3, 20))
_FRAMES = 1080

Scan = tuple[str, TimeSeries]  # subject and series


def linear_lines(runs: Sequence[Scan], halves: Sequence[Scan]) -> list[str]:
    """Forecast runs and halves, time synthetic sessions, and return the lines of the page."""
    names = [name for name, _ in runs]
    of_runs, of_halves = _r2(runs), _r2(halves)
    return [
        "| subject | " + " | ".join(TITLES[name] for name in LINEAR_FORECASTERS) + " |",
        "|" + " --- |" * (len(LINEAR_FORECASTERS) + 1),
        *(_line(name, row) for name, row in zip(names, of_runs, strict=True)),
        _line("mean", of_runs.mean(axis=0)),
        _line(f"mean of {len(of_halves)} halves", of_halves.mean(axis=0)),
        "",
        f"The hierarchical VAR is better than the ridge VAR with own past unpenalised on "
        f"{_wins(of_runs)} of {len(of_runs)} subjects, and on {_wins(of_halves)} of "
        f"{len(of_halves)} halves.",
        "",
        "| regions, lags | CPU time of the hierarchical VAR, s | CPU time of all six, s "
        "| target, s | peak memory of pooling 12 → 24 subjects |",
        "| --- | --- | --- | --- | --- |",
        *(_cost_line(*size) for size in _SIZES),
    ]


def _r2(scans: Sequence[Scan]) -> np.ndarray:
    """Return the test R² of every scan (row) and linear forecaster (column)."""
    pooled = _pooled(scans, _LAGS)
    rows = []
    for subject, series in scans:
        others = pooled.without(subject)
        found = linear_forecasts(*split(series, _TEST), _LAGS, others, _VALIDATION)
        rows.append([found[name].skill.r2 for name in LINEAR_FORECASTERS])
    return np.array(rows)


def _pooled(scans: Sequence[Scan], lags: int) -> PooledMoments:
    training = ((subject, split(series, _TEST)[0]) for subject, series in scans)
    return PooledMoments.of(training, lags, deal(subject for subject, _ in scans))


def _wins(rows: np.ndarray) -> int:
    columns = dict(zip(LINEAR_FORECASTERS, rows.T, strict=True))
    return int((columns[_OURS] > columns[_BEST_OF_ONE]).sum())


def _line(name: str, r2: np.ndarray) -> str:
    return f"| {name} | " + " | ".join(f"{value:.4f}" for value in r2) + " |"


def _cost_line(regions: int, lags: int, asked: int) -> str:
    """Return a row: seconds of one synthetic session, with its prior, and memory of pooling."""
    peaks = {n: _pooling_peak(regions, lags, n) for n in (12, 24)}
    scans = synthetic(regions, 3)
    others = _pooled(scans, lags).without("0")
    training, test = split(scans[0][1], _TEST)
    began = time.process_time()
    hierarchical_var(training, others)
    ours = time.process_time() - began
    began = time.process_time()
    linear_forecasts(training, test, lags, others)
    every = time.process_time() - began
    memory = " → ".join(f"{_megabytes(peaks)[n]:.0f}" for n in peaks)
    return f"| {regions}, {lags} | {ours:.2f} | {every:.2f} | ≤ {asked} | {memory} MB |"


def _megabytes(peaks: Mapping[int, int]) -> dict[int, float]:
    return {n: peak / 1e6 for n, peak in peaks.items()}


def _pooling_peak(regions: int, lags: int, subjects: int) -> int:
    """Return the peak memory while a cohort is read session by session and pooled."""
    scans = ((str(number), synthetic(regions, 1, seed=number)[0][1]) for number in range(subjects))
    tracemalloc.start()
    PooledMoments.of(scans, lags, deal(map(str, range(subjects))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def synthetic(regions: int, subjects: int, seed: int = 0) -> list[Scan]:
    """Return one scan of 1,200 frames per subject, whose regions do not influence each other."""
    rng = np.random.default_rng(seed)
    names = tuple(f"r{n}" for n in range(regions))
    frames = int(_FRAMES / (1 - _TEST))
    scans = []
    for number in range(subjects):
        values = rng.standard_normal((frames, regions)).astype(np.float32)
        values[1:] += 0.5 * values[:-1]
        scans.append((str(number), TimeSeries((values,), 0.72, names)))
    return scans
