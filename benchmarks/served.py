"""Run the platform for a benchmark: a study in a folder, its servers, and requests to them."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["STUDY", "Place", "Servers", "awaited", "post", "served"]

_REPOSITORY = Path(__file__).resolve().parents[1]
STUDY = "large"
_LOCATION = {"repositoryName": "__repository__", "repositoryLocationName": "attnconn"}
_BACKFILL = """mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}"""
_BACKFILL_STATUS = """query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
}"""
# The request of Dagster's page for one partition, or for an asset without partitions.
_RUN = """mutation ($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on InvalidSubsetError { message }
    ... on PythonError { message }
  }
}"""
_RUN_STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
_STATS = """query ($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode { partitionStats { numPartitions numMaterialized } }
  }
}"""


@dataclass(frozen=True)
class Place:
    """A folder with a study, its store, its MLflow runs and Dagster's home."""

    folder: Path

    @property
    def study(self) -> Path:
        """The study file."""
        return self.folder / "study.yaml"

    @property
    def home(self) -> Path:
        """DAGSTER_HOME."""
        return self.folder / ".dagster"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of processes that work here."""
        return {
            **os.environ,
            "DAGSTER_HOME": str(self.home),
            "ATTNCONN_STUDY": str(self.study),
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }

    @classmethod
    def laid_out(cls, folder: Path, scans: Path, chunk: int = 25) -> "Place":
        """Write a study of a folder of scans, with Pearson correlation as its only method."""
        place = cls(folder)
        place.home.mkdir(parents=True)
        shutil.copy(_REPOSITORY / "dagster.yaml", place.home)
        content = {
            "name": STUDY,
            "title": "A large simulated cohort",
            "source": "arrays",
            "root": str(scans),
            "repetition_time": 0.72,
            "experiments": [str(_REPOSITORY / "experiments" / "quick.yaml")],
            "methods": ["pearson"],
            "chunk": chunk,
            "automation": {"request_runs": False, "nightly": None},
        }
        place.study.write_text(yaml.safe_dump(content), encoding="utf-8")
        return place

    def run(self, *command: str) -> str:
        """Run a Python module here to its end, and return its output.

        Raises
        ------
        RuntimeError
            If it fails.
        """
        done = subprocess.run(  # noqa: S603  (ourselves)
            [sys.executable, "-m", *command],
            env=self.environment,
            cwd=_REPOSITORY,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            told = (done.stderr.strip() or done.stdout.strip())[-3000:]
            raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}:\n{told}")
        return done.stdout

    def chunks(self, what: str, *more: str) -> Any:
        """Run `benchmarks.chunks`, and return its result."""
        told = self.run("benchmarks.chunks", what, str(self.study), *more)
        return json.loads(told.splitlines()[-1])

    def materialisations(self) -> int:
        """Return the number of materialisation events in Dagster's log."""
        log = self.home / "history" / "runs" / "index.db"
        with contextlib.closing(sqlite3.connect(f"{log.as_uri()}?mode=ro", uri=True)) as database:
            kind = "select count(*) from event_logs where dagster_event_type = ?"
            return int(database.execute(kind, ("ASSET_MATERIALIZATION",)).fetchone()[0])


