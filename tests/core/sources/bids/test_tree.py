import shutil

import pytest

from attnconn_core.errors import (
    CohortError,
    IdentifierError,
    ScanError,
    StrayError,
    StudyError,
)


def test_runs_come_in_order_and_stay_apart(fmriprep, source):
    for run, n_frames in ((10, 60), (2, 50), (1, 40)):
        fmriprep.session("01", "1", n_frames, run=run)
    (session,) = source().sessions()
    assert [path.name.split("_")[3] for path in session.files] == ["run-1", "run-2", "run-10"]
    series = source().load(session)
    assert [len(run) for run in series.runs] == [40, 50, 60]


def test_a_subject_without_sessions_has_the_session_test(fmriprep, source):
    fmriprep.session("01")
    fmriprep.session("02", "1")
    assert [each.key for each in source().sessions()] == ["sub-01_ses-test", "sub-02_ses-1"]


def test_a_listed_subject_needs_a_scan_and_others_are_left_out(fmriprep, source, tmp_path):
    for subject in ("01", "02"):
        fmriprep.session(subject, "1")
    fmriprep.session("03", "1", task="nback")  # another task of a subject that isn't listed
    table = tmp_path / "subjects.csv"
    table.write_text("Subject,group\n02,train\n04,test\n")
    listing = source(subjects=table, group_column="group").listing()
    assert [(each.key, each.group) for each in listing.sessions] == [("sub-02_ses-1", "train")]
    assert "every subject listed must have a scan; 04 has none" in listing.missing["04"]


def test_one_bad_run_loses_its_session_alone(fmriprep, source):
    for subject in ("01", "02"):
        for run in (1, 2):
            fmriprep.session(subject, "1", run=run)
    (table,) = fmriprep.root.rglob("sub-01*run-2*confounds*.tsv")
    table.unlink()
    listing = source().listing()
    assert [each.key for each in listing.sessions] == ["sub-02_ses-1"]
    assert list(listing.refused) == ["sub-01_ses-1"]
    with pytest.raises(ScanError, match=r"run-2.*_desc-confounds_timeseries\.tsv; there is none"):
        source().sessions()


def test_a_scan_in_another_folder_is_refused(fmriprep, source):
    fmriprep.session("01", "1")
    scan, table = fmriprep.session("02", "1")
    for path in (scan, table):
        shutil.move(path, fmriprep.folder("01", "1"))
    with pytest.raises(IdentifierError, match=r"sub-02.*lie in the folder of .*lies in sub-01"):
        source().sessions()


def test_a_run_that_occurs_twice_is_refused(fmriprep, source):
    scan, _ = fmriprep.session("01", "1")
    fmriprep.session("02", "1")
    other = scan.parent.parent / "again"
    shutil.copytree(scan.parent, other)
    listing = source().listing()
    assert [each.key for each in listing.sessions] == ["sub-02_ses-1"]
    (problem,) = listing.refused.values()
    assert isinstance(problem, CohortError)
    assert "every run may occur only once; there are " in str(problem)


def test_a_file_of_all_runs_is_not_read_beside_the_runs(fmriprep, source):
    for run in (1, 2):
        fmriprep.session("01", "1", run=run)
    fmriprep.session("01", "1", n_frames=240)
    fmriprep.session("02", "1", run=1)
    listing = source().listing()
    assert [each.key for each in listing.sessions] == ["sub-02_ses-1"]
    with pytest.raises(CohortError, match=r"there are .*run-1_.* and sub-01_ses-1_task-rest_space"):
        source().sessions()
    runs, whole = (source(select={"run": which}).sessions() for which in ("*", None))
    assert [len(each.files) for each in runs] == [2, 1]
    assert [each.files[0].name.split("_")[3] for each in whole] == ["space-fsLR"]


def test_copies_and_hidden_files_are_no_scans(fmriprep, source):
    scan, _ = fmriprep.session("01", "1")
    shutil.copy(scan, scan.with_name(scan.name.replace("_bold.", "_bold (1).")))
    shutil.copy(scan, scan.with_name("._" + scan.name))
    listing = source().listing()
    assert len(listing.sessions) == 1
    assert [type(why) for why in listing.refused.values()] == [StrayError]


def test_a_folder_above_the_dataset_is_no_dataset(fmriprep, source):
    fmriprep.session("01", "1")
    with pytest.raises(StudyError, match=r"root: .*folders sub-<id>; .*holds none.*fmriprep"):
        source(root=fmriprep.root.parent).sessions()


def test_a_link_out_of_the_dataset_is_followed_only_where_allowed(fmriprep, source, tmp_path):
    scan, _ = fmriprep.session("01", "1")
    annex = tmp_path / "annex"
    annex.mkdir()
    scan.rename(annex / "object")
    scan.symlink_to(annex / "object")
    with pytest.raises(ScanError, match="link_roots"):
        source().sessions()
    assert len(source(link_roots=(annex,)).sessions()) == 1
    (annex / "object").unlink()
    with pytest.raises(ScanError, match="datalad get"):
        source(link_roots=(annex,)).sessions()


def test_a_hyphen_in_place_of_an_underscore_is_refused_with_the_name_that_is_meant(
    fmriprep, source
):
    fmriprep.session("02", "1")
    fmriprep.session("01-ses-1")
    refused = source().listing().missing
    assert any("did you mean sub-01_ses-1_task-rest" in str(why) for why in refused.values())
