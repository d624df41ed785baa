"""Measure how many of the sample's subjects each method identifies from short scans.

Test and retest are the halves of a run. They are cut into windows that do not overlap, and
the same window of both is compared. Penalties are chosen on the other subjects, in the same
window.
"""

import argparse
import contextlib
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from attnconn_core.connectivity import METHODS, READY, Estimator, Granger, Tangent, geometric_mean
from attnconn_core.errors import AttnconnError
from attnconn_core.forecasting.linear import ridge_var_own_past_free
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.records import TimeSeries
from attnconn_core.scoring import cross_fitted_identification, fingerprint
from attnconn_core.scoring.fingerprint.identification_intervals import accuracy_interval
from attnconn_core.sources import HcpSample
from benchmarks.table import replace_section

__all__ = ["main"]

_HERE = Path(__file__).parent
# Frames per window → number of windows per half.
_WINDOWS = {60: 10, 120: 5, 300: 2, 540: 1}
# Penalty per sample, in units of a region's mean square: independent of the scan's length.
_RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)

Pair = tuple[TimeSeries, TimeSeries]
Read = Callable[[TimeSeries], np.ndarray]
# Test and retest matrices of all subjects, in each window.
Stacks = list[tuple[np.ndarray, np.ndarray]]


def main() -> None:
    """Identify the sample's subjects by every method, and print or write the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.identification", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    options = parser.parse_args()
    pairs = _pairs()
    columns = [_column(frames, windows) for frames, windows in _WINDOWS.items()]
    lines = [f"| {' | '.join(['method', 'directed', *columns])} |"]
    lines.append("|" + " --- |" * (2 + len(columns)))
    print("Each row is one method on scans of four lengths.", file=sys.stderr)
    print("\n".join(lines), flush=True)
    for name, directed, found in _rows(pairs):
        cells = [_cell(accuracy, len(pairs)) for accuracy in found]
        lines.append(f"| {name} | {'yes' if directed else 'no'} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    if options.write:
        replace_section(_HERE / "README.md", "identification", "\n".join(lines))


def _column(frames: int, windows: int) -> str:
    return f"{windows} window{'s' if windows > 1 else ''} of {frames} frames"


def _rows(pairs: list[Pair]) -> Iterator[tuple[str, bool, list[float]]]:
    for name in READY:
        method = METHODS[name]
        estimator = method.make()
        read = functools.partial(_values, estimator)
        yield (
            method.label,
            method.directed,
            [_plain(pairs, n, read, method.directed) for n in _WINDOWS],
        )
    # Its reference is the mean of all sessions, including those that are identified.
    tangent = Tangent(geometric_mean([half for pair in pairs for half in pair]))
    read = functools.partial(_values, tangent)
    yield (
        "Tangent, reference from all sessions",
        False,
        [_plain(pairs, n, read, False) for n in _WINDOWS],
    )
    for method in METHODS.values():
        if method.penalty is None:
            continue
        made = Granger(1, 1.0, None) if method.needs == "cohort" else method.make()
        by_penalty = {
            penalty: functools.partial(_values, method.penalty.at(made, penalty))
            for penalty in method.penalties
        }
        label = f"{method.label}, penalty chosen on others"
        yield label, method.directed, [_chosen(pairs, n, by_penalty) for n in _WINDOWS]
    by_ridge = {ridge: functools.partial(_coefficients, ridge) for ridge in _RIDGES}
    label = "Ridge VAR (own past unpenalised), penalty chosen on others"
    yield label, True, [_chosen(pairs, n, by_ridge) for n in _WINDOWS]


def _pairs() -> list[Pair]:
    source = HcpSample(_HERE.parent / ".sample")
    found: dict[str, dict[str, TimeSeries]] = {}
    for session in source.sessions():
        found.setdefault(session.subject, {})[session.session] = source.load(session)
    return [(each["test"], each["retest"]) for each in found.values()]


def _values(estimator: Estimator, series: TimeSeries) -> np.ndarray:
    return estimator.estimate(series).values


def _coefficients(ridge: float, series: TimeSeries) -> np.ndarray:
    moments = lagged_moments(series.runs, 1, standardise=True).standardised
    return ridge_var_own_past_free(moments, ridge * moments.n_samples).coefficients.T


def _cell(accuracy: float, subjects: int) -> str:
    if np.isnan(accuracy):
        return "–"
    low, high = accuracy_interval(accuracy, subjects)
    return f"{accuracy:.2f} ({low:.2f} to {high:.2f})"


def _stacks(pairs: list[Pair], frames: int, read: Read) -> Stacks:
    return [
        (
            np.stack([read(_window(test, number, frames)) for test, _ in pairs]),
            np.stack([read(_window(retest, number, frames)) for _, retest in pairs]),
        )
        for number in range(_WINDOWS[frames])
    ]


def _window(series: TimeSeries, number: int, frames: int) -> TimeSeries:
    (run,) = series.runs
    return replace(series, runs=(run[number * frames : (number + 1) * frames],))


def _plain(pairs: list[Pair], frames: int, read: Read, directed: bool) -> float:
    try:
        stacks = _stacks(pairs, frames, read)
    except AttnconnError:  # too short
        return float("nan")
    found = [fingerprint(*each, symmetric=not directed, permutations=0) for each in stacks]
    return float(np.mean([score.hits.mean() for score in found]))


def _chosen(pairs: list[Pair], frames: int, by_penalty: Mapping[float, Read]) -> float:
    stacks = {}
    for penalty, read in by_penalty.items():
        with contextlib.suppress(AttnconnError):  # too few frames for so small a penalty
            stacks[penalty] = _stacks(pairs, frames, read)
    if not stacks:
        return float("nan")
    found = [
        cross_fitted_identification({penalty: each[number] for penalty, each in stacks.items()})
        for number in range(_WINDOWS[frames])
    ]
    return float(np.mean([each.accuracy for each in found]))


if __name__ == "__main__":
    main()
