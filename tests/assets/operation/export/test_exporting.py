"""``attnconn export``: stored results as a dataset."""

import json
import os
import shutil
import subprocess

import pandas as pd
import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.operation.export.command import export
from attnconn_assets.operation.export.exporting import export_study
from attnconn_assets.operation.export.request import requested
from attnconn_assets.operation.export.state import state_of
from attnconn_assets.study.study import load_study
from attnconn_core.errors import InputError, ParameterError, StoreError
from attnconn_core.results import Results

SESSION = "sub-1_ses-test"
FUNC = "sub-1/ses-test/func"
STEM = f"{SESSION}_task-rest_seg-fourRegions_stat-"


@pytest.fixture(scope="module")
def study(line_of_cifti):
    return line_of_cifti.study


@pytest.fixture(scope="module")
def store(study):
    return store_of(study)


def names(path):
    return {str(each.relative_to(path)) for each in path.rglob("*") if each.is_file()}


def test_the_command_writes_what_the_assets_hold(
    line_of_cifti, store, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(tmp_path / "home"))
    out = tmp_path / "out"
    file = line_of_cifti.folder / "studies" / "tiny.yaml"
    assert main(["--study", os.fspath(file), "export", os.fspath(out)]) == 0
    told = capsys.readouterr()
    assert "of 8 sessions in" in told.out
    assert "bids, cifti, scores" in told.out  # as the study asks
    of_sessions = [path for path in names(out) if path.startswith("sub-")]
    assert len(of_sessions) == 8 * 14
    for path in of_sessions:
        name = path.rpartition("/")[2]
        entry = store.entry("export", name.partition("_task-")[0])
        assert (out / path).read_bytes() == store.path(entry, name).read_bytes()
    assert names(out) - set(of_sessions) == {
        *("dataset_description.json", "README.md", "participants.tsv", "participants.json"),
        *(".bidsignore", "exported.jsonl", *store.entry("export_study", "all").files),
    }
    assert len(pd.read_csv(out / "participants.tsv", sep="\t")) == 4
    described = json.loads((out / "dataset_description.json").read_text())
    assert described["SourceDatasets"][0]["URL"].endswith("/hcp")
    if shutil.which("bids-validator-deno"):
        environment = {**os.environ, "DENO_DIR": os.fspath(tmp_path / "deno")}
        command = ["bids-validator-deno", "--ignoreWarnings", out]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert ran.returncode == 0, ran.stdout


def test_formats_methods_and_sessions_can_be_chosen(study, tmp_path):
    request = requested(study, formats=["edges"], methods=["granger"], sessions=["sub-2", SESSION])
    found = export_study(study, request, tmp_path / "out")
    assert found.sessions == [SESSION, "sub-2_ses-retest", "sub-2_ses-test"]
    files = {path for path in names(tmp_path / "out") if path.startswith("sub-")}
    assert files == {
        f"{key.replace('_', '/')}/func/{key}_task-rest_seg-fourRegions_stat-granger_desc-edges"
        f"_relmat.{ending}"
        for key in found.sessions
        for ending in ("tsv", "json")
    }


def test_the_name_of_the_parcellation_can_be_chosen(study, tmp_path):
    request = requested(study, formats=["bids"], sessions=[SESSION], parcellation="My_four")
    export_study(study, request, tmp_path / "out")
    stem = f"{SESSION}_task-rest_run-2_seg-MyFour_stat-mean"
    assert (tmp_path / "out" / FUNC / f"{stem}_timeseries.tsv").exists()


def test_progress_counts_sessions(study, tmp_path):
    seen = []
    export_study(study, requested(study, formats=["edges"]), tmp_path, lambda: seen.append(1))
    assert len(seen) == 8


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"formats": ["matlab"]}, ParameterError, "must be among bids, .*got 'matlab'"),
        ({"methods": ["partial"]}, ParameterError, "the study's, pearson, granger; got partial"),
        ({"sessions": ["sub-9"]}, InputError, "must be stored, such as sub-1_ses-.*got sub-9"),
        ({"models": ["pearson/all"]}, InputError, "must be a stored one, and there is none; got"),
    ],
)
def test_what_does_not_exist_is_refused(study, given, error, message):
    with pytest.raises(error, match=message):
        requested(study, **given)


