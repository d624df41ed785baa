import json

import nibabel as nib
import numpy as np
import pytest

from attnconn_core.errors import AtlasError, ScanError, StudyError
from attnconn_core.parcellation import load_atlas, parcellate, read_scan_header
from attnconn_core.records import TimeSeries
from attnconn_core.sources import Source
from attnconn_core.sources.bids.cleaning import Band
from attnconn_core.sources.bids.derivatives import BidsDerivatives
from attnconn_core.sources.bids.scan_cleaning import RawScans
from attnconn_core.sources.bids.settings import Confounds, Scrub
from tests.bids_dataset import REGIONS, SECONDS, confounds, surface_atlas


def test_a_session_of_fmriprep(fmriprep, source):
    scan, table = fmriprep.session("01", "a", moved=(30, 33), unsteady=2)
    dense = source(scrub=Scrub())
    assert isinstance(dense, Source)
    assert (dense.notice, dense.design) == (None, "test-retest")
    (session,) = dense.sessions()
    assert (session.key, session.files) == ("sub-01_ses-a", (scan,))
    assert dense.region_table().regions == REGIONS
    assert dense.region_table().hemispheres == ("L", "L", "R", "R")
    sidecar = scan.with_name(scan.name.replace(".dtseries.nii", ".json"))
    assert dense.series_files(session) == (sidecar, table, table.with_suffix(".json"))
    assert dense.quality_files(session) == (table, table.with_suffix(".json"))
    assert dense.shared_files() == dense.region_files() == (dense.atlas,)
    dense.probe(session)


def test_the_quality_of_a_session_says_what_was_left_out(fmriprep, source):
    fmriprep.session("01", "1", 100, run=1, moved=(30, 33), unsteady=2)
    fmriprep.session("01", "1", 110, run=2, moved=(50,))
    dense = source(scrub=Scrub(), min_segment=4)
    (session,) = dense.sessions()
    quality = dense.quality(session)
    left_out = {"unsteady_frames": 2, "scrubbed_frames": 3, "short_segment_frames": 2}
    assert {name: quality[name] for name in left_out} == left_out
    assert quality["degrees_of_freedom"] == (100 - 2 - 2 - 2 - 8 - 2) + (110 - 1 - 8 - 2)
    assert quality["coverage_min"] == quality["coverage_mean"] == 1
    first, second = dense.motion(session)
    expected = confounds(110, 1000, (50,))["framewise_displacement"].fillna(0)
    np.testing.assert_allclose(second, expected)
    assert quality["motion_max"] == 0.9
    assert quality["motion_mean"] == pytest.approx(np.concatenate([first, second]).mean())
    assert [len(run) for run in dense.load(session).runs] == [28, 66, 50, 59]


def test_coverage_is_the_least_of_all_runs(fmriprep, labels):
    for run in (1, 2):
        fmriprep.session("01", "1", run=run)
        scan = fmriprep.volume("01", "1", run=run)
        image = nib.load(scan)
        values = image.get_fdata(dtype=np.float32).copy()
        values[3 * (run - 1) : 3 * run - 2, 0:2, 1:3] = 0  # half of region A, then of B
        nib.save(nib.Nifti1Image(values, image.affine, image.header), scan)
    source = BidsDerivatives(fmriprep.root, labels, confounds=Confounds(strategy=()))
    (session,) = source.sessions()
    assert source.coverage(session) == {"A": 0.5, "B": 0.5, "C": 1.0, "D": 1.0}
    assert source.quality(session)["coverage_mean"] == 0.75


def test_a_table_of_coverage_that_does_not_fit_is_refused(xcpd):
    xcpd.parcels("01", "1")
    source = BidsDerivatives(xcpd.root)
    (session,) = source.sessions()
    (table,) = xcpd.root.rglob("*_stat-coverage_bold.tsv")
    table.write_text("Node\tcoverage\nA\t1\nB\t1\nC\t1\n")
    with pytest.raises(ScanError, match=r"a row for every region; 1 have none: D"):
        source.quality(session)
    table.write_text("Node\tshare\nA\t1\n")
    with pytest.raises(ScanError, match=r"names and the column 'coverage'; it has 'Node', 'share'"):
        BidsDerivatives(xcpd.root).quality(session)
    table.unlink()
    assert "coverage_min" not in BidsDerivatives(xcpd.root).quality(session)


