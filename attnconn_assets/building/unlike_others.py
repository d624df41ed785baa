"""Messages about sessions whose connectivity or autocorrelation differs from the others'."""

from collections.abc import Mapping

from pydantic import TypeAdapter

from attnconn_assets.building.recorded import Facts
from attnconn_core.records import subject_of
from attnconn_core.timeseries import Profile, TwoGroups, Unlike, two_groups, unlike
from attnconn_core.wording import first_few, number

__all__ = ["PROFILE", "unlike_in_words"]

#: The name under which `time_series` records a session's profile.
PROFILE = "profile"

_PROFILES = TypeAdapter(Profile)
_SHOWN = 8
_NOISE = 0.2
_REMEDY = "Correct it, or leave it out (exclude: {sessions: […]})"
_REMEDY_OF_SUBJECTS = "If so, correct them, or leave the subject out (exclude: {sessions: […]})"
_REMEDY_OF_GROUPS = "Process all alike, or study one group (exclude: {sessions: […]})"
# Measures that the message on a group already covers.
_OF_GROUPS = ("autocorrelation", "connectivity", "own sessions")


def unlike_in_words(facts: Facts) -> Mapping[str, str]:
    """Return, for each session that differs from the others, how it differs and possible causes.

    Parameters
    ----------
    facts
        Facts that `time_series` recorded of each session; older ones have no profile.
    """
    profiles = {
        key: _PROFILES.validate_python(recorded[PROFILE])
        for key, recorded in facts.items()
        if PROFILE in recorded
    }
    subjects = {key: subject_of(key) for key in profiles}
    groups: dict[str, str] = {}
    for group in two_groups(profiles, subjects):
        groups |= {key: _of_group(group) for key in group.keys if key not in groups}
    single = {
        finding.key: _in_words(finding)
        for finding in unlike(profiles, subjects)
        if finding.key not in groups or finding.measure not in _OF_GROUPS
    }
    return {key: single.get(key) or groups[key] for key in profiles if key in single | groups}


def _of_group(group: TwoGroups) -> str:
    subjects = list(dict.fromkeys(map(subject_of, group.keys)))
    who = f"it is one of {len(group.keys)} sessions of subjects {first_few(subjects, _SHOWN)}"
    others = f"the other {len(group.others)}"
    one, other = number(group.value, 2), number(group.usual, 2)
    match group.measure:
        case "connectivity":
            said = (
                f"{who} whose connectivity correlates by {one} with each other; {others} correlate "
                f"by {other} with each other, and the two groups by {number(group.between, 2)}: "
                "does one group have another order of regions, another atlas or another clean-up?"
            )
        case "autocorrelation":
            said = (
                f"{who} whose median region correlates by {one} from one frame to the next, and "
                f"by {other} in {others}, with a gap between these two groups: another "
                "repetition time, filter or smoothing?"
            )
        case "shared":
            said = (
                f"{who} in which the mean of all regions has {one} times the variance that it has "
                f"if they are independent, and {other} times in {others}, with a gap between "
                "these two groups: was the global signal regressed out of one of them?"
            )
        case _:
            frames = "fewer" if group.value < group.usual else "more"
            said = (
                f"{who} with {frames} frames, whose median region correlates by {one} from one "
                f"frame to the next, and by {other} in {others}: another repetition time?"
            )
    if len(group.keys) == len(group.others):
        said += " Both groups are equally large, so either may be the wrong one."
    return f"{said} {_REMEDY_OF_GROUPS}"


def _in_words(finding: Unlike) -> str:
    remedy = _REMEDY
    if finding.measure == "connectivity" and finding.agrees_with_own:
        remedy = _REMEDY_OF_SUBJECTS
    return f"{_sentence(finding)} {remedy}"


def _sentence(finding: Unlike) -> str:
    match finding.measure:
        case "autocorrelation":
            return _of_autocorrelation(finding)
        case "regions":
            numbers = [number + 1 for number in finding.numbers]
            return (
                f"{len(numbers)} of its regions (columns {first_few(numbers, _SHOWN)}) look like "
                f"noise: from one frame to the next they correlate by {finding.value:.2f}, and by "
                f"{finding.usual:.2f} in most sessions: regions without signal, or with their "
                "frames in another order?"
            )
        case "sides" | "every other":
            which = "its first half of regions and its last"
            if finding.measure == "every other":
                which = "every other of its regions (1, 3, 5, …) and those between"
            return (
                f"{which} are nearly unconnected: connections between them are "
                f"{finding.value:.2f} times as strong as within them, and {finding.usual:.2f} "
                "times in most sessions: a hemisphere of another scan, or with its frames in "
                "another order?"
            )
        case "moved":
            return (
                f"connectivity in the two halves of the scan correlates by {finding.value:.2f} "
                f"({finding.usual:.2f} in most sessions), and by {finding.moved:.2f} once the "
                "regions of one half are moved by one: were cells of a table shifted by one column?"
            )
        case "connectivity":
            return _of_connectivity(finding)
        case "own sessions":
            return (
                f"its connectivity correlates by {number(finding.value, 2)} with that of its "
                f"subject's other sessions, and by {finding.usual:.2f} in most subjects; any of "
                "them may be the wrong one: regions in another order, another atlas, another "
                "clean-up, or another person?"
            )
        case _:
            return (
                f"connectivity in the {finding.measure} of the scan correlates with that of the "
                f"others by {finding.value:.2f}, and in most sessions by {finding.usual:.2f}; the "
                "other half is as usual: were regions rearranged, or cells shifted, in part of the "
                "scan?"
            )


def _of_connectivity(finding: Unlike) -> str:
    """Describe the agreement with other subjects, and with the subject's other sessions."""
    said = (
        f"its connectivity correlates with that of the others by {number(finding.value, 2)}, and "
        f"that of most sessions by {finding.usual:.2f}"
    )
    own, usual = finding.own or (0.0, 0.0)
    if finding.agrees_with_own:
        return (
            f"{said}; with that of its subject's other sessions it correlates by {own:.2f} "
            f"({usual:.2f} in most subjects), so the subject itself differs, or all its scans were "
            "processed differently: do they have another order of regions, another atlas, or "
            "another clean-up (global signal, filter)?"
        )
    if finding.own:
        said += (
            f"; with that of its subject's other sessions it correlates by {number(own, 2)} "
            f"({usual:.2f} in most subjects)"
        )
    return (
        f"{said}: regions in another order, another atlas, another clean-up (global signal, "
        "filter), or no signal?"
    )


def _of_autocorrelation(finding: Unlike) -> str:
    own, usual = finding.connectivity or (0.0, 0.0)
    if abs(finding.value) > _NOISE:
        cause = "another repetition time, filter or smoothing, or frames in another order?"
        if finding.value > finding.usual:
            cause = "another repetition time, filter or smoothing, or interpolated frames?"
    elif finding.connectivity and own > usual / 2:
        cause = f"its connectivity is as usual (r = {own:.2f}), so its frames are in another order?"
    else:
        cause = "noise in place of a signal?"
    return (
        f"from one frame to the next its median region correlates by {finding.value:.2f}, and by "
        f"{finding.usual:.2f} in most sessions: {cause}"
    )
