"""Sensors: one adds new sessions as partitions, one requests refreshes."""

import dataclasses
import datetime
import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import dagster as dg

from attnconn_assets.assets.catalogue import specs, store_of, tracking_of
from attnconn_assets.building.causes import Cause, in_lines
from attnconn_assets.building.cohort import by_name
from attnconn_assets.building.lost_store import require_store
from attnconn_assets.building.partitions import (
    deleted_sessions,
    deletion_in_words,
    known_sessions,
    session_partitions,
)
from attnconn_assets.building.staleness import plan
from attnconn_assets.instance.known_partitions import remember
from attnconn_assets.instance.run_locks import end_orphans
from attnconn_assets.operation.owned import owned
from attnconn_assets.operation.pages import Pages, seen_of_pages
from attnconn_assets.storage.user_files import file_facts
from attnconn_assets.study.named_files import named_files
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError, TrackingError
from attnconn_core.records import Session
from attnconn_core.sources import Listing, Source, series_files
from attnconn_core.wording import few_and_more

__all__ = ["discovery", "follow"]

_SHOWN = 5
_NEVER_THERE = "without a scan or results; partitions added by hand can be deleted on their page"
_ADDED = "added"  # a key in the cursor beside the session keys; no session has this name
_PROBES = 200  # most scans opened per tick, so that it ends in time
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0  # seconds before a retry
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def discovery(study: Study) -> dg.SensorDefinition:
    """Return the sensor that adds a partition for every session whose scan is complete.

    A scan is complete if its files can be read and have kept their size and time of change for
    two ticks. Each tick reports incomplete scans, sessions whose scans were removed (their
    partitions and results stay), and sessions whose partitions a person deleted (they aren't
    added again).
    """
    partitions = session_partitions(study)

    @dg.sensor(
        name=f"{study.name}_discovery",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Adds new sessions of {study.title} as partitions.",
        **owned(study),
    )
    def discover(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        for run_id in end_orphans(context.instance):
            context.log.warning(f"run {run_id} was killed; it is marked as failed")
        known = known_sessions(study, context.instance)
        source = study.make_source()
        try:
            listing = source.listing()
        except AttnconnError as error:  # such as an empty folder
            return dg.SkipReason(f"{error} ({len(known)} sessions are known)")
        sessions = {session.key: session for session in listing.sessions}
        before = _seen_before(context.cursor)
        # A preview in Dagster's page has no start time; what it "adds" isn't added.
        added = before.get(_ADDED, ()) if context.last_sensor_start_time is not None else ()
        remember(context.instance, str(partitions.name), known.union(added))
        deleted = deleted_sessions(study, context.instance, listing.sessions)
        new, seen = _sort_out(source, sessions, known.union(deleted), before)
        gone = [key for key in sorted(known - sessions.keys()) if not by_name(study, key)]
        stored = set(store_of(study).partitions("time_series"))
        unreadable = [f"{key}: {scan['why']}" for key, scan in seen.items() if scan["why"]]
        lines = [
            _listed("still being written", [k for k, scan in seen.items() if not scan["why"]]),
            _listed("can't be read", unreadable),
            _listed("refused", [str(why) for why in listing.refused.values()]),
            deletion_in_words(study, deleted),
            _listed("removed; their results are kept", [key for key in gone if key in stored]),
            _listed(_NEVER_THERE, [key for key in gone if key not in stored]),
            _unshown(study, context.instance, stored),
        ]
        for line in filter(None, lines[1:]):
            context.log.warning(line)
        if new:
            context.log.info(_listed("new", new))
        message = "; ".join(filter(None, lines)) or f"all {len(known)} sessions are known"
        return dg.SensorResult(
            skip_reason=None if new else dg.SkipReason(message),
            dynamic_partitions_requests=[partitions.build_add_request(new)] if new else [],
            cursor=json.dumps({**seen, _ADDED: new}),
        )

    return discover


def _unshown(study: Study, instance: dg.DagsterInstance, stored: Collection[str]) -> str:
    """Return how many stored sessions Dagster doesn't show, as with a new home; empty if none."""
    shown = instance.get_materialized_partitions(dg.AssetKey([study.name, "time_series"]))
    unshown = set(stored) - set(shown)
    if not unshown:
        return ""
    return (
        f"results of {len(unshown)} sessions are stored, and Dagster doesn't show them; the job "
        f"{study.name}_refresh, or `attnconn run`, records them"
    )


def follow(study: Study, job: dg.JobDefinition) -> dg.SensorDefinition:
    """Return the sensor that requests a refresh when something is missing or stale; no models.

    It waits while a run is unfinished. It looks again only when a run has ended, when a scan, the
    study or the code has changed, or when Dagster's or MLflow's pages may differ from the store:
    an asset was wiped, a model deleted or a store restored. A refresh then corrects the pages.

    A failure that is due to its inputs isn't retried until they change. Other failures (a disk, a
    database, a killed process) are retried after a minute, and then after pauses of up to an hour.
    The tick reports what can't be made.
    """
    running = dg.DefaultSensorStatus.RUNNING
    stopped = dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name=f"{study.name}_follow",
        job=job,
        minimum_interval_seconds=60,
        default_status=running if study.automation.request_runs else stopped,
        description=f"Requests all results of {study.title} that are missing or stale and need no "
        "training.",
        **owned(study),
    )
    def request(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        unfinished = context.instance.get_runs_count(dg.RunsFilter(statuses=_UNFINISHED))
        if unfinished:
            runs = "run" if unfinished == 1 else "runs"
            return dg.SkipReason(f"waiting for {unfinished} {runs} to end")
        known = known_sessions(study, context.instance)
        source = study.make_source()
        try:
            require_store(study, context.instance)
            listing = source.listing()
        except AttnconnError as error:
            return dg.SkipReason(str(error))
        there = tuple(session for session in listing.sessions if session.key in known)
        listing = dataclasses.replace(listing, sessions=there)
        before = _Look.of(context.cursor)
        seen = _digest(study, context.instance, source, listing)
        now = time.time()
        if seen == before.seen and not (before.due and now >= before.again):
            return dg.SkipReason(f"nothing has changed since the last look: {before.told}")
        try:
            due, left = _due(study, context.instance, source, listing)
        except TrackingError as error:
            return dg.SkipReason(str(error))
        look, is_requested = _after(before, seen, due, left, now)
        if not is_requested:
            return dg.SensorResult(skip_reason=dg.SkipReason(look.told), cursor=look.cursor)
        context.log.info(", ".join(f"{name}: {len(keys)}" for name, keys in due.items()))
        operation = {"config": {"models": False, "retry_failed": False}}
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(run_config={"ops": {f"{study.name}_make_stale": operation}})
            ],
            cursor=look.cursor,
        )

    return request


