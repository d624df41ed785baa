"""Lengths: checks frames, regions and repetition times in scan headers against the study."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.building.likeness import (
    SAME_REGIONS,
    far_shorter,
    of_another_time,
    unlike_most,
)
from attnconn_assets.building.windows import LONGEST_RUN
from attnconn_assets.operation.check.findings import Findings, listed
from attnconn_assets.operation.check.sessions import check_quorum, without
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError
from attnconn_core.records import Cohort, Session
from attnconn_core.sources import SessionShape, Source, first_difference, session_shape

__all__ = ["check_lengths", "read_shapes"]

_LENGTHS = ("frames", "minutes")  # measures of the study's rules that headers give


def read_shapes(
    source: Source, sessions: Sequence[Session], findings: Findings, until: float | None
) -> tuple[dict[str, SessionShape], dict[str, str]]:
    """Read the headers of sessions until a point in time (`time.monotonic`).

    Returns
    -------
    shapes, unreadable
        Session key → its shape, or why it can't be read.
    """
    shapes: dict[str, SessionShape] = {}
    unreadable: dict[str, str] = {}
    for number, session in enumerate(sessions):
        if until is not None and time.monotonic() > until:
            findings.plan.append(f"headers of {number} of {len(sessions)} sessions were read")
            break
        try:
            shape = session_shape(source, session)
        except AttnconnError as error:
            unreadable[session.key] = str(error)
            continue
        if shape is None:  # the source doesn't know shapes before reading
            break
        shapes[session.key] = shape
    findings.warn_alike("can't be read", unreadable)
    if unreadable and not shapes and len(unreadable) == len(sessions):
        findings.errors.append("no session can be read; the warnings give the reasons")
    return shapes, unreadable


def check_lengths(
    study: Study, shapes: Mapping[str, SessionShape], cohort: Cohort, findings: Findings
) -> Cohort:
    """Check lengths against the needs of methods and the study's rules.

    Returns
    -------
    kept
        The cohort without sessions whose regions or repetition time differ from most, and without
        those that the study's rules on length exclude.
    """
    if not shapes:
        return cohort
    _say_shapes(shapes, findings)
    odd = _check_alike(shapes, findings)
    cohort = without(cohort, odd)
    check_quorum(study, cohort, findings)
    kept = _without_the_short(study, shapes, cohort, findings)
    there = {session.key for session in kept.sessions}
    alike = {key: shape for key, shape in shapes.items() if key in there}
    frames = {key: shape.frames for key, shape in alike.items()}
    findings.warn_alike("is suspicious", far_shorter(frames))
    _check_windows(study, alike, findings)
    _check_scan_lengths(study, frames or {k: shape.frames for k, shape in shapes.items()}, findings)
    return kept


def _check_scan_lengths(study: Study, frames: Mapping[str, int], findings: Findings) -> None:
    shortest = min(frames, key=lambda key: frames[key])
    too_long = [n for n in study.scan_lengths if n >= frames[shortest]]
    if too_long:
        findings.warnings.append(
            f"scan_lengths: identification from {', '.join(map(str, too_long))} frames isn't "
            f"scored, because {shortest} has only {frames[shortest]}"
        )


def _say_shapes(shapes: Mapping[str, SessionShape], findings: Findings) -> None:
    frames = sorted(shape.frames for shape in shapes.values())
    runs = sorted({len(shape.runs) for shape in shapes.values()})
    times = sorted({s.repetition_time for s in shapes.values() if s.repetition_time is not None})
    regions = sorted({s.regions for s in shapes.values() if s.regions is not None})
    parts = [
        f"{_range(frames)} frames in {_range(runs)} run{'s' if runs[-1] > 1 else ''}",
        f"repetition time {' or '.join(f'{seconds:g}' for seconds in times)} s" if times else "",
        f"{' or '.join(map(str, regions))} regions" if regions else "",
    ]
    findings.plan.append("each session has " + ", ".join(filter(None, parts)))


def _range(values: Sequence[int]) -> str:
    first, last = values[0], values[-1]
    return str(first) if first == last else f"{first} to {last}"


def _check_alike(shapes: Mapping[str, SessionShape], findings: Findings) -> dict[str, str]:
    """Find sessions whose repetition time or regions differ from most."""
    known = {k: s.repetition_time for k, s in shapes.items() if s.repetition_time is not None}
    odd = of_another_time(known)
    findings.warn_alike("is left out", odd)
    return odd | _check_regions(shapes, findings)


def _check_regions(shapes: Mapping[str, SessionShape], findings: Findings) -> dict[str, str]:
    """Find sessions whose number or names of regions differ from most."""
    numbers = {key: s.regions for key, s in shapes.items() if s.regions is not None}
    odd = unlike_most(numbers)
    for number in dict.fromkeys(numbers[key] for key in odd):
        findings.warn_alike(
            f"has {number} regions",
            {
                key: f"{have} {usual}{tied}{SAME_REGIONS}"
                for key, (usual, have, tied) in odd.items()
                if numbers[key] == number
            },
        )
    names = {k: s.names for k, s in shapes.items() if s.names is not None and k not in odd}
    others = {}
    for key, (usual, have, tied) in unlike_most(names).items():
        own, other = first_difference(names[key], usual)
        others[key] = f"{have} {other!r} where it has {own!r}{tied}{SAME_REGIONS}"
    findings.warn_alike("has other regions, or in another order", others)
    return {**dict.fromkeys(odd, "has another number of regions"), **others}


def _check_windows(study: Study, shapes: Mapping[str, SessionShape], findings: Findings) -> None:
    """Report sessions that are too short for an asset, one line per reason and sessions."""
    assets: dict[tuple[str, tuple[str, ...], bool], list[str]] = defaultdict(list)
    for spec in specs(study):
        if spec.window is None or spec.partitioned != "session":
            continue
        short: dict[str, list[str]] = defaultdict(list)
        for key, shape in shapes.items():
            why = spec.window.why_not({LONGEST_RUN: shape.longest_run(study.test_fraction)})
            if why:
                short[why].append(key)
        all_short = sum(map(len, short.values())) == len(shapes)
        for why, keys in short.items():
            assets[why, tuple(keys), all_short].append(spec.name)
    for (why, who, all_short), names in assets.items():
        messages = findings.errors if all_short else findings.warnings
        messages.append(f"{', '.join(names)} can't be made of {listed(who)}: {why}")


def _without_the_short(
    study: Study, shapes: Mapping[str, SessionShape], cohort: Cohort, findings: Findings
) -> Cohort:
    rules = {k: v for k, v in study.exclude.given.items() if k.partition("_")[2] in _LENGTHS}
    if not rules:
        return cohort
    about_length = type(study.exclude)(**rules)
    broken = {}
    for key, shape in shapes.items():
        seconds = shape.repetition_time
        measured = {"frames": float(shape.frames)}
        if seconds is None and any(rule.endswith("_minutes") for rule in rules):
            continue
        measured["minutes"] = shape.frames * (seconds or 0) / 60
        why = about_length.why_not(measured)
        if why:
            broken[key] = why
    findings.warn_alike("is left out by exclude", broken)
    kept = without(cohort, broken)
    if not kept.sessions:
        findings.errors.append(f"exclude ({', '.join(rules)}) leaves out every session")
    return kept
