"""Sessions: which exist, are refused, compared, and used for training."""

from collections.abc import Mapping

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.assets.forecasters.champion import without_validation
from attnconn_assets.building.cohort import by_name, short_of_quorum
from attnconn_assets.operation.check.findings import Findings, listed
from attnconn_assets.study.study import Study
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import group_folds
from attnconn_core.records import Cohort
from attnconn_core.sources import Listing, nearly_one_subject

__all__ = ["candidates", "check_quorum", "check_sessions", "without"]

_QUORUM = "group results need"
_REMEDY = (
    ". The warnings name those left out. To continue without them, name them under "
    "exclude.sessions, or lower the quorum"
)


def candidates(study: Study, listing: Listing) -> Cohort:
    """Return the cohort of the sessions that the study doesn't exclude by name."""
    excluded = listing.missing
    named = {
        session.key: why for session in listing.sessions if (why := by_name(study, session.key))
    }
    kept = tuple(session for session in listing.sessions if session.key not in named)
    return Cohort(kept, {**excluded, **named}, study.sessions)


def check_sessions(study: Study, listing: Listing, cohort: Cohort, findings: Findings) -> None:
    """Report the sessions, and check the names in the study against them."""
    findings.warn_alike("isn't a session", {k: str(why) for k, why in listing.refused.items()})
    check_quorum(study, cohort, findings)
    _check_names(study, listing, cohort, findings)
    findings.session_names = [*cohort.session_names]
    named = ", ".join(f"{name} ({count})" for name, count in cohort.session_names.items())
    findings.plan.append(
        f"{len(cohort.subjects)} subjects, {len(cohort.sessions)} sessions: {named or 'none'}"
    )
    findings.warnings += filter(None, [nearly_one_subject(cohort.subjects)])
    _say_who_is_compared(cohort, findings)
    if any(spec.name == "group_forecaster" for spec in specs(study)):
        _check_folds(study, cohort, findings)
        _check_champion(study, findings)


def without(cohort: Cohort, left_out: Mapping[str, str]) -> Cohort:
    """Return a cohort with some sessions moved to the excluded ones."""
    kept = tuple(session for session in cohort.sessions if session.key not in left_out)
    return Cohort(kept, {**cohort.excluded, **left_out}, cohort.compared)


def check_quorum(study: Study, cohort: Cohort, findings: Findings) -> None:
    """Report an error if too few sessions are usable for group results."""
    lacks, left_out, _ = short_of_quorum(study, cohort).partition(". Left out: ")
    if lacks and not any(error.startswith(_QUORUM) for error in findings.errors):
        findings.errors.append(f"{_QUORUM} {lacks}{_REMEDY if left_out else ''}")


def _check_names(study: Study, listing: Listing, cohort: Cohort, findings: Findings) -> None:
    there = cohort.session_names
    absent = [name for name in study.sessions or () if name not in there]
    if absent:
        findings.errors.append(
            f"sessions must name sessions that are there ({listed(there)}); got "
            f"{', '.join(absent)}: nothing is compared"
        )
    # Sessions whose scan was removed but whose results are kept may be named too.
    known = {session.key for session in listing.sessions}.union(
        store_of(study).partitions("time_series")
    )
    if nobody := study.exclude.names_nobody(known):
        findings.warnings.append(nobody)


def _say_who_is_compared(cohort: Cohort, findings: Findings) -> None:
    pairs = cohort.pairs()
    if not pairs:
        return
    names = sorted({(test.session, retest.session) for test, retest in pairs})
    compared = listed(f"{test} with {retest}" for test, retest in names)
    findings.plan.append(f"compared in {len(pairs)} subject{'s' * (len(pairs) > 1)}: {compared}")
    paired = {test.subject for test, _ in pairs}
    unpaired = [subject for subject in cohort.subjects if subject not in paired]
    if unpaired:
        findings.warnings.append(
            f"{len(unpaired)} of {len(cohort.subjects)} subjects lack one of the two sessions that "
            f"are compared: {listed(unpaired)}"
        )


def _check_champion(study: Study, findings: Findings) -> None:
    every = study.configurations
    unjudged = [
        n
        for n, configuration in every.items()
        if configuration.training.validation_fraction is None
    ]
    if not unjudged or len(every) == 1:
        return
    why = without_validation(unjudged)
    if len(unjudged) < len(every):
        findings.warnings.append(why)
        return
    findings.errors.append(f"champion can't be made: {why}")
    findings.blocked["champion"] = why


def _check_folds(study: Study, cohort: Cohort, findings: Findings) -> None:
    try:
        folds = group_folds(cohort, study.cross_fit_folds, study.cross_fit_seed)
    except CohortError as error:
        findings.errors.append(f"models of the cohort can't be trained: {error}")
        return
    trains = {fold.name: len({session.subject for session in fold.trains}) for fold in folds}
    findings.plan.append(
        "models of the cohort: "
        + ", ".join(f"{name} trains on {n} subject{'s' * (n > 1)}" for name, n in trains.items())
    )
    if folds[0].reads is not None and len(folds) < study.cross_fit_folds:
        findings.warnings.append(
            f"cross_fit_folds is {study.cross_fit_folds}; {len(cohort.subjects)} subjects are "
            f"enough for {len(folds)}, so that every model is read on three or more"
        )
