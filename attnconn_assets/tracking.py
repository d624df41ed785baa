"""Tracking: the one place that talks to MLflow.

The store owns the data and MLflow points at it: a run carries the Dagster run, asset,
partition, code version and study it belongs to, and a model is recorded by the path
and hash of its one file in the store.
"""

import contextlib
import dataclasses
import json
import tempfile
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import PrivateAttr

from attnconn_assets.locks import alone

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["Origin", "TrackedRun", "Tracking"]

_KIND = {"mlflow.experimentKind": "custom_model_development"}  # not of language models
_BATCH = 1000  # MLflow takes no more metrics in one call


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a run in MLflow comes from: the tags that lead back to Dagster."""

    study: str
    asset: str
    partition: str
    dagster_run: str
    code_version: str

    def tags(self) -> dict[str, str]:
        """The tags as MLflow holds them."""
        return {f"attnconn.{name}": value for name, value in dataclasses.asdict(self).items()}


class TrackedRun:
    """One run in MLflow while it goes on."""

    def __init__(self, client: "MlflowClient", run_id: str, experiment_id: str) -> None:
        self._client = client
        self.id = run_id
        self.experiment_id = experiment_id

    def metrics(self, values: Mapping[str, float | None], step: int = 0) -> None:
        """Record numbers; those that are None or not finite are left out."""
        self._log([(name, value, step) for name, value in values.items()])

    def curve(self, epochs: Sequence[Any]) -> None:
        """Record every numeric field of every epoch, one step an epoch, in few calls."""
        self._log(
            [
                (name, value, epoch.number)
                for epoch in epochs
                for name, value in dataclasses.asdict(epoch).items()
                if name != "number"
            ]
        )

    def picture(self, name: str, png: bytes) -> None:
        """Keep a figure as ``figures/<name>.png``."""
        self.file(f"{name}.png", png, "figures")

    def file(self, name: str, content: bytes, folder: str | None = None) -> None:
        """Keep a file of a few megabytes at most, where MLflow's page can show it."""
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / name
            path.write_bytes(content)
            self._client.log_artifact(self.id, str(path), folder)

    def model(self, name: str, path: Path, sha256: str) -> None:
        """Record a model that the store holds: its path and hash, no copy."""
        model = self._client.create_logged_model(
            experiment_id=self.experiment_id,
            name=name,
            source_run_id=self.id,
            model_type="attention forecaster",
            params={"path": str(path), "sha256": sha256},
        )
        self._client.finalize_logged_model(model.model_id, "READY")

    def _log(self, points: Sequence[tuple[str, Any, int]]) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [
            Metric(name, float(value), now, step)
            for name, value, step in points
            if isinstance(value, int | float) and abs(float(value)) < float("inf")
        ]
        for start in range(0, len(metrics), _BATCH):
            self._client.log_batch(self.id, metrics=metrics[start : start + _BATCH])


