"""The partitions: one per session, per cohort-model configuration, and per ground truth."""

from collections.abc import Iterable

import dagster as dg
from sqlalchemy.exc import IntegrityError

from attnconn_assets.instance.known_partitions import had_before, remember
from attnconn_assets.study.study import Study
from attnconn_core.records import Session
from attnconn_core.wording import few_and_more

__all__ = [
    "add_sessions",
    "configuration_partitions",
    "deleted_sessions",
    "deletion_in_words",
    "ground_truth_partitions",
    "known_sessions",
    "session_partitions",
]

_SHOWN = 5


def session_partitions(study: Study) -> dg.DynamicPartitionsDefinition:
    """Return the partitions of sessions, such as ``sub-100307_ses-test``; added at run time."""
    return dg.DynamicPartitionsDefinition(name=f"{study.name}_sessions")


def configuration_partitions(study: Study) -> dg.StaticPartitionsDefinition:
    """Return the partitions of the cohort-model configurations in the study's experiments."""
    return dg.StaticPartitionsDefinition(list(study.configurations))


def ground_truth_partitions(study: Study) -> dg.StaticPartitionsDefinition:
    """Return the partitions of the ground truths that the study names."""
    return dg.StaticPartitionsDefinition(list(study.recovery.ground_truths))


def known_sessions(study: Study, instance: dg.DagsterInstance) -> frozenset[str]:
    """Return the keys of the sessions that are partitions."""
    return frozenset(instance.get_dynamic_partitions(str(session_partitions(study).name)))


def add_sessions(
    study: Study,
    instance: dg.DagsterInstance,
    sessions: tuple[Session, ...],
    *,
    deleted_too: bool = False,
) -> list[str]:
    """Add the partitions of new sessions; return their keys.

    Partitions that a person deleted are added again only with `deleted_too`.
    """
    name = str(session_partitions(study).name)
    while True:
        known = set(instance.get_dynamic_partitions(name))
        kept_out = set() if deleted_too else set(deleted_sessions(study, instance, sessions))
        new = [s.key for s in sessions if s.key not in known and s.key not in kept_out]
        try:
            instance.add_dynamic_partitions(name, new)
        except IntegrityError:  # another process has just added some of them
            continue
        remember(instance, name, known.union(new))
        return new


def deleted_sessions(
    study: Study, instance: dg.DagsterInstance, sessions: Iterable[Session]
) -> list[str]:
    """Return the sessions with scans whose partitions a person has deleted.

    If neither a partition nor an event is left, Dagster's history was wiped (`dagster run wipe`);
    this doesn't count as deleting sessions.
    """
    name = str(session_partitions(study).name)
    there = known_sessions(study, instance)
    series = dg.AssetKey([study.name, "time_series"])
    if not there and instance.get_latest_materialization_event(series) is None:
        return []
    gone = had_before(instance, name) - there
    return sorted(session.key for session in sessions if session.key in gone)


def deletion_in_words(study: Study, deleted: Iterable[str]) -> str:
    """Return what to do about deleted sessions; empty if the study excludes all of them."""
    asked = [key for key in deleted if not study.exclude.names(key)]
    if not asked:
        return ""
    named = few_and_more(asked, _SHOWN)
    few = ", ".join(asked[:_SHOWN]) + (", …" if len(asked) > _SHOWN else "")
    return (
        f"{len(asked)} deleted by hand from Dagster's partitions and not added again, although the "
        f"scans exist ({named}): to keep them out on every machine, write "
        f"`exclude: {{sessions: [{few}]}}` in the study; to add them again, run `attnconn seed`"
    )
