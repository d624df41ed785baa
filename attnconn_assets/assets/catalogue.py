"""The catalogue: every asset of a study, and where it keeps its data and its runs."""

import dataclasses

import dagster as dg

from attnconn_assets.assets.connectivity import specs as connectivity
from attnconn_assets.assets.forecasters import champion, forecasters
from attnconn_assets.assets.inputs import phenotypes as inputs
from attnconn_assets.assets.inputs import quality
from attnconn_assets.assets.inputs import time_series as timeseries
from attnconn_assets.assets.report import report
from attnconn_assets.assets.scores import comparison, recovery, significance
from attnconn_assets.assets.scores import group_contrast as contrast
from attnconn_assets.assets.scores import specs as benchmarks
from attnconn_assets.building.asset import build_asset
from attnconn_assets.building.spec import AssetSpec
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.tracking import Tracking

__all__ = ["assets", "resources", "specs", "store_of", "tracking_of"]


# Groups whose assets are wanted for themselves, and not only by what reads them.
_ENDS = ("inputs", "benchmarks", "report")


def specs(study: Study) -> list[AssetSpec]:
    """Every asset of a study; each stands below what it reads."""
    everything = [
        *timeseries.specs(study),
        *quality.specs(study),
        *inputs.specs(study),
        *forecasters.specs(study),
        *champion.specs(study),
        *connectivity.specs(study),
        *benchmarks.specs(study),
        *recovery.specs(study),
        *significance.specs(study),
        *contrast.specs(study),
        *comparison.specs(study),
        *report.specs(study),
    ]
    wanted = _wanted(everything)
    return [_with_quality(spec) if study.exclude.given else spec for spec in wanted]


def _wanted(everything: list[AssetSpec]) -> list[AssetSpec]:
    """Leave out the methods that no benchmark of the study reads, and the models behind them."""
    needs = {spec.name: spec.needs for spec in everything}
    waiting = [spec.name for spec in everything if spec.group in _ENDS]
    kept: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += needs[name]
    if "group_forecaster" in kept:
        kept.add("champion")
    return [spec for spec in everything if spec.name in kept]


def _with_quality(spec: AssetSpec) -> AssetSpec:
    """Let what rests on a cohort depend on what the study's rules are held against."""
    if spec.partitioned == "session" or "session" not in spec.needs.values():
        return spec
    return dataclasses.replace(spec, needs={**spec.needs, "quality": "session"})


def resources(study: Study) -> dict[str, dg.ConfigurableResource]:
    """Where the study keeps its data and its runs."""
    return {
        "store": store_of(study),
        "tracking": tracking_of(study),
    }


def store_of(study: Study) -> Store:
    """Where the study keeps its data."""
    return Store(root=str(study.store_folder))


def tracking_of(study: Study) -> Tracking:
    """Where the study keeps its runs."""
    return Tracking(folder=str(study.tracking_folder), page=study.tracking_page)


def assets(study: Study) -> dg.Definitions:
    """Every asset as Dagster has it, run in one process."""
    return dg.Definitions(
        assets=[build_asset(study, spec) for spec in specs(study)],
        resources=resources(study),
        executor=dg.in_process_executor,
    )
