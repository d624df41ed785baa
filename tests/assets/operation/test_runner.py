"""The whole line on four simulated subjects: made once, and again only where it must be."""

import contextlib
import importlib.metadata
import os
import re
from pathlib import Path

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_matrices, read_table
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StoreError
from attnconn_core.forecasting import LINEAR_FORECASTERS
from tests.assets.conftest import Told, make_line

METHODS = {
    "pearson",
    "partial",
    "granger",
    "attention_group_base",
    "attention_subject",
    "attention_finetuned",
}


def test_the_whole_line(line):
    study, outcome, told = line.study, line.outcome, line.told
    store = resources(study)["store"]

    # Every asset has every partition, in the store and in Dagster.
    assert set(told.steps) == {spec.name for spec in specs(study)}
    assert outcome.made == told.n_made == sum(step.to_make for step in told.steps.values())
    for spec in specs(study):
        if spec.partitioned == "session":
            assert store.find(spec.name, "sub-001_ses-retest") is not None

    # The headline has a row per method, and R² for those that forecast.
    rows = read_table(store.path(store.entry("report", WHOLE), "headline.parquet"))
    rows = rows.set_index("method")
    assert set(rows.index) == METHODS | set(LINEAR_FORECASTERS)
    assert set(rows.index[rows["forecast R²"].isna()]) == {"pearson", "partial"}
    assert set(rows.index[rows["identified"].isna()]) == set(LINEAR_FORECASTERS)
    assert {"from 60 frames", "I_diff"} <= set(rows.columns)
    assert list(rows["family"].unique()) == [
        *("correlation", "partial correlation", "granger", "attention", "linear forecast")
    ]

    # Which matrices come from a model that saw their subject stands beside every score.
    seen = rows["saw_subject"].dropna().to_dict()
    assert seen == {"attention_group_base": 0, "attention_subject": 1, "attention_finetuned": 1}

    # The page stands by itself.
    page = report_path(study).read_text()
    assert "Four simulated subjects" in page
    assert f"attnconn {importlib.metadata.version('attnconn')}, Python 3." in page
    # The signs of warnings aside.
    unsigned = re.sub(r"[ \u00a0][†⚠]", "", page)
    assert "Attention (group, base) 0%, Attention (fine-tuned) 100%" in unsigned
    marked_up = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="https?:', marked_up)

    # Cross-fitted: no matrix from a group's model that saw the subject.
    entry = store.entry("attention_group_base", "sub-001_ses-test")
    assert entry.facts["metrics"]["saw_subject"] == 0
    own = store.entry("attention_subject", "sub-001_ses-test")
    assert own.facts["metrics"]["saw_subject"] == 1

    # A shortened scan is a matrix of its own.
    matrices = read_matrices(store.path(entry, "matrix.parquet"))
    assert list(matrices) == [60, 120]
    assert not np.allclose(matrices[60].values, matrices[120].values)


def test_mlflow_holds_a_run_a_model_and_a_run_a_method(line):
    client = resources(line.study)["tracking"].client()

    def runs(experiment: str):
        found = client.get_experiment_by_name(experiment)
        return client.search_runs([found.experiment_id])

    models = runs("subject_forecaster")
    assert len(models) == 8
    one = models[0]
    assert one.info.status == "FINISHED"
    assert one.data.tags["attnconn.study"] == "tiny"
    assert one.data.tags["attnconn.asset"] == "subject_forecaster"
    assert one.data.tags["attnconn.partition"].startswith("sub-00")
    assert {"attnconn.dagster_run", "attnconn.code_version"} <= set(one.data.tags)
    assert one.data.params["hidden_dim"] == "4"
    assert len(client.get_metric_history(one.info.run_id, "loss")) == 2
    assert [f.path for f in client.list_artifacts(one.info.run_id, "figures")]
    logged = client.search_logged_models([one.info.experiment_id])
    assert len(logged) == 8
    assert all(Path(model.params["path"]).is_file() for model in logged)

    assert len(runs("group_forecaster")) == 1 + 1 + 2  # the sweep, its configuration, two folds
    of_score = runs("fingerprint")
    assert len(of_score) == 1 + len(METHODS)
    below = [r for r in of_score if "mlflow.parentRunId" in r.data.tags]
    assert {r.data.params["method"] for r in below} == METHODS
    assert all("i_diff" in r.data.metrics for r in below)
    (above,) = [r for r in of_score if r not in below]
    assert {f"accuracy/{method}" for method in METHODS} <= set(above.data.metrics)


