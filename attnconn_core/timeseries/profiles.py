"""Comparison of the profiles of many sessions."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64, Int64

from attnconn_core.timeseries.profile import unpacked_profile

__all__ = [
    "FEWEST_SESSIONS",
    "agreement_with_others",
    "agreement_with_own",
    "connectivity",
    "distances",
    "fisher",
    "scaled",
    "shifts",
    "unpacked_profiles",
]

_Rows = Float64[np.ndarray, "session _"]

# With fewer sessions, the usual value can't be estimated.
FEWEST_SESSIONS = 6
# Scans with at least this share of the usual number of frames agree as well as others.
_LONG = 0.6
_NORMAL = 1.4826


def unpacked_profiles(texts: Mapping[str, str]) -> tuple[list[str], _Rows]:
    """Return the numbers of all texts of the most frequent length, one row each."""
    counts = Counter(len(text) for text in texts.values() if text)
    length = max(counts, key=counts.__getitem__, default=0)
    keys = [key for key, text in texts.items() if text and len(text) == length]
    rows = [unpacked_profile(texts[key]) for key in keys]
    return keys, np.stack(rows) if rows else np.zeros((0, 0))


def connectivity(
    halves: Mapping[str, tuple[str, str]],
) -> tuple[list[str], tuple[_Rows, _Rows]]:
    """Return the connectivity of both halves, each row scaled to norm 1."""
    keys, first = unpacked_profiles({key: pair[0] for key, pair in halves.items()})
    _, second = unpacked_profiles({key: halves[key][1] for key in keys})
    return keys, (scaled(first), scaled(second))


def agreement_with_others(
    keys: Sequence[str], halves: tuple[_Rows, _Rows]
) -> dict[str, tuple[float, float, float]]:
    """Return the correlation of each session, and of its halves, with the others' median."""
    if len(keys) < FEWEST_SESSIONS:
        return {}
    both_halves = scaled(halves[0] + halves[1])
    others = scaled(_median_of_others(both_halves))
    columns = [np.sum(part * others, axis=1).tolist() for part in (both_halves, *halves)]
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def agreement_with_own(
    keys: Sequence[str],
    halves: tuple[_Rows, _Rows],
    frames: Int64[np.ndarray, " session"],
    subjects: Mapping[str, str],
) -> dict[str, tuple[float, float]]:
    """Return the correlation of each session with others of its subject, and the usual one.

    The value is the median over those others. Much shorter scans, which agree with none, are left
    out.
    """
    both_halves = scaled(halves[0] + halves[1])
    places: dict[str, list[int]] = {}
    long = np.flatnonzero(frames >= _LONG * np.median(frames)).tolist() if keys else []
    for place in long:
        places.setdefault(subjects[keys[place]], []).append(place)
    agreement: dict[str, float] = {}
    for own in places.values():
        if len(own) > 1:
            among = both_halves[own] @ both_halves[own].T
            others = among[~np.eye(len(own), dtype=bool)].reshape(len(own), -1)
            medians = np.median(others, axis=1).tolist()
            agreement |= {keys[place]: value for place, value in zip(own, medians, strict=True)}
    if len(agreement) < FEWEST_SESSIONS:
        return {}
    usual = float(np.median(list(agreement.values())))
    return {key: (value, usual) for key, value in agreement.items()}


def shifts(
    autocorrelation: Float64[np.ndarray, "session region"],
) -> Float64[np.ndarray, "session region"]:
    """Return the Fisher z of autocorrelations minus the usual value of each region."""
    usual = fisher(np.median(autocorrelation, axis=0))
    shifted: Float64[np.ndarray, "session region"] = fisher(autocorrelation) - usual
    return shifted


def scaled(rows: _Rows) -> _Rows:
    """Return the rows scaled to norm 1; rows of zeros stay unchanged."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1.0)


def fisher(correlations: Float64[np.ndarray, "*any"]) -> Float64[np.ndarray, "*any"]:
    """Return the Fisher z of correlations, which are limited to 0.99."""
    z: Float64[np.ndarray, "*any"] = np.arctanh(np.clip(correlations, -0.99, 0.99))
    return z


def _median_of_others(rows: _Rows) -> _Rows:
    """Return, for each row, the median of all other rows."""
    order = np.sort(rows, axis=0)
    rank = np.argsort(np.argsort(rows, axis=0, kind="stable"), axis=0, kind="stable")
    columns = np.arange(rows.shape[1])
    # The sorted value at a position after removing a row: the same one, or the one after it.
    middle = [place + (rank <= place) for place in ((len(rows) - 2) // 2, (len(rows) - 1) // 2)]
    medians: _Rows = (order[middle[0], columns] + order[middle[1], columns]) / 2
    return medians


def distances(
    values: Float64[np.ndarray, "*any"], least: float | Float64[np.ndarray, "*any"]
) -> Float64[np.ndarray, "*any"]:
    """Return distances from the median in robust deviations, with `least` as their minimum."""
    distance = values - np.median(values)
    deviation = np.maximum(_NORMAL * np.median(np.abs(distance)), least)
    robust: Float64[np.ndarray, "*any"] = np.divide(
        distance, deviation, out=np.zeros_like(distance), where=deviation > 0
    )
    return robust
