import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import CohortError, IdentifierError, ScanError, StudyError
from attnconn_core.records import Session
from attnconn_core.sources import ArrayFolder, Source


def save(folder, name, n_frames=6, n_regions=2):
    path = folder / f"{name}.npy"
    np.save(path, np.arange(n_frames * n_regions, dtype=float).reshape(n_frames, n_regions))
    return path


def save_csv(folder, name, columns):
    path = folder / f"{name}.csv"
    pd.DataFrame(np.ones((6, len(columns))), columns=columns).to_csv(path, index=False)
    return path


def test_runs_of_a_session_in_the_order_of_their_numbers(tmp_path):
    for number, length in ((10, 4), (2, 5)):
        save(tmp_path, f"sub-a_ses-test_run-{number}", n_frames=length)
    save(tmp_path, "sub-b_ses-retest")
    (tmp_path / "participants.tsv").write_text("left alone")
    folder = ArrayFolder(tmp_path, 2.0)
    assert isinstance(folder, Source)
    assert (folder.notice, folder.design) == (None, "test-retest")
    first, second = folder.sessions()
    assert (first.key, second.key) == ("sub-a_ses-test", "sub-b_ses-retest")
    series = folder.load(first)
    assert [len(run) for run in series.runs] == [5, 4]
    assert series.repetition_time == 2.0
    assert series.regions == ("region-001", "region-002")


def test_names_come_from_the_file_or_the_table(tmp_path):
    save_csv(tmp_path, "sub-a_ses-test", ["7Networks_LH_Vis_1", "7Networks_RH_Vis_1"])
    assert ArrayFolder(tmp_path, 1.0).region_table().groups == ("Vis", "Vis")
    (tmp_path / "sub-a_ses-test.csv").unlink()
    save(tmp_path, "sub-a_ses-test")
    regions = tmp_path / "regions.csv"
    regions.write_text("name,group\nx,one\ny,two\n")
    folder = ArrayFolder(tmp_path, 1.0, regions=regions)
    assert folder.region_table().groups == ("one", "two")
    assert folder.load(folder.sessions()[0]).regions == ("x", "y")


def test_ptseries_carry_their_time(tmp_path, ptseries):
    ptseries(tmp_path / "sub-a_ses-test.ptseries.nii", np.ones((4, 2)), ["x", "y"], 0.72)
    folder = ArrayFolder(tmp_path)
    series = folder.load(folder.sessions()[0])
    assert (series.repetition_time, series.regions) == (0.72, ("x", "y"))
    wrong = ArrayFolder(tmp_path, 2.0)
    with pytest.raises(ScanError, match=r"sub-a.*it has 0\.72 s and the study 2 s"):
        wrong.load(wrong.sessions()[0])


def test_ptseries_of_one_session_must_agree(tmp_path, ptseries):
    for run, time in (("1", 0.72), ("2", 1.0)):
        path = tmp_path / f"sub-a_ses-test_run-{run}.ptseries.nii"
        ptseries(path, np.ones((4, 2)), ["x", "y"], time)
    folder = ArrayFolder(tmp_path)
    with pytest.raises(ScanError, match=r"run-2.*has 1 s and .*run-1.* 0\.72 s"):
        folder.load(folder.sessions()[0])


def test_a_repetition_time_is_needed_and_positive(tmp_path):
    path = save(tmp_path, "sub-a_ses-test")
    with pytest.raises(StudyError, match=r"sub-a_ses-test\.npy: a repetition time must be given"):
        ArrayFolder(tmp_path).sessions()
    regions = tmp_path / "regions.txt"
    regions.write_text("x\ny\n")
    with pytest.raises(StudyError, match=r"a repetition time must be given"):
        ArrayFolder(tmp_path, regions=regions).load(Session("a", "test", (path,)))
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(StudyError, match=f"positive number of seconds; got {bad}"):
            ArrayFolder(tmp_path, bad)


