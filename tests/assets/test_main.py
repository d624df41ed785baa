import itertools
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import dagster as dg
import numpy as np
import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.commands import run
from attnconn_assets.operation.conclusion import conclude
from attnconn_assets.study.settings import ExclusionRules
from attnconn_assets.study.sources import study_model
from attnconn_assets.study.study import Study, load_study
from attnconn_core.errors import SampleError
from attnconn_core.sources import Simulated
from tests.assets.conftest import write_study_to


@dataclass(frozen=True)
class Remote(Simulated):
    """A cohort that must be fetched, and can't be."""

    fetches: ClassVar[bool] = True

    def fetch(self):
        raise SampleError("the server doesn't answer")


def test_a_run_begins_by_fetching_what_the_source_fetches(capsys):
    keys = {"name": "far", "title": "Far away", "source": "remote", "experiments": ["none.yaml"]}
    with pytest.raises(SampleError, match="the server doesn't answer"):
        run(study_model(Study, "remote", Remote).model_validate(keys), Path("far.yaml"))
    assert capsys.readouterr().out.startswith("Study far: Far away\nSimulated data")


@pytest.mark.parametrize(("folder", "is_told"), [("My%20Lab", True), ("100% lab", False)])
def test_a_folder_that_mlflow_misreads_is_named(folder, is_told, tmp_path, capsys):
    place = tmp_path / folder / "studies"
    place.mkdir(parents=True)
    (tmp_path / folder / "experiments").mkdir()
    write_study_to(tmp_path / folder, methods=["pearson"])
    main(["--study", str(place / "tiny.yaml"), "check"])
    assert ("it can't load models from there" in capsys.readouterr().out) == is_told


