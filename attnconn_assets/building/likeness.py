"""What must hold between sessions: no recording twice, and one repetition time."""

from collections import Counter
from collections.abc import Mapping

from attnconn_assets.building.copies import (
    copies_in_words,
    near_copies_in_words,
    resemblances_in_words,
    shared_parts_in_words,
)
from attnconn_assets.building.recorded import Facts
from attnconn_assets.building.unlike_others import unlike_in_words
from attnconn_core.repetition_time import ROUNDING, repetition_time_problem

__all__ = ["far_shorter", "of_another_time", "suspicious_beside_others", "unlike_others"]


# Of the usual number of frames; a second repetition time twice as long leaves half.
_SHORT = 0.6


def unlike_others(facts: Facts) -> Mapping[str, str]:
    """Find the sessions that can't be in one cohort with the others, and say why.

    Every copy of a recording is left out, exact or nearly so: which of its names is right
    can't be known. So is whoever has another repetition time than most sessions (than the
    first, if as many have one as have another): lags and spectra of the two aren't comparable.

    Parameters
    ----------
    facts
        What `time_series` recorded of each session.
    """
    times = {
        key: float(str(told["repetition time"]))
        for key, told in facts.items()
        if "repetition time" in told
    }
    return {**of_another_time(times), **near_copies_in_words(facts), **copies_in_words(facts)}


def suspicious_beside_others(facts: Facts) -> Mapping[str, str]:
    """Find what is suspicious about sessions only when others are seen, and say it.

    Frames or region columns that are another session's. A slow signal that follows another
    session's: they may be one recording that was filtered or cleaned in two ways. Far
    fewer frames than most have. Connectivity or autocorrelation that is far from what is
    usual.

    Parameters
    ----------
    facts
        What `time_series` recorded of each session, without who is left out.
    """
    told = [
        shared_parts_in_words(facts),
        resemblances_in_words(facts),
        far_shorter({k: int(str(each["frames"])) for k, each in facts.items() if "frames" in each}),
        unlike_in_words(facts),
    ]
    return {
        key: "; ".join(each[key] for each in told if key in each)
        for key in facts
        if any(key in each for each in told)
    }


def far_shorter(frames: Mapping[str, int]) -> dict[str, str]:
    """Find the sessions of far fewer frames than most, and say what may be the cause.

    Parameters
    ----------
    frames
        Session key → how many it has.
    """
    if not frames:
        return {}
    usual = sorted(frames.values())[len(frames) // 2]
    return {
        key: f"it has {count} frames, and most sessions {usual} or so: was it cut off, or has it "
        "another repetition time? What is estimated from so much less is noisier and is compared "
        "all the same. Leave it out (exclude: {min_minutes: …}), or compare equal lengths "
        "(scan_lengths)"
        for key, count in frames.items()
        if count <= _SHORT * usual
    }


def of_another_time(times: Mapping[str, float]) -> dict[str, str]:
    """Find the sessions of another repetition time than most, or an impossible one, and say so.

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
    tied = " and as many have its: which is meant can't be known, the first session's is taken"
    return {
        key: impossible[key]
        or f"all sessions must have one repetition time; it has {time:g} s, and {count} of "
        f"{len(times)} have {usual:g} s{tied if counts[time] == count else ''}. A table of "
        "subjects (subjects) can choose those of one"
        for key, time in times.items()
        if impossible[key] or abs(time - usual) > ROUNDING * usual
    }
