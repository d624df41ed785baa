"""The runner: makes what is missing or out of date, in order, in chunks, without a daemon."""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import dagster as dg

from attnconn_assets.assets.catalogue import assets, specs, store_of, tracking_of
from attnconn_assets.building.asset import failed_partition
from attnconn_assets.building.causes import Cause, told, told_apart
from attnconn_assets.building.partitions import add_sessions, session_partitions
from attnconn_assets.building.spec import AssetSpec
from attnconn_assets.building.staleness import attempt, plan
from attnconn_assets.instance.data_versions import CONTENT_HASH, version_tags
from attnconn_assets.instance.run_locks import announced, end_orphans
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study

__all__ = ["Listener", "Outcome", "Step", "materialise_stale"]

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dataclass(frozen=True)
class Step:
    """One asset as the runner comes to it: how many partitions to make, stand and wait."""

    asset: str
    to_make: int
    standing: int
    waiting: int = 0


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
    waiting: dict[str, tuple[Cause, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def failures(self) -> Iterator[str]:
        """Say what failed and why, partitions of an asset that failed alike in one line."""
        parts = (name.partition(" of ") for name in self.failed)
        whys = self.failed.values()
        yield from told_apart(
            Cause(asset, partition, why, failed=True)
            for (asset, _, partition), why in zip(parts, whys, strict=True)
        )

    def waits(self) -> Iterator[str]:
        """Say what can't be made for what, all that can't for the same in one line.

        Why something failed is said of it by `failures`, and not again.
        """
        alike: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name, causes in self.waiting.items():
            asset, _, partition = name.partition(" of ")
            why = told(c for c in causes if not self._is_told(c))
            failed = told((c for c in causes if self._is_told(c)), reasons=False)
            alike["; ".join(filter(None, [failed, why]))][asset].append(partition)
        for why, assets_ in alike.items():
            what = [
                asset if keys == [WHOLE] else f"{asset} of {_counted(keys)}"
                for asset, keys in assets_.items()
            ]
            yield f"not made because {why}: {', '.join(what)}"

    def _is_told(self, cause: Cause) -> bool:
        return cause.failed and f"{cause.asset} of {cause.partition}" in self.failed


def _counted(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{len(keys)} partitions"


def materialise_stale(
    study: Study,
    instance: dg.DagsterInstance,
    listener: Listener,
    *,
    models: bool = True,
    retry_failed: bool = True,
    discover: bool = True,
    blocked: Mapping[str, str] | None = None,
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
    models
        Whether forecasters are trained too.
    retry_failed
        Whether what failed last time is tried again though nothing has changed.
    discover
        Whether every session that the source has is made, or only those that are
        partitions already: a scan may still be on its way.
    blocked
        Asset → why it can't be made, as a check has found (`Findings.blocked`): it isn't
        tried, and counts as failed.
    """
    source = study.make_source()
    listing = source.listing()
    if discover:
        add_sessions(study, instance, listing.sessions)
    order = instance.get_dynamic_partitions(str(session_partitions(study).name))
    place = {key: number for number, key in enumerate(order)}
    listing = replace(listing, sessions=tuple(s for s in listing.sessions if s.key in place))
    job = assets(study).resolve_implicit_global_asset_job_def()
    store = store_of(study)
    _clear_up(study, instance, store)
    outcome = Outcome(refused={name: str(why) for name, why in listing.refused.items()})
    every = specs(study)
    for spec in every:
        if spec.group == "forecasters" and not models:
            continue
        found = plan(
            study,
            spec,
            store.snapshot(),
            source,
            listing,
            specs=every,
            retry_failed=retry_failed,
        )
        outcome.waiting |= {f"{spec.name} of {key}": why for key, why in found.waiting.items()}
        outcome.standing += len(found.standing)
        _tell_again(instance, dg.AssetKey([study.name, spec.name]), store, found.standing)
        counts = (len(each) for each in (found.due, found.standing, found.waiting))
        listener.step(Step(spec.name, *counts))
        due = sorted(found.due, key=lambda key: place.get(key, 0))
        if due and blocked and spec.name in blocked:
            for key in due:
                tried = attempt(study, spec, store, source, listing, key)
                store.fail(spec.name, key, blocked[spec.name], tried)
                outcome.failed[f"{spec.name} of {key}"] = blocked[spec.name]
                why = failed_partition([study.name, spec.name], key, blocked[spec.name])
                instance.report_runless_asset_event(why)
            continue
        for chunk in _chunks(due, place, study.chunk):
            _execute(job, instance, spec, study, chunk, outcome, listener)
    return outcome


def _clear_up(study: Study, instance: dg.DagsterInstance, store: Store) -> None:
    """Put right what killed processes left behind: runs, in Dagster and MLflow, and scratch."""
    end_orphans(instance)
    store.clear_abandoned()

    def is_over(run_id: str) -> bool:
        run = instance.get_run_by_id(run_id) if run_id else None
        return run is None or run.is_finished

    tracking_of(study).close_abandoned(study.name, is_over)


def _tell_again(
    instance: dg.DagsterInstance, asset: dg.AssetKey, store: Store, standing: Sequence[str]
) -> None:
    """Record in Dagster what the store has and Dagster doesn't know.

    A process that was killed between the two leaves that, and a new home.
    """
    if standing == [WHOLE]:
        known_whole = instance.get_latest_materialization_event(asset) is not None
        unknown: list[str | None] = [] if known_whole else [None]
    else:
        known = instance.get_materialized_partitions(asset) if standing else set()
        unknown = [key for key in standing if key not in known]
    for key in unknown:
        digest = store.entry(asset.path[-1], key or WHOLE).digest
        instance.report_runless_asset_event(
            dg.AssetMaterialization(
                asset,
                partition=key,
                description="found in the store; its run didn't say so",
                metadata={CONTENT_HASH: digest},
                tags=version_tags(digest),
            )
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
    with announced(instance, run_id):
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
