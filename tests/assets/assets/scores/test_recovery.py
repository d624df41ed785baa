"""Recovery: one partition per ground truth, from files of one's own and simulated."""

import dataclasses

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.assets.scores import recovery_estimators as estimators_module
from attnconn_assets.assets.scores import specs as score_specs
from attnconn_assets.assets.scores.recovery_estimators import PUBLISHED_EXPERIMENT, estimators_for
from attnconn_assets.assets.scores.specs import competitors_of
from attnconn_assets.storage.formats import read_table
from attnconn_assets.storage.recipe import as_json
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import READY, Granger
from attnconn_core.errors import ParameterError, StudyError
from attnconn_core.forecasting import fit
from attnconn_core.scoring import recover
from attnconn_core.sources import KnownTruth, read_known_truth
from attnconn_core.sources.independent_samples import independent_samples


def _write_truth(path, seed):
    rng = np.random.default_rng(seed)
    network = np.zeros((4, 4))
    network[0, 1] = network[1, 2] = 0.8  # row = source
    series = rng.normal(size=(3, 150, 4))
    for time in range(1, 150):
        series[:, time] += series[:, time - 1] @ (network + 0.3 * np.eye(4))
    np.savez(path, ts=series, adj=network != 0)


@pytest.fixture
def asked(tmp_path):
    _write_truth(tmp_path / "own.npz", seed=0)
    return {
        "simulated": ["linear-5"],
        "files": {"own": {"file": "../own.npz", "repetition_time": 2.0}},
        "data_sets": 2,
    }


def test_every_ground_truth_is_a_partition_with_its_scores(
    write_study, run_line, instance, asked, tmp_path
):
    study = load_study(write_study(methods=["pearson"], recovery=asked))
    outcome, told = run_line(study, instance)
    assert outcome.failed == {}
    assert told.steps["recovery"].to_make == 2
    store = store_of(study)
    entry = store.entry("recovery", "own")
    assert entry.facts["data_sets"] == 2
    assert entry.facts["read"][0]["path"] == str(tmp_path / "own.npz")
    table = read_table(store.path(entry, "table.parquet")).set_index("method")
    assert {"chance", *READY, "granger"} <= set(table.index)
    assert {f"{how}_group_base" for how in ("attention", "ablation", "sensitivity")} <= set(
        table.index
    )
    for own in ("attention_subject", "attention_finetuned", "tangent"):
        assert table.loc[own, "data_sets"] == 2
    # One model of all data sets, and what begins as it, are one draw.
    assert set(entry.facts["pooled"]) == {
        "attention_finetuned",
        *(
            f"{how}_group_base"
            for how in ("attention", "ablation", "sensitivity", "attention_norm")
        ),
    }
    assert table.loc["chance", "r"] == 0
    assert table.loc["granger", ["r", "r_with_diagonal"]].notna().all()
    assert table.loc["granger", "auroc"] > 0.9
    assert {"figure.png", "graphs.png"} <= set(entry.files)

    # Another file: its own partition is due, and nothing else.
    _write_truth(tmp_path / "own.npz", seed=1)
    outcome, told = run_line(study, instance)
    assert told.steps["recovery"].to_make == 1
    changed = {**asked, "data_sets": 3}
    _, told = run_line(load_study(write_study(methods=["pearson"], recovery=changed)), instance)
    assert told.steps["recovery"].to_make == 2


def test_a_damaged_file_fails_alone(write_study, run_line, instance, asked, tmp_path):
    (tmp_path / "own.npz").write_bytes(b"nothing")
    study = load_study(write_study(methods=["pearson"], recovery=asked))
    outcome, _ = run_line(study, instance)
    assert list(outcome.failed) == ["recovery of own"]
    assert "own.npz: can't be read" in outcome.failed["recovery of own"]
    assert store_of(study).find("recovery", "linear-5") is not None


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"simulated": ["linear-7"]}, "must be among linear-5"),
        ({"files": {"../x": {"file": "a.npz", "repetition_time": 1}}}, "must be at most 64 lower-"),
        ({"files": {"x": {"file": "a.npz"}}}, "repetition_time"),
        (
            {
                "simulated": ["linear-10"],
                "files": {"linear-10": {"file": "a", "repetition_time": 1}},
            },
            "can't have the name of a simulated ground truth: linear-10",
        ),
    ],
)
def test_what_a_study_may_not_say_of_ground_truths(write_study, changed, complaint):
    with pytest.raises(StudyError, match=complaint):
        load_study(write_study(recovery=changed))


