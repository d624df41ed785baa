"""Identification at a penalty that others choose: its matrices, its score, its section."""

import re

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_matrices, read_series, read_table
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import VarIdentification
from attnconn_core.errors import SeriesError, StudyError
from attnconn_core.timeseries import head

SESSION = "sub-002_ses-retest"
CHOOSING = {"methods": ["pearson", "var_identification"], "scores": ["penalty_identification"]}
SHRINKAGES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


@pytest.fixture
def study(write_study):
    return load_study(write_study(scan_lengths=[60], **CHOOSING))


def test_every_penalty_is_estimated_once_and_scored(study, run_line, instance):
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    entry = store.entry("penalised_var_identification", SESSION)
    assert entry.facts["penalties"] == list(SHRINKAGES)
    assert entry.facts["penalties left out"] == {}
    series = read_series(store.path(store.entry("time_series", SESSION), "series.parquet"))
    for number, shrinkage in enumerate(SHRINKAGES, start=1):
        found = read_matrices(store.path(entry, f"penalty_{number}.parquet"))
        assert list(found) == [60, series.n_frames]
        for frames, matrix in found.items():
            expected = VarIdentification(shrinkage).estimate(head(series, frames))
            np.testing.assert_array_equal(matrix.values, expected.values)

    score = store.entry("penalty_identification", WHOLE)
    table = read_table(store.path(score, "by_frames.parquet"))
    assert table["method"].unique().tolist() == ["var_identification"]
    assert table["frames"].tolist() == [60, series.n_frames]
    assert set(read_table(store.path(score, "choices.parquet"))["penalty"]) <= set(SHRINKAGES)

    page = report_path(study).read_text()
    label = "Identification at the others&#39; penalty"
    section = page.partition('<h2 id="score-penalty_identification">')[2].partition("</section>")[0]
    assert section.startswith(label)
    rows = re.findall(r'<th scope="row">(.*?)</th><td', section)
    lengths = (60, series.n_frames)
    assert rows == [f"VAR (for identification) from {frames} frames" for frames in lengths]
    assert "<img" in section


def test_a_penalty_at_which_a_scan_can_t_be_estimated_is_left_out_with_the_reason(
    study, run_line, instance, monkeypatch
):
    estimate = VarIdentification.estimate

    def some(self, series):
        if self.shrinkage == 0.05:
            raise SeriesError(f"too little at {self.shrinkage}")
        if self.shrinkage == 0.1 and series.n_frames == 60:
            raise SeriesError("too short")
        return estimate(self, series)

    monkeypatch.setattr(VarIdentification, "estimate", some)
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    entry = store.entry("penalised_var_identification", SESSION)
    assert "penalty_1.parquet" not in entry.files
    assert entry.facts["penalties left out"] == {
        "0.05": "too little at 0.05",
        "0.1, 60 frames": "too short",
    }
    (note,) = store.entry("penalty_identification", WHOLE).facts["notes"]
    assert note.startswith("VAR (for identification): not tried at 0.05, where sub-001_ses-test,")
    assert note.endswith("and 5 more can't be estimated")


def test_a_study_without_a_penalty_to_choose_is_refused_when_it_is_read(write_study):
    with pytest.raises(
        StudyError, match="scores: penalty_identification needs a method with a pen"
    ):
        load_study(write_study(scores=CHOOSING["scores"], methods=["pearson"]))


def test_penalties_are_chosen_for_the_methods_that_the_score_names(write_study):
    methods, names = ["granger", "var_identification"], ["var_identification"]

    def penalised(scores):
        every = specs(load_study(write_study(methods=methods, scores=scores)))
        return [spec.name for spec in every if spec.name.startswith("penalised")]

    assert penalised(CHOOSING["scores"]) == ["penalised_granger", "penalised_var_identification"]
    one = [{"penalty_identification": {"methods": names}}]
    assert penalised(one) == ["penalised_var_identification"]
    refused = "scores: penalty_identification: methods must be methods of the study that have pen"
    with pytest.raises(StudyError, match=f"{refused}.*granger, var_identification.*got pearson"):
        penalised([{"penalty_identification": {"methods": ["pearson"]}}])


def test_without_the_score_nothing_is_made_at_other_penalties(write_study):
    study = load_study(write_study(methods=CHOOSING["methods"]))
    assert [spec.name for spec in specs(study) if spec.name.startswith("penalised")] == []
