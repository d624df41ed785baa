from pathlib import Path

import pytest

from attnconn_core.errors import IdentifierError, ScanError
from attnconn_core.sources.array_names import WHOLE, claims, near_miss, read_name


@pytest.mark.parametrize(
    ("name", "subject", "session", "run"),
    [
        ("sub-a_ses-test.npy", "a", "test", WHOLE),
        ("sub-a_ses-2_run-03.csv", "a", "2", 3),
        ("sub-01_task-rest_run-1_seg-4S156Parcels_stat-mean_timeseries.tsv", "01", "test", 1),
        ("sub-01_ses-b_task-rest_dir-AP_den-91k_timeseries.ptseries.nii", "01", "b", WHOLE),
    ],
)
def test_names_of_ours_and_of_bids(name, subject, session, run):
    assert claims(name)
    found = read_name(Path(name))
    assert (found.subject, found.session, found.run) == (subject, session, run)


def test_what_else_a_name_says_is_its_kind():
    name = read_name(Path("sub-1_task-rest_dir-AP_run-1_seg-Glasser_timeseries.tsv"))
    assert name.kind == (("seg", "Glasser"), ("task", "rest"))


@pytest.mark.parametrize(
    "name", ["sub-a_b_ses-1.npy", "sub-a_run-x.csv", "sub-a_task-x_task-y.csv", "sub-.npy"]
)
def test_names_that_break_the_rule(name):
    with pytest.raises(IdentifierError, match="must be named sub-<id>_ses-<id>"):
        read_name(Path(name))


@pytest.mark.parametrize(
    "name",
    ["sub-1.NPY", "Sub-1.csv", "sub-1.csv.gz", "sub-1.txt", "sub-1.npz", "SUB-1.tsv", "sub-1.mat"],
)
def test_names_that_nearly_fit_are_said_not_to_be_read(name):
    assert "isn't read" in str(near_miss(Path(name)))


def test_a_name_in_capitals_is_to_be_renamed_and_not_taken_for_a_file_beside_itself(tmp_path):
    for name, meant in (("Sub-01_ses-1.csv", "sub-01_ses-1.csv"), ("SUB-2.TSV", "sub-2.tsv")):
        (tmp_path / name).touch()
        error = near_miss(tmp_path / name)
        assert type(error) is ScanError
        assert str(error).endswith(f"Rename it to {meant}")
    (tmp_path / "sub-01_ses-1.npy").touch()
    assert "sub-01_ses-1.csv" in str(near_miss(tmp_path / "Sub-01_ses-1.csv"))
    (tmp_path / "sub-3.csv").touch()
    (tmp_path / "sub-3.mat").touch()
    assert "delete sub-3.mat" in str(near_miss(tmp_path / "sub-3.mat"))


@pytest.mark.parametrize(
    "name", ["participants.tsv", "sub-1.json", "sub-1_task-x_events.tsv", "sub-1.npy", "notes.csv"]
)
def test_other_files_are_left_alone(name):
    assert near_miss(Path(name)) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sub-01-ses-1.csv", "sub-01_ses-1.csv"),
        ("sub-01-run-1.npy", "sub-01_run-1.npy"),
        ("sub-01_ses-1-run-2.csv", "sub-01_ses-1_run-2.csv"),
        ("sub-01_task-rest-space-T1w_timeseries.tsv", "sub-01_task-rest_space-T1w_timeseries.tsv"),
    ],
)
def test_a_hyphen_in_place_of_an_underscore_is_refused_with_the_name_that_is_meant(name, meant):
    with pytest.raises(IdentifierError, match=f"separated by underscores.*did you mean {meant}"):
        read_name(Path(name))


def test_hyphens_within_the_name_of_a_subject_or_session_are_kept():
    found = read_name(Path("sub-HC-04_ses-pre-2.csv"))
    assert (found.subject, found.session) == ("HC-04", "pre-2")