def test_an_interrupted_clean_does_not_say_that_all_is_kept(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("attnconn_assets.__main__._command", interrupt)
    before = signal.getsignal(signal.SIGINT)
    try:
        assert main(["clean", "--yes"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert "`attnconn clean` removes the rest" in capsys.readouterr().err


def test_a_terminal_without_a_character_gets_another(tmp_path):
    command = [sys.executable, "-m", "attnconn_assets", "methods"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, cwd=tmp_path, env=ascii_only, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Drop in R? of a ridge VAR" in done.stdout


def test_a_second_ctrl_c_interrupts_nothing(monkeypatch, capsys):
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("attnconn_assets.__main__._command", interrupted)
    before = signal.getsignal(signal.SIGINT)
    try:
        assert main(["run"]) == 130
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err == "\nattnconn: interrupted; finished partitions are kept\n"


def test_a_run_ends_with_scores_their_chance_and_what_their_marks_mean(line, capsys):
    conclude(line.study, line.outcome, 1.0)
    said = capsys.readouterr().out
    # Four subjects in two pools: each is one of two.
    guessed = "0.50 (4 subjects, each compared within one of 2 pools)"
    assert f"Identification by chance: {guessed}" in said
    assert "\n†: cohort-informed, also rests on other subjects' data\n" in said
    assert "Attention (fine-tuned) † ⚠ " in said
    assert "ICC of edges" in said.partition("correlation")[0]
    assert "at least 5 subjects with a test and a retest session; got 4" in said


def test_a_run_says_whom_an_exclusion_names_that_is_not_there(line, capsys):
    exclude = ExclusionRules(sessions=("sub-001", "sub-1_ses-test"))
    conclude(line.study.model_copy(update={"exclude": exclude}), line.outcome, 1.0)
    said = capsys.readouterr().err
    assert (
        "exclude.sessions names sub-1_ses-test; no session or subject has this name today" in said
    )
    assert "names sub-001," not in said
    assert "2 of 8 sessions are left out by the study: sub-001_ses-retest (exclude.sessions" in said


def test_a_run_says_that_it_leaves_an_alias_that_a_person_moved(line, capsys):
    client = tracking_of(line.study).client()
    name = "tiny_group_forecaster"
    chosen = client.get_model_version_by_alias(name, "champion")
    other = client.create_model_version(name, chosen.source, tags={"sha256": "0"})
    client.set_registered_model_alias(name, "champion", other.version)
    outcome, _ = line.run()
    conclude(line.study, outcome, 1.0)
    (said,) = [each for each in capsys.readouterr().err.splitlines() if name in each]
    assert said == (
        f"  {name}: the alias champion was moved by hand to version {other.version} and stays "
        f"there; the study's own choice is version {chosen.version}. To use that, delete the "
        "alias: the next run sets it again"
    )
    client.set_registered_model_alias(name, "champion", chosen.version)
    assert line.run()[0].moved == []


@pytest.mark.parametrize(
    ("renamed", "exclude"), [(True, ()), (True, ("sub-d",)), (False, ("sub-d",))]
)
def test_a_session_is_no_copy_of_one_that_is_gone_or_left_out(
    tmp_path, write_study, run_line, capsys, renamed, exclude
):
    scans = tmp_path / "scans"
    scans.mkdir()
    rng = np.random.default_rng(0)
    for subject, session in itertools.product("abcd", ("test", "retest")):
        np.save(scans / f"sub-{subject}_ses-{session}.npy", rng.normal(size=(120, 5)))
    keys = {
        **dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour", "experiments")),
        "source": "arrays",
        "root": "../scans",
        "repetition_time": 0.72,
        "methods": ["pearson"],
        "quorum": 0.5,
    }
    study = load_study(write_study(**keys))
    with dg.DagsterInstance.ephemeral() as instance:
        run_line(study, instance)
        for session in ("test", "retest"):
            move = Path.rename if renamed else shutil.copy
            move(scans / f"sub-d_ses-{session}.npy", scans / f"sub-e_ses-{session}.npy")
        study = load_study(write_study(**keys, exclude={"sessions": [*exclude]}))
        outcome, _ = run_line(study, instance)
        assert outcome.failed == {}
        conclude(study, outcome, 1.0)
    said = capsys.readouterr().err
    assert "recording of its own" not in said
    gone = "sub-d_ses-retest, sub-d_ses-test aren't there any more: its scan was removed."
    assert (gone in said) == (renamed and not exclude)
    assert store_of(study).find("pearson", "sub-e_ses-test") is not None


@pytest.mark.parametrize(("command", "status"), [(["run"], 1), (["methods"], 0)])
def test_a_reader_that_closes_the_pipe_ends_a_run_with_an_error(
    monkeypatch, capsys, tmp_path, command, status
):
    def print_to_nobody(*_):
        raise BrokenPipeError

    replaced = []
    monkeypatch.setattr("attnconn_assets.__main__._command", print_to_nobody)
    monkeypatch.setattr("os.dup2", lambda *streams: replaced.append(streams))
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    file = tmp_path / "study.yaml"
    file.write_text("name: any")
    assert main(["--study", str(file), *command]) == status
    assert len(replaced) == 1
    assert ("has closed it, so the command ended" in capsys.readouterr().err) == bool(status)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_output_that_cannot_be_written_is_not_taken_for_a_full_store():
    command = [sys.executable, "-m", "attnconn_assets", "methods"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    said = "the output of `attnconn methods` can't be written (No space left on device)"
    assert done.stderr.startswith(f"attnconn: {said}")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_permission_is_named_in_one_line(monkeypatch, capsys, tmp_path):
    def refused(*_):
        raise PermissionError(13, "Permission denied", str(tmp_path / "mlruns" / ".opening"))

    monkeypatch.setattr("attnconn_assets.__main__._command", refused)
    file = tmp_path / "study.yaml"
    file.write_text("name: any")
    assert main(["--study", str(file), "verify"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"attnconn: {tmp_path / 'mlruns' / '.opening'}: must be readable and")
    assert "(Permission denied)" in said
    assert len(said.splitlines()) == 1
