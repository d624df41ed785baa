"""A study that changes while `attnconn dev` is open: taken up once it lies still and is valid."""

import os

import pytest
import yaml

from attnconn_assets.operation.servers.code_server import Answer
from attnconn_assets.operation.servers.study_watch import StudyWatch
from attnconn_assets.study.named_files import named_files
from attnconn_assets.study.study import load_study


class Server:
    """Stands for the process that holds the code; counts how often that is loaded."""

    def __init__(self) -> None:
        self.loaded = 0
        self.says = Answer.THERE

    def answer(self) -> Answer:
        return self.says

    def renew(self) -> None:
        self.loaded += 1


@pytest.fixture
def watched(write_study, tmp_path, monkeypatch):
    """A study with a table, watched from its folder; the file, the server and the watch."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("Subject,Score\n")
    path = write_study(phenotypes="../people.csv")
    server = Server()
    return path, server, StudyWatch(path, lambda: named_files(load_study(path)), server)


def edit(path, **changes) -> None:
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))


def look(watch, times=2) -> None:
    for _ in range(times):
        watch.look()


def test_a_study_that_changed_and_lies_still_is_read_again_once(watched, capsys):
    path, server, watch = watched
    look(watch, 3)
    assert server.loaded == 0
    edit(path, title="Another")
    watch.look()
    assert server.loaded == 0  # it may still be being written
    look(watch, 3)
    assert server.loaded == 1
    assert capsys.readouterr().out == "studies/tiny.yaml changed; Dagster reads the study again\n"


def test_a_study_that_keeps_changing_is_waited_for(watched):
    path, server, watch = watched
    for number in range(4):
        edit(path, title=f"Draft {number}")
        watch.look()
    assert server.loaded == 0
    watch.look()
    assert server.loaded == 1


def test_an_experiment_and_a_table_count_too_and_a_touch_does_not(watched, tmp_path, capsys):
    path, server, watch = watched
    os.utime(path, (1e9, 1e9))
    look(watch)
    assert server.loaded == 0
    experiment = tmp_path / "experiments" / "tiny.yaml"
    experiment.write_text(experiment.read_text() + "# a remark\n")
    (tmp_path / "people.csv").write_text("Subject,Score\n1,2\n")
    look(watch)
    assert server.loaded == 1
    told = "experiments/tiny.yaml, people.csv changed; Dagster reads the study again\n"
    assert capsys.readouterr().out == told


def test_files_that_the_study_names_from_now_on_are_watched(watched, tmp_path, capsys):
    path, server, watch = watched
    edit(path, phenotypes="../others.csv")
    look(watch)
    assert server.loaded == 1
    (tmp_path / "people.csv").write_text("nobody reads it\n")
    look(watch)
    assert server.loaded == 1
    (tmp_path / "others.csv").write_text("Subject,Score\n")
    look(watch)
    assert server.loaded == 2
    assert "others.csv changed" in capsys.readouterr().out


def test_a_study_that_cannot_be_used_is_said_once_and_read_when_it_is_mended(watched, capsys):
    path, server, watch = watched
    edit(path, quorum=2)
    look(watch, 4)
    told = capsys.readouterr().out
    assert told.count("\n") == 1
    assert f"{path}: quorum: " in told
    assert "Dagster's pages keep the former study; runs fail until the file is corrected" in told
    edit(path, quorum=3)
    look(watch, 3)
    assert "got 3" in capsys.readouterr().out
    assert server.loaded == 0
    edit(path, quorum=0.9)
    look(watch, 3)
    assert server.loaded == 1
    assert capsys.readouterr().out == "studies/tiny.yaml changed; Dagster reads the study again\n"


def test_an_experiment_that_is_missing_is_waited_for(watched, tmp_path, capsys):
    path, server, watch = watched
    edit(path, experiments=["../experiments/later.yaml"])
    look(watch)
    assert "later.yaml: can't be read" in capsys.readouterr().out
    experiments = tmp_path / "experiments"
    (experiments / "later.yaml").write_text((experiments / "tiny.yaml").read_text())
    look(watch)
    assert server.loaded == 1


def test_a_change_while_the_code_is_first_loaded_is_taken_up_after_it(watched):
    path, server, watch = watched
    server.says = Answer.AWAY
    edit(path, title="Another")
    look(watch, 3)
    assert server.loaded == 0
    server.says = Answer.THERE
    watch.look()
    assert server.loaded == 1


def test_a_study_that_is_put_back_as_it_was_is_said_to_be_read_again(watched, capsys):
    path, server, watch = watched
    content = path.read_text()
    edit(path, quorum=2)
    look(watch)
    capsys.readouterr()
    path.write_text(content)
    look(watch)
    assert capsys.readouterr().out == "studies/tiny.yaml changed; Dagster reads the study again\n"
    assert server.loaded == 1