class Tracking(dg.ConfigurableResource):
    """MLflow's database and artifacts in one folder.

    Attributes
    ----------
    folder
        Holds ``mlflow.db`` and ``artifacts/``.
    page
        Where MLflow's page is, for links to it.
    """

    folder: str
    page: str = "http://127.0.0.1:5000"
    _client: Any = PrivateAttr(default=None)

    @property
    def database(self) -> str:
        """The URI of the database."""
        return f"sqlite:///{Path(self.folder).resolve() / 'mlflow.db'}"

    def client(self) -> "MlflowClient":
        """A client of the database, which the first caller creates.

        Many processes that open a new database at once crash in its migrations, so
        one at a time passes here.
        """
        if self._client is not None:
            return self._client
        from mlflow import MlflowClient

        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        with alone(Path(self.folder) / ".opening"):
            client = MlflowClient(tracking_uri=self.database, registry_uri=self.database)
            client.search_experiments(max_results=1)
        self._client = client
        return client

    @contextlib.contextmanager
    def run(
        self,
        experiment: str,
        name: str,
        origin: Origin,
        parameters: Mapping[str, object],
        parent: TrackedRun | None = None,
    ) -> Iterator[TrackedRun]:
        """Open a run; it ends FINISHED, or FAILED if the body raises.

        Runs of the same asset partition that a killed process left RUNNING are closed
        as KILLED, and older ones lose the tag ``attnconn.current``.
        """
        from mlflow.entities import Param, RunTag

        client = self.client()
        experiment_id = self._experiment(client, experiment)
        self._retire(client, experiment_id, origin, name)
        tags = {**origin.tags(), "attnconn.current": "true"}
        if parent is not None:
            tags["mlflow.parentRunId"] = parent.id
        started = client.create_run(experiment_id, run_name=name)
        run = TrackedRun(client, started.info.run_id, experiment_id)
        client.log_batch(
            run.id,
            params=[Param(key, str(value)) for key, value in parameters.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
        try:
            yield run
        except BaseException:
            client.set_terminated(run.id, "FAILED")
            raise
        client.set_terminated(run.id, "FINISHED")

    def link(self, made_by: Mapping[str, str]) -> dg.MetadataValue:
        """Point to the page that shows a run of an entry while MLflow's server runs."""
        experiment, run = made_by["mlflow_experiment"], made_by["mlflow_run"]
        return dg.MetadataValue.url(f"{self.page}/#/experiments/{experiment}/runs/{run}")

    def comparison(self, experiment_id: str, runs: Sequence[str]) -> dg.MetadataValue:
        """Point to the page that holds runs of one experiment side by side."""
        ids = json.dumps(list(runs), separators=(",", ":"))
        query = urllib.parse.urlencode({"runs": ids, "experiments": json.dumps([experiment_id])})
        return dg.MetadataValue.url(f"{self.page}/#/compare-runs?{query}")

    def sweep(self, experiment: str, study: str, name: str) -> TrackedRun:
        """Find the run that holds a study's runs of one experiment file, or make it."""
        client = self.client()
        experiment_id = self._experiment(client, experiment)
        tags = {"attnconn.study": study, "attnconn.sweep": name}
        wanted = " and ".join(f"tags.`{tag}` = '{value}'" for tag, value in tags.items())
        with alone(Path(self.folder) / ".opening"):
            found = client.search_runs([experiment_id], wanted, max_results=1)
            if found:
                run = found[0]
            else:
                run = client.create_run(experiment_id, tags=tags, run_name=f"{study} {name}")
                client.set_terminated(run.info.run_id)
        return TrackedRun(client, run.info.run_id, experiment_id)

    def register(
        self, name: str, model: Path, run_id: str, tags: Mapping[str, str], alias: str
    ) -> str:
        """Give a stored model a version in MLflow's registry and an alias; return the version.

        A file that is registered already, told by its tag ``sha256``, keeps its version.
        """
        from mlflow.exceptions import MlflowException

        client = self.client()
        try:
            client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        same = f"name = '{name}' and tags.sha256 = '{tags['sha256']}'"
        found = client.search_model_versions(same, max_results=1)
        version = (
            found[0].version
            if found
            else client.create_model_version(
                name, model.resolve().as_uri(), run_id=run_id, tags=dict(tags)
            ).version
        )
        client.set_registered_model_alias(name, alias, version)
        return str(version)

    def _experiment(self, client: "MlflowClient", name: str) -> str:
        from mlflow.exceptions import MlflowException

        found = client.get_experiment_by_name(name)
        if found is None:
            location = (Path(self.folder).resolve() / "artifacts" / name).as_uri()
            try:
                return client.create_experiment(name, location, _KIND)
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
                found = client.get_experiment_by_name(name)
                if found is None:
                    raise
        return found.experiment_id

    def _retire(
        self, client: "MlflowClient", experiment_id: str, origin: Origin, name: str
    ) -> None:
        same = " and ".join(
            f"tags.`attnconn.{field}` = '{getattr(origin, field)}'"
            for field in ("study", "asset", "partition")
        )
        before = client.search_runs(
            [experiment_id],
            f"{same} and tags.`attnconn.current` = 'true' and attributes.run_name = '{name}'",
        )
        for run in before:
            if run.data.tags.get("attnconn.dagster_run") == origin.dagster_run:
                continue
            client.set_tag(run.info.run_id, "attnconn.current", "false")
            if run.info.status == "RUNNING":
                client.set_terminated(run.info.run_id, "KILLED")
