"""Doubtful motion: constant, in another unit, or copied from another scan."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from attnconn_core.wording import first_few

__all__ = ["RunMotion", "doubtful_motion", "summarise_motion"]

# Number of frames; fewer may be equal by chance.
_FEWEST_FRAMES = 10
# Number of sessions; the median of fewer is unreliable.
_FEWEST_SESSIONS = 4
# A session that moves less than this share of the median session has another unit: still subjects
# move half as much as others, not a tenth.
_OTHER_UNIT = 0.1
# Millimetres from frame to frame, of the median session: people at rest breathe, and the
# stillest cohorts have about 0.05 (Movement_RelativeRMS of HCP: 0.05 to 0.2).
_TOO_STILL = 0.03
# Millimetres from frame to frame, as a mean: more than any head coil leaves room for.
_TOO_MUCH = 10.0
_SHOWN = 3
_EACH_OTHER = "one and the same in every frame"


@dataclass(frozen=True)
class RunMotion:
    """Summary of a run's motion, for comparison with other runs.

    Attributes
    ----------
    mean
        Millimetres from frame to frame.
    constant
        Whether all frames except the first, which follows none, have the same value.
    digest
        Hash of the motion of all frames: equal in two runs only if the motion is.
    """

    mean: float
    constant: bool
    digest: str


def summarise_motion(runs: Iterable[Float[np.ndarray, " frame"]]) -> tuple[RunMotion, ...]:
    """Return a summary of each run's motion."""
    summaries = []
    for motion in runs:
        values = np.asarray(motion, dtype=np.float64)
        summaries.append(
            RunMotion(
                mean=float(values.mean()),
                constant=len(values) >= _FEWEST_FRAMES and bool(np.ptp(values[1:]) == 0),
                digest=hashlib.sha256(values.tobytes()).hexdigest()[:16],
            )
        )
    return tuple(summaries)


def doubtful_motion(
    motions: Mapping[str, Sequence[RunMotion]], rules: Mapping[str, float]
) -> dict[str, str]:
    """Return the sessions with doubtful motion, and the reasons.

    Parameters
    ----------
    motions
        Session key → its runs; empty where motion isn't known.
    rules
        The study's rules about motion, by name.

    Returns
    -------
    Session key → sentences: what is doubtful, which rule still applies, and what to do.
    """
    known = {key: runs for key, runs in motions.items() if runs}
    moving = {key: [run.mean for run in runs if not run.constant] for key, runs in known.items()}
    means = [float(np.mean(run_means)) for run_means in moving.values() if run_means]
    usual = float(np.median(means)) if len(means) >= _FEWEST_SESSIONS else None
    copies = _copies(known)
    sentences = {
        key: [*_still(runs), *_in_another_unit(runs, usual), *copies.get(key, ())]
        for key, runs in known.items()
    }
    if usual is not None and 0 < usual < _TOO_STILL:
        everybody = (
            f"half of the sessions move {usual:.2g} mm or less from frame to frame (motion_mean "
            f"{min(means):.2g} to {max(means):.2g}); people at rest move {_TOO_STILL:g} or more: "
            "is it written in centimetres, metres or radians?"
        )
        for key, run_means in moving.items():
            if run_means:
                sentences[key].append(everybody)
    remedy = _remedy(rules)
    return {key: f"{'; '.join(why)} {remedy}" for key, why in sentences.items() if why}


def _remedy(rules: Mapping[str, float]) -> str:
    do = (
        "Replace it by the scan's own motion, in millimetres, or leave the session out "
        "(exclude.sessions)"
    )
    if not rules:
        return do
    named = " and ".join(f"{name} ({limit:g} mm)" for name, limit in rules.items())
    return f"{named} {'is' if len(rules) == 1 else 'are'} applied to it all the same. {do}"


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
    doubtful = []
    for number, run in enumerate(runs, start=1):
        if run.constant:
            continue
        little = usual is not None and run.mean < _OTHER_UNIT * usual
        if little or run.mean > _TOO_MUCH:
            doubtful.append((number, run.mean))
    if not doubtful:
        return []
    values = " and ".join(dict.fromkeys(f"{mean:.2g}" for _, mean in doubtful))
    where = _of_runs([number for number, _ in doubtful], len(runs))
    others = f", and that of most sessions about {usual:.2g} mm" if usual is not None else ""
    return [f"its mean motion{where} is {values} mm{others}: is it written in another unit?"]


def _copies(known: Mapping[str, Sequence[RunMotion]]) -> dict[str, list[str]]:
    """Return runs with the same motion in every frame; runs of one value are reported as such."""
    holders: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, runs in known.items():
        for number, run in enumerate(runs, start=1):
            if not run.constant:
                holders[run.digest].append((key, number))
    copied: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for same in holders.values():
        for key, number in same if len(same) > 1 else ():
            others = list(dict.fromkeys(holder for holder, _ in same if holder != key))
            if others:
                copied[key][f"in every frame that of {first_few(others, _SHOWN)}"].append(number)
            if sum(holder == key for holder, _ in same) > 1:
                copied[key][_EACH_OTHER].append(number)
    return {
        key: [
            f"its motion{_of_runs(numbers, 0 if what == _EACH_OTHER else len(known[key]))} is "
            f"{what}: a copied file?"
            for what, numbers in said.items()
        ]
        for key, said in copied.items()
    }


def _of_runs(numbers: Sequence[int], count: int) -> str:
    """Return the runs that a sentence refers to, in words; empty if it refers to all of them."""
    if len(numbers) == count:
        return ""
    return f" of run{'s' if len(numbers) > 1 else ''} {' and '.join(map(str, numbers))}"
