import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnconn_core import records
from attnconn_core.errors import (
    CohortError,
    IdentifierError,
    ParameterError,
    ScanError,
    SeriesError,
)
from attnconn_core.parcellation import load_atlas, parcellate
from attnconn_core.records import (
    Cohort,
    Connectivity,
    Session,
    TimeSeries,
    check_identifier,
    subject_of,
)

REGIONS = ("left", "right")


def frames(*shape):
    return np.zeros(shape, np.float32)


def test_the_public_names_exist():
    assert records.__all__ == sorted(records.__all__)
    assert all(hasattr(records, name) for name in records.__all__)


def test_a_sessions_key_names_its_subject():
    for subject in ("1", "sub-1", "A-ses-b", "100307"):
        assert subject_of(Session(subject, "retest").key) == subject


@pytest.mark.parametrize("name", ["1", "100307", "A-b-9", "x" * 64])
def test_identifiers_of_the_rule_pass(name):
    assert check_identifier(name, "a subject") == name


@pytest.mark.parametrize(
    "name", ["", "-a", "a_b", "a/b", "..", "a b", "a\n", "ä", "x" * 65, "a.b", "a|b"]
)
def test_identifiers_that_could_leave_their_path_or_key_do_not(name):
    with pytest.raises(IdentifierError, match="a subject must be 1 to 64 letters"):
        check_identifier(name, "a subject")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=10))
def test_whatever_passes_is_safe_in_a_path_and_a_key(name):
    try:
        check_identifier(name, "a subject")
    except IdentifierError:
        return
    assert name.isascii()
    assert Path(name).name == name
    assert not set(name) & set("_/\\|[],. \n")


def test_a_session_has_a_key_and_checked_names():
    assert Session("100307", "test").key == "sub-100307_ses-test"
    with pytest.raises(IdentifierError, match="a session of subject 100307"):
        Session("100307", "te_st")


def test_series_become_float32_and_stack_in_order():
    series = TimeSeries((frames(3, 2), frames(2, 2) + 1), 0.72, REGIONS)
    assert all(run.dtype == np.float32 for run in series.runs)
    assert series.values[:, 0].tolist() == [0, 0, 0, 1, 1]
    assert (series.n_frames, series.n_regions) == (5, 2)
    one = TimeSeries((frames(3, 2),), 0.72, REGIONS)
    assert one.values is one.runs[0]


@pytest.mark.parametrize(
    ("runs", "repetition_time", "regions", "message"),
    [
        ((), 1.0, REGIONS, "at least one run; got none"),
        ((frames(3, 2), frames(3, 3)), 1.0, REGIONS, r"run 2 .* \(time, 2\)"),
        ((frames(3, 2),), 1.0, ("a", "a"), "more than once: a"),
        ((frames(3, 2),), 1.0, ("a", ""), "number 2 has none"),
        ((frames(3, 2),), 0.0, REGIONS, r"positive number of seconds; got 0\.0"),
        ((frames(3, 2),), float("nan"), REGIONS, "got nan"),
        ((frames(3, 2),), float("inf"), REGIONS, "got inf"),
    ],
)
def test_series_that_break_a_rule_are_refused(runs, repetition_time, regions, message):
    with pytest.raises(SeriesError, match=message):
        TimeSeries(runs, repetition_time, regions)


def test_connectivity_is_square_with_a_row_a_region():
    matrix = Connectivity(np.eye(2, dtype=np.float32), REGIONS, "pearson", False, {"r2": 0.5})
    assert matrix.values.dtype == np.float64
    assert matrix.metrics == {"r2": 0.5}
    with pytest.raises(ParameterError, match=r"shape \(2, 2\).* got \(2, 3\)"):
        Connectivity(np.zeros((2, 3)), REGIONS, "pearson", False)


