"""The tag ``attnconn.current``, which marks the MLflow runs of the stored results."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_assets.tracking.query import rows
from attnconn_assets.tracking.tags import Origin

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["CURRENT", "PARENT", "Maker", "RunTable", "make_current", "makers_of", "retire"]

CURRENT = "attnconn.current"
PARENT = "mlflow.parentRunId"

# Equal for runs of the same result.
_SAME = ("attnconn.study", "attnconn.asset", "attnconn.partition")
_RUNS = "select run_uuid, lifecycle_stage = 'active' from runs"
_BELOW = "select run_uuid from tags where key = 'mlflow.parentRunId' and value = ?"
_SHOWN = """
select asset.value, result.value, runs.run_uuid, parent.value, runs.status = 'RUNNING',
  maker.value, method.value is not null
from tags as current
join runs on runs.run_uuid = current.run_uuid and runs.lifecycle_stage = 'active'
join tags as study on study.run_uuid = runs.run_uuid and study.key = 'attnconn.study'
join tags as asset on asset.run_uuid = runs.run_uuid and asset.key = 'attnconn.asset'
join tags as result on result.run_uuid = runs.run_uuid and result.key = 'attnconn.partition'
left join tags as parent on parent.run_uuid = runs.run_uuid and parent.key = 'mlflow.parentRunId'
left join tags as maker on maker.run_uuid = runs.run_uuid and maker.key = 'attnconn.dagster_run'
left join params as method on method.run_uuid = runs.run_uuid and method.key = 'method'
where current.key = 'attnconn.current' and current.value = 'true' and study.value = ?
"""
# Runs that aren't below another run of a result. If several qualify, the last one counts: a run
# that was recreated from the store is listed before the original, and an older one before a newer.
_MAKERS = """
select result.value, maker.value, runs.run_uuid, runs.experiment_id
from runs
join tags as study on study.run_uuid = runs.run_uuid and study.key = 'attnconn.study'
join tags as asset on asset.run_uuid = runs.run_uuid and asset.key = 'attnconn.asset'
join tags as result on result.run_uuid = runs.run_uuid and result.key = 'attnconn.partition'
join tags as maker on maker.run_uuid = runs.run_uuid and maker.key = 'attnconn.dagster_run'
left join tags as again on again.run_uuid = runs.run_uuid and again.key = 'attnconn.rebuilt'
left join tags as parent on parent.run_uuid = runs.run_uuid and parent.key = 'mlflow.parentRunId'
left join tags as sweep on sweep.run_uuid = parent.value and sweep.key = 'attnconn.sweep'
where runs.lifecycle_stage = 'active' and runs.status = 'FINISHED'
and study.value = ? and asset.value = ? and (parent.value is null or sweep.value is not null)
order by again.value is null, runs.start_time
"""


@dataclass(frozen=True)
class _Shown:
    """A current run: its parent, its Dagster run, and whether it is of one method of a score."""

    run_id: str
    parent: str | None
    goes_on: bool
    dagster_run: str | None
    is_of_method: bool


@dataclass(frozen=True)
class RunTable:
    """The runs of a study's results in MLflow's database, read with two queries.

    Attributes
    ----------
    known
        Ids of all runs, including deleted ones.
    """

    known: frozenset[str]
    _active: frozenset[str]
    _shown: Mapping[tuple[str, str], Sequence[_Shown]]

    @classmethod
    def read(cls, database: Path, study: str) -> "RunTable":
        """Read the table from MLflow's database file."""
        runs = rows(database, _RUNS)
        shown: dict[tuple[str, str], list[_Shown]] = defaultdict(list)
        for asset, partition, *run in rows(database, _SHOWN, study):
            shown[asset, partition].append(_Shown(*run))
        active = frozenset(run for run, is_active in runs if is_active)
        return cls(frozenset(run for run, _ in runs), active, shown)

    def shows(self, asset: str, partition: str, run_id: str) -> bool:
        """Whether the run that made a stored partition is current.

        Also True if a person deleted the run and no other is current, or while another run of the
        partition is unfinished.
        """
        shown = self._shown.get((asset, partition), ())
        is_current = any(run.run_id == run_id or run.goes_on for run in shown)
        return is_current or (run_id not in self._active and not shown)

    def others(self, asset: str, partition: str, run_id: str) -> list[str]:
        """Return the current runs of a partition other than this one and those below it."""
        shown = self._shown.get((asset, partition), ())
        if any(run.goes_on for run in shown):
            return []
        return [run.run_id for run in shown if run_id not in (run.run_id, run.parent)]

    def lost_its_parent(self, run_id: str, parent: str, origin: Origin) -> bool:
        """Whether a current run is of one method of a result, and its tag of the parent is gone."""
        shown = {run.run_id: run for run in self._shown.get((origin.asset, origin.partition), ())}
        run, above = shown.get(run_id), shown.get(parent)
        if run is None or above is None or run.dagster_run != origin.dagster_run:
            return False
        # The run of a matrix has a method, too, but none below it.
        return run.parent is None and run.is_of_method and not above.is_of_method

    def is_active(self, run_id: str) -> bool:
        """Whether a run exists and isn't deleted."""
        return run_id in self._active


