"""Directions with the cohort: the same others for all subjects that are compared."""

import logging

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import resources, specs, store_of
from attnconn_assets.building.making import make
from attnconn_assets.building.platform import Platform
from attnconn_assets.storage.directions import read_directions
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_matrices, read_table
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import CohortDirected
from attnconn_core.connectivity.cohort_directed import share_of_others
from attnconn_core.sources import Simulated
from attnconn_core.timeseries.events import draw_event_network, simulate_events

METHODS = {
    "methods": ["directed", "directed_cohort"],
    # In five regions shrinkage may leave no edge of a short scan.
    "n_regions": 10,
    "scan_lengths": [],
    "reliability": {"split_half": False},
}


@pytest.fixture
def study(write_study):
    return load_study(write_study(**METHODS, fingerprint={"permutations": 20, "normalise": "none"}))


def test_all_that_are_compared_rest_on_the_same_others(study, run_line, instance):
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    evidence = store.entry("cohort_direction", WHOLE)
    pooled = read_directions(store.path(evidence, "directions.safetensors"))
    pools = [frozenset(each["reads"]) for each in evidence.facts["folds"]]
    assert sorted(subject for pool in pools for subject in pool) == ["001", "002", "003", "004"]

    source, weights = Simulated(subjects=4, regions=10, frames=120), []
    for session in source.sessions():
        (pool,) = (each for each in pools if session.subject in each)
        assert len(pool) == 2
        others = pooled.outside(pool)
        assert others.sessions == 4  # two sessions of each of the two others
        entry = store.entry("directed_cohort", session.key)
        matrices = read_matrices(store.path(entry, "matrix.parquet"))
        again = CohortDirected(others).estimate(source.load(session)).values
        np.testing.assert_allclose(matrices[120].values, again, atol=1e-4)
        metrics = entry.facts["metrics"]
        assert metrics["cohort_weight"] == pytest.approx(share_of_others(others))
        assert metrics["cohort_informed"] == float(metrics["cohort_weight"] > 0)
        weights.append(metrics["cohort_weight"])
    scores = read_table(store.path(store.entry("fingerprint", WHOLE), "scores.parquet"))
    share = scores.set_index("method")["cohort_share"]
    assert np.isnan(share["directed"])
    assert share["directed_cohort"] == pytest.approx(np.mean([w / (1 + w) for w in weights]))


def test_scores_compare_within_the_pools_of_what_is_read(study, write_study):
    def pools_of(study):
        by_name = {spec.name: spec for spec in specs(study)}
        return by_name["fingerprint"].settings["pools_of"]

    assert pools_of(study) == (("cohort_direction", WHOLE),)
    assert not pools_of(load_study(write_study(methods=["directed"])))


def test_two_subjects_have_no_others(write_study, run_line, instance):
    study = load_study(write_study(n_subjects=2, **METHODS))
    outcome, _ = run_line(study, instance)
    assert any(
        "uses other subjects' data, and needs at least 3" in str(why)
        for why in outcome.failed.values()
    )


def test_where_the_study_names_who_trains_all_rest_on_all_of_these(write_study, tmp_path):
    """Without the own group each of these matrices told its subject by who was missing."""
    network = draw_event_network(10, seed=0)
    (tmp_path / "scans").mkdir()
    for number, subject in enumerate("1234"):
        scan = simulate_events(network, frames=300, seed=number).runs[0]
        np.save(tmp_path / "scans" / f"sub-{subject}_ses-test.npy", scan)
    (tmp_path / "people.csv").write_text("Subject,Group\n1,train\n2,train\n3,train\n4,test\n")
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    files = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    groups = {"subjects": "../people.csv", "group_column": "Group"}
    study = load_study(write_study(**{**METHODS, **simulated, **files, **groups}))
    platform = Platform(study, **resources(study), log=logging.getLogger(), dagster_run="none")
    spec = {each.name: each for each in specs(study)}
    for session in platform.sessions:
        make(platform, spec["time_series"], session)
    evidence = make(platform, spec["cohort_direction"], WHOLE).entry
    assert evidence.facts["folds"] == [{"reads": None}]
    total = read_directions(platform.store.path(evidence, "directions.safetensors")).total
    assert total.sessions == 3
    source = study.make_source()
    for session in source.sessions():
        entry = make(platform, spec["directed_cohort"], session.key).entry
        (matrix,) = read_matrices(platform.store.path(entry, "matrix.parquet")).values()
        again = CohortDirected(total).estimate(source.load(session))
        assert again.metrics["cohort_weight"] > 0
        np.testing.assert_allclose(matrix.values, again.values, atol=1e-4)
        assert entry.facts["metrics"]["saw_subject"] == float(session.subject != "4")
