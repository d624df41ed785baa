"""Sessions whose connectivity or autocorrelation differs from that of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.profile import Profile, unpacked_profile
from attnconn_core.timeseries.profiles import (
    FEWEST_SESSIONS,
    agreement_with_others,
    agreement_with_own,
    connectivity,
    distances,
    fisher,
    shifts,
    unpacked_profiles,
)

__all__ = ["Unlike", "unlike"]

Measure = Literal[
    "autocorrelation",
    "regions",
    "sides",
    "every other",
    "moved",
    "connectivity",
    "first half",
    "second half",
    "own sessions",
]

_Rows = Float64[np.ndarray, "session _"]

# A session is far if it lies this many robust deviations from the median and differs by a least
# size, given below per measure. Deviations have a lower limit.
# Fisher z of the autocorrelation in the median region, minus each region's usual value.
_AUTOCORRELATION, _AUTOCORRELATION_TIMES = 0.25, 5.0
# Autocorrelation of one region, minus its usual value, relative to all regions'; that of white
# noise is 0. If equally many other regions lie above, the regions are in another order.
_REGION, _REGION_TIMES, _WHITE, _ABOVE = 0.5, 5.0, 0.2, 0.35
_REGION_LEAST = 0.02
_SOME = 0.75  # of the regions that can be judged; if more, the whole scan differs
# Logarithm of the strength between sides.
_SIDES_TIMES, _SIDES_LEAST = 5.0, 0.1
# Correlation of halves with the regions of one moved, minus that without; Fisher z.
_GAIN, _GAIN_TIMES, _GAIN_LEAST = 0.1, 5.0, 0.1
# Fisher z of the correlation with the others' median; for halves, minus that of the other half.
_CONNECTIVITY_TIMES, _HALF_TIMES = 4.0, 4.0
# Limit for a session that has nothing in common with others, if they have much in common.
_NOTHING, _NOTHING_TIMES, _MUCH = 0.15, 3.0, 0.45
# Fisher z of the correlation with the subject's other sessions.
_OWN_SHARE, _OWN_TIMES, _OWN_LEAST, _OWN_COMMON = 0.25, 4.0, 0.1, 0.6
# Values are low if they are below this share of the usual one.
_SHARE = 0.5
# Below this correlation, sessions have nothing in common that one of them could lack.
_COMMON = 0.3


@dataclass(frozen=True)
class Unlike:
    """A session, and the measure by which it differs from the others.

    Attributes
    ----------
    key
        Session key.
    measure
        ``"autocorrelation"``: in the median region; ``"regions"``: in some regions, where it is
        near 0; ``"sides"`` and ``"every other"``: strength of connections between the first and
        the last regions, or between every other one and the rest; ``"moved"``: the halves of the
        scan agree better if the regions of one are moved by one position; ``"connectivity"``:
        correlation with the median of the other sessions; ``"first half"``, ``"second half"``: the
        same for half of the scan; ``"own sessions"``: correlation with the other sessions of its
        subject, any of which may be the wrong one.
    value, usual
        Measure of this session, and its median over sessions: correlations, or strengths.
    numbers
        Regions concerned, numbered from 0.
    connectivity
        Correlation of its connectivity with the median of the other sessions, and the usual
        value. None if profiles hold no connectivity.
    moved
        Correlation of its halves if the regions of one are moved by one position.
    own
        Median correlation of its connectivity with that of the subject's other sessions, and the
        usual value. None if there is no other, or fewer than six sessions have one.
    """

    key: str
    measure: Measure
    value: float
    usual: float
    numbers: tuple[int, ...] = ()
    connectivity: tuple[float, float] | None = None
    moved: float = 0.0
    own: tuple[float, float] | None = None

    @property
    def agrees_with_own(self) -> bool:
        """Whether it agrees with the subject's other sessions as in most subjects."""
        if self.own is None:
            return False
        value, usual = fisher(np.array(self.own))
        return bool(value > _SHARE * usual)


def unlike(
    profiles: Mapping[str, Profile], subjects: Mapping[str, str] | None = None
) -> tuple[Unlike, ...]:
    """Return the sessions that are far from the usual in a cohort, one measure for each.

    Distances are in robust deviations over sessions, so none is reported if sessions differ
    much; each measure also has a least size, so none is reported if they hardly differ.
    Fewer than six sessions are not compared.

    Parameters
    ----------
    profiles
        Session key → its profile. Only those with the most frequent number of regions are
        compared.
    subjects
        Session key → its subject; a session that isn't listed counts as a subject.
    """
    subjects = {key: (subjects or {}).get(key, key) for key in profiles}
    keys, halves = connectivity({key: profile.halves for key, profile in profiles.items()})
    agreement = agreement_with_others(keys, halves)
    frames = np.array([profiles[key].frames for key in keys], dtype=np.int64)
    own = agreement_with_own(keys, halves, frames, subjects)
    reports: dict[str, Unlike] = {}
    for report in (
        *_by_moving({key: profiles[key].shifted for key in agreement}),
        *_by_autocorrelation(profiles),
        *_by_sides({key: profiles[key].sides for key in agreement}),
        *_by_connectivity(agreement, {key: profiles[key] for key in agreement}),
    ):
        reports.setdefault(report.key, report)
    # If two sessions disagree with each other, one report explains both.
    explained = {subjects[key] for key in reports}
    reports |= {
        report.key: report for report in _by_own(own) if subjects[report.key] not in explained
    }
    usual = _median([overall for overall, *_ in agreement.values()])
    return tuple(
        replace(
            reports[key],
            connectivity=(agreement[key][0], usual) if key in agreement else None,
            moved=profiles[key].shifted[1],
            own=own.get(key),
        )
        for key in profiles
        if key in reports
    )