@dataclass(frozen=True)
class Maker:
    """A run that made a stored result, and its experiment."""

    run_id: str
    experiment_id: str


def makers_of(database: Path, study: str, asset: str) -> dict[tuple[str, str], Maker]:
    """Return the MLflow runs that made an asset's partitions.

    They are found by the pair of partition and Dagster run.

    Parameters
    ----------
    database
        MLflow's database file.
    study, asset
        Their names.
    """
    return {
        (partition, dagster_run): Maker(run_id, str(experiment))
        for partition, dagster_run, run_id, experiment in rows(database, _MAKERS, study, asset)
    }


def make_current(
    client: "MlflowClient",
    database: Path,
    run_id: str,
    others: Iterable[str],
    table: RunTable,
    origin: Origin,
) -> None:
    """Mark a run, and those below it, as current in place of others.

    Tags of its origin that a person removed or changed are set again, and so is the tag by which a
    run of one method is below it.

    Parameters
    ----------
    client, database
        MLflow's client and database file.
    run_id
        The run that made the stored result.
    others
        Runs that are no longer current.
    table
        The run table; deleted runs in it are skipped, as they can't be tagged.
    origin
        The origin of the stored result.
    """
    for other in others:
        if table.lost_its_parent(other, run_id, origin):
            client.set_tag(other, PARENT, run_id)
        else:
            client.set_tag(other, CURRENT, "false")
    below = [run for (run,) in rows(database, _BELOW, run_id)]
    for active_id in filter(table.is_active, (run_id, *below)):
        for tag, value in {**origin.tags(), CURRENT: "true"}.items():
            client.set_tag(active_id, tag, value)


def retire(client: "MlflowClient", experiment_id: str, origin: Origin, name: str) -> None:
    """Mark the earlier MLflow runs of a result as not current.

    Runs that a killed process left unfinished are ended.
    """
    from mlflow.entities import ViewType

    # The query compares names only: each further tag takes MLflow a millisecond.
    named = client.search_runs(
        [experiment_id],
        f"attributes.run_name = '{name}' and tags.`{CURRENT}` = 'true'",
        run_view_type=ViewType.ALL,  # a deleted run may be restored later
    )
    same = {tag: origin.tags()[tag] for tag in _SAME}
    for run in named:
        tags = run.data.tags
        if tags.get("attnconn.dagster_run") == origin.dagster_run:
            continue
        if any(tags.get(tag) != value for tag, value in same.items()):
            continue
        deleted = run.info.lifecycle_stage == "deleted"
        if deleted:  # a deleted run can't be tagged
            client.restore_run(run.info.run_id)
        client.set_tag(run.info.run_id, CURRENT, "false")
        if run.info.status == "RUNNING":
            client.set_terminated(run.info.run_id, "KILLED")
        if deleted:
            client.delete_run(run.info.run_id)
