"""Cohorts with two groups of subjects: similar within each group, dissimilar between the two."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from attnconn_core.timeseries.profile import Profile
from attnconn_core.timeseries.profiles import (
    connectivity,
    fisher,
    scaled,
    shifts,
    unpacked_profiles,
)

__all__ = ["TwoGroups", "two_groups"]

Measure = Literal["connectivity", "autocorrelation", "shared", "frames"]

_Values = Float64[np.ndarray, " subject"]
_Some = Float64[np.ndarray, " _"]
_Group = Bool[np.ndarray, " subject"]
_Alike = Float64[np.ndarray, "subject subject"]

# Smaller cohorts fall into two groups by chance. A group has at least two subjects and at least
# this share of them; rarer kinds are reported per session by `unlike`.
_FEWEST_SUBJECTS, _FEWEST, _LEAST_SHARE = 5, 2, 0.05
# Largest number of clusters to cut the tree of subjects into, and the share of all subjects (at
# least five) that two of them must hold; the others belong to neither.
_MOST_CLUSTERS, _MOST_OF_ALL = 12, 0.8
# Least correlation of subjects within each group; largest share of it (Fisher z) between the two;
# and how much more nearly every subject must correlate with its own group.
_WITHIN, _BETWEEN, _CLEARLY = 0.3, 0.25, 0.2
_WITHIN_TIMES = 3.0  # times the chance level of correlations of so many edges
_NEARLY_ALL = 0.9
# The gap between two groups of values, and its ratio to the deviations within the groups.
_TIMES = 6.0
_AUTOCORRELATION = 0.25  # Fisher z
_SHARED = float(np.log(2.5))
# Least spread of the variance of the mean of all regions, in logarithms.
_LEAST_SHARED = 0.05
# Frames are fewer if they are at most this share of the usual number; the groups are then known,
# and a smaller gap in autocorrelation is enough.
_SHORT, _SHORT_APART, _SHORT_TIMES = 0.6, 0.1, 3.0


@dataclass(frozen=True)
class TwoGroups:
    """Two groups of sessions, and the measure by which they differ.

    Attributes
    ----------
    measure
        ``"connectivity"``: correlation of sessions of different subjects; ``"autocorrelation"`` in
        the median region; ``"shared"``: variance of the mean of all standardised regions, times
        their number; ``"frames"``: one group has fewer frames, and less autocorrelation.
    keys
        Sessions of the smaller group; if both are equally large, the one without the first
        session.
    others
        Sessions of the other group.
    value, usual
        Measure in the smaller group, and in the other: medians over sessions. For connectivity,
        the mean correlation within each group.
    between
        Mean correlation of sessions of the two groups, for connectivity.
    """

    measure: Measure
    keys: tuple[str, ...]
    others: tuple[str, ...]
    value: float
    usual: float
    between: float = 0.0


@dataclass(frozen=True)
class _Subjects:
    """The subjects, and which rows of a table of sessions belong to each."""

    keys: list[str]
    rows: Bool[np.ndarray, "subject session"]

    def __len__(self) -> int:
        return len(self.rows)

    def means(self, values: Float64[np.ndarray, " session"]) -> _Values:
        by_subject: _Values = (self.rows @ values) / self.rows.sum(axis=1)
        return by_subject

    def sessions(self, group: _Group) -> tuple[str, ...]:
        return tuple(self.keys[place] for place in np.flatnonzero(self.rows[group].any(axis=0)))


def two_groups(
    profiles: Mapping[str, Profile], subjects: Mapping[str, str] | None = None
) -> tuple[TwoGroups, ...]:
    """Return the measures by which a cohort falls into two groups of subjects.

    All sessions of a subject are in one group. Cohorts of fewer than five subjects aren't
    compared, and a group has more than one subject: `unlike` reports single ones.

    Parameters
    ----------
    profiles
        Session key → its profile. Only those with the most frequent number of regions are
        compared.
    subjects
        Session key → its subject; a session that isn't listed counts as a subject.
    """
    subjects = subjects or {}
    keys, held = unpacked_profiles(
        {key: profile.autocorrelation for key, profile in profiles.items()}
    )
    held = held[:, np.isfinite(held).all(axis=0)]
    divisions = [_by_connectivity(profiles, subjects)]
    if held.size:
        whose = _whose(keys, subjects)
        medians = np.median(held, axis=1)
        moved = whose.means(np.median(shifts(held), axis=1))
        frames = np.array([profiles[key].frames for key in keys])
        divisions.append(_of_values("frames", whose, _shorter(whose, moved, frames), medians))
        if not divisions[-1]:
            gap = _split(moved, _AUTOCORRELATION)
            divisions.append(_of_values("autocorrelation", whose, gap, medians))
        divisions.append(_by_shared(profiles, subjects))
    return tuple(division for division in divisions if division)


def _whose(keys: list[str], subjects: Mapping[str, str]) -> _Subjects:
    names = np.array([subjects.get(key, key) for key in keys])
    return _Subjects(keys, np.unique(names)[:, None] == names)


def _by_shared(profiles: Mapping[str, Profile], subjects: Mapping[str, str]) -> TwoGroups | None:
    shared = {
        key: profile.shared for key, profile in profiles.items() if profile.shared is not None
    }
    whose = _whose(list(shared), subjects)
    values = np.array(list(shared.values()))
    gap = _split(whose.means(np.log(np.maximum(values, _LEAST_SHARED))), _SHARED)
    return _of_values("shared", whose, gap, values)


def _split(values: _Values, least: float) -> _Group | None:
    """Return the split at a gap that is large absolutely and relative to both parts' spread."""
    order = np.argsort(values)
    sizes, number = values[order], len(values)
    if number < _FEWEST_SUBJECTS:
        return None
    fewest = max(_FEWEST, int(np.ceil(_LEAST_SHARE * number)))
    best, ratio = None, _TIMES
    for count in np.flatnonzero(np.diff(sizes) > least) + 1:
        if fewest <= count <= number - fewest:
            within = _deviation(sizes[:count], sizes[count:])
            gap = sizes[count] - sizes[count - 1]
            if gap > ratio * within:
                best, ratio = count, gap / max(within, 1e-9)
    return None if best is None else np.isin(np.arange(number), order[:best])


