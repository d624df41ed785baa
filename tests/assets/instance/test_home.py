"""Dagster's home: what DAGSTER_HOME may be, and what is said where it can't be used."""

import os
from pathlib import Path

import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.instance import home
from attnconn_core.errors import InputError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own, so that none of the tests writes into this one."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setattr(home, "PROJECT", tmp_path)
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


def test_a_home_that_is_given_is_made(project, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(project / "a" / "b"))
    assert home.ensure_home() == project / "a" / "b"
    assert list((project / "a" / "b").iterdir()) == []


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
    assert line.startswith("attnconn: DAGSTER_HOME must be a folder that can be written into; got")
    assert repr(str(project / "file" / "home")) in line
    assert line.endswith("set it to another folder")
