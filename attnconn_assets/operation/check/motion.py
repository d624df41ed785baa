"""Motion and coverage: checks the study's rules, and whether recorded motion is plausible."""

import time
from collections.abc import Mapping, Sequence

from attnconn_assets.building.cohort import BY_RULE
from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.operation.check.sessions import check_quorum, without
from attnconn_assets.study.settings import ExclusionRules
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError
from attnconn_core.records import Cohort
from attnconn_core.sources import (
    RunMotion,
    Source,
    doubtful_motion,
    known_measures,
    motion_measures,
    session_motion,
    summarise_motion,
)
from attnconn_core.wording import few_and_more

__all__ = ["check_motion"]


def check_motion(
    study: Study, source: Source, cohort: Cohort, findings: Findings, until: float | None
) -> Cohort:
    """Read the motion of sessions; check it against the study's rules and for plausibility.

    Returns
    -------
    kept
        The cohort without sessions whose motion can't be read or that a rule excludes.
    """
    rules = study.exclude
    if not cohort.sessions:
        return cohort
    if _says_what_is_unknown(study, source, cohort, findings):
        return cohort
    measured: dict[str, Mapping[str, float]] = {}
    motions: dict[str, Sequence[RunMotion]] = {}
    unreadable: dict[str, str] = {}
    for session in cohort.sessions:
        if until is not None and time.monotonic() > until:
            break
        try:
            motion = session_motion(source, session)
        except AttnconnError as error:
            unreadable[session.key] = str(error)
            continue
        if motion is None:  # the source has no motion
            return cohort
        measured[session.key] = motion_measures(motion)
        motions[session.key] = summarise_motion(motion)
    findings.warn_alike(
        "has motion that can't be read, so that its quality can't be made", unreadable
    )
    findings.warn_alike("is suspicious", doubtful_motion(motions, rules.about_motion))
    if not rules.about_motion:
        return cohort
    about_motion = ExclusionRules(**rules.about_motion)
    broken = {
        key: why for key, measures in measured.items() if (why := about_motion.why_not(measures))
    }
    findings.warn_alike("is left out by exclude", _with_missing_files(source, cohort, broken))
    by_rule = {key: f"{BY_RULE}{why}" for key, why in broken.items()}
    kept = without(cohort, {**unreadable, **by_rule})
    if not kept.sessions:
        findings.errors.append(
            f"exclude ({', '.join(rules.about_motion)}) leaves out every session"
        )
    elif unreadable:
        check_quorum(study, kept, findings)
    return kept


def _says_what_is_unknown(study: Study, source: Source, cohort: Cohort, findings: Findings) -> bool:
    """Report rules on measures that the source doesn't have; return whether there are any."""
    rules = {**study.exclude.about_motion, **study.exclude.about_coverage}
    try:
        known = known_measures(source, cohort.sessions[0]) if rules else ()
    except AttnconnError:  # reported with the session
        return False
    unknown = [name for name in rules if name.partition("_")[2] not in known]
    if unknown:
        what = " and ".join(dict.fromkeys(name.split("_")[1] for name in unknown))
        findings.errors.append(
            f"exclude ({', '.join(unknown)}) leaves out every session: {what} is unknown for "
            f"source {study.source!r}. Take the rule out of the study, or use a source that has "
            f"{what}, such as 'hcp'"
        )
    return bool(unknown)


def _with_missing_files(
    source: Source, cohort: Cohort, broken: Mapping[str, str]
) -> dict[str, str]:
    """Add the names of missing files to the reasons of sessions that break a rule."""
    reasons = dict(broken)
    for session in cohort.sessions:
        missing = [path for path in source.quality_files(session) if not path.is_file()]
        if missing and session.key in broken:
            reasons[session.key] += f" (no {few_and_more(missing, 1)})"
    return reasons
