"""Jobs: refresh all assets in one run, started by hand, by a sensor or by a schedule."""

from collections.abc import Sequence

import dagster as dg

from attnconn_assets.building.metadata import failure
from attnconn_assets.building.retrying import set_retry_tag
from attnconn_assets.instance.run_locks import announced
from attnconn_assets.operation.outcome import Step
from attnconn_assets.operation.owned import owned
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.study.study import Study

__all__ = ["nightly", "refresh"]


class _RunLog:
    """Writes to a run's log which asset is being made."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    def step(self, step: Step) -> None:
        """Log one line per asset that has partitions to make."""
        if step.to_make:
            self._log.info(f"{step.asset}: {step.to_make} to make, {step.standing} up to date")

    def made(self) -> None:
        """Log nothing: each partition has its own event."""

    def said(self, message: str) -> None:
        """Log nothing: bodies log in their own runs."""


class Refresh(dg.Config):
    """Settings of a refresh.

    Attributes
    ----------
    models
        Whether to train forecasters. If not, stored forecasters are used.
    retry_failed
        Whether to retry what failed before, although nothing has changed since.
    """

    models: bool = True
    retry_failed: bool = True


def refresh(study: Study) -> dg.JobDefinition:
    """Return the job that makes all missing or stale partitions, one or more runs per asset.

    If a partition fails, the others are still made; the job then fails and names the reasons.
    """

    @dg.op(name=f"{study.name}_make_stale")
    def make_stale(context: dg.OpExecutionContext, config: Refresh) -> None:
        with announced(context.instance, context.run.run_id):
            outcome = materialise_stale(
                study,
                context.instance,
                _RunLog(context.log),
                models=config.models,
                retry_failed=config.retry_failed,
                discover=False,
            )
        for line in outcome.heals():
            context.log.info(line)
        for line in outcome.waits():
            context.log.warning(line)
        for name, why in outcome.refused.items():
            context.log.warning(f"{name} isn't a session: {why}")
        for line in outcome.moved:
            context.log.info(line)
        context.log.info(f"{outcome.made} made, {outcome.standing} up to date")
        if outcome.failed:
            transient = bool(outcome.transient & outcome.failed.keys())
            set_retry_tag(context.instance, context.run, transient=transient)
            raise failure(f"{len(outcome.failed)} failed", outcome.failed)

    @dg.job(
        name=f"{study.name}_refresh",
        description=f"Makes all missing or stale results of {study.title}, in order.",
        executor_def=dg.in_process_executor,
        **owned(study),
    )
    def job() -> None:
        make_stale()

    return job


def nightly(study: Study, job: dg.JobDefinition) -> Sequence[dg.ScheduleDefinition]:
    """Return the schedule that refreshes everything, including models, if the study sets one."""
    if study.automation.nightly is None:
        return []
    return [
        dg.ScheduleDefinition(
            name=f"{study.name}_nightly",
            job=job,
            cron_schedule=study.automation.nightly,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            **owned(study),
            description="Makes everything that is missing or stale, including models and earlier "
            "failures.",
        )
    ]
