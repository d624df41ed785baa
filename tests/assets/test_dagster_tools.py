"""Dagster's own commands: one partition by hand, a range that it refuses, and what dg checks."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._cli.asset import asset_materialize_command

from attnconn_assets.assets.catalogue import resources
from attnconn_assets.building.partitions import add_sessions
from attnconn_assets.study.study import load_study
from tests.assets.conftest import REPOSITORY

DEFINITIONS = """
from pathlib import Path
from attnconn_assets.definitions import define
from attnconn_assets.study.study import load_study

defs = define(load_study(Path({study!r})))
"""
# Its makers would rather have `dg launch`, which calls the same.
superseded = pytest.mark.filterwarnings(
    "ignore:.*superseded:dagster_shared.utils.warnings.SupersessionWarning"
)
SELECTION = 'key:"tiny/time_series"'


@pytest.fixture
def materialize(write_study, home, tmp_path, monkeypatch):
    """Call `dagster asset materialize` on the tiny study."""
    path = write_study()
    study = load_study(path)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.get() as instance:
        add_sessions(study, instance, study.make_source().sessions())
    file = tmp_path / "tiny_definitions.py"
    file.write_text(DEFINITIONS.format(study=str(path)))

    def call(*arguments):
        return CliRunner().invoke(
            asset_materialize_command, ["-f", str(file), "--select", SELECTION, *arguments]
        )

    return call, resources(study)["store"]


@superseded
def test_one_partition_is_made_by_hand(materialize):
    call, store = materialize
    result = call("--partition", "sub-001_ses-test")
    assert result.exit_code == 0, result.output
    assert store.partitions("time_series") == ["sub-001_ses-test"]


@superseded
def test_a_range_is_refused_by_dagster_whose_command_takes_single_runs_alone(materialize):
    # docs/dagster.md names the ways that there are; this fails when Dagster takes chunks, too.
    call, store = materialize
    result = call("--partition-range", "sub-001_ses-test...sub-002_ses-test")
    assert "require all selected assets to have a BackfillPolicy.single_run()" in str(
        result.exception
    )
    assert store.partitions("time_series") == []


@superseded
@pytest.mark.parametrize("left", ["no folder", "an empty folder"])
def test_nothing_is_made_by_hand_while_the_store_is_away(materialize, left):
    call, store = materialize
    assert call("--partition", "sub-001_ses-test").exit_code == 0
    folder = Path(store.root)
    away = folder.rename(folder.with_name("away"))
    if left == "an empty folder":
        folder.mkdir()
    refused = call("--partition", "sub-002_ses-test")
    assert refused.exit_code == 1
    is_how = "is empty" if left == "an empty folder" else "is not there"
    assert (
        f"the store of tiny must hold what was made; {folder} {is_how}, and Dagster knows 1 "
        "stored partitions. If its disk"
    ) in refused.output
    assert "StoreError" not in refused.output
    assert not list(folder.parent.glob(f"{folder.name}/*"))

    if left == "an empty folder":
        folder.rmdir()
    away.rename(folder)
    assert call("--partition", "sub-002_ses-test").exit_code == 0
    assert store.partitions("time_series") == ["sub-001_ses-test", "sub-002_ses-test"]


@pytest.mark.servers
@pytest.mark.skipif(
    importlib.util.find_spec("dagster_dg_cli") is None,
    reason="dg isn't installed: it comes with the extra dev",
)
def test_dg_finds_nothing_wrong_with_the_definitions(write_study, home):
    command = shutil.which("dg", path=os.path.dirname(sys.executable))
    called = [command] if command else [sys.executable, "-m", "dagster_dg_cli.cli.entrypoint"]
    ran = subprocess.run(
        [*called, "check", "defs"],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "ATTNCONN_STUDY": str(write_study()),
            "DAGSTER_HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "All definitions loaded successfully" in ran.stdout + ran.stderr