def test_the_truth_of_a_file_is_turned_to_target_and_source(asked, tmp_path):
    found = read_known_truth(tmp_path / "own.npz", "own", 2.0)
    estimate = Granger(1, 1.0, None).estimate(found.series[0])
    assert recover(estimate.values, found.truths[0]).orientation == 1.0


def test_models_of_single_samples_read_the_whole_sample(write_study):
    study = load_study(write_study(granger={"lags": 1, "alpha": 1.0}))
    samples = independent_samples(1, seed=0, samples=1000)
    estimators = estimators_for(competitors_of(study), samples)
    assert estimators["attention_group_base"].forecaster.config.input_window == 15
    as_series = KnownTruth("as series", samples.series, samples.truths)
    assert "attention_published" not in estimators_for(competitors_of(study), as_series)


def test_only_what_is_asked_for_is_made(write_study, monkeypatch):
    def trained(*_):
        raise AssertionError("no model is read")

    monkeypatch.setattr(estimators_module, "_trained", trained)
    study = load_study(write_study(granger={"lags": 1, "alpha": 1.0}))
    samples = independent_samples(1, seed=0, samples=1000)
    made = estimators_for(competitors_of(study), samples, ["granger", "directed"])
    assert sorted(made) == ["directed", "granger"]
    with pytest.raises(ParameterError, match="got tau"):
        estimators_for(competitors_of(study), samples, ["tau"])


def test_the_published_experiment_is_trained_and_read_as_published(monkeypatch):
    published = PUBLISHED_EXPERIMENT.settings()
    as_published = {
        "hidden_dim": 64,
        "input_layers": 2,
        "prediction_layers": 2,
        "bottleneck_dim": 32,
        "input_window": 15,
        "output_window": 1,
        "attention_dropout": 0.0,
        "epochs": 1,
        "batch_size": 32,
        "learning_rate": 1e-3,
        "gradient_clip": float("inf"),
        "seed": 42,
        "test_fraction": 0.2,
        "unseen": True,
    }
    assert {name: published[name] for name in as_published} == as_published
    trained = []

    def fit_and_tell(model, series, training, **more):
        trained.extend(each.n_frames for each in series)
        return fit(model, series, training, **more)

    monkeypatch.setattr(estimators_module, "fit", fit_and_tell)
    found = PUBLISHED_EXPERIMENT.estimate(independent_samples(1, seed=0, samples=1000).series[0])
    # Sixteen frames a sample; one window each: others would foretell noise by noise.
    assert trained == [800 * 16]
    assert found.metrics["n_windows"] == 200


def test_whatever_a_recovery_is_made_with_makes_it_anew(write_study, monkeypatch):
    settings = {"simulated": ["independent-samples-20", "linear-5"], "data_sets": 2}
    study = load_study(write_study(recovery=settings))

    def settings_of(study):
        spec = next(spec for spec in specs(study) if spec.name == "recovery")
        return {name: as_json(spec.settings_for(name)) for name in study.recovery.ground_truths}

    before = settings_of(study)
    tuned = study.experiment.fine_tuning.model_copy(update={"epochs": 9})
    changed = study.experiment.model_copy(update={"fine_tuning": tuned})
    after = settings_of(study.model_copy(update={"experiment": changed}))
    assert all(after[name] != before[name] for name in before)
    other = dataclasses.replace(PUBLISHED_EXPERIMENT, unseen=False)
    monkeypatch.setattr(score_specs, "PUBLISHED_EXPERIMENT", other)
    after = settings_of(study)
    assert [name for name in before if after[name] != before[name]] == ["independent-samples-20"]
