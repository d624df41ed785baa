"""The command that opens a study is one that can be copied, and opens this study."""

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from attnconn_assets.operation import calling
from attnconn_assets.operation.calling import opening
from attnconn_assets.study.shipped import shipped

DEFAULT = shipped("studies/hcp_sample.yaml")


@pytest.fixture(autouse=True)
def called(monkeypatch, tmp_path):
    """As from a shell that finds attnconn, in the folder of a study."""
    for name in ("MAKELEVEL", "ATTNCONN_STUDY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(calling.shutil, "which", lambda _: "/somewhere/attnconn")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.yaml").touch()


def test_a_study_of_one_s_own_is_named_as_from_here(tmp_path, monkeypatch):
    assert opening(tmp_path / "lab.yaml") == "attnconn --study lab.yaml dev"
    (tmp_path / "else where").mkdir()
    monkeypatch.chdir(tmp_path / "else where")
    assert opening(tmp_path / "lab.yaml") == f"attnconn --study {tmp_path / 'lab.yaml'} dev"
    spaced = tmp_path / "else where" / "lab 2.yaml"
    assert shlex.split(opening(spaced)) == ["attnconn", "--study", "lab 2.yaml", "dev"]


def test_from_the_root_folder_the_whole_path_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.anchor)  # as cron does; a log is read from elsewhere
    assert opening(tmp_path / "lab.yaml") == f"attnconn --study {tmp_path / 'lab.yaml'} dev"


def test_what_comes_with_attnconn_is_named_and_what_is_meant_anyway_is_not(monkeypatch, tmp_path):
    assert opening(DEFAULT) == "attnconn dev"
    assert opening(shipped("studies/simulated.yaml")) == "attnconn --study simulated dev"
    monkeypatch.setenv("ATTNCONN_STUDY", str(tmp_path / "lab.yaml"))
    assert opening(tmp_path / "lab.yaml") == "attnconn dev"
    assert opening(DEFAULT) == "attnconn --study hcp_sample dev"


def test_under_make_it_is_a_target_of_make_s(monkeypatch, tmp_path):
    monkeypatch.setenv("MAKELEVEL", "1")
    monkeypatch.setenv("ATTNCONN_STUDY", str(tmp_path / "lab.yaml"))  # make exports it
    assert opening(DEFAULT) == "make dev"
    assert opening(tmp_path / "lab.yaml") == "make dev STUDY=lab.yaml"


def test_where_the_shell_does_not_find_attnconn_its_path_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    program = Path(sys.executable).parent / "attnconn"
    assert opening(tmp_path / "lab.yaml") == f"{program} --study lab.yaml dev"