def _shorter(whose: _Subjects, moved: _Values, frames: np.ndarray) -> _Group | None:
    """Return the subjects with fewer frames, if their autocorrelation is below all others'."""
    numbers = whose.means(frames.astype(float))
    usual = np.median(frames)
    fewer: _Group
    for fewer in (numbers <= _SHORT * usual, numbers < usual / _SHORT):
        if min(fewer.sum(), (~fewer).sum()) < _FEWEST or len(fewer) < _FEWEST_SUBJECTS:
            continue
        apart = moved[~fewer].mean() - moved[fewer].mean()
        within = _deviation(moved[fewer], moved[~fewer])
        overlap = moved[fewer].max() > moved[~fewer].min()
        if not overlap and apart > max(_SHORT_APART, _SHORT_TIMES * within):
            return fewer
    return None


def _deviation(one: _Some, other: _Some) -> float:
    squares = one.var() * len(one) + other.var() * len(other)
    return float(np.sqrt(squares / (len(one) + len(other) - 2)))


def _of_values(
    measure: Measure,
    whose: _Subjects,
    group: _Group | None,
    values: Float64[np.ndarray, " session"],
) -> TwoGroups | None:
    if group is None:
        return None
    sides = _smaller_first(whose, group, ~group)
    own = dict(zip(whose.keys, values.tolist(), strict=True))
    value, usual = (float(np.median([own[key] for key in side])) for side in sides)
    return TwoGroups(measure, *sides, value, usual)


def _smaller_first(
    whose: _Subjects, one: _Group, other: _Group
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first, second = whose.sessions(one), whose.sessions(other)
    swap = len(second) < len(first) or (len(second) == len(first) and whose.keys[0] in first)
    return (second, first) if swap else (first, second)


def _by_connectivity(
    profiles: Mapping[str, Profile], subjects: Mapping[str, str]
) -> TwoGroups | None:
    keys, (first, second) = connectivity({key: profile.halves for key, profile in profiles.items()})
    whose = _whose(keys, subjects)
    if len(whose) < _FEWEST_SUBJECTS:
        return None
    share = whose.rows / whose.rows.sum(axis=1, keepdims=True)
    means = share @ scaled(first + second)
    alike = means @ means.T
    tree = linkage(squareform(np.maximum(1 - alike, 0), checks=False), "average")
    fewest = max(_FEWEST, _LEAST_SHARE * len(whose))
    least = max(_WITHIN, _WITHIN_TIMES * first.shape[1] ** -0.5)
    for count in range(2, min(_MOST_CLUSTERS, len(whose)) + 1):
        labels = fcluster(tree, count, "maxclust")
        groups = [_without_strangers(alike, labels == label) for label in np.unique(labels)]
        large = [group for group in groups if group.sum() >= fewest]
        most = sum(int(group.sum()) for group in large)
        if len(large) == 2 and most >= max(_FEWEST_SUBJECTS, _MOST_OF_ALL * len(whose)):
            one, other = large
            if _are_apart(alike, one, other, least):
                return _in_numbers(alike, whose, one, other)
    return None


def _without_strangers(alike: _Alike, group: _Group) -> _Group:
    """Return a group without subjects that correlate with it less than half as much as usual."""
    if group.sum() <= _FEWEST:
        return group
    within = _within(alike, group)
    kept = group.copy()
    kept[group] = within >= np.median(within) / 2
    return kept


def _are_apart(alike: _Alike, one: _Group, other: _Group, least: float) -> bool:
    within = min(_within(alike, group).mean() for group in (one, other))
    between = alike[np.ix_(one, other)]
    z = fisher(np.array([within, between.mean()]))
    if within < least or z[1] > _BETWEEN * z[0]:
        return False
    own = np.concatenate([_within(alike, group) for group in (one, other)])
    across = np.concatenate([between.mean(axis=1), between.mean(axis=0)])
    clearly = np.quantile(own, 1 - _NEARLY_ALL) - np.quantile(across, _NEARLY_ALL)
    return bool(clearly > _CLEARLY)


def _within(alike: _Alike, group: _Group) -> _Some:
    """Return the mean correlation of each subject with the others of its group."""
    among = alike[np.ix_(group, group)]
    means: _Some = (among.sum(axis=1) - np.diag(among)) / (len(among) - 1)
    return means


def _in_numbers(alike: _Alike, whose: _Subjects, one: _Group, other: _Group) -> TwoGroups:
    sides = _smaller_first(whose, one, other)
    if sides[0] != whose.sessions(one):
        one, other = other, one
    value, usual = (float(_within(alike, group).mean()) for group in (one, other))
    between = float(alike[np.ix_(one, other)].mean())
    return TwoGroups("connectivity", *sides, value, usual, between)