def test_a_second_run_makes_nothing(line):
    again, told = line.run()
    assert (again.made, again.failed) == (0, {})
    assert again.standing == line.outcome.made
    assert told.n_made == 0


def test_another_alpha_stales_granger_and_what_follows_and_nothing_else(line):
    other = {"granger": {"lags": 2, "alpha": 10.0}}
    _, told = line.run(**other)
    assert told.remade() == {
        *("granger_order", "granger", "group_mean", "fingerprint", "forecast_skill"),
        *("repeats_granger", "reliability", "cautions", "behaviour", "comparison", "report"),
    }

    # A file of the store that is gone is made again; the same matrix: what follows stands.
    store = resources(line.study)["store"]
    pearson = store.entry("pearson", "sub-002_ses-test")
    store.path(pearson, "matrix.parquet").unlink()
    _, told = line.run(**other)
    assert told.steps["pearson"].to_make == 1
    assert told.remade() == {"pearson"}


def test_a_bad_scan_costs_its_session_and_no_other(write_study, run_line, instance, tmp_path):
    rng = np.random.default_rng(3)
    scans = tmp_path / "scans"
    scans.mkdir()
    for subject in ("1", "2", "3", "4"):
        for session in ("test", "retest"):
            np.save(scans / f"sub-{subject}_ses-{session}.npy", rng.normal(size=(120, 5)))
    dead = rng.normal(size=(120, 5))
    dead[:, 2] = 7.0
    np.save(scans / "sub-2_ses-test.npy", dead)
    path = write_study(
        source="arrays",
        root="../scans",
        repetition_time=0.72,
        quorum=0.5,
        behaviour=None,
        methods=["pearson", "attention_group_base"],
        **dict.fromkeys(("n_subjects", "n_regions", "n_frames")),
    )
    study = load_study(path)
    outcome, _ = run_line(study, instance)
    assert list(outcome.failed) == ["time_series of sub-2_ses-test"]
    why = outcome.failed["time_series of sub-2_ses-test"]
    assert "sub-2_ses-test.npy" in why
    assert "change over time" in why
    assert "region-003" in why

    store = resources(study)["store"]
    assert store.find("time_series", "sub-2_ses-test") is None
    assert store.find("pearson", "sub-2_ses-retest") is not None
    assert list(store.entry("fingerprint", WHOLE).facts["excluded"]) == ["sub-2_ses-test"]
    facts = store.entry("fingerprint", WHOLE).facts
    assert facts["unpaired"] == ["sub-2_ses-retest"]
    # The subject that is then alone with its model.
    assert any("nobody else of that pool has both" in note for note in facts["notes"])

    # What was stored stays when a scan turns bad later.
    before = store.entry("time_series", "sub-1_ses-test")
    (scans / "sub-1_ses-test.npy").write_bytes(b"\x93NUMPY cut short")
    outcome, _ = run_line(study, instance)
    assert "time_series of sub-1_ses-test" in outcome.failed
    assert store.find("time_series", "sub-1_ses-test") == before
    assert store.path(before, "series.parquet").is_file()

    # Nobody builds on what is older than its scan: not its matrices, not a score.
    assert "sub-1_ses-test" in store.find("group_mean", WHOLE).facts["excluded"]
    assert "fingerprint" in store.entry("report", WHOLE).facts["lacks"]
    with pytest.raises(StoreError, match="failed when it was last made"):
        store.entry("time_series", "sub-1_ses-test")

    # A mended scan is made, and with it what had waited for it.
    np.save(scans / "sub-2_ses-test.npy", rng.normal(size=(120, 5)))
    np.save(scans / "sub-1_ses-test.npy", rng.normal(size=(120, 5)))
    outcome, told = run_line(study, instance)
    assert outcome.failed == {}
    assert told.steps["pearson"].to_make == 2
    assert store.entry("fingerprint", WHOLE).facts["excluded"] == {}


