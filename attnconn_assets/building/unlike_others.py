"""What is said of a session whose connectivity or autocorrelation is unlike the others'."""

from collections.abc import Mapping

from pydantic import TypeAdapter

from attnconn_assets.building.recorded import Facts
from attnconn_core.timeseries import Profile, Unlike, unlike
from attnconn_core.wording import first_few

__all__ = ["PROFILE", "unlike_in_words"]

#: The name under which `time_series` records a session's profile.
PROFILE = "profile"

_PROFILES = TypeAdapter(Profile)
_SHOWN = 8
_NOISE = 0.2
_REMEDY = "Put it right, or leave it out (exclude: {sessions: […]})"


def unlike_in_words(facts: Facts) -> Mapping[str, str]:
    """Say of every session that is unlike the others how, and what the cause may be.

    Parameters
    ----------
    facts
        What `time_series` recorded of each session; older facts have no profile.
    """
    profiles = {
        key: _PROFILES.validate_python(told[PROFILE])
        for key, told in facts.items()
        if PROFILE in told
    }
    return {each.key: f"{_sentence(each)} {_REMEDY}" for each in unlike(profiles)}


def _sentence(each: Unlike) -> str:
    match each.measure:
        case "autocorrelation":
            return _of_autocorrelation(each)
        case "regions":
            numbers = [number + 1 for number in each.numbers]
            return (
                f"{len(numbers)} of its regions (columns {first_few(numbers, _SHOWN)}) look like "
                f"noise: from one frame to the next they correlate by {each.value:.2f}, and by "
                f"{each.usual:.2f} in most sessions: regions without signal, or with their frames "
                "in another order?"
            )
        case "sides" | "every other":
            which = "its first half of regions and its last"
            if each.measure == "every other":
                which = "every other of its regions (1, 3, 5, …) and those between"
            return (
                f"{which} have little to do with each other: connections between them are "
                f"{each.value:.2f} times as strong as within them, and {each.usual:.2f} times in "
                "most sessions: a hemisphere of another scan, or with its frames in another order?"
            )
        case "moved":
            return (
                f"connectivity in the two halves of the scan correlates by {each.value:.2f} "
                f"({each.usual:.2f} in most sessions), and by {each.moved:.2f} once the regions of "
                "one half are moved by one: were cells of a table shifted by one column?"
            )
        case "connectivity":
            return (
                f"its connectivity correlates with that of the others by {each.value:.2f}, and "
                f"that of most sessions by {each.usual:.2f}: regions in another order, another "
                "atlas, another clean-up (global signal, filter), or no signal?"
            )
        case _:
            return (
                f"connectivity in the {each.measure} of the scan correlates with that of the "
                f"others by {each.value:.2f}, and in most sessions by {each.usual:.2f}; the other "
                "half is as usual: were regions rearranged, or cells shifted, in part of the scan?"
            )


def _of_autocorrelation(each: Unlike) -> str:
    own, usual = each.connectivity or (0.0, 0.0)
    if abs(each.value) > _NOISE:
        cause = "another repetition time, filter or smoothing, or frames in another order?"
        if each.value > each.usual:
            cause = "another repetition time, filter or smoothing, or interpolated frames?"
    elif each.connectivity and own > usual / 2:
        cause = f"its connectivity is as usual (r = {own:.2f}), so its frames are in another order?"
    else:
        cause = "noise in place of a signal?"
    return (
        f"from one frame to the next its median region correlates by {each.value:.2f}, and by "
        f"{each.usual:.2f} in most sessions: {cause}"
    )
