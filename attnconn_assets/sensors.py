"""Sensors: sessions become partitions as their scans appear, and what they allow is made."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from attnconn_assets.catalogue import resources, specs
from attnconn_assets.files import file_facts
from attnconn_assets.partitions import session_partitions
from attnconn_assets.plan import plan
from attnconn_assets.running import end_orphans
from attnconn_assets.store import Store
from attnconn_assets.study import Study
from attnconn_core.errors import AttnconnError
from attnconn_core.records import Session
from attnconn_core.sources import Source

__all__ = ["discovery", "follow"]

_SHOWN = 5
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def discovery(study: Study) -> dg.SensorDefinition:
    """Add a partition for every session whose scan is complete.

    Complete is a scan whose files have been the same for two ticks, size and time of
    change, and can be read. What isn't is said in the tick; so are sessions whose scans
    were removed, whose partitions and results stay.
    """
    partitions = session_partitions(study)

    @dg.sensor(
        name=f"{study.name}_discovery",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Adds new sessions of {study.title} as partitions.",
    )
    def discover(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        for run_id in end_orphans(context.instance):
            context.log.warning(f"run {run_id} was killed; it is ended as failed")
        known = set(context.instance.get_dynamic_partitions(str(partitions.name)))
        source = study.make_source()
        listing = source.listing()
        sessions = {session.key: session for session in listing.sessions}
        removed = sorted(known - sessions.keys())
        before = _seen_before(context.cursor)
        new, waiting, unreadable = _sort_out(source, sessions, known, before)
        told = [
            f"{len(new)} new" if new else "",
            _listed("still being written", sorted(waiting)),
            _listed("can't be read", [f"{key}: {why}" for key, why in unreadable.items()]),
            _listed("refused", [str(why) for why in listing.refused.values()]),
            _listed("removed, their results are kept", removed),
        ]
        message = "; ".join(filter(None, told)) or f"all {len(known)} sessions are known"
        for line in told[2:]:
            if line:
                context.log.warning(line)
        return dg.SensorResult(
            skip_reason=None if new else dg.SkipReason(message),
            dynamic_partitions_requests=[partitions.build_add_request(new)] if new else [],
            cursor=json.dumps(waiting | {key: before[key] for key in unreadable}),
        )

    return discover


def follow(study: Study, job: dg.JobDefinition) -> dg.SensorDefinition:
    """Make what new sessions allow, and group scores as the cohort changes; no models.

    It waits while anything runs, and looks again only when a run has ended, a session
    has come or the study has changed. What failed is left to the night, unless its scan
    changes.
    """
    partitions = session_partitions(study)
    running = dg.DefaultSensorStatus.RUNNING
    stopped = dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name=f"{study.name}_follow",
        job=job,
        minimum_interval_seconds=60,
        default_status=running if study.automation.request_runs else stopped,
        description="Requests what is missing or out of date and needs no training.",
    )
    def request(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        unfinished = context.instance.get_runs_count(dg.RunsFilter(statuses=_UNFINISHED))
        if unfinished:
            return dg.SkipReason(f"waits for {unfinished} runs to end")
        known = set(context.instance.get_dynamic_partitions(str(partitions.name)))
        latest = context.instance.get_run_records(limit=1)
        seen = json.dumps(
            [
                sorted(known),
                latest[0].dagster_run.run_id if latest else None,
                [spec.recipe.digest for spec in specs(study)],
            ]
        )
        if seen == context.cursor:
            return dg.SkipReason("nothing has changed since the last look")
        due = _due(study, [s for s in study.make_source().listing().sessions if s.key in known])
        if not due:
            return dg.SensorResult(skip_reason=dg.SkipReason("all is up to date"), cursor=seen)
        context.log.info(", ".join(f"{name}: {n}" for name, n in due.items()))
        operation = {"config": {"models": False, "retry_failed": False}}
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(run_config={"ops": {f"{study.name}_make_stale": operation}})
            ]
        )

    return request


def _seen_before(cursor: str | None) -> dict[str, Any]:
    return dict(json.loads(cursor)) if cursor else {}


def _sort_out(
    source: Source,
    sessions: Mapping[str, Session],
    known: set[str],
    before: Mapping[str, Any],
) -> tuple[list[str], dict[str, Any], dict[str, str]]:
    """Part unknown sessions into those to add, those that may still change, and unreadable ones."""
    new: list[str] = []
    waiting: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for key in sessions.keys() - known:
        files = [file_facts(file) for file in sessions[key].files]
        if files and files != before.get(key):
            waiting[key] = files
            continue
        try:
            source.probe(sessions[key])
        except AttnconnError as error:
            unreadable[key] = str(error)
        else:
            new.append(key)
    order = list(sessions)
    return sorted(new, key=order.index), waiting, unreadable


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)} {what} ({', '.join(names[:_SHOWN])}{more})"


def _due(study: Study, sessions: Sequence[Session]) -> dict[str, int]:
    """Count the partitions of every asset that can be made now without training."""
    store = resources(study)["store"]
    assert isinstance(store, Store)  # noqa: S101  (tells the type checker which of the two)
    counts = {
        spec.name: len(plan(study, spec, store, sessions, retry_failed=False).due)
        for spec in specs(study)
        if spec.group != "forecasters"
    }
    return {name: count for name, count in counts.items() if count}
