"""The runner: makes what is missing or out of date, in order, in chunks, without a daemon."""

import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import dagster as dg

from attnconn_assets.asset import AssetSpec
from attnconn_assets.definitions import define, resources, specs
from attnconn_assets.partitions import WHOLE, add_sessions, session_partitions
from attnconn_assets.store import Store
from attnconn_assets.study import Study
from attnconn_assets.work import cohort_of, is_current
from attnconn_core.records import Session

__all__ = ["Listener", "Outcome", "Step", "materialise_stale"]

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dataclass(frozen=True)
class Step:
    """One asset as the runner comes to it: how many partitions to make, and how many stand."""

    asset: str
    to_make: int
    standing: int


class Listener(Protocol):
    """Who is told how a run of the whole line goes."""

    def step(self, step: Step) -> None:
        """The next asset begins."""

    def made(self) -> None:
        """One more of its partitions is made."""

    def said(self, message: str) -> None:
        """An asset's body says how far it is."""


@dataclass
class Outcome:
    """What a run of the whole line came to."""

    made: int = 0
    standing: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)


def materialise_stale(
    study: Study,
    instance: dg.DagsterInstance,
    listener: Listener,
) -> Outcome:
    """Make every partition that isn't as today's scans, code and settings would make it.

    Parameters
    ----------
    study
        What to run.
    instance
        Where Dagster records it.
    listener
        Told how it goes.
    """
    sessions = study.make_source().sessions()
    add_sessions(study, instance, sessions)
    order = instance.get_dynamic_partitions(str(session_partitions(study).name))
    place = {key: number for number, key in enumerate(order)}
    job = define(study).resolve_implicit_global_asset_job_def()
    store = resources(study)["store"]
    assert isinstance(store, Store)  # noqa: S101  (tells the type checker which of the two)
    outcome = Outcome()
    for spec in specs(study):
        stale, standing = _sort_out(study, spec, store, sessions)
        for key in list(stale):
            missing = _unmade(study, spec, store, key)
            if missing:
                stale.remove(key)
                outcome.waiting[f"{spec.name} of {key}"] = missing
        listener.step(Step(spec.name, len(stale), standing))
        outcome.standing += standing
        for chunk in _chunks(sorted(stale, key=lambda key: place.get(key, 0)), place, study.chunk):
            _execute(job, instance, spec, study, chunk, outcome, listener)
    return outcome


def _sort_out(
    study: Study, spec: AssetSpec, store: Store, sessions: Sequence[Session]
) -> tuple[list[str], int]:
    """List the partitions to make, and count those that stand."""
    keys = {
        "session": [session.key for session in sessions],
        "configuration": list(study.configurations),
        "whole": [WHOLE],
    }[spec.partitioned]
    cohort = None
    if spec.partitioned != "session":
        read = [name for name, kind in spec.needs.items() if kind == "session"]
        cohort = cohort_of(store, sessions, read).digest if read else None
    stale = [key for key in keys if not is_current(store, spec.recipe_of(key), key, cohort)]
    return stale, len(keys) - len(stale)


def _unmade(study: Study, spec: AssetSpec, store: Store, key: str) -> str:
    """Name what a partition reads that isn't there, or couldn't be made again.

    Of sessions that a group result rests on, those are left out and listed instead.
    """
    read = []
    for name, kind in spec.needs.items():
        if kind == spec.partitioned:
            read.append((name, key))
        elif kind == "whole":
            read.append((name, WHOLE))
        elif kind == "configuration":
            chosen = spec.from_configuration
            configurations = list(study.configurations) if chosen is None else [chosen]
            read += [(name, each) for each in configurations]
    return ", ".join(
        name if partition in (key, WHOLE) else f"{name} of {partition}"
        for name, partition in read
        if store.failure(name, partition) is not None or store.find(name, partition) is None
    )


def _chunks(keys: Sequence[str], place: dict[str, int], size: int) -> Iterator[list[str]]:
    """Cut keys into neighbours, no more than `size`: Dagster runs a range at a time."""
    for _, group in itertools.groupby(
        enumerate(keys), lambda pair: place.get(pair[1], 0) - pair[0]
    ):
        run = [key for _, key in group]
        yield from (run[start : start + size] for start in range(0, len(run), size))


def _execute(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    spec: AssetSpec,
    study: Study,
    chunk: list[str],
    outcome: Outcome,
    listener: Listener,
) -> None:
    asset = dg.AssetKey([study.name, spec.name])
    seen: set[str] = set()

    def listen(event: dg.EventLogEntry) -> None:
        told = event.dagster_event
        if told is None:
            listener.said(event.user_message)
            return
        if told.event_type != dg.DagsterEventType.ASSET_MATERIALIZATION:
            return
        key = told.partition or WHOLE
        if key not in seen:
            seen.add(key)
            listener.made()

    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, listen)
    result = job.execute_in_process(
        run_config=_QUIET,
        instance=instance,
        asset_selection=[asset],
        run_id=run_id,
        tags={} if chunk == [WHOLE] else dict(zip(_RANGE, (chunk[0], chunk[-1]), strict=True)),
        raise_on_error=False,
    )
    outcome.made += len(seen)
    if not result.success:
        outcome.failed |= _failures(result, spec, chunk, seen)


def _failures(
    result: dg.ExecuteInProcessResult, spec: AssetSpec, chunk: list[str], seen: set[str]
) -> dict[str, str]:
    """Say of every partition that wasn't made why, as the step's failure has it."""
    told: dict[str, str] = {}
    reason = "the run ended without saying why"
    for event in result.get_step_failure_events():
        failure = event.step_failure_data
        if failure.user_failure_data and failure.user_failure_data.metadata:
            value = failure.user_failure_data.metadata["failed"].value
            if isinstance(value, Mapping):
                told |= {str(key): str(why) for key, why in value.items()}
        if failure.error and failure.error.cls_name == "DagsterExecutionInterruptedError":
            raise KeyboardInterrupt
        if failure.error:
            cause = failure.error.cause or failure.error
            reason = cause.message.strip()
    return {f"{spec.name} of {key}": told.get(key, reason) for key in chunk if key not in seen}
