"""What a person deleted in MLflow although its results are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_assets.tracking.query import rows

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["Deleted", "deleted", "restore"]

_IN_PART = """
select distinct
  case when child.lifecycle_stage = 'active' then parent.run_uuid else child.run_uuid end
from tags as below
join runs as child on child.run_uuid = below.run_uuid
join runs as parent on parent.run_uuid = below.value
join tags as study on study.run_uuid = child.run_uuid and study.key = 'attnconn.study'
join tags as mine on mine.run_uuid = child.run_uuid and mine.key = 'attnconn.current'
join tags as above on above.run_uuid = parent.run_uuid and above.key = 'attnconn.current'
where below.key = 'mlflow.parentRunId' and child.lifecycle_stage != parent.lifecycle_stage
and mine.value = 'true' and above.value = 'true' and study.value = ?
"""


_WHOLLY = """
select count(distinct run.run_uuid) from runs as run
join tags as study on study.run_uuid = run.run_uuid and study.key = 'attnconn.study'
join tags as mine on mine.run_uuid = run.run_uuid and mine.key = 'attnconn.current'
where run.lifecycle_stage = 'deleted' and mine.value = 'true' and study.value = ?
"""


@dataclass(frozen=True)
class Deleted:
    """Deleted experiments and runs of stored results.

    Attributes
    ----------
    experiments
        Id → name of each experiment that was deleted with current runs.
    runs
        Ids of current runs that were deleted without their parent or their children.
    n_left
        Number of current runs that were deleted with parent and children: a person's choice,
        which `restore` leaves.
    """

    experiments: Mapping[str, str] = field(default_factory=dict)
    runs: Sequence[str] = ()
    n_left: int = 0

    @property
    def names(self) -> list[str]:
        """Names of the experiments, and ids of the runs, that `restore` restores."""
        return [*self.experiments.values(), *self.runs]


def deleted(client: "MlflowClient", database: Path, study: str) -> Deleted:
    """Return what a person deleted of a study's current runs.

    Parameters
    ----------
    client, database
        MLflow's client and database file.
    study
        Its name.
    """
    return Deleted(_experiments(client, study), _in_part(database, study))


def restore(client: "MlflowClient", database: Path, study: str) -> Deleted:
    """Restore what `deleted` returns, and return it."""
    experiments = _experiments(client, study)
    for experiment in experiments:
        client.restore_experiment(experiment)  # with all of its runs
    runs = _in_part(database, study)
    for run in runs:
        client.restore_run(run)
    ((n_left,),) = rows(database, _WHOLLY, study)
    return Deleted(experiments, runs, n_left)


def _experiments(client: "MlflowClient", study: str) -> dict[str, str]:
    from mlflow.entities import ViewType

    wanted = f"tags.`attnconn.study` = '{study}' and tags.`attnconn.current` = 'true'"
    return {
        experiment.experiment_id: experiment.name
        for experiment in client.search_experiments(view_type=ViewType.DELETED_ONLY)
        if client.search_runs([experiment.experiment_id], wanted, ViewType.ALL, max_results=1)
    }


def _in_part(database: Path, study: str) -> list[str]:
    return [run for (run,) in rows(database, _IN_PART, study)]
