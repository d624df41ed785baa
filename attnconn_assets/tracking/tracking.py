"""Tracking: the interface to MLflow.

The store owns the data and MLflow points at it. Each MLflow run has tags for its Dagster run,
asset, partition, code version and study. A model is recorded by the path and hash of its file in
the store.
"""

import contextlib
import itertools
import logging
import re
import sqlite3
import urllib.parse
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
from pydantic import PrivateAttr

from attnconn_assets.storage.locks import locked
from attnconn_assets.storage.verification import Finding
from attnconn_assets.tracking.current_runs import (
    CURRENT,
    PARENT,
    Maker,
    RunTable,
    make_current,
    makers_of,
    retire,
)
from attnconn_assets.tracking.deleted import Deleted, deleted, restore
from attnconn_assets.tracking.experiments import describe_experiments, experiment_of
from attnconn_assets.tracking.moved import follow_folder
from attnconn_assets.tracking.registered_files import verify_versions
from attnconn_assets.tracking.registry import (
    MODELS,
    Registered,
    moved_aliases,
    register_model,
    version_folder,
)
from attnconn_assets.tracking.registry_table import RegistryTable
from attnconn_assets.tracking.retry import WaitingClient, call_when_free
from attnconn_assets.tracking.run import TrackedRun, pictures_of
from attnconn_assets.tracking.soundness import discard_unfinished, explained, require_known
from attnconn_assets.tracking.tags import NOTE, Origin

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

__all__ = ["Tracking"]

_RUN_ID = re.compile(r"[0-9a-f]{32}")


