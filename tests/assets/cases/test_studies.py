"""Cases that a run of the platform meets, each run on the input of its script."""

import re

import pytest

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.claim import claim
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError


@pytest.fixture
def ran(made, run_line, instance):
    """Run the study of a case; return it and what came of it."""

    def run(number: str):
        study = load_study(made(number).folder / "study.yaml")
        outcome, _ = run_line(study, instance)
        return study, outcome

    return run


def test_03_a_bad_scan_costs_its_own_session(ran):
    study, outcome = ran("03")
    assert list(outcome.failed) == ["time_series of sub-02_ses-test"]
    assert {name.partition(" of ")[2] for name in outcome.waiting} == {"sub-02_ses-test"}
    assert store_of(study).entry("fingerprint", WHOLE).facts["pairs"] == 3
    assert "sub-02_ses-test" in report_path(study).read_text()


def test_04_sessions_that_have_other_names(ran):
    study, outcome = ran("04")
    assert not outcome.failed
    assert not outcome.waiting
    facts = store_of(study).entry("fingerprint", WHOLE).facts
    assert facts["pairs"] == 4
    assert "test and retest are the sessions 01 and 02" in facts["notes"][0]


def test_13_ids_that_lost_their_zeros(ran):
    study, outcome = ran("13")
    assert not outcome.failed
    facts = store_of(study).entry("behaviour", WHOLE).facts
    assert facts["subjects"] == 12
    assert facts["without a row"] == []
    assert re.search(
        r"spells 5 of 12 subjects differently.*0010064 as 10064", report_path(study).read_text()
    )


def test_22_a_target_that_mlflow_would_refuse(ran):
    study, outcome = ran("22")
    assert not outcome.failed
    client = tracking_of(study).client()
    experiments = [each.experiment_id for each in client.search_experiments()]
    metrics = {name for run in client.search_runs(experiments) for name in run.data.metrics}
    assert any("Body fat _" in name for name in metrics)
    assert "Body fat %" in report_path(study).read_text()


def test_25_two_studies_with_one_name(made, tmp_path):
    folder = made("25").folder
    claim(load_study(folder / "study.yaml"), folder / "study.yaml", tmp_path)
    stored = load_study(folder / "study.yaml").store_folder / "time_series"
    stored.mkdir()
    (stored / "sub-1_ses-test.json").write_text("{}")
    with pytest.raises(StudyError, match="change `name` in one of the two"):
        claim(load_study(folder / "copy.yaml"), folder / "copy.yaml", tmp_path)