def _by_autocorrelation(profiles: Mapping[str, Profile]) -> list[Unlike]:
    keys, held = unpacked_profiles(
        {key: profile.autocorrelation for key, profile in profiles.items()}
    )
    held = held[:, np.isfinite(held).all(axis=0)]
    if len(keys) < FEWEST_SESSIONS or not held.size:
        return []
    usual = np.median(held, axis=0)
    below = held - usual
    noise = (
        (below < -_REGION) & (held < _WHITE) & (distances(below, _REGION_LEAST) < -_REGION_TIMES)
    )
    noise &= ((below > _ABOVE).sum(axis=1) < noise.sum(axis=1) / 2)[:, None]
    # The effect of noise in some regions on the others is judged without these regions.
    noise &= (noise.sum(axis=1) <= _SOME * (usual > _REGION).sum())[:, None]
    apart = np.ma.median(np.ma.masked_array(shifts(held), noise), axis=1).filled(0.0)
    by_chance = np.array([profiles[key].frames ** -0.5 for key in keys])
    far = np.abs(distances(apart, by_chance)) > _AUTOCORRELATION_TIMES
    medians = np.median(held, axis=1)
    reports = [
        Unlike(keys[i], "autocorrelation", float(medians[i]), _median(medians))
        for i in np.flatnonzero(far & (np.abs(apart) > _AUTOCORRELATION))
    ]
    for i in np.flatnonzero(noise.any(axis=1)):
        (numbers,) = np.nonzero(noise[i])
        value, others = _median(held[i, numbers]), _median(usual[numbers])
        reports.append(Unlike(keys[i], "regions", value, others, tuple(numbers.tolist())))
    return reports


def _by_sides(sides: Mapping[str, tuple[float, float]]) -> list[Unlike]:
    if not sides:
        return []
    held = np.array(list(sides.values()))
    usual = np.median(held, axis=0)
    logs = np.log(np.maximum(held, 0.01))
    far = [distances(column, _SIDES_LEAST) < -_SIDES_TIMES for column in logs.T]
    lacking = (held < _SHARE * usual) & np.column_stack(far)
    measures: tuple[Measure, Measure] = ("sides", "every other")
    return [
        Unlike(key, measures[which], float(held[i, which]), float(usual[which]))
        for i, key in enumerate(sides)
        for which in np.flatnonzero(lacking[i])
    ]


def _by_moving(shifted: Mapping[str, tuple[float, float]]) -> list[Unlike]:
    if not shifted:
        return []
    held = np.array(list(shifted.values()))
    gain = fisher(held[:, 1]) - fisher(held[:, 0])
    moved = (held[:, 1] - held[:, 0] > _GAIN) & (distances(gain, _GAIN_LEAST) > _GAIN_TIMES)
    keys, usual = list(shifted), _median(held[:, 0])
    return [Unlike(keys[i], "moved", float(held[i, 0]), usual) for i in np.flatnonzero(moved)]


def _by_connectivity(
    agreement: Mapping[str, tuple[float, float, float]], profiles: Mapping[str, Profile]
) -> list[Unlike]:
    held = np.array(list(agreement.values())).reshape(-1, 3)
    if not len(held) or np.median(held[:, 0]) < _COMMON:
        return []
    by_chance = len(unpacked_profile(next(iter(profiles.values())).halves[0])) ** -0.5
    between = fisher(np.array([profile.shifted[0] for profile in profiles.values()]))
    apart = between < _SHARE * np.median(between)
    z = fisher(held)
    # The halves of one session differ less than sessions do.
    later = distances(z[:, 2] - z[:, 1], by_chance)
    far = [
        distances(z[:, 0], by_chance) < -_CONNECTIVITY_TIMES,
        apart & (later > _HALF_TIMES),
        apart & (later < -_HALF_TIMES),
    ]
    lacking = (z < _SHARE * np.median(z, axis=0)) & np.column_stack(far)
    if np.median(held[:, 0]) > _MUCH:
        nothing = z[:, 0] < _NOTHING * np.median(z[:, 0])
        lacking[:, 0] |= nothing & (distances(z[:, 0], by_chance) < -_NOTHING_TIMES)
    usual = np.median(held, axis=0)
    measures: tuple[Measure, ...] = ("connectivity", "first half", "second half")
    return [
        Unlike(key, measures[which], float(held[i, which]), float(usual[which]))
        for i, key in enumerate(agreement)
        for which in np.flatnonzero(lacking[i])
    ]


def _by_own(own: Mapping[str, tuple[float, float]]) -> list[Unlike]:
    held = np.array(list(own.values())).reshape(-1, 2)
    if not len(held) or held[0, 1] < _OWN_COMMON:
        return []
    z, usual = fisher(held.T)
    far = (z < _OWN_SHARE * usual) & (distances(z, _OWN_LEAST) < -_OWN_TIMES)
    keys = list(own)
    return [Unlike(keys[i], "own sessions", *own[keys[i]]) for i in np.flatnonzero(far)]


def _median(values: Sequence[float] | Float64[np.ndarray, " _"]) -> float:
    return float(np.median(values)) if len(values) else 0.0
