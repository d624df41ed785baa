"""MLflow's own command that removes deleted runs for good, as ``docs/dagster.md`` writes it."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from tests.assets.conftest import REPOSITORY

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}


def documented() -> list[str]:
    """The words of the command, without the age that it asks for."""
    page = (REPOSITORY / "docs" / "dagster.md").read_text(encoding="utf-8")
    (command,) = [line for line in page.splitlines() if line.startswith("mlflow gc ")]
    program, *words = shlex.split(command.removesuffix(" --older-than 30d"))
    beside = Path(sys.executable).parent / program
    return [str(beside if beside.exists() else program), *words]


def test_the_documented_command_removes_deleted_runs_and_no_others(tmp_path, empty_tracking):
    shutil.copytree(empty_tracking, tmp_path / "mlruns")
    client = MlflowClient(f"sqlite:///{tmp_path}/mlruns/mlflow.db")
    place = (tmp_path / "mlruns" / "artifacts").as_uri()
    experiment = client.create_experiment("quality", artifact_location=place)
    kept, deleted = (client.create_run(experiment).info.run_id for _ in range(2))
    for run in (kept, deleted):
        client.log_text(run, "a page", "page.txt")
    client.delete_run(deleted)
    command = documented()
    assert command[4] == "--tracking-uri"
    refused = subprocess.run(
        command[:4], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert "Tracking URL is not set" in refused.stderr  # why the page names the database twice
    subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
    assert client.get_run(kept).info.lifecycle_stage == "active"
    with pytest.raises(MlflowException, match="not found"):
        client.get_run(deleted)
    pages = [page.parts[-3] for page in (tmp_path / "mlruns" / "artifacts").rglob("page.txt")]
    assert pages == [kept]
