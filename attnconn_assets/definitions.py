"""The Dagster definitions: assets, jobs, sensors and schedules of the selected study."""

import dagster as dg

from attnconn_assets.assets.catalogue import assets
from attnconn_assets.building.lost_store import why_store_is_away
from attnconn_assets.instance.home import ensure_home
from attnconn_assets.operation.jobs import nightly, refresh
from attnconn_assets.operation.sensors import discovery, follow
from attnconn_assets.study.claim import claim
from attnconn_assets.study.selection import selected_study
from attnconn_assets.study.study import Study, load_study

__all__ = ["define", "defs"]


def define(study: Study) -> dg.Definitions:
    """Return the Dagster definitions of a study."""
    job = refresh(study)
    return dg.Definitions.merge(
        assets(study),
        dg.Definitions(
            jobs=[job],
            sensors=[discovery(study), follow(study, job)],
            schedules=nightly(study, job),
        ),
    )


def _selected() -> Study:
    file = selected_study()
    study = load_study(file)
    home = ensure_home(file)
    if not why_store_is_away(study, file, home):  # write nothing into an empty mount point
        claim(study, file, home)
    return study


defs = define(_selected())
