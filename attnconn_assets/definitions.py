"""The table of contents: everything that Dagster shows, and nothing else."""

import dagster as dg

from attnconn_assets.assets.catalogue import assets
from attnconn_assets.operation.jobs import nightly, refresh
from attnconn_assets.operation.sensors import discovery, follow
from attnconn_assets.study.study import Study, load_study, selected_study

__all__ = ["define", "defs"]


def define(study: Study) -> dg.Definitions:
    """Everything that Dagster shows of a study."""
    job = refresh(study)
    return dg.Definitions.merge(
        assets(study),
        dg.Definitions(
            jobs=[job],
            sensors=[discovery(study), follow(study, job)],
            schedules=nightly(study, job),
        ),
    )


defs = define(load_study(selected_study()))