@pytest.mark.parametrize(
    "record",
    [
        Session("1", "test"),
        TimeSeries((frames(3, 2),), 1.0, REGIONS),
        Connectivity(np.eye(2), REGIONS, "pearson", False),
        Cohort((Session("1", "test"),)),
    ],
)
def test_records_are_frozen(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.regions = ()


def cohort():
    return Cohort(
        (
            Session("2", "test"),
            Session("1", "retest"),
            Session("3", "retest"),
            Session("1", "test"),
            Session("2", "retest"),
        ),
        {"sub-9_ses-test": "too short"},
    )


def test_a_cohort_is_in_order_whatever_the_order_given():
    keys = [session.key for session in cohort().sessions]
    assert keys == sorted(keys)
    assert cohort().subjects == ("1", "2", "3")
    assert cohort().digest == Cohort(cohort().sessions[::-1]).digest
    assert cohort().digest != Cohort(cohort().sessions[1:]).digest


def test_pairs_are_of_one_subject_and_the_rest_is_listed():
    assert [(test.key, retest.key) for test, retest in cohort().pairs()] == [
        ("sub-1_ses-test", "sub-1_ses-retest"),
        ("sub-2_ses-test", "sub-2_ses-retest"),
    ]
    assert [session.key for session in cohort().unpaired()] == ["sub-3_ses-retest"]


def paired(*names, compared=None):
    sessions = tuple(Session("1", name) for name in names)
    return [
        (test.session, retest.session)
        for test, retest in Cohort(sessions, compared=compared).pairs()
    ]


@pytest.mark.parametrize(
    ("names", "compared", "pairs"),
    [
        (("02", "01"), None, [("01", "02")]),
        (("10", "9", "2"), None, [("2", "9")]),  # as people count
        (("Retest", "Test"), None, [("Test", "Retest")]),
        (("followup", "post", "pre"), None, [("pre", "post")]),
        (("1", "retest"), None, [("1", "retest")]),
        (("Follow-up", "Baseline"), None, [("Baseline", "Follow-up")]),
        (("after", "before"), None, [("before", "after")]),
        (("year2", "baseline", "year10"), None, [("baseline", "year2")]),
        (("a", "retest", "test"), None, [("test", "retest")]),
        (("a", "b", "c"), ("c", "a"), [("c", "a")]),
        (("test", "retest"), ("01", "02"), []),
        (("01",), None, []),
        (("test",), None, []),
    ],
)
def test_sessions_are_compared_whatever_they_are_called(names, compared, pairs):
    assert paired(*names, compared=compared) == pairs


def test_first_sessions_are_no_pair_where_others_are_called_test_and_retest():
    sessions = (Session("1", "test"), Session("1", "retest"), Session("2", "a"), Session("2", "b"))
    assert [test.subject for test, _ in Cohort(sessions).pairs()] == ["1"]


def test_what_is_compared_is_part_of_a_cohort_s_version():
    sessions = cohort().sessions
    swapped = Cohort(sessions, compared=("retest", "test"))
    assert swapped.digest != Cohort(sessions).digest
    assert [session.session for session in swapped.one_each()] == ["retest"] * 3
    assert [session.session for session in Cohort(sessions).one_each()] == [
        "test",
        "test",
        "retest",
    ]
    assert cohort().session_names == {"retest": 3, "test": 2}


@pytest.mark.parametrize(
    ("sessions", "excluded"),
    [
        ((Session("1", "test"), Session("1", "test", group="train")), {}),
        ((Session("1", "test"),), {"sub-1_ses-test": "moved"}),
    ],
)
def test_a_session_occurs_once(sessions, excluded):
    with pytest.raises(CohortError, match="more than once: sub-1_ses-test"):
        Cohort(sessions, excluded)


def test_series_come_from_arrays_and_name_their_regions():
    series = TimeSeries.from_array(frames(5, 2), 0.72)
    assert series.regions == ("region-001", "region-002")
    two = TimeSeries.from_array([frames(5, 2), frames(7, 2)], 2.0, REGIONS)
    assert [len(run) for run in two.runs] == [5, 7]
    assert two.regions == REGIONS
    with pytest.raises(SeriesError, match=r"run 1 must have shape \(time, region\); got \(5,\)"):
        TimeSeries.from_array(frames(5), 0.72)
    with pytest.raises(SeriesError, match="at least one run; got none"):
        TimeSeries.from_array([], 0.72)


def test_series_come_from_tables_whose_columns_are_regions():
    table = pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=list(REGIONS), index=[5, 6, 7])
    series = TimeSeries.from_frame(table, 0.72)
    assert series.regions == REGIONS
    assert np.array_equal(series.values, np.arange(6).reshape(3, 2))
    assert len(TimeSeries.from_frame([table, table], 0.72).runs) == 2
    with pytest.raises(SeriesError, match="run 2 differs from run 1"):
        TimeSeries.from_frame([table, table[["right", "left"]]], 0.72)
    with pytest.raises(SeriesError, match=r"the real numbers of one region; .* subject"):
        TimeSeries.from_frame(table.assign(subject="a"), 0.72)
    with pytest.raises(SeriesError, match="at least one run; got none"):
        TimeSeries.from_frame([], 0.72)