@dataclasses.dataclass(frozen=True)
class _Look:
    """What the sensor saw at its last look.

    Attributes
    ----------
    seen
        Hash of everything that can make a partition stale.
    due
        Partitions that it requested, by asset.
    tries
        How often the same partitions were requested before.
    again
        Earliest time of the next request, in seconds since the epoch.
    told
        Message while nothing changes.
    """

    seen: str = ""
    due: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    tries: int = 0
    again: float = 0.0
    told: str = ""

    @classmethod
    def of(cls, cursor: str | None) -> "_Look":
        known = {field.name for field in dataclasses.fields(cls)}
        kept = _seen_before(cursor)  # fields may differ between versions
        return cls(**{name: value for name, value in kept.items() if name in known})

    @property
    def cursor(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @property
    def when(self) -> str:
        at = datetime.datetime.fromtimestamp(self.again, datetime.UTC)
        return f"next try after {at:%H:%M} UTC"


def _after(
    before: _Look, seen: str, due: Mapping[str, list[str]], left: str, now: float
) -> tuple[_Look, bool]:
    """Return the new state of the sensor, and whether it requests a refresh."""
    if not due:
        return _Look(seen, told=left or "all is up to date"), False
    again = due == before.due
    if again and now < before.again:
        message = f"the last refresh couldn't make {', '.join(due)} (see its run); {before.when}"
        message = "; ".join(filter(None, (message, left)))
        return dataclasses.replace(before, seen=seen, told=message), False
    tries = before.tries + 1 if again else 0
    pause = min(_FIRST_PAUSE * 2**tries, _LONGEST_PAUSE)
    return _Look(seen, due, tries, now + pause, left), True


def _seen_before(cursor: str | None) -> dict[str, Any]:
    return dict(json.loads(cursor)) if cursor else {}


def _sort_out(
    source: Source,
    sessions: Mapping[str, Session],
    known: Collection[str],
    before: Mapping[str, Any],
) -> tuple[list[str], dict[str, Any]]:
    """Split unknown sessions into those to add and those to look at again.

    The second have the state of their files and, if reading failed, the reason; reading is tried
    again when the files change.
    """
    new: list[str] = []
    seen: dict[str, Any] = {}
    probes = 0
    for key, session in sessions.items():
        if key in known:
            continue
        files = [file_facts(file) for file in session.files]
        last = before.get(key, {})
        if files and (files != last.get("files") or probes == _PROBES):
            seen[key] = {"files": files, "why": ""}
            continue
        if last.get("why"):
            seen[key] = last
            continue
        probes += 1
        try:
            source.probe(session)
        except AttnconnError as error:
            seen[key] = {"files": files, "why": str(error)}
        else:
            new.append(key)
    return new, seen


def _digest(study: Study, instance: dg.DagsterInstance, source: Source, listing: Listing) -> str:
    """Hash everything that can make a partition stale, or a page differ from the store.

    That is the study and its tables, code, scans, the latest run, and `seen_of_pages`.
    """
    every = specs(study)
    latest = instance.get_run_records(limit=1)
    files = set(named_files(study)) | {
        path
        for session in listing.sessions
        for path in (
            *session.files,
            *series_files(source, session),
            *source.quality_files(session),
        )
    }
    parts = [
        study.model_dump_json(),
        *(spec.recipe.digest for spec in every),
        *(session.key for session in listing.sessions),
        *(json.dumps(file_facts(path)) for path in sorted({*files, *source.shared_files()})),
        latest[0].dagster_run.run_id if latest else "",
        *seen_of_pages(study, instance, every),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"{len(names)} {what} ({few_and_more(names, _SHOWN)})"


def _due(
    study: Study, instance: dg.DagsterInstance, source: Source, listing: Listing
) -> tuple[dict[str, list[str]], str]:
    """List the partitions that can be made now without training, and say what can't be made.

    Partitions whose pages differ from the store are listed too, as ``pages of <asset>``.
    """
    store = store_of(study).snapshot()
    every = specs(study)
    pages = Pages(study, instance, every)
    due: dict[str, list[str]] = {}
    models: dict[str, list[str]] = {}
    waiting: list[Cause] = []
    for spec in every:
        asset_plan = plan(study, spec, store, source, listing, specs=every, retry_failed=False)
        kept = models if spec.group == "forecasters" else due
        if asset_plan.due:
            kept[spec.name] = asset_plan.due
        if unlike := pages.unlike_store(spec, asset_plan.standing, store):
            due[f"pages of {spec.name}"] = unlike
        waiting += [cause for causes in asset_plan.waiting.values() for cause in causes]
    if deleted := tracking_of(study).deleted(study.name).names:
        due["deleted in MLflow"] = deleted
    lines = in_lines(dict.fromkeys(cause for cause in waiting if cause.asset not in models))
    if models:
        counted = ", ".join(f"{name} ({len(keys)})" for name, keys in models.items())
        lines.insert(0, f"models need training, which this sensor doesn't request: {counted}")
    more = [f"{len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return due, "; ".join([*lines[:_SHOWN], *more])
