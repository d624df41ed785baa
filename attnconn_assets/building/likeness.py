"""Rules between sessions: no recording twice, and one repetition time."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TypeVar

from attnconn_assets.building.copies import (
    copies_in_words,
    near_copies_in_words,
    resemblances_in_words,
    shared_parts_in_words,
)
from attnconn_assets.building.recorded import Facts
from attnconn_assets.building.unlike_others import unlike_in_words
from attnconn_core.repetition_time import ROUNDING, repetition_time_problem

__all__ = [
    "REGIONS",
    "SAME_REGIONS",
    "far_shorter",
    "of_another_time",
    "of_other_regions",
    "suspicious_beside_others",
    "unlike_most",
    "unlike_others",
]

#: Fact of `time_series`: the number of regions, and a hash of their names in order.
REGIONS = "regions"

#: What to do about a session that has other regions than most.
SAME_REGIONS = (
    "; all sessions must have the same: parcellate it like the others, or name it under "
    "exclude.sessions"
)

_Held = TypeVar("_Held", bound=Hashable)

# Share of the usual number of frames; twice the repetition time gives half the frames.
_SHORT = 0.6


def unlike_others(facts: Facts) -> Mapping[str, str]:
    """Return the sessions that can't be in the cohort because of the others → why.

    All exact and near copies of a recording are left out, because which one has the right name
    is unknown. Sessions with another repetition time than most are left out too, as their lags
    and spectra aren't comparable, and so are those with other regions; if two are equally
    frequent, that of the first session counts.

    Parameters
    ----------
    facts
        What `time_series` recorded of each session.
    """
    times = {
        key: float(str(recorded["repetition time"]))
        for key, recorded in facts.items()
        if "repetition time" in recorded
    }
    return {
        **of_other_regions(facts),
        **of_another_time(times),
        **near_copies_in_words(facts),
        **copies_in_words(facts),
    }


def of_other_regions(facts: Facts) -> dict[str, str]:
    """Return why a session is left out, for each whose regions differ from those of most.

    Parameters
    ----------
    facts
        What `time_series` recorded of each session. Sessions stored by early versions, which
        recorded no regions, aren't compared.
    """
    regions = {key: str(own[REGIONS]) for key, own in facts.items() if REGIONS in own}
    odd = {}
    for key, (usual, have, tied) in unlike_most(regions).items():
        own, other = (said.partition(" ")[0] for said in (regions[key], usual))
        differs = f"it has {own} regions, and {have} {other}"
        if own == other:
            differs = f"its {own} regions have other names, or another order, than {have}"
        odd[key] = f"{differs}{tied}{SAME_REGIONS}"
    return odd


def unlike_most(held: Mapping[str, _Held]) -> dict[str, tuple[_Held, str, str]]:
    """Find sessions whose value differs from the usual one, the most frequent.

    If two values are equally frequent, that of the first session counts as usual.

    Returns
    -------
    odd
        Session → the usual value; how many sessions have it, in words; and a remark if as many
        have the session's own value, otherwise an empty text.
    """
    counts = Counter(held.values())
    odd = {}
    for key, own in held.items():
        usual, count = counts.most_common(1)[0]
        if own != usual:
            have = f"{count} of {len(held)} sessions have"
            tied = " (and equally many agree with it, so either may be right)"
            odd[key] = (usual, have, tied if counts[own] == count else "")
    return odd


def suspicious_beside_others(facts: Facts) -> Mapping[str, str]:
    """Return what is suspicious about sessions in comparison with the others.

    That is: frames or region columns shared with another session; a slow signal that matches
    another's, as if one recording was cleaned in two ways; far fewer frames than most; unusual
    connectivity or autocorrelation.

    Parameters
    ----------
    facts
        What `time_series` recorded of each session, without sessions that are left out.
    """
    suspicions = [
        shared_parts_in_words(facts),
        resemblances_in_words(facts),
        far_shorter(
            {
                k: int(str(recorded["frames"]))
                for k, recorded in facts.items()
                if "frames" in recorded
            }
        ),
        unlike_in_words(facts),
    ]
    return {
        key: "; ".join(messages[key] for messages in suspicions if key in messages)
        for key in facts
        if any(key in messages for messages in suspicions)
    }


def far_shorter(frames: Mapping[str, int]) -> dict[str, str]:
    """Return the sessions with far fewer frames than most → a message with possible causes.

    Parameters
    ----------
    frames
        Session key → number of frames.
    """
    if not frames:
        return {}
    usual = sorted(frames.values())[len(frames) // 2]
    return {
        key: f"it has {count} frames, and most sessions have about {usual}: was it cut off, or has "
        "it another repetition time? Estimates from so few frames are noisier, but are compared "
        "with the others. Leave it out (exclude: {min_minutes: …}), or compare equal lengths "
        "(scan_lengths)"
        for key, count in frames.items()
        if count <= _SHORT * usual
    }


def of_another_time(times: Mapping[str, float]) -> dict[str, str]:
    """Return the sessions whose repetition time is impossible or differs from most → why.

    Parameters
    ----------
    times
        Session key → seconds.
    """
    if not times:
        return {}
    impossible = {key: repetition_time_problem(time) for key, time in times.items()}
    possible = [time for key, time in times.items() if not impossible[key]]
    counts = Counter(possible)
    usual, count = next(iter(counts.most_common(1)), (0.0, 0))
    tied = ", equally many have its own, and that of the first session is used"
    return {
        key: impossible[key]
        or f"all sessions must have one repetition time; it has {time:g} s, and {count} of "
        f"{len(times)} have {usual:g} s{tied if counts[time] == count else ''}. To select "
        "the sessions of one, give a table of subjects (subjects)"
        for key, time in times.items()
        if impossible[key] or abs(time - usual) > ROUNDING * usual
    }
