"""What must hold between sessions: no recording twice, and one repetition time."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from attnconn_assets.storage.store import Store

__all__ = ["of_another_time", "unlike_others"]

# Headers round; 1 % is less than any two protocols differ by.
_TOLERANCE = 0.01
_SHOWN = 3


def unlike_others(store: Store, sessions: Sequence[str]) -> Mapping[str, str]:
    """Find the sessions that can't be in one cohort with the others, and say why.

    Every copy of a recording is left out: which of its names is right can't be known. So is
    whoever has another repetition time than most sessions (than the first, if as many have
    one as have another): lags and spectra of the two aren't comparable.

    Parameters
    ----------
    store
        Holds what `time_series` recorded of each session.
    sessions
        Their keys, in order.
    """
    entries = {key: store.readable("time_series", key) for key in sessions}
    facts = {key: entry.facts for key, entry in entries.items() if entry is not None}
    times = {
        key: float(str(told["repetition time"]))
        for key, told in facts.items()
        if "repetition time" in told
    }
    return {**of_another_time(times), **_copies(facts)}


def _copies(facts: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    holders: dict[str, list[str]] = defaultdict(list)
    for key, told in facts.items():
        recordings = told.get("recordings", ())
        assert isinstance(recordings, Sequence)  # noqa: S101  (as `time_series` writes them)
        for recording in dict.fromkeys(recordings):
            holders[recording].append(key)
    found = {}
    for keys in holders.values():
        for key in keys if len(keys) > 1 else ():
            others = [other for other in keys if other != key]
            named = ", ".join(others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
            found[key] = (
                f"every session must be a recording of its own; it holds the same as {named}: "
                "take away the copies, or put the scan that belongs there in its place"
            )
    return found


def of_another_time(times: Mapping[str, float]) -> dict[str, str]:
    """Find the sessions of another repetition time than most, and say so.

    Parameters
    ----------
    times
        Session key → seconds.
    """
    if not times:
        return {}
    [(usual, count)] = Counter(times.values()).most_common(1)
    return {
        key: f"all sessions must have one repetition time; it has {time:g} s, and {count} of "
        f"{len(times)} have {usual:g} s. A table of subjects (subjects) can choose those of one"
        for key, time in times.items()
        if abs(time - usual) > _TOLERANCE * usual
    }
