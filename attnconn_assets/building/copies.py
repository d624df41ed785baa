"""Messages about sessions that hold the same recording, or parts of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from attnconn_assets.building.recorded import Facts, strings
from attnconn_core.timeseries import (
    SharedStretch,
    near_copies,
    resemblances,
    shared_columns,
    shared_stretches,
)
from attnconn_core.wording import first_few, number

__all__ = [
    "copies_in_words",
    "near_copies_in_words",
    "resemblances_in_words",
    "shared_parts_in_words",
]

_SHOWN = 3
_REMEDY = "remove the copies, or replace them by the right scans"
_BACKWARDS = ", run backwards"


def copies_in_words(facts: Facts) -> dict[str, str]:
    """Return a message for each session whose recording is identical to another's."""
    holders: dict[str, list[str]] = defaultdict(list)
    for key, recorded in facts.items():
        for recording in dict.fromkeys(strings(recorded, "recordings")):
            holders[recording].append(key)
    messages = {}
    for keys in holders.values():
        for key in keys if len(keys) > 1 else ():
            others = [other for other in keys if other != key]
            messages[key] = (
                f"every session must be a recording of its own; it is identical to "
                f"{first_few(others, _SHOWN)}: {_REMEDY}"
            )
    return messages


def near_copies_in_words(facts: Facts) -> dict[str, str]:
    """Return messages for copies: cut, shifted, rounded, detrended, negated or reversed in time."""
    others: dict[str, list[str]] = defaultdict(list)
    for copy in near_copies(_signatures(facts)):
        how = f"r = {number(copy.correlation, 3)}"
        how += _BACKWARDS if copy.backwards else ""
        how += f", shifted by {abs(copy.shift)} frames" if copy.shift else ""
        how += ", with its sign reversed" if copy.correlation < 0 else ""
        others[copy.first].append(f"{copy.second} ({how})")
        others[copy.second].append(f"{copy.first} ({how})")
    return {
        key: "every session must be a recording of its own; it is nearly the same recording as "
        f"{first_few(copies, _SHOWN)}: {_REMEDY}"
        for key, copies in others.items()
    }


def shared_parts_in_words(facts: Facts) -> dict[str, str]:
    """Return messages for sessions that share some frames or region columns with another."""
    shared_parts: dict[str, list[str]] = defaultdict(list)
    stretches = shared_stretches(_signatures(facts))
    for stretch in stretches:
        shared_parts[stretch.first].append(_stretch(stretch, mine=0))
        shared_parts[stretch.second].append(_stretch(stretch, mine=1))
    known = _pairs(stretches)
    for columns in shared_columns(
        {key: str(recorded.get("columns", "")) for key, recorded in facts.items()}
    ):
        if frozenset((columns.first, columns.second)) in known:
            continue
        count = f"{'' if columns.exact else 'at least '}{columns.columns} of its region columns are"
        shared_parts[columns.first].append(f"{count} those of {columns.second}")
        shared_parts[columns.second].append(f"{count} those of {columns.first}")
    return {
        key: f"every session must be a recording of its own, but {first_few(parts, _SHOWN)}: were "
        "files mixed up or joined? Replace the scan, or leave it out (exclude: {sessions: […]})"
        for key, parts in shared_parts.items()
    }


def _stretch(stretch: SharedStretch, mine: int) -> str:
    def place(side: int) -> str:
        start = stretch.starts[side]
        return f"frames {start}–{start + stretch.frames - 1} of run {stretch.runs[side]}"

    other = (stretch.second, stretch.first)[mine]
    turned = _BACKWARDS if stretch.backwards else ""
    return (
        f"its {place(mine)} are, or nearly so, those of {other} ({place(1 - mine)}{turned}; "
        f"r = {number(stretch.correlation, 3)})"
    )


def resemblances_in_words(facts: Facts) -> dict[str, str]:
    """Return messages for sessions whose slow signal matches another's from the first frame on."""
    others: dict[str, list[str]] = defaultdict(list)
    known = _pairs(shared_stretches(_signatures(facts)))
    for match in resemblances(
        {key: strings(recorded, "levels") for key, recorded in facts.items()}
    ):
        if frozenset((match.first, match.second)) in known:
            continue
        how = f"r = {number(match.correlation, 2)}" + (_BACKWARDS if match.backwards else "")
        for key, other, rate in (
            (match.first, match.second, match.rate),
            (match.second, match.first, 1 / match.rate),
        ):
            clock = f", where {rate:.3g} s of it match 1 s of this one" if match.rate != 1 else ""
            others[key].append(f"{other} ({how}{clock})")
    return {
        key: f"its slow signal follows that of {first_few(who, _SHOWN)} from the first frame on: "
        "is it the same recording, filtered, cleaned or resampled in another way? Two scans of "
        "rest don't match like this; scans with the same film or task may. Leave copies out "
        "(exclude: {sessions: […]})"
        for key, who in others.items()
    }


def _pairs(stretches: Iterable[SharedStretch]) -> set[frozenset[str]]:
    return {frozenset((stretch.first, stretch.second)) for stretch in stretches}


def _signatures(facts: Facts) -> dict[str, Sequence[str]]:
    return {key: strings(recorded, "signatures") for key, recorded in facts.items()}