def test_a_study_with_a_train_group_trains_on_it_alone(write_study, run_line, instance, tmp_path):
    rng = np.random.default_rng(4)
    scans = tmp_path / "scans"
    scans.mkdir()
    rows = ["Subject,Group"]
    for subject in ("1", "2", "3", "4"):
        rows.append(f"{subject},{'train' if subject in '12' else 'test'}")
        for session in ("test", "retest"):
            np.save(scans / f"sub-{subject}_ses-{session}.npy", rng.normal(size=(120, 5)))
    (tmp_path / "people.csv").write_text("\n".join(rows))
    path = write_study(
        source="arrays",
        root="../scans",
        repetition_time=0.72,
        subjects="../people.csv",
        group_column="Group",
        behaviour=None,
        methods=["attention_group_base", "attention_finetuned"],
        reliability={"seeds": 1},
        **dict.fromkeys(("n_subjects", "n_regions", "n_frames")),
    )
    study = load_study(path)
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = resources(study)["store"]
    (fold,) = store.entry("group_forecaster", "base").facts["folds"]
    assert fold["subjects"] == ["1", "2"]
    saw = {
        subject: store.entry("attention_group_base", f"sub-{subject}_ses-test").facts["metrics"][
            "saw_subject"
        ]
        for subject in ("1", "2", "3", "4")
    }
    assert saw == {"1": 1, "2": 1, "3": 0, "4": 0}


def test_a_line_of_few_methods_comes_to_its_report(write_study, instance, run_line):
    study = load_study(write_study(methods=["pearson", "partial"]))
    outcome, told = run_line(study, instance)
    assert not outcome.failed
    assert not outcome.waiting
    assert "group_forecaster" not in told.steps
    store = resources(study)["store"]
    rows = read_table(store.path(store.entry("report", WHOLE), "headline.parquet"))
    assert rows["method"].tolist() == ["pearson", "partial", *LINEAR_FORECASTERS]
    assert "Granger" not in report_path(study).read_text().split('<h2 id="provenance')[-1]


def test_what_another_process_outdates_during_a_run_is_made_again(
    write_study, instance, tmp_path, monkeypatch
):
    """Seen on a lab's machine: a score made between two writes of its inputs stayed stale."""
    (tmp_path / "scans").mkdir()
    for number in range(4):
        scan = tmp_path / "scans" / f"sub-{number // 2}_ses-{number % 2}.npy"
        np.save(scan, np.random.default_rng(number).normal(size=(120, 5)))
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour", "scan_lengths"))
    source = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    study = load_study(write_study(**simulated, **source, methods=["pearson"]))
    making, seen = Store.making, []

    @contextlib.contextmanager
    def beside_another(self, asset, partitions):
        """Another process makes fingerprint first; meanwhile a scan is written anew."""
        with making(self, asset, partitions) as mine:
            first = asset == "fingerprint" and asset not in seen
            seen.append(asset)
            if first:
                os.utime(scan, ns=(0, scan.stat().st_mtime_ns + 1))
            yield [] if first else mine

    monkeypatch.setattr(Store, "making", beside_another)
    told = Told()
    outcome = materialise_stale(study, instance, told)
    assert outcome.failed == {}
    assert seen.count("fingerprint") == 2
    assert seen.count("time_series") == 2
    again, _ = make_line(study, instance)
    assert again.made == 0
