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
    "session_partitions",
]

_SHOWN = 5


def session_partitions(study: Study) -> dg.DynamicPartitionsDefinition:
    """Sessions such as ``sub-100307_ses-test``, added as they are discovered."""
    return dg.DynamicPartitionsDefinition(name=f"{study.name}_sessions")


def configuration_partitions(study: Study) -> dg.StaticPartitionsDefinition:
    """The cohort-model configurations of the study's experiments."""
    return dg.StaticPartitionsDefinition(list(study.configurations))


def ground_truth_partitions(study: Study) -> dg.StaticPartitionsDefinition:
    """The ground truths that the study names."""
    return dg.StaticPartitionsDefinition(list(study.recovery.ground_truths))


def add_sessions(
    study: Study,
    instance: dg.DagsterInstance,
    sessions: tuple[Session, ...],
    *,
    deleted_too: bool = False,
) -> list[str]:
    """Add the partitions of sessions that the instance doesn't have yet; return their keys.

    Those that somebody deleted there are added again only with `deleted_too`.
    """
    name = str(session_partitions(study).name)
    while True:
        known = set(instance.get_dynamic_partitions(name))
        kept_out = set() if deleted_too else set(deleted_sessions(study, instance, sessions))
        new = [s.key for s in sessions if s.key not in known and s.key not in kept_out]
        try:
            instance.add_dynamic_partitions(name, new)
        except IntegrityError:  # another process has added some of them in between
            continue
        remember(instance, name, known.union(new))
        return new


def deleted_sessions(
    study: Study, instance: dg.DagsterInstance, sessions: Iterable[Session]
) -> list[str]:
    """Return the sessions that have scans, and whose partitions somebody has deleted.

    Where there is neither a partition nor an event left, Dagster's history was wiped
    (`dagster run wipe`), and nobody meant a session.
    """
    name = str(session_partitions(study).name)
    there = set(instance.get_dynamic_partitions(name))
    series = dg.AssetKey([study.name, "time_series"])
    if not there and instance.get_latest_materialization_event(series) is None:
        return []
    gone = had_before(instance, name) - there
    return sorted(session.key for session in sessions if session.key in gone)


def deletion_in_words(study: Study, deleted: Iterable[str]) -> str:
    """Ask how deleted sessions are to be kept out; empty if the study says so of all of them."""
    asked = [key for key in deleted if not study.exclude.names(key)]
    if not asked:
        return ""
    named = few_and_more(asked, _SHOWN)
    few = ", ".join(asked[:_SHOWN]) + (", …" if len(asked) > _SHOWN else "")
    return (
        f"{len(asked)} deleted by hand from Dagster's partitions and not added again, though the "
        f"scans are there ({named}): `exclude: {{sessions: [{few}]}}` in the study keeps them "
        "out wherever it runs; `attnconn seed` adds them again"
    )
