import numpy as np
import pytest

from attnconn_core.errors import AtlasError, CohortError, IdentifierError, ScanError, StudyError
from attnconn_core.sources import HcpTree, Source

CONCATENATED = "rfMRI_REST"


def source(tree, atlas_path, **settings) -> HcpTree:
    return HcpTree(root=tree.root, atlas=atlas_path, **{"frames_per_run": 10, **settings})


def test_concatenated_files_are_cut_into_runs(tree, atlas_path):
    path = tree.scan("100307", CONCATENATED, n_frames=40)
    hcp = source(tree, atlas_path)
    assert isinstance(hcp, Source)
    assert (hcp.notice, hcp.design) == (None, "test-retest")
    (session,) = hcp.sessions()
    assert (session.key, session.files, session.group) == ("sub-100307_ses-test", (path,), None)
    series = hcp.load(session)
    assert [run.shape for run in series.runs] == [(10, 2)] * 4
    np.testing.assert_array_equal(series.values[:, 0], np.arange(40))
    assert series.regions == hcp.region_table().regions == ("a", "b")
    assert series.repetition_time == 0.72


def test_single_runs_come_in_order_and_7t_is_left_out(tree, atlas_path):
    runs = ["rfMRI_REST1_LR", "rfMRI_REST1_RL", "rfMRI_REST2_LR", "rfMRI_REST2_RL"]
    for length, run in enumerate(reversed(runs), start=5):
        tree.scan("100307", run, n_frames=length)
    tree.scan("100307", "rfMRI_REST1_7T_PA", step=1.0)
    tree.scan("100307", "tfMRI_WM_LR")
    hcp = source(tree, atlas_path)
    (session,) = hcp.sessions()
    assert [path.parent.name for path in session.files] == runs
    assert [len(run) for run in hcp.load(session).runs] == [8, 7, 6, 5]


def test_retest_folders_are_the_second_session(tree, atlas_path):
    for folder in ("100307", "100307_retest", "103414"):
        tree.scan(folder, CONCATENATED)
    (tree.root / "logs").mkdir()
    keys = [session.key for session in source(tree, atlas_path).sessions()]
    assert keys == ["sub-100307_ses-retest", "sub-100307_ses-test", "sub-103414_ses-test"]


def test_other_preprocessings_lie_beside(tree, atlas_path):
    run = "rfMRI_REST1_LR"
    for name in ("Atlas_hp2000_clean", "Atlas_MSMAll", "Atlas_MSMAll_hp2000_clean"):
        tree.scan("100307", run, name=f"{run}_{name}.dtseries.nii")
    (session,) = source(tree, atlas_path).sessions()
    assert [path.name for path in session.files] == [
        f"{run}_Atlas_MSMAll_hp2000_clean.dtseries.nii"
    ]


def test_several_files_are_all_named(tree, atlas_path):
    for name in ("x_Atlas_MSMAll_hp0_clean", "x_Atlas_MSMAll_hp2000_clean"):
        tree.scan("100307", CONCATENATED, name=f"{name}.dtseries.nii")
    with pytest.raises(
        ScanError, match=r"100307.*exactly one .* 2 do: x_.*hp0_clean\..*, x_.*hp2000_clean\."
    ):
        source(tree, atlas_path).sessions()


def test_no_file_gives_folder_and_pattern(tree, atlas_path):
    tree.scan("100307", "rfMRI_REST1_LR")
    tree.scan("100307", "rfMRI_REST1_RL", name="other.dtseries.nii")
    with pytest.raises(ScanError, match=r"100307.*rfMRI_REST1_RL: .* '\*_Atlas_MSMAll.*none does"):
        source(tree, atlas_path).sessions()


def test_no_file_at_all_gives_folder_and_pattern(tree, atlas_path):
    tree.scan("100307", CONCATENATED, name="other.dtseries.nii")
    with pytest.raises(ScanError, match=r"100307.*rfMRI_REST: .* '\*_Atlas_MSMAll.*none does"):
        source(tree, atlas_path).sessions()