def test_all_that_rests_on_a_scan_that_changed_is_stale(study, line_of_cifti):
    request = requested(study, formats=["bids", "scores"])
    assert state_of(study, request).stale == []
    (scan,) = (line_of_cifti.folder / "hcp" / "1").rglob("*.dtseries.nii")
    before = scan.stat()
    os.utime(scan, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    try:
        stale = state_of(study, request).stale
    finally:
        os.utime(scan, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert {f"{asset} of {SESSION}" for asset in ("time_series", "pearson", "granger")} <= {*stale}
    assert "comparison" in stale
    assert "pearson of sub-2_ses-test" not in stale


def test_what_was_made_of_a_session_before_it_was_excluded_is_not_stale(study):
    excluded = study.exclude.model_copy(update={"sessions": ("sub-1",)})
    without = study.model_copy(update={"exclude": excluded})
    stale = state_of(without, requested(without, formats=["bids", "scores"])).stale
    assert "comparison" in stale
    assert not [name for name in stale if "sub-1_" in name]


def test_what_is_not_made_of_a_session_because_it_is_excluded_is_not_missing(
    study, store, tmp_path, capsys
):
    excluded = study.exclude.model_copy(update={"sessions": (SESSION,)})
    without = study.model_copy(update={"exclude": excluded})
    request = requested(without, formats=["edges"], sessions=[SESSION])
    store.fail("granger", SESSION, "the cohort's model isn't for it")
    try:
        state = state_of(without, request)
        export(without, request, tmp_path / "out")
    finally:
        store._failure_note("granger", SESSION).unlink()
    assert state.missing == {}
    assert state.left_out == {f"granger of {SESSION}": "exclude.sessions names it"}
    told = capsys.readouterr().err
    assert "the study excludes the session: granger of sub-1_ses-test (exclude.sess" in told
    assert not [name for name in names(tmp_path / "out") if "granger" in name]


def test_missing_and_stale_results_are_told(study, store, tmp_path, capsys):
    request = requested(study, formats=["bids", "scores"])
    manifest = store._manifest("granger", SESSION)
    hidden = manifest.with_name("hidden")
    shutil.move(manifest, hidden)
    try:
        assert export(study, request, tmp_path / "out") == 1
        told = capsys.readouterr().err
    finally:
        shutil.move(hidden, manifest)
    assert f"missing: granger of {SESSION} is not made yet" in told
    # What was made from it is stale now.
    assert "exported, but stale: " in told
    assert "comparison" in told  # it is made from scores of the matrix
    assert "`attnconn run` makes what is missing or stale" in told
    files = names(tmp_path / "out")
    assert f"{FUNC}/{STEM}pearsoncorrelation_relmat.tsv" in files
    assert not [name for name in files if SESSION in name and "granger_relmat" in name]
    assert export(study, request, tmp_path / "out") == 0
    assert capsys.readouterr().err == ""


def test_a_result_that_failed_later_is_missing(study, store, tmp_path, capsys):
    request = requested(study, formats=["edges"], sessions=[SESSION])
    store.fail("pearson", SESSION, "the disk was full")
    try:
        assert export(study, request, tmp_path / "out") == 1
    finally:
        store._failure_note("pearson", SESSION).unlink()
    told = capsys.readouterr().err
    assert f"missing: pearson of {SESSION} failed when it was last made: the disk was full" in told


def test_a_damaged_file_is_not_exported(study, store, tmp_path, capsys):
    request = requested(study, formats=["edges"], sessions=["sub-1"])
    entry = store.entry("pearson", SESSION)
    path = store.path(entry, "matrix.parquet")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    try:
        assert export(study, request, tmp_path / "out") == 1
    finally:
        path.write_bytes(content)
        store._damage_note("pearson", SESSION).unlink(missing_ok=True)
    told = capsys.readouterr().err
    assert "pearson" in told
    assert "not what was stored" in told
    assert not [
        name for name in names(tmp_path / "out") if "ses-test" in name and "pearson" in name
    ]


def test_without_the_scans_it_is_unknown_whether_results_are_current(
    line_of_cifti, study, tmp_path, capsys
):
    hidden = line_of_cifti.folder / "hidden"
    shutil.move(line_of_cifti.folder / "hcp", hidden)
    try:
        request = requested(study, formats=["edges"], sessions=[SESSION])
        assert export(study, request, tmp_path / "out") == 0
    finally:
        shutil.move(hidden, line_of_cifti.folder / "hcp")
    told = capsys.readouterr().err
    assert "up to date isn't known, nor which sessions were removed or renamed: " in told


def test_a_session_whose_scan_is_gone_is_left_out_and_named(line_of_cifti, study, tmp_path, capsys):
    hidden = line_of_cifti.folder / "hidden"
    shutil.move(line_of_cifti.folder / "hcp" / "4_retest", hidden)
    try:
        request = requested(study, formats=["edges"], methods=["pearson"])
        assert len(request.sessions) == 7
        export(study, request, tmp_path / "out")
        told = capsys.readouterr().err
        said = "sub-4_ses-retest, because the study has no scan of them today; --sessions"
        assert f"not exported: {said} exports them" in told
        named = requested(study, formats=["edges"], sessions=["sub-4_ses-retest"])
        assert (named.sessions, named.gone) == (("sub-4_ses-retest",), {})
    finally:
        shutil.move(hidden, line_of_cifti.folder / "hcp" / "4_retest")


def test_who_is_excluded_by_name_is_not_exported_even_without_the_scans(
    line_of_cifti, study, tmp_path, capsys
):
    excluded = study.exclude.model_copy(update={"sessions": ("sub-4",)})
    without = study.model_copy(update={"exclude": excluded})
    hidden = line_of_cifti.folder / "hidden"
    shutil.move(line_of_cifti.folder / "hcp", hidden)
    try:
        request = requested(without, formats=["edges"], methods=["pearson"])
        export(without, request, tmp_path / "out")
    finally:
        shutil.move(hidden, line_of_cifti.folder / "hcp")
    assert not any("sub-4" in path for path in names(tmp_path / "out"))
    assert set(request.gone) == {"sub-4_ses-test", "sub-4_ses-retest"}
    assert "because exclude.sessions names them" in capsys.readouterr().err


def test_models_of_a_cohort_and_of_a_session_are_exported(whole_line, tmp_path, capsys):
    study = whole_line.study
    own = "subject_forecaster/sub-001_ses-test"
    request = requested(study, models=["group_forecaster/base", own], sessions=["sub-001"])
    assert request.formats == ("bids", "scores", "weights")
    assert export(study, request, tmp_path / "out") == 0
    models = {path for path in names(tmp_path / "out") if path.startswith("models/")}
    assert {path for path in models if path.endswith(".safetensors")} == {
        *(f"models/group_forecaster_base_fold-{fold}.safetensors" for fold in (1, 2)),
        "models/subject_forecaster_sub-001_ses-test.safetensors",
    }
    stored = Results(study.store_folder).path(
        "subject_forecaster", "model.safetensors", "sub-001_ses-test"
    )
    copied = tmp_path / "out" / "models" / "subject_forecaster_sub-001_ses-test.safetensors"
    assert copied.read_bytes() == stored.read_bytes()
    assert json.loads(copied.with_suffix(".json").read_text())["config"]["input_window"] == 3


def test_a_study_without_an_atlas_has_no_cifti(whole_line):
    with pytest.raises(InputError, match=r"needs a study with an atlas.*simulated of tiny has"):
        requested(whole_line.study, formats=["cifti"])


def test_a_study_without_results_says_what_to_do(write_study):
    with pytest.raises(StoreError, match=r"has no time series: `attnconn run` makes them"):
        requested(load_study(write_study()))
