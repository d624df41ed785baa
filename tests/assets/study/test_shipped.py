"""Files that come with attnconn: their names, and where a study of an installed wheel works."""

import os
from pathlib import Path

import pytest
import yaml

from attnconn_assets.__main__ import main
from attnconn_assets.commands import check
from attnconn_assets.operation.cleaning import studies_of
from attnconn_assets.study import shipped
from attnconn_assets.study.claim import claim, claimed_before, claimed_by_another
from attnconn_assets.study.selection import selected_study, study_file
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError

REPOSITORY = Path(__file__).resolve().parents[3]


def test_a_checkout_has_them_at_its_top():
    assert not shipped.is_installed()
    assert shipped.shipped("dagster.yaml") == REPOSITORY / "dagster.yaml"
    assert "simulated" in shipped.shipped_names("studies")


def test_an_experiment_is_named_without_a_path(write_study):
    named = load_study(write_study(experiments=["quick"]))
    assert named.experiments == (REPOSITORY / "experiments" / "quick.yaml",)
    assert named.experiment_of("base") == "quick"


def test_a_path_stays_a_path(write_study, tmp_path):
    (tmp_path / "experiments").mkdir(exist_ok=True)
    study = load_study(write_study(experiments=["../experiments/tiny.yaml"]))
    assert study.experiments == (tmp_path / "experiments" / "tiny.yaml",)


def test_a_file_without_an_ending_may_lie_beside_the_study(write_study):
    path = write_study(experiments=["mine"])
    tiny = path.parent.parent / "experiments" / "tiny.yaml"
    (path.parent / "mine").write_text(tiny.read_text())
    assert load_study(path).experiments == (path.parent / "mine",)


def test_a_name_that_nothing_has_is_refused_with_those_that_there_are(write_study):
    with pytest.raises(StudyError) as caught:
        load_study(write_study(experiments=["quik"]))
    (line,) = str(caught.value).splitlines()
    rule = "must be the path of a file, or the name of one of the experiments that come with"
    assert f"tiny.yaml: experiments.0: {rule} attnconn (attnconn, published_dropout" in line
    assert line.endswith("quick); got 'quik'")


def test_a_study_is_named_without_a_path(monkeypatch):
    monkeypatch.setenv("ATTNCONN_STUDY", "simulated")
    assert selected_study() == REPOSITORY / "studies" / "simulated.yaml"
    assert study_file("a/b.yaml") == Path.cwd() / "a" / "b.yaml"


@pytest.mark.parametrize("arguments", [["--study", "simulatd", "check"], ["check"]])
def test_a_study_that_nothing_is_called_is_one_line(arguments, monkeypatch, capsys):
    monkeypatch.setenv("ATTNCONN_STUDY", "simulatd")
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("attnconn: a study must be the path of a file, or the name of one of")
    assert "known_truth, simulated); got 'simulatd'" in line


def test_a_study_beside_is_suggested_with_its_ending(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hdr.yaml").touch()
    with pytest.raises(StudyError, match=r"path of a file \(did you mean hdr\.yaml\?\), or"):
        study_file("hdr")


def installed_to(site: Path) -> Path:
    """Lay the shipped files as a wheel does; return the folder."""
    folder = site / "attnconn_assets" / "shipped"
    for kind in ("studies", "experiments"):
        (folder / kind).mkdir(parents=True)
        for path in (REPOSITORY / kind).glob("*.yaml"):
            (folder / kind / path.name).write_text(path.read_text())
    return folder


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An installed wheel's files, and an empty current folder."""
    folder = installed_to(tmp_path / "site-packages")
    monkeypatch.setattr(shipped, "_FOLDER", folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("ATTNCONN_STUDY", raising=False)
    return folder


def test_an_installed_study_works_in_the_current_folder(installed, tmp_path):
    study = load_study(selected_study())
    here = tmp_path / "here"
    assert study.store_folder == here / "store" / "hcp_sample"
    assert study.tracking_folder == here / "mlruns"
    assert study.make_source().cache == here / ".sample"
    assert study.experiments == (installed / "experiments" / "attnconn.yaml",)
    assert not list(here.iterdir())


def test_a_study_of_the_user_s_works_beside_its_file(installed, write_study, tmp_path):
    study = load_study(write_study(experiments=["attnconn"], baseline_lags=5))
    assert study.store_folder == tmp_path / "store" / "tiny"
    assert study.experiments == (installed / "experiments" / "attnconn.yaml",)


def store_something(file: Path) -> None:
    place = load_study(file).store_folder / "time_series" / "sub-1_ses-test.json"
    place.parent.mkdir(parents=True)
    place.write_text("{}")


def test_it_is_the_same_study_in_every_environment(installed, tmp_path, monkeypatch):
    file, home = study_file("simulated"), tmp_path / "home"
    claim(load_study(file), file, home)
    store_something(file)
    monkeypatch.setattr(shipped, "_FOLDER", installed_to(tmp_path / "other"))
    again = study_file("simulated")
    assert again != file
    assert claimed_by_another(load_study(again), again, home) == ""
    assert claimed_before(load_study(again), again, home)
    claim(load_study(again), again, home)
    assert list(studies_of(home)[0]) == [again]


def test_another_file_of_its_name_is_refused(installed, tmp_path):
    file, home = study_file("simulated"), tmp_path / "home"
    claim(load_study(file), file, home)
    store_something(file)
    copy = tmp_path / "here" / "simulated.yaml"
    content = {**yaml.safe_load(file.read_text()), "title": "A copy"}
    copy.write_text(yaml.safe_dump(content))
    with pytest.raises(StudyError, match="a name and a store of its own"):
        claim(load_study(copy), copy, home)


def test_a_check_from_an_empty_folder_writes_nothing(installed, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    assert check(study_file("simulated")) == 0
    assert "20 subjects, 40 sessions" in capsys.readouterr().out
    assert os.listdir(tmp_path / "here") == []
