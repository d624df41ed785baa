"""Cleaning takes one study, and asks; others, scans and study files stay."""

import os

import dagster as dg
import pytest
import yaml

from attnconn_assets.__main__ import main
from attnconn_assets.assets.catalogue import tracking_of
from attnconn_assets.building.lost_store import why_store_is_away
from attnconn_assets.instance.home import open_instance
from attnconn_assets.instance.run_locks import announced_command, commands_going_on
from attnconn_assets.operation import cleaning
from attnconn_assets.study.claim import claim
from attnconn_assets.study.study import load_study
from attnconn_core.errors import InputError


def records(instance: dg.DagsterInstance, name: str) -> tuple[bool, int, int]:
    """Assets, runs and partitions that Dagster knows of a study."""
    return (
        any(key.path[0] == name for key in instance.all_asset_keys()),
        sum(name in {k.path[0] for k in r.asset_selection or ()} for r in instance.get_runs()),
        len(instance.get_dynamic_partitions(f"{name}_sessions")),
    )


@pytest.fixture
def two(write_study, run_line, home, monkeypatch):
    """Two studies that share a home and MLflow's folder; both are run."""
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(home))
    files = {}
    for name in ("first", "second"):
        file = write_study(name=name, n_subjects=2, methods=["pearson"], scan_lengths=None)
        study = load_study(file)
        claim(study, file, home)
        with open_instance() as instance:
            run_line(study, instance)
            assert records(instance, name)[0]
        files[name] = file
    return files


def test_one_study_is_cleared_after_a_yes(two, home, monkeypatch, capsys):
    first, second = map(load_study, two.values())
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert main(["clean", "--study", os.fspath(two["first"])]) == 1
    assert "Nothing was removed" in capsys.readouterr().out
    assert first.store_folder.is_dir()

    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert main(["clean", "--study", os.fspath(two["first"])]) == 0
    assert f"first: removed {first.store_folder}" in capsys.readouterr().out
    assert not first.store_folder.exists()
    assert not (home / "studies" / "first").exists()
    with open_instance() as instance:
        assert records(instance, "first") == (False, 0, 0)
        kept = records(instance, "second")
        assert kept[0]
        assert kept[1] > 3
        assert kept[2] == 4
    client = tracking_of(first).client()
    experiments = [each.experiment_id for each in client.search_experiments()]
    studies = {r.data.tags["attnconn.study"] for r in client.search_runs(experiments)}
    assert studies == {"second"}
    assert second.store_folder.is_dir()
    assert two["first"].is_file()

    # All that is left, without a question.
    monkeypatch.delattr("builtins.input")
    assert main(["clean", "--all", "--yes"]) == 0
    assert not second.store_folder.exists()
    assert main(["clean", "--all", "--yes"]) == 0
    assert capsys.readouterr().out.endswith("There is nothing to remove\n")


def test_a_folder_that_the_platform_did_not_make_stays(write_study, home, instance, tmp_path):
    own = tmp_path / "mine"
    own.mkdir()
    (own / "thesis.txt").write_text("years of work")
    study = load_study(write_study(store="../mine"))
    with pytest.raises(InputError, match=r"only removes stores that attnconn made.*no study.json"):
        cleaning.clean(study, instance, home)
    around = load_study(write_study(store=".."))
    (tmp_path / "study.json").write_text("{}")
    with pytest.raises(InputError, match="it holds"):
        cleaning.clean(around, instance, home)
    assert (own / "thesis.txt").is_file()


@pytest.mark.parametrize("key", ["store", "name"])
def test_what_belongs_to_another_study_stays(write_study, run_line, home, monkeypatch, capsys, key):
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(home))
    own = write_study(name="own", n_subjects=2, methods=["pearson"], scan_lengths=None)
    study = load_study(own)
    claim(study, own, home)
    with open_instance() as instance:
        run_line(study, instance)
        before = records(instance, "own")
    shares = {"name": {"store": "elsewhere"}, "store": {"name": "mistaken"}}[key]
    content = {**yaml.safe_load(own.read_text()), "store": os.fspath(study.store_folder)}
    other = own.with_name("mistaken.yaml")
    other.write_text(yaml.safe_dump({**content, **shares}))

    assert main(["clean", "--yes", "--study", os.fspath(other)]) == 1
    said = capsys.readouterr().err
    assert f"nothing was removed: {other}: a study must have a name and a store of its own" in said
    assert study.store_folder.is_dir()
    with open_instance() as instance:
        assert records(instance, "own") == before


def test_a_study_whose_run_goes_on_stays(tiny_study, home, instance):
    key = dg.AssetKey(["tiny", "pearson"])
    instance.add_run(
        dg.DagsterRun("any", asset_selection={key}, status=dg.DagsterRunStatus.STARTED)
    )
    with pytest.raises(InputError, match="while it has no unfinished run"):
        cleaning.clean(tiny_study, instance, home)


def test_a_study_that_a_command_makes_stays(tiny_study, home, instance):
    with (
        announced_command(instance, "tiny"),
        pytest.raises(InputError, match="1 `attnconn run` of tiny is going on"),
    ):
        cleaning.clean(tiny_study, instance, home)
    with announced_command(instance, "tiny_2"):  # another study
        assert commands_going_on(instance, "tiny") == 0


def test_what_a_person_put_beside_the_results_is_kept_and_named(two, home, capsys):
    first = load_study(two["first"])
    stored = next((first.store_folder / "pearson").glob("*.matrix.parquet"))
    beside = (f"{stored.name}.csv", f"{stored.stem}.csv", "mine.csv")
    mine = tuple(sorted(["mine/x.txt", "notes.txt", *(f"pearson/{name}" for name in beside)]))
    for name in mine:
        (first.store_folder / name).parent.mkdir(exist_ok=True)
        (first.store_folder / name).write_text('"mine"')
    with open_instance() as instance:
        instance.report_runless_asset_event(
            dg.AssetMaterialization(dg.AssetKey(["first", "my_review"]))
        )
    study = os.fspath(two["first"])
    assert main(["verify", "--study", study]) == 0
    assert f"left alone: {', '.join(mine)}" in capsys.readouterr().out
    assert main(["clean", "--yes", "--study", study]) == 0
    printed = capsys.readouterr().out
    assert f"because attnconn didn't write it: {', '.join(mine)}" in printed
    left = {path for path in first.store_folder.rglob("*") if path.is_file()}
    assert {path.relative_to(first.store_folder).as_posix() for path in left} == {
        *("study.json", *mine)
    }
    with open_instance() as instance:
        keys = {key.path[1] for key in instance.all_asset_keys() if key.path[0] == "first"}
    assert keys == {"my_review"}
    assert why_store_is_away(first, two["first"], home) == ""  # it can be run again