def test_a_file_of_a_turned_array_is_refused(tmp_path):
    rng = np.random.default_rng(0)
    frames = rng.normal(size=(248, 18))
    for frame in range(1, len(frames)):
        frames[frame] += 0.6 * frames[frame - 1]
    np.save(tmp_path / "right.npy", frames)
    np.save(tmp_path / "turned.npy", frames.T)
    assert TimeSeries.from_file(tmp_path / "right.npy", 2.0).n_frames == 248
    with pytest.raises(ScanError, match=r"turned\.npy: .*looks like \(region, time\)\. Transpose"):
        TimeSeries.from_file(tmp_path / "turned.npy", 2.0)


def test_series_come_from_files(tmp_path):
    values = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    np.save(tmp_path / "scan.npy", values)
    pd.DataFrame(values, columns=list(REGIONS)).to_csv(tmp_path / "scan.csv", index=False)
    assert np.array_equal(TimeSeries.from_file(tmp_path / "scan.npy", 0.72).values, values)
    read = TimeSeries.from_file(str(tmp_path / "scan.csv"), 0.72)
    assert read.regions == REGIONS
    np.testing.assert_allclose(read.values, values)
    with pytest.raises(SeriesError, match=r"scan.csv: the file has no repetition time"):
        TimeSeries.from_file(tmp_path / "scan.csv")
    with pytest.raises(SeriesError, match=r"a dtseries needs an atlas"):
        TimeSeries.from_file(tmp_path / "scan.dtseries.nii")
    with pytest.raises(SeriesError, match=r"only a dtseries.nii is parcellated by an atlas"):
        TimeSeries.from_file(tmp_path / "scan.csv", 0.72, atlas=tmp_path / "atlas.dlabel.nii")


def test_a_cifti_file_has_its_own_repetition_time(shared):
    data = shared / "data" / "cifti"
    scan, atlas = next(data.glob("*.dtseries.nii")), next(data.glob("*.dlabel.nii"))
    series = TimeSeries.from_file(scan, atlas=atlas)
    assert np.array_equal(series.values, parcellate(scan, load_atlas(atlas)).values)
    with pytest.raises(SeriesError, match="must be the file's"):
        TimeSeries.from_file(scan, series.repetition_time + 1, atlas=atlas)


def test_a_matrix_as_a_table_says_which_way_it_reads():
    matrix = Connectivity(np.array([[0, 2.0], [0.5, 0]]), REGIONS, "granger", directed=True)
    table = matrix.to_frame()
    assert (table.index.name, table.columns.name) == ("target", "source")
    assert table.loc["left", "right"] == 2.0
    assert matrix.net_flow().to_dict() == {"left": -1.5, "right": 1.5}
    with pytest.raises(ParameterError, match="pearson is the same in both directions"):
        Connectivity(np.eye(2), REGIONS, "pearson", directed=False).net_flow()


def test_a_matrix_draws_itself_with_colours_around_0_where_it_has_signs():
    for values, signed in (([[0, 2.0], [0.5, 0]], False), ([[0, 2.0], [-0.5, 0]], True)):
        matrix = Connectivity(np.array(values), REGIONS, "granger", directed=True)
        low, high = matrix.plot().axes[0].images[0].get_clim()
        assert (low == -high) == signed
        assert matrix.plot(signed=True).axes[0].images[0].get_clim()[0] < 0


def test_connectivity_is_an_array_to_numpy():
    values = np.array([[0, 2.0], [0.5, 0]])
    matrix = Connectivity(values, ("V1", "V2"), "granger", True)
    assert np.asarray(matrix) is matrix.values
    assert np.asarray(matrix, dtype=np.float32).dtype == np.float32
    copied = np.array(matrix)
    assert not np.shares_memory(copied, matrix.values)
    with pytest.raises(ValueError, match="copy"):
        np.array(matrix, dtype=np.float32, copy=False)
    assert np.mean(matrix) == values.mean()
