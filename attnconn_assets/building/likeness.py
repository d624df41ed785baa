"""Rules between sessions: no recording twice, and one repetition time."""

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


# Share of the usual number of frames; twice the repetition time gives half the frames.
_SHORT = 0.6


def unlike_others(facts: Facts) -> Mapping[str, str]:
    """Return the sessions that can't be in the cohort because of the others → why.

    All exact and near copies of a recording are left out, because which one has the right name
    is unknown. Sessions with another repetition time than most are left out too, as their lags
    and spectra aren't comparable; if two times are equally frequent, the first session's counts.

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
    return {**of_another_time(times), **near_copies_in_words(facts), **copies_in_words(facts)}


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
