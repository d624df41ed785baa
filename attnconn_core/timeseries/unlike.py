"""Sessions whose connectivity or autocorrelation is unlike that of the others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.profile import Profile, unpacked_profile

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
]

# Of fewer sessions it can't be known what is usual.
_FEWEST = 6
_NORMAL = 1.4826
# A session is far that lies so many robust deviations from the median, and whose value
# differs by a size of its own. A deviation counts as the least at least.
# Fisher z of the autocorrelation in the median region, less what is usual of each.
_AUTOCORRELATION, _AUTOCORRELATION_TIMES = 0.25, 5.0
# Autocorrelation of one region, less what is usual of it, among those of all regions; white
# noise has none. Where as many others lie above, the regions are in another order.
_REGION, _REGION_TIMES, _WHITE, _ABOVE = 0.5, 5.0, 0.2, 0.35
_REGION_LEAST = 0.02
_SOME = 0.75  # of the regions that could be told so; more are the scan
# Logarithm of the strength between sides.
_SIDES_TIMES, _SIDES_LEAST = 5.0, 0.1
# Correlation of halves with the regions of one moved, less that without; Fisher z.
_GAIN, _GAIN_TIMES, _GAIN_LEAST = 0.1, 5.0, 0.1
# Fisher z of the correlation with the median of others; of halves, less that of the other half.
_CONNECTIVITY_TIMES, _HALF_TIMES = 4.0, 4.0
# Values are low that are less than so much of the usual one.
_SHARE = 0.5
# Sessions that correlate by less with the others have nothing in common that one could lack.
_COMMON = 0.3


@dataclass(frozen=True)
class Unlike:
    """A session, and the measure by which it is unlike the others.

    Attributes
    ----------
    key
        The session.
    measure
        ``"autocorrelation"`` in the median region; ``"regions"``: that of some, which is near 0;
        ``"sides"`` and ``"every other"``: how strong connections are between the first and the
        last regions, or between every other one and the rest; ``"moved"``: the halves of the scan
        agree better once the regions of one are moved by one; ``"connectivity"``: how it
        correlates with the median of other sessions; ``"first half"``, ``"second half"``: the
        same of half of the scan.
    value, usual
        Of this session, and the median over sessions; correlations, but for the strengths.
    numbers
        The regions that are meant, from 0.
    connectivity
        How its connectivity correlates with the median of the other sessions, and what is usual.
        None where profiles hold no connectivity.
    moved
        How its halves correlate once the regions of one are moved by one.
    """

    key: str
    measure: Measure
    value: float
    usual: float
    numbers: tuple[int, ...] = ()
    connectivity: tuple[float, float] | None = None
    moved: float = 0.0


def unlike(profiles: Mapping[str, Profile]) -> tuple[Unlike, ...]:
    """Find the sessions that are far from what is usual in a cohort, each by one measure.

    Distances are counted in robust deviations over sessions, so that none is found where sessions
    differ much; and each has a least size, so that none is found where they hardly differ.
    Fewer than six sessions are not compared.

    Parameters
    ----------
    profiles
        Session key → its profile. Only those with as many regions as most are compared.
    """
    agreement = _agreement({key: each.halves for key, each in profiles.items()})
    found: dict[str, Unlike] = {}
    for each in (
        *_by_moving({key: profiles[key].shifted for key in agreement}),
        *_by_autocorrelation(profiles),
        *_by_sides({key: profiles[key].sides for key in agreement}),
        *_by_connectivity(agreement, {key: profiles[key] for key in agreement}),
    ):
        found.setdefault(each.key, each)
    usual = _median([whole for whole, *_ in agreement.values()])
    return tuple(
        replace(
            found[key],
            connectivity=(agreement[key][0], usual) if key in agreement else None,
            moved=profiles[key].shifted[1],
        )
        for key in profiles
        if key in found
    )


def _by_autocorrelation(profiles: Mapping[str, Profile]) -> list[Unlike]:
    keys, held = _unpacked({key: each.autocorrelation for key, each in profiles.items()})
    held = held[:, np.isfinite(held).all(axis=0)]
    if len(keys) < _FEWEST or not held.size:
        return []
    usual = np.median(held, axis=0)
    below = held - usual
    noise = (
        (below < -_REGION) & (held < _WHITE) & (_distances(below, _REGION_LEAST) < -_REGION_TIMES)
    )
    noise &= ((below > _ABOVE).sum(axis=1) < noise.sum(axis=1) / 2)[:, None]
    # What noise in some regions leaves of the others is judged without it.
    noise &= (noise.sum(axis=1) <= _SOME * (usual > _REGION).sum())[:, None]
    apart = _fisher(held) - _fisher(usual)
    apart = np.ma.median(np.ma.masked_array(apart, noise), axis=1).filled(0.0)
    by_chance = np.array([profiles[key].frames ** -0.5 for key in keys])
    far = np.abs(_distances(apart, by_chance)) > _AUTOCORRELATION_TIMES
    medians = np.median(held, axis=1)
    found = [
        Unlike(keys[i], "autocorrelation", float(medians[i]), _median(medians))
        for i in np.flatnonzero(far & (np.abs(apart) > _AUTOCORRELATION))
    ]
    for i in np.flatnonzero(noise.any(axis=1)):
        (numbers,) = np.nonzero(noise[i])
        value, others = _median(held[i, numbers]), _median(usual[numbers])
        found.append(Unlike(keys[i], "regions", value, others, tuple(numbers.tolist())))
    return found


def _by_sides(sides: Mapping[str, tuple[float, float]]) -> list[Unlike]:
    if not sides:
        return []
    held = np.array(list(sides.values()))
    usual = np.median(held, axis=0)
    logs = np.log(np.maximum(held, 0.01))
    far = [_distances(each, _SIDES_LEAST) < -_SIDES_TIMES for each in logs.T]
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
    gain = _fisher(held[:, 1]) - _fisher(held[:, 0])
    found = (held[:, 1] - held[:, 0] > _GAIN) & (_distances(gain, _GAIN_LEAST) > _GAIN_TIMES)
    keys, usual = list(shifted), _median(held[:, 0])
    return [Unlike(keys[i], "moved", float(held[i, 0]), usual) for i in np.flatnonzero(found)]


def _by_connectivity(
    agreement: Mapping[str, tuple[float, float, float]], profiles: Mapping[str, Profile]
) -> list[Unlike]:
    held = np.array(list(agreement.values())).reshape(-1, 3)
    if not len(held) or np.median(held[:, 0]) < _COMMON:
        return []
    by_chance = len(unpacked_profile(next(iter(profiles.values())).halves[0])) ** -0.5
    between = _fisher(np.array([each.shifted[0] for each in profiles.values()]))
    apart = between < _SHARE * np.median(between)
    fisher = _fisher(held)
    # The halves of one session differ less than sessions do.
    later = _distances(fisher[:, 2] - fisher[:, 1], by_chance)
    far = [
        _distances(fisher[:, 0], by_chance) < -_CONNECTIVITY_TIMES,
        apart & (later > _HALF_TIMES),
        apart & (later < -_HALF_TIMES),
    ]
    lacking = (fisher < _SHARE * np.median(fisher, axis=0)) & np.column_stack(far)
    usual = np.median(held, axis=0)
    measures: tuple[Measure, ...] = ("connectivity", "first half", "second half")
    return [
        Unlike(key, measures[which], float(held[i, which]), float(usual[which]))
        for i, key in enumerate(agreement)
        for which in np.flatnonzero(lacking[i])
    ]


def _agreement(halves: Mapping[str, tuple[str, str]]) -> dict[str, tuple[float, float, float]]:
    """Return how a session, and each half of it, correlate with the median of the others."""
    keys, first = _unpacked({key: each[0] for key, each in halves.items()})
    if len(keys) < _FEWEST:
        return {}
    _, second = _unpacked({key: halves[key][1] for key in keys})
    parts = _scaled(first), _scaled(second)
    whole = _scaled(parts[0] + parts[1])
    others = _scaled(_median_of_others(whole))
    columns = [np.sum(part * others, axis=1).tolist() for part in (whole, *parts)]
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def _unpacked(texts: Mapping[str, str]) -> tuple[list[str], Float64[np.ndarray, "session _"]]:
    """Unpack the texts that are as long as most, a row each."""
    counts = Counter(len(text) for text in texts.values() if text)
    length = max(counts, key=counts.__getitem__, default=0)
    keys = [key for key, text in texts.items() if text and len(text) == length]
    rows = [unpacked_profile(texts[key]) for key in keys]
    return keys, np.stack(rows) if rows else np.zeros((0, 0))


def _scaled(rows: Float64[np.ndarray, "session _"]) -> Float64[np.ndarray, "session _"]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1.0)


def _median_of_others(rows: Float64[np.ndarray, "session _"]) -> Float64[np.ndarray, "session _"]:
    """Return for each row the median of all others."""
    order = np.sort(rows, axis=0)
    rank = np.argsort(np.argsort(rows, axis=0, kind="stable"), axis=0, kind="stable")
    columns = np.arange(rows.shape[1])
    # What stands at a place once a row is taken out: what stood there, or what followed it.
    middle = [place + (rank <= place) for place in ((len(rows) - 2) // 2, (len(rows) - 1) // 2)]
    return (order[middle[0], columns] + order[middle[1], columns]) / 2


def _distances(
    values: Float64[np.ndarray, "*any"], least: float | Float64[np.ndarray, "*any"]
) -> Float64[np.ndarray, "*any"]:
    """Return distances from the median in robust deviations, which are `least` or more."""
    distance = values - np.median(values)
    deviation = np.maximum(_NORMAL * np.median(np.abs(distance)), least)
    return np.divide(distance, deviation, out=np.zeros_like(distance), where=deviation > 0)


def _fisher(correlations: Float64[np.ndarray, "*any"]) -> Float64[np.ndarray, "*any"]:
    return np.arctanh(np.clip(correlations, -0.99, 0.99))


def _median(values: Sequence[float] | Float64[np.ndarray, " _"]) -> float:
    return float(np.median(values)) if len(values) else 0.0
