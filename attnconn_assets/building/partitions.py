"""The partitions: one a session, one a group configuration, one a benchmark of known truth."""

import dagster as dg
from sqlalchemy.exc import IntegrityError

from attnconn_assets.study.study import Study
from attnconn_core.records import Session

__all__ = [
    "add_sessions",
    "benchmark_partitions",
    "configuration_partitions",
    "session_partitions",
]


def session_partitions(study: Study) -> dg.DynamicPartitionsDefinition:
    """Sessions such as ``sub-100307_ses-test``, added as they are discovered."""
    return dg.DynamicPartitionsDefinition(name=f"{study.name}_sessions")


def configuration_partitions(study: Study) -> dg.StaticPartitionsDefinition:
    """The group configurations of the study's experiments."""
    return dg.StaticPartitionsDefinition(list(study.configurations))


def benchmark_partitions(study: Study) -> dg.StaticPartitionsDefinition:
    """The benchmarks of known truth that the study names."""
    return dg.StaticPartitionsDefinition(list(study.recovery.benchmarks))


def add_sessions(
    study: Study, instance: dg.DagsterInstance, sessions: tuple[Session, ...]
) -> list[str]:
    """Add the partitions of sessions that the instance doesn't have yet; return their keys."""
    name = session_partitions(study).name
    assert name is not None  # noqa: S101  (a definition by function has none; ours has)
    while True:
        known = set(instance.get_dynamic_partitions(name))
        new = [session.key for session in sessions if session.key not in known]
        try:
            instance.add_dynamic_partitions(name, new)
        except IntegrityError:  # another process has added some of them in between
            continue
        return new