def test_both_layouts_ask_the_study_to_choose(tree, atlas_path):
    tree.scan("100307", CONCATENATED, n_frames=20)
    tree.scan("100307", "rfMRI_REST1_LR", n_frames=7)
    with pytest.raises(
        CohortError, match=r"100307.*rfMRI_REST and .*REST1_LR\. .*Choose in the study: lay"
    ):
        source(tree, atlas_path).sessions()
    for layout, lengths in (("concatenated", [10, 10]), ("runs", [7])):
        hcp = source(tree, atlas_path, layout=layout)
        (session,) = hcp.sessions()
        assert [len(run) for run in hcp.load(session).runs] == lengths


def test_layouts_may_not_differ_between_subjects(tree, atlas_path):
    tree.scan("100307", CONCATENATED)
    tree.scan("103414", "rfMRI_REST1_LR")
    with pytest.raises(CohortError, match=r"100307.* and .*103414.*Choose in"):
        source(tree, atlas_path).sessions()


def test_a_run_folder_without_a_scan_is_no_second_layout(tree, atlas_path):
    tree.scan("100307", CONCATENATED)
    (tree.results("100307") / "rfMRI_REST1_LR").mkdir()
    assert len(source(tree, atlas_path).sessions()) == 1


def test_repetition_times_must_agree(tree, atlas_path):
    tree.scan("100307", "rfMRI_REST1_LR")
    tree.scan("100307", "rfMRI_REST1_RL", step=1.0)
    hcp = source(tree, atlas_path)
    with pytest.raises(ScanError, match=r"sub-100307_ses-test: .* has 0\.72 s and .*_RL.* 1 s"):
        hcp.load(hcp.sessions()[0])


def test_a_concatenated_file_that_does_not_divide(tree, atlas_path):
    tree.scan("100307", CONCATENATED, n_frames=25)
    hcp = source(tree, atlas_path)
    with pytest.raises(ScanError, match=r"100307.*whole runs of 10 frames; it has 25"):
        hcp.load(hcp.sessions()[0])
    hcp = source(tree, atlas_path, frames_per_run=30)
    with pytest.raises(ScanError, match=r"100307.*whole runs of 30 frames; it has 25"):
        hcp.load(hcp.sessions()[0])


def test_run_lengths_must_sum(tree, atlas_path):
    tree.scan("100307", CONCATENATED, n_frames=25)
    hcp = source(tree, atlas_path, run_lengths=(15, 10))
    assert [len(run) for run in hcp.load(hcp.sessions()[0]).runs] == [15, 10]
    hcp = source(tree, atlas_path, run_lengths=(15, 12))
    with pytest.raises(ScanError, match=r"run lengths 15\+12 = 27 frames; it has 25"):
        hcp.load(hcp.sessions()[0])


def test_a_table_of_subjects_gives_both_sessions_its_group(tree, atlas_path):
    for folder in ("100307", "100307_retest", "103414", "105115"):
        tree.scan(folder, CONCATENATED)
    table = tree.table("Subject,set\n100307,test\n103414, Train\n")
    sessions = source(tree, atlas_path, subjects=table, group_column="set").sessions()
    assert [(session.key, session.group) for session in sessions] == [
        ("sub-100307_ses-retest", "test"),
        ("sub-100307_ses-test", "test"),
        ("sub-103414_ses-test", "train"),
    ]


def test_a_table_of_scans_takes_the_scans_it_lists(tree, atlas_path):
    for folder in ("100307", "100307_retest", "103414", "103414_retest"):
        tree.scan(folder, CONCATENATED)
    table = tree.table("id,set\n100307,test\n100307_retest,test\n103414,train\n")
    sessions = source(
        tree, atlas_path, subjects=table, subject_column="id", group_column="set"
    ).sessions()
    assert [(session.key, session.group) for session in sessions] == [
        ("sub-100307_ses-retest", "test"),
        ("sub-100307_ses-test", "test"),
        ("sub-103414_ses-test", "train"),
    ]