def test_regions_must_agree_between_sessions(tmp_path):
    save_csv(tmp_path, "sub-a_ses-test", ["x", "y"])
    save_csv(tmp_path, "sub-b_ses-test", ["x", "z"])
    save_csv(tmp_path, "sub-c_ses-test", ["x", "y", "z"])
    folder = ArrayFolder(tmp_path, 1.0)
    first, second, third = folder.sessions()
    folder.load(first)
    with pytest.raises(ScanError, match=r"sub-b.*\.csv: .*sub-a.*\.csv; 'z' against 'y'"):
        folder.load(second)
    with pytest.raises(ScanError, match=r"sub-c.*\.csv: .*sub-a.*\.csv; 3 regions aga"):
        folder.load(third)


def test_a_first_file_that_can_t_be_read_costs_its_own_session_alone(tmp_path):
    for subject in "ab":
        save_csv(tmp_path, f"sub-{subject}_ses-test", ["x", "y"])
    (tmp_path / "sub-a_ses-test.csv").write_text("x,y\n1")
    folder = ArrayFolder(tmp_path, 1.0)
    first, second = folder.sessions()
    assert folder.load(second).regions == ("x", "y")
    with pytest.raises(ScanError, match=r"sub-a_ses-test\.csv"):
        folder.load(first)


def test_a_series_lying_on_its_side_is_not_guessed_at(tmp_path):
    save(tmp_path, "sub-a_ses-test", n_frames=2, n_regions=6)
    folder = ArrayFolder(tmp_path, 1.0)
    with pytest.raises(ScanError, match=r"got \(2, 6\), which could also be \(region, time\)"):
        folder.load(folder.sessions()[0])
    regions = tmp_path / "regions.txt"
    regions.write_text("x\ny\n")
    folder = ArrayFolder(tmp_path, 1.0, regions=regions)
    with pytest.raises(ScanError, match=r"sub-a.*regions\.txt; 6 regions against 2"):
        folder.load(folder.sessions()[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sub-a_ses-test.csv", "sub-a_ses-test.npy"),
        ("sub-a_ses-test_run-1.csv", "sub-a_ses-test_run-1.npy"),
        ("sub-a_ses-test_run-01.npy", "sub-a_ses-test_run-1.npy"),
        ("sub-a_ses-test.npy", "sub-a_ses-test_run-0.npy"),
    ],
)
def test_a_run_may_lie_there_once(tmp_path, one, other):
    for name in (one, other):
        (tmp_path / name).touch()
    with pytest.raises(CohortError) as problem:
        ArrayFolder(tmp_path, 1.0).sessions()
    assert one in str(problem.value)
    assert other in str(problem.value)


@pytest.mark.parametrize(
    "name", ["sub-.npy", "sub-a_b_ses-1.npy", "sub-a_ses-1_run-x.csv", "sub-..a_ses-1.npy"]
)
def test_names_that_break_the_rule(tmp_path, name):
    save(tmp_path, name.removesuffix(".npy"))
    (tmp_path / name).touch()
    with pytest.raises(IdentifierError, match=f"must be named sub-<id>_ses-<id>.*got '{name}'"):
        ArrayFolder(tmp_path, 1.0).sessions()


def test_subjects_are_looked_up_in_the_table(tmp_path):
    for subject in "abc":
        save(tmp_path, f"sub-{subject}_ses-test")
    table = tmp_path / "subjects.csv"
    table.write_text("Subject,set\na,train\nc,test\n")
    sessions = ArrayFolder(tmp_path, 1.0, table, "set").sessions()
    assert [(session.subject, session.group) for session in sessions] == [
        ("a", "train"),
        ("c", "test"),
    ]
    table.write_text("Subject\na\nd\n")
    with pytest.raises(CohortError, match=r"subjects\.csv: .*; d has none"):
        ArrayFolder(tmp_path, 1.0, table).sessions()
    table.write_text("Subject\na\n../x\n")
    with pytest.raises(IdentifierError, match=r"subjects\.csv, line 3: .*got '\.\./x'"):
        ArrayFolder(tmp_path, 1.0, table).sessions()


