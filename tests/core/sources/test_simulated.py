import numpy as np
import pytest

from attnconn_core.errors import CohortError, ParameterError
from attnconn_core.records import Cohort, Session
from attnconn_core.sources import Simulated, Source

SMALL = Simulated(subjects=3, regions=6, frames=80)


def lagged(series):
    """Ridge-free least squares of every frame on the one before."""
    values = series.values.astype(np.float64)
    values = values - values.mean(axis=0)
    return np.linalg.lstsq(values[:-1], values[1:], rcond=None)[0].T


def off_diagonal(matrix):
    return matrix[~np.eye(len(matrix), dtype=bool)]


def test_it_is_a_source_of_pairs():
    assert isinstance(SMALL, Source)
    assert [session.key for session in SMALL.sessions()[:3]] == [
        "sub-001_ses-retest",
        "sub-001_ses-test",
        "sub-002_ses-retest",
    ]
    assert len(Cohort(SMALL.sessions()).pairs()) == 3
    assert SMALL.design == "test-retest"
    assert "no person was scanned" in SMALL.notice
    assert all(session.group is None for session in SMALL.sessions())


def test_series_have_the_shape_asked_for_and_the_regions_of_the_table():
    source = Simulated(subjects=1, regions=12, frames=30, runs=2, repetition_time=1.5)
    series = source.load(source.sessions()[0])
    assert [run.shape for run in series.runs] == [(30, 12), (30, 12)]
    assert series.repetition_time == 1.5
    assert source.region_table().regions == series.regions
    assert source.region_table().groups is None


def test_the_same_seed_is_the_same_cohort_and_another_is_another():
    again = Simulated(subjects=3, regions=6, frames=80)
    other = Simulated(subjects=3, regions=6, frames=80, seed=1)
    session = SMALL.sessions()[0]
    assert np.array_equal(SMALL.load(session).values, again.load(session).values)
    assert not np.array_equal(SMALL.load(session).values, other.load(session).values)
    assert SMALL.behaviour().equals(again.behaviour())
    assert not np.array_equal(SMALL.group_truth(), other.group_truth())


def test_a_subject_does_not_change_with_the_size_of_the_cohort():
    larger = Simulated(subjects=9, regions=6, frames=80)
    session = Session("002", "test")
    assert np.array_equal(SMALL.load(session).values, larger.load(session).values)
    assert np.array_equal(SMALL.truth("002"), larger.truth("002"))


def test_test_and_retest_share_the_network_and_not_the_noise():
    source = Simulated(subjects=2, regions=8, frames=6_000, noise=0.0)
    test, retest = (source.load(Session("001", name)) for name in ("test", "retest"))
    assert abs(np.corrcoef(test.values[:, 0], retest.values[:, 0])[0, 1]) < 0.15
    for series in (test, retest):
        assert np.abs(lagged(series) - source.truth("001")).max() < 0.08
    assert np.abs(lagged(test) - source.truth("002")).max() > 0.15


def test_the_lagged_past_finds_the_truth_and_its_direction():
    source = Simulated(subjects=1, regions=10, frames=1_000)
    estimate = np.abs(lagged(source.load(Session("001", "test"))))
    truth = source.truth("001") != 0
    edges = truth & ~truth.T
    assert np.mean(estimate[edges] > estimate.T[edges]) >= 0.9
    assert off_diagonal(estimate)[off_diagonal(truth)].mean() > 3 * np.mean(
        off_diagonal(estimate)[~off_diagonal(truth)]
    )


def test_subjects_are_variations_of_the_group():
    source = Simulated(subjects=4, regions=10, frames=50)
    group, one, two = source.group_truth(), source.truth("001"), source.truth("002")
    assert np.array_equal(one != 0, group != 0)
    assert not np.allclose(one, two)
    same = Simulated(subjects=4, regions=10, frames=50, variation=0.0)
    np.testing.assert_allclose(same.truth("003"), same.group_truth())


def test_the_score_follows_the_networks_and_null_does_not():
    source = Simulated(subjects=600, regions=6, frames=2, behaviour_r=0.6)
    table = source.behaviour()
    edges = np.stack([off_diagonal(source.truth(subject)) for subject in table.index])
    edges = edges[:, off_diagonal(source.group_truth()) != 0]
    design = np.column_stack([edges, np.ones(len(edges))])

    def fitted_r(column):
        fit = design @ np.linalg.lstsq(design, table[column], rcond=None)[0]
        return np.corrcoef(fit, table[column])[0, 1]

    # 600 subjects: the standard error of r is about 0.03.
    assert fitted_r("Score") == pytest.approx(0.6, abs=0.09)
    assert fitted_r("Null") < 0.2
    assert table["Score"].std() == pytest.approx(1.0, abs=0.1)


def test_the_table_is_indexed_by_subject_and_pairs_families():
    table = SMALL.behaviour()
    assert table.index.name == "Subject"
    assert table.index.tolist() == ["001", "002", "003"]
    assert table["Family_ID"].tolist() == ["family-1", "family-1", "family-2"]


def test_one_subject_has_a_score_too():
    assert np.isfinite(Simulated(subjects=1, regions=3, frames=5).behaviour()["Score"]).all()


@pytest.mark.parametrize(
    ("session", "message"),
    [
        (Session("004", "test"), "one of 001 to 003; got '004'"),
        (Session("001", "third"), "one of test, retest; got 'third'"),
    ],
)
def test_sessions_that_do_not_exist_are_refused(session, message):
    with pytest.raises(CohortError, match=message):
        SMALL.load(session)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"subjects": 0}, "subjects must be at least 1; got 0"),
        ({"regions": 1}, "regions must be at least 2"),
        ({"frames": 1}, "frames must be at least 2"),
        ({"runs": 0}, "runs must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"noise": float("nan")}, "noise must be a number from 0"),
        ({"behaviour_r": 1.1}, "behaviour_r must lie between 0 and 1"),
    ],
)
def test_settings_out_of_range_are_refused(setting, message):
    with pytest.raises(ParameterError, match=message):
        Simulated(**setting)