def test_a_subject_listed_without_scans(tree, atlas_path):
    tree.scan("100307", CONCATENATED)
    hcp = source(tree, atlas_path, subjects=tree.table("Subject\n100307\n999999\n"))
    with pytest.raises(CohortError, match=r"subjects\.csv: .*; 999999 has none"):
        hcp.sessions()
    hcp = source(tree, atlas_path, subjects=tree.table("Subject\n100307\n100307_retest\n"))
    with pytest.raises(CohortError, match=r"; 100307 \(session retest\) has none"):
        hcp.sessions()


def test_a_subject_folder_without_scans(tree, atlas_path):
    tree.scan("100307", CONCATENATED)
    tree.scan("103414", "tfMRI_WM_LR")
    with pytest.raises(CohortError, match=r"matching '.*'; .*103414 has none"):
        source(tree, atlas_path).sessions()
    hcp = source(tree, atlas_path, subjects=tree.table("Subject\n100307\n"))
    assert len(hcp.sessions()) == 1


@pytest.mark.parametrize("name", ["../x", "..", "/etc", "10 03", "a_b", ""])
def test_identifiers_never_become_paths(tree, atlas_path, name):
    tree.scan("100307", CONCATENATED)
    hcp = source(tree, atlas_path, subjects=tree.table(f"Subject,x\n100307,1\n{name},1\n"))
    with pytest.raises(IdentifierError, match=r"subjects\.csv, line 3: a subject must be .*got '"):
        hcp.sessions()


def test_a_subject_folder_with_a_bad_name(tree, atlas_path):
    tree.scan("sub_100307", CONCATENATED)
    with pytest.raises(IdentifierError, match="got 'sub_100307'"):
        source(tree, atlas_path).sessions()


@pytest.mark.parametrize("what", ["file", "subject"])
def test_links_may_not_lead_outside(tree, atlas_path, tmp_path, what):
    inside = tree.scan("100307", CONCATENATED)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = inside if what == "file" else tree.root / "100307"
    moved.rename(elsewhere / moved.name)
    moved.symlink_to(elsewhere / moved.name)
    with pytest.raises(ScanError, match=r"100307.*must lie under .*hcp; it leads to .*elsewhere"):
        source(tree, atlas_path).sessions()


def test_loading_looks_at_links_again(tree, atlas_path, tmp_path):
    path = tree.scan("100307", CONCATENATED)
    hcp = source(tree, atlas_path)
    (session,) = hcp.sessions()
    path.rename(tmp_path / path.name)
    path.symlink_to(tmp_path / path.name)
    with pytest.raises(ScanError, match="it leads to"):
        hcp.load(session)


@pytest.mark.parametrize("pattern", ["../*.nii", "**", "", "a/b.nii"])
def test_a_pattern_stays_in_its_folder(tree, atlas_path, pattern):
    tree.scan("100307", CONCATENATED)
    with pytest.raises(StudyError, match="within one folder; got"):
        source(tree, atlas_path, file_pattern=pattern).sessions()


def test_settings_are_checked(tree, atlas_path):
    with pytest.raises(StudyError, match="'concatenated' or 'runs'; got 'both'"):
        source(tree, atlas_path, layout="both")
    with pytest.raises(StudyError, match="at least 1 frame; got 0"):
        source(tree, atlas_path, frames_per_run=0)
    with pytest.raises(StudyError, match="existing folder; got"):
        HcpTree(root=tree.root / "none", atlas=atlas_path).sessions()
    tree.scan("100307", CONCATENATED)
    with pytest.raises(AtlasError, match=r"none\.dlabel\.nii: must be a file"):
        HcpTree(root=tree.root, atlas=tree.root / "none.dlabel.nii").region_table()


REST = "rfMRI_REST1_LR"


def noise(n_vertices, seed=0):
    return np.random.default_rng(seed).normal(size=(20, n_vertices))


@pytest.fixture
def walled_atlas(tree):
    """Three regions, and a label of the left side's first two vertices, the medial wall."""
    keys = [3] * 2 + [1] * 7 + [4] + [2] * 10
    return tree.atlas("walled.dlabel.nii", keys, {1: "a", 2: "b", 3: "Medial_wall", 4: "c"})


