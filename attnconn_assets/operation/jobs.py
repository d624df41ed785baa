"""Jobs: the whole line in one run, by hand, by a sensor or by night."""

from collections.abc import Sequence

import dagster as dg

from attnconn_assets.building.metadata import failure
from attnconn_assets.building.retrying import tell_if_retried
from attnconn_assets.instance.run_locks import announced
from attnconn_assets.operation.outcome import Step
from attnconn_assets.operation.owned import owned
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.study.study import Study

__all__ = ["nightly", "refresh"]


class _Teller:
    """Says in a run's log which asset is being made."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    def step(self, step: Step) -> None:
        """Each asset takes one line; those that stand take none."""
        if step.to_make:
            self._log.info(f"{step.asset}: {step.to_make} to make, {step.standing} up to date")

    def made(self) -> None:
        """A partition has its own event."""

    def said(self, message: str) -> None:
        """Bodies speak in the logs of their own runs."""


class Refresh(dg.Config):
    """What a refresh takes on.

    Attributes
    ----------
    models
        Also train forecasters; without, what rests on those that are there is made.
    retry_failed
        Also try again what failed last time though nothing has changed since.
    """

    models: bool = True
    retry_failed: bool = True


def refresh(study: Study) -> dg.JobDefinition:
    """Make what is missing or out of date of all partitions, each asset in runs of its own.

    What fails is named with its reason; the rest goes on.
    """

    @dg.op(name=f"{study.name}_make_stale")
    def make_stale(context: dg.OpExecutionContext, config: Refresh) -> None:
        with announced(context.instance, context.run.run_id):
            outcome = materialise_stale(
                study,
                context.instance,
                _Teller(context.log),
                models=config.models,
                retry_failed=config.retry_failed,
                discover=False,
            )
        for line in (*outcome.heals(), *outcome.waits()):
            context.log.info(line)
        for name, why in outcome.refused.items():
            context.log.warning(f"{name} isn't a session: {why}")
        for line in outcome.moved:
            context.log.info(line)
        context.log.info(f"{outcome.made} made, {outcome.standing} up to date")
        if outcome.failed:
            passing = bool(outcome.passing & outcome.failed.keys())
            tell_if_retried(context.instance, context.run, passing=passing)
            raise failure(f"{len(outcome.failed)} failed", outcome.failed)

    @dg.job(
        name=f"{study.name}_refresh",
        description=f"Make what is missing or out of date of {study.title}, in order.",
        executor_def=dg.in_process_executor,
        **owned(study),
    )
    def job() -> None:
        make_stale()

    return job


def nightly(study: Study, job: dg.JobDefinition) -> Sequence[dg.ScheduleDefinition]:
    """Refresh everything by night, models too, where the study names a time."""
    if study.automation.nightly is None:
        return []
    return [
        dg.ScheduleDefinition(
            name=f"{study.name}_nightly",
            job=job,
            cron_schedule=study.automation.nightly,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            **owned(study),
            description="Makes what is left to the night: models, and what failed by day.",
        )
    ]
