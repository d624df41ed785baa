"""How MLflow's table of an experiment looks at the first visit: which metrics, which runs unfolded.

MLflow itself begins with a table without metrics, in which the runs of methods are folded away.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from attnconn_assets.tracking.query import rows

__all__ = ["DATABASE", "first_views"]

DATABASE = "ATTNCONN_MLFLOW_DATABASE"
"""The variable by which MLflow's page is given the path of its database file."""

_MOST_COLUMNS = 6
_SECTION, _BARS = "attnconn", 20
_NEWEST = "100"  # runs of an experiment that are looked at
# Metrics that are shown before others, if an experiment has them.
_FIRST = (
    *("accuracy_strict", "i_diff", "margin", "r", "r2", "rho", "auroc", "correlation"),
    *("validation_r2", "best_epoch", "density", "strength", "motion_mean", "minutes"),
)
# Costs and settings of a training, which are the same for all or say nothing about the result.
_LAST = ("attention_term", "seconds", "windows")
_METRICS = """
with newest as (
  select run_uuid, experiment_id,
    row_number() over (partition by experiment_id order by start_time desc) as place
  from runs where lifecycle_stage = 'active'
)
select cast(newest.experiment_id as text), metric.key, count(*), count(distinct metric.value)
from newest join latest_metrics as metric on metric.run_uuid = newest.run_uuid
where newest.place <= cast(? as integer)
group by newest.experiment_id, metric.key
"""
_UNFOLDED = """
select distinct cast(parent.experiment_id as text), parent.run_uuid
from tags as below
join tags as mine on mine.run_uuid = below.run_uuid and mine.key = 'attnconn.current'
join runs as parent on parent.run_uuid = below.value and parent.lifecycle_stage = 'active'
where below.key = 'mlflow.parentRunId' and mine.value = 'true'
order by parent.start_time desc
"""
_MODELS = "select distinct cast(experiment_id as text) from logged_models"


def first_views(database: Path) -> dict[str, str]:
    """Return the first state of the table of each experiment that has metrics.

    Parameters
    ----------
    database
        MLflow's database file.

    Returns
    -------
    views
        Key of the browser's local storage → the state that MLflow's page reads from there.
    """
    metrics: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for experiment, *metric in rows(database, _METRICS, _NEWEST):
        metrics[experiment].append(tuple(metric))  # type: ignore[arg-type]
    unfolded: dict[str, dict[str, bool]] = defaultdict(dict)
    for experiment, run in rows(database, _UNFOLDED):
        unfolded[experiment][run] = True
    models = {experiment for (experiment,) in rows(database, _MODELS)}
    views: dict[str, str] = {}
    for experiment, found in metrics.items():
        shown = [f"metrics.`{name}`" for name in _chosen(found)]
        if experiment in models:
            shown.append("attributes.`Models`")
        state: dict[str, Any] = {
            "selectedColumns": [*shown, "attributes.`Description`"],
            "runsExpanded": unfolded[experiment],
            **_charts(_chosen(found)),
        }
        page = f"ExperimentPage-{json.dumps([experiment])}"
        views[f"MLflowLocalStorage-1.1-{page}-ReactComponentState"] = json.dumps(state)
    return views


def _charts(metrics: list[str]) -> dict[str, Any]:
    """Return a section with a chart per metric; MLflow adds its own sections below.

    By itself it draws one chart per metric of any run, in alphabetical order.
    """
    section = {"uuid": _SECTION, "name": "What matters", "display": True, "isReordered": True}
    charts = [
        {
            "uuid": f"{_SECTION} {name}",
            "type": "BAR",
            "runsCountToCompare": _BARS,
            "metricSectionId": _SECTION,
            "deleted": False,
            "isGenerated": False,
            "displayName": name,
            "metricKey": name,
        }
        for name in metrics
    ]
    return {"compareRunSections": [section], "compareRunCharts": charts}


def _chosen(metrics: list[tuple[str, int, int]]) -> list[str]:
    """Return the metrics to show: those of most runs, those that matter, those that vary.

    Parameters
    ----------
    metrics
        Name, number of runs that have it, and number of its values.
    """
    most = max(n_runs for _, n_runs, _ in metrics)

    def place(metric: tuple[str, int, int]) -> tuple[bool, bool, int, bool, str]:
        name, n_runs, n_values = metric
        measure = name.partition("/")[0]
        first = _FIRST.index(measure) if measure in _FIRST else len(_FIRST)
        return 2 * n_runs < most, measure in _LAST, first, n_values == 1 < n_runs, name

    return [name for name, *_ in sorted(metrics, key=place)][:_MOST_COLUMNS]
