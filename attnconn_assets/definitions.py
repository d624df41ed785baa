"""The table of contents: everything that Dagster shows, and nothing else."""

import dagster as dg

from attnconn_assets import (
    benchmarks,
    champion,
    connectivity,
    forecasters,
    inputs,
    report,
    timeseries,
)
from attnconn_assets.asset import AssetSpec, build_asset
from attnconn_assets.sensors import discovery
from attnconn_assets.store import Store
from attnconn_assets.study import Study, load_study, selected_study
from attnconn_assets.tracking import Tracking

__all__ = ["define", "defs", "specs"]


def specs(study: Study) -> list[AssetSpec]:
    """Every asset of a study; each stands below what it reads."""
    return [
        *timeseries.specs(study),
        *inputs.specs(study),
        *forecasters.specs(study),
        *champion.specs(study),
        *connectivity.specs(study),
        *benchmarks.specs(study),
        *report.specs(study),
    ]


def resources(study: Study) -> dict[str, dg.ConfigurableResource]:
    """Where the study keeps its data and its runs."""
    return {
        "store": Store(root=str(study.store_folder)),
        "tracking": Tracking(folder=str(study.tracking_folder), page=study.tracking_page),
    }


def define(study: Study) -> dg.Definitions:
    """Everything that Dagster shows of a study."""
    return dg.Definitions(
        assets=[build_asset(study, spec) for spec in specs(study)],
        sensors=[discovery(study)],
        resources=resources(study),
        executor=dg.in_process_executor,
    )


defs = define(load_study(selected_study()))
