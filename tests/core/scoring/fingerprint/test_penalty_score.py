"""Identification at a penalty that others choose, as a score of a study."""

from dataclasses import replace

import numpy as np
import pytest

from attnconn_core.errors import CohortError, ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.scoring import PenaltyIdentification, cross_fitted_identification, fingerprint

PENALTIES = (1.0, 100.0, 1e4)
NAMES = tuple(f"r{i}" for i in range(6))


def stacked(read, study, frames):
    pairs = study.cohort.pairs()
    return tuple(
        np.stack([read(pair[side].key)[frames].values for pair in pairs]) for side in (0, 1)
    )


@pytest.fixture(scope="module")
def study(make_study):
    return make_study()


@pytest.fixture(scope="module")
def scored(study):
    return PenaltyIdentification().score(study)


@pytest.mark.parametrize("frames", [60, 80, 120])
def test_every_length_is_identified_at_the_others_penalty_and_at_its_own(study, scored, frames):
    expected = cross_fitted_identification(
        {
            penalty: stacked(
                lambda key, p=penalty: study.matrices_at("granger", p, key), study, frames
            )
            for penalty in PENALTIES
        },
        symmetric=False,
    )
    own = fingerprint(
        *stacked(lambda key: study.matrices("granger", key), study, frames),
        symmetric=False,
        permutations=0,
    )
    row = scored.tables["by_frames"].set_index("frames").loc[frames]
    choices = scored.tables["choices"].query(f"frames == {frames}")
    assert row["method"] == "granger"
    assert row["accuracy"] == expected.accuracy
    assert row["own_accuracy"] == own.hits.mean()
    assert row["accuracy_lower"] <= row["accuracy"] <= row["accuracy_upper"]
    assert row["penalty"] == np.median(expected.penalties)
    assert choices["penalty"].tolist() == expected.penalties.tolist()
    assert choices["hits"].tolist() == expected.hits.tolist()
    assert choices["own_hits"].tolist() == own.hits.tolist()
    assert choices["subject"].tolist() == [test.subject for test, _ in study.cohort.pairs()]


def test_the_scores_are_those_of_whole_scans_of_methods_that_have_a_penalty(scored):
    (row,) = scored.tables["scores"].to_dict("records")
    whole = scored.tables["by_frames"].query("frames == 120").drop(columns="frames")
    assert row == whole.to_dict("records")[0]
    assert row["subjects"] == scored.facts["pairs"] == 6
    assert scored.facts["chance"] == pytest.approx(1 / 6)


def test_a_penalty_that_a_scan_can_t_be_estimated_at_is_not_tried(make_study, monkeypatch):
    study, lacking = make_study(), make_study().cohort.pairs()[2][1].key
    read = study.matrices_at
    monkeypatch.setattr(
        study,
        "matrices_at",
        lambda method, penalty, key: (
            {} if penalty < 1000 and key == lacking else read(method, penalty, key)
        ),
    )
    scored = PenaltyIdentification().score(study)
    assert set(scored.tables["choices"]["penalty"]) == {1e4}
    assert scored.notes[-1] == f"Granger: not tried at 1, 100, where {lacking} can't be estimated"


def test_a_length_that_no_penalty_can_be_had_of_is_said(make_study, monkeypatch):
    study = make_study()
    read = study.matrices_at
    monkeypatch.setattr(study, "matrices_at", lambda *which: {120: read(*which)[120]})
    scored = PenaltyIdentification().score(study)
    assert scored.tables["by_frames"]["frames"].tolist() == [120]
    assert "Granger: no penalty gives a matrix for all subjects at 60 frames" in scored.notes


def test_noise_is_identified_at_chance(make_study, monkeypatch):
    rng = np.random.default_rng(0)
    study = make_study(subjects=6)

    def noise(*_):
        return {120: Connectivity(rng.normal(size=(6, 6)), NAMES, "granger", directed=True)}

    monkeypatch.setattr(study, "matrices", noise)
    monkeypatch.setattr(study, "matrices_at", noise)
    drawn = (PenaltyIdentification().score(study).tables["scores"] for _ in range(60))
    accuracies = [scores["accuracy"].item() for scores in drawn]
    error = np.std(accuracies) / np.sqrt(len(accuracies))
    assert abs(np.mean(accuracies) - 1 / 6) < 3 * error


def test_a_study_that_has_nothing_to_choose_is_an_error(make_study):
    study = make_study()
    without = make_study(methods=[replace(each, penalty=None) for each in study.methods])
    with pytest.raises(ParameterError, match="needs a method with a penalty to choose, such as v"):
        PenaltyIdentification().score(without)
    few = make_study(subjects=2)
    with pytest.raises(CohortError, match="2 other subjects with test and retest; got 2 such"):
        PenaltyIdentification().score(few)
    with pytest.raises(CohortError, match="got 2 such"):
        PenaltyIdentification().check_early(few.cohort, None)
    assert PenaltyIdentification().check_early(study.cohort, None).would == (
        "penalty_identification identifies 6 subjects"
    )