def test_a_folder_without_series(tmp_path):
    with pytest.raises(CohortError, match="it holds none"):
        ArrayFolder(tmp_path, 1.0).sessions()
    with pytest.raises(StudyError, match="existing folder; got"):
        ArrayFolder(tmp_path / "none", 1.0).sessions()


def test_links_may_not_lead_outside(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "sub-a_ses-test.npy").symlink_to(save(tmp_path, "sub-a_ses-test"))
    with pytest.raises(ScanError, match=r"sub-a.*must lie under .*root"):
        ArrayFolder(root, 1.0).sessions()


def scan(seed=0, shape=(120, 12)):
    return np.random.default_rng(seed).normal(size=shape).cumsum(axis=0)


def test_links_lead_where_the_study_allows(tmp_path):
    """git-annex makes every file a link to an object outside the folder."""
    root, objects = tmp_path / "root", tmp_path / "annex"
    root.mkdir()
    objects.mkdir()
    np.save(objects / "x.npy", scan())
    (root / "sub-a_ses-test.npy").symlink_to("../annex/x.npy")
    with pytest.raises(ScanError, match=r"must lie under .*link_roots in the study can list"):
        ArrayFolder(root, 1.0).sessions()
    folder = ArrayFolder(root, 1.0, link_roots=(objects,))
    assert folder.load(folder.sessions()[0]).n_frames == 120
    with pytest.raises(ScanError, match=r"must lie under .* or .*elsewhere; it leads to"):
        ArrayFolder(root, 1.0, link_roots=(tmp_path / "elsewhere",)).sessions()


def test_a_link_to_nothing_and_names_that_nearly_fit_are_refused_by_name(tmp_path):
    np.save(tmp_path / "sub-a_ses-test.npy", scan())
    (tmp_path / "sub-b_ses-test.npy").symlink_to("../annex/objects/not-fetched.npy")
    (tmp_path / "sub-e_ses-test.npy").symlink_to("sub-e_ses-test.npy")
    (tmp_path / "sub-c_ses-test.csv.gz").touch()
    (tmp_path / "Sub-d_ses-test.csv").touch()
    listing = ArrayFolder(tmp_path, 1.0).listing()
    assert [session.subject for session in listing.sessions] == ["a"]
    assert set(listing.refused) == {
        "sub-b_ses-test.npy",
        "sub-e_ses-test.npy",
        "sub-c_ses-test.csv.gz",
        "Sub-d_ses-test.csv",
    }
    assert "datalad get" in str(listing.refused["sub-b_ses-test.npy"])
    circle = str(listing.refused["sub-e_ses-test.npy"])
    assert "which leads back to itself" in circle
    assert "datalad" not in circle
    # Whom the study doesn't want needn't have been fetched.
    table = tmp_path / "wanted.csv"
    table.write_text("Subject\na\n")
    assert "sub-b_ses-test.npy" not in ArrayFolder(tmp_path, 1.0, table).listing().refused


def test_derivatives_lie_in_folders_of_their_subjects(tmp_path):
    for subject in ("01", "02"):
        folder = tmp_path / f"sub-{subject}" / "func"
        folder.mkdir(parents=True)
        for task in ("rest", "nback"):
            name = f"sub-{subject}_task-{task}_seg-Glasser_stat-mean"
            table = pd.DataFrame(scan(), columns=[f"r{n}" for n in range(12)])
            table.to_csv(folder / f"{name}_timeseries.tsv", sep="\t", index=False)
            (folder / f"{name}_relmat.tsv").touch()
    with pytest.raises(
        CohortError, match=r"one kind .*differ in task\. Choose one with file_pattern"
    ):
        ArrayFolder(tmp_path, 1.0).sessions()
    folder = ArrayFolder(tmp_path, 1.0, file_pattern="*task-rest*")
    assert [session.key for session in folder.sessions()] == [
        "sub-01_ses-test",
        "sub-02_ses-test",
    ]
    assert folder.load(folder.sessions()[0]).n_regions == 12


