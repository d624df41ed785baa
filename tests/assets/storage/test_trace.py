"""From a score to the scans behind it, and from a scan to its scores."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from attnconn_assets.assets.catalogue import resources
from attnconn_assets.storage.trace import back, files_behind, forward, trace_lines
from attnconn_core.errors import StoreError


@pytest.fixture
def traced(line_of_files):
    study = line_of_files.study
    return study, resources(study)["store"], line_of_files.folder / "scans"


def test_a_score_leads_back_to_every_scan(traced):
    _, store, scans = traced
    files = files_behind(store, "fingerprint/all")
    assert [file["path"] for file in files] == sorted(str(path) for path in scans.iterdir())
    for file in files:
        path = scans / file["path"].rsplit("/", 1)[1]
        assert file["bytes"] == path.stat().st_size
        assert file["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_model_of_one_session_leads_to_its_scan_alone(traced):
    _, store, scans = traced
    (file,) = files_behind(store, "attention_subject/sub-b_ses-test")
    assert file["path"] == str(scans / "sub-b_ses-test.npy")


def test_a_scan_leads_forward_to_its_own_results_and_the_groups(traced):
    _, store, scans = traced
    path = scans / "sub-b_ses-test.npy"
    resting = {f"{entry.asset}/{entry.partition}" for entry in forward(store, str(path))}
    assert {"time_series/sub-b_ses-test", "pearson/sub-b_ses-test", "fingerprint/all"} <= resting
    assert "report/all" in resting
    assert not any(name.endswith("/sub-a_ses-test") and "pearson" in name for name in resting)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert {f"{e.asset}/{e.partition}" for e in forward(store, sha256)} == resting


def test_mlflow_s_run_of_a_score_lists_the_scans(traced):
    study, store, scans = traced
    run = store.entry("fingerprint", "all").made_by["mlflow_run"]
    tracking = resources(study)["tracking"]
    assert tracking.result_of(run) == "fingerprint/all"
    assert tracking.result_of("0" * 32) is None
    assert tracking.result_of("fingerprint") is None
    client = tracking.client()
    experiment = client.get_run(run).info.experiment_id
    below = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{run}'")
    assert {tracking.result_of(one.info.run_id) for one in below} == {"fingerprint/all"}
    listed = json.loads(Path(client.download_artifacts(run, "scans.json")).read_text())
    assert len(listed) == len(list(scans.iterdir()))
    assert all(len(each["sha256"]) == 64 for each in listed)


def test_the_telling_goes_both_ways(traced):
    _, store, scans = traced
    lines = list(trace_lines(store, "pearson/sub-a_ses-test"))
    assert lines[0].startswith("pearson/sub-a_ses-test  ")
    assert lines[1].startswith("  time_series/sub-a_ses-test  ")
    assert "SHA-256" in lines[2]
    assert lines[-2] == "1 file behind it"
    onward = list(trace_lines(store, str(scans / "sub-a_ses-test.npy")))
    assert onward[0].endswith(f"results were made from {scans / 'sub-a_ses-test.npy'}")
    assert any(line.startswith("  report/all") for line in onward)


def test_what_nobody_knows_is_refused(traced):
    _, store, _ = traced
    for strange in ("nothing", "0" * 64, "../../etc/passwd"):
        with pytest.raises(StoreError, match=r"must be an asset, .*, a session, a subj"):
            list(trace_lines(store, strange))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fingerprin", "fingerprint"),
        ("sub-a_ses-tst", "sub-a_ses-test"),
        ("pearsn/sub-a_ses-test", "pearson/sub-a_ses-test"),
    ],
)
def test_the_nearest_name_in_the_store_is_suggested(traced, typed, meant):
    _, store, _ = traced
    with pytest.raises(StoreError, match=rf": did you mean {meant}\?$"):
        list(trace_lines(store, typed))


def test_a_stored_file_and_its_copy_lead_back(traced):
    study, store, _ = traced
    stored = store.path(store.entry("report", "all"), "report.html")
    copy = study.store_folder / "report.html"
    for path in (stored, copy):
        lines = list(trace_lines(store, str(path)))
        assert lines[0] == f"{path} is report.html of report/all"
        assert lines[1].startswith("report/all  ")
        assert lines[-9] == "8 files behind it"


def test_a_name_that_is_a_file_in_the_store_is_no_asset(traced, monkeypatch):
    study, store, _ = traced
    with pytest.raises(StoreError, match="must be an asset"):  # not a folder of partitions
        list(trace_lines(store, "report.html"))
    monkeypatch.chdir(study.store_folder)
    assert "report/all" in next(trace_lines(store, "report.html"))


def test_what_is_no_result_is_refused_in_a_line(traced, tmp_path):
    _, store, _ = traced
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)))
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    locked = tmp_path / "absent" / "report.html"
    for strange in (binary, loop, locked, "x" * 5000, "report.html/all", "a\0b", "", "/"):
        with pytest.raises(StoreError, match=r"must be (an asset|a file)"):
            list(trace_lines(store, str(strange)))
    with pytest.raises(StoreError, match="it is a folder"):
        list(trace_lines(store, str(tmp_path)))
    with pytest.raises(StoreError, match="it is a device"):
        list(trace_lines(store, "/dev/null"))


def test_an_asset_of_many_partitions_asks_which(traced):
    _, store, _ = traced
    with pytest.raises(StoreError, match=r"pearson has 8: name one, such as pearson/sub-a_ses"):
        list(trace_lines(store, "pearson"))
    with pytest.raises(StoreError, match=r"pearson has 8: name one, such as"):
        list(trace_lines(store, "pearson/sub-z_ses-test"))


def test_a_series_that_was_made_again_unchanged_keeps_its_readers(traced):
    _, store, scans = traced
    entry = store.entry("time_series", "sub-c_ses-test")
    content = store.path(entry, "series.parquet").read_bytes()
    before = {e.asset for e in forward(store, str(scans / "sub-c_ses-test.npy"))}
    store.put(replace(entry, made_by={}), {"series.parquet": lambda p: p.write_bytes(content)})
    assert {e.asset for e in forward(store, str(scans / "sub-c_ses-test.npy"))} == before


def test_what_was_made_anew_since_is_marked(traced):
    _, store, _ = traced
    entry = store.entry("time_series", "sub-a_ses-test")
    before = back(store, "pearson", "sub-a_ses-test")
    assert [node.changed for node in before.inputs] == [False]
    store.put(entry, {"series.parquet": lambda path: path.write_bytes(b"another")})
    after = back(store, "pearson", "sub-a_ses-test")
    assert [node.changed for node in after.inputs] == [True]


def test_a_session_and_a_subject_list_their_results(traced):
    _, store, _ = traced
    session = "sub-a_ses-test"
    lines = list(trace_lines(store, session))
    own = [entry for entry in store.entries() if entry.partition == session]
    assert lines[0] == f"{len(own)} results are of {session}"
    assert len(lines) == len(own) + 1
    of_subject = list(trace_lines(store, "sub-a"))
    assert len(of_subject) > len(lines)
    assert all("/sub-a_ses-" in line for line in of_subject[1:])
    with pytest.raises(StoreError, match="a session, a subject"):
        list(trace_lines(store, "sub-"))
