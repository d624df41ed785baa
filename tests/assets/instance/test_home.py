"""Dagster's home: what DAGSTER_HOME may be, and what is said where it can't be used."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from attnconn_assets.__main__ import main
from attnconn_assets.instance import home
from attnconn_assets.study import shipped
from attnconn_core.errors import InputError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own, so that none of the tests writes into this one."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "hcp_sample.yaml").write_text("")
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize("given", ["", None])
def test_an_empty_home_is_none(project, monkeypatch, given):
    monkeypatch.setenv("DAGSTER_HOME", given or "")
    if given is None:
        monkeypatch.delenv("DAGSTER_HOME")
    assert home.ensure_home() == project / ".dagster"
    assert os.environ["DAGSTER_HOME"] == str(project / ".dagster")
    assert (project / ".dagster" / "dagster.yaml").resolve() == project / "dagster.yaml"
    assert home.ensure_home() == project / ".dagster"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The files that come with attnconn as a wheel has them, and an empty current folder."""
    folder = tmp_path / "site-packages" / "attnconn_assets" / "shipped"
    (folder / "studies").mkdir(parents=True)
    (folder / "studies" / "hcp_sample.yaml").write_text("")
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setattr(shipped, "_FOLDER", folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    # Set and unset, so that what ensure_home sets is taken back.
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.delenv("DAGSTER_HOME")
    monkeypatch.delenv("ATTNCONN_STUDY", raising=False)
    return folder


def test_an_installed_attnconn_has_its_home_where_it_is_called(installed, tmp_path):
    assert home.home_folder() == tmp_path / "here" / ".dagster"
    assert home.ensure_home() == tmp_path / "here" / ".dagster"
    settings = tmp_path / "here" / ".dagster" / "dagster.yaml"
    assert not settings.is_symlink()  # it outlives the environment
    assert settings.read_text() == (installed / "dagster.yaml").read_text()


def test_beside_a_study_of_the_user_s_it_has_its_home_there(installed, tmp_path):
    (tmp_path / "mine" / "studies").mkdir(parents=True)
    assert home.home_folder(tmp_path / "mine" / "studies" / "a.yaml") == tmp_path / "mine/.dagster"
    assert home.home_folder(tmp_path / "mine" / "a.yaml") == tmp_path / "mine" / ".dagster"


def telemetry_of(folder):
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        return instance.telemetry_enabled


def test_a_home_that_is_given_is_made_and_sends_no_telemetry(project, monkeypatch):
    given = project / "a" / "b"
    monkeypatch.setenv("DAGSTER_HOME", str(given))
    assert home.ensure_home() == given
    assert (given / "dagster.yaml").read_text() == (project / "dagster.yaml").read_text()
    assert not telemetry_of(given)
    assert home.telemetry_notice(given) == ""


def test_a_home_of_other_projects_learns_no_more_than_to_send_none(project, monkeypatch):
    given = project / "theirs"
    (given / "history").mkdir(parents=True)
    (project / "dagster.yaml").write_text(
        "instance_class: {module: attnconn_assets.instance.event_log, class: Instance}\n"
    )
    monkeypatch.setenv("DAGSTER_HOME", str(given))
    home.ensure_home()
    assert yaml.safe_load((given / "dagster.yaml").read_text()) == {"telemetry": {"enabled": False}}
    assert not telemetry_of(given)


@pytest.mark.parametrize(
    ("own", "sends"),
    [("nux: {enabled: false}\n", True), ("telemetry: {enabled: false}\n", False), ("", True)],
)
def test_settings_that_are_there_stay_and_telemetry_that_they_leave_on_is_said(
    project, monkeypatch, own, sends
):
    (project / "own").mkdir()
    settings = project / "own" / "dagster.yaml"
    settings.write_text(own)
    monkeypatch.setenv("DAGSTER_HOME", str(project / "own"))
    home.ensure_home()
    assert settings.read_text() == own
    assert telemetry_of(project / "own") == sends
    assert bool(home.telemetry_notice(project / "own")) == sends


PROJECTS = """
telemetry: {enabled: false}
run_retries: {enabled: true}
concurrency: {runs: {max_concurrent_runs: 1}, pools: {default_limit: 1, granularity: op}}
"""


@pytest.mark.parametrize(
    ("own", "lacking"),
    [
        ("telemetry: {enabled: false}\n", "run_retries, concurrency"),
        ("run_retries: {enabled: false}\n", "concurrency"),
        (
            "run_retries: {enabled: true}\nconcurrency: {runs: {max_concurrent_runs: 9},"
            " pools: {granularity: run}}\n",
            "concurrency.pools.default_limit",
        ),
        (
            "run_retries:\nconcurrency:\n",
            "run_retries.enabled, concurrency.runs, concurrency.pools",
        ),
        ("", "run_retries, concurrency"),
    ],
)
def test_settings_of_the_project_that_a_home_lacks_are_named(project, own, lacking):
    (project / "dagster.yaml").write_text(PROJECTS)
    (project / "own").mkdir()
    settings = project / "own" / "dagster.yaml"
    settings.write_text(own)
    told = home.settings_notice(project / "own")
    assert told.startswith(f"{settings} lacks {lacking}, which {project / 'dagster.yaml'} sets")
    assert "\n" not in told


def test_a_home_with_the_settings_of_the_project_lacks_none(project):
    (project / "dagster.yaml").write_text(PROJECTS)
    assert home.settings_notice(project) == ""


def test_mlflow_sends_no_telemetry_whoever_imports_the_platform():
    code = (
        "import attnconn_assets\n"
        "from mlflow.telemetry.utils import is_telemetry_disabled\n"
        "print(is_telemetry_disabled())"
    )
    told = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "CI")
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "True\n"


@pytest.mark.parametrize("given", ["here/there", "."])
def test_a_relative_home_is_refused(project, monkeypatch, given):
    monkeypatch.chdir(project)
    monkeypatch.setenv("DAGSTER_HOME", given)
    with pytest.raises(InputError, match="DAGSTER_HOME must be an absolute path") as caught:
        home.ensure_home()
    assert f"got {given!r}: set it to {str(Path(given).resolve())!r}" in str(caught.value)


def test_a_home_that_cannot_be_written_is_refused_in_one_line(project, monkeypatch, capsys):
    (project / "file").write_text("")
    monkeypatch.setenv("DAGSTER_HOME", str(project / "file" / "home"))
    assert main(["seed"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("attnconn: DAGSTER_HOME must be a writable folder; got")
    assert repr(str(project / "file" / "home")) in line
    assert line.endswith("set it to another folder")