class Tracking(dg.ConfigurableResource):
    """MLflow's database and artifacts in one folder.

    Attributes
    ----------
    folder
        Folder of ``mlflow.db``, ``artifacts/`` and ``models/``.
    page
        Address of MLflow's page, for links.
    """

    folder: str
    page: str = "http://127.0.0.1:5000"
    _client: Any = PrivateAttr(default=None)
    _experiments: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def database(self) -> str:
        """The URI of the database."""
        if "?" in str(self.file):  # would start the options of a plain URI
            return f"sqlite:///file:{urllib.parse.quote(str(self.file))}?uri=true"
        return f"sqlite:///{self.file}"

    @property
    def file(self) -> Path:
        """The database file."""
        return Path(self.folder).resolve() / "mlflow.db"

    def client(self) -> "MlflowClient":
        """Return a client of the database, which is created if needed.

        If several processes open a new database at once, its migrations crash, so a lock is held
        meanwhile.

        Raises
        ------
        TrackingError
            If the database is damaged, of another version, or locked by another process.
        """
        if self._client is not None:
            return self._client
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import DatabaseError

        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(Path(self.folder) / ".opening"):
            require_known(self.file)
            discard_unfinished(self.file)
            try:
                self._client = self._connected()
            except (MlflowException, DatabaseError) as error:
                why = explained(error, self.file)
                if why is None:
                    raise
                raise why from error
            call_when_free(lambda: follow_folder(self.file), self.database)
            self._write_ahead()
        return self._client

    def _connected(self) -> "MlflowClient":
        from mlflow import MlflowClient

        # Hide MLflow's messages on the creation of tables.
        logging.getLogger("mlflow.store.db").setLevel(logging.WARNING)
        client = call_when_free(
            lambda: MlflowClient(tracking_uri=self.database, registry_uri=self.database),
            self.database,
        )
        waiting = cast("MlflowClient", WaitingClient(client, self.database))
        waiting.search_experiments(max_results=1)
        return waiting

    def _write_ahead(self) -> None:
        """Set the database to WAL mode, as Dagster's are: one disk sync per commit instead of five.

        The setting is kept in the file. If another process is writing just now, the next process
        sets it.
        """
        with (
            contextlib.suppress(sqlite3.OperationalError),
            contextlib.closing(sqlite3.connect(self.file, timeout=1)) as database,
        ):
            database.execute("PRAGMA journal_mode = WAL")

    @contextlib.contextmanager
    def run(
        self,
        experiment: str,
        name: str,
        origin: Origin,
        parameters: Mapping[str, object],
        parent: TrackedRun | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[TrackedRun]:
        """Open a run, with `more` tags; it ends as FINISHED, or as FAILED after an error.

        Runs of the same partition that a killed process left RUNNING are ended as KILLED, and
        earlier ones lose the tag ``attnconn.current``.
        """
        client = self.client()
        tags = {**origin.tags(), **(more or {}), CURRENT: "true"}
        if parent is not None:
            tags["mlflow.parentRunId"] = parent.id
        opened = self._opened(client, experiment, origin, name, tags)
        run = TrackedRun(client, opened, parameters)
        try:
            yield run
            run.send()
        except BaseException:
            # The original error is raised even if MLflow fails here too; the run then stays
            # RUNNING, and the next try ends it.
            with contextlib.suppress(Exception):
                run.send()
            with contextlib.suppress(Exception):
                client.set_terminated(run.id, "FAILED")
            raise
        client.set_terminated(run.id, "FINISHED")

    def _opened(
        self,
        client: "MlflowClient",
        experiment: str,
        origin: Origin,
        name: str,
        tags: Mapping[str, str],
    ) -> "Run":
        """Create a run, even if its experiment was deleted since its id was looked up."""
        from mlflow.exceptions import MlflowException

        def create() -> "Run":
            experiment_id = self._experiment(client, experiment)
            retire(client, experiment_id, origin, name)
            return client.create_run(experiment_id, tags=dict(tags), run_name=name)

        try:
            return create()
        except MlflowException:
            self._experiments.pop(experiment, None)
            return create()

    def close_left_running(
        self,
        study: str,
        is_over: Callable[[str], bool],
        maker_of: Callable[[str, str], str | None],
    ) -> int:
        """End a study's runs that were left RUNNING; return their number.

        A run that made a stored result was opened again by somebody, and is finished. A killed
        process left the others, which end as KILLED.

        Parameters
        ----------
        study
            Name of the study.
        is_over
            Function from the id of a Dagster run to whether it has ended.
        maker_of
            Function from asset and partition to the id of the MLflow run that made what is stored;
            None if nothing is.
        """
        client = self.client()
        experiments = [experiment.experiment_id for experiment in client.search_experiments()]
        running = client.search_runs(
            experiments, f"attributes.status = 'RUNNING' and tags.`attnconn.study` = '{study}'"
        )
        left = [run for run in running if is_over(run.data.tags.get("attnconn.dagster_run", ""))]
        for run in left:
            tags = run.data.tags
            maker = maker_of(tags.get("attnconn.asset", ""), tags.get("attnconn.partition", ""))
            made_it = maker in (run.info.run_id, tags.get(PARENT, ""))
            client.set_terminated(run.info.run_id, "FINISHED" if made_it else "KILLED")
        return len(left)

    def deleted(self, study: str) -> Deleted:
        """Return what a person deleted of a study's current runs."""
        return deleted(self.client(), self.file, study)

    def restore(self, study: str) -> Deleted:
        """Restore what a person deleted of a study's current runs, and return it."""
        return restore(self.client(), self.file, study)

    def run_table(self, study: str) -> RunTable:
        """Return the runs in the database, and which of a study's are current."""
        self.client()
        return RunTable.read(self.file, study)

    def makers_of(self, study: str, asset: str) -> dict[tuple[str, str], Maker]:
        """Return the runs that made an asset's partitions; see `makers_of`."""
        self.client()
        return makers_of(self.file, study, asset)

    def make_current(
        self, run_id: str, others: Iterable[str], table: RunTable, origin: Origin
    ) -> None:
        """Mark a run as current in place of others; see `make_current`."""
        make_current(self.client(), self.file, run_id, others, table, origin)

    def result_of(self, run_id: str) -> str | None:
        """Return the ``asset/partition`` of an MLflow run; None if there is no such run."""
        from mlflow.exceptions import MlflowException

        if not _RUN_ID.fullmatch(run_id):
            return None
        try:
            tags = self.client().get_run(run_id).data.tags
        except MlflowException:
            return None
        asset, partition = tags.get("attnconn.asset"), tags.get("attnconn.partition")
        return f"{asset}/{partition}" if asset and partition else None

    def link(self, made_by: Mapping[str, str], file: str = "") -> dg.MetadataValue:
        """Return a link to the page of an entry's MLflow run, or of a file among its artifacts."""
        experiment, run = made_by["mlflow_experiment"], made_by["mlflow_run"]
        page = f"/artifacts/{urllib.parse.quote(file)}" if file else ""
        return dg.MetadataValue.url(f"{self.page}/#/experiments/{experiment}/runs/{run}{page}")

    def describe(self, notes: Mapping[str, str]) -> None:
        """Set the descriptions of experiments that have none; see `describe_experiments`."""
        describe_experiments(self.client(), notes)

    def pictures(self, made_by: Mapping[str, str]) -> dict[str, bytes]:
        """Return the figures of an entry's MLflow run, by name."""
        from mlflow.exceptions import MlflowException

        try:
            run = self.client().get_run(made_by.get("mlflow_run", ""))
        except MlflowException:  # the run doesn't exist
            return {}
        return pictures_of(run.info.artifact_uri)

    def comparison(self, experiment_id: str, runs: Sequence[str]) -> dg.MetadataValue:
        """Return a link to the charts of some runs of one experiment, a bar per run.

        Not to MLflow's page for comparisons: its plot cuts names after ten characters, so that
        runs whose names begin alike have one label there.
        """
        ids = ",".join(f"'{run}'" for run in runs)
        shown = {"searchFilter": f"attributes.run_id IN ({ids})", "compareRunsMode": "CHART"}
        query = urllib.parse.urlencode(shown, quote_via=urllib.parse.quote)
        return dg.MetadataValue.url(f"{self.page}/#/experiments/{experiment_id}/runs?{query}")

    def sweep(self, experiment: str, study: str, name: str) -> TrackedRun:
        """Return the parent run of a study's runs of one experiment file; create it if needed."""
        client = self.client()
        experiment_id = self._experiment(client, experiment)
        tags = {"attnconn.study": study, "attnconn.sweep": name}
        wanted = " and ".join(f"tags.`{tag}` = '{value}'" for tag, value in tags.items())
        tags[NOTE] = f"The configurations of the experiment file {name}, each as a run below."
        with locked(Path(self.folder) / ".opening"):
            runs = client.search_runs([experiment_id], wanted, max_results=1)
            if runs:
                run = runs[0]
            else:
                run = client.create_run(experiment_id, tags=tags, run_name=f"{study} {name}")
                client.set_terminated(run.info.run_id)
        return TrackedRun(client, run)

    def register(
        self, name: str, model: Path, run_id: str, tags: Mapping[str, str], alias: str
    ) -> Registered:
        """Register a stored model with an alias; see `register_model`."""
        return register_model(self.client(), self._models, name, model, run_id, tags, alias)

    def registry_table(self) -> RegistryTable:
        """Return the content of the registry; empty if there is no database yet."""
        return RegistryTable.read(self.file)

    def is_registered(self, table: RegistryTable, name: str, sha256: str, alias: str) -> bool:
        """Whether a stored model has its version, its files and its alias; see `RegistryTable`."""
        return table.holds(name, version_folder(self._models, name, sha256), alias)

    @property
    def _models(self) -> Path:
        return Path(self.folder).resolve() / MODELS

    def moved_aliases(self, name: str) -> Mapping[str, Registered]:
        """Return the aliases of a registered model that a person has moved, as they are now."""
        return moved_aliases(self.client(), name)

    def verify_models(
        self, names: Collection[str], stored: Collection[str], *, repair: bool = False
    ) -> list[Finding]:
        """List the versions of registered models whose files are damaged; see `verify_versions`."""
        if not names or not self.file.exists():
            return []
        client = self.client()
        findings = (verify_versions(client, name, stored, repair=repair) for name in sorted(names))
        return list(itertools.chain.from_iterable(findings))

    def _experiment(self, client: "MlflowClient", name: str) -> str:
        """Return the id of an experiment, created if needed; looked up once."""
        if name not in self._experiments:
            artifacts = Path(self.folder).resolve() / "artifacts"
            self._experiments[name] = experiment_of(client, artifacts, name)
        return self._experiments[name]
