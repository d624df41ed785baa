"""What must hold between sessions: no recording twice, and one repetition time."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from attnconn_assets.building.unlike_others import unlike_in_words
from attnconn_assets.storage.store import Store
from attnconn_core.repetition_time import ROUNDING, repetition_time_problem
from attnconn_core.timeseries import near_copies, resemblances
from attnconn_core.wording import first_few

__all__ = ["of_another_time", "suspicious_beside_others", "time_series_facts", "unlike_others"]

Facts = Mapping[str, Mapping[str, object]]
_SHOWN = 3
_REMEDY = "take away the copies, or put the scan that belongs there in its place"


def unlike_others(facts: Facts) -> Mapping[str, str]:
    """Find the sessions that can't be in one cohort with the others, and say why.

    Every copy of a recording is left out, exact or nearly so: which of its names is right
    can't be known. So is whoever has another repetition time than most sessions (than the
    first, if as many have one as have another): lags and spectra of the two aren't comparable.

    Parameters
    ----------
    facts
        From `time_series_facts`.
    """
    times = {
        key: float(str(told["repetition time"]))
        for key, told in facts.items()
        if "repetition time" in told
    }
    return {**of_another_time(times), **_near_copies(facts), **_copies(facts)}


def suspicious_beside_others(facts: Facts) -> Mapping[str, str]:
    """Find what is suspicious about sessions only when others are seen, and say it.

    A slow signal that follows another session's: they may be one recording that was filtered
    or cleaned in two ways. Less than half as many frames as most have. Connectivity or
    autocorrelation that is far from what is usual.

    Parameters
    ----------
    facts
        From `time_series_facts`, without who is left out.
    """
    told = [_resembling(facts), _shorter(facts), unlike_in_words(facts)]
    return {
        key: "; ".join(each[key] for each in told if key in each)
        for key in facts
        if any(key in each for each in told)
    }


def _shorter(facts: Facts) -> dict[str, str]:
    frames = {key: int(str(told["frames"])) for key, told in facts.items() if "frames" in told}
    if not frames:
        return {}
    usual = sorted(frames.values())[len(frames) // 2]
    return {
        key: f"it has {count} frames, and most sessions {usual} or so: what is estimated from less "
        "than half as much is noisier and is compared all the same. Leave it out (exclude: "
        "{min_minutes: …}), or compare equal lengths (scan_lengths)"
        for key, count in frames.items()
        if count < usual / 2
    }


def _resembling(facts: Facts) -> dict[str, str]:
    others: dict[str, list[str]] = defaultdict(list)
    for each in resemblances({key: _strings(told, "levels") for key, told in facts.items()}):
        for key, other in ((each.first, each.second), (each.second, each.first)):
            others[key].append(f"{other} (r = {each.correlation:.2f})")
    return {
        key: f"its slow signal follows that of {first_few(who, _SHOWN)} from the first frame on: "
        "the same recording, filtered or cleaned in another way? Two scans of rest don't; those "
        "of people who see or do the same may. Leave copies out (exclude: {sessions: […]})"
        for key, who in others.items()
    }


def time_series_facts(store: Store, sessions: Sequence[str]) -> Facts:
    """Return session key → what `time_series` recorded of it, in order, where it can be read."""
    entries = {key: store.readable("time_series", key) for key in sessions}
    return {key: entry.facts for key, entry in entries.items() if entry is not None}


def _copies(facts: Facts) -> dict[str, str]:
    holders: dict[str, list[str]] = defaultdict(list)
    for key, told in facts.items():
        for recording in dict.fromkeys(_strings(told, "recordings")):
            holders[recording].append(key)
    found = {}
    for keys in holders.values():
        for key in keys if len(keys) > 1 else ():
            others = [other for other in keys if other != key]
            found[key] = (
                f"every session must be a recording of its own; it holds the same as "
                f"{first_few(others, _SHOWN)}: {_REMEDY}"
            )
    return found


def _near_copies(facts: Facts) -> dict[str, str]:
    """Find copies that were cut, shifted, rounded or detrended; older facts have no signatures."""
    others: dict[str, list[str]] = defaultdict(list)
    for copy in near_copies({key: _strings(told, "signatures") for key, told in facts.items()}):
        shift = abs(copy.shift)
        how = f"(r = {copy.correlation:.3f}" + (f", shifted by {shift} frames)" if shift else ")")
        others[copy.first].append(f"{copy.second} {how}")
        others[copy.second].append(f"{copy.first} {how}")
    return {
        key: "every session must be a recording of its own; it is nearly the same recording as "
        f"{first_few(told, _SHOWN)}: {_REMEDY}"
        for key, told in others.items()
    }


def _strings(facts: Mapping[str, object], name: str) -> Sequence[str]:
    held = facts.get(name, ())
    assert isinstance(held, Sequence)  # noqa: S101  (as `time_series` writes them)
    return held


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
