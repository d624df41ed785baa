"""Sets how MLflow's table of an experiment first looks: the metrics shown, and the runs unfolded.

By itself MLflow shows no metrics at first, and folds the runs of methods away.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from attnconn_assets.tracking.query import rows

__all__ = ["DATABASE", "first_views"]

DATABASE = "ATTNCONN_MLFLOW_DATABASE"
"""The variable by which MLflow's page is given the path of its database file."""

_MOST_COLUMNS = 6
_SECTION, _BARS = "attnconn", 20
_NAME, _WIDTH = "attributes.`Run Name`", 300  # pixels: names of sessions are long
_NEWEST = "100"  # runs of an experiment that are looked at
# Metrics that are shown before others, if an experiment has them, and those that are shown last:
# ends of intervals, and what training costs.
_FIRST = (
    *("accuracy_strict", "accuracy", "i_diff", "cohens_d", "margin_mean"),
    *("retest_r", "halves_r", "seeds_r", "icc", "validation_r2", "r2", "r", "auroc"),
    *("validation_loss", "loss", "best_epoch", "mse", "minutes"),
)
_LAST = re.compile(r".*_(lower|upper|n)|attention_term|seconds|windows|final_loss")
_METRICS = """
with newest as (
  select run_uuid, experiment_id,
    row_number() over (partition by experiment_id order by start_time desc) as place
  from runs where lifecycle_stage = 'active'
)
select cast(newest.experiment_id as text), coalesce(metric.key, ''), count(*),
  count(distinct metric.value), coalesce(max(metric.step), 0)
from newest left join latest_metrics as metric on metric.run_uuid = newest.run_uuid
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


class _Metric(NamedTuple):
    """A metric of an experiment: in how many runs, with how many values, up to which epoch."""

    name: str
    n_runs: int
    n_values: int
    last_step: int


def first_views(database: Path) -> dict[str, str]:
    """Return the first state of the table and the charts of each experiment that has runs.

    Parameters
    ----------
    database
        MLflow's database file.

    Returns
    -------
    views
        Key of the browser's local storage → the state that MLflow's page reads from there.
    """
    metrics: dict[str, list[_Metric]] = defaultdict(list)
    for experiment, *metric in rows(database, _METRICS, _NEWEST):
        metrics[experiment].append(_Metric(*metric))
    unfolded: dict[str, dict[str, bool]] = defaultdict(dict)
    for experiment, run in rows(database, _UNFOLDED):
        unfolded[experiment][run] = True
    models = {experiment for (experiment,) in rows(database, _MODELS)}
    views: dict[str, str] = {}
    for experiment, found in metrics.items():
        chosen = _chosen([metric for metric in found if metric.name])
        shown = [f"metrics.`{metric.name}`" for metric in chosen]
        shown += ["attributes.`Models`"] if experiment in models else []
        shown.append("attributes.`Description`")
        state = {
            "selectedColumns": shown,
            "columnOrder": [_NAME, "runDateAndNestInfo", *shown, "duration"],
            "columnWidths": {_NAME: _WIDTH},
            "runsExpanded": unfolded[experiment],
            **_charts(chosen),
        }
        page = f"ExperimentPage-{json.dumps([experiment])}"
        views[f"MLflowLocalStorage-1.1-{page}-ReactComponentState"] = json.dumps(state)
    return views


def _charts(metrics: Sequence[_Metric]) -> dict[str, Any]:
    """Return a section with a chart per metric; MLflow adds its own sections below.

    By itself it draws one chart per metric of any run, in alphabetical order.
    """
    if not metrics:
        return {}
    section = {"uuid": _SECTION, "name": "What matters", "display": True, "isReordered": True}
    return {
        "compareRunSections": [section],
        "compareRunCharts": [_chart(metric) for metric in metrics],
        "isAccordionReordered": True,  # otherwise MLflow sorts the sections by their names
    }


def _chart(metric: _Metric) -> dict[str, Any]:
    """Return a chart with a bar per run, or with a line per run if the metric has epochs."""
    line = {
        "lineSmoothness": 0,
        "xAxisScaleType": "linear",
        "scaleType": "linear",
        "range": {},
        "xAxisKey": "step",
        "selectedXAxisMetricKey": "",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "ignoreOutliers": False,
        "useGlobalXaxisKey": True,
        "useGlobalLineSmoothing": True,
    }
    return {
        "uuid": f"{_SECTION} {metric.name}",
        "type": "LINE" if metric.last_step else "BAR",
        "runsCountToCompare": _BARS,
        "metricSectionId": _SECTION,
        "deleted": False,
        "isGenerated": False,
        "displayName": metric.name,
        "metricKey": metric.name,
        **(line if metric.last_step else {}),
    }


def _chosen(metrics: Sequence[_Metric]) -> list[_Metric]:
    """Return the metrics to show: those of most runs, those that matter, those that vary."""
    most = max((metric.n_runs for metric in metrics), default=0)

    def place(metric: _Metric) -> tuple[bool, int, bool, bool, str]:
        measure = metric.name.partition("/")[0]
        return (
            2 * metric.n_runs < most,
            _FIRST.index(measure) if measure in _FIRST else len(_FIRST),
            _LAST.fullmatch(measure) is not None,
            metric.n_values == 1 < metric.n_runs,
            metric.name,
        )

    return sorted(metrics, key=place)[:_MOST_COLUMNS]