def test_a_series_that_is_not_finite_is_not_cleaned(fmriprep):
    scan, _ = fmriprep.session("01", "1")
    values = np.ones((120, 4), dtype=np.float32)
    values[3, 1] = np.inf
    series = TimeSeries((values,), SECONDS, REGIONS)
    with pytest.raises(ScanError, match=r"finite values before it is cleaned; these don't: B$"):
        RawScans(Confounds(), None, Band(), 5).runs(scan, series)


def test_motion_is_unknown_unless_every_run_has_it(xcpd, fmriprep, source):
    for run in (1, 2):
        xcpd.parcels("01", "1", run=run)
    parcels = BidsDerivatives(xcpd.root)
    (session,) = parcels.sessions()
    assert len(parcels.motion(session)) == 2
    next(xcpd.root.rglob("*run-2_motion.tsv")).unlink()
    assert parcels.motion(session) == ()
    assert "motion_mean" not in parcels.quality(session)
    _, table = fmriprep.session("01", "1")
    content = confounds(120).drop(columns="framewise_displacement")
    content.to_csv(table, sep="\t", index=False, na_rep="n/a")
    (session,) = source().sessions()
    assert source().motion(session) == ()


def test_a_session_of_xcpd_is_split_where_frames_were_left_out(xcpd):
    path, values = xcpd.parcels("01", "1", censored=(5, 50, 54))
    source = BidsDerivatives(xcpd.root)
    (session,) = source.sessions()
    series = source.load(session)
    kept = [slice(0, 5), slice(6, 50), slice(55, 120)]  # 51 to 53 are too short
    assert len(series.runs) == len(kept)
    for run, part in zip(series.runs, kept, strict=True):
        np.testing.assert_array_equal(run, values[part].astype(np.float32))
    shape = source.shape(session)
    assert (shape.runs, shape.names, shape.repetition_time) == ((5, 44, 65), REGIONS, SECONDS)
    quality = source.quality(session)
    assert (quality["scrubbed_frames"], quality["short_segment_frames"]) == (3, 3)
    assert (quality["coverage_min"], quality["motion_max"]) == (0.75, 0.9)
    assert "degrees_of_freedom" not in quality
    assert source.coverage(session) == {"A": 1.0, "B": 0.9, "C": 1.0, "D": 0.75}
    assert [each.name for each in source.series_files(session)] == [
        "sub-01_ses-1_task-rest_space-fsLR_seg-Tiny_stat-mean_timeseries.json",
        "sub-01_ses-1_task-rest_outliers.tsv",
    ]
    assert len(source.quality_files(session)) == 2
    assert source.region_files() == (path,)


def test_tables_of_xcpd_need_a_repetition_time(xcpd):
    path, _ = xcpd.parcels("01", "1")
    path.unlink()
    source = BidsDerivatives(xcpd.root)
    (session,) = source.sessions()
    with pytest.raises(StudyError, match=r"timeseries\.tsv: a repetition time must be given"):
        source.load(session)
    told = BidsDerivatives(xcpd.root, repetition_time=2.5)
    assert told.load(session).repetition_time == 2.5
    sidecar = session.files[0].with_suffix(".json")
    sidecar.write_text(json.dumps({"RepetitionTime": 1.5}))
    assert source.load(session).repetition_time == 1.5
    with pytest.raises(ScanError, match=r"the study states 2\.5 s and .*\.json 1\.5 s"):
        told.load(session)


def test_without_outliers_the_frames_must_be_those_of_the_motion(xcpd):
    xcpd.parcels("01", "1", censored=(5,))
    (table,) = xcpd.root.rglob("*_outliers.tsv")
    table.unlink()
    source = BidsDerivatives(xcpd.root)
    (session,) = source.sessions()
    with pytest.raises(
        ScanError, match=r"has 119 frames, and .*_motion\.tsv has 120 rows\..*outliers"
    ):
        source.load(session)
    for motion in xcpd.root.rglob("*_motion.tsv"):
        motion.unlink()
    assert [len(run) for run in source.load(session).runs] == [119]
    assert source.motion(session) == ()