def test_labels_that_no_scan_holds_are_no_regions(tree, walled_atlas):
    for subject in ("100001", "100002", "100003", "100004"):
        tree.dense(subject, REST, tree.models(0, 1), noise(18))
    tree.dense("100002", REST, tree.models(*range(9)), noise(11))  # it holds nothing of region a
    found = source(tree, walled_atlas)
    assert found.region_table().regions == ("a", "b", "c")
    assert found.region_notes() == (
        "labels of which no scan contains a vertex are left out: Medial_wall",
    )
    first, second, *_ = sessions = found.sessions()
    assert found.load(first).regions == ("a", "b", "c")
    assert found.quality(first) == {"coverage_min": 1.0, "coverage_mean": 1.0}
    # Of those scans it depends what the regions are.
    assert found.shared_files() == (walled_atlas, *(each.files[0] for each in sessions[:3]))
    with pytest.raises(
        AtlasError,
        match=r"atlas walled needs a vertex .*; 1 have none: a\. Leave them out with drop",
    ):
        found.load(second)


def test_labels_can_be_dropped_by_the_study(tree, walled_atlas):
    tree.dense("100001", REST, tree.models(), noise(20))
    assert source(tree, walled_atlas).region_table().regions == ("a", "b", "Medial_wall", "c")
    dropped = source(tree, walled_atlas, drop_labels=("Medial_wall",))
    (session,) = dropped.sessions()
    assert dropped.load(session).regions == dropped.region_table().regions == ("a", "b", "c")
    assert (dropped.region_notes(), dropped.shared_files()) == ((), (walled_atlas,))


def test_what_is_not_finite_is_left_out_of_the_mean_and_of_the_coverage(tree, atlas_path):
    values = noise(20)
    values[:, 3] = np.nan
    tree.dense("100001", REST, tree.models(), values)
    found = source(tree, atlas_path)
    (session,) = found.sessions()
    kept = np.delete(values[:, :10], 3, axis=1).mean(axis=1)
    np.testing.assert_allclose(found.load(session).values[:, 0], kept, rtol=1e-5)
    assert found.coverage(session) == {"a": 0.9, "b": 1.0}
    assert found.quality(session) == {"coverage_min": 0.9, "coverage_mean": 0.95}


def test_a_scan_that_cannot_be_read_decides_nothing(tree, walled_atlas):
    tree.dense("100001", REST, tree.models(0, 1), noise(18)).write_bytes(b"broken")
    tree.dense("100002", REST, tree.models(0, 1), noise(18))
    found = source(tree, walled_atlas)
    assert found.region_table().regions == ("a", "b", "c")
    assert found.load(found.sessions()[1]).regions == ("a", "b", "c")


def test_sessions_of_hcp_aging_and_links_to_them(tree, atlas_path):
    for folder in ("HCA6000001_V1_MR", "HCA6000001_V2_MR"):
        tree.scan(folder, "rfMRI_REST1_AP")
    away = tree.root.parent / "retest"
    (tree.root / "HCA6000001_V2_MR").rename(away)
    (tree.root / "HCA6000001_V2_MR").symlink_to(away)
    listing = HcpTree(tree.root, atlas_path).listing()
    assert [session.key for session in listing.sessions] == ["sub-HCA6000001_ses-V1"]
    assert "link_roots" in str(listing.refused["HCA6000001_V2_MR"])
    both = HcpTree(tree.root, atlas_path, link_roots=(away,))
    assert [session.session for session in both.sessions()] == ["V1", "V2"]
    assert both.load(both.sessions()[1]).n_frames == 20


@pytest.mark.parametrize(
    "part", ["", "MNINonLinear", "MNINonLinear/Results/rfMRI_REST1_AP", "file"]
)
def test_links_to_nothing_are_refused_by_name(tree, atlas_path, part):
    tree.scan("a", "rfMRI_REST1_AP")
    scan = tree.scan("b", "rfMRI_REST1_AP")
    gone = scan if part == "file" else tree.root / "b" / part
    gone.rename(tree.root.parent / "away")
    gone.symlink_to("nowhere")
    refused = HcpTree(tree.root, atlas_path).listing().refused
    assert "a link to nowhere" in str(refused["b"])