def test_region_by_time_is_refused_and_short_scans_are_not(tmp_path):
    path = tmp_path / "sub-a_ses-test.npy"
    np.save(path, scan(shape=(70, 90)).T)
    folder = ArrayFolder(tmp_path, 1.0)
    with pytest.raises(ScanError, match=r"sub-a.*looks like \(region, time\)\. .* \(90, 70\)"):
        folder.load(folder.sessions()[0])
    for shape in ((60, 100), (40, 400)):
        np.save(path, scan(shape=shape))
        folder = ArrayFolder(tmp_path, 1.0)
        assert folder.load(folder.sessions()[0]).n_frames == shape[0]
    # More regions than frames, and values that don't show which axis is time.
    np.save(path, np.random.default_rng(0).normal(size=(30, 300)))
    folder = ArrayFolder(tmp_path, 1.0)
    with pytest.raises(ScanError, match=r"got \(30, 300\), which could also be \(region, time\)"):
        folder.load(folder.sessions()[0])


def test_a_time_in_another_unit_is_refused_with_what_was_meant(tmp_path, ptseries):
    with pytest.raises(StudyError, match=r"repetition_time: .*got 720\. Did you mean 0\.72\?"):
        ArrayFolder(tmp_path, 720.0)
    ptseries(tmp_path / "sub-a_ses-test.ptseries.nii", np.ones((4, 2)), ["x", "y"], 720.0)
    folder = ArrayFolder(tmp_path)
    with pytest.raises(ScanError, match=r"sub-a.*Did you mean 0\.72\?.*correct it there"):
        folder.load(folder.sessions()[0])


def test_a_path_may_hold_what_patterns_are_made_of(tmp_path):
    root = tmp_path / "[a]?*"
    root.mkdir()
    np.save(root / "sub-a_ses-test.npy", scan())
    folder = ArrayFolder(root, 1.0)
    assert folder.load(folder.sessions()[0]).n_frames == 120


def test_a_link_to_what_is_searched_anyway_costs_itself(tmp_path):
    for subject in ("01", "02"):
        folder = tmp_path / f"sub-{subject}"
        folder.mkdir()
        np.save(folder / f"sub-{subject}_ses-a.npy", np.random.default_rng(0).normal(size=(30, 4)))
    (tmp_path / "sub-03").symlink_to(tmp_path)
    (tmp_path / "sub-04").symlink_to(tmp_path / "sub-01")
    (tmp_path / "sub-05").symlink_to(tmp_path.parent)
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.mkdir()
    np.save(elsewhere / "sub-01_ses-a.npy", np.zeros((30, 4)))
    (tmp_path / "sub-07").symlink_to(elsewhere)
    (tmp_path / "sub-06").symlink_to("sub-06")
    (tmp_path / "sub-01" / "up").symlink_to("..")
    listing = ArrayFolder(tmp_path, repetition_time=0.72).listing()
    assert [each.key for each in listing.sessions] == ["sub-01_ses-a", "sub-02_ses-a"]
    assert {"sub-03", "sub-04", "sub-05", "sub-07"} <= set(listing.refused)
    assert "sub-03: a subject's folder must be its own; it is a link" in str(
        listing.refused["sub-03"]
    )


def test_junk_beside_scans_costs_nobody_else(tmp_path):
    np.save(tmp_path / "sub-01_ses-a.npy", np.random.default_rng(0).normal(size=(30, 4)))
    (tmp_path / "sub-02_ses-a.npy").touch()
    (tmp_path / "sub-03_ses-a.npy").symlink_to("sub-03_ses-a.npy")
    for name in ("._sub-01_ses-a.npy", ".DS_Store", "sub-01_ses-a.npy.lock", "~$sub-01.csv"):
        (tmp_path / name).touch()
    source = ArrayFolder(tmp_path, repetition_time=0.72)
    listing = source.listing()
    assert [each.key for each in listing.sessions] == ["sub-01_ses-a", "sub-02_ses-a"]
    assert list(listing.refused) == ["sub-03_ses-a.npy"]
    assert source.load(listing.sessions[0]).n_frames == 30
    with pytest.raises(ScanError, match=r"sub-02_ses-a\.npy: must be a whole NumPy file"):
        source.load(listing.sessions[1])