def test_parcels_differ_between_scans(xcpd):
    xcpd.parcels("01", "1")
    path, _ = xcpd.parcels("02", "1")
    path.unlink()
    (table,) = xcpd.root.rglob("sub-02*seg-Tiny_stat-mean_timeseries.tsv")
    table.write_text(table.read_text().replace("A\tB", "A\tX"))
    source = BidsDerivatives(xcpd.root, select={"den": None}, repetition_time=2.0)
    (session,) = source.sessions()
    assert source.load(session).regions == ("A", "X", "C", "D")
    other = BidsDerivatives(xcpd.root, select={"den": "91k"}, repetition_time=2.0)
    with pytest.raises(ScanError, match=r"same regions in the same order .*; 'X' against 'B'"):
        other.load(session)


@pytest.mark.parametrize(
    "keys",
    [
        {"confounds": Confounds()},
        {"scrub": Scrub()},
        {"low_pass": 0.1},
        {"high_pass": 0.01, "confounds": Confounds(strategy=())},
    ],
    ids=str,
)
def test_what_is_clean_is_not_cleaned_again(xcpd, surfaces, keys):
    xcpd.parcels("01", "1")
    xcpd.dense("01", "1", desc="_desc-denoised")
    for atlas, what in ((None, "parcellated"), (surfaces, "desc-denoised")):
        with pytest.raises(
            StudyError, match=rf"{next(iter(keys))}.*: scans that are clean must not .* are {what}"
        ):
            BidsDerivatives(xcpd.root, atlas, **keys).sessions()


def test_dense_series_of_xcpd_are_parcellated_and_split(xcpd, surfaces):
    xcpd.parcels("01", "1", censored=(5, 50))
    xcpd.dense("01", "1", n_frames=118, desc="_desc-denoised")
    source = BidsDerivatives(xcpd.root, surfaces)
    series = source.load(source.sessions()[0])
    assert [len(run) for run in series.runs] == [5, 44, 69]
    assert series.values.mean() == pytest.approx(10_000, rel=1e-2)  # not detrended


def test_a_study_of_fmriprep_says_how_to_clean(fmriprep, source):
    fmriprep.session("01", "1")
    with pytest.raises(StudyError, match=r"confounds: a study must say .* strategy leaves them in"):
        source(confounds=None).sessions()


def test_scans_as_they_were_acquired_are_refused(fmriprep, labels):
    scan = fmriprep.volume("01", "1")
    scan.rename(scan.with_name("sub-01_ses-1_task-rest_bold.nii.gz"))
    with pytest.raises(StudyError, match=r"root: must be a folder of derivatives"):
        BidsDerivatives(fmriprep.root, labels, confounds=Confounds()).sessions()


def test_whether_a_scan_is_clean_must_be_known(fmriprep, source):
    fmriprep.session("01", "1", desc="_desc-interpolated")
    with pytest.raises(StudyError, match=r"select: the desc of scans must .*; got interpolated"):
        source().sessions()


def test_drifts_are_removed_once(source):
    with pytest.raises(StudyError, match=r"slow drifts must be removed once; .*high_pass: 0\.01"):
        source(confounds=Confounds(), high_pass=0.01)


def test_repetition_times_must_agree(fmriprep, source):
    scan, _ = fmriprep.session("01", "1", run=1)
    dense = source()
    (session,) = dense.sessions()
    fmriprep.sidecar(scan, 2.2)
    for use in (dense.load, dense.shape):
        with pytest.raises(ScanError, match=r"its header states 2 s and .*\.json 2\.2 s"):
            use(session)
    fmriprep.sidecar(scan, SECONDS)
    fmriprep.session("01", "1", run=2, step=3.0)
    (session,) = source().sessions()
    with pytest.raises(ScanError, match=r"all runs must have one .*run-1.* 2 s and .*run-2.* 3 s"):
        source().load(session)


def test_a_session_of_which_nothing_is_left_is_refused(fmriprep, source):
    fmriprep.session("01", "1", moved=tuple(range(3, 120, 4)))
    dense = source(scrub=Scrub())
    (session,) = dense.sessions()
    for use in (dense.load, dense.shape):
        with pytest.raises(ScanError, match=r"sub-01_ses-1: scrubbing must leave a run of 5"):
            use(session)


