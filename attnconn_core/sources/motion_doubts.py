"""Motion that no head at rest can have made: still, in another unit, or another scan's."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from attnconn_core.wording import first_few

__all__ = ["RunMotion", "doubtful_motion", "summarise_motion"]

# Frames; fewer may be equal by chance.
_FEWEST_FRAMES = 10
# Sessions; the median of fewer says little.
_FEWEST_SESSIONS = 4
# Of the median of all sessions: who lies still moves half as much as others, not a tenth.
_OTHER_UNIT = 0.1
# Millimetres from frame to frame, of the median session: people at rest breathe, and the
# stillest cohorts have some 0.05 (Movement_RelativeRMS of HCP: 0.05 to 0.2).
_TOO_STILL = 0.03
# Millimetres from frame to frame, as a mean: no head coil leaves room for it.
_TOO_MUCH = 10.0
_SHOWN = 3
_EACH_OTHER = "one and the same in every frame"


@dataclass(frozen=True)
class RunMotion:
    """What is kept of a run's motion, to hold it against others.

    Attributes
    ----------
    mean
        Millimetres from frame to frame.
    constant
        Whether all frames but the first, which follows none, have one value.
    digest
        Equal in two runs only if the motion of every frame is.
    """

    mean: float
    constant: bool
    digest: str


def summarise_motion(runs: Iterable[Float[np.ndarray, " frame"]]) -> tuple[RunMotion, ...]:
    """Return what is kept of each run's motion."""
    found = []
    for motion in runs:
        values = np.asarray(motion, dtype=np.float64)
        found.append(
            RunMotion(
                mean=float(values.mean()),
                constant=len(values) >= _FEWEST_FRAMES and bool(np.ptp(values[1:]) == 0),
                digest=hashlib.sha256(values.tobytes()).hexdigest()[:16],
            )
        )
    return tuple(found)


def doubtful_motion(
    motions: Mapping[str, Sequence[RunMotion]], rules: Mapping[str, float]
) -> dict[str, str]:
    """Find the sessions whose motion can't be what it says, and say why.

    Parameters
    ----------
    motions
        Session key → its runs; nothing where motion isn't known.
    rules
        The study's rules about motion, by name.

    Returns
    -------
    Session key → what is odd, the rule that is held against it all the same, and what to do.
    """
    known = {key: runs for key, runs in motions.items() if runs}
    moving = {key: [each.mean for each in runs if not each.constant] for key, runs in known.items()}
    means = [float(np.mean(each)) for each in moving.values() if each]
    usual = float(np.median(means)) if len(means) >= _FEWEST_SESSIONS else None
    copies = _copies(known)
    told = {
        key: [*_still(runs), *_in_another_unit(runs, usual), *copies.get(key, ())]
        for key, runs in known.items()
    }
    if usual is not None and 0 < usual < _TOO_STILL:
        everybody = (
            f"half of the sessions move {usual:.2g} mm or less from frame to frame (motion_mean "
            f"{min(means):.2g} to {max(means):.2g}), and people at rest {_TOO_STILL:g} and more: "
            "is it written in centimetres, metres or radians?"
        )
        for key, each in moving.items():
            if each:
                told[key].append(everybody)
    remedy = _remedy(rules)
    return {key: f"{'; '.join(why)} {remedy}" for key, why in told.items() if why}


def _remedy(rules: Mapping[str, float]) -> str:
    do = (
        "Put the scan's own motion, in millimetres, into its place, or leave the session out "
        "(exclude.sessions)"
    )
    if not rules:
        return do
    named = " and ".join(f"{name} ({limit:g} mm)" for name, limit in rules.items())
    return f"{named} {'is' if len(rules) == 1 else 'are'} held against it all the same. {do}"


def _still(runs: Sequence[RunMotion]) -> list[str]:
    by_value: dict[float, list[int]] = defaultdict(list)
    for number, run in enumerate(runs, start=1):
        if run.constant:
            by_value[float(f"{run.mean:.3g}")].append(number)
    return [
        f"its motion is {value:g} mm in every frame{_of_runs(numbers, len(runs))}: "
        + ("was it measured?" if value == 0 else "a mean that was written for every frame?")
        for value, numbers in by_value.items()
    ]


def _in_another_unit(runs: Sequence[RunMotion], usual: float | None) -> list[str]:
    found = []
    for number, run in enumerate(runs, start=1):
        if run.constant:
            continue
        little = usual is not None and run.mean < _OTHER_UNIT * usual
        if little or run.mean > _TOO_MUCH:
            found.append((number, run.mean))
    if not found:
        return []
    values = " and ".join(dict.fromkeys(f"{mean:.2g}" for _, mean in found))
    where = _of_runs([number for number, _ in found], len(runs))
    others = f", and that of most sessions {usual:.2g} mm or so" if usual is not None else ""
    return [f"its mean motion{where} is {values} mm{others}: is it written in another unit?"]


def _copies(known: Mapping[str, Sequence[RunMotion]]) -> dict[str, list[str]]:
    """Find runs of one motion, frame by frame; those of one value are said as such."""
    holders: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, runs in known.items():
        for number, run in enumerate(runs, start=1):
            if not run.constant:
                holders[run.digest].append((key, number))
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for same in holders.values():
        for key, number in same if len(same) > 1 else ():
            others = list(dict.fromkeys(holder for holder, _ in same if holder != key))
            if others:
                found[key][f"in every frame that of {first_few(others, _SHOWN)}"].append(number)
            if sum(holder == key for holder, _ in same) > 1:
                found[key][_EACH_OTHER].append(number)
    return {
        key: [
            f"its motion{_of_runs(numbers, 0 if what == _EACH_OTHER else len(known[key]))} is "
            f"{what}: a copied file?"
            for what, numbers in said.items()
        ]
        for key, said in found.items()
    }


def _of_runs(numbers: Sequence[int], count: int) -> str:
    """Name the runs that something is said of; empty if that is all of them."""
    if len(numbers) == count:
        return ""
    return f" of run{'s' if len(numbers) > 1 else ''} {' and '.join(map(str, numbers))}"