@dataclass(frozen=True)
class Servers:
    """Addresses of the running Dagster and MLflow servers."""

    dagster: str
    mlflow: str

    def graphql(self, query: str, **variables: Any) -> Any:
        """Send a query for one field to Dagster, and return that field."""
        answer = post(f"{self.dagster}/graphql", {"query": query, "variables": variables})
        if answer.get("errors"):
            raise RuntimeError(f"Dagster: {answer['errors']}")
        return next(iter(answer["data"].values()))

    def ready(self) -> bool:
        """Return whether both servers answer and Dagster has loaded the study."""
        try:
            urllib.request.urlopen(f"{self.mlflow}/health", timeout=5)  # noqa: S310
            return bool(self.graphql("{ assetNodes { id } }"))
        except OSError:
            return False

    def stats(self, asset: str) -> dict[str, int]:
        """Return how many partitions an asset has, and how many are materialised."""
        return self.graphql(_STATS, key={"path": [STUDY, asset]})["partitionStats"]

    def backfill(self, assets: Sequence[str], sessions: Sequence[str]) -> float:
        """Launch a backfill, and return the seconds until Dagster reports its end."""
        named = " and ".join(assets)
        began = time.monotonic()
        selected = [{"path": [STUDY, asset]} for asset in assets]
        params = {"partitionNames": list(sessions), "assetSelection": selected}
        launched = self.graphql(_BACKFILL, params=params)
        if launched["__typename"] != "LaunchBackfillSuccess":
            raise RuntimeError(f"the backfill of {named} didn't start: {launched}")

        def ended() -> str:
            status = self.graphql(_BACKFILL_STATUS, id=launched["backfillId"])["status"]
            return "" if status in ("REQUESTED", "IN_PROGRESS") else status

        status = awaited(f"the backfill of {named}", ended, 600 + 10 * len(sessions))
        made = min(self.stats(asset)["numMaterialized"] for asset in assets)
        if status != "COMPLETED_SUCCESS" or made < len(sessions):
            raise RuntimeError(f"the backfill of {named}: {status}, {made} of {len(sessions)} made")
        return time.monotonic() - began

    def launch(self, asset: str, partition: str | None = None) -> str:
        """Launch one Dagster run as the page does, and return its id."""
        tags = [{"key": "dagster/partition", "value": partition}] if partition else []
        chosen = {"assetSelection": [{"path": [STUDY, asset]}]}
        launched = self.graphql(
            _RUN,
            params={
                "mode": "default",
                "runConfigData": "{}",
                "selector": {**_LOCATION, "pipelineName": "__ASSET_JOB", **chosen},
                "executionMetadata": {"tags": tags},
            },
        )
        if launched["__typename"] != "LaunchRunSuccess":
            raise RuntimeError(f"a run of {asset} didn't start: {launched}")
        return launched["run"]["runId"]

    def wait_for(self, run: str) -> None:
        """Wait until a Dagster run has succeeded."""

        def ended() -> str:
            status = self.graphql(_RUN_STATUS, id=run)["status"]
            return status if status in ("SUCCESS", "FAILURE", "CANCELED") else ""

        status = awaited(f"run {run}", ended, 3600)
        if status != "SUCCESS":
            raise RuntimeError(f"run {run} ended with {status}")


@contextlib.contextmanager
def served(place: Place) -> Iterator[Servers]:
    """Run `attnconn dev`, and end it as Ctrl-C does."""
    ports = _free_port(), _free_port()
    with (place.folder / "servers.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (ourselves)
            [
                *(sys.executable, "-m", "attnconn_assets", "--study", str(place.study), "dev"),
                *("--dagster-port", str(ports[0]), "--mlflow-port", str(ports[1])),
            ],
            env=place.environment,
            cwd=_REPOSITORY,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        servers = Servers(*(f"http://127.0.0.1:{port}" for port in ports))

        def ready() -> bool:
            if process.poll() is not None:
                told = (place.folder / "servers.log").read_text(encoding="utf-8")[-3000:]
                raise RuntimeError(f"attnconn dev ended with {process.returncode}:\n{told}")
            return servers.ready()

        awaited("attnconn dev", ready, 300)
        yield servers
    finally:
        process.terminate()  # has the effect of Ctrl-C, also where the shell ignores Ctrl-C
        status = process.wait(timeout=60)
    if status:
        raise RuntimeError(f"attnconn dev ended with status {status}")


def post(address: str, content: object) -> Any:
    body = json.dumps(content).encode()
    request = urllib.request.Request(  # noqa: S310  (loopback, our own server)
        address, body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=300) as reply:  # noqa: S310
        return json.loads(reply.read())


def awaited(what: str, done: Callable[[], Any], seconds: float) -> Any:
    """Call `done` twice per second until it returns a true value; return that value."""
    deadline = time.monotonic() + seconds
    while not (answer := done()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not done after {seconds:.0f} s")
        time.sleep(0.5)
    return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