def test_a_run_of_which_nothing_is_left_ends_alone(fmriprep, source):
    fmriprep.session("01", "1", run=1, moved=tuple(range(3, 120, 4)))
    fmriprep.session("01", "1", run=2)
    dense = source(scrub=Scrub())
    (session,) = dense.sessions()
    assert [len(run) for run in dense.load(session).runs] == [120]
    assert dense.quality(session)["short_segment_frames"] == 120 - len(range(3, 120, 4))


def test_a_label_image_needs_a_table(fmriprep, labels):
    fmriprep.session("01", "1")
    fmriprep.volume("01", "1")
    table = labels.with_name("four.tsv")
    elsewhere = table.rename(table.with_name("names.tsv"))
    keys = {"root": fmriprep.root, "atlas": labels, "confounds": Confounds()}
    with pytest.raises(StudyError, match=r"labels: a label image needs a table .*four\.nii\.gz"):
        BidsDerivatives(**keys).region_table()
    told = BidsDerivatives(**keys, labels=elsewhere)
    assert told.region_table().regions == REGIONS
    assert told.shared_files() == (labels, elsewhere)
    name = "tpl-MNI152NLin2009cAsym{}_atlas-Four_dseg"
    template = labels.rename(labels.with_name(f"{name.format('_res-02')}.nii.gz"))
    table = elsewhere.rename(labels.with_name(f"{name.format('')}.tsv"))
    other = "tpl-MNI152NLin2009cAsym_atlas-FourAndMore_desc-6Parcels_dseg.tsv"
    labels.with_name(other).write_text("index\tname\n")
    found = BidsDerivatives(**{**keys, "atlas": template})
    assert found.shared_files() == (template, table)


def test_a_scan_that_has_no_vertex_of_a_region_is_refused(fmriprep, source, tmp_path):
    fmriprep.session("01", "1")
    dense = source()
    session = dense.sessions()[0]
    assert dense.load(session).regions == REGIONS
    other = source(atlas=surface_atlas(tmp_path / "o.dlabel.nii"), drop_labels=("B",))
    assert other.load(session).regions == ("A", "C", "D")
    with pytest.raises(AtlasError, match="labels to drop must be in the atlas's table"):
        source(drop_labels=("Z",)).region_table()


@pytest.mark.shared
def test_the_shared_files_of_fmriprep_run_through(shared, fmriprep):
    folder = shared / "data" / "cifti"
    (scan,) = folder.glob("*.dtseries.nii")
    (atlas,) = folder.glob("Schaefer*.dlabel.nii")
    at = fmriprep.folder("01", None)
    (at / scan.name).symlink_to(scan)
    keys = {"root": fmriprep.root, "atlas": atlas, "link_roots": (folder,)}
    plain = BidsDerivatives(**keys, confounds=Confounds(strategy=()), task="mixedgamblestask")
    with pytest.raises(ScanError, match="there is none"):
        plain.sessions()
    n_frames = read_scan_header(scan).n_frames
    stem = fmriprep.stem("01", None, "mixedgamblestask", run="02")
    fmriprep.table(stem, confounds(n_frames, moved=(4,)))
    (session,) = plain.sessions()
    assert session.key == "sub-01_ses-test"
    whole = parcellate(scan, load_atlas(atlas))
    np.testing.assert_array_equal(plain.load(session).values, whole.values)
    split = BidsDerivatives(**keys, confounds=Confounds(strategy=()), scrub=Scrub(), min_segment=1)
    series = split.load(session)
    assert [len(run) for run in series.runs] == [4, n_frames - 5]
    np.testing.assert_array_equal(series.values, np.delete(whole.values, 4, axis=0))


@pytest.mark.shared
def test_the_shared_ptseries_runs_through(shared, xcpd):
    (scan,) = (shared / "data" / "cifti").glob("*.ptseries.nii")
    at = xcpd.folder("RAPIDTIDETEST", None)
    (at / "sub-RAPIDTIDETEST_task-rest_timeseries.ptseries.nii").symlink_to(scan)
    source = BidsDerivatives(xcpd.root, link_roots=(scan.parent,))
    (session,) = source.sessions()
    series = source.load(session)
    assert source.shape(session).runs == (series.n_frames,)
    assert series.n_regions == len(source.region_table().regions)
    assert source.quality(session) == dict.fromkeys(
        ("unsteady_frames", "scrubbed_frames", "short_segment_frames"), 0.0
    )
